//! One file into its raw table, within a transaction that the caller ends.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use hcw_core::diagnostic::{Code, Diagnostic};
use tokio_postgres::Transaction;

use super::copy::{Refused, Segments};
use super::header::{self, Columns};
use super::input::{self, LandingFile};
use super::raw_table::{self, Shape};
use super::records::Next;
use super::reject::{Reason, Reject};
use super::summary::Rejected;
use super::{Format, LandingProgress, LandingTable, Report, bookkeeping, chunks, failure};

/// Bytes of rejected records that wait in memory.
const WAITING: usize = 4 * 1024 * 1024;

/// Records of one file that the server may refuse one by one before the load stops.
const MOST_REFUSED: usize = 1000;

/// What became of a file's records: in the file = `rows` + `rejected.count`.
#[derive(Debug, Clone, Default)]
pub(crate) struct FileCounts {
    pub(crate) rows: u64,
    pub(crate) rejected: Rejected,
    pub(crate) renamed: Vec<(usize, String, String)>,
}

/// Loads a file and remembers it.
pub(crate) async fn load(
    transaction: &Transaction<'_>,
    table: &LandingTable,
    file: &LandingFile,
    report: &mut Report<'_>,
) -> Result<FileCounts, Box<Diagnostic>> {
    let server = |error: tokio_postgres::Error| failure::server(table, Some(&file.name), &error);
    let read = Arc::new(AtomicU64::new(0));
    let opened = {
        let (file, read) = (file.clone(), read.clone());
        super::on_a_thread(move || input::open(&file, read)).await?
    };
    let columns = columns(table, file, opened.header.as_deref())?;
    let shape = Shape {
        columns: columns.names,
        format: file.format,
    };
    let constants = raw_table::ensure(transaction, table, &shape)
        .await
        .map_err(server)?;

    let prefix = raw_table::row_prefix(transaction, file, constants)
        .await
        .map_err(server)?;
    let prefix_length = prefix.len();

    let copy = raw_table::copy_statement(table, &shape, constants);
    let mut segments = Segments::start(transaction, &copy).await.map_err(server)?;
    let mut chunks = chunks::start(file.clone(), opened.records, prefix, read);
    let mut counts = FileCounts {
        renamed: columns.renamed,
        ..FileCounts::default()
    };
    let mut waiting: Vec<Reject> = Vec::new();
    let mut waiting_bytes = 0;
    let mut refused: Vec<Refused> = Vec::new();
    while let Some(chunk) = chunks.recv().await {
        let chunk = chunk?;
        counts.rows += chunk.row_count;
        segments.send(chunk.rows).await.map_err(server)?;
        collect_refused(table, file, &mut segments, &mut refused)?;
        for reject in chunk.rejects {
            counts.rejected.add(&reject);
            waiting_bytes += reject.raw.len() + size_of::<Reject>();
            waiting.push(reject);
        }
        if waiting_bytes >= WAITING {
            segments.end_segment().await.map_err(server)?;
            bookkeeping::keep_rejects(transaction, table, file, &waiting)
                .await
                .map_err(server)?;
            waiting.clear();
            waiting_bytes = 0;
        }
        report(LandingProgress {
            bytes_read: chunk.bytes_read,
            bytes: file.bytes,
        });
    }
    segments.end_segment().await.map_err(server)?;
    collect_refused(table, file, &mut segments, &mut refused)?;
    bookkeeping::keep_rejects(transaction, table, file, &waiting)
        .await
        .map_err(server)?;
    if !refused.is_empty() {
        let rejects = find_refused(file, refused, prefix_length).await?;
        counts.rows -= rejects.len() as u64;
        for reject in &rejects {
            counts.rejected.add(reject);
        }
        bookkeeping::keep_rejects(transaction, table, file, &rejects)
            .await
            .map_err(server)?;
    }
    bookkeeping::remember(transaction, table, file, counts.rows, counts.rejected.count)
        .await
        .map_err(server)?;
    Ok(counts)
}

fn columns(
    table: &LandingTable,
    file: &LandingFile,
    header: Option<&[String]>,
) -> Result<Columns, Box<Diagnostic>> {
    let Some(header) = header else {
        return Ok(Columns {
            names: vec!["record".to_owned()],
            renamed: Vec::new(),
        });
    };
    let columns = header::columns(header);
    header::check(&columns, &table.columns, &file.name, file.delimiter)
        .map_err(|diagnostic| failure::placed(table, diagnostic))?;
    Ok(columns)
}

/// Takes over what the server refused; too much of it is no longer a matter of single records.
fn collect_refused(
    table: &LandingTable,
    file: &LandingFile,
    segments: &mut Segments<'_, '_>,
    refused: &mut Vec<Refused>,
) -> Result<(), Box<Diagnostic>> {
    refused.extend(segments.take_refused());
    if refused.len() <= MOST_REFUSED {
        return Ok(());
    }
    let state = refused.last().map_or("", |refused| refused.state.as_str());
    Err(Box::new(
        Diagnostic::error(
            Code::LandingFailed,
            format!(
                "the server refuses over {MOST_REFUSED} records of `{}` (SQLSTATE {state})",
                file.name
            ),
        )
        .help(format!(
            "the columns and constraints of {} may have been changed: they should be text{}",
            raw_table::relation(table),
            if file.format == Format::Ndjson {
                " or jsonb"
            } else {
                ""
            }
        )),
    ))
}

/// Reads the file again for the lines and bytes of the records that the server refused.
async fn find_refused(
    file: &LandingFile,
    refused: Vec<Refused>,
    prefix_length: usize,
) -> Result<Vec<Reject>, Box<Diagnostic>> {
    let mut reasons = BTreeMap::new();
    for refused in refused {
        let digits = refused.row[prefix_length..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit());
        let row = digits.fold(0, |row, digit| row * 10 + u64::from(digit - b'0'));
        reasons.insert(row, reason_of(&refused.state, file.format));
    }
    let file = file.clone();
    super::on_a_thread(move || {
        let mut records = input::open(&file, Arc::default())?.records;
        let mut rejects = Vec::new();
        while rejects.len() < reasons.len() {
            let next = records
                .next()
                .map_err(|error| input::unreadable(&file.name, &error))?;
            if next == Next::End {
                break;
            }
            if let Some(reason) = reasons.get(&records.row()) {
                rejects.push(records.reject(*reason));
            }
        }
        input::check_unchanged(&file)?;
        Ok(rejects)
    })
    .await
}

fn reason_of(state: &str, format: Format) -> Reason {
    match (state, format) {
        ("22021", _) => Reason::InvalidUtf8,
        ("22P02", Format::Ndjson) => Reason::InvalidJson,
        ("22P05", Format::Ndjson) => Reason::JsonNulCharacter,
        ("22003", Format::Ndjson) => Reason::JsonNumberOutOfRange,
        ("54001", Format::Ndjson) => Reason::JsonTooDeep,
        _ => Reason::RefusedByServer,
    }
}
