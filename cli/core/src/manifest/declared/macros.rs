//! Macros and docs blocks.

use serde_json::{Map, Value as Json, json};

use super::Entries;
use crate::manifest::Manifest;

pub(in crate::manifest) fn macros(manifest: &Manifest<'_>) -> Entries {
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
            let written = said.map(|said| &said.arguments).filter(|list| !list.is_empty());
            let arguments = match written {
                Some(arguments) => json!(arguments),
                None if found.is_among_tests => json!([]),
                None if found.name.starts_with("materialization_") => {
                    json!([{"name": "supported_languages", "type": null, "description": ""}])
                }
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

pub(in crate::manifest) fn docs(manifest: &Manifest<'_>) -> Entries {
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
