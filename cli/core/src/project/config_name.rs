//! The names of dbt's configurations. A project may add names of its own; one that is almost a known name
//! is likely a typing error, which would else be ignored in silence: as in dbt it only warns.

use crate::diagnostic::{Code, Diagnostic};

const NAMES: [&str; 52] = [
    "access",
    "alias",
    "batch_size",
    "begin",
    "column_types",
    "concurrent_batches",
    "contract",
    "database",
    "delimiter",
    "docs",
    "enabled",
    "error_if",
    "event_time",
    "fail_calc",
    "freshness",
    "full_refresh",
    "grants",
    "group",
    "incremental_predicates",
    "incremental_strategy",
    "indexes",
    "limit",
    "loaded_at_field",
    "loaded_at_query",
    "lookback",
    "materialized",
    "merge_exclude_columns",
    "merge_update_columns",
    "meta",
    "on_configuration_change",
    "on_schema_change",
    "packages",
    "persist_docs",
    "post-hook",
    "post_hook",
    "pre-hook",
    "pre_hook",
    "quote_columns",
    "quoting",
    "schema",
    "severity",
    "sql_header",
    "static_analysis",
    "store_failures",
    "store_failures_as",
    "table_owner",
    "tags",
    "transient",
    "unique_key",
    "unlogged",
    "warn_if",
    "where",
];

/// What hcw reads below `meta.hcw` of a source table.
const LANDING_NAMES: [&str; 4] = ["location", "mode", "format", "delimiter"];

/// The known configuration that a name almost is.
pub(crate) fn misspelt(name: &str) -> Option<&'static str> {
    near(name, &NAMES)
}

/// The known setting of a landing that a name almost is.
pub(crate) fn misspelt_landing(name: &str) -> Option<&'static str> {
    near(name, &LANDING_NAMES)
}

/// The problem, without its place.
pub(crate) fn unknown(name: &str, meant: &str, of: &str) -> Diagnostic {
    Diagnostic::warning(
        Code::YamlUnknownKey,
        format!("unknown configuration `{name}` {of}"),
    )
    .help(format!("did you mean `{meant}`?"))
}

/// One letter more, less or other, or two neighbours swapped; in long names two such errors.
fn near(name: &str, names: &[&'static str]) -> Option<&'static str> {
    if names.contains(&name) {
        return None;
    }
    let allowed = if name.len() < 8 { 1 } else { 2 };
    names
        .iter()
        .map(|known| (strsim::osa_distance(name, known), *known))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_near_names_are_errors() {
        assert_eq!(misspelt("materialised"), Some("materialized"));
        assert_eq!(misspelt("severty"), Some("severity"));
        assert_eq!(misspelt("tag"), Some("tags"));
        for name in ["materialized", "owner", "grain", "retention_days", "team"] {
            assert_eq!(misspelt(name), None, "{name}");
        }
    }
}
