//! Checksums as dbt computes them.

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::project::{Column, Constraint};
use crate::project::{Fixture, FixtureFormat, FixtureRows, UnitTest, Version};
use crate::project::{Node, NodeKind};
use crate::python::{quoted, shown};

/// Larger seeds are known by their path instead of their contents.
const LARGEST_SEED: usize = 1024 * 1024;

/// SHA-256 in hexadecimal.
pub(super) fn sha256(text: &str) -> String {
    base16ct::lower::encode_string(&Sha256::digest(text))
}

/// A text with every run of blanks as one space: formatting does not change what dbt hashes.
fn compact(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The checksum of a node's file.
pub(super) fn of_node(node: &Node) -> Json {
    match node.kind {
        NodeKind::GenericTest(_) => json!({"name": "none", "checksum": ""}),
        NodeKind::Seed => match of_rows(&node.file.text, &node.file.whole_text()) {
            Some(checksum) => checksum,
            None => json!({"name": "path", "checksum": node.file.path_in_package()}),
        },
        _ => of_text(&node.file.whole_text()),
    }
}

/// The checksum of a seed's text, of which `whole` is all that stands in the file; none of one that is known by its path.
pub(super) fn of_rows(text: &str, whole: &str) -> Option<Json> {
    let is_small = text.len() <= LARGEST_SEED;
    is_small.then(|| json!({"name": "sha256", "checksum": sha256(whole.trim())}))
}

/// The checksum of a file that is no seed.
pub(super) fn of_text(text: &str) -> Json {
    json!({"name": "sha256", "checksum": sha256(&compact(text))})
}

/// The checksum of an enforced contract: names, types and constraints of columns, then those of the table.
pub(super) fn of_contract(node: &Node, materialized: &str) -> String {
    let mut columns: Vec<&Column> = node.columns.iter().collect();
    columns.sort_by(|left, right| left.name.cmp(&right.name));
    let mut state = String::new();
    for column in columns {
        state.push('|');
        state.push_str(&column.name);
        state.push_str(column.data_type.as_deref().unwrap_or("None"));
        state.push_str(&constraints(&column.constraints, false));
    }
    if matches!(materialized, "table" | "incremental") {
        state.push_str(materialized);
        state.push_str(&constraints(&node.constraints, true));
    }
    sha256(&state)
}

/// The checksum of a unit test: everything but its description, as Python prints dbt's objects.
pub(crate) fn of_unit_test(test: &UnitTest) -> String {
    let versions = test.versions.as_ref().map_or_else(
        || "None".to_owned(),
        |choice| {
            let list = |list: &Option<Vec<Version>>| shown(&json!(list));
            format!(
                "UnitTestNodeVersions(include={}, exclude={})",
                list(&choice.include),
                list(&choice.exclude)
            )
        },
    );
    let given: Vec<String> = test
        .given
        .iter()
        .map(|input| {
            let inner = fixture(&input.fixture);
            format!(
                "UnitTestInputFixture(input={}, {inner})",
                quoted(&input.text)
            )
        })
        .collect();
    let overrides = test.overrides.as_ref().map_or_else(
        || "None".to_owned(),
        |overrides| {
            format!(
                "UnitTestOverrides(macros={}, vars={}, env_vars={})",
                shown(&json!(overrides.macros)),
                shown(&json!(overrides.vars)),
                shown(&json!(overrides.environment))
            )
        },
    );
    let mut state = format!(
        "{}-{versions}-[{}]-UnitTestOutputFixture({})-{overrides}",
        test.model,
        given.join(", "),
        fixture(&test.expect)
    );
    for input in test
        .given
        .iter()
        .filter(|input| input.fixture.file.is_some())
    {
        state.push('-');
        match &input.fixture.rows {
            FixtureRows::Table(rows) => state.push_str(&shown(&json!(rows))),
            FixtureRows::Query(query) => state.push_str(query),
        }
    }
    sha256(&state)
}

fn fixture(fixture: &Fixture) -> String {
    let rows = match &fixture.rows {
        FixtureRows::Table(rows) => shown(&json!(rows)),
        FixtureRows::Query(query) => quoted(query),
    };
    let format = match fixture.format {
        FixtureFormat::Dict => "<UnitTestFormat.Dict: 'dict'>",
        FixtureFormat::Csv => "<UnitTestFormat.CSV: 'csv'>",
        FixtureFormat::Sql => "<UnitTestFormat.SQL: 'sql'>",
    };
    format!(
        "rows={rows}, format={format}, fixture={}",
        optional(fixture.file.as_deref())
    )
}

/// Constraints as Python prints dbt's objects.
fn constraints(constraints: &[Constraint], of_model: bool) -> String {
    let printed: Vec<String> = constraints
        .iter()
        .map(|constraint| {
            let word = constraint.kind.as_str();
            let class = if of_model { "Model" } else { "Column" };
            let columns = if of_model {
                format!(", columns={}", texts(&constraint.columns))
            } else {
                String::new()
            };
            format!(
                "{class}LevelConstraint(type=<ConstraintType.{word}: '{word}'>, name={}, expression={}, warn_unenforced={}, warn_unsupported={}, to={}, to_columns={}{columns})",
                optional(constraint.name.as_deref()),
                optional(constraint.expression.as_deref()),
                flag(constraint.warn_unenforced),
                flag(constraint.warn_unsupported),
                optional(constraint.to.as_deref()),
                texts(&constraint.to_columns),
            )
        })
        .collect();
    format!("[{}]", printed.join(", "))
}

fn optional(text: Option<&str>) -> String {
    text.map_or_else(|| "None".to_owned(), quoted)
}

fn flag(flag: bool) -> &'static str {
    if flag { "True" } else { "False" }
}

fn texts(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", quoted.join(", "))
}
