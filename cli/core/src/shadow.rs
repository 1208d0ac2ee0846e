//! The shadow of a run: where nodes are built before all of them are published together (`--publish=atomic`).
//!
//! A node is built under its own name in a schema beside its own, as if nothing stood there, and what reads it in
//! this run reads it there. What people see (artifacts, lines, messages) has the published names.

mod unseen;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

pub use unseen::Unseen;

use crate::analyse::is_ephemeral;
use crate::drift;
use crate::graph::Resolved;
use crate::materialize::{Materialization, Operation, Statement};
use crate::name::RelationName;
use crate::project::{Node, NodeKind, Project, UniqueId, config};
use crate::publish::{Replacement, retired_schema, shadow_place, shadow_schema};
use crate::render::Rendered;
use crate::settings::{IN_PLACE, Publish};
use crate::state::{RelationType, WarehouseState};

/// Materializations of hcw's own that can be built beside what stands.
const SHADOWED: [&str; 6] = [
    "view",
    "table",
    "incremental",
    "materialized_view",
    "seed",
    "snapshot",
];

/// Where a run builds.
#[derive(Debug, Clone, Default)]
pub struct Shadow {
    places: BTreeMap<UniqueId, RelationName>,
    /// Nodes that go on from what stands: it is copied first.
    copied: BTreeMap<UniqueId, RelationName>,
    /// Shadow schemas with the schemas they are beside, the longest name first.
    schemas: Vec<(String, String)>,
    /// The same as they may stand in texts: a schema that is not quoted in the project's letters too.
    spellings: Vec<(String, String)>,
    replacements: Vec<Replacement>,
}

impl Shadow {
    /// The shadow for the nodes that a run builds; empty unless they are published together.
    ///
    /// A node stays outside when its materialization is not hcw's own, or when it adds to a table that it asks to be
    /// changed where it is (`meta: {hcw: {publish: in_place}}`).
    pub fn of(rendered: &Rendered, state: &WarehouseState, built: &BTreeSet<UniqueId>) -> Shadow {
        match rendered.project.settings().publish {
            Publish::Atomic => Shadow::beside(rendered, state, built),
            Publish::PerNode | Publish::Legacy => Shadow::default(),
        }
    }

    /// The same, however the run is published.
    pub(crate) fn beside(
        rendered: &Rendered,
        state: &WarehouseState,
        built: &BTreeSet<UniqueId>,
    ) -> Shadow {
        let project = &rendered.project;
        let mut shadow = Shadow::default();
        let mut schemas = BTreeSet::new();
        let mut spellings = BTreeSet::new();
        for id in built {
            let (Some(node), Some(relation)) = (project.nodes.get(id), rendered.relations.get(id))
            else {
                continue;
            };
            let goes_on = continues(project, node) && is_table(state, relation);
            if !can_be_shadowed(project, node) || goes_on && is_in_place(node) {
                continue;
            }
            let place = shadow_place(relation);
            let spelling = |name: &RelationName| name.as_written().schema.to_owned();
            spellings.insert((spelling(&place), spelling(relation)));
            spellings.insert((place.schema.clone(), relation.schema.clone()));
            if goes_on {
                shadow.copied.insert(id.clone(), relation.clone());
            }
            schemas.insert((place.schema.clone(), relation.schema.clone()));
            shadow.replacements.push(Replacement {
                target: relation.clone(),
                contracted: has_contract(node),
                granted: has_exact_grants(node),
                declared: drift::grants(node).unwrap_or_default(),
            });
            shadow.places.insert(id.clone(), place);
        }
        shadow.schemas = schemas.into_iter().collect();
        shadow.spellings = spellings.into_iter().collect();
        for names in [&mut shadow.schemas, &mut shadow.spellings] {
            names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        }
        shadow
    }

    /// Whether nothing is built in it.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether a node is built in it.
    pub fn has(&self, id: &UniqueId) -> bool {
        self.places.contains_key(id)
    }

    /// Where a node is built, if it is in the shadow.
    pub(crate) fn place(&self, id: &UniqueId) -> Option<&RelationName> {
        self.places.get(id)
    }

    /// A text with the published names instead of those of the shadow.
    pub fn published<'text>(&self, text: &'text str) -> Cow<'text, str> {
        let mut text = Cow::Borrowed(text);
        for (shadow, schema) in &self.spellings {
            if text.contains(shadow) {
                text = Cow::Owned(text.replace(shadow, schema));
            }
        }
        text
    }

    /// What is to be published.
    pub(crate) fn replacements(&self) -> &[Replacement] {
        &self.replacements
    }

    /// The schemas that it needs beside those of the nodes: for what is built and for what it replaces.
    pub(crate) fn schemas(&self) -> Vec<String> {
        Shadow::schemas_beside(self.schemas.iter().map(|(_, schema)| schema.as_str()))
    }

    /// The schemas beside schemas that runs may leave behind, each once: what was built, and what was replaced.
    pub fn schemas_beside<'name>(schemas: impl IntoIterator<Item = &'name str>) -> Vec<String> {
        let beside = schemas
            .into_iter()
            .flat_map(|schema| [shadow_schema(schema), retired_schema(schema)]);
        beside.collect::<BTreeSet<String>>().into_iter().collect()
    }

    /// The schemas in which nodes are built.
    pub fn built_in(&self) -> impl Iterator<Item = String> {
        self.schemas.iter().map(|(shadow, _)| shadow.clone())
    }

    /// The schemas in which nodes are published.
    pub fn published_to(&self) -> impl Iterator<Item = String> {
        self.schemas.iter().map(|(_, schema)| schema.clone())
    }

    /// The published names of the relations whose rows are copied first.
    pub fn copied(&self) -> impl Iterator<Item = &RelationName> {
        self.copied.values()
    }

    /// The warehouse as a run in the shadow finds it: copies stand there before their nodes are built.
    #[must_use]
    pub fn seen(&self, state: WarehouseState) -> WarehouseState {
        let mut seen = state;
        for (id, relation) in &self.copied {
            let Some(place) = self.places.get(id) else {
                continue;
            };
            if let Some(existing) = seen.get(relation).cloned() {
                let key = (place.schema.clone(), place.identifier.clone());
                seen.relations.insert(key, existing);
            }
        }
        seen
    }

    /// What is done before a node is built: the copy of what it goes on from.
    pub(crate) fn before(&self, id: &UniqueId, published: &RelationName) -> Vec<Operation> {
        let Some(place) = self.places.get(id).filter(|_| self.copied.contains_key(id)) else {
            return Vec::new();
        };
        let (copy, original) = (place.in_schema(), published.in_schema());
        vec![
            Operation::Run(Statement::plain(format!(
                "create table {copy} (like {original} including all)"
            ))),
            Operation::Run(Statement::plain(format!(
                "insert into {copy} overriding system value select * from {original}"
            ))),
            Operation::Commit,
        ]
    }
}

fn can_be_shadowed(project: &Project, node: &Node) -> bool {
    let is_relation = matches!(
        node.kind,
        NodeKind::Model | NodeKind::Seed | NodeKind::Snapshot
    );
    is_relation && !is_ephemeral(node) && is_own(project, node)
}

/// Whether hcw's own macros make the node.
fn is_own(project: &Project, node: &Node) -> bool {
    Materialization::of(project, node).is_ok_and(|materialization| {
        let name = materialization.name();
        SHADOWED.contains(&name) && project.engine.is_own_materialization(name)
    })
}

/// Whether a node that adds to what stands is not to be copied first.
fn is_in_place(node: &Node) -> bool {
    let publish = config::hcw_meta(&node.config, "publish");
    publish.and_then(|word| word.as_str()) == Some(IN_PLACE)
}

/// Whether what a node has built is changed where it stands, and not replaced.
pub(crate) fn is_changed_in_place(
    resolved: &Resolved,
    state: &WarehouseState,
    id: &UniqueId,
) -> bool {
    let relation = resolved.rendered.relations.get(id);
    let project = resolved.project();
    let node = project.nodes.get(id);
    !resolved.shadow.has(id)
        && node.is_some_and(|node| continues(project, node))
        && relation.is_some_and(|relation| is_table(state, relation))
}

/// Whether a node adds to what stands instead of making it anew.
fn continues(project: &Project, node: &Node) -> bool {
    let is_incremental = config::text(&node.config, "materialized") == Some("incremental");
    match node.kind {
        NodeKind::Snapshot => true,
        NodeKind::Model if is_incremental => {
            let asked = config::flag(&node.config, "full_refresh");
            !asked.unwrap_or(project.settings().full_refresh)
        }
        _ => false,
    }
}

fn is_table(state: &WarehouseState, relation: &RelationName) -> bool {
    state
        .get(relation)
        .is_some_and(|existing| existing.relation_type == RelationType::Table)
}

/// Whether grants that the project does not declare are not wanted.
pub(crate) fn has_exact_grants(node: &Node) -> bool {
    let declared = node.config.get("grants");
    let declares = declared.and_then(|grants| grants.as_object());
    declares.is_some_and(|grants| !grants.is_empty())
        && config::hcw_meta(&node.config, "grants").and_then(|word| word.as_str()) == Some("exact")
}

pub(crate) fn has_contract(node: &Node) -> bool {
    let contract = node.config.get("contract");
    contract.and_then(|contract| contract.get("enforced")?.as_bool()) == Some(true)
}
