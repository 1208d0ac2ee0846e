//! `ls`: what a selector selects, without a database.

use hcw_core::diagnostic::Code;
use hcw_core::graph::Resolved;
use hcw_core::project::{UniqueId, config};
use hcw_core::select::{Catalogue, Item, ResourceKind};
use serde_json::json;

use super::build;
use crate::args::{Flags, LogLevel, Output};
use crate::exit_code;
use crate::report::{Event, Reporter};
use crate::selection::selected;
use crate::session::{Problems, Session};

/// Lists ids, names, paths or JSON, in id order.
pub(crate) fn run(session: &Session, flags: &Flags, reporter: &Reporter) -> Result<u8, Problems> {
    let resolved = session.resolve(reporter)?;
    build::found(&resolved, reporter);
    let selected = selected(session, &resolved, flags, reporter)?;
    if selected.is_empty() {
        let event = Event::new(
            "NoNodesSelected",
            "Q038",
            LogLevel::Warn,
            "No nodes selected!",
        );
        reporter.warn(&event, Code::SelectorEmpty)?;
    }
    let catalogue = Catalogue::of(&resolved);
    for item in catalogue
        .items()
        .iter()
        .filter(|item| selected.contains(item.id))
    {
        let text = line(&resolved, item, flags);
        let event = Event::new("PrintEvent", "Z052", LogLevel::Info, text.clone());
        reporter.result(&event.with("msg", text));
    }
    Ok(exit_code::SUCCESS)
}

fn line(resolved: &Resolved, item: &Item<'_>, flags: &Flags) -> String {
    let node = resolved.project().nodes.get(item.id);
    let version = node.and_then(|node| node.properties.version.as_ref());
    match flags.output {
        // dbt's name of a source table has its source's name before it, and of a version its number after it
        Output::Name => match (item.source_name, version) {
            (Some(source), _) => format!("{source}.{}", item.name),
            (None, Some(version)) => format!("{}.v{version}", item.name),
            (None, None) => item.name.to_owned(),
        },
        Output::Path => item.path.to_owned(),
        Output::Json => keys(json(resolved, item), &flags.output_keys).to_string(),
        // dbt's selector: the fqn; for what has none of SQL its kind and name
        Output::Text | Output::Markdown | Output::File(_) => {
            let kind = item.kind.resource_type();
            match (item.kind, item.source_name) {
                (_, Some(source)) => format!("{kind}:{}.{source}.{}", item.package, item.name),
                (
                    ResourceKind::Exposure
                    | ResourceKind::Metric
                    | ResourceKind::SavedQuery
                    | ResourceKind::SemanticModel
                    | ResourceKind::UnitTest,
                    None,
                ) => format!("{kind}:{}.{}", item.package, item.name),
                _ => item.fully_qualified_name.join("."),
            }
        }
    }
}

fn json(resolved: &Resolved, item: &Item<'_>) -> serde_json::Value {
    let alias = config::text(item.config, "alias").unwrap_or(item.name);
    let parents = resolved.graph.parents(item.id);
    json!({
        "name": item.name,
        "resource_type": item.kind.resource_type(),
        "package_name": item.package,
        "original_file_path": item.path,
        "unique_id": item.id.as_str(),
        "source_name": item.source_name,
        "alias": alias,
        "config": item.config,
        "tags": item.tags,
        "depends_on": {"nodes": parents.map(UniqueId::as_str).collect::<Vec<_>>()},
    })
}

/// The keys that the user asked for; all where none is named.
fn keys(value: serde_json::Value, wanted: &[String]) -> serde_json::Value {
    let serde_json::Value::Object(mut entries) = value else {
        return value;
    };
    let wanted: Vec<&str> = wanted
        .iter()
        .flat_map(|key| key.split_whitespace())
        .collect();
    if !wanted.is_empty() {
        entries.retain(|key, _| wanted.contains(&key.as_str()));
    }
    serde_json::Value::Object(entries)
}
