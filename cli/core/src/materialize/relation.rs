//! Tables and views: built where they belong when nothing is there, else in the shadow and swapped.

use super::settings::IndexSettings;
use super::{Statement, constraints, documentation, swap};
use crate::analyse::Compiled;
use crate::analyse::is_contract_enforced;
use crate::name::{RelationName, quote_identifier};
use crate::project::Node;
use crate::state::ExistingRelation;

/// Where a node goes and what is there now.
pub(crate) struct Target<'plan> {
    pub(crate) name: &'plan RelationName,
    pub(crate) existing: Option<&'plan ExistingRelation>,
    /// `server_version_num`.
    pub(crate) server_version: u32,
}

impl Target<'_> {
    /// The relation that is built: the target itself, or its stand-in in the shadow schema.
    pub(super) fn built(&self) -> RelationName {
        match self.existing {
            None => self.name.clone(),
            Some(_) => RelationName {
                schema: swap::shadow_schema(&self.name.schema),
                ..self.name.clone()
            },
        }
    }
}

/// A view.
pub(super) fn view(node: &Node, compiled: &Compiled, target: &Target<'_>) -> Vec<Statement> {
    let built = target.built().in_schema();
    let mut statements = vec![Statement::around(
        &format!("create view {built} as (\n"),
        compiled.sql.trim_end(),
        "\n)",
    )];
    statements.extend(documentation::comments(node, "view", &built));
    swap_over(target, &mut statements);
    statements
}

/// A table.
pub(super) fn table(
    node: &Node,
    compiled: &Compiled,
    target: &Target<'_>,
    indexes: &[IndexSettings],
) -> Vec<Statement> {
    let built = target.built().in_schema();
    let query = compiled.sql.trim_end();
    let mut statements = Vec::new();
    if is_contract_enforced(node) {
        statements.push(Statement::plain(format!(
            "create table {built} (\n{}\n)",
            constraints::column_definitions(node)
        )));
        let columns = constraints::declared_columns(node);
        statements.push(Statement::around(
            &format!("insert into {built} ({columns})\nselect {columns}\nfrom (\n"),
            query,
            "\n) as model_query",
        ));
        statements.extend(constraints::keys(node, compiled, &built));
    } else {
        statements.push(Statement::around(
            &format!("create table {built} as (\n"),
            query,
            "\n)",
        ));
    }
    statements.extend(indexes.iter().map(|index| create_index(index, &built)));
    statements.extend(documentation::comments(node, "table", &built));
    statements.push(Statement::plain(format!("analyze {built}")));
    swap_over(target, &mut statements);
    statements
}

/// Ends a build in the shadow: what exists gives way to what was built.
pub(super) fn swap_over(target: &Target<'_>, statements: &mut Vec<Statement>) {
    if target.existing.is_some() {
        statements.push(swap::swap(target.name));
    }
}

fn create_index(index: &IndexSettings, table: &str) -> Statement {
    let columns: Vec<String> = index
        .columns
        .iter()
        .map(|column| quote_identifier(column))
        .collect();
    let unique = if index.unique { "unique " } else { "" };
    let method = match &index.method {
        Some(method) => format!(" using {}", quote_identifier(method)),
        None => String::new(),
    };
    Statement::plain(format!(
        "create {unique}index on {table}{method} ({})",
        columns.join(", ")
    ))
}
