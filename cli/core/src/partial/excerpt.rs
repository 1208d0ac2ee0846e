//! A part of a project that tells what has become of some of its nodes: they themselves, what they name, and all
//! macros. It is parsed as any project is; what it leaves out is as it was.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::items::{self, Item};
use super::{Known, digest_of};
use crate::diagnostic::Diagnostic;
use crate::graph::Resolved;
use crate::project::{Node, NodeKind};
use crate::source::SourceTree;

/// An entry of a sidecar, as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct KnownItem {
    #[serde(flatten)]
    item: Item,
    digest: String,
    /// Ids of what it makes or is about: generic tests and a node; empty where that is not all.
    ids: Vec<String>,
}

/// A part of a project.
#[derive(Debug)]
pub struct Excerpt {
    /// The files.
    pub tree: SourceTree,
    /// The nodes that it is read for.
    pub wanted: Wanted,
    /// The ids of such nodes before.
    pub before: BTreeSet<String>,
}

/// The nodes that an excerpt is read for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Whose templates are these files.
    files: BTreeSet<String>,
    /// Which are made by these entries of sidecars.
    items: Vec<(String, Range<usize>)>,
}

impl Excerpt {
    /// Whether a problem may be one of the nodes that it is read for.
    pub fn is_about(&self, problem: &Diagnostic) -> bool {
        problem.location.as_ref().is_none_or(|place| {
            let path = &*place.file.path;
            let mut items = self.wanted.items.iter();
            self.wanted.files.contains(path)
                || items.any(|(file, range)| file == path && range.contains(&place.range.start))
        })
    }
}

impl Wanted {
    /// Whether a node is one of them.
    pub fn has(&self, node: &Node) -> bool {
        match node.kind {
            NodeKind::GenericTest(_) => node.patched_at.as_ref().is_some_and(|place| {
                let items = self.items.iter();
                items.clone().any(|(path, range)| {
                    **path == *place.file.path && range.contains(&place.range.start)
                })
            }),
            _ => self.files.contains(&*node.file.path),
        }
    }

    /// Whether every entry has been read as one.
    pub(crate) fn is_found(&self, nodes: &[&Node]) -> bool {
        self.items.iter().all(|(path, range)| {
            let own = nodes.iter();
            let mut own = own.filter(|node| !matches!(node.kind, NodeKind::GenericTest(_)));
            own.any(|node| {
                node.patched_at.as_ref().is_some_and(|place| {
                    **path == *place.file.path && range.contains(&place.range.start)
                })
            })
        })
    }
}

/// The entries of a parse's sidecars, by path.
pub(super) fn known_items(
    tree: &SourceTree,
    resolved: &Resolved,
) -> BTreeMap<String, Vec<KnownItem>> {
    let project = resolved.project();
    let mut placed: BTreeMap<&str, Vec<(usize, &Node, bool)>> = BTreeMap::new();
    let enabled = project.nodes.values().map(|node| (node, true));
    let disabled = project.disabled.values().map(|node| (node, false));
    for (node, is_enabled) in enabled.chain(disabled) {
        if let Some(place) = &node.patched_at {
            let nodes = placed.entry(&place.file.path).or_default();
            nodes.push((place.range.start, node, is_enabled));
        }
    }
    let mut known = BTreeMap::new();
    for (path, mut nodes) in placed {
        let Some(file) = tree.get(path) else { continue };
        let Some(items) = items::items(&file.text) else {
            continue;
        };
        nodes.sort_by_key(|(start, ..)| *start);
        let of = |item: &Item| {
            let from = nodes.partition_point(|(start, ..)| *start < item.range.start);
            let to = nodes.partition_point(|(start, ..)| *start < item.range.end);
            let nodes = &nodes[from..to];
            let is_own = |node: &Node| !matches!(node.kind, NodeKind::GenericTest(_));
            let own: Vec<&Node> = nodes
                .iter()
                .map(|(_, node, _)| *node)
                .filter(|node| is_own(node))
                .collect();
            let is_clear = nodes.iter().all(|(_, _, is_enabled)| *is_enabled)
                && matches!(own.as_slice(), [node] if node.name == item.name && node.properties.version.is_none());
            let ids = nodes.iter().filter(|_| is_clear);
            KnownItem {
                digest: digest_of(&file.text[item.range.clone()]),
                ids: ids.map(|(_, node, _)| node.id.to_string()).collect(),
                item: item.clone(),
            }
        };
        known.insert(path.to_owned(), items.iter().map(of).collect());
    }
    known
}

/// The digest of what stands around entries.
pub(super) fn digest_around(text: &str, items: &[KnownItem]) -> String {
    let items: Vec<Item> = items.iter().map(|known| known.item.clone()).collect();
    digest_of(&items::around(text, &items))
}

/// Makes what is known of files that of the files as they are, of which an excerpt was parsed.
pub(super) fn renew(
    known: &mut BTreeMap<String, Known>,
    excerpt: &Excerpt,
    tree: &SourceTree,
    part: &Resolved,
) -> Option<()> {
    let mut parsed = super::edit::known(&excerpt.tree, part);
    for (file, digest) in super::file_digests(tree) {
        let path = &*file.path;
        let before = known.get_mut(path)?;
        if excerpt.wanted.files.contains(path) {
            before.node = parsed.remove(path)?.node;
        }
        let items = excerpt
            .wanted
            .items
            .iter()
            .filter(|(in_file, _)| in_file == path);
        let ranges: Vec<&Range<usize>> = items.map(|(_, range)| range).collect();
        if before.digest != digest && before.items.is_some() || !ranges.is_empty() {
            let now = items::items(&file.text)?;
            let mut left = before.items.take().unwrap_or_default();
            let mut fresh = parsed
                .remove(path)
                .and_then(|known| known.items)
                .unwrap_or_default();
            let mut renewed = Vec::new();
            for item in now {
                let is_same =
                    |known: &KnownItem| known.item.key == item.key && known.item.name == item.name;
                let known = match ranges.contains(&&item.range) {
                    true => fresh
                        .iter()
                        .position(is_same)
                        .map(|at| fresh.swap_remove(at)),
                    false => left.iter().position(is_same).map(|at| left.swap_remove(at)),
                }?;
                renewed.push(KnownItem { item, ..known });
            }
            before.items = Some(renewed);
        }
        before.digest = digest;
    }
    Some(())
}

/// What has changed since files were as they are known.
#[derive(Default)]
struct Change<'tree> {
    /// Templates that are read again.
    files: BTreeSet<&'tree str>,
    /// Names of nodes whose entries are read again.
    names: BTreeSet<String>,
    /// Ids before.
    before: BTreeSet<String>,
}

/// The part of a project that tells what has become of what was edited; `None` where that is not certain.
pub(super) fn excerpt(
    known: &BTreeMap<String, Known>,
    tree: &SourceTree,
    changed: &[&str],
) -> Option<Excerpt> {
    let mut change = Change::default();
    // the texts of sidecars that have changed, and of those that have not, in entries
    let mut now: BTreeMap<&str, Vec<Item>> = BTreeMap::new();
    let mut files_of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, file) in known {
        for id in &file.holds {
            files_of.entry(name_in(id)).or_default().push(path);
        }
        if let Some(items) = &file.items {
            now.insert(path, items.iter().map(|known| known.item.clone()).collect());
        }
    }
    for path in changed {
        let file = known.get(*path)?;
        let text = &tree.get(path)?.text;
        match (&file.items, file.holds.as_slice()) {
            (Some(before), []) => {
                let items = items::items(text)?;
                compare(before, &items, text, file, &mut change)?;
                now.insert(path, items);
            }
            (None, [id]) if is_plain(id) => {
                change.names.insert(name_in(id).to_owned());
            }
            _ => return None,
        }
    }
    for name in &change.names {
        // a name that several nodes have is left to a whole parse
        let [path] = files_of.get(name.as_str())?.as_slice() else {
            return None;
        };
        let [id] = known.get(*path)?.holds.as_slice() else {
            return None;
        };
        change
            .before
            .extend(Some(id.clone()).filter(|id| is_plain(id)));
        is_plain(id).then(|| change.files.insert(path))?;
    }
    for file in known.values() {
        for known in file
            .items
            .iter()
            .flatten()
            .filter(|known| change.names.contains(&known.item.name))
        {
            if !known.item.is_of_node() {
                continue;
            }
            (!known.ids.is_empty()).then(|| change.before.extend(known.ids.iter().cloned()))?;
        }
    }
    Some(cut(known, tree, &now, &files_of, change))
}

/// Notes the entries of a sidecar that are not as they were.
fn compare(
    before: &[KnownItem],
    now: &[Item],
    text: &str,
    file: &Known,
    change: &mut Change<'_>,
) -> Option<()> {
    let around = digest_of(&items::around(text, now));
    if file.around.as_deref() != Some(&around) {
        return None;
    }
    let key = |item: &Item| (item.key.clone(), item.name.clone());
    let mut left: BTreeMap<(String, String), &KnownItem> = before
        .iter()
        .map(|known| (key(&known.item), known))
        .collect();
    for item in now {
        let known = left.remove(&key(item));
        let text = &text[item.range.clone()];
        if known.is_some_and(|known| known.digest == digest_of(text)) {
            continue;
        }
        (item.is_of_node() && !text.contains("versions:"))
            .then(|| change.names.insert(item.name.clone()))?;
    }
    for known in left.into_values() {
        known
            .item
            .is_of_node()
            .then(|| change.names.insert(known.item.name.clone()))?;
    }
    Some(())
}

/// The files of an excerpt.
fn cut(
    known: &BTreeMap<String, Known>,
    tree: &SourceTree,
    now: &BTreeMap<&str, Vec<Item>>,
    files_of: &BTreeMap<&str, Vec<&str>>,
    change: Change<'_>,
) -> Excerpt {
    let mut wanted = Wanted::default();
    let mut texts: Vec<&str> = Vec::new();
    for (path, items) in now {
        let Some(file) = tree.get(path) else { continue };
        for item in items
            .iter()
            .filter(|item| item.is_of_node() && change.names.contains(&item.name))
        {
            texts.push(&file.text[item.range.clone()]);
            wanted.items.push(((*path).to_owned(), item.range.clone()));
        }
    }
    texts.extend(
        change
            .files
            .iter()
            .filter_map(|path| Some(tree.get(path)?.text.as_str())),
    );
    // what they name, as far as that is to be seen
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let words = texts
        .iter()
        .flat_map(|text| text.split(|letter| !is_part(letter)));
    let mut names: BTreeSet<&str> = words.filter(|word| files_of.contains_key(word)).collect();
    names.extend(change.names.iter().map(String::as_str));
    let mut files: BTreeSet<&str> = names
        .iter()
        .filter_map(|name| files_of.get(name))
        .flatten()
        .copied()
        .collect();
    files.extend(&change.files);
    let mut part = SourceTree::default();
    for folder in tree.packages() {
        part.add_package(folder);
    }
    for file in tree.below("") {
        let path = &*file.path;
        let is_template = known.get(path).is_some_and(|known| !known.holds.is_empty());
        match now.get(path) {
            Some(items) => {
                let keeps = |item: &Item| item.is_of_node() && names.contains(&*item.name);
                part.insert(file.with_text(items::masked(&file.text, items, keeps)));
            }
            None if is_template && !files.contains(path) => {}
            None => part.insert(file.clone()),
        }
    }
    wanted.files = change.files.iter().map(|path| (*path).to_owned()).collect();
    Excerpt {
        tree: part,
        wanted,
        before: change.before,
    }
}

/// The name in an id.
fn name_in(id: &str) -> &str {
    id.split('.').nth(2).unwrap_or_default()
}

/// Whether a node is of a kind of which an excerpt tells all.
fn is_plain(id: &str) -> bool {
    ["model.", "analysis."]
        .iter()
        .any(|kind| id.starts_with(kind))
}
