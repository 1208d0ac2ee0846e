//! The plan stage: an ordered list of steps with every statement in it. What `--dry-run` prints is what
//! runs; execution decides nothing.

mod order;
mod print;

use std::collections::BTreeSet;

pub use print::print;

use crate::analyse::{Analysed, is_ephemeral};
use crate::data_test::{self, DataTest};
use crate::diagnostic::{Code, Diagnostic};
use crate::materialize::{self, Materialization, Statement, Target, retired_schema, shadow_schema};
use crate::name::RelationName;
use crate::project::config;
use crate::project::{Landing, Node, NodeKind, UniqueId};
use crate::seed::{self, SeedData};
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
    /// Run data tests.
    pub tests: bool,
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
}

/// One step: a node of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The node or source.
    pub id: UniqueId,
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
    /// What is done.
    pub action: Action,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Lands files.
    Land(LandingTable),
    /// Runs statements in one transaction.
    Statements(Vec<Statement>),
    /// Copies a seed's rows between two lists of statements, in one transaction.
    Seed {
        /// Before the rows.
        before: Vec<Statement>,
        /// The table that takes them.
        copy_into: RelationName,
        /// The rows.
        data: SeedData,
        /// After the rows.
        after: Vec<Statement>,
    },
    /// Runs a data test.
    Test(DataTest),
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

/// Plans a run over the selected nodes.
///
/// **Errors**: HCW0806 for seeds, HCW0111 for tests.
pub fn plan(
    analysed: &Analysed,
    state: &WarehouseState,
    selected: &BTreeSet<UniqueId>,
    work: &Work,
) -> (Plan, Vec<Diagnostic>) {
    let resolved = &analysed.resolved;
    let project = resolved.project();
    let mut diagnostics = Vec::new();
    let mut steps: Vec<Step> = Vec::new();
    for id in &resolved.graph.order {
        if !selected.contains(id) {
            continue;
        }
        let step = if let Some(table) = project.sources.get(id) {
            let landing = table.landing.as_ref().filter(|_| work.land);
            landing.map(|landing| {
                Ok(Step {
                    id: id.clone(),
                    name: format!("{}.{}", table.source_name, table.name),
                    label: table.relation.plain(),
                    description: "source".to_owned(),
                    relation: Some(table.relation.clone()),
                    waits_for: Vec::new(),
                    action: Action::Land(LandingTable {
                        source_name: table.source_name.clone(),
                        name: table.name.clone(),
                        relation: table.relation.clone(),
                        columns: table
                            .columns
                            .iter()
                            .map(|column| column.name.clone())
                            .collect(),
                        landing: landing.clone(),
                    }),
                })
            })
        } else {
            let node = &project.nodes[id];
            node_step(analysed, state, node, work)
        };
        match step {
            Some(Ok(step)) => steps.push(step),
            Some(Err(diagnostic)) => diagnostics.push(diagnostic),
            None => {}
        }
    }
    let steps = order::order(resolved, steps);
    let (schemas, shadow_schemas) = schemas(&steps, state);
    (
        Plan {
            schemas,
            shadow_schemas,
            steps,
        },
        diagnostics,
    )
}

fn node_step(
    analysed: &Analysed,
    state: &WarehouseState,
    node: &Node,
    work: &Work,
) -> Option<Result<Step, Diagnostic>> {
    let compiled = analysed.compiled.get(&node.id)?;
    let relation = analysed.resolved.rendered.relations.get(&node.id);
    let step = |description: String, relation: Option<RelationName>, action: Action| Step {
        id: node.id.clone(),
        name: node.name.clone(),
        label: match &relation {
            Some(relation) => relation.plain(),
            None => shortened(&node.name),
        },
        description,
        relation,
        waits_for: Vec::new(),
        action,
    };
    if node.is_test() {
        if !work.tests {
            return None;
        }
        let existing = relation.and_then(|relation| state.get(relation));
        let settings = analysed.resolved.project().settings();
        let test = data_test::plan(node, compiled, relation, existing, settings);
        return Some(test.map(|test| step("test".to_owned(), None, Action::Test(test))));
    }
    let relation = relation?;
    if relation.database != analysed.resolved.project().database() {
        return Some(Err(Diagnostic::error(
            Code::ConfigInvalid,
            format!(
                "`{}` would go to the database `{}`, but the connection is to `{}`",
                node.name,
                relation.database,
                analysed.resolved.project().database()
            ),
        )
        .at(node.file.at(0..0))
        .help("PostgreSQL cannot write to another database: remove `database`")));
    }
    let target = Target {
        name: relation,
        existing: state.get(relation),
        server_version: state.server_version,
    };
    match &compiled.materialization {
        Some(Materialization::Seed) => {
            if !work.seeds {
                return None;
            }
            Some(seed::parse(node).map(|data| {
                let statements = materialize::seed(node, &data.columns, &target);
                step(
                    "seed file".to_owned(),
                    Some(relation.clone()),
                    Action::Seed {
                        before: statements.before,
                        copy_into: statements.copy_into,
                        data,
                        after: statements.after,
                    },
                )
            }))
        }
        None if work.models && matches!(node.kind, NodeKind::Snapshot | NodeKind::Function) => {
            let what = node.kind.resource_type();
            Some(Err(Diagnostic::warning(
                Code::Unsupported,
                format!("the {what} `{}` is compiled but not built yet", node.name),
            )
            .at(node.file.at(0..0))))
        }
        Some(Materialization::Ephemeral) | None => None,
        Some(_) => {
            if !work.models || is_ephemeral(node) {
                return None;
            }
            let kind = config::text(&node.config, "materialized").unwrap_or("view");
            Some(Ok(step(
                format!("sql {kind} model"),
                Some(relation.clone()),
                Action::Statements(materialize::model(node, compiled, &target)),
            )))
        }
    }
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
            (_, Action::Land(_)) => {}
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
