//! Operations: the hooks of a run, as nodes.

use serde_json::json;

use super::node::Entry;
use super::{Manifest, checksum, configuration};
use crate::project::UniqueId;
use crate::project::config::ConfigMap;

/// The hooks before and after a run, of all packages.
pub(super) fn operations<'run>(
    manifest: &'run Manifest<'run>,
) -> impl Iterator<Item = (String, Entry<'run>)> {
    let project = manifest.project();
    let settings = project.settings();
    let mut entries = Vec::new();
    for package in project.packages.iter() {
        let file = &package.file;
        for (when, hooks) in [
            ("on-run-start", &file.on_run_start),
            ("on-run-end", &file.on_run_end),
        ] {
            for (index, hook) in hooks.iter().enumerate() {
                let Some(text) = hook.scalar_text() else {
                    continue;
                };
                let name = format!("{}-{when}-{index}", package.name());
                let mut config = ConfigMap::new();
                let mut unrendered = ConfigMap::new();
                let fqn = [package.name().to_owned(), "hooks".to_owned(), name.clone()];
                for layer in file.config_layers("models", &fqn) {
                    for (key, node) in layer.entries {
                        config.insert(key.to_owned(), node.to_json());
                        unrendered.insert(key.to_owned(), node.to_json());
                    }
                }
                let meta = config.get("meta").cloned().unwrap_or_else(|| json!({}));
                let id = UniqueId::new("operation", package.name(), &name);
                let called = project.engine.called_in(package.name(), &text);
                let mut entry = json!({
                    "database": settings.target.database, "schema": settings.target.schema,
                    "name": name, "resource_type": "operation", "package_name": package.name(),
                    "path": format!("hooks/{name}.sql"), "original_file_path": "./dbt_project.yml",
                    "unique_id": id.as_str(), "fqn": fqn, "alias": name,
                    "checksum": checksum::of_text(&file.file.text),
                    "config": configuration::of_nothing(&config),
                    "tags": [when], "description": "", "columns": {}, "meta": meta, "group": null,
                    "docs": {"show": true, "node_color": null}, "patch_path": null,
                    "build_path": null, "unrendered_config": unrendered, "created_at": 0.0,
                    "relation_name": null, "raw_code": text.trim(), "doc_blocks": [],
                    "language": "sql", "refs": [], "sources": [], "metrics": [], "functions": [],
                    "depends_on": {"macros": called, "nodes": []}, "compiled_path": null,
                    "contract": {"enforced": false, "alias_types": true, "checksum": null},
                    "index": index,
                });
                let ran = manifest
                    .progress
                    .and_then(|progress| progress.hooks.get(&id));
                if let Some(sql) = ran {
                    entry["compiled"] = true.into();
                    entry["compiled_code"] = json!(sql);
                    entry["extra_ctes_injected"] = true.into();
                    entry["extra_ctes"] = json!([]);
                    entry["index"] = json!(index + 1);
                    if !sql.is_empty() {
                        let target = manifest.target_path;
                        let path = format!(
                            "{target}/compiled/{}/./dbt_project.yml/hooks/{name}.sql",
                            package.name()
                        );
                        entry["compiled_path"] = path.into();
                    }
                }
                entries.push((id.to_string(), Entry::Operation(entry)));
            }
        }
    }
    entries.into_iter()
}
