//! The warehouse as the compiler asks it at run time: a port. The edge implements it on a connection.
//!
//! Templates that need an answer (`run_query`, `adapter.get_columns_in_relation`, …) are rendered when
//! their turn comes, against a [`Warehouse`]; all others are rendered before anything runs.

use std::fmt::Debug;

use crate::diagnostic::Diagnostic;
use crate::seed::SeedData;

/// What a column's values are in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// smallint, integer, bigint, oid.
    Integer,
    /// numeric, real, double precision.
    Number,
    /// boolean.
    Boolean,
    /// date.
    Date,
    /// timestamp, with time zone or without.
    Timestamp,
    /// Everything else.
    Text,
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultColumn {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub value_type: ValueType,
    /// Its type as `format_type` prints it, without modifiers.
    pub data_type: String,
}

/// The server's command tag.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// The whole tag: `SELECT 20`.
    pub message: String,
    /// Its command: `SELECT`.
    pub code: String,
    /// Its row count, where it has one.
    pub rows_affected: Option<u64>,
}

/// The end of a statement.
///
/// **Shape**: a row has one text a column, as the server prints it. **Nulls**: `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryResult {
    /// The columns in order; none unless rows were asked for.
    pub columns: Vec<ResultColumn>,
    /// The rows in the server's order.
    pub rows: Vec<Vec<Option<String>>>,
    /// The command tag of the last statement.
    pub response: Response,
}

/// Why the server refused a statement.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The redacted error, not yet placed.
    pub diagnostic: Diagnostic,
    /// Byte offset of the error in the text that was sent.
    pub offset: Option<usize>,
}

/// A connection to the warehouse, used by one step at a time.
pub trait Warehouse: Send + Sync + Debug {
    /// Runs one or several statements; `fetch` asks for the rows of the last one.
    ///
    /// # Errors
    /// What the server refuses, and a lost connection.
    fn run(&self, sql: &str, fetch: bool) -> Result<QueryResult, Box<Refusal>>;

    /// Names and types of the columns that a query would have, without running it.
    ///
    /// # Errors
    /// What the server refuses, and a lost connection.
    fn describe(&self, sql: &str) -> Result<Vec<ResultColumn>, Box<Refusal>>;

    /// Copies rows into the columns of a table, written as in SQL; returns their number. The empty text is NULL, as in a seed.
    ///
    /// # Errors
    /// What the server refuses, and a lost connection.
    fn copy(&self, relation: &str, columns: &str, seed: &SeedData) -> Result<u64, Box<Refusal>>;
}
