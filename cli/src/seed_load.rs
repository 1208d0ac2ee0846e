//! A seed's rows into a table that exists, by COPY: in the binary form where that is certain to say the same as the
//! texts; they are encoded while the server reads. Knows nothing of seed files.

mod binary;

use std::pin::{Pin, pin};

use bytes::Bytes;
use futures_util::SinkExt;
use tokio_postgres::{Client, CopyInSink, Error};

use hcw_core::seed::{SeedData, SeedRows};

use crate::db::copy;
use crate::landing::copy_text;

use binary::Kind;

/// Size from which rows are sent.
const CHUNK: usize = 256 * 1024;
/// Fewer values are not worth asking for the types of columns.
const WORTH_ENCODING: usize = 10_000;

/// Copies rows into a table and returns their number; `None` and the empty text are NULL, as in a
/// dbt seed.
///
/// **Shape**: every row has one value a column, in the order of `columns`, which are written as in SQL.
///
/// # Errors
/// What the server refuses.
pub(crate) async fn copy_seed(
    client: &Client,
    relation_sql: &str,
    columns: &str,
    seed: &SeedData,
) -> Result<u64, Error> {
    if seed.rows.values() >= WORTH_ENCODING
        && let Some(kinds) = kinds(client, relation_sql, columns).await?
        && binary::is_certain(seed, &kinds)
    {
        let statement = format!("copy {relation_sql} ({columns}) from stdin (format binary)");
        let mut sink = pin!(copy::start(client, &statement).await?);
        let mut parts = binary::parts(&seed.rows, &kinds);
        loop {
            match parts.next() {
                Some(Some(part)) => sink.feed(part).await?,
                // to leave the copy before its end takes all of it back
                Some(None) => break,
                None => return sink.finish().await,
            }
        }
    }
    let statement = format!("copy {relation_sql} ({columns}) from stdin");
    let sink = pin!(copy::start(client, &statement).await?);
    copy_text(sink, &seed.rows).await
}

/// How the columns of a table are encoded, where all of them can be.
async fn kinds(
    client: &Client,
    relation_sql: &str,
    columns: &str,
) -> Result<Option<Vec<Kind>>, Error> {
    let query = format!("select {columns} from {relation_sql}");
    let prepared = client.prepare(&query).await?;
    let columns = prepared.columns().iter();
    Ok(columns.map(|column| Kind::of(column.type_())).collect())
}

async fn copy_text(mut sink: Pin<&mut CopyInSink<Bytes>>, rows: &SeedRows) -> Result<u64, Error> {
    let mut chunk = Vec::with_capacity(CHUNK + CHUNK / 4);
    for row in rows.iter() {
        for (index, value) in row.enumerate() {
            if index > 0 {
                chunk.push(b'\t');
            }
            match value {
                None | Some("") => chunk.extend_from_slice(b"\\N"),
                Some(text) => copy_text::append(&mut chunk, text.as_bytes()),
            }
        }
        chunk.push(b'\n');
        if chunk.len() >= CHUNK {
            let next = Vec::with_capacity(CHUNK + CHUNK / 4);
            sink.feed(Bytes::from(std::mem::replace(&mut chunk, next)))
                .await?;
        }
    }
    sink.feed(Bytes::from(chunk)).await?;
    sink.as_mut().finish().await
}
