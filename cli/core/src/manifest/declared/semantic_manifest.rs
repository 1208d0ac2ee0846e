//! `semantic_manifest.json`.

use serde_json::{Map, Value as Json, json};

use super::semantic::{metrics, saved_queries, semantic_models};
use crate::manifest::Manifest;

/// `semantic_manifest.json`.
pub(in crate::manifest) fn semantic_manifest(manifest: &Manifest<'_>) -> Json {
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
            let mut model = with_meta(only(
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
            ));
            for list in ["entities", "measures"] {
                for part in model[list].as_array_mut().into_iter().flatten() {
                    part["metadata"] = Json::Null;
                }
            }
            model
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
            let mut query = only(
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
            );
            for export in query["exports"].as_array_mut().into_iter().flatten() {
                for (part, key) in [("/config", "database"), ("", "unrendered_config")] {
                    let part = export.pointer_mut(part).and_then(Json::as_object_mut);
                    part.and_then(|part| part.remove(key));
                }
            }
            query
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
