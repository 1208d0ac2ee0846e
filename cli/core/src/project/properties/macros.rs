//! Macro properties in sidecars.

use serde_json::Value as Json;

use super::described::{described, description, rendered};
use crate::diagnostic::Diagnostic;
use crate::jinja::YamlRenderer;
use crate::project::config::ConfigMap;
use crate::project::declared::{MacroArgument, MacroProperties};
use crate::source::SourceFile;
use crate::yaml::{MapReader, Node};

/// Reads the properties of one macro, with its name.
pub(super) fn parse(
    file: &SourceFile,
    node: &Node,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(String, MacroProperties)> {
    let what = super::named("macro", node);
    let mut reader = MapReader::new(file, what.as_str(), node, diagnostics);
    let name = reader.located_text("name");
    let description = description(&mut reader, file, renderer).text;
    let mut meta = match rendered(&mut reader, file, renderer, "meta") {
        Some(Json::Object(meta)) => meta,
        _ => ConfigMap::new(),
    };
    let config = super::config_only(&mut reader, file, renderer);
    if let Some(Json::Object(more)) = config.get("meta") {
        meta.extend(more.clone());
    }
    let docs = rendered(&mut reader, file, renderer, "docs");
    let docs = config.get("docs").cloned().or(docs);
    let argument_nodes = reader.list("arguments");
    reader.finish();
    let (name, location) = super::required_name(name, file, node, &what, diagnostics)?;
    let mut arguments = Vec::new();
    for node in argument_nodes {
        let of = format!("an argument of {what}");
        let mut reader = MapReader::new(file, of.as_str(), node, diagnostics);
        let argument_name = reader.located_text("name");
        let kind = reader.text("type");
        let description = reader.node("description").map_or_else(String::new, |node| {
            described(file, node, renderer, reader.diagnostics()).text
        });
        reader.finish();
        let Some((name, _)) = super::required_name(argument_name, file, node, &of, diagnostics)
        else {
            continue;
        };
        arguments.push(MacroArgument {
            name,
            kind,
            description,
        });
    }
    let properties = MacroProperties {
        location,
        patch_path: String::new(),
        description,
        meta,
        docs,
        arguments,
    };
    Some((name, properties))
}
