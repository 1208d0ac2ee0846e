//! Metrics of the semantic layer, as the manifest shows them.

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::config::ConfigMap;
use super::declared::Declaration;
use super::semantic_model::{Aggregation, AggregationParameters, NonAdditiveDimension};
use crate::yaml::one_or_more;

/// A metric.
#[derive(Debug, Clone)]
pub struct Metric {
    /// Where it is declared.
    pub declaration: Declaration,
    /// What it measures.
    pub description: String,
    /// For people.
    pub label: String,
    /// How it is computed.
    pub kind: MetricKind,
    /// What it is computed from.
    pub type_params: MetricTypeParams,
    /// Which rows count.
    pub filter: Option<WhereFilters>,
    /// Its default granularity.
    pub time_granularity: Option<String>,
    /// `meta:` beside `config:`, or that of `config:`.
    pub meta: ConfigMap,
    /// `tags:` beside `config:`.
    pub tags: Vec<String>,
    /// The semantic model that it was made from.
    pub made_from: Option<String>,
}

impl Metric {
    /// The metrics that it names.
    pub(crate) fn input_metrics(&self) -> impl Iterator<Item = &InputMetric> {
        let params = &self.type_params;
        let cumulative = params.cumulative_type_params.as_ref();
        let conversion = params.conversion_type_params.as_ref();
        params
            .metrics
            .iter()
            .chain(&params.numerator)
            .chain(&params.denominator)
            .chain(cumulative.and_then(|params| params.metric.as_ref()))
            .chain(conversion.and_then(|params| params.base_metric.as_ref()))
            .chain(conversion.and_then(|params| params.conversion_metric.as_ref()))
    }
}

/// How a metric is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the words of the format")]
pub enum MetricKind {
    Simple,
    Ratio,
    Cumulative,
    Derived,
    Conversion,
}

/// Filters that must all hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WhereFilters {
    /// Each filter's template.
    pub where_filters: Vec<WhereFilter>,
}

/// One filter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WhereFilter {
    /// A condition, with `Dimension(…)` in braces.
    pub where_sql_template: String,
}

impl<'de> Deserialize<'de> for WhereFilters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<WhereFilters, D::Error> {
        let conditions: Vec<String> = one_or_more(deserializer)?;
        Ok(WhereFilters {
            where_filters: conditions
                .into_iter()
                .map(|where_sql_template| WhereFilter { where_sql_template })
                .collect(),
        })
    }
}

/// A measure that a metric reads.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct InputMeasure {
    /// The measure.
    pub name: String,
    /// Which of its rows count.
    pub filter: Option<WhereFilters>,
    /// Its name in expressions.
    pub alias: Option<String>,
    /// Whether days without rows count.
    pub join_to_timespine: bool,
    /// What a day without rows counts as.
    pub fill_nulls_with: Option<i64>,
}

/// Another metric that a metric reads.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct InputMetric {
    /// The metric.
    pub name: String,
    /// Which of its rows count.
    pub filter: Option<WhereFilters>,
    /// Its name in expressions.
    pub alias: Option<String>,
    /// How far back it is read.
    pub offset_window: Option<TimeWindow>,
    /// To the start of which period it is read.
    pub offset_to_grain: Option<String>,
}

/// A span such as `7 days`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimeWindow {
    /// How many.
    pub count: u64,
    /// Of what, in the singular for standard ones.
    pub granularity: String,
}

/// Standard granularities.
pub(crate) const GRANULARITIES: [&str; 11] = [
    "nanosecond",
    "microsecond",
    "millisecond",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
];

impl<'de> Deserialize<'de> for TimeWindow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TimeWindow, D::Error> {
        let text = String::deserialize(deserializer)?.to_lowercase();
        let invalid = || de::Error::custom(format!("`{text}` is no span such as `28 days`"));
        let (count, granularity) = text.split_once(' ').ok_or_else(invalid)?;
        if granularity.contains(' ') {
            return Err(invalid());
        }
        let singular = granularity
            .strip_suffix('s')
            .filter(|singular| GRANULARITIES.contains(singular))
            .unwrap_or(granularity);
        Ok(TimeWindow {
            count: count.parse().map_err(|_| invalid())?,
            granularity: singular.to_owned(),
        })
    }
}

macro_rules! named_or_mapping {
    ($type:ident, $written:ident { $($field:ident: $kind:ty,)* }) => {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $written {
            name: String,
            $(#[serde(default)] $field: $kind,)*
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                struct NameOrMapping;
                impl<'de> Visitor<'de> for NameOrMapping {
                    type Value = $type;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        formatter.write_str("a name or a mapping")
                    }

                    fn visit_str<E>(self, name: &str) -> Result<$type, E> {
                        Ok($type { name: name.to_owned(), ..$type::default() })
                    }

                    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<$type, A::Error> {
                        let written = $written::deserialize(de::value::MapAccessDeserializer::new(access))?;
                        Ok($type { name: written.name, $($field: written.$field,)* })
                    }
                }
                deserializer.deserialize_any(NameOrMapping)
            }
        }
    };
}

named_or_mapping!(InputMeasure, WrittenInputMeasure {
    filter: Option<WhereFilters>,
    alias: Option<String>,
    join_to_timespine: bool,
    fill_nulls_with: Option<i64>,
});
named_or_mapping!(InputMetric, WrittenInputMetric {
    filter: Option<WhereFilters>,
    alias: Option<String>,
    offset_window: Option<TimeWindow>,
    offset_to_grain: Option<String>,
});

/// What a metric is computed from.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the words of the format")]
pub struct MetricTypeParams {
    pub measure: Option<InputMeasure>,
    #[serde(skip_deserializing)]
    pub input_measures: Vec<InputMeasure>,
    pub numerator: Option<InputMetric>,
    pub denominator: Option<InputMetric>,
    pub expr: Option<String>,
    pub window: Option<TimeWindow>,
    pub grain_to_date: Option<String>,
    #[serde(deserialize_with = "one_or_more")]
    pub metrics: Vec<InputMetric>,
    pub conversion_type_params: Option<ConversionTypeParams>,
    pub cumulative_type_params: Option<CumulativeTypeParams>,
    #[serde(skip_deserializing)]
    pub metric_aggregation_params: Option<MetricAggregation>,
    #[serde(skip_deserializing)]
    pub fill_nulls_with: Option<i64>,
    #[serde(skip_deserializing)]
    pub join_to_timespine: bool,
    #[serde(skip_deserializing)]
    pub is_private: Option<bool>,
}

/// How a simple metric of the newer form aggregates the rows of its semantic model.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs, reason = "the words of the format")]
pub struct MetricAggregation {
    pub semantic_model: String,
    pub agg: Aggregation,
    pub agg_params: AggregationParameters,
    pub agg_time_dimension: Option<String>,
    pub non_additive_dimension: Option<NonAdditiveDimension>,
}

/// A cumulative metric's span.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the words of the format")]
pub struct CumulativeTypeParams {
    pub window: Option<TimeWindow>,
    pub grain_to_date: Option<String>,
    pub period_agg: PeriodAggregation,
    pub metric: Option<InputMetric>,
}

impl Default for CumulativeTypeParams {
    fn default() -> CumulativeTypeParams {
        CumulativeTypeParams {
            window: None,
            grain_to_date: None,
            period_agg: PeriodAggregation::First,
            metric: None,
        }
    }
}

/// How a cumulative metric's days become a longer period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the words of the format")]
pub enum PeriodAggregation {
    First,
    Last,
    Average,
}

/// A conversion metric's two events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the words of the format")]
pub struct ConversionTypeParams {
    pub entity: String,
    #[serde(default)]
    pub base_measure: Option<InputMeasure>,
    #[serde(default)]
    pub conversion_measure: Option<InputMeasure>,
    #[serde(default)]
    pub base_metric: Option<InputMetric>,
    #[serde(default)]
    pub conversion_metric: Option<InputMetric>,
    #[serde(default)]
    pub calculation: ConversionCalculation,
    #[serde(default)]
    pub window: Option<TimeWindow>,
    #[serde(default)]
    pub constant_properties: Option<Vec<ConstantProperty>>,
}

/// What a conversion metric counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words of the format")]
pub enum ConversionCalculation {
    Conversions,
    #[default]
    ConversionRate,
}

/// A property that both events share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the words of the format")]
pub struct ConstantProperty {
    pub base_property: String,
    pub conversion_property: String,
}
