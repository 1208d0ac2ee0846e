//! What the adapter knows of strategies: incremental ones, snapshots, and wider columns.

use minijinja::value::Value;
use minijinja::{Error, State};

use super::adapter::{called, relation_of};
use super::column::Column;
use super::error::problem;
use super::python::call::Call;
use crate::diagnostic::{Code, Diagnostic};

/// The incremental strategies of PostgreSQL that need no macro of the project.
pub(super) const VALID: [&str; 4] = ["append", "delete+insert", "merge", "microbatch"];

/// Strategies that dbt knows for other warehouses.
const ELSEWHERE: [&str; 1] = ["insert_overwrite"];

/// `adapter.get_incremental_strategy_macro(context, strategy)`.
pub(super) fn find_macro(state: &State<'_, '_>, call: &Call<'_>) -> Result<Value, Error> {
    let strategy = call
        .as_text(1, "strategy")
        .unwrap_or_else(|| "default".to_owned());
    let name = format!("get_incremental_{}_sql", strategy.replace('+', "_"));
    if ELSEWHERE.contains(&strategy.as_str()) {
        return Err(problem(
            Diagnostic::error(
                Code::ConfigInvalid,
                format!("The incremental strategy '{strategy}' is not valid for this adapter"),
            )
            .help(format!("one of {}", VALID.join(", "))),
        ));
    }
    state.lookup(&name).ok_or_else(|| {
        problem(
            Diagnostic::error(
                Code::ConfigInvalid,
                format!(
                    "dbt could not find an incremental strategy macro with the name \"{name}\" in {}",
                    state
                        .lookup("project_name")
                        .map(|name| name.to_string())
                        .unwrap_or_default()
                ),
            )
            .help(format!("one of {}, or a macro of that name", VALID.join(", ")))
            .did_you_mean(&strategy, VALID),
        )
    })
}

/// `adapter.get_hard_deletes_behavior(config)`: ignore, invalidate or new_record.
pub(super) fn hard_deletes(state: &mut State<'_, '_>, config: &Value) -> Result<Value, Error> {
    // `config` of the context answers by its method, a mapping that a macro made by its keys
    let mut read = |key: &str| match config.get_item(&Value::from(key)) {
        Ok(value) if !value.is_undefined() => Some(value),
        _ => config.call_method(state, "get", &[Value::from(key)]).ok(),
    };
    let [behaviour, invalidates] = ["hard_deletes", "invalidate_hard_deletes"]
        .map(|key| read(key).filter(|value| !value.is_undefined() && !value.is_none()));
    let Some(behaviour) = behaviour else {
        let invalidates = invalidates.is_some_and(|value| value.is_true());
        return Ok(if invalidates { "invalidate" } else { "ignore" }.into());
    };
    let invalid = |message: &str| {
        Err(problem(
            Diagnostic::error(Code::ConfigInvalid, message)
                .help("one of ignore, invalidate, new_record"),
        ))
    };
    if invalidates.is_some() {
        return invalid(
            "You cannot set both the invalidate_hard_deletes and hard_deletes config properties on the same snapshot.",
        );
    }
    match behaviour.as_str() {
        Some("ignore" | "invalidate" | "new_record") => Ok(behaviour),
        _ => invalid("Invalid setting for property hard_deletes."),
    }
}

/// Widens the columns of a table to those that come in.
pub(super) fn expand(
    state: &mut State<'_, '_>,
    target: &Value,
    incoming: impl Iterator<Item = Column>,
    present: impl Iterator<Item = Column>,
) -> Result<Value, Error> {
    let present: Vec<Column> = present.collect();
    for column in incoming {
        let Some(known) = present.iter().find(|known| known.name == column.name) else {
            continue;
        };
        if known.can_expand_to(&column)? {
            let size = column.string_size()?;
            let arguments = [
                target.clone(),
                Value::from(column.name),
                Value::from(super::column::string_type(size)),
            ];
            called(state, "alter_column_type", &arguments)?;
        }
    }
    Ok(Value::from(""))
}

/// A snapshot's table must have the columns that keep its history.
pub(super) fn assert_snapshot(
    relation: &Value,
    present: &[String],
    names: &Option<Value>,
    strategy: &Option<Value>,
) -> Result<(), Error> {
    let named = |key: &str| {
        names
            .as_ref()
            .and_then(|names| names.get_item(&Value::from(key)).ok())
            .filter(|name| !name.is_undefined() && !name.is_none())
            .map_or_else(|| key.to_owned(), |name| name.to_string())
    };
    let mut needed = vec![
        named("dbt_scd_id"),
        named("dbt_valid_from"),
        named("dbt_valid_to"),
    ];
    let hard_deletes = strategy
        .as_ref()
        .and_then(|strategy| strategy.get_attr("hard_deletes").ok());
    if hard_deletes.is_some_and(|value| value.as_str() == Some("new_record")) {
        needed.push(named("dbt_is_deleted"));
    }
    let missing: Vec<String> = needed
        .into_iter()
        .filter(|name| {
            !present
                .iter()
                .any(|column| column.eq_ignore_ascii_case(name))
        })
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let relation = relation_of(relation)?;
    Err(problem(
        Diagnostic::error(
            Code::CompilerError,
            format!(
                "Snapshot target is missing configured columns (missing \"{}\")",
                missing.join("\", \"")
            ),
        )
        .note(format!("table {}", relation.name().plain()))
        .help("see https://docs.getdbt.com/docs/build/snapshots: name the columns under `snapshot_meta_column_names`, or rename the present ones"),
    ))
}
