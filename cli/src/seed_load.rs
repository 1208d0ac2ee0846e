//! A seed's rows into a table that exists, by COPY. Knows nothing of seed files or types.

use std::pin::pin;

use bytes::Bytes;
use futures_util::SinkExt;
use tokio_postgres::Client;

use hcw_core::name::quote_identifier;
use hcw_core::seed::SeedRows;

use crate::landing::copy_text;

/// Size from which rows are sent.
const CHUNK: usize = 256 * 1024;

/// Copies rows into a table and returns their number; `None` and the empty text are NULL, as in a
/// dbt seed.
///
/// **Shape**: every row has one value a column, in the order of `columns`.
pub(crate) async fn copy_seed(
    client: &Client,
    relation_sql: &str,
    columns: &[String],
    rows: &SeedRows,
) -> Result<u64, tokio_postgres::Error> {
    let names: Vec<String> = columns.iter().map(|name| quote_identifier(name)).collect();
    let statement = format!("copy {relation_sql} ({}) from stdin", names.join(", "));
    let mut sink = pin!(client.copy_in::<_, Bytes>(&statement).await?);
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
