//! `builtins.ref.config`: what packages read of the project that runs and of its packages.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{Error, State};
use serde_json::{Map, Value as Json};

use super::functions::{from_json, from_map, unknown_method};
use super::python;
use super::shared::Shared;

/// What is known of one project of the run.
#[derive(Debug)]
pub(super) struct RuntimeConfig {
    shared: Arc<Shared>,
    project: String,
}

impl RuntimeConfig {
    /// That of the root project.
    pub(super) fn of_root(shared: &Arc<Shared>) -> Value {
        RuntimeConfig::of(shared, &shared.project_name)
    }

    fn of(shared: &Arc<Shared>, project: &str) -> Value {
        Value::from_object(RuntimeConfig {
            shared: shared.clone(),
            project: project.to_owned(),
        })
    }
}

impl Object for RuntimeConfig {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let shared = &self.shared;
        let target = &shared.settings.target;
        Some(match key.as_str()? {
            "project_name" => self.project.clone().into(),
            "profile_name" => target.profile_name.clone().into(),
            "target_name" => target.name.clone().into(),
            "threads" => target.threads.into(),
            "args" => shared.invocation_arguments(),
            "cli_vars" => from_map(&shared.settings.vars),
            "vars" => Value::from_object(ProjectVars(
                shared.vars.get(&self.project).cloned().unwrap_or_default(),
            )),
            "dependencies" => python::dict(
                shared
                    .projects
                    .keys()
                    .map(|name| (name.clone(), RuntimeConfig::of(shared, name))),
            ),
            fact => from_json(shared.projects.get(&self.project)?.get(fact)?),
        })
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<RuntimeConfig>")
    }
}

/// The variables of a project file.
#[derive(Debug)]
struct ProjectVars(Map<String, Json>);

impl Object for ProjectVars {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str()? == "vars").then(|| from_map(&self.0))
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        _arguments: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "to_dict" => Ok(from_map(&self.0)),
            _ => Err(unknown_method("vars", method)),
        }
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<VarProvider>")
    }
}
