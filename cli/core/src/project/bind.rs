//! Binds files, sidecars and configuration trees together: each resource found once, each sidecar entry used.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use super::config::{self, ConfigMap};
use super::properties::{Patch, PatchKind, Properties, SourceDeclaration};
use super::resource::{
    Attachment, GenericTest, Node, NodeKind, Nodes, SourceTable, Sources, UniqueId,
};
use super::{Package, Packages, ProjectFile, config_name, generic_test, is_generic_test_file};
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::{Engine, Shared, YamlRenderer};
use crate::name::RelationName;
use crate::source::{Location, SourceFile, SourceTree};

/// Collects the resources of all packages.
pub(super) struct Binder<'run> {
    packages: &'run Packages,
    engine: &'run Engine,
    /// The root project's own YAML context, in which its configurations are rendered.
    root: YamlRenderer<'run>,
    nodes: Nodes,
    /// Models and seeds by package and name.
    built_names: BTreeMap<(String, String), UniqueId>,
    sources: Sources,
    used_paths: BTreeSet<(&'static str, Vec<String>)>,
    /// Misspelt configurations of the project file, each reported once.
    typed_keys: BTreeSet<(String, usize)>,
    /// Where each source table is declared.
    declared: BTreeMap<UniqueId, Location>,
}

type Patches = BTreeMap<(&'static str, String), Patch>;

/// The package whose files are being bound.
struct Current<'run, 'engine> {
    package: &'run Package,
    renderer: &'run YamlRenderer<'engine>,
    diagnostics: &'run mut Vec<Diagnostic>,
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
        properties: Vec<Properties>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let current = &mut Current {
            package,
            renderer,
            diagnostics,
        };
        let (mut patches, declarations) = index(properties, current.diagnostics);
        let project = &package.file;
        for file in package.files(tree, &project.model_paths, &["sql"]) {
            let patch = patches.remove(&(PatchKind::Model.noun(), file.stem().to_owned()));
            self.add(current, file, NodeKind::Model, &project.model_paths, patch);
        }
        for file in package.files(tree, &project.model_paths, &["py"]) {
            current.diagnostics.push(
                Diagnostic::error(
                    Code::Unsupported,
                    "Python models are not supported on PostgreSQL",
                )
                .at(file.at(0..0))
                .help("write the model in SQL, or take its folder out of `model-paths`"),
            );
        }
        for file in package.files(tree, &project.seed_paths, &["csv"]) {
            let patch = patches.remove(&(PatchKind::Seed.noun(), file.stem().to_owned()));
            self.add(current, file, NodeKind::Seed, &project.seed_paths, patch);
        }
        for file in package.files(tree, &project.test_paths, &["sql"]) {
            if !is_generic_test_file(file) {
                let key = (PatchKind::SingularTest.noun(), file.stem().to_owned());
                let patch = patches.remove(&key);
                self.add(
                    current,
                    file,
                    NodeKind::SingularTest,
                    &project.test_paths,
                    patch,
                );
            }
        }
        for (_, patch) in patches {
            let names = self.nodes.values().map(|node| node.name.as_str());
            let diagnostic = Diagnostic::warning(
                Code::UnknownPatchTarget,
                format!(
                    "properties for the {} `{}`, which does not exist",
                    patch.kind.noun(),
                    patch.name
                ),
            )
            .at(patch.location)
            .did_you_mean(&patch.name, names);
            current.diagnostics.push(diagnostic);
        }
        for declaration in declarations {
            self.add_source(current, declaration);
        }
    }

    /// Everything that was found; configurations of the root project that nothing uses are reported.
    pub(super) fn finish(self, diagnostics: &mut Vec<Diagnostic>) -> (Nodes, Sources) {
        self.report_unused_config_paths(diagnostics);
        (self.nodes, self.sources)
    }

    fn add(
        &mut self,
        current: &mut Current<'_, '_>,
        file: &SourceFile,
        kind: NodeKind,
        roots: &[String],
        patch: Option<Patch>,
    ) {
        let name = file.stem().to_owned();
        let package = current.package.name().to_owned();
        let fully_qualified_name = fully_qualified_name(&package, file, roots, &name);
        let config_kind = match kind {
            NodeKind::Model => "models",
            NodeKind::Seed => "seeds",
            NodeKind::SingularTest | NodeKind::GenericTest(_) => "data_tests",
        };
        let (mut merged, root_config) =
            self.project_config(current, config_kind, &fully_qualified_name);
        let mut node = Node {
            id: UniqueId::new(kind.resource_type(), &package, &name),
            kind,
            name,
            package,
            file: file.clone(),
            fully_qualified_name,
            description: String::new(),
            columns: Vec::new(),
            constraints: Vec::new(),
            config: ConfigMap::new(),
            root_config,
            patched_at: None,
        };
        let mut tests = Vec::new();
        if let Some(patch) = patch {
            config::merge(&mut merged, &patch.config);
            node.description = patch.description;
            node.columns = patch.columns;
            node.constraints = patch.constraints;
            node.patched_at = Some(patch.location);
            tests = patch
                .tests
                .into_iter()
                .map(|test| (patch.file.clone(), test))
                .collect();
        }
        node.config = merged;
        if node.name.contains(char::is_whitespace) {
            current.diagnostics.push(
                Diagnostic::error(
                    Code::ConfigInvalid,
                    format!("the name `{}` has a space in it", node.name),
                )
                .at(node.file.at(0..0))
                .help("rename the file: selectors cannot name it; an `alias` may have spaces"),
            );
            return;
        }
        // models and seeds share their names; tests have a space of their own
        let key = (node.package.clone(), node.name.clone());
        let clash = match self.built_names.get(&key) {
            Some(id) if !node.is_test() => self.nodes.get(id),
            _ => self.nodes.get(&node.id),
        };
        if let Some(clash) = clash {
            current.diagnostics.push(
                Diagnostic::error(
                    Code::DuplicateName,
                    format!("two resources are named `{}`", node.name),
                )
                .at(node.file.at(0..0))
                .related("the other one", clash.file.at(0..0))
                .help(
                    "names are unique across models and seeds, whatever their folder: rename one",
                ),
            );
            return;
        }
        let enabled = node.is_enabled();
        let attached_to = Attachment::Ref(node.name.clone());
        if !node.is_test() {
            self.built_names.insert(key, node.id.clone());
        }
        self.nodes.insert(node.id.clone(), node);
        if enabled {
            for (file, test) in tests {
                self.add_generic_test(current, &file, test, attached_to.clone());
            }
        }
    }

    fn add_source(&mut self, current: &mut Current<'_, '_>, declaration: SourceDeclaration) {
        let package = current.package.name().to_owned();
        let qualified = format!("{}.{}", declaration.source_name, declaration.name);
        let id = UniqueId::new("source", &package, &qualified);
        let mut fully_qualified_name = fully_qualified_name(
            &package,
            &declaration.file,
            &current.package.file.model_paths,
            &declaration.source_name,
        );
        fully_qualified_name.push(declaration.name.clone());
        let (mut merged, root_config) =
            self.project_config(current, "sources", &fully_qualified_name);
        config::merge(&mut merged, &declaration.config);
        config::merge(&mut merged, &root_config);
        if let Some(first) = self.declared.get(&id) {
            current.diagnostics.push(
                Diagnostic::error(
                    Code::DuplicateName,
                    format!("the source table `{qualified}` is declared twice"),
                )
                .at(declaration.location)
                .related("the other declaration", first.clone())
                .help("remove one of them"),
            );
            return;
        }
        self.declared
            .insert(id.clone(), declaration.location.clone());
        if !config::is_enabled(&merged) {
            return;
        }
        let attached_to =
            Attachment::Source(declaration.source_name.clone(), declaration.name.clone());
        let target = &current.renderer.context.shared.settings.target;
        self.sources.insert(
            id.clone(),
            SourceTable {
                id,
                source_name: declaration.source_name,
                name: declaration.name,
                package,
                file: declaration.file.clone(),
                fully_qualified_name,
                relation: RelationName {
                    database: declaration
                        .database
                        .unwrap_or_else(|| target.database.clone()),
                    schema: declaration.schema,
                    identifier: declaration.identifier,
                },
                description: declaration.description,
                columns: declaration.columns,
                config: merged,
                landing: declaration.landing,
            },
        );
        for test in declaration.tests {
            self.add_generic_test(current, &declaration.file, test, attached_to.clone());
        }
    }

    fn add_generic_test(
        &mut self,
        current: &mut Current<'_, '_>,
        file: &SourceFile,
        test: super::properties::TestDeclaration,
        attached_to: Attachment,
    ) {
        let package = current.package.name().to_owned();
        let roots = &current.package.file.model_paths;
        let name = generic_test::name(&test, &attached_to);
        let fully_qualified_name = fully_qualified_name(&package, file, roots, &name.full);
        let (mut merged, root_config) =
            self.project_config(current, "data_tests", &fully_qualified_name);
        config::merge(&mut merged, &test.config);
        if name.short != name.full {
            merged
                .entry("alias")
                .or_insert_with(|| Json::String(name.short.clone()));
        }
        let mut node = generic_test::node(
            file,
            &package,
            test,
            attached_to,
            name,
            fully_qualified_name,
            merged,
        );
        node.root_config = root_config;
        if self.nodes.contains_key(&node.id) {
            let location = node.patched_at.clone().unwrap_or_else(|| file.at(0..0));
            current.diagnostics.push(
                Diagnostic::error(
                    Code::DuplicateName,
                    format!("the test `{}` is applied twice", node.name),
                )
                .at(location)
                .help("remove one, or give it a `name`"),
            );
            return;
        }
        if let NodeKind::GenericTest(generic) = &node.kind
            && let Some(problem) = self.unknown_test(&package, generic)
        {
            let location = node.patched_at.clone().unwrap_or_else(|| file.at(0..0));
            current.diagnostics.push(problem.at(location));
            return;
        }
        self.nodes.insert(node.id.clone(), node);
    }

    /// The problem with a test that no macro implements.
    fn unknown_test(&self, package: &str, test: &GenericTest) -> Option<Diagnostic> {
        let name = test.macro_name();
        let namespace = test.namespace.as_deref();
        if self
            .engine
            .macro_definition(package, namespace, &name)
            .is_some()
        {
            return None;
        }
        let problem = Diagnostic::error(
            Code::UnknownTest,
            format!("unknown test `{}`", test.written_name()),
        );
        let packages = self.engine.macro_packages();
        Some(match namespace {
            Some(namespace) if !packages.contains(&namespace) => problem.help(format!(
                "no package `{namespace}` is installed: name it in packages.yml and run `hcw deps`"
            )),
            _ => {
                let tests = self.engine.generic_tests();
                problem
                    .help(format!("known tests: {}", tests.join(", ")))
                    .did_you_mean(&test.test_name, tests.iter().copied())
            }
        })
    }

    /// The configuration of project files that applies to a resource, rendered: of the resource's own
    /// package, and, where that is another one, of the root project.
    fn project_config(
        &mut self,
        current: &mut Current<'_, '_>,
        kind: &'static str,
        name: &[String],
    ) -> (ConfigMap, ConfigMap) {
        let own = layers(
            &current.package.file,
            current.renderer,
            kind,
            name,
            current.diagnostics,
        );
        let root = &self.packages.root().file;
        let is_root = self.packages.is_root(current.package.name());
        for layer in root.config_layers(kind, name) {
            self.used_paths.insert((kind, layer.path));
            for (key, node) in layer.entries {
                if let Some(meant) = config_name::misspelt(key)
                    && self.typed_keys.insert((key.to_owned(), node.range.start))
                {
                    let location = root.file.at(node.range.clone());
                    let of = format!("of `{kind}`");
                    current
                        .diagnostics
                        .push(config_name::unknown(key, meant, &of).at(location));
                }
            }
        }
        if is_root {
            return (own, ConfigMap::new());
        }
        let of_root = layers(root, &self.root, kind, name, current.diagnostics);
        (own, of_root)
    }

    fn report_unused_config_paths(&self, diagnostics: &mut Vec<Diagnostic>) {
        let root = &self.packages.root().file;
        for kind in ["models", "seeds", "data_tests", "sources"] {
            for (path, range) in root.config_paths(kind) {
                if !self.used_paths.contains(&(kind, path.clone())) {
                    diagnostics.push(
                        Diagnostic::warning(
                            Code::UnusedConfigPath,
                            format!("`{kind}: {}` configures nothing", path.join(".")),
                        )
                        .at(root.file.at(range))
                        .help("paths are the package's name, then folders below the resource path"),
                    );
                }
            }
        }
    }
}

/// The layers of a project file that apply to a resource, merged.
fn layers(
    project: &ProjectFile,
    renderer: &YamlRenderer<'_>,
    kind: &str,
    name: &[String],
    diagnostics: &mut Vec<Diagnostic>,
) -> ConfigMap {
    let mut merged = ConfigMap::new();
    for layer in project.config_layers(kind, name) {
        let rendered = layer
            .entries
            .into_iter()
            .map(|(key, node)| {
                let value = renderer.render(&project.file, node, diagnostics);
                (key.to_owned(), value)
            })
            .collect();
        config::merge(&mut merged, &rendered);
    }
    merged
}

/// The sidecars' entries by the resource they describe; two for one are an error.
fn index(
    properties: Vec<Properties>,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Patches, Vec<SourceDeclaration>) {
    let mut patches = Patches::new();
    let mut declarations = Vec::new();
    for properties in properties {
        for patch in properties.patches {
            let key = (patch.kind.noun(), patch.name.clone());
            if let Some(first) = patches.get(&key) {
                diagnostics.push(
                    Diagnostic::error(
                        Code::DuplicateName,
                        format!("the {} `{}` has properties in two places", key.0, key.1),
                    )
                    .at(patch.location)
                    .related("first here", first.location.clone())
                    .help("join the two entries"),
                );
                continue;
            }
            patches.insert(key, patch);
        }
        declarations.extend(properties.sources);
    }
    (patches, declarations)
}

/// dbt's fqn: package, folders below the resource's root, name.
fn fully_qualified_name(
    package: &str,
    file: &SourceFile,
    roots: &[String],
    name: &str,
) -> Vec<String> {
    let path = file.path_in_package();
    let below = roots
        .iter()
        .filter_map(|root| path.strip_prefix(root.as_str())?.strip_prefix('/'))
        .min_by_key(|rest| rest.len())
        .unwrap_or(path);
    let folders = below.rsplit_once('/').map_or("", |(folders, _)| folders);
    std::iter::once(package)
        .chain(folders.split('/').filter(|folder| !folder.is_empty()))
        .chain(std::iter::once(name))
        .map(str::to_owned)
        .collect()
}
