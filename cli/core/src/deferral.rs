//! Another environment's relations, as its manifest names them: what `--defer` reads where this environment
//! has none of its own, and what `clone` copies.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::analyse::is_ephemeral;
use crate::name::{Parts, RelationName};
use crate::project::{Project, UniqueId};
use crate::state::WarehouseState;

/// The other environment.
#[derive(Debug, Clone, Default)]
pub struct Deferral {
    /// Where it has the nodes of this project.
    pub relations: BTreeMap<UniqueId, RelationName>,
    /// The nodes that are read there instead of here.
    pub read: BTreeSet<UniqueId>,
}

impl Deferral {
    /// The relations that a manifest has for the project's models, seeds and snapshots; ephemeral models have
    /// none.
    pub fn of(manifest: &Json, project: &Project) -> Deferral {
        let nodes = manifest.get("nodes").and_then(Json::as_object);
        let relations = project
            .nodes
            .values()
            .filter(|node| node.is_referable() && !is_ephemeral(node))
            .filter_map(|node| {
                let there = nodes?.get(node.id.as_str())?;
                let text = |key: &str| there.get(key).and_then(Json::as_str).map(str::to_owned);
                if there["config"]["materialized"] == "ephemeral" {
                    return None;
                }
                let parts = Parts {
                    database: text("database").unwrap_or_default(),
                    schema: text("schema")?,
                    identifier: text("alias").or_else(|| text("name"))?,
                };
                let relation = RelationName::written(parts, project.shared.quotes);
                Some((node.id.clone(), relation))
            });
        Deferral {
            relations: relations.collect(),
            read: BTreeSet::new(),
        }
    }

    /// Chooses what is read there: nodes that do not exist here and that this run does not build; with
    /// `favours_other` everything that is not selected.
    #[must_use]
    pub fn choose(
        mut self,
        here: &BTreeMap<UniqueId, RelationName>,
        state: &WarehouseState,
        selected: &BTreeSet<UniqueId>,
        built: &BTreeSet<UniqueId>,
        favours_other: bool,
    ) -> Deferral {
        let exists = |id: &UniqueId| here.get(id).is_some_and(|name| state.get(name).is_some());
        let read = self.relations.keys().filter(|id| {
            (favours_other && !selected.contains(*id)) || !(built.contains(*id) || exists(id))
        });
        self.read = read.cloned().collect();
        self
    }

    /// Where a node is read, if not here.
    pub(crate) fn relation(&self, id: &UniqueId) -> Option<&RelationName> {
        self.read
            .contains(id)
            .then(|| self.relations.get(id))
            .flatten()
    }
}
