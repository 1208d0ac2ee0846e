//! Binds files, sidecars and configuration trees together: each resource found once, each sidecar entry used.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::config::{self, ConfigMap};
use super::properties::{Patch, PatchKind, Properties, SourceDeclaration};
use super::resource::{Attachment, Node, NodeKind, Nodes, SourceTable, Sources, UniqueId};
use super::{ProjectFile, config_name, files, generic_test, is_generic_test_file};
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::YamlRenderer;
use crate::name::RelationName;
use crate::source::{Location, SourceFile, SourceTree};

pub(super) fn bind(
    tree: &SourceTree,
    project: &ProjectFile,
    properties: Vec<Properties>,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Nodes, Sources) {
    let mut binder = Binder {
        project,
        renderer,
        diagnostics,
        nodes: Nodes::new(),
        built_names: BTreeMap::new(),
        sources: Sources::new(),
        used_paths: BTreeSet::new(),
        typed_keys: BTreeSet::new(),
        declared: BTreeMap::new(),
    };
    let (mut patches, declarations) = binder.index(properties);
    for file in files(tree, &project.model_paths, &["sql"]) {
        let patch = patches.remove(&(PatchKind::Model.noun(), file.stem().to_owned()));
        binder.add(file, NodeKind::Model, &project.model_paths, patch);
    }
    for file in files(tree, &project.model_paths, &["py"]) {
        binder.diagnostics.push(
            Diagnostic::error(
                Code::Unsupported,
                "Python models are not supported on PostgreSQL",
            )
            .at(file.at(0..0))
            .help("write the model in SQL, or take its folder out of `model-paths`"),
        );
    }
    for file in files(tree, &project.seed_paths, &["csv"]) {
        let patch = patches.remove(&(PatchKind::Seed.noun(), file.stem().to_owned()));
        binder.add(file, NodeKind::Seed, &project.seed_paths, patch);
    }
    for file in files(tree, &project.test_paths, &["sql"]) {
        if !is_generic_test_file(file) {
            let patch = patches.remove(&(PatchKind::SingularTest.noun(), file.stem().to_owned()));
            binder.add(file, NodeKind::SingularTest, &project.test_paths, patch);
        }
    }
    for (_, patch) in patches {
        let names = binder.nodes.values().map(|node| node.name.as_str());
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
        binder.diagnostics.push(diagnostic);
    }
    for declaration in declarations {
        binder.add_source(declaration);
    }
    binder.report_unused_config_paths();
    (binder.nodes, binder.sources)
}

struct Binder<'run, 'engine> {
    project: &'run ProjectFile,
    renderer: &'run YamlRenderer<'engine>,
    diagnostics: &'run mut Vec<Diagnostic>,
    nodes: Nodes,
    /// Models and seeds by name.
    built_names: BTreeMap<String, UniqueId>,
    sources: Sources,
    used_paths: BTreeSet<(&'static str, Vec<String>)>,
    /// Misspelt configurations of the project file, each reported once.
    typed_keys: BTreeSet<(String, usize)>,
    /// Where each source table is declared.
    declared: BTreeMap<UniqueId, Location>,
}

type Patches = BTreeMap<(&'static str, String), Patch>;

impl Binder<'_, '_> {
    fn index(&mut self, properties: Vec<Properties>) -> (Patches, Vec<SourceDeclaration>) {
        let mut patches = Patches::new();
        let mut declarations = Vec::new();
        for properties in properties {
            for patch in properties.patches {
                let key = (patch.kind.noun(), patch.name.clone());
                if let Some(first) = patches.get(&key) {
                    self.diagnostics.push(
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

    fn add(&mut self, file: &SourceFile, kind: NodeKind, roots: &[String], patch: Option<Patch>) {
        let name = file.stem().to_owned();
        let package = self.project.name.clone();
        let fully_qualified_name = fully_qualified_name(&package, &file.path, roots, &name);
        let config_kind = match kind {
            NodeKind::Model => "models",
            NodeKind::Seed => "seeds",
            NodeKind::SingularTest | NodeKind::GenericTest(_) => "data_tests",
        };
        let mut merged = self.project_config(config_kind, &fully_qualified_name);
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
            self.diagnostics.push(
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
        let clash = match self.built_names.get(&node.name) {
            Some(id) if !node.is_test() => self.nodes.get(id),
            _ => self.nodes.get(&node.id),
        };
        if let Some(clash) = clash {
            self.diagnostics.push(
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
        let enabled = config::flag(&node.config, "enabled") != Some(false);
        let attached_to = Attachment::Ref(node.name.clone());
        if !node.is_test() {
            self.built_names.insert(node.name.clone(), node.id.clone());
        }
        self.nodes.insert(node.id.clone(), node);
        if enabled {
            for (file, test) in tests {
                self.add_generic_test(&file, test, attached_to.clone());
            }
        }
    }

    fn add_source(&mut self, declaration: SourceDeclaration) {
        let package = self.project.name.clone();
        let qualified = format!("{}.{}", declaration.source_name, declaration.name);
        let id = UniqueId::new("source", &package, &qualified);
        let mut fully_qualified_name = fully_qualified_name(
            &package,
            &declaration.file.path,
            &self.project.model_paths,
            &declaration.source_name,
        );
        fully_qualified_name.push(declaration.name.clone());
        let mut merged = self.project_config("sources", &fully_qualified_name);
        config::merge(&mut merged, &declaration.config);
        if let Some(first) = self.declared.get(&id) {
            self.diagnostics.push(
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
        if config::flag(&merged, "enabled") == Some(false) {
            return;
        }
        let attached_to =
            Attachment::Source(declaration.source_name.clone(), declaration.name.clone());
        let target = &self.renderer.context.shared.settings.target;
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
            self.add_generic_test(&declaration.file, test, attached_to.clone());
        }
    }

    fn add_generic_test(
        &mut self,
        file: &SourceFile,
        test: super::properties::TestDeclaration,
        attached_to: Attachment,
    ) {
        let package = self.project.name.clone();
        let roots = &self.project.model_paths;
        let name = generic_test::name(&test, &attached_to);
        let fully_qualified_name = fully_qualified_name(&package, &file.path, roots, &name.full);
        let mut merged = self.project_config("data_tests", &fully_qualified_name);
        config::merge(&mut merged, &test.config);
        if name.short != name.full {
            merged
                .entry("alias")
                .or_insert_with(|| Json::String(name.short.clone()));
        }
        let node = generic_test::node(
            file,
            &package,
            test,
            attached_to,
            name,
            fully_qualified_name,
            merged,
        );
        if self.nodes.contains_key(&node.id) {
            let location = node.patched_at.clone().unwrap_or_else(|| file.at(0..0));
            self.diagnostics.push(
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
            && !self
                .renderer
                .engine
                .has(&format!("test_{}", generic.test_name))
        {
            let location = node.patched_at.clone().unwrap_or_else(|| file.at(0..0));
            let tests = self.renderer.engine.generic_tests();
            self.diagnostics.push(
                Diagnostic::error(
                    Code::UnknownTest,
                    format!("unknown test `{}`", generic.test_name),
                )
                .at(location)
                .help(format!("known tests: {}", tests.join(", ")))
                .did_you_mean(&generic.test_name, tests.iter().copied()),
            );
            return;
        }
        self.nodes.insert(node.id.clone(), node);
    }

    /// The configuration of `dbt_project.yml` that applies to a resource, rendered.
    fn project_config(&mut self, kind: &'static str, name: &[String]) -> ConfigMap {
        let mut merged = ConfigMap::new();
        for layer in self.project.config_layers(kind, name) {
            self.used_paths.insert((kind, layer.path));
            let mut rendered = ConfigMap::new();
            for (key, node) in layer.entries {
                if let Some(meant) = config_name::misspelt(key) {
                    let known = self.typed_keys.insert((key.to_owned(), node.range.start));
                    if known {
                        let location = self.project.file.at(node.range.clone());
                        let of = format!("of `{kind}`");
                        self.diagnostics
                            .push(config_name::unknown(key, meant, &of).at(location));
                    }
                }
                let value = self
                    .renderer
                    .render(&self.project.file, node, self.diagnostics);
                rendered.insert(key.to_owned(), value);
            }
            config::merge(&mut merged, &rendered);
        }
        merged
    }

    fn report_unused_config_paths(&mut self) {
        for kind in ["models", "seeds", "data_tests", "sources"] {
            for (path, range) in self.project.config_paths(kind) {
                if !self.used_paths.contains(&(kind, path.clone())) {
                    self.diagnostics.push(
                        Diagnostic::warning(
                            Code::UnusedConfigPath,
                            format!("`{kind}: {}` configures nothing", path.join(".")),
                        )
                        .at(self.project.file.at(range))
                        .help("paths are the package's name, then folders below the resource path"),
                    );
                }
            }
        }
    }
}

/// dbt's fqn: package, folders below the resource's root, name.
fn fully_qualified_name(package: &str, path: &str, roots: &[String], name: &str) -> Vec<String> {
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
