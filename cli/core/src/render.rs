//! The render stage: every template runs once without a warehouse (`execute` is false), and what it asks
//! for (`ref`, `source`, `config`, macros) is recorded. An unknown name fails where it is called.

mod node;
mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

pub(crate) use node::{NodeRendering, Pass, render_node};

use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::{Captured, Names, Relation};
use crate::name::RelationName;
use crate::project::config;
use crate::project::{Attachment, NodeKind, Project, UniqueId};

/// A project whose templates have all run once: configuration is complete, every relation has its name.
#[derive(Debug)]
pub struct Rendered {
    /// The project; disabled nodes are gone.
    pub project: Project,
    /// The relations of models and seeds, and of tests that store their failures.
    pub relations: BTreeMap<UniqueId, RelationName>,
    pub(crate) captured: BTreeMap<UniqueId, Captured>,
}

/// Runs all templates.
///
/// **Errors**: HCW0201, HCW0202 and the codes of templates (03xx), one for each node that fails.
pub fn render(mut project: Project) -> (Rendered, Vec<Diagnostic>) {
    let names: Arc<dyn Names> = Arc::new(KnownNames::of(&project));
    let results: Vec<(UniqueId, Result<NodeRendering, Diagnostic>)> = project
        .nodes
        .par_iter()
        .filter(|(_, node)| config::flag(&node.config, "enabled") != Some(false))
        .map(|(id, node)| {
            let pass = Pass {
                execute: false,
                is_incremental: false,
                this: Relation::new(project.placeholder(node), None),
            };
            (id.clone(), render_node(&project, node, &names, pass))
        })
        .collect();
    let mut diagnostics = Vec::new();
    let mut captured = BTreeMap::new();
    for (id, result) in results {
        match result {
            Ok(rendering) => {
                if let Some(node) = project.nodes.get_mut(&id) {
                    config::merge(&mut node.config, &rendering.captured.config);
                }
                captured.insert(id, rendering.captured);
            }
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    remove_disabled(&mut project, &mut captured, &mut diagnostics);
    let relations = place::relations(&project, &names, &mut diagnostics);
    (
        Rendered {
            project,
            relations,
            captured,
        },
        diagnostics,
    )
}

/// Takes disabled nodes out, with the tests attached to them; a model that still wants one is an error.
fn remove_disabled(
    project: &mut Project,
    captured: &mut BTreeMap<UniqueId, Captured>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let disabled: BTreeSet<String> = project
        .nodes
        .values()
        .filter(|node| config::flag(&node.config, "enabled") == Some(false))
        .map(|node| node.name.clone())
        .collect();
    project.nodes.retain(|id, node| {
        let attached_to_disabled = match &node.kind {
            NodeKind::GenericTest(test) => {
                matches!(&test.attached_to, Attachment::Ref(name) if disabled.contains(name))
            }
            _ => false,
        };
        let enabled = config::flag(&node.config, "enabled") != Some(false) && !attached_to_disabled;
        if !enabled {
            captured.remove(id);
        }
        enabled
    });
    for (id, captured) in captured.iter() {
        let Some(node) = project.nodes.get(id) else {
            continue;
        };
        for used in &captured.refs {
            if disabled.contains(&used.name) {
                let location = node
                    .patched_at
                    .clone()
                    .filter(|_| node.is_test())
                    .or_else(|| use_of(node.template()?, &used.name))
                    .unwrap_or_else(|| node.file.at(0..0));
                diagnostics.push(
                    Diagnostic::error(
                        Code::DisabledRef,
                        format!("`{}` needs `{}`, which is disabled", node.name, used.name),
                    )
                    .at(location)
                    .help("enable it, or disable this one too"),
                );
            }
        }
    }
}

/// Where a template names something in quotes.
fn use_of(file: &crate::source::SourceFile, name: &str) -> Option<crate::source::Location> {
    ['\'', '"'].iter().find_map(|quote| {
        let text = format!("{quote}{name}{quote}");
        let at = file.text.find(&text)?;
        Some(file.at(at..at + text.len()))
    })
}

/// The names of the first pass: they exist, but where is not known yet.
#[derive(Debug)]
struct KnownNames {
    package: String,
    models: BTreeSet<String>,
    sources: BTreeMap<(String, String), RelationName>,
    placeholder: RelationName,
}

impl KnownNames {
    fn of(project: &Project) -> KnownNames {
        KnownNames {
            package: project.file.name.clone(),
            models: project
                .nodes
                .values()
                .filter(|node| !node.is_test())
                .map(|node| node.name.clone())
                .collect(),
            sources: project
                .sources
                .values()
                .map(|table| {
                    let name = (table.source_name.clone(), table.name.clone());
                    (name, table.relation.clone())
                })
                .collect(),
            placeholder: RelationName {
                database: project.database().to_owned(),
                schema: project.settings().target.schema.clone(),
                identifier: String::new(),
            },
        }
    }
}

impl Names for KnownNames {
    fn resolve_ref(&self, package: Option<&str>, name: &str) -> Result<Relation, Diagnostic> {
        if package.is_some_and(|package| package != self.package) || !self.models.contains(name) {
            return Err(unknown_ref(
                package,
                name,
                self.models.iter().map(String::as_str),
            ));
        }
        let mut relation = self.placeholder.clone();
        relation.identifier = name.to_owned();
        Ok(Relation::new(relation, None))
    }

    fn resolve_source(&self, source: &str, table: &str) -> Result<Relation, Diagnostic> {
        let key = (source.to_owned(), table.to_owned());
        match self.sources.get(&key) {
            Some(relation) => Ok(Relation::new(relation.clone(), None)),
            None => Err(unknown_source(source, table, self.sources.keys())),
        }
    }
}

pub(crate) fn unknown_ref<'name>(
    package: Option<&str>,
    name: &str,
    known: impl Iterator<Item = &'name str>,
) -> Diagnostic {
    let shown = match package {
        Some(package) => format!("{package}.{name}"),
        None => name.to_owned(),
    };
    Diagnostic::error(Code::UnknownRef, format!("unknown model `{shown}`"))
        .help("a ref names a model's or seed's file, without folder and extension")
        .did_you_mean(name, known)
}

pub(crate) fn unknown_source<'name>(
    source: &str,
    table: &str,
    known: impl Iterator<Item = &'name (String, String)> + Clone,
) -> Diagnostic {
    let shown = format!("{source}.{table}");
    let names: Vec<String> = known
        .map(|(source, table)| format!("{source}.{table}"))
        .collect();
    Diagnostic::error(Code::UnknownSource, format!("unknown source `{shown}`"))
        .help("declare it under `sources:` in a YAML file below `models/`")
        .did_you_mean(&shown, names.iter().map(String::as_str))
}
