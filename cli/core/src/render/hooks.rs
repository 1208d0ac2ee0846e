//! The hooks of a node in the first pass: what they read is read by the node.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::{NodeContext, has_template};
use crate::project::{Node, NodeKind, Project};

/// Renders a node's hooks, so that what they read is known.
///
/// **Errors**: codes of templates (03xx); HCW0111 for a seed's hook that reads another node.
pub(super) fn read(
    project: &Project,
    node: &Node,
    context: &Arc<NodeContext>,
) -> Result<(), Diagnostic> {
    let config = context.merged_config();
    let at = || node.file.at(0..0);
    for key in ["pre-hook", "post-hook"] {
        let listed = match config.get(key) {
            Some(Json::Array(hooks)) => hooks.clone(),
            Some(single) => vec![single.clone()],
            None => continue,
        };
        for hook in &listed {
            let sql = match hook {
                Json::String(text) => Some(text.as_str()),
                other => other.get("sql").and_then(Json::as_str),
            };
            if let Some(sql) = sql.filter(|sql| has_template(sql)) {
                project
                    .engine
                    .render_text(sql, context)
                    .map_err(|problem| match problem.location {
                        Some(_) => problem,
                        None => problem.at(at()),
                    })?;
            }
        }
    }
    let captured = context.captured();
    if node.kind == NodeKind::Seed && !(captured.refs.is_empty() && captured.sources.is_empty()) {
        return Err(Diagnostic::error(
            Code::ConfigInvalid,
            format!(
                "Seeds cannot depend on other nodes: a hook of `{}` reads one",
                node.name
            ),
        )
        .at(at())
        .help("name the relation without `ref` and `source`"));
    }
    Ok(())
}
