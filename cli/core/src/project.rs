//! The parse stage: project files to a [`Project`] of named resources. All problems, not the first.

mod bind;
pub mod config;
pub(crate) mod config_name;
mod generic_test;
mod project_file;
mod properties;
mod resource;

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::Value;
use serde_json::{Map, Value as Json};

pub use project_file::{PROJECT_FILE, ProjectFile, ValidatorForm, parse_project_file};
pub use resource::*;

use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::{Engine, MacroLibrary, Names, NodeContext, Relation, Shared, YamlRenderer};
use crate::name::RelationName;
use crate::settings::Settings;
use crate::source::{SourceFile, SourceTree};

/// A parsed project: every resource has its name, its properties and the configuration of project file
/// and sidecar. Templates have not been rendered.
#[derive(Debug)]
pub struct Project {
    /// `dbt_project.yml`.
    pub file: ProjectFile,
    /// Models, seeds and tests that are enabled so far.
    pub nodes: Nodes,
    /// Source tables.
    pub sources: Sources,
    pub(crate) engine: Arc<Engine>,
    pub(crate) shared: Arc<Shared>,
}

/// Parses a project.
///
/// **Errors**: codes 01xx to 03xx; without a usable `dbt_project.yml` there is no project.
pub fn parse(tree: &SourceTree, settings: Settings) -> (Option<Project>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let Some(file) = tree.get(PROJECT_FILE) else {
        diagnostics.push(
            Diagnostic::error(
                Code::ProjectMissing,
                format!("no `{PROJECT_FILE}` in this folder"),
            )
            .help("go to your project's folder, name it with --project-dir, or make one with `hcw init <name>`"),
        );
        return (None, diagnostics);
    };
    let Some(project_file) = parse_project_file(file, &mut diagnostics) else {
        return (None, diagnostics);
    };
    let macro_files = files(tree, &project_file.macro_paths, &["sql"]).chain(
        files(tree, &project_file.test_paths, &["sql"]).filter(|file| is_generic_test_file(file)),
    );
    let library = MacroLibrary::new(&project_file.name, macro_files, &mut diagnostics);
    let engine = Arc::new(Engine::new(&library));
    diagnostics.extend(engine.check_macros());
    let project_vars = match project_file.vars.as_ref().map(crate::yaml::Node::to_json) {
        Some(Json::Object(vars)) => vars,
        _ => Map::new(),
    };
    let shared = Arc::new(Shared::new(
        settings,
        project_file.name.clone(),
        project_vars,
    ));
    let renderer = YamlRenderer {
        engine: &engine,
        context: Arc::new(yaml_context(&shared)),
    };
    let mut properties = Vec::new();
    let sidecar_paths: Vec<String> = [
        &project_file.model_paths,
        &project_file.seed_paths,
        &project_file.test_paths,
        &project_file.macro_paths,
    ]
    .into_iter()
    .flatten()
    .cloned()
    .collect();
    for sidecar in files(tree, &sidecar_paths, &["yml", "yaml"]) {
        properties.push(properties::parse(sidecar, &renderer, &mut diagnostics));
    }
    let (nodes, sources) = bind::bind(tree, &project_file, properties, &renderer, &mut diagnostics);
    let project = Project {
        file: project_file,
        nodes,
        sources,
        engine,
        shared,
    };
    (Some(project), diagnostics)
}

/// Files of some extensions below some folders; a file below two of them once, in path order.
pub(crate) fn files<'tree>(
    tree: &'tree SourceTree,
    folders: &[String],
    extensions: &'static [&'static str],
) -> impl Iterator<Item = &'tree SourceFile> + use<'tree> {
    let found: BTreeMap<&str, &SourceFile> = folders
        .iter()
        .flat_map(|folder| tree.below(folder))
        .filter(|file| extensions.contains(&file.extension()))
        .map(|file| (&*file.path, file))
        .collect();
    found.into_values()
}

/// A file in a folder `generic` of a test path holds generic tests, as in dbt.
pub(crate) fn is_generic_test_file(file: &SourceFile) -> bool {
    file.path
        .split('/')
        .rev()
        .skip(1)
        .any(|folder| folder == "generic")
}

fn yaml_context(shared: &Arc<Shared>) -> NodeContext {
    NodeContext {
        package: shared.project_name.clone(),
        shared: shared.clone(),
        names: Arc::new(NoNames),
        this: None,
        model: Value::from(()),
        config: config::ConfigMap::new(),
        execute: false,
        is_incremental: false,
        extra: Vec::new(),
        captured: std::sync::Mutex::default(),
    }
}

/// YAML files cannot use `ref` and `source` as functions.
#[derive(Debug)]
pub(crate) struct NoNames;

impl Names for NoNames {
    fn resolve_ref(&self, _package: Option<&str>, name: &str) -> Result<Relation, Diagnostic> {
        Err(Diagnostic::error(
            Code::TemplateError,
            format!("`ref('{name}')` cannot be used in a YAML value"),
        ))
    }

    fn resolve_source(&self, source: &str, table: &str) -> Result<Relation, Diagnostic> {
        Err(Diagnostic::error(
            Code::TemplateError,
            format!("`source('{source}', '{table}')` cannot be used in a YAML value"),
        ))
    }
}

impl Project {
    /// The configuration value of the target: where sources without a database are.
    pub fn database(&self) -> &str {
        &self.shared.settings.target.database
    }

    /// The settings that the project was parsed with.
    pub fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    /// A relation with the target's database, for names not yet known.
    pub(crate) fn placeholder(&self, node: &Node) -> RelationName {
        RelationName {
            database: self.database().to_owned(),
            schema: self.shared.settings.target.schema.clone(),
            identifier: node.alias().to_owned(),
        }
    }
}
