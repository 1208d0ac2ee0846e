//! Data tests: a query of failing rows becomes one row of failures, should_warn and should_error.

use crate::analyse::Compiled;
use crate::diagnostic::{Code, Diagnostic};
use crate::materialize::Statement;
use crate::name::RelationName;
use crate::project::Node;
use crate::project::config;
use crate::settings::Settings;
use crate::state::{ExistingRelation, RelationType};
use crate::warehouse::{Refusal, Warehouse};

/// A planned data test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataTest {
    /// Statements that store the failing rows, if asked for: one transaction.
    pub store: Vec<Statement>,
    /// Yields one row: failures (bigint), should_warn, should_error (boolean).
    pub query: Statement,
    /// What a hit of the error threshold means.
    pub severity: TestSeverity,
    /// Where the failing rows are kept.
    pub stored_in: Option<RelationName>,
}

/// A test's severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestSeverity {
    /// Failing rows are an error.
    Error,
    /// Failing rows are a warning at most.
    Warn,
}

/// A test's settings, read from its configuration.
#[derive(Debug)]
struct TestSettings {
    severity: TestSeverity,
    warn_if: String,
    error_if: String,
    fail_calc: String,
    /// A `limit` clause, or nothing.
    limit: String,
    /// `table` or `view`, when the failing rows are kept.
    stored_as: Option<&'static str>,
}

/// Reads a test's settings.
///
/// **Errors**: HCW0111 for a severity or threshold that cannot be used.
pub(crate) fn check(node: &Node, settings: &Settings) -> Result<(), Diagnostic> {
    match read(node, settings) {
        // how failing rows are kept is of no concern before the test runs
        Err(problem) if problem.code != Code::CompilerError => Err(problem),
        _ => Ok(()),
    }
}

fn read(node: &Node, settings: &Settings) -> Result<TestSettings, Diagnostic> {
    let config = &node.config;
    let location = || {
        node.patched_at
            .clone()
            .unwrap_or_else(|| node.file.at(0..0))
    };
    let severity = match config::text(config, "severity")
        .map(str::to_ascii_lowercase)
        .as_deref()
    {
        None | Some("error") => TestSeverity::Error,
        Some("warn") => TestSeverity::Warn,
        Some(other) => {
            return Err(Diagnostic::error(
                Code::ConfigInvalid,
                format!("unknown severity `{other}` of `{}`", node.name),
            )
            .at(location())
            .help("one of error, warn"));
        }
    };
    let threshold = |key: &str| -> Result<String, Diagnostic> {
        let text = config::text(config, key).unwrap_or("!= 0");
        if is_threshold(text) {
            Ok(text.to_owned())
        } else {
            Err(Diagnostic::error(
                Code::ConfigInvalid,
                format!("`{key}` of `{}` is not a comparison", node.name),
            )
            .at(location())
            .help("a comparison of the number of failures: `>10`, `!= 0`, `between 5 and 10`"))
        }
    };
    let warn_if = threshold("warn_if")?;
    let error_if = threshold("error_if")?;
    let fail_calc = config::text(config, "fail_calc").unwrap_or("count(*)");
    let stores = config::flag(config, "store_failures").unwrap_or(settings.store_failures);
    let stored_as = match config::text(config, "store_failures_as") {
        Some("view") => Some("view"),
        Some("table") => Some("table"),
        Some("ephemeral") => None,
        Some(other) => {
            return Err(Diagnostic::error(
                Code::CompilerError,
                format!(
                    "'{other}' is not a valid value for `store_failures_as`. Accepted values are: ['ephemeral', 'table', 'view']"
                ),
            )
            .at(location()));
        }
        None => stores.then_some("table"),
    };
    let limit = match config.get("limit") {
        None | Some(serde_json::Value::Null) => String::new(),
        Some(limit) => match limit.as_u64() {
            Some(limit) => format!("\nlimit {limit}"),
            None => {
                return Err(Diagnostic::error(
                    Code::ConfigInvalid,
                    format!("`limit` of `{}` must be a number", node.name),
                )
                .at(location()));
            }
        },
    };
    Ok(TestSettings {
        severity,
        warn_if,
        error_if,
        fail_calc: fail_calc.to_owned(),
        limit,
        stored_as,
    })
}

/// Plans a test. `existing` is what stands where the failing rows are kept.
///
/// **Errors**: HCW0111 for a severity or threshold that cannot be used.
pub(crate) fn plan(
    node: &Node,
    compiled: &Compiled,
    relation: Option<&RelationName>,
    existing: Option<&ExistingRelation>,
    settings: &Settings,
) -> Result<DataTest, Diagnostic> {
    let TestSettings {
        severity,
        warn_if,
        error_if,
        fail_calc,
        limit,
        stored_as,
    } = read(node, settings)?;
    let select = format!(
        "select\n    {fail_calc} as failures,\n    {fail_calc} {warn_if} as should_warn,\n    {fail_calc} {error_if} as should_error\nfrom (\n"
    );
    let query = compiled.sql.trim_end();
    let after = format!("{limit}\n) as failing_rows");
    match relation.zip(stored_as) {
        None => Ok(DataTest {
            store: Vec::new(),
            query: Statement::around(&select, query, &after),
            severity,
            stored_in: None,
        }),
        Some((relation, kind)) => {
            let present = match existing.map(|existing| existing.relation_type) {
                Some(RelationType::View) => "view",
                _ => "table",
            };
            let table = relation.in_schema();
            let store = vec![
                Statement::plain(format!("drop {present} if exists {table}")),
                Statement::around(
                    &format!("create {kind} {table} as (\n"),
                    query,
                    &format!("{limit}\n)"),
                ),
            ];
            Ok(DataTest {
                store,
                query: Statement::plain(format!(
                    "{select}select * from {table}{}",
                    "\n) as failing_rows"
                )),
                severity,
                stored_in: Some(relation.clone()),
            })
        }
    }
}

/// A comparison operator with a number, or `between … and …`; nothing else goes into the statement.
fn is_threshold(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    let is_number = |part: &str| {
        let part = part.trim();
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-')
    };
    if let Some(range) = text.strip_prefix("between ") {
        return range
            .split_once(" and ")
            .is_some_and(|(low, high)| is_number(low) && is_number(high));
    }
    ["!=", "<>", ">=", "<=", ">", "<", "="]
        .iter()
        .find_map(|operator| text.strip_prefix(operator))
        .is_some_and(is_number)
}

/// What a test's query yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// Failing rows, by the test's own calculation.
    pub failures: u64,
    /// What they mean.
    pub verdict: Verdict,
}

/// Runs a test: stores its failing rows where that is asked for, and counts them.
///
/// # Errors
/// What the server refuses.
pub fn run(test: &DataTest, warehouse: &dyn Warehouse) -> Result<Finding, Box<Refusal>> {
    for statement in &test.store {
        warehouse.run(&statement.sql, false)?;
    }
    let result = warehouse.run(&test.query.sql, true)?;
    let cell = |name: &str| {
        let position = result
            .columns
            .iter()
            .position(|column| column.name == name)?;
        result.rows.first()?.get(position)?.as_deref()
    };
    Ok(finding(test, cell))
}

/// What the row of a test's query means, by the names of its columns.
pub fn finding<'row>(test: &DataTest, cell: impl Fn(&str) -> Option<&'row str>) -> Finding {
    let flag = |name: &str| cell(name).is_some_and(|text| text.starts_with('t'));
    Finding {
        // an aggregate over no rows may be null: nothing failed
        failures: cell("failures")
            .and_then(|text| text.parse().ok())
            .unwrap_or_default(),
        verdict: verdict(test.severity, flag("should_warn"), flag("should_error")),
    }
}

/// What a test found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Within its thresholds.
    Pass,
    /// Over the warning threshold.
    Warn,
    /// Over the error threshold.
    Fail,
}

/// dbt's decision: the error threshold counts only under severity `error`.
pub fn verdict(severity: TestSeverity, should_warn: bool, should_error: bool) -> Verdict {
    match severity {
        TestSeverity::Error if should_error => Verdict::Fail,
        _ if should_warn => Verdict::Warn,
        _ => Verdict::Pass,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_comparisons_are_thresholds() {
        for text in [">10", "!= 0", "between 5 and 10", " <= 3"] {
            assert!(is_threshold(text), "{text}");
        }
        for text in ["", "10", "> (select 1)", "!= 0; drop table x", "between 1"] {
            assert!(!is_threshold(text), "{text}");
        }
    }

    #[test]
    fn severity_warn_never_fails() {
        assert_eq!(verdict(TestSeverity::Warn, true, true), Verdict::Warn);
        assert_eq!(verdict(TestSeverity::Error, true, true), Verdict::Fail);
        assert_eq!(verdict(TestSeverity::Error, true, false), Verdict::Warn);
        assert_eq!(verdict(TestSeverity::Error, false, false), Verdict::Pass);
    }
}
