//! `compile`: writes the SQL of selected nodes; a single model's is printed too.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use hcw_core::analyse::{Analysed, analyse};
use hcw_core::artifact::{ResultStatus, RunResult};
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::graph::Resolved;
use hcw_core::manifest::Progress;
use hcw_core::materialize::Materialization;
use hcw_core::partial::Record;
use hcw_core::project::{NodeKind, UniqueId};
use hcw_core::state::WarehouseState;
use serde_json::json;

use super::build;
use crate::args::{Flags, LogLevel};
use crate::artifacts::{partial, run_results};
use crate::db::live::compile_late;
use crate::report::{Event, Reporter};
use crate::selection::{deferral, selected};
use crate::session::{Problems, Session};
use crate::{artifacts, exit_code};

/// Compiles without a database where no template asks one. Whether the table of an incremental model stands is asked too;
/// without a server it is compiled as for its first build.
pub(crate) async fn run(
    session: &Session,
    flags: &Flags,
    reporter: &Reporter,
) -> Result<u8, Problems> {
    let (session, flags) = (&session.with_inline(flags), &with_inline_selected(flags));
    let started = Instant::now();
    let key = partial::compiled::is_whole(session, flags).then(|| partial::key(session));
    let recall = |key: &String| {
        let told = |resolved: &Resolved, id: &UniqueId, sql: &str| {
            result(resolved, id, Some(sql.to_owned()))
        };
        partial::compiled::recall(session, key, || started.elapsed(), &told)
    };
    if let Some((told, warnings)) = key.as_ref().and_then(recall) {
        reporter.admit(warnings)?;
        build::tell_found(&told.found, reporter);
        tell_count(session, told.count, reporter);
        return Ok(exit_code::SUCCESS);
    }
    let (resolved, diagnostics) = session.parse()?;
    reporter.admit(diagnostics.clone())?;
    let found = build::stat_line(&resolved);
    build::tell_found(&found, reporter);
    let selected = selected(session, &resolved, flags, reporter)?;
    if selected.is_empty() {
        reporter.warn(&build::nothing_to_do(), Code::SelectorEmpty)?;
    }
    resolved.note_selected(selected.iter());
    let compiled = compiled(session, resolved, &selected, flags, reporter).await?;
    let analysed = compiled.analysed;
    let record = key
        // what the warehouse said may be another thing next time
        .filter(|_| !compiled.asked_warehouse && !compiled.has_messages)
        .and_then(|key| Record::of(key, &session.tree, &analysed.resolved, &diagnostics));
    partial::compiled::remember(session, record, &analysed, found);
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
                (false, _) if flags.log.quiet => sql.to_owned(),
                (false, true) => format!("Compiled inline node is:\n{sql}"),
                (false, false) => format!("Compiled node '{name}' is:\n{sql}"),
            };
            let event = Event::new("CompiledNode", "Q042", LogLevel::Info, text)
                .with("node_name", name.as_str())
                .with("compiled", sql)
                .with("is_inline", flags.inline.is_some());
            reporter.result(&event);
        }
        _ => tell_count(session, analysed.compiled.len(), reporter),
    }
    // the process ends: nobody needs the memory
    std::mem::forget(analysed);
    Ok(exit_code::SUCCESS)
}

fn tell_count(session: &Session, count: usize, reporter: &Reporter) {
    reporter.line(&format!(
        "compiled {count} nodes into {}",
        session.target_path().join(artifacts::COMPILED).display()
    ));
}

/// What was compiled.
pub(super) struct Compilation {
    pub(super) analysed: Analysed,
    /// Whether templates asked the warehouse.
    pub(super) asked_warehouse: bool,
    /// Whether templates said something.
    pub(super) has_messages: bool,
}

/// Compiles the selected nodes and writes what dbt writes of that: their SQL, the manifest and the results.
///
/// **Errors**: what does not compile.
pub(super) async fn compiled(
    session: &Session,
    resolved: Resolved,
    selected: &BTreeSet<UniqueId>,
    flags: &Flags,
    reporter: &Reporter,
) -> Result<Compilation, Problems> {
    let started = Instant::now();
    let mut resolved = resolved;
    let mut state = WarehouseState::default();
    if let Some(other) = deferral(session, &resolved, flags, reporter)? {
        let connection = session.connection().await?;
        let client = session.connect(&connection).await?;
        state = build::state(&client, &resolved, false).await?;
        let relations = &resolved.rendered.relations;
        let favours = flags.switch("favor_state");
        resolved.deferral = other.choose(relations, &state, selected, &BTreeSet::new(), favours);
    }
    state.is_unknown = state.relations.is_empty();
    let mut analysed = analyse(resolved, &Arc::new(state), selected);
    let asked_warehouse = !analysed.late.is_empty();
    if analysed.failed.is_empty() && asked_warehouse {
        let client = match session.connection().await {
            Ok(connection) => session.connect(&connection).await,
            Err(problems) => Err(problems),
        };
        let client = match client {
            Ok(client) => Some(client),
            Err(problems) => {
                let none = Arc::new(WarehouseState::default());
                analysed = analyse(analysed.resolved, &none, selected);
                if !analysed.late.is_empty() {
                    return Err(problems);
                }
                None
            }
        };
        if let Some(client) = client {
            let voice = session.voice(&analysed.resolved, "master", reporter)?;
            analysed = compile_late(analysed, client, voice).await?.0;
        }
    }
    if !analysed.failed.is_empty() {
        return Err(analysed.failed.into_values().collect());
    }
    let mut has_messages = false;
    for id in &analysed.resolved.graph.order {
        if let Some(node) = analysed.compiled.get(id).filter(|_| selected.contains(id)) {
            has_messages |= !node.messages.is_empty();
            build::messages(&node.messages, reporter);
        }
    }
    artifacts::write_compiled(session, &analysed, &Progress::default(), &BTreeSet::new())
        .map_err(|error| vec![error])?;
    let results = analysed
        .compiled
        .iter()
        .filter(|(id, _)| selected.contains(*id))
        .filter(|(_, compiled)| compiled.materialization != Some(Materialization::Ephemeral))
        .map(|(id, compiled)| result(&analysed.resolved, id, Some(compiled.sql.clone())));
    run_results::write(session, results.collect(), started.elapsed())
        .map_err(|error| vec![error])?;
    let analysed = write_manifest(session, flags, analysed).map_err(|error| vec![error])?;
    Ok(Compilation {
        analysed,
        asked_warehouse,
        has_messages,
    })
}

/// The result of a node that was compiled, and no more.
pub(super) fn result(resolved: &Resolved, id: &UniqueId, code: Option<String>) -> RunResult {
    let name = resolved.project().file().name.as_str();
    let inline = UniqueId::new("model", name, Session::INLINE_MODEL);
    let mut result = RunResult::new(id, ResultStatus::Success).with_code(code);
    if *id == inline {
        // as in dbt, the query of the command line is no model
        result.unique_id = format!("sql_operation.{name}.{}", Session::INLINE_MODEL);
    } else {
        let settings = resolved.project().settings();
        let node = resolved.project().nodes.get(id);
        if node.is_some_and(|node| node.kind == NodeKind::Seed) {
            // there is nothing to compile
            result.compiled = None;
            result.compiled_code = None;
            return result;
        }
        let relation = resolved.rendered.relations.get(id);
        let relation = relation.filter(|_| node.is_some_and(|node| node.is_stored(settings)));
        result.relation_name = relation.map(ToString::to_string);
    }
    result
}

/// Writes the manifest of what was compiled; the query of the command line is not part of the project.
pub(super) fn write_manifest(
    session: &Session,
    flags: &Flags,
    mut analysed: Analysed,
) -> Result<Analysed, Diagnostic> {
    let inline = flags.inline.is_some().then(|| {
        let id = UniqueId::new("model", &session.project_file.name, Session::INLINE_MODEL);
        let nodes = &mut analysed.resolved.rendered.project.nodes;
        nodes.remove(&id).map(|node| (id, node))
    });
    let progress = Progress::of_compiled(&analysed.compiled);
    artifacts::write_manifest(session, &analysed.resolved, Some(&progress))?;
    if let Some((id, node)) = inline.flatten() {
        let nodes = &mut analysed.resolved.rendered.project.nodes;
        nodes.insert(id, node);
    }
    Ok(analysed)
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
