//! The render stage: every template runs once without a warehouse (`execute` is false), and what it asks
//! for (`ref`, `source`, `config`, macros) is recorded. An unknown name fails where it is called.

mod access;
mod contract;
mod generic_test;
mod hooks;
mod missing;
mod node;
mod place;
mod said;
mod unit_test;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

pub(crate) use node::{Pass, config_of, facts, facts_of, foreign_keys, render_node};
pub(crate) use place::check_length;
pub use said::said;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::jinja::{Access, Captured, Names, Relation, RelationKind};
use crate::name::{Parts, RelationName};
use crate::project::{
    Attachment, Found, NameIndex, Node, NodeKind, Project, UniqueId, versioned_name,
};
use crate::project::{config, config_name};

/// A project whose templates have all run once: configuration is complete, every relation has its name.
#[derive(Debug)]
pub struct Rendered {
    /// The project; disabled nodes are gone.
    pub project: Project,
    /// The relations of models and seeds, and of tests that store their failures.
    pub relations: BTreeMap<UniqueId, RelationName>,
    pub(crate) captured: BTreeMap<UniqueId, Captured>,
    pub(crate) names: Arc<NameIndex>,
}

/// Runs all templates.
///
/// **Errors**: HCW0201, HCW0202 and the codes of templates (03xx), one for each node that fails.
pub fn render(mut project: Project) -> (Rendered, Vec<Diagnostic>) {
    let names: Arc<dyn Names> = Arc::new(KnownNames::of(&project, false));
    let any_names: Arc<dyn Names> = match &project.wanted {
        Some(_) => Arc::new(KnownNames::of(&project, true)),
        None => names.clone(),
    };
    let results: Vec<(UniqueId, Result<Captured, Diagnostic>, Option<Diagnostic>)> = project
        .nodes
        .par_iter()
        .filter(|(_, node)| node.is_enabled())
        .map(|(id, node)| {
            let pass = Pass {
                execute: false,
                access: Access::None,
                this: Relation::new(project.placeholder(node), None),
                unit: None,
                used: None,
            };
            let mut put_off = None;
            let names = match project.counts(node) {
                true => &names,
                false => &any_names,
            };
            let captured = captured_by(&project, node, names, pass, &mut put_off);
            (id.clone(), captured, put_off)
        })
        .collect();
    let mut diagnostics = Vec::new();
    let mut captured = BTreeMap::new();
    for (id, result, put_off) in results {
        diagnostics.extend(put_off);
        match result {
            Ok(found) => {
                if let Some(node) = project.nodes.get_mut(&id) {
                    config::merge(&mut node.config, &found.config);
                }
                captured.insert(id, found);
            }
            Err(diagnostic) => diagnostics.push(match project.nodes.get_mut(&id) {
                Some(node) if missing::can_be_left_out(node, &diagnostic) => {
                    missing::leave_out(node, diagnostic)
                }
                _ => diagnostic,
            }),
        }
    }
    for node in project.nodes.values_mut() {
        let root_config = std::mem::take(&mut node.root_config);
        config::merge(&mut node.config, &root_config);
    }
    diagnostics.extend(project.nodes.values().filter_map(contract::problem));
    let index = Arc::new(NameIndex::of(&project));
    warn_of_misspelt(&project, &captured, &mut diagnostics);
    remove_disabled(&mut project, &index, &captured, &mut diagnostics);
    access::check(&project, &index, &captured, &mut diagnostics);
    unit_test::check(&project, &captured, &mut diagnostics);
    let relations = place::relations(&project, &names, &mut diagnostics);
    (
        Rendered {
            project,
            relations,
            captured,
            names: index,
        },
        diagnostics,
    )
}

/// What a node's template asks for. One that disables its node may ask for what does not exist.
fn captured_by(
    project: &Project,
    node: &Node,
    names: &Arc<dyn Names>,
    pass: Pass<'_>,
    put_off: &mut Option<Diagnostic>,
) -> Result<Captured, Diagnostic> {
    let context = node::context_of(project, node, names, pass);
    match node::render_in(project, node, &context) {
        Ok(rendering) => Ok(rendering.captured),
        Err(diagnostic) => {
            let captured = context.captured().clone();
            let mut config = node.config.clone();
            config::merge(&mut config, &captured.config);
            config::merge(&mut config, &node.root_config);
            let is_missing = matches!(diagnostic.code, Code::UnknownRef | Code::UnknownSource);
            if is_missing && !config::is_enabled(&config) {
                Ok(captured)
            } else if missing::fails_alone(&diagnostic) {
                *put_off = Some(Diagnostic {
                    severity: Severity::Warning,
                    ..diagnostic
                });
                Ok(captured)
            } else {
                Err(diagnostic)
            }
        }
    }
}

/// Takes disabled nodes out, with the tests that need them; another node that still wants one is an error,
/// as is one whose `ref` means several nodes.
fn remove_disabled(
    project: &mut Project,
    names: &NameIndex,
    captured: &BTreeMap<UniqueId, Captured>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let (kept, disabled) =
        std::mem::take(&mut project.nodes)
            .into_iter()
            .partition(|(id, node)| {
                config::is_enabled(&node.config)
                    && !(node.is_test() && needs_disabled(names, node, captured.get(id)))
            });
    project.nodes = kept;
    project.disabled = disabled;
    for node in project.disabled.values_mut() {
        if node.is_test() && config::is_enabled(&node.config) {
            node.properties.is_left_test = true;
            node.config.insert("enabled".to_owned(), false.into());
        }
    }
    for (id, captured) in captured.iter() {
        let Some(node) = project.nodes.get(id).filter(|node| project.counts(node)) else {
            continue;
        };
        for used in captured.distinct_refs() {
            let found = names.find_ref(&node.package, used.package.as_deref(), &used.lookup_name());
            let diagnostic = match &found {
                Found::One(_) => continue,
                Found::Disabled(_) => Diagnostic::error(
                    Code::DisabledRef,
                    format!("`{}` needs `{}`, which is disabled", node.name, used.name),
                )
                .help("enable it, or disable this one too"),
                Found::Several(_) | Found::Nothing => {
                    names.unknown_ref(&found, used.package.as_deref(), &used.lookup_name())
                }
            };
            let location = node
                .patched_at
                .clone()
                .filter(|_| node.is_test())
                .or_else(|| use_of(node.template()?, &used.name))
                .unwrap_or_else(|| node.file.at(0..0));
            diagnostics.push(diagnostic.at(location));
        }
    }
}

/// Warns of names in `config()` that are almost known ones.
fn warn_of_misspelt(
    project: &Project,
    captured: &BTreeMap<UniqueId, Captured>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (id, captured) in captured {
        let Some(node) = project.nodes.get(id) else {
            continue;
        };
        for (name, meant) in &captured.misspelt {
            let template = node.template().unwrap_or(&node.file);
            let at = template.text.find(name.as_str());
            let location = template.at(at.map_or(0..0, |at| at..at + name.len()));
            diagnostics.push(config_name::unknown(name, meant, "in `config()`").at(location));
        }
    }
}

/// Whether a test reads a disabled node.
fn needs_disabled(names: &NameIndex, node: &Node, captured: Option<&Captured>) -> bool {
    let is_disabled = |package: Option<&str>, name: &str| {
        matches!(
            names.find_ref(&node.package, package, name),
            Found::Disabled(_)
        )
    };
    let attached_to = match &node.kind {
        NodeKind::GenericTest(test) => match &test.attached_to {
            Attachment::Ref(name) => match &test.version {
                None => is_disabled(None, name),
                Some(version) => is_disabled(None, &versioned_name(name, version)),
            },
            Attachment::Source(..) => false,
        },
        _ => false,
    };
    attached_to
        || captured.is_some_and(|captured| {
            captured
                .refs
                .iter()
                .any(|used| is_disabled(used.package.as_deref(), &used.lookup_name()))
        })
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
    /// Whether a name that nothing has is one that an excerpt leaves out.
    is_lenient: bool,
    index: NameIndex,
    sources: HashMap<UniqueId, Relation>,
    placeholder: Parts<String>,
    quotes: Parts<bool>,
}

impl KnownNames {
    fn of(project: &Project, is_lenient: bool) -> KnownNames {
        KnownNames {
            is_lenient,
            index: NameIndex::of(project),
            sources: project
                .sources
                .values()
                .map(|table| (table.id.clone(), Relation::of_source(table)))
                .collect(),
            placeholder: Parts {
                database: project.database().to_owned(),
                schema: project.settings().target.schema.clone(),
                identifier: String::new(),
            },
            quotes: project.shared.quotes,
        }
    }

    fn named(&self, name: &str) -> RelationName {
        let mut parts = self.placeholder.clone();
        parts.identifier = name.to_owned();
        RelationName::written(parts, self.quotes)
    }
}

impl Names for KnownNames {
    fn resolve_ref(
        &self,
        from: &str,
        package: Option<&str>,
        name: &str,
    ) -> Result<Relation, Diagnostic> {
        let found = self.index.find_ref(from, package, name);
        // which of several, and whether it is enabled, is known when all templates have run
        if found == Found::Nothing && !self.is_lenient {
            return Err(self.index.unknown_ref(&found, package, name));
        }
        Ok(Relation::new(self.named(name), None))
    }

    fn resolve_source(
        &self,
        from: &str,
        source: &str,
        table: &str,
    ) -> Result<Relation, Diagnostic> {
        self.index
            .find_source(from, source, table)
            .and_then(|id| self.sources.get(id))
            .cloned()
            .ok_or_else(|| self.index.unknown_source(source, table))
    }

    fn resolve_function(
        &self,
        from: &str,
        package: Option<&str>,
        name: &str,
    ) -> Result<Relation, Diagnostic> {
        if self.index.find_function(from, package, name).is_none() {
            return Err(self.index.unknown_function(package, name));
        }
        let relation = self.named(name);
        Ok(Relation::new(relation, Some(RelationKind::Function)))
    }
}
