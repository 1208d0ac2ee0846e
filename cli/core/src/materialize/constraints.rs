//! Constraints of a contract as DDL. Checks and NOT NULL stand in the table from the start; keys are
//! added when the rows are in, which is one sort or join instead of a look-up per row.

use super::Statement;
use crate::analyse::Compiled;
use crate::name::quote_identifier;
use crate::project::{Column, Constraint, ConstraintKind, Node};

/// The column list of `CREATE TABLE`, with types, NOT NULL and checks.
pub(super) fn column_definitions(node: &Node) -> String {
    let mut lines = Vec::new();
    for column in &node.columns {
        let mut line = format!(
            "    {} {}",
            column_name(column),
            column.data_type.as_deref().unwrap_or("text")
        );
        for constraint in &column.constraints {
            let expression = constraint.expression.as_deref().unwrap_or_default();
            match constraint.kind {
                ConstraintKind::NotNull => line.push_str(" not null"),
                ConstraintKind::Check => {
                    line.push_str(&format!("{} check ({expression})", named(constraint)));
                }
                ConstraintKind::Custom => line.push_str(&format!(" {expression}")),
                ConstraintKind::Unique
                | ConstraintKind::PrimaryKey
                | ConstraintKind::ForeignKey => {}
            }
        }
        lines.push(line);
    }
    for constraint in &node.constraints {
        let expression = constraint.expression.as_deref().unwrap_or_default();
        match constraint.kind {
            ConstraintKind::Check => {
                lines.push(format!("   {} check ({expression})", named(constraint)));
            }
            ConstraintKind::Custom => lines.push(format!("    {expression}")),
            ConstraintKind::NotNull
            | ConstraintKind::Unique
            | ConstraintKind::PrimaryKey
            | ConstraintKind::ForeignKey => {}
        }
    }
    lines.join(",\n")
}

/// `ALTER TABLE … ADD` for primary keys, unique keys and foreign keys; foreign keys come last, in the order of
/// their targets, so that steps which run at once lock common targets in one order.
pub(super) fn keys(node: &Node, compiled: &Compiled, table: &str) -> Vec<Statement> {
    let mut targets = compiled.foreign_key_targets.iter();
    let of_table = node
        .constraints
        .iter()
        .map(|constraint| (constraint, column_list(node, &constraint.columns)));
    let of_columns = node.columns.iter().flat_map(|column| {
        column
            .constraints
            .iter()
            .map(move |constraint| (constraint, column_name(column)))
    });
    let mut statements = Vec::new();
    let mut foreign_keys = Vec::new();
    for (constraint, columns) in of_table.chain(of_columns) {
        let target = constraint.to.as_ref().and_then(|_| targets.next());
        let clause = match constraint.kind {
            ConstraintKind::PrimaryKey => format!("primary key ({columns})"),
            ConstraintKind::Unique => format!("unique ({columns})"),
            ConstraintKind::ForeignKey => match target {
                Some(target) => format!(
                    "foreign key ({columns}) references {target}{}",
                    referenced_columns(&constraint.to_columns)
                ),
                None => format!(
                    "foreign key ({columns}) references {}",
                    constraint.expression.as_deref().unwrap_or_default()
                ),
            },
            ConstraintKind::NotNull if !constraint.columns.is_empty() => {
                let alterations: Vec<String> = constraint
                    .columns
                    .iter()
                    .map(|column| format!("alter column {} set not null", quote_identifier(column)))
                    .collect();
                statements.push(Statement::plain(format!(
                    "alter table {table} {}",
                    alterations.join(", ")
                )));
                continue;
            }
            ConstraintKind::NotNull | ConstraintKind::Check | ConstraintKind::Custom => continue,
        };
        let statement = Statement::plain(format!(
            "alter table {table} add{} {clause}",
            named(constraint)
        ));
        if constraint.kind == ConstraintKind::ForeignKey {
            foreign_keys.push((target.or(constraint.expression.as_ref()), statement));
        } else {
            statements.push(statement);
        }
    }
    foreign_keys.sort_by(|left, right| left.0.cmp(&right.0));
    statements.extend(foreign_keys.into_iter().map(|(_, statement)| statement));
    statements
}

/// The declared columns, for INSERT and SELECT.
pub(super) fn declared_columns(node: &Node) -> String {
    let names: Vec<String> = node.columns.iter().map(column_name).collect();
    names.join(", ")
}

fn referenced_columns(columns: &[String]) -> String {
    if columns.is_empty() {
        return String::new();
    }
    let names: Vec<String> = columns
        .iter()
        .map(|column| quote_identifier(column))
        .collect();
    format!(" ({})", names.join(", "))
}

fn named(constraint: &Constraint) -> String {
    match &constraint.name {
        Some(name) => format!(" constraint {}", quote_identifier(name)),
        None => String::new(),
    }
}

/// A column's name as dbt writes it: quoted only when the sidecar says so, so that the server folds it.
pub(super) fn column_name(column: &Column) -> String {
    if column.quote == Some(true) {
        quote_identifier(&column.name)
    } else {
        quote_identifier(&column.name.to_lowercase())
    }
}

fn column_list(node: &Node, columns: &[String]) -> String {
    let names: Vec<String> = columns
        .iter()
        .map(|name| {
            node.columns
                .iter()
                .find(|column| column.name == *name)
                .map_or_else(|| quote_identifier(name), column_name)
        })
        .collect();
    names.join(", ")
}
