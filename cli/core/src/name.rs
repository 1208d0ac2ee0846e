//! Names in the database: quoting, and relations. The only place that quotes an identifier or a literal.

use std::fmt;

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

/// A relation's full name.
///
/// **Shape**: shown as dbt-postgres shows it, every part quoted: `"db"."schema"."identifier"`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelationName {
    /// Database; PostgreSQL cannot reach another one, so it must be the target's.
    pub database: String,
    /// Schema.
    pub schema: String,
    /// Table or view name.
    pub identifier: String,
}

impl RelationName {
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
        format!("{}.{}", self.schema, self.identifier)
    }
}

impl fmt::Display for RelationName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}.{}.{}",
            quote_identifier(&self.database),
            quote_identifier(&self.schema),
            quote_identifier(&self.identifier)
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
        let relation = RelationName {
            database: "db".into(),
            schema: "marts".into(),
            identifier: "kpi".into(),
        };
        assert_eq!(relation.to_string(), r#""db"."marts"."kpi""#);
        assert_eq!(relation.in_schema(), r#""marts"."kpi""#);
        assert_eq!(relation.plain(), "marts.kpi");
    }
}
