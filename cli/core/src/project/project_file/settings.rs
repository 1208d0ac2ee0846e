//! Settings of `dbt_project.yml` that are more than a text.

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::DispatchOrder;
use crate::source::SourceFile;
use crate::yaml::{MapReader, Node, Value};

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
