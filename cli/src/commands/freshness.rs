//! `source freshness`: how old the newest row of each source table is, against what its sidecar allows.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hcw_core::artifact::{
    ArtifactKind, FreshnessOutcome, FreshnessResult, MeasuredFreshness, SourcesArtifact,
    utc_with_offset,
};
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::graph::Resolved;
use hcw_core::operation::{self, HookTime, LoadTimes};
use hcw_core::project::{Freshness, SourceTable, UniqueId};
use hcw_core::query_comment::QueryComments;
use hcw_core::warehouse::Warehouse;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};
use tokio::task::JoinSet;

use super::build;
use crate::args::{Flags, LogLevel, Output};
use crate::artifacts::{self, run_results};
use crate::db::live::{LiveWarehouse, Voice};
use crate::exit_code;
use crate::report::{Event, Reporter};
use crate::selection::selected;
use crate::session::{Problems, Session};

/// The file's name.
const SOURCES: &str = "sources.json";

/// Looks at all selected source tables whose age is checked.
pub(crate) async fn run(
    session: &Session,
    flags: &Flags,
    reporter: &Reporter,
) -> Result<u8, Problems> {
    let started = Instant::now();
    let resolved = Arc::new(session.resolve(reporter)?);
    build::found(&resolved, reporter);
    artifacts::write_manifest(session, &resolved, None).map_err(|error| vec![error])?;
    let selected = selected(session, &resolved, flags, reporter)?;
    let wanted: Vec<UniqueId> = selected
        .into_iter()
        .filter(|id| {
            let table = resolved.project().sources.get(id);
            let freshness = table.and_then(|table| table.properties.freshness.as_ref());
            freshness.is_some_and(Freshness::is_checked)
        })
        .collect();
    if wanted.is_empty() {
        reporter.warn(&build::nothing_to_do(), Code::SelectorEmpty)?;
    }
    let has_hooks =
        !wanted.is_empty() && flags.project_switch("source_freshness_run_project_hooks", true);
    let mut started_well = true;
    if has_hooks {
        started_well = hooks(session, &resolved, HookTime::Start, &[], reporter).await?;
    }
    let checks = match started_well {
        true => look(session, &resolved, wanted, reporter).await?,
        // as in dbt nothing is looked at when a hook before it failed
        false => Vec::new(),
    };
    let mut has_failed = !started_well
        || checks
            .iter()
            .any(|check| check.outcome() == FreshnessOutcome::Error);
    if has_hooks {
        let results = checks.iter().map(|check| &check.result);
        let names = [
            ("schemas", json!([])),
            ("database_schemas", json!([])),
            ("results", build::hooks::as_looked_at(results, &resolved)),
        ];
        has_failed |= !hooks(session, &resolved, HookTime::End, &names, reporter).await?;
    }
    let artifact = SourcesArtifact {
        metadata: run_results::head(session, ArtifactKind::Sources),
        results: checks.into_iter().map(|check| check.result).collect(),
        elapsed_time: started.elapsed().as_secs_f64(),
    };
    let path = match &flags.output {
        Output::File(path) => session.project_dir.join(path),
        _ => session.target_path().join(SOURCES),
    };
    if flags.write_json {
        run_results::write_json(&path, &artifact).map_err(|error| vec![error])?;
    }
    reporter.event(&Event::new(
        "FreshnessCheckComplete",
        "Q006",
        LogLevel::Info,
        "Done.",
    ));
    Ok(if has_failed {
        exit_code::FAILURE
    } else {
        exit_code::SUCCESS
    })
}

/// Runs the project's hooks of one time; whether they all succeeded.
async fn hooks(
    session: &Session,
    resolved: &Resolved,
    time: HookTime,
    names: &[(&'static str, Json)],
    reporter: &Reporter,
) -> Result<bool, Problems> {
    if operation::hooks(resolved, time).is_empty() {
        return Ok(true);
    }
    let connection = session.connection().await?;
    let client = session.connect(&connection).await?;
    let client = (client, &connection);
    let (_, report) = build::hooks::run(session, resolved, time, names, client, reporter).await?;
    match report.stopped {
        Some(problem) => Err(vec![*problem]),
        None => Ok(!report.has_failed()),
    }
}

/// A table that was looked at.
struct Check {
    position: usize,
    result: FreshnessResult,
    problem: Option<Diagnostic>,
    elapsed: Duration,
}

impl Check {
    fn outcome(&self) -> FreshnessOutcome {
        match &self.result {
            FreshnessResult::Measured(measured) => measured.status,
            FreshnessResult::Failed { .. } => FreshnessOutcome::Error,
        }
    }
}

/// Looks at the tables on several connections; the results come in the tables' order.
async fn look(
    session: &Session,
    resolved: &Arc<Resolved>,
    wanted: Vec<UniqueId>,
    reporter: &Reporter,
) -> Result<Vec<Check>, Problems> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let connection = session.connection().await?;
    let count = session.settings.target.threads.min(wanted.len());
    let wanted = Arc::new(wanted);
    let mut workers = JoinSet::new();
    for worker in 0..count {
        let client = session.connect(&connection).await?;
        let (resolved, wanted) = (resolved.clone(), wanted.clone());
        let reporter = reporter.clone();
        workers.spawn_blocking(move || {
            worker_checks(client, &resolved, &wanted, (worker, count), &reporter)
        });
    }
    let mut checks = Vec::new();
    while let Some(done) = workers.join_next().await {
        let done = done.map_err(|panic| {
            let message = format!("a thread that looked at sources ended: {panic}");
            vec![Diagnostic::error(Code::TemplateError, message)]
        })?;
        checks.extend(done);
    }
    checks.sort_by_key(|check| check.position);
    Ok(checks)
}

/// Every table of one worker: those at `first`, `first + step`, ….
fn worker_checks(
    client: tokio_postgres::Client,
    resolved: &Resolved,
    wanted: &[UniqueId],
    (first, step): (usize, usize),
    reporter: &Reporter,
) -> Vec<Check> {
    let comments = QueryComments::of(resolved);
    let mut live = LiveWarehouse::new(
        client,
        Voice {
            comment: None,
            name: String::new(),
            reporter: reporter.clone(),
        },
    );
    let mut checks = Vec::new();
    for (position, id) in wanted.iter().enumerate().skip(first).step_by(step) {
        let Some(table) = resolved.project().sources.get(id) else {
            continue;
        };
        let name = format!("{}.{}", table.source_name, table.name);
        tell_start(position + 1, wanted.len(), &name, reporter);
        let started = Instant::now();
        let (asked, back) = match comments.comment(None, id.as_str()) {
            Ok(comment) => {
                let voice = Voice {
                    comment,
                    name: id.to_string(),
                    reporter: reporter.clone(),
                };
                ask(resolved, table, live.with_voice(voice))
            }
            Err(problem) => (Err(Box::new(problem)), Some(live)),
        };
        let check = checked(table, position, asked, started.elapsed());
        tell_end(position + 1, wanted.len(), &name, &check, reporter);
        checks.push(check);
        match back {
            Some(warehouse) => live = warehouse,
            None => break,
        }
    }
    checks
}

/// Asks for a table's times; the warehouse comes back unless a value of a template kept it.
fn ask(
    resolved: &Resolved,
    table: &SourceTable,
    live: LiveWarehouse,
) -> (Result<LoadTimes, Box<Diagnostic>>, Option<LiveWarehouse>) {
    let live = Arc::new(live);
    let warehouse: Arc<dyn Warehouse> = live.clone();
    let asked = operation::load_times(resolved, table, &warehouse);
    drop(warehouse);
    (asked, Arc::into_inner(live))
}

fn checked(
    table: &SourceTable,
    position: usize,
    asked: Result<LoadTimes, Box<Diagnostic>>,
    elapsed: Duration,
) -> Check {
    let unique_id = table.id.to_string();
    let measured = asked.and_then(|times| {
        let now = time_of(&times.snapshotted_at).ok_or_else(|| no_time(table))?;
        let newest = match &times.max_loaded_at {
            Some(text) => time_of(text).ok_or_else(|| no_time(table))?,
            None => beginning(),
        };
        let age = now.duration_since(newest).as_secs_f64();
        let criteria = table.properties.freshness.clone().unwrap_or_default();
        let mut response = Map::new();
        response.insert("_message".to_owned(), json!(times.response.message));
        response.insert("code".to_owned(), json!(times.response.code));
        if let Some(rows) = times.response.rows_affected {
            response.insert("rows_affected".to_owned(), json!(rows));
        }
        Ok(MeasuredFreshness {
            unique_id: unique_id.clone(),
            max_loaded_at: utc_with_offset(&newest.to_string()),
            snapshotted_at: utc_with_offset(&now.to_string()),
            max_loaded_at_time_ago_in_s: age,
            status: status(&criteria, age),
            criteria,
            adapter_response: response,
            timing: run_results::phases(elapsed, Timestamp::now()),
            thread_id: "Thread-1 (worker)".to_owned(),
            execution_time: elapsed.as_secs_f64(),
        })
    });
    let (result, problem) = match measured {
        Ok(measured) => (FreshnessResult::Measured(Box::new(measured)), None),
        Err(problem) => {
            let error = run_results::told(&problem);
            (FreshnessResult::Failed { unique_id, error }, Some(*problem))
        }
    };
    Check {
        position,
        result,
        problem,
        elapsed,
    }
}

fn status(criteria: &Freshness, age: f64) -> FreshnessOutcome {
    let exceeds = |allowed: Option<hcw_core::project::Age>| {
        let seconds = allowed.and_then(|allowed| allowed.seconds());
        seconds.is_some_and(|seconds| age > seconds as f64)
    };
    if exceeds(criteria.error_after) {
        FreshnessOutcome::Error
    } else if exceeds(criteria.warn_after) {
        FreshnessOutcome::Warn
    } else {
        FreshnessOutcome::Pass
    }
}

/// A time as the server prints it; without a zone it is UTC.
fn time_of(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let time: DateTime = text.parse().ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// When a table without rows was loaded: the first moment that dbt knows.
fn beginning() -> Timestamp {
    time_of("0001-01-01T00:00:00Z").unwrap_or(Timestamp::MIN)
}

fn no_time(table: &SourceTable) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error(
            Code::ConfigInvalid,
            format!(
                "Expected a timestamp value when querying the freshness of `{}.{}`",
                table.source_name, table.name
            ),
        )
        .at(table.file.at(0..0))
        .help("cast it: `loaded_at_field: \"loaded_on::timestamp\"`"),
    )
}

fn line(number: usize, total: usize, what: &str, brackets: &str, width: usize) -> String {
    let start = format!("{number} of {total} {what} ");
    let dots = ".".repeat(width.saturating_sub(start.chars().count()));
    format!("{start}{dots} [{brackets}]")
}

fn tell_start(number: usize, total: usize, name: &str, reporter: &Reporter) {
    let what = format!("START freshness of {name}");
    let message = line(number, total, &what, "RUN", reporter.width);
    let event = Event::new("LogStartLine", "Q011", LogLevel::Info, message)
        .with("description", format!("freshness of {name}"))
        .with("index", number)
        .with("total", total);
    reporter.event(&event);
}

fn tell_end(number: usize, total: usize, name: &str, check: &Check, reporter: &Reporter) {
    let (words, word, level) = match (check.outcome(), &check.problem) {
        (_, Some(_)) => ("ERROR", "runtime error", LogLevel::Error),
        (FreshnessOutcome::Error, None) => ("ERROR STALE", "error", LogLevel::Error),
        (FreshnessOutcome::Warn, None) => ("WARN", "warn", LogLevel::Warn),
        (FreshnessOutcome::Pass, None) => ("PASS", "pass", LogLevel::Info),
    };
    let what = format!("{words} freshness of {name}");
    let seconds = check.elapsed.as_secs_f64();
    let brackets = format!("{words} in {seconds:.2}s");
    let message = line(number, total, &what, &brackets, reporter.width);
    let event = Event::new("LogFreshnessResult", "Q018", level, message)
        .with("status", word)
        .with("index", number)
        .with("total", total)
        .with("execution_time", seconds);
    reporter.event(&event);
    if let Some(problem) = &check.problem {
        reporter.diagnostics(std::slice::from_ref(problem));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_server_are_read_with_and_without_a_zone() {
        for text in [
            "2026-01-02 03:04:05+00",
            "2026-01-02 03:04:05",
            "2026-01-02 04:04:05+01",
            "2026-01-02T03:04:05Z",
        ] {
            let time = time_of(text).map(|time| time.to_string());
            assert_eq!(time.as_deref(), Some("2026-01-02T03:04:05Z"), "{text}");
        }
        assert_eq!(time_of("yesterday"), None);
    }
}
