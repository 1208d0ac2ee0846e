//! Whether the semantic layer can use what a project declares for it: the meaning of MetricFlow's rules, as dbt checks
//! them while it parses.

mod across;
mod conversion;
mod metrics;
mod models;
mod queries;
mod spines;

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic};
use crate::project::{Declaration, GRANULARITIES, Metric, Project, SavedQuery, SemanticModel};

/// Words that every supported server reserves.
const RESERVED_WORDS: [&str; 26] = [
    "AND", "AS", "CREATE", "DISTINCT", "FOR", "FROM", "FULL", "HAVING", "IN", "INNER", "INTO",
    "IS", "JOIN", "LEFT", "LIKE", "NATURAL", "NOT", "NULL", "ON", "OR", "RIGHT", "SELECT", "UNION",
    "USING", "WHERE", "WITH",
];

/// The name under which MetricFlow offers the time of all metrics.
const METRIC_TIME: &str = "metric_time";

/// What is enabled, and what was found wrong with it.
struct Check<'project> {
    project: &'project Project,
    models: Vec<&'project SemanticModel>,
    metrics: Vec<&'project Metric>,
    queries: Vec<&'project SavedQuery>,
    custom_granularities: BTreeSet<&'project str>,
    found: Vec<Diagnostic>,
}

/// The problems of a project's semantic models, metrics and saved queries; none where it has not both of the first two.
///
/// **Errors**: HCW0121.
pub(crate) fn problems(project: &Project) -> Vec<Diagnostic> {
    let declared = &project.declared;
    let models = declared.semantic_models.values();
    let metrics = declared.metrics.values();
    let queries = declared.saved_queries.values();
    let mut check = Check {
        project,
        models: models
            .filter(|model| model.declaration.is_enabled())
            .collect(),
        metrics: metrics
            .filter(|metric| metric.declaration.is_enabled())
            .collect(),
        queries: queries
            .filter(|query| query.declaration.is_enabled())
            .collect(),
        custom_granularities: spines::custom_granularities(project),
        found: Vec::new(),
    };
    check.references();
    if check.models.is_empty() {
        return check.found;
    }
    check.time_spine_exists();
    if check.metrics.is_empty() {
        return check.found;
    }
    check.names();
    check.spines();
    for model in check.models.clone() {
        check.model(model);
    }
    check.across_models();
    for metric in check.metrics.clone() {
        check.metric(metric);
    }
    check.across_metrics();
    for query in check.queries.clone() {
        check.query(query);
    }
    check.found
}

impl<'project> Check<'project> {
    fn error(&mut self, declaration: &Declaration, message: impl Into<String>) {
        let problem = Diagnostic::error(Code::SemanticsInvalid, message);
        self.found.push(problem.at(declaration.location.clone()));
    }

    fn warning(&mut self, declaration: &Declaration, message: impl Into<String>) {
        let problem = Diagnostic::warning(Code::SemanticsInvalid, message);
        self.found.push(problem.at(declaration.location.clone()));
    }

    fn model_of_measure(&self, measure: &str) -> Option<&'project SemanticModel> {
        let mut models = self.models.iter();
        let has = |model: &&&SemanticModel| model.measures.iter().any(|one| one.name == measure);
        models.find(has).copied()
    }

    fn metric_named(&self, name: &str) -> Option<&'project Metric> {
        let mut metrics = self.metrics.iter();
        metrics
            .find(|metric| metric.declaration.name == name)
            .copied()
    }

    /// Names of semantic models, metrics, saved queries and custom granularities.
    fn names(&mut self) {
        let models = self.models.iter().map(|model| &model.declaration);
        let metrics = self.metrics.iter().map(|metric| &metric.declaration);
        let queries = self.queries.iter().map(|query| &query.declaration);
        let declarations: Vec<&Declaration> = models.chain(metrics).chain(queries).collect();
        for declaration in declarations {
            self.valid_name(&declaration.name, declaration);
        }
    }

    /// A name has lower-case letters, digits and single underscores, and means nothing else.
    fn valid_name(&mut self, name: &str, declaration: &Declaration) {
        if !is_plain_name(name) {
            self.error(
                declaration,
                format!("invalid name `{name}`: names have lower-case letters, digits and underscores, begin with a letter, do not end with an underscore, have no two underscores side by side, and at least two characters"),
            );
        }
        if GRANULARITIES.contains(&name.to_lowercase().as_str()) {
            let message = format!("invalid name `{name}`: it is a time granularity");
            self.error(declaration, message);
        }
        if name.eq_ignore_ascii_case(METRIC_TIME) {
            let message = format!("invalid name `{name}`: MetricFlow uses it for itself");
            self.error(declaration, message);
        }
    }

    /// Whether a granularity is one of dbt's.
    fn is_standard_granularity(name: &str) -> bool {
        GRANULARITIES.contains(&name.to_lowercase().as_str())
    }
}

fn is_plain_name(name: &str) -> bool {
    name.len() > 1
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && !name.ends_with('_')
        && !name.contains("__")
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::is_plain_name;

    #[test]
    fn plain_names() {
        for name in ["ab", "a1", "total_amount", "a_1"] {
            assert!(is_plain_name(name), "{name}");
        }
        for name in ["", "a", "1a", "aB", "a_", "a__b", "a-b", "é1"] {
            assert!(!is_plain_name(name), "{name}");
        }
    }
}
