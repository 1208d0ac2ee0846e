//! The graph stage: edges from what templates asked for, an order, and cycles shown as the loop they are.

mod noticed;

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::{DiGraph, NodeIndex};

use crate::deferral::Deferral;
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::from_json;
use crate::manifest;
use crate::name::RelationName;
use crate::project::{Found, Project, UniqueId, config};
use crate::render::Rendered;
use crate::shadow::Shadow;

/// Parents and children of every node and source.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    parents: BTreeMap<UniqueId, BTreeSet<UniqueId>>,
    children: BTreeMap<UniqueId, BTreeSet<UniqueId>>,
    /// All ids so that parents come first; ties in id order.
    pub order: Vec<UniqueId>,
}

impl Graph {
    /// Direct parents.
    pub fn parents<'graph>(&'graph self, id: &UniqueId) -> impl Iterator<Item = &'graph UniqueId> {
        self.parents.get(id).into_iter().flatten()
    }

    /// Direct children.
    pub fn children<'graph>(&'graph self, id: &UniqueId) -> impl Iterator<Item = &'graph UniqueId> {
        self.children.get(id).into_iter().flatten()
    }

    /// Ancestors up to a number of steps away; all of them for `None`. The start is not among them.
    pub fn ancestors(&self, id: &UniqueId, steps: Option<usize>) -> BTreeSet<UniqueId> {
        reach(&self.parents, id, steps)
    }

    /// Descendants up to a number of steps away; all of them for `None`.
    pub fn descendants(&self, id: &UniqueId, steps: Option<usize>) -> BTreeSet<UniqueId> {
        reach(&self.children, id, steps)
    }
}

fn reach(
    edges: &BTreeMap<UniqueId, BTreeSet<UniqueId>>,
    start: &UniqueId,
    steps: Option<usize>,
) -> BTreeSet<UniqueId> {
    let mut found = BTreeSet::new();
    let mut frontier = vec![start];
    let mut left = steps.unwrap_or(usize::MAX);
    while left > 0 && !frontier.is_empty() {
        left -= 1;
        let mut next = Vec::new();
        for id in frontier {
            for neighbour in edges.get(id).into_iter().flatten() {
                if found.insert(neighbour.clone()) {
                    next.push(neighbour);
                }
            }
        }
        frontier = next;
    }
    found
}

/// A project whose names are resolved and whose order is known.
#[derive(Debug)]
pub struct Resolved {
    /// The rendered project.
    pub rendered: Rendered,
    /// The dependencies.
    pub graph: Graph,
    /// The environment that is read instead of this one; none unless the edge says so.
    pub deferral: Deferral,
    /// Where this run builds what it publishes at its end; empty unless the edge says so.
    pub shadow: Shadow,
}

impl Resolved {
    /// Where a node is built and read in this run.
    pub(crate) fn place(&self, id: &UniqueId) -> Option<&RelationName> {
        let published = || self.rendered.relations.get(id);
        self.shadow.place(id).or_else(published)
    }

    /// What this run builds in its shadow: the published name, and where it is built.
    pub fn in_shadow(&self) -> impl Iterator<Item = (RelationName, RelationName)> {
        self.in_shadow_of(&self.shadow)
    }

    pub(crate) fn in_shadow_of<'names>(
        &'names self,
        shadow: &'names Shadow,
    ) -> impl Iterator<Item = (RelationName, RelationName)> + 'names {
        let relations = self.rendered.relations.iter();
        relations.filter_map(|(id, published)| {
            let place = shadow.place(id)?;
            Some((published.clone(), place.clone()))
        })
    }

    /// The schemas that the project may build in: the target's own, and those of its nodes.
    pub fn schemas(&self) -> BTreeSet<String> {
        let relations = self.rendered.relations.values();
        let of_nodes = relations.map(|relation| relation.schema.clone());
        let own = self.project().settings().target.schema.clone();
        of_nodes.chain([own]).collect()
    }

    /// The schemas beside those that runs may leave behind.
    pub fn schemas_beside(&self) -> Vec<String> {
        Shadow::schemas_beside(self.schemas().iter().map(String::as_str))
    }

    /// Where tests keep their failing rows as views: what they read may be in a shadow.
    pub fn stored_views(&self) -> impl Iterator<Item = &RelationName> {
        let tests = self.project().nodes.values().filter(|node| {
            node.is_test() && config::text(&node.config, "store_failures_as") == Some("view")
        });
        tests.filter_map(|test| self.rendered.relations.get(&test.id))
    }

    /// Tells templates what is selected: `selected_resources`.
    pub fn note_selected<'id>(&self, selected: impl Iterator<Item = &'id UniqueId>) {
        let names = selected.map(ToString::to_string).collect();
        let _first = self.project().shared.selected.set(names);
    }

    /// The project.
    pub fn project(&self) -> &Project {
        &self.rendered.project
    }
}

/// Builds the graph.
///
/// **Errors**: HCW0401 for each loop.
pub fn resolve(rendered: Rendered) -> (Resolved, Vec<Diagnostic>) {
    let project = &rendered.project;
    let mut graph = Graph::default();
    for id in project.nodes.keys().chain(project.sources.keys()) {
        graph.parents.insert(id.clone(), BTreeSet::new());
        graph.children.insert(id.clone(), BTreeSet::new());
    }
    for (id, captured) in &rendered.captured {
        let Some(node) = project.nodes.get(id) else {
            continue;
        };
        let names = &rendered.names;
        let refs = captured.refs.iter().filter_map(|used| {
            match names.find_ref(&node.package, used.package.as_deref(), &used.lookup_name()) {
                Found::One(parent) => Some(parent.clone()),
                _ => None,
            }
        });
        let sources = captured
            .sources
            .iter()
            .filter_map(|(source, table)| names.find_source(&node.package, source, table).cloned());
        let functions = captured.functions.iter().filter_map(|(package, name)| {
            names
                .find_function(&node.package, package.as_deref(), name)
                .cloned()
        });
        for parent in refs.chain(sources).chain(functions) {
            graph
                .children
                .entry(parent.clone())
                .or_default()
                .insert(id.clone());
            graph.parents.entry(id.clone()).or_default().insert(parent);
        }
    }
    let mut diagnostics = reads_of_root(&rendered, &graph);
    diagnostics.extend(noticed::warnings(project, &graph));
    diagnostics.extend(crate::semantics::problems(project));
    match order(&graph) {
        Ok(order) => graph.order = order,
        Err(loops) => {
            diagnostics.extend(loops.iter().map(|cycle| cycle_diagnostic(project, cycle)));
        }
    }
    let resolved = Resolved {
        rendered,
        graph,
        deferral: Deferral::default(),
        shadow: Shadow::default(),
    };
    if let Some(graph) = manifest::graph(&resolved) {
        // the same project is resolved once
        let _first = resolved.project().shared.graph.set(from_json(graph));
    }
    (resolved, diagnostics)
}

/// Warns of nodes of packages whose `ref` finds a node of the root project that it does not name.
fn reads_of_root(rendered: &Rendered, graph: &Graph) -> Vec<Diagnostic> {
    let project = &rendered.project;
    let root = project.file().name.as_str();
    let mut warnings = Vec::new();
    for node in project.nodes.values().filter(|node| node.package != root) {
        let names_root = |parent: &str| {
            rendered.captured.get(&node.id).is_some_and(|captured| {
                captured
                    .refs
                    .iter()
                    .any(|used| used.package.as_deref() == Some(root) && used.name == parent)
            })
        };
        let parents = graph
            .parents(&node.id)
            .filter_map(|id| project.nodes.get(id));
        for parent in parents.filter(|parent| parent.package == root && !names_root(&parent.name)) {
            warnings.push(
                Diagnostic::warning(
                    Code::RootRef,
                    format!(
                        "The node '{}' in package '{}' depends on the root project node '{}'. This may lead to unexpected cycles downstream.",
                        node.name, node.package, parent.id
                    ),
                )
                .at(node.patched_at.clone().filter(|_| node.is_test()).unwrap_or_else(|| node.file.at(0..0)))
                .help("set the flag `require_ref_searches_node_package_before_root` to true, so that a package's own nodes come first"),
            );
        }
    }
    warnings
}

/// Kahn's algorithm over sorted ids, so that the order depends on nothing but the graph.
fn order(graph: &Graph) -> Result<Vec<UniqueId>, Vec<Vec<UniqueId>>> {
    let mut waiting: BTreeMap<&UniqueId, usize> = graph
        .parents
        .iter()
        .map(|(id, parents)| (id, parents.len()))
        .collect();
    let mut ready: BTreeSet<&UniqueId> = waiting
        .iter()
        .filter(|(_, count)| **count == 0)
        .map(|(id, _)| *id)
        .collect();
    let mut order = Vec::with_capacity(waiting.len());
    while let Some(id) = ready.pop_first() {
        order.push(id.clone());
        for child in graph.children(id) {
            if let Some(count) = waiting.get_mut(child) {
                *count -= 1;
                if *count == 0 {
                    ready.insert(child);
                }
            }
        }
    }
    if order.len() == waiting.len() {
        return Ok(order);
    }
    Err(loops(graph))
}

/// One loop for each strongly connected group.
fn loops(graph: &Graph) -> Vec<Vec<UniqueId>> {
    let mut directed = DiGraph::<&UniqueId, ()>::new();
    let indexes: BTreeMap<&UniqueId, NodeIndex> = graph
        .parents
        .keys()
        .map(|id| (id, directed.add_node(id)))
        .collect();
    for (id, parents) in &graph.parents {
        for parent in parents {
            directed.add_edge(indexes[id], indexes[parent], ());
        }
    }
    petgraph::algo::tarjan_scc(&directed)
        .into_iter()
        .map(|group| {
            group
                .into_iter()
                .map(|index| directed[index])
                .collect::<BTreeSet<_>>()
        })
        .filter(|group| {
            group.len() > 1
                || group
                    .iter()
                    .any(|id| graph.parents(id).any(|parent| parent == *id))
        })
        .map(|group| walk(graph, &group))
        .collect()
}

/// Follows parents within a group until a node comes again.
fn walk(graph: &Graph, group: &BTreeSet<&UniqueId>) -> Vec<UniqueId> {
    let mut path: Vec<&UniqueId> = group.first().copied().into_iter().collect();
    while let Some(last) = path.last() {
        let Some(next) = graph.parents(last).find(|parent| group.contains(parent)) else {
            break;
        };
        if let Some(at) = path.iter().position(|id| *id == next) {
            path.drain(..at);
            break;
        }
        path.push(next);
    }
    path.into_iter().cloned().collect()
}

fn cycle_diagnostic(project: &Project, cycle: &[UniqueId]) -> Diagnostic {
    let name = |id: &UniqueId| {
        project
            .nodes
            .get(id)
            .map_or_else(|| id.to_string(), |node| node.name.clone())
    };
    let names: Vec<String> = cycle.iter().chain(cycle.first()).map(name).collect();
    let mut diagnostic = Diagnostic::error(
        Code::Cycle,
        format!("models depend on themselves: {}", names.join(" → ")),
    )
    .help("break the loop: move what both need into a model of its own");
    for (position, id) in cycle.iter().enumerate() {
        let Some(node) = project.nodes.get(id) else {
            continue;
        };
        let parent = name(&cycle[(position + 1) % cycle.len()]);
        let location = ['\'', '"']
            .iter()
            .find_map(|quote| {
                let used = format!("{quote}{parent}{quote}");
                let at = node.file.text.find(&used)?;
                Some(node.file.at(at..at + used.len()))
            })
            .unwrap_or_else(|| node.file.at(0..0));
        if position == 0 {
            diagnostic = diagnostic.at(location);
        } else {
            diagnostic = diagnostic.related("which needs", location);
        }
    }
    diagnostic
}
