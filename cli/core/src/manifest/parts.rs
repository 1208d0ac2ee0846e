//! A manifest as it is written: nodes, which are most of it, are made into text side by side, some at a time.

use std::io;

use rayon::prelude::*;
use serde::{Serialize, Serializer};

use super::{Manifest, declared, maps, node, operations, source_table};
use crate::project::Node;

/// Nodes that one thread makes into text.
const PART: usize = 64;
/// Parts that are in memory at once.
const PARTS: usize = 16;

/// Writes a manifest.
pub(super) fn write(manifest: &Manifest<'_>, writer: &mut impl io::Write) -> io::Result<()> {
    writer.write_all(br#"{"metadata":"#)?;
    serde_json::to_writer(&mut *writer, &manifest.metadata())?;
    writer.write_all(br#","nodes":{"#)?;
    let nodes: Vec<&Node> = manifest
        .nodes()
        .filter(|node| !node.is_function())
        .collect();
    let mut separator: &[u8] = b"";
    for some in nodes.chunks(PART * PARTS) {
        let parts: Vec<serde_json::Result<Vec<u8>>> = (some.par_chunks(PART))
            .map(|part| text(manifest, part))
            .collect();
        for part in parts {
            writer.write_all(separator)?;
            writer.write_all(&part?)?;
            separator = b",";
        }
    }
    for (id, entry) in operations::operations(manifest) {
        writer.write_all(separator)?;
        write_entry(&mut *writer, &id, &entry)?;
        separator = b",";
    }
    writer.write_all(b"},")?;
    let rest = serde_json::to_vec(&Rest(manifest))?;
    writer.write_all(rest.strip_prefix(b"{").unwrap_or(&rest))
}

/// The entries of some nodes, with commas between them.
fn text(manifest: &Manifest<'_>, nodes: &[&Node]) -> serde_json::Result<Vec<u8>> {
    let mut text = Vec::new();
    for (position, node) in nodes.iter().enumerate() {
        if position > 0 {
            text.push(b',');
        }
        write_node(manifest, node, &mut text)?;
    }
    Ok(text)
}

/// The entry of one node with its key.
pub(super) fn write_node(
    manifest: &Manifest<'_>,
    node: &Node,
    writer: impl io::Write,
) -> serde_json::Result<()> {
    write_entry(writer, node.id.as_str(), &node::Entry::of(manifest, node))
}

fn write_entry(
    mut writer: impl io::Write,
    id: &str,
    entry: &node::Entry<'_>,
) -> serde_json::Result<()> {
    serde_json::to_writer(&mut writer, id)?;
    writer.write_all(b":").map_err(serde_json::Error::io)?;
    serde_json::to_writer(&mut writer, entry)
}

/// A mapping that is made while it is written.
struct Entries<F>(F);

impl<F, I, K, V> Serialize for Entries<F>
where
    F: Fn() -> I,
    I: Iterator<Item = (K, V)>,
    K: Serialize,
    V: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map((self.0)())
    }
}

/// What comes after the nodes.
struct Rest<'run>(&'run Manifest<'run>);

impl Serialize for Rest<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let manifest = self.0;
        let project = manifest.project();
        let mut fields = serializer.serialize_struct("Manifest", 15)?;
        let sources = || {
            project
                .sources
                .values()
                .map(|table| (table.id.as_str(), source_table::entry(project, table)))
        };
        fields.serialize_field("sources", &Entries(sources))?;
        fields.serialize_field("macros", &declared::macros(manifest))?;
        fields.serialize_field("docs", &declared::docs(manifest))?;
        fields.serialize_field("exposures", &declared::exposures(manifest, true))?;
        fields.serialize_field("metrics", &declared::metrics(manifest, true))?;
        fields.serialize_field("groups", &declared::groups(manifest))?;
        fields.serialize_field("selectors", &declared::selectors(manifest))?;
        fields.serialize_field("disabled", &manifest.disabled())?;
        let maps = maps::Maps::of(manifest);
        fields.serialize_field("parent_map", &maps.parents)?;
        fields.serialize_field("child_map", &maps.children)?;
        fields.serialize_field("group_map", &maps.groups)?;
        fields.serialize_field("saved_queries", &declared::saved_queries(manifest, true))?;
        fields.serialize_field(
            "semantic_models",
            &declared::semantic_models(manifest, true),
        )?;
        fields.serialize_field("unit_tests", &declared::unit_tests(manifest, true))?;
        let functions = || {
            manifest
                .nodes()
                .filter(|node| node.is_function())
                .map(|node| (node.id.as_str(), node::Entry::of(manifest, node)))
        };
        fields.serialize_field("functions", &Entries(functions))?;
        fields.end()
    }
}
