//! The selectors of selectors.yml as specifications.

use std::collections::BTreeMap;

use super::grammar::{Criterion, Indirect, Parts, Specification, method};
use crate::diagnostic::{Code, Diagnostic};
use crate::project::{SelectorCriterion, SelectorDefinition, SelectorParts, Selectors};

/// The specifications by name, and the one that counts where the user selects nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Named {
    pub(super) specifications: BTreeMap<String, Specification>,
    pub(super) default: Option<String>,
}

/// Gives the selectors their meaning.
///
/// **Errors**: HCW0501 for a method or a mode that does not exist.
pub(super) fn named(selectors: &Selectors, indirect: Indirect) -> Result<Named, Diagnostic> {
    let mut named = Named::default();
    for (name, selector) in selectors {
        let specification = definition(&selector.definition, indirect)?;
        named.specifications.insert(name.clone(), specification);
        if selector.is_default {
            named.default = Some(name.clone());
        }
    }
    Ok(named)
}

fn definition(
    written: &SelectorDefinition,
    indirect: Indirect,
) -> Result<Specification, Diagnostic> {
    match written {
        SelectorDefinition::Criterion(written) => criterion(written, indirect),
        SelectorDefinition::Union(parts) => group(parts, indirect, Specification::Union),
        SelectorDefinition::Intersection(parts) => {
            group(parts, indirect, Specification::Intersection)
        }
    }
}

fn group(
    written: &SelectorParts,
    indirect: Indirect,
    make: fn(Parts) -> Specification,
) -> Result<Specification, Diagnostic> {
    let included = make(Parts {
        parts: definitions(&written.included, indirect)?,
        ..Parts::default()
    });
    less(included, &written.excluded, indirect)
}

fn definitions(
    written: &[SelectorDefinition],
    indirect: Indirect,
) -> Result<Vec<Specification>, Diagnostic> {
    written
        .iter()
        .map(|part| definition(part, indirect))
        .collect()
}

fn less(
    included: Specification,
    excluded: &[SelectorDefinition],
    indirect: Indirect,
) -> Result<Specification, Diagnostic> {
    if excluded.is_empty() {
        return Ok(included);
    }
    let excluded = Specification::Union(Parts {
        parts: definitions(excluded, indirect)?,
        ..Parts::default()
    });
    Ok(Specification::Difference(Parts {
        parts: vec![included, excluded],
        ..Parts::default()
    }))
}

fn criterion(written: &SelectorCriterion, indirect: Indirect) -> Result<Specification, Diagnostic> {
    let invalid = |message: String, help: &str| {
        Diagnostic::error(Code::SelectorInvalid, message)
            .at(written.location.clone())
            .help(help)
    };
    let (found, arguments) = method(&written.method)
        .map_err(|help| invalid(format!("`{}` is no method", written.method), &help))?;
    let indirect_of_it = match &written.indirect_selection {
        None => indirect,
        Some(word) => Indirect::parse(word).ok_or_else(|| {
            invalid(
                format!("`indirect_selection` is `{word}`"),
                "write eager, cautious, buildable or empty",
            )
        })?,
    };
    if written.childrens_parents && written.children {
        return Err(invalid(
            format!("`{}` has `@` and `+` after it", written.value),
            "leave one out: the two say different things",
        ));
    }
    let steps = |applies: bool, depth: Option<u64>| {
        let depth = depth.and_then(|depth| usize::try_from(depth).ok());
        applies.then_some(depth.filter(|depth| *depth > 0))
    };
    let meant = Criterion {
        written: format!("{}:{}", written.method, written.value),
        method: found,
        arguments,
        value: written.value.clone(),
        whole_neighbourhood: written.childrens_parents,
        ancestors: steps(written.parents, written.parents_depth),
        descendants: steps(written.children, written.children_depth),
        indirect: indirect_of_it,
    };
    less(Specification::Criterion(meant), &written.excluded, indirect)
}
