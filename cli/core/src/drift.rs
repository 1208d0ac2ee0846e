//! What stands in the warehouse beside what the project declares of comments, grants and row-level security.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::graph::Resolved;
use crate::name::{RelationName, quote_identifier, quote_literal};
use crate::policy;
use crate::project::{Node, UniqueId};
use crate::shadow::has_exact_grants;

/// Privileges on tables (PostgreSQL 18, GRANT).
const PRIVILEGES: [&str; 10] = [
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "TRUNCATE",
    "REFERENCES",
    "TRIGGER",
    "MAINTAIN",
    "ALL",
    "ALL PRIVILEGES",
];

/// The query that finds drift on relations of these nodes; none where none of them declares anything.
///
/// **Shape**: id of the node, schema, name, what is found, whether a build puts it right, whether it is a comment; a row
/// each finding, ordered by the relation and what is found.
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
            let comments = comments(node);
            if security.is_none() && grants.is_none() && comments.is_none() {
                return None;
            }
            Some(json!({
                "id": id.as_str(),
                "schema": relation.schema,
                "name": relation.identifier,
                "grants": grants,
                "is_exact": has_exact_grants(node),
                "comments": comments,
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

/// The texts that are to be comments of a node's relation and columns; none where none are.
fn comments(node: &Node) -> Option<Json> {
    let persisted = node.config.get("persist_docs")?;
    let is_set = |key: &str| persisted.get(key).and_then(Json::as_bool) == Some(true);
    let of_relation =
        (is_set("relation") && !node.description.is_empty()).then_some(node.description.as_str());
    let columns: Vec<Json> = match is_set("columns") {
        true => node
            .columns
            .iter()
            // what nobody describes others may comment on
            .filter(|column| !column.description.is_empty())
            .map(|column| json!({"name": column.name, "description": column.description}))
            .collect(),
        false => Vec::new(),
    };
    (of_relation.is_some() || !columns.is_empty())
        .then(|| json!({"relation": of_relation, "columns": columns}))
}

/// A declared grant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Grant {
    /// The privilege in capitals.
    pub privilege: String,
    /// The role as the catalogue has it, or a word such as `public`.
    pub role: String,
}

/// A node's declared grants, in order; none where none are declared.
pub fn grants(node: &Node) -> Option<BTreeSet<Grant>> {
    let declared = node.config.get("grants")?.as_object()?;
    let mut grants = BTreeSet::new();
    for (privilege, roles) in declared {
        let roles = match roles {
            Json::Array(roles) => roles.iter().filter_map(Json::as_str).collect(),
            role => role.as_str().into_iter().collect::<Vec<_>>(),
        };
        grants.extend(roles.into_iter().map(|role| {
            Grant {
                privilege: privilege.to_uppercase(),
                // roles stand as SQL has them: in quotes as they are, else in small letters
                role: match role
                    .strip_prefix('"')
                    .and_then(|role| role.strip_suffix('"'))
                {
                    Some(quoted) => quoted.replace("\"\"", "\""),
                    None => role.to_lowercase(),
                },
            }
        }));
    }
    (!declared.is_empty()).then_some(grants)
}

/// A grant that is taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    schema: String,
    name: String,
    #[serde(flatten)]
    grant: Grant,
}

impl Revocation {
    /// What is taken from whom, as `select from nurse`.
    pub fn words(&self) -> String {
        let Grant { privilege, role } = &self.grant;
        format!("{} from {role}", privilege.to_lowercase())
    }

    /// The statement; `None` for what is no privilege.
    pub fn sql(&self) -> Option<String> {
        let Revocation {
            schema,
            name,
            grant: Grant { privilege, role },
        } = self;
        let role = match policy::ROLE_WORDS.contains(&role.as_str()) {
            true => role.clone(),
            false => quote_identifier(role),
        };
        PRIVILEGES.contains(&privilege.as_str()).then(|| {
            format!(
                "revoke {} on {}.{} from {role}",
                privilege.to_lowercase(),
                quote_identifier(schema),
                quote_identifier(name)
            )
        })
    }
}

/// What was declared once and is no more. What others granted is not among it.
pub fn revocations(
    relation: &RelationName,
    before: &BTreeSet<Grant>,
    now: &BTreeSet<Grant>,
) -> Vec<Revocation> {
    let withdrawn = before.difference(now).cloned();
    withdrawn
        .map(|grant| Revocation {
            schema: relation.schema.clone(),
            name: relation.identifier.clone(),
            grant,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_privilege_is_no_statement() {
        let of = |privilege: &str| {
            let json =
                json!({"schema": "s", "name": "a\"b", "privilege": privilege, "role": "x; drop"});
            let read: Revocation = serde_json::from_value(json).expect("it reads");
            read.sql()
        };
        let revoked = "revoke select on \"s\".\"a\"\"b\" from \"x; drop\"";
        assert_eq!(of("SELECT").as_deref(), Some(revoked));
        assert_eq!(of("SELECT ON x FROM y; --"), None);
    }
}
