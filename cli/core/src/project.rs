//! The parse stage: project files to a [`Project`] of named resources. All problems, not the first.

mod bind;
pub mod config;
pub(crate) mod config_name;
pub(crate) mod config_type;
mod declared;
mod docs_block;
mod freshness;
pub(crate) mod generic_test;
mod macro_facts;
mod metric;
mod model_properties;
mod names;
mod package;
mod project_file;
mod properties;
mod reference;
mod resource;
mod saved_query;
mod selector_file;
mod semantic_model;
pub(crate) mod snapshot;
mod unexpected_block;
mod unit_test;
mod version;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

pub use crate::jinja::DispatchOrder;
pub use declared::{Declaration, Declared, Exposure, Group, MacroArgument, MacroProperties};
pub(crate) use docs_block::find as find_docs_block;
pub use docs_block::{DocsBlock, DocsBlocks};
pub use freshness::{Age, Freshness, Period, Quoting, SourceProperties};
pub use macro_facts::Macro;
pub use metric::*;
pub use model_properties::*;
pub(crate) use names::{Found, NameIndex};
pub use package::{Package, Packages};
pub use project_file::{
    PROJECT_FILE, ProjectFile, Templates, VARS_FILE, ValidatorForm, parse_project_file,
};
pub use reference::{ModelReference, Reference};
pub use resource::*;
pub use saved_query::{Export, QueryParams, SavedQuery};
pub use selector_file::{
    SELECTOR_FILE, Selector, SelectorCriterion, SelectorDefinition, SelectorParts, Selectors,
};
pub use semantic_model::*;
pub use unit_test::*;
pub use version::Version;

use crate::dependencies;
use crate::diagnostic::{Code, Diagnostic, has_errors};
use crate::jinja::{Engine, MacroLibrary, Names, NodeContext, Relation, Shared, YamlRenderer};
use crate::name::{Parts, RelationName};
use crate::partial::Wanted;
use crate::settings::Settings;
use crate::source::{SourceFile, SourceTree};

/// A parsed project: every resource has its name, its properties and the configuration of project file
/// and sidecar. Templates have not been rendered.
#[derive(Debug)]
pub struct Project {
    /// The root project and what is installed.
    pub packages: Packages,
    /// Models, seeds and tests that are enabled so far.
    pub nodes: Nodes,
    /// Nodes that configuration or template disables.
    pub disabled: Nodes,
    /// Source tables.
    pub sources: Sources,
    /// Source tables that configuration disables.
    pub disabled_sources: Sources,
    /// What only YAML and Markdown declare.
    pub declared: Declared,
    /// The nodes that count, where the project is only an excerpt.
    pub wanted: Option<Wanted>,
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
    let templates = Templates {
        environment: &settings.environment,
        vars: &settings.vars,
    };
    let Some(project_file) =
        parse_project_file(file, tree.get(VARS_FILE), templates, &mut diagnostics)
    else {
        return (None, diagnostics);
    };
    let mut packages = Packages::of(project_file);
    packages.add_installed(tree, templates, &mut diagnostics);
    if checks_dbt_version(&settings) {
        packages.check_dbt_version(&mut diagnostics);
    }
    let missing = diagnostics.len();
    dependencies::check_installed(tree, &packages.root().file, &mut diagnostics);
    if has_errors(&diagnostics[missing..]) {
        // everything else that is found would be a consequence
        return (None, diagnostics);
    }
    let engine = Arc::new(engine(tree, &packages, &mut diagnostics));
    let docs = docs_blocks(tree, &packages, &mut diagnostics);
    let shared = Arc::new(shared(&packages, settings, docs));
    let mut binder = bind::Binder::new(&packages, &engine, &shared);
    let renderer = |package: &Package| YamlRenderer {
        engine: &engine,
        context: Arc::new(yaml_context(&engine, &shared, package.name())),
    };
    let mut found: Vec<Vec<Diagnostic>> = Vec::new();
    let mut properties = BTreeMap::new();
    for package in packages.iter() {
        let mut in_package = Vec::new();
        let of_package = properties_of(tree, package, &renderer(package), &mut in_package);
        properties.insert(package.name().to_owned(), of_package);
        found.push(in_package);
    }
    bind::hand_over(tree, &binder, &renderer, &mut properties);
    for (package, mut found) in packages.iter().zip(found) {
        let properties = properties.remove(package.name()).unwrap_or_default();
        binder.add_package(tree, package, &renderer(package), properties, &mut found);
        if !packages.is_root(package.name()) {
            found.retain(package::matters_in_package);
        }
        diagnostics.extend(found);
    }
    let mut bound = binder.finish(&mut diagnostics);
    bound.declared.docs = shared.docs.clone();
    if let Some(file) = tree.get(SELECTOR_FILE) {
        bound.declared.selectors = selector_file::parse(file, &mut diagnostics);
    }
    let project = Project {
        packages,
        nodes: bound.nodes,
        disabled: Nodes::new(),
        sources: bound.sources,
        disabled_sources: bound.disabled_sources,
        declared: bound.declared,
        wanted: None,
        engine,
        shared,
    };
    diagnostics.extend(deprecated_modules(&project));
    (Some(project), diagnostics)
}

/// Whether `require-dbt-version` counts: `--no-version-check` and its like.
fn checks_dbt_version(settings: &Settings) -> bool {
    settings.flags.get("VERSION_CHECK") != Some(&Json::Bool(false))
}

/// The macros of all packages, compiled.
/// Templates and macros that use a module of Python which dbt will take away.
fn deprecated_modules(project: &Project) -> Vec<Diagnostic> {
    const MODULE: &str = "modules.itertools";
    let macros = project.engine.macros();
    let macros = macros.filter(|found| !found.is_built_in());
    let macros = macros.map(|found| (&found.file, found.range.clone()));
    let templates = project.nodes.values().filter_map(Node::template);
    let templates = templates.map(|file| (file, 0..file.text.len()));
    let used = macros.chain(templates).filter_map(|(file, range)| {
        let at = range.start + file.text.get(range)?.find(MODULE)?;
        Some(file.at(at..at + MODULE.len()))
    });
    used.map(|location| {
        Diagnostic::warning(Code::Deprecated, format!("`{MODULE}` will not stay"))
            .named("ModulesItertoolsUsageDeprecation")
            .at(location)
            .help("Jinja's own functions and filters do the same")
    })
    .collect()
}

fn engine(tree: &SourceTree, packages: &Packages, diagnostics: &mut Vec<Diagnostic>) -> Engine {
    let root = packages.root();
    let mut library = MacroLibrary::new(root.name(), diagnostics);
    library.dispatch.clone_from(&root.file.dispatch);
    for package in packages.iter() {
        let macros = package.files(tree, &package.file.macro_paths, &["sql"]);
        let tests = package
            .files(tree, &package.file.test_paths, &["sql"])
            .filter(|file| is_generic_test_file(file));
        for file in package.files(tree, &package.file.macro_paths, &["sql"]) {
            let found = unexpected_block::deprecated(file, &unexpected_block::OF_MACROS);
            diagnostics.extend(found);
        }
        library.add_package(package.name(), macros.chain(tests), diagnostics);
    }
    let engine = Engine::new(&library);
    diagnostics.extend(engine.check_macros());
    engine
}

/// The docs blocks of all packages.
fn docs_blocks(
    tree: &SourceTree,
    packages: &Packages,
    diagnostics: &mut Vec<Diagnostic>,
) -> DocsBlocks {
    let mut blocks = DocsBlocks::new();
    for package in packages.iter() {
        let folders: Vec<String> = match &package.file.docs_paths {
            Some(folders) => folders.clone(),
            None => package.file.source_paths().cloned().collect(),
        };
        for file in package.files(tree, &folders, &["md"]) {
            docs_block::read(file, package.name(), &mut blocks, diagnostics);
        }
    }
    blocks
}

fn shared(packages: &Packages, settings: Settings, docs: DocsBlocks) -> Shared {
    let vars = packages
        .iter()
        .filter_map(
            |package| match package.file.vars.as_ref()?.to_shown_json() {
                Json::Object(vars) => Some((package.name().to_owned(), vars)),
                _ => None,
            },
        )
        .collect();
    let projects = packages
        .iter()
        .map(|package| (package.name().to_owned(), package.file.about()));
    let projects = projects.collect();
    let mut shared = Shared::new(settings, packages.root().name().to_owned(), vars, docs);
    shared.projects = projects;
    shared.quotes = packages.root().file.quotes();
    shared
}

/// What a package's sidecars say.
fn properties_of(
    tree: &SourceTree,
    package: &Package,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<properties::Properties> {
    let folders: Vec<String> = [
        &package.file.model_paths,
        &package.file.seed_paths,
        &package.file.test_paths,
        &package.file.macro_paths,
        &package.file.snapshot_paths,
        &package.file.analysis_paths,
        &package.file.function_paths,
    ]
    .into_iter()
    .flatten()
    .cloned()
    .collect();
    package
        .files(tree, &folders, &["yml", "yaml"])
        .map(|sidecar| properties::parse(sidecar, renderer, diagnostics))
        .collect()
}

/// A file in a folder `generic` of a test path holds generic tests, as in dbt.
pub(crate) fn is_generic_test_file(file: &SourceFile) -> bool {
    file.path_in_package()
        .split('/')
        .rev()
        .skip(1)
        .any(|folder| folder == "generic")
}

/// A file in the folder `fixtures` of a test path holds rows for unit tests.
pub(crate) fn is_fixture_file(package: &Package, file: &SourceFile) -> bool {
    let path = file.path_in_package();
    package.file.test_paths.iter().any(|root| {
        path.strip_prefix(root.as_str())
            .is_some_and(|below| below.starts_with("/fixtures/"))
    })
}

fn yaml_context(engine: &Engine, shared: &Arc<Shared>, package: &str) -> NodeContext {
    let names: Arc<dyn Names> = Arc::new(NoNames);
    NodeContext::new(shared, &names, engine.scope(package))
}

/// YAML files cannot use `ref` and `source` as functions.
#[derive(Debug)]
pub(crate) struct NoNames;

impl Names for NoNames {
    fn resolve_ref(
        &self,
        _from: &str,
        _package: Option<&str>,
        name: &str,
    ) -> Result<Relation, Diagnostic> {
        Err(Diagnostic::error(
            Code::TemplateError,
            format!("`ref('{name}')` cannot be used in a YAML value"),
        ))
    }

    fn resolve_source(
        &self,
        _from: &str,
        source: &str,
        table: &str,
    ) -> Result<Relation, Diagnostic> {
        Err(Diagnostic::error(
            Code::TemplateError,
            format!("`source('{source}', '{table}')` cannot be used in a YAML value"),
        ))
    }

    fn resolve_function(
        &self,
        _from: &str,
        _package: Option<&str>,
        name: &str,
    ) -> Result<Relation, Diagnostic> {
        Err(Diagnostic::error(
            Code::TemplateError,
            format!("`function('{name}')` cannot be used in a YAML value"),
        ))
    }
}

impl Project {
    /// `dbt_project.yml` of the root project.
    pub fn file(&self) -> &ProjectFile {
        &self.packages.root().file
    }

    /// The configuration value of the target: where sources without a database are.
    pub fn database(&self) -> &str {
        &self.shared.settings.target.database
    }

    /// The settings that the project was parsed with.
    pub fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    /// Whether a node counts: of an excerpt not all do, and what the others name may be missing.
    pub(crate) fn counts(&self, node: &Node) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| wanted.has(node))
    }

    /// A relation with the target's database, for names not yet known.
    pub(crate) fn placeholder(&self, node: &Node) -> RelationName {
        let parts = Parts {
            database: self.database().to_owned(),
            schema: self.shared.settings.target.schema.clone(),
            identifier: node.alias().to_owned(),
        };
        RelationName::written(parts, self.shared.quotes)
    }
}
