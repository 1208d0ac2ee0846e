//! Settings of `dbt_project.yml` that are more than a text.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Map, Value as Json};

use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::{DispatchOrder, has_template};
use crate::profile::SecretRenderer;
use crate::source::SourceFile;
use crate::yaml::{MapReader, Node, Value};

/// What the templates of a project file see.
#[derive(Debug, Clone, Copy)]
pub struct Templates<'run> {
    /// For `env_var`.
    pub environment: &'run BTreeMap<String, String>,
    /// `--vars`, for `var`.
    pub vars: &'run Map<String, Json>,
}

/// The keys whose texts are rendered when the file is read; others are rendered when they are used, or never.
const RENDERED: [&str; 20] = [
    "profile",
    "version",
    "model-paths",
    "seed-paths",
    "macro-paths",
    "test-paths",
    "analysis-paths",
    "snapshot-paths",
    "function-paths",
    "docs-paths",
    "asset-paths",
    "source-paths",
    "data-paths",
    "target-path",
    "log-path",
    "packages-install-path",
    "clean-targets",
    "require-dbt-version",
    "dispatch",
    "quoting",
];

impl Templates<'_> {
    /// The file's tree with its settings rendered.
    pub(super) fn rendered(
        self,
        file: &SourceFile,
        mut root: Node,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Node {
        let Value::Mapping(entries) = &mut root.value else {
            return root;
        };
        // few files have templates there, and a renderer is not made for nothing
        let mut renderer = None;
        for (key, node) in entries {
            if RENDERED.contains(&key.name.as_str()) && holds_template(node) {
                let renderer = renderer
                    .get_or_insert_with(|| SecretRenderer::new(self.environment, self.vars));
                render(file, node, renderer, diagnostics);
            }
        }
        root
    }
}

fn holds_template(node: &Node) -> bool {
    match &node.value {
        Value::String(text) => has_template(text),
        Value::Sequence(items) => items.iter().any(holds_template),
        Value::Mapping(entries) => entries.iter().any(|(_, node)| holds_template(node)),
        _ => false,
    }
}

fn render(
    file: &SourceFile,
    node: &mut Node,
    renderer: &SecretRenderer,
    diagnostics: &mut Vec<Diagnostic>,
) {
    match &mut node.value {
        Value::String(text) if has_template(text) => match renderer.text(file, node) {
            Ok(rendered) => {
                node.value = match rendered.as_str() {
                    "True" => Value::Bool(true),
                    "False" => Value::Bool(false),
                    _ => Value::String(rendered),
                };
            }
            Err(problem) => diagnostics.push(problem),
        },
        Value::Sequence(items) => {
            for item in items {
                render(file, item, renderer, diagnostics);
            }
        }
        Value::Mapping(entries) => {
            for (_, node) in entries {
                render(file, node, renderer, diagnostics);
            }
        }
        _ => {}
    }
}

/// `require-dbt-version`: a comparison, several in one text with commas, or a list.
pub(super) fn version_requirements(reader: &mut MapReader<'_, '_>) -> Vec<(String, Range<usize>)> {
    let Some(node) = reader.node("require-dbt-version") else {
        return Vec::new();
    };
    let items = match &node.value {
        Value::Sequence(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    items
        .iter()
        .filter_map(|item| Some((item.scalar_text()?, item.range.clone())))
        .flat_map(|(text, range)| {
            text.split(',')
                .map(|part| (part.trim().to_owned(), range.clone()))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// `dispatch:`: a list of `macro_namespace` with its `search_order`.
pub(super) fn dispatch_orders(
    reader: &mut MapReader<'_, '_>,
    file: &SourceFile,
) -> Vec<DispatchOrder> {
    let mut orders = Vec::new();
    for node in reader.list("dispatch") {
        let order = order(node);
        if order.is_none() {
            reader.diagnostics().push(
                Diagnostic::error(
                    Code::YamlType,
                    "an entry of `dispatch` needs `macro_namespace` and a list `search_order`",
                )
                .at(file.at(node.range.clone()))
                .help("for example `- {macro_namespace: dbt_utils, search_order: [my_project, dbt_utils]}`"),
            );
        }
        orders.extend(order);
    }
    orders
}

fn order(node: &Node) -> Option<DispatchOrder> {
    let Value::Sequence(packages) = &node.get("search_order")?.value else {
        return None;
    };
    Some(DispatchOrder {
        namespace: node.get("macro_namespace")?.scalar_text()?,
        search_order: packages.iter().filter_map(Node::scalar_text).collect(),
    })
}
