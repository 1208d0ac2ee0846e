//! The project's hooks around a run.

use std::time::Duration;

use hcw_core::graph::Resolved;
use hcw_core::operation::HookTime;
use hcw_core::target::Connection;
use serde_json::{Value as Json, json};
use tokio_postgres::Client;

use super::lines;
use crate::args::LogLevel;
use crate::artifacts::run_results::NodeResult;
use crate::execute::hooks::{self, HookResult};
use crate::report::{Event, Reporter};
use crate::session::{Problems, Session};

/// Runs the hooks of one time and tells of each; the connection comes back, or another.
pub(super) async fn run(
    session: &Session,
    resolved: &Resolved,
    time: HookTime,
    extra: &[(&'static str, Json)],
    (client, connection): (Client, &Connection),
    reporter: &Reporter,
) -> Result<(Client, Vec<HookResult>), Problems> {
    let (client, results) = hooks::run(resolved, time, extra, client);
    for (position, result) in results.iter().enumerate() {
        tell(position + 1, results.len(), result, reporter);
    }
    let client = match client {
        Some(client) => client,
        None => session.connect(connection).await?,
    };
    Ok((client, results))
}

fn tell(number: usize, count: usize, result: &HookResult, reporter: &Reporter) {
    if let Ok(outcome) = &result.outcome {
        lines::messages(&outcome.messages, reporter);
    }
    let (word, level, tag) = match &result.outcome {
        Ok(outcome) => ("OK", LogLevel::Info, outcome.message.as_str()),
        Err(_) => ("ERROR", LogLevel::Error, "ERROR"),
    };
    let start = format!("{number} of {count} {word} hook: {} ", result.hook.name);
    let dots = ".".repeat(reporter.width.saturating_sub(start.chars().count()));
    let elapsed = lines::seconds(result.elapsed);
    let message = format!("{start}{dots} [{tag} in {elapsed}]");
    let event = Event::new("LogHookEndLine", "Q033", level, message)
        .with("statement", result.hook.name.as_str())
        .with("status", tag)
        .with("index", number)
        .with("total", count)
        .with("execution_time", result.elapsed.as_secs_f64());
    reporter.event(&event);
    if let Err(problem) = &result.outcome {
        reporter.diagnostics(std::slice::from_ref(problem));
    }
}

/// Whether a hook failed.
pub(super) fn has_failed(results: &[HookResult]) -> bool {
    results.iter().any(|result| result.outcome.is_err())
}

/// The hooks' entries of run_results.json.
pub(super) fn entries(results: &[HookResult]) -> impl Iterator<Item = NodeResult> {
    results.iter().map(|result| {
        let (status, message, rows, sql) = match &result.outcome {
            Ok(outcome) => (
                "success",
                outcome.message.clone(),
                outcome.rows,
                Some(outcome.sql.clone()),
            ),
            Err(problem) => ("error", problem.message.clone(), None, None),
        };
        NodeResult {
            id: result.hook.id.clone(),
            status,
            message: Some(message),
            failures: None,
            rows_affected: rows,
            compiled_code: sql,
            relation_name: None,
            elapsed: result.elapsed,
            ended_at: result.ended_at,
        }
    })
}

/// The results of nodes as `on-run-end` sees them.
pub(super) fn as_names(results: &[NodeResult], resolved: &Resolved) -> Json {
    let seconds = |elapsed: Duration| elapsed.as_secs_f64();
    let entries: Vec<Json> = results
        .iter()
        .map(|result| {
            let node = resolved.project().nodes.get(&result.id);
            json!({
                "status": result.status,
                "message": result.message,
                "failures": result.failures,
                "execution_time": seconds(result.elapsed),
                "thread_id": "Thread-1 (worker)",
                "adapter_response": {"rows_affected": result.rows_affected},
                "timing": [],
                "unique_id": result.id.as_str(),
                "node": {
                    "unique_id": result.id.as_str(),
                    "name": node.map(|node| node.name.clone()),
                    "package_name": node.map(|node| node.package.clone()),
                    "resource_type": node.map(|node| node.kind.resource_type()),
                    "fqn": node.map(|node| node.fully_qualified_name.clone()),
                    "config": node.map(|node| node.config.clone()),
                    "relation_name": result.relation_name,
                    "original_file_path": node.map(|node| node.file.path_in_package().to_owned()),
                },
            })
        })
        .collect();
    json!(entries)
}
