//! One step on one connection.

use std::path::PathBuf;
use std::sync::Arc;

use hcw_core::analyse::{Analysed, Compiled};
use hcw_core::data_test::{self, DataTest, Finding, Verdict};
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::late::{BatchOutcome, LateEnd};
use hcw_core::message::Message;
use hcw_core::plan::{Action, Step};
use hcw_core::query_comment::QueryComment;
use hcw_core::skip;
use hcw_core::warehouse::Warehouse;
use tokio_postgres::{Client, SimpleQueryMessage};

use super::build;
use super::failure::{Batch, Failure, test_finding};
use crate::db::live::{LiveWarehouse, Voice};
use crate::landing;
use crate::report::{Decision, Progress, Reporter};

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// Built, landed, or a test that passed.
    Success,
    /// A test with findings that only warn.
    Warn,
    /// A test that found too much.
    Fail,
    /// The server or hcw refused.
    Error,
    /// Not started, since something that it needs failed.
    Skipped,
    /// Left as it is: nothing has changed.
    Reused,
}

/// The end of a step.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) status: Status,
    /// What stands in the brackets of its line: `SELECT 20`, `FAIL 3`.
    pub(crate) message: String,
    /// Rows written.
    pub(crate) rows: Option<u64>,
    /// Rows that failed a test, by its own calculation.
    pub(crate) failures: Option<i64>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Texts that were not known before the run.
    pub(crate) late: Option<LateText>,
    /// A microbatch model's batches.
    pub(crate) batches: Option<BatchOutcome>,
    /// The comparison that a test's failures were found by.
    pub(crate) threshold: Option<String>,
    /// Rows that a test's query gave.
    pub(crate) fetched: Option<u64>,
}

/// What a late step was compiled to.
#[derive(Debug)]
pub(crate) struct LateText {
    /// The node as it was compiled.
    pub(crate) compiled: Compiled,
    /// The statement that made it.
    pub(crate) main: Option<String>,
    /// What `log` and `warn` said.
    pub(crate) messages: Vec<Message>,
}

/// What a step needs beside the plan.
pub(super) struct Context {
    pub(super) project_dir: PathBuf,
    pub(super) compiled_folder: String,
    pub(super) progress: Arc<Progress>,
    pub(super) reporter: Reporter,
}

pub(super) async fn run(
    client: Client,
    step: &Step,
    analysed: &Arc<Analysed>,
    context: &Context,
) -> (Option<Client>, Outcome) {
    let mut client = client;
    if !step.before.is_empty() {
        let prepared = build::operations(&client, &step.before, step.comment.as_ref()).await;
        if let Err(failure) = prepared {
            let problem = failure.into_diagnostic(step, analysed, context);
            return (Some(client), shown(error(problem), analysed));
        }
    }
    let outcome = match &step.action {
        Action::Build { .. } => {
            let outcome = build(&client, step, analysed, context).await;
            return (Some(client), outcome);
        }
        Action::Test(test) => match data_test(&client, test, step.comment.as_ref()).await {
            Ok(finding) => tested(step, test, finding, analysed, context),
            Err(failure) => error(failure.into_diagnostic(step, analysed, context)),
        },
        Action::Land(table) => {
            let mut report = |progress: landing::LandingProgress| {
                context
                    .progress
                    .read(&step.label, progress.bytes_read, progress.bytes);
            };
            match landing::land(&mut client, &context.project_dir, table, &mut report).await {
                Ok(outcome) => landed(outcome),
                Err(diagnostic) => error(*diagnostic),
            }
        }
        Action::Late(_) => {
            let (client, outcome) = late(client, step, analysed, context).await;
            let outcome = refreshed(outcome, step, analysed);
            return (client, shown(outcome, analysed));
        }
        Action::Reuse => reused(),
        Action::Fail(diagnostic) => error((**diagnostic).clone()),
        Action::Skip(diagnostic) => Outcome {
            status: Status::Skipped,
            message: "SKIP".to_owned(),
            ..error((**diagnostic).clone())
        },
    };
    let outcome = refreshed(outcome, step, analysed);
    (Some(client), shown(outcome, analysed))
}

/// A step whose statements are known, and that has nothing to be done before them.
pub(super) async fn build(
    client: &Client,
    step: &Step,
    analysed: &Analysed,
    context: &Context,
) -> Outcome {
    let Action::Build {
        operations,
        otherwise,
        ..
    } = &step.action
    else {
        return reused();
    };
    let comment = step.comment.as_ref();
    let result = match otherwise.is_empty() {
        true => build::operations(client, operations, comment).await,
        false => build::in_place(client, operations, otherwise, comment).await,
    };
    let outcome =
        result.unwrap_or_else(|failure| error(failure.into_diagnostic(step, analysed, context)));
    shown(refreshed(outcome, step, analysed), analysed)
}

/// The end of a step for which nothing is done.
pub(super) fn reused() -> Outcome {
    Outcome {
        status: Status::Reused,
        ..success("REUSED".to_owned(), None)
    }
}

/// A node that was only brought up to date was not built.
fn refreshed(outcome: Outcome, step: &Step, analysed: &Analysed) -> Outcome {
    match analysed.decisions.verdicts.get(&step.id) {
        Some(skip::Verdict::Reuse { .. }) if outcome.status == Status::Success => reused(),
        _ => outcome,
    }
}

/// What happened, with the names that people know instead of those of the shadow.
fn shown(mut outcome: Outcome, analysed: &Analysed) -> Outcome {
    let shadow = &analysed.resolved.shadow;
    for diagnostic in &mut outcome.diagnostics {
        diagnostic.message = shadow.published(&diagnostic.message).into_owned();
        for note in diagnostic.notes.iter_mut().chain(&mut diagnostic.help) {
            *note = shadow.published(note).into_owned();
        }
    }
    outcome
}

/// A step that asks the warehouse: templates block, so it has a thread of its own.
async fn late(
    client: Client,
    step: &Step,
    analysed: &Arc<Analysed>,
    context: &Context,
) -> (Option<Client>, Outcome) {
    let voice = Voice {
        comment: step.comment.clone(),
        name: step.id.to_string(),
        reporter: context.reporter.clone(),
    };
    let live = Arc::new(LiveWarehouse::new(client, voice));
    let warehouse: Arc<dyn Warehouse> = live.clone();
    let (id, analysed_there) = (step.id.clone(), analysed.clone());
    let result =
        tokio::task::spawn_blocking(move || hcw_core::late::run(&analysed_there, &id, &warehouse))
            .await;
    let outcome = match result {
        Ok(Ok(done)) => {
            let mut outcome = match done.end {
                LateEnd::Built { message, rows } => success(message, rows),
                LateEnd::Batched(batches) => batched(batches),
                LateEnd::UnitTested { difference, rows } => {
                    let mut outcome = unit_tested(step, difference, analysed);
                    outcome.fetched = Some(rows);
                    outcome
                }
                LateEnd::Failed(problem) => error(problem),
                LateEnd::Tested(test, finding) => tested(step, &test, finding, analysed, context),
            };
            outcome.late = Some(LateText {
                compiled: done.compiled,
                main: done.main,
                messages: done.messages,
            });
            outcome
        }
        Ok(Err(diagnostic)) => error(*diagnostic),
        Err(panic) => error(Diagnostic::error(
            Code::TemplateError,
            format!("`{}` ended the thread that built it: {panic}", step.name),
        )),
    };
    // a value that still holds the connection keeps it: the next step gets another
    let client = Arc::into_inner(live).map(LiveWarehouse::into_client);
    (client, outcome)
}

fn tested(
    step: &Step,
    test: &DataTest,
    finding: Finding,
    analysed: &Analysed,
    context: &Context,
) -> Outcome {
    let failures = finding.failures;
    let policy = &context.reporter.warnings;
    let warnings_fail = || policy.decision("LogTestResult") == Decision::Error;
    let (warns, fails) = &test.thresholds;
    let (status, message, threshold) = match finding.verdict {
        Verdict::Pass => (Status::Success, "PASS".to_owned(), None),
        Verdict::Warn if warnings_fail() => (Status::Fail, format!("FAIL {failures}"), Some(warns)),
        Verdict::Warn => (Status::Warn, format!("WARN {failures}"), Some(warns)),
        Verdict::Fail => (Status::Fail, format!("FAIL {failures}"), Some(fails)),
    };
    let mut outcome = success(message, None);
    outcome.status = status;
    outcome.failures = Some(failures);
    outcome.threshold = threshold.cloned();
    outcome.fetched = Some(1);
    if status != Status::Success {
        let is_error = status == Status::Fail;
        let finding = test_finding(step, test, failures, is_error, analysed, context);
        outcome.diagnostics.push(finding);
    }
    outcome
}

/// dbt's word for the batches: all, some or none were built.
fn batched(batches: BatchOutcome) -> Outcome {
    let (built, failed) = (batches.successful.len(), batches.failed.len());
    let message = match (built, failed) {
        (_, 0) => "SUCCESS".to_owned(),
        (0, _) => "ERROR".to_owned(),
        _ => format!("PARTIAL SUCCESS ({built}/{})", built + failed),
    };
    let mut outcome = success(message, batches.rows);
    if failed > 0 {
        outcome.status = Status::Error;
        outcome.diagnostics.clone_from(&batches.problems);
    }
    outcome.batches = Some(batches);
    outcome
}

/// A unit test has one finding at most: that the rows differ, and how.
fn unit_tested(step: &Step, difference: Option<String>, analysed: &Analysed) -> Outcome {
    let Some(difference) = difference else {
        let mut outcome = success("PASS".to_owned(), None);
        outcome.failures = Some(0);
        return outcome;
    };
    let mut outcome = success("FAIL 1".to_owned(), None);
    outcome.status = Status::Fail;
    outcome.failures = Some(1);
    let message = format!("\n\nactual differs from expected:\n\n{difference}\n");
    let mut finding = Diagnostic::error(Code::TestFailed, message);
    let tests = &analysed.resolved.project().declared.unit_tests;
    if let Some(test) = tests.get(&step.id) {
        finding = finding.at(test.declaration.location.clone());
    }
    outcome.diagnostics.push(finding);
    outcome
}

fn error(diagnostic: Diagnostic) -> Outcome {
    Outcome {
        status: Status::Error,
        message: "ERROR".to_owned(),
        rows: None,
        failures: None,
        diagnostics: vec![diagnostic],
        late: None,
        batches: None,
        threshold: None,
        fetched: None,
    }
}

pub(super) fn success(message: String, rows: Option<u64>) -> Outcome {
    Outcome {
        status: Status::Success,
        message,
        rows,
        failures: None,
        diagnostics: Vec::new(),
        late: None,
        batches: None,
        threshold: None,
        fetched: None,
    }
}

async fn data_test(
    client: &Client,
    test: &DataTest,
    comment: Option<&QueryComment>,
) -> Result<Finding, Failure> {
    if !test.store.is_empty() {
        build::operations(client, &test.store, comment).await?;
    }
    let statements = std::slice::from_ref(&test.query);
    let batch = Batch::commented(comment, statements);
    let messages = client
        .simple_query(&batch.text)
        .await
        .map_err(|error| Failure::of(&error, &batch))?;
    let mut names: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for message in messages {
        match message {
            SimpleQueryMessage::RowDescription(columns) => {
                names = columns
                    .iter()
                    .map(|column| column.name().to_owned())
                    .collect();
                rows.clear();
            }
            SimpleQueryMessage::Row(row) => {
                let cell = |position| row.get(position).map(str::to_owned);
                rows.push((0..row.len()).map(cell).collect());
            }
            _ => {}
        }
    }
    data_test::finding(test, &names, &rows).map_err(Failure::Found)
}

fn landed(outcome: landing::LandingOutcome) -> Outcome {
    let message = if outcome.loaded.is_empty() && outcome.removed.is_empty() {
        "unchanged".to_owned()
    } else {
        format!("COPY {}", outcome.rows)
    };
    Outcome {
        status: if outcome.rejects > 0 {
            Status::Warn
        } else {
            Status::Success
        },
        message,
        rows: Some(outcome.rows),
        failures: None,
        diagnostics: outcome.warnings,
        late: None,
        batches: None,
        threshold: None,
        fetched: None,
    }
}
