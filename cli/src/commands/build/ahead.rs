//! What is decided before a run's first step: what is compiled and where it is built, which nodes are left as they are,
//! and the plan.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hcw_core::analyse::{Analysed, analyse, clones};
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::fingerprint::Part;
use hcw_core::graph::Resolved;
use hcw_core::plan::{self, Plan, Work};
use hcw_core::project::{Node, NodeKind, UniqueId};
use hcw_core::seed::{self, SeedData};
use hcw_core::settings::Publish;
use hcw_core::shadow::{Shadow, Unseen};
use hcw_core::state::{RelationType, WarehouseState};
use serde_json::Value as Json;
use tokio::task::JoinHandle;
use tokio_postgres::Client;

use crate::args::{LogLevel, Verb};
use crate::db;
use crate::db::drift::Drift;
use crate::execute::resumed;
use crate::memory::{self, Early, Recorder, Store, Surroundings};
use crate::report::{Event, Reporter};
use crate::selection::deferral;
use crate::session::{Problems, Session};

/// What the warehouse holds in the schemas that the project writes to; where views may be made anew, also what reads them.
pub(in crate::commands) async fn state(
    client: &Client,
    resolved: &Resolved,
    makes_views: bool,
) -> Result<WarehouseState, Problems> {
    let schemas: BTreeSet<&String> = resolved
        .rendered
        .relations
        .values()
        .map(|relation| &relation.schema)
        .collect();
    let schemas: Vec<String> = schemas.into_iter().cloned().collect();
    let one = |error| vec![error];
    let mut state = db::state::read(client, &schemas).await.map_err(one)?;
    let replaces_views = makes_views
        && resolved.project().settings().publish == Publish::PerNode
        && (state.relations.values()).any(|found| found.relation_type == RelationType::View);
    if replaces_views {
        db::state::read_readers(client, &mut state)
            .await
            .map_err(one)?;
    }
    Ok(state)
}

/// The selected nodes that the verb builds.
pub(in crate::commands) fn built(
    resolved: &Resolved,
    selected: &BTreeSet<UniqueId>,
    work: &Work,
) -> BTreeSet<UniqueId> {
    let nodes = &resolved.project().nodes;
    let is_built = |id: &&UniqueId| match nodes.get(*id).map(|node| &node.kind) {
        Some(NodeKind::Seed) => work.seeds,
        Some(NodeKind::Snapshot) => work.snapshots,
        Some(NodeKind::Model) => work.models,
        _ => false,
    };
    selected.iter().filter(is_built).cloned().collect()
}

/// The project with the environment that it reads where its own has nothing.
pub(in crate::commands) fn deferred(
    session: &Session,
    mut resolved: Resolved,
    state: &WarehouseState,
    selected: &BTreeSet<UniqueId>,
    built: &BTreeSet<UniqueId>,
    reporter: &Reporter,
) -> Result<Resolved, Problems> {
    let flags = &session.flags;
    let Some(other) = deferral(session, &resolved, flags, reporter)? else {
        return Ok(resolved);
    };
    let relations = &resolved.rendered.relations;
    let favours = flags.switch("favor_state");
    resolved.deferral = other.choose(relations, state, selected, built, favours);
    Ok(resolved)
}

/// How many runs are remembered where nobody says.
const KEPT_RUNS: i64 = 100;

/// A run before its first step.
pub(in crate::commands) struct Planned {
    pub(in crate::commands) analysed: Analysed,
    pub(in crate::commands) plan: Plan,
    pub(in crate::commands) recorder: Option<Recorder>,
    /// Comments, grants and policies that are not as declared.
    pub(in crate::commands) drifts: Vec<Drift>,
}

/// What was begun before planning, while the server was waited for.
#[derive(Default)]
pub(in crate::commands) struct Begun {
    /// What was asked before the project was read; nothing where something has happened since.
    pub(in crate::commands) early: Option<Early>,
    /// The seeds that are read; none where they may be left as they are.
    seeds: Option<JoinHandle<BTreeMap<UniqueId, Arc<SeedData>>>>,
}

impl Begun {
    /// Begins to read the seeds that are certain to be loaded.
    pub(in crate::commands) fn reading(
        session: &Session,
        resolved: &Resolved,
        built: &BTreeSet<UniqueId>,
    ) -> Begun {
        let flags = &session.flags;
        let loads =
            memory::runs_all(flags).is_some() && !flags.dry_run && flags.verb != Verb::Clone;
        let nodes = &resolved.project().nodes;
        let built = built.iter().filter_map(|id| nodes.get(id));
        let seeds: Vec<Node> = built
            .filter(|node| loads && node.kind == NodeKind::Seed)
            .cloned()
            .collect();
        Begun {
            early: None,
            seeds: (!seeds.is_empty())
                .then(|| tokio::task::spawn_blocking(move || seed::read_all(&seeds))),
        }
    }
}

/// Compiles and plans the selected nodes. Where it is remembered what was built, what has not changed is left as it
/// is, and the others are compiled to read it where it stands. What is remembered is asked for, unless that was done
/// early and nothing has happened since.
pub(in crate::commands) async fn planned(
    session: &Session,
    (control, begun): (&Client, Begun),
    mut resolved: Resolved,
    state: WarehouseState,
    (selected, built, work): (&BTreeSet<UniqueId>, &BTreeSet<UniqueId>, &Work),
    reporter: &Reporter,
) -> Result<Planned, Problems> {
    let one = |error| vec![error];
    let wanted = wanted(&resolved, selected, work);
    let mut drifts = db::drift::found(control, &resolved, built).await?;
    resolved.shadow = Shadow::of(&resolved.rendered, &state, built);
    let seen = Arc::new(resolved.shadow.seen(state.clone()));
    let mut recorder = None;
    let (analysed, seen) = match session.flags.verb {
        Verb::Clone => (clones(resolved, &wanted), seen),
        _ => {
            let version = state.server_version;
            let (place, asked) = (seen.clone(), wanted.clone());
            let analysing = tokio::task::spawn_blocking(move || analyse(resolved, &place, &asked));
            let remembered = remembered(session, (control, begun.early), version, reporter).await;
            let mut analysed = analysing.await.unwrap_or_else(resumed);
            if let Some(seeds) = begun.seeds {
                analysed = analysed.with_seeds(seeds.await.unwrap_or_else(resumed));
            }
            if let Some(remembered) = remembered? {
                let asked = (selected, work);
                let (store, surroundings) = remembered;
                let about = (&store, surroundings);
                let reckoning = memory::reckon(session, control, about, &analysed, asked)
                    .await
                    .map_err(one)?;
                let mut decisions = reckoning.decisions.clone();
                // a description that has changed is no comment that somebody has changed
                drifts.retain(|one| !one.is_comment || decisions.keeps(&one.id, Part::Comments));
                for (part, is_comment) in [(Part::Comments, true), (Part::Grants, false)] {
                    let restored = drifts
                        .iter()
                        .filter(|drift| drift.is_restored && drift.is_comment == is_comment);
                    decisions.restore(part, restored.map(|drift| &*drift.id));
                }
                let run = &session.settings.invocation_id;
                let keep = session.flags.values.get("keep_runs").and_then(Json::as_i64);
                recorder = Some(Recorder::new(
                    store,
                    run,
                    reckoning,
                    version,
                    keep.unwrap_or(KEPT_RUNS),
                ));
                analysed.decided(decisions, &state, &wanted, built)
            } else {
                drifts.retain(|drift| !drift.is_comment);
                (analysed, seen)
            }
        }
    };
    let (analysed, seen) = match hides_something(session, &analysed, selected, reporter)? {
        // node by node, none is built in the shadow
        true => analysed.placed(&state, &wanted, &BTreeSet::new()),
        false => (analysed, seen),
    };
    let plan = plan::plan(&analysed, &seen, selected, work);
    Ok(Planned {
        analysed,
        plan,
        recorder,
        drifts,
    })
}

/// What was recorded of earlier runs, and what nodes can depend on beside what they name; nothing where nothing is to
/// be remembered.
async fn remembered(
    session: &Session,
    (control, early): (&Client, Option<Early>),
    server_version: u32,
    reporter: &Reporter,
) -> Result<Option<(Store, Surroundings)>, Problems> {
    let one = |error| vec![error];
    let early = match early {
        Some(early) => early.now(session, control).await,
        None => Early::ask(session, control).await,
    };
    let Some(early) = early.map_err(one)? else {
        return Ok(None);
    };
    let makes = !session.flags.dry_run;
    let (opened, ready) = tokio::join!(
        Store::open(session, control, makes, early.recorded, reporter),
        memory::ready(control, server_version),
    );
    ready.map_err(one)?;
    let store = opened.map_err(one)?;
    Ok(store.map(|store| (store, early.surroundings)))
}

/// The selected nodes that are compiled.
pub(in crate::commands) fn wanted(
    resolved: &Resolved,
    selected: &BTreeSet<UniqueId>,
    work: &Work,
) -> BTreeSet<UniqueId> {
    let nodes = resolved.project().nodes.values();
    nodes
        .filter(|node| selected.contains(&node.id))
        .filter(|node| {
            if node.is_test() {
                work.tests
            } else if node.kind == NodeKind::Analysis {
                false
            } else {
                work.models || work.seeds || work.snapshots
            }
        })
        .map(|node| node.id.clone())
        .collect()
}

/// Whether the run goes without its shadow, since nodes look for relations in a way that it hides. Where somebody asks
/// for the shadow they are told which nodes read what stands.
fn hides_something(
    session: &Session,
    analysed: &Analysed,
    selected: &BTreeSet<UniqueId>,
    reporter: &Reporter,
) -> Result<bool, Problems> {
    let reused = analysed.decisions.reused();
    let running: BTreeSet<UniqueId> = selected.difference(&reused).cloned().collect();
    let unseen = analysed.resolved.shadow.unseen(analysed, &running);
    let Some(first) = unseen.first() else {
        return Ok(false);
    };
    let others = match unseen.len() - 1 {
        0 => String::new(),
        others => format!(", and {others} more"),
    };
    let found = format!("{} {}{others}", first.id, first.why);
    let is_asked = session.chose_publish || session.flags.switch("hold");
    let certain = unseen.iter().filter(|one| is_asked && one.is_certain);
    let problems: Vec<Diagnostic> = certain.map(|one| unreadable(analysed, one)).collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    if is_asked {
        let message = format!("{found}: it reads what is published, not what this run builds");
        let event = Event::new("UnseenShadow", "H001", LogLevel::Warn, message);
        reporter.warn(&event, Code::NotPublishable)?;
    } else {
        reporter.line(&format!("{found}: this run publishes node by node"));
    }
    Ok(!is_asked)
}

/// A node that names what the shadow builds.
fn unreadable(analysed: &Analysed, unseen: &Unseen) -> Diagnostic {
    let name = unseen.id.as_str();
    let problem = Diagnostic::error(
        Code::NotPublishable,
        format!("{name} {}, and cannot be built with a shadow", unseen.why),
    )
    .help("build with --publish=per-node, or let it read by ref() what hcw makes");
    match analysed.resolved.project().nodes.get(&unseen.id) {
        Some(node) => problem.at(node.file.at(0..0)),
        None => problem,
    }
}
