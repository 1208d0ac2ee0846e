//! YAML sidecars: properties of models, seeds, snapshots, tests and macros, and what only sidecars declare.

mod column_semantics;
mod columns;
mod described;
mod exposures;
mod flat_metric;
mod functions;
mod macros;
mod model_semantics;
mod patch;
mod semantics;
mod shapes;
mod sources;
mod tests;
mod unit_tests;
mod versions;

use serde_json::Value as Json;

pub(crate) use exposures::{ExposureDeclaration, GroupDeclaration};
pub(crate) use model_semantics::ModelSemantics;
pub(crate) use patch::{Patch, PatchKind, deep_merge};
pub(crate) use semantics::{MetricDeclaration, SavedQueryDeclaration, SemanticModelDeclaration};
pub(crate) use sources::SourceDeclaration;
pub(crate) use tests::TestDeclaration;
pub(crate) use unit_tests::{FixtureDeclaration, UnitTestDeclaration};
pub(crate) use versions::VersionDeclaration;

use super::config::ConfigMap;
use super::config_name;
use super::declared::MacroProperties;
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::YamlRenderer;
use crate::source::{Location, SourceFile};
use crate::yaml::{self, MapReader, Node};

/// Everything that one sidecar says.
#[derive(Debug)]
pub(crate) struct Properties {
    pub(crate) file: SourceFile,
    pub(crate) patches: Vec<Patch>,
    /// Entries about resources of other packages, of which nothing but the tests is left.
    pub(crate) tests_elsewhere: Vec<Patch>,
    pub(crate) sources: Vec<SourceDeclaration>,
    pub(crate) groups: Vec<GroupDeclaration>,
    pub(crate) exposures: Vec<ExposureDeclaration>,
    pub(crate) unit_tests: Vec<UnitTestDeclaration>,
    pub(crate) metrics: Vec<MetricDeclaration>,
    pub(crate) semantic_models: Vec<SemanticModelDeclaration>,
    pub(crate) saved_queries: Vec<SavedQueryDeclaration>,
    pub(crate) macros: Vec<(String, MacroProperties)>,
}

impl Properties {
    pub(crate) fn new(file: &SourceFile) -> Properties {
        Properties {
            file: file.clone(),
            patches: Vec::new(),
            tests_elsewhere: Vec::new(),
            sources: Vec::new(),
            groups: Vec::new(),
            exposures: Vec::new(),
            unit_tests: Vec::new(),
            metrics: Vec::new(),
            semantic_models: Vec::new(),
            saved_queries: Vec::new(),
            macros: Vec::new(),
        }
    }
}

/// Reads one sidecar.
pub(crate) fn parse(
    file: &SourceFile,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Properties {
    let mut properties = Properties::new(file);
    let root = match yaml::parse_noting(file, diagnostics) {
        Ok(root) => root,
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            return properties;
        }
    };
    let mut reader = MapReader::new(file, format!("`{}`", file.path), &root, diagnostics);
    reader.node("version");
    let lists = [
        (PatchKind::Model, reader.list("models")),
        (PatchKind::Seed, reader.list("seeds")),
        (PatchKind::Snapshot, reader.list("snapshots")),
        (PatchKind::Analysis, reader.list("analyses")),
        (PatchKind::Function, reader.list("functions")),
        (PatchKind::SingularTest, reader.list("data_tests")),
        (PatchKind::SingularTest, reader.list("tests")),
    ];
    let sources = reader.list("sources");
    let [
        groups,
        exposures,
        unit_tests,
        macros,
        metrics,
        semantic_models,
        saved_queries,
    ] = [
        "groups",
        "exposures",
        "unit_tests",
        "macros",
        "metrics",
        "semantic_models",
        "saved_queries",
    ]
    .map(|key| reader.list(key));
    reader.node("anchors");
    reader.finish();
    for (kind, nodes) in lists {
        for node in nodes {
            let patch = patch::parse(file, kind, node, renderer, diagnostics);
            properties.patches.extend(patch);
        }
    }
    for node in sources {
        let tables = sources::parse(file, node, renderer, diagnostics);
        properties.sources.extend(tables);
    }
    properties.groups = read(groups, |node| {
        exposures::group(file, node, renderer, diagnostics)
    });
    properties.exposures = read(exposures, |node| {
        exposures::exposure(file, node, renderer, diagnostics)
    });
    properties.unit_tests = read(unit_tests, |node| {
        unit_tests::parse(file, node, renderer, diagnostics)
    });
    properties.macros = read(macros, |node| {
        macros::parse(file, node, renderer, diagnostics)
    });
    properties.metrics = read(metrics, |node| {
        semantics::metric(file, node, renderer, None, diagnostics)
    });
    properties.semantic_models = read(semantic_models, |node| {
        semantics::semantic_model(file, node, renderer, diagnostics)
    });
    properties.saved_queries = read(saved_queries, |node| {
        semantics::saved_query(file, node, renderer, diagnostics)
    });
    check_shapes(file, &root, diagnostics);
    properties
}

fn read<T>(nodes: &[Node], entry: impl FnMut(&Node) -> Option<T>) -> Vec<T> {
    nodes.iter().filter_map(entry).collect()
}

/// Tells of what dbt would not take, and nothing has told of yet.
fn check_shapes(file: &SourceFile, root: &Node, diagnostics: &mut Vec<Diagnostic>) {
    for (key, noun, shape) in shapes::LISTS {
        let entries = root.get(key).and_then(Node::as_sequence);
        for node in entries.unwrap_or_default() {
            yaml::check(file, &named(noun, node), node, shape, diagnostics);
        }
    }
}

/// The thing as messages name it.
fn named(noun: &str, node: &Node) -> String {
    match node.get("name").and_then(Node::scalar_text) {
        Some(name) => format!("{noun} `{name}`"),
        None => {
            let article = if noun.starts_with(['a', 'e', 'i', 'o']) {
                "an"
            } else {
                "a"
            };
            format!("{article} {noun}")
        }
    }
}

/// The name that was read, or the problem that there is none.
fn required_name(
    name: Option<(String, Location)>,
    file: &SourceFile,
    node: &Node,
    what: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(String, Location)> {
    if name.is_none() {
        diagnostics.push(
            Diagnostic::error(Code::YamlType, format!("{what} has no `name`"))
                .at(file.at(node.range.clone())),
        );
    }
    name
}

/// Warns of misspelt names below `config:`.
pub(super) fn check_names(node: &Node, file: &SourceFile, diagnostics: &mut Vec<Diagnostic>) {
    for (key, _) in node.as_mapping().unwrap_or_default() {
        let name = key.name.trim_start_matches('+');
        if let Some(meant) = config_name::misspelt(name) {
            let location = file.at(key.range.clone());
            diagnostics.push(config_name::unknown(name, meant, "in `config`").at(location));
        }
    }
}

/// Reads `config:` and the older top-level spellings of configurations (`meta`, `tags`), rendered.
pub(super) fn config(
    reader: &mut MapReader<'_, '_>,
    file: &SourceFile,
    renderer: &YamlRenderer<'_>,
) -> ConfigMap {
    let mut config = ConfigMap::new();
    for key in ["meta", "tags", "enabled"] {
        if let Some(node) = reader.node(key) {
            let value = renderer.render(file, node, reader.diagnostics());
            config.insert(key.to_owned(), value);
        }
    }
    super::config::merge(&mut config, &config_only(reader, file, renderer));
    config
}

/// Reads `config:`, rendered; hooks and `loaded_at_query` stay templates until their turn.
pub(super) fn config_only(
    reader: &mut MapReader<'_, '_>,
    file: &SourceFile,
    renderer: &YamlRenderer<'_>,
) -> ConfigMap {
    let Some(node) = reader.node("config") else {
        return ConfigMap::new();
    };
    check_names(node, file, reader.diagnostics());
    let Some(entries) = node.as_mapping() else {
        let location = file.at(node.range.clone());
        reader
            .diagnostics()
            .push(Diagnostic::error(Code::YamlType, "`config` must be a mapping").at(location));
        return ConfigMap::new();
    };
    entries
        .iter()
        .map(|(key, value)| {
            let name = key.name.trim_start_matches('+');
            let stays = [
                "pre_hook",
                "post_hook",
                "pre-hook",
                "post-hook",
                "loaded_at_query",
            ];
            let value = if stays.contains(&name) {
                value.to_json()
            } else {
                renderer.render(file, value, reader.diagnostics())
            };
            (name.to_owned(), value)
        })
        .collect()
}

/// `config:` as written, for `unrendered_config`.
fn unrendered(node: &Node) -> ConfigMap {
    match node.get("config").map(Node::to_json) {
        Some(Json::Object(entries)) => entries,
        _ => ConfigMap::new(),
    }
}
