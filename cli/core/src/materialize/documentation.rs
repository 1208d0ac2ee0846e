//! Descriptions as comments in the database, where `persist_docs` asks for them.

use serde_json::Value as Json;

use super::Statement;
use super::constraints::column_name;
use crate::name::quote_literal;
use crate::project::Node;

/// `COMMENT ON` statements; `relation_type` is `table` or `view`.
pub(super) fn comments(node: &Node, relation_type: &str, relation: &str) -> Vec<Statement> {
    let persists = |what: &str| {
        node.config
            .get("persist_docs")
            .and_then(|docs| docs.get(what))
            == Some(&Json::Bool(true))
    };
    let mut statements = Vec::new();
    if persists("relation") && !node.description.is_empty() {
        statements.push(Statement::plain(format!(
            "comment on {relation_type} {relation} is {}",
            quote_literal(node.description.trim())
        )));
    }
    if persists("columns") {
        for column in &node.columns {
            if !column.description.is_empty() {
                statements.push(Statement::plain(format!(
                    "comment on column {relation}.{} is {}",
                    column_name(column),
                    quote_literal(column.description.trim())
                )));
            }
        }
    }
    statements
}
