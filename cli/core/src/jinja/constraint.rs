//! Columns and constraints of a contract as DDL, from `model.columns` and `model.constraints`.

use minijinja::Error;
use minijinja::value::Value;
use serde_json::Value as Json;

use super::error::problem;
use super::functions::to_json;
use crate::diagnostic::{Code, Diagnostic};
use crate::name::quote_identifier;

/// Whether keys are part of `create table`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    /// As dbt writes them.
    Inline,
    /// Added when the rows are in: one sort or join instead of a look-up per row, and no lock on a foreign
    /// key's target while the rows come in.
    AfterRows,
}

/// The constraints that need an index or another table.
const KEYS: [&str; 3] = ["primary_key", "unique", "foreign_key"];

fn is_shown(constraint: &Json, keys: Keys) -> bool {
    keys == Keys::Inline || !KEYS.contains(&text(constraint, "type"))
}

/// `adapter.render_raw_columns_constraints`: a line of `create table` for each column.
pub(super) fn columns(columns: &Value, keys: Keys) -> Result<Value, Error> {
    let columns = to_json(columns)?;
    let lines = column_list(&columns).into_iter().map(|column| {
        let mut line = format!("{} {}", column_name(column), text(column, "data_type"));
        for constraint in list(column, "constraints") {
            if let Some(clause) =
                column_constraint(constraint).filter(|_| is_shown(constraint, keys))
            {
                line.push(' ');
                line.push_str(&clause);
            }
        }
        line
    });
    Ok(Value::from(lines.collect::<Vec<_>>()))
}

/// `adapter.render_raw_model_constraints`: a line of `create table` for each constraint of the table.
pub(super) fn model(constraints: &Value, keys: Keys) -> Result<Value, Error> {
    let constraints = to_json(constraints)?;
    let lines = constraints
        .as_array()
        .into_iter()
        .flatten()
        .filter(|constraint| is_shown(constraint, keys))
        .filter_map(model_constraint);
    Ok(Value::from(lines.collect::<Vec<_>>()))
}

/// The statements that add a node's keys to its table. Foreign keys come last, in the order of their targets,
/// so that steps which run at once lock common targets in one order.
pub(super) fn added_keys(model: &Json, table: &str) -> Vec<String> {
    let mut keys: Vec<(bool, String, String)> = Vec::new();
    let mut add = |constraint: &Json| {
        let kind = text(constraint, "type");
        if let Some(clause) = model_constraint(constraint).filter(|_| KEYS.contains(&kind)) {
            let statement = format!("alter table {table} add {clause}");
            let target = referenced(constraint).filter(|_| kind == "foreign_key");
            keys.push((kind == "foreign_key", target.unwrap_or_default(), statement));
        }
    };
    for constraint in list(model, "constraints") {
        add(constraint);
    }
    let columns = model.get("columns").unwrap_or(&Json::Null);
    for column in column_list(columns) {
        for constraint in list(column, "constraints") {
            let mut of_table = constraint.clone();
            of_table["columns"] = Json::from(vec![column_name(column)]);
            add(&of_table);
        }
    }
    keys.sort_by(|left, right| (left.0, &left.1).cmp(&(right.0, &right.1)));
    keys.into_iter()
        .map(|(_, _, statement)| statement)
        .collect()
}

/// Names and types of the columns that a contract declares, in order.
///
/// **Errors**: HCW0119 for a contract that declares no column, or one without its type.
pub(super) fn declared(columns: &Value) -> Result<Vec<(String, String)>, Error> {
    let columns = to_json(columns)?;
    let columns = column_list(&columns);
    if columns.is_empty() {
        return Err(broken(
            "This model has an enforced contract, and its 'columns' specification is missing",
        ));
    }
    let is_untyped = |column: &&&Json| text(column, "data_type").is_empty();
    let untyped: Vec<String> = columns
        .iter()
        .filter(is_untyped)
        .map(|column| format!("'{}'", text(column, "name")))
        .collect();
    if !untyped.is_empty() {
        return Err(broken(&format!(
            "Contracted models require data_type to be defined for each column. Please ensure that the column name \
             and data_type are defined within the YAML configuration for the [{}] column(s).",
            untyped.join(", ")
        )));
    }
    let named = columns.iter().map(|column| {
        let name = text(column, "name");
        let quotes = column.get("quote") == Some(&Json::Bool(true));
        let name = if quotes {
            name.to_owned()
        } else {
            name.to_lowercase()
        };
        (name, text(column, "data_type").to_owned())
    });
    Ok(named.collect())
}

fn broken(message: &str) -> Error {
    problem(Diagnostic::error(Code::ContractBroken, message))
}

fn column_list(columns: &Json) -> Vec<&Json> {
    match columns {
        Json::Object(columns) => columns.values().collect(),
        Json::Array(columns) => columns.iter().collect(),
        _ => Vec::new(),
    }
}

fn text<'json>(value: &'json Json, key: &str) -> &'json str {
    value.get(key).and_then(Json::as_str).unwrap_or_default()
}

fn list<'json>(value: &'json Json, key: &str) -> impl Iterator<Item = &'json Json> {
    value
        .get(key)
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
}

/// As dbt writes it: quoted only when the sidecar says so, so that the server folds it.
fn column_name(column: &Json) -> String {
    let name = text(column, "name");
    if column.get("quote") == Some(&Json::Bool(true)) {
        quote_identifier(name)
    } else {
        name.to_owned()
    }
}

fn column_constraint(constraint: &Json) -> Option<String> {
    let expression = text(constraint, "expression");
    let clause = match text(constraint, "type") {
        "check" if !expression.is_empty() => format!("check ({expression})"),
        "not_null" => format!("not null {expression}"),
        "unique" => format!("unique {expression}"),
        "primary_key" => format!("primary key {expression}"),
        "foreign_key" => format!("references {}", referenced(constraint)?),
        "custom" if !expression.is_empty() => expression.to_owned(),
        _ => return None,
    };
    Some(clause.trim_end().to_owned())
}

fn is_plain(name: &str) -> bool {
    !name.starts_with(|letter: char| letter.is_ascii_digit())
        && name
            .chars()
            .all(|letter| letter == '_' || letter.is_ascii_alphanumeric())
}

fn model_constraint(constraint: &Json) -> Option<String> {
    let expression = text(constraint, "expression");
    let columns: Vec<&str> = list(constraint, "columns")
        .filter_map(Json::as_str)
        .collect();
    let columns = columns.join(", ");
    let name = match text(constraint, "name") {
        "" => String::new(),
        // as dbt: a plain name stands as it is written
        name if is_plain(name) => format!("constraint {name} "),
        name => format!("constraint {} ", quote_identifier(name)),
    };
    let spaced = if expression.is_empty() {
        String::new()
    } else {
        format!(" {expression}")
    };
    match text(constraint, "type") {
        "check" if !expression.is_empty() => Some(format!("{name}check ({expression})")),
        "unique" => Some(format!("{name}unique{spaced} ({columns})")),
        "primary_key" => Some(format!("{name}primary key{spaced} ({columns})")),
        "foreign_key" => Some(format!(
            "{name}foreign key ({columns}) references {}",
            referenced(constraint)?
        )),
        "custom" if !expression.is_empty() => Some(format!("{name}{expression}")),
        _ => None,
    }
}

/// What a foreign key points at: `to (to_columns)`, else its expression.
fn referenced(constraint: &Json) -> Option<String> {
    let to = text(constraint, "to");
    let columns: Vec<&str> = list(constraint, "to_columns")
        .filter_map(Json::as_str)
        .collect();
    if !to.is_empty() && !columns.is_empty() {
        return Some(format!("{to} ({})", columns.join(", ")));
    }
    let expression = text(constraint, "expression");
    match (to, expression) {
        ("", "") => None,
        ("", expression) => Some(expression.to_owned()),
        (to, _) => Some(to.to_owned()),
    }
}
