//! `query-comment`: what stands before or after each statement, so that a server's log tells who sent it.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::analyse::final_names;
use crate::diagnostic::{Code, Diagnostic};
use crate::graph::Resolved;
use crate::jinja::{Access, Names, Relation, has_template};
use crate::operation::context_with;
use crate::project::UniqueId;
use crate::render::facts;

/// A comment with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryComment {
    /// The text, without the marks of a comment.
    pub text: String,
    /// Whether it stands behind the statement.
    pub is_appended: bool,
}

impl QueryComment {
    /// The statement with the comment.
    pub fn on(&self, sql: &str) -> String {
        let text = self.text.trim();
        if !self.is_appended {
            return format!("{}{sql}", self.before());
        }
        match sql.trim_end().strip_suffix(';') {
            Some(sql) => format!("{sql}\n/* {text} */;"),
            None => format!("{}\n/* {text} */", sql.trim_end()),
        }
    }

    /// What it puts before a statement.
    pub fn before(&self) -> String {
        if self.is_appended {
            String::new()
        } else {
            format!("/* {} */\n", self.text.trim())
        }
    }
}

/// The project's comments.
#[derive(Debug)]
pub struct QueryComments<'run> {
    resolved: &'run Resolved,
    names: Arc<dyn Names>,
    wish: Wish,
    is_appended: bool,
}

/// What the project asks for.
#[derive(Debug)]
enum Wish {
    /// dbt's own.
    Standard,
    /// A text, or a template.
    Text(String),
    Nothing,
}

impl QueryComments<'_> {
    /// Reads `query-comment:` of dbt_project.yml.
    pub fn of(resolved: &Resolved) -> QueryComments<'_> {
        let configured = resolved.project().file().query_comment.as_ref();
        let text = |text: &Json| match text.as_str() {
            Some(text) if !text.is_empty() => Wish::Text(text.to_owned()),
            _ => Wish::Nothing,
        };
        let (wish, is_appended) = match configured.map(crate::yaml::Node::to_json) {
            None => (Wish::Standard, false),
            Some(Json::Object(entries)) => {
                let is_appended = entries.get("append").and_then(Json::as_bool);
                let wish = entries.get("comment").map_or(Wish::Standard, text);
                (wish, is_appended.unwrap_or_default())
            }
            Some(other) => (text(&other), false),
        };
        QueryComments {
            resolved,
            names: final_names(resolved),
            wish,
            is_appended,
        }
    }

    /// The comment of a node's statements; of the run's own where there is no node.
    ///
    /// # Errors
    /// HCW0111 for a text that would end the comment, and codes of templates (03xx).
    pub fn comment(
        &self,
        id: Option<&UniqueId>,
        connection_name: &str,
    ) -> Result<Option<QueryComment>, Diagnostic> {
        let text = match &self.wish {
            Wish::Nothing => return Ok(None),
            Wish::Standard => standard(self.resolved, id, connection_name),
            Wish::Text(text) if !has_template(text) => text.clone(),
            Wish::Text(text) => self
                .rendered(text, id, connection_name)
                .map_err(|problem| self.placed(problem))?,
        };
        if text.contains("*/") {
            let problem = Diagnostic::error(
                Code::ConfigInvalid,
                format!("query comment contains illegal value \"*/\": {text}"),
            )
            .help("it would end the comment in the middle");
            return Err(self.placed(problem));
        }
        let is_appended = self.is_appended;
        Ok((!text.trim().is_empty()).then_some(QueryComment { text, is_appended }))
    }

    fn placed(&self, problem: Diagnostic) -> Diagnostic {
        let file = self.resolved.project().file();
        match (&problem.location, &file.query_comment) {
            (None, Some(node)) => problem.at(file.file.at(node.range.clone())),
            _ => problem,
        }
    }

    fn rendered(
        &self,
        template: &str,
        id: Option<&UniqueId>,
        connection_name: &str,
    ) -> Result<String, Diagnostic> {
        let project = self.resolved.project();
        let node = id.and_then(|id| project.nodes.get(id));
        let node = match node {
            Some(node) => {
                let relation = self.resolved.rendered.relations.get(&node.id).cloned();
                let relation = relation.unwrap_or_else(|| project.placeholder(node));
                facts(node, &Relation::new(relation, None), &[])
            }
            None => Json::Null,
        };
        let root = project.file().name.as_str();
        let operation = UniqueId::new("operation", root, "query_comment");
        let extra = [("connection_name", json!(connection_name)), ("node", node)];
        let context = context_with(
            self.resolved,
            &self.names,
            root,
            &operation,
            &extra,
            &Access::None,
        );
        project.engine.render_returned(template, &Arc::new(context))
    }
}

/// dbt's own comment.
fn standard(resolved: &Resolved, id: Option<&UniqueId>, connection_name: &str) -> String {
    let target = &resolved.project().settings().target;
    let last = match id {
        Some(id) => ("node_id", json!(id)),
        None => ("connection_name", json!(connection_name)),
    };
    let entries = [
        ("app", json!("dbt")),
        ("dbt_version", json!(crate::DBT_VERSION)),
        ("profile_name", json!(target.profile_name)),
        ("target_name", json!(target.name)),
        last,
    ];
    let entries = entries
        .iter()
        .map(|(key, value)| format!("\"{key}\": {value}"));
    format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
}
