//! Saved queries, and the filters that they share with metrics.

use super::{Check, METRIC_TIME};
use crate::project::{SavedQuery, WhereFilters};

/// What filters and groupings may call.
const CALLS: [&str; 4] = ["Dimension", "TimeDimension", "Entity", "Metric"];

impl Check<'_> {
    pub(super) fn query(&mut self, query: &SavedQuery) {
        let (name, params) = (&query.declaration.name, &query.query_params);
        for metric in &params.metrics {
            if self.metric_named(metric).is_none() {
                let message =
                    format!("`{metric}` of saved query `{name}` is not a valid metric name");
                self.error(&query.declaration, message);
            }
        }
        for group in &params.group_by {
            match call(group) {
                Ok((_, argument)) if self.is_element(element(&argument)) => {}
                Ok(_) => {
                    let message =
                        format!("`{group}` of saved query `{name}` is not a valid group-by name");
                    self.error(&query.declaration, message);
                }
                Err(problem) => {
                    let message = format!(
                        "the group-by `{group}` of saved query `{name}` cannot be used: {problem}"
                    );
                    self.error(&query.declaration, message);
                }
            }
        }
        if let Some(problem) = params.condition.as_ref().and_then(filter_problem) {
            let message = format!("the filter of saved query `{name}` cannot be used: {problem}");
            self.error(&query.declaration, message);
        }
        for order in &params.order_by {
            let item = order.strip_suffix(".descending(True)").unwrap_or(order);
            let by_metric = |metric: &String| same_call(item, &format!("Metric('{metric}')"));
            let is_known = params.group_by.iter().any(|group| same_call(item, group))
                || params.metrics.iter().any(by_metric);
            if !is_known {
                let message = format!(
                    "the order-by `{order}` of saved query `{name}` is neither one of its metrics nor of its group-bys"
                );
                self.error(&query.declaration, message);
            }
        }
    }

    /// Whether a dimension, an entity or a metric has this name.
    fn is_element(&self, name: &str) -> bool {
        let of_models = self.models.iter().any(|model| {
            let dimensions = model.dimensions.iter().map(|one| one.name.as_str());
            let entities = model.entities.iter().map(|one| one.name.as_str());
            let primary = model.primary_entity.as_deref();
            dimensions
                .chain(entities)
                .chain(primary)
                .any(|one| one == name)
        });
        of_models || name == METRIC_TIME || self.metric_named(name).is_some()
    }
}

fn same_call(left: &str, right: &str) -> bool {
    let plain = |text: &str| text.replace('"', "'").replace(' ', "");
    plain(left) == plain(right)
}

/// The element in a name such as `patient__ward__month`.
fn element(name: &str) -> &str {
    let last = name.rsplit("__").next().unwrap_or(name);
    let is_granularity = super::Check::is_standard_granularity(last) && name.contains("__");
    match (is_granularity, name.strip_suffix(last)) {
        (true, Some(before)) => element(before.trim_end_matches('_')),
        _ => last,
    }
}

/// A call such as `Dimension('patient__ward')`: its function and first argument.
fn call(text: &str) -> Result<(&str, String), String> {
    let text = text.trim();
    let (function, rest) = text.split_once('(').ok_or_else(|| {
        format!("`{text}` is no call of Dimension, TimeDimension, Entity or Metric")
    })?;
    let function = function.trim();
    if !CALLS.contains(&function) {
        return Err(format!(
            "`{function}` is none of Dimension, TimeDimension, Entity and Metric"
        ));
    }
    let rest = rest.trim_start();
    let quote = rest
        .chars()
        .next()
        .filter(|first| matches!(first, '\'' | '"'));
    let argument = quote.and_then(|quote| rest[1..].split(quote).next());
    let argument = argument
        .ok_or_else(|| format!("`{function}` wants a name in quotes"))?
        .to_lowercase();
    if !rest.contains(')') {
        return Err("a bracket is not closed".to_owned());
    }
    let needs_entity = matches!(function, "Dimension" | "TimeDimension");
    if needs_entity && !argument.contains("__") && argument != METRIC_TIME {
        return Err(format!(
            "`{argument}` does not say of which entity it is: write `<entity>__{argument}`"
        ));
    }
    Ok((function, argument))
}

/// What is wrong with a filter.
pub(super) fn filter_problem(filters: &WhereFilters) -> Option<String> {
    filters.where_filters.iter().find_map(|filter| {
        let mut rest = filter.where_sql_template.as_str();
        while let Some((_, after)) = rest.split_once("{{") {
            let Some((inner, after)) = after.split_once("}}") else {
                return Some("`{{` is not closed".to_owned());
            };
            if let Err(problem) = call(inner) {
                return Some(problem);
            }
            rest = after;
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_elements() {
        assert_eq!(element("patient__ward"), "ward");
        assert_eq!(element("patient__admitted_on__month"), "admitted_on");
        assert_eq!(element("ward"), "ward");
        assert_eq!(element("metric_time__day"), "metric_time");
    }

    #[test]
    fn calls_of_filters() {
        assert_eq!(
            call("Dimension('a__b')"),
            Ok(("Dimension", "a__b".to_owned()))
        );
        assert_eq!(
            call(" TimeDimension(\"a__b\", 'day') ").map(|call| call.1),
            Ok("a__b".to_owned())
        );
        assert!(call("Dimension('b')").is_err());
        assert!(call("Nothing('a__b')").is_err());
        assert!(call("Dimension").is_err());
        assert!(call("Entity('a'").is_err());
        assert!(call("Entity(").is_err());
    }
}
