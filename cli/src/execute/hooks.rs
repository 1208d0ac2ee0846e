//! The project's own hooks: before the first step, and after the last.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hcw_core::diagnostic::Diagnostic;
use hcw_core::graph::Resolved;
use hcw_core::operation::{self, Hook, HookTime, OperationResult};
use hcw_core::plan::Plan;
use hcw_core::warehouse::Warehouse;
use serde_json::{Value as Json, json};
use tokio_postgres::Client;

use crate::db::live::{LiveWarehouse, Voice};

/// The end of a hook.
#[derive(Debug)]
pub(crate) struct HookResult {
    pub(crate) hook: Hook,
    pub(crate) outcome: Result<OperationResult, Box<Diagnostic>>,
    pub(crate) elapsed: Duration,
    pub(crate) ended_at: jiff::Timestamp,
}

/// Runs the hooks of one time in order; the first that fails is the last that runs.
pub(crate) fn run(
    resolved: &Resolved,
    time: HookTime,
    extra: &[(&'static str, Json)],
    client: Client,
    voice: Voice,
) -> (Option<Client>, Vec<HookResult>) {
    let hooks = operation::hooks(resolved, time);
    if hooks.is_empty() {
        return (Some(client), Vec::new());
    }
    let live = Arc::new(LiveWarehouse::new(client, voice));
    let warehouse: Arc<dyn Warehouse> = live.clone();
    let mut results = Vec::new();
    for hook in hooks {
        let started = Instant::now();
        let outcome =
            tokio::task::block_in_place(|| operation::run_hook(resolved, &hook, extra, &warehouse));
        let failed = outcome.is_err();
        results.push(HookResult {
            hook,
            outcome,
            elapsed: started.elapsed(),
            ended_at: jiff::Timestamp::now(),
        });
        if failed {
            break;
        }
    }
    drop(warehouse);
    (
        Arc::into_inner(live).map(LiveWarehouse::into_client),
        results,
    )
}

/// What only `on-run-end` knows: the schemas of the run, and its results.
pub(crate) fn end_names(plan: &Plan, results: Json) -> Vec<(&'static str, Json)> {
    let schemas: BTreeSet<(&str, &str)> = plan
        .steps
        .iter()
        .filter_map(|step| step.relation.as_ref())
        .map(|relation| (relation.database.as_str(), relation.schema.as_str()))
        .collect();
    let names: Vec<&str> = schemas.iter().map(|(_, schema)| *schema).collect();
    let pairs: Vec<Json> = schemas
        .iter()
        .map(|(database, schema)| json!([database, schema]))
        .collect();
    vec![
        ("schemas", json!(names)),
        ("database_schemas", json!(pairs)),
        ("results", results),
    ]
}
