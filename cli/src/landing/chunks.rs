//! Records to chunks of COPY text, made on a thread of their own and handed over in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use hcw_core::diagnostic::Diagnostic;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::input::{self, LandingFile};
use super::records::{Next, Records};
use super::reject::Reject;

/// Size from which a chunk of COPY text is sent.
const CHUNK: usize = 256 * 1024;

/// Bytes of rejected records from which a chunk is handed over.
const REJECTED_CHUNK: usize = 1024 * 1024;

/// Some records of a file.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    /// COPY text of the good ones, one line each.
    pub(crate) rows: Bytes,
    /// Their number.
    pub(crate) row_count: u64,
    /// The others.
    pub(crate) rejects: Vec<Reject>,
    /// Bytes of the file read so far.
    pub(crate) bytes_read: u64,
}

/// Starts to read records; the channel ends with the file or with an error.
///
/// Every row starts with the prefix, then its number, then its fields.
pub(crate) fn start(
    file: LandingFile,
    records: Records,
    prefix: Vec<u8>,
    read: Arc<AtomicU64>,
) -> Receiver<Result<Chunk, Box<Diagnostic>>> {
    let (sender, receiver) = channel(3);
    tokio::task::spawn_blocking(move || produce(&file, records, &prefix, &read, &sender));
    receiver
}

fn produce(
    file: &LandingFile,
    mut records: Records,
    prefix: &[u8],
    read: &AtomicU64,
    sender: &Sender<Result<Chunk, Box<Diagnostic>>>,
) {
    loop {
        let (chunk, at_end) = match next_chunk(&mut records, prefix) {
            Ok(next) => next,
            Err(error) => {
                let _ = sender.blocking_send(Err(input::unreadable(&file.name, &error)));
                return;
            }
        };
        let chunk = Chunk {
            bytes_read: read.load(Ordering::Relaxed),
            ..chunk
        };
        // nobody listens any more when loading has failed
        if sender.blocking_send(Ok(chunk)).is_err() {
            return;
        }
        if at_end {
            if let Err(error) = input::check_unchanged(file) {
                let _ = sender.blocking_send(Err(error));
            }
            return;
        }
    }
}

fn next_chunk(records: &mut Records, prefix: &[u8]) -> std::io::Result<(Chunk, bool)> {
    let mut rows = Vec::with_capacity(CHUNK + CHUNK / 4);
    let mut row_count = 0;
    let mut rejects = Vec::new();
    let mut rejected_bytes = 0;
    let mut at_end = false;
    while rows.len() < CHUNK && rejected_bytes < REJECTED_CHUNK {
        match records.next()? {
            Next::Good => {
                rows.extend_from_slice(prefix);
                records.encode(&mut rows);
                row_count += 1;
            }
            Next::Bad(reason) => {
                let reject = records.reject(reason);
                rejected_bytes += reject.raw.len() + size_of::<Reject>();
                rejects.push(reject);
            }
            Next::End => {
                at_end = true;
                break;
            }
        }
    }
    let chunk = Chunk {
        rows: Bytes::from(rows),
        row_count,
        rejects,
        bytes_read: 0,
    };
    Ok((chunk, at_end))
}
