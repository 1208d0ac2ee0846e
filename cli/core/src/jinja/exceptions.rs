//! `exceptions` of templates: problems that a macro raises, and warnings.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Rest, Value};
use minijinja::{Error, State};

use super::engine::context_of;
use super::error::problem;
use super::functions::unknown_method;
use super::python::call::Call;
use crate::diagnostic::{Code, Diagnostic};
use crate::materialize::contract;
use crate::message::MessageKind;
use crate::warehouse::{ResultColumn, ValueType};

/// `exceptions.raise_compiler_error(…)` and its kin.
#[derive(Debug)]
pub(super) struct Exceptions;

impl Object for Exceptions {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let call = Call::new(method, arguments)?;
        let said = |position, name| call.as_text(position, name).unwrap_or_default();
        match method {
            "warn" => warn(state, said(0, "msg")),
            "warn_snapshot_timestamp_data_types" => warn(
                state,
                format!(
                    "Data type of snapshot table timestamp columns ({}) doesn't match derived column 'updated_at' \
                     ({}). Please update snapshot config 'updated_at'.",
                    said(0, "snapshot_time_data_type"),
                    said(1, "updated_at_data_type")
                ),
            ),
            "raise_compiler_error"
            | "raise_database_error"
            | "raise_not_implemented"
            | "raise_parsing_error"
            | "raise_fail_fast_error"
            | "raise_dependency_error"
            | "raise_dep_not_found"
            | "missing_materialization" => Err(raised(&said(0, "msg"))),
            "missing_config" => {
                let id = call.required(0, "model")?.get_attr("unique_id")?;
                let name = said(1, "name");
                Err(raised(&format!(
                    "Model '{id}' does not define a required config parameter '{name}'."
                )))
            }
            "missing_relation" => Err(raised(&format!(
                "Relation {} not found!",
                said(0, "relation")
            ))),
            "relation_wrong_type" => {
                let relation = call.required(0, "relation")?;
                let kind = relation.get_attr("type")?;
                Err(raised(&format!(
                    "Trying to create {} {relation}, but it currently exists as a {kind}. Either drop {relation} \
                     manually, or run dbt with `--full-refresh` and dbt will drop it for you.",
                    said(1, "expected_type"),
                )))
            }
            "column_type_missing" => Err(raised(&format!(
                "Contracted models require data_type to be defined for each column. Please ensure that the column \
                 name and data_type are defined within the YAML configuration for the {} column(s).",
                said(0, "column_names")
            ))),
            "raise_contract_error" => {
                let declared = columns(&call.required(0, "yaml_columns")?)?;
                let defined = columns(&call.required(1, "sql_columns")?)?;
                Err(match contract::compare(&defined, &declared) {
                    Err(difference) => problem(*difference),
                    Ok(()) => raised(
                        "This model has an enforced contract, and its 'columns' specification is missing",
                    ),
                })
            }
            _ => Err(unknown_method("exceptions", method)),
        }
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<exceptions>")
    }
}

/// `try_or_compiler_error(message, function, …)`: the function's value, or the message where it fails.
pub(super) fn try_or_compiler_error(
    state: &mut State<'_, '_>,
    message: Value,
    function: Value,
    arguments: Rest<Value>,
) -> Result<Value, Error> {
    function
        .call(state, &arguments)
        .map_err(|_| raised(&message.to_string()))
}

/// Says it to the user, in the pass that runs; where warnings are errors it fails.
fn warn(state: &State<'_, '_>, message: String) -> Result<Value, Error> {
    if let Some(context) = context_of(state) {
        if context.shared.settings.warnings_fail {
            return Err(raised(&message));
        }
        context.say(MessageKind::Warning, message);
    }
    Ok(Value::from(""))
}

fn raised(message: &str) -> Error {
    let words: Vec<&str> = message.split_whitespace().collect();
    problem(Diagnostic::error(Code::CompilerError, words.join(" ")))
}

/// Columns as `format_columns` gives them: mappings of `name` and `data_type`.
fn columns(list: &Value) -> Result<Vec<ResultColumn>, Error> {
    list.try_iter()?
        .map(|column| {
            Ok(ResultColumn {
                name: column.get_attr("name")?.to_string(),
                value_type: ValueType::Text,
                data_type: column.get_attr("data_type")?.to_string(),
            })
        })
        .collect()
}
