//! Operations: what runs on a live warehouse for the project as a whole, not for a node: the hooks
//! `on-run-start` and `on-run-end`, and macros called by `run-operation`.

mod catalog;
mod freshness;
mod parsed;
mod preview;

use std::sync::Arc;

pub use catalog::{Catalog, catalog};
pub use freshness::{LoadTimes, load_times};
pub(crate) use parsed::{ParsedHook, parsed};
pub use preview::Preview;
use serde_json::{Map, Value as Json, json};

use crate::analyse::{final_names, published_names};
use crate::diagnostic::{Code, Diagnostic};
use crate::graph::Resolved;
use crate::jinja::{Access, Names, NodeContext, named, records};
use crate::message::Message;
use crate::project::{UniqueId, config};
use crate::source::Location;
use crate::warehouse::Warehouse;

/// When a hook of the project runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookTime {
    /// Before the first step.
    Start,
    /// After the last one, whatever came of it.
    End,
}

impl HookTime {
    /// The key in `dbt_project.yml`.
    pub fn key(self) -> &'static str {
        match self {
            HookTime::Start => "on-run-start",
            HookTime::End => "on-run-end",
        }
    }
}

/// A hook of the project or of a package.
#[derive(Debug, Clone)]
pub struct Hook {
    /// `operation.<package>.<package>-on-run-start-0`
    pub id: UniqueId,
    /// `<package>-on-run-start-0`
    pub name: String,
    /// The package.
    pub package: String,
    /// When it runs.
    pub time: HookTime,
    /// Its position among the package's hooks of that time, from 0.
    pub index: usize,
    /// The template.
    pub template: String,
    /// Where it is written.
    pub location: Location,
}

impl Hook {
    /// `<package>.on-run-start.0`, as lines and results name it.
    pub fn statement_name(&self) -> String {
        format!("{}.{}.{}", self.package, self.time.key(), self.index)
    }
}

/// What came of an operation.
#[derive(Debug, Default)]
pub struct OperationResult {
    /// The statement that was sent, for hooks.
    pub sql: String,
    /// The command tag that it ended with.
    pub message: String,
    /// Rows that it touched.
    pub rows: Option<u64>,
    /// What `log` and `print` said.
    pub messages: Vec<Message>,
}

/// The hooks of all packages that are enabled, the root project's last.
pub fn hooks(resolved: &Resolved, time: HookTime) -> Vec<Hook> {
    let declared = declared_hooks(resolved, time);
    // only a call can switch one off
    if !(declared.iter()).any(|hook| hook.template.contains("config")) {
        return declared;
    }
    let names = published_names(resolved);
    let is_enabled = |hook: &Hook| config::is_enabled(&parsed(resolved, &names, hook).config);
    declared.into_iter().filter(is_enabled).collect()
}

/// The same with those that are not enabled.
pub(crate) fn declared_hooks(resolved: &Resolved, time: HookTime) -> Vec<Hook> {
    let packages = &resolved.project().packages;
    let mut hooks = Vec::new();
    for package in packages.iter() {
        let nodes = match time {
            HookTime::Start => &package.file.on_run_start,
            HookTime::End => &package.file.on_run_end,
        };
        for (index, node) in nodes.iter().enumerate() {
            let Some(template) = node.as_str() else {
                continue;
            };
            let name = format!("{}-{}-{index}", package.name(), time.key());
            hooks.push(Hook {
                id: UniqueId::new("operation", package.name(), &name),
                name,
                package: package.name().to_owned(),
                time,
                index,
                template: template.to_owned(),
                location: package.file.file.at(node.range.clone()),
            });
        }
    }
    hooks
}

/// Why a hook did not succeed.
#[derive(Debug)]
pub enum HookFailure {
    /// Its template failed, or what the template asked the warehouse: as in dbt the whole call ends with it.
    Template(Box<Diagnostic>),
    /// The server refused its statement: as in dbt the hook has failed.
    Statement {
        /// What was sent.
        sql: String,
        /// Why it was refused.
        diagnostic: Box<Diagnostic>,
    },
}

/// Runs a hook. `extra` are the names that only hooks have: `schemas`, `results`.
///
/// # Errors
/// Codes of templates (03xx), and what the server refuses.
pub fn run_hook(
    resolved: &Resolved,
    hook: &Hook,
    extra: &[(&'static str, Json)],
    warehouse: &Arc<dyn Warehouse>,
) -> Result<OperationResult, HookFailure> {
    let access = Access::live(warehouse);
    let names = published_names(resolved);
    let config = parsed(resolved, &names, hook).config;
    let context = Arc::new(NodeContext {
        model: Arc::new(parsed::facts(hook, &config)),
        config,
        ..context_with(resolved, &names, &hook.package, &hook.id, extra, &access)
    });
    let engine = &resolved.project().engine;
    let placed = |diagnostic: Diagnostic| {
        Box::new(match diagnostic.location {
            Some(_) => diagnostic.related("in this hook", hook.location.clone()),
            None => diagnostic.at(hook.location.clone()),
        })
    };
    let rendered = engine.render_text(&hook.template, &context);
    let sql = rendered.map_err(|diagnostic| {
        // the first problem is the one to tell
        let _failed = access.roll_back();
        HookFailure::Template(placed(diagnostic))
    })?;
    let mut result = OperationResult {
        messages: context.captured().messages.clone(),
        message: "OK".to_owned(),
        ..OperationResult::default()
    };
    let refused = |sql: &str, diagnostic: Diagnostic| {
        let _failed = access.roll_back();
        HookFailure::Statement {
            sql: sql.to_owned(),
            diagnostic: placed(diagnostic),
        }
    };
    if !sql.trim().is_empty() {
        let answer = warehouse
            .run(&sql, false)
            .map_err(|refusal| refused(&sql, refusal.diagnostic))?;
        result.message = answer.response.message;
        result.rows = answer.response.rows_affected;
    }
    result.sql = sql;
    match access.commit() {
        Ok(()) => Ok(result),
        Err(error) => Err(refused(
            &result.sql,
            Diagnostic::error(Code::SqlFailed, error.to_string()),
        )),
    }
}

/// Finds the macro that a call names; `package` asks a package for it.
///
/// # Errors
/// HCW0203 for an unknown macro.
pub fn find_macro(
    resolved: &Resolved,
    package: Option<&str>,
    name: &str,
) -> Result<(), Box<Diagnostic>> {
    let project = resolved.project();
    let root = project.file().name.as_str();
    let found = project.engine.macro_definition(root, package, name);
    if found.is_some() {
        return Ok(());
    }
    let shown = match package {
        Some(package) => format!("{package}.{name}"),
        None => name.to_owned(),
    };
    let known = project.engine.macros().map(|known| known.name.as_str());
    Err(Box::new(
        Diagnostic::error(
            Code::UnknownMacro,
            format!("dbt could not find a macro with the name \"{shown}\" in any package"),
        )
        .help("define it under `macros/`")
        .did_you_mean(name, known),
    ))
}

/// The id of a macro's call in run_results.json.
pub fn macro_id(resolved: &Resolved, package: Option<&str>, name: &str) -> UniqueId {
    let root = resolved.project().file().name.as_str();
    UniqueId::new("macro", package.unwrap_or(root), name)
}

/// A call of a macro that failed.
#[derive(Debug)]
pub struct MacroFailure {
    /// Why.
    pub diagnostic: Box<Diagnostic>,
    /// What it said before.
    pub messages: Vec<Message>,
}

/// Calls a macro that there is.
///
/// # Errors
/// Codes of templates (03xx), and what the server refuses.
pub fn run_macro(
    resolved: &Resolved,
    package: Option<&str>,
    name: &str,
    arguments: &Map<String, Json>,
    warehouse: &Arc<dyn Warehouse>,
) -> Result<OperationResult, MacroFailure> {
    let project = resolved.project();
    let root = project.file().name.clone();
    let access = Access::live(warehouse);
    let id = UniqueId::new("operation", &root, name);
    let context = context(resolved, &root, &id, &[], &access);
    let call = if arguments.is_empty() {
        Vec::new()
    } else {
        vec![named(arguments)]
    };
    let called = project.engine.call_macro(package, name, &call, &context);
    let messages = context.captured().messages.clone();
    if let Err(diagnostic) = called {
        // the first problem is the one to tell
        let _failed = access.roll_back();
        let diagnostic = Box::new(diagnostic);
        return Err(MacroFailure {
            diagnostic,
            messages,
        });
    }
    let result = OperationResult {
        messages: messages.clone(),
        message: "OK".to_owned(),
        ..OperationResult::default()
    };
    finish(&access, result).map_err(|diagnostic| MacroFailure {
        diagnostic,
        messages,
    })
}

/// A node's compiled query as `show` runs it: its SQL header first, cut to `limit` rows.
///
/// # Errors
/// Codes of templates (03xx).
pub fn show_query(
    resolved: &Resolved,
    id: &UniqueId,
    compiled: &str,
    limit: Option<u64>,
) -> Result<String, Box<Diagnostic>> {
    let project = resolved.project();
    let node = project.nodes.get(id);
    let root = project.file().name.as_str();
    let package = node.map_or(root, |node| node.package.as_str());
    let header = node.and_then(|node| node.config.get("sql_header"));
    let context = context(resolved, package, id, &[], &Access::None);
    let arguments = Map::from_iter([
        ("compiled_code".to_owned(), Json::from(compiled)),
        ("sql_header".to_owned(), json!(header)),
        ("limit".to_owned(), json!(limit)),
    ]);
    let engine = &project.engine;
    let query = engine.call_macro(None, "get_show_sql", &[named(&arguments)], &context);
    query.map(|query| query.to_string()).map_err(Box::new)
}

fn finish(access: &Access, result: OperationResult) -> Result<OperationResult, Box<Diagnostic>> {
    match access.commit() {
        Ok(()) => Ok(result),
        Err(error) => Err(Box::new(Diagnostic::error(
            Code::SqlFailed,
            error.to_string(),
        ))),
    }
}

/// Ends the transaction of a question, whose answer is known or lost already.
fn finish_quietly(access: &Access) {
    let _nothing_was_changed = access.roll_back();
}

/// The context of an operation.
fn context(
    resolved: &Resolved,
    package: &str,
    id: &UniqueId,
    extra: &[(&'static str, Json)],
    access: &Access,
) -> Arc<NodeContext> {
    Arc::new(context_with(
        resolved,
        &final_names(resolved),
        package,
        id,
        extra,
        access,
    ))
}

/// The same with names that are known already.
pub(crate) fn context_with(
    resolved: &Resolved,
    names: &Arc<dyn Names>,
    package: &str,
    id: &UniqueId,
    extra: &[(&'static str, Json)],
    access: &Access,
) -> NodeContext {
    let project = resolved.project();
    let model = json!({
        "unique_id": id.as_str(),
        "name": id.as_str().rsplit('.').next(),
        "package_name": package,
        "resource_type": "operation",
        "config": {"materialized": "view", "enabled": true},
    });
    NodeContext {
        model: Arc::new(model),
        execute: true,
        access: access.clone(),
        extra: extra
            .iter()
            .map(|(name, value)| (*name, records(value)))
            .collect(),
        ..NodeContext::new(&project.shared, names, project.engine.scope(package))
    }
}
