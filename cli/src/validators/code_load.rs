//! Loads a code file into its table: once per content, in one transaction, streamed by COPY.

use std::pin::pin;

use bytes::Bytes;
use futures_util::SinkExt;
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::name::quote_identifier;
use tokio::sync::mpsc;
use tokio_postgres::{Client, Transaction};

use super::code_file::CodeFile;
use crate::db::{self, redact};

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loaded {
    /// Its content lies in the table already.
    Unchanged,
    /// So many rows (a code of two releases counts twice) were loaded.
    Rows(u64),
}

/// Loads a file unless its releases were loaded from the same content. A release that was loaded from
/// another content is replaced.
///
/// **Errors**: HCW0002, HCW1106, HCW1107; the table is as before then.
pub(crate) async fn load(client: &mut Client, file: &CodeFile) -> Result<Loaded, Diagnostic> {
    let hashed = file.clone();
    let sha256 = on_a_thread(move || hashed.digest()).await?;
    let refused = |error: tokio_postgres::Error| refused(file, &error);
    let transaction = client.transaction().await.map_err(refused)?;
    let key = format!("hcw load-codes {}", file.system.as_str());
    transaction
        .execute(
            "select pg_advisory_xact_lock(hashtextextended($1, 0))",
            &[&key],
        )
        .await
        .map_err(refused)?;
    if is_loaded(&transaction, file, &sha256)
        .await
        .map_err(refused)?
    {
        return Ok(Loaded::Unchanged);
    }
    let names: Vec<&str> = file
        .releases
        .iter()
        .map(|release| release.name.as_str())
        .collect();
    let table = format!("hcw_codes.{}", quote_identifier(file.system.as_str()));
    let delete = format!("delete from {table} where release = any ($1)");
    transaction
        .execute(&delete, &[&names])
        .await
        .map_err(refused)?;
    let rows = copy(&transaction, file, &table).await?;
    for release in &file.releases {
        let record = format!(
            "insert into hcw_codes.releases
                (system, release, effective_from, effective_to, file, sha256, codes)
            select $1, $2, coalesce($3::text::date, '-infinity'), coalesce($4::text::date, 'infinity'), $5, $6, count(*)
            from {table}
            where release = $2
            on conflict (system, release) do update set
                effective_from = excluded.effective_from,
                effective_to = excluded.effective_to,
                file = excluded.file,
                sha256 = excluded.sha256,
                codes = excluded.codes,
                loaded_at = now()"
        );
        transaction
            .execute(
                &record,
                &[
                    &file.system.as_str(),
                    &release.name,
                    &release.effective_from,
                    &release.effective_to,
                    &file.name,
                    &sha256,
                ],
            )
            .await
            .map_err(refused)?;
    }
    transaction.commit().await.map_err(refused)?;
    client
        .batch_execute(&format!("analyze {table}"))
        .await
        .map_err(refused)?;
    Ok(Loaded::Rows(rows))
}

async fn is_loaded(
    transaction: &Transaction<'_>,
    file: &CodeFile,
    sha256: &str,
) -> Result<bool, tokio_postgres::Error> {
    let query = "
        select exists (
            select from hcw_codes.releases
            where system = $1
                and release = $2
                and sha256 = $3
                and effective_from = coalesce($4::text::date, '-infinity')
                and effective_to = coalesce($5::text::date, 'infinity')
        )";
    for release in &file.releases {
        let row = transaction
            .query_one(
                query,
                &[
                    &file.system.as_str(),
                    &release.name,
                    &sha256,
                    &release.effective_from,
                    &release.effective_to,
                ],
            )
            .await?;
        if !row.try_get::<_, bool>(0)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Reads on a thread of its own, while what was read goes to the server.
async fn copy(
    transaction: &Transaction<'_>,
    file: &CodeFile,
    table: &str,
) -> Result<u64, Diagnostic> {
    let refused = |error: tokio_postgres::Error| refused(file, &error);
    let (sender, mut chunks) = mpsc::channel::<Bytes>(4);
    let read = file.clone();
    let reader = on_a_thread(move || read.read(|chunk| sender.blocking_send(chunk).is_ok()));
    let write = async {
        let columns: Vec<String> = file.columns().into_iter().map(quote_identifier).collect();
        // columns() and read() agree on the order: release, code, billable, …
        let statement = format!("copy {table} ({}) from stdin", columns.join(", "));
        let mut sink = pin!(db::copy::start(transaction.client(), &statement).await?);
        while let Some(chunk) = chunks.recv().await {
            sink.feed(chunk).await?;
        }
        let rows = sink.as_mut().finish().await?;
        drop(chunks);
        Ok(rows)
    };
    let (read, written) = tokio::join!(reader, write);
    read?;
    written.map_err(refused)
}

fn refused(file: &CodeFile, error: &tokio_postgres::Error) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        Code::CodesFailed,
        format!(
            "`{}` cannot be loaded: {}",
            file.name,
            redact::describe(error)
        ),
    );
    match error.code().map(|state| state.code()) {
        Some("23505") => diagnostic.help("a code stands twice in one release"),
        _ => diagnostic,
    }
}

async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Diagnostic> + Send + 'static,
) -> Result<T, Diagnostic> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
        Err(Diagnostic::error(
            Code::CodesFailed,
            "reading was interrupted",
        ))
    })
}
