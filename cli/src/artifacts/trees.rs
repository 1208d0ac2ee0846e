//! The SQL of steps below `compiled/` and `run/`, written while others run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use hcw_core::analyse::{Analysed, Compiled};
use hcw_core::diagnostic::Diagnostic;
use hcw_core::plan::{Action, Plan, Step};
use hcw_core::project::{Node, NodeKind, UniqueId};

use super::{COMPILED, compiled_path, write};
use crate::execute::{Status, StepResult};
use crate::session::Session;

/// Writes the files of steps as they end, on a thread of its own.
pub(crate) struct Trees {
    ended: mpsc::Sender<usize>,
    writer: JoinHandle<Result<BTreeSet<UniqueId>, Diagnostic>>,
}

impl Trees {
    pub(crate) fn new(session: &Session, plan: &Arc<Plan>, analysed: &Arc<Analysed>) -> Trees {
        let target = session.target_path();
        let (plan, analysed) = (plan.clone(), analysed.clone());
        let (ended, received) = mpsc::channel::<usize>();
        let writer = std::thread::spawn(move || {
            let mut written = BTreeSet::new();
            for position in received {
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
            Ok(written)
        });
        Trees { ended, writer }
    }

    /// The step has ended; one that was skipped, or ran in batches, has no files.
    pub(crate) fn ended(&self, result: &StepResult) {
        let outcome = &result.outcome;
        if outcome.status != Status::Skipped && outcome.batches.is_none() {
            let _stopped = self.ended.send(result.position);
        }
    }

    /// The nodes whose files are written.
    pub(crate) fn finish(self) -> Result<BTreeSet<UniqueId>, Diagnostic> {
        drop(self.ended);
        let end = self.writer.join();
        end.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
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
