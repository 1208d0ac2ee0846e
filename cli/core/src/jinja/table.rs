//! A query's result as templates see it: agate's Table, Row and Column, as far as dbt projects use them.

mod cell;
mod methods;
mod print;
mod sequence;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, Value};
use minijinja::{Error, ErrorKind, State};
use serde_json::Value as Json;

pub(super) use self::sequence::is_of_result;
use self::sequence::{Mapped, TableColumn, agate_type};
use super::python;
use super::python::call::Call;
use crate::seed::SeedData;
use crate::warehouse::{QueryResult, ValueType};

/// A table of values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub(crate) names: Vec<String>,
    types: Vec<ValueType>,
    rows: Vec<Vec<Value>>,
    /// The seed that the table is, whose rows go to the server as they stand in the file.
    pub(crate) seed: Option<Arc<SeedData>>,
}

impl Table {
    pub(crate) fn of_result(result: &QueryResult) -> Table {
        let mut rows: Vec<Vec<Value>> = vec![Vec::new(); result.rows.len()];
        let mut types = Vec::new();
        for (position, column) in result.columns.iter().enumerate() {
            let texts = result.rows.iter();
            let texts = texts.map(|row| row.get(position).and_then(Option::as_deref));
            let (value_type, values) = cell::column(column, texts);
            types.push(value_type);
            for (row, value) in rows.iter_mut().zip(values) {
                row.push(value);
            }
        }
        Table {
            names: unique_names(result.columns.iter().map(|column| column.name.as_str())),
            types,
            rows,
            seed: None,
        }
    }

    /// The same columns with other rows.
    fn with_rows(&self, rows: Vec<Vec<Value>>) -> Table {
        Table {
            names: self.names.clone(),
            types: self.types.clone(),
            rows,
            seed: None,
        }
    }

    /// A seed's rows as texts with the types found in the file.
    pub(crate) fn of_seed(seed: Arc<SeedData>) -> Table {
        let types: Vec<ValueType> = seed
            .columns
            .iter()
            .map(|(_, data_type)| match data_type.as_str() {
                // what comes from a file is no integer to agate
                "integer" | "bigint" | "float8" | "double precision" | "numeric" => {
                    ValueType::Number
                }
                "boolean" => ValueType::Boolean,
                "date" => ValueType::Date,
                "timestamp without time zone" => ValueType::Timestamp,
                _ => ValueType::Text,
            })
            .collect();
        Table {
            names: seed.columns.iter().map(|(name, _)| name.clone()).collect(),
            rows: Vec::new(),
            types,
            seed: Some(seed),
        }
    }

    /// The rows as JSON, by column name.
    pub(crate) fn to_json(&self) -> Vec<serde_json::Map<String, Json>> {
        let rows = self.rows.iter().map(|row| {
            let cells = self.names.iter().zip(row);
            cells
                .map(|(name, value)| (name.clone(), cell::json(value)))
                .collect()
        });
        rows.collect()
    }

    /// The rows as JSON, in the columns' order.
    pub(crate) fn ordered(&self) -> Vec<Vec<Json>> {
        let rows = self.rows.iter();
        rows.map(|row| row.iter().map(cell::json).collect())
            .collect()
    }

    /// The rows as Python prints their values; nothing is the empty text.
    pub(crate) fn texts(&self) -> Vec<Vec<String>> {
        let text = |value: &Value| match value.is_none() {
            true => String::new(),
            false => python::shown(value),
        };
        let rows = self.rows.iter();
        rows.map(|row| row.iter().map(text).collect()).collect()
    }

    /// Whether a column holds texts.
    pub(crate) fn is_text(&self, column: usize) -> bool {
        self.types.get(column) == Some(&ValueType::Text)
    }

    /// Whether a column holds numbers.
    pub(crate) fn is_number(&self, column: usize) -> bool {
        matches!(
            self.types.get(column),
            Some(ValueType::Integer | ValueType::Number)
        )
    }

    /// Whether a column holds numbers that may have decimal places.
    pub(crate) fn is_decimal(&self, column: usize) -> bool {
        self.types.get(column) == Some(&ValueType::Number)
    }

    pub(crate) fn into_value(self) -> Value {
        Value::from_object(self)
    }

    /// The server's type for the values of a column.
    pub(super) fn server_type(&self, position: usize) -> Option<String> {
        if let Some(seed) = &self.seed {
            return Some(seed.columns.get(position)?.1.clone());
        }
        let name = match self.types.get(position)? {
            ValueType::Integer => "integer",
            ValueType::Number => "float8",
            ValueType::Boolean => "boolean",
            ValueType::Date => "date",
            ValueType::Timestamp => "timestamp without time zone",
            ValueType::Text => "text",
        };
        Some(name.to_owned())
    }

    /// The values; those of a seed are made when they are asked for.
    pub(crate) fn values(&self) -> Cow<'_, [Vec<Value>]> {
        let Some(seed) = &self.seed else {
            return Cow::Borrowed(&self.rows);
        };
        let rows = seed.rows.iter().map(|row| {
            row.zip(&self.types)
                .map(|(text, value_type)| {
                    text.map_or(Value::from(()), |text| cell::typed(text, *value_type))
                })
                .collect()
        });
        Cow::Owned(rows.collect())
    }

    fn count(&self) -> usize {
        self.seed
            .as_ref()
            .map_or(self.rows.len(), |seed| seed.rows.len())
    }

    fn columns(&self) -> Value {
        let rows = self.values();
        let columns = self.names.iter().enumerate().map(|(position, name)| {
            Value::from_object(TableColumn {
                index: position,
                name: name.clone(),
                value_type: self.types[position],
                values: rows.iter().map(|row| row[position].clone()).collect(),
            })
        });
        Value::from_object(Mapped {
            class: "agate.MappedSequence",
            values: columns.collect(),
            names: Some(self.names.clone()),
        })
    }

    fn rows(&self) -> Value {
        let values = self.values();
        let rows = values.iter().map(|row| {
            Value::from_object(Mapped {
                class: "agate.Row",
                names: Some(self.names.clone()),
                values: row.clone(),
            })
        });
        Value::from_object(Mapped {
            class: "agate.MappedSequence",
            names: None,
            values: rows.collect(),
        })
    }

    /// agate's TableSet: a table for each value of a column, by the value, in the order of their first rows.
    fn grouped(&self, key: &str) -> Result<Value, Error> {
        let position =
            (self.names.iter().position(|name| name == key)).ok_or_else(|| unknown_column(key))?;
        let mut names: Vec<String> = Vec::new();
        let mut tables: Vec<Table> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for row in self.values().iter() {
            let name = row[position].to_string();
            let at = *places.entry(name.clone()).or_insert_with(|| {
                names.push(name);
                tables.push(self.with_rows(Vec::new()));
                tables.len() - 1
            });
            tables[at].rows.push(row.clone());
        }
        Ok(Value::from_object(Mapped {
            class: "agate.TableSet",
            names: Some(names),
            values: tables.into_iter().map(Table::into_value).collect(),
        }))
    }

    /// The table with some of its columns, in the order that is given.
    fn with_columns(&self, names: impl Iterator<Item = String>) -> Result<Table, Error> {
        let positions: Vec<usize> = names
            .map(|name| {
                self.names
                    .iter()
                    .position(|known| *known == name)
                    .ok_or_else(|| unknown_column(&name))
            })
            .collect::<Result<_, _>>()?;
        Ok(Table {
            names: positions.iter().map(|at| self.names[*at].clone()).collect(),
            types: positions.iter().map(|at| self.types[*at]).collect(),
            rows: self
                .values()
                .iter()
                .map(|row| positions.iter().map(|at| row[*at].clone()).collect())
                .collect(),
            seed: None,
        })
    }
}

/// As in dbt the second `a` is `a_2`.
fn unique_names<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let unique = |name: &str| match counts.get_mut(name) {
        None => {
            counts.insert(name.to_owned(), 1);
            name.to_owned()
        }
        Some(count) => {
            *count += 1;
            let numbered = format!("{name}_{count}");
            counts.insert(numbered.clone(), 1);
            numbered
        }
    };
    names.map(unique).collect()
}

fn unknown_column(name: &str) -> Error {
    Error::new(
        ErrorKind::InvalidOperation,
        format!("the table has no column `{name}`"),
    )
}

impl Object for Table {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "columns" => self.columns(),
            "rows" => self.rows(),
            "column_names" => python::tuple(self.names.iter().cloned().map(Value::from).collect()),
            "column_types" => python::tuple(
                self.types
                    .iter()
                    .map(|value_type| Value::from(agate_type(*value_type)))
                    .collect(),
            ),
            "row_names" => Value::from(()),
            _ => return None,
        })
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.count())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match self.rows().try_iter() {
            Ok(rows) => Enumerator::Values(rows.collect()),
            Err(_) => Enumerator::NonEnumerable,
        }
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        call: &[Value],
    ) -> Result<Value, Error> {
        self.method(state, &Call::new(method, call)?)
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.structure())
    }
}
