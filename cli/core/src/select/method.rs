//! The methods: which resources a criterion means, before the graph is asked.

use serde_json::Value as Json;

use super::PreviousState;
use super::catalogue::{Catalogue, Item, ResourceKind, VersionStanding};
use super::grammar::{Criterion, Method};
use super::pattern::{matches_fqn, matches_path, matches_text, matches_whole_path};
use super::set::Set;
use super::state;
use crate::diagnostic::{Code, Diagnostic};

/// Words of `resource_type:`.
const RESOURCE_TYPES: [&str; 14] = [
    "model",
    "seed",
    "snapshot",
    "analysis",
    "operation",
    "sql_operation",
    "test",
    "unit_test",
    "source",
    "exposure",
    "metric",
    "semantic_model",
    "saved_query",
    "function",
];

/// The resources that the criterion names; `selector:` is the caller's.
///
/// **Errors**: HCW0501 for a value that the method has not, HCW0503 without the state that it compares with.
pub(super) fn find(
    catalogue: &Catalogue<'_>,
    criterion: &Criterion,
    previous: &PreviousState,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Set, Diagnostic> {
    let value = criterion.value.as_str();
    let holds: Box<dyn Fn(&Item<'_>) -> bool> = match criterion.method {
        Method::Fqn => Box::new(move |item| {
            item.kind != ResourceKind::Source
                && matches_fqn(
                    value,
                    item.fully_qualified_name,
                    item.version != VersionStanding::Unversioned,
                )
        }),
        Method::Tag => Box::new(move |item| item.tags.iter().any(|tag| matches_text(value, tag))),
        Method::Group => Box::new(move |item| {
            (item.kind.is_node() || item.kind == ResourceKind::Metric)
                && item
                    .group
                    .as_deref()
                    .is_some_and(|group| matches_text(value, group))
        }),
        Method::Access => Box::new(move |item| item.access.as_deref() == Some(value)),
        Method::Source => return source(catalogue, criterion),
        Method::Path => Box::new(move |item| {
            matches_path(value, item.path)
                || item
                    .properties_path
                    .is_some_and(|path| matches_whole_path(value, path))
        }),
        Method::File => Box::new(move |item| {
            let name = item.path.rsplit('/').next().unwrap_or(item.path);
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            matches_text(value, name) || matches_text(value, stem)
        }),
        Method::Package => {
            let package = if value == "this" {
                catalogue.project_name
            } else {
                value
            };
            Box::new(move |item| matches_text(package, item.package))
        }
        Method::Config => Box::new(move |item| {
            (item.kind.is_node() || item.kind == ResourceKind::Source)
                && has_config(item, &criterion.arguments, value)
        }),
        Method::TestName => Box::new(move |item| match item.kind {
            ResourceKind::UnitTest => matches_text(value, item.name),
            _ => item.test_name.is_some_and(|name| matches_text(value, name)),
        }),
        Method::TestType => {
            let kinds = test_kinds(criterion)?;
            Box::new(move |item| kinds.contains(&item.kind))
        }
        Method::ResourceType => {
            if !RESOURCE_TYPES.contains(&value) {
                return Err(wrong(
                    criterion,
                    &format!("there are {}", RESOURCE_TYPES.join(", ")),
                )
                .did_you_mean(value, RESOURCE_TYPES));
            }
            Box::new(move |item| item.kind.resource_type() == value)
        }
        Method::Exposure => return named(catalogue, criterion, ResourceKind::Exposure),
        Method::Metric => return named(catalogue, criterion, ResourceKind::Metric),
        Method::SemanticModel => return named(catalogue, criterion, ResourceKind::SemanticModel),
        Method::SavedQuery => return named(catalogue, criterion, ResourceKind::SavedQuery),
        Method::UnitTest => return named(catalogue, criterion, ResourceKind::UnitTest),
        Method::Version => {
            let wanted = match value {
                "latest" => VersionStanding::Latest,
                "prerelease" => VersionStanding::Prerelease,
                "old" => VersionStanding::Old,
                "none" => VersionStanding::Unversioned,
                _ => {
                    return Err(wrong(
                        criterion,
                        "there are latest, prerelease, old and none",
                    ));
                }
            };
            Box::new(move |item| item.kind == ResourceKind::Model && item.version == wanted)
        }
        Method::State => return state::of_manifest(catalogue, criterion, previous, diagnostics),
        Method::Result => return state::of_results(catalogue, criterion, previous),
        Method::SourceStatus => return state::of_sources(catalogue, criterion, previous),
        Method::Selector => return Ok(Set::empty(catalogue.items().len())),
    };
    Ok(set(catalogue, |item| holds(item)))
}

/// The resources for which it holds.
pub(super) fn set(catalogue: &Catalogue<'_>, holds: impl Fn(&Item<'_>) -> bool) -> Set {
    let items = catalogue.items();
    Set::of(items.len(), |position| holds(&items[position]))
}

/// A value that the method has not.
pub(super) fn wrong(criterion: &Criterion, help: &str) -> Diagnostic {
    Diagnostic::error(
        Code::SelectorInvalid,
        format!("the selector `{}` has no such value", criterion.written),
    )
    .help(help)
}

fn source(catalogue: &Catalogue<'_>, criterion: &Criterion) -> Result<Set, Diagnostic> {
    let parts: Vec<&str> = criterion.value.split('.').collect();
    let [package, source, table] = match *parts.as_slice() {
        [source] => ["*", source, "*"],
        [source, table] => ["*", source, table],
        [package, source, table] => [package, source, table],
        _ => {
            return Err(wrong(
                criterion,
                "write a source, source.table or package.source.table",
            ));
        }
    };
    Ok(set(catalogue, |item| {
        item.source_name
            .is_some_and(|name| matches_text(source, name))
            && matches_text(package, item.package)
            && matches_text(table, item.name)
    }))
}

fn named(
    catalogue: &Catalogue<'_>,
    criterion: &Criterion,
    kind: ResourceKind,
) -> Result<Set, Diagnostic> {
    let parts: Vec<&str> = criterion.value.split('.').collect();
    let [package, name] = match *parts.as_slice() {
        [name] => ["*", name],
        [package, name] => [package, name],
        _ => return Err(wrong(criterion, "write a name or package.name")),
    };
    Ok(set(catalogue, |item| {
        item.kind == kind && matches_text(package, item.package) && matches_text(name, item.name)
    }))
}

fn test_kinds(criterion: &Criterion) -> Result<&'static [ResourceKind], Diagnostic> {
    Ok(match criterion.value.as_str() {
        "generic" | "schema" => &[ResourceKind::GenericTest],
        "data" => &[ResourceKind::GenericTest, ResourceKind::SingularTest],
        "singular" => &[ResourceKind::SingularTest],
        "unit" => &[ResourceKind::UnitTest],
        _ => {
            return Err(wrong(
                criterion,
                "there are generic, singular, unit and data",
            ));
        }
    })
}

/// Whether the configuration holds the value below the keys; a list holds what any of its items is.
fn has_config(item: &Item<'_>, keys: &[String], value: &str) -> bool {
    let Some((first, rest)) = keys.split_first() else {
        return false;
    };
    let written = match first.as_str() {
        "pre_hook" => item.config.get("pre-hook"),
        "post_hook" => item.config.get("post-hook"),
        key => item.config.get(key),
    };
    let default;
    let found = match written {
        Some(found) => found,
        None => {
            default = default_config(item.kind, first);
            &default
        }
    };
    let found = rest
        .iter()
        .try_fold(found, |found, key| found.get(key.as_str()));
    let folds_case = keys.len() == 1 && first == "severity";
    let is_value = |found: &Json| match found {
        Json::String(text) if folds_case => text.eq_ignore_ascii_case(value),
        Json::String(text) => text == value,
        Json::Bool(flag) => value.eq_ignore_ascii_case(if *flag { "true" } else { "false" }),
        _ => false,
    };
    match found {
        Some(Json::Array(items)) => items.iter().any(is_value),
        Some(found) => is_value(found),
        None => false,
    }
}

/// What dbt's configuration holds where nobody wrote the key.
fn default_config(kind: ResourceKind, key: &str) -> Json {
    let is_test = matches!(kind, ResourceKind::SingularTest | ResourceKind::GenericTest);
    match (key, kind) {
        ("enabled", _) => Json::Bool(true),
        ("materialized", ResourceKind::Seed) => "seed".into(),
        ("materialized", ResourceKind::Snapshot) => "snapshot".into(),
        ("materialized", _) if is_test => "test".into(),
        ("materialized", ResourceKind::Model | ResourceKind::Analysis) => "view".into(),
        ("severity", _) if is_test => "ERROR".into(),
        ("fail_calc", _) if is_test => "count(*)".into(),
        ("warn_if" | "error_if", _) if is_test => "!= 0".into(),
        ("schema", _) if is_test => "dbt_test__audit".into(),
        ("delimiter", ResourceKind::Seed) => ",".into(),
        ("access", ResourceKind::Model) => "protected".into(),
        ("on_schema_change", ResourceKind::Model | ResourceKind::Seed | ResourceKind::Snapshot) => {
            "ignore".into()
        }
        (
            "on_configuration_change",
            ResourceKind::Model | ResourceKind::Seed | ResourceKind::Snapshot,
        ) => "apply".into(),
        ("contract", ResourceKind::Model | ResourceKind::Seed | ResourceKind::Snapshot) => {
            serde_json::json!({"enforced": false, "alias_types": true})
        }
        ("docs", ResourceKind::Model | ResourceKind::Seed | ResourceKind::Snapshot) => {
            serde_json::json!({"show": true})
        }
        _ => Json::Null,
    }
}
