//! Semantic models: entities, dimensions and measures over one model, as the manifest shows them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::declared::Declaration;
use super::reference::ModelReference;

/// A semantic model.
#[derive(Debug, Clone)]
pub struct SemanticModel {
    /// Where it is declared.
    pub declaration: Declaration,
    /// `ref('x')` as written.
    pub model: String,
    /// The model it stands on.
    pub reference: Option<ModelReference>,
    /// What it is.
    pub description: Option<String>,
    /// For people.
    pub label: Option<String>,
    /// Its defaults.
    pub defaults: Option<SemanticDefaults>,
    /// Join keys.
    pub entities: Vec<Entity>,
    /// What is aggregated.
    pub measures: Vec<Measure>,
    /// What is grouped by.
    pub dimensions: Vec<Dimension>,
    /// The entity of its rows, when no column holds it.
    pub primary_entity: Option<String>,
}

/// Defaults of a semantic model.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SemanticDefaults {
    /// The time dimension that measures are aggregated over.
    pub agg_time_dimension: Option<String>,
}

/// The configuration of an element of a semantic model.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ElementConfig {
    /// Free keys, with those of the semantic model.
    pub meta: Map<String, Json>,
}

/// A join key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the words of the format")]
pub struct Entity {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: EntityKind,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub label: Option<String>,
    #[serde(default)]
    pub role: Option<String>,
    #[serde(default)]
    pub expr: Option<String>,
    #[serde(default)]
    pub config: ElementConfig,
}

/// How an entity's values repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the words of the format")]
pub enum EntityKind {
    Foreign,
    Natural,
    Primary,
    Unique,
}

/// What is aggregated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the words of the format")]
pub struct Measure {
    pub name: String,
    pub agg: Aggregation,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub label: Option<String>,
    #[serde(default)]
    pub create_metric: bool,
    #[serde(default)]
    pub expr: Option<String>,
    #[serde(default)]
    pub agg_params: Option<AggregationParameters>,
    #[serde(default)]
    pub non_additive_dimension: Option<NonAdditiveDimension>,
    #[serde(default)]
    pub agg_time_dimension: Option<String>,
    #[serde(default)]
    pub config: ElementConfig,
}

/// How a measure is aggregated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words of the format")]
pub enum Aggregation {
    Sum,
    Min,
    Max,
    CountDistinct,
    SumBoolean,
    Average,
    Percentile,
    Median,
    Count,
}

/// Which percentile.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the words of the format")]
pub struct AggregationParameters {
    pub percentile: Option<f64>,
    pub use_discrete_percentile: bool,
    pub use_approximate_percentile: bool,
}

/// A dimension that a measure must not be added up over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the words of the format")]
pub struct NonAdditiveDimension {
    pub name: String,
    #[serde(default = "minimum")]
    pub window_choice: Aggregation,
    #[serde(default)]
    pub window_groupings: Vec<String>,
}

fn minimum() -> Aggregation {
    Aggregation::Min
}

/// What is grouped by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the words of the format")]
pub struct Dimension {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: DimensionKind,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub label: Option<String>,
    #[serde(default)]
    pub is_partition: bool,
    #[serde(default)]
    pub type_params: Option<DimensionTypeParams>,
    #[serde(default)]
    pub expr: Option<String>,
    #[serde(skip_deserializing)]
    pub metadata: Option<Json>,
    #[serde(default)]
    pub config: ElementConfig,
    #[serde(skip_deserializing)]
    pub datatype: Option<Json>,
}

/// What a dimension holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the words of the format")]
pub enum DimensionKind {
    Categorical,
    Time,
}

/// A time dimension's grain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the words of the format")]
pub struct DimensionTypeParams {
    pub time_granularity: String,
    #[serde(default)]
    pub validity_params: Option<ValidityParams>,
}

/// Which end of a row's validity a time dimension is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the words of the format")]
pub struct ValidityParams {
    pub is_start: bool,
    pub is_end: bool,
}

/// What a column is grouped by, as its sidecar says beside it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ColumnDimension {
    /// Its kind alone.
    Kind(DimensionKind),
    /// A dimension with words of its own.
    Described(DescribedDimension),
}

/// The dimension that a column is, where it has words of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the words of the format")]
pub struct DescribedDimension {
    /// The column's, where none is written.
    #[serde(default)]
    pub name: String,
    #[serde(rename = "type")]
    pub kind: DimensionKind,
    /// The column's, where none is written.
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub label: Option<String>,
    #[serde(default)]
    pub is_partition: bool,
    #[serde(default)]
    pub config: Map<String, Json>,
    #[serde(default)]
    pub validity_params: Option<ValidityParams>,
}

/// The join key that a column is, as its sidecar says beside it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ColumnEntity {
    /// Its kind alone.
    Kind(EntityKind),
    /// An entity with words of its own.
    Described(DescribedEntity),
}

/// The join key that a column is, where it has words of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the words of the format")]
pub struct DescribedEntity {
    /// The column's, where none is written.
    #[serde(default)]
    pub name: String,
    #[serde(rename = "type")]
    pub kind: EntityKind,
    /// The column's, where none is written.
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub label: Option<String>,
    #[serde(default)]
    pub config: Map<String, Json>,
}
