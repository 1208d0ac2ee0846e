//! What the server says while files land, as diagnostics without any value of a row.

use hcw_core::diagnostic::{Code, Diagnostic};
use tokio_postgres::error::DbError;

use super::{LandingTable, raw_table};

/// The server refused something for a table.
pub(crate) fn server(
    table: &LandingTable,
    file: Option<&str>,
    error: &tokio_postgres::Error,
) -> Box<Diagnostic> {
    let what = file.map_or_else(String::new, |file| format!("`{file}` into "));
    let mut diagnostic = Diagnostic::error(
        Code::LandingFailed,
        format!(
            "cannot land {what}{}: {}",
            raw_table::relation(table),
            describe(error)
        ),
    )
    .note("nothing of this load was kept");
    let state = error.code().map_or("", |state| state.code());
    let help = match state {
        "53100" => Some("the server's disk is full: make room and load again"),
        "42501" => Some("grant the missing right to the role that hcw connects as"),
        "42809" => Some("a view or another object has the name of the raw table"),
        "42P01" | "3F000" => Some("run `hcw migrate` first"),
        _ => None,
    };
    if let Some(help) = help {
        diagnostic = diagnostic.help(help);
    }
    placed(table, Box::new(diagnostic))
}

/// Adds the place of the source's `location:` to a diagnostic that has none.
pub(crate) fn placed(table: &LandingTable, mut diagnostic: Box<Diagnostic>) -> Box<Diagnostic> {
    if diagnostic.location.is_none() {
        diagnostic.location.clone_from(&table.declared_at);
    }
    diagnostic
}

/// The server's error without any value of a row: SQLSTATE and object names, and the message only
/// where it can speak of nothing but the statement or the server.
pub(crate) fn describe(error: &tokio_postgres::Error) -> String {
    let Some(error) = error.as_db_error() else {
        return if error.is_closed() {
            "the connection was lost".to_owned()
        } else {
            "the conversation with the server failed".to_owned()
        };
    };
    let state = error.code().code();
    // classes whose messages quote data: 22 data, 23 constraints, 44 check option, P0 raised
    let quotes_data = ["22", "23", "44", "P0"]
        .iter()
        .any(|class| state.starts_with(class));
    let mut parts = Vec::new();
    if !quotes_data {
        parts.push(error.message().to_owned());
    }
    parts.push(format!("SQLSTATE {state}"));
    parts.extend(names(error));
    parts.join(", ")
}

fn names(error: &DbError) -> Vec<String> {
    [
        ("schema", error.schema()),
        ("table", error.table()),
        ("column", error.column()),
        ("data type", error.datatype()),
        ("constraint", error.constraint()),
    ]
    .into_iter()
    .filter_map(|(kind, name)| name.map(|name| format!("{kind} `{name}`")))
    .collect()
}
