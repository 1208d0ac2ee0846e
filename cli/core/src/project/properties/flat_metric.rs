//! The newer form of a metric: what `type_params` holds stands beside the metric's name.

use serde::Deserialize;

use super::semantics::value;
use crate::diagnostic::{Code, Diagnostic};
use crate::project::metric::{
    ConversionCalculation, ConversionTypeParams, CumulativeTypeParams, MetricAggregation,
    MetricKind, MetricTypeParams,
};
use crate::project::semantic_model::{Aggregation, AggregationParameters, NonAdditiveDimension};
use crate::source::{Location, SourceFile};
use crate::yaml::{MapReader, Node};

/// The semantic model on whose model a metric stands.
pub(super) struct AttachedTo<'run> {
    pub(super) semantic_model: &'run str,
    pub(super) agg_time_dimension: Option<&'run str>,
}

/// The metric that is read.
pub(super) struct OfMetric<'run> {
    pub(super) file: &'run SourceFile,
    pub(super) what: &'run str,
    pub(super) kind: MetricKind,
    pub(super) location: &'run Location,
    pub(super) attached: Option<&'run AttachedTo<'run>>,
}

/// The keys of the newer form, as written.
pub(super) struct FlatMetric<'node> {
    agg: Option<&'node Node>,
    percentile: Option<&'node Node>,
    percentile_type: Option<String>,
    non_additive_dimension: Option<&'node Node>,
    agg_time_dimension: Option<String>,
    numerator: Option<&'node Node>,
    denominator: Option<&'node Node>,
    expr: Option<String>,
    window: Option<&'node Node>,
    grain_to_date: Option<String>,
    period_agg: Option<&'node Node>,
    input_metric: Option<&'node Node>,
    input_metrics: Option<&'node Node>,
    entity: Option<String>,
    calculation: Option<&'node Node>,
    base_metric: Option<&'node Node>,
    conversion_metric: Option<&'node Node>,
    constant_properties: Option<&'node Node>,
    hidden: Option<bool>,
    join_to_timespine: Option<bool>,
}

/// `non_additive_dimension:` in the words of the newer form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NonAdditive {
    name: String,
    window_agg: Aggregation,
    #[serde(default)]
    group_by: Vec<String>,
}

impl<'node> FlatMetric<'node> {
    pub(super) fn read(reader: &mut MapReader<'node, '_>) -> FlatMetric<'node> {
        // as in dbt it is allowed, and nothing comes of it
        reader.node("fill_nulls_with");
        FlatMetric {
            agg: reader.node("agg"),
            percentile: reader.node("percentile"),
            percentile_type: reader.text("percentile_type"),
            non_additive_dimension: reader.node("non_additive_dimension"),
            agg_time_dimension: reader.text("agg_time_dimension"),
            numerator: reader.node("numerator"),
            denominator: reader.node("denominator"),
            expr: reader.text("expr"),
            window: reader.node("window"),
            grain_to_date: reader.text("grain_to_date"),
            period_agg: reader.node("period_agg"),
            input_metric: reader.node("input_metric"),
            input_metrics: reader.node("input_metrics"),
            entity: reader.text("entity"),
            calculation: reader.node("calculation"),
            base_metric: reader.node("base_metric"),
            conversion_metric: reader.node("conversion_metric"),
            constant_properties: reader.node("constant_properties"),
            hidden: reader.flag("hidden"),
            join_to_timespine: reader.flag("join_to_timespine"),
        }
    }

    pub(super) fn into_params(
        self,
        of: &OfMetric<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<MetricTypeParams> {
        Some(MetricTypeParams {
            metric_aggregation_params: self.aggregation(of, diagnostics)?,
            conversion_type_params: self.conversion(of, diagnostics)?,
            cumulative_type_params: self.cumulative(of, diagnostics)?,
            numerator: value(of.file, of.what, self.numerator, diagnostics).ok()?,
            denominator: value(of.file, of.what, self.denominator, diagnostics).ok()?,
            metrics: value(of.file, of.what, self.input_metrics, diagnostics)
                .ok()?
                .unwrap_or_default(),
            expr: self.expr,
            join_to_timespine: self.join_to_timespine.unwrap_or(false),
            is_private: Some(self.hidden.unwrap_or(false)),
            ..MetricTypeParams::default()
        })
    }

    fn aggregation(
        &self,
        of: &OfMetric<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Option<MetricAggregation>> {
        let refuse = |message: String, help: &str, diagnostics: &mut Vec<Diagnostic>| {
            let problem = Diagnostic::error(Code::ConfigInvalid, message);
            diagnostics.push(problem.at(of.location.clone()).help(help));
            None
        };
        let Some(agg) = value(of.file, of.what, self.agg, diagnostics).ok()? else {
            if of.kind == MetricKind::Simple {
                let message = format!("{} is a simple metric without an `agg`", of.what);
                return refuse(message, "say how it aggregates: `agg: sum`", diagnostics);
            }
            return Some(None);
        };
        let attached = of.attached.filter(|_| of.kind == MetricKind::Simple);
        let Some(attached) = attached else {
            let message = match of.kind {
                MetricKind::Simple => format!(
                    "{} has an `agg`, so it must stand on the model whose semantic model it reads",
                    of.what
                ),
                _ => format!("{} has an `agg`, which only simple metrics have", of.what),
            };
            let help = "write it below `metrics:` of the model, or name a measure in `type_params`";
            return refuse(message, help, diagnostics);
        };
        let over: Option<NonAdditive> =
            value(of.file, of.what, self.non_additive_dimension, diagnostics).ok()?;
        let is_percentile_type = |name: &str| {
            let written = self.percentile_type.as_deref();
            written.is_some_and(|written| written.eq_ignore_ascii_case(name))
        };
        let own_time = self.agg_time_dimension.as_deref();
        Some(Some(MetricAggregation {
            semantic_model: attached.semantic_model.to_owned(),
            agg,
            agg_params: AggregationParameters {
                percentile: value(of.file, of.what, self.percentile, diagnostics).ok()?,
                use_discrete_percentile: is_percentile_type("discrete"),
                use_approximate_percentile: is_percentile_type("continuous"),
            },
            agg_time_dimension: own_time.or(attached.agg_time_dimension).map(str::to_owned),
            non_additive_dimension: over.map(|over| NonAdditiveDimension {
                name: over.name,
                window_choice: over.window_agg,
                window_groupings: over.group_by,
            }),
        }))
    }

    fn cumulative(
        &self,
        of: &OfMetric<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Option<CumulativeTypeParams>> {
        if of.kind != MetricKind::Cumulative {
            return Some(None);
        }
        let mut cumulative = CumulativeTypeParams {
            window: value(of.file, of.what, self.window, diagnostics).ok()?,
            grain_to_date: self.grain_to_date.clone(),
            metric: value(of.file, of.what, self.input_metric, diagnostics).ok()?,
            ..CumulativeTypeParams::default()
        };
        if let Some(period_agg) = value(of.file, of.what, self.period_agg, diagnostics).ok()? {
            cumulative.period_agg = period_agg;
        }
        Some(Some(cumulative))
    }

    fn conversion(
        &self,
        of: &OfMetric<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Option<ConversionTypeParams>> {
        if of.kind != MetricKind::Conversion {
            return Some(None);
        }
        let Some(entity) = self.entity.clone() else {
            let message = format!("{} is a conversion metric without an `entity`", of.what);
            diagnostics
                .push(Diagnostic::error(Code::ConfigInvalid, message).at(of.location.clone()));
            return None;
        };
        let calculation: Option<ConversionCalculation> =
            value(of.file, of.what, self.calculation, diagnostics).ok()?;
        Some(Some(ConversionTypeParams {
            entity,
            base_measure: None,
            conversion_measure: None,
            base_metric: value(of.file, of.what, self.base_metric, diagnostics).ok()?,
            conversion_metric: value(of.file, of.what, self.conversion_metric, diagnostics).ok()?,
            calculation: calculation.unwrap_or_default(),
            window: value(of.file, of.what, self.window, diagnostics).ok()?,
            constant_properties: value(of.file, of.what, self.constant_properties, diagnostics)
                .ok()?,
        }))
    }
}
