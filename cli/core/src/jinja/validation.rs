//! `validation.any(…)`: what a configuration's value may be, for `config.get` and `config.require`.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{Error, State};

use super::error::problem;
use super::python::{self, shown};
use crate::diagnostic::{Code, Diagnostic};

/// `validation`.
pub(super) fn value() -> Value {
    python::dict([("any", Value::from_object(Any))])
}

/// Checks a value with the validator of a call, if it names one.
pub(super) fn check(
    state: &mut State<'_, '_>,
    validator: Option<Value>,
    value: &Value,
) -> Result<(), Error> {
    match validator {
        // older projects write `validation.any[list]`, which is nothing that can be called
        Some(validator) if validator.is_undefined() => Err(problem(
            Diagnostic::error(
                Code::ConfigInvalid,
                "the validator of a configuration is undefined",
            )
            .help("name the values that may be given: `validation.any('a', 'b')`"),
        )),
        Some(validator) if !validator.is_none() => {
            validator.call(state, std::slice::from_ref(value)).map(drop)
        }
        _ => Ok(()),
    }
}

/// Makes validators.
#[derive(Debug)]
struct Any;

impl Object for Any {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        Ok(Value::from_object(OneOf(arguments.to_vec())))
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<function any>")
    }
}

/// Accepts one of some values.
#[derive(Debug)]
struct OneOf(Vec<Value>);

impl Object for OneOf {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let value = arguments.first().cloned().unwrap_or_default();
        if self.0.contains(&value) {
            return Ok(Value::from(()));
        }
        let accepted: Vec<String> = self.0.iter().map(shown).collect();
        Err(problem(Diagnostic::error(
            Code::ConfigInvalid,
            format!(
                "Expected value \"{}\" to be one of {}",
                shown(&value),
                accepted.join(",")
            ),
        )))
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<validator>")
    }
}
