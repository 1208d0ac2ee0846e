//! The swap of a relation for the one built in the shadow schema.

use super::Statement;
use crate::name::{MAX_NAME_BYTES, RelationName, quote_literal};

/// The schema beside a schema in which relations are built.
pub(crate) fn shadow_schema(schema: &str) -> String {
    suffixed(schema, "__hcw_shadow")
}

/// The schema beside a schema that takes replaced tables until the run has ended.
pub(crate) fn retired_schema(schema: &str) -> String {
    suffixed(schema, "__hcw_retired")
}

/// A name with a suffix, within PostgreSQL's limit.
pub(super) fn suffixed(name: &str, suffix: &str) -> String {
    let mut end = name.len().min(MAX_NAME_BYTES - suffix.len());
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{suffix}", &name[..end])
}

/// The statement that ends a build: see `swap.sql`.
pub(crate) fn swap(target: &RelationName) -> Statement {
    let text = include_str!("swap.sql");
    // the header comment is for readers of the source
    let body = text.find("do $hcw$").map_or(text, |start| &text[start..]);
    Statement::plain(
        body.trim_end()
            .trim_end_matches(';')
            .replace("'{target_schema}'", &quote_literal(&target.schema))
            .replace(
                "'{shadow_schema}'",
                &quote_literal(&shadow_schema(&target.schema)),
            )
            .replace(
                "'{retired_schema}'",
                &quote_literal(&retired_schema(&target.schema)),
            )
            .replace("'{name}'", &quote_literal(&target.identifier)),
    )
}
