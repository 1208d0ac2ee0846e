//! Checks of a snapshot's configuration.

use serde_json::Value as Json;

use super::config;
use super::resource::Node;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Location;

/// The names of a snapshot's own columns that a project may change.
pub(crate) const META_COLUMNS: [&str; 5] = [
    "dbt_valid_to",
    "dbt_valid_from",
    "dbt_scd_id",
    "dbt_updated_at",
    "dbt_is_deleted",
];

/// Checks what a template cannot change: misspelt names of columns.
pub(crate) fn check_sidecar(node: &Node, diagnostics: &mut Vec<Diagnostic>) {
    let Some(Json::Object(names)) = node.config.get("snapshot_meta_column_names") else {
        return;
    };
    for name in names.keys() {
        if !META_COLUMNS.contains(&name.as_str()) {
            diagnostics.push(
                Diagnostic::error(
                    Code::ConfigInvalid,
                    format!("`{name}` is no column of snapshots, in `{}`", node.name),
                )
                .at(place(node))
                .help(format!("one of {}", META_COLUMNS.join(", ")))
                .did_you_mean(name, META_COLUMNS),
            );
        }
    }
}

/// Checks the whole configuration, after the template has run; what becomes of deleted rows is judged when it runs.
///
/// **Errors**: HCW0111 for a strategy without what it needs.
pub(crate) fn check(node: &Node) -> Result<(), Diagnostic> {
    let config = &node.config;
    let problem = |message: String, help: &str| {
        Err(Diagnostic::error(Code::ConfigInvalid, message)
            .at(place(node))
            .help(help))
    };
    let name = &node.name;
    let is_given = |key: &str| match config.get(key) {
        None | Some(Json::Null) => false,
        Some(Json::String(text)) => !text.is_empty(),
        Some(Json::Array(items)) => !items.is_empty(),
        Some(_) => true,
    };
    if !is_given("strategy") || !is_given("unique_key") {
        return problem(
            format!("the snapshot `{name}` must be configured with a 'strategy' and 'unique_key'"),
            "strategy is timestamp or check; unique_key is a column or a list of them",
        );
    }
    match config::text(config, "strategy") {
        Some("timestamp") => {
            if !is_given("updated_at") {
                return problem(
                    format!("the timestamp strategy of the snapshot `{name}` needs `updated_at`"),
                    "name the column that says when a row was changed",
                );
            }
            if is_given("check_cols") {
                return problem(
                    format!(
                        "the timestamp strategy of the snapshot `{name}` takes no `check_cols`"
                    ),
                    "remove `check_cols`, or choose `strategy: check`",
                );
            }
        }
        Some("check") => match config.get("check_cols") {
            _ if !is_given("check_cols") => {
                return problem(
                    format!("the check strategy of the snapshot `{name}` needs `check_cols`"),
                    "`all`, or a list of columns",
                );
            }
            Some(Json::String(text)) if text != "all" => {
                return problem(
                    format!("`check_cols` of the snapshot `{name}` is neither `all` nor a list"),
                    "`all`, or a list of columns",
                );
            }
            _ => {}
        },
        // a strategy of the project's own: a macro decides
        _ => {}
    }
    match config::text(config, "materialized") {
        None | Some("snapshot") => Ok(()),
        Some(other) => problem(
            format!("the snapshot `{name}` is materialized as `{other}`"),
            "a snapshot is always `materialized: snapshot`: remove the configuration",
        ),
    }
}

fn place(node: &Node) -> Location {
    node.patched_at.clone().unwrap_or_else(|| {
        node.file
            .at(node.properties.body_start..node.properties.body_start)
    })
}
