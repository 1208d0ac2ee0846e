//! The project's own hooks: before the first step, and after the last.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hcw_core::diagnostic::Diagnostic;
use hcw_core::graph::Resolved;
use hcw_core::operation::{self, Hook, HookFailure, HookTime, OperationResult};
use hcw_core::plan::Plan;
use hcw_core::project::UniqueId;
use hcw_core::warehouse::Warehouse;
use serde_json::{Value as Json, json};
use tokio_postgres::Client;

use super::{RunReport, Status};
use crate::db::live::{LiveWarehouse, Voice};

/// The end of a hook.
#[derive(Debug)]
pub(crate) struct HookResult {
    pub(crate) hook: Hook,
    pub(crate) end: HookEnd,
    pub(crate) elapsed: Duration,
    pub(crate) ended_at: jiff::Timestamp,
}

/// How a hook ended.
#[derive(Debug)]
pub(crate) enum HookEnd {
    Ran(OperationResult),
    /// The server refused its statement.
    Failed {
        sql: String,
        diagnostic: Box<Diagnostic>,
    },
    /// One before it failed.
    Skipped,
}

/// The hooks of one time, as far as they got.
#[derive(Debug, Default)]
pub(crate) struct HookReport {
    pub(crate) results: Vec<HookResult>,
    /// The template that failed: as in dbt the whole call ends with it.
    pub(crate) stopped: Option<Box<Diagnostic>>,
}

impl HookReport {
    /// What the templates of those that ran gave, by id.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&UniqueId, &str)> {
        self.results.iter().filter_map(|result| match &result.end {
            HookEnd::Ran(outcome) => Some((&result.hook.id, outcome.sql.as_str())),
            HookEnd::Failed { sql, .. } => Some((&result.hook.id, sql.as_str())),
            HookEnd::Skipped => None,
        })
    }

    /// Whether a hook failed.
    pub(crate) fn has_failed(&self) -> bool {
        let failed = |result: &HookResult| matches!(result.end, HookEnd::Failed { .. });
        self.results.iter().any(failed)
    }
}

/// Is told of the hooks of one time.
pub(crate) trait HookWatcher {
    /// The hook of a number, from 1, starts.
    fn started(&mut self, number: usize, count: usize, hook: &Hook);
    /// It has ended.
    fn ended(&mut self, number: usize, count: usize, result: &HookResult);
}

/// Runs the hooks of one time in order; those after one that fails are skipped.
pub(crate) fn run(
    resolved: &Resolved,
    time: HookTime,
    extra: &[(&'static str, Json)],
    client: Client,
    voice: Voice,
    watcher: &mut dyn HookWatcher,
) -> (Option<Client>, HookReport) {
    let hooks = operation::hooks(resolved, time);
    let mut report = HookReport::default();
    if hooks.is_empty() {
        return (Some(client), report);
    }
    let count = hooks.len();
    let live = Arc::new(LiveWarehouse::new(client, voice));
    let warehouse: Arc<dyn Warehouse> = live.clone();
    for (position, hook) in hooks.into_iter().enumerate() {
        let started = Instant::now();
        let end = if report.has_failed() {
            HookEnd::Skipped
        } else {
            watcher.started(position + 1, count, &hook);
            let outcome = tokio::task::block_in_place(|| {
                operation::run_hook(resolved, &hook, extra, &warehouse)
            });
            match outcome {
                Ok(result) => HookEnd::Ran(result),
                Err(HookFailure::Statement { sql, diagnostic }) => {
                    HookEnd::Failed { sql, diagnostic }
                }
                Err(HookFailure::Template(diagnostic)) => {
                    report.stopped = Some(diagnostic);
                    break;
                }
            }
        };
        let result = HookResult {
            hook,
            end,
            elapsed: started.elapsed(),
            ended_at: jiff::Timestamp::now(),
        };
        watcher.ended(position + 1, count, &result);
        report.results.push(result);
    }
    drop(warehouse);
    (
        Arc::into_inner(live).map(LiveWarehouse::into_client),
        report,
    )
}

/// What only `on-run-end` knows: the schemas of what was built, and the results.
pub(crate) fn end_names(
    resolved: &Resolved,
    plan: &Plan,
    report: &RunReport,
    results: Json,
) -> Vec<(&'static str, Json)> {
    let built = report
        .results
        .iter()
        .filter(|result| matches!(result.outcome.status, Status::Success | Status::Warn));
    let schemas: BTreeSet<(&str, &str)> = built
        .map(|result| &plan.steps[result.position].id)
        .filter(|id| {
            let project = resolved.project();
            let node = project.nodes.get(*id);
            node.is_some_and(|node| node.is_stored(project.settings()))
        })
        .filter_map(|id| resolved.rendered.relations.get(id))
        .map(|relation| (relation.database.as_str(), relation.schema.as_str()))
        .collect();
    let names: BTreeSet<&str> = schemas.iter().map(|(_, schema)| *schema).collect();
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
