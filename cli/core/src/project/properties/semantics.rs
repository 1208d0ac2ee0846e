//! Semantic models, metrics and saved queries in sidecars.

use serde::Deserialize;
use serde_json::Value as Json;

use super::described::{described, rendered, text_list};
pub(super) use super::flat_metric::AttachedTo;
use super::flat_metric::{FlatMetric, OfMetric};
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::YamlRenderer;
use crate::project::config::ConfigMap;
use crate::project::metric::{MetricKind, MetricTypeParams, WhereFilters};
use crate::project::reference::Reference;
use crate::project::saved_query::{Export, QueryParams};
use crate::project::semantic_model::{Dimension, Entity, Measure, SemanticDefaults};
use crate::source::{Location, SourceFile};
use crate::yaml::{self, MapReader, Node};

/// A metric as declared.
#[derive(Debug, Clone)]
pub(crate) struct MetricDeclaration {
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) description: String,
    pub(crate) label: Option<String>,
    pub(crate) kind: MetricKind,
    pub(crate) type_params: MetricTypeParams,
    pub(crate) filter: Option<WhereFilters>,
    pub(crate) time_granularity: Option<String>,
    /// Whether it is written in the newer form, which has no `meta` beside `config`.
    pub(crate) is_newer: bool,
    pub(crate) meta: ConfigMap,
    pub(crate) tags: Vec<String>,
    pub(crate) config: ConfigMap,
}

/// A semantic model as declared.
#[derive(Debug, Clone)]
pub(crate) struct SemanticModelDeclaration {
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) model: String,
    pub(crate) reference: Reference,
    pub(crate) description: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) defaults: Option<SemanticDefaults>,
    pub(crate) entities: Vec<Entity>,
    pub(crate) measures: Vec<Measure>,
    pub(crate) dimensions: Vec<Dimension>,
    pub(crate) primary_entity: Option<String>,
    pub(crate) config: ConfigMap,
}

/// A saved query as declared.
#[derive(Debug)]
pub(crate) struct SavedQueryDeclaration {
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) description: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) query_params: QueryParams,
    pub(crate) exports: Vec<Export>,
    pub(crate) tags: Vec<String>,
    pub(crate) config: ConfigMap,
}

/// What semantic models, metrics and saved queries have in common.
struct Head {
    name: String,
    location: Location,
    description: Option<String>,
    config: ConfigMap,
}

/// A value of one of the format's types; a misfit is reported and the resource left out.
pub(super) fn value<T: for<'de> Deserialize<'de>>(
    file: &SourceFile,
    of: &str,
    node: Option<&Node>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Option<T>, ()> {
    match node.map(|node| yaml::typed::<T>(file, of, node)) {
        None => Ok(None),
        Some(Ok(value)) => Ok(Some(value)),
        Some(Err(diagnostic)) => {
            diagnostics.push(diagnostic);
            Err(())
        }
    }
}

fn head(
    reader: &mut MapReader<'_, '_>,
    file: &SourceFile,
    node: &Node,
    what: &str,
    renderer: &YamlRenderer<'_>,
) -> Option<Head> {
    let name = reader.located_text("name");
    let description = reader
        .node("description")
        .map(|node| described(file, node, renderer, reader.diagnostics()).text);
    let config = super::config_only(reader, file, renderer);
    let (name, location) = super::required_name(name, file, node, what, reader.diagnostics())?;
    Some(Head {
        name,
        location,
        description,
        config,
    })
}

/// Reads a metric: an entry of `metrics:` in a file, or in the newer form alone one that stands on a model.
pub(super) fn metric(
    file: &SourceFile,
    node: &Node,
    renderer: &YamlRenderer<'_>,
    attached: Option<&AttachedTo<'_>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<MetricDeclaration> {
    let node = &renderer.render_semantics(file, node, diagnostics);
    let what = super::named("metric", node);
    let mut reader = MapReader::new(file, what.as_str(), node, diagnostics);
    let head = head(&mut reader, file, node, &what, renderer)?;
    let label = reader.text("label");
    let kind_node = reader.node("type");
    let filter_node = reader.node("filter");
    let time_granularity = reader.text("time_granularity");
    let flat = FlatMetric::read(&mut reader);
    let mut params_node = None;
    let mut meta = ConfigMap::new();
    let mut tags = Vec::new();
    if attached.is_some() {
        reader.finish_strictly();
    } else {
        params_node = reader.node("type_params");
        if let Some(Json::Object(written)) = rendered(&mut reader, file, renderer, "meta") {
            meta = written;
        }
        tags = text_list(rendered(&mut reader, file, renderer, "tags"));
        reader.finish();
    }
    let kind: MetricKind = match value(file, &what, kind_node, diagnostics).ok()? {
        Some(kind) => kind,
        // the newer form may leave it out
        None if params_node.is_none() => MetricKind::Simple,
        None => {
            diagnostics.push(
                Diagnostic::error(Code::YamlType, format!("{what} has no `type`"))
                    .at(head.location),
            );
            return None;
        }
    };
    let mut type_params: MetricTypeParams = match params_node {
        Some(node) => value(file, &what, Some(node), diagnostics).ok()??,
        None => {
            let of = OfMetric {
                file,
                what: &what,
                kind,
                location: &head.location,
                attached,
            };
            flat.into_params(&of, diagnostics)?
        }
    };
    if kind == MetricKind::Cumulative {
        let mut params = type_params
            .cumulative_type_params
            .take()
            .unwrap_or_default();
        params.window = params.window.or_else(|| type_params.window.clone());
        params.grain_to_date = params
            .grain_to_date
            .or_else(|| type_params.grain_to_date.clone());
        type_params.cumulative_type_params = Some(params);
    }
    let filter = value(file, &what, filter_node, diagnostics).ok()?;
    Some(MetricDeclaration {
        name: head.name,
        location: head.location,
        description: head.description.unwrap_or_default(),
        label,
        kind,
        type_params,
        filter,
        time_granularity,
        is_newer: params_node.is_none(),
        meta,
        tags,
        config: head.config,
    })
}

/// Reads a semantic model.
pub(super) fn semantic_model(
    file: &SourceFile,
    node: &Node,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<SemanticModelDeclaration> {
    let node = &renderer.render_semantics(file, node, diagnostics);
    let what = super::named("semantic model", node);
    let mut reader = MapReader::new(file, what.as_str(), node, diagnostics);
    let head = head(&mut reader, file, node, &what, renderer)?;
    let label = reader.text("label");
    let model = reader.located_text("model");
    let primary_entity = reader.text("primary_entity");
    let [defaults, entities, measures, dimensions] =
        ["defaults", "entities", "measures", "dimensions"].map(|key| reader.node(key));
    reader.finish();
    let Some((model, model_location)) = model else {
        diagnostics.push(
            Diagnostic::error(Code::YamlType, format!("{what} has no `model`")).at(head.location),
        );
        return None;
    };
    let Some(reference @ Reference::Model(_)) = Reference::parse(&model) else {
        diagnostics.push(
            Diagnostic::error(
                Code::ConfigInvalid,
                format!("`model` of {what} must be a reference"),
            )
            .at(model_location)
            .help("write `model: ref('name')`"),
        );
        return None;
    };
    Some(SemanticModelDeclaration {
        name: head.name,
        location: head.location,
        model,
        reference,
        description: head.description,
        label,
        defaults: value(file, &what, defaults, diagnostics).ok()?,
        entities: value(file, &what, entities, diagnostics)
            .ok()?
            .unwrap_or_default(),
        measures: value(file, &what, measures, diagnostics)
            .ok()?
            .unwrap_or_default(),
        dimensions: value(file, &what, dimensions, diagnostics)
            .ok()?
            .unwrap_or_default(),
        primary_entity,
        config: head.config,
    })
}

/// Reads a saved query.
pub(super) fn saved_query(
    file: &SourceFile,
    node: &Node,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<SavedQueryDeclaration> {
    let node = &renderer.render_semantics(file, node, diagnostics);
    let what = super::named("saved query", node);
    let mut reader = MapReader::new(file, what.as_str(), node, diagnostics);
    let head = head(&mut reader, file, node, &what, renderer)?;
    let label = reader.text("label");
    let [params, exports] = ["query_params", "exports"].map(|key| reader.node(key));
    let mut tags = text_list(rendered(&mut reader, file, renderer, "tags"));
    reader.finish();
    let Some(params) = params else {
        diagnostics.push(
            Diagnostic::error(Code::YamlType, format!("{what} has no `query_params`"))
                .at(head.location),
        );
        return None;
    };
    tags.extend(text_list(head.config.get("tags").cloned()));
    tags.sort_unstable();
    tags.dedup();
    Some(SavedQueryDeclaration {
        name: head.name,
        location: head.location,
        description: head.description,
        label,
        query_params: value(file, &what, Some(params), diagnostics).ok()??,
        exports: value(file, &what, exports, diagnostics)
            .ok()?
            .unwrap_or_default(),
        tags,
        config: head.config,
    })
}
