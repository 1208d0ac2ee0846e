//! `hcw plan`: what a build would do and why, and what it would change for those who read what it builds.
//!
//! The shape that a relation will have is asked of the server: empty stand-ins of what is to be built are made in the
//! shadow, in dependency order, in a transaction that is rolled back.

mod orphan;
mod print;
mod stand_in;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value as Json, json};

pub use orphan::{Built, Orphan, orphans};
pub use print::{markdown, text};
pub use stand_in::{StandIn, stand_ins};

use crate::analyse::Analysed;
use crate::difference::{Comparison, Difference, NewColumn, RetypedColumn};
use crate::manifest::declared_parents;
use crate::name::{RelationName, quote_literal};
use crate::plan::{Action, Plan, Step, StepKind};
use crate::project::{NodeKind, UniqueId, config};
use crate::publish::CANNOT_HAVE;
use crate::settings::Publish;
use crate::shadow::{self, has_contract};
use crate::skip::Verdict;
use crate::state::{ExistingRelation, RelationType, WarehouseState};

/// The query that finds who reads columns: relations with their columns stand for `{relations}` in it.
const READERS: &str = include_str!("preview/readers.sql");
/// What begins the following three: relations with what happens to them stand for `{relations}` in it.
const REPLACED: &str = include_str!("preview/replaced.sql");
/// The query that finds what is locked.
const LOCKED: &str = include_str!("preview/locked.sql");
/// The query that finds what would stop the publication.
const IN_THE_WAY: &str = include_str!("preview/in_the_way.sql");
/// The query that finds what goes with a table that turns into a view.
const LOSES: &str = include_str!("preview/loses.sql");

/// A view, as `pg_class.relkind` has it.
const VIEW: &str = "v";

/// What a build would do.
#[derive(Debug, Clone, Serialize)]
pub struct Preview {
    /// How it is published; none where nothing is.
    pub publish: Option<String>,
    /// What is built, landed or brought up to date, in the order of the run.
    pub nodes: Vec<NodePreview>,
    /// How many nodes are left as they are.
    pub reused: usize,
    /// Tests that run.
    pub tests_run: usize,
    /// Tests that have passed on what is left as it is.
    pub tests_reused: usize,
    /// Relations that hcw has built and no node is for, in order.
    pub removed: Vec<Orphan>,
    /// What is locked when it is published, in order.
    pub locks: Vec<Lock>,
    /// What the build would not publish anything for, beside those who read columns that vanish, in order.
    pub in_the_way: Vec<String>,
    /// Comments, grants and policies that are not as declared.
    pub drift: Vec<String>,
}

/// What happens to a node.
#[derive(Debug, Clone, Serialize)]
pub struct NodePreview {
    /// Its id.
    pub unique_id: UniqueId,
    /// Its relation, `schema.name`.
    pub relation: String,
    /// The same by its parts.
    #[serde(skip)]
    pub name: RelationName,
    /// Its kind or materialization.
    pub kind: String,
    /// What happens.
    pub change: Change,
    /// Whether the relation that stands is changed where it stands, and no other takes its place.
    #[serde(skip)]
    pub in_place: bool,
    /// What takes its place, as `pg_class.relkind` has it.
    #[serde(skip)]
    pub becomes: &'static str,
    /// Whether its model's contract declares its constraints.
    #[serde(skip)]
    pub contracted: bool,
    /// Why.
    pub reasons: Vec<String>,
    /// Columns that are new; of a relation that is new all of them.
    pub new_columns: Vec<NewColumn>,
    /// Columns that vanish.
    pub lost_columns: Vec<String>,
    /// Columns whose type changes.
    pub retyped_columns: Vec<RetypedColumn>,
    /// Who reads a column that vanishes or changes its type, and is not built by this run; of one that vanishes, also
    /// what stands on it: rights, indexes, constraints, triggers, statistics, publications, functions.
    pub breaks: Vec<Reader>,
    /// What somebody has made on a table that turns into a view, and that goes with it: constraints, indexes, defaults.
    pub loses: Vec<String>,
    /// Rights that it loses because they are declared no more, as `select from nurse`.
    pub revokes: Vec<String>,
    /// Exposures that read it, where it loses columns or changes types.
    pub exposures: Vec<String>,
    /// Why its columns are not known before the run.
    pub unknown: Option<String>,
}

/// What happens to a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Its relation is made; there is none.
    Added,
    /// Its relation is made anew or changed.
    Rebuilt,
    /// Its files are landed.
    Landed,
    /// What is said of it or granted on it is brought up to date.
    Refreshed,
    /// It cannot be built.
    Fails,
}

/// Something that reads a column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reader {
    /// The column.
    pub column: String,
    /// What it is, as `view outside.report`.
    pub reader: String,
}

/// Something that is locked while the run is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lock {
    /// `schema.name`.
    pub relation: String,
    /// The mode, in PostgreSQL's words.
    pub mode: String,
    /// Why.
    pub why: String,
}

/// The nodes of a plan, without what the server is asked about them.
pub fn nodes(analysed: &Analysed, plan: &Plan, state: &WarehouseState) -> Vec<NodePreview> {
    let declared = &analysed.resolved.project().nodes;
    let steps = plan.steps.iter();
    let shown = steps.filter(|step| step.kind != StepKind::Test);
    shown
        .filter_map(|step| {
            let relation = step.relation.as_ref()?;
            let verdict = analysed.decisions.verdicts.get(&step.id);
            let change = match (verdict, &step.action) {
                (_, Action::Fail(_) | Action::Skip(_)) => Change::Fails,
                (Some(Verdict::Reuse { refreshed }), _) if refreshed.is_empty() => return None,
                (Some(Verdict::Reuse { .. }), _) => Change::Refreshed,
                _ if step.kind == StepKind::Source => Change::Landed,
                _ if state.get(relation).is_none() => Change::Added,
                _ => Change::Rebuilt,
            };
            Some(NodePreview {
                unique_id: step.id.clone(),
                name: relation.clone(),
                relation: relation.plain(),
                kind: step.description.clone(),
                change,
                in_place: shadow::is_changed_in_place(&analysed.resolved, state, &step.id),
                becomes: match &*step.description {
                    "sql view model" => VIEW,
                    "sql materialized_view model" => "m",
                    _ => "r",
                },
                contracted: declared.get(&step.id).is_some_and(has_contract),
                reasons: match change {
                    Change::Added => vec!["it is new".to_owned()],
                    _ => reasons(step, verdict),
                },
                new_columns: Vec::new(),
                lost_columns: Vec::new(),
                retyped_columns: Vec::new(),
                breaks: Vec::new(),
                loses: Vec::new(),
                revokes: Vec::new(),
                exposures: Vec::new(),
                unknown: None,
            })
        })
        .collect()
}

fn reasons(step: &Step, verdict: Option<&Verdict>) -> Vec<String> {
    match (&step.action, verdict) {
        (Action::Fail(problem) | Action::Skip(problem), _) => {
            let notes = problem.notes.iter().map(|note| note.trim().to_owned());
            std::iter::once(problem.message.clone())
                .chain(notes)
                .collect()
        }
        (_, Some(Verdict::Run(reasons))) => reasons.iter().map(ToString::to_string).collect(),
        (_, Some(Verdict::Reuse { refreshed })) => {
            let parts = refreshed
                .iter()
                .map(|part| format!("{} changed", part.words()));
            parts.collect()
        }
        (_, None) => Vec::new(),
    }
}

impl NodePreview {
    /// Notes what the new relation's columns make of those that stand.
    pub fn compare(
        &mut self,
        analysed: &Analysed,
        standing: Option<&ExistingRelation>,
        new: &ExistingRelation,
    ) {
        let name = &self.name;
        let Some(standing) = standing else {
            let columns = new.columns.iter();
            self.new_columns = columns
                .map(|(name, data_type)| NewColumn {
                    name: name.clone(),
                    data_type: data_type.clone(),
                })
                .collect();
            return;
        };
        let found = Difference::of_columns(&Comparison {
            name: self.relation.clone(),
            old: Some((name.clone(), standing.clone())),
            new: Some((name.clone(), new.clone())),
            key: Vec::new(),
        });
        self.new_columns = found.new_columns;
        self.lost_columns = found.lost_columns;
        self.retyped_columns = found.retyped_columns;
        match stand_in::keeps_columns(analysed, &self.unique_id) {
            Some("sync_all_columns") | None => {}
            Some("append_new_columns") => {
                self.lost_columns.clear();
                self.retyped_columns.clear();
            }
            Some(_) => {
                self.new_columns.clear();
                self.lost_columns.clear();
                self.retyped_columns.clear();
            }
        }
        if self.is_breaking() {
            let depending = declared_parents(&analysed.resolved);
            let depending = depending.into_iter().filter(|(id, parents)| {
                let reads = parents
                    .iter()
                    .any(|parent| parent == self.unique_id.as_str());
                id.starts_with("exposure.") && reads
            });
            self.exposures = depending.map(|(id, _)| id).collect();
        }
    }

    /// Whether somebody may miss what was there.
    pub fn is_breaking(&self) -> bool {
        !self.lost_columns.is_empty() || !self.retyped_columns.is_empty()
    }
}

/// The query for those who read columns that vanish or change; none where no column does.
///
/// **Shape**: `schema.name`, column, what reads it.
pub fn readers_query(nodes: &[NodePreview]) -> Option<String> {
    let listed: Vec<Json> = nodes
        .iter()
        .filter(|node| node.is_breaking())
        .map(|node| {
            let lost = node.lost_columns.iter().map(|name| (name, true));
            let retyped = node.retyped_columns.iter();
            let columns: Vec<Json> = lost
                .chain(retyped.map(|column| (&column.name, false)))
                .map(|(name, lost)| json!({"name": name, "lost": lost}))
                .collect();
            json!({
                "relation": node.name.in_schema(),
                "contracted": node.contracted,
                "columns": columns,
            })
        })
        .collect();
    let built: Vec<&str> = nodes.iter().map(|node| node.relation.as_str()).collect();
    (!listed.is_empty()).then(|| {
        READERS
            .replace("{relations}", &quote_literal(&json!(listed).to_string()))
            .replace("{built}", &quote_literal(&json!(built).to_string()))
    })
}

/// The query for what is locked; none where no relation that stands is replaced or changed. `publish` says what becomes
/// of what others have made on it.
///
/// **Shape**: `schema.name`, mode, why.
pub fn locks_query(nodes: &[NodePreview], publish: Publish) -> Option<String> {
    let fate = match publish {
        Publish::Atomic | Publish::PerNode => "made again",
        Publish::Legacy => "dropped",
    };
    replacing(nodes.iter(), &LOCKED.replace("{fate}", fate))
}

/// The query for what would stop the publication; none where no relation that stands is replaced or changed.
///
/// **Shape**: what it is.
pub fn in_the_way_query(
    nodes: &[NodePreview],
    plan: &Plan,
    state: &WarehouseState,
) -> Option<String> {
    // node by node a view is defined anew where it stands, if its columns can stay
    let is_replaced = |node: &&NodePreview| {
        let standing = state.get(&node.name);
        let is_view = standing.is_some_and(|one| one.relation_type == RelationType::View);
        !plan.publication.is_empty() || !is_view || node.becomes != VIEW
    };
    let query = IN_THE_WAY.replace("{cannot_have}", CANNOT_HAVE);
    replacing(nodes.iter().filter(is_replaced), &query)
}

/// The query for what goes with tables that turn into views; none where no relation that stands is replaced.
///
/// **Shape**: `schema.name`, what it is.
pub fn loses_query(nodes: &[NodePreview]) -> Option<String> {
    replacing(nodes.iter().filter(|node| node.becomes != "r"), LOSES)
}

fn replacing<'run>(nodes: impl Iterator<Item = &'run NodePreview>, query: &str) -> Option<String> {
    let rebuilt = nodes.filter(|node| node.change == Change::Rebuilt);
    let listed: Vec<Json> = rebuilt
        .map(|node| {
            json!({
                "quoted": node.name.in_schema(),
                "name": node.relation,
                "in_place": node.in_place,
                "becomes": node.becomes,
                "contracted": node.contracted,
            })
        })
        .collect();
    let begin = REPLACED.replace("{relations}", &quote_literal(&json!(listed).to_string()));
    (!listed.is_empty()).then(|| format!("{begin}{query}"))
}

/// How many steps of a kind run and how many are left.
pub fn counts(analysed: &Analysed, plan: &Plan) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for step in &plan.steps {
        let verdict = analysed.decisions.verdicts.get(&step.id);
        let is_left = matches!(verdict, Some(Verdict::Reuse { refreshed }) if refreshed.is_empty());
        let name = match (step.kind == StepKind::Test, is_left) {
            (true, true) => "tests_reused",
            (true, false) => "tests_run",
            (false, true) => "reused",
            (false, false) => "run",
        };
        *counts.entry(name).or_default() += 1;
    }
    counts
}

/// Whether a model only adds rows to what stands.
fn is_incremental(analysed: &Analysed, id: &UniqueId) -> bool {
    let project = analysed.resolved.project();
    let node = project.nodes.get(id);
    node.is_some_and(|node| {
        node.kind == NodeKind::Model
            && config::text(&node.config, "materialized") == Some("incremental")
            && !config::flag(&node.config, "full_refresh")
                .unwrap_or(project.settings().full_refresh)
    })
}
