//! A project's macro as a value that templates call.
//!
//! A macro runs in the state of the template that calls it: its own template is imported there once, through
//! [`LOADER`], so that a later call costs no more than that of a macro of the same file, and `caller()` works
//! across files. Where a state has no loader (a model without `call` blocks, an expression of a YAML file),
//! the call opens one of its own.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{Environment, Error, ErrorKind, State};

use super::arguments;
use super::context::NodeContext;
use super::engine::CONTEXT;
use super::library::MacroDefinition;

/// The template that imports macros, and its text.
pub(super) const LOADER: (&str, &str) = (
    "hcw/loader",
    "{% macro load(hcw_name) %}{% import hcw_name as hcw_module %}{% do hcw_keep(hcw_module) %}{% endmacro %}\
     {% do hcw_loader(load) %}",
);

/// What a template that needs the loader in its own state begins with.
pub(super) const IMPORT_LOADER: &str = "{% import 'hcw/loader' as hcw_loaded %}";

/// The macros that a state has imported.
#[derive(Default)]
struct Imported {
    load: Option<Value>,
    /// The module that was imported last.
    module: Option<Value>,
    macros: HashMap<usize, Value>,
}

/// Registers what the loader calls.
pub(super) fn register(environment: &mut Environment<'static>) {
    environment.add_function("hcw_loader", |state: &mut State<'_, '_>, load: Value| {
        state.get_or_insert_extension_with(Imported::default).load = Some(load);
        Value::from("")
    });
    environment.add_function("hcw_keep", |state: &mut State<'_, '_>, module: Value| {
        state.get_or_insert_extension_with(Imported::default).module = Some(module);
        Value::from("")
    });
    environment.add_function("return", return_value);
}

/// Whether macros can be imported into the state.
pub(super) fn has_loader(state: &State<'_, '_>) -> bool {
    state
        .get_extension::<Imported>()
        .is_some_and(|imported| imported.load.is_some())
}

/// A value on its way out of a macro.
#[derive(Debug)]
struct Returned(Value);

impl fmt::Display for Returned {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a returned value")
    }
}

impl std::error::Error for Returned {}

/// `return(x)`: ends the macro, whose call then has the value `x` itself rather than a text.
fn return_value(value: Value) -> Result<Value, Error> {
    Err(
        Error::new(ErrorKind::InvalidOperation, "`return` outside of a macro")
            .with_source(Returned(value)),
    )
}

pub(super) fn returned(error: &Error) -> Option<Value> {
    let mut current: &(dyn std::error::Error + 'static) = error;
    loop {
        if let Some(Returned(value)) = current.downcast_ref() {
            return Some(value.clone());
        }
        current = current.source()?;
    }
}

/// A macro that can be called.
pub(super) struct ProjectMacro {
    definition: Arc<MacroDefinition>,
    template_name: String,
}

impl ProjectMacro {
    pub(super) fn new(definition: &Arc<MacroDefinition>) -> ProjectMacro {
        ProjectMacro {
            definition: definition.clone(),
            template_name: definition.template_name(),
        }
    }

    pub(super) fn definition(&self) -> &Arc<MacroDefinition> {
        &self.definition
    }

    /// The macro in the state, imported at its first call.
    fn in_state(&self, state: &mut State<'_, '_>) -> Result<Value, Error> {
        let key = Arc::as_ptr(&self.definition) as usize;
        let imported = state.get_or_insert_extension_with(Imported::default);
        if let Some(found) = imported.macros.get(&key) {
            return Ok(found.clone());
        }
        let load = imported.load.clone().unwrap_or_default();
        load.call(state, &[Value::from(self.template_name.as_str())])?;
        let imported = state.get_or_insert_extension_with(Imported::default);
        let module = imported.module.take().unwrap_or_default();
        let found = module.get_attr(&self.definition.inner_name)?;
        imported.macros.insert(key, found.clone());
        Ok(found)
    }

    fn run(&self, state: &mut State<'_, '_>, bound: &[Value]) -> Result<Value, Error> {
        let result = self
            .in_state(state)
            .and_then(|found| found.call(state, bound));
        result.or_else(|error| match returned(&error) {
            Some(value) => Ok(value),
            None => Err(Error::new(
                ErrorKind::BadInclude,
                format!("in macro `{}`", self.definition.name),
            )
            .with_source(error)),
        })
    }
}

impl fmt::Debug for ProjectMacro {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<macro {}>", self.definition.name)
    }
}

impl Object for ProjectMacro {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let context = state.lookup(CONTEXT).unwrap_or_default();
        let node = context.downcast_object::<NodeContext>();
        let _entered = node
            .as_deref()
            .map(|node| node.enter_macro(&self.definition));
        let bound = arguments::bind(&self.definition, state, arguments)?;
        if has_loader(state) {
            return self.run(state, &bound);
        }
        let loader = state.env().get_template(LOADER.0)?;
        loader
            .render_captured(context)?
            .with_state_mut(|inner| self.run(inner, &bound))
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}
