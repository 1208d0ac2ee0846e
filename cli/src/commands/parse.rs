//! `parse`: reads the project and writes its manifest. When nothing that a parse reads has changed since the last one,
//! its manifest stays and is only told apart by the run that it is of.

use hcw_core::diagnostic::{Code, Severity, has_errors};
use hcw_core::partial::Record;
use hcw_core::render;

use crate::artifacts::{self, partial};
use crate::commands::build;
use crate::exit_code;
use crate::report::Reporter;
use crate::session::{Problems, Session};

pub(crate) fn run(session: &Session, reporter: &Reporter) -> Result<u8, Problems> {
    let key = partial::key(session);
    if let Some((record, warnings)) = partial::recall(session, &key) {
        reporter.admit(warnings)?;
        tell_counts(record.nodes, record.sources, reporter);
        return Ok(exit_code::SUCCESS);
    }
    let (resolved, diagnostics) = session.parse()?;
    // as in dbt only what is parsed anew says something
    build::messages(&render::said(&resolved), reporter);
    let record = match has_errors(&diagnostics) {
        false => Record::of(key, &session.tree, &resolved, &diagnostics),
        true => None,
    };
    // models that depend on themselves are read as any others; as in dbt what needs an order of them stops there
    let (mut cycles, others): (Vec<_>, Vec<_>) = diagnostics
        .into_iter()
        .partition(|one| one.code == Code::Cycle);
    reporter.admit(others)?;
    for cycle in &mut cycles {
        cycle.severity = Severity::Warning;
    }
    reporter.diagnostics(&cycles);
    artifacts::write_manifest(session, &resolved, None).map_err(|error| vec![error])?;
    partial::remember(session, record);
    let project = resolved.project();
    tell_counts(project.nodes.len(), project.sources.len(), reporter);
    // the process ends: nobody needs the memory
    std::mem::forget(resolved);
    Ok(exit_code::SUCCESS)
}

fn tell_counts(nodes: usize, sources: usize, reporter: &Reporter) {
    reporter.line(&format!("parsed {nodes} nodes and {sources} source tables"));
}
