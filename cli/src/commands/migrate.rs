//! `migrate`: hcw's own bookkeeping, then the project's migrations.

use hcw_core::target::Connection;

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
