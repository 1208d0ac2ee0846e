//! `modules`: the Python modules that dbt gives to templates.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, Value};

use super::datetime::module::Datetime;
use super::datetime::zone::Pytz;
use super::itertools::Itertools;
use super::regex::Re;

const NAMES: [&str; 4] = ["datetime", "pytz", "re", "itertools"];

/// The modules; `now` is what the clock says for all of the run: UTC, RFC 3339.
#[derive(Debug)]
pub(crate) struct Modules {
    pub(crate) now: String,
}

impl Object for Modules {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "datetime" => Value::from_object(Datetime {
                now: self.now.clone(),
            }),
            "pytz" => Value::from_object(Pytz),
            "re" => Value::from_object(Re),
            "itertools" => Value::from_object(Itertools),
            _ => return None,
        })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&NAMES)
    }
}
