//! Contracts: what their models have to say before any query is looked at. Whether a query keeps its contract is
//! compared when the model is built, since only the server knows the types (`materialize/contract.rs`).

use crate::diagnostic::{Code, Diagnostic};
use crate::project::{Node, NodeKind, config};

/// What an incremental model with a contract may do when its columns change.
const SCHEMA_CHANGES: [&str; 2] = ["append_new_columns", "fail"];

/// The problem with a model whose contract cannot be enforced.
pub(super) fn problem(node: &Node) -> Option<Diagnostic> {
    let is_enforced = node.config.get("contract")?.get("enforced")?.as_bool()?;
    if !is_enforced || node.kind != NodeKind::Model || !node.is_enabled() {
        return None;
    }
    without_columns(node).or_else(|| changing_columns(node))
}

/// A sidecar that names no column.
fn without_columns(model: &Node) -> Option<Diagnostic> {
    if model.properties.patch_path.is_none() || !model.columns.is_empty() {
        return None;
    }
    let message = format!(
        "`{}` ({}) has an enforced contract and declares no columns",
        model.name,
        model.file.path_in_package()
    );
    let help = "name its columns and their `data_type`, or set `contract: {enforced: false}`";
    Some(told(model, message).help(help))
}

/// An incremental model whose table would not follow its contract.
fn changing_columns(model: &Node) -> Option<Diagnostic> {
    if config::text(&model.config, "materialized") != Some("incremental") {
        return None;
    }
    let chosen = config::text(&model.config, "on_schema_change").unwrap_or("ignore");
    if SCHEMA_CHANGES.contains(&chosen) {
        return None;
    }
    let message = format!(
        "`{}` ({}) is incremental with an enforced contract, and its on_schema_change is `{chosen}`",
        model.name,
        model.file.path_in_package()
    );
    Some(told(model, message).help("set on_schema_change to `append_new_columns` or `fail`"))
}

fn told(model: &Node, message: String) -> Diagnostic {
    let location = model.patched_at.clone();
    Diagnostic::error(Code::ConfigInvalid, message)
        .at(location.unwrap_or_else(|| model.file.at(0..0)))
}
