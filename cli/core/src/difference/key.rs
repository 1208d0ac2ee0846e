//! The columns that identify a node's rows.

use crate::graph::Resolved;
use crate::project::{ConstraintKind, Node, NodeKind};

/// What identifies a node's rows, by what the project says: `unique_key`, a primary key, or a `unique` test; empty
/// where it says nothing.
pub fn key_of(resolved: &Resolved, node: &Node) -> Vec<String> {
    // a snapshot has one row of each key and period
    if node.kind == NodeKind::Snapshot {
        return vec!["dbt_scd_id".to_owned()];
    }
    let configured = node.config.get("unique_key").map(|key| match key {
        serde_json::Value::Array(columns) => columns
            .iter()
            .filter_map(|column| column.as_str().map(str::to_owned))
            .collect(),
        key => key.as_str().map(str::to_owned).into_iter().collect(),
    });
    let configured: Vec<String> = configured.unwrap_or_default();
    if !configured.is_empty() {
        return configured;
    }
    let is_key = |kind: &ConstraintKind| *kind == ConstraintKind::PrimaryKey;
    if let Some(constraint) = node.constraints.iter().find(|one| is_key(&one.kind)) {
        return constraint.columns.clone();
    }
    let has_key = |column: &&crate::project::Column| {
        let mut kinds = column.constraints.iter().map(|constraint| &constraint.kind);
        kinds.any(is_key)
    };
    if let Some(column) = node.columns.iter().find(has_key) {
        return vec![column.name.clone()];
    }
    unique_test(resolved, node)
}

/// A key's names as those of columns: projects write them as in SQL, in quotes or in any case.
pub(super) fn as_columns(key: &[String], columns: &[&str]) -> Vec<String> {
    let as_column = |name: &String| {
        let quoted = name.trim().strip_prefix('"');
        if let Some(inner) = quoted.and_then(|name| name.strip_suffix('"')) {
            return inner.replace("\"\"", "\"");
        }
        let folded = name.to_lowercase();
        match !columns.contains(&&**name) && columns.contains(&&*folded) {
            true => folded,
            false => name.clone(),
        }
    };
    key.iter().map(as_column).collect()
}

/// The column, or combination of columns, of the first test that says they are unique.
fn unique_test(resolved: &Resolved, node: &Node) -> Vec<String> {
    let nodes = &resolved.project().nodes;
    let children = resolved.graph.children(&node.id);
    let mut found: Vec<Vec<String>> = children
        .filter_map(|id| nodes.get(id))
        .filter_map(|test| match &test.kind {
            NodeKind::GenericTest(test) => Some(test),
            _ => None,
        })
        .filter_map(|test| match test.test_name.as_str() {
            "unique" => test.column_name.clone().map(|column| vec![column]),
            "unique_combination_of_columns" => {
                let (_, listed) = test
                    .arguments
                    .iter()
                    .find(|(name, _)| name == "combination_of_columns")?;
                let listed = listed.as_sequence()?.iter();
                Some(
                    listed
                        .filter_map(|name| name.as_str().map(str::to_owned))
                        .collect(),
                )
            }
            _ => None,
        })
        .collect();
    // the narrowest says most
    found.sort_by_key(Vec::len);
    found.into_iter().next().unwrap_or_default()
}
