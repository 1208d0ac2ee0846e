//! The methods that ask the warehouse or change it.

use std::collections::BTreeSet;

use minijinja::value::Value;
use minijinja::{Error, ErrorKind, State};

use super::relations::columns_of;
use super::{Adapter, called, relation_of, unknown};
use crate::jinja::access::Access;
use crate::jinja::column::Column;
use crate::jinja::python::{self, call::Call};
use crate::jinja::relation::Relation;
use crate::jinja::statement::{self, Pending};
use crate::jinja::table::Table;
use crate::jinja::{constraint, strategy};
use crate::materialize::contract::driver_name;
use crate::name::{Parts, RelationName};
use crate::policy::RowSecurity;
use crate::publish::{self, Locks, Replacement};

impl Adapter {
    /// Answers a method that needs the warehouse.
    pub(super) fn ask(
        &self,
        state: &mut State<'_, '_>,
        method: &str,
        call: &Call<'_>,
    ) -> Result<Value, Error> {
        match method {
            "get_relation" => {
                let text =
                    |position, name| Ok::<_, Error>(call.required(position, name)?.to_string());
                let parts = Parts {
                    database: text(0, "database")?,
                    schema: text(1, "schema")?,
                    identifier: text(2, "identifier")?,
                };
                let quotes = self.context.shared.quotes;
                self.relation(state, RelationName::written(parts, quotes))
            }
            "already_exists" => {
                let shared = &self.context.shared;
                let parts = Parts {
                    database: shared.settings.target.database.clone(),
                    schema: call.required(0, "schema")?.to_string(),
                    identifier: call.required(1, "name")?.to_string(),
                };
                let name = RelationName::written(parts, shared.quotes);
                Ok((!self.relation(state, name)?.is_none()).into())
            }
            "get_columns_in_relation" => self.columns(state, &call.required(0, "relation")?),
            "get_missing_columns" => {
                let from = self.columns(state, &call.required(0, "from_relation")?)?;
                let to = self.columns(state, &call.required(1, "to_relation")?)?;
                let present: Vec<String> = columns_of(&to).map(|column| column.name).collect();
                Ok(python::list(
                    columns_of(&from)
                        .filter(|column| !present.contains(&column.name))
                        .map(Column::into_value)
                        .collect(),
                ))
            }
            "column_names" => self.column_names(state, &call.required(0, "relation")?),
            "expand_target_column_types" => {
                if self.has_no_limited_text(&call.required(1, "to_relation")?)? {
                    return Ok(Value::from(()));
                }
                let from = self.columns(state, &call.required(0, "from_relation")?)?;
                let target = call.required(1, "to_relation")?;
                let present = self.columns(state, &target)?;
                strategy::expand(state, &target, columns_of(&from), columns_of(&present))?;
                Ok(Value::from(()))
            }
            "get_column_schema_from_query" => {
                let sql = call.required(0, "sql")?.to_string();
                let columns = self.context.access.describe(&sql)?;
                let columns = columns.into_iter();
                Ok(python::list(
                    columns
                        .map(|column| {
                            let name = driver_name(&column.data_type);
                            Column::new(column.name, name).into_value()
                        })
                        .collect(),
                ))
            }
            "check_schema_exists" => {
                let found = called(
                    state,
                    "check_schema_exists",
                    &[call.required(0, "database")?, call.required(1, "schema")?],
                )?;
                let rows = found.get_attr("rows")?;
                let first = rows
                    .get_item_by_index(0)
                    .and_then(|row| row.get_item_by_index(0));
                Ok(first.is_ok_and(|count| count.is_true()).into())
            }
            "create_schema" | "drop_schema" | "drop_relation" | "truncate_relation" => {
                if method == "drop_relation" {
                    has_type(&call.required(0, "relation")?)?;
                }
                called(state, method, &[call.required(0, "relation")?])?;
                Ok(Value::from(()))
            }
            "rename_relation" => {
                called(
                    state,
                    method,
                    &[
                        call.required(0, "from_relation")?,
                        call.required(1, "to_relation")?,
                    ],
                )?;
                Ok(Value::from(()))
            }
            "execute" => self.execute(call),
            "add_query" => {
                let sql = call.required(0, "sql")?.to_string();
                let auto_begin = call.flag(1, "auto_begin", true);
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
                let relation = call.required(0, "relation")?;
                let columns = self.columns(state, &relation)?;
                let names: Vec<String> = columns_of(&columns).map(|column| column.name).collect();
                strategy::assert_snapshot(
                    &relation,
                    &names,
                    &call.value(1, "column_names"),
                    &call.value(2, "strategy"),
                )?;
                Ok("".into())
            }
            "check_contract" => {
                let query = call.required(0, "sql")?.to_string();
                let columns = constraint::declared(&call.required(1, "columns")?)?;
                self.context.access.check_contract(&query, columns)?;
                Ok("".into())
            }
            "copy_rows" => {
                let into = relation_of(&call.required(0, "relation")?)?
                    .name()
                    .in_schema();
                let table = call.required(1, "table")?;
                let columns = call.required(2, "columns")?.to_string();
                let seed = table
                    .downcast_object_ref::<Table>()
                    .and_then(|table| table.seed.clone());
                match seed {
                    Some(rows) => {
                        self.context
                            .access
                            .copy(&into, &columns, &rows, self.is_refreshed())?
                    }
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
                let relation = relation_of(&call.required(0, "relation")?)?;
                self.add_keys(&relation.name().in_schema())?;
                Ok("".into())
            }
            "shadow_of" => {
                let mut relation = relation_of(&call.required(0, "relation")?)?;
                relation.parts.schema = publish::shadow_schema(&relation.name().schema);
                relation.quotes.schema = true;
                Ok(relation.into_value())
            }
            "is_in_place" => Ok(self.context.access.is_in_place().into()),
            "swap_in" => {
                let relation = relation_of(&call.required(0, "relation")?)?;
                let replacement = Replacement {
                    target: relation.name(),
                    contracted: self.has_contract(),
                    // `apply_grants` comes afterwards
                    granted: false,
                    declared: BTreeSet::new(),
                };
                let swap = publish::statement(&[replacement], Locks::Waited);
                self.context.access.execute(&swap.sql, true, false, false)?;
                Ok("".into())
            }
            "apply_row_security" => {
                let relation = relation_of(&call.required(0, "relation")?)?.name();
                let meta = self.context.config.get("meta");
                // a table of a run in the shadow gets it when it is published: its policies name published tables;
                // what is wrong with it has been told: nothing of the project is built then
                let is_there = !publish::is_shadow(&relation.schema);
                let declared = meta.and_then(|meta| RowSecurity::of(meta.get("hcw")?).ok()?);
                if let Some(declared) = declared.filter(|_| is_there) {
                    let statement = declared.statement(&relation);
                    let access = &self.context.access;
                    access.execute(&statement, true, false, false)?;
                }
                Ok("".into())
            }
            _ => Err(unknown(method)),
        }
    }

    /// `adapter.execute`: the response and the rows.
    fn execute(&self, call: &Call<'_>) -> Result<Value, Error> {
        let sql = call.required(0, "sql")?.to_string();
        let auto_begin = call.flag(1, "auto_begin", false);
        let fetch = call.flag(2, "fetch", false);
        let counts = self.context.captured().main.as_deref() == Some(&*sql);
        let result = self
            .context
            .access
            .execute(&sql, auto_begin, fetch, counts)?;
        let (response, table) = match result {
            Some(result) => (
                statement::response(&result.response),
                Table::of_result(&result).into_value(),
            ),
            None if fetch => (Pending::of(&self.context), Pending::of(&self.context)),
            None => (Pending::of(&self.context), Table::default().into_value()),
        };
        if counts && !matches!(self.context.access, Access::Ahead(_)) {
            self.context.captured().response = Some(response.clone());
        }
        Ok(python::tuple(vec![response, table]))
    }

    pub(super) fn keys(&self) -> constraint::Keys {
        if self.context.captured().keys_after_rows {
            constraint::Keys::AfterRows
        } else {
            constraint::Keys::Inline
        }
    }

    /// Whether the node has an enforced contract.
    fn has_contract(&self) -> bool {
        let contract = self.context.config.get("contract");
        contract.and_then(|contract| contract.get("enforced"))
            == Some(&serde_json::Value::Bool(true))
    }

    /// Adds the keys of an enforced contract that were kept out of `create table`.
    fn add_keys(&self, table: &str) -> Result<(), Error> {
        if self.has_contract() && self.keys() == constraint::Keys::AfterRows {
            for statement in constraint::added_keys(&self.context.model, table) {
                self.context
                    .access
                    .execute(&statement, true, false, false)?;
            }
        }
        Ok(())
    }
}

/// What is dropped must say what it is.
fn has_type(relation: &Value) -> Result<(), Error> {
    match relation.downcast_object_ref::<Relation>() {
        Some(untyped) if untyped.kind.is_none() => Err(Error::new(
            ErrorKind::InvalidOperation,
            format!("tried to drop relation {untyped}, but its type is null"),
        )),
        _ => Ok(()),
    }
}
