//! Configurations: merging dbt's three layers (project file, sidecar, template), and their typed form.

use serde_json::{Map, Value as Json};

/// A node's configuration as merged so far, in dbt's names.
pub type ConfigMap = Map<String, Json>;

/// Merges a later, more specific layer into a configuration, by dbt's rules: `tags` are added up, hooks
/// are appended, `meta` and `grants` are merged by key (a grant `+role` key extends), all else is replaced.
pub fn merge(config: &mut ConfigMap, layer: &ConfigMap) {
    merge_with(config, layer, merge_grants);
}

/// Merges what is said later in one and the same layer: grants that it adds (`+select`) still wait for those that it adds
/// them to.
pub fn accumulate(layer: &mut ConfigMap, later: &ConfigMap) {
    merge_with(layer, later, |layer, value| {
        let (Some(Json::Object(present)), Json::Object(added)) = (layer.get_mut("grants"), value)
        else {
            layer.insert("grants".to_owned(), value.clone());
            return;
        };
        for (privilege, grantees) in added {
            let name = privilege.trim_start_matches('+');
            let adds = name != privilege;
            if !adds {
                present.remove(&format!("+{name}"));
            }
            // to those that this layer sets, or else to those that it adds already
            let place = if present.contains_key(name) {
                name
            } else {
                privilege
            };
            let before = present.get(place).filter(|_| adds).map(listed);
            let all = [before.unwrap_or_default(), listed(grantees)].concat();
            present.insert(place.to_owned(), Json::Array(all));
        }
    });
}

fn merge_with(
    config: &mut ConfigMap,
    layer: &ConfigMap,
    merge_grants: impl Fn(&mut ConfigMap, &Json),
) {
    for (key, value) in layer {
        let key = match key.as_str() {
            "pre_hook" => "pre-hook",
            "post_hook" => "post-hook",
            other => other,
        };
        match key {
            "tags" | "pre-hook" | "post-hook" | "packages" => append(config, key, value),
            "grants" => merge_grants(config, value),
            "meta" | "column_types" | "docs" | "contract" | "persist_docs" => {
                merge_mapping(config, key, value);
            }
            _ => {
                config.insert(key.to_owned(), value.clone());
            }
        }
    }
}

fn append(config: &mut ConfigMap, key: &str, value: &Json) {
    let items = config.entry(key).or_insert_with(|| Json::Array(Vec::new()));
    if !items.is_array() {
        *items = Json::Array(vec![items.take()]);
    }
    let Json::Array(items) = items else { return };
    let added = match value {
        Json::Array(added) => added.clone(),
        single => vec![single.clone()],
    };
    items.extend(added);
}

/// Grants by privilege, each with a list of grantees; `+select` adds to those that are there.
fn merge_grants(config: &mut ConfigMap, value: &Json) {
    let Json::Object(added) = value else {
        config.insert("grants".to_owned(), value.clone());
        return;
    };
    let present = config
        .entry("grants")
        .or_insert_with(|| Json::Object(ConfigMap::new()));
    if !present.is_object() {
        *present = Json::Object(ConfigMap::new());
    }
    let Json::Object(present) = present else {
        return;
    };
    for (privilege, grantees) in added {
        let mut grantees = listed(grantees);
        let name = privilege.trim_start_matches('+');
        if name != privilege
            && let Some(Json::Array(before)) = present.get(name)
        {
            grantees.splice(0..0, before.clone());
        }
        present.insert(name.to_owned(), Json::Array(grantees));
    }
}

fn listed(grantees: &Json) -> Vec<Json> {
    match grantees {
        Json::Array(grantees) => grantees.clone(),
        Json::Null => Vec::new(),
        single => vec![single.clone()],
    }
}

fn merge_mapping(config: &mut ConfigMap, key: &str, value: &Json) {
    let (Json::Object(added), Some(Json::Object(present))) = (value, config.get_mut(key)) else {
        config.insert(key.to_owned(), value.clone());
        return;
    };
    for (name, item) in added {
        present.insert(name.clone(), item.clone());
    }
}

/// A text value of a configuration.
pub fn text<'config>(config: &'config ConfigMap, key: &str) -> Option<&'config str> {
    config.get(key).and_then(Json::as_str)
}

/// A boolean value; texts such as `"true"` count.
pub fn flag(config: &ConfigMap, key: &str) -> Option<bool> {
    match config.get(key)? {
        Json::Bool(flag) => Some(*flag),
        Json::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a configuration leaves its resource enabled.
pub fn is_enabled(config: &ConfigMap) -> bool {
    flag(config, "enabled") != Some(false)
}

/// A text or a list of texts as a list.
pub fn texts(config: &ConfigMap, key: &str) -> Vec<String> {
    match config.get(key) {
        Some(Json::String(text)) => vec![text.clone()],
        Some(Json::Array(items)) => items
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

/// The value below `meta.hcw`, which is where everything stands that is ours alone.
pub fn hcw_meta<'config>(config: &'config ConfigMap, key: &str) -> Option<&'config Json> {
    config.get("meta")?.get("hcw")?.get(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: Json) -> ConfigMap {
        match value {
            Json::Object(map) => map,
            _ => ConfigMap::new(),
        }
    }

    #[test]
    fn grants_are_added_to_those_of_the_layers_before() {
        let of = |calls: &[Json]| {
            let mut config = map(json!({"grants": {"select": ["a"]}}));
            let mut layer = ConfigMap::new();
            for grants in calls {
                accumulate(&mut layer, &map(json!({"grants": grants})));
            }
            merge(&mut config, &layer);
            config["grants"].clone()
        };
        let added = |role: &str| json!({"+select": [role]});
        let set = |role: &str| json!({"select": role});
        assert_eq!(of(&[added("b")]), json!({"select": ["a", "b"]}));
        assert_eq!(
            of(&[added("b"), added("d")]),
            json!({"select": ["a", "b", "d"]})
        );
        assert_eq!(of(&[set("b"), added("d")]), json!({"select": ["b", "d"]}));
        assert_eq!(of(&[added("b"), set("d")]), json!({"select": ["d"]}));
    }

    #[test]
    fn layers_merge_as_in_dbt() {
        let mut config = map(json!({"tags": ["a"], "meta": {"x": 1}, "schema": "s"}));
        merge(
            &mut config,
            &map(json!({"tags": "b", "meta": {"y": 2}, "schema": "t", "pre_hook": "select 1"})),
        );
        assert_eq!(
            Json::Object(config),
            json!({"tags": ["a", "b"], "meta": {"x": 1, "y": 2}, "schema": "t", "pre-hook": ["select 1"]})
        );
    }
}
