//! YAML sidecars: properties of models, seeds, tests and macros, and the sources they declare.

mod columns;
mod sources;
mod tests;

use serde_json::Value as Json;

pub(crate) use sources::SourceDeclaration;
pub(crate) use tests::TestDeclaration;

use super::config::ConfigMap;
use super::config_name;
use super::resource::{Column, Constraint};
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::YamlRenderer;
use crate::source::{Location, SourceFile};
use crate::yaml::{self, MapReader, Node};

/// Everything that one sidecar says.
#[derive(Debug, Default)]
pub(crate) struct Properties {
    pub(crate) patches: Vec<Patch>,
    pub(crate) sources: Vec<SourceDeclaration>,
}

/// The kinds of resources that sidecars describe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PatchKind {
    Model,
    Seed,
    SingularTest,
}

impl PatchKind {
    pub(crate) fn noun(self) -> &'static str {
        match self {
            PatchKind::Model => "model",
            PatchKind::Seed => "seed",
            PatchKind::SingularTest => "data test",
        }
    }
}

/// The properties of one model, seed or singular test.
#[derive(Debug)]
pub(crate) struct Patch {
    pub(crate) kind: PatchKind,
    pub(crate) name: String,
    pub(crate) file: SourceFile,
    pub(crate) location: Location,
    pub(crate) description: String,
    pub(crate) config: ConfigMap,
    pub(crate) columns: Vec<Column>,
    pub(crate) constraints: Vec<Constraint>,
    pub(crate) tests: Vec<TestDeclaration>,
}

/// Reads one sidecar.
pub(crate) fn parse(
    file: &SourceFile,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Properties {
    let mut properties = Properties::default();
    let root = match yaml::parse(file) {
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
        (PatchKind::SingularTest, reader.list("data_tests")),
        (PatchKind::SingularTest, reader.list("tests")),
    ];
    let sources = reader.list("sources");
    // macro properties only document; hcw needs nothing of them
    reader.node("macros");
    reader.node("anchors");
    for key in [
        "snapshots",
        "unit_tests",
        "exposures",
        "metrics",
        "semantic_models",
        "saved_queries",
        "groups",
        "analyses",
        "functions",
    ] {
        if let Some(node) = reader.node(key) {
            let location = file.at(node.range.clone());
            reader.diagnostics().push(
                Diagnostic::warning(
                    Code::Unsupported,
                    format!("`{key}` is not supported yet and has no effect"),
                )
                .at(location),
            );
        }
    }
    reader.finish();
    for (kind, nodes) in lists {
        for node in nodes {
            properties
                .patches
                .extend(patch(file, kind, node, renderer, diagnostics));
        }
    }
    for node in sources {
        properties
            .sources
            .extend(sources::parse(file, node, renderer, diagnostics));
    }
    properties
}

fn patch(
    file: &SourceFile,
    kind: PatchKind,
    node: &Node,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Patch> {
    let name = node.get("name").and_then(Node::scalar_text);
    let what = match &name {
        Some(name) => format!("{} `{name}`", kind.noun()),
        None => format!("a {}", kind.noun()),
    };
    let mut reader = MapReader::new(file, what.clone(), node, diagnostics);
    let location = reader
        .located_text("name")
        .map_or_else(|| file.at(node.range.clone()), |(_, location)| location);
    let description = reader.text("description").unwrap_or_default();
    let config = config(&mut reader, file, renderer);
    let column_nodes = reader.list("columns");
    let constraint_nodes = reader.list("constraints");
    let test_nodes = [reader.list("data_tests"), reader.list("tests")].concat();
    for key in [
        "docs",
        "access",
        "group",
        "latest_version",
        "versions",
        "deprecation_date",
        "time_spine",
        "primary_entity",
        "agg_time_dimension",
        "semantic_model",
        "metrics",
        "derived_semantics",
    ] {
        if matches!(kind, PatchKind::SingularTest) && key != "docs" {
            break;
        }
        if let (Some(node), true) = (reader.node(key), key == "versions") {
            let location = file.at(node.range.clone());
            reader.diagnostics().push(
                Diagnostic::error(Code::Unsupported, "model versions are not supported yet")
                    .at(location),
            );
        }
    }
    reader.finish();
    let mut patch_tests = Vec::new();
    for node in &test_nodes {
        patch_tests.extend(tests::parse(file, &what, node, None, renderer, diagnostics));
    }
    let mut columns = Vec::new();
    for node in column_nodes {
        if let Some((column, tests)) = columns::parse(file, &what, node, renderer, diagnostics) {
            columns.push(column);
            patch_tests.extend(tests);
        }
    }
    let constraints = constraint_nodes
        .iter()
        .filter_map(|node| columns::constraint(file, &what, node, diagnostics))
        .collect();
    let Some(name) = name else {
        diagnostics.push(
            Diagnostic::error(Code::YamlType, format!("{what} has no `name`"))
                .at(file.at(node.range.clone())),
        );
        return None;
    };
    Some(Patch {
        kind,
        name,
        file: file.clone(),
        location,
        description,
        config,
        columns,
        constraints,
        tests: patch_tests,
    })
}

/// Reports misspelt names below `config:`.
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
    if let Some(node) = reader.node("config") {
        check_names(node, file, reader.diagnostics());
        match renderer.render(file, node, reader.diagnostics()) {
            Json::Object(entries) => {
                let entries: ConfigMap = entries
                    .into_iter()
                    .map(|(key, value)| (key.trim_start_matches('+').to_owned(), value))
                    .collect();
                super::config::merge(&mut config, &entries);
            }
            _ => {
                let location = file.at(node.range.clone());
                reader.diagnostics().push(
                    Diagnostic::error(Code::YamlType, "`config` must be a mapping").at(location),
                );
            }
        }
    }
    config
}
