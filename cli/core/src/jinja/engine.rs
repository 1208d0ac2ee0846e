//! The minijinja environment of a project: its macros, and the ways to render a template.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind, State, UndefinedBehavior};

use super::context::NodeContext;
use super::library::{MacroDefinition, MacroLibrary};
use super::macro_call::{self, LOADER, ProjectMacro};
use super::namespace::{MacroScope, MacroTable};
use super::rewrite::{self, OffsetMap};
use super::{calls, error, functions, native};
use crate::diagnostic::Diagnostic;
use crate::source::SourceFile;

/// Where macros find the template's context again; a name that no user's variable has.
pub(super) const CONTEXT: &str = "__hcw_context";

/// How deep macros and blocks may nest; a call of a macro counts four, as in minijinja.
const RECURSION_LIMIT: usize = 200;

/// The compiled macros and the environment that renders templates.
pub(crate) struct Engine {
    environment: Environment<'static>,
    /// The same for the first pass, in which dbt lets undefined values have any attribute.
    parsing: Environment<'static>,
    /// The two as templates of YAML files have them, which give values; made when the first one is rendered.
    native: [OnceLock<Environment<'static>>; 2],
    /// The macros by the names of their templates.
    definitions: Arc<BTreeMap<String, Arc<MacroDefinition>>>,
    macros: Arc<MacroTable>,
    /// What the nodes of each package see, and what its generic tests see.
    scopes: BTreeMap<String, (Arc<MacroScope>, Arc<MacroScope>)>,
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
        environment.set_undefined_behavior(UndefinedBehavior::Lenient);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        environment.set_formatter(functions::format_value);
        environment.set_recursion_limit(RECURSION_LIMIT);
        functions::register(&mut environment);
        let definitions = library.all();
        let definitions: Arc<BTreeMap<_, _>> = Arc::new(
            definitions
                .map(|definition| (definition.template_name(), definition.clone()))
                .collect(),
        );
        // of the built-in macros most are never called
        let templates = definitions.clone();
        environment.set_loader(move |name| {
            let found = templates.get(name);
            let found = found.map(|found| rewrite::template(&found.template).text.into_owned());
            Ok(found.or_else(|| (name == LOADER.0).then(|| LOADER.1.to_owned())))
        });
        let macros = Arc::new(MacroTable::new(library));
        let known_functions = environment
            .globals()
            .map(|(name, _)| name.to_owned())
            .chain(NodeContext::NAMES.iter().map(|&name| name.to_owned()))
            .chain(macros.names().map(str::to_owned))
            .collect();
        let scopes = library
            .packages
            .keys()
            .chain(std::iter::once(&library.root))
            .map(|package| {
                let scope = |sees_all| Arc::new(macros.scope(package, sees_all));
                (package.clone(), (scope(false), scope(true)))
            })
            .collect();
        let mut parsing = environment.clone();
        parsing.set_undefined_behavior(UndefinedBehavior::Chainable);
        Engine {
            environment,
            parsing,
            native: Default::default(),
            definitions,
            macros,
            scopes,
            known_functions,
        }
    }

    fn environment(&self, context: &NodeContext) -> &Environment<'static> {
        if context.execute {
            &self.environment
        } else {
            &self.parsing
        }
    }

    /// The environment in which templates give values.
    pub(super) fn natively(&self, context: &NodeContext) -> &Environment<'static> {
        self.native[usize::from(context.execute)]
            .get_or_init(|| native::environment(self.environment(context)))
    }

    /// Macros of a project that do not parse, whether they are called or not.
    pub(crate) fn check_macros(&self) -> Vec<Diagnostic> {
        self.check(|definition| !definition.is_built_in())
    }

    /// Macros that do not parse.
    pub(super) fn check(&self, is_checked: impl Fn(&MacroDefinition) -> bool) -> Vec<Diagnostic> {
        let checked = self
            .definitions
            .iter()
            .filter(|(_, found)| is_checked(found));
        checked
            .filter_map(|(name, _)| self.environment.get_template(name).err())
            .map(|error| self.diagnostic(&error, None))
            .collect()
    }

    /// What names mean in the templates of a package.
    pub(crate) fn scope(&self, package: &str) -> Arc<MacroScope> {
        match self.scopes.get(package) {
            Some((scope, _)) => scope.clone(),
            None => Arc::new(self.macros.scope(package, false)),
        }
    }

    /// What names mean in the generic tests that a package applies: the macros of all packages.
    pub(crate) fn test_scope(&self, package: &str) -> Arc<MacroScope> {
        match self.scopes.get(package) {
            Some((_, scope)) => scope.clone(),
            None => Arc::new(self.macros.scope(package, true)),
        }
    }

    /// The macro that a name means where a package's sidecar uses it; `namespace` asks a package for it.
    pub(crate) fn macro_definition(
        &self,
        package: &str,
        namespace: Option<&str>,
        name: &str,
    ) -> Option<&Arc<MacroDefinition>> {
        let found = match namespace {
            Some(namespace) => self.macros.in_package(namespace, name),
            None => self.macros.resolve(package, name),
        };
        found.map(|found| found.definition())
    }

    /// All macros, built-in ones first, then package by package.
    pub(crate) fn macros(&self) -> impl Iterator<Item = &Arc<MacroDefinition>> {
        self.macros.all()
    }

    /// The macros that a macro's text calls: dbt's `depends_on.macros`.
    pub(crate) fn called_macros(&self, definition: &MacroDefinition) -> Vec<Arc<MacroDefinition>> {
        calls::called_macros(&self.macros, definition)
    }

    /// Whether a macro is another one, or calls it, be it through others.
    pub(crate) fn reaches(&self, from: &Arc<MacroDefinition>, id: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![from.clone()];
        while let Some(next) = open.pop() {
            let own = next.unique_id();
            if own == id {
                return true;
            }
            if seen.insert(own) {
                open.extend(self.called_macros(&next));
            }
        }
        false
    }

    /// The ids of the macros that a text of a package calls, seen without running it.
    pub(crate) fn called_in(&self, package: &str, text: &str) -> Vec<String> {
        let called = calls::called_in(&self.macros, package, "", text);
        called.iter().map(|called| called.unique_id()).collect()
    }

    /// The macros that a text of a package calls, and all that those call, each once.
    pub(crate) fn reached_from(&self, package: &str, text: &str) -> Vec<Arc<MacroDefinition>> {
        let mut stack = calls::called_in(&self.macros, package, "", text);
        let mut seen = BTreeSet::new();
        let mut reached = Vec::new();
        while let Some(definition) = stack.pop() {
            if seen.insert(definition.unique_id()) {
                stack.extend(self.called_macros(&definition));
                reached.push(definition);
            }
        }
        reached
    }

    /// Whether a package itself has a macro of that name.
    pub(crate) fn has_macro(&self, package: &str, name: &str) -> bool {
        self.macros.in_package(package, name).is_some()
    }

    /// The packages that macros can be asked of.
    pub(crate) fn macro_packages(&self) -> Vec<&str> {
        self.macros.package_names().collect()
    }

    /// Renders a template, the given part of a file, in a node's context.
    pub(crate) fn render(
        &self,
        file: &SourceFile,
        part: Range<usize>,
        context: &Arc<NodeContext>,
    ) -> Result<Rendered, Diagnostic> {
        let text = &file.text[part.clone()];
        if !has_marks(text) {
            // as in dbt, a text without a template in it is left alone, with its last line break
            return Ok(Rendered {
                text: text.to_owned(),
                spans: vec![TemplateSpan {
                    output: 0..text.len(),
                    template: part,
                    verbatim: true,
                }],
            });
        }
        let rewritten = rewrite::root(&file.text[..part.end], part.start);
        let map = &rewritten.map;
        self.environment(context)
            .template_from_named_str(&file.path, &rewritten.text)
            .and_then(|template| template.render_with_spans(root(context)))
            .map(|(text, spans)| Rendered {
                text,
                spans: spans
                    .iter()
                    .map(|span| TemplateSpan {
                        output: span.output_range(),
                        template: map.original_range(span.source_range()),
                        verbatim: span.kind() == minijinja::OutputSpanKind::Raw,
                    })
                    .collect(),
            })
            .map_err(|error| self.diagnostic(&error, Some((file, map))))
    }

    /// Renders a text that stands in a YAML file.
    pub(crate) fn render_text(
        &self,
        text: &str,
        context: &Arc<NodeContext>,
    ) -> Result<String, Diagnostic> {
        self.environment(context)
            .template_from_named_str("<yaml>", &rewrite::template(text).text)
            .and_then(|template| template.render(root(context)))
            .map_err(|error| self.diagnostic(&error, None))
    }

    /// Renders a text that stands in a YAML file and may `return` a value of its own.
    pub(crate) fn render_returned(
        &self,
        text: &str,
        context: &Arc<NodeContext>,
    ) -> Result<String, Diagnostic> {
        self.environment(context)
            .template_from_named_str("<yaml>", &rewrite::template(text).text)
            .and_then(|template| template.render(root(context)))
            .or_else(|error| match macro_call::returned(&error) {
                Some(value) => Ok(value.to_string()),
                None => Err(self.diagnostic(&error, None)),
            })
    }

    /// Evaluates an expression such as `ref('x')`.
    pub(crate) fn evaluate(
        &self,
        expression: &str,
        context: &Arc<NodeContext>,
    ) -> Result<Value, Diagnostic> {
        self.environment(context)
            .compile_expression(&rewrite::expression(expression).text)
            .and_then(|expression| expression.eval(root(context)))
            .map_err(|error| self.diagnostic(&error, None))
    }

    /// Calls a macro as a node sees it; `namespace` asks a package for it.
    pub(crate) fn call_macro(
        &self,
        namespace: Option<&str>,
        name: &str,
        arguments: &[Value],
        context: &Arc<NodeContext>,
    ) -> Result<Value, Diagnostic> {
        let found = match namespace {
            Some(namespace) => self.macros.in_package(namespace, name),
            None => context.macros.macro_of(name),
        };
        self.call(found, name, arguments, context)
    }

    /// Calls what is found under a name, in a state of its own.
    fn call(
        &self,
        found: Option<&Arc<ProjectMacro>>,
        name: &str,
        arguments: &[Value],
        context: &Arc<NodeContext>,
    ) -> Result<Value, Diagnostic> {
        let template = self
            .environment(context)
            .get_template(LOADER.0)
            .and_then(|template| template.render_captured(root(context)));
        template
            .and_then(|mut captured| {
                captured.with_state_mut(|state| match found {
                    Some(found) => Value::from_dyn_object(found.clone()).call(state, arguments),
                    None => Err(Error::new(
                        ErrorKind::UnknownFunction,
                        format!("{name} is unknown"),
                    )),
                })
            })
            .map_err(|error| self.diagnostic(&error, None))
    }

    /// The macro of a materialization: of the root project, built-in, or of a package, the one for PostgreSQL
    /// first.
    pub(crate) fn materialization(&self, name: &str) -> Option<&Arc<MacroDefinition>> {
        ["postgres", "default"].iter().find_map(|adapter| {
            let name = format!("materialization_{name}_{adapter}");
            self.macros
                .of_root_first(&name)
                .map(|found| found.definition())
        })
    }

    /// Whether a materialization is hcw's own, not one of the project or of a package.
    pub(crate) fn is_own_materialization(&self, name: &str) -> bool {
        self.materialization(name)
            .is_some_and(|definition| definition.is_built_in())
    }

    /// The names of all materializations.
    pub(crate) fn materializations(&self) -> Vec<String> {
        let names: BTreeSet<String> = self
            .known_functions
            .iter()
            .filter_map(|name| name.strip_prefix("materialization_"))
            .filter_map(|name| {
                name.strip_suffix("_default")
                    .or_else(|| name.strip_suffix("_postgres"))
            })
            .map(str::to_owned)
            .collect();
        names.into_iter().collect()
    }

    /// Runs a materialization in a node's context.
    pub(crate) fn call_materialization(
        &self,
        name: &str,
        context: &Arc<NodeContext>,
    ) -> Result<Value, Diagnostic> {
        context.list_calls_of_next();
        let definition = self.materialization(name);
        let found = definition.and_then(|definition| self.macros.of_root_first(&definition.name));
        self.call(found, name, &[], context)
    }

    /// The names of all generic tests.
    pub(crate) fn generic_tests(&self) -> Vec<&str> {
        let tests = self.known_functions.iter();
        tests
            .filter_map(|name| name.strip_prefix("test_"))
            .collect()
    }

    pub(super) fn diagnostic(
        &self,
        error: &Error,
        rendered: Option<(&SourceFile, &OffsetMap)>,
    ) -> Diagnostic {
        let find = |name: &str| match self.definitions.get(name) {
            // a user cannot change a built-in macro: the place to look at is where it is called
            Some(found) if found.is_built_in() && error.kind() != ErrorKind::SyntaxError => None,
            Some(found) => {
                let map = rewrite::template(&found.template).map;
                Some((&found.file, Cow::Owned(map)))
            }
            None => rendered
                .filter(|(file, _)| &*file.path == name)
                .map(|(file, map)| (file, Cow::Borrowed(map))),
        };
        error::diagnostic(error, &find, &self.known_functions)
    }
}

/// Whether a text has any of Jinja's marks.
pub(super) fn has_marks(text: &str) -> bool {
    ["{{", "{%", "{#", "}}", "%}", "#}"]
        .iter()
        .any(|mark| text.contains(mark))
}

/// Renders a text, while a template is rendered, in the context of a node.
pub(super) fn render_in(
    state: &State<'_, '_>,
    name: &str,
    text: &str,
    context: &Arc<NodeContext>,
) -> Result<String, Error> {
    state
        .env()
        .template_from_named_str(name, &rewrite::template(text).text)
        .and_then(|template| template.render(root(context)))
}

pub(super) fn root(context: &Arc<NodeContext>) -> Value {
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
