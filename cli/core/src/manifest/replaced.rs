//! A manifest after some of its nodes have changed, as an excerpt of the project tells them; all else stays as it was
//! written.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, Range};

use serde::de::IgnoredAny;
use serde_json::Value as Json;

use super::node::Used;
use super::{Manifest, Splice, parts};
use crate::partial::Wanted;
use crate::project::Node;

/// What others may ask of a node: where one of these changes, more than the node does.
const FACTS: [&str; 13] = [
    "database",
    "schema",
    "name",
    "resource_type",
    "package_name",
    "alias",
    "fqn",
    "relation_name",
    "group",
    "access",
    "version",
    "latest_version",
    "deprecation_date",
];
/// Children whose entries tell nothing of their parents but ids.
const INDIFFERENT: [&str; 5] = ["model.", "test.", "snapshot.", "analysis.", "exposure."];

/// Ids by id.
type Edges = BTreeMap<String, Vec<String>>;

/// Where the parts of a manifest are.
struct Places {
    parents: Range<usize>,
    children: Range<usize>,
}

/// What a manifest's bytes are to be replaced by, in the order of their places; `None` where more has changed than an
/// excerpt tells. `before` are the ids of the wanted nodes before.
pub fn replaced(
    bytes: &[u8],
    part: &Manifest<'_>,
    wanted: &Wanted,
    before: &BTreeSet<String>,
) -> Option<Vec<Splice>> {
    let project = part.project();
    let nodes: Vec<&Node> = project
        .nodes
        .values()
        .filter(|node| wanted.has(node))
        .collect();
    let is_disabled = project.disabled.values().any(|node| wanted.has(node));
    if is_disabled || !wanted.is_found(&nodes) {
        return None;
    }
    let places = Places::of(bytes)?;
    let mut parents: Edges = serde_json::from_slice(bytes.get(places.parents.clone())?).ok()?;
    let mut children: Edges = serde_json::from_slice(bytes.get(places.children.clone())?).ok()?;
    let now: BTreeSet<&str> = nodes.iter().map(|node| node.id.as_str()).collect();
    let gone: Vec<&str> = before
        .iter()
        .map(String::as_str)
        .filter(|id| !now.contains(id))
        .collect();
    let is_test = |id: &str| id.starts_with("test.");
    let new: BTreeSet<&str> = now
        .iter()
        .copied()
        .filter(|id| !before.contains(*id))
        .collect();
    // models come and go with their files alone
    if gone.iter().chain(&new).any(|id| !is_test(id)) {
        return None;
    }
    let mut splices = Vec::new();
    // texts before entries that stand, by where they go
    let mut from = 0;
    let mut all: BTreeMap<&str, Option<&Node>> = gone.iter().map(|id| (*id, None)).collect();
    all.extend(nodes.iter().map(|node| (node.id.as_str(), Some(*node))));
    let mut is_moved = false;
    for (id, node) in &all {
        let stands = parents.contains_key(*id);
        if stands == new.contains(id) {
            return None;
        }
        let mut entry = Vec::new();
        if let Some(node) = node {
            parts::write_node(part, node, &mut entry).ok()?;
            let told: Json = serde_json::from_slice(entry.get(json_key(id).len() + 1..)?).ok()?;
            let is_grouped = told.get("group").is_some_and(|group| !group.is_null());
            if is_grouped && !stands {
                return None;
            }
            let used = Used::of(part, node).nodes;
            let mut used: Vec<String> = used.iter().map(ToString::to_string).collect();
            used.sort_unstable();
            is_moved |= relate(id, &used, &mut parents, &mut children);
        }
        if !stands {
            splices.push(added(bytes, &parents, id, &new, entry)?);
            continue;
        }
        from = find(bytes, from, id)?;
        let value = from + json_key(id).len() + 1;
        let end = end_of(bytes, value)?;
        let old: Json = serde_json::from_slice(bytes.get(value..end)?).ok()?;
        if node.is_none() {
            let is_grouped = old.get("group").is_some_and(|group| !group.is_null());
            if is_grouped {
                return None;
            }
            unrelate(id, &mut parents, &mut children)?;
            is_moved = true;
            let place = match bytes.get(end)? {
                b',' => from..end + 1,
                _ => from - 1..end,
            };
            splices.push((place, Vec::new()));
        } else {
            let told: Json = serde_json::from_slice(entry.get(json_key(id).len() + 1..)?).ok()?;
            let is_told = is_test(id) || FACTS.iter().all(|fact| old.get(fact) == told.get(fact));
            let mut readers = children.get(*id)?.iter();
            let is_indifferent =
                |reader: &String| INDIFFERENT.iter().any(|kind| reader.starts_with(kind));
            // the semantic manifest has them too
            let is_spine = |entry: &Json| entry.get("time_spine").is_some_and(Json::is_object);
            if is_spine(&old) || is_spine(&told) {
                return None;
            }
            if old.get("unique_id").and_then(Json::as_str) != Some(id)
                || !is_told
                || !readers.all(is_indifferent)
            {
                return None;
            }
            splices.push((from..end, entry));
        }
        from = end;
    }
    if is_moved {
        if now.iter().any(|id| reaches_itself(id, &parents)) {
            return None;
        }
        splices.push((places.parents, serde_json::to_vec(&parents).ok()?));
        splices.push((places.children, serde_json::to_vec(&children).ok()?));
    }
    let is_in_order = splices
        .windows(2)
        .all(|pair| pair[0].0.end <= pair[1].0.start);
    is_in_order.then_some(splices)
}

/// Where the result of a node stands among the results of a run.
pub fn result_of(results: &[u8], id: &str) -> Option<Range<usize>> {
    let key = format!(r#""unique_id":{}"#, json_key(id));
    let place = memchr::memmem::find(results, key.as_bytes())?;
    let start = memchr::memmem::rfind(results.get(..place)?, br#"{"status":"#)?;
    Some(start..end_of(results, start)?)
}

/// Where the value ends that begins at a place.
fn end_of(bytes: &[u8], value: usize) -> Option<usize> {
    let mut values =
        serde_json::Deserializer::from_slice(bytes.get(value..)?).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    Some(value + values.byte_offset())
}

/// The place of an entry that is new: before the first node that comes after it, or after the last one.
fn added(
    bytes: &[u8],
    parents: &Edges,
    id: &str,
    new: &BTreeSet<&str>,
    mut entry: Vec<u8>,
) -> Option<Splice> {
    const KINDS: [&str; 5] = ["analysis.", "model.", "seed.", "snapshot.", "test."];
    let is_there = |other: &&String| {
        KINDS.iter().any(|kind| other.starts_with(kind)) && !new.contains(other.as_str())
    };
    let after = (Bound::Excluded(id), Bound::Unbounded);
    let mut after = parents.range::<str, _>(after).map(|(other, _)| other);
    if let Some(next) = after.find(is_there) {
        let place = find(bytes, 0, next)?;
        entry.push(b',');
        return Some((place..place, entry));
    }
    let before = (Bound::Unbounded, Bound::Excluded(id));
    let mut before = parents.range::<str, _>(before).map(|(other, _)| other);
    let last = before.rfind(is_there)?;
    let end = end_of(bytes, find(bytes, 0, last)? + json_key(last).len() + 1)?;
    entry.insert(0, b',');
    Some((end..end, entry))
}

impl Places {
    fn of(bytes: &[u8]) -> Option<Places> {
        let only = |text: &str| {
            let mut places = memchr::memmem::find_iter(bytes, text.as_bytes());
            let place = places.next()?;
            places.next().is_none().then_some(place..place + text.len())
        };
        let parents = only(r#"},"parent_map":"#)?;
        let children = only(r#"},"child_map":"#)?;
        let groups = only(r#"},"group_map":"#)?;
        // each of them ends with the bracket that the next pattern begins with
        Some(Places {
            parents: parents.end..children.start + 1,
            children: children.end..groups.start + 1,
        })
    }
}

fn json_key(id: &str) -> String {
    serde_json::Value::from(id).to_string()
}

/// Where the entry of a node begins, from a place on; entries are in the order of their ids.
fn find(bytes: &[u8], from: usize, id: &str) -> Option<usize> {
    let lead = format!(r#"{}:{{"database":"#, json_key(id));
    Some(from + memchr::memmem::find(bytes.get(from..)?, lead.as_bytes())?)
}

/// Notes whom a node reads; says whether that is other than before.
fn relate(id: &str, now: &[String], parents: &mut Edges, children: &mut Edges) -> bool {
    let before = parents.get(id).cloned();
    if before
        .as_ref()
        .is_some_and(|before| before.iter().eq(now.iter()))
    {
        return false;
    }
    for parent in before.iter().flatten() {
        if let Some(readers) = children.get_mut(parent) {
            readers.retain(|reader| reader != id);
        }
    }
    for parent in now {
        if let Some(readers) = children.get_mut(parent.as_str())
            && let Err(at) = readers.binary_search_by(|reader| reader.as_str().cmp(id))
        {
            readers.insert(at, id.to_owned());
        }
    }
    parents.insert(id.to_owned(), now.to_vec());
    children.entry(id.to_owned()).or_default();
    true
}

/// Forgets a node that nobody reads.
fn unrelate(id: &str, parents: &mut Edges, children: &mut Edges) -> Option<()> {
    children.remove(id)?.is_empty().then_some(())?;
    for parent in parents.remove(id)? {
        if let Some(readers) = children.get_mut(&parent) {
            readers.retain(|reader| reader != id);
        }
    }
    Some(())
}

/// Whether a node reads itself through others.
fn reaches_itself(id: &str, parents: &Edges) -> bool {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut next = vec![id];
    while let Some(reader) = next.pop() {
        for parent in parents.get(reader).into_iter().flatten() {
            if parent == id {
                return true;
            }
            if seen.insert(parent) {
                next.push(parent);
            }
        }
    }
    false
}
