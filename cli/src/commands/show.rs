//! `show`: the first rows of a query. Rows are what the user asked for, so they go to stdout and nowhere else.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use hcw_core::analyse::{Analysed, Compiled, analyse};
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::graph::Resolved;
use hcw_core::operation::{self, Preview};
use hcw_core::project::{Node, NodeKind, UniqueId};
use hcw_core::warehouse::QueryResult;
use serde_json::{Value as Json, json};
use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

use super::build;
use super::compile::{self, with_inline_selected};
use crate::args::{Flags, LogLevel};
use crate::artifacts::run_results;
use crate::db::live::{self, compile_late};
use crate::db::redact::ServerError;
use crate::report::{Event, Reporter};
use crate::selection::{deferral, selected};
use crate::session::{Problems, Session};
use crate::{db, exit_code};

/// Runs the queries of the nodes that the selection names, or an inline one.
pub(crate) async fn run(
    session: &Session,
    flags: &Flags,
    reporter: &Reporter,
) -> Result<u8, Problems> {
    if flags.select.is_empty() && flags.inline.is_none() {
        return Err(vec![
            Diagnostic::error(
                Code::Usage,
                "Either --select or --inline must be passed to show",
            )
            .help("name a node: `hcw show --select <model>`"),
        ]);
    }
    let (session, flags) = (&session.with_inline(flags), &with_inline_selected(flags));
    let started = Instant::now();
    let resolved = session.resolve(reporter)?;
    build::found(&resolved, reporter);
    let selected = selected(session, &resolved, flags, reporter)?;
    resolved.note_selected(selected.iter());
    let wanted = named(selected, &resolved, flags);
    if wanted.is_empty() {
        return Err(vec![
            Diagnostic::error(Code::Usage, "`show` prints a node, and none is selected")
                .help("name it: `hcw show --select <model>`"),
        ]);
    }
    let connection = session.connection().await?;
    let mut client = session.connect(&connection).await?;
    let state = Arc::new(build::state(&client, &resolved, false).await?);
    let mut resolved = resolved;
    if let Some(other) = deferral(session, &resolved, flags, reporter)? {
        let relations = &resolved.rendered.relations;
        let favours = flags.switch("favor_state");
        resolved.deferral = other.choose(relations, &state, &wanted, &BTreeSet::new(), favours);
    }
    let mut analysed = analyse(resolved, &state, &wanted);
    if analysed.failed.is_empty() && !analysed.late.is_empty() {
        let voice = session.voice(&analysed.resolved, "master", reporter)?;
        let (compiled, returned) = compile_late(analysed, client, voice).await?;
        analysed = compiled;
        client = match returned {
            Some(client) => client,
            None => session.connect(&connection).await?,
        };
    }
    if !analysed.failed.is_empty() {
        return Err(analysed.failed.into_values().collect());
    }
    let pid: i32 = client
        .query_one("select pg_backend_pid()", &[])
        .await
        .map_err(|error| vec![db::state::failure(&error, "")])?
        .get(0);
    let mut results = Vec::new();
    let mut previews = Vec::new();
    for id in &wanted {
        let statement = statement(&analysed, id, flags)?;
        let result = tokio::select! {
            result = described(&client, &statement) => result,
            _ = crate::execute::interruption() => {
                reporter.line("interrupted: cancelling the query");
                let control = session.connect(&connection).await?;
                control
                    .execute("select pg_cancel_backend($1)", &[&pid])
                    .await
                    .map_err(|error| vec![db::state::failure(&error, "")])?;
                return Ok(exit_code::FAILURE);
            }
        };
        let preview =
            result.map_err(|error| vec![refused(&error, &statement, &analysed.compiled[id])])?;
        let rows = preview.objects.len();
        let result = compile::result(&analysed.resolved, id, Some(statement))
            .with_response(&format!("SELECT {rows}"), u64::try_from(rows).ok());
        let ended_at = jiff::Timestamp::now();
        results.push(run_results::timed(result, started.elapsed(), ended_at));
        previews.push((id, preview));
    }
    run_results::write(session, results, started.elapsed()).map_err(|error| vec![error])?;
    let analysed =
        compile::write_manifest(session, flags, analysed).map_err(|error| vec![error])?;
    for (id, preview) in previews {
        let node = &analysed.resolved.project().nodes[id];
        reporter.shown(&shown(node, &preview, flags, reporter));
    }
    Ok(exit_code::SUCCESS)
}

/// The nodes to show: of several that are selected those that the first word of the selection names, as in dbt, or all
/// where it names none.
fn named(selected: BTreeSet<UniqueId>, resolved: &Resolved, flags: &Flags) -> BTreeSet<UniqueId> {
    let nodes = &resolved.project().nodes;
    let has_query = |id: &UniqueId| {
        let kind = nodes.get(id).map(|node| &node.kind);
        kind.is_some_and(|kind| *kind != NodeKind::Function)
    };
    let shown: BTreeSet<_> = selected.into_iter().filter(has_query).collect();
    let is_named = |id: &&UniqueId| {
        let words = flags.select.first();
        let word = words.and_then(|words| words.split_whitespace().next());
        word.is_some_and(|word| word.contains(&nodes[*id].name))
    };
    let named: BTreeSet<_> = shown.iter().filter(is_named).cloned().collect();
    if named.is_empty() {
        let is_test = |id: &UniqueId| nodes[id].is_test();
        return shown.into_iter().filter(|id| !is_test(id)).collect();
    }
    named
}

/// What is sent for a node: its query, or its rows where it has none, as many as asked for.
fn statement(analysed: &Analysed, id: &UniqueId, flags: &Flags) -> Result<String, Problems> {
    let query = query(analysed, id);
    let limit = u64::try_from(flags.limit).ok();
    operation::show_query(&analysed.resolved, id, &query, limit).map_err(|problem| vec![*problem])
}

fn query(analysed: &Analysed, id: &UniqueId) -> String {
    let sql = &analysed.compiled[id].sql;
    match analysed.resolved.rendered.relations.get(id) {
        Some(relation) if sql.is_empty() => format!("select * from {}", relation.in_schema()),
        _ => sql.trim_end().to_owned(),
    }
}

/// What the server refuses, at its place in the template.
fn refused(error: &tokio_postgres::Error, statement: &str, compiled: &Compiled) -> Diagnostic {
    let diagnostic = db::state::failure(error, statement);
    let offset = ServerError::new(error, statement)
        .and_then(|error| error.position)
        .and_then(|position| live::byte_offset(statement, position));
    let lead = statement.find(compiled.sql.trim_end()).unwrap_or_default();
    let within = offset.and_then(|offset| offset.checked_sub(lead));
    match within.and_then(|offset| compiled.template_location(offset)) {
        Some(location) => diagnostic.at(location),
        None => diagnostic,
    }
}

/// The event that shows rows.
fn shown(node: &Node, preview: &Preview, flags: &Flags, reporter: &Reporter) -> Event {
    let is_inline = flags.inline.is_some();
    let name = match &node.properties.version {
        Some(version) => format!("{}.v{}", node.name, version),
        None => node.name.clone(),
    };
    let rows = Json::from(preview.objects.clone());
    let rows_as_text = rows.to_string();
    let text = match (reporter.is_json(), is_inline) {
        (true, true) => format!("{:#}", json!({"show": rows})),
        (true, false) => format!("{:#}", json!({"node": name, "show": rows})),
        (false, _) => {
            let heading = match is_inline {
                _ if flags.log.quiet => String::new(),
                true => "Previewing inline node:\n".to_owned(),
                false => format!("Previewing node '{name}':\n"),
            };
            format!("{heading}{}", as_table(preview).trim_end())
        }
    };
    Event::new("ShowNode", "Q041", LogLevel::Info, text)
        .with("node_name", name)
        .with("preview", rows_as_text)
        .with("is_inline", is_inline)
        .with("unique_id", node.id.as_str())
}

/// The rows of a query, with their types.
async fn described(
    client: &tokio_postgres::Client,
    statement: &str,
) -> Result<Preview, tokio_postgres::Error> {
    let prepared = client.prepare(statement).await?;
    let messages = client.simple_query(statement).await?;
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let texts = |row: &SimpleQueryRow| {
        let cells = (0..row.len()).map(|column| row.get(column).map(str::to_owned));
        cells.collect()
    };
    Ok(Preview::of(&QueryResult {
        columns: live::columns(&prepared),
        rows: rows.map(texts).collect(),
        ..QueryResult::default()
    }))
}

/// A table of bars, texts to the left.
fn as_table(preview: &Preview) -> String {
    let lines: Vec<&Vec<String>> = std::iter::once(&preview.names)
        .chain(&preview.cells)
        .collect();
    let width = |column: usize| {
        let widths = lines.iter().map(|line| line[column].chars().count());
        widths.max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..preview.names.len()).map(width).collect();
    let mut text = String::new();
    for (position, line) in lines.iter().enumerate() {
        let cells: Vec<String> = line
            .iter()
            .enumerate()
            .map(|(column, cell)| match preview.is_text[column] {
                false => format!("{cell:>width$}", width = widths[column]),
                true => format!("{cell:<width$}", width = widths[column]),
            })
            .collect();
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
        if position == 0 {
            let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            text.push_str(&format!("| {} |\n", rules.join(" | ")));
        }
    }
    text
}
