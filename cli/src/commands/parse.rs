//! `parse`: reads the project and writes its manifest. When nothing that a parse reads has changed since the last one,
//! its manifest stays and is only told apart by the run that it is of.

use hcw_core::diagnostic::{Code, Diagnostic, Severity, has_errors};
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
    let (resolved, mut diagnostics) = session.parse()?;
    // as in dbt only what is parsed anew says something
    build::messages(&render::said(&resolved), reporter);
    let record = match has_errors(&diagnostics) {
        false => Record::of(key, &session.tree, &resolved, &diagnostics),
        true => None,
    };
    pass_over_cycles(&mut diagnostics);
    reporter.admit(diagnostics)?;
    artifacts::write_manifest(session, &resolved, None).map_err(|error| vec![error])?;
    partial::remember(session, record);
    let project = resolved.project();
    tell_counts(project.nodes.len(), project.sources.len(), reporter);
    // the process ends: nobody needs the memory
    std::mem::forget(resolved);
    Ok(exit_code::SUCCESS)
}

/// Models that depend on themselves are read as any others; as in dbt what needs an order of them stops there.
fn pass_over_cycles(diagnostics: &mut [Diagnostic]) {
    for cycle in diagnostics.iter_mut().filter(|one| one.code == Code::Cycle) {
        cycle.severity = Severity::Warning;
    }
}

fn tell_counts(nodes: usize, sources: usize, reporter: &Reporter) {
    reporter.line(&format!("parsed {nodes} nodes and {sources} source tables"));
}
