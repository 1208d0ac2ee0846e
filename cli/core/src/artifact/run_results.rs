//! `run_results.json`, version 6.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::ArtifactMetadata;

/// The file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunResultsArtifact {
    /// Its head.
    pub metadata: ArtifactMetadata,
    /// One result for each node that ran, in the order in which they ended.
    pub results: Vec<RunResult>,
    /// Seconds for all.
    pub elapsed_time: f64,
    /// The command line, with defaults; secrets are masked by the caller.
    pub args: Map<String, Json>,
}

/// How a node ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ResultStatus {
    /// Built.
    #[serde(rename = "success")]
    Success,
    /// Failed to run.
    #[serde(rename = "error")]
    Error,
    /// Not run, since a parent failed.
    #[serde(rename = "skipped")]
    Skipped,
    /// Some batches were built.
    #[serde(rename = "partial success")]
    PartialSuccess,
    /// Nothing had to be done.
    #[serde(rename = "no-op")]
    NoOp,
    /// Kept as it was.
    #[serde(rename = "reused")]
    Reused,
    /// A test passed.
    #[serde(rename = "pass")]
    Pass,
    /// A test found rows.
    #[serde(rename = "fail")]
    Fail,
    /// A test found rows, which only warns.
    #[serde(rename = "warn")]
    Warn,
}

/// A phase of a node's run.
///
/// **Units**: UTC, RFC 3339 with `Z`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Timing {
    /// `compile` or `execute`.
    pub name: &'static str,
    /// Its start.
    pub started_at: Option<String>,
    /// Its end.
    pub completed_at: Option<String>,
}

/// One node's result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunResult {
    /// How it ended.
    pub status: ResultStatus,
    /// Its phases.
    pub timing: Vec<Timing>,
    /// The connection that ran it.
    pub thread_id: String,
    /// Seconds.
    pub execution_time: f64,
    /// What the server answered: `_message`, `code`, `rows_affected`.
    pub adapter_response: Map<String, Json>,
    /// For people.
    pub message: Option<String>,
    /// A test's number of failures.
    pub failures: Option<i64>,
    /// The node.
    pub unique_id: String,
    /// Whether it was compiled; a seed never is.
    pub compiled: Option<bool>,
    /// Its compiled SQL.
    pub compiled_code: Option<String>,
    /// The relation that it built.
    pub relation_name: Option<String>,
    /// Its batches, for a microbatch model.
    pub batch_results: Option<BatchResults>,
    /// Results of a function's overloads.
    pub overload_results: Option<Json>,
}

/// A microbatch model's batches: start and end of each.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct BatchResults {
    /// Those that were built.
    pub successful: Vec<(String, String)>,
    /// Those that failed.
    pub failed: Vec<(String, String)>,
}
