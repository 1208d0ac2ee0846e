//! The rules for conversion metrics.

use super::Check;
use crate::project::{Aggregation, InputMeasure, InputMetric, Metric, MetricKind, SemanticModel};

/// One of the two events that a conversion metric counts.
struct Event<'project> {
    noun: &'static str,
    name: &'project str,
    model: &'project SemanticModel,
    agg: Aggregation,
    expr: Option<&'project str>,
    has_filter: bool,
}

impl<'project> Check<'project> {
    /// The event that a measure or a metric stands for; nothing where it, or what it reads, is not there.
    fn event(
        &self,
        measure: Option<&InputMeasure>,
        input: Option<&InputMetric>,
    ) -> Option<Event<'project>> {
        if let Some(written) = measure {
            let model = self.model_of_measure(&written.name)?;
            let measures = &mut model.measures.iter();
            let measure = measures.find(|one| one.name == written.name)?;
            return Some(Event {
                noun: "measure",
                name: &measure.name,
                model,
                agg: measure.agg,
                expr: measure.expr.as_deref(),
                has_filter: written.filter.is_some(),
            });
        }
        let written = input?;
        let metric = self.metric_named(&written.name)?;
        let aggregation = metric.type_params.metric_aggregation_params.as_ref()?;
        let mut models = self.models.iter().copied();
        Some(Event {
            noun: "metric",
            name: &metric.declaration.name,
            model: models.find(|model| model.declaration.name == aggregation.semantic_model)?,
            agg: aggregation.agg,
            expr: metric.type_params.expr.as_deref(),
            has_filter: written.filter.is_some(),
        })
    }

    pub(super) fn conversion(&mut self, metric: &Metric) {
        let Some(params) = &metric.type_params.conversion_type_params else {
            return;
        };
        let name = &metric.declaration.name;
        let sides = [
            ("base", &params.base_measure, &params.base_metric),
            (
                "conversion",
                &params.conversion_measure,
                &params.conversion_metric,
            ),
        ];
        for (side, measure, input) in sides {
            match (measure, input) {
                (Some(_), Some(_)) => {
                    let message = format!(
                        "conversion metric `{name}` should not have both a {side} measure and a {side} metric as inputs"
                    );
                    self.warning(&metric.declaration, message);
                }
                (None, None) => {
                    let message = format!(
                        "conversion metric `{name}` must have either a {side} measure or a {side} metric as inputs"
                    );
                    self.error(&metric.declaration, message);
                }
                _ => {}
            }
        }
        for input in params.base_metric.iter().chain(&params.conversion_metric) {
            let used = self.metric_named(&input.name);
            if used.is_some_and(|used| used.kind != MetricKind::Simple) {
                let message = format!(
                    "metric `{}` is not a simple metric, so it cannot be used as an input for conversion metric `{name}`",
                    input.name
                );
                self.error(&metric.declaration, message);
            }
        }
        let (Some(base), Some(converted)) = (
            self.event(params.base_measure.as_ref(), params.base_metric.as_ref()),
            self.event(
                params.conversion_measure.as_ref(),
                params.conversion_metric.as_ref(),
            ),
        ) else {
            return;
        };
        for model in [base.model, converted.model] {
            if !model
                .entities
                .iter()
                .any(|entity| entity.name == params.entity)
            {
                let message = format!(
                    "entity `{}` of conversion metric `{name}` is not found in semantic model `{}`",
                    params.entity, model.declaration.name
                );
                self.error(&metric.declaration, message);
            }
        }
        for event in [&base, &converted] {
            let counts = match event.agg {
                Aggregation::Count | Aggregation::CountDistinct => true,
                Aggregation::Sum => event.expr == Some("1"),
                _ => false,
            };
            if !counts {
                let message = format!(
                    "for conversion metrics the {} must be COUNT, SUM(1) or COUNT_DISTINCT, which `{}` of `{name}` is not",
                    event.noun, event.name
                );
                self.error(&metric.declaration, message);
            }
        }
        if converted.has_filter {
            let message = format!(
                "{} input `{}` has a filter, which conversion metrics do not fully support",
                converted.noun, converted.name
            );
            self.warning(&metric.declaration, message);
        }
        if let Some(window) = &params.window {
            self.window(metric, window, false);
        }
        let is_element = |model: &SemanticModel, name: &str| {
            let entities = model.entities.iter().map(|one| one.name.as_str());
            entities
                .chain(model.dimensions.iter().map(|one| one.name.as_str()))
                .any(|one| one == name)
        };
        for constant in params.constant_properties.iter().flatten() {
            let sides = [
                (base.model, &constant.base_property),
                (converted.model, &constant.conversion_property),
            ];
            for (model, property) in sides {
                if !is_element(model, property) {
                    let message = format!(
                        "the constant property `{property}` cannot be found in semantic model `{}`",
                        model.declaration.name
                    );
                    self.error(&metric.declaration, message);
                }
            }
        }
    }
}
