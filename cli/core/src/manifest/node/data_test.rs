//! What the manifest alone tells of generic tests: their template as dbt makes it up, and their metadata.

use serde_json::Value as Json;

use super::super::Manifest;
use crate::project::{Attachment, GenericTest, ModelReference, Node, NodeKind, UniqueId};

pub(super) fn attached<'run>(
    manifest: &'run Manifest<'_>,
    node: &Node,
    test: &GenericTest,
) -> Option<&'run UniqueId> {
    let Attachment::Ref(name) = &test.attached_to else {
        return None;
    };
    let model = ModelReference {
        name: name.clone(),
        package: Some(node.package.clone()),
        version: test.version.clone(),
    };
    manifest.target(&node.package, &model).or_else(|| {
        let mut disabled = manifest.project().disabled.values();
        disabled
            .find(|disabled| disabled.name == *name && disabled.is_referable())
            .map(|disabled| &disabled.id)
    })
}

/// The order in which dbt writes a generic test's configuration into its template.
const CONFIG_ORDER: [&str; 14] = [
    "severity",
    "tags",
    "enabled",
    "where",
    "limit",
    "warn_if",
    "error_if",
    "fail_calc",
    "store_failures",
    "store_failures_as",
    "meta",
    "database",
    "schema",
    "alias",
];

pub(super) fn raw_code(node: &Node) -> String {
    let NodeKind::GenericTest(test) = &node.kind else {
        return node.raw_code().to_owned();
    };
    let called = match &test.namespace {
        Some(namespace) => format!("{namespace}.{}", test.macro_name()),
        None => test.macro_name(),
    };
    let said = &node.properties.test_config;
    let position = |key: &str| CONFIG_ORDER.iter().position(|known| *known == key);
    let mut ordered: Vec<(&String, &Json)> = said.iter().collect();
    ordered.sort_by_key(|(key, _)| position(key).unwrap_or(CONFIG_ORDER.len()));
    let mut shown: Vec<String> = ordered
        .into_iter()
        .map(|(key, value)| match value {
            Json::String(text) => format!("{key}=\"{}\"", text.replace('"', "\\\"")),
            other => format!("{key}={}", crate::python::shown(other)),
        })
        .collect();
    if let Some(alias) = &node.properties.made_alias {
        shown.push(format!("alias=\"{alias}\""));
    }
    let config = if shown.is_empty() {
        String::new()
    } else {
        format!("{{{{ config({}) }}}}", shown.join(","))
    };
    format!("{{{{ {called}(**_dbt_generic_test_kwargs) }}}}{config}")
}
