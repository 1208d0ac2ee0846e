//! How a rendering reaches the warehouse: not at all, from what is known before the run, or live.
//!
//! Before the run, statements whose result nobody reads are recorded in order; what needs an answer that is
//! not known yet makes the rendering *give up*: it is done again, live, when the node's turn comes. Both ways
//! run the same macros.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::{Error, ErrorKind};

use super::error::problem;
use crate::materialize::{Operation, Statement, contract};
use crate::name::RelationName;
use crate::seed::SeedData;
use crate::state::{ExistingRelation, WarehouseState};
use crate::warehouse::{QueryResult, Refusal, ResultColumn, Warehouse};

/// The way to the warehouse.
#[derive(Debug, Clone)]
pub(crate) enum Access {
    /// None: names are being collected (`execute` is false).
    None,
    /// What was known before the run.
    Ahead(Arc<Ahead>),
    /// A connection.
    Live(Arc<Live>),
}

/// What is known before the run, and what is recorded for it.
#[derive(Debug)]
pub(crate) struct Ahead {
    state: Arc<WarehouseState>,
    /// The relation of the node itself: nothing but its own step changes it.
    own: Option<RelationName>,
    records: Records,
    /// Whether a view that stands is defined anew where it stands.
    in_place: bool,
    recorded: Mutex<Vec<Operation>>,
    in_transaction: AtomicBool,
    gave_up: AtomicBool,
}

/// Which statements are recorded ahead of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Records {
    /// None: a query is compiled.
    Nothing,
    /// Those whose answer nobody fetches.
    Statements,
    /// All: an answer that is fetched is pending, and only who reads it needs the warehouse.
    Questions,
}

/// A connection in use by one rendering.
pub(crate) struct Live {
    warehouse: Arc<dyn Warehouse>,
    in_transaction: AtomicBool,
    /// A text that the server refused, and where in it.
    refused: Mutex<Option<(String, usize)>>,
}

impl fmt::Debug for Live {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Live")
    }
}

impl Access {
    /// For compiling a query before the run.
    pub(crate) fn compiling(state: &Arc<WarehouseState>, own: Option<RelationName>) -> Access {
        Access::ahead(state, own, Records::Nothing, false)
    }

    /// For planning a step before the run.
    pub(crate) fn recording(state: &Arc<WarehouseState>, own: Option<RelationName>) -> Access {
        Access::ahead(state, own, Records::Statements, false)
    }

    /// For planning the step of a view that is defined anew where it stands.
    pub(crate) fn replacing(state: &Arc<WarehouseState>, own: Option<RelationName>) -> Access {
        Access::ahead(state, own, Records::Statements, true)
    }

    /// For planning a data test before the run: its answer is read outside of the templates.
    pub(crate) fn questioning(state: &Arc<WarehouseState>, own: Option<RelationName>) -> Access {
        Access::ahead(state, own, Records::Questions, false)
    }

    fn ahead(
        state: &Arc<WarehouseState>,
        own: Option<RelationName>,
        records: Records,
        in_place: bool,
    ) -> Access {
        Access::Ahead(Arc::new(Ahead {
            state: state.clone(),
            own,
            records,
            in_place,
            recorded: Mutex::default(),
            in_transaction: AtomicBool::new(false),
            gave_up: AtomicBool::new(false),
        }))
    }

    /// On a connection.
    pub(crate) fn live(warehouse: &Arc<dyn Warehouse>) -> Access {
        Access::Live(Arc::new(Live {
            warehouse: warehouse.clone(),
            in_transaction: AtomicBool::new(false),
            refused: Mutex::default(),
        }))
    }

    /// The text that the server refused last, and where in it.
    pub(crate) fn refused(&self) -> Option<(String, usize)> {
        match self {
            Access::Live(live) => live
                .refused
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
            Access::None | Access::Ahead(_) => None,
        }
    }

    /// Whether the rendering needs a live warehouse; what it made is of no use then.
    pub(crate) fn gave_up(&self) -> bool {
        matches!(self, Access::Ahead(ahead) if ahead.gave_up.load(Ordering::Relaxed))
    }

    /// Whether a view that stands is defined anew where it stands.
    pub(crate) fn is_in_place(&self) -> bool {
        matches!(self, Access::Ahead(ahead) if ahead.in_place)
    }

    /// Marks the rendering as one for a live warehouse.
    pub(crate) fn give_up(&self) -> Error {
        if let Access::Ahead(ahead) = self {
            ahead.gave_up.store(true, Ordering::Relaxed);
        }
        Error::new(
            ErrorKind::InvalidOperation,
            "the warehouse is asked before the run has come here",
        )
    }

    /// What was recorded.
    pub(crate) fn into_recorded(self) -> Vec<Operation> {
        match self {
            Access::Ahead(ahead) => std::mem::take(
                &mut *ahead
                    .recorded
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner),
            ),
            Access::None | Access::Live(_) => Vec::new(),
        }
    }

    /// Runs a statement; `None` when it was recorded and its result is not known yet.
    pub(crate) fn execute(
        &self,
        sql: &str,
        auto_begin: bool,
        fetch: bool,
        counts: bool,
    ) -> Result<Option<QueryResult>, Error> {
        match self {
            Access::None => Ok(Some(QueryResult::default())),
            Access::Ahead(ahead)
                if ahead.records == Records::Nothing
                    || fetch && ahead.records != Records::Questions =>
            {
                Err(self.give_up())
            }
            Access::Ahead(ahead) => {
                if auto_begin {
                    ahead.in_transaction.store(true, Ordering::Relaxed);
                }
                let text = sql.trim().trim_end_matches(';').trim_end();
                if !text.is_empty() {
                    self.record(Operation::Run(Statement {
                        counts,
                        transaction: ahead.in_transaction.load(Ordering::Relaxed),
                        ..Statement::plain(text)
                    }));
                }
                Ok(None)
            }
            Access::Live(live) => {
                if auto_begin {
                    live.begin()?;
                }
                live.run(sql, fetch).map(Some)
            }
        }
    }

    /// Ends the transaction, if there is one.
    pub(crate) fn commit(&self) -> Result<(), Error> {
        match self {
            Access::None => Ok(()),
            Access::Ahead(ahead) => {
                if ahead.in_transaction.swap(false, Ordering::Relaxed) {
                    self.record(Operation::Commit);
                }
                Ok(())
            }
            Access::Live(live) => live.end("commit"),
        }
    }

    /// Undoes what an unfinished rendering has done in its transaction.
    pub(crate) fn roll_back(&self) -> Result<(), Error> {
        match self {
            Access::Live(live) => live.end("rollback"),
            Access::None | Access::Ahead(_) => Ok(()),
        }
    }

    /// Copies a seed's rows into the columns, which are written as in SQL.
    pub(crate) fn copy(
        &self,
        into: &str,
        columns: &str,
        rows: &Arc<SeedData>,
        is_anew: bool,
    ) -> Result<(), Error> {
        match self {
            Access::None => Ok(()),
            Access::Ahead(ahead) => {
                ahead.in_transaction.store(true, Ordering::Relaxed);
                self.record(Operation::Copy {
                    into: into.to_owned(),
                    columns: columns.to_owned(),
                    rows: rows.clone(),
                    is_anew,
                });
                Ok(())
            }
            Access::Live(live) => {
                live.begin()?;
                live.warehouse
                    .copy(into, columns, rows)
                    .map(|_| ())
                    .map_err(|refusal| live.failed(into, *refusal))
            }
        }
    }

    /// Compares a query's columns with a contract's.
    pub(crate) fn check_contract(
        &self,
        query: &str,
        columns: Vec<(String, String)>,
    ) -> Result<(), Error> {
        match self {
            Access::None => Ok(()),
            Access::Ahead(ahead) if ahead.records == Records::Nothing => Err(self.give_up()),
            Access::Ahead(_) => {
                self.record(Operation::CheckContract {
                    query: query.to_owned(),
                    columns,
                });
                Ok(())
            }
            Access::Live(live) => {
                let declared = live.describe(&contract::declared_query(&columns))?;
                contract::compare(&live.describe(query)?, &declared)
                    .map_err(|broken| problem(*broken))
            }
        }
    }

    /// The columns that a query would have.
    pub(crate) fn describe(&self, sql: &str) -> Result<Vec<ResultColumn>, Error> {
        match self {
            Access::None => Ok(Vec::new()),
            Access::Ahead(_) => Err(self.give_up()),
            Access::Live(live) => live.describe(sql),
        }
    }

    /// What is known ahead of the run of a relation: `None` means that only the server knows.
    #[allow(clippy::option_option)]
    pub(crate) fn known(&self, name: &RelationName) -> Option<Option<&ExistingRelation>> {
        match self {
            Access::Ahead(ahead) if ahead.own.as_ref() == Some(name) && !ahead.state.is_unknown => {
                Some(ahead.state.get(name))
            }
            _ => None,
        }
    }

    /// `server_version_num`.
    pub(crate) fn server_version(&self) -> Result<u32, Error> {
        match self {
            Access::None => Ok(0),
            Access::Ahead(ahead) => Ok(ahead.state.server_version),
            Access::Live(live) => {
                let result = live.run("show server_version_num", true)?;
                let cell = result.rows.first().and_then(|row| row.first()?.as_deref());
                Ok(cell.and_then(|text| text.parse().ok()).unwrap_or_default())
            }
        }
    }

    fn record(&self, operation: Operation) {
        if let Access::Ahead(ahead) = self {
            ahead
                .recorded
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(operation);
        }
    }
}

impl Live {
    fn run(&self, sql: &str, fetch: bool) -> Result<QueryResult, Error> {
        self.warehouse
            .run(sql, fetch)
            .map_err(|refusal| self.failed(sql, *refusal))
    }

    fn describe(&self, sql: &str) -> Result<Vec<ResultColumn>, Error> {
        self.warehouse
            .describe(sql)
            .map_err(|refusal| self.failed(sql, *refusal))
    }

    fn begin(&self) -> Result<(), Error> {
        if !self.in_transaction.swap(true, Ordering::Relaxed) {
            self.run("begin", false)?;
        }
        Ok(())
    }

    fn end(&self, how: &str) -> Result<(), Error> {
        if self.in_transaction.swap(false, Ordering::Relaxed) {
            self.run(how, false)?;
        }
        Ok(())
    }

    /// A refusal as an error of the template that sent the statement.
    fn failed(&self, sql: &str, refusal: Refusal) -> Error {
        let place = refusal.offset.map(|offset| (sql.to_owned(), offset));
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = place;
        problem(refusal.diagnostic)
    }
}
