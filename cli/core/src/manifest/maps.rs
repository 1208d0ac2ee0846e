//! Who depends on whom, and who belongs to which group.

use std::collections::BTreeMap;

use super::node::{self, Used};
use super::operations;
use super::{Manifest, declared};

/// Ids by id.
type Edges = BTreeMap<String, Vec<String>>;

/// The manifest's three maps.
pub(super) struct Maps {
    pub(super) parents: Edges,
    pub(super) children: Edges,
    pub(super) groups: Edges,
}

impl Maps {
    pub(super) fn of(manifest: &Manifest<'_>) -> Maps {
        let project = manifest.project();
        let mut parents = Edges::new();
        let mut groups: Edges = project
            .declared
            .groups
            .values()
            .map(|group| (group.declaration.name.clone(), Vec::new()))
            .collect();
        for node in manifest.nodes() {
            let used = Used::of(manifest, node);
            let nodes = used.nodes.iter().map(ToString::to_string).collect();
            parents.insert(node.id.to_string(), nodes);
            if let Some(group) = node::group(manifest, node) {
                groups.entry(group).or_default().push(node.id.to_string());
            }
        }
        for (id, hook) in operations::operations(manifest) {
            parents.insert(id, operations::parents(&hook));
        }
        for id in project.sources.keys() {
            parents.insert(id.to_string(), Vec::new());
        }
        parents.extend(declared::dependencies(manifest));
        for (group, id) in declared::grouped(manifest) {
            groups.entry(group).or_default().push(id);
        }
        let mut children: Edges = parents.keys().map(|id| (id.clone(), Vec::new())).collect();
        for (id, nodes) in &mut parents {
            nodes.sort_unstable();
            for parent in nodes {
                if let Some(children) = children.get_mut(parent) {
                    children.push(id.clone());
                }
            }
        }
        Maps {
            parents,
            children,
            groups,
        }
    }
}
