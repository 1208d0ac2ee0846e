//! What hcw remembers of landed files, in `hcw.landed_files` and `hcw.load_rejects`.

use std::pin::pin;

use bytes::Bytes;
use futures_util::SinkExt;
use tokio_postgres::Transaction;

use super::input::LandingFile;
use super::raw_table;
use super::reject::Reject;
use super::{LandingTable, copy_text, lock_key};
use crate::db::copy;

/// A file content that was landed before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Landed {
    pub(crate) file: String,
    pub(crate) sha256: String,
    /// Whether its rows are still in the raw table (or it never had any).
    pub(crate) present: bool,
}

/// Waits until no other call lands the same table; holds until the transaction ends.
pub(crate) async fn lock(
    transaction: &Transaction<'_>,
    table: &LandingTable,
) -> Result<(), tokio_postgres::Error> {
    let key = lock_key(&[&table.relation.schema, &table.relation.identifier]);
    transaction
        .execute("select pg_advisory_xact_lock($1)", &[&key])
        .await
        .map(|_| ())
}

/// The contents landed in a table, and whether their rows are still there.
pub(crate) async fn landed(
    transaction: &Transaction<'_>,
    table: &LandingTable,
) -> Result<Vec<Landed>, tokio_postgres::Error> {
    let columns = raw_table::existing_columns(transaction, table).await?;
    let presence = match columns {
        Some(columns) if columns.iter().any(|column| column.name == "_sha256") => format!(
            "landed.rows = 0 or exists (select from {} raw where raw._sha256 = landed.sha256)",
            raw_table::relation(table)
        ),
        _ => "false".to_owned(),
    };
    let select = format!(
        "select landed.file, landed.sha256, {presence} from hcw.landed_files landed \
         where landed.schema_name = $1 and landed.table_name = $2 \
         order by landed.file, landed.sha256"
    );
    // one look into the index for each content, never a scan of a large table for all of them
    transaction
        .batch_execute("set local enable_seqscan = off")
        .await?;
    let mut landed = Vec::new();
    for row in transaction
        .query(
            &select,
            &[&table.relation.schema, &table.relation.identifier],
        )
        .await?
    {
        landed.push(Landed {
            file: row.try_get(0)?,
            sha256: row.try_get(1)?,
            present: row.try_get(2)?,
        });
    }
    transaction
        .batch_execute("set local enable_seqscan to default")
        .await?;
    Ok(landed)
}

/// Forgets contents, their rejects included; with `rows`, their rows in the raw table as well.
pub(crate) async fn forget(
    transaction: &Transaction<'_>,
    table: &LandingTable,
    digests: &[String],
) -> Result<(), tokio_postgres::Error> {
    if digests.is_empty() {
        return Ok(());
    }
    for bookkeeping in ["hcw.load_rejects", "hcw.landed_files"] {
        let column = if bookkeeping == "hcw.load_rejects" {
            "_sha256"
        } else {
            "sha256"
        };
        let delete = format!(
            "delete from {bookkeeping} \
             where schema_name = $1 and table_name = $2 and {column} = any($3)"
        );
        transaction
            .execute(
                &delete,
                &[&table.relation.schema, &table.relation.identifier, &digests],
            )
            .await?;
    }
    let columns = raw_table::existing_columns(transaction, table).await?;
    if columns.is_some_and(|columns| columns.iter().any(|column| column.name == "_sha256")) {
        let delete = format!(
            "delete from {} where _sha256 = any($1)",
            raw_table::relation(table)
        );
        transaction.execute(&delete, &[&digests]).await?;
    }
    Ok(())
}

/// Remembers a landed file.
pub(crate) async fn remember(
    transaction: &Transaction<'_>,
    table: &LandingTable,
    file: &LandingFile,
    rows: u64,
    rejects: u64,
) -> Result<(), tokio_postgres::Error> {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    transaction
        .execute(
            "insert into hcw.landed_files \
             (source_name, schema_name, table_name, file, sha256, bytes, rows, rejects) \
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            &[
                &table.source_name,
                &table.relation.schema,
                &table.relation.identifier,
                &file.name,
                &file.sha256,
                &number(file.bytes),
                &number(rows),
                &number(rejects),
            ],
        )
        .await
        .map(|_| ())
}

/// Keeps records that cannot land.
pub(crate) async fn keep_rejects(
    transaction: &Transaction<'_>,
    table: &LandingTable,
    file: &LandingFile,
    rejects: &[Reject],
) -> Result<(), tokio_postgres::Error> {
    if rejects.is_empty() {
        return Ok(());
    }
    let mut sink = pin!(
        copy::start(
            transaction.client(),
            "copy hcw.load_rejects (source_name, schema_name, table_name, _file, _sha256, \
                 _row, _line, reason, raw_bytes, raw_line) from stdin",
        )
        .await?
    );
    for reject in rejects {
        let mut row = Vec::with_capacity(reject.raw.len() * 2 + 256);
        for text in [
            &table.source_name,
            &table.relation.schema,
            &table.relation.identifier,
            &file.name,
            &file.sha256,
        ] {
            copy_text::append(&mut row, text.as_bytes());
            row.push(b'\t');
        }
        copy_text::append_number(&mut row, reject.row);
        row.push(b'\t');
        copy_text::append_number(&mut row, reject.line);
        row.push(b'\t');
        row.extend_from_slice(reject.reason.as_str().as_bytes());
        row.push(b'\t');
        copy_text::append_number(&mut row, reject.raw_bytes);
        row.push(b'\t');
        copy_text::append_bytea(&mut row, &reject.raw);
        row.push(b'\n');
        sink.feed(Bytes::from(row)).await?;
    }
    sink.as_mut().finish().await.map(|_| ())
}
