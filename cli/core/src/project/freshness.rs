//! What sidecars say of source tables: freshness, loading, quoting, external tables.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::config::ConfigMap;
use super::resource::UniqueId;
use crate::diagnostic::{Code, Diagnostic};
use crate::name::Parts;
use crate::source::Location;

/// Properties of a source table.
#[derive(Debug, Clone, Default)]
pub struct SourceProperties {
    /// What the source is.
    pub source_description: String,
    /// Free keys of the source.
    pub source_meta: ConfigMap,
    /// Who loads it.
    pub loader: String,
    /// Which parts of its name are quoted.
    pub quoting: Quoting,
    /// The column that says when a row was loaded.
    pub loaded_at_field: Option<String>,
    /// A query for the same.
    pub loaded_at_query: Option<String>,
    /// How old it may be; `None` is not checked.
    pub freshness: Option<Freshness>,
    /// An external table's settings.
    pub external: Option<Map<String, Json>>,
    /// The docs blocks that the description uses.
    pub doc_blocks: Vec<UniqueId>,
    /// The sidecar that overrides it, as `package://path`.
    pub patch_path: Option<String>,
    /// Configuration before Jinja.
    pub unrendered_config: ConfigMap,
    /// The database as written.
    pub unrendered_database: Option<String>,
    /// The schema as written.
    pub unrendered_schema: Option<String>,
}

/// Which parts of a relation's name are quoted; `None` is the project's choice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Quoting {
    /// Database.
    pub database: Option<bool>,
    /// Schema.
    pub schema: Option<bool>,
    /// Table.
    pub identifier: Option<bool>,
    /// Columns.
    pub column: Option<bool>,
}

impl Quoting {
    /// Reads `quoting:`.
    pub(crate) fn from_json(written: &Json) -> Quoting {
        let flag = |key: &str| written.get(key).and_then(Json::as_bool);
        Quoting {
            database: flag("database"),
            schema: flag("schema"),
            identifier: flag("identifier"),
            column: flag("column"),
        }
    }

    /// The choice over another one for all parts.
    pub(crate) fn quotes(self, other: Parts<bool>) -> Parts<bool> {
        Parts {
            database: self.database.unwrap_or(other.database),
            schema: self.schema.unwrap_or(other.schema),
            identifier: self.identifier.unwrap_or(other.identifier),
        }
    }

    /// This choice with another, more specific one over it.
    pub(crate) fn over(self, inner: Quoting) -> Quoting {
        Quoting {
            database: inner.database.or(self.database),
            schema: inner.schema.or(self.schema),
            identifier: inner.identifier.or(self.identifier),
            column: inner.column.or(self.column),
        }
    }
}

/// How old a source table may be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Freshness {
    /// The age that warns.
    pub warn_after: Option<Age>,
    /// The age that fails.
    pub error_after: Option<Age>,
    /// Which rows count.
    pub filter: Option<String>,
}

/// A span of time; without count and period it is not checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Age {
    /// How many.
    pub count: Option<i64>,
    /// Of what.
    pub period: Option<Period>,
}

/// A unit of age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Period {
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
}

impl Freshness {
    /// Ages that are not checked, which is what dbt writes where none are given.
    pub fn unchecked() -> Freshness {
        Freshness {
            warn_after: Some(Age::default()),
            error_after: Some(Age::default()),
            filter: None,
        }
    }

    /// Whether any age is checked.
    pub fn is_checked(&self) -> bool {
        [self.warn_after, self.error_after]
            .into_iter()
            .flatten()
            .any(|age| age.seconds().is_some())
    }
}

impl Age {
    /// The span in seconds, where it is one.
    pub fn seconds(&self) -> Option<i64> {
        let unit = match self.period? {
            Period::Minute => 60,
            Period::Hour => 3600,
            Period::Day => 86400,
        };
        self.count?.checked_mul(unit)
    }
}

/// Reads `freshness:`, over that of the source; null switches it off.
///
/// **Errors**: HCW0111 for what is no span of time.
pub(crate) fn merge(
    outer: Option<Freshness>,
    written: Option<&Json>,
    what: &str,
    location: &Location,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Freshness> {
    let Some(written) = written else {
        return outer;
    };
    let Json::Object(entries) = written else {
        if !written.is_null() {
            diagnostics.push(
                Diagnostic::error(
                    Code::YamlType,
                    format!("`freshness` of {what} must be a mapping"),
                )
                .at(location.clone())
                .help("for example `freshness: {warn_after: {count: 12, period: hour}}`"),
            );
        }
        return None;
    };
    let mut freshness = outer.unwrap_or_else(Freshness::unchecked);
    for (key, value) in entries {
        match key.as_str() {
            "warn_after" => freshness.warn_after = age(value, key, what, location, diagnostics),
            "error_after" => freshness.error_after = age(value, key, what, location, diagnostics),
            "filter" => freshness.filter = value.as_str().map(str::to_owned),
            other => diagnostics.push(
                Diagnostic::warning(
                    Code::YamlUnknownKey,
                    format!("unknown key `{other}` in `freshness` of {what}"),
                )
                .at(location.clone())
                .did_you_mean(other, ["warn_after", "error_after", "filter"]),
            ),
        }
    }
    Some(freshness)
}

fn age(
    value: &Json,
    key: &str,
    what: &str,
    location: &Location,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Age> {
    if value.is_null() {
        return None;
    }
    let count = value.get("count").and_then(Json::as_i64);
    let period = match value.get("period").and_then(Json::as_str) {
        Some("minute") => Some(Period::Minute),
        Some("hour") => Some(Period::Hour),
        Some("day") => Some(Period::Day),
        _ => None,
    };
    let is_empty = value.as_object().is_some_and(Map::is_empty);
    if !is_empty && (count.is_none() || period.is_none()) {
        diagnostics.push(
            Diagnostic::error(
                Code::ConfigInvalid,
                format!("`{key}` of {what} needs a `count` and a `period`"),
            )
            .at(location.clone())
            .help("`{count: 12, period: hour}`; the period is minute, hour or day"),
        );
    }
    Some(Age { count, period })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use serde_json::json;

    fn merged(outer: Option<Freshness>, written: &Json) -> (Option<Freshness>, usize) {
        let location = SourceFile::new("a.yml", "").at(0..0);
        let mut diagnostics = Vec::new();
        let freshness = merge(outer, Some(written), "it", &location, &mut diagnostics);
        (freshness, diagnostics.len())
    }

    #[test]
    fn a_table_overrides_its_source_part_by_part() {
        let (outer, _) = merged(
            None,
            &json!({"warn_after": {"count": 2, "period": "hour"}, "filter": "x"}),
        );
        let (inner, problems) = merged(
            outer.clone(),
            &json!({"error_after": {"count": 1, "period": "day"}}),
        );
        assert_eq!(problems, 0);
        let inner = inner.expect("checked");
        assert_eq!(inner.warn_after.and_then(|age| age.seconds()), Some(7200));
        assert_eq!(inner.error_after.and_then(|age| age.seconds()), Some(86400));
        assert_eq!(inner.filter.as_deref(), Some("x"));
        assert_eq!(merged(outer, &Json::Null), (None, 0));
    }

    #[test]
    fn half_a_span_is_an_error() {
        assert_eq!(merged(None, &json!({"warn_after": {"count": 2}})).1, 1);
        assert_eq!(merged(None, &json!({"warn_after": {}})).1, 0);
        assert_eq!(merged(None, &json!([])).1, 1);
    }
}
