//! Columns and constraints in sidecars.

use super::TestDeclaration;
use super::tests;
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::YamlRenderer;
use crate::project::config::{self, ConfigMap};
use crate::project::resource::{Column, Constraint, ConstraintKind};
use crate::source::SourceFile;
use crate::yaml::{MapReader, Node};

/// Reads a column with its tests.
pub(super) fn parse(
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
    let name = reader.text("name");
    let config = super::config(&mut reader, file, renderer);
    let description = reader.text("description").unwrap_or_default();
    let data_type = reader.text("data_type");
    let quote = reader.flag("quote").unwrap_or(false);
    let constraint_nodes = reader.list("constraints");
    let test_nodes = [reader.list("data_tests"), reader.list("tests")].concat();
    for key in ["policy_tags", "granularity", "entity", "dimension", "docs"] {
        reader.node(key);
    }
    reader.finish();
    let Some(name) = name else {
        diagnostics.push(
            Diagnostic::error(Code::YamlType, format!("{what} has no `name`"))
                .at(file.at(node.range.clone())),
        );
        return None;
    };
    let tests = test_nodes
        .iter()
        .filter_map(|node| tests::parse(file, &what, node, Some(&name), renderer, diagnostics))
        .collect();
    let constraints = constraint_nodes
        .iter()
        .filter_map(|node| constraint(file, &what, node, diagnostics))
        .collect();
    let meta = match config.get("meta") {
        Some(serde_json::Value::Object(meta)) => meta.clone(),
        _ => ConfigMap::new(),
    };
    Some((
        Column {
            name,
            data_type,
            description,
            quote,
            meta,
            tags: config::texts(&config, "tags"),
            constraints,
        },
        tests,
    ))
}

/// Reads a constraint of a column or of a model.
pub(super) fn constraint(
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
    for key in ["warn_unenforced", "warn_unsupported"] {
        reader.node(key);
    }
    reader.finish();
    let kinds = [
        ("not_null", ConstraintKind::NotNull),
        ("unique", ConstraintKind::Unique),
        ("primary_key", ConstraintKind::PrimaryKey),
        ("foreign_key", ConstraintKind::ForeignKey),
        ("check", ConstraintKind::Check),
        ("custom", ConstraintKind::Custom),
    ];
    let Some((_, kind)) = kinds.iter().find(|(text, _)| *text == kind_text) else {
        diagnostics.push(
            Diagnostic::error(
                Code::ConfigInvalid,
                format!("unknown constraint type `{kind_text}` in {of}"),
            )
            .at(kind_location)
            .help("one of not_null, unique, primary_key, foreign_key, check, custom")
            .did_you_mean(&kind_text, kinds.iter().map(|(text, _)| *text)),
        );
        return None;
    };
    Some(Constraint {
        kind: *kind,
        name,
        expression,
        columns,
        to,
        to_columns,
        location: file.at(node.range.clone()),
    })
}
