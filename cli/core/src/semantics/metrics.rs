//! The rules for metrics.

use std::collections::BTreeSet;

use super::{Check, queries};
use crate::project::{InputMeasure, Metric, MetricKind, TimeWindow, WhereFilters};

impl Check<'_> {
    /// Measures and metrics that are named exist.
    pub(super) fn references(&mut self) {
        for metric in self.metrics.clone() {
            let name = &metric.declaration.name;
            for measure in measures(metric) {
                if self.model_of_measure(&measure.name).is_none() {
                    let message = format!(
                        "a semantic model having a measure `{}` does not exist but was referenced by metric `{name}`",
                        measure.name
                    );
                    self.error(&metric.declaration, message);
                }
            }
            for input in metric.input_metrics() {
                if self.metric_named(&input.name).is_none() {
                    let message = format!(
                        "metric `{name}` depends on a metric named `{}` which was not found",
                        input.name
                    );
                    self.error(&metric.declaration, message);
                }
            }
        }
    }

    pub(super) fn metric(&mut self, metric: &Metric) {
        match metric.kind {
            MetricKind::Cumulative => self.cumulative(metric),
            MetricKind::Derived => self.derived(metric),
            MetricKind::Conversion => self.conversion(metric),
            MetricKind::Simple | MetricKind::Ratio => {}
        }
        self.measure_aliases(metric);
        let params = &metric.type_params;
        let inputs = metric
            .input_metrics()
            .filter_map(|input| input.filter.as_ref());
        let measures = measures(metric)
            .into_iter()
            .filter_map(|measure| measure.filter.as_ref());
        let filters: Vec<&WhereFilters> =
            metric.filter.iter().chain(measures).chain(inputs).collect();
        for filter in filters {
            if let Some(problem) = queries::filter_problem(filter) {
                let message = format!(
                    "the filter of metric `{}` cannot be used: {problem}",
                    metric.declaration.name
                );
                self.error(&metric.declaration, message);
            }
        }
        let aggregates = params.measure.is_some() || params.metric_aggregation_params.is_some();
        if metric.kind == MetricKind::Simple && !aggregates {
            let message = format!(
                "metric `{}` is a simple metric, so it must have a measure",
                metric.declaration.name
            );
            self.error(&metric.declaration, message);
        }
    }

    fn cumulative(&mut self, metric: &Metric) {
        let (name, params) = (&metric.declaration.name, &metric.type_params);
        let nested = params.cumulative_type_params.as_ref();
        let input = nested.and_then(|params| params.metric.as_ref());
        match (&params.measure, input) {
            (Some(_), Some(_)) => {
                let message = format!(
                    "cumulative metric `{name}` should not have both a measure and a metric as inputs"
                );
                self.warning(&metric.declaration, message);
            }
            (None, None) => {
                let message = format!(
                    "cumulative metric `{name}` must have either a measure or a metric as inputs"
                );
                self.warning(&metric.declaration, message);
            }
            _ => {}
        }
        let nested_window = nested.and_then(|params| params.window.as_ref());
        if let (Some(old), Some(new)) = (&params.window, nested_window)
            && old != new
        {
            let message = format!("cumulative metric `{name}` has two values for `window`");
            self.error(&metric.declaration, message);
        }
        let window = nested_window.or(params.window.as_ref());
        let nested_grain = nested.and_then(|params| params.grain_to_date.as_ref());
        let grain = nested_grain.or(params.grain_to_date.as_ref());
        if let Some(grain) = grain.filter(|grain| !Self::is_standard_granularity(grain)) {
            let message = format!(
                "invalid time granularity in `grain_to_date` of metric `{name}`: `{grain}`"
            );
            self.error(&metric.declaration, message);
        }
        if window.is_some() && grain.is_some() {
            let message =
                format!("both window and grain_to_date are set for cumulative metric `{name}`");
            self.error(&metric.declaration, message);
        }
        if let Some(window) = window {
            self.window(metric, window, false);
        }
    }

    /// A span has a granularity that there is.
    pub(super) fn window(&mut self, metric: &Metric, window: &TimeWindow, allows_custom: bool) {
        let granularity = window.granularity.as_str();
        let singular = granularity.strip_suffix('s').unwrap_or(granularity);
        let customs = &self.custom_granularities;
        let is_custom = customs.contains(granularity) || customs.contains(singular);
        if !(Self::is_standard_granularity(granularity) || allows_custom && is_custom) {
            let message = format!(
                "invalid time granularity `{granularity}` in a window of metric `{}`",
                metric.declaration.name
            );
            self.error(&metric.declaration, message);
        }
    }

    fn derived(&mut self, metric: &Metric) {
        let (name, params) = (&metric.declaration.name, &metric.type_params);
        if params.metrics.is_empty() {
            let message = format!("no input metrics found for derived metric `{name}`");
            self.error(&metric.declaration, message);
        }
        let mut used: BTreeSet<&str> = params
            .metrics
            .iter()
            .map(|input| input.name.as_str())
            .collect();
        for input in &params.metrics {
            if let Some(alias) = &input.alias {
                self.valid_name(alias, &metric.declaration);
                if !used.insert(alias) {
                    let message = format!(
                        "alias `{alias}` for input metric `{}` is already being used",
                        input.name
                    );
                    self.error(&metric.declaration, message);
                }
            }
            if let Some(window) = &input.offset_window {
                self.window(metric, window, true);
            }
            if let Some(grain) = input
                .offset_to_grain
                .as_ref()
                .filter(|grain| !Self::is_standard_granularity(grain))
            {
                let message = format!(
                    "invalid time granularity in `offset_to_grain` of metric `{name}`: `{grain}`"
                );
                self.error(&metric.declaration, message);
            }
            if input.offset_window.is_some() && input.offset_to_grain.is_some() {
                let message = format!(
                    "both offset_window and offset_to_grain are set for derived metric `{name}` on input metric `{}`",
                    input.name
                );
                self.error(&metric.declaration, message);
            }
            let shown = input.alias.as_ref().unwrap_or(&input.name);
            if params
                .expr
                .as_ref()
                .is_some_and(|expr| !expr.contains(shown.as_str()))
            {
                let message = format!(
                    "input metric `{shown}` is not used in the `expr` of derived metric `{name}`"
                );
                self.warning(&metric.declaration, message);
            }
        }
        if params.expr.is_none() {
            let message = format!("no `expr` set for derived metric `{name}`");
            self.warning(&metric.declaration, message);
        }
    }

    /// A measure that is read twice under different conditions has aliases, which are no names of measures.
    fn measure_aliases(&mut self, metric: &Metric) {
        let measures = measures(metric);
        for (at, measure) in measures.iter().enumerate() {
            let others = measures
                .iter()
                .enumerate()
                .filter(|(other, one)| *other != at && one.name == measure.name);
            let is_doubled = others.into_iter().any(|(_, other)| *other != *measure);
            if is_doubled && measure.filter.is_some() && measure.alias.is_none() {
                let message = format!(
                    "metric `{}` depends on different constrained versions of measure `{}`, which need aliases",
                    metric.declaration.name, measure.name
                );
                self.error(&metric.declaration, message);
            }
            let Some(alias) = &measure.alias else {
                continue;
            };
            self.valid_name(alias, &metric.declaration);
            if self.model_of_measure(alias).is_some() {
                let message = format!(
                    "alias `{alias}` for measure `{}` conflicts with the name of a measure",
                    measure.name
                );
                self.error(&metric.declaration, message);
            }
        }
    }
}

/// The measures that a metric names itself.
fn measures(metric: &Metric) -> Vec<&InputMeasure> {
    let params = &metric.type_params;
    let conversion = params.conversion_type_params.as_ref();
    let base = conversion.and_then(|params| params.base_measure.as_ref());
    let converted = conversion.and_then(|params| params.conversion_measure.as_ref());
    params.measure.iter().chain(base).chain(converted).collect()
}
