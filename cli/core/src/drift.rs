//! What stands in the warehouse beside what the project declares of grants and row-level security.

use serde_json::{Value as Json, json};

use crate::graph::Resolved;
use crate::name::quote_literal;
use crate::policy;
use crate::project::{Node, UniqueId};
use crate::shadow::has_exact_grants;

/// The query that finds drift on relations of these nodes; none where none of them declares anything.
///
/// **Shape**: id of the node, schema, name, what is found, whether a build puts it right; a row each finding, ordered
/// by the relation and what is found.
pub fn query<'id>(
    resolved: &Resolved,
    nodes: impl Iterator<Item = &'id UniqueId>,
) -> Option<String> {
    let project = resolved.project();
    let declared: Vec<Json> = nodes
        .filter_map(|id| {
            let node = project.nodes.get(id)?;
            let relation = resolved.rendered.relations.get(id)?;
            let security = policy::declared(node);
            let grants = grants(node);
            if security.is_none() && grants.is_none() {
                return None;
            }
            Some(json!({
                "id": id.as_str(),
                "schema": relation.schema,
                "name": relation.identifier,
                "grants": grants,
                "is_exact": has_exact_grants(node),
                "policies": security.as_ref().map(policy::RowSecurity::names),
                "is_forced": security.as_ref().is_some_and(policy::RowSecurity::is_forced),
            }))
        })
        .collect();
    if declared.is_empty() {
        return None;
    }
    let text = include_str!("drift/found.sql");
    Some(text.replace("{declared}", &quote_literal(&json!(declared).to_string())))
}

/// Declared grants as `{privilege, role}`; none where none are declared.
fn grants(node: &Node) -> Option<Vec<Json>> {
    let declared = node.config.get("grants")?.as_object()?;
    if declared.is_empty() {
        return None;
    }
    let mut grants = Vec::new();
    for (privilege, roles) in declared {
        let roles = match roles {
            Json::Array(roles) => roles.iter().filter_map(Json::as_str).collect(),
            role => role.as_str().into_iter().collect::<Vec<_>>(),
        };
        for role in roles {
            // roles stand as SQL has them: in quotes as they are, else in small letters
            let name = match role
                .strip_prefix('"')
                .and_then(|role| role.strip_suffix('"'))
            {
                Some(quoted) => quoted.replace("\"\"", "\""),
                None => role.to_lowercase(),
            };
            grants.push(json!({"privilege": privilege.to_uppercase(), "role": name}));
        }
    }
    Some(grants)
}
