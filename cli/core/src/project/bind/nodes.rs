//! Models, seeds, analyses, functions and singular tests: one file each.

use serde_json::Value as Json;

use super::index::BoundPatch;
use super::{Binder, Current, fully_qualified_name, path_below};
use crate::diagnostic::{Code, Diagnostic};
use crate::project::config::{self, ConfigMap};
use crate::project::model_properties::NodeProperties;
use crate::project::properties::{Patch, TestDeclaration, deep_merge};
use crate::project::resource::{Attachment, Node, NodeKind, UniqueId};
use crate::project::snapshot;
use crate::source::SourceFile;

/// dbt's folder of analyses, whatever it is called in the project.
const ANALYSIS_FOLDER: &str = "analysis";

impl Binder<'_> {
    pub(super) fn add(
        &mut self,
        current: &mut Current<'_, '_>,
        file: &SourceFile,
        kind: NodeKind,
        roots: &[String],
        patch: Option<BoundPatch>,
    ) {
        let name = file.stem().to_owned();
        let package = current.package.name();
        let mut fully_qualified_name = fully_qualified_name(package, file, roots, &name);
        let mut properties = NodeProperties::default();
        if kind == NodeKind::Analysis {
            fully_qualified_name.insert(1, ANALYSIS_FOLDER.to_owned());
            let shown = format!("{ANALYSIS_FOLDER}/{}", path_below(file, roots));
            properties.shown_path = Some(shown);
        } else {
            properties.shown_path = Some(path_below(file, roots).to_owned());
        }
        if kind == NodeKind::Function && patch.is_none() {
            current.diagnostics.push(
                Diagnostic::error(
                    Code::ConfigInvalid,
                    format!("the function `{name}` has no properties"),
                )
                .at(file.at(0..0))
                .help("say in a YAML file what it `returns`, below `functions:`"),
            );
            return;
        }
        self.add_node(
            current,
            NewNode {
                kind,
                name,
                file: file.clone(),
                fully_qualified_name,
                properties,
            },
            patch,
        );
    }

    /// Adds a node with its configuration, its sidecar's entry and that entry's tests.
    pub(super) fn add_node(
        &mut self,
        current: &mut Current<'_, '_>,
        new: NewNode,
        bound: Option<BoundPatch>,
    ) {
        let package = current.package.name().to_owned();
        let (patch, version) = match bound {
            Some(bound) => (Some(bound.patch), bound.version),
            None => (None, None),
        };
        let NewNode {
            kind,
            mut name,
            file,
            mut fully_qualified_name,
            mut properties,
        } = new;
        let mut id = UniqueId::new(kind.resource_type(), &package, &name);
        if let (Some(version), Some(patch)) = (&version, &patch) {
            name.clone_from(&patch.name);
            fully_qualified_name.pop();
            fully_qualified_name.push(name.clone());
            fully_qualified_name.push(format!("v{version}"));
            id = UniqueId::new(
                kind.resource_type(),
                &package,
                &format!("{name}.v{version}"),
            );
        }
        let configured = self.project_config(current, config_kind(&kind), &fully_qualified_name);
        let mut merged = configured.own;
        properties.version = version;
        // dbt takes the one of functions from what is said of models
        properties.unrendered_config = match kind {
            NodeKind::Function => {
                let of_models = self.project_config(current, "models", &fully_qualified_name);
                of_models.unrendered
            }
            _ => configured.unrendered,
        };
        properties.unrendered_root_config = configured.unrendered_root;
        let mut node = Node {
            id,
            kind,
            name,
            package,
            file,
            fully_qualified_name,
            description: String::new(),
            columns: Vec::new(),
            constraints: Vec::new(),
            config: ConfigMap::new(),
            root_config: configured.root,
            patched_at: None,
            properties: Box::new(properties),
        };
        let mut tests = Vec::new();
        if let Some(mut patch) = patch {
            if let Some(semantics) = patch.semantics.take() {
                self.add_model_semantics(current, &patch.file, *semantics);
            }
            let tags = |config: &ConfigMap| config::texts(config, "tags").len();
            let before = tags(&merged);
            config::merge(&mut merged, &patch.config);
            node.properties.sidecar_tags = before..tags(&merged);
            tests = apply(&mut node, patch);
        }
        node.config = merged;
        if node.name.contains(char::is_whitespace) {
            let root = &self.packages.root().file;
            let is_refused = root.flag("require_resource_names_without_spaces") != Some(false);
            let message = format!("the name `{}` has a space in it", node.name);
            let problem = if is_refused {
                Diagnostic::error(Code::ConfigInvalid, message)
            } else {
                Diagnostic::warning(Code::Deprecated, message)
                    .named("SpacesInResourceNameDeprecation")
            };
            current.diagnostics.push(
                problem
                    .at(node.file.at(0..0))
                    .help("rename the file: selectors cannot name it; an `alias` may have spaces"),
            );
            if is_refused {
                return;
            }
        }
        if !self.is_free(current, &node) {
            return;
        }
        if node.kind == NodeKind::Snapshot {
            snapshot::check_sidecar(&node, current.diagnostics);
        }
        let version = node.properties.version.clone();
        let key = node.kind_key();
        let attached_to = Attachment::Ref(node.name.clone());
        let group_enabled = node.is_enabled();
        let id = node.id.clone();
        self.nodes.insert(id.clone(), node);
        for (file, mut test) in tests {
            test.version.clone_from(&version);
            test.file_key.clone_from(&key);
            test.enabled_by_model = group_enabled;
            self.add_generic_test(current, &file, test, attached_to.clone());
        }
    }

    /// Whether nothing else has the node's name; it is taken then.
    fn is_free(&mut self, current: &mut Current<'_, '_>, node: &Node) -> bool {
        // models, seeds and snapshots share their names; all else has a space of its own
        let keys: Vec<(String, String)> = match (&node.properties.version, node.is_referable()) {
            (_, false) => Vec::new(),
            (None, true) => vec![(node.package.clone(), node.name.clone())],
            (Some(_), true) => node
                .reference_names()
                .into_iter()
                .map(|name| (node.package.clone(), name))
                .collect(),
        };
        let clash = keys
            .iter()
            .find_map(|key| self.built_names.get(key))
            .unwrap_or(&node.id);
        if let Some(clash) = self.nodes.get(clash) {
            current.diagnostics.push(
                Diagnostic::error(
                    Code::DuplicateName,
                    format!("two resources are named `{}`", node.name),
                )
                .at(node.file.at(0..0))
                .related("the other one", clash.file.at(0..0))
                .help(
                    "names are unique across models, seeds and snapshots, whatever their folder: rename one",
                ),
            );
            return false;
        }
        for key in keys {
            self.built_names.insert(key, node.id.clone());
        }
        true
    }
}

/// A node before its configuration.
pub(super) struct NewNode {
    pub(super) kind: NodeKind,
    pub(super) name: String,
    pub(super) file: SourceFile,
    pub(super) fully_qualified_name: Vec<String>,
    pub(super) properties: NodeProperties,
}

/// The tree of the project file that configures a kind. As in dbt, that of models configures analyses too.
fn config_kind(kind: &NodeKind) -> &'static str {
    match kind {
        NodeKind::Model | NodeKind::Analysis => "models",
        NodeKind::Seed => "seeds",
        NodeKind::Snapshot => "snapshots",
        NodeKind::Function => "functions",
        NodeKind::SingularTest | NodeKind::GenericTest(_) => "data_tests",
    }
}

/// Puts a sidecar's entry on its node; the entry's tests come back.
fn apply(node: &mut Node, patch: Patch) -> Vec<(SourceFile, TestDeclaration)> {
    let properties = &mut node.properties;
    properties.patch_path = Some(format!(
        "{}://{}",
        patch.package.as_ref().unwrap_or(&node.package),
        patch.file.path_in_package()
    ));
    properties.doc_blocks = patch.description.doc_blocks;
    properties.latest_version = patch.latest_version;
    properties.deprecation_date = patch.deprecation_date;
    properties.time_spine = patch.time_spine;
    properties.function = patch.function;
    let rendered = Json::Object(patch.config);
    if let Json::Object(entries) = deep_merge(&rendered, &Json::Object(patch.unrendered)) {
        properties.unrendered_config.extend(entries);
    }
    node.description = patch.description.text;
    node.columns = patch.columns;
    node.constraints = patch.constraints;
    node.patched_at = Some(patch.location);
    let file = patch.file;
    patch
        .tests
        .into_iter()
        .map(|test| (file.clone(), test))
        .collect()
}
