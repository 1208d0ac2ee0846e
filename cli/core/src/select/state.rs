//! Comparison with an earlier run: `state:` with its manifest.json, `result:` with its run_results.json,
//! `source_status:` with its sources.json.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value as Json;

use super::PreviousState;
use super::catalogue::Catalogue;
use super::contract;
use super::grammar::Criterion;
use super::method::wrong;
use super::set::Set;
use crate::diagnostic::{Code, Diagnostic};

/// The parts of a manifest that hold resources.
const PARTS: [&str; 8] = [
    "nodes",
    "sources",
    "exposures",
    "metrics",
    "semantic_models",
    "unit_tests",
    "saved_queries",
    "functions",
];
/// Settings of nodes whose change is none.
const OF_NODES: [&str; 5] = ["alias", "schema", "database", "tags", "group"];

/// `state:new`, `old`, `modified`, `modified.body` and so on, `unmodified`.
pub(super) fn of_manifest(
    catalogue: &Catalogue<'_>,
    criterion: &Criterion,
    previous: &PreviousState,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Set, Diagnostic> {
    let check = Check::parse(&criterion.value).ok_or_else(|| {
        wrong(
            criterion,
            "there are new, old, unmodified and modified, and of that .body, .configs, .relation, .persisted_descriptions, .macros and .contract",
        )
    })?;
    let Some(old) = &previous.manifest else {
        return Err(missing(criterion, "manifest.json"));
    };
    let needs_contents = !matches!(check, Check::New | Check::Old);
    let empty = Json::Null;
    let new = match &previous.current_manifest {
        Some(new) => new,
        None if needs_contents => {
            return Err(missing(criterion, "manifest of the project as it is"));
        }
        None => &empty,
    };
    let comparison = Comparison::new(old, new);
    if let Check::Modified | Check::Unmodified | Check::Contract = check {
        for item in catalogue.items() {
            diagnostics.extend(comparison.broken_contract(item.id.as_str())?);
        }
    }
    Ok(super::method::set(catalogue, |item| {
        comparison.holds(&check, item.id.as_str())
    }))
}

/// `result:error` and the other ends.
pub(super) fn of_results(
    catalogue: &Catalogue<'_>,
    criterion: &Criterion,
    previous: &PreviousState,
) -> Result<Set, Diagnostic> {
    let Some(results) = &previous.run_results else {
        return Err(missing(criterion, "run_results.json"));
    };
    let ids: BTreeSet<&str> = entries(results)
        .filter(|result| result["status"] == criterion.value.as_str())
        .filter_map(|result| result["unique_id"].as_str())
        .collect();
    Ok(super::method::set(catalogue, |item| {
        ids.contains(item.id.as_str())
    }))
}

/// `source_status:fresher`.
pub(super) fn of_sources(
    catalogue: &Catalogue<'_>,
    criterion: &Criterion,
    previous: &PreviousState,
) -> Result<Set, Diagnostic> {
    let Some(before) = &previous.sources else {
        return Err(missing(criterion, "sources.json"));
    };
    let Some(now) = &previous.current_sources else {
        return Err(missing(
            criterion,
            "sources.json of this project: run `hcw source freshness` first",
        ));
    };
    let loaded_at = |results: &'_ Json| -> HashMap<String, String> {
        entries(results)
            .filter_map(|result| {
                Some((
                    result["unique_id"].as_str()?.to_owned(),
                    result["max_loaded_at"].as_str()?.to_owned(),
                ))
            })
            .collect()
    };
    let (before, now) = (loaded_at(before), loaded_at(now));
    let is_fresher = |id: &str| {
        criterion.value == "fresher"
            && now
                .get(id)
                .is_some_and(|loaded| before.get(id).is_none_or(|earlier| loaded > earlier))
    };
    Ok(super::method::set(catalogue, |item| {
        is_fresher(item.id.as_str())
    }))
}

fn entries(artifact: &Json) -> impl Iterator<Item = &Json> {
    artifact["results"].as_array().into_iter().flatten()
}

fn missing(criterion: &Criterion, file: &str) -> Diagnostic {
    Diagnostic::error(
        Code::StateMissing,
        format!(
            "`{}` compares with an earlier run, and there is no {file}",
            criterion.written
        ),
    )
    .help("--state or DBT_STATE names the folder of its artifacts")
}

/// What is asked of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Check {
    New,
    Old,
    Modified,
    Unmodified,
    Body,
    Configs,
    Relation,
    PersistedDescriptions,
    Macros,
    Contract,
}

impl Check {
    fn parse(value: &str) -> Option<Check> {
        Some(match value {
            "new" => Check::New,
            "old" => Check::Old,
            "modified" => Check::Modified,
            "unmodified" => Check::Unmodified,
            "modified.body" => Check::Body,
            "modified.configs" => Check::Configs,
            "modified.relation" => Check::Relation,
            "modified.persisted_descriptions" => Check::PersistedDescriptions,
            "modified.macros" => Check::Macros,
            "modified.contract" => Check::Contract,
            _ => return None,
        })
    }
}

/// Two manifests side by side.
struct Comparison<'manifest> {
    old: HashMap<&'manifest str, &'manifest Json>,
    new: HashMap<&'manifest str, &'manifest Json>,
    /// Macros that differ, and those that call one that does.
    changed_macros: BTreeSet<String>,
}

impl<'manifest> Comparison<'manifest> {
    fn new(old: &'manifest Json, new: &'manifest Json) -> Comparison<'manifest> {
        Comparison {
            old: resources(old),
            new: resources(new),
            changed_macros: changed_macros(old, new),
        }
    }

    fn broken_contract(&self, id: &str) -> Result<Option<Diagnostic>, Diagnostic> {
        match (self.old.get(id), self.new.get(id)) {
            (Some(old), Some(new)) if id.starts_with("model.") => contract::check(old, new),
            _ => Ok(None),
        }
    }

    fn holds(&self, check: &Check, id: &str) -> bool {
        let old = self.old.get(id).copied();
        if let Check::New | Check::Old = check {
            return old.is_some() == (*check == Check::Old);
        }
        let Some(new) = self.new.get(id).copied() else {
            return false;
        };
        let calls_changed = || {
            let macros = new["depends_on"]["macros"].as_array().into_iter().flatten();
            macros
                .filter_map(Json::as_str)
                .any(|name| self.changed_macros.contains(name))
        };
        match check {
            Check::Modified => is_changed(old, new) || calls_changed(),
            Check::Unmodified => !(is_changed(old, new) || calls_changed()),
            Check::Macros => calls_changed(),
            Check::Body => has_body(id) && old.is_none_or(|old| !same_body(old, new)),
            Check::Configs => old.is_none_or(|old| !same_config(old, new)),
            Check::Relation if id.starts_with("source.") => {
                old.is_none_or(|old| !same_table(old, new))
            }
            Check::Relation => has_body(id) && old.is_none_or(|old| !same_relation(old, new)),
            Check::PersistedDescriptions => {
                has_body(id) && old.is_none_or(|old| !same_descriptions(old, new))
            }
            Check::Contract => match old {
                None => has_body(id),
                Some(old) => id.starts_with("model.") && !contract::is_same(old, new),
            },
            Check::New | Check::Old => false,
        }
    }
}

fn resources(manifest: &Json) -> HashMap<&str, &Json> {
    let parts = PARTS.iter().filter_map(|part| manifest[*part].as_object());
    parts
        .flatten()
        .map(|(id, resource)| (id.as_str(), resource))
        .collect()
}

/// Macros whose text differs or that only one side has, with all that call them.
fn changed_macros(old: &Json, new: &Json) -> BTreeSet<String> {
    let entries = |manifest: &'_ Json| -> HashMap<String, Json> {
        let macros = manifest["macros"].as_object().into_iter().flatten();
        macros
            .map(|(id, entry)| (id.clone(), entry["macro_sql"].clone()))
            .collect()
    };
    let (before, now) = (entries(old), entries(new));
    let mut changed: BTreeSet<String> = before.keys().chain(now.keys()).cloned().collect();
    changed.retain(|id| before.get(id) != now.get(id));
    let mut callers: HashMap<&str, Vec<&str>> = HashMap::new();
    for (id, entry) in new["macros"].as_object().into_iter().flatten() {
        for called in entry["depends_on"]["macros"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
        {
            callers.entry(called).or_default().push(id);
        }
    }
    let mut stack: Vec<String> = changed.iter().cloned().collect();
    while let Some(id) = stack.pop() {
        for caller in callers.get(id.as_str()).into_iter().flatten() {
            if changed.insert((*caller).to_owned()) {
                stack.push((*caller).to_owned());
            }
        }
    }
    changed
}

/// Whether a resource has SQL or rows of its own.
fn has_body(id: &str) -> bool {
    [
        "model.",
        "seed.",
        "snapshot.",
        "analysis.",
        "operation.",
        "test.",
        "function.",
    ]
    .iter()
    .any(|kind| id.starts_with(kind))
}

fn is_changed(old: Option<&Json>, new: &Json) -> bool {
    let id = new["unique_id"].as_str().unwrap_or_default();
    let kind = id.split('.').next().unwrap_or_default();
    let Some(old) = old else {
        return true;
    };
    let differs = |keys: &[&str]| keys.iter().any(|key| old[*key] != new[*key]);
    match kind {
        "test" if !new["test_metadata"].is_null() => differs(&["fqn"]) || !same_config(old, new),
        "unit_test" => differs(&["checksum"]),
        "source" => {
            differs(&["fqn", "quoting", "freshness", "loaded_at_field", "external"])
                || !same_config(old, new)
                || !same_table(old, new)
        }
        "exposure" => {
            differs(&[
                "fqn",
                "type",
                "owner",
                "maturity",
                "url",
                "description",
                "label",
            ]) || old["depends_on"]["nodes"] != new["depends_on"]["nodes"]
                || !same_config(old, new)
        }
        "metric" | "semantic_model" | "saved_query" => {
            let ignored = [
                "created_at",
                "unrendered_config",
                "config",
                "tags",
                "meta",
                "metadata",
                "path",
                "original_file_path",
            ];
            without(old, &ignored) != without(new, &ignored) || !same_config(old, new)
        }
        _ => {
            differs(&["fqn"])
                || !same_body(old, new)
                || !same_config(old, new)
                || !same_descriptions(old, new)
                || !same_relation(old, new)
                || (kind == "model"
                    && (differs(&["latest_version", "access", "deprecation_date"])
                        || !contract::is_same(old, new)))
        }
    }
}

fn without<'json>(resource: &'json Json, keys: &[&str]) -> Vec<(&'json String, &'json Json)> {
    let entries = resource.as_object().into_iter().flatten();
    let mut entries: Vec<_> = entries
        .filter(|(key, _)| !keys.contains(&key.as_str()))
        .collect();
    entries.sort_by_key(|(key, _)| *key);
    entries
}

fn same_body(old: &Json, new: &Json) -> bool {
    if new["resource_type"] == "seed" {
        return old["checksum"] == new["checksum"];
    }
    old["raw_code"] == new["raw_code"]
}

fn same_config(old: &Json, new: &Json) -> bool {
    let uncompared: &[&str] = match new["resource_type"].as_str() {
        Some("source" | "exposure") => &[],
        Some("metric" | "semantic_model" | "saved_query") => &["group"],
        _ => &OF_NODES,
    };
    let written = |resource: &Json| -> Vec<(String, Json)> {
        let entries = resource["unrendered_config"]
            .as_object()
            .into_iter()
            .flatten();
        let mut entries: Vec<(String, Json)> = entries
            .filter(|(key, value)| !uncompared.contains(&key.as_str()) && !value.is_null())
            .map(|(key, value)| (key.replace('_', "-"), value.clone()))
            .collect();
        entries.sort_by(|left, right| left.0.cmp(&right.0));
        entries
    };
    written(old) == written(new)
}

/// Where a source's table is, as it was written.
fn same_table(old: &Json, new: &Json) -> bool {
    ["identifier", "unrendered_database", "unrendered_schema"]
        .iter()
        .all(|key| old[*key] == new[*key])
}

/// Where the relation is, as it was written.
fn same_relation(old: &Json, new: &Json) -> bool {
    ["database", "schema", "alias"]
        .iter()
        .all(|key| old["unrendered_config"][*key] == new["unrendered_config"][*key])
}

fn same_descriptions(old: &Json, new: &Json) -> bool {
    let persists = |what: &str| new["config"]["persist_docs"][what] == true;
    let columns = |resource: &Json| -> Vec<(String, Json)> {
        let columns = resource["columns"].as_object().into_iter().flatten();
        columns
            .map(|(name, column)| (name.clone(), column["description"].clone()))
            .collect()
    };
    (!persists("relation") || old["description"] == new["description"])
        && (!persists("columns") || columns(old) == columns(new))
}
