//! `show`: the first rows of a query. Rows are what the user asked for, so they go to stdout and nowhere else.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use hcw_core::analyse::analyse;
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::operation;
use hcw_core::project::NodeKind;
use serde_json::{Map, Value as Json, json};
use tokio_postgres::SimpleQueryMessage;
use tokio_postgres::types::Type;

use super::build;
use super::compile::{self, with_inline_selected};
use crate::args::{Flags, LogLevel};
use crate::artifacts::run_results;
use crate::db::live::compile_late;
use crate::db::redact::ServerError;
use crate::report::{Event, Reporter};
use crate::selection::{deferral, selected};
use crate::session::{Problems, Session};
use crate::{db, exit_code};

/// Runs the query of one selected model, or an inline one.
pub(crate) async fn run(
    session: &Session,
    flags: &Flags,
    reporter: &Reporter,
) -> Result<u8, Problems> {
    let (session, flags) = (&session.with_inline(flags), &with_inline_selected(flags));
    let started = Instant::now();
    let resolved = session.resolve(reporter)?;
    build::found(&resolved, reporter);
    let selected = selected(session, &resolved, flags, reporter)?;
    resolved.note_selected(selected.iter());
    let wanted: BTreeSet<_> = selected
        .into_iter()
        .filter(|id| {
            let node = resolved.project().nodes.get(id);
            node.is_some_and(|node| {
                matches!(
                    node.kind,
                    NodeKind::Model | NodeKind::Seed | NodeKind::Snapshot | NodeKind::Analysis
                )
            })
        })
        .collect();
    let mut ids = wanted.iter();
    let (Some(id), None) = (ids.next(), ids.next()) else {
        return Err(vec![
            Diagnostic::error(
                Code::Usage,
                format!("`show` prints one model, and {} are selected", wanted.len()),
            )
            .help("name it: `hcw show --select <model>`"),
        ]);
    };
    let connection = session.connection().await?;
    let mut client = session.connect(&connection).await?;
    let state = Arc::new(build::state(&client, &resolved).await?);
    let mut resolved = resolved;
    if let Some(other) = deferral(session, &resolved, flags, reporter)? {
        let relations = &resolved.rendered.relations;
        let favours = flags.switch("favor_state");
        resolved.deferral = other.choose(relations, &state, &wanted, &BTreeSet::new(), favours);
    }
    let relation = resolved.rendered.relations.get(id).cloned();
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
    let compiled = analysed.compiled[id].clone();
    let query = match (&relation, compiled.sql.is_empty()) {
        (Some(relation), true) => format!("select * from {}", relation.in_schema()),
        _ => compiled.sql.trim_end().to_owned(),
    };
    let limit = u64::try_from(flags.limit).ok();
    let statement = operation::show_query(&analysed.resolved, id, &query, limit)
        .map_err(|problem| vec![*problem])?;
    let lead = statement.find(&query).unwrap_or_default();
    let pid: i32 = client
        .query_one("select pg_backend_pid()", &[])
        .await
        .map_err(|error| vec![db::state::failure(&error, "")])?
        .get(0);
    let result = tokio::select! {
        result = described(&client, &statement) => result,
        _ = tokio::signal::ctrl_c() => {
            reporter.line("interrupted: cancelling the query");
            let control = session.connect(&connection).await?;
            control
                .execute("select pg_cancel_backend($1)", &[&pid])
                .await
                .map_err(|error| vec![db::state::failure(&error, "")])?;
            return Ok(exit_code::FAILURE);
        }
    };
    let (types, messages) = result.map_err(|error| {
        let diagnostic = db::state::failure(&error, &statement);
        let offset = ServerError::new(&error, &statement)
            .and_then(|error| error.position)
            .and_then(|position| {
                let characters = usize::try_from(position).ok()?.checked_sub(1)?;
                let (offset, _) = statement.char_indices().nth(characters)?;
                Some(offset)
            });
        let within = offset.and_then(|offset| offset.checked_sub(lead));
        let location = within.and_then(|offset| compiled.template_location(offset));
        vec![match location {
            Some(location) => diagnostic.at(location),
            None => diagnostic,
        }]
    })?;
    let result = compile::result(&analysed.resolved, id, Some(statement));
    let ended_at = jiff::Timestamp::now();
    let result = run_results::timed(result, started.elapsed(), ended_at);
    run_results::write(session, vec![result], started.elapsed()).map_err(|error| vec![error])?;
    let analysed =
        compile::write_manifest(session, flags, analysed).map_err(|error| vec![error])?;
    let rows = as_objects(&messages, &types);
    let name = &analysed.resolved.project().nodes[id].name;
    let text = match (reporter.is_json(), flags.inline.is_some()) {
        (true, true) => format!("{:#}", json!({"show": rows})),
        (true, false) => format!("{:#}", json!({"node": name, "show": rows})),
        (false, _) => as_table(&messages, &types).trim_end().to_owned(),
    };
    let event = Event::new("ShowNode", "Q041", LogLevel::Info, text)
        .with("node_name", name.as_str())
        .with("preview", Json::Array(rows).to_string())
        .with("is_inline", flags.inline.is_some());
    reporter.shown(&event);
    Ok(exit_code::SUCCESS)
}

/// How a column's values are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Number,
    Boolean,
    Moment,
}

/// The forms of a query's columns, and its rows as texts.
async fn described(
    client: &tokio_postgres::Client,
    statement: &str,
) -> Result<(Vec<Form>, Vec<SimpleQueryMessage>), tokio_postgres::Error> {
    let prepared = client.prepare(statement).await?;
    let forms = prepared
        .columns()
        .iter()
        .map(|column| match *column.type_() {
            Type::INT2 | Type::INT4 | Type::INT8 | Type::FLOAT4 | Type::FLOAT8 | Type::NUMERIC => {
                Form::Number
            }
            Type::BOOL => Form::Boolean,
            Type::TIMESTAMP | Type::TIMESTAMPTZ => Form::Moment,
            _ => Form::Text,
        });
    Ok((forms.collect(), client.simple_query(statement).await?))
}

/// The rows as JSON objects; numbers and booleans as such, all else as text.
fn as_objects(messages: &[SimpleQueryMessage], forms: &[Form]) -> Vec<Json> {
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    rows.map(|row| {
        let cells = row.columns().iter().enumerate().map(|(position, column)| {
            let value = row
                .get(position)
                .map_or(Json::Null, |text| match forms.get(position) {
                    Some(Form::Boolean) => Json::Bool(text == "t"),
                    Some(Form::Number) => {
                        serde_json::from_str(text).unwrap_or_else(|_| Json::from(text))
                    }
                    Some(Form::Moment) => Json::from(iso(text)),
                    _ => Json::from(text),
                });
            (column.name().to_owned(), value)
        });
        Json::Object(cells.collect::<Map<String, Json>>())
    })
    .collect()
}

/// A moment as Python's `isoformat` has it: a fraction has six digits, an offset its minutes.
fn iso(text: &str) -> String {
    let Some((day, time)) = text.split_once(' ') else {
        return text.to_owned();
    };
    let (clock, offset) = time.split_at(time.find(['+', '-']).unwrap_or(time.len()));
    let clock = match clock.split_once('.') {
        Some((seconds, fraction)) => format!("{seconds}.{fraction:0<6}"),
        None => clock.to_owned(),
    };
    let minutes = if offset.len() == 3 { ":00" } else { "" };
    format!("{day}T{clock}{offset}{minutes}")
}

/// A table of bars, numbers to the right.
fn as_table(messages: &[SimpleQueryMessage], forms: &[Form]) -> String {
    let mut lines: Vec<Vec<String>> = Vec::new();
    for message in messages {
        match message {
            SimpleQueryMessage::RowDescription(columns) => lines.push(
                columns
                    .iter()
                    .map(|column| column.name().to_owned())
                    .collect(),
            ),
            SimpleQueryMessage::Row(row) => lines.push(
                (0..row.len())
                    .map(|position| cell(row.get(position), forms.get(position)))
                    .collect(),
            ),
            _ => {}
        }
    }
    let count = lines.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let widths = lines.iter().map(|line| line[column].chars().count());
        widths.max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut text = String::new();
    for (position, line) in lines.iter().enumerate() {
        let cells: Vec<String> = line
            .iter()
            .enumerate()
            .map(|(column, cell)| match forms.get(column) {
                Some(Form::Number) => format!("{cell:>width$}", width = widths[column]),
                _ => format!("{cell:<width$}", width = widths[column]),
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

fn cell(value: Option<&str>, form: Option<&Form>) -> String {
    match (value, form) {
        (None, _) => String::new(),
        (Some("t"), Some(Form::Boolean)) => "True".to_owned(),
        (Some("f"), Some(Form::Boolean)) => "False".to_owned(),
        (Some(text), _) => text.replace('\n', "\\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::iso;

    #[test]
    fn moments_are_those_of_python() {
        assert_eq!(iso("2024-01-02 03:04:05"), "2024-01-02T03:04:05");
        assert_eq!(
            iso("2024-01-02 03:04:05.25+02"),
            "2024-01-02T03:04:05.250000+02:00"
        );
        assert_eq!(
            iso("2024-01-02 03:04:05-03:30"),
            "2024-01-02T03:04:05-03:30"
        );
        assert_eq!(iso("infinity"), "infinity");
    }
}
