//! `run_results.json`, version 6: what became of each node.

use std::time::Duration;

use hcw_core::analyse::Analysed;
use hcw_core::diagnostic::Diagnostic;
use hcw_core::plan::{Plan, StepKind};
use hcw_core::project::UniqueId;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::commands::status_word;
use crate::execute::{Outcome, RunReport, Status};
use crate::report::{Secrets, extra};
use crate::session::Session;

/// The file's name.
pub(crate) const RUN_RESULTS: &str = "run_results.json";
/// Where the file's form is described.
const SCHEMA: &str = "https://schemas.getdbt.com/dbt/run-results/v6.json";
/// The release of dbt whose artifacts these are.
pub(crate) const DBT_VERSION: &str = "1.12.6";

/// What became of a node.
#[derive(Debug, Clone)]
pub(crate) struct NodeResult {
    pub(crate) id: UniqueId,
    /// dbt's word.
    pub(crate) status: &'static str,
    pub(crate) message: Option<String>,
    pub(crate) failures: Option<u64>,
    pub(crate) rows_affected: Option<u64>,
    pub(crate) compiled_code: Option<String>,
    pub(crate) relation_name: Option<String>,
    pub(crate) elapsed: Duration,
    pub(crate) ended_at: Timestamp,
}

/// The results of a plan that ran.
pub(crate) fn of_run(plan: &Plan, analysed: &Analysed, report: &RunReport) -> Vec<NodeResult> {
    let results = report.results.iter().map(|result| {
        let step = &plan.steps[result.position];
        let is_test = step.kind == StepKind::Test;
        let outcome = &result.outcome;
        let ran = outcome.status != Status::Skipped;
        let is_seed = step.kind == StepKind::Seed;
        let late = outcome.late.as_ref().map(|late| &late.compiled);
        let compiled = late
            .or_else(|| {
                analysed
                    .compiled
                    .get(&step.id)
                    .map(|compiled| &compiled.sql)
            })
            .filter(|_| ran && !is_seed);
        NodeResult {
            id: step.id.clone(),
            status: status_word(outcome.status, is_test),
            message: message(outcome, is_test),
            failures: outcome.rows.filter(|_| is_test),
            rows_affected: outcome.rows.filter(|_| !is_test),
            compiled_code: compiled.cloned(),
            relation_name: step
                .relation
                .as_ref()
                .filter(|_| !is_seed)
                .map(ToString::to_string),
            elapsed: result.elapsed,
            ended_at: result.ended_at,
        }
    });
    results.collect()
}

/// dbt's message of a result.
fn message(outcome: &Outcome, is_test: bool) -> Option<String> {
    let found = |to: &str| {
        let rows = outcome.rows.unwrap_or_default();
        let results = if rows == 1 { "result" } else { "results" };
        format!("Got {rows} {results}, configured to {to} if != 0")
    };
    match (outcome.status, is_test) {
        (Status::Skipped, _) | (Status::Success, true) => None,
        (Status::Fail, true) => Some(found("fail")),
        (Status::Warn, true) => Some(found("warn")),
        _ => Some(match outcome.diagnostics.first() {
            Some(problem) if outcome.status == Status::Error => {
                format!(
                    "{}\n  {}",
                    crate::report::title(problem.code),
                    problem.message
                )
            }
            _ => outcome.message.clone(),
        }),
    }
}

/// Writes the file, unless the user wants no JSON.
pub(crate) fn write(
    session: &Session,
    results: &[NodeResult],
    elapsed: Duration,
) -> Result<(), Diagnostic> {
    if !session.flags.write_json {
        return Ok(());
    }
    let settings = &session.settings;
    let content = json!({
        "metadata": {
            "dbt_schema_version": SCHEMA,
            "dbt_version": DBT_VERSION,
            "generated_at": Timestamp::now().to_string(),
            "invocation_id": settings.invocation_id,
            "invocation_started_at": settings.run_started_at,
            "env": extra(),
        },
        "results": results.iter().map(entry).collect::<Vec<Json>>(),
        "elapsed_time": elapsed.as_secs_f64(),
        "args": session.flags.values,
    });
    let content = Secrets::of_environment().masked_json(&content);
    let path = session.target_path().join(RUN_RESULTS);
    super::write(&path, format!("{content}\n").as_bytes())
}

fn entry(result: &NodeResult) -> Json {
    let is_skipped = result.status == "skipped";
    let started_at = result.ended_at - result.elapsed;
    let timing = if is_skipped {
        json!([])
    } else {
        json!([
            {"name": "compile", "started_at": started_at.to_string(), "completed_at": started_at.to_string()},
            {"name": "execute", "started_at": started_at.to_string(), "completed_at": result.ended_at.to_string()},
        ])
    };
    let response = match (&result.message, result.status) {
        (Some(message), "success") => json!({
            "_message": message,
            "code": message.trim_end_matches(|letter: char| letter.is_ascii_digit()).trim_end(),
            "rows_affected": result.rows_affected.map_or_else(|| json!(-1), Json::from),
        }),
        _ => json!({}),
    };
    json!({
        "status": result.status,
        "timing": timing,
        "thread_id": "Thread-1 (worker)",
        "execution_time": result.elapsed.as_secs_f64(),
        "adapter_response": response,
        "message": result.message,
        "failures": result.failures,
        "unique_id": result.id.as_str(),
        "compiled": result.compiled_code.is_some(),
        "compiled_code": result.compiled_code,
        "relation_name": result.relation_name,
        "batch_results": null,
    })
}
