//! `run_results.json`, version 6.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::ArtifactMetadata;
use crate::project::UniqueId;

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

impl ResultStatus {
    /// dbt's word.
    pub fn as_str(self) -> &'static str {
        match self {
            ResultStatus::Success => "success",
            ResultStatus::Error => "error",
            ResultStatus::Skipped => "skipped",
            ResultStatus::PartialSuccess => "partial success",
            ResultStatus::NoOp => "no-op",
            ResultStatus::Reused => "reused",
            ResultStatus::Pass => "pass",
            ResultStatus::Fail => "fail",
            ResultStatus::Warn => "warn",
        }
    }
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
    /// A test's number of failures; 0 where they are fewer than it minds.
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

impl RunResult {
    /// The result of a node of which nothing but its end is known.
    pub fn new(unique_id: &UniqueId, status: ResultStatus) -> RunResult {
        RunResult {
            status,
            timing: Vec::new(),
            thread_id: "Thread-1 (worker)".to_owned(),
            execution_time: 0.0,
            adapter_response: Map::new(),
            message: None,
            failures: None,
            unique_id: unique_id.to_string(),
            compiled: (!unique_id.as_str().starts_with("seed.")).then_some(false),
            compiled_code: None,
            relation_name: None,
            batch_results: None,
            overload_results: None,
        }
    }

    /// The same with its compiled SQL.
    #[must_use]
    pub fn with_code(mut self, code: Option<String>) -> RunResult {
        self.compiled = self.compiled.map(|_| code.is_some());
        self.compiled_code = code;
        self
    }

    /// The same with what the server answered: its command tag, and the rows that it tells.
    #[must_use]
    pub fn with_response(mut self, message: &str, rows: Option<u64>) -> RunResult {
        let code = message
            .trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == ' ')
            .to_owned();
        self.adapter_response
            .insert("_message".to_owned(), message.into());
        self.adapter_response.insert("code".to_owned(), code.into());
        let rows = rows.map_or_else(|| Json::from(-1), Json::from);
        self.adapter_response
            .insert("rows_affected".to_owned(), rows);
        self
    }
}

/// A microbatch model's batches: start and end of each.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct BatchResults {
    /// Those that were built.
    pub successful: Vec<(String, String)>,
    /// Those that failed.
    pub failed: Vec<(String, String)>,
}
