//! Landing: files at a source's location become rows of a raw table.
//!
//! Every record of a file either lands or is kept in `hcw.load_rejects`; a content that has landed
//! is not loaded again. In mode append each file is a transaction, in mode replace each table is
//! one, so that a load that is cut short leaves nothing behind. Loads of one table wait for each
//! other. Nothing here prints.

mod bookkeeping;
mod chunks;
mod class;
mod copy;
pub(crate) mod copy_text;
mod csv_scan;
mod failure;
mod header;
mod input;
mod json_check;
mod load;
mod location;
mod raw_table;
mod records;
mod reject;
mod summary;
mod window;

use std::collections::BTreeSet;
use std::path::Path;

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::name::quote_identifier;
use hcw_core::plan::LandingTable;
use hcw_core::project::{LandingFormat as Format, LandingMode as Mode};
use sha2::{Digest, Sha256};
use tokio_postgres::{Client, IsolationLevel, Transaction};

use bookkeeping::Landed;
use input::LandingFile;
use load::FileCounts;

/// How far a file is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LandingProgress {
    /// Bytes read of those on disk.
    pub(crate) bytes_read: u64,
    pub(crate) bytes: u64,
}

/// Takes news of the progress.
pub(crate) type Report<'report> = dyn FnMut(LandingProgress) + Send + 'report;

/// What happened to the files of one table: records read = `rows` + `rejects`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LandingOutcome {
    /// Names of the files that were loaded now.
    pub(crate) loaded: Vec<String>,
    /// Names of the files whose content had landed already.
    pub(crate) unchanged: Vec<String>,
    /// Names of the files whose rows were removed (mode replace).
    pub(crate) removed: Vec<String>,
    /// Rows landed now.
    pub(crate) rows: u64,
    /// Records kept as rejects now.
    pub(crate) rejects: u64,
    /// HCW0804 for each file with rejects, HCW0803 for each with renamed columns.
    pub(crate) warnings: Vec<Diagnostic>,
}

/// Lands the files of one table.
///
/// **Errors**: HCW0801 when no file matches; HCW0802 for a file that cannot be read; HCW0803 when
/// a declared column is missing; HCW0805 when the server refuses. In mode append, files before the
/// failing one have landed.
pub(crate) async fn land(
    client: &mut Client,
    project_dir: &Path,
    table: &LandingTable,
    report: &mut Report<'_>,
) -> Result<LandingOutcome, Box<Diagnostic>> {
    land_files(client, project_dir, table, report)
        .await
        .map_err(|diagnostic| failure::placed(table, diagnostic))
}

/// Names and hashes of the files of each table; nothing for a table whose files cannot be read.
pub(crate) async fn hashes(
    project_dir: &Path,
    tables: Vec<LandingTable>,
) -> Vec<Option<BTreeSet<(String, String)>>> {
    let project_dir = project_dir.to_path_buf();
    let count = tables.len();
    let hashed = tokio::task::spawn_blocking(move || {
        let of_table = |table: &LandingTable| {
            let found = location::find(&project_dir, &table.landing.location).ok()?;
            let digests = found.iter().map(|found| input::digest(table, found).ok());
            digests
                .map(|file| file.map(|file| (file.name, file.sha256)))
                .collect()
        };
        tables.iter().map(of_table).collect()
    });
    hashed.await.unwrap_or_else(|_| vec![None; count])
}

async fn land_files(
    client: &mut Client,
    project_dir: &Path,
    table: &LandingTable,
    report: &mut Report<'_>,
) -> Result<LandingOutcome, Box<Diagnostic>> {
    let files = {
        let (project_dir, table) = (project_dir.to_path_buf(), table.clone());
        on_a_thread(move || {
            let found = location::find(&project_dir, &table.landing.location)?;
            let digests = found.iter().map(|found| input::digest(&table, found));
            digests.collect::<Result<Vec<LandingFile>, _>>()
        })
        .await?
    };
    raw_table::ensure_schema(client, &table.relation.schema)
        .await
        .map_err(|error| failure::server(table, None, &error))?;
    match table.landing.mode {
        Mode::Append => append(client, table, &files, report).await,
        Mode::Replace => replace(client, table, &files, report).await,
    }
}

async fn append(
    client: &mut Client,
    table: &LandingTable,
    files: &[LandingFile],
    report: &mut Report<'_>,
) -> Result<LandingOutcome, Box<Diagnostic>> {
    let mut outcome = LandingOutcome::default();
    let mut present = Vec::new();
    for (index, file) in files.iter().enumerate() {
        if index > 0 && present.contains(&file.sha256) {
            outcome.unchanged.push(file.name.clone());
            continue;
        }
        let server =
            |error: tokio_postgres::Error| failure::server(table, Some(&file.name), &error);
        let transaction = begin(client, table).await.map_err(server)?;
        let landed = bookkeeping::landed(&transaction, table)
            .await
            .map_err(server)?;
        let known = landed.iter().find(|landed| landed.sha256 == file.sha256);
        if known.is_some_and(|landed| landed.present) {
            outcome.unchanged.push(file.name.clone());
        } else {
            if known.is_some() {
                let digests = [file.sha256.clone()];
                bookkeeping::forget(&transaction, table, &digests)
                    .await
                    .map_err(server)?;
            }
            let counts = load::load(&transaction, table, file, report).await?;
            transaction.commit().await.map_err(server)?;
            outcome.add(table, file, &counts);
            present.push(file.sha256.clone());
        }
        let still = landed.into_iter().filter(|landed| landed.present);
        present.extend(still.map(|landed| landed.sha256));
    }
    Ok(outcome)
}

async fn replace(
    client: &mut Client,
    table: &LandingTable,
    files: &[LandingFile],
    report: &mut Report<'_>,
) -> Result<LandingOutcome, Box<Diagnostic>> {
    let server = |error: tokio_postgres::Error| failure::server(table, None, &error);
    let mut outcome = LandingOutcome::default();
    let transaction = begin(client, table).await.map_err(server)?;
    let landed = bookkeeping::landed(&transaction, table)
        .await
        .map_err(server)?;
    let mut wanted: Vec<&LandingFile> = Vec::new();
    for file in files {
        if wanted.iter().any(|earlier| earlier.sha256 == file.sha256) {
            outcome.unchanged.push(file.name.clone());
        } else {
            wanted.push(file);
        }
    }
    let is_same = |landed: &Landed, file: &LandingFile| {
        landed.present && landed.sha256 == file.sha256 && landed.file == file.name
    };
    let (kept, gone): (Vec<Landed>, Vec<Landed>) = landed
        .into_iter()
        .partition(|landed| wanted.iter().any(|file| is_same(landed, file)));
    let digests: Vec<String> = gone.iter().map(|landed| landed.sha256.clone()).collect();
    bookkeeping::forget(&transaction, table, &digests)
        .await
        .map_err(server)?;
    for file in wanted {
        if kept.iter().any(|landed| is_same(landed, file)) {
            outcome.unchanged.push(file.name.clone());
            continue;
        }
        let counts = load::load(&transaction, table, file, report).await?;
        outcome.add(table, file, &counts);
    }
    transaction.commit().await.map_err(server)?;
    let loaded = &outcome.loaded;
    let names = gone.into_iter().map(|landed| landed.file);
    outcome.removed = names.filter(|name| !loaded.contains(name)).collect();
    Ok(outcome)
}

impl LandingOutcome {
    fn add(&mut self, table: &LandingTable, file: &LandingFile, counts: &FileCounts) {
        self.loaded.push(file.name.clone());
        self.rows += counts.rows;
        self.rejects += counts.rejected.count;
        if !counts.renamed.is_empty() {
            let warning = summary::renamed_warning(table, &file.name, &counts.renamed);
            self.warnings.push(warning);
        }
        if counts.rejected.count > 0 {
            let warning =
                summary::rejects_warning(table, &file.name, counts.rows, &counts.rejected);
            self.warnings
                .push(*failure::placed(table, Box::new(warning)));
        }
    }
}

/// Starts a transaction that sees what earlier loads of the table committed.
async fn begin<'client>(
    client: &'client mut Client,
    table: &LandingTable,
) -> Result<Transaction<'client>, tokio_postgres::Error> {
    let transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::ReadCommitted)
        .start()
        .await?;
    bookkeeping::lock(&transaction, table).await?;
    Ok(transaction)
}

/// Key of the advisory lock on a schema or table.
fn lock_key(names: &[&str]) -> i64 {
    let mut hasher = Sha256::new();
    hasher.update(b"hcw landing");
    for name in names {
        hasher.update([0]);
        hasher.update(name.as_bytes());
    }
    let digest = hasher.finalize();
    let mut key = [0; 8];
    key.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(key)
}

/// Runs blocking work on a thread of its own.
async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Box<Diagnostic>> + Send + 'static,
) -> Result<T, Box<Diagnostic>> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
        Err(Box::new(Diagnostic::error(
            Code::LandingFailed,
            "reading was interrupted",
        )))
    })
}
