//! `ls`: what a selector selects, without a database.

use hcw_core::graph::Resolved;
use hcw_core::project::{UniqueId, config};
use hcw_core::select::resource_type;
use serde_json::json;

use super::build;
use crate::args::{Flags, LogLevel, Output};
use crate::exit_code;
use crate::report::{Event, Reporter};
use crate::session::{Problems, Session};

/// Lists ids, names, paths or JSON, in id order.
pub(crate) fn run(session: &Session, flags: &Flags, reporter: &Reporter) -> Result<u8, Problems> {
    let resolved = session.resolve(reporter)?;
    build::found(&resolved, reporter);
    let selected = build::selected(&resolved, flags, reporter)?;
    if selected.is_empty() {
        let event = Event::new(
            "NoNodesSelected",
            "Q038",
            LogLevel::Warn,
            "No nodes selected!",
        );
        reporter.event(&event);
    }
    for id in &selected {
        let text = line(&resolved, id, flags);
        let event = Event::new("PrintEvent", "Z052", LogLevel::Info, text.clone());
        reporter.result(&event.with("msg", text));
    }
    Ok(exit_code::SUCCESS)
}

fn line(resolved: &Resolved, id: &UniqueId, flags: &Flags) -> String {
    let project = resolved.project();
    let (name, path, fully_qualified_name, configuration) = match project.nodes.get(id) {
        Some(node) => (
            &node.name,
            node.file.path_in_package(),
            &node.fully_qualified_name,
            &node.config,
        ),
        None => {
            let table = &project.sources[id];
            (
                &table.name,
                table.file.path_in_package(),
                &table.fully_qualified_name,
                &table.config,
            )
        }
    };
    match flags.output {
        // dbt's name of a source table has its source's name before it
        Output::Name => match project.sources.get(id) {
            Some(table) => format!("{}.{}", table.source_name, table.name),
            None => name.clone(),
        },
        Output::Path => path.to_string(),
        Output::Json => keys(json!({
            "name": name,
            "resource_type": resource_type(resolved, id),
            "package_name": fully_qualified_name.first(),
            "original_file_path": path,
            "unique_id": id.as_str(),
            "alias": configuration.get("alias").and_then(|alias| alias.as_str()).unwrap_or(name),
            "config": configuration,
            "tags": config::texts(configuration, "tags"),
            "depends_on": {"nodes": resolved.graph.parents(id).map(UniqueId::as_str).collect::<Vec<_>>()},
        }), &flags.output_keys)
        .to_string(),
        // dbt's selector: the fqn, with `source:` before sources
        Output::Text | Output::File(_) => {
            let joined = fully_qualified_name.join(".");
            match project.nodes.get(id).map(|node| &node.kind) {
                None => {
                    let table = &project.sources[id];
                    format!("source:{}.{}.{}", table.package, table.source_name, table.name)
                }
                Some(_) => joined,
            }
        }
    }
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
