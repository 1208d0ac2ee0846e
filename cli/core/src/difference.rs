//! `hcw diff`: what differs between two relations of one shape or nearly so, counted by the server.
//!
//! With a key a row is the same row on both sides, and may be changed; without one rows are equal or not. No value of
//! a row is asked for, except where the user wants to see some.

mod key;
mod print;
mod query;

use serde::Serialize;
use serde_json::value::RawValue;

pub use key::key_of;
pub use print::{markdown, text};

use crate::name::RelationName;
use crate::state::ExistingRelation;

/// Two relations that are compared: what is published, and what may take its place.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The name that is shown.
    pub name: String,
    /// What is published, if anything is.
    pub old: Option<(RelationName, ExistingRelation)>,
    /// What may take its place, if anything does.
    pub new: Option<(RelationName, ExistingRelation)>,
    /// Columns that identify a row; empty where none are known.
    pub key: Vec<String>,
}

/// What differs.
///
/// **Units**: rows. Without a key `changed` is unknown, and a changed row counts as one removed and one added.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// The relation.
    pub name: String,
    /// Columns that identify a row; empty where none do.
    pub key: Vec<String>,
    /// Rows published; none where nothing is.
    pub rows_before: Option<u64>,
    /// Rows that may take their place; none where nothing does.
    pub rows_after: Option<u64>,
    /// Rows whose key only the new relation has.
    pub added: u64,
    /// Rows whose key only the published relation has.
    pub removed: u64,
    /// Rows of one key that differ in a column that both have.
    pub changed: Option<u64>,
    /// Columns in which rows of one key differ, with how many of them.
    pub changed_columns: Vec<ChangedColumn>,
    /// Columns that only the new relation has, with their types.
    pub new_columns: Vec<NewColumn>,
    /// Columns that only the published relation has.
    pub lost_columns: Vec<String>,
    /// Columns whose type differs.
    pub retyped_columns: Vec<RetypedColumn>,
    /// What the user should know, such as a key that is none.
    pub note: Option<String>,
    /// Why the relation is not compared, if it is not.
    pub failed: Option<String>,
    /// Rows that differ, as the server prints them to the last digit; only where the user wants to see them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Box<RawValue>>,
}

/// A column in which rows of one key differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangedColumn {
    /// Its name.
    pub name: String,
    /// In how many rows.
    pub rows: u64,
}

/// A column that was not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewColumn {
    /// Its name.
    pub name: String,
    /// Its type, as `format_type` prints it.
    pub data_type: String,
}

/// A column whose type is another, as `format_type` prints them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RetypedColumn {
    /// Its name.
    pub name: String,
    /// The published type.
    pub before: String,
    /// The new type.
    pub after: String,
}

impl Difference {
    /// What is known without counting: the columns.
    pub fn of_columns(comparison: &Comparison) -> Difference {
        let columns = |side: &Option<(RelationName, ExistingRelation)>| {
            side.as_ref()
                .map(|(_, relation)| relation.columns.clone())
                .unwrap_or_default()
        };
        let (old, new) = (columns(&comparison.old), columns(&comparison.new));
        let both = comparison.old.is_some() && comparison.new.is_some();
        let lacks = |columns: &[(String, String)], name: &str| {
            both && !columns.iter().any(|(known, _)| known == name)
        };
        let retyped = old.iter().filter_map(|(name, before)| {
            let (_, after) = new.iter().find(|(known, _)| known == name)?;
            (after != before).then(|| RetypedColumn {
                name: name.clone(),
                before: before.clone(),
                after: after.clone(),
            })
        });
        Difference {
            name: comparison.name.clone(),
            key: comparison.key.clone(),
            rows_before: None,
            rows_after: None,
            added: 0,
            removed: 0,
            changed: None,
            changed_columns: Vec::new(),
            retyped_columns: retyped.collect(),
            new_columns: new
                .iter()
                .filter(|(name, _)| lacks(&old, name))
                .map(|(name, data_type)| NewColumn {
                    name: name.clone(),
                    data_type: data_type.clone(),
                })
                .collect(),
            lost_columns: old
                .iter()
                .filter(|(name, _)| lacks(&new, name))
                .map(|(name, _)| name.clone())
                .collect(),
            note: None,
            failed: None,
            examples: Vec::new(),
        }
    }

    /// Whether both sides have the same rows and columns.
    pub fn is_none(&self) -> bool {
        self.rows_before.is_some()
            && self.rows_after.is_some()
            && self.added + self.removed + self.changed.unwrap_or_default() == 0
            && self.new_columns.is_empty()
            && self.lost_columns.is_empty()
            && self.retyped_columns.is_empty()
    }
}
