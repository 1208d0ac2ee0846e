//! Jinja in YAML values: texts that hold `{{` or `{%` are rendered, and give values.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::functions::to_json;
use super::{Engine, NodeContext, shown};
use crate::diagnostic::Diagnostic;
use crate::project::Description;
use crate::source::SourceFile;
use crate::yaml::{Node, Value};

/// Renders YAML values of one project.
pub(crate) struct YamlRenderer<'engine> {
    pub(crate) engine: &'engine Engine,
    pub(crate) context: Arc<NodeContext>,
}

impl YamlRenderer<'_> {
    /// A description with its templates rendered, and the docs blocks that it uses.
    pub(crate) fn describe(&self, text: &str) -> Result<Description, Diagnostic> {
        let context = Arc::new(self.context.fresh());
        let text = self.engine.render_text(text, &context)?;
        let doc_blocks = std::mem::take(&mut context.captured().docs);
        Ok(Description { text, doc_blocks })
    }

    /// The node as JSON with every text rendered; a failure is reported at the text's place.
    pub(crate) fn render(
        &self,
        file: &SourceFile,
        node: &Node,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Json {
        match &node.value {
            Value::String(text) if has_template(text) => {
                match self.engine.render_value(text, &self.context) {
                    Ok(rendered) => to_json(&rendered).unwrap_or_else(|_| shown(&rendered).into()),
                    Err(mut diagnostic) => {
                        diagnostic
                            .location
                            .get_or_insert_with(|| file.at(node.range.clone()));
                        diagnostics.push(diagnostic);
                        Json::Null
                    }
                }
            }
            Value::Sequence(items) => Json::Array(
                items
                    .iter()
                    .map(|item| self.render(file, item, diagnostics))
                    .collect(),
            ),
            Value::Mapping(entries) => {
                let mut object = Map::new();
                for (key, value) in entries {
                    object.insert(key.name.clone(), self.render(file, value, diagnostics));
                }
                Json::Object(object)
            }
            _ => node.to_json(),
        }
    }
}

impl YamlRenderer<'_> {
    /// A resource of the semantic layer with its templates rendered: docs blocks in its descriptions, and filters as
    /// they are, which only MetricFlow renders.
    pub(crate) fn render_semantics(
        &self,
        file: &SourceFile,
        node: &Node,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Node {
        let value = match &node.value {
            Value::String(text) if has_template(text) => {
                return Node::from_json(&self.render(file, node, diagnostics), &node.range);
            }
            Value::Sequence(items) => {
                let items = items.iter();
                let items = items.map(|item| self.render_semantics(file, item, diagnostics));
                Value::Sequence(items.collect())
            }
            Value::Mapping(entries) => {
                let mut rendered = Vec::new();
                for (key, value) in entries {
                    let value = match (key.name.as_str(), &value.value) {
                        ("filter" | "where", _) => value.clone(),
                        ("description", Value::String(text)) if has_template(text) => {
                            match self.describe(text) {
                                Ok(description) => Node {
                                    value: Value::String(description.text),
                                    range: value.range.clone(),
                                },
                                Err(mut diagnostic) => {
                                    let place = || file.at(value.range.clone());
                                    diagnostic.location.get_or_insert_with(place);
                                    diagnostics.push(diagnostic);
                                    value.clone()
                                }
                            }
                        }
                        _ => self.render_semantics(file, value, diagnostics),
                    };
                    rendered.push((key.clone(), value));
                }
                Value::Mapping(rendered)
            }
            value => value.clone(),
        };
        Node {
            value,
            range: node.range.clone(),
        }
    }
}

/// Whether a text is a template.
pub(crate) fn has_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("{#")
}
