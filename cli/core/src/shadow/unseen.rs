//! Nodes that look for relations in a way that a shadow hides: by a written name, or in the server's catalogue. In a
//! shadow they would read what stands instead of what this run builds. And nodes that are made outside of it, and may
//! keep the name of what they read there.

use std::collections::{BTreeMap, BTreeSet};

use super::{Shadow, is_own};
use crate::analyse::{Analysed, is_ephemeral};
use crate::project::{Node, NodeKind, UniqueId};

/// Where a macro finds relations without `ref`.
const CATALOGUES: [&str; 6] = [
    "information_schema",
    "pg_catalog",
    "pg_class",
    "pg_tables",
    "pg_views",
    "pg_matviews",
];

/// A node that would not see what is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// The node.
    pub id: UniqueId,
    /// How it looks for relations: `reads marts.visits by its name, not by ref()`.
    pub why: String,
    /// Whether it surely does; what macros ask the catalogue may be about other relations.
    pub is_certain: bool,
}

impl Shadow {
    /// The selected nodes that would not see the shadow, in id order.
    pub fn unseen(&self, analysed: &Analysed, selected: &BTreeSet<UniqueId>) -> Vec<Unseen> {
        if self.is_empty() {
            return Vec::new();
        }
        let nodes = &analysed.resolved.project().nodes;
        let relations = &analysed.resolved.rendered.relations;
        let built = self.places.keys().filter_map(|id| {
            let relation = relations.get(id)?;
            Some(((relation.schema.as_str(), relation.identifier.as_str()), id))
        });
        let built: BTreeMap<_, _> = built.collect();
        let found = selected.iter().filter_map(|id| {
            let node = nodes.get(id)?;
            if let Some(why) = self.makes_outside(analysed, node) {
                return Some(Unseen {
                    id: id.clone(),
                    why: why.to_owned(),
                    is_certain: true,
                });
            }
            let text = match analysed.compiled.get(id) {
                Some(compiled) => &*compiled.sql,
                None if analysed.late.contains(id) => node.template().map(|file| &*file.text)?,
                None => return None,
            };
            let named = self.reads_by_name(&built, id, text);
            let is_certain = named.is_some();
            let why = match named {
                Some(why) => why,
                None if analysed.late.contains(id) => looks_around(analysed, node, text)?,
                None => return None,
            };
            Some(Unseen {
                id: id.clone(),
                why,
                is_certain,
            })
        });
        found.collect()
    }

    /// Why a node is made outside of the shadow, of which it may keep what it reads there.
    fn makes_outside(&self, analysed: &Analysed, node: &Node) -> Option<&'static str> {
        let project = analysed.resolved.project();
        let why = match node.kind {
            NodeKind::Function => "is a function",
            NodeKind::Model | NodeKind::Seed | NodeKind::Snapshot
                if !is_ephemeral(node) && !is_own(project, node) =>
            {
                "has a materialization of the project's own"
            }
            _ => return None,
        };
        let ancestors = analysed.resolved.graph.ancestors(&node.id, None);
        ancestors
            .iter()
            .any(|id| self.places.contains_key(id))
            .then_some(why)
    }

    /// A relation of the shadow that a text names as it is published; a node may name itself.
    fn reads_by_name(
        &self,
        built: &BTreeMap<(&str, &str), &UniqueId>,
        own: &UniqueId,
        text: &str,
    ) -> Option<String> {
        let schemas = self.schemas.iter().map(|(_, schema)| schema);
        let mut named = schemas.flat_map(|schema| names_in(text, schema));
        let (schema, name) = named.find(|name| built.get(name).is_some_and(|id| *id != own))?;
        Some(format!("reads {schema}.{name} by its name, not by ref()"))
    }
}

/// What is compiled when its turn comes, and asks the catalogue for relations.
fn looks_around(analysed: &Analysed, node: &Node, text: &str) -> Option<String> {
    let engine = &analysed.resolved.project().engine;
    let looks = |text: &str| {
        let text = text.to_lowercase();
        CATALOGUES.iter().any(|catalogue| text.contains(catalogue))
    };
    if looks(text) {
        return Some("looks for relations in the catalogue".to_owned());
    }
    let called = engine.reached_from(&node.package, text);
    let looking = called.iter().find(|definition| {
        !definition.is_built_in() && looks(&definition.file.text[definition.range.clone()])
    })?;
    Some(format!(
        "looks for relations in the catalogue (macro {}.{})",
        looking.package, looking.name
    ))
}

/// The qualified names below a schema that a text holds, quoted or not.
fn names_in<'text>(text: &'text str, schema: &'text str) -> Vec<(&'text str, &'text str)> {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let mut names = Vec::new();
    for (start, _) in text.match_indices(schema) {
        let before = text[..start].chars().next_back();
        if before.is_some_and(is_part) {
            continue;
        }
        let after = text[start + schema.len()..].trim_start_matches('"');
        let Some(rest) = after.strip_prefix('.') else {
            continue;
        };
        let name = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or_default(),
            None => {
                let end = rest.find(|character| !is_part(character));
                &rest[..end.unwrap_or(rest.len())]
            }
        };
        names.push((schema, name));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualified_names_are_found_quoted_or_not() {
        let text =
            r#"from marts.a join "db"."marts"."B c" join hcw_shadow__marts.d, smarts.e, marts_f.g"#;
        let found = names_in(text, "marts");
        let names: Vec<&str> = found.iter().map(|(_, name)| *name).collect();
        assert_eq!(names, ["a", "B c"]);
    }
}
