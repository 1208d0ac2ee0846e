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

/// Whether a text is a template.
pub(crate) fn has_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("{#")
}
