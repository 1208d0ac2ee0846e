//! Incremental tables: the first build is a table's; later ones bring in new rows by their strategy.

use super::relation::Target;
use super::settings::{IncrementalSettings, IncrementalStrategy};
use super::swap::suffixed;
use super::{Statement, relation};
use crate::analyse::Compiled;
use crate::name::quote_identifier;
use crate::project::Node;
use crate::state::{ExistingRelation, RelationType};

/// MERGE exists from PostgreSQL 15 on.
const MERGE_VERSION: u32 = 150_000;

pub(super) fn incremental(
    node: &Node,
    compiled: &Compiled,
    target: &Target<'_>,
    settings: &IncrementalSettings,
) -> Vec<Statement> {
    let existing = match target.existing {
        Some(existing)
            if existing.relation_type == RelationType::Table && !settings.full_refresh =>
        {
            existing
        }
        _ => return relation::table(node, compiled, target, &settings.indexes),
    };
    let table = target.name.in_schema();
    let new_rows = quote_identifier(&suffixed(&target.name.identifier, "__hcw_new"));
    let mut statements = vec![uncounted(Statement::around(
        &format!("create temporary table {new_rows} on commit drop as (\n"),
        compiled.sql.trim_end(),
        "\n)",
    ))];
    let columns: Vec<String> = existing
        .columns
        .iter()
        .map(|(name, _)| quote_identifier(name))
        .collect();
    match settings.strategy {
        IncrementalStrategy::Append => {}
        IncrementalStrategy::DeleteInsert => {
            if !settings.unique_key.is_empty() {
                statements.push(Statement::plain(format!(
                    "delete from {table} as present\nusing {new_rows} as new_row\nwhere {}",
                    same_key(settings, "present")
                )));
            }
        }
        IncrementalStrategy::Merge => {
            statements.extend(merge(
                &table,
                &new_rows,
                existing,
                settings,
                target.server_version,
            ));
            return statements;
        }
    }
    statements.push(insert(&table, &new_rows, &columns, ""));
    statements
}

fn merge(
    table: &str,
    new_rows: &str,
    existing: &ExistingRelation,
    settings: &IncrementalSettings,
    server_version: u32,
) -> Vec<Statement> {
    let names: Vec<&str> = existing
        .columns
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let columns: Vec<String> = names.iter().map(|name| quote_identifier(name)).collect();
    let updates: Vec<String> = names
        .iter()
        .filter(|name| {
            let listed = |list: &[String]| list.iter().any(|listed| listed == *name);
            let wanted =
                settings.merge_update_columns.is_empty() || listed(&settings.merge_update_columns);
            wanted && !listed(&settings.merge_exclude_columns) && !listed(&settings.unique_key)
        })
        .map(|name| {
            let column = quote_identifier(name);
            format!("{column} = new_row.{column}")
        })
        .collect();
    let key = same_key(settings, "present");
    if server_version >= MERGE_VERSION {
        let matched = if updates.is_empty() {
            "do nothing".to_owned()
        } else {
            format!("update set {}", updates.join(", "))
        };
        let values: Vec<String> = columns
            .iter()
            .map(|column| format!("new_row.{column}"))
            .collect();
        return vec![Statement {
            counts: true,
            ..Statement::plain(format!(
                "merge into {table} as present\nusing {new_rows} as new_row\non {key}\nwhen matched then {matched}\nwhen not matched then insert ({}) values ({})",
                columns.join(", "),
                values.join(", ")
            ))
        }];
    }
    let mut statements = Vec::new();
    if !updates.is_empty() {
        statements.push(Statement::plain(format!(
            "update {table} as present\nset {}\nfrom {new_rows} as new_row\nwhere {key}",
            updates.join(", ")
        )));
    }
    let absent = format!("\nwhere not exists (select from {table} as present where {key})");
    statements.push(insert(table, new_rows, &columns, &absent));
    statements
}

fn insert(table: &str, new_rows: &str, columns: &[String], condition: &str) -> Statement {
    let columns = columns.join(", ");
    Statement {
        counts: true,
        ..Statement::plain(format!(
            "insert into {table} ({columns})\nselect {columns}\nfrom {new_rows} as new_row{condition}"
        ))
    }
}

fn same_key(settings: &IncrementalSettings, present: &str) -> String {
    let conditions: Vec<String> = settings
        .unique_key
        .iter()
        .map(|column| {
            let column = quote_identifier(column);
            format!("{present}.{column} = new_row.{column}")
        })
        .collect();
    conditions.join(" and ")
}

fn uncounted(statement: Statement) -> Statement {
    Statement {
        counts: false,
        ..statement
    }
}
