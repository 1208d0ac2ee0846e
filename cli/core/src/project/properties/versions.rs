//! Versions of a model in sidecars.

use super::described::description;
use super::{TestDeclaration, columns, tests};
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::YamlRenderer;
use crate::project::config::ConfigMap;
use crate::project::resource::{Column, Constraint, Description};
use crate::project::version::Version;
use crate::source::{Location, SourceFile};
use crate::yaml::{MapReader, Node, Value};

/// One entry of `versions:`.
#[derive(Debug, Clone)]
pub(crate) struct VersionDeclaration {
    pub(crate) version: Version,
    pub(crate) location: Location,
    pub(crate) defined_in: Option<String>,
    pub(crate) description: Description,
    pub(crate) config: ConfigMap,
    pub(crate) unrendered: ConfigMap,
    /// Which of the model's columns the version has.
    pub(crate) choice: ColumnChoice,
    /// Columns of its own, each with its tests.
    pub(crate) columns: Vec<Column>,
    pub(crate) column_tests: Vec<TestDeclaration>,
    pub(crate) constraints: Vec<Constraint>,
    /// Tests of the whole version; `None` is those of the model.
    pub(crate) tests: Option<Vec<TestDeclaration>>,
    pub(crate) deprecation_date: Option<String>,
}

/// Which of the model's columns a version has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ColumnChoice {
    /// `None` is all of them.
    include: Option<Vec<String>>,
    exclude: Vec<String>,
}

impl ColumnChoice {
    pub(crate) fn has(&self, column: &str) -> bool {
        self.include
            .as_ref()
            .is_none_or(|included| included.iter().any(|name| name == column))
            && !self.exclude.iter().any(|name| name == column)
    }
}

/// Reads one version.
pub(super) fn parse(
    file: &SourceFile,
    of: &str,
    node: &Node,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<VersionDeclaration> {
    let what = match node.get("v").and_then(Version::from_node) {
        Some(version) => format!("version {version} of {of}"),
        None => format!("a version of {of}"),
    };
    let mut reader = MapReader::new(file, what.as_str(), node, diagnostics);
    let version_node = reader.node("v");
    let defined_in = reader.text("defined_in");
    let description = description(&mut reader, file, renderer);
    let mut config = super::config_only(&mut reader, file, renderer);
    let mut unrendered = super::unrendered(node);
    for key in ["docs", "access"] {
        if let Some(value) = super::described::rendered(&mut reader, file, renderer, key) {
            unrendered.entry(key).or_insert_with(|| value.clone());
            config.entry(key).or_insert(value);
        }
    }
    let column_nodes = reader.list("columns");
    let constraint_nodes = reader.list("constraints");
    let has_tests = node.get("data_tests").is_some() || node.get("tests").is_some();
    let test_nodes = tests::list(&mut reader);
    let deprecation_date = deprecation_date(&mut reader, &what);
    reader.finish();
    let Some((version, location)) = version_node
        .and_then(|node| Some((Version::from_node(node)?, file.at(node.range.clone()))))
    else {
        diagnostics.push(
            Diagnostic::error(Code::YamlType, format!("{what} has no `v`"))
                .at(file.at(node.range.clone()))
                .help("write `- v: 1`"),
        );
        return None;
    };
    let (choices, own): (Vec<&Node>, Vec<&Node>) = column_nodes
        .iter()
        .partition(|node| node.get("include").is_some() || node.get("exclude").is_some());
    if choices.len() > 1 {
        diagnostics.push(
            Diagnostic::error(
                Code::ConfigInvalid,
                format!("{what} has more than one `include` or `exclude`"),
            )
            .at(file.at(choices[1].range.clone()))
            .help("join them into one entry of `columns`"),
        );
    }
    let choice = choice(choices.first().copied());
    let own: Vec<Node> = own.into_iter().cloned().collect();
    let (columns, column_tests) = columns::list(file, &what, &own, renderer, diagnostics);
    let constraints = columns::constraints(file, &what, constraint_nodes, diagnostics);
    let tests = test_nodes
        .iter()
        .filter_map(|node| tests::parse(file, &what, node, None, renderer, diagnostics))
        .collect();
    Some(VersionDeclaration {
        version,
        location,
        defined_in,
        description,
        config,
        unrendered,
        choice,
        columns,
        column_tests,
        constraints,
        tests: has_tests.then_some(tests),
        deprecation_date,
    })
}

fn choice(node: Option<&Node>) -> ColumnChoice {
    let names = |key: &str| -> Option<Vec<String>> {
        match &node?.get(key)?.value {
            Value::Sequence(items) => Some(items.iter().filter_map(Node::scalar_text).collect()),
            Value::String(text) if text != "*" && text != "all" => Some(vec![text.clone()]),
            _ => None,
        }
    };
    ColumnChoice {
        include: names("include"),
        exclude: names("exclude").unwrap_or_default(),
    }
}

/// Reads `deprecation_date`: a day or a time, as a time with its offset.
pub(super) fn deprecation_date(reader: &mut MapReader<'_, '_>, what: &str) -> Option<String> {
    let (text, location) = reader.located_text("deprecation_date")?;
    let time = time_of(&text);
    if time.is_none() {
        reader.diagnostics().push(
            Diagnostic::error(
                Code::ConfigInvalid,
                format!("`deprecation_date` of {what} is no date"),
            )
            .at(location)
            .help("for example `deprecation_date: 2030-01-31`"),
        );
    }
    time
}

/// A time of RFC 3339 from `2030-01-31`, `2030-01-31 10:00` and the like; without offset it is UTC.
fn time_of(text: &str) -> Option<String> {
    let is_date = |part: &str| {
        let parts: Vec<&str> = part.split('-').collect();
        let number = |at: usize| parts.get(at)?.parse::<u32>().ok();
        parts.len() == 3
            && parts[0].len() == 4
            && number(0).is_some()
            && matches!(number(1), Some(1..=12))
            && matches!(number(2), Some(1..=31))
    };
    let (date, rest) = text.split_at_checked(10)?;
    if !is_date(date) {
        return None;
    }
    let rest = rest.trim_start_matches(['T', 't', ' ']);
    let (clock, offset) = match rest.find(['Z', 'z', '+', '-']) {
        Some(at) => rest.split_at(at),
        None => (rest, "+00:00"),
    };
    let offset = match offset {
        "Z" | "z" => "+00:00".to_owned(),
        short if short.len() == 3 => format!("{short}:00"),
        full => full.to_owned(),
    };
    let clock = clock.trim();
    let clock = match clock.len() {
        0 => "00:00:00".to_owned(),
        5 => format!("{clock}:00"),
        _ => clock.to_owned(),
    };
    let is_clock = clock
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b':' || byte == b'.');
    is_clock.then(|| format!("{date}T{clock}{offset}"))
}

#[cfg(test)]
mod tests_of_dates {
    use super::*;

    #[test]
    fn dates_become_times() {
        for (text, time) in [
            ("2031-01-01", Some("2031-01-01T00:00:00+00:00")),
            ("2031-01-01 10:30", Some("2031-01-01T10:30:00+00:00")),
            (
                "2031-01-01T10:30:01+02:00",
                Some("2031-01-01T10:30:01+02:00"),
            ),
            (
                "2031-01-01 10:30:00.5Z",
                Some("2031-01-01T10:30:00.5+00:00"),
            ),
            ("2031-13-01", None),
            ("soon", None),
            ("2031-01-01 noon", None),
        ] {
            assert_eq!(time_of(text).as_deref(), time, "{text}");
        }
    }
}
