//! From what a server refuses to a diagnostic that points into the user's template.

use hcw_core::analyse::Analysed;
use hcw_core::data_test::DataTest;
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::materialize::Statement;
use hcw_core::plan::Step;
use hcw_core::query_comment::QueryComment;
use hcw_core::source::{Location, SourceFile};
use hcw_core::sql;

use super::step::Context;
use crate::db::redact::ServerError;

/// Statements joined to one message, each knowing where it stands.
pub(super) struct Batch<'plan> {
    pub(super) text: String,
    /// Where parts stand, of which statements they are, and where those begin within them.
    parts: Vec<(usize, &'plan Statement, usize)>,
}

impl<'plan> Batch<'plan> {
    pub(super) fn new(statements: impl IntoIterator<Item = &'plan Statement>) -> Batch<'plan> {
        Batch::commented(None, statements)
    }

    /// The same, each command with the comment by which the server's log and its statistics tell whose it is.
    pub(super) fn commented(
        comment: Option<&QueryComment>,
        statements: impl IntoIterator<Item = &'plan Statement>,
    ) -> Batch<'plan> {
        let before = comment.map(QueryComment::before).unwrap_or_default();
        let mut text = String::new();
        let mut parts = Vec::new();
        for statement in statements {
            let sql = &*statement.sql;
            let further = match before.is_empty() || !sql.contains(';') {
                true => Vec::new(),
                false => sql::command_starts(sql),
            };
            let mut start = 0;
            for end in further.into_iter().skip(1).chain([sql.len()]) {
                text.push_str(&before);
                parts.push((text.len(), statement, start));
                match comment.filter(|comment| comment.is_appended) {
                    Some(comment) => text.push_str(&comment.on(sql)),
                    None => text.push_str(&sql[start..end]),
                }
                start = end;
            }
            text.push_str(";\n");
        }
        Batch { text, parts }
    }

    /// The offset within the node's compiled query of a 1-based character of the text.
    fn offset_in_query(&self, position: u32) -> Option<usize> {
        let characters = usize::try_from(position).ok()?.checked_sub(1)?;
        let (offset, _) = self.text.char_indices().nth(characters)?;
        let mut parts = self.parts.iter().rev();
        let (start, statement, within) = parts.find(|(start, _, _)| *start <= offset)?;
        let query = statement.query.as_ref()?;
        let offset = offset - start + within;
        query.contains(&offset).then(|| offset - query.start)
    }
}

/// Why a step failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server refused.
    Server {
        error: Box<ServerError>,
        /// Offset in the compiled query.
        offset: Option<usize>,
    },
    /// Something of the node is wrong that the server would have taken.
    Found(Box<Diagnostic>),
    /// The connection is gone.
    Lost,
}

impl Failure {
    /// Whether the server chose this transaction to end a deadlock: run again, it can succeed.
    pub(super) fn is_deadlock(&self) -> bool {
        matches!(self, Failure::Server { error, .. } if error.sqlstate == "40P01")
    }

    /// Whether the connection is gone, or the server has just said that it will be (PostgreSQL's class 57, 57P01 to 57P05).
    pub(super) fn is_lost(&self) -> bool {
        match self {
            Failure::Lost => true,
            Failure::Server { error, .. } => error.sqlstate.starts_with("57P0"),
            Failure::Found(_) => false,
        }
    }

    /// Whether somebody else's lock was in the way.
    pub(super) fn is_about_locks(&self) -> bool {
        let is_timeout = matches!(self, Failure::Server { error, .. }
            if ["HCW03", "55P03"].contains(&error.sqlstate.as_str()));
        is_timeout || self.is_deadlock()
    }

    /// Whether the server has no room for more locks (or has no memory left).
    pub(super) fn is_about_memory(&self) -> bool {
        matches!(self, Failure::Server { error, .. } if error.sqlstate == "53200")
    }

    /// Whether a view cannot be defined anew as it stands: its columns are others, or it is a view no more.
    pub(super) fn is_about_what_stands(&self) -> bool {
        const STATES: [&str; 3] = ["42P16", "42809", "42P07"];
        matches!(self, Failure::Server { error, .. } if STATES.contains(&&*error.sqlstate))
    }

    /// A problem of no single node.
    pub(super) fn of_the_run(self, what: &str) -> Diagnostic {
        match self {
            Failure::Found(diagnostic) => *diagnostic,
            Failure::Lost => Diagnostic::error(
                Code::ConnectionLost,
                format!("the connection was lost while {what}"),
            )
            .help("look into the server's log, and run again"),
            Failure::Server { error, .. } => error.into_diagnostic(),
        }
    }

    pub(super) fn of(error: &tokio_postgres::Error, batch: &Batch<'_>) -> Failure {
        match ServerError::new(error, &batch.text) {
            Some(error) => Failure::Server {
                offset: error
                    .position
                    .and_then(|position| batch.offset_in_query(position)),
                error: Box::new(error),
            },
            None => Failure::Lost,
        }
    }

    pub(super) fn into_diagnostic(
        self,
        step: &Step,
        analysed: &Analysed,
        context: &Context,
    ) -> Diagnostic {
        let node = analysed.resolved.project().nodes.get(&step.id);
        let compiled = analysed.compiled.get(&step.id);
        let whole_file = || {
            node.map(|node| {
                let template = node.template().map(|file| file.at(0..0));
                template
                    .or_else(|| node.patched_at.clone())
                    .unwrap_or_else(|| node.file.at(0..0))
            })
        };
        match self {
            Failure::Found(diagnostic) => {
                let sidecar = node.and_then(|node| node.patched_at.clone());
                placed(*diagnostic, sidecar.or_else(whole_file))
            }
            Failure::Lost => placed(
                Diagnostic::error(
                    Code::ConnectionLost,
                    format!("the connection was lost while `{}` ran", step.name),
                )
                .help("look into the server's log, and run again: what was done is kept, what ran is rolled back"),
                whole_file(),
            ),
            Failure::Server { error, offset } => {
                // a constraint stands in the sidecar
                let sidecar = || node?.patched_at.clone().filter(|_| error.sqlstate.starts_with("23"));
                let in_template = offset
                    .and_then(|offset| compiled?.template_location(offset))
                    .or_else(sidecar)
                    .or_else(whole_file);
                let help = help(&error.sqlstate, &error.message);
                let mut diagnostic = placed(error.into_diagnostic(), in_template);
                if let (Some(offset), Some(compiled), Some(node)) = (offset, compiled, node) {
                    let path = format!("{}/{}", context.compiled_folder, crate::artifacts::compiled_path(node));
                    let file = SourceFile::new(path, compiled.sql.as_str());
                    diagnostic = diagnostic.related("in the compiled SQL", file.at(offset..offset));
                }
                match help {
                    Some(help) if diagnostic.help.is_none() => diagnostic.help(help),
                    _ => diagnostic,
                }
            }
        }
    }
}

/// A data test that found rows, at the place that applies it.
pub(super) fn test_finding(
    step: &Step,
    test: &DataTest,
    failures: i64,
    is_error: bool,
    analysed: &Analysed,
    context: &Context,
) -> Diagnostic {
    let rows = if failures == 1 { "row" } else { "rows" };
    let message = format!("the test `{}` found {failures} failing {rows}", step.label);
    let diagnostic = if is_error {
        Diagnostic::error(Code::TestFailed, message)
    } else {
        Diagnostic::warning(Code::TestFailed, message)
    };
    let Some(node) = analysed.resolved.project().nodes.get(&step.id) else {
        return diagnostic;
    };
    let location = node.patched_at.clone();
    let diagnostic = diagnostic.at(location.unwrap_or_else(|| node.file.at(0..0)));
    match &test.stored_in {
        Some(relation) => diagnostic.help(format!("the failing rows are in {}", relation.plain())),
        None => diagnostic.help(format!(
            "see the rows with the query in {}/{}, or keep them with --store-failures",
            context.compiled_folder,
            crate::artifacts::compiled_path(node)
        )),
    }
}

/// What to do, where the server has no hint of its own.
fn help(sqlstate: &str, message: &str) -> Option<String> {
    let help = match sqlstate {
        "42601" if message.ends_with("\";\"") => "a model is one query: remove the `;`",
        "22012" => "guard the divisor: `x / nullif(y, 0)`",
        "23505" => {
            "rows share a key that should be unique: a `unique` test with `store_failures: true` keeps them"
        }
        "23502" | "23503" | "23514" => {
            "some rows break the constraint: a data test with `store_failures: true` keeps them"
        }
        // only the first two letters tell: some value does not fit
        state if state.starts_with("22") => {
            "some value does not fit, and hcw shows no values: look for it with `hcw show --inline 'select …'`"
        }
        _ => return None,
    };
    Some(help.to_owned())
}

fn placed(diagnostic: Diagnostic, location: Option<Location>) -> Diagnostic {
    match location {
        Some(location) => diagnostic.at(location),
        None => diagnostic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(sql: &str, query: Option<std::ops::Range<usize>>) -> Statement {
        Statement {
            sql: sql.into(),
            query,
            counts: false,
            transaction: true,
        }
    }

    #[test]
    fn positions_are_found_in_the_query() {
        let statements = [
            statement("create schema é", None),
            statement("create view v as (\nselect x\n)", Some(19..27)),
        ];
        let batch = Batch::new(&statements);
        let at = batch.text.chars().position(|letter| letter == 'x').unwrap();
        let position = u32::try_from(at + 1).unwrap();
        assert_eq!(batch.offset_in_query(position), Some(7));
        assert_eq!(batch.offset_in_query(3), None);
        assert_eq!(batch.offset_in_query(u32::MAX), None);
        assert_eq!(batch.offset_in_query(0), None);
    }

    #[test]
    fn each_command_of_a_statement_has_the_comment() {
        let comment = QueryComment {
            text: "é".to_owned(),
            is_appended: false,
        };
        let text = "delete from t where n = ';';\n\ninsert into t\n(select x);";
        let statements = [statement(text, Some(45..53))];
        let batch = Batch::commented(Some(&comment), &statements);
        let expected =
            "/* é */\ndelete from t where n = ';';\n\n/* é */\ninsert into t\n(select x);;\n";
        assert_eq!(batch.text, expected);
        let at = batch.text.chars().position(|letter| letter == 'x').unwrap();
        let position = u32::try_from(at + 1).unwrap();
        assert_eq!(batch.offset_in_query(position), Some(7));
    }
}
