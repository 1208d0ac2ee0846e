//! What dbt hands out as an object where its artifacts have a mapping: the results of a run, their phases and nodes.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, Value};
use minijinja::{Error, State};
use serde_json::Value as Json;

use super::functions::from_json;

/// Fields that are objects, or lists of them, themselves.
const RECORDS: [&str; 2] = ["node", "timing"];

/// An object with fields, which `to_dict()` makes a mapping.
#[derive(Debug)]
struct Record(Json);

/// The value of results: a list of objects.
pub(crate) fn records(json: &Json) -> Value {
    match json {
        Json::Array(items) => super::python::list(items.iter().map(records).collect()),
        Json::Object(_) => Value::from_object(Record(json.clone())),
        other => from_json(other),
    }
}

impl Object for Record {
    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        let value = self.0.get(key)?;
        Some(if RECORDS.contains(&key) {
            records(value)
        } else {
            from_json(value)
        })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let fields = self.0.as_object().into_iter().flatten();
        Enumerator::Values(fields.map(|(name, _)| name.clone().into()).collect())
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let mapping = from_json(&self.0);
        match method {
            "to_dict" => Ok(mapping),
            _ => mapping.call_method(state, method, arguments),
        }
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&super::python::repr(&from_json(&self.0)))
    }
}
