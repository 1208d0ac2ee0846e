//! `sources.json`, version 3: how fresh sources are.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json};

use super::{ArtifactMetadata, Timing};
use crate::project::Freshness;

/// The file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourcesArtifact {
    /// Its head.
    pub metadata: ArtifactMetadata,
    /// One result for each source table that was looked at.
    pub results: Vec<FreshnessResult>,
    /// Seconds for all.
    pub elapsed_time: f64,
}

/// How fresh a source table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FreshnessOutcome {
    /// Fresh enough.
    Pass,
    /// Older than `warn_after`.
    Warn,
    /// Older than `error_after`.
    Error,
}

/// One source table's result.
#[derive(Debug, Clone, PartialEq)]
pub enum FreshnessResult {
    /// It was measured.
    Measured(Box<MeasuredFreshness>),
    /// It could not be.
    Failed {
        /// The source table.
        unique_id: String,
        /// Why.
        error: String,
    },
}

/// A measured source table.
///
/// **Units**: times are UTC, RFC 3339 with `Z`; ages are seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeasuredFreshness {
    /// The source table.
    pub unique_id: String,
    /// When it was last loaded.
    pub max_loaded_at: String,
    /// When it was looked at.
    pub snapshotted_at: String,
    /// The time between.
    pub max_loaded_at_time_ago_in_s: f64,
    /// What that means.
    pub status: FreshnessOutcome,
    /// What was asked for.
    pub criteria: Freshness,
    /// What the server answered.
    pub adapter_response: Map<String, Json>,
    /// Its phases.
    pub timing: Vec<Timing>,
    /// The connection that asked.
    pub thread_id: String,
    /// Seconds.
    pub execution_time: f64,
}

impl Serialize for FreshnessResult {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            FreshnessResult::Measured(measured) => measured.serialize(serializer),
            FreshnessResult::Failed { unique_id, error } => serde_json::json!({
                "unique_id": unique_id,
                "error": error,
                "status": "runtime error",
            })
            .serialize(serializer),
        }
    }
}
