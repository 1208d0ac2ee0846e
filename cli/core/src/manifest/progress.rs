//! How far a run has come: what is compiled and built, for the manifest that it writes.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyse::Compiled;
use crate::project::UniqueId;

/// What became of nodes so far.
#[derive(Debug, Clone, Default)]
pub struct Progress<'run> {
    /// Nodes that were compiled before the run.
    pub compiled: Option<&'run BTreeMap<UniqueId, Compiled>>,
    /// Nodes that were compiled when their turn came.
    pub late: BTreeMap<&'run UniqueId, &'run Compiled>,
    /// Nodes whose turn never came.
    pub left_out: BTreeSet<&'run UniqueId>,
    /// Nodes whose statement was sent.
    pub built: BTreeSet<&'run UniqueId>,
    /// Ids of the macros that the materializations of tests and functions called.
    pub macros: BTreeMap<&'run UniqueId, &'run [String]>,
    /// Hooks that ran, with what their templates gave.
    pub hooks: BTreeMap<&'run UniqueId, &'run str>,
}

impl<'run> Progress<'run> {
    /// Nodes that were compiled, and no more.
    pub fn of_compiled(compiled: &'run BTreeMap<UniqueId, Compiled>) -> Progress<'run> {
        Progress {
            compiled: Some(compiled),
            ..Progress::default()
        }
    }

    /// A node as it was compiled, if it was.
    pub fn compiled(&self, id: &UniqueId) -> Option<&'run Compiled> {
        if self.left_out.contains(id) {
            return None;
        }
        let late = self.late.get(id).copied();
        late.or_else(|| self.compiled.and_then(|compiled| compiled.get(id)))
    }
}
