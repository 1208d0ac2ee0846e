//! Selection: `--select` and `--exclude` in dbt's grammar.
//!
//! Arguments are unions; commas within one intersect. A criterion is a method and a value (`tag:nightly`,
//! `path:models/marts`, `source:ehr`, or a bare name, folder or file), with graph operators: `+x`, `x+`,
//! `2+x+1`, `@x`.

mod criterion;

use std::collections::BTreeSet;

use criterion::Criterion;

use crate::diagnostic::{Code, Diagnostic, has_errors};
use crate::graph::Resolved;
use crate::project::UniqueId;

/// What the user asked for.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// `--select`; empty selects everything.
    pub select: Vec<String>,
    /// `--exclude`.
    pub exclude: Vec<String>,
    /// `--resource-type`; empty is every type.
    pub resource_types: Vec<String>,
    /// `--exclude-resource-type`.
    pub exclude_resource_types: Vec<String>,
}

/// The ids of nodes and sources that are selected, tests included as dbt's `eager` mode does: a test comes
/// along when any of what it reads is selected.
///
/// **Errors**: HCW0501 for a criterion that does not parse; a criterion that matches nothing is a warning.
pub fn select(resolved: &Resolved, selection: &Selection) -> (BTreeSet<UniqueId>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut selected = if selection.select.is_empty() {
        all(resolved)
    } else {
        union(resolved, &selection.select, &mut diagnostics)
    };
    let excluded = union(resolved, &selection.exclude, &mut diagnostics);
    if has_errors(&diagnostics) {
        return (BTreeSet::new(), diagnostics);
    }
    selected.retain(|id| !excluded.contains(id));
    if !selection.resource_types.is_empty() {
        selected.retain(|id| {
            let resource_type = resource_type(resolved, id);
            selection
                .resource_types
                .iter()
                .any(|wanted| wanted == resource_type)
        });
    }
    selected.retain(|id| {
        let resource_type = resource_type(resolved, id);
        let mut excluded = selection.exclude_resource_types.iter();
        !excluded.any(|unwanted| unwanted == resource_type)
    });
    (selected, diagnostics)
}

/// dbt's resource type of a node or source.
pub fn resource_type(resolved: &Resolved, id: &UniqueId) -> &'static str {
    resolved
        .project()
        .nodes
        .get(id)
        .map_or("source", |node| node.kind.resource_type())
}

fn all(resolved: &Resolved) -> BTreeSet<UniqueId> {
    resolved.graph.order.iter().cloned().collect()
}

fn union(
    resolved: &Resolved,
    arguments: &[String],
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeSet<UniqueId> {
    let mut union = BTreeSet::new();
    for argument in arguments
        .iter()
        .flat_map(|argument| argument.split_whitespace())
    {
        let mut intersection: Option<BTreeSet<UniqueId>> = None;
        for part in argument.split(',') {
            let found = match Criterion::parse(part) {
                Ok(criterion) => criterion.find(resolved),
                Err(diagnostic) => {
                    diagnostics.push(diagnostic);
                    continue;
                }
            };
            let found = with_tests(resolved, found);
            intersection = Some(match intersection {
                None => found,
                Some(present) => present.intersection(&found).cloned().collect(),
            });
        }
        let found = intersection.unwrap_or_default();
        if found.is_empty() && !has_errors(diagnostics) {
            diagnostics.push(nothing(resolved, argument));
        }
        union.extend(found);
    }
    union
}

/// Adds the tests that read any of the selected.
fn with_tests(resolved: &Resolved, mut found: BTreeSet<UniqueId>) -> BTreeSet<UniqueId> {
    let nodes = &resolved.project().nodes;
    let tests: Vec<UniqueId> = found
        .iter()
        .flat_map(|id| resolved.graph.children(id))
        .filter(|child| nodes.get(*child).is_some_and(|node| node.is_test()))
        .cloned()
        .collect();
    found.extend(tests);
    found
}

fn nothing(resolved: &Resolved, argument: &str) -> Diagnostic {
    let bare = argument
        .trim_matches(|character: char| {
            character == '+' || character == '@' || character.is_ascii_digit()
        })
        .to_owned();
    let names = resolved
        .project()
        .nodes
        .values()
        .map(|node| node.name.as_str());
    Diagnostic::warning(
        Code::SelectorEmpty,
        format!("the selector `{argument}` matches nothing"),
    )
    .did_you_mean(&bare, names)
}
