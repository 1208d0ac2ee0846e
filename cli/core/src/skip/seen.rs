//! Relations and functions as the server sees them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::fingerprint::digest;
use crate::sql::{SqlFacts, WrittenName};

/// The first oid that PostgreSQL gives to what users make (`FirstNormalObjectId`).
const FIRST_OF_USERS: i64 = 16_384;

/// A relation as it is, by what changes when somebody changes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// `pg_class.oid`.
    pub oid: i64,
    /// `pg_class.relkind`.
    pub kind: String,
    /// The file of its rows, which TRUNCATE replaces; a partitioned table's are those of its parts.
    pub file: Option<String>,
    /// A view's definition, by the catalogue's row that has it.
    pub rule: Option<String>,
    /// A digest of its columns: names, types, not null, defaults.
    pub columns: String,
    /// Its indexes.
    #[serde(default)]
    pub indexes: BTreeSet<String>,
    /// Its constraints.
    #[serde(default)]
    pub constraints: BTreeSet<String>,
    /// Rows that were ever inserted, updated, deleted.
    pub counts: Option<Counts>,
    /// Where row-level security is on: a digest of its policies, and of the roles that the builder has.
    #[serde(default)]
    pub policies: Option<String>,
}

/// The server's counters of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// One number a kind of change, and those of parts.
    pub rows: String,
    /// Since when is counted: another text after counters were set back.
    pub since: String,
}

impl Seen {
    /// What differs from the relation as it was built.
    pub(super) fn difference(&self, now: Option<&Seen>) -> Option<String> {
        let Some(now) = now else {
            return Some("its relation is gone".to_owned());
        };
        let missing = |before: &BTreeSet<String>, now: &BTreeSet<String>| {
            before.difference(now).next().cloned()
        };
        let named = |text: String| text.split(' ').next().unwrap_or_default().to_owned();
        let what = if self.oid != now.oid || self.kind != now.kind {
            "its relation is another one".to_owned()
        } else if self.rule != now.rule {
            "its definition was changed".to_owned()
        } else if self.columns != now.columns {
            "its columns were changed".to_owned()
        } else if let Some(index) = missing(&self.indexes, &now.indexes) {
            format!("its index {} is gone", named(index))
        } else if let Some(constraint) = missing(&self.constraints, &now.constraints) {
            format!("its constraint {} is gone", named(constraint))
        } else if self.file != now.file {
            "it was truncated or written anew".to_owned()
        } else {
            match (&self.counts, &now.counts) {
                // before PostgreSQL 15 what this run has done is not counted when it is recorded
                (None, _) => return None,
                (Some(before), Some(now)) if before == now => return None,
                (Some(before), Some(now)) if before.since == now.since => {
                    "its rows were changed".to_owned()
                }
                _ => "the server has set its counters back, so that changed rows would not be seen"
                    .to_owned(),
            }
        };
        Some(what)
    }

    /// What a view over it is bound to.
    pub(super) fn shape(&self) -> String {
        format!("{} {}", self.oid, self.columns)
    }

    /// What its own rows are known by, or why by nothing.
    pub(super) fn rows(&self) -> Result<String, &'static str> {
        let rows = self.stored()?;
        Ok(match &self.policies {
            Some(policies) => format!("{rows} {policies}"),
            None => rows,
        })
    }

    fn stored(&self) -> Result<String, &'static str> {
        if self.oid < FIRST_OF_USERS {
            return Err("is the server's own, whose changes are not seen");
        }
        match self.kind.as_str() {
            // its rows are those of what is beneath it
            "v" => Ok(self.rule.clone().unwrap_or_default()),
            "f" => Err("is a foreign table, whose changes the server does not see"),
            "r" | "p" | "m" => match &self.counts {
                Some(counts) => Ok(digest(&format!("{} {:?} {counts:?}", self.oid, self.file))),
                None => Err("is not counted by the server (track_counts)"),
            },
            _ => Err("is no table or view"),
        }
    }
}

/// A function of the database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FunctionSeen {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// `pg_proc.provolatile`.
    pub volatility: String,
    /// A digest of its definition.
    pub definition: String,
    /// What its body does, where that can be read.
    pub body: Option<SqlFacts>,
    /// The functions that an aggregate is made of.
    pub supports: Vec<WrittenName>,
    /// Whether it has a search path of its own, by which the names in its body are found.
    pub has_own_path: bool,
    /// Whether it can be called as `row.function`.
    pub takes_row: bool,
    /// Whether its schema is searched for names without one.
    pub is_visible: bool,
    /// Whether it is PostgreSQL's own.
    pub is_of_server: bool,
}

impl FunctionSeen {
    /// Whether a written name can mean it.
    pub(super) fn is_meant_by(&self, call: &[String]) -> bool {
        match call {
            [name] => self.is_visible && *name == self.name,
            [.., schema, name] => *schema == self.schema && *name == self.name,
            [] => false,
        }
    }

    /// Whether it promises to read no table; an aggregate has its parts promise.
    pub(super) fn is_immutable(&self) -> bool {
        self.volatility == "i" && self.supports.is_empty()
    }

    /// Why what calls it may have another result although nothing was changed.
    pub(super) fn obstacle(&self) -> Option<String> {
        let name = format!("{}.{}", self.schema, self.name);
        let is_read = |body: &SqlFacts| body.volatile.is_empty();
        match self.volatility.as_str() {
            "i" => None,
            // of the server's own the names are known of those that change
            "s" if self.is_of_server => None,
            // the tables that it reads are looked at
            "s" if !self.has_own_path && self.body.as_ref().is_some_and(is_read) => None,
            "s" => Some(format!(
                "{name}() is declared stable, and what it reads is not known"
            )),
            _ => Some(format!("{name}() is volatile")),
        }
    }
}
