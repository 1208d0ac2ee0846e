//! Versioned SQL migrations: hcw's own bookkeeping first, then the project's.
//!
//! Each migration runs in a transaction of its own, and all of them under one advisory lock, so
//! that two calls at once apply each migration once. What was applied must still be in its file,
//! unchanged: a mismatch stops before anything is applied.

mod failure;
mod file;
mod history;
mod transaction;

use hcw_core::diagnostic::Diagnostic;
use hcw_core::source::SourceFile;
use refinery::{Migration, Runner};
use tokio_postgres::Client;

use failure::Owner;
use file::MigrationFile;

pub(crate) use file::read_folder;

/// Key of the advisory lock under which migrations run: "hcw migr" in ASCII.
const LOCK_KEY: i64 = 0x6863_7720_6d69_6772;

const BOOKKEEPING: &[(&str, &str)] = &[(
    "migrations/hcw/V1__bookkeeping.sql",
    include_str!("../../migrations/hcw/V1__bookkeeping.sql"),
)];

/// What one call of [`migrate`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MigrationOutcome {
    /// Applied bookkeeping migrations, as `V1__bookkeeping`.
    pub(crate) bookkeeping: Vec<String>,
    /// Applied migrations of the project, in order.
    pub(crate) project: Vec<String>,
}

/// Brings hcw's bookkeeping and the project's migrations up to date.
///
/// `files` are the project's migration files as [`read_folder`] reads them. A migration may change
/// the session's settings, so the connection should not be used for anything else.
///
/// **Errors**: HCW0901 when an applied migration was changed, is missing, or a new one comes too
/// late; HCW0902 when a migration fails; HCW0903 for a file that cannot be a migration.
pub(crate) async fn migrate(
    client: &mut Client,
    files: &[SourceFile],
) -> Result<MigrationOutcome, Box<Diagnostic>> {
    let project = file::parse(files)?;
    let embedded: Vec<SourceFile> = BOOKKEEPING
        .iter()
        .map(|(path, text)| SourceFile::new(*path, *text))
        .collect();
    let bookkeeping = file::parse(&embedded)?;

    client
        .execute("select pg_advisory_lock($1)", &[&LOCK_KEY])
        .await
        .map_err(|error| failure::server("the migration lock cannot be taken", &error))?;
    let result = migrate_locked(client, &bookkeeping, &project).await;
    let unlocked = client
        .execute("select pg_advisory_unlock($1)", &[&LOCK_KEY])
        .await;
    let outcome = result?;
    unlocked.map_err(|error| failure::server("the migration lock cannot be released", &error))?;
    Ok(outcome)
}

async fn migrate_locked(
    client: &mut Client,
    bookkeeping: &[MigrationFile],
    project: &[MigrationFile],
) -> Result<MigrationOutcome, Box<Diagnostic>> {
    create_schema(client)
        .await
        .map_err(|error| failure::server("the schema `hcw` cannot be made", &error))?;
    Ok(MigrationOutcome {
        bookkeeping: apply(
            client,
            Owner::Bookkeeping,
            "hcw.bookkeeping_history",
            bookkeeping,
        )
        .await?,
        project: apply(client, Owner::Project, "hcw.migration_history", project).await?,
    })
}

/// Makes the schema only when it is missing, so that a role without CREATE on the database can use
/// one that was made for it.
async fn create_schema(client: &Client) -> Result<(), tokio_postgres::Error> {
    let exists = client
        .query_one(
            "select exists (select from pg_namespace where nspname = 'hcw')",
            &[],
        )
        .await?;
    if exists.try_get::<_, bool>(0)? {
        return Ok(());
    }
    client.batch_execute("create schema hcw").await
}

async fn apply(
    client: &mut Client,
    owner: Owner,
    table: &str,
    files: &[MigrationFile],
) -> Result<Vec<String>, Box<Diagnostic>> {
    let applied = history::read(client, table)
        .await
        .map_err(|error| failure::server("the history of migrations cannot be read", &error))?;
    check(owner, &applied, files)?;
    let pending: Vec<&MigrationFile> = files
        .iter()
        .filter(|file| !applied.iter().any(|done| done.version == file.version))
        .collect();
    if pending.is_empty() {
        return Ok(Vec::new());
    }
    let migrations: Vec<Migration> = files.iter().map(|file| file.migration.clone()).collect();
    let mut runner = Runner::new(&migrations);
    runner.set_migration_table_name(table);
    match runner.run_async(client).await {
        Ok(report) => Ok(report
            .applied_migrations()
            .iter()
            .map(ToString::to_string)
            .collect()),
        Err(error) => Err(explain(&error, &pending)),
    }
}

/// Compares the history with the files: nothing that was applied may have changed or gone, and
/// nothing new may come before it.
fn check(
    owner: Owner,
    applied: &[history::Applied],
    files: &[MigrationFile],
) -> Result<(), Box<Diagnostic>> {
    for done in applied {
        let Some(file) = files.iter().find(|file| file.version == done.version) else {
            return Err(failure::missing(owner, done));
        };
        if done.name != file.name || done.checksum != file.checksum.to_string() {
            return Err(failure::changed(owner, done, file));
        }
    }
    let Some(latest) = applied.last() else {
        return Ok(());
    };
    let late = files.iter().find(|file| {
        file.version < latest.version && !applied.iter().any(|done| done.version == file.version)
    });
    late.map_or(Ok(()), |file| Err(failure::out_of_order(file, latest)))
}

/// Finds the migration that failed: the first pending one that the runner does not report as done.
fn explain(error: &refinery::Error, pending: &[&MigrationFile]) -> Box<Diagnostic> {
    let done = error
        .report()
        .map_or(0, |report| report.applied_migrations().len());
    let cause = std::error::Error::source(error)
        .and_then(|source| source.downcast_ref::<tokio_postgres::Error>());
    match (cause, error.report(), pending.get(done)) {
        (Some(cause), Some(_), Some(file)) => failure::refused(file, cause),
        (Some(cause), ..) => failure::server("the migrations cannot be applied", cause),
        _ => Box::new(Diagnostic::error(
            hcw_core::diagnostic::Code::MigrationFailed,
            "the migrations cannot be applied",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_migrations_are_valid() {
        let files: Vec<SourceFile> = BOOKKEEPING
            .iter()
            .map(|(path, text)| SourceFile::new(*path, *text))
            .collect();
        let parsed = file::parse(&files).expect("valid");
        assert_eq!(parsed[0].migration.to_string(), "V1__bookkeeping");
    }
}
