//! `dbt_project.yml`: the project's name, folders, variables and the tree of configurations.

mod settings;
mod shapes;
mod vars_file;

use std::ops::Range;

pub use settings::Templates;
use settings::{dispatch_orders, version_requirements};
pub use vars_file::VARS_FILE;

use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::DispatchOrder;
use crate::name::Parts;
use crate::project::freshness::Quoting;
use crate::settings::{IN_PLACE, Publish};
use crate::source::SourceFile;
use crate::yaml::{self, MapReader, Node, Value};

/// The name of the file that makes a folder a project.
pub const PROJECT_FILE: &str = "dbt_project.yml";

/// What `dbt_project.yml` says.
#[derive(Debug, Clone)]
pub struct ProjectFile {
    /// The file itself.
    pub file: SourceFile,
    /// The project's (package's) name.
    pub name: String,
    /// The profile to connect with; without one hcw uses its embedded server.
    pub profile: Option<String>,
    /// Folders of models.
    pub model_paths: Vec<String>,
    /// Folders of seeds.
    pub seed_paths: Vec<String>,
    /// Folders of macros.
    pub macro_paths: Vec<String>,
    /// Folders of data tests.
    pub test_paths: Vec<String>,
    /// Folders of analyses.
    pub analysis_paths: Vec<String>,
    /// Folders of snapshots.
    pub snapshot_paths: Vec<String>,
    /// Folders of functions.
    pub function_paths: Vec<String>,
    /// Folders of docs blocks; `None` is every folder of resources.
    pub docs_paths: Option<Vec<String>>,
    /// Folders that `docs generate` copies.
    pub asset_paths: Vec<String>,
    /// Folder of artifacts.
    pub target_path: String,
    /// Folder of log files.
    pub log_path: String,
    /// Folder of installed packages.
    pub packages_install_path: String,
    /// The project's own version, as written.
    pub version: Option<String>,
    /// What `require-dbt-version` asks for: each a comparison with its place.
    pub require_dbt_version: Vec<(String, Range<usize>)>,
    /// Where `adapter.dispatch` looks for the macros of a namespace.
    pub dispatch: Vec<DispatchOrder>,
    /// Hooks before and after a run: not yet rendered.
    pub on_run_start: Vec<Node>,
    /// Hooks after a run: not yet rendered.
    pub on_run_end: Vec<Node>,
    /// The comment that every statement carries: null is none, `None` is dbt's own.
    pub query_comment: Option<Node>,
    /// Which parts of relation names are quoted, by `database`, `schema` and `identifier`.
    pub quoting: Option<Node>,
    /// Flags that the command line may override.
    pub flags: Option<Node>,
    /// Whether models of other packages may refer to protected and private models.
    pub restrict_access: bool,
    /// Settings of dbt's cloud, kept for the manifest.
    pub dbt_cloud: Option<Node>,
    /// Folders that `hcw clean` removes.
    pub clean_targets: Vec<String>,
    /// Folder of migrations, from `vars: {hcw: {migration_path: …}}`.
    pub migration_path: String,
    /// Which form of the validators `hcw build` keeps installed, from `vars: {hcw: {validators: …}}`.
    pub validators: ValidatorForm,
    /// How what is built takes its place, from `models: {+meta: {hcw: {publish: …}}}`.
    pub publish: Option<Publish>,
    /// Code tables that `hcw build` keeps loaded, from `vars: {hcw: {codes: […]}}`.
    pub codes: Vec<String>,
    /// Project variables, not yet rendered.
    pub vars: Option<Node>,
    /// Configuration trees by resource kind (`models`, `seeds`, `data_tests`, `sources`).
    pub configs: Vec<(&'static str, Node)>,
}

/// Which form of the validators a project wants in its database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ValidatorForm {
    /// As `Auto` for a run whose SQL calls them, else as `None`.
    #[default]
    WhenUsed,
    /// Nothing is installed.
    None,
    /// The extension where the server has it, else plain SQL.
    Auto,
    /// The extension.
    Native,
    /// Plain SQL.
    Portable,
}

impl ProjectFile {
    /// Which parts of relations' names are quoted.
    pub(crate) fn quotes(&self) -> Parts<bool> {
        let written = self.quoting.as_ref().map(Node::to_json);
        written.map_or(Parts::ALL, |written| {
            Quoting::from_json(&written).quotes(Parts::ALL)
        })
    }

    /// What a template can read of it, under dbt's names.
    pub(crate) fn about(&self) -> serde_json::Value {
        let quotes = self.quotes();
        serde_json::json!({
            "version": self.version,
            "quoting": {
                "database": quotes.database,
                "schema": quotes.schema,
                "identifier": quotes.identifier,
            },
            "model_paths": self.model_paths,
            "seed_paths": self.seed_paths,
            "macro_paths": self.macro_paths,
            "test_paths": self.test_paths,
            "analysis_paths": self.analysis_paths,
            "snapshot_paths": self.snapshot_paths,
            "function_paths": self.function_paths,
            "asset_paths": self.asset_paths,
            "target_path": self.target_path,
            "log_path": self.log_path,
            "packages_install_path": self.packages_install_path,
            "clean_targets": self.clean_targets,
        })
    }
}

/// Reads `dbt_project.yml` and `vars.yml`, where there is one. Its own settings may be templates; hooks,
/// variables and configurations stay as they are written until they are used.
///
/// **Errors**: HCW0102–HCW0104, HCW0108 for variables in both files, the codes of templates; without a usable
/// name there is no project.
pub fn parse_project_file(
    file: &SourceFile,
    vars_file: Option<&SourceFile>,
    templates: Templates<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<ProjectFile> {
    let vars_of_file = vars_file.and_then(|file| vars_file::read(file, diagnostics));
    let merged = vars_of_file
        .as_ref()
        .map(|vars| vars_file::merged(vars, templates.vars));
    let templates = Templates {
        vars: merged.as_ref().unwrap_or(templates.vars),
        ..templates
    };
    let root = match yaml::parse(file) {
        Ok(root) => templates.rendered(file, root, diagnostics),
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            return None;
        }
    };
    let mut reader = MapReader::new(file, format!("`{}`", file.path), &root, diagnostics);
    let name = reader.text("name");
    let profile = reader.text("profile");
    let model_paths = renamed_paths(&mut reader, "model-paths", "source-paths", "models");
    let seed_paths = renamed_paths(&mut reader, "seed-paths", "data-paths", "seeds");
    let macro_paths = paths(&mut reader, "macro-paths", &["macros"]);
    let test_paths = paths(&mut reader, "test-paths", &["tests"]);
    let analysis_paths = paths(&mut reader, "analysis-paths", &["analyses"]);
    let snapshot_paths = paths(&mut reader, "snapshot-paths", &["snapshots"]);
    let function_paths = paths(&mut reader, "function-paths", &["functions"]);
    let docs_paths = reader.node("docs-paths").is_some();
    let docs_paths = docs_paths.then(|| paths(&mut reader, "docs-paths", &[]));
    let asset_paths = paths(&mut reader, "asset-paths", &[]);
    let target_path = reader
        .text("target-path")
        .unwrap_or_else(|| "target".to_owned());
    let clean_targets = paths(&mut reader, "clean-targets", &[&target_path]);
    let log_path = reader.text("log-path").unwrap_or_else(|| "logs".to_owned());
    let packages_install_path = reader
        .text("packages-install-path")
        .map_or_else(|| "dbt_packages".to_owned(), |path| tidy_path(&path));
    let version = reader.text("version");
    let require_dbt_version = version_requirements(&mut reader);
    let dispatch = dispatch_orders(&mut reader, file);
    let on_run_start = hooks(&mut reader, "on-run-start");
    let on_run_end = hooks(&mut reader, "on-run-end");
    let query_comment = reader.written("query-comment").cloned();
    let quoting = reader
        .node("quoting")
        .filter(|node| !node.is_null())
        .cloned();
    if let Some(node) = quoting.as_ref().filter(|node| node.as_mapping().is_none()) {
        let message = format!(
            "`quoting` of the project must be a mapping, not {}",
            node.kind()
        );
        let problem = Diagnostic::error(Code::YamlType, message).at(file.at(node.range.clone()));
        reader
            .diagnostics()
            .push(problem.help("for example `quoting: {identifier: false}`"));
    }
    let flags = reader.node("flags").cloned();
    let restrict_access = reader.flag("restrict-access").unwrap_or(false);
    let dbt_cloud = reader.node("dbt-cloud").cloned();
    let written_vars = reader.node("vars").filter(|vars| !vars.is_null()).cloned();
    if let (Some(written), Some(other), Some(_)) = (&written_vars, vars_file, &vars_of_file) {
        let problem = Diagnostic::error(
            Code::VarsInvalid,
            format!(
                "variables stand in both `{}` and `{}`",
                file.path, other.path
            ),
        );
        reader.diagnostics().push(
            problem
                .at(file.at(written.range.clone()))
                .help("keep them in one of the two files"),
        );
    }
    let vars_stand_in = vars_file.filter(|_| vars_of_file.is_some()).unwrap_or(file);
    let vars = vars_of_file.or(written_vars);
    let mut configs = Vec::new();
    for (key, kind) in [
        ("models", "models"),
        ("seeds", "seeds"),
        ("tests", "data_tests"),
        ("data_tests", "data_tests"),
        ("sources", "sources"),
        ("snapshots", "snapshots"),
        ("unit_tests", "unit_tests"),
        ("exposures", "exposures"),
        ("metrics", "metrics"),
        ("semantic-models", "semantic_models"),
        ("saved-queries", "saved_queries"),
        ("functions", "functions"),
        ("analyses", "analyses"),
    ] {
        if let Some(node) = reader.node(key) {
            configs.push((kind, node.clone()));
        }
    }
    // dbt refuses keys of ours in this file, but lets variables be grouped
    let ours = vars.as_ref().and_then(|vars| vars.get("hcw"));
    let migration_path = ours
        .and_then(|hcw| hcw.get("migration_path"))
        .and_then(Node::scalar_text)
        .unwrap_or_else(|| "migrations".to_owned());
    let validators = ours.and_then(|hcw| hcw.get("validators")).cloned();
    let codes = match ours
        .and_then(|hcw| hcw.get("codes"))
        .map(|node| &node.value)
    {
        Some(Value::Sequence(items)) => items.iter().filter_map(Node::scalar_text).collect(),
        _ => Vec::new(),
    };
    // what dbt accepts and nothing of ours needs
    for key in ["config-version", "project-root", "osi-paths", "packages"] {
        reader.node(key);
    }
    reader.finish_strictly();
    yaml::check(
        file,
        &format!("`{}`", file.path),
        &root,
        shapes::PROJECT,
        diagnostics,
    );
    let validators = validators.map_or_else(ValidatorForm::default, |node| {
        validator_form(vars_stand_in, &node, diagnostics)
    });
    let Some(name) = name else {
        diagnostics.push(
            Diagnostic::error(Code::YamlType, format!("`{}` has no `name`", file.path))
                .at(file.at(0..0))
                .help("add a line such as `name: my_hospital`"),
        );
        return None;
    };
    if !is_identifier(&name) {
        diagnostics.push(
            Diagnostic::error(
                Code::YamlType,
                format!("the project name `{name}` must be letters, digits and underscores"),
            )
            .at(file.at(root.get("name").map_or(0..0, |node| node.range.clone()))),
        );
    }
    let publish = publish_way(file, &name, &configs, diagnostics);
    Some(ProjectFile {
        file: file.clone(),
        name,
        profile,
        model_paths,
        seed_paths,
        macro_paths,
        test_paths,
        analysis_paths,
        snapshot_paths,
        function_paths,
        docs_paths,
        asset_paths,
        target_path,
        log_path,
        packages_install_path,
        version,
        require_dbt_version,
        dispatch,
        on_run_start,
        on_run_end,
        query_comment,
        quoting,
        flags,
        restrict_access,
        dbt_cloud,
        clean_targets,
        migration_path,
        validators,
        publish,
        codes,
        vars,
        configs,
    })
}

fn paths(reader: &mut MapReader<'_, '_>, key: &'static str, default: &[&str]) -> Vec<String> {
    reader
        .texts(key)
        .unwrap_or_else(|| default.iter().map(|&path| path.to_owned()).collect())
        .iter()
        .map(|path| tidy_path(path))
        .collect()
}

/// Folders under a key that had another name in dbt before 1.0, which still counts, with a warning.
fn renamed_paths(
    reader: &mut MapReader<'_, '_>,
    key: &'static str,
    former: &'static str,
    default: &str,
) -> Vec<String> {
    let has_former = reader.node(former).map(|node| node.range.clone());
    let Some(range) = has_former else {
        return paths(reader, key, &[default]);
    };
    let location = reader.file().at(range);
    if reader.node(key).is_some() {
        reader.diagnostics().push(
            Diagnostic::error(
                Code::ConfigInvalid,
                format!("`{former}` and `{key}` cannot both be defined"),
            )
            .at(location)
            .help(format!("remove `{former}`")),
        );
        return paths(reader, key, &[default]);
    }
    reader.diagnostics().push(
        Diagnostic::warning(
            Code::Deprecated,
            format!("`{former}` is now called `{key}`"),
        )
        .named(match key {
            "seed-paths" => "ConfigDataPathDeprecation",
            _ => "ConfigSourcePathDeprecation",
        })
        .at(location),
    );
    paths(reader, former, &[default])
}

fn tidy_path(path: &str) -> String {
    path.trim_end_matches('/')
        .trim_start_matches("./")
        .to_owned()
}

/// A hook or a list of them.
fn hooks(reader: &mut MapReader<'_, '_>, key: &'static str) -> Vec<Node> {
    match reader.node(key) {
        None => Vec::new(),
        Some(node) => match &node.value {
            Value::Sequence(items) => items.clone(),
            _ => vec![node.clone()],
        },
    }
}

fn validator_form(
    file: &SourceFile,
    node: &Node,
    diagnostics: &mut Vec<Diagnostic>,
) -> ValidatorForm {
    match node.as_str() {
        Some("auto") => ValidatorForm::Auto,
        Some("native") => ValidatorForm::Native,
        Some("portable") => ValidatorForm::Portable,
        Some("none") => ValidatorForm::None,
        _ if node.is_null() => ValidatorForm::default(),
        _ => {
            diagnostics.push(
                Diagnostic::error(Code::ConfigInvalid, "`validators` names no form of them")
                    .at(file.at(node.range.clone()))
                    .help("write `auto`, `native`, `portable` or `none`"),
            );
            ValidatorForm::None
        }
    }
}

/// What the project says of all of its models; that they change in place is said of each of them, not of the run.
fn publish_way(
    file: &SourceFile,
    project: &str,
    configs: &[(&str, Node)],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Publish> {
    let (_, models) = configs.iter().find(|(kind, _)| *kind == "models")?;
    let said = [models.get(project), Some(models)]
        .into_iter()
        .flatten()
        .find_map(|level| {
            let meta = level.get("+meta").or_else(|| level.get("meta"))?;
            meta.get("hcw")?.get("publish")
        });
    let node = said.filter(|node| node.as_str() != Some(IN_PLACE))?;
    let way = node.as_str().and_then(Publish::named);
    if way.is_none() && !node.is_null() {
        let names = Publish::NAMES.map(|(name, _)| name);
        diagnostics.push(
            Diagnostic::error(Code::ConfigInvalid, "`publish` names no way of publishing")
                .at(file.at(node.range.clone()))
                .help(format!("one of {}", names.join(", "))),
        );
    }
    way
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || character == '_')
}

impl ProjectFile {
    /// A flag under `flags:`, where it is a boolean.
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.flags.as_ref()?.get(name)?.value {
            Value::Bool(flag) => Some(flag),
            _ => None,
        }
    }

    /// The folders that hold the project's files, each once.
    pub fn source_paths(&self) -> impl Iterator<Item = &String> {
        let all = [
            &self.model_paths,
            &self.seed_paths,
            &self.macro_paths,
            &self.test_paths,
            &self.analysis_paths,
            &self.snapshot_paths,
            &self.function_paths,
        ];
        let mut folders: Vec<&String> = all
            .into_iter()
            .chain(self.docs_paths.as_ref())
            .flatten()
            .collect();
        folders.sort_unstable();
        folders.dedup();
        folders.into_iter()
    }

    /// The configurations of one resource kind that apply to a resource, outermost first: each a
    /// mapping's entries as written.
    ///
    /// `fully_qualified_name` is dbt's fqn: package, folders, name.
    pub fn config_layers<'project>(
        &'project self,
        kind: &str,
        fully_qualified_name: &[String],
    ) -> Vec<ConfigLayer<'project>> {
        let mut layers = Vec::new();
        for (tree_kind, tree) in &self.configs {
            if *tree_kind != kind {
                continue;
            }
            let mut path = Vec::new();
            let mut node = Some(tree);
            let mut names = fully_qualified_name.iter();
            while let Some(current) = node {
                layers.push(ConfigLayer {
                    path: path.clone(),
                    entries: config_entries(current),
                });
                let Some(name) = names.next() else { break };
                path.push(name.clone());
                node = current
                    .get(name)
                    .filter(|child| child.as_mapping().is_some());
            }
        }
        layers
    }

    /// All configuration paths of a kind (`hospital.staging`) with their place, for the check that each is used.
    pub fn config_paths(&self, kind: &str) -> Vec<(Vec<String>, std::ops::Range<usize>)> {
        let mut paths = Vec::new();
        for (tree_kind, tree) in &self.configs {
            if *tree_kind == kind {
                collect_paths(tree, &mut Vec::new(), &mut paths);
            }
        }
        paths
    }
}

/// One level of a configuration tree.
#[derive(Debug)]
pub struct ConfigLayer<'project> {
    /// The level's path.
    pub path: Vec<String>,
    /// Its configurations: name without `+`, and value.
    pub entries: Vec<(&'project str, &'project Node)>,
}

fn config_entries(node: &Node) -> Vec<(&str, &Node)> {
    node.as_mapping()
        .unwrap_or_default()
        .iter()
        .filter(|(key, value)| key.name.starts_with('+') || !is_folder(value))
        .map(|(key, value)| (key.name.trim_start_matches('+'), value))
        .collect()
}

fn is_folder(value: &Node) -> bool {
    matches!(value.value, Value::Mapping(_))
}

fn collect_paths(
    node: &Node,
    path: &mut Vec<String>,
    paths: &mut Vec<(Vec<String>, std::ops::Range<usize>)>,
) {
    for (key, value) in node.as_mapping().unwrap_or_default() {
        if key.name.starts_with('+') || !is_folder(value) {
            continue;
        }
        path.push(key.name.clone());
        paths.push((path.clone(), key.range.clone()));
        collect_paths(value, path, paths);
        path.pop();
    }
}
