//! Selection: `--select`, `--exclude` and `--selector` in dbt's grammar, over bit sets.
//!
//! Words are unions; commas within one intersect. A criterion is a method and a value (`tag:nightly`,
//! `path:models/marts`, `source:ehr`, or a bare name, folder or file), with graph operators: `+x`, `x+`,
//! `2+x+1`, `@x`.

mod catalogue;
mod contract;
mod evaluate;
mod grammar;
mod method;
mod named;
mod pattern;
mod set;
mod state;

use std::collections::BTreeSet;

use serde_json::Value as Json;

pub use catalogue::{Catalogue, Item, ResourceKind, VersionStanding};
pub use grammar::{Criterion, Indirect, Method, Parts, Specification, criterion, union};

use crate::diagnostic::{Code, Diagnostic};
use crate::graph::Resolved;
use crate::project::UniqueId;

/// What the user asked for.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// `--select`; empty selects everything.
    pub select: Vec<String>,
    /// `--exclude`.
    pub exclude: Vec<String>,
    /// `--selector`: it counts instead of the two.
    pub selector: Option<String>,
    /// Which tests come along.
    pub indirect: Indirect,
    /// `--resource-type`; empty is every type.
    pub resource_types: Vec<String>,
    /// `--exclude-resource-type`.
    pub exclude_resource_types: Vec<String>,
}

/// Artifacts of an earlier run, and what they are compared with.
#[derive(Debug, Clone, Default)]
pub struct PreviousState {
    /// Its manifest.json.
    pub manifest: Option<Json>,
    /// The manifest of the project as it is now.
    pub current_manifest: Option<Json>,
    /// Its run_results.json.
    pub run_results: Option<Json>,
    /// Its sources.json.
    pub sources: Option<Json>,
    /// The sources.json of this project.
    pub current_sources: Option<Json>,
}

/// The ids of resources that are selected, with the tests that come along.
///
/// **Errors**: HCW0501 for what does not parse or does not exist, HCW0503 without the state that is compared
/// with; a criterion that matches nothing is a warning.
pub fn select(
    resolved: &Resolved,
    selection: &Selection,
    previous: &PreviousState,
) -> (BTreeSet<UniqueId>, Vec<Diagnostic>) {
    let catalogue = Catalogue::of(resolved);
    let declared = &resolved.project().declared.selectors;
    let selectors = match named::named(declared, selection.indirect) {
        Ok(selectors) => selectors,
        Err(problem) => return (BTreeSet::new(), vec![problem]),
    };
    let mut evaluation = evaluate::Evaluation::new(&catalogue, previous, &selectors.specifications);
    let selected = match specification(selection, &selectors) {
        Ok(Some(specification)) => match evaluation.select(&specification) {
            Ok(selected) => selected,
            Err(problem) => return (BTreeSet::new(), vec![problem]),
        },
        Ok(None) => method::set(&catalogue, |_| true),
        Err(problem) => return (BTreeSet::new(), vec![problem]),
    };
    let diagnostics = std::mem::take(&mut evaluation.diagnostics);
    let types = Types::new(selection);
    let ids = selected
        .iter()
        .map(|position| &catalogue.items()[position])
        .filter(|item| types.admit(item.kind.resource_type()))
        .map(|item| item.id.clone())
        .collect();
    (ids, diagnostics)
}

/// What the words of the user say; `None` is everything.
fn specification(
    selection: &Selection,
    selectors: &named::Named,
) -> Result<Option<Specification>, Diagnostic> {
    let indirect = selection.indirect;
    let named = match &selection.selector {
        Some(name) => Some(name),
        None if selection.select.is_empty() && selection.exclude.is_empty() => {
            selectors.default.as_ref()
        }
        None => None,
    };
    if let Some(name) = named {
        return match selectors.specifications.get(name) {
            Some(specification) => Ok(Some(specification.clone())),
            None => Err(Diagnostic::error(
                Code::SelectorInvalid,
                format!("Could not find selector named {name}"),
            )
            .did_you_mean(name, selectors.specifications.keys().map(String::as_str))),
        };
    }
    let select = match selection.select.as_slice() {
        [] => None,
        words => Some(union(words, indirect)?),
    };
    let exclude = match selection.exclude.as_slice() {
        [] => return Ok(select),
        words => union(words, indirect)?,
    };
    let everything = || -> Result<Specification, Diagnostic> {
        // nobody wrote these: it is no warning that they match nothing
        let all = ["fqn:*", "source:*"].map(|text| {
            let found = criterion(text, Indirect::Eager);
            found.map(Specification::Criterion)
        });
        let parts = all.into_iter().collect::<Result<_, _>>()?;
        Ok(Specification::Union(Parts {
            parts,
            ..Parts::default()
        }))
    };
    let select = match select {
        Some(select) => select,
        None => everything()?,
    };
    Ok(Some(Specification::Difference(Parts {
        parts: vec![select, exclude],
        ..Parts::default()
    })))
}

/// What `--resource-type default` stands for.
const BY_DEFAULT: [&str; 11] = [
    "model",
    "snapshot",
    "seed",
    "test",
    "unit_test",
    "source",
    "exposure",
    "metric",
    "saved_query",
    "semantic_model",
    "function",
];

/// Which resource types are wanted.
struct Types<'selection> {
    wanted: Vec<&'selection str>,
    unwanted: &'selection [String],
}

impl<'selection> Types<'selection> {
    fn new(selection: &'selection Selection) -> Types<'selection> {
        let mut wanted: Vec<&str> = Vec::new();
        for word in &selection.resource_types {
            match word.as_str() {
                "all" => {
                    wanted.clear();
                    break;
                }
                "default" => wanted.extend(BY_DEFAULT),
                word => wanted.push(word),
            }
        }
        Types {
            wanted,
            unwanted: &selection.exclude_resource_types,
        }
    }

    fn admit(&self, resource_type: &str) -> bool {
        (self.wanted.is_empty() || self.wanted.contains(&resource_type))
            && !self
                .unwanted
                .iter()
                .any(|unwanted| unwanted == resource_type)
    }
}

/// dbt's resource type of a resource.
pub fn resource_type(id: &UniqueId) -> &'static str {
    ResourceKind::of_id(id).map_or("", ResourceKind::resource_type)
}
