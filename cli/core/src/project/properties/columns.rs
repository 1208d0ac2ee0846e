//! Columns and constraints in sidecars.

use super::TestDeclaration;
use super::column_semantics::ColumnSemantics;
use super::described::{description, rendered_text};
use super::tests;
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::{YamlRenderer, has_template};
use crate::name::quote_identifier;
use crate::project::config::{self, ConfigMap};
use crate::project::resource::{Column, Constraint, ConstraintKind};
use crate::source::SourceFile;
use crate::yaml::{MapReader, Node};

/// Reads a list of columns, with all their tests.
pub(super) fn list(
    file: &SourceFile,
    of: &str,
    nodes: &[Node],
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<Column>, Vec<TestDeclaration>) {
    let mut columns = Vec::new();
    let mut tests = Vec::new();
    for node in nodes {
        if let Some((column, column_tests)) = parse(file, of, node, renderer, diagnostics) {
            columns.push(column);
            tests.extend(column_tests);
        }
    }
    (columns, tests)
}

/// Reads a column with its tests.
fn parse(
    file: &SourceFile,
    of: &str,
    node: &Node,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Column, Vec<TestDeclaration>)> {
    let what = match node.get("name").and_then(Node::scalar_text) {
        Some(name) => format!("column `{name}` of {of}"),
        None => format!("a column of {of}"),
    };
    let mut reader = MapReader::new(file, what.clone(), node, diagnostics);
    let name = reader.located_text("name").map(|(name, location)| {
        if !has_template(&name) {
            return (name, location);
        }
        let rendered = rendered_text(&mut reader, file, renderer, "name");
        (rendered.unwrap_or_default(), location)
    });
    let config = super::config(&mut reader, file, renderer);
    let description = description(&mut reader, file, renderer);
    let data_type = match node.get("data_type").and_then(Node::as_str) {
        Some(text) if has_template(text) => rendered_text(&mut reader, file, renderer, "data_type"),
        _ => reader.text("data_type"),
    };
    let quote = reader.flag("quote");
    let constraint_nodes = reader.list("constraints");
    let test_nodes = tests::list(&mut reader);
    let granularity = reader.text("granularity");
    let [dimension, entity] = ["dimension", "entity"].map(|key| reader.node(key));
    reader.node("docs");
    let others = reader.others().into_iter();
    let extra = others
        .map(|(key, node)| {
            let value = renderer.render(file, node, reader.diagnostics());
            (key.name.clone(), value)
        })
        .collect();
    reader.node("policy_tags");
    reader.finish();
    let (name, _) = super::required_name(name, file, node, &what, diagnostics)?;
    let semantics = ColumnSemantics {
        file,
        what: &what,
        column: &name,
        description: &description.text,
        renderer,
    };
    let dimension = semantics.dimension(dimension, diagnostics);
    let entity = semantics.entity(entity, diagnostics);
    let tested_name = match quote {
        Some(true) => quote_identifier(&name),
        _ => name.clone(),
    };
    let tags = config::texts(&config, "tags");
    let tests = test_nodes
        .iter()
        .filter_map(|node| {
            tests::parse(file, &what, node, Some(&tested_name), renderer, diagnostics)
        })
        .map(|test| TestDeclaration {
            inherited_tags: tags.clone(),
            of_column: Some(name.clone()),
            ..test
        })
        .collect();
    let constraints = constraints(file, &what, constraint_nodes, diagnostics);
    let meta = match config.get("meta") {
        Some(serde_json::Value::Object(meta)) => meta.clone(),
        _ => ConfigMap::new(),
    };
    Some((
        Column {
            name,
            data_type,
            description: description.text,
            doc_blocks: description.doc_blocks,
            quote,
            granularity,
            dimension,
            entity,
            extra,
            meta,
            tags,
            constraints,
        },
        tests,
    ))
}

/// Reads a list of constraints.
pub(super) fn constraints(
    file: &SourceFile,
    of: &str,
    nodes: &[Node],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Constraint> {
    nodes
        .iter()
        .filter_map(|node| constraint(file, of, node, diagnostics))
        .collect()
}

/// Reads a constraint of a column or of a model.
fn constraint(
    file: &SourceFile,
    of: &str,
    node: &Node,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Constraint> {
    let mut reader = MapReader::new(file, format!("a constraint of {of}"), node, diagnostics);
    let (kind_text, kind_location) = reader.located_text("type")?;
    let name = reader.text("name");
    let expression = reader.text("expression");
    let columns = reader.texts("columns").unwrap_or_default();
    let to = reader.text("to");
    let to_columns = reader.texts("to_columns").unwrap_or_default();
    let warn_unenforced = reader.flag("warn_unenforced").unwrap_or(true);
    let warn_unsupported = reader.flag("warn_unsupported").unwrap_or(true);
    reader.finish();
    let kind = ConstraintKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == kind_text);
    let Some(kind) = kind else {
        diagnostics.push(
            Diagnostic::error(
                Code::ConfigInvalid,
                format!("unknown constraint type `{kind_text}` in {of}"),
            )
            .at(kind_location)
            .help("one of not_null, unique, primary_key, foreign_key, check, custom")
            .did_you_mean(&kind_text, ConstraintKind::ALL.map(ConstraintKind::as_str)),
        );
        return None;
    };
    Some(Constraint {
        kind,
        name,
        expression,
        columns,
        to,
        to_columns,
        warn_unenforced,
        warn_unsupported,
        location: file.at(node.range.clone()),
    })
}
