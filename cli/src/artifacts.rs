//! The only writer of artifacts: compiled and run SQL, and run_results.json below the target path.

pub(crate) mod run_results;

use std::path::Path;

use hcw_core::analyse::Analysed;
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::plan::{Action, Plan};
use hcw_core::project::{Node, NodeKind};

use crate::execute::RunReport;
use crate::session::Session;

/// Folder of compiled SQL below the target path.
pub(crate) const COMPILED: &str = "compiled";

/// Where a node's SQL goes below `compiled/` or `run/`: as dbt, package and path; a generic test stands in a
/// folder named as its sidecar.
pub(crate) fn compiled_path(node: &Node) -> String {
    match node.kind {
        NodeKind::GenericTest(_) => {
            let file = node.alias();
            format!(
                "{}/{}/{file}.sql",
                node.package,
                node.file.path_in_package()
            )
        }
        _ => format!("{}/{}", node.package, node.file.path_in_package()),
    }
}

/// Writes the compiled SQL of all nodes.
pub(crate) fn write_compiled(session: &Session, analysed: &Analysed) -> Result<(), Diagnostic> {
    let folder = session.target_path().join(COMPILED);
    for (id, compiled) in &analysed.compiled {
        let node = &analysed.resolved.project().nodes[id];
        if node.kind != NodeKind::Seed {
            write(&folder.join(compiled_path(node)), compiled.sql.as_bytes())?;
        }
    }
    Ok(())
}

/// Writes the texts of steps that were compiled when their turn came.
pub(crate) fn write_late(
    session: &Session,
    analysed: &Analysed,
    plan: &Plan,
    report: &RunReport,
) -> Result<(), Diagnostic> {
    let target = session.target_path();
    for result in &report.results {
        let step = &plan.steps[result.position];
        let node = analysed.resolved.project().nodes.get(&step.id);
        if let (Some(late), Some(node)) = (&result.outcome.late, node) {
            let path = compiled_path(node);
            write(&target.join(COMPILED).join(&path), late.compiled.as_bytes())?;
            if let Some(main) = &late.main {
                write(&target.join("run").join(&path), main.as_bytes())?;
            }
        }
    }
    Ok(())
}

/// Writes the statements that build each model below `run/`.
pub(crate) fn write_run(
    session: &Session,
    analysed: &Analysed,
    plan: &Plan,
) -> Result<(), Diagnostic> {
    let folder = session.target_path().join("run");
    for step in &plan.steps {
        let Some(node) = analysed.resolved.project().nodes.get(&step.id) else {
            continue;
        };
        let text = match &step.action {
            Action::Build { main, .. } => main.as_deref(),
            Action::Test(test) => Some(test.query.sql.as_str()),
            Action::Land(_) | Action::Late(_) | Action::Fail(_) => None,
        };
        let Some(text) = text else { continue };
        write(&folder.join(compiled_path(node)), text.as_bytes())?;
    }
    Ok(())
}

/// Writes a file with the folders above it.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<(), Diagnostic> {
    let written = match path.parent() {
        Some(folder) => std::fs::create_dir_all(folder),
        None => Ok(()),
    }
    .and_then(|()| std::fs::write(path, content));
    written.map_err(|error| {
        Diagnostic::error(
            Code::FileUnwritable,
            format!("cannot write `{}`: {error}", path.display()),
        )
        .help("check the folder's permissions and the space on the disk")
    })
}
