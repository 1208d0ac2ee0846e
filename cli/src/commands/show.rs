//! `show`: the first rows of a query. Rows are what the user asked for, so they go to stdout and nowhere else.

use hcw_core::analyse::{Analysed, analyse};
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::project::NodeKind;
use serde_json::{Map, Value as Json};
use tokio_postgres::SimpleQueryMessage;

use super::build;
use crate::args::ShowArguments;
use crate::db::redact::ServerError;
use crate::report::Reporter;
use crate::session::{Problems, Session};
use crate::{db, exit_code};

/// Runs the query of one selected model, or an inline one.
pub(crate) async fn run(
    session: &Session,
    arguments: &ShowArguments,
    reporter: &Reporter,
) -> Result<u8, Problems> {
    let session = match &arguments.inline {
        Some(query) => &session.with_inline_model(query),
        None => session,
    };
    let resolved = session.resolve(reporter)?;
    let mut run = arguments.run.clone();
    if arguments.inline.is_some() {
        run.select = vec![Session::INLINE_MODEL.to_owned()];
    }
    let selected = build::selected(&resolved, &run, reporter)?;
    let wanted: std::collections::BTreeSet<_> = selected
        .into_iter()
        .filter(|id| {
            let node = resolved.project().nodes.get(id);
            node.is_some_and(|node| matches!(node.kind, NodeKind::Model | NodeKind::Seed))
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
    let client = session.connect(&connection).await?;
    let state = build::state(&client, &resolved).await?;
    let relation = resolved.rendered.relations.get(id).cloned();
    let (analysed, diagnostics) = analyse(resolved, &state, &wanted);
    let analysed: Analysed = build::passed(analysed, diagnostics, reporter)?;
    let compiled = &analysed.compiled[id];
    let query = match (&relation, compiled.sql.is_empty()) {
        (Some(relation), true) => format!("select * from {}", relation.in_schema()),
        _ => compiled.sql.trim_end().to_owned(),
    };
    let before = "select * from (\n";
    let statement = format!(
        "{before}{query}\n) as model_query limit {}",
        arguments.limit
    );
    let pid: i32 = client
        .query_one("select pg_backend_pid()", &[])
        .await
        .map_err(|error| vec![db::state::failure(&error, "")])?
        .get(0);
    let result = tokio::select! {
        result = client.simple_query(&statement) => result,
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
    let messages = result.map_err(|error| {
        let diagnostic = db::state::failure(&error, &statement);
        let offset = ServerError::new(&error, &statement)
            .and_then(|error| error.position)
            .and_then(|position| {
                let characters = usize::try_from(position).ok()?.checked_sub(1)?;
                let (offset, _) = statement.char_indices().nth(characters)?;
                offset.checked_sub(before.len())
            });
        let location = offset.and_then(|offset| compiled.template_location(offset));
        vec![match location {
            Some(location) => diagnostic.at(location),
            None => diagnostic,
        }]
    })?;
    reporter.data(&if reporter.is_json() {
        as_json(&messages)
    } else {
        as_table(&messages)
    });
    Ok(exit_code::SUCCESS)
}

fn as_json(messages: &[SimpleQueryMessage]) -> String {
    let mut text = String::new();
    for message in messages {
        if let SimpleQueryMessage::Row(row) = message {
            let object: Map<String, Json> = row
                .columns()
                .iter()
                .enumerate()
                .map(|(position, column)| {
                    (
                        column.name().to_owned(),
                        row.get(position).map_or(Json::Null, Json::from),
                    )
                })
                .collect();
            text.push_str(&format!("{}\n", Json::Object(object)));
        }
    }
    text
}

/// Aligned columns as psql prints them.
fn as_table(messages: &[SimpleQueryMessage]) -> String {
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
                    .map(|position| row.get(position).unwrap_or_default().replace('\n', "\\n"))
                    .collect(),
            ),
            _ => {}
        }
    }
    let count = lines.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..count)
        .map(|column| {
            lines
                .iter()
                .map(|line| line[column].chars().count())
                .max()
                .unwrap_or_default()
        })
        .collect();
    let mut text = String::new();
    for (position, line) in lines.iter().enumerate() {
        let cells: Vec<String> = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!(" {cell:<width$} "))
            .collect();
        text.push_str(cells.join("|").trim_end());
        text.push('\n');
        if position == 0 {
            let rules: Vec<String> = widths.iter().map(|width| "-".repeat(width + 2)).collect();
            text.push_str(&rules.join("+"));
            text.push('\n');
        }
    }
    text
}
