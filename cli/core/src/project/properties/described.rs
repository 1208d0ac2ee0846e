//! Descriptions and other rendered values of sidecars.

use serde_json::Value as Json;

use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::{YamlRenderer, has_template};
use crate::project::resource::Description;
use crate::source::SourceFile;
use crate::yaml::{MapReader, Node};

/// A description with its `{{ doc('…') }}` filled in.
pub(super) fn described(
    file: &SourceFile,
    node: &Node,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Description {
    let Some(text) = node.scalar_text() else {
        if !node.is_null() {
            diagnostics.push(
                Diagnostic::error(
                    Code::YamlType,
                    format!("a `description` must be a text, not {}", node.kind()),
                )
                .at(file.at(node.range.clone())),
            );
        }
        return Description::default();
    };
    if !has_template(&text) {
        return Description {
            text,
            doc_blocks: Vec::new(),
        };
    }
    match renderer.describe(&text) {
        Ok(description) => description,
        Err(mut diagnostic) => {
            diagnostic
                .location
                .get_or_insert_with(|| file.at(node.range.clone()));
            diagnostics.push(diagnostic);
            Description::default()
        }
    }
}

/// The description under a reader's `description`.
pub(super) fn description(
    reader: &mut MapReader<'_, '_>,
    file: &SourceFile,
    renderer: &YamlRenderer<'_>,
) -> Description {
    match reader.node("description") {
        Some(node) => described(file, node, renderer, reader.diagnostics()),
        None => Description::default(),
    }
}

/// A key's rendered value.
pub(super) fn rendered(
    reader: &mut MapReader<'_, '_>,
    file: &SourceFile,
    renderer: &YamlRenderer<'_>,
    key: &'static str,
) -> Option<Json> {
    let node = reader.node(key)?;
    Some(renderer.render(file, node, reader.diagnostics()))
}

/// A key's rendered value as text.
pub(super) fn rendered_text(
    reader: &mut MapReader<'_, '_>,
    file: &SourceFile,
    renderer: &YamlRenderer<'_>,
    key: &'static str,
) -> Option<String> {
    match rendered(reader, file, renderer, key)? {
        Json::String(text) => Some(text),
        Json::Null => None,
        other => Some(other.to_string()),
    }
}

/// One text or a list of them.
pub(super) fn text_list(value: Option<Json>) -> Vec<String> {
    match value {
        Some(Json::String(text)) => vec![text],
        Some(Json::Array(items)) => items
            .into_iter()
            .filter_map(|item| match item {
                Json::String(text) => Some(text),
                Json::Number(number) => Some(number.to_string()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}
