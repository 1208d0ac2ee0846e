//! The rules for one semantic model.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, RESERVED_WORDS};
use crate::diagnostic::{Code, Diagnostic};
use crate::project::{
    Aggregation, AggregationParameters, Dimension, DimensionKind, EntityKind, Measure,
    SemanticModel,
};

impl Check<'_> {
    pub(super) fn model(&mut self, model: &SemanticModel) {
        self.elements(model);
        self.primary_entity(model);
        self.natural_entities(model);
        self.validity_window(model);
        for measure in &model.measures {
            self.measure(model, measure);
        }
        self.granularities(model);
        if let Some(name) = default_time(model).filter(|name| !has_time(model, name)) {
            let message = format!(
                "default aggregation time dimension `{name}` doesn't exist as a time dimension in semantic model `{}`",
                model.declaration.name
            );
            self.error(&model.declaration, message);
        }
    }

    /// Names within a model are valid and each used once, and so are labels of a kind.
    fn elements(&mut self, model: &SemanticModel) {
        let measures = model.measures.iter();
        let measures = measures.map(|one| ("measure", &one.name, &one.label));
        let entities = model.entities.iter();
        let entities = entities.map(|one| ("entity", &one.name, &one.label));
        let dimensions = model.dimensions.iter();
        let dimensions = dimensions.map(|one| ("dimension", &one.name, &one.label));
        let mut kinds: BTreeMap<&str, &str> = BTreeMap::new();
        let mut labels: BTreeSet<(&str, &str)> = BTreeSet::new();
        for (kind, name, label) in measures.chain(entities).chain(dimensions) {
            self.valid_name(name, &model.declaration);
            if let Some(earlier) = kinds.insert(name, kind) {
                let message = format!(
                    "in semantic model `{}`, can't use name `{name}` for a {kind} when it was already used for a {earlier}",
                    model.declaration.name
                );
                self.error(&model.declaration, message);
            }
            if RESERVED_WORDS.contains(&name.to_uppercase().as_str()) {
                let message = format!(
                    "`{name}` is an SQL reserved keyword, and cannot be the name of a {kind}"
                );
                self.error(&model.declaration, message);
            }
            if let Some(label) = label
                && !labels.insert((kind, label))
            {
                let message = format!(
                    "labels must be unique within a semantic model: `{label}` is used for more than one {kind} of `{}`",
                    model.declaration.name
                );
                self.error(&model.declaration, message);
            }
        }
    }

    /// Every time dimension has a granularity, without which dbt still accepts it.
    fn granularities(&mut self, model: &SemanticModel) {
        let times = model.dimensions.iter();
        for dimension in times.filter(|one| one.kind == DimensionKind::Time) {
            if dimension.type_params.is_some() {
                continue;
            }
            let message = format!(
                "the time dimension `{}` of semantic model `{}` has no granularity",
                dimension.name, model.declaration.name
            );
            let problem = Diagnostic::warning(Code::Deprecated, message)
                .named("TimeDimensionsRequireGranularityDeprecation")
                .at(model.declaration.location.clone())
                .help("write `type_params: {time_granularity: day}`, or on a column `dimension: {type: time}` beside `granularity: day`");
            self.found.push(problem);
        }
    }

    fn primary_entity(&mut self, model: &SemanticModel) {
        let name = &model.declaration.name;
        let primary = model
            .entities
            .iter()
            .filter(|entity| entity.kind == EntityKind::Primary);
        let primary: Vec<&str> = primary.map(|entity| entity.name.as_str()).collect();
        let message = match (primary.as_slice(), &model.primary_entity) {
            ([_, _, ..], _) => format!(
                "semantic models can have only one primary entity, and `{name}` has `{}`",
                primary.join("`, `")
            ),
            ([entity], Some(_)) => format!(
                "semantic model `{name}` has the primary entity `{entity}` and the field `primary_entity`: only one of both may be there"
            ),
            ([], None) if !model.dimensions.is_empty() => format!(
                "semantic model `{name}` contains dimensions, but it does not define a primary entity"
            ),
            _ => return,
        };
        self.error(&model.declaration, message);
    }

    fn natural_entities(&mut self, model: &SemanticModel) {
        let natural = model
            .entities
            .iter()
            .filter(|entity| entity.kind == EntityKind::Natural);
        let natural: BTreeSet<&str> = natural.map(|entity| entity.name.as_str()).collect();
        let name = &model.declaration.name;
        if natural.len() > 1 {
            let message = format!(
                "semantic models can have at most one natural entity, and `{name}` has {}",
                natural.len()
            );
            self.error(&model.declaration, message);
        }
        if !natural.is_empty() && !model.dimensions.iter().any(has_validity) {
            let message = format!(
                "natural entities need a validity window, and semantic model `{name}` does not define one"
            );
            self.error(&model.declaration, message);
        }
    }

    fn validity_window(&mut self, model: &SemanticModel) {
        let bounds: Vec<_> = model.dimensions.iter().filter_map(validity).collect();
        if bounds.is_empty() {
            return;
        }
        let name = &model.declaration.name;
        let starts = bounds.iter().filter(|bound| bound.is_start).count();
        let ends = bounds.iter().filter(|bound| bound.is_end).count();
        if bounds.len() != 2 || starts != 1 || ends != 1 {
            let message = format!(
                "a validity window is two time dimensions, one that `is_start` and one that `is_end`: semantic model `{name}` has {} with validity params",
                bounds.len()
            );
            self.error(&model.declaration, message);
        }
        let has = |kinds: &[EntityKind]| {
            model
                .entities
                .iter()
                .any(|entity| kinds.contains(&entity.kind))
        };
        if !has(&[EntityKind::Natural]) {
            let message = format!(
                "semantic model `{name}` has a validity window, but no entity of type `natural`"
            );
            self.error(&model.declaration, message);
        }
        if has(&[EntityKind::Primary, EntityKind::Unique]) {
            let message = format!(
                "semantic model `{name}` has a validity window, and entities of type `primary` or `unique`, which is not supported"
            );
            self.error(&model.declaration, message);
        }
        if !model.measures.is_empty() {
            let message = format!(
                "semantic model `{name}` has both measures and a validity window, which is not supported"
            );
            self.error(&model.declaration, message);
        }
    }

    fn measure(&mut self, model: &SemanticModel, measure: &Measure) {
        let (of, name) = (&model.declaration.name, &measure.name);
        match measure
            .agg_time_dimension
            .as_deref()
            .or(default_time(model))
        {
            None => {
                let message = format!(
                    "measure `{name}` of semantic model `{of}` has no aggregation time dimension, nor has the model a default one"
                );
                self.error(&model.declaration, message);
            }
            Some(time) if !has_time(model, time) => {
                let message = format!(
                    "in semantic model `{of}`, measure `{name}` has the aggregation time dimension `{time}`, which is not a valid time dimension in the semantic model"
                );
                self.error(&model.declaration, message);
            }
            Some(time) => self.non_additive(model, measure, time),
        }
        if measure.agg == Aggregation::Count {
            match measure.expr.as_deref() {
                None => {
                    let message = format!(
                        "measure `{name}` uses a COUNT aggregation, which requires an `expr`; `expr: 1` counts all rows"
                    );
                    self.error(&model.declaration, message);
                }
                Some(expr) if expr.to_lowercase().starts_with("distinct ") => {
                    let message = format!(
                        "measure `{name}` counts a DISTINCT expression: use the aggregation `count_distinct`"
                    );
                    self.error(&model.declaration, message);
                }
                Some(_) => {}
            }
        }
        if let Some(problem) = percentile_problem(measure.agg, measure.agg_params.as_ref()) {
            self.error(&model.declaration, format!("measure `{name}` {problem}"));
        }
    }

    fn non_additive(&mut self, model: &SemanticModel, measure: &Measure, time: &str) {
        let Some(over) = &measure.non_additive_dimension else {
            return;
        };
        let (name, declaration) = (&measure.name, &model.declaration);
        let dimension = |name: &str| model.dimensions.iter().find(|one| one.name == name);
        match dimension(&over.name) {
            None => {
                let message = format!(
                    "measure `{name}` has a non_additive_dimension `{}` that is not a dimension of its semantic model",
                    over.name
                );
                self.error(declaration, message);
            }
            Some(found) if found.kind != DimensionKind::Time => {
                let message = format!(
                    "measure `{name}` has a non_additive_dimension `{}` that is categorical, which is not supported",
                    over.name
                );
                self.error(declaration, message);
            }
            Some(found) => {
                let granularity = |one: Option<&Dimension>| {
                    one.and_then(|one| Some(one.type_params.as_ref()?.time_granularity.clone()))
                };
                let (own, of_measure) = (granularity(Some(found)), granularity(dimension(time)));
                if own.is_some() && of_measure.is_some() && own != of_measure {
                    let message = format!(
                        "measure `{name}` has a non_additive_dimension `{}` of another granularity than its aggregation time dimension",
                        over.name
                    );
                    self.error(declaration, message);
                }
            }
        }
        if !matches!(over.window_choice, Aggregation::Min | Aggregation::Max) {
            let message = format!(
                "measure `{name}` has a non_additive_dimension whose `window_choice` is neither min nor max"
            );
            self.error(declaration, message);
        }
        let is_entity = |name: &&String| model.entities.iter().any(|entity| entity.name == **name);
        if let Some(unknown) = over.window_groupings.iter().find(|name| !is_entity(name)) {
            let message = format!(
                "measure `{name}` has a non_additive_dimension with the window grouping `{unknown}`, which is no entity of its semantic model"
            );
            self.error(declaration, message);
        }
    }
}

/// What is wrong with the parameters of an aggregation.
fn percentile_problem(agg: Aggregation, params: Option<&AggregationParameters>) -> Option<String> {
    let percentile = params.and_then(|params| params.percentile);
    let is_discrete = params.is_some_and(|params| params.use_discrete_percentile);
    let is_approximate = params.is_some_and(|params| params.use_approximate_percentile);
    match (agg, percentile) {
        (Aggregation::Percentile, None) => {
            Some("uses a PERCENTILE aggregation, which requires agg_params.percentile".to_owned())
        }
        (Aggregation::Percentile, Some(share)) if share <= 0.0 || share >= 1.0 => Some(format!(
            "has the percentile {share}, which must be between 0 and 1"
        )),
        (Aggregation::Percentile, Some(_)) => None,
        (Aggregation::Median, Some(share)) if (share - 0.5).abs() > f64::EPSILON => Some(format!(
            "uses a MEDIAN aggregation, and its percentile is {share}"
        )),
        (Aggregation::Median, _) if is_discrete => {
            Some("uses a MEDIAN aggregation, and use_discrete_percentile".to_owned())
        }
        (Aggregation::Median, _) => None,
        (_, share) if share.is_some_and(|share| share != 0.0) || is_discrete || is_approximate => {
            Some("has agg_params that only percentiles have".to_owned())
        }
        _ => None,
    }
}

fn default_time(model: &SemanticModel) -> Option<&str> {
    model.defaults.as_ref()?.agg_time_dimension.as_deref()
}

fn has_time(model: &SemanticModel, name: &str) -> bool {
    let mut dimensions = model.dimensions.iter();
    dimensions.any(|dimension| dimension.kind == DimensionKind::Time && dimension.name == name)
}

fn validity(dimension: &Dimension) -> Option<&crate::project::ValidityParams> {
    dimension.type_params.as_ref()?.validity_params.as_ref()
}

fn has_validity(dimension: &Dimension) -> bool {
    validity(dimension).is_some()
}
