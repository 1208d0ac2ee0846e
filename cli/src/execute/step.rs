//! One step on one connection.

use std::path::PathBuf;
use std::sync::Arc;

use hcw_core::analyse::Analysed;
use hcw_core::data_test::{DataTest, Verdict, verdict};
use hcw_core::diagnostic::Diagnostic;
use hcw_core::materialize::Statement;
use hcw_core::plan::{Action, Step};
use hcw_core::seed::SeedData;
use tokio_postgres::{Client, SimpleQueryMessage};

use super::failure::{Batch, Failure, test_finding};
use crate::report::Progress;
use crate::{landing, seed_load};

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
}

/// The end of a step.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) status: Status,
    /// What stands in the brackets of its line: `SELECT 20`, `FAIL 3`.
    pub(crate) message: String,
    /// Rows written, or rows that failed a test.
    pub(crate) rows: Option<u64>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// How often a transaction is tried that the server ended as a deadlock.
const DEADLOCK_ATTEMPTS: u32 = 4;

/// What a step needs beside the plan.
pub(super) struct Context {
    pub(super) project_dir: PathBuf,
    pub(super) compiled_folder: String,
    pub(super) progress: Arc<Progress>,
}

pub(super) async fn run(
    client: &mut Client,
    step: &Step,
    analysed: &Analysed,
    context: &Context,
) -> Outcome {
    let result = match &step.action {
        Action::Statements(statements) => build(client, statements, &step.description).await,
        Action::Seed {
            before,
            copy_into,
            data,
            after,
        } => seed(client, before, &copy_into.in_schema(), data, after).await,
        Action::Test(test) => {
            let mut result = data_test(client, test).await;
            if let Ok(outcome) = &mut result
                && let (Status::Warn | Status::Fail, Some(failures)) =
                    (outcome.status, outcome.rows)
            {
                let is_error = outcome.status == Status::Fail;
                let finding = test_finding(step, failures, is_error, analysed, context);
                outcome.diagnostics.push(finding);
            }
            result
        }
        Action::Land(table) => {
            let mut report = |progress: landing::LandingProgress| {
                context
                    .progress
                    .read(&step.label, progress.bytes_read, progress.bytes);
            };
            return match landing::land(client, &context.project_dir, table, &mut report).await {
                Ok(outcome) => landed(outcome),
                Err(diagnostic) => error(*diagnostic),
            };
        }
    };
    result.unwrap_or_else(|failure| error(failure.into_diagnostic(step, analysed, context)))
}

fn error(diagnostic: Diagnostic) -> Outcome {
    Outcome {
        status: Status::Error,
        message: "ERROR".to_owned(),
        rows: None,
        diagnostics: vec![diagnostic],
    }
}

fn success(message: String, rows: Option<u64>) -> Outcome {
    Outcome {
        status: Status::Success,
        message,
        rows,
        diagnostics: Vec::new(),
    }
}

/// All statements in one message: the server runs them as one transaction, in one round trip.
///
/// Readers of the replaced relation may hold locks in another order: the server ends a deadlock by refusing
/// one side, and what it refused of ours is tried again.
async fn build(
    client: &Client,
    statements: &[Statement],
    description: &str,
) -> Result<Outcome, Failure> {
    let batch = Batch::new(statements);
    let mut attempt = 1;
    let counts = loop {
        match send(client, &batch).await {
            Err(failure) if failure.is_deadlock() && attempt < DEADLOCK_ATTEMPTS => attempt += 1,
            result => break result?,
        }
    };
    let rows = statements
        .iter()
        .zip(counts)
        .filter(|(statement, _)| statement.counts)
        .map(|(_, count)| count)
        .next_back();
    let is_view = description.contains(" view ");
    Ok(if is_view {
        success("CREATE VIEW".to_owned(), None)
    } else {
        success(format!("SELECT {}", rows.unwrap_or_default()), rows)
    })
}

/// Sends a batch; the row count of each statement comes back.
async fn send(client: &Client, batch: &Batch<'_>) -> Result<Vec<u64>, Failure> {
    let messages = client
        .simple_query(&batch.text)
        .await
        .map_err(|error| Failure::of(&error, batch))?;
    let counts = messages.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::CommandComplete(count) => Some(count),
        _ => None,
    });
    Ok(counts.collect())
}

async fn seed(
    client: &mut Client,
    before: &[Statement],
    copy_into: &str,
    data: &SeedData,
    after: &[Statement],
) -> Result<Outcome, Failure> {
    let columns: Vec<String> = data.columns.iter().map(|(name, _)| name.clone()).collect();
    let begin = Batch::new(&[]);
    let transaction = client
        .transaction()
        .await
        .map_err(|error| Failure::of(&error, &begin))?;
    let batch = Batch::new(before);
    send(transaction.client(), &batch).await?;
    let rows = seed_load::copy_seed(transaction.client(), copy_into, &columns, &data.rows)
        .await
        .map_err(|error| Failure::of(&error, &begin))?;
    let batch = Batch::new(after);
    send(transaction.client(), &batch).await?;
    transaction
        .commit()
        .await
        .map_err(|error| Failure::of(&error, &begin))?;
    Ok(success(format!("INSERT {rows}"), Some(rows)))
}

async fn data_test(client: &Client, test: &DataTest) -> Result<Outcome, Failure> {
    if !test.store.is_empty() {
        let batch = Batch::new(&test.store);
        send(client, &batch).await?;
    }
    let statements = std::slice::from_ref(&test.query);
    let batch = Batch::new(statements);
    let messages = client
        .simple_query(&batch.text)
        .await
        .map_err(|error| Failure::of(&error, &batch))?;
    let row = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    // an aggregate over no rows may be null: nothing failed
    let failures = row
        .and_then(|row| row.get("failures"))
        .and_then(|text| text.parse::<u64>().ok())
        .unwrap_or_default();
    let flag = |name: &str| row.and_then(|row| row.get(name)) == Some("t");
    let (status, message) = match verdict(test.severity, flag("should_warn"), flag("should_error"))
    {
        Verdict::Pass => (Status::Success, "PASS".to_owned()),
        Verdict::Warn => (Status::Warn, format!("WARN {failures}")),
        Verdict::Fail => (Status::Fail, format!("FAIL {failures}")),
    };
    Ok(Outcome {
        status,
        message,
        rows: Some(failures),
        diagnostics: Vec::new(),
    })
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
        diagnostics: outcome.warnings,
    }
}
