//! The swap of a relation for the one built in the shadow schema.

use super::Statement;
use crate::name::{MAX_NAME_BYTES, RelationName, quote_literal};

/// The schema beside a schema in which relations are built.
pub(crate) fn shadow_schema(schema: &str) -> String {
    const SUFFIX: &str = "__hcw_shadow";
    let mut end = schema.len().min(MAX_NAME_BYTES - SUFFIX.len());
    while !schema.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{SUFFIX}", &schema[..end])
}

/// The statement that ends a build: see `swap.sql`.
pub(super) fn swap(target: &RelationName) -> Statement {
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
            .replace("'{name}'", &quote_literal(&target.identifier)),
    )
}
