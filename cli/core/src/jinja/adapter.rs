//! `adapter`: what dbt's adapter offers to templates, for PostgreSQL.
//!
//! What changes or lists relations is done by macros of the same name, so that projects can override it.

mod ask;
mod behavior;
mod relations;

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Kwargs, Object, ObjectRepr, Value, ValueKind, from_args};
use minijinja::{Error, ErrorKind, State};

use self::behavior::Behavior;
use super::access::Access;
use super::column::ColumnClass;
use super::context::NodeContext;
use super::dispatch::dispatch;
use super::error::problem;
use super::python;
use super::python::call::Call;
use super::relation::{Relation, RelationClass};
use super::runtime_config::RuntimeConfig;
use super::table::Table;
use super::{constraint, grants, index, strategy};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::quote_identifier;

/// The adapter of a rendering.
#[derive(Debug)]
pub(super) struct Adapter {
    pub(super) context: Arc<NodeContext>,
}

impl Object for Adapter {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "Relation" => Value::from_object(RelationClass {
                quotes: self.context.shared.quotes,
            }),
            "Column" => Value::from_object(ColumnClass),
            "config" => RuntimeConfig::of_root(&self.context.shared),
            "behavior" => Value::from_object(Behavior {
                context: self.context.clone(),
            }),
            _ => return None,
        })
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let call = Call::new(method, arguments)?;
        // what the adapter calls itself is no dependency of the node
        let _within = self.context.enter();
        match method {
            "type" => return Ok("postgres".into()),
            "dispatch" => {
                let (name, namespace) = dispatch_arguments(arguments)?;
                let macros = &self.context.macros;
                return dispatch(macros, &name, namespace.as_deref()).map_err(problem);
            }
            "quote" => {
                return Ok(quote_identifier(&call.required(0, "identifier")?.to_string()).into());
            }
            "quote_as_configured" => {
                let identifier = call.required(0, "identifier")?.to_string();
                let part = call.required(1, "quote_key")?.to_string();
                return Ok(match self.quotes(&part) {
                    true => quote_identifier(&identifier),
                    false => identifier,
                }
                .into());
            }
            "quote_seed_column" => {
                let column = call.required(0, "column")?.to_string();
                return quoted_seed_column(column, call.value(1, "quote_config"));
            }
            "verify_database" => return self.verify_database(&call),
            "cache_added" | "cache_dropped" | "cache_renamed" => return Ok("".into()),
            "convert_type" => return convert_type(&call),
            "parse_index" => return index::parse(&call.required(0, "raw_index")?),
            "standardize_grants_dict" => {
                return grants::standardized(&call.required(0, "grants_table")?);
            }
            "render_raw_columns_constraints" => {
                return constraint::columns(&call.required(0, "raw_columns")?, self.keys());
            }
            "render_raw_model_constraints" => {
                return constraint::model(&call.required(0, "raw_constraints")?, self.keys());
            }
            "get_incremental_strategy_macro" => return strategy::find_macro(state, &call),
            "get_hard_deletes_behavior" => {
                return strategy::hard_deletes(state, &call.required(0, "config")?);
            }
            "valid_incremental_strategies" => return Ok(Value::from(strategy::VALID.to_vec())),
            "build_catalog_relation" | "get_catalog_integration" => return Ok(Value::from(())),
            _ => {}
        }
        if matches!(self.context.access, Access::None) {
            return self.unanswered(method);
        }
        self.ask(state, method, &call)
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<PostgresAdapter>")
    }
}

impl Adapter {
    /// What dbt answers while names are being collected.
    fn unanswered(&self, method: &str) -> Result<Value, Error> {
        match method {
            "get_columns_in_relation"
            | "get_missing_columns"
            | "get_columns_in_table"
            | "get_column_schema_from_query"
            | "list_relations"
            | "list_schemas" => Ok(python::list(Vec::new())),
            "execute" => Ok(python::tuple(vec![
                Value::from(""),
                Table::default().into_value(),
            ])),
            "check_schema_exists" | "already_exists" => Ok(false.into()),
            // what the adapter cannot do fails where the answer counts
            _ => Ok(Value::from(())),
        }
    }

    /// Whether the project has a part of relations' names quoted: `database`, `schema` or `identifier`.
    fn quotes(&self, part: &str) -> bool {
        let quotes = self.context.shared.quotes;
        match part {
            "database" => quotes.database,
            "schema" => quotes.schema,
            "identifier" => quotes.identifier,
            _ => false,
        }
    }

    fn verify_database(&self, call: &Call<'_>) -> Result<Value, Error> {
        let database = call.required(0, "database")?.to_string();
        let target = &self.context.shared.settings.target.database;
        let bare = database.trim_matches('"');
        if bare.eq_ignore_ascii_case(target) {
            return Ok("".into());
        }
        Err(problem(Diagnostic::error(
            Code::ConfigInvalid,
            format!("Cross-db references not allowed in postgres ({bare} vs {target})"),
        )))
    }
}

/// The arguments of `adapter.dispatch`: the macro's name, and its namespace.
pub(super) fn dispatch_arguments(arguments: &[Value]) -> Result<(String, Option<String>), Error> {
    let (name, namespace, named): (Option<String>, Option<Value>, Kwargs) = from_args(arguments)?;
    let name = match name {
        Some(name) => name,
        None => named.get("macro_name")?,
    };
    let namespace = match namespace {
        Some(namespace) => Some(namespace),
        None => named.get("macro_namespace")?,
    };
    named.assert_all_used()?;
    match namespace.filter(|namespace| !namespace.is_none()) {
        None => Ok((name, None)),
        Some(namespace) => match namespace.as_str() {
            Some(text) => Ok((name, Some(text.to_owned()))),
            None => Err(Error::new(
                ErrorKind::InvalidOperation,
                "the macro_namespace of `adapter.dispatch` must be a text",
            )),
        },
    }
}

/// A seed's column, quoted where its configuration does not say otherwise.
fn quoted_seed_column(column: String, quotes: Option<Value>) -> Result<Value, Error> {
    let quotes = quotes.unwrap_or_default();
    match quotes.kind() {
        ValueKind::Bool if !quotes.is_true() => Ok(column.into()),
        ValueKind::Bool | ValueKind::None | ValueKind::Undefined => {
            Ok(quote_identifier(&column).into())
        }
        _ => Err(Error::new(
            ErrorKind::InvalidOperation,
            format!(
                "the seed configuration `quote_columns` is true or false, not {}",
                python::repr(&quotes)
            ),
        )),
    }
}

fn unknown(method: &str) -> Error {
    Error::new(
        ErrorKind::UnknownMethod,
        format!("the adapter has no method `{method}`"),
    )
}

/// Calls a macro by name, as the rendering sees it.
pub(super) fn called(
    state: &mut State<'_, '_>,
    name: &str,
    arguments: &[Value],
) -> Result<Value, Error> {
    match state.lookup(name) {
        Some(called) => called.call(state, arguments),
        None => Err(Error::new(
            ErrorKind::UnknownFunction,
            format!("{name} is unknown"),
        )),
    }
}

pub(super) fn relation_of(value: &Value) -> Result<Relation, Error> {
    value
        .downcast_object_ref::<Relation>()
        .cloned()
        .ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidOperation,
                format!("a relation is needed here, not a {}", value.kind()),
            )
        })
}

fn convert_type(call: &Call<'_>) -> Result<Value, Error> {
    let table = call.required(0, "agate_table")?;
    let position = call.required(1, "col_idx")?.as_usize().unwrap_or_default();
    table
        .downcast_object_ref::<Table>()
        .and_then(|table| table.server_type(position))
        .map(Value::from)
        .ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidOperation,
                "convert_type needs a table and a column's position",
            )
        })
}
