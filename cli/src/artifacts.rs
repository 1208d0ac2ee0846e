//! The only writer of artifacts: compiled and run SQL, and run_results.json below the target path.

use std::path::Path;

use hcw_core::analyse::Analysed;
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::plan::{Action, Plan};
use hcw_core::project::{Node, NodeKind};
use serde_json::{Value as Json, json};

use crate::execute::{RunReport, Status};
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
        let statements = match &step.action {
            Action::Statements(statements) => statements.as_slice(),
            Action::Test(test) => std::slice::from_ref(&test.query),
            Action::Land(_) | Action::Seed { .. } => continue,
        };
        let text: String = statements
            .iter()
            .map(|statement| format!("{};\n", statement.sql))
            .collect();
        write(&folder.join(compiled_path(node)), text.as_bytes())?;
    }
    Ok(())
}

/// Writes `run_results.json`.
pub(crate) fn write_results(
    session: &Session,
    plan: &Plan,
    report: &RunReport,
) -> Result<(), Diagnostic> {
    let results: Vec<Json> = report
        .results
        .iter()
        .map(|result| {
            let step = &plan.steps[result.position];
            let is_test = matches!(step.action, Action::Test(_));
            let status = match (result.outcome.status, is_test) {
                (Status::Success, true) => "pass",
                (Status::Success, false) => "success",
                (Status::Warn, _) => "warn",
                (Status::Fail, _) => "fail",
                (Status::Error, _) => "error",
                (Status::Skipped, _) => "skipped",
            };
            json!({
                "unique_id": step.id.as_str(),
                "status": status,
                "execution_time": result.elapsed.as_secs_f64(),
                "message": result.outcome.diagnostics.first().map_or(&result.outcome.message, |problem| &problem.message),
                "failures": if is_test { result.outcome.rows } else { None },
                "adapter_response": {"rows_affected": if is_test { None } else { result.outcome.rows }},
                "relation_name": step.relation.as_ref().map(ToString::to_string),
            })
        })
        .collect();
    let settings = &session.settings;
    let content = json!({
        "metadata": {
            "hcw_version": env!("CARGO_PKG_VERSION"),
            "generated_at": settings.run_started_at,
            "invocation_id": settings.invocation_id,
        },
        "results": results,
        "elapsed_time": report.elapsed.as_secs_f64(),
        "args": {"which": settings.verb},
    });
    let path = session.target_path().join("run_results.json");
    write(&path, format!("{content:#}\n").as_bytes())
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
