//! Every template of `tests/jinja` renders as it does with dbt, whose output `expected.json` holds.

use std::sync::Arc;

use serde_json::Value as Json;

use super::{Engine, MacroLibrary, Names, NodeContext, Shared};
use crate::project::NoNames;
use crate::settings::Settings;
use crate::source::SourceFile;
use crate::target::{Server, Target};

const EXPECTED: &str = include_str!("../../tests/jinja/expected.json");
const MACROS: &str = include_str!("../../tests/jinja/macros.sql");

pub(super) fn settings() -> Settings {
    Settings {
        vars: serde_json::Map::new(),
        environment: std::collections::BTreeMap::new(),
        target: Target {
            name: "dev".into(),
            profile_name: "p".into(),
            database: "db".into(),
            schema: "public".into(),
            threads: 1,
            server: Server::Embedded,
        },
        full_refresh: false,
        store_failures: false,
        run_started_at: "2024-05-06T07:08:09.123456Z".into(),
        invocation_id: "id".into(),
        verb: "run".into(),
        flags: serde_json::Map::new(),
        warnings_fail: false,
        again: Default::default(),
        publish: Default::default(),
    }
}

pub(super) fn shared() -> Arc<Shared> {
    Arc::new(Shared::new(
        settings(),
        "p".into(),
        std::collections::BTreeMap::new(),
        std::collections::BTreeMap::new(),
    ))
}

pub(super) fn engine(macros: &str) -> Engine {
    let mut diagnostics = Vec::new();
    let mut library = MacroLibrary::new("p", &mut diagnostics);
    let file = SourceFile::new("macros/m.sql", macros);
    library.add_package("p", [&file], &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    Engine::new(&library)
}

pub(super) fn context(engine: &Engine, shared: &Arc<Shared>) -> Arc<NodeContext> {
    let names: Arc<dyn Names> = Arc::new(NoNames);
    Arc::new(NodeContext {
        execute: true,
        ..NodeContext::new(shared, &names, engine.scope("p"))
    })
}

#[test]
fn templates_render_as_with_dbt() {
    let expected: Json = serde_json::from_str(EXPECTED).unwrap();
    let shared = shared();
    let common = engine(MACROS);
    let mut differences = Vec::new();
    let cases = expected["cases"].as_object().unwrap();
    for (name, case) in cases {
        let template = case["template"].as_str().unwrap();
        const END: &str = "{% endmacro %}";
        let own = template
            .starts_with("{% macro")
            .then(|| template.rfind(END))
            .flatten()
            .map_or(0, |at| at + END.len());
        let own_engine = (own > 0).then(|| engine(&format!("{MACROS}{}", &template[..own])));
        let engine = own_engine.as_ref().unwrap_or(&common);
        let file = SourceFile::new("models/m.sql", &template[own..]);
        let rendered = engine.render(&file, 0..file.text.len(), &context(engine, &shared));
        let same = match (&rendered, case["output"].as_str()) {
            (Ok(rendered), Some(text)) => rendered.text == text,
            (Err(_), None) => true,
            _ => false,
        };
        if !same {
            let found = rendered.map_or_else(
                |error| {
                    format!(
                        "error: {} {:?}",
                        error.message,
                        error.location.map(|l| l.range)
                    )
                },
                |rendered| rendered.text,
            );
            let wanted = case["output"].as_str().unwrap_or("an error");
            differences.push(format!(
                "{name}: {template}\n  dbt: {wanted}\n  hcw: {found}"
            ));
        }
    }
    assert!(cases.len() >= 300);
    assert!(
        differences.is_empty(),
        "{} of {} differ\n{}",
        differences.len(),
        cases.len(),
        differences.join("\n")
    );
}
