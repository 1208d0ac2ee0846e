//! Fills `run_results.json`: what became of each node.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use hcw_core::analyse::Analysed;
use hcw_core::artifact::{
    ArtifactKind, ArtifactMetadata, BatchResults, ResultStatus, RunResult, RunResultsArtifact,
    Timing, utc, utc_with_offset,
};
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::late::NO_OP;
use hcw_core::manifest::declared_parents;
use hcw_core::plan::{Plan, StepKind};
use hcw_core::project::UniqueId;
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use crate::execute::{Outcome, RunReport, SKIPPED_AT_ONCE, Status};
use crate::report::Secrets;
use crate::session::Session;

/// The file's name.
pub(crate) const RUN_RESULTS: &str = "run_results.json";
/// Among its arguments, of a run that built in a shadow and published nothing.
pub(crate) const IS_HELD: &str = "hcw_is_held";

/// The results of a plan that ran.
pub(crate) fn of_run(plan: &Plan, analysed: &Analysed, report: &RunReport) -> Vec<RunResult> {
    let results = report.results.iter().map(|result| {
        let step = &plan.steps[result.position];
        let is_test = step.kind == StepKind::Test;
        let unit_tests = &analysed.resolved.project().declared.unit_tests;
        let is_unit_test = unit_tests.contains_key(&step.id);
        let outcome = &result.outcome;
        let ran = outcome.status != Status::Skipped;
        let is_seed = step.kind == StepKind::Seed;
        let late = outcome.late.as_ref().map(|late| &late.compiled.sql);
        let compiled = late
            .or_else(|| {
                let compiled = analysed.compiled.get(&step.id);
                compiled.map(|compiled| &compiled.sql)
            })
            .filter(|_| ran && !is_seed);
        let mut entry = RunResult::new(&step.id, result_status(outcome.status, is_test))
            .with_code(compiled.map(|sql| analysed.resolved.shadow.published(sql).into_owned()));
        let is_untouched = outcome.status == Status::Success && outcome.message == NO_OP;
        if is_untouched {
            entry.compiled = Some(false);
            entry.compiled_code = None;
        } else if outcome.status == Status::Success && !is_test {
            entry = entry.with_response(&outcome.message, outcome.rows);
        }
        entry.message = match outcome.diagnostics.first() {
            // a unit test tells how the rows differ
            Some(finding) if is_unit_test && outcome.status == Status::Fail => {
                Some(finding.message.clone())
            }
            _ => message(outcome, is_test),
        };
        if let Some(batches) = &outcome.batches {
            if outcome.status == Status::Error && !batches.successful.is_empty() {
                entry.status = ResultStatus::PartialSuccess;
            }
            entry.batch_results = Some(BatchResults {
                successful: with_offsets(&[&*batches.successful, &batches.earlier].concat()),
                failed: with_offsets(&batches.failed),
            });
        }
        let failures = match outcome.status {
            // rows that the test does not mind are no failures
            Status::Success => outcome.failures.map(|_| 0),
            Status::Reused => Some(0),
            _ => outcome.failures,
        };
        entry.failures = failures.filter(|_| is_test);
        if step.kind == StepKind::Function && outcome.status == Status::Success {
            entry.overload_results = Some(json!({"successful": [], "failed": []}));
        }
        if is_seed {
            entry.compiled = None;
        }
        if let Some(batches) = &outcome.batches {
            if outcome.status == Status::Error && batches.successful.is_empty() {
                entry.failures = Some(0);
            }
            // as in dbt each batch is compiled, not the model
            entry.compiled = Some(false);
            entry.compiled_code = None;
            entry.adapter_response.clear();
            entry.failures = Some(0);
        }
        if let Some(rows) = outcome.fetched {
            entry = entry.with_response(&format!("SELECT {rows}"), Some(rows));
        }
        let relations = &analysed.resolved.rendered.relations;
        let project = analysed.resolved.project();
        let node = project.nodes.get(&step.id);
        let is_stored = node.is_none_or(|node| node.is_stored(project.settings()));
        entry.relation_name = relations
            .get(&step.id)
            .filter(|_| !is_seed && is_stored)
            .map(ToString::to_string);
        timed(entry, result.elapsed, result.ended_at)
    });
    results.collect()
}

/// The results of exposures and saved queries in a build: nothing is done for them, and what reads a node that
/// was not built is skipped.
pub(crate) fn of_declared(
    analysed: &Analysed,
    declared: &[UniqueId],
    results: &[RunResult],
) -> Vec<RunResult> {
    if declared.is_empty() {
        return Vec::new();
    }
    let parents = declared_parents(&analysed.resolved);
    let failed: BTreeSet<&str> = results
        .iter()
        .filter(|result| {
            use ResultStatus::{Error, Fail, PartialSuccess, Skipped};
            matches!(result.status, Error | Fail | PartialSuccess | Skipped)
        })
        .map(|result| result.unique_id.as_str())
        .collect();
    let is_blocked = |id: &UniqueId| {
        let mut seen = BTreeSet::new();
        let mut waiting = vec![id.as_str()];
        while let Some(id) = waiting.pop() {
            if failed.contains(id) {
                return true;
            }
            if seen.insert(id) {
                waiting.extend(parents.get(id).into_iter().flatten().map(String::as_str));
            }
        }
        false
    };
    declared
        .iter()
        .map(|id| match is_blocked(id) {
            true => RunResult {
                compiled: None,
                ..RunResult::new(id, ResultStatus::Skipped)
            },
            false => RunResult {
                compiled: None,
                message: Some("NO-OP".to_owned()),
                failures: Some(0),
                ..RunResult::new(id, ResultStatus::NoOp)
            },
        })
        .collect()
}

fn with_offsets(batches: &[(String, String)]) -> Vec<(String, String)> {
    let offset = |(start, end): &(String, String)| (utc_with_offset(start), utc_with_offset(end));
    batches.iter().map(offset).collect()
}

/// dbt's status of a step's end.
pub(crate) fn result_status(status: Status, is_test: bool) -> ResultStatus {
    match (status, is_test) {
        (Status::Success | Status::Reused, true) => ResultStatus::Pass,
        (Status::Success | Status::Reused, false) => ResultStatus::Success,
        (Status::Warn, _) => ResultStatus::Warn,
        (Status::Fail, _) => ResultStatus::Fail,
        (Status::Error, _) => ResultStatus::Error,
        (Status::Skipped, _) => ResultStatus::Skipped,
    }
}

/// A result with its phases; what was skipped has none.
pub(crate) fn timed(mut result: RunResult, elapsed: Duration, ended_at: Timestamp) -> RunResult {
    result.execution_time = elapsed.as_secs_f64();
    if result.status != ResultStatus::Skipped {
        result.timing = phases(elapsed, ended_at);
    }
    result
}

/// The phases of what took so long.
pub(crate) fn phases(elapsed: Duration, ended_at: Timestamp) -> Vec<Timing> {
    let started_at = utc(&(ended_at - elapsed).to_string());
    let phase = |name, completed_at: String| Timing {
        name,
        started_at: Some(started_at.clone()),
        completed_at: Some(completed_at),
    };
    vec![
        phase("compile", started_at.clone()),
        phase("execute", utc(&ended_at.to_string())),
    ]
}

/// dbt's message of a result.
pub(crate) fn message(outcome: &Outcome, is_test: bool) -> Option<String> {
    let found = |to: &str| {
        let failures = outcome.failures.unwrap_or_default();
        let results = if failures == 1 { "result" } else { "results" };
        let threshold = outcome.threshold.as_deref().unwrap_or("!= 0");
        format!("Got {failures} {results}, configured to {to} if {threshold}")
    };
    match (outcome.status, is_test) {
        (Status::Skipped, _) if outcome.message == SKIPPED_AT_ONCE => Some(outcome.message.clone()),
        (Status::Skipped, _) if outcome.diagnostics.is_empty() => None,
        (Status::Success, true) => None,
        (Status::Reused, _) => Some("Reused: nothing has changed since it was built".to_owned()),
        (Status::Fail, true) => Some(found("fail")),
        (Status::Warn, true) => Some(found("warn")),
        (Status::Error, _) if outcome.batches.is_some() => Some(outcome.message.clone()),
        _ => Some(match outcome.diagnostics.first() {
            Some(problem) if matches!(outcome.status, Status::Error | Status::Skipped) => {
                told(problem)
            }
            _ => outcome.message.clone(),
        }),
    }
}

/// A problem as dbt's artifacts tell it: its kind, and what is wrong.
pub(crate) fn told(problem: &Diagnostic) -> String {
    format!(
        "{}\n  {}",
        crate::report::title(problem.code),
        explained(problem)
    )
}

/// A problem's message; that of a broken contract with the table of its columns.
pub(crate) fn explained(problem: &Diagnostic) -> String {
    let is_told = matches!(problem.code, Code::ContractBroken | Code::ConfigInvalid);
    let notes = problem.notes.iter().filter(|_| is_told).map(String::as_str);
    let lines: Vec<&str> = [problem.message.as_str()]
        .into_iter()
        .chain(notes)
        .collect();
    lines.join("\n  ")
}

/// Writes the file, unless the user wants no JSON.
///
/// **Errors**: HCW0003 for a folder that cannot be written to.
pub(crate) fn write(
    session: &Session,
    results: Vec<RunResult>,
    elapsed: Duration,
) -> Result<(), Diagnostic> {
    write_with(session, results, elapsed, session.flags.recorded())
}

/// The same for a run whose results are not published: its arguments say so, to `retry`.
///
/// **Errors**: HCW0003 for a folder that cannot be written to.
pub(crate) fn write_held(
    session: &Session,
    results: Vec<RunResult>,
    elapsed: Duration,
) -> Result<(), Diagnostic> {
    let mut arguments = session.flags.recorded();
    arguments.insert(IS_HELD.to_owned(), Json::Bool(true));
    write_with(session, results, elapsed, arguments)
}

fn write_with(
    session: &Session,
    results: Vec<RunResult>,
    elapsed: Duration,
    args: Map<String, Json>,
) -> Result<(), Diagnostic> {
    if !session.flags.write_json {
        return Ok(());
    }
    let artifact = RunResultsArtifact {
        metadata: head(session, ArtifactKind::RunResults),
        results,
        elapsed_time: elapsed.as_secs_f64(),
        args,
    };
    write_json(&session.target_path().join(RUN_RESULTS), &artifact)
}

/// The head of an artifact that is written now.
pub(crate) fn head(session: &Session, kind: ArtifactKind) -> ArtifactMetadata {
    ArtifactMetadata::new(kind, &session.settings, &Timestamp::now().to_string())
}

/// Writes an artifact, without what must not be printed.
pub(crate) fn write_json(path: &Path, artifact: &impl serde::Serialize) -> Result<(), Diagnostic> {
    let unwritable = |error: serde_json::Error| {
        Diagnostic::error(
            Code::FileUnwritable,
            format!("cannot write `{}`: {error}", path.display()),
        )
    };
    let secrets = Secrets::of_environment();
    let mut text = if secrets.is_empty() {
        serde_json::to_vec(artifact).map_err(unwritable)?
    } else {
        let content: Json = serde_json::to_value(artifact).map_err(unwritable)?;
        secrets.masked_json(&content).to_string().into_bytes()
    };
    text.push(b'\n');
    super::write(path, &text)
}
