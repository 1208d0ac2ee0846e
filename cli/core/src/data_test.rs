//! Data tests: a query of failing rows becomes one row of failures, should_warn and should_error. The statements
//! come from the materialization `test`, built-in or the project's; what the row means is decided here.

mod frame;

use std::sync::Arc;

use serde_json::json;

pub(crate) use frame::Frames;

use frame::{Frame, ROWS};

use crate::analyse::{Analysed, Compiled};
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::{Access, Table, Value, is_pending, shown};
use crate::materialize::{self, Built, Operation, Statement};
use crate::message::Message;
use crate::name::RelationName;
use crate::project::Node;
use crate::project::config::{self, ConfigMap};
use crate::settings::Settings;
use crate::state::WarehouseState;
use crate::warehouse::Warehouse;

/// A planned data test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataTest {
    /// What is done before the query: it stores the failing rows, if that is asked for.
    pub store: Vec<Operation>,
    /// Yields one row: failures (bigint), should_warn, should_error (boolean).
    pub query: Statement,
    /// What a hit of the error threshold means.
    pub severity: TestSeverity,
    /// The comparison that warns, and that which fails.
    pub thresholds: (String, String),
    /// Where the failing rows are kept.
    pub stored_in: Option<RelationName>,
    /// What its templates said.
    pub messages: Vec<Message>,
    /// Ids of the macros that its materialization called.
    pub macros: Arc<[String]>,
}

impl DataTest {
    /// Its statements in order, the query last.
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        let before = self.store.iter().filter_map(Operation::statement);
        before.chain([&self.query])
    }
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
    thresholds: (String, String),
    /// Whether the failing rows are kept.
    stores: bool,
    /// The whole configuration.
    config: ConfigMap,
}

impl TestSettings {
    /// The test, still without a statement; `relation` is where its failing rows are kept.
    fn into_test(self, relation: Option<&RelationName>) -> DataTest {
        DataTest {
            store: Vec::new(),
            query: Statement::plain(""),
            severity: self.severity,
            thresholds: self.thresholds,
            stored_in: relation.filter(|_| self.stores).cloned(),
            messages: Vec::new(),
            macros: Arc::default(),
        }
    }
}

/// Reads a test's settings.
///
/// **Errors**: HCW0111 for a severity or threshold that cannot be used.
pub(crate) fn check(node: &Node, settings: &Settings) -> Result<(), Diagnostic> {
    read(node, settings).map(|_| ())
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
    let thresholds = (threshold("warn_if")?, threshold("error_if")?);
    let limit = config.get("limit").filter(|limit| !limit.is_null());
    if limit.is_some_and(|limit| limit.as_u64().is_none()) {
        return Err(Diagnostic::error(
            Code::ConfigInvalid,
            format!("`limit` of `{}` must be a number", node.name),
        )
        .at(location()));
    }
    let mut config = config.clone();
    complete(&mut config);
    let stores = config::flag(&config, "store_failures");
    Ok(TestSettings {
        severity,
        thresholds,
        stores: stores.unwrap_or(settings.store_failures),
        config,
    })
}

fn placed(node: &Node, problem: Diagnostic) -> Diagnostic {
    let location = node.patched_at.clone();
    problem.at(location.unwrap_or_else(|| node.file.at(0..0)))
}

/// The configuration of a test with what dbt puts in where nothing is said.
pub(crate) fn complete(config: &mut ConfigMap) {
    let usual = [
        ("severity", json!("ERROR")),
        ("fail_calc", json!("count(*)")),
        ("warn_if", json!("!= 0")),
        ("error_if", json!("!= 0")),
    ];
    for (key, value) in usual {
        config.entry(key).or_insert(value);
    }
    let stores = config::flag(config, "store_failures");
    let (stores, form) = match (config::text(config, "store_failures_as"), stores) {
        (Some(form), _) => (form != "ephemeral", form.to_owned()),
        (None, Some(true)) => (true, "table".to_owned()),
        (None, Some(false)) => (false, "ephemeral".to_owned()),
        (None, None) => return,
    };
    config.insert("store_failures".to_owned(), json!(stores));
    config.insert("store_failures_as".to_owned(), json!(form));
}

/// Plans a test by the statements of its materialization; `None` when that asks the warehouse.
///
/// # Errors
/// HCW0111 for a severity or threshold that cannot be used, codes of templates (03xx).
pub(crate) fn plan(
    analysed: &Analysed,
    node: &Node,
    compiled: &Compiled,
    state: &Arc<WarehouseState>,
    frames: &Frames,
) -> Result<Option<DataTest>, Diagnostic> {
    let settings = read(node, analysed.resolved.project().settings())?;
    let materialized = config::text(&settings.config, "materialized");
    if !settings.stores && materialized.is_none_or(|name| name == "test") {
        let framed = frames.get(&settings.config, || {
            let rows = Compiled {
                sql: ROWS.to_owned(),
                ..compiled.clone()
            };
            let test = recorded(analysed, node, &rows, state).ok()??;
            let frame = Frame::of(&test.query.sql, test.macros);
            frame.filter(|_| test.store.is_empty())
        });
        if let Some(frame) = framed {
            return Ok(Some(DataTest {
                query: frame.around(&compiled.sql),
                macros: frame.macros(),
                ..settings.into_test(None)
            }));
        }
    }
    recorded(analysed, node, compiled, state)
}

/// The same by running the materialization.
fn recorded(
    analysed: &Analysed,
    node: &Node,
    compiled: &Compiled,
    state: &Arc<WarehouseState>,
) -> Result<Option<DataTest>, Diagnostic> {
    let relation = analysed.resolved.place(&node.id);
    let access = Access::questioning(state, relation.cloned());
    let (mut test, built) = build(analysed, node, compiled, &access)?;
    let mut operations = built.operations;
    if operations.last() == Some(&Operation::Commit) {
        operations.pop();
    }
    let is_asked = built.answer.is_some_and(|answer| is_pending(&answer));
    let main = built.main.as_deref().map(str::trim);
    match operations.pop() {
        // the question is the last that it does, and is answered in one statement
        Some(Operation::Run(query)) if is_asked && !access.gave_up() => {
            if main.is_some_and(|main| main.starts_with(query.sql.as_str())) {
                test.stored_in = test.stored_in.filter(|_| !operations.is_empty());
                test.store = operations;
                test.query = query;
                return Ok(Some(test));
            }
            Ok(None)
        }
        _ => Ok(None),
    }
}

/// Runs a test's materialization on the warehouse.
///
/// # Errors
/// As [`plan`], what the server refuses, and HCW0302 for an answer that is none.
pub(crate) fn run(
    analysed: &Analysed,
    node: &Node,
    compiled: &Compiled,
    warehouse: &Arc<dyn Warehouse>,
) -> Result<(DataTest, Finding), Diagnostic> {
    let (mut test, built) = build(analysed, node, compiled, &Access::live(warehouse))?;
    test.query = Statement::plain(built.main.unwrap_or_default());
    let table = built.answer.as_ref();
    let table = table.and_then(Value::downcast_object_ref::<Table>);
    let (names, rows) = match table {
        Some(table) => (table.names.clone(), table.values()),
        None => Default::default(),
    };
    let text = |value: &Value| (!value.is_none()).then(|| shown(value));
    let rows: Vec<Vec<Option<String>>> = rows
        .iter()
        .map(|row| row.iter().map(text).collect())
        .collect();
    let finding = finding(&test, &names, &rows).map_err(|problem| placed(node, *problem))?;
    Ok((test, finding))
}

/// Runs the materialization.
fn build(
    analysed: &Analysed,
    node: &Node,
    compiled: &Compiled,
    access: &Access,
) -> Result<(DataTest, Built), Diagnostic> {
    let settings = read(node, analysed.resolved.project().settings())?;
    let relation = analysed.resolved.place(&node.id);
    let mut built = materialize::build(analysed, node, compiled, access.clone(), None)?;
    let mut test = settings.into_test(relation);
    test.messages = std::mem::take(&mut built.messages);
    test.macros = std::mem::take(&mut built.macros).into();
    Ok((test, built))
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
    /// Failing rows, by the test's own calculation: any whole number.
    pub failures: i64,
    /// What they mean.
    pub verdict: Verdict,
}

/// What the answer to a test's query means: one row, columns by name.
///
/// # Errors
/// HCW0302 for another number of rows or columns, HCW0111 for failures that are no whole number.
pub fn finding(
    test: &DataTest,
    names: &[String],
    rows: &[Vec<Option<String>>],
) -> Result<Finding, Box<Diagnostic>> {
    let wrong = |what: String| {
        let expected = ["failures", "should_warn", "should_error"].join(", ");
        Box::new(
            Diagnostic::error(
                Code::TemplateError,
                format!("the query of a test must return one row of {expected}, and returned {what}"),
            )
            .help("look at the project's overrides of `get_test_sql` and of the materialization `test`"),
        )
    };
    let [row] = rows else {
        return Err(wrong(format!("{} rows", rows.len())));
    };
    if names.len() != 3 {
        return Err(wrong(format!("{} columns", names.len())));
    }
    let cell = |wanted: &str| {
        let position = names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(wanted));
        match position.and_then(|position| row.get(position)) {
            Some(cell) => Ok(cell.as_deref()),
            None => Err(wrong(format!("no column `{wanted}`"))),
        }
    };
    let flag = |name: &str| {
        let text = cell(name)?.unwrap_or_default();
        Ok::<_, Box<Diagnostic>>(text.starts_with(['t', 'T', '1']))
    };
    Ok(Finding {
        failures: counted(cell("failures")?)?,
        verdict: verdict(test.severity, flag("should_warn")?, flag("should_error")?),
    })
}

/// What `fail_calc` gives, as a number.
///
/// **Errors**: HCW0111 for null and for what is no whole number: a test that cannot be judged has not passed.
fn counted(text: Option<&str>) -> Result<i64, Box<Diagnostic>> {
    let whole = |text: &str| {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let is_whole = fraction.bytes().all(|digit| digit == b'0');
        is_whole.then(|| whole.parse().ok()).flatten()
    };
    text.and_then(whole).ok_or_else(|| {
        let given = text.map_or("null", |_| "something else");
        let message = format!("`fail_calc` of a test must give a whole number, and gave {given}");
        Box::new(
            Diagnostic::error(Code::ConfigInvalid, message).help(
                "for example `count(*)`, or `coalesce(sum(…), 0)` where there may be no rows",
            ),
        )
    })
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
    fn failures_are_whole_numbers() {
        for (text, expected) in [("7", 7), ("-93", -93), ("5.00", 5)] {
            assert_eq!(counted(Some(text)).ok(), Some(expected), "{text}");
        }
        for text in [None, Some("5.5"), Some("NaN"), Some("")] {
            let problem = counted(text).expect_err("cannot be judged");
            assert_eq!(problem.code, Code::ConfigInvalid, "{text:?}");
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
