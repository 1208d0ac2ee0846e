//! The rules for conversion metrics.

use super::Check;
use crate::project::{Aggregation, InputMeasure, Metric, SemanticModel};

impl Check<'_> {
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
        let model = |measure: &Option<InputMeasure>| self.model_of_measure(&measure.as_ref()?.name);
        let (Some(base), Some(converted)) = (
            model(&params.base_measure),
            model(&params.conversion_measure),
        ) else {
            return;
        };
        for model in [base, converted] {
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
        for (model, measure) in [
            (base, &params.base_measure),
            (converted, &params.conversion_measure),
        ] {
            let Some(input) = measure else { continue };
            let Some(measure) = model.measures.iter().find(|one| one.name == input.name) else {
                continue;
            };
            let counts = match measure.agg {
                Aggregation::Count | Aggregation::CountDistinct => true,
                Aggregation::Sum => measure.expr.as_deref() == Some("1"),
                _ => false,
            };
            if !counts {
                let message = format!(
                    "for conversion metrics the measure must be COUNT, SUM(1) or COUNT_DISTINCT, which `{}` of `{name}` is not",
                    input.name
                );
                self.error(&metric.declaration, message);
            }
        }
        let filtered = params
            .conversion_measure
            .as_ref()
            .filter(|measure| measure.filter.is_some());
        if let Some(measure) = filtered {
            let message = format!(
                "measure input `{}` has a filter, which conversion metrics do not fully support",
                measure.name
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
                (base, &constant.base_property),
                (converted, &constant.conversion_property),
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
