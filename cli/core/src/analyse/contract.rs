//! Contracts: the declared columns of a model against those that its query yields, where the text tells.

use std::collections::BTreeSet;

use super::Compiled;
use crate::diagnostic::{Code, Diagnostic};
use crate::project::config;
use crate::project::{Node, NodeKind};
use crate::sql;

/// Whether a node's contract is enforced.
fn is_enforced(node: &Node) -> bool {
    match node.config.get("contract") {
        Some(serde_json::Value::Object(contract)) => {
            config::flag(contract, "enforced").unwrap_or(false)
        }
        _ => false,
    }
}

pub(super) fn check(node: &Node, compiled: &Compiled, diagnostics: &mut Vec<Diagnostic>) {
    if node.kind != NodeKind::Model || !is_enforced(node) {
        return;
    }
    let location = node
        .patched_at
        .clone()
        .unwrap_or_else(|| node.file.at(0..0));
    let untyped: Vec<&str> = node
        .columns
        .iter()
        .filter(|column| column.data_type.is_none())
        .map(|column| column.name.as_str())
        .collect();
    if node.columns.is_empty() || !untyped.is_empty() {
        diagnostics.push(
            Diagnostic::error(
                Code::ConfigInvalid,
                format!(
                    "the contract of `{}` needs a `data_type` for every column",
                    node.name
                ),
            )
            .at(location.clone())
            .note(format!("without one: {}", untyped.join(", "))),
        );
        return;
    }
    let Some(produced) = sql::output_columns(&compiled.sql) else {
        return;
    };
    let produced: BTreeSet<&str> = produced.iter().map(String::as_str).collect();
    // as the table's definition writes them: the server folds what is not quoted
    let declared: Vec<String> = node
        .columns
        .iter()
        .map(|column| match column.quote {
            Some(true) => column.name.clone(),
            _ => column.name.to_lowercase(),
        })
        .collect();
    let declared: BTreeSet<&str> = declared.iter().map(String::as_str).collect();
    let missing: Vec<&str> = declared.difference(&produced).copied().collect();
    let surplus: Vec<&str> = produced.difference(&declared).copied().collect();
    if missing.is_empty() && surplus.is_empty() {
        return;
    }
    let mut diagnostic = Diagnostic::error(
        Code::ConfigInvalid,
        format!("`{}` does not keep its contract", node.name),
    )
    .at(location)
    .related("the query", node.file.at(0..0));
    if !missing.is_empty() {
        diagnostic = diagnostic.note(format!(
            "missing in definition, though declared: {}",
            missing.join(", ")
        ));
    }
    if !surplus.is_empty() {
        diagnostic = diagnostic.note(format!(
            "missing in contract, though in the query: {}",
            surplus.join(", ")
        ));
    }
    diagnostics.push(diagnostic.help("make the sidecar's columns and the query's the same"));
}
