//! Configurations of project files that apply to a resource.

use super::{Binder, Current};
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::YamlRenderer;
use crate::project::config::{self, ConfigMap};
use crate::project::{Package, ProjectFile, config_name};

/// What project files say of one resource.
#[derive(Debug, Default)]
pub(super) struct ProjectConfig {
    /// Of the resource's own package, rendered.
    pub(super) own: ConfigMap,
    /// Of the root project, where that is another one: it wins over the template.
    pub(super) root: ConfigMap,
    /// `own` before Jinja.
    pub(super) unrendered: ConfigMap,
    /// `root` before Jinja.
    pub(super) unrendered_root: ConfigMap,
}

impl Binder<'_> {
    /// The configuration of project files that applies to a resource.
    pub(super) fn project_config(
        &mut self,
        current: &mut Current<'_, '_>,
        kind: &'static str,
        name: &[String],
    ) -> ProjectConfig {
        let (own, unrendered) = layers(
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
        let (root, unrendered_root) = if is_root {
            (ConfigMap::new(), ConfigMap::new())
        } else {
            layers(root, &self.root, kind, name, current.diagnostics)
        };
        ProjectConfig {
            own,
            root,
            unrendered,
            unrendered_root,
        }
    }

    /// Whether project files leave a resource enabled; their mistakes are told where it is bound.
    pub(super) fn leaves_enabled(
        &self,
        (package, renderer): (&Package, &YamlRenderer<'_>),
        kind: &'static str,
        name: &[String],
    ) -> bool {
        let mut untold = Vec::new();
        let root = &self.packages.root().file;
        let (of_root, _) = layers(root, &self.root, kind, name, &mut untold);
        config::flag(&of_root, "enabled").unwrap_or_else(|| {
            let (own, _) = layers(&package.file, renderer, kind, name, &mut untold);
            config::is_enabled(&own)
        })
    }

    pub(super) fn report_unused_config_paths(&self, diagnostics: &mut Vec<Diagnostic>) {
        let root = &self.packages.root().file;
        for kind in [
            "models",
            "seeds",
            "snapshots",
            "data_tests",
            "sources",
            "unit_tests",
            "exposures",
            "metrics",
            "semantic_models",
            "saved_queries",
            "functions",
        ] {
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

const HOOKS: [&str; 4] = ["pre-hook", "post-hook", "pre_hook", "post_hook"];

/// The layers of a project file that apply to a resource, merged: rendered, and as written.
fn layers(
    project: &ProjectFile,
    renderer: &YamlRenderer<'_>,
    kind: &str,
    name: &[String],
    diagnostics: &mut Vec<Diagnostic>,
) -> (ConfigMap, ConfigMap) {
    let mut merged = ConfigMap::new();
    let mut unrendered = ConfigMap::new();
    for layer in project.config_layers(kind, name) {
        let rendered = layer
            .entries
            .iter()
            .map(|(key, node)| {
                // hooks stay templates until their turn
                let value = if HOOKS.contains(key) {
                    node.to_json()
                } else {
                    renderer.render(&project.file, node, diagnostics)
                };
                ((*key).to_owned(), value)
            })
            .collect();
        config::merge(&mut merged, &rendered);
        for (key, node) in layer.entries {
            unrendered.insert(key.to_owned(), node.to_json());
        }
    }
    (merged, unrendered)
}
