//! `partial_compile.json`: what the last `compile` of a whole project was made of. Where nothing of that has changed,
//! and every file that it wrote stands as it was written, the next one has only to tell its artifacts apart; where
//! single nodes have changed, they are compiled by themselves.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hcw_core::analyse::{Analysed, analyse};
use hcw_core::artifact::RunResult;
use hcw_core::diagnostic::Diagnostic;
use hcw_core::graph::Resolved;
use hcw_core::manifest::{self, Progress, Splice};
use hcw_core::partial::{Edit, Record};
use hcw_core::project::{NodeKind, SELECTOR_FILE, UniqueId};
use hcw_core::state::WarehouseState;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::super::run_results::RUN_RESULTS;
use super::{
    MANIFEST, SEMANTIC_MANIFEST, START, Stamp, excerpt, is_off, renew_head, show, splice, stamp,
    stamps,
};
use crate::args::Flags;
use crate::artifacts::{COMPILED, compiled_path, write, write_compiled};
use crate::report::Secrets;
use crate::session::Session;

const NAME: &str = "partial_compile.json";
/// What a compile writes beside the SQL.
const ARTIFACTS: [&str; 3] = [MANIFEST, SEMANTIC_MANIFEST, RUN_RESULTS];
/// Where the results of a run end.
const END: &[u8] = br#"],"elapsed_time":"#;

/// The file.
#[derive(Serialize, Deserialize)]
struct Memory {
    record: Record,
    told: Told,
    artifacts: Vec<Stamp>,
    /// The files of SQL, below the folder of compiled SQL.
    files: Vec<(String, Stamp)>,
}

/// What the verb tells.
#[derive(Serialize, Deserialize)]
pub(crate) struct Told {
    /// What the project holds.
    pub(crate) found: String,
    /// How many nodes are compiled.
    pub(crate) count: usize,
}

/// Whether a call compiles all that there is, of this environment alone.
pub(crate) fn is_whole(session: &Session, flags: &Flags) -> bool {
    let is_selecting =
        !flags.select.is_empty() || !flags.exclude.is_empty() || flags.selector.is_some();
    !is_selecting
        && flags.inline.is_none()
        // what a `retry` does again
        && flags.only.is_none()
        && !flags.switch("defer")
        && session.tree.get(SELECTOR_FILE).is_none()
        && Secrets::of_environment().is_empty()
}

/// How the result of a node is told that was compiled to this.
pub(crate) type Result<'run> = &'run dyn Fn(&Resolved, &UniqueId, &str) -> RunResult;

/// What the compile of before told and warned of, when compiling would give the same, or the same but for some nodes
/// that are compiled by themselves; its artifacts are this run's then.
pub(crate) fn recall(
    session: &Session,
    key: &str,
    elapsed: impl Fn() -> Duration,
    result: Result<'_>,
) -> Option<(Told, Vec<Diagnostic>)> {
    if is_off(session) {
        return None;
    }
    let target = session.target_path();
    let kept = fs::read(target.join(NAME)).ok()?;
    let mut memory: Memory = serde_json::from_slice(&kept).ok()?;
    if memory.artifacts != stamps(session, &ARTIFACTS)? {
        return None;
    }
    let folder = target.join(COMPILED);
    let is_there =
        |(path, known): &(String, Stamp)| stamp(&folder.join(path)).as_ref() == Some(known);
    if !memory.files.par_iter().all(is_there) {
        return None;
    }
    let mut record = memory.record.clone();
    let recalled = record.recall(key, &session.tree, &session.settings);
    // the rows of seeds are nothing that is compiled, but templates may ask for their digests
    let is_of_seeds = |edits: &[Edit]| {
        edits.is_empty()
            || edits.iter().all(Edit::is_of_seed) && !excerpt::asks_of_all(&session.tree)
    };
    let warnings = match recalled.filter(|recalled| is_of_seeds(&recalled.edits)) {
        Some(recalled) => {
            show(session, &recalled.edits)?;
            recalled.warnings
        }
        None => {
            record = changed(session, key, &mut memory, result)?;
            record.warnings(&session.tree)?
        }
    };
    memory.record = record;
    renew_head(session, MANIFEST)?;
    renew_head(session, RUN_RESULTS)?;
    renew_end(session, elapsed())?;
    memory.artifacts = stamps(session, &ARTIFACTS)?;
    keep(&target, &memory)?;
    Some((memory.told, warnings))
}

/// Compiles some nodes that have changed, of which an excerpt of the project tells all.
fn changed(
    session: &Session,
    key: &str,
    memory: &mut Memory,
    result: Result<'_>,
) -> Option<Record> {
    let excerpt = (memory.record).excerpt(key, &session.tree, &session.settings)?;
    if excerpt::asks_of_all(&session.tree) {
        return None;
    }
    let resolved = excerpt::parsed(session, &excerpt)?;
    let record = memory.record.clone();
    let record = record.after(&excerpt, &session.tree, &resolved)?;
    let nodes = &resolved.project().nodes;
    let wanted: BTreeSet<UniqueId> = (nodes.values())
        .filter(|node| excerpt.wanted.has(node))
        .map(|node| node.id.clone())
        .collect();
    // what is told of the whole project stays as it was
    let is_same_set = wanted
        .iter()
        .map(UniqueId::as_str)
        .eq(excerpt.before.iter());
    let is_ephemeral = |id: &UniqueId| {
        let config = nodes
            .get(id)
            .and_then(|node| node.config.get("materialized"));
        config.is_some_and(|materialized| materialized == "ephemeral")
    };
    let reads_ephemeral = |id: &UniqueId| resolved.graph.parents(id).any(is_ephemeral);
    if !is_same_set
        || wanted
            .iter()
            .any(|id| is_ephemeral(id) || reads_ephemeral(id))
    {
        return None;
    }
    let state = WarehouseState {
        is_unknown: true,
        ..WarehouseState::default()
    };
    let analysed = analyse(resolved, &Arc::new(state), &wanted);
    let is_all = analysed.late.is_empty() && analysed.failed.is_empty();
    if !is_all || !analysed.compiled.keys().eq(&wanted) {
        return None;
    }
    let target = session.target_path();
    let manifest = fs::read(target.join(MANIFEST)).ok()?;
    let progress = Progress::of_compiled(&analysed.compiled);
    let splices = excerpt::splices(session, &excerpt, &analysed.resolved, &progress, &manifest)?;
    let results = fs::read(target.join(RUN_RESULTS)).ok()?;
    let told = analysed.compiled.iter().map(|(id, compiled)| {
        let result = result(&analysed.resolved, id, &compiled.sql);
        let place = manifest::result_of(&results, id.as_str())?;
        Some((place, serde_json::to_vec(&result).ok()?))
    });
    let mut told: Vec<Splice> = told.collect::<Option<_>>()?;
    told.sort_by_key(|(place, _)| place.start);
    write_compiled(session, &analysed, &Progress::default(), &BTreeSet::new()).ok()?;
    splice(&target.join(MANIFEST), &manifest, &splices)?;
    splice(&target.join(RUN_RESULTS), &results, &told)?;
    let written: BTreeSet<String> = wanted
        .iter()
        .filter_map(|id| analysed.resolved.project().nodes.get(id))
        .map(compiled_path)
        .collect();
    for (path, known) in &mut memory.files {
        if written.contains(path) {
            *known = stamp(&target.join(COMPILED).join(path))?;
        }
    }
    // the process ends: nobody needs the memory
    std::mem::forget(analysed);
    Some(record)
}

/// Keeps what is known of a compile, when its artifacts have been written; without a record what was kept goes.
pub(crate) fn remember(
    session: &Session,
    record: Option<Record>,
    analysed: &Analysed,
    found: String,
) {
    let target = session.target_path();
    let memory = record.filter(|_| !is_off(session)).and_then(|record| {
        let nodes = &analysed.resolved.project().nodes;
        let paths: Vec<String> = analysed
            .compiled
            .keys()
            .filter_map(|id| nodes.get(id))
            .filter(|node| node.kind != NodeKind::Seed)
            .map(compiled_path)
            .collect();
        let folder = target.join(COMPILED);
        let files: Option<Vec<(String, Stamp)>> = paths
            .into_par_iter()
            .map(|path| {
                let stamp = stamp(&folder.join(&path))?;
                Some((path, stamp))
            })
            .collect();
        Some(Memory {
            record,
            told: Told {
                found,
                count: analysed.compiled.len(),
            },
            artifacts: stamps(session, &ARTIFACTS)?,
            files: files?,
        })
    });
    if memory.and_then(|memory| keep(&target, &memory)).is_none() {
        let _missing = fs::remove_file(target.join(NAME));
    }
}

fn keep(target: &Path, memory: &Memory) -> Option<()> {
    let text = serde_json::to_vec(memory).ok()?;
    write(&target.join(NAME), &text).ok()
}

/// Gives the results the time and the arguments of this run.
fn renew_end(session: &Session, elapsed: Duration) -> Option<()> {
    let path = session.target_path().join(RUN_RESULTS);
    let mut file = OpenOptions::new().read(true).write(true).open(&path).ok()?;
    let length = file.metadata().ok()?.len();
    let from = length.saturating_sub(START);
    file.seek(SeekFrom::Start(from)).ok()?;
    let mut end = Vec::new();
    file.read_to_end(&mut end).ok()?;
    let at = manifest::last(&end, END)?;
    let elapsed = serde_json::to_string(&elapsed.as_secs_f64()).ok()?;
    let arguments = serde_json::to_string(&session.flags.values).ok()?;
    let mut renewed = END.to_vec();
    renewed.extend_from_slice(format!("{elapsed},\"args\":{arguments}}}\n").as_bytes());
    let start = from + u64::try_from(at).ok()?;
    file.seek(SeekFrom::Start(start)).ok()?;
    file.write_all(&renewed).ok()?;
    file.set_len(start + u64::try_from(renewed.len()).ok()?)
        .ok()
}
