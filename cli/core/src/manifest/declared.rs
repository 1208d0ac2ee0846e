//! What only YAML and Markdown declare, and macros.

mod macros;
mod semantic;
mod semantic_manifest;
mod unit_tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use self::semantic::metric_id;
use super::Manifest;
use crate::project::{Declaration, ModelReference};

pub(super) use self::macros::{docs, macros};
pub(super) use self::semantic::{metrics, saved_queries, semantic_models};
pub(super) use self::semantic_manifest::semantic_manifest;
pub(super) use self::unit_tests::unit_tests;

type Entries = BTreeMap<String, Json>;

/// What every declared resource says of itself.
fn head(declaration: &Declaration, kind: &str) -> Map<String, Json> {
    let head = json!({
        "name": declaration.name,
        "resource_type": kind,
        "package_name": declaration.package,
        "path": declaration.path,
        "original_file_path": declaration.file.path_in_package(),
        "unique_id": declaration.id.as_str(),
    });
    match head {
        Json::Object(head) => head,
        _ => Map::new(),
    }
}

fn entry(declaration: &Declaration, kind: &str, rest: Json) -> (String, Json) {
    let mut entry = head(declaration, kind);
    if let Json::Object(rest) = rest {
        entry.extend(rest);
    }
    (declaration.id.to_string(), Json::Object(entry))
}

/// A configuration with its kind's defaults.
fn configured(declaration: &Declaration, defaults: Json) -> Json {
    let mut config = match defaults {
        Json::Object(defaults) => defaults,
        _ => Map::new(),
    };
    config.extend(declaration.config.clone());
    Json::Object(config)
}

pub(super) fn groups(manifest: &Manifest<'_>) -> Entries {
    let groups = manifest.project().declared.groups.values();
    groups
        .map(|group| {
            let config = configured(&group.declaration, json!({"meta": {}}));
            let rest =
                json!({"owner": group.owner, "description": group.description, "config": config});
            entry(&group.declaration, "group", rest)
        })
        .collect()
}

pub(super) fn selectors(manifest: &Manifest<'_>) -> Entries {
    let selectors = manifest.project().declared.selectors.iter();
    selectors
        .map(|(name, selector)| (name.clone(), selector.to_json()))
        .collect()
}

pub(super) fn exposures(manifest: &Manifest<'_>, enabled: bool) -> Entries {
    let exposures = manifest.project().declared.exposures.values();
    exposures
        .filter(|exposure| exposure.declaration.is_enabled() == enabled)
        .map(|exposure| {
            let declaration = &exposure.declaration;
            let package = &declaration.package;
            let refs: Vec<&ModelReference> = exposure.models().collect();
            let sources: Vec<[&str; 2]> = exposure.sources().map(|(a, b)| [a, b]).collect();
            let metrics: Vec<&[String]> = exposure.metrics().collect();
            let mut nodes: Vec<String> = Vec::new();
            if enabled {
                nodes.extend(sources.iter().filter_map(|[source, table]| {
                    manifest.source(package, source, table).map(ToString::to_string)
                }));
                nodes.extend(refs.iter().filter_map(|used| {
                    manifest.target(package, used).map(ToString::to_string)
                }));
                nodes.extend(metrics.iter().filter_map(|used| {
                    metric_id(manifest.project(), used.last()?)
                }));
            }
            let mut seen = BTreeSet::new();
            nodes.retain(|id| seen.insert(id.clone()));
            entry(declaration, "exposure", json!({
                "fqn": declaration.fully_qualified_name,
                "type": exposure.kind,
                "owner": exposure.owner,
                "description": exposure.description,
                "label": exposure.label,
                "maturity": exposure.maturity,
                "meta": exposure.meta,
                "tags": exposure.tags,
                "config": configured(declaration, json!({"enabled": true, "tags": [], "meta": {}})),
                "unrendered_config": declaration.unrendered_config,
                "url": exposure.url,
                "depends_on": {"macros": [], "nodes": nodes},
                "refs": refs,
                "sources": sources,
                "metrics": metrics,
                "created_at": 0.0,
            }))
        })
        .collect()
}

/// The parents of everything that is declared and enabled.
pub(super) fn dependencies(manifest: &Manifest<'_>) -> BTreeMap<String, Vec<String>> {
    [
        exposures(manifest, true),
        metrics(manifest, true),
        semantic_models(manifest, true),
        saved_queries(manifest, true),
        unit_tests(manifest, true),
    ]
    .into_iter()
    .flatten()
    .map(|(id, entry)| {
        let nodes = entry["depends_on"]["nodes"].as_array();
        let nodes = nodes.into_iter().flatten();
        let nodes = nodes
            .filter_map(|id| id.as_str().map(str::to_owned))
            .collect();
        (id, nodes)
    })
    .collect()
}

/// Groups of what is declared, with the id.
pub(super) fn grouped(manifest: &Manifest<'_>) -> Vec<(String, String)> {
    [
        metrics(manifest, true),
        semantic_models(manifest, true),
        saved_queries(manifest, true),
    ]
    .into_iter()
    .flatten()
    .filter_map(|(id, entry)| Some((entry["group"].as_str()?.to_owned(), id)))
    .collect()
}
