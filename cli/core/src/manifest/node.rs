//! Nodes: models, seeds, snapshots, analyses, functions and tests.

mod data_test;
mod extracted;
mod primary_key;
mod unrendered;
mod used;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json, json};

use crate::project::generic_test::test_metadata;
use data_test::{attached, raw_code};
use primary_key::primary_key;
pub(super) use unrendered::config_call;
use unrendered::unrendered;
pub(super) use used::Used;

use super::column::{Columns, Constraints, Ids};
use super::configuration::NodeConfig;
use super::{Manifest, checksum};
use crate::analyse::Compiled;
use crate::project::config::{self, ConfigMap};
use crate::project::{Node, NodeKind};

/// A node as the manifest shows it.
pub(super) enum Entry<'run> {
    Node(&'run Manifest<'run>, &'run Node),
    Operation(Json),
}

impl<'run> Entry<'run> {
    pub(super) fn of(manifest: &'run Manifest<'run>, node: &'run Node) -> Entry<'run> {
        Entry::Node(manifest, node)
    }
}

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Entry::Node(manifest, node) => write(manifest, node, serializer),
            Entry::Operation(entry) => entry.serialize(serializer),
        }
    }
}

fn write<S: Serializer>(
    manifest: &Manifest<'_>,
    node: &Node,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeMap;
    let project = manifest.project();
    let properties = &node.properties;
    let relation = manifest.resolved.rendered.relations.get(&node.id).cloned();
    let relation = relation.unwrap_or_else(|| project.placeholder(node));
    let place = relation.as_written();
    let config = &node.config;
    let materialized = config::text(config, "materialized").unwrap_or("view");
    let is_stored = node.is_stored(project.settings());
    let meta = config.get("meta").filter(|meta| meta.is_object());
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("database", place.database)?;
    map.serialize_entry("schema", place.schema)?;
    map.serialize_entry("name", &node.name)?;
    map.serialize_entry("resource_type", node.kind.resource_type())?;
    map.serialize_entry("package_name", &node.package)?;
    map.serialize_entry("path", &properties.shown_path)?;
    map.serialize_entry("original_file_path", node.file.path_in_package())?;
    map.serialize_entry("unique_id", node.id.as_str())?;
    map.serialize_entry("fqn", &node.fully_qualified_name)?;
    map.serialize_entry("alias", place.identifier)?;
    map.serialize_entry("checksum", &checksum::of_node(node))?;
    map.serialize_entry("config", &NodeConfig::of(node))?;
    map.serialize_entry("tags", &node.tags())?;
    map.serialize_entry("description", &node.description)?;
    let compiled = manifest
        .progress
        .and_then(|progress| progress.compiled(&node.id));
    let targets = compiled.map_or(&[][..], |compiled| &compiled.foreign_key_targets);
    let shadow = &manifest.resolved.shadow;
    let targets: Vec<_> = targets
        .iter()
        .map(|target| shadow.published(target))
        .collect();
    let of_table = node
        .constraints
        .iter()
        .filter(|constraint| constraint.to.is_some());
    let (of_table, of_columns) = targets.split_at(of_table.count().min(targets.len()));
    map.serialize_entry("columns", &Columns::new(&node.columns, of_columns))?;
    map.serialize_entry("meta", &meta.unwrap_or(&Json::Object(Map::new())))?;
    map.serialize_entry("group", &group(manifest, node))?;
    map.serialize_entry("docs", &docs(config))?;
    map.serialize_entry("patch_path", &properties.patch_path)?;
    let is_built = manifest
        .progress
        .is_some_and(|progress| progress.built.contains(&node.id));
    let build_path =
        is_built.then(|| format!("{}/run/{}", manifest.target_path, node.compiled_path()));
    map.serialize_entry("build_path", &build_path)?;
    map.serialize_entry(
        "unrendered_config",
        &unrendered(
            &project.engine,
            node,
            manifest.resolved.rendered.captured.get(&node.id),
        ),
    )?;
    map.serialize_entry("created_at", &0.0)?;
    map.serialize_entry("relation_name", &is_stored.then(|| relation.to_string()))?;
    map.serialize_entry("raw_code", &raw_code(node))?;
    map.serialize_entry("doc_blocks", &Ids(&properties.doc_blocks))?;
    let used = Used::of(manifest, node);
    if node.kind == NodeKind::Seed {
        map.serialize_entry("root_path", manifest.project_dir)?;
        map.serialize_entry("depends_on", &json!({"macros": used.macros}))?;
        return map.end();
    }
    map.serialize_entry("language", node.language())?;
    map.serialize_entry("refs", &used.refs)?;
    map.serialize_entry("sources", &used.sources)?;
    map.serialize_entry("metrics", &[(); 0])?;
    map.serialize_entry("functions", &used.functions)?;
    map.serialize_entry(
        "depends_on",
        &json!({"macros": used.macros, "nodes": used.nodes}),
    )?;
    match compiled {
        None => map.serialize_entry("compiled_path", &None::<&str>)?,
        Some(compiled) => {
            let path = format!("{}/compiled/{}", manifest.target_path, node.compiled_path());
            map.serialize_entry("compiled_path", &path)?;
            map.serialize_entry("compiled", &true)?;
            let code = manifest.resolved.shadow.published(&compiled.sql);
            map.serialize_entry("compiled_code", &code)?;
            map.serialize_entry("extra_ctes_injected", &true)?;
            map.serialize_entry("extra_ctes", &expressions(compiled))?;
        }
    }
    let contract = config.get("contract");
    let is_enforced = contract.and_then(|contract| contract.get("enforced")) == Some(&json!(true));
    let alias_types = contract.and_then(|contract| contract.get("alias_types"));
    map.serialize_entry(
        "contract",
        &json!({
            "enforced": is_enforced,
            "alias_types": alias_types.unwrap_or(&Json::Bool(true)),
            "checksum": (is_enforced && node.kind == NodeKind::Model)
                .then(|| checksum::of_contract(node, materialized)),
        }),
    )?;
    match &node.kind {
        NodeKind::Model => {
            let access = config::text(config, "access").unwrap_or("protected");
            map.serialize_entry("access", access)?;
            let constraints = Constraints {
                constraints: &node.constraints,
                is_table: true,
                targets: of_table,
            };
            map.serialize_entry("constraints", &constraints)?;
            map.serialize_entry("version", &properties.version)?;
            map.serialize_entry("latest_version", &properties.latest_version)?;
            map.serialize_entry("deprecation_date", &properties.deprecation_date)?;
            map.serialize_entry("primary_key", &primary_key(manifest, node))?;
            map.serialize_entry("time_spine", &properties.time_spine)?;
        }
        NodeKind::GenericTest(test) => {
            let column = test
                .column_name
                .as_ref()
                .filter(|_| properties.is_column_test);
            map.serialize_entry("column_name", &column)?;
            map.serialize_entry("file_key_name", &properties.file_key_name)?;
            map.serialize_entry("attached_node", &attached(manifest, node, test))?;
            map.serialize_entry("test_metadata", &test_metadata(test))?;
        }
        NodeKind::Function => {
            let signature = properties.function.as_ref();
            map.serialize_entry("returns", &signature.map(|signature| &signature.returns))?;
            let arguments = signature.map(|signature| signature.arguments.as_slice());
            map.serialize_entry("arguments", arguments.unwrap_or_default())?;
            map.serialize_entry("overloads", &[(); 0])?;
        }
        _ => {}
    }
    map.end()
}

/// The common table expressions that ephemeral models became.
fn expressions(compiled: &Compiled) -> Vec<Json> {
    let expressions = compiled.expressions.iter();
    expressions
        .map(|(id, sql)| json!({"id": id.as_str(), "sql": sql}))
        .collect()
}

/// A node's group; a generic test's is that of its model.
pub(super) fn group(manifest: &Manifest<'_>, node: &Node) -> Option<String> {
    let of = |node: &Node| config::text(&node.config, "group").map(str::to_owned);
    match &node.kind {
        NodeKind::GenericTest(test) => {
            let nodes = &manifest.project().nodes;
            of(nodes.get(attached(manifest, node, test)?)?)
        }
        _ => of(node),
    }
}

pub(super) fn docs(config: &ConfigMap) -> Json {
    let docs = config.get("docs");
    let part = |key: &str| docs.and_then(|docs| docs.get(key)).cloned();
    json!({
        "show": part("show").unwrap_or(Json::Bool(true)),
        "node_color": part("node_color"),
    })
}
