//! `ls`: what a selector selects, without a database. As in dbt the manifest is written.

use std::collections::BTreeMap;

use hcw_core::diagnostic::Code;
use hcw_core::graph::Resolved;
use hcw_core::manifest::listed;
use hcw_core::project::UnitTest;
use hcw_core::select::{Catalogue, Item, ResourceKind};

use super::build;
use crate::args::{Flags, LogLevel, Output};
use crate::report::{Event, Reporter};
use crate::selection::selected;
use crate::session::{Problems, Session};
use crate::{artifacts, exit_code};

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
    artifacts::write_manifest(session, &resolved, None).map_err(|problem| vec![problem])?;
    let catalogue = Catalogue::of(&resolved);
    let items = catalogue.items().iter();
    let items = items.filter(|item| selected.contains(item.id));
    let wanted = flags.output_keys.iter();
    let wanted: Vec<&str> = wanted.flat_map(|key| key.split_whitespace()).collect();
    let mut entries = match flags.output {
        Output::Json => listed(&resolved, items.clone().map(|item| item.id), &wanted),
        _ => BTreeMap::new(),
    };
    for item in items {
        let text = match entries.remove(item.id) {
            Some(text) => text,
            None => line(&resolved, item, flags),
        };
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
        // dbt's selector: the fqn; for what has none of SQL its kind and name
        Output::Text | Output::Json | Output::Markdown | Output::File(_) => {
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
                ) => {
                    let unit_test = resolved.project().declared.unit_tests.get(item.id);
                    let name = unit_test.map(UnitTest::full_name);
                    format!(
                        "{kind}:{}.{}",
                        item.package,
                        name.as_deref().unwrap_or(item.name)
                    )
                }
                _ => item.fully_qualified_name.join("."),
            }
        }
    }
}
