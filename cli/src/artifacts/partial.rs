//! `partial_parse.json`: what the last parse was made of. It is only ever a help: what cannot be read, is of another
//! version or does not fit the files that are there means that the project is parsed, and never an error.

pub(crate) mod compiled;
mod excerpt;

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use hcw_core::diagnostic::Diagnostic;
use hcw_core::manifest::{self, Progress, Splice};
use hcw_core::partial::{self, Edit, Record};
use serde::{Deserialize, Serialize};

use super::{MANIFEST, SEMANTIC_MANIFEST, write};
use crate::session::Session;

/// The file's name.
const NAME: &str = "partial_parse.json";
/// The metadata of artifacts is within so many bytes.
const START: u64 = 1 << 16;
/// What a parse writes.
const ARTIFACTS: [&str; 2] = [MANIFEST, SEMANTIC_MANIFEST];

/// The file.
#[derive(Serialize, Deserialize)]
struct Memory {
    record: Record,
    /// The artifacts as the parse left them.
    artifacts: Vec<Stamp>,
}

/// By what a file is known to be as it was.
#[derive(PartialEq, Serialize, Deserialize)]
struct Stamp {
    bytes: u64,
    /// Nanoseconds since 1970.
    modified: u64,
}

/// The key of the session's parse.
pub(crate) fn key(session: &Session) -> String {
    // a version in development has one number for many programs
    let program = std::env::current_exe().ok();
    let program = program.and_then(|path| stamp(&path));
    let program = program.map_or_else(String::new, |stamp| {
        format!("{} {}", stamp.bytes, stamp.modified)
    });
    let edge = [
        &program,
        &*session.project_dir.to_string_lossy(),
        &session.project_file.target_path,
    ];
    partial::key(&session.tree, &session.settings, &edge)
}

/// The parse of before with its warnings, when parsing would give the same; its manifest is this run's then.
pub(crate) fn recall(session: &Session, key: &str) -> Option<(Record, Vec<Diagnostic>)> {
    if is_off(session) {
        return None;
    }
    let asked_for = session.flags.text("partial_parse_file_path");
    let path = match asked_for.filter(|path| !path.is_empty()) {
        Some(path) => PathBuf::from(path),
        None => session.target_path().join(NAME),
    };
    let memory: Memory = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    if memory.artifacts != stamps(session, &ARTIFACTS)? {
        return None;
    }
    let (record, warnings) = unchanged(session, key, memory.record.clone())
        .or_else(|| changed(session, key, memory.record))?;
    renew_head(session, MANIFEST)?;
    Some((remember(session, Some(record))?, warnings))
}

/// What is known when nothing has changed but texts around the code of templates.
fn unchanged(
    session: &Session,
    key: &str,
    mut record: Record,
) -> Option<(Record, Vec<Diagnostic>)> {
    let recalled = record.recall(key, &session.tree, &session.settings)?;
    show(session, &recalled.edits)?;
    Some((record, recalled.warnings))
}

/// Has the manifest show edits that change no more than the text.
fn show(session: &Session, edits: &[Edit]) -> Option<()> {
    if edits.is_empty() {
        return Some(());
    }
    let path = session.target_path().join(MANIFEST);
    let manifest = fs::read(&path).ok()?;
    let splices = manifest::splices(&manifest, edits)?;
    splice(&path, &manifest, &splices)
}

/// What is known when some nodes have changed, of which an excerpt of the project tells all.
fn changed(session: &Session, key: &str, record: Record) -> Option<(Record, Vec<Diagnostic>)> {
    let excerpt = record.excerpt(key, &session.tree, &session.settings)?;
    let resolved = excerpt::parsed(session, &excerpt)?;
    let path = session.target_path().join(MANIFEST);
    let manifest = fs::read(&path).ok()?;
    let splices = excerpt::splices(
        session,
        &excerpt,
        &resolved,
        &Progress::default(),
        &manifest,
    )?;
    let record = record.after(&excerpt, &session.tree, &resolved)?;
    let warnings = record.warnings(&session.tree)?;
    splice(&path, &manifest, &splices)?;
    // the process ends: nobody needs the memory
    std::mem::forget(resolved);
    Some((record, warnings))
}

/// Keeps what is known of a parse, when its artifacts have been written; without a record what was kept goes.
pub(crate) fn remember(session: &Session, record: Option<Record>) -> Option<Record> {
    let path = session.target_path().join(NAME);
    let memory = record
        .filter(|_| session.flags.write_json)
        .and_then(|record| {
            Some(Memory {
                record,
                artifacts: stamps(session, &ARTIFACTS)?,
            })
        });
    let Some(memory) = memory else {
        let _missing = fs::remove_file(path);
        return None;
    };
    let text = serde_json::to_vec(&memory).ok()?;
    let _unwritable = write(&path, &text);
    Some(memory.record)
}

/// Gives an artifact other bytes in some places; what stands before the first of them stays.
fn splice(path: &Path, before: &[u8], splices: &[Splice]) -> Option<()> {
    let Some((first, _)) = splices.first() else {
        return Some(());
    };
    let mut end = first.start;
    let file = OpenOptions::new().write(true).open(path).ok()?;
    let mut writer = BufWriter::with_capacity(1 << 18, file);
    writer
        .seek(SeekFrom::Start(u64::try_from(end).ok()?))
        .ok()?;
    for (range, text) in splices {
        writer.write_all(before.get(end..range.start)?).ok()?;
        writer.write_all(text).ok()?;
        end = range.end;
    }
    writer.write_all(before.get(end..)?).ok()?;
    writer.flush().ok()?;
    let length = writer.stream_position().ok()?;
    writer.get_ref().set_len(length).ok()
}

/// Makes an artifact one of this run.
fn renew_head(session: &Session, name: &str) -> Option<()> {
    let path = session.target_path().join(name);
    let mut start = Vec::new();
    let file = File::open(&path).ok()?;
    file.take(START).read_to_end(&mut start).ok()?;
    let now = jiff::Timestamp::now().to_string();
    let renewed = manifest::renewed(&start, &session.settings, &now)?;
    let mut file = OpenOptions::new().write(true).open(&path).ok()?;
    file.write_all(&renewed).ok()
}

/// Whether nothing is remembered.
fn is_off(session: &Session) -> bool {
    !session.flags.write_json || !session.flags.switch("partial_parse")
}

fn stamps(session: &Session, names: &[&str]) -> Option<Vec<Stamp>> {
    let folder = session.target_path();
    names.iter().map(|name| stamp(&folder.join(name))).collect()
}

fn stamp(path: &Path) -> Option<Stamp> {
    let facts = fs::metadata(path).ok()?;
    let modified = facts.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Stamp {
        bytes: facts.len(),
        modified: u64::try_from(modified.as_nanos()).ok()?,
    })
}
