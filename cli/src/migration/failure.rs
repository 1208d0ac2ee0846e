//! What is wrong with migrations, as diagnostics. Nothing here talks to the server.

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::source::SourceFile;
use tokio_postgres::error::ErrorPosition;

use super::file::MigrationFile;
use super::history::Applied;

/// Which of the two histories a migration belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// hcw's own bookkeeping, embedded in the program.
    Bookkeeping,
    /// The project's `migrations/` folder.
    Project,
}

impl Owner {
    /// How to go on when an applied migration does not match its file.
    fn advice(self) -> &'static str {
        match self {
            Owner::Bookkeeping => {
                "the database was prepared by another version of hcw; use that version or a newer one"
            }
            Owner::Project => {
                "restore the file as it was when applied and put the change into a new migration of a higher version"
            }
        }
    }
}

/// An applied migration whose file has changed since.
pub(crate) fn changed(owner: Owner, applied: &Applied, file: &MigrationFile) -> Box<Diagnostic> {
    let what = if applied.name != file.name {
        format!(
            "migration V{} was applied as `{}` but is now named `{}`",
            applied.version, applied.name, file.name
        )
    } else {
        format!(
            "migration V{}__{} was changed after it was applied",
            applied.version, applied.name
        )
    };
    Box::new(
        Diagnostic::error(Code::MigrationChanged, what)
            .at(file.source.at(0..0))
            .note(format!(
                "applied on {}, checksum {}; the file {} now has checksum {}",
                applied.applied_on, applied.checksum, file.source.path, file.checksum
            ))
            .help(owner.advice()),
    )
}

/// An applied migration that has no file any more.
pub(crate) fn missing(owner: Owner, applied: &Applied) -> Box<Diagnostic> {
    let name = format!("V{}__{}", applied.version, applied.name);
    let help = match owner {
        Owner::Bookkeeping => owner.advice().to_owned(),
        Owner::Project => {
            format!("bring back the file `migrations/{name}.sql` as it was when applied")
        }
    };
    Box::new(
        Diagnostic::error(
            Code::MigrationChanged,
            format!("migration {name} was applied but its file is missing"),
        )
        .note(format!(
            "applied on {}, checksum {}",
            applied.applied_on, applied.checksum
        ))
        .help(help),
    )
}

/// A new migration whose version is below one that is already applied.
pub(crate) fn out_of_order(file: &MigrationFile, latest: &Applied) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error(
            Code::MigrationChanged,
            format!(
                "migration V{}__{} is new, but version {} is already applied",
                file.version, file.name, latest.version
            ),
        )
        .at(file.source.at(0..0))
        .note(format!(
            "V{}__{} was applied on {}",
            latest.version, latest.name, latest.applied_on
        ))
        .help(format!(
            "migrations run in the order of their versions: rename it to a version above {}",
            latest.version
        )),
    )
}

/// A migration that the server refused.
pub(crate) fn refused(file: &MigrationFile, error: &tokio_postgres::Error) -> Box<Diagnostic> {
    let mut diagnostic = Diagnostic::error(
        Code::MigrationFailed,
        format!(
            "migration V{}__{} fails: {}",
            file.version,
            file.name,
            describe(error)
        ),
    )
    .note("nothing of this migration was applied");
    let position = error.as_db_error().and_then(|error| error.position());
    diagnostic = match position {
        Some(ErrorPosition::Original(position)) => {
            diagnostic.at(file.source.at(character_range(&file.source, *position)))
        }
        _ => diagnostic.at(file.source.at(0..0)),
    };
    let state = error.code().map(|state| state.code());
    if state == Some("25001") {
        diagnostic = diagnostic
            .help("each migration runs inside a transaction, where this statement is not allowed");
    } else if state == Some("42501") {
        diagnostic = diagnostic.help("grant the missing right to the role that hcw connects as");
    }
    Box::new(diagnostic)
}

/// A failure of the server outside any migration.
pub(crate) fn server(doing: &str, error: &tokio_postgres::Error) -> Box<Diagnostic> {
    let mut diagnostic = Diagnostic::error(
        Code::MigrationFailed,
        format!("{doing}: {}", describe(error)),
    );
    if error.code().map(|state| state.code()) == Some("42501") {
        diagnostic = diagnostic.help(
            "hcw keeps its bookkeeping in the schema `hcw`: grant CREATE on the database to the role, or create the schema for it",
        );
    }
    Box::new(diagnostic)
}

/// The server's error without any value of a row: SQLSTATE, names, and the message where it can
/// only speak of the SQL text itself.
fn describe(error: &tokio_postgres::Error) -> String {
    crate::db::redact::describe(error)
}

/// The byte range of the character that the server points at (1-based, in characters).
fn character_range(source: &SourceFile, position: u32) -> std::ops::Range<usize> {
    let index = usize::try_from(position).unwrap_or(1).saturating_sub(1);
    let mut characters = source.text.char_indices().skip(index);
    let end = source.text.len();
    match characters.next() {
        Some((start, first)) if first.is_alphanumeric() || first == '_' => {
            let word_end = characters
                .find(|(_, character)| !(character.is_alphanumeric() || *character == '_'))
                .map_or(end, |(offset, _)| offset);
            start..word_end
        }
        Some((start, first)) => start..start + first.len_utf8(),
        None => end..end,
    }
}
