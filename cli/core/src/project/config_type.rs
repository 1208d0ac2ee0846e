//! What dbt's configurations are made of: a value of another type stops the project, whichever layer has it.

use serde_json::Value as Json;

use super::NodeKind;
use super::config::ConfigMap;

/// What a configuration's value may be.
#[derive(Clone, Copy)]
enum Type {
    Flag,
    Text,
    Whole,
    /// A text, or a list of texts.
    Texts,
    Mapping,
    /// Statements, or mappings that have one.
    Hooks,
    /// One of these words.
    Word(&'static [&'static str]),
    /// That, or null.
    Maybe(&'static Type),
}

use Type::{Flag, Hooks, Mapping, Maybe, Text, Texts, Whole, Word};

const OF_ALL: [(&str, Type); 8] = [
    ("alias", Maybe(&Text)),
    ("database", Maybe(&Text)),
    ("enabled", Flag),
    ("group", Maybe(&Text)),
    ("materialized", Text),
    ("meta", Mapping),
    ("schema", Maybe(&Text)),
    ("tags", Texts),
];

const OF_RELATIONS: [(&str, Type); 15] = [
    ("access", Text),
    ("column_types", Mapping),
    ("contract", Mapping),
    ("docs", Mapping),
    ("full_refresh", Maybe(&Flag)),
    ("grants", Mapping),
    ("incremental_strategy", Maybe(&Text)),
    (
        "on_configuration_change",
        Word(&["apply", "continue", "fail"]),
    ),
    ("on_schema_change", Maybe(&Text)),
    ("packages", Texts),
    ("persist_docs", Mapping),
    ("post-hook", Hooks),
    ("pre-hook", Hooks),
    ("quoting", Mapping),
    ("unique_key", Maybe(&Texts)),
];

const OF_MODELS: [(&str, Type); 2] = [
    ("latest_version_pointer", Mapping),
    ("on_error", Maybe(&Word(&["skip_children", "continue"]))),
];

const OF_SEEDS: [(&str, Type); 2] = [("delimiter", Text), ("quote_columns", Maybe(&Flag))];

const OF_SNAPSHOTS: [(&str, Type); 7] = [
    ("check_cols", Maybe(&Texts)),
    ("dbt_valid_to_current", Maybe(&Text)),
    ("snapshot_meta_column_names", Mapping),
    ("strategy", Maybe(&Text)),
    ("target_database", Maybe(&Text)),
    ("target_schema", Maybe(&Text)),
    ("updated_at", Maybe(&Text)),
];

const OF_TESTS: [(&str, Type); 8] = [
    ("error_if", Text),
    ("fail_calc", Text),
    ("limit", Maybe(&Whole)),
    ("severity", Text),
    ("store_failures", Maybe(&Flag)),
    ("store_failures_as", Maybe(&Text)),
    ("warn_if", Text),
    ("where", Maybe(&Text)),
];

impl Type {
    fn holds(self, value: &Json) -> bool {
        let texts = |items: &[Json]| items.iter().all(Json::is_string);
        match (self, value) {
            (Maybe(_), Json::Null)
            | (Flag, Json::Bool(_))
            | (Text, Json::String(_))
            | (Texts | Hooks, Json::String(_))
            | (Mapping | Hooks, Json::Object(_)) => true,
            // to Python a flag is a number
            (Whole, Json::Bool(_)) => true,
            (Whole, Json::Number(number)) => number.is_i64() || number.is_u64(),
            (Texts, Json::Array(items)) => texts(items),
            (Hooks, Json::Array(items)) => items
                .iter()
                .all(|item| item.is_string() || item.is_object()),
            (Word(words), Json::String(word)) => words.contains(&word.as_str()),
            (Maybe(what), value) => what.holds(value),
            _ => false,
        }
    }

    fn described(self) -> String {
        match self {
            Flag => "true or false".to_owned(),
            Text => "a text".to_owned(),
            Whole => "a whole number".to_owned(),
            Texts => "a text or a list of texts".to_owned(),
            Mapping => "a mapping".to_owned(),
            Hooks => "a statement or a list of statements".to_owned(),
            Word(words) => format!("one of {}", words.join(", ")),
            Maybe(what) => what.described(),
        }
    }
}

/// The configurations of a node that dbt would not take, each with what it may be.
pub(crate) fn mistyped(kind: &NodeKind, config: &ConfigMap) -> Vec<(&'static str, String)> {
    let none: &[(&str, Type)] = &[];
    let (relations, own) = match kind {
        NodeKind::Model => (OF_RELATIONS.as_slice(), OF_MODELS.as_slice()),
        NodeKind::Seed => (OF_RELATIONS.as_slice(), OF_SEEDS.as_slice()),
        NodeKind::Snapshot => (OF_RELATIONS.as_slice(), OF_SNAPSHOTS.as_slice()),
        NodeKind::SingularTest | NodeKind::GenericTest(_) => (none, OF_TESTS.as_slice()),
        NodeKind::Analysis | NodeKind::Function => (none, none),
    };
    let all = OF_ALL.iter().chain(relations).chain(own);
    all.filter(|(name, what)| config.get(*name).is_some_and(|value| !what.holds(value)))
        .map(|(name, what)| (*name, what.described()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn mistyped_of(kind: &NodeKind, config: Json) -> Vec<&'static str> {
        let config: ConfigMap = serde_json::from_value(config).expect("a mapping");
        let found = mistyped(kind, &config);
        found.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn values_of_another_type_are_named() {
        let config = json!({
            "enabled": "true", "tags": [1], "alias": 1, "meta": "x", "grants": "x", "unique_key": 1,
            "pre-hook": [1], "on_configuration_change": "x", "schema": "fine", "limit": "of tests",
        });
        assert_eq!(
            mistyped_of(&NodeKind::Model, config),
            [
                "alias",
                "enabled",
                "meta",
                "tags",
                "grants",
                "on_configuration_change",
                "pre-hook",
                "unique_key"
            ]
        );
    }

    #[test]
    fn null_is_no_value_of_what_has_to_have_one() {
        let config = json!({
            "alias": null, "enabled": null, "materialized": null, "on_schema_change": null, "docs": null,
            "tags": ["a", null], "delimiter": null, "quote_columns": null, "access": null,
        });
        assert_eq!(
            mistyped_of(&NodeKind::Seed, config),
            [
                "enabled",
                "materialized",
                "tags",
                "access",
                "docs",
                "delimiter"
            ]
        );
    }

    #[test]
    fn what_dbt_takes_is_taken() {
        let config = json!({
            "enabled": true, "tags": ["a"], "alias": null, "post-hook": ["select 1", {"sql": "select 2"}],
            "unique_key": ["a", "b"], "full_refresh": false, "on_configuration_change": "continue",
        });
        assert!(mistyped_of(&NodeKind::Model, config).is_empty());
        let of_test = json!({"limit": 5, "where": "a > 1", "store_failures": null});
        assert!(mistyped_of(&NodeKind::SingularTest, of_test).is_empty());
        let wrong = json!({"limit": "five", "warn_if": 1});
        assert_eq!(
            mistyped_of(&NodeKind::SingularTest, wrong),
            ["limit", "warn_if"]
        );
    }
}
