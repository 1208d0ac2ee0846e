//! `migrate`: hcw's own bookkeeping, then the project's migrations.

use hcw_core::graph::Resolved;
use hcw_core::target::Connection;
use tokio_postgres::Client;

use crate::db::state::failure;
use crate::report::Reporter;
use crate::session::{Problems, Session};
use crate::{exit_code, migration};

/// Applies what is not applied yet.
pub(crate) async fn run(session: &Session, reporter: &Reporter) -> Result<u8, Problems> {
    let connection = session.connection().await?;
    if apply(session, &connection, reporter).await? == 0 {
        reporter.line("nothing to migrate");
    }
    Ok(exit_code::SUCCESS)
}

/// Whether a build migrates: where the project has migrations, lands files, or had migrations that the user could apply.
pub(super) async fn is_due(
    session: &Session,
    resolved: &Resolved,
    client: &Client,
) -> Result<bool, Problems> {
    let files = migration::read_folder(&session.project_dir, &session.project_file.migration_path)
        .map_err(|error| vec![*error])?;
    let mut sources = resolved.project().sources.values();
    if !files.is_empty() || sources.any(|table| table.landing.is_some()) {
        return Ok(true);
    }
    // one whose files are gone is told what it had applied
    let query = "
        select exists (
            select from pg_catalog.pg_class as class
            inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
            where namespace.nspname = 'hcw'
                and class.relname = 'migration_history'
                and has_schema_privilege(namespace.oid, 'create')
        )";
    let row = client
        .query_typed_one(query, &[])
        .await
        .map_err(|error| vec![failure(&error, query)])?;
    Ok(row.get(0))
}

/// Applies migrations over a connection of their own, since they may change its settings; returns how
/// many of the project's were applied.
pub(super) async fn apply(
    session: &Session,
    connection: &Connection,
    reporter: &Reporter,
) -> Result<usize, Problems> {
    let files = migration::read_folder(&session.project_dir, &session.project_file.migration_path)
        .map_err(|error| vec![*error])?;
    let mut client = session.connect(connection).await?;
    let outcome = migration::migrate(&mut client, &files)
        .await
        .map_err(|error| vec![*error])?;
    for name in &outcome.project {
        reporter.line(&format!("applied migration {name}"));
    }
    Ok(outcome.project.len())
}
