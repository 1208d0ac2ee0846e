//! A statement with what is needed to point at the user's file when the server refuses it.

use std::ops::Range;

/// How commands begin that are the work of a moment, as hcw's own macros write them.
const DEFINITIONS: [&str; 4] = [
    "create view ",
    "create or replace view ",
    "comment on ",
    "grant ",
];

/// One SQL statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The text, without a final semicolon.
    pub sql: String,
    /// Where the node's compiled query stands in `sql`.
    pub query: Option<Range<usize>>,
    /// Whether its row count is the node's.
    pub counts: bool,
    /// Whether it runs in the transaction of the operations around it.
    pub transaction: bool,
}

impl Statement {
    /// A statement of hcw's own.
    pub(crate) fn plain(sql: impl Into<String>) -> Statement {
        Statement {
            sql: sql.into(),
            query: None,
            counts: false,
            transaction: true,
        }
    }

    /// A statement that runs by itself, outside of any transaction.
    pub fn outside(sql: impl Into<String>) -> Statement {
        Statement {
            transaction: false,
            ..Statement::plain(sql)
        }
    }

    /// Whether it is a single command that defines a view or says something of one.
    pub(crate) fn is_definition(&self) -> bool {
        let text = self.sql.trim_start();
        let is_single = !self.sql.trim_end_matches(';').contains(';');
        is_single && DEFINITIONS.iter().any(|words| text.starts_with(words))
    }
}
