//! What selection sees of a project: each resource's facts, and the edges between them by position. Kinds of
//! resources that the project gains are added in [`Catalogue::of`].

use std::borrow::Cow;
use std::collections::HashMap;

use super::set::Set;
use crate::graph::Resolved;
use crate::manifest::declared_parents;
use crate::project::config::{self, ConfigMap};
use crate::project::{Declaration, Node, NodeKind, Project, SourceTable, UniqueId, Version};

/// What a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the resource of that name")]
pub enum ResourceKind {
    Model,
    Seed,
    Snapshot,
    Analysis,
    Operation,
    SingularTest,
    GenericTest,
    UnitTest,
    Source,
    Exposure,
    Metric,
    SemanticModel,
    SavedQuery,
    Function,
}

impl ResourceKind {
    /// dbt's `resource_type`.
    pub fn resource_type(self) -> &'static str {
        match self {
            ResourceKind::Model => "model",
            ResourceKind::Seed => "seed",
            ResourceKind::Snapshot => "snapshot",
            ResourceKind::Analysis => "analysis",
            ResourceKind::Operation => "operation",
            ResourceKind::SingularTest | ResourceKind::GenericTest => "test",
            ResourceKind::UnitTest => "unit_test",
            ResourceKind::Source => "source",
            ResourceKind::Exposure => "exposure",
            ResourceKind::Metric => "metric",
            ResourceKind::SemanticModel => "semantic_model",
            ResourceKind::SavedQuery => "saved_query",
            ResourceKind::Function => "function",
        }
    }

    /// The kind of a unique id, by the word that it starts with.
    pub fn of_id(id: &UniqueId) -> Option<ResourceKind> {
        Some(match id.as_str().split('.').next()? {
            "model" => ResourceKind::Model,
            "seed" => ResourceKind::Seed,
            "snapshot" => ResourceKind::Snapshot,
            "analysis" => ResourceKind::Analysis,
            "operation" => ResourceKind::Operation,
            "test" => ResourceKind::GenericTest,
            "unit_test" => ResourceKind::UnitTest,
            "source" => ResourceKind::Source,
            "exposure" => ResourceKind::Exposure,
            "metric" => ResourceKind::Metric,
            "semantic_model" => ResourceKind::SemanticModel,
            "saved_query" => ResourceKind::SavedQuery,
            "function" => ResourceKind::Function,
            _ => return None,
        })
    }

    /// Tests come along with what they read.
    pub(super) fn is_test(self) -> bool {
        matches!(
            self,
            ResourceKind::SingularTest | ResourceKind::GenericTest | ResourceKind::UnitTest
        )
    }

    /// dbt's `nodes`: what has a file of SQL or rows, and a configuration.
    pub(super) fn is_node(self) -> bool {
        matches!(
            self,
            ResourceKind::Model
                | ResourceKind::Seed
                | ResourceKind::Snapshot
                | ResourceKind::Analysis
                | ResourceKind::Operation
                | ResourceKind::SingularTest
                | ResourceKind::GenericTest
        )
    }
}

/// A model's version among its siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionStanding {
    /// The model has no versions.
    Unversioned,
    /// Newer than the latest.
    Prerelease,
    /// The latest.
    Latest,
    /// Older than the latest.
    Old,
}

/// The facts of one resource.
#[derive(Debug, Clone)]
pub struct Item<'project> {
    /// Its unique id.
    pub id: &'project UniqueId,
    /// What it is.
    pub kind: ResourceKind,
    /// Its name.
    pub name: &'project str,
    /// Its package.
    pub package: &'project str,
    /// dbt's fqn.
    pub fully_qualified_name: &'project [String],
    /// The file that defines it, within its package.
    pub path: &'project str,
    /// The file of its properties, when that is another.
    pub properties_path: Option<&'project str>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its configuration.
    pub config: &'project ConfigMap,
    /// A source table's source.
    pub source_name: Option<&'project str>,
    /// A generic test's name.
    pub test_name: Option<&'project str>,
    /// Its group.
    pub group: Option<String>,
    /// A model's access.
    pub access: Option<Cow<'project, str>>,
    /// A model's version.
    pub version: VersionStanding,
}

/// All resources by position, in the order of their ids.
#[derive(Debug)]
pub struct Catalogue<'project> {
    items: Vec<Item<'project>>,
    by_id: HashMap<&'project UniqueId, usize>,
    parents: Vec<Vec<usize>>,
    children: Vec<Vec<usize>>,
    /// The root project's name.
    pub(super) project_name: &'project str,
}

impl<'project> Catalogue<'project> {
    /// The resources of a project.
    pub fn of(resolved: &'project Resolved) -> Catalogue<'project> {
        let project = resolved.project();
        let nodes = project.nodes.values().map(of_node);
        let sources = project.sources.values().map(of_source);
        let mut items: Vec<Item<'project>> =
            nodes.chain(sources).chain(declared(project)).collect();
        items.sort_by_key(|item| item.id);
        let by_id: HashMap<&UniqueId, usize> = items
            .iter()
            .enumerate()
            .map(|(position, item)| (item.id, position))
            .collect();
        let mut children = vec![Vec::new(); items.len()];
        let mut parents: Vec<Vec<usize>> = items
            .iter()
            .enumerate()
            .map(|(position, item)| {
                let parents = resolved
                    .graph
                    .parents(item.id)
                    .filter_map(|id| by_id.get(id).copied());
                let parents: Vec<usize> = parents.collect();
                for parent in &parents {
                    children[*parent].push(position);
                }
                parents
            })
            .collect();
        let position = |id: &str| items.binary_search_by(|item| item.id.as_str().cmp(id)).ok();
        for (child, of_child) in declared_parents(resolved) {
            let Some(child) = position(&child) else {
                continue;
            };
            for parent in of_child.iter().filter_map(|id| position(id)) {
                if !parents[child].contains(&parent) {
                    parents[child].push(parent);
                    children[parent].push(child);
                }
            }
        }
        Catalogue {
            items,
            by_id,
            parents,
            children,
            project_name: &project.file().name,
        }
    }

    /// The resources, in the order of their ids.
    pub fn items(&self) -> &[Item<'project>] {
        &self.items
    }

    /// The position of an id.
    pub fn position(&self, id: &UniqueId) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    pub(super) fn parents(&self, position: usize) -> &[usize] {
        &self.parents[position]
    }

    pub(super) fn children(&self, position: usize) -> &[usize] {
        &self.children[position]
    }

    pub(super) fn ancestors(&self, start: &Set, steps: Option<usize>) -> Set {
        reach(&self.parents, start, steps)
    }

    pub(super) fn descendants(&self, start: &Set, steps: Option<usize>) -> Set {
        reach(&self.children, start, steps)
    }
}

/// What is reached within a number of steps; a start only when another leads to it.
fn reach(edges: &[Vec<usize>], start: &Set, steps: Option<usize>) -> Set {
    let mut found = Set::empty(edges.len());
    let mut frontier: Vec<usize> = start.iter().collect();
    let mut left = steps.unwrap_or(usize::MAX);
    while left > 0 && !frontier.is_empty() {
        left -= 1;
        let mut next = Vec::new();
        for position in frontier {
            for neighbour in &edges[position] {
                if found.insert(*neighbour) {
                    next.push(*neighbour);
                }
            }
        }
        frontier = next;
    }
    found
}

fn of_node(node: &Node) -> Item<'_> {
    let kind = match node.kind {
        NodeKind::Model => ResourceKind::Model,
        NodeKind::Seed => ResourceKind::Seed,
        NodeKind::Snapshot => ResourceKind::Snapshot,
        NodeKind::Analysis => ResourceKind::Analysis,
        NodeKind::Function => ResourceKind::Function,
        NodeKind::SingularTest => ResourceKind::SingularTest,
        NodeKind::GenericTest(_) => ResourceKind::GenericTest,
    };
    let properties = node
        .patched_at
        .as_ref()
        .map(|place| place.file.path_in_package());
    Item {
        id: &node.id,
        kind,
        name: &node.name,
        package: &node.package,
        fully_qualified_name: &node.fully_qualified_name,
        path: node.file.path_in_package(),
        properties_path: properties.filter(|_| !kind.is_test()),
        tags: node.tags(),
        config: &node.config,
        source_name: None,
        test_name: match &node.kind {
            NodeKind::GenericTest(test) => Some(&test.test_name),
            _ => None,
        },
        group: config::text(&node.config, "group").map(str::to_owned),
        access: (kind == ResourceKind::Model)
            .then(|| Cow::Borrowed(config::text(&node.config, "access").unwrap_or("protected"))),
        version: standing(node),
    }
}

fn standing(node: &Node) -> VersionStanding {
    let facts = &node.properties;
    match (&facts.version, &facts.latest_version) {
        (None, _) => VersionStanding::Unversioned,
        (Some(version), Some(latest)) if version != latest => {
            let highest = Version::highest([version, latest]);
            if highest == Some(version) {
                VersionStanding::Prerelease
            } else {
                VersionStanding::Old
            }
        }
        (Some(_), _) => VersionStanding::Latest,
    }
}

/// What only YAML declares.
fn of_declaration(declaration: &Declaration, kind: ResourceKind, tags: Vec<String>) -> Item<'_> {
    Item {
        id: &declaration.id,
        kind,
        name: &declaration.name,
        package: &declaration.package,
        fully_qualified_name: &declaration.fully_qualified_name,
        path: declaration.file.path_in_package(),
        properties_path: None,
        tags,
        config: &declaration.config,
        source_name: None,
        test_name: None,
        group: config::text(&declaration.config, "group").map(str::to_owned),
        access: None,
        version: VersionStanding::Unversioned,
    }
}

/// All that only YAML declares and that is not switched off.
fn declared<'project>(project: &'project Project) -> Vec<Item<'project>> {
    let declared = &project.declared;
    let mut items = Vec::new();
    let mut add =
        |declaration: &'project Declaration, kind: ResourceKind, tags: Option<&Vec<String>>| {
            let tags = tags
                .cloned()
                .unwrap_or_else(|| config::texts(&declaration.config, "tags"));
            if declaration.is_enabled() {
                items.push(of_declaration(declaration, kind, tags));
            }
        };
    for test in declared.unit_tests.values() {
        add(&test.declaration, ResourceKind::UnitTest, None);
    }
    for exposure in declared.exposures.values() {
        add(
            &exposure.declaration,
            ResourceKind::Exposure,
            Some(&exposure.tags),
        );
    }
    for metric in declared.metrics.values() {
        add(
            &metric.declaration,
            ResourceKind::Metric,
            Some(&metric.tags),
        );
    }
    for model in declared.semantic_models.values() {
        add(&model.declaration, ResourceKind::SemanticModel, None);
    }
    for query in declared.saved_queries.values() {
        add(
            &query.declaration,
            ResourceKind::SavedQuery,
            Some(&query.tags),
        );
    }
    items
}

fn of_source(table: &SourceTable) -> Item<'_> {
    Item {
        id: &table.id,
        kind: ResourceKind::Source,
        name: &table.name,
        package: &table.package,
        fully_qualified_name: &table.fully_qualified_name,
        path: table.file.path_in_package(),
        properties_path: None,
        tags: config::texts(&table.config, "tags"),
        config: &table.config,
        source_name: Some(&table.source_name),
        test_name: None,
        group: None,
        access: None,
        version: VersionStanding::Unversioned,
    }
}
