//! The properties of one model, seed, snapshot, analysis, function or singular test.

use serde_json::Value as Json;

use super::described::{description, rendered};
use super::model_semantics::{self, ModelSemantics};
use super::{TestDeclaration, VersionDeclaration, columns, functions, tests, versions};
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::YamlRenderer;
use crate::project::config::ConfigMap;
use crate::project::model_properties::{CustomGranularity, FunctionSignature, TimeSpine};
use crate::project::resource::{Column, Constraint, Description};
use crate::project::version::Version;
use crate::source::{Location, SourceFile};
use crate::yaml::{MapReader, Node};

/// The kinds of resources that sidecars describe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PatchKind {
    Model,
    Seed,
    Snapshot,
    Analysis,
    Function,
    SingularTest,
}

impl PatchKind {
    pub(crate) fn noun(self) -> &'static str {
        match self {
            PatchKind::Model => "model",
            PatchKind::Seed => "seed",
            PatchKind::Snapshot => "snapshot",
            PatchKind::Analysis => "analysis",
            PatchKind::Function => "function",
            PatchKind::SingularTest => "data test",
        }
    }

    /// The key of the sidecar below which its entries stand.
    pub(crate) fn key(self) -> &'static str {
        match self {
            PatchKind::Model => "models",
            PatchKind::Seed => "seeds",
            PatchKind::Snapshot => "snapshots",
            PatchKind::Analysis => "analyses",
            PatchKind::Function => "functions",
            PatchKind::SingularTest => "data_tests",
        }
    }
}

/// The properties of one resource.
#[derive(Debug, Clone)]
pub(crate) struct Patch {
    pub(crate) kind: PatchKind,
    pub(crate) name: String,
    pub(crate) file: SourceFile,
    /// The package that the sidecar stands in, where its resource is another's.
    pub(crate) package: Option<String>,
    pub(crate) location: Location,
    pub(crate) description: Description,
    pub(crate) config: ConfigMap,
    /// The configuration as written.
    pub(crate) unrendered: ConfigMap,
    pub(crate) columns: Vec<Column>,
    pub(crate) constraints: Vec<Constraint>,
    pub(crate) tests: Vec<TestDeclaration>,
    pub(crate) versions: Vec<VersionDeclaration>,
    pub(crate) latest_version: Option<Version>,
    pub(crate) deprecation_date: Option<String>,
    pub(crate) time_spine: Option<TimeSpine>,
    /// What a snapshot of YAML alone keeps: `ref('x')` or `source('a', 'b')`.
    pub(crate) relation: Option<(String, Location)>,
    pub(crate) function: Option<FunctionSignature>,
    /// The semantic model and the metrics that stand on a model.
    pub(crate) semantics: Option<Box<ModelSemantics>>,
}

/// Keys that are configurations, whether they stand in `config:` or beside it.
const CONFIG_KEYS: [&str; 5] = ["meta", "docs", "group", "contract", "access"];

/// Reads the properties of one resource.
pub(super) fn parse(
    file: &SourceFile,
    kind: PatchKind,
    node: &Node,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Patch> {
    let what = super::named(kind.noun(), node);
    let mut reader = MapReader::new(file, what.as_str(), node, diagnostics);
    let name = reader.located_text("name");
    let description = description(&mut reader, file, renderer);
    let mut config = super::config_only(&mut reader, file, renderer);
    let mut unrendered = super::unrendered(node);
    for key in CONFIG_KEYS.into_iter().chain(["tags", "enabled"]) {
        let Some(value) = rendered(&mut reader, file, renderer, key) else {
            continue;
        };
        if config.contains_key(key) && CONFIG_KEYS.contains(&key) {
            let place = node
                .get(key)
                .map_or(node.range.clone(), |node| node.range.clone());
            reader.diagnostics().push(
                Diagnostic::error(
                    Code::ConfigInvalid,
                    format!("`{key}` of {what} stands beside `config` and within it"),
                )
                .at(file.at(place))
                .help("keep the one in `config`"),
            );
        }
        let layer = ConfigMap::from_iter([(key.to_owned(), value)]);
        let mut merged = layer.clone();
        crate::project::config::accumulate(&mut merged, &config);
        config = merged;
        unrendered
            .entry(key.to_owned())
            .or_insert_with(|| layer[key].clone());
    }
    let column_nodes = reader.list("columns");
    let constraint_nodes = reader.list("constraints");
    let test_nodes = tests::list(&mut reader);
    let is_model = kind == PatchKind::Model;
    let mut version_nodes: &[Node] = &[];
    let mut latest_version = None;
    let mut deprecation_date = None;
    let mut time_spine = None;
    let mut semantics = None;
    if is_model {
        version_nodes = reader.list("versions");
        latest_version = reader.node("latest_version").and_then(Version::from_node);
        deprecation_date = versions::deprecation_date(&mut reader, &what);
        time_spine = self::time_spine(&mut reader, file, &what);
        semantics = Some(model_semantics::Written::take(&mut reader));
    }
    let relation = match kind {
        PatchKind::Snapshot => reader.located_text("relation"),
        _ => None,
    };
    let function = match kind {
        PatchKind::Function => functions::signature(&mut reader, file, &what),
        _ => None,
    };
    reader.node("data_type");
    reader.finish();
    let mut patch_tests = Vec::new();
    for node in &test_nodes {
        patch_tests.extend(tests::parse(file, &what, node, None, renderer, diagnostics));
    }
    let (columns, column_tests) = columns::list(file, &what, column_nodes, renderer, diagnostics);
    patch_tests.extend(column_tests);
    let constraints = columns::constraints(file, &what, constraint_nodes, diagnostics);
    let versions = version_nodes
        .iter()
        .filter_map(|node| versions::parse(file, &what, node, renderer, diagnostics))
        .collect();
    let (name, location) = super::required_name(name, file, node, &what, diagnostics)?;
    let model = model_semantics::OfModel {
        file,
        what: &what,
        name: &name,
        description: &description.text,
        columns: &columns,
        is_versioned: !version_nodes.is_empty(),
        renderer,
    };
    let semantics = semantics.and_then(|written| written.read(&model, diagnostics));
    Some(Patch {
        kind,
        name,
        file: file.clone(),
        location,
        description,
        config,
        unrendered,
        columns,
        constraints,
        tests: patch_tests,
        versions,
        latest_version,
        deprecation_date,
        time_spine,
        relation,
        package: None,
        function,
        semantics: semantics.map(Box::new),
    })
}

fn time_spine(reader: &mut MapReader<'_, '_>, file: &SourceFile, what: &str) -> Option<TimeSpine> {
    let node = reader.node("time_spine")?;
    let of = format!("`time_spine` of {what}");
    let mut inner = MapReader::new(file, of.as_str(), node, reader.diagnostics());
    let column = inner.text("standard_granularity_column");
    let custom_nodes = inner.list("custom_granularities");
    inner.finish();
    let Some(standard_granularity_column) = column else {
        reader.diagnostics().push(
            Diagnostic::error(
                Code::YamlType,
                format!("{of} has no `standard_granularity_column`"),
            )
            .at(file.at(node.range.clone())),
        );
        return None;
    };
    let custom_granularities = custom_nodes
        .iter()
        .filter_map(|node| {
            Some(CustomGranularity {
                name: node.get("name").and_then(Node::scalar_text)?,
                column_name: node.get("column_name").and_then(Node::scalar_text),
            })
        })
        .collect();
    Some(TimeSpine {
        standard_granularity_column,
        custom_granularities,
    })
}

/// A layer of configuration over another as dbt merges `unrendered_config`: mappings by key, lists joined.
pub(crate) fn deep_merge(under: &Json, over: &Json) -> Json {
    match (under, over) {
        (Json::Object(under), Json::Object(over)) => {
            let mut merged = under.clone();
            for (key, value) in over {
                let value = match merged.get(key) {
                    Some(present) => deep_merge(present, value),
                    None => value.clone(),
                };
                merged.insert(key.clone(), value);
            }
            Json::Object(merged)
        }
        (Json::Array(under), Json::Array(over)) => {
            Json::Array(under.iter().chain(over).cloned().collect())
        }
        (_, over) => over.clone(),
    }
}
