//! What sidecars say of models, seeds, snapshots and tests beside configuration and columns.

use serde::Serialize;
use serde_json::Value as Json;

use super::config::ConfigMap;
use super::resource::UniqueId;
use super::version::Version;
use crate::source::SourceFile;

/// Properties of a node.
#[derive(Debug, Clone, Default)]
pub struct NodeProperties {
    /// The sidecar, as `package://path`.
    pub patch_path: Option<String>,
    /// The docs blocks that the description uses.
    pub doc_blocks: Vec<UniqueId>,
    /// Configuration of project file and sidecar before Jinja.
    pub unrendered_config: ConfigMap,
    /// What the root project says of another package's node, before Jinja.
    pub unrendered_root_config: ConfigMap,
    /// A model's version.
    pub version: Option<Version>,
    /// The version that an unversioned `ref` means.
    pub latest_version: Option<Version>,
    /// When the model goes away: RFC 3339.
    pub deprecation_date: Option<String>,
    /// Which column of a model holds its days.
    pub time_spine: Option<TimeSpine>,
    /// A snapshot's template: its file with everything but its block blanked out, so that places hold.
    pub snapshot_template: Option<SourceFile>,
    /// Where a snapshot's block begins in its template.
    pub body_start: usize,
    /// The text of the block.
    pub block_text: Option<String>,
    /// A function's arguments and result.
    pub function: Option<FunctionSignature>,
    /// The resource's file below its resource folder, where dbt shows another than the file's own.
    pub shown_path: Option<String>,
    /// For a generic test: `models.orders` or `sources.raw`.
    pub file_key_name: Option<String>,
    /// For a generic test: whether it stands at a column.
    pub is_column_test: bool,
    /// For a generic test: its configuration as applied.
    pub test_config: ConfigMap,
    /// For a generic test: the alias that its long name was given.
    pub made_alias: Option<String>,
    /// For a generic test: whether it is only disabled because what it tests is.
    pub is_left_test: bool,
    /// For a generic test: tags of its column and source, beside its own.
    pub inherited_tags: Vec<String>,
    /// Which of the tags of its configuration its sidecar gave.
    pub sidecar_tags: std::ops::Range<usize>,
}

/// A model that lists all days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimeSpine {
    /// The column of its days.
    pub standard_granularity_column: String,
    /// Further calendars.
    pub custom_granularities: Vec<CustomGranularity>,
}

/// A calendar of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomGranularity {
    /// Its name.
    pub name: String,
    /// The column that holds it.
    pub column_name: Option<String>,
}

/// A function's arguments and result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FunctionSignature {
    /// Its arguments.
    pub arguments: Vec<FunctionArgument>,
    /// Its result.
    pub returns: FunctionReturns,
}

/// A function's argument.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FunctionArgument {
    /// Name.
    pub name: String,
    /// Type.
    pub data_type: String,
    /// What it means.
    pub description: Option<String>,
    /// What it is when it is not given.
    pub default_value: Option<Json>,
}

/// A function's result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunctionReturns {
    /// Type.
    pub data_type: String,
    /// What it means.
    pub description: Option<String>,
}
