//! Metrics, semantic models and saved queries.

use serde_json::{Value as Json, json};

use super::{Entries, configured, entry};
use crate::manifest::Manifest;
use crate::project::config;
use crate::project::{
    InputMeasure, Metric, MetricKind, ModelReference, Project, SemanticModel, UniqueId,
};

pub(super) fn metric_id(project: &Project, name: &str) -> Option<String> {
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
        for name in metric.input_metrics().map(|input| &input.name) {
            let metrics = &project.declared.metrics;
            let used = metrics.values().find(|used| used.declaration.name == *name);
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
    if let Some(aggregation) = &metric.type_params.metric_aggregation_params {
        let name = &aggregation.semantic_model;
        let id = UniqueId::new("semantic_model", &metric.declaration.package, name);
        nodes.push(id.to_string());
    }
    nodes.extend(
        metric
            .input_metrics()
            .filter_map(|input| metric_id(project, &input.name)),
    );
    let mut unique: Vec<String> = Vec::new();
    for id in nodes {
        if !unique.contains(&id) {
            unique.push(id);
        }
    }
    unique
}

pub(in crate::manifest) fn metrics(manifest: &Manifest<'_>, enabled: bool) -> Entries {
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

pub(in crate::manifest) fn semantic_models(manifest: &Manifest<'_>, enabled: bool) -> Entries {
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

pub(in crate::manifest) fn saved_queries(manifest: &Manifest<'_>, enabled: bool) -> Entries {
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
