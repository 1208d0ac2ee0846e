//! `compile`: writes the SQL of selected nodes; a single model's is printed too.

use hcw_core::analyse::analyse;
use hcw_core::project::NodeKind;
use hcw_core::state::WarehouseState;

use super::build;
use crate::args::RunArguments;
use crate::report::Reporter;
use crate::session::{Problems, Session};
use crate::{artifacts, exit_code};

/// Compiles without a database: incremental models are compiled as for their first build.
pub(crate) async fn run(
    session: &Session,
    arguments: &RunArguments,
    reporter: &Reporter,
) -> Result<u8, Problems> {
    let resolved = session.resolve(reporter)?;
    let selected = build::selected(&resolved, arguments, reporter)?;
    let (analysed, diagnostics) = analyse(resolved, &WarehouseState::default(), &selected);
    let analysed = build::passed(analysed, diagnostics, reporter)?;
    artifacts::write_compiled(session, &analysed).map_err(|error| vec![error])?;
    let nodes = &analysed.resolved.project().nodes;
    let mut models = analysed
        .compiled
        .iter()
        .filter(|(id, _)| selected.contains(*id) && nodes[*id].kind == NodeKind::Model);
    match (models.next(), models.next(), arguments.select.is_empty()) {
        (Some((_, compiled)), None, false) => {
            reporter.data(&format!("{}\n", compiled.sql.trim_end()))
        }
        _ => reporter.line(&format!(
            "compiled {} nodes into {}",
            analysed.compiled.len(),
            session.target_path().join(artifacts::COMPILED).display()
        )),
    }
    Ok(exit_code::SUCCESS)
}
