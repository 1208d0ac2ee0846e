//! What several semantic models, or several metrics, must agree on.

use std::collections::{BTreeMap, BTreeSet};

use super::Check;
use crate::project::{DimensionKind, EntityKind};

impl Check<'_> {
    pub(super) fn across_models(&mut self) {
        let mut measures: BTreeMap<&str, &str> = BTreeMap::new();
        let mut kinds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut dimensions: BTreeMap<&str, (DimensionKind, bool)> = BTreeMap::new();
        let mut labels: BTreeMap<&str, &str> = BTreeMap::new();
        let mut entity_labels: BTreeMap<&str, &str> = BTreeMap::new();
        let mut pairs: BTreeMap<(&str, &str), &str> = BTreeMap::new();
        for model in self.models.clone() {
            let (declaration, of) = (&model.declaration, model.declaration.name.as_str());
            for measure in &model.measures {
                if let Some(earlier) = measures.insert(&measure.name, of) {
                    let message = format!(
                        "found measure with name `{}` in multiple semantic models: `{earlier}` and `{of}`",
                        measure.name
                    );
                    self.error(declaration, message);
                }
                kinds.entry(&measure.name).or_default().insert("measure");
            }
            for dimension in &model.dimensions {
                kinds
                    .entry(&dimension.name)
                    .or_default()
                    .insert("dimension");
                let now = (dimension.kind, dimension.is_partition);
                let earlier = *dimensions.entry(&dimension.name).or_insert(now);
                if earlier.0 != now.0 {
                    let message = format!(
                        "in semantic model `{of}`, type conflict for dimension `{}`: another semantic model has it with another type",
                        dimension.name
                    );
                    self.error(declaration, message);
                }
                if earlier.1 != now.1 {
                    let message = format!(
                        "in semantic model `{of}`, conflicting is_partition attribute for dimension `{}`",
                        dimension.name
                    );
                    self.error(declaration, message);
                }
            }
            for entity in &model.entities {
                kinds.entry(&entity.name).or_default().insert("entity");
                let Some(label) = &entity.label else { continue };
                if *entity_labels.entry(&entity.name).or_insert(label) != label {
                    let message = format!(
                        "entities with the same name must have the same label: `{}` of semantic model `{of}` has another than elsewhere",
                        entity.name
                    );
                    self.error(declaration, message);
                }
            }
            if let Some(earlier) = model
                .label
                .as_deref()
                .and_then(|label| labels.insert(label, of))
            {
                let message = format!(
                    "can't use the label of semantic model `{of}`: it's already used for semantic model `{earlier}`"
                );
                self.error(declaration, message);
            }
            let mut entities = model.entities.iter();
            let primary = entities.find(|entity| entity.kind == EntityKind::Primary);
            let primary = model
                .primary_entity
                .as_deref()
                .or(primary.map(|entity| entity.name.as_str()));
            let Some(primary) = primary else { continue };
            let names: BTreeSet<&str> = model
                .dimensions
                .iter()
                .map(|one| one.name.as_str())
                .collect();
            for dimension in names {
                if let Some(earlier) = pairs.insert((primary, dimension), of) {
                    let message = format!(
                        "duplicate dimension + primary entity pairing: semantic models `{of}` and `{earlier}` have the primary entity `{primary}` and the dimension `{dimension}`"
                    );
                    self.error(declaration, message);
                }
            }
        }
        let mixed: Vec<(&str, BTreeSet<&str>)> = kinds
            .into_iter()
            .filter(|(_, kinds)| kinds.len() > 1)
            .collect();
        for (name, kinds) in mixed {
            let Some(first) = self.models.first().copied() else {
                continue;
            };
            let kinds = Vec::from_iter(kinds).join(" and as a ");
            let message = format!(
                "the element `{name}` is used as a {kinds} in the project's semantic models"
            );
            self.error(&first.declaration, message);
        }
    }

    /// Labels of metrics are each used once.
    pub(super) fn across_metrics(&mut self) {
        let mut labels: BTreeMap<&str, &str> = BTreeMap::new();
        for metric in self.metrics.clone() {
            let name = metric.declaration.name.as_str();
            if let Some(earlier) = labels.insert(&metric.label, name) {
                let message = format!(
                    "can't use label `{}` for metric `{name}`: it's already used for metric `{earlier}`",
                    metric.label
                );
                self.error(&metric.declaration, message);
            }
        }
    }
}
