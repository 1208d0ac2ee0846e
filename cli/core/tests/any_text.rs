//! Whatever the files of a project hold, the compiler answers with a plan or with problems, never with a panic.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hcw_core::analyse::{self, analyse};
use hcw_core::graph;
use hcw_core::plan::{self, Work};
use hcw_core::project;
use hcw_core::render;
use hcw_core::select::{PreviousState, Selection, select};
use hcw_core::settings::{Publish, Settings};
use hcw_core::source::{SourceFile, SourceTree};
use hcw_core::state::WarehouseState;
use hcw_core::target::{Server, Target};
use proptest::prelude::*;

/// Pieces that mean something to the template scanner or to Jinja.
const TEMPLATE: [&str; 44] = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "-%}",
    "{%-",
    " ",
    "\n",
    "é",
    "'",
    "\"",
    "(",
    ")",
    "[",
    "]",
    ",",
    ".",
    "|",
    "~",
    "\\",
    "ref('a')",
    "ref(",
    "config(tags='x')",
    "set x = 1",
    "set x",
    "endset",
    "macro m(a, b=1)",
    "endmacro",
    "test t(model)",
    "endtest",
    "if x",
    "endif",
    "for x in [1]",
    "endfor",
    "call m(1)",
    "endcall",
    "raw",
    "endraw",
    "return(1)",
    "m(1, c=2)",
    "varargs",
    "select 1",
];

/// Pieces of sidecars.
const YAML: [&str; 30] = [
    "version: 2\n",
    "models:",
    "\n",
    "\n  - ",
    "\n    ",
    "name: a",
    "columns:",
    "data_tests:",
    "unique",
    "- ",
    "{",
    "}",
    "[",
    "]",
    ",",
    ": ",
    "config:",
    "&x",
    "*x",
    "'",
    "\"",
    "|",
    ">",
    "!!str ",
    "010",
    "n",
    "1e3",
    "é",
    "{{ var('x') }}",
    "sources:",
];

fn joined(pieces: &'static [&'static str], longest: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(pieces), 0..longest)
        .prop_map(|pieces| pieces.concat())
}

fn settings() -> Settings {
    Settings {
        vars: serde_json::Map::new(),
        environment: BTreeMap::new(),
        target: Target {
            profile_name: "p".into(),
            name: "dev".into(),
            server: Server::Embedded,
            database: "d".into(),
            schema: "s".into(),
            threads: 1,
        },
        full_refresh: false,
        store_failures: false,
        warnings_fail: false,
        again: Default::default(),
        publish: Publish::default(),
        run_started_at: String::new(),
        invocation_id: String::new(),
        verb: "build".into(),
        flags: serde_json::Map::new(),
    }
}

/// Runs the whole pipeline over a project.
fn compile(files: &[(&str, &str)], selector: &str) {
    let mut tree = SourceTree::default();
    for (path, text) in files {
        tree.insert(SourceFile::new(*path, *text));
    }
    let (Some(project), _) = project::parse(&tree, settings()) else {
        return;
    };
    let (rendered, _) = render::render(project);
    let (resolved, _) = graph::resolve(rendered);
    let _ = analyse::check_settings(&resolved);
    let selection = Selection {
        select: vec![selector.to_owned()],
        ..Selection::default()
    };
    let (selected, _) = select(&resolved, &selection, &PreviousState::default());
    let all: BTreeSet<_> = resolved.graph.order.iter().cloned().collect();
    let state = Arc::new(WarehouseState::default());
    let analysed = analyse(resolved, &state, &all);
    let work = Work {
        land: true,
        seeds: true,
        models: true,
        snapshots: true,
        functions: true,
        unit_tests: true,
        tests: true,
        declared: true,
        clones: false,
    };
    let plan = plan::plan(&analysed, &state, &selected, &work);
    let _ = plan::print(&plan);
    for diagnostic in analysed.failed.into_values() {
        let _ = diagnostic.location.map(|place| place.line_column());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn templates(model in joined(&TEMPLATE, 14), macros in joined(&TEMPLATE, 14)) {
        compile(
            &[
                ("dbt_project.yml", "name: p\n"),
                ("models/a.sql", "select 1"),
                ("models/b.sql", &model),
                ("macros/m.sql", &macros),
            ],
            "+b",
        );
    }

    #[test]
    fn sidecars(sidecar in joined(&YAML, 16), project in joined(&YAML, 8)) {
        compile(
            &[
                ("dbt_project.yml", &format!("name: p\n{project}")),
                ("models/a.sql", "select 1"),
                ("models/a.yml", &sidecar),
            ],
            "a",
        );
    }

    #[test]
    fn any_characters(
        model in "\\PC{0,40}",
        sidecar in "[\\PC\n\t]{0,40}",
        seed in "[a-z\",;\r\n\u{e9}]{0,40}",
        selector in "[a-z0-9+@:,.*?/\u{e9} ]{0,12}",
    ) {
        compile(
            &[
                ("dbt_project.yml", "name: p\n"),
                ("models/a.sql", &model),
                ("models/a.yml", &sidecar),
                ("seeds/s.csv", &seed),
            ],
            &selector,
        );
    }
}
