//! A statement with what is needed to point at the user's file when the server refuses it.

use std::ops::Range;

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
}
