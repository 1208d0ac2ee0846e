//! Materializations: a closed set, each with exactly its own settings.

use serde_json::Value as Json;

use crate::diagnostic::{Code, Diagnostic};
use crate::project::config::{self, ConfigMap};
use crate::project::{Node, NodeKind};
use crate::settings::Settings;

/// How a model or seed is kept in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Materialization {
    /// A view.
    View,
    /// A table, rebuilt whole.
    Table(Vec<IndexSettings>),
    /// A table that grows.
    Incremental(IncrementalSettings),
    /// A common table expression in the queries that read it.
    Ephemeral,
    /// A table from a CSV file of the project.
    Seed,
}

/// An index of `config.indexes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexSettings {
    /// Columns in order.
    pub columns: Vec<String>,
    /// Whether it is unique.
    pub unique: bool,
    /// Access method (`btree`, `hash`, `gin`, …).
    pub method: Option<String>,
}

/// How new rows come into an incremental table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncrementalStrategy {
    /// All new rows are added.
    Append,
    /// Rows of the same key are deleted, then all new rows are added.
    DeleteInsert,
    /// Rows of the same key are updated, the others added.
    Merge,
}

/// Settings of an incremental model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncrementalSettings {
    /// How new rows come in.
    pub strategy: IncrementalStrategy,
    /// The key's columns; without one every row is new.
    pub unique_key: Vec<String>,
    /// Columns that a merge updates; all others when empty.
    pub merge_update_columns: Vec<String>,
    /// Columns that a merge leaves.
    pub merge_exclude_columns: Vec<String>,
    /// Indexes of the table.
    pub indexes: Vec<IndexSettings>,
    /// Build it from scratch.
    pub full_refresh: bool,
}

/// Configurations that change what is built and that hcw does not know yet: an error, never a silence.
const UNSUPPORTED: [&str; 7] = [
    "pre-hook",
    "post-hook",
    "grants",
    "unlogged",
    "incremental_predicates",
    "sql_header",
    "event_time",
];

const NAMES: [&str; 4] = ["view", "table", "incremental", "ephemeral"];

impl Materialization {
    /// Reads a node's configuration.
    ///
    /// **Errors**: HCW0111 for a value that cannot be used, HCW0112 for what is not supported.
    pub(crate) fn of(node: &Node, settings: &Settings) -> Result<Materialization, Diagnostic> {
        let config = &node.config;
        if let Some(key) = UNSUPPORTED
            .iter()
            .find(|key| config.get(**key).is_some_and(|value| !is_empty(value)))
        {
            return Err(at(
                node,
                Diagnostic::error(
                    Code::Unsupported,
                    format!("`{}` sets `{key}`, which is not supported yet", node.name),
                ),
                key,
            ));
        }
        if node.kind == NodeKind::Seed {
            return Ok(Materialization::Seed);
        }
        let indexes = indexes(node)?;
        match config::text(config, "materialized").unwrap_or("view") {
            "view" => Ok(Materialization::View),
            "table" => Ok(Materialization::Table(indexes)),
            "ephemeral" => Ok(Materialization::Ephemeral),
            "incremental" => incremental(node, settings, indexes),
            other => Err(at(
                node,
                Diagnostic::error(
                    Code::ConfigInvalid,
                    format!("unknown materialization `{other}` of `{}`", node.name),
                )
                .help(format!("one of {}", NAMES.join(", ")))
                .did_you_mean(other, NAMES),
                other,
            )),
        }
    }
}

fn incremental(
    node: &Node,
    settings: &Settings,
    indexes: Vec<IndexSettings>,
) -> Result<Materialization, Diagnostic> {
    let config = &node.config;
    let unique_key = config::texts(config, "unique_key");
    let strategy = match config::text(config, "incremental_strategy") {
        Some("append") => IncrementalStrategy::Append,
        Some("delete+insert") => IncrementalStrategy::DeleteInsert,
        Some("merge") => IncrementalStrategy::Merge,
        // dbt-postgres' default: without a key nothing is deleted
        None | Some("default") if unique_key.is_empty() => IncrementalStrategy::Append,
        None | Some("default") => IncrementalStrategy::DeleteInsert,
        Some(other) => {
            let names = ["append", "delete+insert", "merge"];
            return Err(at(
                node,
                Diagnostic::error(
                    Code::ConfigInvalid,
                    format!("unknown incremental strategy `{other}` of `{}`", node.name),
                )
                .help(format!("one of {}", names.join(", ")))
                .did_you_mean(other, names),
                other,
            ));
        }
    };
    if strategy == IncrementalStrategy::Merge && unique_key.is_empty() {
        return Err(at(
            node,
            Diagnostic::error(
                Code::ConfigInvalid,
                format!("the merge of `{}` needs a `unique_key`", node.name),
            ),
            "merge",
        ));
    }
    match config::text(config, "on_schema_change") {
        None | Some("ignore") => {}
        Some(other) => {
            return Err(at(
                node,
                Diagnostic::error(
                    Code::Unsupported,
                    format!("`on_schema_change: {other}` is not supported yet"),
                )
                .help("leave it out, and rebuild with --full-refresh when columns change"),
                other,
            ));
        }
    }
    Ok(Materialization::Incremental(IncrementalSettings {
        strategy,
        unique_key,
        merge_update_columns: config::texts(config, "merge_update_columns"),
        merge_exclude_columns: config::texts(config, "merge_exclude_columns"),
        indexes,
        full_refresh: config::flag(config, "full_refresh").unwrap_or(settings.full_refresh),
    }))
}

fn indexes(node: &Node) -> Result<Vec<IndexSettings>, Diagnostic> {
    let Some(value) = node.config.get("indexes") else {
        return Ok(Vec::new());
    };
    let invalid = || {
        at(
            node,
            Diagnostic::error(
                Code::ConfigInvalid,
                format!("`indexes` of `{}` must be a list of mappings", node.name),
            )
            .help("for example `indexes: [{columns: [clinic_key], unique: false}]`"),
            "indexes",
        )
    };
    let items = value.as_array().ok_or_else(invalid)?;
    let mut indexes = Vec::new();
    for item in items {
        let index: &ConfigMap = item.as_object().ok_or_else(invalid)?;
        let columns = config::texts(index, "columns");
        let known = ["columns", "unique", "type"];
        if columns.is_empty() || index.keys().any(|key| !known.contains(&key.as_str())) {
            return Err(invalid());
        }
        indexes.push(IndexSettings {
            columns,
            unique: config::flag(index, "unique").unwrap_or(false),
            method: config::text(index, "type").map(str::to_owned),
        });
    }
    Ok(indexes)
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(entries) => entries.is_empty(),
        Json::String(text) => text.is_empty(),
        _ => false,
    }
}

/// Points at the word in the template where it stands there, else at the sidecar, else at the file.
fn at(node: &Node, diagnostic: Diagnostic, word: &str) -> Diagnostic {
    let in_template = node.template().and_then(|file| {
        let start = file.text.find(word)?;
        Some(file.at(start..start + word.len()))
    });
    let location = in_template
        .or_else(|| node.patched_at.clone())
        .unwrap_or_else(|| node.file.at(0..0));
    diagnostic.at(location)
}
