//! Which nodes of a run are left as they are, and what each was built from.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Content, Decisions, Memory, NAMED, Outside, Reason, Remembered, Verdict, Wish, is_view,
};
use crate::analyse::is_ephemeral;
use crate::fingerprint::{Fingerprint, Part, digest};
use crate::graph::Resolved;
use crate::project::{Node, UniqueId};

/// Stands among the inputs of what may have other rows although nothing has changed.
const MOVES: &str = "itself";
/// What of a view only its SQL tells.
const WITHIN: [Part; 2] = [Part::Functions, Part::Objects];

/// Decides over the nodes of a run, which are those that have a fingerprint. `landing` are the sources whose files are
/// landed in it, with what was found out of the files.
pub fn decide(
    resolved: &Resolved,
    fingerprints: &BTreeMap<UniqueId, Fingerprint>,
    landing: &BTreeMap<UniqueId, Landing>,
    memory: &Memory,
    wish: Wish<'_>,
) -> Decisions {
    let mut decider = Decider {
        resolved,
        memory,
        wish,
        known: BTreeMap::new(),
        decisions: Decisions::default(),
        has_landed: false,
    };
    for (id, found) in landing {
        decider.land(id, *found);
    }
    let unit_tests = &resolved.project().declared.unit_tests;
    for id in resolved.graph.order.iter().chain(unit_tests.keys()) {
        if let Some(fingerprint) = fingerprints.get(id) {
            decider.node(id, fingerprint);
        }
        decider.know(id, fingerprints.get(id));
    }
    decider.decisions
}

/// What each node of a run was built from, when the run has ended: `memory` has the sources as they are after it.
pub fn inputs(
    resolved: &Resolved,
    fingerprints: &BTreeMap<UniqueId, Fingerprint>,
    memory: &Memory,
    decisions: &Decisions,
    run: &str,
) -> BTreeMap<UniqueId, BTreeMap<String, Content>> {
    let mut decider = Decider {
        resolved,
        memory,
        wish: Wish {
            run,
            runs_all: None,
        },
        known: BTreeMap::new(),
        decisions: decisions.clone(),
        has_landed: true,
    };
    let unit_tests = &resolved.project().declared.unit_tests;
    let mut inputs = BTreeMap::new();
    for id in resolved.graph.order.iter().chain(unit_tests.keys()) {
        if let Some(fingerprint) = fingerprints.get(id) {
            let mut found = decider.inputs(id, fingerprint);
            if let Some(why) = fingerprint.obstacle() {
                found.insert(MOVES.to_owned(), Content::Unknown(why.to_owned()));
            }
            inputs.insert(id.clone(), found);
        }
        decider.know(id, fingerprints.get(id));
    }
    inputs
}

/// What was found out of the files of a source table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landing {
    /// They have all landed, and nothing else has.
    Landed,
    /// There are others than have landed, or it is not known.
    Changed,
}

/// A node as what reads it finds it.
#[derive(Debug, Clone)]
struct Known {
    /// What a view is bound to.
    shape: Content,
    /// The rows that are read through it.
    rows: Content,
}

struct Decider<'run> {
    resolved: &'run Resolved,
    memory: &'run Memory,
    wish: Wish<'run>,
    known: BTreeMap<UniqueId, Known>,
    decisions: Decisions,
    /// Whether what the run lands is there.
    has_landed: bool,
}

impl Decider<'_> {
    fn land(&mut self, id: &UniqueId, found: Landing) {
        let current = self.memory.sources.get(id).map(Outside::rows);
        let recorded = self.memory.nodes.get(id.as_str());
        let reason = match (found, recorded) {
            _ if self.wish.runs_all.is_some() => self.wish.runs_all.map(Reason::Asked),
            (_, None) => Some(Reason::First),
            (Landing::Changed, _) => Some(Reason::Files),
            (Landing::Landed, Some(recorded)) => match current {
                Some(Content::Known(current)) if current == recorded.version => None,
                _ => Some(Reason::Altered("its rows".to_owned())),
            },
        };
        let verdict = match reason {
            Some(reason) => Verdict::Run(vec![reason]),
            None => Verdict::Reuse {
                refreshed: Vec::new(),
            },
        };
        self.decisions.verdicts.insert(id.clone(), verdict);
    }

    fn node(&mut self, id: &UniqueId, fingerprint: &Fingerprint) {
        let inputs = self.inputs(id, fingerprint);
        let mut reasons = Vec::new();
        if let Some(why) = self.wish.runs_all {
            reasons.push(Reason::Asked(why));
        } else if let Some(recorded) = self.memory.nodes.get(id.as_str()) {
            if fingerprint.obstacle().is_some() {
                let obstacles = fingerprint.obstacles.iter().cloned();
                reasons.extend(obstacles.map(Reason::Volatile));
            }
            reasons.extend(changes(&recorded.parts, &fingerprint.parts).map(Reason::Changed));
            reasons.extend(self.altered(id, recorded).map(Reason::Altered));
            reasons.extend(self.of_inputs(&recorded.inputs, &inputs));
        } else {
            reasons.push(Reason::First);
        }
        let refreshed = match self.memory.nodes.get(id.as_str()) {
            Some(recorded) => cosmetics(&recorded.parts, &fingerprint.parts),
            None => Vec::new(),
        };
        let verdict = match reasons.is_empty() {
            true => Verdict::Reuse { refreshed },
            false => Verdict::Run(reasons),
        };
        self.decisions.verdicts.insert(id.clone(), verdict);
    }

    /// What a node reads, by id or name.
    fn inputs(&self, id: &UniqueId, fingerprint: &Fingerprint) -> BTreeMap<String, Content> {
        let project = self.resolved.project();
        let of_unit_test = project
            .declared
            .unit_tests
            .get(id)
            .and_then(|test| test.tested.as_ref());
        let needs_shape = of_unit_test.is_some() || project.nodes.get(id).is_some_and(is_view);
        let pick = |known: &Known| match needs_shape {
            true => known.shape.clone(),
            false => known.rows.clone(),
        };
        let mut inputs = BTreeMap::new();
        for parent in self.parents(of_unit_test.unwrap_or(id)) {
            let deferred = self.resolved.deferral.relation(parent).is_some();
            let content = match self.known.get(parent) {
                Some(known) if !deferred => pick(known),
                _ => Content::Unknown(format!("`{}` is of another environment", name(parent))),
            };
            inputs.insert(parent.to_string(), content);
        }
        for read in &fingerprint.reads {
            if let Some(outside) = self.memory.named.get(read) {
                let known = Known {
                    shape: outside.shape(),
                    rows: outside.rows(),
                };
                inputs.insert(format!("{NAMED}{}", read.join(".")), pick(&known));
            }
        }
        inputs
    }

    /// The nodes and sources that a node reads, through ephemeral models.
    fn parents<'graph>(&'graph self, id: &'graph UniqueId) -> BTreeSet<&'graph UniqueId> {
        let nodes = &self.resolved.project().nodes;
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut stack: Vec<&UniqueId> = self.resolved.graph.parents(id).collect();
        while let Some(parent) = stack.pop() {
            if !seen.insert(parent) {
                continue;
            }
            if nodes.get(parent).is_some_and(is_ephemeral) {
                stack.extend(self.resolved.graph.parents(parent));
            } else {
                found.insert(parent);
            }
        }
        found
    }

    /// Notes what a node is for those that read it, once its fate is known.
    fn know(&mut self, id: &UniqueId, fingerprint: Option<&Fingerprint>) {
        let project = self.resolved.project();
        if project.sources.contains_key(id) {
            let lands = !self.has_landed
                && matches!(self.decisions.verdicts.get(id), Some(Verdict::Run(_)));
            let outside = self.memory.sources.get(id);
            let known = match outside {
                _ if lands => Known {
                    shape: Content::Pending,
                    rows: Content::Pending,
                },
                Some(outside) => Known {
                    shape: outside.shape(),
                    rows: outside.rows(),
                },
                None => {
                    let missing = Content::Unknown(format!("`{}` is not there", name(id)));
                    Known {
                        shape: missing.clone(),
                        rows: missing,
                    }
                }
            };
            self.known.insert(id.clone(), known);
            return;
        }
        let Some(node) = project
            .nodes
            .get(id)
            .filter(|node| !node.is_test() && !is_ephemeral(node))
        else {
            return;
        };
        let shape = self.version(node);
        let rows = match &shape {
            Content::Known(version) if is_view(node) => self.through(version, id, fingerprint),
            other => other.clone(),
        };
        self.known.insert(id.clone(), Known { shape, rows });
    }

    /// What is read through a view: the rows of its parents, and of what it names itself.
    fn through(&self, version: &str, id: &UniqueId, fingerprint: Option<&Fingerprint>) -> Content {
        let recorded = self.memory.nodes.get(id.as_str());
        let runs = matches!(self.decisions.verdicts.get(id), Some(Verdict::Run(_)));
        let hidden = match (fingerprint, recorded) {
            _ if runs => None,
            (Some(fingerprint), _) if fingerprint.obstacle().is_some() => {
                Some("gives other rows by itself")
            }
            (Some(_), _) => None,
            // of a view that is not asked for only what was recorded is known
            (None, Some(recorded)) if recorded.inputs.contains_key(MOVES) => {
                Some("gives other rows by itself")
            }
            (None, Some(recorded))
                if WITHIN.iter().any(|part| recorded.parts.contains_key(part)) =>
            {
                Some("calls functions or names types, and is not looked at in this run")
            }
            _ => None,
        };
        if let Some(why) = hidden {
            return Content::Unknown(format!("`{}` {why}", name(id)));
        }
        let parents = self.parents(id).into_iter();
        let rows = parents
            .filter_map(|parent| self.known.get(parent))
            .map(|known| known.rows.clone());
        let reads = match (fingerprint, recorded) {
            (Some(fingerprint), _) => fingerprint.reads.clone(),
            (None, Some(recorded)) => recorded.named().collect(),
            (None, None) => BTreeSet::new(),
        };
        let named = reads.iter().filter_map(|read| self.memory.named.get(read));
        let contents: Vec<Content> = rows.chain(named.map(Outside::rows)).collect();
        Content::of_all(version, contents.iter())
    }

    fn version(&self, node: &Node) -> Content {
        if node.is_function() {
            // what it does counts by its definition in the database
            return Content::Known(digest(&node.file.text));
        }
        if let Some(Verdict::Run(_)) = self.decisions.verdicts.get(&node.id) {
            return Content::Known(self.wish.run.to_owned());
        }
        match self.memory.nodes.get(node.id.as_str()) {
            Some(recorded) if self.altered(&node.id, recorded).is_none() => {
                Content::Known(recorded.version.clone())
            }
            _ => Content::Unknown(format!("`{}` is not what hcw has built", node.name)),
        }
    }

    /// How a node's relation differs from what was built.
    fn altered(&self, id: &UniqueId, recorded: &Remembered) -> Option<String> {
        let built = recorded.relation.as_ref()?;
        let relation = self.resolved.rendered.relations.get(id)?;
        built.difference(self.memory.seen(relation))
    }

    fn of_inputs(
        &self,
        recorded: &BTreeMap<String, String>,
        inputs: &BTreeMap<String, Content>,
    ) -> Vec<Reason> {
        let mut reasons = Vec::new();
        for (id, content) in inputs {
            let shown = || match id.strip_prefix(NAMED) {
                Some(relation) => relation.to_owned(),
                None => name(id),
            };
            let runs = || {
                let verdict = self.decisions.verdicts.get(id.as_str());
                matches!(verdict, Some(Verdict::Run(_)))
            };
            match (recorded.get(id), content) {
                (Some(before), Content::Known(now)) if before == now => {}
                (_, Content::Unknown(why)) => reasons.push(Reason::Unknown(why.clone())),
                (None, Content::Known(_)) => reasons.push(Reason::NewInput(shown())),
                (_, Content::Pending) => reasons.push(Reason::InputRuns(shown())),
                (Some(_), Content::Known(_)) if runs() => reasons.push(Reason::InputRuns(shown())),
                (Some(_), Content::Known(_)) => reasons.push(Reason::InputChanged(shown())),
            }
        }
        let gone = recorded
            .keys()
            .filter(|id| !inputs.contains_key(*id) && *id != MOVES);
        reasons.extend(gone.map(|id| Reason::InputGone(name(id))));
        reasons
    }
}

/// Parts that count and differ.
fn changes(
    before: &BTreeMap<Part, String>,
    now: &BTreeMap<Part, String>,
) -> impl Iterator<Item = Part> {
    different(before, now)
        .into_iter()
        .filter(|part| !part.is_cosmetic())
}

fn cosmetics(before: &BTreeMap<Part, String>, now: &BTreeMap<Part, String>) -> Vec<Part> {
    let different = different(before, now).into_iter();
    different.filter(|part| part.is_cosmetic()).collect()
}

fn different(before: &BTreeMap<Part, String>, now: &BTreeMap<Part, String>) -> BTreeSet<Part> {
    let parts: BTreeSet<Part> = before.keys().chain(now.keys()).copied().collect();
    parts
        .into_iter()
        .filter(|part| before.get(part) != now.get(part))
        .collect()
}

/// The name of a node or source for people: its id without kind and package.
fn name(id: impl ToString) -> String {
    let id = id.to_string();
    let rest = id.splitn(3, '.').nth(2).map(str::to_owned);
    rest.unwrap_or(id)
}
