//! Time spines: at least one of days or finer, one for each granularity, and names of granularities of one's own.

use std::collections::{BTreeMap, BTreeSet};

use super::Check;
use crate::diagnostic::{Code, Diagnostic};
use crate::project::{DimensionKind, GRANULARITIES, NodeKind, Project};

/// The model that is a time spine by its name alone.
const BY_NAME: &str = "metricflow_time_spine";
/// The coarsest granularity that the finest time spine may have.
const COARSEST: &str = "day";

/// The names of granularities that time spines add.
pub(super) fn custom_granularities(project: &Project) -> BTreeSet<&str> {
    let spines = project
        .nodes
        .values()
        .filter_map(|node| node.properties.time_spine.as_ref());
    let names = spines.flat_map(|spine| &spine.custom_granularities);
    names.map(|granularity| granularity.name.as_str()).collect()
}

fn rank(granularity: &str) -> Option<usize> {
    GRANULARITIES.iter().position(|name| *name == granularity)
}

impl Check<'_> {
    /// The granularities of the time spines, finest first, with the models that have them.
    fn spine_granularities(&self) -> BTreeMap<usize, Vec<String>> {
        let mut found: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for node in self.project.nodes.values() {
            let Some(spine) = &node.properties.time_spine else {
                continue;
            };
            let mut columns = node.columns.iter();
            let column = columns.find(|column| column.name == spine.standard_granularity_column);
            let granularity = column.and_then(|column| column.granularity.as_deref());
            if let Some(rank) = granularity.and_then(rank) {
                found.entry(rank).or_default().push(node.name.clone());
            }
        }
        found
    }

    /// A semantic model needs a time spine of days, or finer.
    pub(super) fn time_spine_exists(&mut self) {
        let mut nodes = self.project.nodes.values();
        let by_name = nodes.any(|node| node.kind == NodeKind::Model && node.name == BY_NAME);
        let finest = self.spine_granularities().into_keys().next();
        let is_fine_enough = finest.is_some_and(|finest| Some(finest) <= rank(COARSEST));
        if !by_name && !is_fine_enough {
            let problem = Diagnostic::error(
                Code::SemanticsInvalid,
                "the semantic layer requires a time spine model with granularity DAY or smaller, but none was found",
            );
            let problem = match self.models.first() {
                Some(model) => problem.at(model.declaration.location.clone()),
                None => problem,
            };
            self.found.push(
                problem.help(
                    "give a model of days `time_spine:` with its `standard_granularity_column`",
                ),
            );
        }
    }

    /// One spine a granularity, as fine as the finest time dimension; names of granularities that are nothing else's.
    pub(super) fn spines(&mut self) {
        let spines = self.spine_granularities();
        let Some(first) = self.models.first().copied() else {
            return;
        };
        for name in self.custom_granularities.clone() {
            self.valid_name(name, &first.declaration);
            let is_used = self.models.iter().any(|model| {
                let measures = model.measures.iter().map(|one| &one.name);
                let entities = model.entities.iter().map(|one| &one.name);
                let dimensions = model.dimensions.iter().map(|one| &one.name);
                let mut names = measures.chain(entities).chain(dimensions);
                names.any(|used| used == name) || model.declaration.name == name
            });
            if is_used || self.metric_named(name).is_some() {
                let message =
                    format!("a custom granularity cannot be named `{name}`: something else is");
                self.error(&first.declaration, message);
            }
        }
        let doubled = spines.values().filter(|models| models.len() > 1);
        let doubled: Vec<String> = doubled.flatten().cloned().collect();
        if !doubled.is_empty() {
            let models = doubled.join("`, `");
            let message = format!(
                "only one time spine is supported per granularity, and these have the same: `{models}`"
            );
            self.warning(&first.declaration, message);
        }
        let models = self.models.iter();
        let dimensions = models.flat_map(|model| &model.dimensions);
        let times = dimensions.filter(|dimension| dimension.kind == DimensionKind::Time);
        let granularities = times.filter_map(|dimension| dimension.type_params.as_ref());
        let finest = granularities
            .filter_map(|params| rank(&params.time_granularity))
            .min();
        match (spines.keys().next(), finest) {
            (None, _) => {}
            (Some(_), None) => self.warning(
                &first.declaration,
                "no time dimensions configured: a time spine as fine as the finest of them is recommended",
            ),
            (Some(spine), Some(dimension)) if dimension < *spine => self.warning(
                &first.declaration,
                format!(
                    "the finest time dimension has granularity {}, and the finest time spine {}: queries may fail",
                    GRANULARITIES[dimension], GRANULARITIES[*spine]
                ),
            ),
            _ => {}
        }
    }
}
