//! Rendering one node: its context, and what each kind of node renders.

use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Kwargs, Serde};
use serde_json::Value as Json;

use crate::analyse::Unit;
use crate::data_test;
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::{
    Access, Captured, Names, NodeContext, Relation, Rendered as RenderedText, is_built_in,
};
use crate::name::quote_identifier;
use crate::project::config::{self, ConfigMap};
use crate::project::{Attachment, Constraint, GenericTest, Node, NodeKind, Project};

/// Which rendering of a node this is.
pub(crate) struct Pass<'unit> {
    pub(crate) execute: bool,
    pub(crate) this: Relation,
    pub(crate) access: Access,
    /// The part of the node that it is for.
    pub(crate) unit: Option<&'unit Unit>,
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
    Arc::new(NodeContext {
        this: Some(pass.this.clone()),
        model: Value::from(Serde(facts_of(node, &pass.this, &[], pass.unit))),
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
            project
                .engine
                .evaluate(target, context)
                .map_err(|diagnostic| diagnostic.at(constraint.location.clone()))?
                .to_string()
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

fn render_generic_test(
    project: &Project,
    node: &Node,
    test: &GenericTest,
    context: &Arc<NodeContext>,
) -> Result<String, Diagnostic> {
    let mut arguments: Vec<(String, Value)> = Vec::new();
    if let Some(column) = &test.column_name {
        arguments.push(("column_name".to_owned(), Value::from(column.clone())));
    }
    for (name, value) in &test.arguments {
        arguments.push((name.clone(), argument(project, value, context)?));
    }
    let rows = tested_rows(project, node, test, context)?;
    arguments.push(("model".to_owned(), rows));
    check_arguments(project, node, test, &arguments)?;
    let kwargs: Kwargs = arguments.into_iter().collect();
    let value = project.engine.call_macro(
        test.namespace.as_deref(),
        &test.macro_name(),
        &[Value::from(kwargs)],
        context,
    )?;
    Ok(value.to_string())
}

/// What the test reads: what the macro `get_where_subquery` makes of the relation.
fn tested_rows(
    project: &Project,
    node: &Node,
    test: &GenericTest,
    context: &Arc<NodeContext>,
) -> Result<Value, Diagnostic> {
    const SUBQUERY: &str = "get_where_subquery";
    // while a project is parsed, dbt's tests see no macro that stands in for a built-in function
    let builtins = if context.execute { "" } else { "builtins." };
    let tested = match &test.attached_to {
        Attachment::Ref(name) => {
            let version = match &test.version {
                Some(version) => format!(", version={}", version.as_json()),
                None => String::new(),
            };
            format!("{builtins}ref({}{version})", jinja_text(name))
        }
        Attachment::Source(source, table) => {
            format!(
                "{builtins}source({}, {})",
                jinja_text(source),
                jinja_text(table)
            )
        }
    };
    if !is_built_in(&context.macros, SUBQUERY) {
        let call = format!("{SUBQUERY}({tested})");
        return project.engine.evaluate(&call, context);
    }
    // what the built-in macro does, without a call of it for each of many tests
    if let Some(definition) = (project.engine).macro_definition(&node.package, None, SUBQUERY) {
        context.captured().note_macro(definition);
    }
    let relation = project.engine.evaluate(&tested, context)?;
    Ok(match config::text(&node.config, "where") {
        Some(condition) => Value::from(format!(
            "(select * from {relation} where {condition}) dbt_subquery"
        )),
        None => relation,
    })
}

/// A sidecar's arguments against the parameters of the test.
fn check_arguments(
    project: &Project,
    node: &Node,
    test: &GenericTest,
    arguments: &[(String, Value)],
) -> Result<(), Diagnostic> {
    let namespace = test.namespace.as_deref();
    let Some(definition) =
        project
            .engine
            .macro_definition(&node.package, namespace, &test.macro_name())
    else {
        return Ok(());
    };
    let error = |message: String| {
        let diagnostic = Diagnostic::error(Code::ConfigInvalid, message);
        match &node.patched_at {
            Some(location) => diagnostic.at(location.clone()),
            None => diagnostic,
        }
    };
    let unknown = arguments
        .iter()
        .find(|(name, _)| !definition.takes_kwargs && !definition.has_parameter(name));
    if let Some((name, _)) = unknown {
        let known: Vec<&str> = definition.parameter_names().collect();
        return Err(error(format!(
            "the test `{}` has no argument `{name}`",
            test.test_name
        ))
        .help(format!("its arguments are: {}", known.join(", ")))
        .did_you_mean(name, known.iter().copied()));
    }
    let missing = definition
        .required_parameters()
        .find(|name| !arguments.iter().any(|(given, _)| given == name));
    match missing {
        Some("column_name") => Err(
            error(format!("the test `{}` needs a column", test.test_name))
                .help("apply it below a column, or give it `column_name`"),
        ),
        // the built-in tests make no sense without; in others an argument that is not given is undefined, as in
        // Jinja
        Some(name) if definition.is_built_in() => Err(error(format!(
            "the test `{}` needs the argument `{name}`",
            test.test_name
        ))
        .help(format!(
            "`- {}: {{arguments: {{{name}: …}}}}`",
            test.test_name
        ))),
        Some(_) | None => Ok(()),
    }
}

/// An argument's value: texts such as `ref('x')` and `{{ var('y') }}` are evaluated, as in dbt.
fn argument(
    project: &Project,
    value: &Json,
    context: &Arc<NodeContext>,
) -> Result<Value, Diagnostic> {
    match value {
        Json::String(text) if looks_like_call(text) => project.engine.evaluate(text, context),
        Json::String(text) if crate::jinja::has_template(text) => {
            project.engine.render_text(text, context).map(Value::from)
        }
        Json::Array(items) => {
            let items: Result<Vec<Value>, Diagnostic> = items
                .iter()
                .map(|item| argument(project, item, context))
                .collect();
            items.map(Value::from)
        }
        other => Ok(Value::from(Serde(other))),
    }
}

/// Whether a text is a call of one of the functions that dbt evaluates in YAML.
fn looks_like_call(text: &str) -> bool {
    let text = text.trim();
    text.ends_with(')')
        && ["ref", "source", "var", "env_var"].iter().any(|function| {
            text.strip_prefix(function)
                .is_some_and(|rest| rest.trim_start().starts_with('('))
        })
}

fn jinja_text(text: &str) -> String {
    Json::String(text.to_owned()).to_string()
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
    node: &Node,
    this: &Relation,
    targets: &[String],
    unit: Option<&Unit>,
) -> Json {
    let mut facts = facts(node, this, targets);
    for (name, value) in unit.into_iter().flat_map(|unit| &unit.facts) {
        facts[name.as_str()] = value.clone();
    }
    facts
}

/// dbt's `model` variable. `targets` are what its foreign keys point at, in the order of [`foreign_keys`];
/// none while names are being collected.
pub(crate) fn facts(node: &Node, this: &Relation, targets: &[String]) -> Json {
    let mut targets = targets.iter();
    let mut described = |constraints: &[Constraint]| -> Vec<Json> {
        constraints
            .iter()
            .map(|constraint| {
                serde_json::json!({
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
    let columns: serde_json::Map<String, Json> = node
        .columns
        .iter()
        .map(|column| {
            let facts = serde_json::json!({
                "name": column.name,
                "description": column.description,
                "data_type": column.data_type,
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
    let mut facts = serde_json::json!({
        "unique_id": node.id.as_str(),
        "name": node.name,
        "alias": this.name.identifier,
        "schema": this.name.schema,
        "database": this.name.database,
        "relation_name": this.rendered_name(),
        "resource_type": node.kind.resource_type(),
        "package_name": node.package,
        "original_file_path": node.file.path_in_package(),
        "path": node.properties.shown_path.as_deref().unwrap_or(node.file.path_in_package()),
        "fqn": node.fully_qualified_name,
        "description": node.description,
        "columns": columns,
        "constraints": constraints,
        "config": config,
        "tags": node.tags(),
        "version": node.properties.version,
        "latest_version": node.properties.latest_version,
        "access": config::text(config, "access").unwrap_or("protected"),
        "group": config.get("group"),
        "raw_code": node.raw_code(),
        "language": node.language(),
        "meta": config.get("meta"),
    });
    if node.kind == NodeKind::Model {
        facts["batch"] = Json::Null;
    }
    if let Some(function) = &node.properties.function {
        facts["arguments"] = serde_json::json!(function.arguments);
        facts["returns"] = serde_json::json!(function.returns);
    }
    facts
}
