//! Contracts beside those of an earlier run: which changes break whoever reads the model. As in dbt, of a model that is
//! no version they are a warning, and of a version an error.

use serde_json::Value as Json;

use crate::diagnostic::{Code, Diagnostic};

/// A warning of what the contract of a model has no more, where it had one. Both are entries of manifests.
///
/// **Errors**: HCW0124, where the model is a version.
pub(super) fn check(old: &Json, new: &Json) -> Result<Option<Diagnostic>, Diagnostic> {
    let changes = breaking_changes(old, new);
    if changes.is_empty() {
        return Ok(None);
    }
    let text = |key: &str| new[key].as_str().unwrap_or_default();
    let message = format!(
        "what changed in the contract of `{}` ({}) breaks who reads it: {}",
        text("name"),
        text("original_file_path"),
        changes.join("; ")
    );
    match new["version"].is_null() {
        true => Ok(Some(Diagnostic::warning(Code::ContractChanged, message))),
        false => Err(Diagnostic::error(Code::ContractChanged, message)
            .help("leave this version as it is, and make the change in a new one")),
    }
}

/// Whether two contracts are the same.
pub(super) fn is_same(old: &Json, new: &Json) -> bool {
    match (is_enforced(old), is_enforced(new)) {
        (false, false) => true,
        (true, true) => old["contract"]["checksum"] == new["contract"]["checksum"],
        _ => false,
    }
}

fn is_enforced(model: &Json) -> bool {
    model["contract"]["enforced"] == true
}

fn breaking_changes(old: &Json, new: &Json) -> Vec<String> {
    let mut changes = Vec::new();
    if !is_enforced(old) || is_same(old, new) {
        return changes;
    }
    if !is_enforced(new) {
        changes.push("it is enforced no more".to_owned());
    }
    let mut say = |what: &str, of: Vec<String>| {
        if !of.is_empty() {
            changes.push(format!("{what}: {}", of.join(", ")));
        }
    };
    let columns: Vec<(&String, &Json, &Json)> = old["columns"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, column)| (name, column, &new["columns"][name]))
        .collect();
    let gone = columns.iter().filter(|(_, _, now)| now.is_null());
    say(
        "columns that are gone",
        gone.map(|(name, _, _)| (*name).clone()).collect(),
    );
    let retyped = columns
        .iter()
        .filter(|(_, before, now)| !now.is_null() && base_type(before) != base_type(now));
    let data_type = |column: &Json| column["data_type"].as_str().unwrap_or("none").to_owned();
    say(
        "columns of another type",
        retyped
            .map(|(name, before, now)| {
                format!("{name} ({} to {})", data_type(before), data_type(now))
            })
            .collect(),
    );
    if makes_constraints(old) {
        let on_columns = columns.iter().filter(|(_, _, now)| !now.is_null());
        let on_columns = on_columns.flat_map(|(name, before, now)| {
            lost(before, now).map(move |constraint| format!("{constraint} on {name}"))
        });
        say(
            "constraints that are gone",
            on_columns.chain(lost(old, new)).collect(),
        );
        let has_some = |one: &Json| {
            one["constraints"]
                .as_array()
                .is_some_and(|all| !all.is_empty())
        };
        if !makes_constraints(new)
            && (has_some(old) || columns.iter().any(|(_, before, _)| has_some(before)))
        {
            let materialized = |model: &Json| {
                model["config"]["materialized"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            };
            say(
                "a materialization without its constraints",
                vec![format!("{} to {}", materialized(old), materialized(new))],
            );
        }
    }
    changes
}

/// A type without its size, precision and scale: those break nobody.
fn base_type(column: &Json) -> Option<String> {
    let data_type = column["data_type"].as_str()?;
    let base = data_type.split('(').next().unwrap_or_default();
    Some(base.trim().to_lowercase())
}

fn makes_constraints(model: &Json) -> bool {
    let materialized = model["config"]["materialized"].as_str();
    matches!(materialized, Some("table" | "incremental"))
}

/// Constraints that PostgreSQL enforces and that are declared no more, by their names or types.
fn lost<'model>(old: &'model Json, new: &'model Json) -> impl Iterator<Item = String> {
    let now = new["constraints"].as_array();
    let before = old["constraints"].as_array().into_iter().flatten();
    before
        .filter(move |constraint| !now.is_some_and(|now| now.contains(constraint)))
        .filter(|constraint| constraint["type"] != "custom")
        .filter_map(|constraint| constraint["name"].as_str().or(constraint["type"].as_str()))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn model(columns: Json) -> Json {
        json!({
            "name": "stays", "original_file_path": "models/stays.sql", "version": null, "constraints": [],
            "config": {"materialized": "table"}, "columns": columns,
            "contract": {"enforced": true, "checksum": columns.to_string()},
        })
    }

    #[test]
    fn only_what_readers_had_is_missed() {
        let primary = json!({"type": "primary_key", "name": null});
        let old = model(json!({
            "id": {"data_type": "integer", "constraints": [primary]},
            "note": {"data_type": "varchar(3)", "constraints": []},
        }));
        let told = |new: &Json| {
            check(&old, new)
                .expect("a warning")
                .map(|found| found.message)
        };
        assert_eq!(told(&old), None);
        let wider = model(json!({
            "id": {"data_type": "integer", "constraints": [primary]},
            "note": {"data_type": "VARCHAR(9)", "constraints": []},
            "more": {"data_type": "text", "constraints": []},
        }));
        assert_eq!(told(&wider), None);
        assert!(!is_same(&old, &wider));
        let other = model(json!({"id": {"data_type": "bigint", "constraints": []}}));
        let expected = "what changed in the contract of `stays` (models/stays.sql) breaks who reads it: columns that are gone: \
            note; columns of another type: id (integer to bigint); constraints that are gone: primary_key on id";
        assert_eq!(told(&other).as_deref(), Some(expected));
        let mut view = old.clone();
        view["config"]["materialized"] = json!("view");
        view["contract"] = json!({"enforced": false});
        let expected = "what changed in the contract of `stays` (models/stays.sql) breaks who reads it: it is enforced no \
            more; a materialization without its constraints: table to view";
        assert_eq!(told(&view).as_deref(), Some(expected));
        view["version"] = json!(2);
        assert!(check(&old, &view).is_err());
        assert_eq!(check(&view, &old), Ok(None));
    }
}
