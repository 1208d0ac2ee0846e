//! Arguments of a macro's call: checked against its parameters, surplus ones passed on as Jinja does.

use minijinja::value::{Kwargs, Rest, Value};
use minijinja::{Error, State};

use super::error::problem;
use super::library::MacroDefinition;
use super::macro_call::has_loader;
use super::python;
use crate::diagnostic::{Code, Diagnostic};

/// What a `{% call %}` block passes beside the arguments.
const CALLER: &str = "caller";

/// The arguments as the macro's template takes them: surplus ones as `varargs` and `kwargs` where its body
/// reads them.
///
/// **Errors**: HCW0302 for arguments that the macro has no parameter for.
pub(super) fn bind(
    definition: &MacroDefinition,
    state: &mut State<'_, '_>,
    arguments: &[Value],
) -> Result<Vec<Value>, Error> {
    let (positional, named): (&[Value], Option<Kwargs>) = match arguments.last() {
        Some(last) if last.is_kwargs() => (
            &arguments[..arguments.len() - 1],
            Some(Kwargs::try_from(last.clone())?),
        ),
        _ => (arguments, None),
    };
    let count = definition.parameters.len();
    if positional.len() > count && !definition.takes_varargs {
        return Err(problem(surplus(definition, positional.len())));
    }
    let (fitting, surplus) = positional.split_at(positional.len().min(count));
    let mut pass = Vec::new();
    let mut extra = Vec::new();
    if let Some(named) = &named {
        for name in named.args() {
            let value: Value = named.get(name)?;
            if name == CALLER {
                pass.push((name.to_owned(), called(state, value)));
            } else if definition.has_parameter(name) {
                pass.push((name.to_owned(), value));
            } else if definition.takes_kwargs {
                extra.push((name.to_owned(), value));
            } else {
                return Err(problem(unknown(definition, name)));
            }
        }
    }
    if definition.takes_varargs {
        pass.push(("varargs".to_owned(), python::tuple(surplus.to_vec())));
    }
    if definition.takes_kwargs {
        pass.push(("kwargs".to_owned(), python::dict(extra)));
    }
    let mut bound = fitting.to_vec();
    if !pass.is_empty() {
        bound.push(Value::from(pass.into_iter().collect::<Kwargs>()));
    }
    Ok(bound)
}

/// A block's body as a function for the macro. Where the macro runs in a state of its own it is rendered
/// beforehand.
fn called(state: &mut State<'_, '_>, caller: Value) -> Value {
    if has_loader(state) {
        return caller;
    }
    match caller.call(state, &[]) {
        Ok(text) => Value::from_function(move |_: Rest<Value>| text.clone()),
        Err(_) => caller,
    }
}

fn surplus(definition: &MacroDefinition, given: usize) -> Diagnostic {
    Diagnostic::error(
        Code::TemplateError,
        format!(
            "the macro `{}` takes {}, {given} are given",
            definition.name,
            match definition.parameters.len() {
                0 => "no arguments".to_owned(),
                1 => "one argument".to_owned(),
                count => format!("{count} arguments"),
            }
        ),
    )
    .related("defined here", definition.header())
}

fn unknown(definition: &MacroDefinition, name: &str) -> Diagnostic {
    Diagnostic::error(
        Code::TemplateError,
        format!("the macro `{}` has no parameter `{name}`", definition.name),
    )
    .related("defined here", definition.header())
    .did_you_mean(name, definition.parameter_names())
}

/// The arguments of a function of dbt's, by position or by name.
pub(super) struct Given<'call> {
    positional: &'call [Value],
    named: Option<Kwargs>,
}

impl<'call> Given<'call> {
    pub(super) fn new(call: &'call [Value]) -> Result<Given<'call>, Error> {
        Ok(match call.split_last() {
            Some((last, before)) if last.is_kwargs() => Given {
                positional: before,
                named: Some(Kwargs::try_from(last.clone())?),
            },
            _ => Given {
                positional: call,
                named: None,
            },
        })
    }

    /// An argument that was given and is not none.
    pub(super) fn value(&self, position: usize, name: &'static str) -> Option<Value> {
        self.present(position, name)
            .filter(|value| !value.is_none() && !value.is_undefined())
    }

    /// An argument that was given, none included.
    pub(super) fn present(&self, position: usize, name: &'static str) -> Option<Value> {
        match self.positional.get(position) {
            Some(value) => Some(value.clone()),
            None => self.named.as_ref()?.get::<Value>(name).ok(),
        }
    }

    /// An argument as a text.
    pub(super) fn text(&self, position: usize, name: &'static str) -> Option<String> {
        self.value(position, name).map(|value| value.to_string())
    }

    /// A switch, with its default.
    pub(super) fn flag(&self, position: usize, name: &'static str, default: bool) -> bool {
        self.present(position, name)
            .map_or(default, |value| value.is_true())
    }

    /// An argument that must be given.
    pub(super) fn needed(&self, position: usize, name: &'static str) -> Result<Value, Error> {
        self.value(position, name).ok_or_else(|| {
            Error::new(
                minijinja::ErrorKind::MissingArgument,
                format!("the argument `{name}` is missing"),
            )
        })
    }
}
