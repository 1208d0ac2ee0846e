//! Which step waits for which. Dependencies pass through nodes that are not part of the run, and a data
//! test holds back what is built on the nodes that it checks, as in `dbt build`.

use std::collections::{BTreeMap, BTreeSet};

use super::{Step, StepKind, Work};
use crate::graph::{Graph, Resolved};
use crate::project::UniqueId;

/// Fills in `waits_for` and puts the steps in an order in which each comes after those it waits for. In a run that builds
/// and tests, tests hold back what is built on what they check; clones read another environment and wait for nothing.
pub(super) fn order(resolved: &Resolved, steps: Vec<Step>, work: &Work) -> Vec<Step> {
    let in_run: BTreeSet<&UniqueId> = steps.iter().map(|step| &step.id).collect();
    let mut parents = nearest_in_run(resolved, &in_run);
    let tested = tested(resolved, &in_run);
    before_models(&tested, &in_run, &mut parents);
    parents.retain(|id, _| in_run.contains(id));
    if work.clones {
        parents.clear();
    }
    if work.models && work.tests {
        hold_back(&resolved.graph, &steps, &in_run, &tested, &mut parents);
    }
    // ready steps in the graph's order, so that tests come soon after what they check
    let rank: BTreeMap<&UniqueId, usize> = resolved
        .graph
        .order
        .iter()
        .enumerate()
        .map(|(rank, id)| (id, rank))
        .collect();
    let rank = |id: &UniqueId| {
        let of_graph = rank.get(id).or_else(|| rank.get(*tested.get(id)?));
        of_graph.copied().unwrap_or_default()
    };
    let mut children: BTreeMap<UniqueId, Vec<UniqueId>> = BTreeMap::new();
    let mut waiting: BTreeMap<UniqueId, usize> = BTreeMap::new();
    for step in &steps {
        let parents = parents.entry(step.id.clone()).or_default();
        waiting.insert(step.id.clone(), parents.len());
        for parent in parents.iter() {
            children
                .entry(parent.clone())
                .or_default()
                .push(step.id.clone());
        }
    }
    let mut ready: BTreeSet<(usize, UniqueId)> = waiting
        .iter()
        .filter(|(_, count)| **count == 0)
        .map(|(id, _)| (rank(id), id.clone()))
        .collect();
    let mut by_id: BTreeMap<UniqueId, Step> = steps
        .into_iter()
        .map(|step| (step.id.clone(), step))
        .collect();
    let mut position: BTreeMap<UniqueId, usize> = BTreeMap::new();
    let mut ordered = Vec::new();
    while let Some((_, id)) = ready.pop_first() {
        let Some(mut step) = by_id.remove(&id) else {
            continue;
        };
        step.waits_for = parents[&id].iter().map(|parent| position[parent]).collect();
        step.waits_for.sort_unstable();
        position.insert(id.clone(), ordered.len());
        ordered.push(step);
        for child in children.get(&id).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(child) {
                *count -= 1;
                if *count == 0 {
                    ready.insert((rank(child), child.clone()));
                }
            }
        }
    }
    ordered
}

type Parents = BTreeMap<UniqueId, BTreeSet<UniqueId>>;

/// For each node of the run, the nodes of the run that it depends on with none of the run between.
fn nearest_in_run(resolved: &Resolved, in_run: &BTreeSet<&UniqueId>) -> Parents {
    let mut nearest: Parents = BTreeMap::new();
    for id in &resolved.graph.order {
        let mut found = BTreeSet::new();
        for parent in resolved.graph.parents(id) {
            if in_run.contains(parent) {
                found.insert(parent.clone());
            } else if let Some(beyond) = nearest.get(parent) {
                found.extend(beyond.iter().cloned());
            }
        }
        nearest.insert(id.clone(), found);
    }
    nearest
}

/// The unit tests of the run with the model that each tests.
fn tested<'resolved>(
    resolved: &'resolved Resolved,
    in_run: &BTreeSet<&UniqueId>,
) -> BTreeMap<UniqueId, &'resolved UniqueId> {
    let tests = resolved.project().declared.unit_tests.iter();
    tests
        .filter(|(id, _)| in_run.contains(id))
        .filter_map(|(id, test)| Some((id.clone(), test.tested.as_ref()?)))
        .collect()
}

/// A unit test comes before its model, after what its model is built on.
fn before_models(
    tested: &BTreeMap<UniqueId, &UniqueId>,
    in_run: &BTreeSet<&UniqueId>,
    parents: &mut Parents,
) {
    for (test, model) in tested {
        let of_model = parents.get(*model).cloned().unwrap_or_default();
        let inputs = of_model.into_iter().filter(|id| !tested.contains_key(id));
        parents.insert(test.clone(), inputs.collect());
        if in_run.contains(model) {
            parents
                .entry((*model).clone())
                .or_default()
                .insert(test.clone());
        }
    }
}

/// Lets each node wait for the tests of what it is built on, sources among it: a test of one node holds back that
/// node's children; a test of several holds back the first nodes that are built on all of them. As in dbt the whole
/// graph decides, whatever part of it is run.
fn hold_back(
    graph: &Graph,
    steps: &[Step],
    in_run: &BTreeSet<&UniqueId>,
    unit_tests: &BTreeMap<UniqueId, &UniqueId>,
    parents: &mut Parents,
) {
    let tests: BTreeSet<&UniqueId> = steps
        .iter()
        .filter(|step| step.kind == StepKind::Test && !unit_tests.contains_key(&step.id))
        .map(|step| &step.id)
        .collect();
    let mut units: BTreeMap<&UniqueId, Vec<&UniqueId>> = BTreeMap::new();
    for (unit, model) in unit_tests {
        units.entry(*model).or_default().push(unit);
    }
    for test in &tests {
        let checked: Vec<&UniqueId> = graph.parents(test).collect();
        let held: BTreeSet<&UniqueId> = match checked.as_slice() {
            [] => continue,
            [single] => graph.children(single).collect(),
            several => first_built_on_all(graph, several),
        };
        let of_units = held.iter().filter_map(|model| units.get(*model)).flatten();
        for id in nearest_of_run(graph, &held, in_run)
            .into_iter()
            .chain(of_units.copied())
            .filter(|id| !tests.contains(id))
        {
            let waits_for = parents.entry(id.clone()).or_default();
            waits_for.insert((*test).clone());
        }
    }
}

/// The nodes themselves where they are in the run, else what of the run is first built on them.
fn nearest_of_run<'graph>(
    graph: &'graph Graph,
    nodes: &BTreeSet<&'graph UniqueId>,
    in_run: &BTreeSet<&UniqueId>,
) -> BTreeSet<&'graph UniqueId> {
    let mut seen = BTreeSet::new();
    let mut stack: Vec<&UniqueId> = nodes.iter().copied().collect();
    while let Some(id) = stack.pop() {
        if seen.insert(id) && !in_run.contains(id) {
            stack.extend(graph.children(id));
        }
    }
    seen.retain(|id| in_run.contains(id));
    seen
}

fn first_built_on_all<'graph>(
    graph: &'graph Graph,
    checked: &[&'graph UniqueId],
) -> BTreeSet<&'graph UniqueId> {
    let descendants = checked.iter().map(|start| {
        let mut found = BTreeSet::new();
        let mut stack = vec![*start];
        while let Some(id) = stack.pop() {
            stack.extend(graph.children(id).filter(|child| found.insert(*child)));
        }
        found
    });
    let common = descendants.reduce(|left, right| left.intersection(&right).copied().collect());
    let common = common.unwrap_or_default();
    let is_first = |id: &&UniqueId| !graph.parents(id).any(|parent| common.contains(parent));
    common.iter().copied().filter(is_first).collect()
}
