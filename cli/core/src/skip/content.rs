//! What the rows of an input are known by.

use super::seen::{FunctionSeen, Seen};
use crate::fingerprint::digest;
use crate::sql;

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
    /// Functions that those call.
    pub functions: Vec<FunctionSeen>,
    /// What has landed in it, by the files' hashes.
    pub landed: Option<String>,
    /// What its declared `loaded_at` says.
    pub watermark: Option<String>,
    /// Whether the project says that it does not change unseen.
    pub is_declared: bool,
}

impl Outside {
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
            let volatile = sql::facts(definition).map(|facts| facts.volatile);
            if volatile.is_none_or(|volatile| !volatile.is_empty()) {
                return Content::Unknown(format!(
                    "`{}` is a view whose rows change by themselves",
                    self.name
                ));
            }
            text.push_str(definition);
        }
        for function in &self.functions {
            if let Some(why) = function.obstacle() {
                return Content::Unknown(format!("`{}`: {why}", self.name));
            }
            text.push_str(&function.definition);
        }
        Content::Known(digest(&text))
    }
}
