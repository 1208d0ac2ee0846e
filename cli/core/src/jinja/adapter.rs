//! The `adapter` of templates.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Kwargs, Object, Value, from_args};
use minijinja::{Error, ErrorKind, State};

use super::context::NodeContext;
use super::dispatch::dispatch;
use super::error::problem;
use crate::name::quote_identifier;

/// dbt's `adapter`, for one node.
#[derive(Debug)]
pub(super) struct Adapter {
    pub(super) context: Arc<NodeContext>,
}

impl Object for Adapter {
    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "dispatch" => {
                let (name, namespace) = dispatch_arguments(arguments)?;
                dispatch(&self.context.macros, &name, namespace.as_deref()).map_err(problem)
            }
            "type" => Ok("postgres".into()),
            "quote" => {
                let (name,): (String,) = from_args(arguments)?;
                Ok(quote_identifier(&name).into())
            }
            _ => Err(Error::new(
                ErrorKind::UnknownMethod,
                format!("`adapter` has no method `{method}`"),
            )),
        }
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<adapter>")
    }
}

/// The arguments of `adapter.dispatch`: the macro's name, and its namespace.
pub(super) fn dispatch_arguments(arguments: &[Value]) -> Result<(String, Option<String>), Error> {
    let (name, namespace, named): (Option<String>, Option<Value>, Kwargs) = from_args(arguments)?;
    let name = match name {
        Some(name) => name,
        None => named.get("macro_name")?,
    };
    let namespace = match namespace {
        Some(namespace) => Some(namespace),
        None => named.get("macro_namespace")?,
    };
    named.assert_all_used()?;
    match namespace.filter(|namespace| !namespace.is_none()) {
        None => Ok((name, None)),
        Some(namespace) => match namespace.as_str() {
            Some(text) => Ok((name, Some(text.to_owned()))),
            None => Err(Error::new(
                ErrorKind::InvalidOperation,
                "the macro_namespace of `adapter.dispatch` must be a text",
            )),
        },
    }
}
