//! `statement` and its results: what a materialization ran, and what came of it.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value, from_args};
use minijinja::{Error, ErrorKind, State};

use super::context::NodeContext;
use super::python;
use super::python::call::Call;
use super::table::Table;
use crate::warehouse::Response;

/// dbt's AdapterResponse: prints as the server's command tag.
#[derive(Debug)]
struct AdapterResponse(Response);

pub(super) fn response(response: &Response) -> Value {
    Value::from_object(AdapterResponse(response.clone()))
}

impl Object for AdapterResponse {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "_message" => Value::from(self.0.message.clone()),
            "code" => Value::from(self.0.code.clone()),
            "rows_affected" => Value::from(self.0.rows_affected),
            _ => return None,
        })
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

/// The response of a statement that is recorded, or its table: whoever reads it needs a live warehouse.
#[derive(Debug)]
pub(super) struct Pending {
    context: Arc<NodeContext>,
}

impl Pending {
    pub(super) fn of(context: &Arc<NodeContext>) -> Value {
        Value::from_object(Pending {
            context: context.clone(),
        })
    }
}

/// Whether a value is an answer that a recorded statement will have.
pub(crate) fn is_pending(value: &Value) -> bool {
    value.downcast_object_ref::<Pending>().is_some()
}

impl Object for Pending {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, _key: &Value) -> Option<Value> {
        Some(Value::from(self.context.access.give_up()))
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        _method: &str,
        _arguments: &[Value],
    ) -> Result<Value, Error> {
        Err(self.context.access.give_up())
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let _error = self.context.access.give_up();
        formatter.write_str("")
    }
}

/// Which function.
#[derive(Debug, Clone, Copy)]
pub(super) enum StatementFunction {
    /// `store_result(name, response, agate_table=none)`
    StoreResult,
    /// `store_raw_result(name, message=none, code=none, rows_affected=none, agate_table=none)`
    StoreRawResult,
    /// `load_result(name)`
    LoadResult,
    /// `write(text)`: the statement that makes the node, for `run/` and for its row count.
    Write,
    /// `load_agate_table()`: the rows of the seed.
    LoadAgateTable,
    /// `render(text)`: a hook's text.
    Render,
}

impl StatementFunction {
    /// Its name in templates.
    fn name(self) -> &'static str {
        match self {
            StatementFunction::StoreResult => "store_result",
            StatementFunction::StoreRawResult => "store_raw_result",
            StatementFunction::LoadResult => "load_result",
            StatementFunction::Write => "write",
            StatementFunction::LoadAgateTable => "load_agate_table",
            StatementFunction::Render => "render",
        }
    }
}

/// A function about statements, in a rendering.
#[derive(Debug)]
pub(super) struct StatementCall {
    pub(super) context: Arc<NodeContext>,
    pub(super) function: StatementFunction,
}

impl Object for StatementCall {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let context = &self.context;
        let call = Call::new(self.function.name(), arguments)?;
        match self.function {
            StatementFunction::StoreResult => {
                let name = call.required(0, "name")?.to_string();
                let table = call.value(2, "agate_table");
                store(context, name, call.required(1, "response")?, table);
            }
            StatementFunction::StoreRawResult => {
                let name = call.required(0, "name")?.to_string();
                let response = response(&Response {
                    message: call.as_text(1, "message").unwrap_or_default(),
                    code: call.as_text(2, "code").unwrap_or_default(),
                    rows_affected: call
                        .as_text(3, "rows_affected")
                        .and_then(|count| count.parse().ok()),
                });
                if name == "main" && !matches!(context.access, super::access::Access::Ahead(_)) {
                    context.captured().response = Some(response.clone());
                }
                store(context, name, response, call.value(4, "agate_table"));
            }
            StatementFunction::LoadResult => {
                let (name,): (String,) = from_args(arguments)?;
                let mut results = context.stored_results();
                return match results.get_mut(&name) {
                    None => Ok(Value::from(())),
                    Some(result) if result.is_undefined() => Err(Error::new(
                        ErrorKind::InvalidOperation,
                        format!(
                            "The 'statement' result named '{name}' has already been loaded into a variable"
                        ),
                    )),
                    Some(result) if name == "main" => Ok(result.clone()),
                    // a result is loaded once, to be let go of
                    Some(result) => Ok(std::mem::take(result)),
                };
            }
            StatementFunction::Write => {
                let (text,): (Value,) = from_args(arguments)?;
                context.captured().main = Some(text.to_string());
            }
            StatementFunction::LoadAgateTable => return seed_table(context),
            StatementFunction::Render => {
                let text = call.required(0, "text")?.to_string();
                return super::engine::render_in(state, "<hook>", &text, context).map(Value::from);
            }
        }
        Ok(Value::from(""))
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<function {:?}>", self.function)
    }
}

fn store(context: &NodeContext, name: String, response: Value, table: Option<Value>) {
    let table = table.unwrap_or_else(|| Table::default().into_value());
    let data = match is_pending(&table) {
        true => table.clone(),
        false => {
            // as in dbt rows are tuples there
            let rows = table.downcast_object_ref::<Table>().map(Table::values);
            let rows = rows.iter().flat_map(|rows| rows.iter());
            python::list(rows.map(|row| python::tuple(row.clone())).collect())
        }
    };
    let result = python::dict([("response", response), ("data", data), ("table", table)]);
    context.stored_results().insert(name, result);
}

fn is_seed(context: &NodeContext) -> bool {
    context.kind() == Some("seed")
}

fn seed_table(context: &NodeContext) -> Result<Value, Error> {
    match &context.seed {
        Some(rows) => Ok(Table::of_seed(rows.clone()).into_value()),
        // a hook of a seed whose rows are not read yet
        None if !context.execute && is_seed(context) => Ok(Table::default().into_value()),
        None => Err(Error::new(
            ErrorKind::InvalidOperation,
            "only a seed has a table to load",
        )),
    }
}
