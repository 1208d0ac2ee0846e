//! What is said before the first step and after the last, in the words that people and tools look for.

use std::collections::BTreeMap;
use std::time::Duration;

use hcw_core::artifact::{ResultStatus, RunResult};
use hcw_core::graph::Resolved;
use hcw_core::operation::{self, HookTime};
use hcw_core::plan::{Step, StepKind};
use hcw_core::project::Declaration;
use serde_json::json;

use crate::args::LogLevel;
use crate::artifacts::run_results;
use crate::execute::hooks::{HookEnd, HookReport, HookResult};
use crate::execute::{Run, RunReport, Status};
use crate::report::{Event, Reporter, title};

use super::lines::seconds;

/// `Found 3 models, 2 data tests, 1 source`
pub(in crate::commands) fn found(resolved: &Resolved, reporter: &Reporter) {
    tell_found(&stat_line(resolved), reporter);
}

/// Tells what was found.
pub(in crate::commands) fn tell_found(line: &str, reporter: &Reporter) {
    let event = Event::new(
        "FoundStats",
        "W006",
        LogLevel::Info,
        format!("Found {line}"),
    );
    reporter.event(&event.with("stat_line", line));
}

/// `3 models, 2 data tests, 1 source`
pub(in crate::commands) fn stat_line(resolved: &Resolved) -> String {
    let project = resolved.project();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for node in project.nodes.values() {
        *counts.entry(node.kind.resource_type()).or_default() += 1;
    }
    let declared = &project.declared;
    let hooks = |time| operation::hooks(resolved, time).len();
    let exposures = declared.exposures.values().map(|one| &one.declaration);
    let metrics = declared.metrics.values().map(|one| &one.declaration);
    let models = declared.semantic_models.values();
    let queries = declared.saved_queries.values().map(|one| &one.declaration);
    let unit_tests = declared.unit_tests.values().map(|one| &one.declaration);
    counts.extend([
        ("operation", hooks(HookTime::Start) + hooks(HookTime::End)),
        ("source", project.sources.len()),
        ("exposure", enabled(exposures)),
        ("metric", enabled(metrics)),
        ("group", declared.groups.len()),
        (
            "semantic_model",
            enabled(models.map(|one| &one.declaration)),
        ),
        ("saved_query", enabled(queries)),
        ("unit_test", enabled(unit_tests)),
    ]);
    let order = [
        "model",
        "snapshot",
        "analysis",
        "test",
        "seed",
        "operation",
        "function",
        "source",
        "exposure",
        "metric",
        "group",
        "semantic_model",
        "saved_query",
        "unit_test",
    ];
    let parts: Vec<String> = order
        .into_iter()
        .filter_map(|kind| Some((kind, *counts.get(kind).filter(|count| **count > 0)?)))
        .map(|(kind, count)| counted(count, kind))
        .collect();
    parts.join(", ")
}

fn enabled<'project>(declarations: impl Iterator<Item = &'project Declaration>) -> usize {
    declarations.filter(|one| one.is_enabled()).count()
}

/// `Concurrency: 4 threads (target='dev')`
pub(super) fn concurrency(threads: usize, target: &str) -> Event {
    Event::new(
        "ConcurrencyLine",
        "Q027",
        LogLevel::Info,
        format!("Concurrency: {threads} threads (target='{target}')"),
    )
    .with("num_threads", threads)
    .with("target_name", target)
}

/// Nothing is selected that the verb works on.
pub(in crate::commands) fn nothing_to_do() -> Event {
    Event::new(
        "NothingToDo",
        "Q035",
        LogLevel::Warn,
        "Nothing to do. Try checking your model configs and model specification args",
    )
}

/// How the run ended, the failures once more, and the counts; hooks of the project count as nodes do.
pub(super) fn summary(
    run: &Run,
    (report, declared): (&RunReport, &[RunResult]),
    hooks: &[&HookReport],
    reporter: &Reporter,
) {
    let hooks: Vec<&HookResult> = hooks.iter().flat_map(|hooks| &hooks.results).collect();
    if run.plan.steps.is_empty() && declared.is_empty() && hooks.is_empty() {
        return;
    }
    let of_hooks = |wanted: fn(&HookEnd) -> bool| {
        let ended = hooks.iter().filter(|result| wanted(&result.end));
        ended.count()
    };
    let blank = Event::formatting("");
    reporter.event(&blank);
    reporter.event(&finished(run, hooks.len(), report.elapsed));
    reporter.event(&blank);
    let errors = report.count(Status::Error)
        + report.count(Status::Fail)
        + of_hooks(|end| matches!(end, HookEnd::Failed { .. }))
        + usize::from(report.problem.is_some());
    let warnings = report.count(Status::Warn);
    let message = if report.interrupted {
        "Exited because of keyboard interrupt".to_owned()
    } else if errors > 0 {
        format!(
            "Completed with {}, 0 partial successes, and {}:",
            counted(errors, "error"),
            counted(warnings, "warning")
        )
    } else if warnings > 0 {
        format!("Completed with {}:", counted(warnings, "warning"))
    } else {
        "Completed successfully".to_owned()
    };
    let end = Event::new("EndOfRunSummary", "Z030", LogLevel::Info, message)
        .with("num_errors", errors)
        .with("num_warnings", warnings)
        .with("num_partial_success", 0)
        .with("keyboard_interrupt", report.interrupted);
    reporter.event(&end);
    failures(run, report, reporter);
    hook_failures(&hooks, reporter);
    reporter.event(&blank);
    let passed = report.count(Status::Success) + of_hooks(|end| matches!(end, HookEnd::Ran(_)));
    let is_done = |result: &&RunResult| result.status == ResultStatus::NoOp;
    let undone = declared.iter().filter(is_done).count();
    let skipped = report.count(Status::Skipped)
        + of_hooks(|end| matches!(end, HookEnd::Skipped))
        + (declared.len() - undone);
    let stats = [
        ("pass", "PASS", passed),
        ("warn", "WARN", warnings),
        ("error", "ERROR", errors),
        ("skip", "SKIP", skipped),
        ("noop", "NO-OP", undone),
        ("reused", "REUSED", report.count(Status::Reused)),
        (
            "total",
            "TOTAL",
            report.results.len() + declared.len() + hooks.len(),
        ),
    ];
    let counts: Vec<String> = stats
        .iter()
        .map(|(_, word, count)| format!("{word}={count}"))
        .collect();
    let values: serde_json::Map<_, _> = stats
        .iter()
        .map(|(name, _, count)| ((*name).to_owned(), json!(count)))
        .collect();
    let line = Event::new(
        "StatsLine",
        "Z023",
        LogLevel::Info,
        format!("Done. {}", counts.join(" ")),
    );
    reporter.event(&line.with("stats", values));
}

/// The failures once more, a line each: what and where.
fn failures(run: &Run, report: &RunReport, reporter: &Reporter) {
    let project = run.analysed.resolved.project();
    let (nodes, tests) = (&project.nodes, &project.declared.unit_tests);
    for result in &report.results {
        let step = &run.plan.steps[result.position];
        let (name, code, level, tag) = match result.outcome.status {
            Status::Error | Status::Fail => {
                ("RunResultFailure", "Z022", LogLevel::Error, "[ERROR]")
            }
            Status::Warn => ("RunResultWarning", "Z021", LogLevel::Warn, "[WARNING]"),
            Status::Success | Status::Skipped | Status::Reused => continue,
        };
        let of_test = tests.get(&step.id).map(|test| &test.declaration.file);
        let file = nodes.get(&step.id).map(|node| &node.file).or(of_test);
        let path = file.map_or("", |file| &*file.path);
        let kind = step.id.as_str().split('.').next().unwrap_or_default();
        let head = format!("{tag}: in {kind} {} ({path})", step.name);
        reporter.event(&Event::formatting(""));
        let event = Event::new(name, code, level, head)
            .with("resource_type", kind)
            .with("node_name", step.name.as_str())
            .with("path", path);
        reporter.event(&event);
        let Some(problem) = result.outcome.diagnostics.first() else {
            continue;
        };
        let message = match (step.kind, result.outcome.failures) {
            (StepKind::Test, Some(_)) if tests.contains_key(&step.id) => problem.message.clone(),
            (StepKind::Test, Some(_)) => {
                run_results::message(&result.outcome, true).unwrap_or_default()
            }
            _ => {
                let title = title(problem.code);
                let explained = run_results::explained(problem);
                let said = format!("{} {explained}", problem.code.as_str());
                format!("{title} in {kind} {} ({path})\n  {said}", step.name)
            }
        };
        let (name, code) = match level {
            LogLevel::Warn => ("RunResultWarningMessage", "Z046"),
            _ => ("RunResultError", "Z024"),
        };
        let event = Event::new(name, code, level, format!("  {message}"));
        reporter.event(&event.with("msg", message));
    }
}

/// The hooks that failed once more.
fn hook_failures(hooks: &[&HookResult], reporter: &Reporter) {
    for result in hooks {
        let HookEnd::Failed { diagnostic, .. } = &result.end else {
            continue;
        };
        let path = &*result.hook.location.file.path;
        let head = format!("[ERROR]: in operation {} ({path})", result.hook.name);
        reporter.event(&Event::formatting(""));
        let event = Event::new("RunResultFailure", "Z022", LogLevel::Error, head)
            .with("resource_type", "operation")
            .with("node_name", result.hook.name.as_str())
            .with("path", path);
        reporter.event(&event);
        let message = format!(
            "  {} failed, error:\n {} {}",
            result.hook.statement_name(),
            diagnostic.code.as_str(),
            diagnostic.message
        );
        let event = Event::new("RunResultError", "Z024", LogLevel::Error, message.clone());
        reporter.event(&event.with("msg", message));
    }
}

/// `Finished running 2 view models, 1 seed in 0 hours 0 minutes and 0.18 seconds (0.18s).`
fn finished(run: &Run, hooks: usize, elapsed: Duration) -> Event {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    if hooks > 0 {
        kinds.insert("project hook".to_owned(), hooks);
    }
    for step in &run.plan.steps {
        *kinds.entry(kind(step)).or_default() += 1;
    }
    for id in &run.plan.declared {
        let kind = id.as_str().split('.').next().unwrap_or_default();
        *kinds.entry(kind.to_owned()).or_default() += 1;
    }
    let parts: Vec<String> = kinds
        .iter()
        .map(|(kind, count)| counted(*count, kind))
        .collect();
    let line = parts.join(", ");
    let whole = elapsed.as_secs();
    let execution = format!(
        " in {} hours {} minutes and {:.2} seconds",
        whole / 3600,
        whole % 3600 / 60,
        elapsed.as_secs_f64() - (whole / 60 * 60) as f64
    );
    Event::new(
        "FinishedRunningStats",
        "E047",
        LogLevel::Info,
        format!("Finished running {line}{execution} ({}).", seconds(elapsed)),
    )
    .with("stat_line", line)
    .with("execution", execution)
    .with("execution_time", elapsed.as_secs_f64())
}

fn kind(step: &Step) -> String {
    match step.kind {
        StepKind::Test if step.id.as_str().starts_with("unit_test.") => "unit_test".to_owned(),
        StepKind::Test => "test".to_owned(),
        StepKind::Seed => "seed".to_owned(),
        StepKind::Source => "landed source".to_owned(),
        StepKind::Model | StepKind::Snapshot | StepKind::Function => {
            step.description.trim_start_matches("sql ").to_owned()
        }
    }
}

/// `1 model`, `2 models`, and as in dbt `1 test`, `2 data tests`
fn counted(count: usize, what: &str) -> String {
    let words = what.replace('_', " ");
    match (count, what) {
        (1, _) => format!("1 {words}"),
        (_, "test") => format!("{count} data tests"),
        (_, "analysis") => format!("{count} analyses"),
        (_, "saved_query") => format!("{count} saved queries"),
        _ => format!("{count} {words}s"),
    }
}
