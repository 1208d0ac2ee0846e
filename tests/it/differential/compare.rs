//! Compares what dbt stored with what hcw wrote, field by field.

use serde_json::{Map, Value as Json};

/// The database of the stored side.
pub(super) const DATABASE: &str = "hcw_differential";

/// What differs between runs: times, ids of runs, threads, absolute paths. `record.py` leaves out the same.
const VOLATILE: [&str; 12] = [
    "created_at",
    "root_path",
    "generated_at",
    "invocation_id",
    "invocation_started_at",
    "run_started_at",
    "timing",
    "thread_id",
    "execution_time",
    "elapsed_time",
    "snapshotted_at",
    "max_loaded_at_time_ago_in_s",
];
/// Lists that dbt makes of sets.
const SETS: [&str; 2] = ["primary_key", "group_map"];
/// Packages of built-in macros, which are our own.
const BUILT_IN: [&str; 3] = ["dbt", "dbt_postgres", "hcw"];

/// Where the two differ, as lines.
pub(super) fn differences(artifact: &str, mut expected: Json, mut ours: Json) -> Vec<String> {
    normalise(artifact, &expected.clone(), &mut ours);
    if artifact == "output" && differ_in_order(&expected, &ours) {
        return Vec::new();
    }
    if matches!(artifact, "run_results" | "sources") {
        by_id(&mut expected);
        by_id(&mut ours);
    }
    let mut found = Vec::new();
    compare(&expected, &ours, &mut vec![artifact.to_owned()], &mut found);
    found
}

/// Whether both are lines of JSON that differ in nothing but the order of keys.
fn differ_in_order(expected: &Json, ours: &Json) -> bool {
    let lines = |text: &Json| -> Option<Vec<(usize, Json)>> {
        let lines = text.as_str()?.lines();
        let parsed = lines.map(|line| Some((line.len(), serde_json::from_str(line).ok()?)));
        parsed.collect()
    };
    let (expected, ours) = (lines(expected), lines(ours));
    expected.is_some() && expected == ours
}

/// Leaves out of our side what `record.py` leaves out of dbt's.
fn normalise(artifact: &str, expected: &Json, ours: &mut Json) {
    strip(ours);
    let Json::Object(ours) = ours else { return };
    ours.remove("args");
    if let (Some(Json::Object(ours)), Some(Json::Object(expected))) =
        (ours.get_mut("metadata"), expected.get("metadata"))
    {
        ours.retain(|key, _| expected.contains_key(key));
    }
    for section in ["macros", "docs"] {
        if let Some(Json::Object(entries)) = ours.get_mut(section) {
            entries.retain(|_, entry| {
                let package = entry["package_name"].as_str();
                !BUILT_IN.contains(&package.unwrap_or_default())
            });
        }
    }
    if artifact == "catalog" {
        for section in ["nodes", "sources"] {
            let tables = ours.get_mut(section).and_then(Json::as_object_mut);
            for table in tables.into_iter().flat_map(Map::values_mut) {
                table["metadata"]["owner"] = "owner".into();
            }
        }
    }
}

fn strip(value: &mut Json) {
    match value {
        Json::Object(map) => {
            map.retain(|key, _| !VOLATILE.contains(&key.as_str()));
            map.values_mut().for_each(strip);
        }
        Json::Array(list) => list.iter_mut().for_each(strip),
        _ => {}
    }
}

/// Results by the id of their node; why one failed is told in words of our own.
fn by_id(artifact: &mut Json) {
    let Some(Json::Array(results)) = artifact.get_mut("results").map(Json::take) else {
        return;
    };
    let results: Map<String, Json> = results
        .into_iter()
        .map(|mut result| {
            if matches!(result["status"].as_str(), Some("error" | "runtime error")) {
                for told in ["message", "error"] {
                    if result[told].is_string() {
                        result[told] = "an error".into();
                    }
                }
            }
            let id = result["unique_id"].as_str().unwrap_or_default().to_owned();
            (id, result)
        })
        .collect();
    artifact["results"] = results.into();
}

fn compare(expected: &Json, ours: &Json, path: &mut Vec<String>, found: &mut Vec<String>) {
    match (expected, ours) {
        (Json::Object(expected), Json::Object(ours)) => {
            let only_ours = ours.keys().filter(|name| !expected.contains_key(*name));
            for name in expected.keys().chain(only_ours) {
                path.push(name.clone());
                match (expected.get(name), ours.get(name)) {
                    (Some(expected), Some(ours)) => compare(expected, ours, path, found),
                    (expected, _) => {
                        let whose = if expected.is_some() { "dbt's" } else { "hcw's" };
                        found.push(format!("{}: only {whose}", path.join(" / ")));
                    }
                }
                path.pop();
            }
        }
        (Json::Array(left), Json::Array(right)) if is_set(path) => {
            let sorted = |list: &[Json]| {
                let mut list: Vec<String> = list.iter().map(ToString::to_string).collect();
                list.sort();
                list
            };
            if sorted(left) != sorted(right) {
                found.push(difference(path, expected, ours));
            }
        }
        (Json::Array(left), Json::Array(right))
            if path[0] == "semantic_manifest" && is_named(left) && is_named(right) =>
        {
            compare(&by_name(left), &by_name(right), path, found);
        }
        (Json::Array(left), Json::Array(right))
            if left.len() == right.len() && left.iter().any(Json::is_object) =>
        {
            for (at, (left, right)) in left.iter().zip(right).enumerate() {
                path.push(at.to_string());
                compare(left, right, path, found);
                path.pop();
            }
        }
        (Json::Number(left), Json::Number(right)) if left.as_f64() == right.as_f64() => {}
        _ if expected == ours => {}
        _ => found.push(difference(path, expected, ours)),
    }
}

fn is_named(list: &[Json]) -> bool {
    !list.is_empty() && list.iter().all(|item| item["name"].is_string())
}

/// What has a name by it: dbt lists such things as it found them.
fn by_name(list: &[Json]) -> Json {
    let named = list.iter().map(|item| {
        let name = item["name"].as_str().unwrap_or_default();
        (name.to_owned(), item.clone())
    });
    named.collect::<Map<String, Json>>().into()
}

fn difference(path: &[String], expected: &Json, ours: &Json) -> String {
    let (expected, ours) = (expected.to_string(), ours.to_string());
    let both = expected.chars().zip(ours.chars());
    let same = both.take_while(|(left, right)| left == right).count();
    let shown = |text: &str| match same {
        0..100 => text.chars().take(600).collect::<String>(),
        _ => format!(
            "…{}",
            text.chars().skip(same - 40).take(300).collect::<String>()
        ),
    };
    format!(
        "{}:\n    dbt {}\n    hcw {}",
        path.join(" / "),
        shown(&expected),
        shown(&ours)
    )
}

fn is_set(path: &[String]) -> bool {
    path.iter().any(|name| SETS.contains(&name.as_str()))
}
