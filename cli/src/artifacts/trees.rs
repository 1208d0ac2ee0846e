//! The SQL of steps below `compiled/` and `run/`, written while others run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hcw_core::analyse::{Analysed, Compiled};
use hcw_core::diagnostic::Diagnostic;
use hcw_core::plan::{Action, Plan, Step};
use hcw_core::project::{Node, NodeKind};

use super::{
    COMPILED, compiled_path, progress, write, write_compiled, write_late, write_manifest, write_run,
};
use crate::execute::{Status, StepResult};
use crate::session::Session;
use crate::worker::Worker;

/// Writes the files of steps as they end, and the rest when all have, on a thread of its own.
pub(crate) struct Trees {
    worker: Worker<Entry, Result<(), Diagnostic>>,
}

/// What is to be written.
enum Entry {
    /// The files of a step.
    Step(usize),
    /// All that is left.
    Rest(Vec<Arc<StepResult>>),
}

impl Trees {
    /// `writes_manifest` where nothing that comes after the steps belongs into it.
    pub(crate) fn new(
        session: &Session,
        plan: &Arc<Plan>,
        analysed: &Arc<Analysed>,
        writes_manifest: bool,
    ) -> Trees {
        let (session, plan, analysed) = (session.clone(), plan.clone(), analysed.clone());
        let worker = Worker::new(move |entries| {
            let (target, mut written) = (session.target_path(), BTreeSet::new());
            for entry in entries {
                let position: usize = match entry {
                    Entry::Step(position) => position,
                    Entry::Rest(results) => {
                        let progress = progress(&analysed, &plan, &results);
                        write_compiled(&session, &analysed, &progress, &written)?;
                        write_run(&session, &analysed, &plan, &progress, &written)?;
                        write_late(&session, &analysed, &plan, &results)?;
                        if writes_manifest {
                            write_manifest(&session, &analysed.resolved, Some(&progress))?;
                        }
                        continue;
                    }
                };
                let step = &plan.steps[position];
                let project = analysed.resolved.project();
                if let (Some(node), Some(compiled)) =
                    (project.nodes.get(&step.id), analysed.compiled.get(&step.id))
                {
                    write_node(&target, &analysed, node, compiled)?;
                    write_step(&target, &analysed, node, step)?;
                    written.insert(step.id.clone());
                }
            }
            Ok(())
        });
        Trees { worker }
    }

    /// The step has ended; one that was skipped, or ran in batches, has no files.
    pub(crate) fn ended(&self, result: &StepResult) {
        let outcome = &result.outcome;
        if outcome.status != Status::Skipped && outcome.batches.is_none() {
            // a file that could not be written is told at the end
            let _stopped = self.worker.send(Entry::Step(result.position));
        }
    }

    /// All steps have ended.
    pub(crate) fn all_ended(&self, results: &[Arc<StepResult>]) {
        let _stopped = self.worker.send(Entry::Rest(results.to_vec()));
        self.worker.urge();
    }

    /// Returns when all is written.
    pub(crate) fn finish(self) -> Result<(), Diagnostic> {
        self.worker.finish()
    }
}

/// Writes a node's compiled SQL; a seed has none.
pub(super) fn write_node(
    target: &Path,
    analysed: &Analysed,
    node: &Node,
    compiled: &Compiled,
) -> Result<(), Diagnostic> {
    if node.kind == NodeKind::Seed {
        return Ok(());
    }
    let text = analysed.resolved.shadow.published(&compiled.sql);
    write(&path(target, COMPILED, node), text.as_bytes())
}

/// Writes the statement that built a node, where it was known before its step ran.
pub(super) fn write_step(
    target: &Path,
    analysed: &Analysed,
    node: &Node,
    step: &Step,
) -> Result<(), Diagnostic> {
    let text = match &step.action {
        Action::Build { main, .. } => main.as_deref(),
        Action::Test(test) => Some(test.query.sql.as_str()),
        Action::Land(_) | Action::Late(_) | Action::Fail(_) | Action::Skip(_) | Action::Reuse => {
            None
        }
    };
    let Some(text) = text else {
        return Ok(());
    };
    let text = analysed.resolved.shadow.published(text);
    write(&path(target, "run", node), text.as_bytes())
}

fn path(target: &Path, folder: &str, node: &Node) -> PathBuf {
    target.join(folder).join(compiled_path(node))
}
