//! What may be shown of a server's error. DETAIL and CONTEXT quote rows and are dropped; MESSAGE may
//! quote input, so it passes a filter that depends on the SQLSTATE, never on the server's language.
//!
//! - Constraints, permissions, resources and the like name objects only: kept.
//! - Class 42 (names and syntax): a quoted word is kept when the error points into the statement, or
//!   the word stands in the statement; a cast of data to `regclass` meets neither.
//!   An error inside of a query that a function put together is treated as a raised text.
//! - Class 22 (data) and other classes of the server: quoted and trailing values and numbers become `…`.
//! - Texts of `RAISE`, of other languages and of extensions may hold anything: kept only when the
//!   statement holds the very sentence as a literal.

use std::fmt;

use hcw_core::diagnostic::{Code, Diagnostic};
use tokio_postgres::error::{DbError, ErrorPosition};

/// Stands for what was taken out.
const WITHHELD: &str = "…";
/// Quotation marks of the server's languages; the apostrophe is a letter in some.
const OPENING: [char; 5] = ['"', '“', '„', '«', '»'];
const CLOSING: [char; 5] = ['"', '”', '“', '»', '«'];
/// Words before the name of an object.
const OBJECT_WORDS: [&str; 9] = [
    "column",
    "relation",
    "table",
    "constraint",
    "role",
    "type",
    "function",
    "index",
    "schema",
];

/// A server's error without any row's value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ServerError {
    /// Five characters, for example `23505`.
    pub(crate) sqlstate: String,
    /// The filtered message.
    pub(crate) message: String,
    /// The filtered hint.
    pub(crate) hint: Option<String>,
    /// Schema of the object.
    pub(crate) schema: Option<String>,
    /// Table.
    pub(crate) table: Option<String>,
    /// Column.
    pub(crate) column: Option<String>,
    /// Constraint.
    pub(crate) constraint: Option<String>,
    /// Data type.
    pub(crate) datatype: Option<String>,
    /// 1-based character in the statement that was sent.
    pub(crate) position: Option<u32>,
    /// 1-based line of the data of a COPY.
    pub(crate) copy_line: Option<u64>,
    /// Column of the data of a COPY.
    pub(crate) copy_column: Option<String>,
}

/// An error of a statement of hcw's own, in one line.
pub(crate) fn describe(error: &tokio_postgres::Error) -> String {
    match ServerError::new(error, "") {
        Some(error) => error.to_string(),
        None if error.is_closed() => "the connection was lost".to_owned(),
        None => "the conversation with the server failed".to_owned(),
    }
}

impl ServerError {
    /// Filters an error of a statement; `None` when it did not come from the server (a lost connection).
    pub(crate) fn new(error: &tokio_postgres::Error, statement: &str) -> Option<ServerError> {
        error
            .as_db_error()
            .map(|error| ServerError::filtered(error, statement))
    }

    /// Filters what the server reports.
    pub(crate) fn filtered(error: &DbError, statement: &str) -> ServerError {
        let sqlstate = error.code().code().to_owned();
        let place = error.position();
        let (trust, is_placed) = match place {
            None => (trust(&sqlstate, error.routine()), false),
            Some(ErrorPosition::Original(_)) => (trust(&sqlstate, error.routine()), true),
            // A function's inner query: written by the author, or put together from data.
            Some(ErrorPosition::Internal { query, .. }) if statement.contains(query.trim()) => {
                (trust(&sqlstate, error.routine()), true)
            }
            Some(ErrorPosition::Internal { .. }) => (Trust::Author, false),
        };
        let filter = Filter {
            trust,
            statement,
            is_placed,
        };
        let (copy_line, copy_column) = error.where_().map(copy_place).unwrap_or_default();
        // RAISE can fill these fields with anything.
        let name = |field: Option<&str>| {
            field
                .filter(|_| filter.trust != Trust::Author)
                .map(str::to_owned)
        };
        // the swap's own refusals hold names of objects only; its text marks a statement as hcw's
        let is_refused_swap =
            ["HCW01", "HCW03"].contains(&sqlstate.as_str()) && statement.contains("'hcw swap'");
        ServerError {
            message: if is_refused_swap {
                error.message().to_owned()
            } else {
                filter.message(error.message())
            },
            hint: error
                .hint()
                .filter(|_| filter.trust != Trust::Author)
                .map(|hint| filter.message(hint)),
            schema: name(error.schema()),
            table: name(error.table()),
            column: name(error.column()),
            constraint: name(error.constraint()),
            datatype: name(error.datatype()),
            position: match place {
                Some(ErrorPosition::Original(position)) => Some(*position),
                _ => None,
            },
            copy_line,
            copy_column,
            sqlstate,
        }
    }
}

impl ServerError {
    /// The problem that it is, not yet placed.
    pub(crate) fn into_diagnostic(self) -> Diagnostic {
        let code = if self.sqlstate == "57014" {
            Code::Cancelled
        } else {
            Code::SqlFailed
        };
        let mut diagnostic =
            Diagnostic::error(code, self.message).note(format!("SQLSTATE {}", self.sqlstate));
        if let Some(table) = &self.table {
            let schema = self.schema.as_deref().unwrap_or_default();
            diagnostic = diagnostic.note(format!("table {schema}.{table}"));
        }
        for (what, name) in [
            ("column", &self.column),
            ("constraint", &self.constraint),
            ("type", &self.datatype),
        ] {
            if let Some(name) = name {
                diagnostic = diagnostic.note(format!("{what} {name}"));
            }
        }
        match self.hint {
            Some(hint) => diagnostic.help(hint),
            None => diagnostic,
        }
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} (SQLSTATE {})", self.message, self.sqlstate)
    }
}

/// What a message of an SQLSTATE may quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// Objects of the catalogue only.
    Names,
    /// Words of the statement.
    Statement,
    /// Values.
    Values,
    /// Whatever the author of some code put in.
    Author,
}

fn trust(sqlstate: &str, routine: Option<&str>) -> Trust {
    if matches!(routine, Some("exec_stmt_raise" | "exec_stmt_assert")) {
        return Trust::Author;
    }
    match (sqlstate.get(..2).unwrap_or_default(), sqlstate) {
        (_, "P0002" | "P0003") => Trust::Names,
        ("42", _) => Trust::Statement,
        (
            "03" | "08" | "0A" | "0B" | "0L" | "0P" | "23" | "24" | "25" | "26" | "28" | "2B"
            | "2D" | "34" | "3B" | "3D" | "3F" | "40" | "44" | "53" | "55" | "57" | "58" | "F0",
            _,
        ) => Trust::Names,
        ("20" | "21" | "22" | "2F" | "54" | "72", _) => Trust::Values,
        _ => Trust::Author,
    }
}

struct Filter<'statement> {
    trust: Trust,
    statement: &'statement str,
    is_placed: bool,
}

impl Filter<'_> {
    fn message(&self, text: &str) -> String {
        match self.trust {
            Trust::Names => text.to_owned(),
            Trust::Statement if self.is_placed => text.to_owned(),
            Trust::Statement => self.without_values(text, |_, word| self.statement.contains(word)),
            Trust::Values if text.starts_with("invalid regular expression: ") => text.to_owned(),
            Trust::Values => {
                let text = self.without_values(text, |before, word| {
                    let object = before.trim_end().rsplit(' ').next().unwrap_or_default();
                    before == "missing data for column "
                        || (object == "encoding" && word.len() < 16)
                        || (OBJECT_WORDS.contains(&object) && self.statement.contains(word))
                });
                without_numbers(&without_tail(&text))
            }
            Trust::Author if self.is_literal(text) => text.to_owned(),
            Trust::Author => {
                "an error of the project's own SQL (its text may quote data and is withheld)"
                    .to_owned()
            }
        }
    }

    /// Replaces everything from the first quoted word that may not be kept to the last quotation mark:
    /// a quoted value may itself hold quotation marks.
    fn without_values(&self, text: &str, is_kept: impl Fn(&str, &str) -> bool) -> String {
        let mut searched = 0;
        while let Some((start, mark)) = find_mark(text, searched, &OPENING) {
            let word_start = start + mark;
            let (end, close) = match find_mark(text, word_start, &CLOSING) {
                Some(found) => found,
                None => return format!("{}{WITHHELD}", &text[..start]),
            };
            let word = text[word_start..end].trim();
            if is_kept(&text[..start], word) {
                searched = end + close;
                continue;
            }
            let last = text
                .char_indices()
                .rev()
                .find(|(_, character)| CLOSING.contains(character))
                .map_or(text.len(), |(offset, character)| {
                    offset + character.len_utf8()
                });
            return format!("{}\"{WITHHELD}\"{}", &text[..start], &text[last..]);
        }
        text.to_owned()
    }

    /// Whether the statement holds the sentence as one string literal.
    fn is_literal(&self, text: &str) -> bool {
        text.contains(' ')
            && self
                .statement
                .contains(&format!("'{}'", text.replace('\'', "''")))
    }
}

fn find_mark(text: &str, from: usize, marks: &[char]) -> Option<(usize, usize)> {
    text[from..]
        .char_indices()
        .find(|(_, character)| marks.contains(character))
        .map(|(offset, character)| (from + offset, character.len_utf8()))
}

/// Takes out an unquoted value after a colon (`date field value out of range: 2024-13-01`).
fn without_tail(text: &str) -> String {
    for colon in [": ", "："] {
        if let Some((head, tail)) = text.split_once(colon)
            && !tail.starts_with(&format!("\"{WITHHELD}\""))
        {
            return format!("{head}: {WITHHELD}");
        }
    }
    text.to_owned()
}

/// Takes out words that start with a digit; a length in a type's parentheses stays.
fn without_numbers(text: &str) -> String {
    let words: Vec<&str> = text
        .split(' ')
        .map(|word| {
            let bare = word.trim_start_matches(['-', '+', '(', '.']);
            if bare.starts_with(|first: char| first.is_numeric()) {
                WITHHELD
            } else {
                word
            }
        })
        .collect();
    words.join(" ")
}

/// Line and column in the context `COPY patients, line 3, column age: "…"`.
fn copy_place(context: &str) -> (Option<u64>, Option<String>) {
    let place = context
        .strip_prefix("COPY ")
        .and_then(|rest| rest.split_once(", line "));
    let Some((_, rest)) = place else {
        return (None, None);
    };
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let column = rest[digits.len()..]
        .strip_prefix(", column ")
        .and_then(|rest| rest.split_once(": "))
        .map(|(column, _)| column.to_owned());
    (digits.parse().ok(), column)
}

#[cfg(test)]
mod tests;
