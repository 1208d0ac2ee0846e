//! The columns that identify a model's rows.

use super::super::Manifest;
use super::data_test::attached;
use crate::project::{Node, NodeKind};

/// Those of a constraint, else of tests.
pub(super) fn primary_key(manifest: &Manifest<'_>, node: &Node) -> Vec<String> {
    use crate::project::ConstraintKind::PrimaryKey;
    if let Some(constraint) = node.constraints.iter().find(|one| one.kind == PrimaryKey) {
        return constraint.columns.clone();
    }
    let of_column = |column: &&crate::project::Column| {
        column.constraints.iter().any(|one| one.kind == PrimaryKey)
    };
    if let Some(column) = node.columns.iter().find(of_column) {
        return vec![column.name.clone()];
    }
    let project = manifest.project();
    let mut unique: Vec<(String, bool)> = Vec::new();
    let mut not_null: Vec<String> = Vec::new();
    let children = manifest.resolved.graph.children(&node.id);
    for test in children.filter_map(|id| project.nodes.get(id)) {
        let NodeKind::GenericTest(generic) = &test.kind else {
            continue;
        };
        if attached(manifest, test, generic) != Some(&node.id) {
            continue;
        }
        let listed = generic
            .arguments
            .iter()
            .find(|(name, _)| name == "combination_of_columns");
        let named = generic
            .arguments
            .iter()
            .find(|(name, _)| name == "column_name");
        let column = generic.column_name.as_deref();
        let column = column.or_else(|| named.and_then(|(_, value)| value.as_str()));
        let listed = listed.and_then(|(_, columns)| columns.as_sequence());
        let columns: Vec<String> = match (column, listed) {
            (Some(column), _) => vec![column.to_owned()],
            (None, Some(columns)) => columns
                .iter()
                .filter_map(|column| column.as_str().map(str::to_owned))
                .collect(),
            _ => Vec::new(),
        };
        match generic.test_name.as_str() {
            "unique" | "unique_combination_of_columns" => {
                unique.extend(columns.into_iter().map(|column| (column, true)));
            }
            "not_null" => not_null.extend(columns),
            _ => {}
        }
    }
    unique.sort();
    unique.dedup();
    let both: Vec<String> = not_null
        .into_iter()
        .filter(|column| unique.iter().any(|(name, _)| name == column))
        .collect();
    if both.is_empty() {
        unique.into_iter().map(|(name, _)| name).collect()
    } else {
        both
    }
}
