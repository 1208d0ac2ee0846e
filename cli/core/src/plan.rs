//! The plan stage: an ordered list of steps with every statement in it. What `--dry-run` prints is what
//! runs; execution decides nothing.

mod order;
mod print;
mod steps;

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

pub use print::print;

use crate::analyse::{Analysed, is_ephemeral};
use crate::data_test::{DataTest, Frames};
use crate::diagnostic::Diagnostic;
use crate::graph::Resolved;
use crate::materialize::{InPlace, Operation, Statement};
use crate::message::Message;
use crate::name::RelationName;
use crate::policy;
use crate::project::{Landing, Node, NodeKind, SourceTable, UniqueId};
use crate::publish::{self, Locks, Replacement, retired_schema, shadow_schema};
use crate::query_comment::{QueryComment, QueryComments};
use crate::state::WarehouseState;
use steps::{landing_step, node_step, unit_test_step};

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
    /// Tell of exposures and saved queries, for which nothing is done.
    pub declared: bool,
    /// What is made are clones of another environment's.
    pub clones: bool,
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
    /// The exposures and saved queries that have a result, after all steps: nothing is done for them.
    pub declared: Vec<UniqueId>,
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
    let steps = order::order(resolved, steps, work);
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
        declared: selected
            .iter()
            .filter(|id| work.declared && has_no_step(resolved, id))
            .cloned()
            .collect(),
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
        || work.declared && has_no_step(resolved, id)
}

/// Whether a build has a result for it and does nothing: an exposure, a saved query.
fn has_no_step(resolved: &Resolved, id: &UniqueId) -> bool {
    let declared = &resolved.project().declared;
    declared.exposures.contains_key(id) || declared.saved_queries.contains_key(id)
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
