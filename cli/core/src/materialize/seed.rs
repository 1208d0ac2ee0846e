//! Seeds: a table with the types found in the file, filled by COPY, then swapped in.

use super::relation::{Target, swap_over};
use super::{Statement, documentation};
use crate::name::{RelationName, quote_identifier};
use crate::project::Node;

/// What surrounds a seed's COPY.
pub(crate) struct SeedStatements {
    pub(crate) before: Vec<Statement>,
    pub(crate) copy_into: RelationName,
    pub(crate) after: Vec<Statement>,
}

/// The statements of a seed; `columns` are names with their types.
pub(crate) fn seed(
    node: &Node,
    columns: &[(String, String)],
    target: &Target<'_>,
) -> SeedStatements {
    let copy_into = target.built();
    let built = copy_into.in_schema();
    let definitions: Vec<String> = columns
        .iter()
        .map(|(name, data_type)| format!("    {} {data_type}", quote_identifier(name)))
        .collect();
    let before = vec![Statement::plain(format!(
        "create table {built} (\n{}\n)",
        definitions.join(",\n")
    ))];
    let mut after = documentation::comments(node, "table", &built);
    after.push(Statement::plain(format!("analyze {built}")));
    swap_over(target, &mut after);
    SeedStatements {
        before,
        copy_into,
        after,
    }
}
