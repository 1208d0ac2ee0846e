//! What a unit test says instead of macros: a call gives the value that it states.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{Error, State};

use super::functions::from_json;
use crate::project::Overrides;

/// The value of a name for which a macro, or one of its package, is overridden.
pub(super) fn value(
    overrides: &Overrides,
    name: &str,
    present: impl FnOnce() -> Option<Value>,
) -> Option<Value> {
    if let Some(stated) = overrides.macros.get(name) {
        return Some(Value::from_object(Stated(from_json(stated))));
    }
    let of_package = |key: &str| {
        key.split_once('.')
            .is_some_and(|(package, _)| package == name)
    };
    if !overrides.macros.keys().any(|key| of_package(key)) {
        return None;
    }
    let stated = overrides.macros.iter().filter_map(|(key, stated)| {
        let (package, macro_name) = key.split_once('.')?;
        (package == name).then(|| (macro_name.to_owned(), from_json(stated)))
    });
    Some(Value::from_object(Package {
        stated: stated.collect(),
        others: present().unwrap_or_default(),
    }))
}

/// A macro whose calls all give one value.
#[derive(Debug)]
struct Stated(Value);

impl Object for Stated {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, _call: &[Value]) -> Result<Value, Error> {
        Ok(self.0.clone())
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<macro>")
    }
}

/// A package's macros, some of them overridden.
#[derive(Debug)]
struct Package {
    stated: Vec<(String, Value)>,
    others: Value,
}

impl Object for Package {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let stated = self
            .stated
            .iter()
            .find(|(name, _)| Some(name.as_str()) == key.as_str());
        match stated {
            Some((_, value)) => Some(Value::from_object(Stated(value.clone()))),
            None => self.others.get_item(key).ok(),
        }
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        match self.stated.iter().find(|(name, _)| name == method) {
            Some((_, value)) => Ok(value.clone()),
            None => self.others.call_method(state, method, arguments),
        }
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<package>")
    }
}
