//! Names when templates run for good: relations as they will be in the database.

use std::collections::HashMap;
use std::sync::Arc;

use super::{ephemeral, is_ephemeral};
use crate::diagnostic::Diagnostic;
use crate::graph::Resolved;
use crate::jinja::{Names, Relation, RelationKind, RowFilter};
use crate::name::{RelationName, quote_identifier};
use crate::project::config::{ConfigMap, text};
use crate::project::{Column, Found, NameIndex, UniqueId};
use crate::settings::Settings;
use crate::shadow::Shadow;

/// Names in the second pass.
#[derive(Debug)]
pub(super) struct FinalNames {
    index: Arc<NameIndex>,
    models: HashMap<UniqueId, Relation>,
    sources: HashMap<UniqueId, Relation>,
    functions: HashMap<UniqueId, Relation>,
    /// Where relations are that this run builds in its shadow.
    in_shadow: HashMap<RelationName, RelationName>,
}

impl FinalNames {
    /// The names of what reads what this shadow has.
    pub(super) fn of(resolved: &Resolved, shadow: &Shadow) -> FinalNames {
        let project = resolved.project();
        let settings = project.settings();
        let with_rows = |mut relation: Relation, config: &ConfigMap, columns: &[Column]| {
            relation.rows = rows(settings, config, columns);
            relation
        };
        let models = project
            .nodes
            .values()
            .filter(|node| node.is_referable())
            .filter_map(|node| {
                let relation = if is_ephemeral(node) {
                    ephemeral::expression(resolved, node)
                } else {
                    let elsewhere = resolved.deferral.relation(&node.id);
                    let published = || resolved.rendered.relations.get(&node.id);
                    let here = || shadow.place(&node.id).or_else(published);
                    Relation::new(elsewhere.or_else(here)?.clone(), None)
                };
                let relation = with_rows(relation, &node.config, &node.columns);
                Some((node.id.clone(), relation))
            })
            .collect();
        let sources = project
            .sources
            .values()
            .map(|table| {
                let relation = Relation::of_source(table);
                let relation = with_rows(relation, &table.config, &table.columns);
                (table.id.clone(), relation)
            })
            .collect();
        let functions = project
            .nodes
            .values()
            .filter(|node| node.is_function())
            .filter_map(|node| {
                let name = resolved.rendered.relations.get(&node.id)?.clone();
                let relation = Relation::new(name, Some(RelationKind::Function));
                Some((node.id.clone(), relation))
            })
            .collect();
        FinalNames {
            index: resolved.rendered.names.clone(),
            models,
            sources,
            functions,
            in_shadow: resolved.in_shadow_of(shadow).collect(),
        }
    }
}

/// The rows that a reader gets: none with `--empty`; with `--sample` those of a window of time, where the
/// relation says which column tells the time.
fn rows(settings: &Settings, config: &ConfigMap, columns: &[Column]) -> RowFilter {
    let event_time = text(config, "event_time").map(|name| {
        let column = columns.iter().find(|column| column.name == name);
        match column.and_then(|column| column.quote) {
            Some(true) => quote_identifier(name),
            _ => name.to_owned(),
        }
    });
    let window = settings.sample().and_then(|window| {
        let bound = |key: &str| window.get(key)?.as_str().map(str::to_owned);
        Some((event_time?, bound("start"), bound("end")))
    });
    RowFilter {
        limit: settings.reads_nothing().then_some(0),
        event_time: window,
    }
}

impl Names for FinalNames {
    fn resolve_ref(
        &self,
        from: &str,
        package: Option<&str>,
        name: &str,
    ) -> Result<Relation, Diagnostic> {
        let found = self.index.find_ref(from, package, name);
        match &found {
            Found::One(id) => self.models.get(*id).cloned(),
            _ => None,
        }
        .ok_or_else(|| self.index.unknown_ref(&found, package, name))
    }

    fn resolve_source(
        &self,
        from: &str,
        source: &str,
        table: &str,
    ) -> Result<Relation, Diagnostic> {
        self.index
            .find_source(from, source, table)
            .and_then(|id| self.sources.get(id))
            .cloned()
            .ok_or_else(|| self.index.unknown_source(source, table))
    }

    fn resolve_function(
        &self,
        from: &str,
        package: Option<&str>,
        name: &str,
    ) -> Result<Relation, Diagnostic> {
        self.index
            .find_function(from, package, name)
            .and_then(|id| self.functions.get(id))
            .cloned()
            .ok_or_else(|| self.index.unknown_function(package, name))
    }

    fn built_at(&self, published: &RelationName) -> Option<RelationName> {
        self.in_shadow.get(published).cloned()
    }
}
