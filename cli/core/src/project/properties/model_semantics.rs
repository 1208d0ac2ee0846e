//! Semantic models in dbt 1.12's newer form: they stand on a model, and their elements on its columns.

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::semantics::{self, AttachedTo, MetricDeclaration, SemanticModelDeclaration, value};
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::YamlRenderer;
use crate::project::config::ConfigMap;
use crate::project::reference::{ModelReference, Reference};
use crate::project::resource::Column;
use crate::project::semantic_model::{
    ColumnDimension, ColumnEntity, Dimension, DimensionKind, DimensionTypeParams, ElementConfig,
    Entity, EntityKind, SemanticDefaults, ValidityParams,
};
use crate::source::SourceFile;
use crate::yaml::{MapReader, Node, Value};

/// The semantic model of a model, with the metrics that stand beside it.
#[derive(Debug, Clone)]
pub(crate) struct ModelSemantics {
    pub(crate) semantic_model: SemanticModelDeclaration,
    pub(crate) metrics: Vec<MetricDeclaration>,
}

/// What a model says of its semantics, as written.
pub(super) struct Written<'node> {
    semantic_model: Option<&'node Node>,
    derived: Option<&'node Node>,
    metrics: &'node [Node],
    primary_entity: Option<String>,
    agg_time_dimension: Option<String>,
}

/// The model that is read.
pub(super) struct OfModel<'run> {
    pub(super) file: &'run SourceFile,
    pub(super) what: &'run str,
    pub(super) name: &'run str,
    pub(super) description: &'run str,
    pub(super) columns: &'run [Column],
    pub(super) is_versioned: bool,
    pub(super) renderer: &'run YamlRenderer<'run>,
}

/// `semantic_model:` where it is no flag.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Overrides {
    #[serde(default)]
    name: Option<String>,
    #[serde(default = "yes")]
    enabled: bool,
    #[serde(default)]
    group: Option<String>,
    #[serde(default)]
    config: Option<OverridesConfig>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OverridesConfig {
    #[serde(default)]
    meta: Map<String, Json>,
}

fn yes() -> bool {
    true
}

/// `derived_semantics:`, the elements that are no column.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Derived {
    entities: Vec<DerivedEntity>,
    dimensions: Vec<DerivedDimension>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DerivedEntity {
    name: String,
    #[serde(rename = "type")]
    kind: EntityKind,
    expr: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    config: ElementConfig,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DerivedDimension {
    name: String,
    #[serde(rename = "type")]
    kind: DimensionKind,
    expr: String,
    #[serde(default)]
    granularity: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    is_partition: bool,
    #[serde(default)]
    config: ElementConfig,
    #[serde(default)]
    validity_params: Option<ValidityParams>,
}

impl<'node> Written<'node> {
    pub(super) fn take(reader: &mut MapReader<'node, '_>) -> Written<'node> {
        Written {
            semantic_model: reader.node("semantic_model"),
            derived: reader.node("derived_semantics"),
            metrics: reader.list("metrics"),
            primary_entity: reader.text("primary_entity"),
            agg_time_dimension: reader.text("agg_time_dimension"),
        }
    }

    /// The semantic model and its metrics; nothing where the model has none, or has versions, of which dbt reads none.
    pub(super) fn read(
        self,
        model: &OfModel<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<ModelSemantics> {
        let Some(node) = self.semantic_model.filter(|node| !node.is_null()) else {
            if let Some(first) = self.metrics.first() {
                let message = format!(
                    "`metrics` of {} are not read: the model has no `semantic_model`",
                    model.what
                );
                diagnostics.push(
                    Diagnostic::warning(Code::Unsupported, message)
                        .at(model.file.at(first.range.clone()))
                        .help("add `semantic_model: true` beside them"),
                );
            }
            return None;
        };
        let location = model.file.at(node.range.clone());
        let overrides = match node.value {
            Value::Bool(false) => return None,
            Value::Bool(true) => None,
            _ => {
                let what = format!("`semantic_model` of {}", model.what);
                Some(typed::<Overrides>(model, &what, node, diagnostics)?)
            }
        };
        if overrides.as_ref().is_some_and(|written| !written.enabled) {
            return None;
        }
        if model.is_versioned {
            let message = format!(
                "`semantic_model` of {} is not read: the model has versions",
                model.what
            );
            diagnostics.push(
                Diagnostic::warning(Code::Unsupported, message)
                    .at(location)
                    .help("write an entry of `semantic_models:` for the version that is meant"),
            );
            return None;
        }
        let derived = match self.derived.filter(|node| !node.is_null()) {
            Some(node) => {
                let what = format!("`derived_semantics` of {}", model.what);
                typed::<Derived>(model, &what, node, diagnostics)?
            }
            None => Derived::default(),
        };
        let mut config = ConfigMap::new();
        let mut name = None;
        if let Some(written) = overrides {
            name = written.name;
            // as in dbt the others count only beside `config`
            if let Some(inner) = written.config {
                config.insert("meta".to_owned(), Json::Object(inner.meta));
                config.insert("enabled".to_owned(), json!(written.enabled));
                if let Some(group) = written.group {
                    config.insert("group".to_owned(), json!(group));
                }
            }
        }
        let name = name.unwrap_or_else(|| model.name.to_owned());
        let attached = AttachedTo {
            semantic_model: &name,
            agg_time_dimension: self.agg_time_dimension.as_deref(),
        };
        let metrics = self.metrics.iter().filter_map(|node| {
            semantics::metric(
                model.file,
                node,
                model.renderer,
                Some(&attached),
                diagnostics,
            )
        });
        let metrics = metrics.collect();
        let (dimensions, entities) = elements(model.columns, derived);
        Some(ModelSemantics {
            metrics,
            semantic_model: SemanticModelDeclaration {
                name,
                location,
                model: format!("ref('{}')", model.name),
                reference: Reference::Model(ModelReference::named(model.name)),
                description: Some(model.description.to_owned()),
                label: None,
                defaults: Some(SemanticDefaults {
                    agg_time_dimension: self.agg_time_dimension,
                }),
                entities,
                measures: Vec::new(),
                dimensions,
                primary_entity: self.primary_entity,
                config,
            },
        })
    }
}

fn typed<T: for<'de> Deserialize<'de>>(
    model: &OfModel<'_>,
    what: &str,
    node: &Node,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<T> {
    let renderer = model.renderer;
    let node = renderer.render_semantics(model.file, node, diagnostics);
    value(model.file, what, Some(&node), diagnostics).ok()?
}

/// The dimensions and entities that columns are, then those that are derived.
fn elements(columns: &[Column], derived: Derived) -> (Vec<Dimension>, Vec<Entity>) {
    let mut dimensions: Vec<Dimension> = columns.iter().filter_map(dimension).collect();
    dimensions.extend(derived.dimensions.into_iter().map(|one| Dimension {
        name: one.name,
        kind: one.kind,
        description: one.description,
        label: one.label,
        is_partition: one.is_partition,
        type_params: one.granularity.map(|time_granularity| DimensionTypeParams {
            time_granularity,
            validity_params: one.validity_params,
        }),
        expr: Some(one.expr),
        metadata: None,
        config: one.config,
        datatype: None,
    }));
    let mut entities: Vec<Entity> = columns.iter().filter_map(entity).collect();
    entities.extend(derived.entities.into_iter().map(|one| Entity {
        name: one.name,
        kind: one.kind,
        description: one.description,
        label: one.label,
        role: None,
        expr: Some(one.expr),
        config: one.config,
    }));
    (dimensions, entities)
}

/// The dimension that a column is. As in dbt a kind alone has no granularity, even where the column has one.
fn dimension(column: &Column) -> Option<Dimension> {
    let mut dimension = Dimension {
        name: column.name.clone(),
        kind: DimensionKind::Categorical,
        description: Some(column.description.clone()),
        label: None,
        is_partition: false,
        type_params: None,
        expr: None,
        metadata: None,
        config: ElementConfig {
            meta: column.meta.clone(),
        },
        datatype: None,
    };
    match column.dimension.clone()? {
        ColumnDimension::Kind(kind) => dimension.kind = kind,
        ColumnDimension::Described(written) => {
            let granularity = column.granularity.clone();
            dimension.kind = written.kind;
            dimension.type_params = granularity.map(|time_granularity| DimensionTypeParams {
                time_granularity,
                validity_params: written.validity_params,
            });
            if written.name != column.name {
                dimension.expr = Some(column.name.clone());
            }
            dimension.name = written.name;
            dimension.description = Some(written.description);
            dimension.label = written.label;
            dimension.is_partition = written.is_partition;
            if let Some(Json::Object(meta)) = written.config.get("meta") {
                dimension.config.meta.extend(meta.clone());
            }
        }
    }
    Some(dimension)
}

/// The join key that a column is; its own `meta` stands in the place of the column's.
fn entity(column: &Column) -> Option<Entity> {
    let mut entity = Entity {
        name: column.name.clone(),
        kind: EntityKind::Foreign,
        description: Some(column.description.clone()),
        label: None,
        role: None,
        expr: None,
        config: ElementConfig {
            meta: column.meta.clone(),
        },
    };
    match column.entity.clone()? {
        ColumnEntity::Kind(kind) => entity.kind = kind,
        ColumnEntity::Described(written) => {
            entity.kind = written.kind;
            if written.name != column.name {
                entity.expr = Some(column.name.clone());
            }
            entity.name = written.name;
            entity.description = Some(written.description);
            entity.label = written.label;
            if let Some(Json::Object(meta)) = written.config.get("meta") {
                entity.config.meta.clone_from(meta);
            }
        }
    }
    Some(entity)
}
