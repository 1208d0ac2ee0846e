//! What a run is given from outside: variables, environment, target, time. Same settings and files, same output.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use crate::target::Target;

/// Inputs of a compilation beside the project's files.
#[derive(Clone)]
pub struct Settings {
    /// `--vars`.
    pub vars: Map<String, Value>,
    /// The process environment.
    pub environment: BTreeMap<String, String>,
    /// The target.
    pub target: Target,
    /// `--full-refresh`.
    pub full_refresh: bool,
    /// `--store-failures`, for tests that do not say.
    pub store_failures: bool,
    /// How what was built takes its place.
    pub publish: Publish,
    /// When the run started: UTC, RFC 3339.
    pub run_started_at: String,
    /// A unique id of the run.
    pub invocation_id: String,
    /// The verb, for `flags.WHICH`.
    pub verb: String,
    /// Whether a warning of a template fails it.
    pub warnings_fail: bool,
    /// What `retry` takes over from the call that it makes again.
    pub again: Again,
    /// Every option of the call under dbt's name in capitals: the templates' `flags`.
    pub flags: Map<String, Value>,
}

/// Variables and the environment hold secrets: their values are never printed.
impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("target", &self.target.name)
            .field("verb", &self.verb)
            .finish_non_exhaustive()
    }
}

/// What a call that is made again takes over from the first one.
#[derive(Debug, Clone, Default)]
pub struct Again {
    /// When that one started: UTC, RFC 3339.
    pub started_at: Option<String>,
    /// Its microbatch models of which some batches failed, by id.
    pub batches: BTreeMap<String, EarlierBatches>,
}

/// A microbatch model's batches of an earlier call: start and end of each.
#[derive(Debug, Clone, Default)]
pub struct EarlierBatches {
    /// Those that were built.
    pub successful: Vec<(String, String)>,
    /// Those that failed: they alone are built again.
    pub failed: Vec<(String, String)>,
}

impl Settings {
    /// Whether `--empty` asks for relations without rows.
    pub fn reads_nothing(&self) -> bool {
        self.flags.get("EMPTY") == Some(&Value::Bool(true))
    }

    /// The window of time that `--sample` asks for: `start` and `end`.
    pub fn sample(&self) -> Option<&Value> {
        self.flags.get("SAMPLE").filter(|window| !window.is_null())
    }
}

/// What a model says that is too large to be copied (`meta: {hcw: {publish: in_place}}`).
pub(crate) const IN_PLACE: &str = "in_place";

/// How a relation that was built takes the place of the one that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Publish {
    /// All that a run builds is built in a shadow, tested there, and published in one transaction.
    Atomic,
    /// Built beside it and swapped in one transaction, with what others hang on it.
    #[default]
    PerNode,
    /// dbt's way: renamed, and the old one dropped with all that reads it.
    Legacy,
}

impl Publish {
    /// All ways, by their names.
    pub const NAMES: [(&'static str, Publish); 3] = [
        ("atomic", Publish::Atomic),
        ("per-node", Publish::PerNode),
        ("legacy", Publish::Legacy),
    ];

    /// The way of a name.
    pub fn named(name: &str) -> Option<Publish> {
        let mut ways = Publish::NAMES.iter();
        ways.find(|(known, _)| *known == name).map(|(_, way)| *way)
    }

    /// The name, as `--publish` and `HCW_PUBLISH` have it.
    pub fn as_str(self) -> &'static str {
        Publish::NAMES
            .iter()
            .find(|(_, way)| *way == self)
            .map_or("per-node", |(name, _)| name)
    }
}
