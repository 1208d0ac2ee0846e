//! The project as templates see it, under `graph` and in results: entries as in the manifest.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{Manifest, checksum, configuration, declared, node, source_table};
use crate::graph::Resolved;
use crate::project::{Node, Project};

/// The value of `graph`, where a template or a macro of the project speaks of it: it is large.
pub(crate) fn graph(resolved: &Resolved) -> Option<Json> {
    if !is_asked_for(resolved.project()) {
        return None;
    }
    let project = resolved.project();
    let manifest = Manifest::of_parsed(resolved);
    let nodes = |is_function: bool| -> Json {
        manifest
            .nodes()
            .filter(|node| node.is_function() == is_function)
            .filter_map(|node| {
                let entry = serde_json::to_value(node::Entry::of(&manifest, node)).ok()?;
                Some((node.id.to_string(), entry))
            })
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let sources: serde_json::Map<_, _> = sources(project, |_| true).collect();
    Some(json!({
        "exposures": declared::exposures(&manifest, true),
        "functions": nodes(true),
        "groups": declared::groups(&manifest),
        "metrics": declared::metrics(&manifest, true),
        "nodes": nodes(false),
        "sources": sources,
        "semantic_models": declared::semantic_models(&manifest, true),
        "saved_queries": declared::saved_queries(&manifest, true),
        "unit_tests": declared::unit_tests(&manifest, true),
    }))
}

/// What `model` tells of a node's uses and of its file.
pub(crate) fn used_by(resolved: &Resolved, node: &Node) -> Vec<(&'static str, Json)> {
    let used = node::Used::of(&Manifest::of_parsed(resolved), node);
    let mut facts = vec![
        ("checksum", checksum::of_node(node)),
        (
            "depends_on",
            json!({"macros": used.macros, "nodes": used.nodes}),
        ),
        ("doc_blocks", json!(node.properties.doc_blocks)),
        (
            "docs",
            configuration::without_nulls(node::docs(&node.config)),
        ),
        ("functions", json!(used.functions)),
        ("metrics", json!([])),
    ];
    let file = node.properties.patch_path.as_ref();
    facts.extend(file.map(|path| ("patch_path", json!(path))));
    facts.push(("refs", configuration::without_nulls(json!(used.refs))));
    facts.push(("sources", json!(used.sources)));
    facts
}

fn sources(
    project: &Project,
    is_asked: impl Fn(&str) -> bool,
) -> impl Iterator<Item = (String, Json)> {
    let tables = project.sources.values();
    tables
        .filter(move |table| is_asked(table.id.as_str()))
        .filter_map(move |table| {
            let entry = serde_json::to_value(source_table::entry(project, table)).ok()?;
            Some((table.id.to_string(), entry))
        })
}

/// The entries of all that has a result, by their ids.
pub fn described(resolved: &Resolved, ids: &BTreeSet<&str>) -> BTreeMap<String, Json> {
    let manifest = Manifest::of_parsed(resolved);
    let nodes = manifest
        .nodes()
        .filter(|node| ids.contains(node.id.as_str()));
    let nodes = nodes.filter_map(|node| {
        let entry = serde_json::to_value(node::Entry::of(&manifest, node)).ok()?;
        Some((node.id.to_string(), entry))
    });
    let declared = [
        declared::unit_tests(&manifest, true),
        declared::exposures(&manifest, true),
        declared::saved_queries(&manifest, true),
    ];
    let declared = declared.into_iter().flatten();
    nodes
        .chain(sources(resolved.project(), |id| ids.contains(id)))
        .chain(declared.filter(|(id, _)| ids.contains(id.as_str())))
        .collect()
}

fn is_asked_for(project: &Project) -> bool {
    const NAME: &str = "graph";
    let templates = project.nodes.values().filter_map(|node| node.template());
    let hooks = [&project.file().on_run_start, &project.file().on_run_end];
    templates.into_iter().any(|file| file.text.contains(NAME))
        || hooks
            .into_iter()
            .flatten()
            .any(|hook| hook.to_json().to_string().contains(NAME))
        || project
            .engine
            .macros()
            .any(|definition| !definition.is_built_in() && definition.file.text.contains(NAME))
}
