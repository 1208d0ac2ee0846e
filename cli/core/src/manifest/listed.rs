//! Resources as `list --output json` prints them: a part of their entries in the manifest.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::{Manifest, declared, node, source_table};
use crate::graph::Resolved;
use crate::jinja::json_text;
use crate::project::UniqueId;

/// The keys that are printed where none are named.
const KEYS: [&str; 11] = [
    "alias",
    "name",
    "package_name",
    "depends_on",
    "tags",
    "config",
    "resource_type",
    "source_name",
    "original_file_path",
    "unique_id",
    "direct_parents",
];

/// Resources by id, each as a line of JSON with the wanted keys; a key with dots reaches into the entry. Keys that a
/// resource has not are left out.
pub fn listed<'run>(
    resolved: &Resolved,
    ids: impl Iterator<Item = &'run UniqueId>,
    wanted: &[&str],
) -> BTreeMap<&'run UniqueId, String> {
    let manifest = Manifest::of_parsed(resolved);
    let project = resolved.project();
    let mut declared: BTreeMap<String, Json> = BTreeMap::new();
    for entries in [
        declared::exposures(&manifest, true),
        declared::metrics(&manifest, true),
        declared::saved_queries(&manifest, true),
        declared::semantic_models(&manifest, true),
        declared::unit_tests(&manifest, true),
    ] {
        declared.extend(entries);
    }
    ids.map(|id| {
        let entry = if let Some(node) = project.nodes.get(id) {
            let entry = serde_json::to_value(node::Entry::of(&manifest, node));
            with_parents(entry.unwrap_or_default())
        } else if let Some(table) = project.sources.get(id) {
            serde_json::to_value(source_table::entry(project, table)).unwrap_or_default()
        } else {
            declared.remove(id.as_str()).unwrap_or_default()
        };
        (id, json_text(&part(entry, wanted)))
    })
    .collect()
}

/// A model tells its parents once more.
fn with_parents(mut entry: Json) -> Json {
    if entry["resource_type"] == "model" {
        entry["direct_parents"] = entry["depends_on"]["nodes"].clone();
    }
    entry
}

fn part(entry: Json, wanted: &[&str]) -> Json {
    let Json::Object(entries) = entry else {
        return entry;
    };
    if wanted.is_empty() {
        let known = entries.into_iter();
        let kept = known.filter(|(key, _)| KEYS.contains(&key.as_str()));
        return Json::Object(kept.collect());
    }
    let mut kept = Map::new();
    for (key, value) in &entries {
        if wanted.contains(&key.as_str()) {
            kept.insert(key.clone(), value.clone());
        }
        for path in wanted {
            let Some(rest) = path
                .strip_prefix(key)
                .and_then(|rest| rest.strip_prefix('.'))
            else {
                continue;
            };
            let found = rest.split('.').try_fold(value, |value, key| value.get(key));
            if let Some(found) = found {
                kept.insert((*path).to_owned(), found.clone());
            }
        }
    }
    Json::Object(kept)
}
