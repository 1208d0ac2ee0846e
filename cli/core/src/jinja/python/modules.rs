//! `modules`: the Python modules that dbt gives to templates.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, Value};

use super::datetime::module::Datetime;
use super::datetime::zone::Pytz;
use super::itertools::Itertools;
use super::regex::Re;
use crate::jinja::Shared;

const NAMES: [&str; 4] = ["datetime", "pytz", "re", "itertools"];

/// The modules; the clock says for all of the run when it started.
#[derive(Debug)]
pub(crate) struct Modules {
    pub(crate) shared: Arc<Shared>,
}

impl Object for Modules {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "datetime" => Value::from_object(Datetime {
                now: self.shared.of_this_run().run_started_at.clone(),
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

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<modules>")
    }
}
