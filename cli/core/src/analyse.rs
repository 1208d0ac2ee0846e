//! The analyse stage: templates run with every name known, ephemeral models become common table
//! expressions, and what can be seen in the SQL is checked before any server sees it.

mod again;
mod compiled;
mod ephemeral;
mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

pub use crate::jinja::TemplateSpan;
pub use compiled::{Compiled, Inlined};
pub(crate) use ephemeral::with_expressions;
use names::FinalNames;

use crate::data_test;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::graph::Resolved;
use crate::jinja::{Access, Names, Relation};
use crate::manifest::used_by;
use crate::materialize::{CLONE, Materialization};
use crate::microbatch;
use crate::policy;
use crate::project::Overrides;
use crate::project::config::ConfigMap;
use crate::project::{Node, NodeKind, UniqueId, snapshot};
use crate::render::{Pass, render_node};
use crate::seed::{self, SeedData};
use crate::shadow::Shadow;
use crate::skip::Decisions;
use crate::state::WarehouseState;

/// A project whose wanted nodes are compiled, as far as that can be done before the run.
#[derive(Debug)]
pub struct Analysed {
    /// The resolved project.
    pub resolved: Resolved,
    /// The compiled nodes: those wanted, and the ephemeral models they need.
    pub compiled: BTreeMap<UniqueId, Compiled>,
    /// Nodes whose query asks the warehouse: they are compiled when their turn comes.
    pub late: BTreeSet<UniqueId>,
    /// Nodes that do not compile, and why.
    pub failed: BTreeMap<UniqueId, Diagnostic>,
    /// Which nodes are left as they are, and why the others run.
    pub decisions: Decisions,
    /// Seeds whose files are read already.
    seeds: BTreeMap<UniqueId, Arc<SeedData>>,
    pub(crate) names: Arc<dyn Names>,
    /// The warehouse as it was seen.
    state: Arc<WarehouseState>,
}

/// What is different for a part of a node that is compiled and built by itself: a batch.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) names: Arc<dyn Names>,
    pub(crate) overrides: Option<Arc<Overrides>>,
    /// More of dbt's `model`.
    pub(crate) facts: ConfigMap,
    /// More configuration.
    pub(crate) config: ConfigMap,
}

/// What came of compiling a node before the run.
enum Attempt {
    Compiled(Box<Compiled>),
    /// The query asks the warehouse.
    Late,
}

/// Compiles the wanted nodes. What does not compile is noted by node: codes of templates (03xx), HCW0111 for
/// configurations and contracts that cannot be met.
pub fn analyse(
    resolved: Resolved,
    state: &Arc<WarehouseState>,
    wanted: &BTreeSet<UniqueId>,
) -> Analysed {
    let project = resolved.project();
    let mut needed: BTreeSet<&UniqueId> = wanted
        .iter()
        .filter(|id| project.nodes.contains_key(*id))
        .collect();
    let ephemeral = ephemeral_models(&resolved);
    let ephemeral_parents: Vec<&UniqueId> = ephemeral::needed(&resolved, &ephemeral, &needed);
    needed.extend(ephemeral_parents);
    let names = final_names(&resolved);
    let results: Vec<(&UniqueId, Result<Attempt, Diagnostic>)> = needed
        .par_iter()
        .map(|id| {
            let node = &project.nodes[*id];
            let access = Access::compiling(state, resolved.place(id).cloned());
            (*id, attempt(&resolved, node, &names, access))
        })
        .collect();
    let mut compiled = BTreeMap::new();
    let mut late = BTreeSet::new();
    let mut failed = BTreeMap::new();
    for (id, result) in results {
        match result {
            Ok(Attempt::Compiled(node)) => {
                compiled.insert(id.clone(), *node);
            }
            Ok(Attempt::Late) => {
                late.insert(id.clone());
            }
            Err(diagnostic) => {
                failed.insert(id.clone(), diagnostic);
            }
        }
    }
    ephemeral::spread(&resolved, &ephemeral, &mut compiled, &mut late, &mut failed);
    ephemeral::inject(&resolved, &ephemeral, &mut compiled);
    Analysed {
        resolved,
        compiled,
        late,
        failed,
        decisions: Decisions::default(),
        seeds: BTreeMap::new(),
        names,
        state: state.clone(),
    }
}

impl Analysed {
    /// With seeds that were read ahead ([`seed::read_all`]).
    #[must_use]
    pub fn with_seeds(self, seeds: BTreeMap<UniqueId, Arc<SeedData>>) -> Analysed {
        Analysed { seeds, ..self }
    }

    /// A seed's content.
    ///
    /// # Errors
    /// As [`seed::parse`].
    pub(crate) fn seed(&self, node: &Node) -> Result<Arc<SeedData>, Diagnostic> {
        match self.seeds.get(&node.id) {
            Some(read) => Ok(read.clone()),
            None => seed::parse(node).map(Arc::new),
        }
    }
}

/// Compiles a node against the warehouse, with the ephemeral models that it reads.
///
/// # Errors
/// As [`analyse`], and what the server refuses.
pub(crate) fn compile_live(
    analysed: &Analysed,
    id: &UniqueId,
    access: &Access,
    unit: Option<&Unit>,
) -> Result<Compiled, Diagnostic> {
    let resolved = &analysed.resolved;
    let nodes = &resolved.project().nodes;
    let ephemeral = ephemeral_models(resolved);
    let mut compiled = BTreeMap::new();
    let mut wanted = ephemeral::needed(resolved, &ephemeral, &BTreeSet::from([id]));
    wanted.push(id);
    for wanted in wanted {
        let node = match analysed.compiled.get(wanted) {
            // one that has expressions put in is compiled again without
            Some(known) if wanted != id && known.expressions.is_empty() => known.clone(),
            _ => {
                let unit = unit.filter(|_| wanted == id);
                let names = unit.map_or(&analysed.names, |unit| &unit.names);
                compile(resolved, &nodes[wanted], names, access.clone(), unit)?
            }
        };
        compiled.insert(wanted.clone(), node);
    }
    ephemeral::inject(resolved, &ephemeral, &mut compiled);
    compiled
        .remove(id)
        .ok_or_else(|| Diagnostic::error(Code::TemplateError, format!("`{id}` was not compiled")))
}

/// The clones of nodes: views of, or copies of, what the other environment has. Nothing is compiled.
pub fn clones(resolved: Resolved, wanted: &BTreeSet<UniqueId>) -> Analysed {
    let relations = &resolved.deferral.relations;
    let nodes = &resolved.project().nodes;
    let compiled = wanted
        .iter()
        .filter(|id| {
            nodes
                .get(*id)
                .is_some_and(|node| node.is_referable() && !is_ephemeral(node))
        })
        .map(|id| {
            let other = relations.get(id);
            let sql = other.map(|other| format!("select * from {other}"));
            let node = Compiled {
                sql: sql.unwrap_or_default(),
                spans: Vec::new(),
                template: None,
                inlined: Vec::new(),
                foreign_key_targets: Vec::new(),
                materialization: Some(Materialization::Macro(CLONE.to_owned())),
                messages: Vec::new(),
                reads: Vec::new(),
                expressions: Vec::new(),
                macros: Vec::new(),
            };
            (id.clone(), node)
        })
        .collect();
    Analysed {
        names: final_names(&resolved),
        resolved,
        compiled,
        late: BTreeSet::new(),
        failed: BTreeMap::new(),
        decisions: Decisions::default(),
        seeds: BTreeMap::new(),
        state: Arc::default(),
    }
}

/// What names stand for in the database.
pub(crate) fn final_names(resolved: &Resolved) -> Arc<dyn Names> {
    Arc::new(FinalNames::of(resolved, &resolved.shadow))
}

/// The same for what runs before or after all nodes: it reads what is published.
pub(crate) fn published_names(resolved: &Resolved) -> Arc<dyn Names> {
    Arc::new(FinalNames::of(resolved, &Shadow::default()))
}

fn ephemeral_models(resolved: &Resolved) -> BTreeSet<&UniqueId> {
    let nodes = resolved.project().nodes.values();
    nodes
        .filter(|node| is_ephemeral(node))
        .map(|node| &node.id)
        .collect()
}

fn attempt(
    resolved: &Resolved,
    node: &Node,
    names: &Arc<dyn Names>,
    access: Access,
) -> Result<Attempt, Diagnostic> {
    if microbatch::is_microbatch(node) {
        // its query differs from batch to batch
        return Ok(Attempt::Late);
    }
    match compile(resolved, node, names, access.clone(), None) {
        _ if access.gave_up() => Ok(Attempt::Late),
        result => result.map(|compiled| Attempt::Compiled(Box::new(compiled))),
    }
}

/// The settings of all models, seeds and tests, read without compiling them.
///
/// **Errors**: HCW0111 for values that cannot be used, HCW0112 for what is not supported.
pub fn check_settings(resolved: &Resolved) -> Vec<Diagnostic> {
    let project = resolved.project();
    let problems = project.nodes.values().filter_map(|node| match node.kind {
        // as in dbt a materialization that does not exist fails its node alone
        NodeKind::Model | NodeKind::Seed => match Materialization::of(project, node) {
            Err(problem) => Some(Diagnostic {
                severity: Severity::Warning,
                ..problem
            }),
            Ok(_) => microbatch::check(node)
                .err()
                .or_else(|| policy::check(project, node).err()),
        },
        NodeKind::Snapshot => snapshot::check(node)
            .err()
            .or_else(|| policy::check(project, node).err()),
        NodeKind::Analysis | NodeKind::Function => None,
        NodeKind::SingularTest | NodeKind::GenericTest(_) => {
            data_test::check(node, project.settings()).err()
        }
    });
    problems.collect()
}

pub(crate) fn is_ephemeral(node: &Node) -> bool {
    node.kind == NodeKind::Model
        && crate::project::config::text(&node.config, "materialized") == Some("ephemeral")
}

/// Whether a node's template may ask for `model`, itself or by a macro of the project or of a package.
fn may_read_itself(resolved: &Resolved, node: &Node) -> bool {
    let is_own =
        |id: &String| id.starts_with("macro.dbt.") || id.starts_with("macro.dbt_postgres.");
    let template = node
        .template()
        .is_some_and(|file| file.text.contains("model"));
    let captured = resolved.rendered.captured.get(&node.id);
    template || captured.is_some_and(|captured| !captured.macros.iter().all(is_own))
}

fn compile(
    resolved: &Resolved,
    node: &Node,
    names: &Arc<dyn Names>,
    access: Access,
    unit: Option<&Unit>,
) -> Result<Compiled, Diagnostic> {
    let project = resolved.project();
    let relation = resolved
        .place(&node.id)
        .cloned()
        .unwrap_or_else(|| project.placeholder(node));
    let materialization = match node.kind {
        NodeKind::Analysis => None,
        _ => Some(Materialization::of(project, node)?),
    };
    let pass = Pass {
        execute: true,
        access,
        this: Relation::new(relation, None),
        unit,
        used: may_read_itself(resolved, node).then(|| used_by(resolved, node)),
    };
    let rendering = render_node(project, node, names, pass)?;
    if ephemeral::is_blank(&rendering.text.text) && node.kind != NodeKind::Seed {
        return Err(Diagnostic::error(
            Code::TemplateError,
            format!("`{}` compiles to nothing", node.name),
        )
        .at(node.file.at(0..0))
        .help("write a query, or set `enabled: false`"));
    }
    let mut refs = rendering.captured.refs;
    // those of foreign keys follow
    if let Some((own, _)) = rendering.captured.own_references {
        refs.truncate(own);
    }
    Ok(Compiled {
        sql: rendering.text.text,
        spans: rendering.text.spans,
        template: node.template().cloned(),
        inlined: Vec::new(),
        foreign_key_targets: rendering.foreign_key_targets,
        materialization,
        messages: rendering.captured.messages,
        reads: ephemeral::read(resolved, node, &refs),
        expressions: Vec::new(),
        macros: rendering.captured.macros,
    })
}
