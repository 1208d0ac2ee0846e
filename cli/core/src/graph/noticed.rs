//! What is no error and worth a warning once it is known who reads whom: models past their date, constraints that
//! nothing keeps, microbatch models that read everything in each batch.

use jiff::Timestamp;

use super::Graph;
use crate::diagnostic::{Code, Diagnostic};
use crate::project::{Node, NodeKind, Project, config};
use crate::source::Location;

/// The warnings of all models, in the order of their ids.
pub(super) fn warnings(project: &Project, graph: &Graph) -> Vec<Diagnostic> {
    let models = project.nodes.values();
    let models = models.filter(|node| node.kind == NodeKind::Model);
    models
        .flat_map(|node| {
            let mut found = outdated(project, graph, node);
            found.extend(unsupported_constraints(node));
            found.extend(unfiltered_batches(project, graph, node));
            found
        })
        .collect()
}

/// A model with a `deprecation_date` that has passed, and who reads a model that has one.
fn outdated(project: &Project, graph: &Graph, node: &Node) -> Vec<Diagnostic> {
    let properties = &node.properties;
    let Some(date) = &properties.deprecation_date else {
        return Vec::new();
    };
    let (Ok(end), Ok(now)) = (
        date.parse::<Timestamp>(),
        project.settings().run_started_at.parse::<Timestamp>(),
    ) else {
        return Vec::new();
    };
    let has_passed = end < now;
    let version = properties.version.as_ref();
    let named = match version {
        Some(version) => format!("{}.v{version}", node.name),
        None => node.name.clone(),
    };
    let mut found = Vec::new();
    if has_passed {
        found.push(
            Diagnostic::warning(
                Code::PastItsDate,
                format!("Model {named} has passed its deprecation date of {date}. This model should be disabled or removed."),
            )
            .at(declared(node)),
        );
    }
    let (code, what) = match has_passed {
        true => (Code::ReadsPastItsDate, "was deprecated on"),
        false => (Code::ReadsDeprecated, "is slated for deprecation on"),
    };
    let readers = graph
        .children(&node.id)
        .filter_map(|id| project.nodes.get(id));
    for reader in readers.filter(|reader| reader.kind == NodeKind::Model) {
        let mut warning = Diagnostic::warning(
            code,
            format!(
                "While compiling '{}': Found a reference to {named}, which {what} '{date}'.",
                reader.name
            ),
        )
        .at(reader.file.at(0..0));
        let latest = properties.latest_version.as_ref();
        if let Some(latest) = latest.filter(|latest| version.is_some_and(|own| own != *latest)) {
            warning = warning.help(format!(
                "A new version of '{0}' is available: {{{{ ref('{1}', '{0}', v='{latest}') }}}}",
                node.name, node.package
            ));
        }
        found.push(warning);
    }
    found
}

/// Constraints of an enforced contract that the model's materialization does not make.
fn unsupported_constraints(node: &Node) -> Option<Diagnostic> {
    let contract = node.config.get("contract")?;
    let is_enforced = contract
        .get("enforced")
        .and_then(serde_json::Value::as_bool);
    let materialized = config::text(&node.config, "materialized").unwrap_or("view");
    if is_enforced != Some(true) || matches!(materialized, "table" | "incremental") {
        return None;
    }
    let columns = node.columns.iter().flat_map(|column| &column.constraints);
    let ignored = columns
        .chain(&node.constraints)
        .find(|constraint| constraint.warn_unsupported)?;
    Some(
        Diagnostic::warning(
            Code::UnsupportedConstraint,
            format!(
                "Constraint types are not supported for {materialized} materializations and will be ignored. Set 'warn_unsupported: false' on this constraint to ignore this warning."
            ),
        )
        .at(ignored.location.clone()),
    )
}

/// A microbatch model none of whose inputs can be cut into batches.
fn unfiltered_batches(project: &Project, graph: &Graph, node: &Node) -> Option<Diagnostic> {
    let is = |key: &str, value: &str| config::text(&node.config, key) == Some(value);
    if !is("materialized", "incremental") || !is("incremental_strategy", "microbatch") {
        return None;
    }
    let has_time = |id| match (project.nodes.get(id), project.sources.get(id)) {
        (Some(parent), _) => config::text(&parent.config, "event_time").is_some(),
        (_, Some(table)) => config::text(&table.config, "event_time").is_some(),
        _ => false,
    };
    if graph.parents(&node.id).any(has_time) {
        return None;
    }
    Some(
        Diagnostic::warning(
            Code::UnfilteredBatches,
            format!(
                "The microbatch model '{}' has no 'ref' or 'source' input with an 'event_time' configuration. This means no filtering can be applied and can result in unexpected duplicate records in the resulting microbatch model.",
                node.name
            ),
        )
        .at(node.file.at(0..0))
        .help("say `event_time` of what it reads"),
    )
}

/// Where the model's properties stand, else its file.
fn declared(node: &Node) -> Location {
    let patched = node.patched_at.clone();
    patched.unwrap_or_else(|| node.file.at(0..0))
}
