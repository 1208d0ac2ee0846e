//! Arguments of a call as Python binds them: by position or by name.

use std::cell::RefCell;

use minijinja::value::{Kwargs, Value};
use minijinja::{Error, ErrorKind};

use super::number::integer;
use super::type_name;

/// The arguments of one call.
pub(crate) struct Call<'a> {
    function: &'a str,
    pub(crate) positional: &'a [Value],
    named: Option<Kwargs>,
    taken: RefCell<Vec<String>>,
}

impl<'a> Call<'a> {
    /// Takes the arguments apart; `function` is for messages.
    pub(crate) fn new(function: &'a str, arguments: &'a [Value]) -> Result<Call<'a>, Error> {
        let (positional, named) = match arguments.split_last() {
            Some((last, positional)) if last.is_kwargs() => {
                (positional, Some(Kwargs::try_from(last.clone())?))
            }
            _ => (arguments, None),
        };
        Ok(Call {
            function,
            positional,
            named,
            taken: RefCell::default(),
        })
    }

    /// What is called.
    pub(crate) fn function(&self) -> &str {
        self.function
    }

    /// The argument at a position or of a name.
    pub(crate) fn optional(&self, position: usize, name: &str) -> Option<Value> {
        let named = self.named(name);
        self.positional.get(position).cloned().or(named)
    }

    /// The argument of a name.
    pub(crate) fn named(&self, name: &str) -> Option<Value> {
        self.taken.borrow_mut().push(name.to_owned());
        let named = self.named.as_ref()?;
        named.has(name).then(|| named.peek(name).ok()).flatten()
    }

    /// The argument, which must be given.
    pub(crate) fn required(&self, position: usize, name: &str) -> Result<Value, Error> {
        self.optional(position, name).ok_or_else(|| {
            type_error(format!(
                "{}() missing required argument '{name}'",
                self.function
            ))
        })
    }

    /// A text.
    pub(crate) fn text(&self, position: usize, name: &str) -> Result<String, Error> {
        text_of(self.function, &self.required(position, name)?)
    }

    /// A text that may be left out or `None`.
    pub(crate) fn optional_text(
        &self,
        position: usize,
        name: &str,
    ) -> Result<Option<String>, Error> {
        match self.optional(position, name) {
            None => Ok(None),
            Some(value) if value.is_none() => Ok(None),
            Some(value) => text_of(self.function, &value).map(Some),
        }
    }

    /// An integer that may be left out or `None`.
    pub(crate) fn optional_integer(
        &self,
        position: usize,
        name: &str,
    ) -> Result<Option<i64>, Error> {
        match self.optional(position, name) {
            None => Ok(None),
            Some(value) if value.is_none() => Ok(None),
            Some(value) => integer(&value)
                .and_then(|number| i64::try_from(number).ok())
                .map(Some)
                .ok_or_else(|| {
                    type_error(format!(
                        "{}(): '{}' object cannot be interpreted as an integer",
                        self.function,
                        type_name(&value)
                    ))
                }),
        }
    }

    /// A truth value, with what it is if left out.
    pub(crate) fn flag(&self, position: usize, name: &str, default: bool) -> bool {
        self.optional(position, name)
            .map_or(default, |value| value.is_true())
    }

    /// The argument, if it is neither left out nor `None`.
    pub(crate) fn value(&self, position: usize, name: &str) -> Option<Value> {
        self.optional(position, name)
            .filter(|value| !value.is_none() && !value.is_undefined())
    }

    /// The argument of a name, if it is neither left out nor `None`.
    pub(crate) fn named_value(&self, name: &str) -> Option<Value> {
        self.named(name)
            .filter(|value| !value.is_none() && !value.is_undefined())
    }

    /// What the argument, of any type, is as a text; none if it is left out or `None`.
    pub(crate) fn as_text(&self, position: usize, name: &str) -> Option<String> {
        self.value(position, name).map(|value| value.to_string())
    }

    /// The named arguments that were not asked for.
    pub(crate) fn rest(&self) -> Vec<(String, Value)> {
        let taken = self.taken.borrow();
        let Some(named) = &self.named else {
            return Vec::new();
        };
        named
            .args()
            .filter(|name| !taken.iter().any(|taken| taken == name))
            .filter_map(|name| Some((name.to_owned(), named.peek(name).ok()?)))
            .collect()
    }

    /// Fails if there are more arguments than the function takes.
    pub(crate) fn done(&self, most: usize) -> Result<(), Error> {
        if self.positional.len() > most {
            return Err(type_error(format!(
                "{}() takes at most {most} argument{} ({} given)",
                self.function,
                if most == 1 { "" } else { "s" },
                self.positional.len()
            )));
        }
        match self.rest().first() {
            Some((name, _)) => Err(type_error(format!(
                "{}() got an unexpected keyword argument '{name}'",
                self.function
            ))),
            None => Ok(()),
        }
    }
}

fn text_of(function: &str, value: &Value) -> Result<String, Error> {
    value.as_str().map(str::to_owned).ok_or_else(|| {
        type_error(format!(
            "{function}() argument must be str, not {}",
            type_name(value)
        ))
    })
}

/// Python's `TypeError`.
pub(crate) fn type_error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

/// Python's `ValueError`, `KeyError` and `IndexError`.
pub(crate) fn value_error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

/// A method that a value does not have.
pub(crate) fn no_method(value: &Value, method: &str) -> Error {
    Error::new(
        ErrorKind::UnknownMethod,
        format!("'{}' object has no attribute '{method}'", type_name(value)),
    )
}
