//! The plan stage: an ordered list of steps with every statement in it. What `--dry-run` prints is what
//! runs; execution decides nothing.

mod order;
mod print;

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

pub use print::print;

use crate::analyse::{Analysed, is_ephemeral};
use crate::data_test::{self, DataTest, Frames};
use crate::diagnostic::{Code, Diagnostic};
use crate::graph::Resolved;
use crate::jinja::Access;
use crate::materialize::{self, InPlace, Operation, Statement};
use crate::message::Message;
use crate::microbatch::is_microbatch;
use crate::name::RelationName;
use crate::policy;
use crate::project::{Landing, Node, NodeKind, SourceTable, UniqueId, UnitTest, config};
use crate::publish::{self, Locks, Replacement, retired_schema, shadow_schema};
use crate::query_comment::{QueryComment, QueryComments};
use crate::render::check_length;
use crate::settings::Publish;
use crate::skip::Verdict;
use crate::state::WarehouseState;

/// What a run does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Work {
    /// Land files into source tables.
    pub land: bool,
    /// Load seeds.
    pub seeds: bool,
    /// Build models.
    pub models: bool,
    /// Build snapshots.
    pub snapshots: bool,
    /// Run data tests.
    pub tests: bool,
    /// Run unit tests.
    pub unit_tests: bool,
    /// Make functions.
    pub functions: bool,
}

/// Everything a run will do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Schemas that are made first, in order.
    pub schemas: Vec<String>,
    /// Schemas that exist only while the run does, for what is built and for what it replaces.
    pub shadow_schemas: Vec<String>,
    /// The steps, each after those it waits for.
    pub steps: Vec<Step>,
    /// What ends a run whose steps all succeeded, one transaction: everything built in the shadow is published. Empty
    /// where nothing is built there.
    pub publication: Vec<Statement>,
}

/// What a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// A source table whose files are landed.
    Source,
    /// A seed.
    Seed,
    /// A model.
    Model,
    /// A snapshot.
    Snapshot,
    /// A function in the database.
    Function,
    /// A data test.
    Test,
}

/// One step: a node of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The node or source.
    pub id: UniqueId,
    /// What it is.
    pub kind: StepKind,
    /// Its name.
    pub name: String,
    /// The name that is shown: a relation's full name, or a test's.
    pub label: String,
    /// What is built, for the line that the user sees: `sql table model`.
    pub description: String,
    /// The relation it makes; `None` for tests.
    pub relation: Option<RelationName>,
    /// Positions of the steps that must have succeeded.
    pub waits_for: Vec<usize>,
    /// What its statements carry as a comment.
    pub comment: Option<QueryComment>,
    /// What is done first.
    pub before: Vec<Operation>,
    /// What is done.
    pub action: Action,
}

impl Step {
    /// Whether nothing is done: what was built stands.
    pub fn is_reused(&self) -> bool {
        self.action == Action::Reuse
    }

    /// Whether it is the work of a moment and one message to the server: it makes a view, and reads no rows.
    pub fn is_brief(&self) -> bool {
        let Action::Build {
            operations,
            otherwise,
            ..
        } = &self.action
        else {
            return false;
        };
        let is_brief = |operation: &Operation| match operation {
            Operation::Run(statement) => statement.transaction && statement.is_definition(),
            _ => false,
        };
        let (last, others) = match operations.split_last() {
            Some((Operation::Commit, others)) => (None, others),
            Some((last, others)) => (Some(last), others),
            None => return false,
        };
        self.before.is_empty() && otherwise.is_empty() && others.iter().chain(last).all(is_brief)
    }
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Lands files.
    Land(LandingTable),
    /// Builds a node.
    Build {
        /// What is done, in order.
        operations: Vec<Operation>,
        /// What is done where the view that stands cannot have the new columns; else nothing.
        otherwise: Vec<Operation>,
        /// The statement that makes the node.
        main: Option<String>,
        /// What its templates said.
        messages: Vec<Message>,
        /// Ids of the macros that a function's materialization called.
        macros: Vec<String>,
    },
    /// Runs a data test.
    Test(DataTest),
    /// Compiles the node, whose template this is, and does what it is for when its turn comes: it asks the
    /// warehouse.
    Late(String),
    /// Cannot be done; the step fails with this.
    Fail(Box<Diagnostic>),
    /// Nothing is done: what was built stands.
    Reuse,
    /// Is not started, since an ephemeral model that it reads does not compile: this is why.
    Skip(Box<Diagnostic>),
}

/// A source table with its files.
#[derive(Debug, Clone, PartialEq)]
pub struct LandingTable {
    /// The source.
    pub source_name: String,
    /// The table in `source()`.
    pub name: String,
    /// The raw table.
    pub relation: RelationName,
    /// Declared columns, in order.
    pub columns: Vec<String>,
    /// Its files.
    pub landing: Landing,
}

impl Eq for LandingTable {}

impl LandingTable {
    /// The files of a source; none for one that others load.
    pub fn of(table: &SourceTable) -> Option<LandingTable> {
        let columns = table.columns.iter();
        Some(LandingTable {
            source_name: table.source_name.clone(),
            name: table.name.clone(),
            relation: table.relation.clone(),
            columns: columns.map(|column| column.name.clone()).collect(),
            landing: table.landing.clone()?,
        })
    }
}

/// Plans a run over the selected nodes. A node that cannot be built is a step that fails.
pub fn plan(
    analysed: &Analysed,
    state: &Arc<WarehouseState>,
    selected: &BTreeSet<UniqueId>,
    work: &Work,
) -> Plan {
    let resolved = &analysed.resolved;
    let project = resolved.project();
    let wanted: Vec<&UniqueId> = resolved
        .graph
        .order
        .iter()
        .filter(|id| selected.contains(*id))
        .collect();
    let comments = QueryComments::of(resolved);
    let frames = Frames::of(project);
    let in_place = InPlace::of(resolved, state);
    let mut steps: Vec<Step> = wanted
        .par_iter()
        .filter_map(|id| match project.sources.get(*id) {
            Some(table) => landing_step(analysed, table).filter(|_| work.land),
            None => node_step(
                analysed,
                state,
                &project.nodes[*id],
                work,
                (&comments, &frames, &in_place),
            ),
        })
        .collect();
    if work.unit_tests {
        let tests = project.declared.unit_tests.values();
        steps.extend(
            tests
                .filter(|test| selected.contains(&test.declaration.id))
                .filter_map(|test| unit_test_step(analysed, test, &comments)),
        );
    }
    let holds_back = work.models && work.tests;
    let steps = order::order(resolved, steps, holds_back);
    let (schemas, mut shadow_schemas) = schemas(&steps, state);
    let shadow = &resolved.shadow;
    if !shadow.is_empty() {
        shadow_schemas.extend(shadow.schemas());
        shadow_schemas.sort();
        shadow_schemas.dedup();
    }
    Plan {
        schemas,
        shadow_schemas,
        steps,
        publication: match shadow.is_empty() {
            true => Vec::new(),
            false => publication(resolved, shadow.replacements()),
        },
    }
}

/// The statements that publish relations: the swap, and the row-level security that their nodes declare.
pub(crate) fn publication(resolved: &Resolved, replacements: &[Replacement]) -> Vec<Statement> {
    let swap = publish::statement(replacements, Locks::AtOnce);
    let targets: BTreeSet<&RelationName> = replacements.iter().map(|one| &one.target).collect();
    let relations = resolved.rendered.relations.iter();
    let declared = relations
        .filter(|(_, relation)| targets.contains(relation))
        .filter_map(|(id, relation)| {
            let security = policy::declared(resolved.project().nodes.get(id)?)?;
            Some(Statement::plain(security.statement(relation)))
        });
    std::iter::once(swap).chain(declared).collect()
}

/// Whether nothing at all is done for a node.
fn is_left(analysed: &Analysed, id: &UniqueId) -> bool {
    match analysed.decisions.verdicts.get(id) {
        Some(Verdict::Reuse { refreshed }) => refreshed.is_empty(),
        _ => false,
    }
}

fn landing_step(analysed: &Analysed, table: &SourceTable) -> Option<Step> {
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
fn unit_test_step(
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

/// Whether a run does anything for a node.
fn is_wanted(node: &Node, work: &Work) -> bool {
    match &node.kind {
        NodeKind::SingularTest | NodeKind::GenericTest(_) => work.tests,
        NodeKind::Seed => work.seeds,
        NodeKind::Snapshot => work.snapshots,
        // as in dbt an empty file is no model to build
        NodeKind::Model => work.models && !is_ephemeral(node) && !node.raw_code().is_empty(),
        NodeKind::Function => work.functions,
        NodeKind::Analysis => false,
    }
}

/// Whether a run over the selected nodes does anything: as in dbt one that does not runs no hooks either.
pub fn has_work(resolved: &Resolved, selected: &BTreeSet<UniqueId>, work: &Work) -> bool {
    selected.iter().any(|id| is_for(resolved, id, work))
}

/// Whether a selected node is of a kind that a run is for.
pub fn is_for(resolved: &Resolved, id: &UniqueId, work: &Work) -> bool {
    let project = resolved.project();
    let lands = |table: &SourceTable| work.land && table.landing.is_some();
    project
        .nodes
        .get(id)
        .is_some_and(|node| is_wanted(node, work) || work.models && is_ephemeral(node))
        || project.sources.get(id).is_some_and(lands)
        || work.unit_tests && project.declared.unit_tests.contains_key(id)
}

/// The schemas of what a run over the selected nodes builds.
pub fn schemas_of(
    resolved: &Resolved,
    selected: &BTreeSet<UniqueId>,
    work: &Work,
) -> BTreeSet<String> {
    let nodes = &resolved.project().nodes;
    let relations = &resolved.rendered.relations;
    let built = selected
        .iter()
        .filter_map(|id| nodes.get(id))
        .filter(|node| !node.is_test() && is_wanted(node, work));
    built
        .filter_map(|node| relations.get(&node.id))
        .map(|relation| relation.schema.clone())
        .collect()
}

fn node_step(
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

/// The schemas that steps write to, and the shadows of those in which something is replaced.
fn schemas(steps: &[Step], state: &WarehouseState) -> (Vec<String>, Vec<String>) {
    let mut schemas = BTreeSet::new();
    let mut shadows = BTreeSet::new();
    for step in steps {
        match (&step.relation, &step.action) {
            (_, Action::Land(_) | Action::Fail(_) | Action::Skip(_) | Action::Reuse) => {}
            (Some(relation), _) => {
                schemas.insert(relation.schema.clone());
                if state.get(relation).is_some() {
                    shadows.insert(shadow_schema(&relation.schema));
                    shadows.insert(retired_schema(&relation.schema));
                }
            }
            (None, Action::Test(test)) => {
                schemas.extend(
                    test.stored_in
                        .as_ref()
                        .map(|relation| relation.schema.clone()),
                );
            }
            (None, _) => {}
        }
    }
    (schemas.into_iter().collect(), shadows.into_iter().collect())
}
