//! The analyse stage: templates run with every name known, ephemeral models become common table
//! expressions, and what can be seen in the SQL is checked before any server sees it.

mod contract;
mod ephemeral;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

pub use crate::jinja::TemplateSpan;
pub(crate) use ephemeral::with_expressions;

use crate::data_test;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::fingerprint::Part;
use crate::graph::Resolved;
use crate::jinja::{Access, Names, Relation, RelationKind, RowFilter};
use crate::materialize::{CLONE, Materialization, REFRESHED_COMMENTS, REFRESHED_GRANTS};
use crate::message::Message;
use crate::microbatch;
use crate::name::{RelationName, quote_identifier};
use crate::policy;
use crate::project::Overrides;
use crate::project::config::ConfigMap;
use crate::project::{Column, Found, NameIndex, Node, NodeKind, UniqueId, snapshot};
use crate::render::{Pass, render_node};
use crate::settings::Settings;
use crate::shadow::Shadow;
use crate::skip::{Decisions, Verdict};
use crate::source::{Location, SourceFile};
use crate::state::{ExistingRelation, RelationType, WarehouseState};

/// A node's SQL with its origin.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The SQL that the server will see as the node's query.
    pub sql: String,
    /// The template's text before ephemeral models were put in, by position in `sql`.
    pub spans: Vec<TemplateSpan>,
    /// The template.
    pub template: Option<SourceFile>,
    /// Queries of ephemeral models that were put in.
    pub inlined: Vec<Inlined>,
    /// What its foreign keys point at, in the order of the declared constraints.
    pub foreign_key_targets: Vec<String>,
    /// How it is materialized; `None` for analyses.
    pub materialization: Option<Materialization>,
    /// What `log` and `warn` said.
    pub messages: Vec<Message>,
    /// The common table expressions that ephemeral models became in it.
    pub expressions: Vec<(UniqueId, String)>,
    /// The macros that its template called.
    pub macros: Vec<String>,
}

/// An ephemeral model's query within another query.
#[derive(Debug, Clone)]
pub struct Inlined {
    /// Where it stands.
    pub output: Range<usize>,
    /// Its own origin, by position within it.
    pub spans: Vec<TemplateSpan>,
    /// Its template.
    pub template: SourceFile,
}

impl Compiled {
    /// Adds what its materialization called.
    pub(crate) fn add_macros(&mut self, called: &[String]) {
        for id in called {
            if !self.macros.contains(id) {
                self.macros.push(id.clone());
            }
        }
    }

    /// The place in the template that made a byte of the SQL; for what came from an ephemeral model, in its
    /// template.
    pub fn template_location(&self, offset: usize) -> Option<Location> {
        let inlined = self
            .inlined
            .iter()
            .find(|inlined| inlined.output.contains(&offset));
        match inlined {
            Some(inlined) => origin(
                &inlined.spans,
                &inlined.template,
                offset - inlined.output.start,
            ),
            None => origin(&self.spans, self.template.as_ref()?, offset),
        }
    }
}

fn origin(spans: &[TemplateSpan], template: &SourceFile, offset: usize) -> Option<Location> {
    let span = spans.iter().find(|span| span.output.contains(&offset))?;
    let range = if span.verbatim {
        let start = span.template.start + (offset - span.output.start);
        start..start
    } else {
        span.template.clone()
    };
    Some(template.at(range))
}

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
    for (id, node) in &compiled {
        let mut problems = Vec::new();
        contract::check(&project.nodes[id], node, &mut problems);
        if let Some(problem) = problems.into_iter().next() {
            failed.insert(id.clone(), problem);
        }
    }
    Analysed {
        resolved,
        compiled,
        late,
        failed,
        decisions: Decisions::default(),
        names,
        state: state.clone(),
    }
}

impl Analysed {
    /// The same run without the nodes that are left as they are: the others are compiled so that they read those where
    /// they stand. `state` is the warehouse as it was read.
    pub fn decided(
        self,
        decisions: Decisions,
        state: &WarehouseState,
        wanted: &BTreeSet<UniqueId>,
        built: &BTreeSet<UniqueId>,
    ) -> (Analysed, Arc<WarehouseState>) {
        let runs_all = decisions.reused().is_empty();
        let analysed = Analysed { decisions, ..self };
        if runs_all {
            let state = analysed.state.clone();
            return (analysed, state);
        }
        analysed.placed(state, wanted, built)
    }

    /// The same run with these nodes built in the shadow, save those that are left as they are.
    pub fn placed(
        self,
        state: &WarehouseState,
        wanted: &BTreeSet<UniqueId>,
        built: &BTreeSet<UniqueId>,
    ) -> (Analysed, Arc<WarehouseState>) {
        let Analysed {
            mut resolved,
            mut compiled,
            decisions,
            ..
        } = self;
        let reused = decisions.reused();
        compiled.retain(|id, _| reused.contains(id));
        for (id, node) in &mut compiled {
            node.sql = resolved.shadow.published(&node.sql).into_owned();
            if let Some(Verdict::Reuse { refreshed }) = decisions.verdicts.get(id)
                && !refreshed.is_empty()
            {
                let name = match refreshed.contains(&Part::Grants) {
                    true => REFRESHED_GRANTS,
                    false => REFRESHED_COMMENTS,
                };
                node.materialization = Some(Materialization::Macro(name.to_owned()));
            }
        }
        let left = |ids: &BTreeSet<UniqueId>| -> BTreeSet<UniqueId> {
            ids.difference(&reused).cloned().collect()
        };
        resolved.shadow = Shadow::of(&resolved.rendered, state, &left(built));
        let state = Arc::new(resolved.shadow.seen(state.clone(), &resolved.rendered));
        let mut analysed = analyse(resolved, &state, &left(wanted));
        analysed.compiled.append(&mut compiled);
        analysed.decisions = decisions;
        (analysed, state)
    }

    /// An incremental model as it is compiled when its table stands; `None` where it was compiled so, and for all
    /// that does not look at what it has built.
    pub(crate) fn as_if_built(&self, node: &Node) -> Option<Compiled> {
        let place = self.resolved.place(&node.id)?;
        let looks = node.kind == NodeKind::Model
            && crate::project::config::text(&node.config, "materialized") == Some("incremental");
        if !looks || self.state.get(place).is_some() {
            return None;
        }
        let mut state = WarehouseState {
            server_version: self.state.server_version,
            ..WarehouseState::default()
        };
        let table = ExistingRelation {
            relation_type: RelationType::Table,
            columns: Vec::new(),
        };
        let key = (place.schema.clone(), place.identifier.clone());
        state.relations.insert(key, table);
        let access = Access::compiling(&Arc::new(state), Some(place.clone()));
        let compiled = compile_with(&self.compiled, self, node, &access);
        compiled.ok().filter(|_| !access.gave_up())
    }
}

/// A node with the ephemeral models that it reads, of which those that are compiled are taken.
fn compile_with(
    known: &BTreeMap<UniqueId, Compiled>,
    analysed: &Analysed,
    node: &Node,
    access: &Access,
) -> Result<Compiled, Diagnostic> {
    let resolved = &analysed.resolved;
    let ephemeral = ephemeral_models(resolved);
    let mut compiled = BTreeMap::new();
    for wanted in ephemeral::needed(resolved, &ephemeral, &BTreeSet::from([&node.id])) {
        if let Some(known) = known.get(wanted) {
            compiled.insert(wanted.clone(), known.clone());
        }
    }
    let own = compile(resolved, node, &analysed.names, access.clone(), None)?;
    compiled.insert(node.id.clone(), own);
    ephemeral::inject(resolved, &ephemeral, &mut compiled);
    compiled.remove(&node.id).ok_or_else(|| {
        Diagnostic::error(
            Code::TemplateError,
            format!("`{}` was not compiled", node.id),
        )
    })
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
            Some(known) if wanted != id => known.clone(),
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
                .get(id)
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
        state: Arc::default(),
    }
}

/// What names stand for in the database.
pub(crate) fn final_names(resolved: &Resolved) -> Arc<dyn Names> {
    Arc::new(FinalNames::of(resolved))
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
    Ok(Compiled {
        sql: rendering.text.text,
        spans: rendering.text.spans,
        template: node.template().cloned(),
        inlined: Vec::new(),
        foreign_key_targets: rendering.foreign_key_targets,
        materialization,
        messages: rendering.captured.messages,
        expressions: Vec::new(),
        macros: rendering.captured.macros,
    })
}

/// Names in the second pass: relations as they will be in the database.
#[derive(Debug)]
struct FinalNames {
    index: Arc<NameIndex>,
    models: HashMap<UniqueId, Relation>,
    sources: HashMap<UniqueId, Relation>,
    functions: HashMap<UniqueId, Relation>,
    /// Where relations are that this run builds in its shadow.
    in_shadow: HashMap<RelationName, RelationName>,
}

impl FinalNames {
    fn of(resolved: &Resolved) -> FinalNames {
        let project = resolved.project();
        let settings = project.settings();
        let with_rows = |mut relation: Relation, config: &ConfigMap, columns: &[Column]| {
            relation.rows = rows(settings, config, columns);
            relation
        };
        let models = project
            .nodes
            .values()
            .filter(|node| node.is_referable())
            .filter_map(|node| {
                let relation = if is_ephemeral(node) {
                    Relation::ephemeral(&node.name)
                } else {
                    let elsewhere = resolved.deferral.relation(&node.id);
                    let here = || resolved.place(&node.id);
                    Relation::new(elsewhere.or_else(here)?.clone(), None)
                };
                let relation = with_rows(relation, &node.config, &node.columns);
                Some((node.id.clone(), relation))
            })
            .collect();
        let sources = project
            .sources
            .values()
            .map(|table| {
                let relation = Relation::of_source(table);
                let relation = with_rows(relation, &table.config, &table.columns);
                (table.id.clone(), relation)
            })
            .collect();
        let functions = project
            .nodes
            .values()
            .filter(|node| node.is_function())
            .filter_map(|node| {
                let name = resolved.rendered.relations.get(&node.id)?.clone();
                let relation = Relation::new(name, Some(RelationKind::Function));
                Some((node.id.clone(), relation))
            })
            .collect();
        FinalNames {
            index: resolved.rendered.names.clone(),
            models,
            sources,
            functions,
            in_shadow: resolved.in_shadow().collect(),
        }
    }
}

/// The rows that a reader gets: none with `--empty`; with `--sample` those of a window of time, where the
/// relation says which column tells the time.
fn rows(settings: &Settings, config: &ConfigMap, columns: &[Column]) -> RowFilter {
    let event_time = crate::project::config::text(config, "event_time").map(|name| {
        let column = columns.iter().find(|column| column.name == name);
        match column.and_then(|column| column.quote) {
            Some(true) => quote_identifier(name),
            _ => name.to_owned(),
        }
    });
    let window = settings.sample().and_then(|window| {
        let bound = |key: &str| window.get(key)?.as_str().map(str::to_owned);
        Some((event_time?, bound("start"), bound("end")))
    });
    RowFilter {
        limit: settings.reads_nothing().then_some(0),
        event_time: window,
    }
}

impl Names for FinalNames {
    fn resolve_ref(
        &self,
        from: &str,
        package: Option<&str>,
        name: &str,
    ) -> Result<Relation, Diagnostic> {
        let found = self.index.find_ref(from, package, name);
        match &found {
            Found::One(id) => self.models.get(*id).cloned(),
            _ => None,
        }
        .ok_or_else(|| self.index.unknown_ref(&found, package, name))
    }

    fn resolve_source(
        &self,
        from: &str,
        source: &str,
        table: &str,
    ) -> Result<Relation, Diagnostic> {
        self.index
            .find_source(from, source, table)
            .and_then(|id| self.sources.get(id))
            .cloned()
            .ok_or_else(|| self.index.unknown_source(source, table))
    }

    fn resolve_function(
        &self,
        from: &str,
        package: Option<&str>,
        name: &str,
    ) -> Result<Relation, Diagnostic> {
        self.index
            .find_function(from, package, name)
            .and_then(|id| self.functions.get(id))
            .cloned()
            .ok_or_else(|| self.index.unknown_function(package, name))
    }

    fn built_at(&self, published: &RelationName) -> Option<RelationName> {
        self.in_shadow.get(published).cloned()
    }
}
