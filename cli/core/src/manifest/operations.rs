//! Operations: the hooks of a run, as nodes.

use std::cell::LazyCell;

use serde_json::{Value as Json, json};

use super::node::{Entry, config_call};
use super::{Manifest, checksum, configuration};
use crate::analyse::published_names;
use crate::operation::{Hook, HookTime, ParsedHook, declared_hooks, parsed};
use crate::project::config;

/// The hooks before and after a run, of all packages.
pub(super) fn operations<'run>(
    manifest: &'run Manifest<'run>,
) -> impl Iterator<Item = (String, Entry<'run>)> {
    entries(manifest, true)
}

/// Those that are switched off.
pub(super) fn disabled<'run>(
    manifest: &'run Manifest<'run>,
) -> impl Iterator<Item = (String, Entry<'run>)> {
    entries(manifest, false)
}

/// The ids of what a hook refers to.
pub(super) fn parents(entry: &Entry<'_>) -> Vec<String> {
    let Entry::Operation(entry) = entry else {
        return Vec::new();
    };
    let nodes = entry.pointer("/depends_on/nodes").and_then(Json::as_array);
    let ids = nodes.into_iter().flatten().filter_map(Json::as_str);
    ids.map(str::to_owned).collect()
}

fn entries<'run>(
    manifest: &'run Manifest<'run>,
    are_enabled: bool,
) -> impl Iterator<Item = (String, Entry<'run>)> {
    let names = LazyCell::new(|| published_names(manifest.resolved));
    let hooks = [HookTime::Start, HookTime::End];
    hooks
        .into_iter()
        .flat_map(|time| declared_hooks(manifest.resolved, time))
        .filter_map(move |hook| {
            let said = parsed(manifest.resolved, &names, &hook);
            let is_meant = config::is_enabled(&said.config) == are_enabled;
            is_meant.then(|| {
                let entry = entry(manifest, &hook, &said);
                (hook.id.to_string(), Entry::Operation(entry))
            })
        })
}

fn entry(manifest: &Manifest<'_>, hook: &Hook, said: &ParsedHook) -> Json {
    let project = manifest.project();
    let target = &project.settings().target;
    let (name, package) = (&hook.name, hook.package.as_str());
    let text = |key: &str| config::text(&said.config, key);
    let list = |key: &str| {
        let listed = said.config.get(key).and_then(Json::as_array);
        listed.cloned().unwrap_or_default()
    };
    let mut tags = vec![json!(hook.time.key())];
    tags.extend(list("tags"));
    let mut unrendered = said.unrendered.clone();
    unrendered.extend(config_call(&hook.template));
    let contract = |key: &str, default: bool| {
        let contract = said.config.get("contract");
        let value = contract.and_then(|contract| contract.get(key)?.as_bool());
        value.unwrap_or(default)
    };
    let docs = said.config.get("docs");
    let docs = |key: &str| docs.and_then(|docs| docs.get(key)).cloned();
    let refs = &said.captured.refs;
    let sources = &said.captured.sources;
    let mut nodes: Vec<String> = Vec::new();
    let used_sources = sources
        .iter()
        .filter_map(|(source, table)| manifest.source(package, source, table));
    let used_models = refs
        .iter()
        .filter_map(|model| manifest.target(package, model));
    for id in used_sources.chain(used_models).map(ToString::to_string) {
        if !nodes.contains(&id) {
            nodes.push(id);
        }
    }
    let file = project.packages.iter().find(|one| one.name() == package);
    let file = file.map_or("", |package| &package.file.file.text);
    let mut entry = json!({
        "database": text("database").unwrap_or(&target.database), "schema": target.schema,
        "name": name, "resource_type": "operation", "package_name": package,
        "path": format!("hooks/{name}.sql"), "original_file_path": "./dbt_project.yml",
        "unique_id": hook.id.as_str(), "fqn": [package, "hooks", name],
        "alias": text("alias").unwrap_or(name), "checksum": checksum::of_text(file),
        "config": configuration::of_nothing(&said.config), "tags": tags, "description": "",
        "columns": {}, "meta": said.config.get("meta").cloned().unwrap_or_else(|| json!({})),
        "group": text("group"),
        "docs": {"show": docs("show").unwrap_or(Json::Bool(true)), "node_color": docs("node_color")},
        "patch_path": null, "build_path": null, "unrendered_config": unrendered,
        "created_at": 0.0, "relation_name": null, "raw_code": hook.template.trim(),
        "doc_blocks": [], "language": "sql", "refs": refs,
        "sources": sources.iter().map(|(source, table)| [source, table]).collect::<Vec<_>>(),
        "metrics": [], "functions": [],
        "depends_on": {"macros": project.engine.called_in(package, &hook.template), "nodes": nodes},
        "compiled_path": null,
        "contract": {
            "enforced": contract("enforced", false), "alias_types": contract("alias_types", true),
            "checksum": null,
        },
        "index": hook.index,
    });
    let ran = manifest.progress.map(|progress| &progress.hooks);
    if let Some(sql) = ran.and_then(|hooks| hooks.get(&hook.id)) {
        entry["compiled"] = true.into();
        entry["compiled_code"] = json!(sql);
        entry["extra_ctes_injected"] = true.into();
        entry["extra_ctes"] = json!([]);
        entry["index"] = json!(hook.index + 1);
        if !sql.is_empty() {
            let folder = manifest.target_path;
            let path = format!("{folder}/compiled/{package}/./dbt_project.yml/hooks/{name}.sql");
            entry["compiled_path"] = path.into();
        }
    }
    entry
}
