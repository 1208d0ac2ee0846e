//! What the warehouse holds before a run, as a value: read once by the edge, used by analyse and plan.

use std::collections::BTreeMap;

use crate::name::RelationName;

/// What a relation in the database is (`pg_class.relkind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationType {
    /// A table, partitioned ones included.
    Table,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// Anything else that takes the name: foreign table, sequence, composite type.
    Other,
}

/// A relation that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExistingRelation {
    /// What it is.
    pub relation_type: RelationType,
    /// Its columns in order: name, and type as `format_type` prints it.
    pub columns: Vec<(String, String)>,
    /// Whether it has storage parameters, or options of a view.
    pub has_options: bool,
}

/// The warehouse before a run.
#[derive(Debug, Clone, Default)]
pub struct WarehouseState {
    /// `server_version_num`, for example 150018.
    pub server_version: u32,
    /// Relations by schema and name.
    pub relations: BTreeMap<(String, String), ExistingRelation>,
    /// Whether nobody has looked: what asks for a relation then waits until somebody does.
    pub is_unknown: bool,
    /// The views that read a relation directly, by schema and name, in the whole database; read only where views may be
    /// defined anew where they stand.
    pub readers: BTreeMap<(String, String), Vec<(String, String)>>,
}

impl WarehouseState {
    /// The relation of that name, if it exists.
    pub fn get(&self, name: &RelationName) -> Option<&ExistingRelation> {
        self.relations
            .get(&(name.schema.clone(), name.identifier.clone()))
    }
}
