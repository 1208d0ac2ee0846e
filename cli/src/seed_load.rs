//! A seed's rows into a table that exists, by COPY. Knows nothing of seed files or types.

use std::pin::pin;

use bytes::Bytes;
use futures_util::SinkExt;
use tokio_postgres::Client;

use hcw_core::name::quote_identifier;

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
    rows: &[Vec<Option<String>>],
) -> Result<u64, tokio_postgres::Error> {
    let names: Vec<String> = columns.iter().map(|name| quote_identifier(name)).collect();
    let statement = format!("copy {relation_sql} ({}) from stdin", names.join(", "));
    let mut sink = pin!(client.copy_in::<_, Bytes>(&statement).await?);
    let mut chunk = Vec::with_capacity(CHUNK + CHUNK / 4);
    for row in rows {
        for (index, value) in row.iter().enumerate() {
            if index > 0 {
                chunk.push(b'\t');
            }
            match value.as_deref() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn rows_arrive_as_they_are() {
        let Ok(url) = std::env::var("HCW_TEST_DATABASE_URL") else {
            println!("skipped: HCW_TEST_DATABASE_URL is not set");
            return;
        };
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
            .await
            .expect("connects");
        tokio::spawn(connection);
        client
            .batch_execute("create temp table seed (\"a b\" text, n integer, other text)")
            .await
            .expect("is made");
        let columns = ["a b".to_owned(), "n".to_owned()];
        let mut rows = vec![
            vec![Some("t\ta\\b\nc".to_owned()), Some("1".to_owned())],
            vec![Some(String::new()), None],
            vec![Some("\\N".to_owned()), Some("3".to_owned())],
        ];
        rows.resize(50_003, vec![Some("x".to_owned()), Some("7".to_owned())]);
        let count = copy_seed(&client, "pg_temp.seed", &columns, &rows)
            .await
            .expect("copies");
        assert_eq!(count, 50_003);
        let select = "select \"a b\" from seed where n is distinct from 7 order by n nulls last";
        let found = client.query(select, &[]).await.expect("selects");
        let texts: Vec<Option<String>> = found.iter().map(|row| row.get(0)).collect();
        let expected = [Some("t\ta\\b\nc".to_owned()), Some("\\N".to_owned()), None];
        assert_eq!(texts, expected);
    }
}
