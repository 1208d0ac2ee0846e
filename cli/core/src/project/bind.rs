//! Binds files, sidecars and configuration trees together: each resource found once, each sidecar entry used.

mod configuration;
mod declared;
mod elsewhere;
mod generic_tests;
mod index;
mod macro_arguments;
mod misplaced;
mod nodes;
mod snapshots;
mod source_tables;
mod unit_tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(super) use elsewhere::hand_over;
use index::Index;

use super::declared::Declared;
use super::properties::{PatchKind, Properties, SourceDeclaration};
use super::resource::{Node, NodeKind, Nodes, Sources, UniqueId};
use super::{Package, Packages, is_fixture_file, is_generic_test_file};
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::{Engine, Shared, YamlRenderer};
use crate::source::{Location, SourceFile, SourceTree};

/// Collects the resources of all packages.
pub(super) struct Binder<'run> {
    packages: &'run Packages,
    engine: &'run Engine,
    /// The root project's own YAML context, in which its configurations are rendered.
    root: YamlRenderer<'run>,
    nodes: Nodes,
    /// Models, seeds and snapshots by package and name.
    built_names: BTreeMap<(String, String), UniqueId>,
    sources: Sources,
    disabled_sources: Sources,
    resources: Declared,
    /// Changes of packages' sources, by package, source and table.
    source_overrides: BTreeMap<(String, String, String), SourceDeclaration>,
    used_paths: BTreeSet<(&'static str, Vec<String>)>,
    /// Misspelt configurations of the project file, each reported once.
    typed_keys: BTreeSet<(String, usize)>,
    /// Where each source table is declared.
    declared: BTreeMap<UniqueId, Location>,
}

/// The package whose files are being bound.
struct Current<'run, 'engine> {
    package: &'run Package,
    renderer: &'run YamlRenderer<'engine>,
    diagnostics: &'run mut Vec<Diagnostic>,
}

/// Everything that was found.
pub(super) struct Bound {
    pub(super) nodes: Nodes,
    pub(super) sources: Sources,
    pub(super) disabled_sources: Sources,
    pub(super) declared: Declared,
}

impl<'run> Binder<'run> {
    pub(super) fn new(
        packages: &'run Packages,
        engine: &'run Engine,
        shared: &Arc<Shared>,
    ) -> Binder<'run> {
        Binder {
            packages,
            engine,
            root: YamlRenderer {
                engine,
                context: Arc::new(super::yaml_context(engine, shared, packages.root().name())),
            },
            nodes: Nodes::new(),
            built_names: BTreeMap::new(),
            sources: Sources::new(),
            disabled_sources: Sources::new(),
            resources: Declared::default(),
            source_overrides: BTreeMap::new(),
            used_paths: BTreeSet::new(),
            typed_keys: BTreeSet::new(),
            declared: BTreeMap::new(),
        }
    }

    /// Binds the files and sidecars of one package.
    pub(super) fn add_package(
        &mut self,
        tree: &SourceTree,
        package: &Package,
        renderer: &YamlRenderer<'_>,
        mut properties: Vec<Properties>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let current = &mut Current {
            package,
            renderer,
            diagnostics,
        };
        let project = &package.file;
        let model_files: Vec<&SourceFile> = package
            .files(tree, &project.model_paths, &["sql", "py"])
            .collect();
        let mut index = Index::new(&mut properties, &model_files, current.diagnostics);
        for file in model_files {
            let patch = index.take(PatchKind::Model, file.stem());
            self.add(current, file, NodeKind::Model, &project.model_paths, patch);
        }
        for file in package.files(tree, &project.seed_paths, &["csv"]) {
            let patch = index.take(PatchKind::Seed, file.stem());
            self.add(current, file, NodeKind::Seed, &project.seed_paths, patch);
        }
        for file in package.files(tree, &project.snapshot_paths, &["sql"]) {
            self.add_snapshot_blocks(current, file, &mut index);
        }
        self.add_yaml_snapshots(current, &mut index);
        for file in package.files(tree, &project.analysis_paths, &["sql"]) {
            let patch = index.take(PatchKind::Analysis, file.stem());
            let roots = &project.analysis_paths;
            self.add(current, file, NodeKind::Analysis, roots, patch);
        }
        for file in package.files(tree, &project.function_paths, &["sql", "py", "js"]) {
            let patch = index.take(PatchKind::Function, file.stem());
            let roots = &project.function_paths;
            self.add(current, file, NodeKind::Function, roots, patch);
        }
        for file in package.files(tree, &project.test_paths, &["sql"]) {
            if !is_generic_test_file(file) && !is_fixture_file(package, file) {
                let patch = index.take(PatchKind::SingularTest, file.stem());
                let roots = &project.test_paths;
                self.add(current, file, NodeKind::SingularTest, roots, patch);
            }
        }
        for properties in &mut properties {
            for patch in std::mem::take(&mut properties.tests_elsewhere) {
                self.add_tests(current, patch, None);
            }
        }
        for (name, left) in index.left() {
            self.add_misplaced(current, &name, left);
        }
        for properties in &mut properties {
            for declaration in std::mem::take(&mut properties.sources) {
                self.add_source(current, declaration);
            }
        }
        for properties in properties {
            self.add_declared(tree, current, properties);
        }
    }

    /// Everything that was found; configurations of the root project that nothing uses are reported.
    pub(super) fn finish(mut self, diagnostics: &mut Vec<Diagnostic>) -> Bound {
        self.report_unused_config_paths(diagnostics);
        let spaced = |node: &&Node| {
            let is_written_in_yaml = matches!(node.kind, NodeKind::GenericTest(_));
            !is_written_in_yaml && node.name.contains(char::is_whitespace)
        };
        let spaced = self.nodes.values().filter(spaced).count();
        if spaced > 0 {
            diagnostics.push(
                Diagnostic::warning(
                    Code::Deprecated,
                    format!("{spaced} resources have names with spaces"),
                )
                .named("ResourceNamesWithSpacesDeprecation")
                .help(
                    "rename their files, and drop the flag `require_resource_names_without_spaces`",
                ),
            );
        }
        self.bind_unit_tests(diagnostics);
        self.check_macro_arguments(diagnostics);
        for ((package, source, table), over) in &self.source_overrides {
            diagnostics.push(
                Diagnostic::warning(
                    Code::UnknownPatchTarget,
                    format!("`{source}.{table}` of the package `{package}`, which does not exist, is overridden"),
                )
                .at(over.location.clone()),
            );
        }
        Bound {
            nodes: self.nodes,
            sources: self.sources,
            disabled_sources: self.disabled_sources,
            declared: self.resources,
        }
    }
}

/// A file's path below the resource folder that it stands in.
fn path_below<'file>(file: &'file SourceFile, roots: &[String]) -> &'file str {
    let path = file.path_in_package();
    roots
        .iter()
        .filter_map(|root| path.strip_prefix(root.as_str())?.strip_prefix('/'))
        .min_by_key(|rest| rest.len())
        .unwrap_or(path)
}

/// dbt's fqn: package, folders below the resource's root, name.
fn fully_qualified_name(
    package: &str,
    file: &SourceFile,
    roots: &[String],
    name: &str,
) -> Vec<String> {
    let folders = path_below(file, roots)
        .rsplit_once('/')
        .map_or("", |(folders, _)| folders);
    std::iter::once(package)
        .chain(folders.split('/').filter(|folder| !folder.is_empty()))
        .chain(std::iter::once(name))
        .map(str::to_owned)
        .collect()
}
