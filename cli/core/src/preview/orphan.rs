//! Relations that hcw has built and that no node of the project is for now.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::analyse::{Analysed, is_ephemeral};
use crate::project::UniqueId;

/// A relation that hcw has built for a node, and that stands under the name that it was built under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The node's id.
    pub unique_id: String,
    /// Schema and name.
    pub name: (String, String),
    /// `pg_class.oid`.
    pub oid: i64,
    /// `pg_class.relkind`.
    pub relkind: String,
}

/// A relation that no node is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Orphan {
    /// The node that it was built for.
    pub unique_id: String,
    /// `schema.name`.
    pub relation: String,
    /// Why nothing is for it: its node `is no more`, `has moved to marts.visits`, `is ephemeral now`.
    pub why: String,
    /// Whether a build of what is selected may drop it: its node is gone, or selected.
    pub is_selected: bool,
    /// Whether its node has a relation in another place, which is not built yet: until it is, this one stays.
    #[serde(skip)]
    pub is_awaited: bool,
    /// The relation.
    #[serde(skip)]
    pub built: Built,
}

/// What has been built and no node is for, in the order of `built`.
///
/// A relation whose node still exists is left alone unless the node is selected.
pub fn orphans(
    analysed: &Analysed,
    selected: &BTreeSet<UniqueId>,
    built: Vec<Built>,
) -> Vec<Orphan> {
    let project = analysed.resolved.project();
    let relations = analysed.resolved.rendered.relations.iter();
    // an ephemeral model has a name and no relation
    let places: BTreeMap<&str, (String, String)> = relations
        .filter(|(id, _)| !project.nodes.get(*id).is_some_and(is_ephemeral))
        .map(|(id, name)| (id.as_str(), (name.schema.clone(), name.identifier.clone())))
        .collect();
    let wanted: BTreeSet<&(String, String)> = places.values().collect();
    let stands: BTreeSet<(&str, &(String, String))> = built
        .iter()
        .map(|one| (one.unique_id.as_str(), &one.name))
        .collect();
    let left = built.iter().filter(|one| !wanted.contains(&one.name));
    left.map(|one| {
        let id = one.unique_id.as_str();
        let place = places.get(id);
        let exists = project.nodes.keys().any(|known| known.as_str() == id);
        Orphan {
            unique_id: one.unique_id.clone(),
            relation: format!("{}.{}", one.name.0, one.name.1),
            why: match place {
                Some((schema, name)) => format!("has moved to {schema}.{name}"),
                None if exists => "is ephemeral now".to_owned(),
                None => "is no more".to_owned(),
            },
            is_selected: !exists || selected.iter().any(|known| known.as_str() == id),
            is_awaited: place.is_some_and(|place| !stands.contains(&(id, place))),
            built: one.clone(),
        }
    })
    .collect()
}

impl Orphan {
    /// What a build makes of it.
    pub(super) fn fate(&self) -> &'static str {
        match self.is_selected {
            true => "`hcw build --prune` drops it",
            false => "it stays, since that is not selected",
        }
    }
}
