//! What exists in the warehouse: relations and their columns, from what is known ahead or by a macro.

use std::sync::Arc;

use minijinja::value::{Object, Value};
use minijinja::{Error, State};

use super::{Adapter, called, relation_of};
use crate::jinja::access::Access;
use crate::jinja::column::Column;
use crate::jinja::python;
use crate::jinja::relation::{Relation, RelationClass, RelationKind};
use crate::jinja::statement;
use crate::name::RelationName;
use crate::project::config;
use crate::sql;

impl Adapter {
    /// Whether the node is built from scratch: by its configuration, else by the call.
    pub(super) fn is_refreshed(&self) -> bool {
        let said = config::flag(&self.context.merged_config(), "full_refresh");
        said.unwrap_or(self.context.shared.settings.full_refresh)
    }

    /// A relation that exists, or none, as the server names it; one that this run has built is found where it was built.
    pub(super) fn relation(
        &self,
        state: &mut State<'_, '_>,
        name: RelationName,
    ) -> Result<Value, Error> {
        let name = name.quoted();
        if let Some(built_at) = self.context.names.built_at(&name) {
            let built = self.relation_named(state, built_at)?;
            if !built.is_none() {
                return Ok(built);
            }
        }
        self.relation_named(state, name)
    }

    fn relation_named(
        &self,
        state: &mut State<'_, '_>,
        name: RelationName,
    ) -> Result<Value, Error> {
        let access = &self.context.access;
        if let Some(known) = access.known(&name) {
            let kind = known.map(|existing| RelationKind::of_existing(existing.relation_type));
            return Ok(match kind {
                Some(kind) => Relation::new(name, kind).into_value(),
                None => Value::from(()),
            });
        }
        let schema = Relation::new(name.named(""), None);
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
                let class = Arc::new(RelationClass::default());
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
    pub(super) fn columns(
        &self,
        state: &mut State<'_, '_>,
        relation: &Value,
    ) -> Result<Value, Error> {
        let name = relation_of(relation)?.name();
        if let Some(known) = self.context.access.known(&name) {
            let columns = known
                .map(|existing| existing.columns.as_slice())
                .unwrap_or_default();
            let columns = columns.iter();
            return Ok(python::list(
                columns
                    .map(|(name, data_type)| {
                        let column = Column::from_description(name, data_type);
                        column.of_catalogue().into_value()
                    })
                    .collect(),
            ));
        }
        let columns = called(
            state,
            "get_columns_in_relation",
            std::slice::from_ref(relation),
        )?;
        if statement::is_pending(&columns) {
            return Ok(columns);
        }
        let known: Vec<Value> = columns_of(&columns)
            .map(|column| column.of_catalogue().into_value())
            .collect();
        // a macro of the project's own may list other things
        Ok(match columns.len() == Some(known.len()) {
            true => python::list(known),
            false => columns,
        })
    }

    /// The names of a relation's columns. Of the one that is being built they are known before it is, where the
    /// contract or the query tells them; else the step has to wait for its turn.
    pub(super) fn column_names(
        &self,
        state: &mut State<'_, '_>,
        relation: &Value,
    ) -> Result<Value, Error> {
        if matches!(self.context.access, Access::Ahead(_)) {
            let built = relation_of(relation)?.name().identifier;
            let is_own =
                (self.context.this.as_ref()).is_some_and(|this| this.name().identifier == built);
            if is_own {
                let names = self.planned_column_names().map(Value::from);
                return names.ok_or_else(|| self.context.access.give_up());
            }
        }
        let columns = self.columns(state, relation)?;
        Ok(columns_of(&columns)
            .map(|column| Value::from(column.name))
            .collect())
    }

    pub(super) fn planned_column_names(&self) -> Option<Vec<String>> {
        let context = &self.context;
        if let Some(seed) = &context.seed {
            return Some(seed.columns.iter().map(|(name, _)| name.clone()).collect());
        }
        let (_, sql) = (context.extra.iter()).find(|(name, _)| *name == "compiled_code")?;
        sql::output_columns(sql.as_str()?)
    }

    /// Whether a table that is known ahead has no text column of limited length, so that none can be too short.
    pub(super) fn has_no_limited_text(&self, relation: &Value) -> Result<bool, Error> {
        let name = relation_of(relation)?.name();
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
}

/// The columns in a list of columns.
pub(super) fn columns_of(value: &Value) -> impl Iterator<Item = Column> + use<> {
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
