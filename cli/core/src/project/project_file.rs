//! `dbt_project.yml`: the project's name, folders, variables and the tree of configurations.

use crate::diagnostic::{Code, Diagnostic};
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
    /// Folder of artifacts.
    pub target_path: String,
    /// Folders that `hcw clean` removes.
    pub clean_targets: Vec<String>,
    /// Folder of migrations, from `vars: {hcw: {migration_path: …}}`.
    pub migration_path: String,
    /// Which form of the validators `hcw build` keeps installed, from `vars: {hcw: {validators: …}}`.
    pub validators: ValidatorForm,
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
    /// Nothing is installed: the project does not use them.
    #[default]
    None,
    /// The extension where the server has it, else plain SQL.
    Auto,
    /// The extension.
    Native,
    /// Plain SQL.
    Portable,
}

/// Reads `dbt_project.yml`.
///
/// **Errors**: HCW0102–HCW0104; without a usable name there is no project.
pub fn parse_project_file(
    file: &SourceFile,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<ProjectFile> {
    let root = match yaml::parse(file) {
        Ok(root) => root,
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            return None;
        }
    };
    let mut reader = MapReader::new(file, format!("`{}`", file.path), &root, diagnostics);
    let name = reader.text("name");
    let profile = reader.text("profile");
    let model_paths = paths(&mut reader, "model-paths", &["models"]);
    let seed_paths = paths(&mut reader, "seed-paths", &["seeds"]);
    let macro_paths = paths(&mut reader, "macro-paths", &["macros"]);
    let test_paths = paths(&mut reader, "test-paths", &["tests"]);
    let clean_targets = paths(&mut reader, "clean-targets", &["target"]);
    let target_path = reader
        .text("target-path")
        .unwrap_or_else(|| "target".to_owned());
    let vars = reader.node("vars").cloned();
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
    for key in [
        "config-version",
        "version",
        "require-dbt-version",
        "analysis-paths",
        "snapshot-paths",
        "asset-paths",
        "docs-paths",
        "function-paths",
        "log-path",
        "packages-install-path",
        "quoting",
        "dispatch",
        "on-run-start",
        "on-run-end",
        "query-comment",
        "flags",
        "restrict-access",
        "dbt-cloud",
        "packages",
    ] {
        reader.node(key);
    }
    reader.finish();
    let validators = validators.map_or_else(ValidatorForm::default, |node| {
        validator_form(file, &node, diagnostics)
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
    Some(ProjectFile {
        file: file.clone(),
        name,
        profile,
        model_paths,
        seed_paths,
        macro_paths,
        test_paths,
        target_path,
        clean_targets,
        migration_path,
        validators,
        codes,
        vars,
        configs,
    })
}

fn paths(reader: &mut MapReader<'_, '_>, key: &'static str, default: &[&str]) -> Vec<String> {
    reader
        .texts(key)
        .unwrap_or_else(|| default.iter().map(|&path| path.to_owned()).collect())
        .into_iter()
        .map(|path| {
            path.trim_end_matches('/')
                .trim_start_matches("./")
                .to_owned()
        })
        .collect()
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
        _ if node.is_null() => ValidatorForm::None,
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

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || character == '_')
}

impl ProjectFile {
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
