//! What only YAML and Markdown declare, and macros.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::{Manifest, checksum};
use crate::project::config;
use crate::project::{
    Declaration, Fixture, FixtureRows, InputMeasure, Metric, MetricKind, ModelReference, Project,
    SemanticModel, UnitTest,
};

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

pub(super) fn macros(manifest: &Manifest<'_>) -> Entries {
    let project = manifest.project();
    let with_docs = |docs: Option<&Json>| {
        let part = |key: &str| docs.and_then(|docs| docs.get(key)).cloned();
        json!({"show": part("show").unwrap_or(Json::Bool(true)), "node_color": part("node_color")})
    };
    project
        .macros()
        .into_iter()
        .map(|found| {
            let said = project.declared.macros.get(found.id.as_str());
            let docs = with_docs(said.and_then(|said| said.docs.as_ref()));
            let meta = said.map_or_else(Map::new, |said| said.meta.clone());
            let is_test = found.name.starts_with("test_") && found.text.contains("endtest");
            let written = said.map(|said| &said.arguments).filter(|list| !list.is_empty());
            let arguments = match written {
                Some(arguments) => json!(arguments),
                None if is_test => json!([]),
                None => found
                    .parameters
                    .iter()
                    .map(|name| json!({"name": name, "type": null, "description": ""}))
                    .collect(),
            };
            let path = found.file.path_in_package();
            let id = found.id.to_string();
            let entry = json!({
                "name": found.name,
                "resource_type": "macro",
                "package_name": found.package,
                "path": path,
                "original_file_path": path,
                "unique_id": id,
                "macro_sql": found.text,
                "depends_on": {"macros": found.depends_on.iter().map(|id| id.as_str()).collect::<Vec<_>>()},
                "description": said.map_or("", |said| &said.description),
                "meta": meta,
                "docs": docs,
                "config": {"meta": meta, "docs": docs},
                "patch_path": said.map(|said| &said.patch_path),
                "arguments": arguments,
                "created_at": 0.0,
                "supported_languages": supported_languages(&found.name),
            });
            (id, entry)
        })
        .collect()
}

/// A materialization's languages: ours are in SQL.
fn supported_languages(name: &str) -> Json {
    if name.starts_with("materialization_") {
        json!(["sql"])
    } else {
        Json::Null
    }
}

pub(super) fn docs(manifest: &Manifest<'_>) -> Entries {
    let project = manifest.project();
    project
        .declared
        .docs
        .values()
        .map(|block| {
            let path = block.file.path_in_package();
            let folders = project.packages.get(&block.package).map(|package| {
                let folders = package.file.docs_paths.clone();
                folders.unwrap_or_else(|| package.file.source_paths().cloned().collect())
            });
            let below = folders
                .iter()
                .flatten()
                .find_map(|folder| path.strip_prefix(folder.as_str())?.strip_prefix('/'))
                .unwrap_or(path);
            let entry = json!({
                "name": block.name,
                "resource_type": "doc",
                "package_name": block.package,
                "path": below,
                "original_file_path": path,
                "unique_id": block.id.as_str(),
                "block_contents": block.contents,
            });
            (block.id.to_string(), entry)
        })
        .collect()
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

fn metric_id(project: &Project, name: &str) -> Option<String> {
    let metrics = &project.declared.metrics;
    let found = metrics
        .values()
        .find(|metric| metric.declaration.name == name)?;
    Some(found.declaration.id.to_string())
}

/// The semantic model that has a measure.
fn semantic_model_of<'run>(project: &'run Project, measure: &str) -> Option<&'run SemanticModel> {
    let models = project.declared.semantic_models.values();
    models
        .into_iter()
        .find(|model| model.measures.iter().any(|one| one.name == measure))
}

/// The measures that a metric reads, by itself or through other metrics.
fn input_measures(project: &Project, metric: &Metric, depth: usize) -> Vec<InputMeasure> {
    const DEEPEST: usize = 20;
    let params = &metric.type_params;
    let mut measures: Vec<InputMeasure> = Vec::new();
    match metric.kind {
        MetricKind::Simple | MetricKind::Cumulative => measures.extend(params.measure.clone()),
        MetricKind::Conversion => {
            if let Some(params) = &params.conversion_type_params {
                measures.extend(params.base_measure.clone());
                measures.extend(params.conversion_measure.clone());
            }
        }
        MetricKind::Ratio | MetricKind::Derived => {}
    }
    if depth < DEEPEST {
        for name in input_metrics(metric) {
            let metrics = &project.declared.metrics;
            let used = metrics.values().find(|used| used.declaration.name == name);
            for measure in used
                .map(|used| input_measures(project, used, depth + 1))
                .unwrap_or_default()
            {
                if !measures.contains(&measure) {
                    measures.push(measure);
                }
            }
        }
    }
    measures
}

fn input_metrics(metric: &Metric) -> Vec<&str> {
    let params = &metric.type_params;
    let cumulative = params.cumulative_type_params.as_ref();
    let conversion = params.conversion_type_params.as_ref();
    params
        .metrics
        .iter()
        .chain(&params.numerator)
        .chain(&params.denominator)
        .chain(cumulative.and_then(|params| params.metric.as_ref()))
        .chain(conversion.and_then(|params| params.base_metric.as_ref()))
        .chain(conversion.and_then(|params| params.conversion_metric.as_ref()))
        .map(|input| input.name.as_str())
        .collect()
}

fn metric_parents(project: &Project, metric: &Metric) -> Vec<String> {
    let mut nodes: Vec<String> = Vec::new();
    if matches!(
        metric.kind,
        MetricKind::Simple | MetricKind::Cumulative | MetricKind::Conversion
    ) {
        for measure in input_measures(project, metric, usize::MAX) {
            if let Some(model) = semantic_model_of(project, &measure.name) {
                nodes.push(model.declaration.id.to_string());
            }
        }
    }
    nodes.extend(
        input_metrics(metric)
            .into_iter()
            .filter_map(|name| metric_id(project, name)),
    );
    let mut unique: Vec<String> = Vec::new();
    for id in nodes {
        if !unique.contains(&id) {
            unique.push(id);
        }
    }
    unique
}

pub(super) fn metrics(manifest: &Manifest<'_>, enabled: bool) -> Entries {
    let project = manifest.project();
    let metrics = project.declared.metrics.values();
    metrics
        .filter(|metric| metric.declaration.is_enabled() == enabled)
        .map(|metric| {
            let declaration = &metric.declaration;
            let mut params = metric.type_params.clone();
            params.input_measures = input_measures(project, metric, 0);
            let nodes = if enabled { metric_parents(project, metric) } else { Vec::new() };
            entry(declaration, "metric", json!({
                "fqn": declaration.fully_qualified_name,
                "description": metric.description,
                "label": metric.label,
                "type": metric.kind,
                "type_params": params,
                "filter": metric.filter,
                "metadata": null,
                "time_granularity": metric.time_granularity,
                "config": configured(declaration, json!({"enabled": true, "group": null, "meta": {}})),
                "unrendered_config": declaration.unrendered_config,
                "sources": [],
                "depends_on": {"macros": [], "nodes": nodes},
                "refs": [],
                "metrics": [],
                "created_at": 0.0,
                "group": config::text(&declaration.config, "group"),
                "meta": metric.meta,
                "tags": metric.tags,
            }))
        })
        .collect()
}

/// Where a semantic model's model is.
fn node_relation(manifest: &Manifest<'_>, model: &SemanticModel) -> Json {
    let package = &model.declaration.package;
    let id = model
        .reference
        .as_ref()
        .and_then(|used| manifest.target(package, used));
    match id.and_then(|id| manifest.resolved.rendered.relations.get(id)) {
        Some(relation) => json!({
            "alias": relation.identifier,
            "schema_name": relation.schema,
            "database": relation.database,
            "relation_name": relation.to_string(),
        }),
        None => Json::Null,
    }
}

pub(super) fn semantic_models(manifest: &Manifest<'_>, enabled: bool) -> Entries {
    let models = manifest.project().declared.semantic_models.values();
    models
        .filter(|model| model.declaration.is_enabled() == enabled)
        .map(|model| {
            let declaration = &model.declaration;
            let refs: Vec<&ModelReference> = model.reference.iter().collect();
            let nodes: Vec<String> = refs
                .iter()
                .filter_map(|used| manifest.target(&declaration.package, used))
                .map(ToString::to_string)
                .collect();
            entry(declaration, "semantic_model", json!({
                "fqn": declaration.fully_qualified_name,
                "model": model.model,
                "node_relation": node_relation(manifest, model),
                "description": model.description,
                "label": model.label,
                "defaults": model.defaults,
                "entities": model.entities,
                "measures": model.measures,
                "dimensions": model.dimensions,
                "metadata": null,
                "depends_on": {"macros": [], "nodes": nodes},
                "refs": refs,
                "created_at": 0.0,
                "config": configured(declaration, json!({"enabled": true, "group": null, "meta": {}})),
                "unrendered_config": declaration.unrendered_config,
                "primary_entity": model.primary_entity,
                "group": config::text(&declaration.config, "group"),
            }))
        })
        .collect()
}

pub(super) fn saved_queries(manifest: &Manifest<'_>, enabled: bool) -> Entries {
    let project = manifest.project();
    let target = &project.settings().target;
    let queries = project.declared.saved_queries.values();
    queries
        .filter(|query| query.declaration.is_enabled() == enabled)
        .map(|query| {
            let declaration = &query.declaration;
            let exports: Vec<Json> = query
                .exports
                .iter()
                .map(|export| {
                    let part = |key: &str| {
                        let own = config::text(&export.config, key);
                        own.or_else(|| config::text(&declaration.config, key))
                    };
                    json!({
                        "name": export.name,
                        "config": {
                            "export_as": part("export_as"),
                            "schema_name": part("schema").unwrap_or(&target.schema),
                            "alias": part("alias").unwrap_or(&export.name),
                            "database": part("database").unwrap_or(&target.database),
                        },
                        "unrendered_config": export.config,
                    })
                })
                .collect();
            let nodes: Vec<String> = query
                .query_params
                .metrics
                .iter()
                .filter_map(|name| metric_id(project, name))
                .collect();
            let mut config = configured(
                declaration,
                json!({
                    "enabled": true, "group": null, "meta": {}, "export_as": null, "schema": null,
                    "cache": {"enabled": false},
                }),
            );
            if let Json::Object(config) = &mut config {
                config.remove("tags");
            }
            entry(
                declaration,
                "saved_query",
                json!({
                    "fqn": declaration.fully_qualified_name,
                    "query_params": query.query_params,
                    "exports": exports,
                    "description": query.description,
                    "label": query.label,
                    "metadata": null,
                    "config": config,
                    "unrendered_config": declaration.unrendered_config,
                    "group": config::text(&declaration.config, "group"),
                    "depends_on": {"macros": [], "nodes": nodes},
                    "created_at": 0.0,
                    "refs": [],
                    "tags": query.tags,
                }),
            )
        })
        .collect()
}

fn fixture(fixture: &Fixture) -> Json {
    let rows = match &fixture.rows {
        FixtureRows::Table(rows) => json!(rows),
        FixtureRows::Query(query) => json!(query),
    };
    json!({"rows": rows, "format": fixture.format.as_str(), "fixture": fixture.file})
}

fn tested_schema(manifest: &Manifest<'_>, test: &UnitTest) -> Option<String> {
    let relation = manifest
        .resolved
        .rendered
        .relations
        .get(test.tested.as_ref()?)?;
    Some(relation.schema.clone())
}

/// Whether a unit test and its model are both enabled.
fn is_live(manifest: &Manifest<'_>, test: &UnitTest) -> bool {
    let tested = test.tested.as_ref();
    test.declaration.is_enabled()
        && tested.is_some_and(|id| manifest.project().nodes.contains_key(id))
}

pub(super) fn unit_tests(manifest: &Manifest<'_>, enabled: bool) -> Entries {
    let tests = manifest.project().declared.unit_tests.values();
    tests
        .filter(|test| is_live(manifest, test) == enabled)
        .map(|test| {
            let declaration = &test.declaration;
            let given: Vec<Json> = test
                .given
                .iter()
                .map(|input| {
                    let mut entry = fixture(&input.fixture);
                    entry["input"] = json!(input.text);
                    entry
                })
                .collect();
            let config = configured(
                declaration,
                json!({
                    "tags": [], "meta": {}, "enabled": true, "static_analysis": null,
                }),
            );
            let tested: Vec<&str> = test.tested.iter().map(|id| id.as_str()).collect();
            let versions = test
                .versions
                .as_ref()
                .map(|choice| json!({"include": choice.include, "exclude": choice.exclude}));
            let expect = fixture(&test.expect);
            entry(
                declaration,
                "unit_test",
                json!({
                    "model": test.model,
                    "given": given,
                    "expect": expect,
                    "fqn": declaration.fully_qualified_name,
                    "description": test.description,
                    "overrides": test.overrides.as_ref().map(|overrides| json!({
                        "macros": overrides.macros,
                        "vars": overrides.vars,
                        "env_vars": overrides.environment,
                    })),
                    "depends_on": {"macros": [], "nodes": tested},
                    "config": config,
                    "checksum": checksum::of_unit_test(test),
                    "schema": tested_schema(manifest, test),
                    "created_at": 0.0,
                    "versions": versions,
                    "version": test.version,
                }),
            )
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

/// `semantic_manifest.json`.
pub(super) fn semantic_manifest(manifest: &Manifest<'_>) -> Json {
    let only = |entry: &Json, keys: &[&str]| -> Json {
        keys.iter()
            .map(|key| {
                (
                    (*key).to_owned(),
                    entry.get(*key).cloned().unwrap_or_default(),
                )
            })
            .collect::<Map<String, Json>>()
            .into()
    };
    let with_meta = |mut entry: Json| {
        let meta = entry["config"]["meta"].take();
        entry["config"] = json!({"meta": meta});
        entry
    };
    let models: Vec<Json> = semantic_models(manifest, true)
        .values()
        .map(|entry| {
            with_meta(only(
                entry,
                &[
                    "name",
                    "defaults",
                    "description",
                    "node_relation",
                    "primary_entity",
                    "entities",
                    "measures",
                    "dimensions",
                    "label",
                    "metadata",
                    "config",
                ],
            ))
        })
        .collect();
    let metrics: Vec<Json> = metrics(manifest, true)
        .values()
        .map(|entry| {
            let mut metric = with_meta(only(
                entry,
                &[
                    "name",
                    "description",
                    "type",
                    "type_params",
                    "filter",
                    "metadata",
                    "label",
                    "config",
                    "time_granularity",
                ],
            ));
            metric["datatype"] = Json::Null;
            metric
        })
        .collect();
    let queries: Vec<Json> = saved_queries(manifest, true)
        .values()
        .map(|entry| {
            only(
                entry,
                &[
                    "name",
                    "description",
                    "query_params",
                    "label",
                    "metadata",
                    "exports",
                    "tags",
                ],
            )
        })
        .collect();
    json!({
        "semantic_models": models,
        "metrics": metrics,
        "project_configuration": {
            "time_spine_table_configurations": [],
            "metadata": null,
            "dsi_package_version": {"major_version": "0", "minor_version": "213", "patch_version": "0"},
            "time_spines": time_spines(manifest),
        },
        "saved_queries": queries,
    })
}

fn time_spines(manifest: &Manifest<'_>) -> Vec<Json> {
    let nodes = manifest.project().nodes.values();
    nodes
        .filter_map(|node| {
            let spine = node.properties.time_spine.as_ref()?;
            let relation = manifest.resolved.rendered.relations.get(&node.id)?;
            let column = &spine.standard_granularity_column;
            let granularity = node
                .columns
                .iter()
                .find(|one| one.name == *column)
                .and_then(|one| one.granularity.clone());
            Some(json!({
                "node_relation": {
                    "alias": relation.identifier,
                    "schema_name": relation.schema,
                    "database": relation.database,
                    "relation_name": relation.to_string(),
                },
                "primary_column": {"name": column, "time_granularity": granularity},
                "custom_granularities": spine.custom_granularities,
            }))
        })
        .collect()
}
