//! What the server says while files land, as diagnostics without any value of a row.

use hcw_core::diagnostic::{Code, Diagnostic};

use super::{LandingTable, raw_table};
use crate::db::redact::describe;

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
        diagnostic.location = Some(table.landing.declared_at.clone());
    }
    diagnostic
}
