//! What hcw remembers of what it has built, in schema `hcw` of the warehouse (docs/state.md), and what a run makes of
//! it. A record that is missing costs a build and nothing else; none says of a relation what it is not.

mod beneath;
mod called;
mod changes;
mod costs;
mod early;
mod landed;
mod observe;
mod orphans;
mod record;
mod runs;
mod store;

use std::collections::{BTreeMap, BTreeSet};

use hcw_core::analyse::Analysed;
use hcw_core::diagnostic::Diagnostic;
use hcw_core::fingerprint::{Fingerprint, fingerprints};
use hcw_core::plan::{self, Work};
use hcw_core::project::UniqueId;
use hcw_core::settings::Publish;
use hcw_core::skip::{self, Decisions, Memory, Wish};
use tokio_postgres::Client;

use crate::args::{Flags, Verb};
use crate::session::Session;

pub(crate) use changes::{Changes, refused};
pub(crate) use costs::Counters;
pub(crate) use early::{Early, Surroundings};
pub(crate) use record::{Ended, Recorder};
pub(crate) use runs::{held_record, latest, note_published, read_run, read_runs};
pub(crate) use store::Store;

/// What a run knows of its nodes before its first step.
pub(crate) struct Reckoning {
    /// Which run, which are left, and why.
    pub(crate) decisions: Decisions,
    fingerprints: BTreeMap<UniqueId, Fingerprint>,
    memory: Memory,
}

/// Whether a call records what it builds. Under dbt's own way of publishing nothing is remembered.
pub(crate) fn is_kept(session: &Session) -> bool {
    session.settings.publish != Publish::Legacy && session.flags.verb != Verb::Clone
}

/// Why a call runs everything, if it does.
pub(crate) fn runs_all(flags: &Flags) -> Option<&'static str> {
    let of_environment = std::env::var("HCW_NO_SKIP").unwrap_or_default();
    let is_off = !matches!(
        of_environment.to_lowercase().as_str(),
        "" | "0" | "false" | "f" | "no" | "n" | "off"
    );
    match flags.verb {
        _ if flags.full_refresh => Some("--full-refresh builds everything anew"),
        Verb::Build if flags.switch("no_skip") => Some("--no-skip runs everything"),
        Verb::Build if is_off => Some("HCW_NO_SKIP is set: everything runs"),
        Verb::Build => None,
        _ => Some("only `build` leaves out what is done"),
    }
}

/// Has the session ready for [`reckon`]: what it has done is counted, and until all is asked its long queries are not
/// compiled.
pub(crate) async fn ready(client: &Client, server_version: u32) -> Result<(), Diagnostic> {
    let ((), uncompiled) = tokio::join!(
        observe::count(client, server_version),
        observe::compile_queries(client, false),
    );
    uncompiled
}

/// Compares what is to be built with what was, and with the warehouse.
pub(crate) async fn reckon(
    session: &Session,
    client: &Client,
    (store, surroundings): (&Store, Surroundings),
    analysed: &Analysed,
    (selected, work): (&BTreeSet<UniqueId>, &Work),
) -> Result<Reckoning, Diagnostic> {
    let resolved = &analysed.resolved;
    let steps = selected
        .iter()
        .filter(|id| plan::is_for(resolved, id, work));
    let mut fingerprints = fingerprints(analysed, steps);
    let wish = Wish {
        run: &session.settings.invocation_id,
        runs_all: runs_all(&session.flags),
    };
    let mut memory = Memory {
        nodes: store.nodes.clone(),
        ..Memory::default()
    };
    skip::with_settings(&mut fingerprints, &surroundings.settings);
    memory.objects = surroundings.objects;
    skip::with_objects(&mut fingerprints, &memory.objects);
    called::functions(client, &fingerprints, &mut memory).await?;
    skip::with_functions(&mut fingerprints, &memory.functions);
    let asked = (&fingerprints, wish.runs_all.is_some());
    observe::relations(client, resolved, asked, &mut memory).await?;
    observe::compile_queries(client, true).await?;
    let landing = match work.land {
        true => landed::survey(session, client, resolved, selected, &memory).await?,
        false => BTreeMap::new(),
    };
    Ok(Reckoning {
        decisions: skip::decide(resolved, &fingerprints, &landing, &memory, wish),
        fingerprints,
        memory,
    })
}
