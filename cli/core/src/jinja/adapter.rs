//! `adapter`: what dbt's adapter offers to templates, for PostgreSQL.
//!
//! What changes or lists relations is done by macros of the same name, so that projects can override it.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Kwargs, Object, Value, from_args};
use minijinja::{Error, ErrorKind, State};

use super::access::Access;
use super::arguments::Given;
use super::column::{Column, ColumnClass};
use super::context::NodeContext;
use super::dispatch::dispatch;
use super::error::problem;
use super::python;
use super::relation::{Relation, RelationClass, RelationKind};
use super::statement::Pending;
use super::table::Table;
use super::{constraint, grants, index, strategy};
use crate::diagnostic::{Code, Diagnostic};
use crate::materialize;
use crate::name::{RelationName, quote_identifier};
use crate::sql;

/// The adapter of a rendering.
#[derive(Debug)]
pub(super) struct Adapter {
    pub(super) context: Arc<NodeContext>,
}

impl Object for Adapter {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "Relation" => Value::from_object(RelationClass),
            "Column" => Value::from_object(ColumnClass),
            "behavior" => Value::from_object(Behavior {
                context: self.context.clone(),
            }),
            _ => return None,
        })
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        call: &[Value],
    ) -> Result<Value, Error> {
        let given = Given::new(call)?;
        match method {
            "type" => return Ok("postgres".into()),
            "dispatch" => {
                let (name, namespace) = dispatch_arguments(call)?;
                let macros = &self.context.macros;
                return dispatch(macros, &name, namespace.as_deref()).map_err(problem);
            }
            "quote" => {
                return Ok(quote_identifier(&given.needed(0, "identifier")?.to_string()).into());
            }
            "quote_as_configured" => {
                return Ok(quote_identifier(&given.needed(0, "identifier")?.to_string()).into());
            }
            "quote_seed_column" => {
                let column = given.needed(0, "column")?.to_string();
                return Ok(match given.value(1, "quote_config") {
                    Some(quotes) if !quotes.is_true() => column,
                    _ => quote_identifier(&column),
                }
                .into());
            }
            "verify_database" => return self.verify_database(&given),
            "cache_added" | "cache_dropped" | "cache_renamed" => return Ok("".into()),
            "convert_type" => return convert_type(&given),
            "parse_index" => return index::parse(&given.needed(0, "raw_index")?),
            "standardize_grants_dict" => {
                return grants::standardized(&given.needed(0, "grants_table")?);
            }
            "render_raw_columns_constraints" => {
                return constraint::columns(&given.needed(0, "raw_columns")?, self.keys());
            }
            "render_raw_model_constraints" => {
                return constraint::model(&given.needed(0, "raw_constraints")?, self.keys());
            }
            "get_incremental_strategy_macro" => return strategy::find_macro(state, &given),
            "get_hard_deletes_behavior" => {
                return strategy::hard_deletes(state, &given.needed(0, "config")?);
            }
            "valid_incremental_strategies" => return Ok(Value::from(strategy::VALID.to_vec())),
            "build_catalog_relation" | "get_catalog_integration" => return Ok(Value::from(())),
            _ => {}
        }
        if matches!(self.context.access, Access::None) {
            return self.unanswered(method);
        }
        self.ask(state, method, &given)
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

    fn ask(
        &self,
        state: &mut State<'_, '_>,
        method: &str,
        given: &Given<'_>,
    ) -> Result<Value, Error> {
        match method {
            "get_relation" => {
                let text = |position, name| given.text(position, name).unwrap_or_default();
                let name = RelationName {
                    database: text(0, "database"),
                    schema: text(1, "schema"),
                    identifier: text(2, "identifier"),
                };
                self.relation(state, name)
            }
            "already_exists" => {
                let name = RelationName {
                    database: self.context.shared.settings.target.database.clone(),
                    schema: given.needed(0, "schema")?.to_string(),
                    identifier: given.needed(1, "name")?.to_string(),
                };
                Ok((!self.relation(state, name)?.is_none()).into())
            }
            "get_columns_in_relation" => self.columns(state, &given.needed(0, "relation")?),
            "get_missing_columns" => {
                let from = self.columns(state, &given.needed(0, "from_relation")?)?;
                let to = self.columns(state, &given.needed(1, "to_relation")?)?;
                let present: Vec<String> = columns_of(&to).map(|column| column.name).collect();
                Ok(python::list(
                    columns_of(&from)
                        .filter(|column| !present.contains(&column.name))
                        .map(Column::into_value)
                        .collect(),
                ))
            }
            "column_names" => self.column_names(state, &given.needed(0, "relation")?),
            "expand_target_column_types" => {
                if self.has_no_limited_text(&given.needed(1, "to_relation")?)? {
                    return Ok("".into());
                }
                let from = self.columns(state, &given.needed(0, "from_relation")?)?;
                let target = given.needed(1, "to_relation")?;
                let present = self.columns(state, &target)?;
                strategy::expand(state, &target, columns_of(&from), columns_of(&present))
            }
            "get_column_schema_from_query" => {
                let sql = given.needed(0, "sql")?.to_string();
                let columns = self.context.access.describe(&sql)?;
                let columns = columns.into_iter();
                Ok(python::list(
                    columns
                        .map(|column| Column::new(column.name, column.data_type).into_value())
                        .collect(),
                ))
            }
            "check_schema_exists" => {
                let found = called(
                    state,
                    "check_schema_exists",
                    &[given.needed(0, "database")?, given.needed(1, "schema")?],
                )?;
                let rows = found.get_attr("rows")?;
                let first = rows
                    .get_item_by_index(0)
                    .and_then(|row| row.get_item_by_index(0));
                Ok(first.is_ok_and(|count| count.is_true()).into())
            }
            "create_schema" | "drop_schema" | "drop_relation" | "truncate_relation" => {
                called(state, method, &[given.needed(0, "relation")?])?;
                Ok("".into())
            }
            "rename_relation" => {
                called(
                    state,
                    method,
                    &[
                        given.needed(0, "from_relation")?,
                        given.needed(1, "to_relation")?,
                    ],
                )?;
                Ok("".into())
            }
            "execute" => self.execute(given),
            "add_query" => {
                let sql = given.needed(0, "sql")?.to_string();
                let auto_begin = given.flag(1, "auto_begin", true);
                self.context
                    .access
                    .execute(&sql, auto_begin, false, false)?;
                Ok(Value::from(()))
            }
            "commit" => {
                self.context.access.commit()?;
                Ok("".into())
            }
            "server_version" => self.context.access.server_version().map(Value::from),
            "valid_snapshot_target" => Ok("".into()),
            "assert_valid_snapshot_target_given_strategy" => {
                let relation = given.needed(0, "relation")?;
                let columns = self.columns(state, &relation)?;
                let names: Vec<String> = columns_of(&columns).map(|column| column.name).collect();
                strategy::assert_snapshot(
                    &relation,
                    &names,
                    &given.value(1, "column_names"),
                    &given.value(2, "strategy"),
                )?;
                Ok("".into())
            }
            "check_contract" => {
                let query = given.needed(0, "sql")?.to_string();
                let columns = constraint::declared(&given.needed(1, "columns")?)?;
                self.context.access.check_contract(&query, columns)?;
                Ok("".into())
            }
            "copy_rows" => {
                let into = relation_of(&given.needed(0, "relation")?)?.name.in_schema();
                let table = given.needed(1, "table")?;
                let seed = table
                    .downcast_object_ref::<Table>()
                    .and_then(|table| table.seed.clone());
                match seed {
                    Some(rows) => self.context.access.copy(&into, &rows)?,
                    None => {
                        return Err(Error::new(
                            ErrorKind::InvalidOperation,
                            "copy_rows takes the table of a seed",
                        ));
                    }
                }
                Ok("".into())
            }
            "defer_keys" => {
                self.context.captured().keys_after_rows = true;
                Ok("".into())
            }
            "add_keys" => {
                let relation = relation_of(&given.needed(0, "relation")?)?;
                self.add_keys(&relation.name.in_schema())?;
                Ok("".into())
            }
            "shadow_of" => {
                let mut relation = relation_of(&given.needed(0, "relation")?)?;
                relation.name.schema = materialize::shadow_schema(&relation.name.schema);
                Ok(relation.into_value())
            }
            "swap_in" => {
                let relation = relation_of(&given.needed(0, "relation")?)?;
                let swap = materialize::swap(&relation.name);
                self.context.access.execute(&swap.sql, true, false, false)?;
                Ok("".into())
            }
            _ => Err(unknown(method)),
        }
    }

    /// A relation that exists, or none.
    fn relation(&self, state: &mut State<'_, '_>, name: RelationName) -> Result<Value, Error> {
        let access = &self.context.access;
        if let Some(known) = access.known(&name) {
            let kind = known.map(|existing| RelationKind::of_existing(existing.relation_type));
            return Ok(match kind {
                Some(kind) => Relation::new(name, kind).into_value(),
                None => Value::from(()),
            });
        }
        let schema = Relation::new(
            RelationName {
                identifier: String::new(),
                ..name.clone()
            },
            None,
        );
        let listed = called(
            state,
            "list_relations_without_caching",
            &[schema.into_value()],
        )?;
        let rows = match listed.get_attr("rows") {
            Ok(rows) if !rows.is_undefined() => rows,
            _ => listed,
        };
        for row in rows.try_iter()? {
            let cell =
                |position: usize| row.get_item_by_index(position).map(|cell| cell.to_string());
            if cell(1)? == name.identifier && cell(2)? == name.schema {
                let kind = cell(3)?;
                let class = Arc::new(RelationClass);
                let named = minijinja::value::Kwargs::from_iter([
                    ("database", Value::from(name.database.clone())),
                    ("schema", Value::from(name.schema.clone())),
                    ("identifier", Value::from(name.identifier.clone())),
                    ("type", Value::from(kind)),
                ]);
                return class.call_method(state, "create", &[Value::from(named)]);
            }
        }
        Ok(Value::from(()))
    }

    /// The columns of a relation, in order.
    fn columns(&self, state: &mut State<'_, '_>, relation: &Value) -> Result<Value, Error> {
        let name = relation_of(relation)?.name;
        if let Some(known) = self.context.access.known(&name) {
            let columns = known
                .map(|existing| existing.columns.as_slice())
                .unwrap_or_default();
            let columns = columns.iter();
            return Ok(python::list(
                columns
                    .map(|(name, data_type)| Column::from_description(name, data_type).into_value())
                    .collect(),
            ));
        }
        called(
            state,
            "get_columns_in_relation",
            std::slice::from_ref(relation),
        )
    }

    fn keys(&self) -> constraint::Keys {
        if self.context.captured().keys_after_rows {
            constraint::Keys::AfterRows
        } else {
            constraint::Keys::Inline
        }
    }

    /// Adds the keys of an enforced contract that were kept out of `create table`.
    fn add_keys(&self, table: &str) -> Result<(), Error> {
        let is_enforced = self
            .context
            .config
            .get("contract")
            .and_then(|contract| contract.get("enforced"))
            == Some(&serde_json::Value::Bool(true));
        if is_enforced && self.keys() == constraint::Keys::AfterRows {
            for statement in constraint::added_keys(&self.context.model, table)? {
                self.context
                    .access
                    .execute(&statement, true, false, false)?;
            }
        }
        Ok(())
    }

    /// The names of a relation's columns. Of the one that is being built they are known before it is, where the
    /// contract or the query tells them.
    fn column_names(&self, state: &mut State<'_, '_>, relation: &Value) -> Result<Value, Error> {
        if matches!(self.context.access, Access::Ahead(_)) {
            let built = &relation_of(relation)?.name.identifier;
            let is_own =
                (self.context.this.as_ref()).is_some_and(|this| this.name.identifier == *built);
            if let Some(names) = self.planned_column_names().filter(|_| is_own) {
                return Ok(Value::from(names));
            }
        }
        let columns = self.columns(state, relation)?;
        Ok(columns_of(&columns)
            .map(|column| Value::from(column.name))
            .collect())
    }

    fn planned_column_names(&self) -> Option<Vec<String>> {
        let context = &self.context;
        if let Some(seed) = &context.seed {
            return Some(seed.columns.iter().map(|(name, _)| name.clone()).collect());
        }
        let (_, sql) = (context.extra.iter()).find(|(name, _)| *name == "compiled_code")?;
        sql::output_columns(sql.as_str()?)
    }

    /// Whether a table that is known ahead has no text column of limited length, so that none can be too short.
    fn has_no_limited_text(&self, relation: &Value) -> Result<bool, Error> {
        let name = relation_of(relation)?.name;
        let Some(known) = self.context.access.known(&name) else {
            return Ok(false);
        };
        let columns = known
            .map(|existing| existing.columns.as_slice())
            .unwrap_or_default();
        Ok(!columns
            .iter()
            .any(|(_, data_type)| data_type.starts_with("character")))
    }

    /// `adapter.execute`: the response and the rows.
    fn execute(&self, given: &Given<'_>) -> Result<Value, Error> {
        let sql = given.needed(0, "sql")?.to_string();
        let auto_begin = given.flag(1, "auto_begin", false);
        let fetch = given.flag(2, "fetch", false);
        let counts = self.context.captured().main.as_deref() == Some(&*sql);
        let result = self
            .context
            .access
            .execute(&sql, auto_begin, fetch, counts)?;
        let (response, table) = match result {
            Some(result) => (
                super::statement::response(&result.response),
                Table::of_result(&result),
            ),
            None => (Pending::of(&self.context), Table::default()),
        };
        if counts && !matches!(self.context.access, Access::Ahead(_)) {
            self.context.captured().response = Some(response.clone());
        }
        Ok(python::tuple(vec![response, table.into_value()]))
    }

    fn verify_database(&self, given: &Given<'_>) -> Result<Value, Error> {
        let database = given.needed(0, "database")?.to_string();
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

/// The columns in a list of columns.
fn columns_of(value: &Value) -> impl Iterator<Item = Column> + use<> {
    let columns: Vec<Column> = value
        .try_iter()
        .map(|columns| {
            columns
                .filter_map(|column| column.downcast_object_ref::<Column>().cloned())
                .collect()
        })
        .unwrap_or_default();
    columns.into_iter()
}

fn convert_type(given: &Given<'_>) -> Result<Value, Error> {
    let table = given.needed(0, "agate_table")?;
    let position = given.needed(1, "col_idx")?.as_usize().unwrap_or_default();
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

/// Flags of the adapter's behaviour: what `flags:` of the project file and the command line say.
#[derive(Debug)]
struct Behavior {
    context: Arc<NodeContext>,
}

impl Object for Behavior {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?.to_ascii_uppercase();
        let said = self.context.shared.settings.flags.get(&name);
        let is_set = said == Some(&serde_json::Value::Bool(true));
        Some(Value::from_object(BehaviorFlag { is_set }))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }
}

/// One flag: true or false by itself, and told without a warning by `no_warn`.
#[derive(Debug)]
struct BehaviorFlag {
    is_set: bool,
}

impl Object for BehaviorFlag {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        matches!(key.as_str()?, "no_warn" | "setting").then(|| self.is_set.into())
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.is_set
    }
}
