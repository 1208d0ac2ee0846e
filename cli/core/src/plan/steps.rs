//! The steps of a run: what is done for a source, a node or a unit test.

use std::sync::Arc;

use super::{Action, LandingTable, Step, StepKind, Work, is_wanted};
use crate::analyse::{Analysed, is_ephemeral};
use crate::data_test::{self, Frames};
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::Access;
use crate::materialize::{self, InPlace};
use crate::microbatch::is_microbatch;
use crate::name::RelationName;
use crate::project::{Node, NodeKind, SourceTable, UniqueId, UnitTest, config};
use crate::query_comment::QueryComments;
use crate::render::check_length;
use crate::settings::Publish;
use crate::skip::Verdict;
use crate::state::WarehouseState;

/// Whether nothing at all is done for a node.
fn is_left(analysed: &Analysed, id: &UniqueId) -> bool {
    match analysed.decisions.verdicts.get(id) {
        Some(Verdict::Reuse { refreshed }) => refreshed.is_empty(),
        _ => false,
    }
}

pub(super) fn landing_step(analysed: &Analysed, table: &SourceTable) -> Option<Step> {
    let landing = LandingTable::of(table)?;
    Some(Step {
        id: table.id.clone(),
        kind: StepKind::Source,
        name: format!("{}.{}", table.source_name, table.name),
        label: table.relation.plain(),
        description: "source".to_owned(),
        relation: Some(table.relation.clone()),
        waits_for: Vec::new(),
        before: Vec::new(),
        comment: None,
        action: match is_left(analysed, &table.id) {
            true => Action::Reuse,
            false => Action::Land(landing),
        },
    })
}

/// A unit test asks the warehouse for the types of its inputs.
pub(super) fn unit_test_step(
    analysed: &Analysed,
    test: &UnitTest,
    comments: &QueryComments<'_>,
) -> Option<Step> {
    let declaration = &test.declaration;
    let nodes = &analysed.resolved.project().nodes;
    let tested = nodes.get(test.tested.as_ref()?)?;
    let comment = comments.comment(None, declaration.id.as_str());
    let (comment, action) = match comment {
        Ok(comment) if is_left(analysed, &declaration.id) => (comment, Action::Reuse),
        Ok(comment) => (comment, late(tested)),
        Err(problem) => (None, Action::Fail(Box::new(problem))),
    };
    declaration.is_enabled().then(|| Step {
        id: declaration.id.clone(),
        kind: StepKind::Test,
        name: declaration.name.clone(),
        label: format!("{}::{}", tested.name, declaration.name),
        description: "unit_test".to_owned(),
        relation: None,
        waits_for: Vec::new(),
        before: Vec::new(),
        comment,
        action,
    })
}

pub(super) fn node_step(
    analysed: &Analysed,
    state: &Arc<WarehouseState>,
    node: &Node,
    work: &Work,
    (comments, frames, in_place): (&QueryComments<'_>, &Frames, &InPlace),
) -> Option<Step> {
    let relation = analysed.resolved.rendered.relations.get(&node.id);
    let place = analysed.resolved.place(&node.id);
    if !is_wanted(node, work) {
        return None;
    }
    let (kind, description, shown) = match &node.kind {
        NodeKind::SingularTest | NodeKind::GenericTest(_) => {
            (StepKind::Test, "test".to_owned(), None)
        }
        NodeKind::Seed => (StepKind::Seed, "seed file".to_owned(), relation),
        NodeKind::Model => {
            let kind = match config::text(&node.config, "materialized") {
                _ if is_microbatch(node) => "microbatch",
                kind => kind.unwrap_or("view"),
            };
            (StepKind::Model, format!("sql {kind} model"), relation)
        }
        NodeKind::Snapshot => (StepKind::Snapshot, "snapshot".to_owned(), relation),
        NodeKind::Function | NodeKind::Analysis => {
            (StepKind::Function, "function".to_owned(), relation)
        }
    };
    let comment = comments.comment(Some(&node.id), node.id.as_str());
    let (comment, action) = comment
        .and_then(|comment| {
            Ok((
                comment,
                action(analysed, state, node, place, (frames, in_place))?,
            ))
        })
        .unwrap_or_else(|problem| (None, Action::Fail(Box::new(problem))));
    Some(Step {
        id: node.id.clone(),
        kind,
        name: node.name.clone(),
        label: match shown {
            Some(relation) => relation.plain(),
            None => shortened(&node.name),
        },
        description,
        relation: shown.cloned(),
        waits_for: Vec::new(),
        before: match relation {
            Some(relation) => analysed.resolved.shadow.before(&node.id, relation),
            None => Vec::new(),
        },
        comment,
        action,
    })
}

fn late(node: &Node) -> Action {
    Action::Late(
        node.template()
            .map(|file| file.text.to_string())
            .unwrap_or_default(),
    )
}

fn action(
    analysed: &Analysed,
    state: &Arc<WarehouseState>,
    node: &Node,
    relation: Option<&RelationName>,
    (frames, in_place): (&Frames, &InPlace),
) -> Result<Action, Diagnostic> {
    if is_left(analysed, &node.id) {
        return Ok(Action::Reuse);
    }
    if let Some(problem) = analysed.failed.get(&node.id) {
        let mut parents = analysed.resolved.graph.parents(&node.id);
        let nodes = &analysed.resolved.project().nodes;
        let is_blocked = parents
            .any(|id| analysed.failed.contains_key(id) && nodes.get(id).is_some_and(is_ephemeral));
        return if is_blocked {
            Ok(Action::Skip(Box::new(problem.clone())))
        } else {
            Err(problem.clone())
        };
    }
    if let Some(relation) = relation.filter(|_| !node.is_test()) {
        check_length(node, relation)?;
    }
    let Some(compiled) = analysed.compiled.get(&node.id) else {
        return Ok(late(node));
    };
    let project = analysed.resolved.project();
    if node.is_test() {
        let test = data_test::plan(analysed, node, compiled, state, frames)?;
        return Ok(test.map_or_else(|| late(node), Action::Test));
    }
    if let Some(relation) = relation
        && relation.database != project.database()
    {
        return Err(Diagnostic::error(
            Code::ConfigInvalid,
            format!(
                "`{}` would go to the database `{}`, but the connection is to `{}`",
                node.name,
                relation.database,
                project.database()
            ),
        )
        .at(node.file.at(0..0))
        .help("PostgreSQL cannot write to another database: remove `database`"));
    }
    // dbt's way drops what reads a relation that is replaced: whether this one still stands is known at its turn
    let may_be_gone = project.settings().publish == Publish::Legacy
        && relation.is_some_and(|relation| state.get(relation).is_some())
        && analysed.resolved.graph.parents(&node.id).next().is_some();
    if may_be_gone || is_microbatch(node) {
        return Ok(late(node));
    }
    let access = Access::recording(state, relation.cloned());
    let built = materialize::build(analysed, node, compiled, access.clone(), None)?;
    if access.gave_up() {
        return Ok(late(node));
    }
    let (built, otherwise) = match in_place.build(analysed, state, node, compiled)? {
        Some(in_place) => (in_place, built.operations),
        None => (built, Vec::new()),
    };
    Ok(Action::Build {
        operations: built.operations,
        otherwise,
        main: built.main,
        messages: built.messages,
        macros: built.macros,
    })
}

/// A test's name at a length that people can read; ids and artifacts have all of it.
fn shortened(name: &str) -> String {
    const LENGTH: usize = 100;
    match name.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}
