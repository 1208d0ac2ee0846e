//! Configurations with dbt's defaults, by kind of resource.

use std::borrow::Cow;
use std::sync::LazyLock;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json, json};

use crate::project::Node;
use crate::project::config::ConfigMap;

type Defaults = LazyLock<Vec<(&'static str, Json)>>;

fn entries(value: Json) -> Vec<(&'static str, Json)> {
    let Json::Object(map) = value else {
        return Vec::new();
    };
    // the names live as long as the program: this runs once for each kind
    map.into_iter()
        .map(|(key, value)| (&*Box::leak(key.into_boxed_str()), value))
        .collect()
}

fn of_every_node() -> Json {
    json!({
        "enabled": true, "alias": null, "schema": null, "database": null, "tags": [], "meta": {},
        "group": null, "static_analysis": null, "materialized": "view",
        "incremental_strategy": null, "batch_size": null, "lookback": 1, "begin": null,
        "persist_docs": {}, "post-hook": [], "pre-hook": [], "quoting": {}, "column_types": {},
        "full_refresh": null, "unique_key": null, "on_schema_change": "ignore",
        "on_configuration_change": "apply", "grants": {}, "packages": [],
        "docs": {"show": true, "node_color": null},
        "contract": {"enforced": false, "alias_types": true},
        "event_time": null, "concurrent_batches": null,
    })
}

fn with(mut base: Json, more: Json) -> Vec<(&'static str, Json)> {
    if let (Json::Object(base), Json::Object(more)) = (&mut base, more) {
        base.extend(more);
    }
    entries(base)
}

static NODE: Defaults = LazyLock::new(|| entries(of_every_node()));
static MODEL: Defaults = LazyLock::new(|| {
    with(
        of_every_node(),
        json!({
            "access": "protected", "freshness": null, "on_error": null,
            "latest_version_pointer": {"enabled": null, "alias": null},
        }),
    )
});
static SEED: Defaults = LazyLock::new(|| {
    with(
        of_every_node(),
        json!({"materialized": "seed", "delimiter": ",", "quote_columns": null}),
    )
});
static SNAPSHOT: Defaults = LazyLock::new(|| {
    with(
        of_every_node(),
        json!({
            "materialized": "snapshot", "strategy": null, "target_schema": null,
            "target_database": null, "updated_at": null, "check_cols": null,
            "snapshot_meta_column_names": {
                "dbt_valid_to": null, "dbt_valid_from": null, "dbt_scd_id": null,
                "dbt_updated_at": null, "dbt_is_deleted": null,
            },
            "dbt_valid_to_current": null,
        }),
    )
});
static FUNCTION: Defaults = LazyLock::new(|| {
    with(
        of_every_node(),
        json!({
            "materialized": "function", "type": "scalar", "volatility": null,
            "runtime_version": null, "entry_point": null, "snowflake": {"quote_args": true},
        }),
    )
});
static TEST: Defaults = LazyLock::new(|| {
    entries(json!({
        "enabled": true, "alias": null, "schema": "dbt_test__audit", "database": null, "tags": [],
        "meta": {}, "group": null, "static_analysis": null, "materialized": "test",
        "severity": "ERROR", "store_failures": null, "store_failures_as": null,
        "sql_header": null, "where": null, "limit": null, "fail_calc": "count(*)",
        "warn_if": "!= 0", "error_if": "!= 0",
    }))
});

/// A node's configuration.
pub(super) struct NodeConfig<'node> {
    defaults: &'static [(&'static str, Json)],
    config: &'node ConfigMap,
    is_test: bool,
}

impl<'node> NodeConfig<'node> {
    pub(super) fn of(node: &'node Node) -> NodeConfig<'node> {
        NodeConfig::of_kind(node.kind.resource_type(), &node.config)
            .unwrap_or_else(|| of_nothing(&node.config))
    }

    fn of_kind(kind: &str, config: &'node ConfigMap) -> Option<NodeConfig<'node>> {
        let defaults: &'static Vec<(&'static str, Json)> = match kind {
            "model" => &MODEL,
            "seed" => &SEED,
            "snapshot" => &SNAPSHOT,
            "function" => &FUNCTION,
            "analysis" => &NODE,
            "test" => &TEST,
            _ => return None,
        };
        Some(NodeConfig {
            defaults,
            config,
            is_test: kind == "test",
        })
    }

    /// How failing rows are kept: the form decides, else whether they are.
    fn store_failures(&self) -> (Json, Json) {
        let stores = self
            .config
            .get("store_failures")
            .filter(|value| !value.is_null());
        match self.config.get("store_failures_as").and_then(Json::as_str) {
            Some(form) => (json!(form != "ephemeral"), json!(form)),
            None => match stores.and_then(Json::as_bool) {
                Some(true) => (json!(true), json!("table")),
                Some(false) => (json!(false), json!("ephemeral")),
                None => (Json::Null, Json::Null),
            },
        }
    }
}

/// The configuration of a hook or of nothing in particular.
pub(super) fn of_nothing(config: &ConfigMap) -> NodeConfig<'_> {
    NodeConfig {
        defaults: &NODE,
        config,
        is_test: false,
    }
}

impl NodeConfig<'_> {
    /// What is written under one of dbt's keys, with what dbt makes of it; the default where nothing is.
    fn value<'json>(&'json self, key: &str, default: &'json Json) -> Cow<'json, Json> {
        let made = match (key, self.config.get(key)) {
            ("store_failures", _) if self.is_test => self.store_failures().0,
            ("store_failures_as", _) if self.is_test => self.store_failures().1,
            (_, None) | ("on_schema_change", Some(Json::Null)) => return Cow::Borrowed(default),
            ("post-hook" | "pre-hook", Some(hooks)) => self::hooks(hooks),
            ("tags" | "packages", Some(Json::String(tag))) => json!([tag]),
            ("grants", Some(Json::Object(grants))) => listed(grants),
            ("begin", Some(Json::String(begin))) => json!(time_of(begin)),
            ("freshness", Some(freshness)) => model_freshness(freshness),
            ("latest_version_pointer", Some(Json::Bool(flag))) => {
                json!({"enabled": flag, "alias": null})
            }
            ("static_analysis", Some(Json::Bool(flag))) => json!(if *flag { "on" } else { "off" }),
            (
                "docs" | "contract" | "snapshot_meta_column_names" | "latest_version_pointer",
                Some(Json::Object(written)),
            ) => completed(default, written),
            (_, Some(value)) => return Cow::Borrowed(value),
        };
        Cow::Owned(made)
    }

    /// dbt's keys, then the others.
    fn entries(&self) -> impl Iterator<Item = (&str, Cow<'_, Json>)> {
        let known = self.defaults.iter();
        let known = known.map(|(key, default)| (*key, self.value(key, default)));
        let others = self.config.iter().filter(|(key, value)| {
            let is_known = self.defaults.iter().any(|(known, _)| known == key);
            // as in dbt a test's key of its own that is null is left out
            !(is_known || self.is_test && value.is_null())
        });
        known.chain(others.map(|(key, value)| (key.as_str(), Cow::Borrowed(value))))
    }
}

impl Serialize for NodeConfig<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.entries())
    }
}

/// What a template finds under a name of a node's configuration.
pub(crate) fn found(kind: &str, config: &ConfigMap, name: &str) -> Option<Json> {
    let Some(of_kind) = NodeConfig::of_kind(kind, config) else {
        return config.get(name).cloned();
    };
    let key = match name {
        // as in dbt they are found by the other spelling
        "post-hook" | "pre-hook" => return None,
        "post_hook" => "post-hook",
        "pre_hook" => "pre-hook",
        name => name,
    };
    let mut defaults = of_kind.defaults.iter();
    match defaults.find(|(known, _)| *known == key) {
        Some((_, default)) => Some(of_kind.value(key, default).into_owned()),
        None => config.get(name).cloned(),
    }
}

/// A node's whole configuration as a template finds it in `model`: without what is null.
pub(crate) fn stated(kind: &str, config: &ConfigMap) -> Option<Json> {
    let whole = NodeConfig::of_kind(kind, config)?;
    let stated = whole.entries().filter(|(_, value)| !value.is_null());
    let stated = stated.map(|(key, value)| (key.to_owned(), without_nulls(value.into_owned())));
    Some(stated.collect())
}

pub(super) fn without_nulls(json: Json) -> Json {
    match json {
        Json::Object(entries) => entries
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, without_nulls(value)))
            .collect(),
        Json::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

/// A date as the time at which it begins; other texts as they are.
fn time_of(begin: &str) -> String {
    let is_date = begin.len() == 10
        && begin.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if is_date {
        format!("{begin}T00:00:00")
    } else {
        begin.replacen(' ', "T", 1)
    }
}

fn completed(default: &Json, written: &Map<String, Json>) -> Json {
    let mut completed = default.clone();
    if let Json::Object(completed) = &mut completed {
        completed.extend(written.clone());
    }
    completed
}

fn listed(grants: &Map<String, Json>) -> Json {
    let listed = grants
        .iter()
        .map(|(privilege, to)| {
            let to = match to {
                Json::Array(_) => to.clone(),
                single => json!([single]),
            };
            (privilege.trim_start_matches('+').to_owned(), to)
        })
        .collect();
    Json::Object(listed)
}

fn hooks(hooks: &Json) -> Json {
    let hooks: Vec<&Json> = match hooks {
        Json::Array(hooks) => hooks.iter().collect(),
        Json::Null => Vec::new(),
        single => vec![single],
    };
    hooks
        .into_iter()
        .map(|hook| match hook {
            Json::Object(written) => completed(
                &json!({"sql": "", "transaction": true, "index": null}),
                written,
            ),
            Json::String(text) => match serde_json::from_str::<Json>(text) {
                // `before_begin()` and its kin return a text of JSON
                Ok(Json::Object(written)) => completed(
                    &json!({"sql": "", "transaction": true, "index": null}),
                    &written,
                ),
                _ => json!({"sql": text, "transaction": true, "index": null}),
            },
            other => json!({"sql": other.to_string(), "transaction": true, "index": null}),
        })
        .collect()
}

/// A model's freshness; what has no `build_after` does not count.
fn model_freshness(written: &Json) -> Json {
    match written.get("build_after") {
        Some(Json::Object(build_after)) => json!({
            "build_after": completed(
                &json!({"count": null, "period": null, "updates_on": "any"}),
                build_after,
            )
        }),
        _ => Json::Null,
    }
}
