//! The project's hooks around a run.

use hcw_core::artifact::{FreshnessResult, ResultStatus, RunResult};
use hcw_core::graph::Resolved;
use hcw_core::manifest;
use hcw_core::operation::{Hook, HookTime};
use hcw_core::target::Connection;
use serde_json::{Value as Json, json};
use tokio_postgres::Client;

use super::lines;
use crate::args::LogLevel;
use crate::artifacts::run_results;
use crate::execute::hooks::{self, HookEnd, HookReport, HookResult, HookWatcher};
use crate::report::{Event, Reporter};
use crate::session::{Problems, Session};

/// Runs the hooks of one time and tells of each; the connection comes back, or another.
pub(in crate::commands) async fn run(
    session: &Session,
    resolved: &Resolved,
    time: HookTime,
    extra: &[(&'static str, Json)],
    (client, connection): (Client, &Connection),
    reporter: &Reporter,
) -> Result<(Client, HookReport), Problems> {
    let voice = session.voice(resolved, "master", reporter)?;
    let mut lines = HookLines { time, reporter };
    let (client, report) = hooks::run(resolved, time, extra, client, voice, &mut lines);
    let client = match client {
        Some(client) => client,
        None => session.connect(connection).await?,
    };
    Ok((client, report))
}

/// Prints the hooks of one time as they start and end.
struct HookLines<'run> {
    time: HookTime,
    reporter: &'run Reporter,
}

impl HookLines<'_> {
    /// `1 of 2 OK hook: shop.on-run-start.0 ........ [OK in 0.01s]`
    fn line(&self, number: usize, count: usize, what: &str, brackets: &str) -> String {
        let start = format!("{number} of {count} {what} ");
        let dots = ".".repeat(self.reporter.width.saturating_sub(start.chars().count()));
        format!("{start}{dots} [{brackets}]")
    }
}

impl HookWatcher for HookLines<'_> {
    fn started(&mut self, number: usize, count: usize, hook: &Hook) {
        if number == 1 && self.time == HookTime::End {
            self.reporter.event(&Event::formatting(""));
        }
        let name = hook.statement_name();
        let message = self.line(number, count, &format!("START hook: {name}"), "RUN");
        let event = Event::new("LogHookStartLine", "Q032", LogLevel::Info, message)
            .with("statement", name)
            .with("index", number)
            .with("total", count);
        self.reporter.event(&event);
    }

    fn ended(&mut self, number: usize, count: usize, result: &HookResult) {
        let (word, level, status) = match &result.end {
            HookEnd::Ran(outcome) => {
                lines::messages(&outcome.messages, self.reporter);
                ("OK", LogLevel::Info, ResultStatus::Success)
            }
            HookEnd::Failed { .. } => ("ERROR", LogLevel::Error, ResultStatus::Error),
            HookEnd::Skipped => ("SKIP", LogLevel::Info, ResultStatus::Skipped),
        };
        let name = result.hook.statement_name();
        let brackets = format!("{word} in {}", lines::seconds(result.elapsed));
        let message = self.line(number, count, &format!("{word} hook: {name}"), &brackets);
        let event = Event::new("LogHookEndLine", "Q033", level, message)
            .with("statement", name)
            .with("status", status.as_str())
            .with("index", number)
            .with("total", count)
            .with("execution_time", result.elapsed.as_secs_f64());
        self.reporter.event(&event);
        if let HookEnd::Failed { diagnostic, .. } = &result.end {
            let problem = std::slice::from_ref(&**diagnostic);
            self.reporter.diagnostics(problem);
        }
        if number == count && self.time == HookTime::Start {
            self.reporter.event(&Event::formatting(""));
        }
    }
}

/// The hooks' entries of run_results.json.
pub(super) fn entries(report: &HookReport) -> impl Iterator<Item = RunResult> {
    report.results.iter().map(|result| {
        let (status, code, failures, said) = match &result.end {
            HookEnd::Ran(outcome) => {
                let code = Some(outcome.sql.clone());
                (ResultStatus::Success, code, 0, "passed".to_owned())
            }
            HookEnd::Failed { sql, diagnostic } => {
                let said = format!("failed, error:\n {}", diagnostic.message);
                (ResultStatus::Error, Some(sql.clone()), 1, said)
            }
            HookEnd::Skipped => (ResultStatus::Skipped, None, 1, "skipped".to_owned()),
        };
        let entry = RunResult {
            message: Some(format!("{} {said}", result.hook.statement_name())),
            failures: Some(failures),
            thread_id: "main".to_owned(),
            ..RunResult::new(&result.hook.id, status).with_code(code)
        };
        run_results::timed(entry, result.elapsed, result.ended_at)
    })
}

/// Sources that were looked at as `on-run-end` sees them.
pub(in crate::commands) fn as_looked_at<'run>(
    results: impl Iterator<Item = &'run FreshnessResult>,
    resolved: &Resolved,
) -> Json {
    let entries: Vec<Json> = results.map(|result| json!(result)).collect();
    let ids = entries
        .iter()
        .filter_map(|entry| entry["unique_id"].as_str());
    let mut nodes = manifest::described(resolved, &ids.collect());
    let entries = entries.iter().map(|entry| {
        let id = entry["unique_id"].as_str().unwrap_or_default();
        let mut entry = entry.clone();
        entry["node"] = nodes.remove(id).unwrap_or_else(|| json!({"unique_id": id}));
        entry
    });
    entries.collect()
}

/// The results of nodes as `on-run-end` sees them.
pub(super) fn as_names(results: &[RunResult], resolved: &Resolved) -> Json {
    let ids = results.iter().map(|result| result.unique_id.as_str());
    let mut nodes = manifest::described(resolved, &ids.collect());
    let entries = results.iter().map(|result| {
        let mut entry = json!(result);
        let node = nodes.remove(&result.unique_id);
        let mut node = node.unwrap_or_else(|| json!({"unique_id": result.unique_id}));
        node["compiled"] = json!(result.compiled);
        node["compiled_code"] = json!(result.compiled_code);
        node["relation_name"] = json!(result.relation_name);
        entry["node"] = node;
        entry
    });
    entries.collect()
}
