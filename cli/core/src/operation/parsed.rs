//! What a hook says of itself while the project is parsed: its configuration, and what it refers to.

use std::sync::Arc;

use serde_json::json;

use super::Hook;
use crate::graph::Resolved;
use crate::jinja::{Captured, Names, NodeContext};
use crate::project::config::{self, ConfigMap};

/// A hook as it is parsed.
#[derive(Debug, Default)]
pub(crate) struct ParsedHook {
    /// Its configuration: of the project's files, then its own.
    pub(crate) config: ConfigMap,
    /// What project files say, as written.
    pub(crate) unrendered: ConfigMap,
    /// What its template asks for.
    pub(crate) captured: Captured,
}

/// Renders a hook without a warehouse. A problem of its template is told when it runs: what it has said until there
/// counts.
pub(crate) fn parsed(resolved: &Resolved, names: &Arc<dyn Names>, hook: &Hook) -> ParsedHook {
    let project = resolved.project();
    let mut said = ParsedHook::default();
    let fqn = [hook.package.clone(), "hooks".to_owned(), hook.name.clone()];
    let packages = &project.packages;
    let own = packages.iter().find(|one| one.name() == hook.package);
    for layer in own
        .into_iter()
        .flat_map(|package| package.file.config_layers("models", &fqn))
    {
        for (key, node) in layer.entries {
            let of_layer = ConfigMap::from_iter([(key.to_owned(), node.to_json())]);
            config::merge(&mut said.config, &of_layer);
            config::merge(&mut said.unrendered, &of_layer);
        }
    }
    let context = Arc::new(NodeContext {
        model: Arc::new(facts(hook, &said.config)),
        config: said.config.clone(),
        ..NodeContext::new(&project.shared, names, project.engine.scope(&hook.package))
    });
    let _told_when_it_runs = project.engine.render_text(&hook.template, &context);
    said.captured = context.captured().clone();
    config::merge(&mut said.config, &said.captured.config);
    said
}

/// dbt's `model` in a hook.
pub(super) fn facts(hook: &Hook, config: &ConfigMap) -> serde_json::Value {
    let mut complete = json!({"materialized": "view", "enabled": true, "tags": [], "meta": {}});
    if let Some(entries) = complete.as_object_mut() {
        entries.extend(config.clone());
    }
    json!({
        "unique_id": hook.id.as_str(),
        "name": hook.name,
        "package_name": hook.package,
        "resource_type": "operation",
        "config": complete,
    })
}
