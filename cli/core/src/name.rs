//! Names in the database: quoting, and relations. The only place that quotes an identifier or a literal.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// PostgreSQL's limit for a name, in bytes (NAMEDATALEN − 1); longer ones are cut silently by the server.
pub const MAX_NAME_BYTES: usize = 63;

/// An identifier in double quotes, safe in any statement.
pub fn quote_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text literal, safe in any statement whatever `standard_conforming_strings` says.
pub fn quote_literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') {
        format!(" E'{}'", quoted.replace('\\', "\\\\"))
    } else {
        format!("'{quoted}'")
    }
}

/// The statement that runs a block of PL/pgSQL, whatever names and texts are in it.
pub fn do_block(body: &str) -> String {
    let mut tag = "$hcw$".to_owned();
    while body.contains(&tag) {
        tag.insert(1, '_');
    }
    format!("do {tag}\n{body}\n{tag}")
}

/// The name that the server makes of one without quotes.
pub fn folded(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// A choice for each of database, schema and identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Parts<Choice> {
    /// Of the database.
    pub database: Choice,
    /// Of the schema.
    pub schema: Choice,
    /// Of the table, view or function.
    pub identifier: Choice,
}

impl Parts<bool> {
    /// All of them.
    pub const ALL: Parts<bool> = Parts {
        database: true,
        schema: true,
        identifier: true,
    };
}

/// A relation's full name: its parts as the server has them, and how a project writes them.
///
/// **Shape**: shown as dbt-postgres shows it, every part quoted: `"db"."schema"."identifier"`, but for those that the
/// project has written without quotes. Names are equal when the server has them for equal, however they are written.
#[derive(Debug, Clone)]
pub struct RelationName {
    /// Database; PostgreSQL cannot reach another one, so it must be the target's.
    pub database: String,
    /// Schema.
    pub schema: String,
    /// Table or view name.
    pub identifier: String,
    /// Parts that are written without quotes, as they are written; what has another name by now counts no more.
    unquoted: Option<Box<Parts<Option<String>>>>,
}

impl RelationName {
    /// A name whose parts are all quoted.
    pub fn new(
        database: impl Into<String>,
        schema: impl Into<String>,
        identifier: impl Into<String>,
    ) -> RelationName {
        RelationName {
            database: database.into(),
            schema: schema.into(),
            identifier: identifier.into(),
            unquoted: None,
        }
    }

    /// A name whose parts are quoted or not.
    pub fn written(parts: Parts<String>, quotes: Parts<bool>) -> RelationName {
        if quotes == Parts::ALL {
            return RelationName::new(parts.database, parts.schema, parts.identifier);
        }
        let stored = |part: &str, quotes: bool| match quotes {
            true => part.to_owned(),
            false => folded(part),
        };
        RelationName {
            database: stored(&parts.database, quotes.database),
            schema: stored(&parts.schema, quotes.schema),
            identifier: stored(&parts.identifier, quotes.identifier),
            unquoted: Some(Box::new(Parts {
                database: (!quotes.database).then_some(parts.database),
                schema: (!quotes.schema).then_some(parts.schema),
                identifier: (!quotes.identifier).then_some(parts.identifier),
            })),
        }
    }

    /// The same with all parts quoted.
    #[must_use]
    pub fn quoted(self) -> RelationName {
        RelationName {
            unquoted: None,
            ..self
        }
    }

    /// The same with another identifier, quoted or not as this one's is.
    #[must_use]
    pub fn named(&self, identifier: &str) -> RelationName {
        let parts = self.as_written();
        let parts = Parts {
            database: parts.database.to_owned(),
            schema: parts.schema.to_owned(),
            identifier: identifier.to_owned(),
        };
        RelationName::written(parts, self.quotes())
    }

    /// The same in a schema of that stored and that written name.
    #[must_use]
    pub fn in_other_schema(&self, stored: String, written: String) -> RelationName {
        let mut other = RelationName {
            schema: stored,
            ..self.clone()
        };
        if let Some(unquoted) = other
            .unquoted
            .as_mut()
            .filter(|unquoted| unquoted.schema.is_some())
        {
            unquoted.schema = Some(written);
        }
        other
    }

    /// Its parts as the project writes them.
    pub fn as_written(&self) -> Parts<&str> {
        let unquoted = self.unquoted();
        Parts {
            database: unquoted.database.unwrap_or(&self.database),
            schema: unquoted.schema.unwrap_or(&self.schema),
            identifier: unquoted.identifier.unwrap_or(&self.identifier),
        }
    }

    /// Which parts are written in quotes.
    pub fn quotes(&self) -> Parts<bool> {
        let unquoted = self.unquoted();
        Parts {
            database: unquoted.database.is_none(),
            schema: unquoted.schema.is_none(),
            identifier: unquoted.identifier.is_none(),
        }
    }

    fn unquoted(&self) -> Parts<Option<&str>> {
        let Some(unquoted) = &self.unquoted else {
            return Parts::default();
        };
        fn of<'name>(written: &'name Option<String>, stored: &str) -> Option<&'name str> {
            let written = written.as_deref()?;
            written.eq_ignore_ascii_case(stored).then_some(written)
        }
        Parts {
            database: of(&unquoted.database, &self.database),
            schema: of(&unquoted.schema, &self.schema),
            identifier: of(&unquoted.identifier, &self.identifier),
        }
    }

    fn key(&self) -> (&str, &str, &str) {
        (&self.database, &self.schema, &self.identifier)
    }

    /// `"schema"."identifier"`, as statements that hcw writes itself name it.
    pub fn in_schema(&self) -> String {
        format!(
            "{}.{}",
            quote_identifier(&self.schema),
            quote_identifier(&self.identifier)
        )
    }

    /// `schema.identifier`, unquoted, for people.
    pub fn plain(&self) -> String {
        let Parts {
            schema, identifier, ..
        } = self.as_written();
        format!("{schema}.{identifier}")
    }
}

impl PartialEq for RelationName {
    fn eq(&self, other: &RelationName) -> bool {
        self.key() == other.key()
    }
}

impl Eq for RelationName {}

impl PartialOrd for RelationName {
    fn partial_cmp(&self, other: &RelationName) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RelationName {
    fn cmp(&self, other: &RelationName) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Hash for RelationName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl fmt::Display for RelationName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unquoted = self.unquoted();
        let part = |written: Option<&str>, stored: &str| match written {
            Some(written) => written.to_owned(),
            None => quote_identifier(stored),
        };
        write!(
            formatter,
            "{}.{}.{}",
            part(unquoted.database, &self.database),
            part(unquoted.schema, &self.schema),
            part(unquoted.identifier, &self.identifier)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_doubled() {
        assert_eq!(quote_identifier(r#"a"b"#), r#""a""b""#);
        assert_eq!(quote_literal("it's"), "'it''s'");
        assert_eq!(quote_literal(r"a\'b"), r" E'a\\''b'");
    }

    #[test]
    fn relations_show_as_dbt_shows_them() {
        let relation = RelationName::new("db", "marts", "kpi");
        assert_eq!(relation.to_string(), r#""db"."marts"."kpi""#);
        assert_eq!(relation.in_schema(), r#""marts"."kpi""#);
        assert_eq!(relation.plain(), "marts.kpi");
    }
    #[test]
    fn what_is_not_quoted_is_written_as_it_is_and_stored_in_lower_case() {
        let parts = || Parts {
            database: "db".to_owned(),
            schema: "Marts".to_owned(),
            identifier: "Kpi".to_owned(),
        };
        let quotes = Parts {
            schema: false,
            ..Parts::ALL
        };
        let mut relation = RelationName::written(parts(), quotes);
        assert_eq!(relation.to_string(), r#""db".Marts."Kpi""#);
        assert_eq!(relation.in_schema(), r#""marts"."Kpi""#);
        assert_eq!(relation.plain(), "Marts.Kpi");
        assert_eq!(relation, RelationName::new("db", "marts", "Kpi"));
        assert_eq!(relation.quotes(), quotes);
        relation.schema = "hcw_shadow__marts".to_owned();
        assert_eq!(relation.to_string(), r#""db"."hcw_shadow__marts"."Kpi""#);
    }
}
