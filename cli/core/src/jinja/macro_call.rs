//! A project's macro as a value that templates call.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, Value};
use minijinja::{Error, ErrorKind, State};

use super::arguments;
use super::context::NodeContext;
use super::engine::{CONTEXT, RETURN_VALUE};
use super::library::MacroDefinition;

/// A macro that can be called.
pub(super) struct ProjectMacro {
    definition: Arc<MacroDefinition>,
}

impl ProjectMacro {
    pub(super) fn new(definition: &Arc<MacroDefinition>) -> ProjectMacro {
        ProjectMacro {
            definition: definition.clone(),
        }
    }

    pub(super) fn definition(&self) -> &Arc<MacroDefinition> {
        &self.definition
    }
}

impl fmt::Debug for ProjectMacro {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<macro {}>", self.definition.name)
    }
}

impl Object for ProjectMacro {
    fn call(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let definition = &self.definition;
        let context = state.lookup(CONTEXT).unwrap_or_default();
        let node = context.downcast_object::<NodeContext>();
        let _entered = node.as_deref().map(|node| node.enter_macro(definition));
        let bound = arguments::bind(definition, state, arguments)?;
        let template = state.env().get_template(&definition.template_name())?;
        let mut captured = template.render_captured(context)?;
        captured
            .with_state_mut(
                |inner| match inner.call_macro(&definition.inner_name, &bound) {
                    Ok(text) => Ok(Value::from(text)),
                    Err(error) => match inner.get_temp(RETURN_VALUE) {
                        Some(value) => Ok(value),
                        None => Err(error),
                    },
                },
            )
            .map_err(|error| {
                Error::new(
                    ErrorKind::BadInclude,
                    format!("in macro `{}`", definition.name),
                )
                .with_source(error)
            })
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}
