//! The module as templates see it.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{Error, State};

use super::class::{Class, Kind};
use crate::jinja::python::call::no_method;

/// `modules.datetime`; `now` is the run's start.
#[derive(Debug)]
pub(crate) struct Datetime {
    pub(crate) now: String,
}

impl Object for Datetime {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let kind = match key.as_str()? {
            "date" => Kind::Date,
            "time" => Kind::Time,
            "datetime" => Kind::Datetime,
            "timedelta" => Kind::Delta,
            _ => return None,
        };
        Some(Value::from_object(Class {
            kind,
            now: self.now.clone(),
        }))
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        match self.get_value(&Value::from(method)) {
            Some(class) => class.call(state, arguments),
            None => Err(no_method(&Value::from_dyn_object(self.clone()), method)),
        }
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<module 'datetime'>")
    }
}
