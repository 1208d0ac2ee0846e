//! The minijinja environment of a project, and project macros as callable objects.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use minijinja::value::{Object, Value};
use minijinja::{Environment, Error, ErrorKind, State, UndefinedBehavior};

use super::context::NodeContext;
use super::library::{MacroDefinition, MacroLibrary};
use super::{arguments, error, functions};
use crate::diagnostic::Diagnostic;
use crate::source::SourceFile;

/// Where macros find the template's context again; a name that no user's variable has.
const CONTEXT: &str = "__hcw_context";
/// Where `return()` leaves its value.
pub(super) const RETURN_VALUE: &str = "__hcw_return";

/// The compiled macros and the environment that renders templates.
pub(crate) struct Engine {
    environment: Environment<'static>,
    files: BTreeMap<String, SourceFile>,
    macros: BTreeMap<String, MacroDefinition>,
    known_functions: BTreeSet<String>,
}

/// A piece of rendered text and the piece of template that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateSpan {
    /// Byte range in the rendered text.
    pub output: Range<usize>,
    /// Byte range in the template.
    pub template: Range<usize>,
    /// Whether the text was copied as it stands, so that offsets within it correspond.
    pub verbatim: bool,
}

/// Rendered text with its origin.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rendered {
    pub(crate) text: String,
    pub(crate) spans: Vec<TemplateSpan>,
}

impl Engine {
    pub(crate) fn new(library: &MacroLibrary) -> Engine {
        let mut environment = Environment::new();
        environment.set_debug(true);
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        environment
            .set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.set_formatter(functions::format_value);
        environment.set_recursion_limit(200);
        functions::register(&mut environment);
        let mut templates = BTreeMap::new();
        let mut files = BTreeMap::new();
        for definition in library.macros.values() {
            templates.insert(definition.template_name(), definition.template.clone());
            files.insert(definition.template_name(), definition.file.clone());
            environment.add_global(
                definition.name.clone(),
                Value::from_object(ProjectMacro {
                    definition: definition.clone(),
                }),
            );
        }
        environment.set_loader(move |name| Ok(templates.get(name).map(|text| text.to_string())));
        let known_functions = environment
            .globals()
            .map(|(name, _)| name.to_owned())
            .chain(NodeContext::NAMES.iter().map(|&name| name.to_owned()))
            .collect();
        Engine {
            environment,
            files,
            macros: library.macros.clone(),
            known_functions,
        }
    }

    /// Macros that do not parse, whether they are called or not.
    pub(crate) fn check_macros(&self) -> Vec<Diagnostic> {
        self.files
            .keys()
            .filter_map(|name| self.environment.get_template(name).err())
            .map(|error| self.diagnostic(&error, None))
            .collect()
    }

    /// A macro's definition.
    pub(crate) fn macro_definition(&self, name: &str) -> Option<&MacroDefinition> {
        self.macros.get(name)
    }

    /// Renders a template in a node's context.
    pub(crate) fn render(
        &self,
        file: &SourceFile,
        context: &Arc<NodeContext>,
    ) -> Result<Rendered, Diagnostic> {
        self.environment
            .template_from_named_str(&file.path, &file.text)
            .and_then(|template| template.render_with_spans(root(context)))
            .map(|(text, spans)| Rendered {
                text,
                spans: spans
                    .iter()
                    .map(|span| TemplateSpan {
                        output: span.output_range(),
                        template: span.source_range(),
                        verbatim: span.kind() == minijinja::OutputSpanKind::Raw,
                    })
                    .collect(),
            })
            .map_err(|error| self.diagnostic(&error, Some(file)))
    }

    /// Renders a text that stands in a YAML file.
    pub(crate) fn render_text(
        &self,
        text: &str,
        context: &Arc<NodeContext>,
    ) -> Result<String, Diagnostic> {
        self.environment
            .template_from_named_str("<yaml>", text)
            .and_then(|template| template.render(root(context)))
            .map_err(|error| self.diagnostic(&error, None))
    }

    /// Evaluates an expression such as `ref('x')`.
    pub(crate) fn evaluate(
        &self,
        expression: &str,
        context: &Arc<NodeContext>,
    ) -> Result<Value, Diagnostic> {
        self.environment
            .compile_expression(expression)
            .and_then(|expression| expression.eval(root(context)))
            .map_err(|error| self.diagnostic(&error, None))
    }

    /// Calls a macro of the project by name.
    pub(crate) fn call_macro(
        &self,
        name: &str,
        arguments: &[Value],
        context: &Arc<NodeContext>,
    ) -> Result<Value, Diagnostic> {
        let template = self
            .environment
            .template_from_named_str("<call>", "")
            .and_then(|template| template.render_captured(root(context)));
        template
            .and_then(|mut captured| {
                captured.with_state_mut(|state| match state.lookup(name) {
                    Some(called) => called.call(state, arguments),
                    None => Err(Error::new(
                        ErrorKind::UnknownFunction,
                        format!("{name} is unknown"),
                    )),
                })
            })
            .map_err(|error| self.diagnostic(&error, None))
    }

    /// Whether a macro or function of that name exists.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.known_functions.contains(name)
    }

    /// The names of all generic tests.
    pub(crate) fn generic_tests(&self) -> Vec<&str> {
        let tests = self.known_functions.iter();
        tests
            .filter_map(|name| name.strip_prefix("test_"))
            .collect()
    }

    fn diagnostic(&self, error: &Error, file: Option<&SourceFile>) -> Diagnostic {
        let find = |name: &str| {
            self.files
                .get(name)
                .or_else(|| file.filter(|file| &*file.path == name))
                .cloned()
        };
        error::diagnostic(error, &find, &self.known_functions)
    }
}

fn root(context: &Arc<NodeContext>) -> Value {
    Value::from_dyn_object(context.clone())
}

/// The context of the template being rendered, as a function called from it sees it.
pub(super) fn context_of(state: &State<'_, '_>) -> Option<Arc<NodeContext>> {
    state.lookup(CONTEXT)?.downcast_object::<NodeContext>()
}

impl fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Engine")
    }
}

/// A project's macro as a value that templates call.
struct ProjectMacro {
    definition: MacroDefinition,
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
        if let Some(context) = context.downcast_object_ref::<NodeContext>() {
            context.used_macro(&definition.package, &definition.name);
        }
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
