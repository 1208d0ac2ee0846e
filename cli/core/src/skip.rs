//! Which nodes a build leaves as they are: a pure decision over what was recorded of earlier runs and what the server
//! says of the relations now.
//!
//! A node that is built gets the id of the run as its *version*. It is left alone while its fingerprint is the recorded
//! one, the versions of its inputs are those that it was built from, and its relation is what was built. Since what is
//! built anew has a new version, all that read it follow: a query may order its rows otherwise the next time.

mod called;
mod content;
mod decide;
mod object;
mod reason;
mod seen;

use std::collections::{BTreeMap, BTreeSet};

pub use called::{Called, Functions};
pub use content::{Content, Outside};
pub use decide::{Landing, decide, inputs};
pub use object::{ObjectSeen, mentioned, with_objects};
pub use reason::{Reason, Verdict};
pub use seen::{Counts, FunctionSeen, Seen};

use crate::drift::Grant;
use crate::fingerprint::{Fingerprint, Part, digest};
use crate::name::RelationName;
use crate::project::{Node, NodeKind, UniqueId, config};
use crate::sql::WrittenName;

/// Before the name of an input that no `ref` or `source` gave.
const NAMED: &str = "relation ";

/// What was recorded when a node was built, or a test passed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remembered {
    /// The run that built it; of a source, what its rows were known by.
    pub version: String,
    /// Its fingerprint.
    pub parts: BTreeMap<Part, String>,
    /// What it was built from, by id: versions, or of sources what their rows were known by.
    pub inputs: BTreeMap<String, String>,
    /// Its relation when it was built.
    pub relation: Option<Seen>,
    /// The grants that were declared.
    pub granted: BTreeSet<Grant>,
}

impl Remembered {
    /// The names that it read itself.
    pub fn named(&self) -> impl Iterator<Item = WrittenName> {
        let names = self.inputs.keys().filter_map(|id| id.strip_prefix(NAMED));
        names.map(|name| name.split('.').map(str::to_owned).collect())
    }
}

/// What is known of the warehouse before a run.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// What was recorded, by id.
    pub nodes: BTreeMap<String, Remembered>,
    /// Relations as they are now, by schema and name.
    pub relations: BTreeMap<(String, String), Seen>,
    /// Sources as they are now.
    pub sources: BTreeMap<UniqueId, Outside>,
    /// Relations that queries name themselves, those that there are.
    pub named: BTreeMap<WrittenName, Outside>,
    /// Functions by name, of all schemas.
    pub functions: Vec<FunctionSeen>,
    /// The names that functions were asked for.
    pub asked: BTreeSet<String>,
    /// Types, operators and configurations of text search that are not PostgreSQL's own.
    pub objects: Vec<ObjectSeen>,
}

impl Memory {
    /// The relation of that name as it is now.
    pub fn seen(&self, name: &RelationName) -> Option<&Seen> {
        self.relations
            .get(&(name.schema.clone(), name.identifier.clone()))
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish<'run> {
    /// The id of this run.
    pub run: &'run str,
    /// Why everything is to run, where it is.
    pub runs_all: Option<&'static str>,
}

/// What becomes of each node of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decisions {
    /// By id.
    pub verdicts: BTreeMap<UniqueId, Verdict>,
}

impl Decisions {
    /// Nodes whose declared grants or policies are not what stands: of those that are left they are made again.
    pub fn restore<'id>(&mut self, part: Part, ids: impl Iterator<Item = &'id str>) {
        let ids: BTreeSet<&str> = ids.collect();
        for (id, verdict) in &mut self.verdicts {
            if let Verdict::Reuse { refreshed } = verdict
                && ids.contains(id.as_str())
                && !refreshed.contains(&part)
            {
                refreshed.push(part);
            }
        }
    }

    /// Whether a node is left as it is, and a part of it has not changed.
    pub fn keeps(&self, id: &str, part: Part) -> bool {
        let mut verdicts = self.verdicts.iter();
        let verdict = verdicts.find(|(known, _)| known.as_str() == id);
        matches!(verdict, Some((_, Verdict::Reuse { refreshed })) if !refreshed.contains(&part))
    }

    /// The nodes that are left as they are.
    pub fn reused(&self) -> BTreeSet<UniqueId> {
        let verdicts = self.verdicts.iter();
        let reused = verdicts.filter(|(_, verdict)| matches!(verdict, Verdict::Reuse { .. }));
        reused.map(|(id, _)| id.clone()).collect()
    }
}

/// Completes fingerprints with what the server says of the functions that are called.
pub fn with_functions(
    fingerprints: &mut BTreeMap<UniqueId, Fingerprint>,
    functions: &[FunctionSeen],
) {
    let functions = Functions::of(functions);
    for fingerprint in fingerprints.values_mut() {
        let called = functions.called(&fingerprint.calls, &fingerprint.attributes);
        fingerprint.reads.extend(called.reads);
        fingerprint.obstacles.extend(called.obstacles);
        fingerprint.parts.remove(&Part::Functions);
        if !called.definitions.is_empty() {
            let definitions = digest(&format!("{:?}", called.definitions));
            fingerprint.parts.insert(Part::Functions, definitions);
        }
        fingerprint.obstacles.sort();
        fingerprint.obstacles.dedup();
    }
}

/// Completes fingerprints with the settings of the session.
pub fn with_settings(fingerprints: &mut BTreeMap<UniqueId, Fingerprint>, settings: &str) {
    let settings = digest(settings);
    for fingerprint in fingerprints.values_mut() {
        fingerprint.parts.insert(Part::Settings, settings.clone());
    }
}

/// Whether a node is hcw's own kind of view: it holds no rows.
pub fn is_view(node: &Node) -> bool {
    node.kind == NodeKind::Model
        && config::text(&node.config, "materialized").unwrap_or("view") == "view"
}
