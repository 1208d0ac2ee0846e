//! `ls`: what a selector selects, without a database.

use hcw_core::graph::Resolved;
use hcw_core::project::{NodeKind, UniqueId, config};
use hcw_core::select::resource_type;
use serde_json::json;

use super::build;
use crate::args::{OutputForm, RunArguments};
use crate::exit_code;
use crate::report::Reporter;
use crate::session::{Problems, Session};

/// Lists ids, names, paths or JSON, in id order.
pub(crate) fn run(
    session: &Session,
    arguments: &RunArguments,
    reporter: &Reporter,
) -> Result<u8, Problems> {
    let resolved = session.resolve(reporter)?;
    let selected = build::selected(&resolved, arguments, reporter)?;
    let mut text = String::new();
    for id in &selected {
        text.push_str(&line(&resolved, id, reporter.form()));
        text.push('\n');
    }
    if selected.is_empty() {
        reporter.line("nothing is selected");
    }
    reporter.data(&text);
    Ok(exit_code::SUCCESS)
}

fn line(resolved: &Resolved, id: &UniqueId, form: OutputForm) -> String {
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
    match form {
        // dbt's name of a source table has its source's name before it
        OutputForm::Name => match project.sources.get(id) {
            Some(table) => format!("{}.{}", table.source_name, table.name),
            None => name.clone(),
        },
        OutputForm::Path => path.to_string(),
        OutputForm::Json => json!({
            "name": name,
            "resource_type": resource_type(resolved, id),
            "package_name": fully_qualified_name.first(),
            "original_file_path": path,
            "unique_id": id.as_str(),
            "alias": configuration.get("alias").and_then(|alias| alias.as_str()).unwrap_or(name),
            "config": configuration,
            "tags": config::texts(configuration, "tags"),
            "depends_on": {"nodes": resolved.graph.parents(id).map(UniqueId::as_str).collect::<Vec<_>>()},
        })
        .to_string(),
        // dbt's selector: the fqn, with `source:` before sources
        OutputForm::Text | OutputForm::Selector => {
            let joined = fully_qualified_name.join(".");
            match project.nodes.get(id).map(|node| &node.kind) {
                None => {
                    let table = &project.sources[id];
                    format!("source:{}.{}.{}", table.package, table.source_name, table.name)
                }
                Some(NodeKind::Model | NodeKind::Seed | NodeKind::SingularTest | NodeKind::GenericTest(_)) => joined,
            }
        }
    }
}
