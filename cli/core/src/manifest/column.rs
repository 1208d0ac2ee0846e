//! Columns and constraints.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use serde_json::json;

use crate::project::{Column, Constraint};

/// Columns by name, in their order.
pub(super) struct Columns<'node> {
    columns: &'node [Column],
    /// What their foreign keys point at, where that is known.
    targets: &'node [Cow<'node, str>],
}

impl<'node> Columns<'node> {
    pub(super) fn new(columns: &'node [Column], targets: &'node [Cow<'node, str>]) -> Self {
        Columns { columns, targets }
    }
}

impl Serialize for Columns<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rest = self.targets;
        serializer.collect_map(self.columns.iter().map(|column| {
            let keys = column.constraints.iter();
            let keys = keys.filter(|constraint| constraint.to.is_some()).count();
            let (targets, others) = rest.split_at(keys.min(rest.len()));
            rest = others;
            (&column.name, Entry { column, targets })
        }))
    }
}

struct Entry<'node> {
    column: &'node Column,
    targets: &'node [Cow<'node, str>],
}

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let column = self.column;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &column.name)?;
        map.serialize_entry("description", &column.description)?;
        map.serialize_entry("meta", &column.meta)?;
        map.serialize_entry("data_type", &column.data_type)?;
        map.serialize_entry(
            "constraints",
            &Constraints {
                constraints: &column.constraints,
                is_table: false,
                targets: self.targets,
            },
        )?;
        map.serialize_entry("quote", &column.quote)?;
        map.serialize_entry("config", &json!({"meta": column.meta, "tags": column.tags}))?;
        map.serialize_entry("tags", &column.tags)?;
        map.serialize_entry("granularity", &column.granularity)?;
        map.serialize_entry("dimension", &column.dimension)?;
        map.serialize_entry("entity", &column.entity)?;
        map.serialize_entry("doc_blocks", &Ids(&column.doc_blocks))?;
        for (key, value) in &column.extra {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// Ids as texts.
pub(super) struct Ids<'node>(pub(super) &'node [crate::project::UniqueId]);

impl Serialize for Ids<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(crate::project::UniqueId::as_str))
    }
}

/// Constraints of a column, or with their columns those of a table; what foreign keys point at by its relation,
/// once that is known.
pub(super) struct Constraints<'node> {
    pub(super) constraints: &'node [Constraint],
    pub(super) is_table: bool,
    pub(super) targets: &'node [Cow<'node, str>],
}

impl Serialize for Constraints<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut targets = self.targets.iter();
        serializer.collect_seq(self.constraints.iter().map(|constraint| {
            let target = constraint.to.as_ref().and_then(|_| targets.next());
            let mut entry = json!({
                "type": constraint.kind.as_str(),
                "name": constraint.name,
                "expression": constraint.expression,
                "warn_unenforced": constraint.warn_unenforced,
                "warn_unsupported": constraint.warn_unsupported,
                "to": target.map(AsRef::as_ref).or(constraint.to.as_deref()),
                "to_columns": constraint.to_columns,
            });
            if self.is_table {
                entry["columns"] = json!(constraint.columns);
            }
            entry
        }))
    }
}
