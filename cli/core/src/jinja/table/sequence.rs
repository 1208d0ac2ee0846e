//! Rows and columns of a table: agate's MappedSequence and Column.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, Value, from_args};
use minijinja::{Error, ErrorKind, State};

use crate::jinja::python;
use crate::jinja::python::operators::order;
use crate::warehouse::ValueType;

pub(super) fn agate_type(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Integer => "Integer",
        ValueType::Number => "Number",
        ValueType::Boolean => "Boolean",
        ValueType::Date => "Date",
        ValueType::Timestamp => "DateTime",
        ValueType::Text => "Text",
    }
}

/// Whether a value is a row, a column, or a list of them: not a list of Python's, which would lose the names.
pub(in crate::jinja) fn is_of_result(value: &Value) -> bool {
    value.downcast_object_ref::<Mapped>().is_some()
        || value.downcast_object_ref::<TableColumn>().is_some()
}

/// Values with names: agate's MappedSequence, of which a row is one. Iterates over the values.
#[derive(Debug)]
pub(super) struct Mapped {
    pub(super) class: &'static str,
    /// None for rows of a table.
    pub(super) names: Option<Vec<String>>,
    pub(super) values: Vec<Value>,
}

impl Mapped {
    fn by_name(&self, name: &str) -> Option<Value> {
        let position = self.names().iter().position(|known| known == name)?;
        self.values.get(position).cloned()
    }

    fn names(&self) -> &[String] {
        self.names.as_deref().unwrap_or_default()
    }

    fn pairs(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.names().iter().zip(&self.values)
    }
}

impl Object for Mapped {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        if let Some(name) = key.as_str() {
            return self.by_name(name);
        }
        let index = i64::try_from(key.clone()).ok()?;
        let length = i64::try_from(self.values.len()).ok()?;
        let index = if index < 0 { index + length } else { index };
        self.values.get(usize::try_from(index).ok()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.values.len())
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&sample(self.class, &self.values))
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        call: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "values" => Ok(python::tuple(self.values.clone())),
            "keys" => Ok(match &self.names {
                Some(names) => python::tuple(names.iter().cloned().map(Value::from).collect()),
                None => Value::from(()),
            }),
            "items" => Ok(python::tuple(
                self.pairs()
                    .map(|(name, value)| {
                        python::tuple(vec![Value::from(name.clone()), value.clone()])
                    })
                    .collect(),
            )),
            "dict" => Ok(python::dict(
                self.pairs()
                    .map(|(name, value)| (name.clone(), value.clone())),
            )),
            "get" => {
                let (name, default): (String, Option<Value>) = from_args(call)?;
                Ok(self.by_name(&name).or(default).unwrap_or(Value::from(())))
            }
            _ => Err(Error::new(
                ErrorKind::UnknownMethod,
                format!("a row has no method `{method}`"),
            )),
        }
    }
}

/// A column of a result with its values.
#[derive(Debug)]
pub(super) struct TableColumn {
    pub(super) index: usize,
    pub(super) name: String,
    pub(super) value_type: ValueType,
    pub(super) values: Vec<Value>,
}

impl TableColumn {
    /// As agate sorts: nothing comes last.
    fn sorted(&self, with_nulls: bool) -> Vec<Value> {
        let (nulls, mut values): (Vec<Value>, Vec<Value>) =
            (self.values.iter().cloned()).partition(Value::is_none);
        values.sort_by(order);
        values.extend(nulls.into_iter().filter(|_| with_nulls));
        values
    }
}

impl Object for TableColumn {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str() {
            Some("index") => Some(Value::from(self.index)),
            Some("name") => Some(Value::from(self.name.clone())),
            Some("data_type") => Some(Value::from(agate_type(self.value_type))),
            Some(_) => None,
            None => self.values.get(key.as_usize()?).cloned(),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.values.len())
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&sample("agate.Column", &self.values))
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        _call: &[Value],
    ) -> Result<Value, Error> {
        let kept: Vec<Value> = match method {
            "values" => self.values.clone(),
            "values_without_nulls" => self
                .values
                .iter()
                .filter(|value| !value.is_none())
                .cloned()
                .collect(),
            "values_sorted" => return Ok(python::list(self.sorted(true))),
            "values_without_nulls_sorted" => return Ok(python::list(self.sorted(false))),
            "values_distinct" => {
                let mut seen = BTreeSet::new();
                let values = self.values.iter();
                values
                    .filter(|value| seen.insert((*value).clone()))
                    .cloned()
                    .collect()
            }
            _ => {
                return Err(Error::new(
                    ErrorKind::UnknownMethod,
                    format!("a column of a result has no method `{method}`"),
                ));
            }
        };
        Ok(python::tuple(kept))
    }
}

/// As agate prints a sequence: its first five values.
fn sample(class: &str, values: &[Value]) -> String {
    let shown: Vec<String> = values.iter().take(5).map(python::repr).collect();
    let more = if values.len() > 5 { ", ..." } else { "" };
    format!("<{class}: ({}{more})>", shown.join(", "))
}
