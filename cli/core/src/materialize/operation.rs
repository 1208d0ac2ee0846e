//! What a step does in the warehouse, one operation after the other.

use std::sync::Arc;

use super::Statement;
use crate::seed::SeedData;

/// One operation of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Runs a statement.
    Run(Statement),
    /// Copies a seed's rows into a table that exists.
    Copy {
        /// The table, quoted.
        into: String,
        /// Its columns for the rows' values, written as they are in SQL.
        columns: String,
        /// The rows.
        rows: Arc<SeedData>,
        /// Whether a full refresh makes the table anew, of which dbt says another word.
        is_anew: bool,
    },
    /// Compares the columns of a query with those that a contract declares.
    CheckContract {
        /// The query.
        query: String,
        /// Declared names with their types, in order.
        columns: Vec<(String, String)>,
    },
    /// Ends the transaction that the operations before it are in.
    Commit,
}

impl Operation {
    /// The statement, where it is one.
    pub fn statement(&self) -> Option<&Statement> {
        match self {
            Operation::Run(statement) => Some(statement),
            _ => None,
        }
    }
}
