//! What the rows of an input are known by.

use std::collections::BTreeSet;

use super::called::Called;
use super::seen::Seen;
use crate::fingerprint::digest;
use crate::sql::{self, SqlFacts};

/// What is known of an input's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The same text means the same rows.
    Known(String),
    /// They come in this run; what they are is known when they are there.
    Pending,
    /// Nothing tells whether they have changed: why.
    Unknown(String),
}

impl Content {
    /// What is read through something of a version: known when all of it is.
    pub(super) fn of_all<'content>(
        version: &str,
        parts: impl Iterator<Item = &'content Content>,
    ) -> Content {
        let mut text = version.to_owned();
        for part in parts {
            match part {
                Content::Known(known) => {
                    text.push(' ');
                    text.push_str(known);
                }
                other => return other.clone(),
            }
        }
        Content::Known(digest(&text))
    }
}

/// A relation that hcw has not built, as it is now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outside {
    /// Its name for people.
    pub name: String,
    /// What the server says of it; nothing where it is not there.
    pub seen: Option<Seen>,
    /// The relations beneath a view, at any depth, by their names.
    pub beneath: Vec<(String, Seen)>,
    /// The definitions of a view and of those beneath it.
    pub definitions: Vec<String>,
    /// The conditions of policies on those relations.
    pub policies: Vec<String>,
    /// The owners of views, whom the policies of what lies beneath concern, with the roles that they have.
    pub owners: Vec<String>,
    /// The definitions of types, operators and text search configurations that those name.
    pub objects: BTreeSet<String>,
    /// What the functions that those call lead to.
    pub called: Called,
    /// What has landed in it, by the files' hashes.
    pub landed: Option<String>,
    /// What its declared `loaded_at` says.
    pub watermark: Option<String>,
    /// Whether the project says that it does not change unseen.
    pub is_declared: bool,
}

impl Outside {
    /// Adds what is read through functions: another relation, with all that lies beneath it.
    pub fn through(&mut self, other: &Outside) {
        let seen = other.seen.iter().cloned();
        self.beneath
            .extend(seen.map(|seen| (other.name.clone(), seen)));
        self.beneath.extend(other.beneath.iter().cloned());
        self.definitions.extend(other.definitions.iter().cloned());
        self.policies.extend(other.policies.iter().cloned());
        self.owners.extend(other.owners.iter().cloned());
        self.objects.extend(other.objects.iter().cloned());
        self.called.extend(other.called.clone());
    }

    /// What a view over it is bound to.
    pub fn shape(&self) -> Content {
        match &self.seen {
            Some(seen) => Content::Known(seen.shape()),
            None => Content::Unknown(format!("`{}` is not there", self.name)),
        }
    }

    /// What its rows are known by.
    pub fn rows(&self) -> Content {
        let Some(seen) = &self.seen else {
            return self.shape();
        };
        if self.is_declared {
            return Content::Known(seen.shape());
        }
        let mut text = format!("{:?} {:?} {:?}", self.landed, self.watermark, seen.shape());
        let tables = std::iter::once((&self.name, seen))
            .chain(self.beneath.iter().map(|(name, seen)| (name, seen)));
        for (name, seen) in tables {
            match seen.rows() {
                Ok(rows) => text.push_str(&rows),
                // what the project says of its rows stands for what the server does not know
                Err(_) if self.watermark.is_some() => {}
                Err(why) => return Content::Unknown(format!("`{name}` {why}")),
            }
        }
        for definition in &self.definitions {
            if let Some(why) = sql::facts(definition)
                .as_ref()
                .map_or(Some(UNREADABLE), moves)
            {
                return Content::Unknown(format!("`{}` is a view {why}", self.name));
            }
            text.push_str(definition);
        }
        for policy in &self.policies {
            let facts = sql::facts(policy).map(without_user);
            if let Some(why) = facts.as_ref().map_or(Some(UNREADABLE), moves) {
                return Content::Unknown(format!("`{}` has a policy {why}", self.name));
            }
            text.push_str(policy);
        }
        let is_guarded = |(_, seen): &(String, Seen)| seen.policies.is_some();
        if self.beneath.iter().any(is_guarded) {
            text.push_str(&self.owners.join(" "));
        }
        if let Some(why) = self.called.obstacles.first() {
            return Content::Unknown(format!("`{}`: {why}", self.name));
        }
        if !(self.called.definitions.is_empty() && self.objects.is_empty()) {
            let named = format!("{:?} {:?}", self.called.definitions, self.objects);
            text.push_str(&named);
        }
        Content::Known(digest(&text))
    }
}

const UNREADABLE: &str = "that is not understood";

/// Why what a text selects may change although nothing that is looked at does.
fn moves(facts: &SqlFacts) -> Option<&'static str> {
    let is_catalogue = |name: &crate::sql::WrittenName| match name.as_slice() {
        [name] => name.starts_with("pg_"),
        [schema, ..] => schema == "pg_catalog",
        [] => false,
    };
    if !facts.volatile.is_empty() {
        Some("whose rows change by themselves")
    } else if facts.reads.iter().any(is_catalogue) {
        Some("over the server's catalogue, whose changes are not seen")
    } else {
        None
    }
}

/// Who the user is belongs to what is observed of policies.
fn without_user(mut facts: SqlFacts) -> SqlFacts {
    for word in ["current_user", "session_user", "user", "current_role"] {
        facts.volatile.remove(word);
    }
    facts
}
