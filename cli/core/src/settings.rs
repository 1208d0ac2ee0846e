//! What a run is given from outside: variables, environment, target, time. Same settings and files, same output.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::target::Target;

/// Inputs of a compilation beside the project's files.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `--vars`.
    pub vars: Map<String, Json>,
    /// The process environment.
    pub environment: BTreeMap<String, String>,
    /// The target.
    pub target: Target,
    /// `--full-refresh`.
    pub full_refresh: bool,
    /// `--store-failures`, for tests that do not say.
    pub store_failures: bool,
    /// When the run started: UTC, RFC 3339.
    pub run_started_at: String,
    /// A unique id of the run.
    pub invocation_id: String,
    /// The verb, for `flags.WHICH`.
    pub verb: String,
    /// Every option of the call under dbt's name in capitals: the templates' `flags`.
    pub flags: Map<String, Json>,
}
