//! Runs a node's materialization: its statements are recorded, or run on a live warehouse.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::{Materialization, Operation};
use crate::analyse::{Analysed, Compiled, Unit};
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::{Access, NodeContext, Relation, Value, from_json};
use crate::manifest::used_by;
use crate::message::Message;
use crate::project::{Node, NodeKind, config};
use crate::render::{config_of, facts_of};
use crate::seed::SeedData;

/// What a materialization has done or will do.
#[derive(Debug, Default)]
pub(crate) struct Built {
    /// What was recorded, in order; nothing on a live warehouse.
    pub(crate) operations: Vec<Operation>,
    /// The statement that makes the node.
    pub(crate) main: Option<String>,
    /// The command tag that it ended with, and its row count, where it has run.
    pub(crate) response: Option<(String, Option<u64>)>,
    /// The table that the statement `main` fetched: not known yet where it was recorded.
    pub(crate) answer: Option<Value>,
    /// What `log` and `warn` said.
    pub(crate) messages: Vec<Message>,
    /// Ids of the macros that the materialization itself called: in dbt a test and a function then depend on them.
    pub(crate) macros: Vec<String>,
}

/// A materialization that failed, with what it had come to.
#[derive(Debug)]
pub(crate) struct Unbuilt {
    /// Why.
    pub(crate) problem: Box<Diagnostic>,
    /// The statement that was to make the node, when it came to that.
    pub(crate) main: Option<String>,
    /// What `log` and `warn` had said.
    pub(crate) messages: Vec<Message>,
}

impl From<Diagnostic> for Unbuilt {
    fn from(problem: Diagnostic) -> Unbuilt {
        Unbuilt {
            problem: Box::new(problem),
            main: None,
            messages: Vec::new(),
        }
    }
}

impl From<Unbuilt> for Diagnostic {
    fn from(unbuilt: Unbuilt) -> Diagnostic {
        *unbuilt.problem
    }
}

/// Runs a node's materialization.
///
/// # Errors
/// Codes of templates (03xx), HCW0806 for seeds, and what the server refuses.
pub(crate) fn build(
    analysed: &Analysed,
    node: &Node,
    compiled: &Compiled,
    access: Access,
    unit: Option<&Unit>,
) -> Result<Built, Unbuilt> {
    let project = analysed.resolved.project();
    let Some(Materialization::Macro(name)) = &compiled.materialization else {
        return Ok(Built::default());
    };
    let relation = analysed.resolved.place(&node.id).cloned();
    let relation = relation.unwrap_or_else(|| project.placeholder(node));
    let rows = match name.as_str() {
        "seed" => Some(seed_rows(analysed, node)?),
        _ => None,
    };
    let this = Relation::new(relation, None);
    let mut model = facts_of(project, node, &this, &compiled.foreign_key_targets, unit);
    for (name, fact) in used_by(&analysed.resolved, node) {
        model[name] = fact;
    }
    model["compiled_code"] = Json::String(compiled.sql.clone());
    model["compiled_sql"] = Json::String(compiled.sql.clone());
    model["compiled"] = Json::Bool(true);
    let sql = Value::from(compiled.sql.clone());
    let other = analysed.resolved.deferral.relations.get(&node.id).cloned();
    let other = other.map(|other| Relation::new(other, None).into_value());
    let context = Arc::new(NodeContext {
        extra: vec![
            ("defer_relation", other.unwrap_or(Value::from(()))),
            ("sql", sql.clone()),
            ("compiled_code", sql),
            ("database", Value::from(this.parts.database.clone())),
            ("schema", Value::from(this.parts.schema.clone())),
            ("pre_hooks", hooks(node, "pre-hook")),
            ("post_hooks", hooks(node, "post-hook")),
        ],
        this: Some(this),
        model: Arc::new(model),
        config: config_of(node, unit),
        overrides: unit.and_then(|unit| unit.overrides.clone()),
        root_config: node.root_config.clone(),
        execute: true,
        access: access.clone(),
        seed: rows,
        ..NodeContext::new(
            &project.shared,
            unit.map_or(&analysed.names, |unit| &unit.names),
            project.engine.scope(&node.package),
        )
    });
    let called = project.engine.call_materialization(name, &context);
    if access.gave_up() {
        return Ok(Built::default());
    }
    if let Err(mut diagnostic) = called {
        // the first problem is the one to tell; the connection is thrown away when this fails too
        let _failed = access.roll_back();
        if let Some((text, offset)) = access.refused() {
            place(&mut diagnostic, compiled, &text, offset);
        }
        if diagnostic.location.is_none() {
            diagnostic = diagnostic.at(node.file.at(0..0));
        }
        let captured = context.captured().clone();
        return Err(Unbuilt {
            problem: Box::new(diagnostic),
            main: captured.main,
            messages: captured.messages,
        });
    }
    access.commit().map_err(|error| {
        Diagnostic::error(Code::SqlFailed, error.to_string()).at(node.file.at(0..0))
    })?;
    let answer = context.stored_results().get("main").cloned();
    let captured = context.captured().clone();
    let mut operations = access.into_recorded();
    let query = compiled.sql.trim();
    let lead = compiled.sql.len() - compiled.sql.trim_start().len();
    for operation in &mut operations {
        if let Operation::Run(statement) = operation
            && !query.is_empty()
            && let Some(found) = statement.sql.find(query)
        {
            // positions are those in the compiled SQL, white space before the query included
            statement.query = (found.checked_sub(lead)).map(|start| start..found + query.len());
        }
    }
    Ok(Built {
        operations,
        main: captured.main,
        response: captured.response.map(|response| {
            let rows = response.get_attr("rows_affected").ok();
            (
                response.to_string(),
                rows.and_then(|rows| u64::try_from(rows).ok()),
            )
        }),
        answer: answer.and_then(|result| result.get_attr("table").ok()),
        messages: captured.messages,
        macros: match node.kind {
            NodeKind::Function | NodeKind::GenericTest(_) | NodeKind::SingularTest => {
                captured.macros
            }
            _ => Vec::new(),
        },
    })
}

/// A seed's columns with their types, and its rows unless `--empty` asks for none.
fn seed_rows(analysed: &Analysed, node: &Node) -> Result<Arc<SeedData>, Diagnostic> {
    let mut seed = analysed.seed(node)?;
    if analysed.resolved.project().settings().reads_nothing() {
        Arc::make_mut(&mut seed).rows.clear();
    }
    Ok(seed)
}

/// An error of the server, at the place of the template that made the text it points at.
fn place(diagnostic: &mut Diagnostic, compiled: &Compiled, text: &str, offset: usize) {
    let query = compiled.sql.trim();
    let lead = compiled.sql.len() - compiled.sql.trim_start().len();
    let within = text
        .find(query)
        .filter(|start| (*start..start + query.len()).contains(&offset))
        .map(|start| offset - start + lead);
    if let Some(location) = within.and_then(|offset| compiled.template_location(offset))
        && let Some(called) = diagnostic.location.replace(location)
    {
        diagnostic.related.push(("run by".to_owned(), called));
    }
}

/// A node's hooks as `run_hooks` takes them: text, and whether they run in the node's transaction.
fn hooks(node: &Node, key: &str) -> Value {
    let listed: Vec<Json> = match node.config.get(key) {
        Some(Json::Array(hooks)) => hooks.clone(),
        Some(Json::Null) | None => Vec::new(),
        Some(single) => vec![single.clone()],
    };
    let hooks: Vec<Json> = listed
        .into_iter()
        .enumerate()
        .map(|(index, hook)| {
            // `before_begin(…)` and its kin leave a mapping written as JSON
            let parsed = match &hook {
                Json::String(text) => serde_json::from_str::<Json>(text)
                    .ok()
                    .filter(Json::is_object),
                _ => None,
            };
            let hook = parsed.unwrap_or(hook);
            let sql = match &hook {
                Json::String(text) => text.clone(),
                other => other
                    .get("sql")
                    .and_then(Json::as_str)
                    .unwrap_or_default()
                    .to_owned(),
            };
            let transaction = hook
                .as_object()
                .and_then(|hook| config::flag(hook, "transaction"))
                .unwrap_or(true);
            json!({"sql": sql, "transaction": transaction, "index": index})
        })
        .collect();
    from_json(Json::Array(hooks))
}
