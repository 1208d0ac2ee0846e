//! COPY text to the server in segments, each under a savepoint.
//!
//! A segment whose error lies in one record is taken back and halved until that record stands
//! alone; it is then refused and the others land.

use std::pin::pin;

use bytes::Bytes;
use futures_util::SinkExt;
use tokio_postgres::{Statement, Transaction};

use crate::db::copy;

/// Size from which a segment ends: what must be kept in memory to halve it.
pub(crate) const SEGMENT: usize = 16 * 1024 * 1024;

/// A row that the server refused, by its COPY text, and the SQLSTATE.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    pub(crate) row: Bytes,
    pub(crate) state: String,
}

/// Rows on their way to one table.
pub(crate) struct Segments<'transaction, 'client> {
    transaction: &'transaction Transaction<'client>,
    statement: Statement,
    kept: Vec<Bytes>,
    kept_bytes: usize,
    sink: Option<std::pin::Pin<Box<tokio_postgres::CopyInSink<Bytes>>>>,
    refused: Vec<Refused>,
}

impl<'transaction, 'client> Segments<'transaction, 'client> {
    /// Prepares a `copy … from stdin`.
    pub(crate) async fn start(
        transaction: &'transaction Transaction<'client>,
        copy: &str,
    ) -> Result<Segments<'transaction, 'client>, tokio_postgres::Error> {
        Ok(Segments {
            statement: transaction.prepare(copy).await?,
            transaction,
            kept: Vec::new(),
            kept_bytes: 0,
            sink: None,
            refused: Vec::new(),
        })
    }

    /// Sends whole rows; ends the segment when it is large enough.
    pub(crate) async fn send(&mut self, rows: Bytes) -> Result<(), tokio_postgres::Error> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut sink = match self.sink.take() {
            Some(sink) => sink,
            None => {
                self.transaction
                    .batch_execute("savepoint hcw_segment")
                    .await?;
                Box::pin(copy::start(self.transaction.client(), &self.statement).await?)
            }
        };
        self.kept_bytes += rows.len();
        self.kept.push(rows.clone());
        sink.feed(rows).await?;
        self.sink = Some(sink);
        if self.kept_bytes >= SEGMENT {
            self.end_segment().await?;
        }
        Ok(())
    }

    /// Ends the current segment, so that the connection is free for other statements.
    pub(crate) async fn end_segment(&mut self) -> Result<(), tokio_postgres::Error> {
        let Some(mut sink) = self.sink.take() else {
            return Ok(());
        };
        self.kept_bytes = 0;
        let kept = std::mem::take(&mut self.kept);
        match sink.as_mut().finish().await {
            Ok(_) => {
                self.transaction
                    .batch_execute("release savepoint hcw_segment")
                    .await
            }
            Err(error) if is_of_a_row(&error) => {
                self.transaction
                    .batch_execute(
                        "rollback to savepoint hcw_segment; release savepoint hcw_segment",
                    )
                    .await?;
                self.halve(&kept).await
            }
            Err(error) => Err(error),
        }
    }

    /// Takes what was refused so far.
    pub(crate) fn take_refused(&mut self) -> Vec<Refused> {
        std::mem::take(&mut self.refused)
    }

    /// Sends rows again, in halves, until the refused ones are known.
    async fn halve(&mut self, kept: &[Bytes]) -> Result<(), tokio_postgres::Error> {
        let mut rows: Vec<Bytes> = Vec::new();
        for chunk in kept {
            let mut rest = chunk.clone();
            // line breaks inside a field are escaped: each one here ends a row
            while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                rows.push(rest.split_to(end + 1));
            }
        }
        let mut ranges = Vec::from([(0, rows.len())]);
        while let Some((start, end)) = ranges.pop() {
            let range = start..end;
            let Err(error) = self.try_copy(&rows[range.clone()]).await? else {
                continue;
            };
            if range.len() == 1 {
                self.refused.push(Refused {
                    row: rows[range.start].clone(),
                    state: error,
                });
                continue;
            }
            let middle = range.start + range.len() / 2;
            ranges.push((middle, end));
            ranges.push((start, middle));
        }
        Ok(())
    }

    /// Copies rows, or nothing and the SQLSTATE when one of them is refused.
    async fn try_copy(&self, rows: &[Bytes]) -> Result<Result<(), String>, tokio_postgres::Error> {
        self.transaction
            .batch_execute("savepoint hcw_segment")
            .await?;
        let mut sink = pin!(copy::start(self.transaction.client(), &self.statement).await?);
        for row in rows {
            sink.feed(row.clone()).await?;
        }
        let result = match sink.as_mut().finish().await {
            Ok(_) => Ok(()),
            Err(error) if is_of_a_row(&error) => {
                self.transaction
                    .batch_execute("rollback to savepoint hcw_segment")
                    .await?;
                Err(error
                    .code()
                    .map_or_else(String::new, |state| state.code().to_owned()))
            }
            Err(error) => return Err(error),
        };
        self.transaction
            .batch_execute("release savepoint hcw_segment")
            .await?;
        Ok(result)
    }
}

/// Whether the error may come from one record: a value out of range or not convertible (class 22),
/// a constraint that someone put on the table (23), or a limit of the server (54).
fn is_of_a_row(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|state| {
        ["22", "23", "54"]
            .iter()
            .any(|class| state.code().starts_with(class))
    })
}
