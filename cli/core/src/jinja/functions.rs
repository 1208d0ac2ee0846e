//! The functions that dbt gives to templates.

use std::borrow::Borrow;
use std::fmt;
use std::sync::{Arc, PoisonError};

use minijinja::value::{Kwargs, Object, ObjectRepr, Serde, Value, ValueKind, from_args};
use minijinja::{Environment, Error, ErrorKind, Output, State};
use serde_json::{Map, Value as Json};

use super::context::NodeContext;
use super::error::problem;
use super::python::call::Call;
use super::runtime_config::RuntimeConfig;
use super::yaml_text::has_template;
use super::{engine, macro_call, python, validation};
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::found_configuration;
use crate::message::MessageKind;
use crate::project::config::{self, ConfigMap};
use crate::project::config_name;
use crate::project::snapshot;
use crate::project::{ModelReference, Version, find_docs_block};

/// Registers the functions that need no node.
pub(super) fn register(environment: &mut Environment<'static>) {
    macro_call::register(environment);
    environment.add_function(
        "try_or_compiler_error",
        super::exceptions::try_or_compiler_error,
    );
    environment.add_global(
        "exceptions",
        Value::from_object(super::exceptions::Exceptions),
    );
    python::register(environment);
}

/// Prints values as Python does: `True`, `None`.
pub(super) fn format_value(
    output: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    match value.kind() {
        ValueKind::String => output.write_str(value.as_str().unwrap_or_default())?,
        ValueKind::Undefined => return minijinja::escape_formatter(output, state, value),
        _ => output.write_str(&python::shown(value))?,
    }
    Ok(())
}

/// Which function of the context.
#[derive(Debug, Clone, Copy)]
pub(super) enum Function {
    Ref,
    Source,
    UserDefined,
    EnvVar,
    Doc,
    Log,
    Print,
}

/// A function that knows its node.
#[derive(Debug)]
pub(super) struct ContextFunction {
    pub(super) context: Arc<NodeContext>,
    pub(super) function: Function,
}

impl Object for ContextFunction {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match self.function {
            Function::Ref | Function::Source if key.as_str() == Some("config") => {
                Some(RuntimeConfig::of_root(&self.context.shared))
            }
            _ => None,
        }
    }

    fn call(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let context = &self.context;
        match self.function {
            Function::Ref => reference(context, arguments),
            Function::Source => {
                let (source, table): (String, String) = from_args(arguments)?;
                let relation = context
                    .names
                    .resolve_source(context.package(), &source, &table)
                    .map(|relation| context.readable(relation))
                    .map_err(problem)?;
                let mut captured = context.captured();
                captured.sources.push((source, table));
                Ok(relation.into_value())
            }
            Function::UserDefined => function_reference(context, arguments),
            Function::EnvVar => {
                let call = Call::new("env_var", arguments)?;
                let (name, default) = (call.text(0, "var")?, call.value(1, "default"));
                call.done(2)?;
                environment_variable(context, &name, default)
            }
            Function::Doc => documentation(context, arguments),
            Function::Log => {
                let call = Call::new("log", arguments)?;
                let message = super::python::shown(&call.required(0, "msg")?);
                let kind = match call.flag(1, "info", false) {
                    true => MessageKind::Info,
                    false => MessageKind::Debug,
                };
                call.done(2)?;
                context.say(kind, message);
                Ok(Value::from(""))
            }
            Function::Print => {
                let (message,): (Value,) = from_args(arguments)?;
                if context.shared.settings.flags.get("PRINT") != Some(&Json::Bool(false)) {
                    context.say(MessageKind::Print, super::python::shown(&message));
                }
                Ok(Value::from(""))
            }
        }
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<function {:?}>", self.function)
    }
}

fn reference(context: &Arc<NodeContext>, arguments: &[Value]) -> Result<Value, Error> {
    let (first, second, options): (String, Option<String>, Kwargs) = from_args(arguments)?;
    let mut version = None;
    for key in ["v", "version"] {
        if let Some(value) = options.get::<Option<Value>>(key)? {
            version = Version::from_json(&to_json(&value)?);
        }
    }
    options.assert_all_used()?;
    let (package, name) = match second {
        Some(name) => (Some(first), name),
        None => (None, first),
    };
    let used = ModelReference {
        package,
        name,
        version,
    };
    let found = context.names.resolve_ref(
        context.package(),
        used.package.as_deref(),
        &used.lookup_name(),
    );
    context.captured().refs.push(used);
    let relation = context.readable(found.map_err(problem)?);
    Ok(relation.into_value())
}

/// `function('name')` and `function('package', 'name')`: a function of the project, by its full name.
fn function_reference(context: &Arc<NodeContext>, arguments: &[Value]) -> Result<Value, Error> {
    let (first, second): (String, Option<String>) = from_args(arguments)?;
    let used = match second {
        Some(name) => (Some(first), name),
        None => (None, first),
    };
    let relation = context
        .names
        .resolve_function(context.package(), used.0.as_deref(), &used.1)
        .map_err(problem)?;
    let mut captured = context.captured();
    if !captured.functions.contains(&used) {
        captured.functions.push(used);
    }
    Ok(relation.into_value())
}

/// `doc('name')` and `doc('package', 'name')`.
fn documentation(context: &Arc<NodeContext>, arguments: &[Value]) -> Result<Value, Error> {
    let (first, second): (String, Option<String>) = from_args(arguments)?;
    let (package, name) = match &second {
        Some(name) => (Some(first.as_str()), name.as_str()),
        None => (None, first.as_str()),
    };
    let shared = &context.shared;
    let root = &shared.project_name;
    match find_docs_block(&shared.docs, context.package(), root, package, name) {
        Some(block) => {
            let mut captured = context.captured();
            if !captured.docs.contains(&block.id) {
                captured.docs.push(block.id.clone());
            }
            Ok(Value::from(block.contents.clone()))
        }
        None => Err(problem(
            Diagnostic::error(Code::UnknownDoc, format!("unknown docs block `{name}`"))
                .help("write it in a Markdown file: `{% docs name %} … {% enddocs %}`")
                .did_you_mean(name, shared.docs.values().map(|block| block.name.as_str())),
        )),
    }
}

fn environment_variable(
    context: &NodeContext,
    name: &str,
    default: Option<Value>,
) -> Result<Value, Error> {
    let overrides = context.overrides.as_ref();
    if let Some(value) = overrides.and_then(|overrides| overrides.environment.get(name)) {
        return Ok(match value {
            Json::String(text) => Value::from(text.clone()),
            other => Value::from(other.to_string()),
        });
    }
    if let Some(value) = context.shared.environment_variable(name) {
        return Ok(Value::from(value.clone()));
    }
    default.ok_or_else(|| {
        problem(
            Diagnostic::error(
                Code::MissingEnvVar,
                format!("the environment variable `{name}` is not set"),
            )
            .help(format!(
                "set it, or give a default: `env_var('{name}', '…')`"
            )),
        )
    })
}

/// `var('x')`, `var('x', default)` and `var.has_var('x')`.
#[derive(Debug)]
pub(super) struct VarFunction {
    pub(super) context: Arc<NodeContext>,
}

impl Object for VarFunction {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let call = Call::new("var", arguments)?;
        let name = call.text(0, "var_name")?;
        // `None` is a value like any other
        let default = call.optional(1, "default");
        call.done(2)?;
        let shared = &self.context.shared;
        let overrides = self.context.overrides.as_ref();
        if let Some(value) = overrides.and_then(|overrides| overrides.vars.get(&name)) {
            return Ok(from_json(value));
        }
        if let Some(value) = shared.var(self.context.package(), &name) {
            // a text may be a template of its own, rendered where it is used
            return match value.as_str() {
                Some(text) if has_template(text) => self.rendered(state, &name, text),
                _ => Ok(from_json(value)),
            };
        }
        if default.is_none() && self.context.is_parsing() {
            // as in dbt, it is missed when the node is compiled, so never by one that is disabled
            return Ok(Value::from(()));
        }
        default.ok_or_else(|| {
            let known = shared.var_names(self.context.package());
            problem(
                Diagnostic::error(
                    Code::MissingVar,
                    format!("the variable `{name}` has no value"),
                )
                .help(format!(
                    "set it under `vars:` in dbt_project.yml or with --vars '{{{name}: …}}'"
                ))
                .did_you_mean(&name, known),
            )
        })
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "has_var" => {
                let (name,): (String,) = from_args(arguments)?;
                let found = self.context.shared.var(self.context.package(), &name);
                Ok(found.is_some().into())
            }
            _ => Err(unknown_method("var", method)),
        }
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<RuntimeVar>")
    }
}

impl VarFunction {
    /// A variable's value that is a template.
    fn rendered(&self, state: &State<'_, '_>, name: &str, text: &str) -> Result<Value, Error> {
        let names = || {
            let names = self.context.rendered_vars.lock();
            names.unwrap_or_else(PoisonError::into_inner)
        };
        if names().iter().any(|outer| outer == name) {
            return Err(problem(Diagnostic::error(
                Code::TemplateError,
                format!("the value of the variable `{name}` asks for itself"),
            )));
        }
        names().push(name.to_owned());
        let rendered = engine::render_in(state, "<var>", text, &self.context);
        names().pop();
        rendered.map(Value::from)
    }
}

/// `config(…)`, `config.get(…)` and `config.require(…)`.
#[derive(Debug)]
pub(super) struct ConfigObject {
    pub(super) context: Arc<NodeContext>,
}

impl Object for ConfigObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let mut layer = ConfigMap::new();
        let invalid = |message: &str| problem(Diagnostic::error(Code::CompilerError, message));
        match arguments {
            [named] if named.is_kwargs() => {
                let named = Kwargs::try_from(named.clone())?;
                for name in named.args() {
                    layer.insert(name.to_owned(), to_json(&named.get::<Value>(name)?)?);
                }
            }
            [all] => match to_json(all)? {
                Json::Object(entries) => layer.extend(entries),
                _ => return Err(invalid("config() of a value that is no mapping")),
            },
            _ => {
                return Err(invalid(
                    "config() takes either named configurations or one mapping",
                ));
            }
        }
        for (word, written) in [("pre_hook", "pre-hook"), ("post_hook", "post-hook")] {
            if layer.contains_key(word) && layer.contains_key(written) {
                return Err(problem(Diagnostic::error(
                    Code::CompilerError,
                    format!("config() has both `{word}` and `{written}`, which mean the same"),
                )));
            }
        }
        let misspelt = layer
            .keys()
            .filter_map(|name| Some((name.clone(), config_name::misspelt(name)?)));
        self.context.captured().misspelt.extend(misspelt);
        config::accumulate(&mut self.context.captured().config, &layer);
        Ok(Value::from(""))
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        if let "persist_relation_docs" | "persist_column_docs" = method {
            let what = if method == "persist_column_docs" {
                "columns"
            } else {
                "relation"
            };
            let merged = self.context.merged_config();
            let persists = merged.get("persist_docs").and_then(|docs| docs.get(what));
            return Ok((persists == Some(&Json::Bool(true))).into());
        }
        if method == "set" {
            let (name, value): (String, Value) = from_args(arguments)?;
            let layer = ConfigMap::from_iter([(name, to_json(&value)?)]);
            config::accumulate(&mut self.context.captured().config, &layer);
            return Ok(Value::from(""));
        }
        let call = Call::new(method, arguments)?;
        let name = call.text(0, "name")?;
        let mut merged = self.context.merged_config();
        self.add_column_names(&mut merged);
        let (found, what) = match method {
            "get" | "require" => (self.found(&merged, &name), "configuration"),
            "meta_get" | "meta_require" => {
                let meta = merged.get("meta");
                let found = meta.and_then(|meta| meta.get(&name)).map(from_json);
                (found, "`meta` key")
            }
            _ => return Err(unknown_method("config", method)),
        };
        let is_required = method.ends_with("require");
        let default = (!is_required).then(|| call.value(1, "default")).flatten();
        let position = if is_required { 1 } else { 2 };
        let validator = call.optional(position, "validator");
        // as in dbt, what has no default is not validated
        let is_validated = is_required || default.as_ref().is_some_and(|given| !given.is_none());
        let value = match is_required {
            true => self.required(found, what, &name)?,
            false => found.or(default).unwrap_or(Value::from(())),
        };
        if is_validated && self.context.execute {
            validation::check(state, validator, &value)?;
        }
        Ok(value)
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<RuntimeConfigObject>")
    }
}

impl ConfigObject {
    /// What a name has in the configuration: in the pass that counts, dbt's defaults are part of it.
    fn found(&self, merged: &ConfigMap, name: &str) -> Option<Value> {
        if !self.context.execute {
            return merged.get(name).map(from_json);
        }
        let kind = self.context.kind();
        found_configuration(kind.unwrap_or_default(), merged, name).map(from_json)
    }

    fn required(&self, value: Option<Value>, what: &str, name: &str) -> Result<Value, Error> {
        match value {
            Some(value) => Ok(value),
            // the first pass runs before all of the template has been seen
            None if !self.context.execute => Ok(Value::from(())),
            None => Err(problem(Diagnostic::error(
                Code::ConfigInvalid,
                format!("the {what} `{name}` is required here"),
            ))),
        }
    }

    /// A snapshot's configuration tells under one name how all its own columns are called.
    fn add_column_names(&self, merged: &mut ConfigMap) {
        if self.context.kind() != Some("snapshot") {
            return;
        }
        let given = merged.get("snapshot_meta_column_names");
        let names: ConfigMap = snapshot::META_COLUMNS
            .into_iter()
            .map(|name| {
                let given = given.and_then(|names| names.get(name)?.as_str());
                (name.to_owned(), Json::from(given.unwrap_or(name)))
            })
            .collect();
        merged.insert("snapshot_table_column_names".to_owned(), names.into());
    }
}

pub(super) fn unknown_method(object: &str, method: &str) -> Error {
    Error::new(
        ErrorKind::UnknownMethod,
        format!("`{object}` has no method `{method}`"),
    )
}

/// A JSON value as templates see it: lists and mappings that can change.
pub(crate) fn from_json(json: impl Borrow<Json>) -> Value {
    match json.borrow() {
        Json::Array(items) => python::list(items.iter().map(from_json).collect()),
        Json::Object(entries) => from_map(entries),
        Json::String(text) => Value::from(text.as_str()),
        Json::Null => Value::from(()),
        Json::Bool(flag) => Value::from(*flag),
        Json::Number(number) => Value::from(Serde(number)),
    }
}

/// A JSON object as templates see it: a mapping that can change.
pub(crate) fn from_map(entries: &Map<String, Json>) -> Value {
    python::dict(
        entries
            .iter()
            .map(|(key, value)| (key.as_str(), from_json(value))),
    )
}

/// A template's value as JSON; relations become their quoted name.
pub(super) fn to_json(value: &Value) -> Result<Json, Error> {
    if let Some(relation) = value.downcast_object_ref::<super::relation::Relation>() {
        return Ok(Json::String(relation.to_string()));
    }
    serde_json::to_value(value)
        .map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))
}
