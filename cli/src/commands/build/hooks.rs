//! The project's hooks around a run.

use std::collections::HashMap;

use hcw_core::artifact::{ResultStatus, RunResult};
use hcw_core::graph::Resolved;
use hcw_core::operation::HookTime;
use hcw_core::project::Node;
use hcw_core::target::Connection;
use serde_json::{Value as Json, json};
use tokio_postgres::Client;

use super::lines;
use crate::args::LogLevel;
use crate::artifacts::run_results;
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
    let voice = session.voice(resolved, "master", reporter)?;
    let (client, results) = hooks::run(resolved, time, extra, client, voice);
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
pub(super) fn entries(results: &[HookResult]) -> impl Iterator<Item = RunResult> {
    results.iter().map(|result| {
        let id = &result.hook.id;
        let entry = match &result.outcome {
            Ok(outcome) => RunResult {
                message: Some(outcome.message.clone()),
                ..RunResult::new(id, ResultStatus::Success)
                    .with_code(Some(outcome.sql.clone()))
                    .with_response(&outcome.message, outcome.rows)
            },
            Err(problem) => RunResult {
                message: Some(problem.message.clone()),
                ..RunResult::new(id, ResultStatus::Error)
            },
        };
        run_results::timed(entry, result.elapsed, result.ended_at)
    })
}

/// The results of nodes as `on-run-end` sees them.
pub(super) fn as_names(results: &[RunResult], resolved: &Resolved) -> Json {
    let nodes: HashMap<&str, &Node> = resolved
        .project()
        .nodes
        .values()
        .map(|node| (node.id.as_str(), node))
        .collect();
    let entries = results.iter().map(|result| {
        let node = nodes.get(result.unique_id.as_str());
        let mut entry = json!(result);
        entry["node"] = json!({
            "unique_id": result.unique_id,
            "name": node.map(|node| node.name.clone()),
            "package_name": node.map(|node| node.package.clone()),
            "resource_type": node.map(|node| node.kind.resource_type()),
            "fqn": node.map(|node| node.fully_qualified_name.clone()),
            "config": node.map(|node| node.config.clone()),
            "relation_name": result.relation_name,
            "original_file_path": node.map(|node| node.file.path_in_package().to_owned()),
        });
        entry
    });
    entries.collect()
}
