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
