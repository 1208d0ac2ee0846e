//! Rendering one node: its context, and what each kind of node renders.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::generic_test::{looks_like_call, render_generic_test};
use crate::analyse::Unit;
use crate::data_test;
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::{
    Access, Captured, Names, NodeContext, Relation, Rendered as RenderedText, translated_type,
};
use crate::name::quote_identifier;
use crate::project::config::{self, ConfigMap};
use crate::project::generic_test::test_metadata;
use crate::project::{
    Attachment, Constraint, GenericTest, Node, NodeKind, Project, UniqueId, versioned_name,
};

/// How many facts `model` has at most, those of its uses among them.
const MOST_FACTS: usize = 40;

/// Which rendering of a node this is.
pub(crate) struct Pass<'unit> {
    pub(crate) execute: bool,
    pub(crate) this: Relation,
    pub(crate) access: Access,
    /// The part of the node that it is for.
    pub(crate) unit: Option<&'unit Unit>,
    /// What `model` tells of the node's uses, where that is known and may be asked for.
    pub(crate) used: Option<Vec<(&'static str, Json)>>,
}

/// A rendered node.
#[derive(Debug)]
pub(crate) struct NodeRendering {
    pub(crate) text: RenderedText,
    pub(crate) captured: Captured,
    /// The targets of its foreign keys, in the order of [`foreign_keys`].
    pub(crate) foreign_key_targets: Vec<String>,
}

/// Renders a node's template, or calls its generic test.
pub(crate) fn render_node(
    project: &Project,
    node: &Node,
    names: &Arc<dyn Names>,
    pass: Pass<'_>,
) -> Result<NodeRendering, Diagnostic> {
    render_in(project, node, &context_of(project, node, names, pass))
}

/// A node's context.
pub(super) fn context_of(
    project: &Project,
    node: &Node,
    names: &Arc<dyn Names>,
    pass: Pass<'_>,
) -> Arc<NodeContext> {
    let macros = match node.kind {
        NodeKind::GenericTest(_) => project.engine.test_scope(&node.package),
        _ => project.engine.scope(&node.package),
    };
    let mut facts = facts_of(project, node, &pass.this, &[], pass.unit);
    for (name, fact) in pass.used.into_iter().flatten() {
        facts[name] = fact;
    }
    Arc::new(NodeContext {
        this: Some(pass.this.clone()),
        model: Arc::new(facts),
        config: config_of(node, pass.unit),
        overrides: pass.unit.and_then(|unit| unit.overrides.clone()),
        root_config: node.root_config.clone(),
        execute: pass.execute,
        access: pass.access,
        ..NodeContext::new(&project.shared, names, macros)
    })
}

/// Renders a node in its context, which then tells what the template has asked for.
pub(super) fn render_in(
    project: &Project,
    node: &Node,
    context: &Arc<NodeContext>,
) -> Result<NodeRendering, Diagnostic> {
    let text = match &node.kind {
        NodeKind::Seed => Ok(RenderedText::default()),
        NodeKind::Model if node.language() == "python" => Err(Diagnostic::error(
            Code::Unsupported,
            "Python models are not supported on PostgreSQL",
        )
        .at(node.file.at(0..0))
        .help("write the model in SQL, or take its folder out of `model-paths`")),
        NodeKind::Model
        | NodeKind::SingularTest
        | NodeKind::Analysis
        | NodeKind::Function
        | NodeKind::Snapshot => {
            let template = node.template().unwrap_or(&node.file);
            match project
                .engine
                .render(template, node.template_part(), context)
            {
                Ok(text) => Ok(without_start(text, node.properties.body_start)),
                // what is switched off may ask for what is not there
                Err(problem) if is_unknown(&problem) && is_switched_off(context) => {
                    Ok(RenderedText::default())
                }
                Err(problem) => Err(problem),
            }
        }
        NodeKind::GenericTest(test) => render_generic_test(project, node, test, context)
            .map(|text| RenderedText {
                text,
                spans: Vec::new(),
            })
            .map_err(|mut diagnostic| {
                if diagnostic.location.is_none() {
                    diagnostic.location.clone_from(&node.patched_at);
                } else if diagnostic.location != node.patched_at
                    && let Some(location) = &node.patched_at
                {
                    diagnostic = diagnostic.related("the test is applied here", location.clone());
                }
                diagnostic
            }),
    }?;
    if !context.execute {
        super::hooks::read(project, node, context)?;
    }
    {
        let mut captured = context.captured();
        captured.own_references = Some((captured.refs.len(), captured.sources.len()));
    }
    let mut foreign_key_targets = Vec::new();
    for constraint in foreign_keys(node) {
        let target = constraint.to.as_deref().unwrap_or_default();
        let value = if looks_like_call(target) {
            let value = project
                .engine
                .evaluate(target, context)
                .map_err(|diagnostic| diagnostic.at(constraint.location.clone()))?;
            // the table itself, however few of its rows readers get
            match value.downcast_object_ref::<Relation>() {
                Some(relation) => relation.rendered_name(),
                None => value.to_string(),
            }
        } else {
            target.to_owned()
        };
        foreign_key_targets.push(value);
    }
    let captured = context.captured().clone();
    Ok(NodeRendering {
        text,
        captured,
        foreign_key_targets,
    })
}

fn is_unknown(problem: &Diagnostic) -> bool {
    matches!(
        problem.code,
        Code::UnknownRef | Code::UnknownSource | Code::UnknownFunction
    )
}

fn is_switched_off(context: &NodeContext) -> bool {
    !context.execute && !config::is_enabled(&context.merged_config())
}

/// The rendered text of a block, without the blanks that stand for the file before it.
fn without_start(mut rendered: RenderedText, blanks: usize) -> RenderedText {
    if blanks == 0 {
        return rendered;
    }
    rendered.text.drain(..blanks.min(rendered.text.len()));
    rendered.spans.retain_mut(|span| {
        if span.output.end <= blanks {
            return false;
        }
        let cut = blanks.saturating_sub(span.output.start);
        span.output.start = span.output.start.saturating_sub(blanks);
        span.output.end -= blanks;
        if span.verbatim {
            span.template.start += cut;
        }
        true
    });
    rendered
}

/// The foreign keys of a node that name their target by `to`: of the table, then of its columns.
pub(crate) fn foreign_keys(node: &Node) -> impl Iterator<Item = &crate::project::Constraint> {
    node.constraints
        .iter()
        .chain(node.columns.iter().flat_map(|column| &column.constraints))
        .filter(|constraint| constraint.to.is_some())
}

/// A node's configuration, or that of a part of it.
pub(crate) fn config_of(node: &Node, unit: Option<&Unit>) -> ConfigMap {
    let mut config = node.config.clone();
    config.extend(unit.into_iter().flat_map(|unit| unit.config.clone()));
    if node.is_test() {
        data_test::complete(&mut config);
    }
    config
}

/// dbt's `model` variable for a node or a part of it; see [`facts`].
pub(crate) fn facts_of(
    project: &Project,
    node: &Node,
    this: &Relation,
    targets: &[String],
    unit: Option<&Unit>,
) -> Json {
    let mut facts = facts(node, this, targets);
    if let NodeKind::GenericTest(test) = &node.kind {
        facts["test_metadata"] = test_metadata(test);
        facts["column_name"] = Json::from(test.column_name.clone());
        facts["file_key_name"] = Json::from(node.properties.file_key_name.clone());
        facts["attached_node"] = Json::from(attached(project, node, test));
    }
    for (name, value) in unit.into_iter().flat_map(|unit| &unit.facts) {
        facts[name.as_str()] = value.clone();
    }
    facts
}

/// The id of the node that a test is attached to.
fn attached(project: &Project, node: &Node, test: &GenericTest) -> Option<String> {
    let Attachment::Ref(name) = &test.attached_to else {
        return None;
    };
    let name = match &test.version {
        Some(version) => versioned_name(name, version),
        None => name.clone(),
    };
    let ids = ["model", "seed", "snapshot"].map(|kind| UniqueId::new(kind, &node.package, &name));
    let mut there = ids.into_iter().filter(|id| project.nodes.contains_key(id));
    there.next().map(|id| id.to_string())
}

/// dbt's `model` variable. `targets` are what its foreign keys point at, in the order of [`foreign_keys`];
/// none while names are being collected.
pub(crate) fn facts(node: &Node, this: &Relation, targets: &[String]) -> Json {
    let mut targets = targets.iter();
    let mut described = |constraints: &[Constraint]| -> Vec<Json> {
        constraints
            .iter()
            .map(|constraint| {
                json!({
                    "type": constraint.kind.as_str(),
                    "name": constraint.name,
                    "expression": constraint.expression,
                    "columns": constraint.columns,
                    "to": constraint.to.as_ref().and_then(|_| targets.next()),
                    "to_columns": constraint.to_columns,
                })
            })
            .collect()
    };
    let constraints = described(&node.constraints);
    let contract = node.config.get("contract");
    let aliases = contract.and_then(|contract| contract.get("alias_types"));
    let type_of = |declared: &str| match aliases {
        Some(Json::Bool(false)) => declared.to_owned(),
        _ => translated_type(declared),
    };
    let columns: Map<String, Json> = node
        .columns
        .iter()
        .map(|column| {
            let facts = json!({
                "name": column.name,
                "description": column.description,
                "data_type": column.data_type.as_deref().map(type_of),
                "meta": column.meta,
                "tags": column.tags,
                "quote": column.quote,
                "quoted_name": quote_identifier(&column.name),
                "constraints": described(&column.constraints),
            });
            (column.name.clone(), facts)
        })
        .collect();
    let config: &ConfigMap = &node.config;
    let mut facts = Map::with_capacity(MOST_FACTS);
    let known = [
        ("unique_id", json!(node.id.as_str())),
        ("name", json!(node.name)),
        ("alias", json!(this.parts.identifier)),
        ("schema", json!(this.parts.schema)),
        ("database", json!(this.parts.database)),
        ("relation_name", json!(this.rendered_name())),
        ("resource_type", json!(node.kind.resource_type())),
        ("package_name", json!(node.package)),
        ("original_file_path", json!(node.file.path_in_package())),
        (
            "path",
            json!(
                node.properties
                    .shown_path
                    .as_deref()
                    .unwrap_or(node.file.path_in_package())
            ),
        ),
        ("fqn", json!(node.fully_qualified_name)),
        ("description", json!(node.description)),
        ("columns", json!(columns)),
        ("constraints", json!(constraints)),
        ("config", json!(config)),
        ("tags", json!(node.tags())),
        ("version", json!(node.properties.version)),
        ("latest_version", json!(node.properties.latest_version)),
        (
            "access",
            json!(config::text(config, "access").unwrap_or("protected")),
        ),
        ("group", json!(config.get("group"))),
        ("raw_code", json!(node.raw_code())),
        ("language", json!(node.language())),
        ("meta", json!(config.get("meta"))),
    ];
    facts.extend(known.map(|(name, fact)| (name.to_owned(), fact)));
    let mut facts = Json::Object(facts);
    if node.kind == NodeKind::Model {
        facts["batch"] = Json::Null;
    }
    if let Some(function) = &node.properties.function {
        facts["arguments"] = json!(function.arguments);
        facts["returns"] = json!(function.returns);
    }
    facts
}
