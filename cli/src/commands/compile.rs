//! `compile`: writes the SQL of selected nodes; a single model's is printed too.

use std::sync::Arc;

use hcw_core::analyse::analyse;
use hcw_core::project::NodeKind;
use hcw_core::state::WarehouseState;
use serde_json::json;

use super::build;
use crate::args::{Flags, LogLevel};
use crate::db::live::compile_late;
use crate::report::{Event, Reporter};
use crate::selection::selected;
use crate::session::{Problems, Session};
use crate::{artifacts, exit_code};

/// Compiles without a database where no template asks one: incremental models are compiled as for their first build.
pub(crate) async fn run(
    session: &Session,
    flags: &Flags,
    reporter: &Reporter,
) -> Result<u8, Problems> {
    let (session, flags) = (&session.with_inline(flags), &with_inline_selected(flags));
    let resolved = session.resolve(reporter)?;
    build::found(&resolved, reporter);
    let selected = selected(session, &resolved, flags, reporter)?;
    let mut analysed = analyse(resolved, &Arc::new(WarehouseState::default()), &selected);
    if analysed.failed.is_empty() && !analysed.late.is_empty() {
        let connection = session.connection().await?;
        let client = session.connect(&connection).await?;
        analysed = compile_late(analysed, client).await?.0;
    }
    if !analysed.failed.is_empty() {
        return Err(analysed.failed.into_values().collect());
    }
    artifacts::write_compiled(session, &analysed).map_err(|error| vec![error])?;
    artifacts::write_manifest(session, &analysed.resolved, Some(&analysed.compiled))
        .map_err(|error| vec![error])?;
    let nodes = &analysed.resolved.project().nodes;
    let mut models = analysed
        .compiled
        .iter()
        .filter(|(id, _)| selected.contains(*id) && nodes[*id].kind == NodeKind::Model);
    match (models.next(), models.next(), flags.select.is_empty()) {
        (Some((id, compiled)), None, false) => {
            let sql = compiled.sql.trim_end();
            let name = &nodes[id].name;
            let text = match (reporter.is_json(), flags.inline.is_some()) {
                (true, true) => format!("{:#}", json!({"compiled": sql})),
                (true, false) => format!("{:#}", json!({"node": name, "compiled": sql})),
                (false, _) => sql.to_owned(),
            };
            let event = Event::new("CompiledNode", "Q042", LogLevel::Info, text)
                .with("node_name", name.as_str())
                .with("compiled", sql)
                .with("is_inline", flags.inline.is_some());
            reporter.result(&event);
        }
        _ => reporter.line(&format!(
            "compiled {} nodes into {}",
            analysed.compiled.len(),
            session.target_path().join(artifacts::COMPILED).display()
        )),
    }
    Ok(exit_code::SUCCESS)
}

/// The flags, with the model of an inline query selected.
pub(super) fn with_inline_selected(flags: &Flags) -> Flags {
    let mut flags = flags.clone();
    if flags.inline.is_some() {
        flags.select = vec![Session::INLINE_MODEL.to_owned()];
        flags.exclude.clear();
    }
    flags
}
