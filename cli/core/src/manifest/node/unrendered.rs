//! `unrendered_config`: a node's configuration as it is written.

use serde_json::{Value as Json, json};

use super::used::is_never_parsed;
use crate::jinja::{Captured, Engine, scan};
use crate::project::config::ConfigMap;
use crate::project::{Node, NodeKind};

/// The configuration as written: project files, sidecar, then the template's own call.
pub(super) fn unrendered(engine: &Engine, node: &Node, captured: Option<&Captured>) -> ConfigMap {
    let mut unrendered = node.properties.unrendered_config.clone();
    if let Some(alias) = &node.properties.made_alias {
        unrendered.insert("alias".to_owned(), json!(alias));
    }
    if let Some(template) = node.template() {
        unrendered.extend(config_call(&template.text));
    }
    unrendered.extend(node.properties.unrendered_root_config.clone());
    if let NodeKind::GenericTest(test) = &node.kind {
        let definition =
            engine.macro_definition(&node.package, test.namespace.as_deref(), &test.macro_name());
        let said = &node.properties.test_config;
        if !said.is_empty() && !definition.is_some_and(|found| is_never_parsed(&found.unique_id()))
        {
            // dbt reads them from the template that it has made of them
            unrendered.extend(
                said.iter()
                    .map(|(key, value)| (key.clone(), as_text(value))),
            );
        } else if let Some(captured) = captured
            && node.properties.made_alias.is_none()
        {
            // what the test's macro says
            unrendered.extend(captured.config.clone());
        }
    }
    unrendered
}

fn as_text(value: &Json) -> Json {
    match value {
        Json::String(_) => value.clone(),
        other => crate::python::shown(other).into(),
    }
}

/// The arguments of a template's first `config(…)`, as texts.
pub(in crate::manifest) fn config_call(text: &str) -> Vec<(String, Json)> {
    let Some(at) = text.find("config(") else {
        return Vec::new();
    };
    let before = text[..at].trim_end();
    let before = before.trim_end_matches(['-', '+']).trim_end();
    if !before.ends_with("{{") && !before.ends_with("do") {
        return Vec::new();
    }
    let Some(end) = scan::closing(&text[at..]) else {
        return Vec::new();
    };
    let Some((_, arguments)) = scan::signature(&text[at..at + end]) else {
        return Vec::new();
    };
    arguments
        .into_iter()
        .filter_map(|argument| {
            let (name, value) = argument.split_once('=')?;
            Some((name.trim().to_owned(), json!(static_text(value.trim()))))
        })
        .collect()
}

/// An argument as dbt keeps it: a text without its quotes, all else as Python writes it.
fn static_text(value: &str) -> String {
    let inner = |quote: char| {
        value
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
            .filter(|inner| !inner.contains(quote))
    };
    if let Some(text) = inner('\'').or_else(|| inner('"')) {
        return text.to_owned();
    }
    let mut shown = String::new();
    let mut rest = value;
    while let Some(first) = rest.chars().next() {
        if first == '\'' || first == '"' {
            let end = rest[1..].find(first).map_or(rest.len(), |end| end + 2);
            let text = rest[..end].trim_matches(first);
            shown.push_str(&crate::python::quoted(text));
            rest = &rest[end..];
            continue;
        }
        let end = rest
            .find(|character: char| !(character.is_alphanumeric() || character == '_'))
            .unwrap_or(rest.len());
        if end > 0 {
            shown.push_str(match &rest[..end] {
                "true" => "True",
                "false" => "False",
                "none" => "None",
                word => word,
            });
            rest = &rest[end..];
            continue;
        }
        match first {
            ',' => shown.push_str(", "),
            ':' => shown.push_str(": "),
            blank if blank.is_whitespace() => {}
            other => shown.push(other),
        }
        rest = &rest[first.len_utf8()..];
    }
    shown.replace(", ]", "]").replace(", }", "}")
}
