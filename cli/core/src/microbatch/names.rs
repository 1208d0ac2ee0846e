//! Names while a batch is built: what they stand for has the rows of the batch's period.

use std::collections::HashMap;
use std::sync::Arc;

use super::is_before;
use crate::analyse::Analysed;
use crate::diagnostic::Diagnostic;
use crate::jinja::{Names, Relation};
use crate::name::RelationName;
use crate::project::{Found, NameIndex, UniqueId, config};

/// Names of a batch.
#[derive(Debug)]
pub(super) struct BatchNames {
    index: Arc<NameIndex>,
    names: Arc<dyn Names>,
    /// The event times of inputs that have one.
    columns: HashMap<UniqueId, String>,
    start: String,
    end: String,
}

impl BatchNames {
    pub(super) fn new(analysed: &Analysed, start: &str, end: &str) -> BatchNames {
        let project = analysed.resolved.project();
        let nodes = project.nodes.values().map(|node| (&node.id, &node.config));
        let sources = project
            .sources
            .values()
            .map(|table| (&table.id, &table.config));
        BatchNames {
            index: analysed.resolved.rendered.names.clone(),
            names: analysed.names.clone(),
            columns: nodes
                .chain(sources)
                .filter_map(|(id, map)| {
                    let column = config::text(map, "event_time")?;
                    Some((id.clone(), column.to_owned()))
                })
                .collect(),
            start: start.to_owned(),
            end: end.to_owned(),
        }
    }

    fn of_period(&self, id: Option<&UniqueId>, mut relation: Relation) -> Relation {
        if let Some(column) = id.and_then(|id| self.columns.get(id)) {
            let (mut start, mut end) = (self.start.clone(), self.end.clone());
            // of a sample the part that lies within the batch
            if let Some((_, from, before)) = relation.rows.event_time {
                start = from.filter(|from| is_before(&start, from)).unwrap_or(start);
                end = before
                    .filter(|before| is_before(before, &end))
                    .unwrap_or(end);
            }
            relation.rows.event_time = Some((column.clone(), Some(start), Some(end)));
        }
        relation
    }
}

impl Names for BatchNames {
    fn resolve_ref(
        &self,
        from: &str,
        package: Option<&str>,
        name: &str,
    ) -> Result<Relation, Diagnostic> {
        let relation = self.names.resolve_ref(from, package, name)?;
        let id = match self.index.find_ref(from, package, name) {
            Found::One(id) => Some(id),
            _ => None,
        };
        Ok(self.of_period(id, relation))
    }

    fn resolve_source(
        &self,
        from: &str,
        source: &str,
        table: &str,
    ) -> Result<Relation, Diagnostic> {
        let relation = self.names.resolve_source(from, source, table)?;
        Ok(self.of_period(self.index.find_source(from, source, table), relation))
    }

    fn resolve_function(
        &self,
        from: &str,
        package: Option<&str>,
        name: &str,
    ) -> Result<Relation, Diagnostic> {
        self.names.resolve_function(from, package, name)
    }

    fn built_at(&self, published: &RelationName) -> Option<RelationName> {
        self.names.built_at(published)
    }
}
