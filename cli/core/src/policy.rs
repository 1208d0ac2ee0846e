//! Row-level security that a project declares: `meta: {hcw: {policies: […], row_level_security: …}}` of a model, seed
//! or snapshot.
//!
//! A policy has the words of `create policy`: `name`, `as`, `for`, `to`, `using`, `with_check`. It is made in the
//! transaction that builds its table, and left alone as long as it is what was declared; policies that nobody declared
//! stay. A mark in its comment tells a policy that somebody has changed.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::diagnostic::{Code, Diagnostic};
use crate::materialize::Materialization;
use crate::name::{RelationName, quote_identifier, quote_literal};
use crate::project::{Node, Project};

/// Roles that are words of SQL, not names.
pub(crate) const ROLE_WORDS: [&str; 4] = ["public", "current_user", "current_role", "session_user"];
/// Materializations whose relation is a table; PostgreSQL has policies on tables only.
const NOT_TABLES: [&str; 3] = ["view", "materialized_view", "ephemeral"];

/// What a node declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RowSecurity {
    policies: Vec<Policy>,
    /// Whether the owner, too, sees what the policies let it see.
    forced: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    name: String,
    #[serde(rename = "as", default)]
    kind: Kind,
    #[serde(rename = "for", default)]
    command: Command,
    #[serde(default)]
    to: Roles,
    using: Option<String>,
    with_check: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    Permissive,
    Restrictive,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Command {
    #[default]
    All,
    Select,
    Insert,
    Update,
    Delete,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
enum Roles {
    One(String),
    Several(Vec<String>),
}

impl Default for Roles {
    fn default() -> Self {
        Roles::One("public".to_owned())
    }
}

impl Roles {
    fn listed(&self) -> String {
        let roles = match self {
            Roles::One(role) => std::slice::from_ref(role),
            Roles::Several(roles) => roles,
        };
        let quoted = |role: &String| match ROLE_WORDS.contains(&role.to_lowercase().as_str()) {
            true => role.to_lowercase(),
            false => quote_identifier(role),
        };
        roles.iter().map(quoted).collect::<Vec<_>>().join(", ")
    }
}

impl Policy {
    /// What PostgreSQL would refuse when the table is built already.
    fn problem(&self) -> Option<String> {
        let name = &self.name;
        match (self.command, &self.using, &self.with_check) {
            (Command::Select | Command::Delete, _, Some(_)) => Some(format!(
                "the policy `{name}` has `with_check`, which policies for select and delete have not"
            )),
            (Command::Insert, Some(_), _) => Some(format!(
                "the policy `{name}` has `using`, which policies for insert have not: write `with_check`"
            )),
            (_, None, None) => Some(format!(
                "the policy `{name}` has neither `using` nor `with_check`"
            )),
            _ if name.trim().is_empty() => Some("a policy has no name".to_owned()),
            _ => None,
        }
    }

    fn as_json(&self) -> Json {
        let word = |value: Json| value.as_str().unwrap_or_default().to_owned();
        let (kind, command) = (word(json!(self.kind)), word(json!(self.command)));
        let roles = self.to.listed();
        let mut clauses = format!("as {kind} for {command} to {roles}");
        for (words, expression) in [("using", &self.using), ("with check", &self.with_check)] {
            if let Some(expression) = expression {
                clauses.push_str(&format!(" {words} ({expression})"));
            }
        }
        json!({"name": self.name, "clauses": clauses})
    }
}

impl RowSecurity {
    /// What `meta.hcw` of a configuration declares; none where it says nothing of row-level security.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn of(meta: &Json) -> Result<Option<RowSecurity>, String> {
        let switch = meta.get("row_level_security");
        let listed = meta.get("policies");
        if switch.is_none() && listed.is_none() {
            return Ok(None);
        }
        let forced = match switch {
            None | Some(Json::Bool(true)) => false,
            Some(Json::String(word)) if word == "forced" => true,
            _ => return Err("`row_level_security` is `true` or `forced`".to_owned()),
        };
        let policies: Vec<Policy> = match listed {
            None => Vec::new(),
            Some(listed) => serde_json::from_value(listed.clone())
                .map_err(|error| format!("`policies` cannot be read: {error}"))?,
        };
        if let Some(problem) = policies.iter().find_map(Policy::problem) {
            return Err(problem);
        }
        let mut names: Vec<&str> = policies.iter().map(|policy| policy.name.as_str()).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("the policy `{}` is declared twice", twice[0]));
        }
        Ok(Some(RowSecurity { policies, forced }))
    }

    /// The statement that makes a table's row-level security the declared one.
    pub(crate) fn statement(&self, relation: &RelationName) -> String {
        let text = include_str!("policy/apply.sql");
        let body = text.find("do $hcw$").map_or(text, |start| &text[start..]);
        body.trim_end()
            .trim_end_matches(';')
            .replace("{relation}", &quote_literal(&relation.in_schema()))
            .replace("{is_forced}", &self.forced.to_string())
            .replace("{policies}", &quote_literal(&self.listed()))
    }

    /// The policies as JSON that may stand within `$hcw$`.
    fn listed(&self) -> String {
        let policies: Vec<Json> = self.policies.iter().map(Policy::as_json).collect();
        json!(policies).to_string().replace('$', "\\u0024")
    }

    /// The same as a value, for the query that looks for drift.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.policies
            .iter()
            .map(|policy| policy.name.as_str())
            .collect()
    }

    /// Whether the owner is under the policies, too.
    pub(crate) fn is_forced(&self) -> bool {
        self.forced
    }
}

/// What a node declares; none for one that declares nothing, or wrongly.
pub(crate) fn declared(node: &Node) -> Option<RowSecurity> {
    let meta = node.config.get("meta")?.get("hcw")?;
    RowSecurity::of(meta).ok().flatten()
}

/// # Errors
/// HCW0111 for what cannot be read, and for policies on what is no table.
pub(crate) fn check(project: &Project, node: &Node) -> Result<(), Diagnostic> {
    let Some(meta) = node.config.get("meta").and_then(|meta| meta.get("hcw")) else {
        return Ok(());
    };
    let wrong = |message: String| {
        let location = node.patched_at.clone();
        Diagnostic::error(Code::ConfigInvalid, format!("`{}`: {message}", node.name))
            .at(location.unwrap_or_else(|| node.file.at(0..0)))
    };
    let found = RowSecurity::of(meta).map_err(|message| {
        wrong(message).help(
            "as in `{name: own_ward, for: select, to: [nurse], using: \"ward = current_user\"}`",
        )
    })?;
    let materialization = Materialization::of(project, node)?;
    let name = materialization.name();
    if found.is_some() && NOT_TABLES.contains(&name) {
        return Err(wrong(format!(
            "PostgreSQL has row-level security on tables only, and this is a {}",
            name.replace('_', " ")
        ))
        .help("declare it on the tables that it reads, or materialize it as a table"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(meta: Json) -> String {
        RowSecurity::of(&meta).expect_err("is refused")
    }

    #[test]
    fn policies_have_the_words_of_create_policy() {
        let meta = json!({"row_level_security": "forced", "policies": [
            {"name": "own", "as": "restrictive", "for": "select", "to": ["Nurse", "PUBLIC"], "using": "true"},
            {"name": "all", "using": "a = '$'", "with_check": "b"},
        ]});
        let found = RowSecurity::of(&meta).expect("is read").expect("is some");
        assert!(found.is_forced());
        let clauses: Vec<Json> = found.policies.iter().map(Policy::as_json).collect();
        assert_eq!(
            clauses[0]["clauses"],
            "as restrictive for select to \"Nurse\", public using (true)"
        );
        assert_eq!(
            clauses[1]["clauses"],
            "as permissive for all to public using (a = '$') with check (b)"
        );
        assert!(!found.listed().contains('$'));
        assert_eq!(RowSecurity::of(&json!({"publish": "in_place"})), Ok(None));
    }

    #[test]
    fn what_postgresql_would_refuse_is_refused() {
        let one = |policy: Json| problem(json!({"policies": [policy]}));
        assert!(one(json!({"name": "a"})).contains("neither"));
        assert!(one(json!({"name": "a", "for": "insert", "using": "true"})).contains("with_check"));
        assert!(one(json!({"name": "a", "for": "select", "with_check": "true"})).contains("not"));
        assert!(one(json!({"name": "a", "rolls": "x", "using": "true"})).contains("rolls"));
        assert!(problem(json!({"row_level_security": "off"})).contains("forced"));
        let twice = json!({"name": "a", "using": "true"});
        assert!(problem(json!({"policies": [twice, twice]})).contains("twice"));
    }
}
