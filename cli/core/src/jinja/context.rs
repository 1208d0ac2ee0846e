//! The context in which a node's template renders: what each name means there, and what was asked of it.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use minijinja::value::{DynObject, Enumerator, Object, Value, from_args};
use minijinja::{Error, ErrorKind, State};
use serde_json::Value as Json;

use super::access::Access;
use super::adapter::Adapter;
use super::captured::Captured;
use super::column::ColumnClass;
use super::functions::{ConfigObject, ContextFunction, Function, VarFunction, from_json};
use super::library::MacroDefinition;
use super::names::Names;
use super::namespace::MacroScope;
use super::overridden;
use super::python;
use super::relation::{Relation, RelationClass};
use super::shared::Shared;
use super::statement::{StatementCall, StatementFunction};
use crate::manifest::stated_configuration;
use crate::message::{Message, MessageKind};
use crate::project::Overrides;
use crate::project::config::{self, ConfigMap};
use crate::seed::SeedData;

/// The context of one rendering.
pub(crate) struct NodeContext {
    pub(crate) shared: Arc<Shared>,
    pub(crate) names: Arc<dyn Names>,
    /// What macro names mean to the node.
    pub(crate) macros: Arc<MacroScope>,
    /// The relation that the node builds.
    pub(crate) this: Option<Relation>,
    /// dbt's `model`.
    pub(crate) model: Arc<Json>,
    /// The same as a value, with the whole configuration, made when it is asked for.
    pub(crate) whole: OnceLock<Value>,
    /// Configuration known before the template ran.
    pub(crate) config: ConfigMap,
    /// What the root project says of another package's node: it wins over the template.
    pub(crate) root_config: ConfigMap,
    /// False in the first pass, as in dbt.
    pub(crate) execute: bool,
    /// The way to the warehouse.
    pub(crate) access: Access,
    /// The rows of the seed that is being built.
    pub(crate) seed: Option<Arc<SeedData>>,
    /// Names given by the caller, such as a materialization's `sql`.
    pub(crate) extra: Vec<(&'static str, Value)>,
    /// What a unit test says instead of macros, variables and the environment.
    pub(crate) overrides: Option<Arc<Overrides>>,
    pub(crate) captured: Mutex<Captured>,
    /// The variables whose values are being rendered.
    pub(crate) rendered_vars: Mutex<Vec<String>>,
    /// What `statement` has stored by name.
    pub(crate) results: Mutex<BTreeMap<String, Value>>,
}

impl NodeContext {
    /// The context of a template that belongs to no node, in the first pass.
    pub(crate) fn new(
        shared: &Arc<Shared>,
        names: &Arc<dyn Names>,
        macros: Arc<MacroScope>,
    ) -> NodeContext {
        NodeContext {
            shared: shared.clone(),
            names: names.clone(),
            macros,
            this: None,
            model: Arc::default(),
            whole: OnceLock::new(),
            config: ConfigMap::new(),
            root_config: ConfigMap::new(),
            execute: false,
            access: Access::None,
            seed: None,
            extra: Vec::new(),
            overrides: None,
            captured: Mutex::default(),
            rendered_vars: Mutex::default(),
            results: Mutex::default(),
        }
    }

    /// Whether a node's template runs to be read, not yet to be compiled.
    pub(super) fn is_parsing(&self) -> bool {
        !self.execute && self.this.is_some()
    }

    /// The results of statements by name.
    pub(crate) fn stored_results(&self) -> MutexGuard<'_, BTreeMap<String, Value>> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All names of the context, for messages.
    pub(crate) const NAMES: [&'static str; 42] = [
        "invocation_args_dict",
        "database",
        "dbt_metadata_envs",
        "graph",
        "schema",
        "selected_resources",
        "modules",
        "doc",
        "adapter",
        "api",
        "context",
        "load_agate_table",
        "load_result",
        "render",
        "store_raw_result",
        "store_result",
        "write",
        "sql",
        "thread_id",
        "ref",
        "source",
        "function",
        "config",
        "var",
        "env_var",
        "this",
        "target",
        "model",
        "execute",
        "flags",
        "return",
        "log",
        "print",
        "exceptions",
        "project_name",
        "invocation_id",
        "run_started_at",
        "tojson",
        "fromjson",
        "dbt_version",
        "builtins",
        "validation",
    ];

    /// The same context, of which nothing has been asked yet.
    pub(crate) fn fresh(&self) -> NodeContext {
        NodeContext {
            shared: self.shared.clone(),
            names: self.names.clone(),
            macros: self.macros.clone(),
            this: self.this.clone(),
            model: self.model.clone(),
            whole: OnceLock::new(),
            config: self.config.clone(),
            root_config: self.root_config.clone(),
            execute: self.execute,
            access: self.access.clone(),
            seed: self.seed.clone(),
            extra: self.extra.clone(),
            overrides: self.overrides.clone(),
            captured: Mutex::default(),
            rendered_vars: Mutex::default(),
            results: Mutex::default(),
        }
    }

    pub(crate) fn captured(&self) -> MutexGuard<'_, Captured> {
        self.captured.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what the template says.
    pub(super) fn say(&self, kind: MessageKind, text: String) {
        self.captured().messages.push(Message { kind, text });
    }

    /// The package whose macros, variables and names apply.
    pub(crate) fn package(&self) -> &str {
        &self.macros.package
    }

    /// Notes a macro's call until the value is dropped; a call from the node's own template is a dependency.
    pub(super) fn enter_macro(&self, definition: &MacroDefinition) -> MacroCall<'_> {
        let mut captured = self.captured();
        if captured.macro_depth == captured.listed_depth {
            captured.note_macro(definition);
        }
        drop(captured);
        self.enter()
    }

    /// Takes the macro that is called next for the node's template: those that it calls are listed, not itself.
    pub(super) fn list_calls_of_next(&self) {
        let mut captured = self.captured();
        captured.listed_depth = captured.macro_depth + 1;
    }

    /// Goes a level down until the value is dropped: what is called there is not called by the node's template.
    pub(super) fn enter(&self) -> MacroCall<'_> {
        self.captured().macro_depth += 1;
        MacroCall(self)
    }

    /// The kind of the node, as `model.resource_type` has it.
    pub(super) fn kind(&self) -> Option<&str> {
        self.model.get("resource_type")?.as_str()
    }

    /// dbt's `model` with the whole configuration, defaults included.
    fn whole_model(&self) -> Value {
        let kind = self.kind();
        let stated = kind.and_then(|kind| stated_configuration(kind, &self.config));
        let (Some(stated), Json::Object(facts)) = (stated, &*self.model) else {
            return from_json(&*self.model);
        };
        python::dict(facts.iter().map(|(name, fact)| match name.as_str() {
            "config" => (name.as_str(), from_json(&stated)),
            _ => (name.as_str(), from_json(fact)),
        }))
    }

    /// A relation as the template may read it: only models and snapshots are kept to a window of time.
    pub(crate) fn readable(&self, mut relation: Relation) -> Relation {
        if !matches!(self.kind(), Some("model" | "snapshot")) {
            relation.rows.event_time = None;
        }
        relation
    }

    /// The configuration with what the template has said so far; in the second pass it is complete.
    pub(crate) fn merged_config(&self) -> ConfigMap {
        if self.execute {
            return self.config.clone();
        }
        let mut merged = self.config.clone();
        config::merge(&mut merged, &self.captured().config);
        config::merge(&mut merged, &self.root_config);
        merged
    }
}

/// A macro's call that is under way.
pub(super) struct MacroCall<'context>(&'context NodeContext);

impl Drop for MacroCall<'_> {
    fn drop(&mut self) {
        self.0.captured().macro_depth -= 1;
    }
}

impl Object for NodeContext {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        if let Some((_, value)) = self.extra.iter().find(|(extra, _)| *extra == name) {
            return Some(value.clone());
        }
        if let Some(overrides) = &self.overrides
            && let Some(value) =
                overridden::value(overrides, name, || self.macros.get(name).cloned())
        {
            return Some(value);
        }
        // as in dbt, a macro may replace a function of the context
        if let Some(value) = self.macros.get(name) {
            return Some(value.clone());
        }
        self.built_in(name)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let this = self.clone();
        listed(move |name| this.get_value(&Value::from(name)))
    }

    /// `context.get(name, default)`, which knows macros and the functions of every template too.
    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        if method != "get" {
            return Err(Error::from(ErrorKind::UnknownMethod));
        }
        let (name, default): (String, Option<Value>) = from_args(arguments)?;
        let found = self.get_value(&Value::from(name.as_str()));
        let found = found.or_else(|| state.lookup(&name));
        Ok(found.or(default).unwrap_or(Value::from(())))
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

/// A context is seen from every function of its own, whose values nobody wants printed.
impl fmt::Debug for NodeContext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<context>")
    }
}

/// The names of the context that holds itself, under the names of its two forms.
const RECURSIVE: [&str; 2] = ["builtins", "context"];

/// All names with their values; the context itself is left out of them, as what lists all has no end otherwise.
fn listed(value: impl Fn(&str) -> Option<Value> + Send + Sync + 'static) -> Enumerator {
    let names = NodeContext::NAMES.iter();
    Enumerator::KeyValueIter(Box::new(names.map(move |&name| {
        let value = match RECURSIVE.contains(&name) {
            true => Value::from("{...}"),
            false => value(name).unwrap_or_default(),
        };
        (Value::from(name), value)
    })))
}

impl NodeContext {
    /// dbt's `model` as a value, the same each time.
    pub(crate) fn model_value(&self) -> Value {
        self.whole.get_or_init(|| self.whole_model()).clone()
    }

    /// What the node's own description says.
    fn model_fact(&self, name: &str) -> Option<Value> {
        self.model.get(name).map(from_json)
    }

    /// What a name means where no macro has it.
    fn built_in(self: &Arc<Self>, name: &str) -> Option<Value> {
        let function = |function: Function| {
            Value::from_object(ContextFunction {
                context: self.clone(),
                function,
            })
        };
        let statement = |function: StatementFunction| {
            Value::from_object(StatementCall {
                context: self.clone(),
                function,
            })
        };
        Some(match name {
            "adapter" => Value::from_object(Adapter {
                context: self.clone(),
            }),
            "api" => python::dict([
                (
                    "Relation",
                    Value::from_object(RelationClass {
                        quotes: self.shared.quotes,
                    }),
                ),
                ("Column", Value::from_object(ColumnClass)),
            ]),
            "context" => Value::from_dyn_object(self.clone()),
            "load_agate_table" => statement(StatementFunction::LoadAgateTable),
            "load_result" => statement(StatementFunction::LoadResult),
            "render" => statement(StatementFunction::Render),
            "store_raw_result" => statement(StatementFunction::StoreRawResult),
            "store_result" => statement(StatementFunction::StoreResult),
            "write" => statement(StatementFunction::Write),
            "thread_id" => match self.access {
                Access::Live(_) => thread_name().into(),
                // what is rendered before the run is the same each time
                _ => "Thread-1 (worker)".into(),
            },
            "__hcw_context" => Value::from_dyn_object(self.clone()),
            "ref" => function(Function::Ref),
            "source" => function(Function::Source),
            "function" => function(Function::UserDefined),
            "config" => Value::from_object(ConfigObject {
                context: self.clone(),
            }),
            "var" => Value::from_object(VarFunction {
                context: self.clone(),
            }),
            "env_var" => function(Function::EnvVar),
            "doc" => function(Function::Doc),
            "log" => function(Function::Log),
            "print" => function(Function::Print),
            "builtins" => Value::from_object(Builtins {
                context: self.clone(),
            }),
            "this" => self
                .this
                .clone()
                .map_or(Value::from(()), Relation::into_value),
            "target" => self.shared.target.clone(),
            "model" => {
                self.captured().reads_itself = true;
                self.model_value()
            }
            "validation" => super::validation::value(),
            "execute" => self.execute.into(),
            "flags" => self.shared.flags.clone(),
            "project_name" => self.shared.project_name.clone().into(),
            "invocation_id" => self.shared.of_this_run().invocation_id.clone().into(),
            "run_started_at" => {
                let started = &self.shared.of_this_run().run_started_at;
                python::datetime::start_of_run(started).unwrap_or(Value::from(()))
            }
            "modules" => Value::from_object(python::modules::Modules {
                shared: self.shared.clone(),
            }),
            "dbt_version" => crate::DBT_VERSION.into(),
            "dbt_metadata_envs" => self.shared.metadata_variables(),
            "invocation_args_dict" => self.shared.invocation_arguments(),
            "graph" => match self.shared.graph.get() {
                Some(graph) => graph.clone(),
                None => python::dict([] as [(&str, Value); 0]),
            },
            "selected_resources" => {
                let selected = self.shared.selected.get().cloned().unwrap_or_default();
                python::list(selected.into_iter().map(Value::from).collect())
            }
            "database" | "schema" => {
                // a macro that is called by itself has those of the target
                let of_target = || self.shared.target.get_attr(name).ok();
                self.model_fact(name).or_else(of_target)?
            }
            _ => return None,
        })
    }
}

/// The name of the thread, as dbt has it: those that run at once have different ones.
fn thread_name() -> String {
    let id = format!("{:?}", std::thread::current().id());
    let number: String = id.chars().filter(char::is_ascii_digit).collect();
    format!("Thread-{number} (worker)")
}

/// The names of the context as they are without the project's macros.
#[derive(Debug)]
struct Builtins {
    context: Arc<NodeContext>,
}

impl Object for Builtins {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.context.built_in(key.as_str()?)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let context = self.context.clone();
        listed(move |name| context.built_in(name))
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Builtins>()?;
        Some(Arc::as_ptr(&self.context).cmp(&Arc::as_ptr(&other.context)))
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<builtins>")
    }
}
