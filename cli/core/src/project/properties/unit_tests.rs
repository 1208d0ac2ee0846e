//! Unit tests in sidecars.

use serde_json::{Map, Value as Json};

use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::YamlRenderer;
use crate::project::config::ConfigMap;
use crate::project::reference::Reference;
use crate::project::unit_test::{FixtureFormat, InputTarget, Overrides, VersionChoice};
use crate::project::version::Version;
use crate::source::{Location, SourceFile};
use crate::yaml::{MapReader, Node, Value};

/// A unit test as declared; rows in files and seeds have not been read.
#[derive(Debug)]
pub(crate) struct UnitTestDeclaration {
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) model: String,
    pub(crate) model_location: Location,
    pub(crate) description: String,
    pub(crate) given: Vec<GivenDeclaration>,
    pub(crate) expect: FixtureDeclaration,
    pub(crate) overrides: Option<Overrides>,
    pub(crate) config: ConfigMap,
    pub(crate) versions: Option<VersionChoice>,
}

/// An input as declared.
#[derive(Debug)]
pub(crate) struct GivenDeclaration {
    pub(crate) text: String,
    pub(crate) target: InputTarget,
    pub(crate) fixture: FixtureDeclaration,
}

/// Rows as declared.
#[derive(Debug)]
pub(crate) struct FixtureDeclaration {
    pub(crate) format: FixtureFormat,
    pub(crate) rows: Option<Json>,
    pub(crate) file: Option<String>,
    pub(crate) location: Location,
}

/// Reads a unit test.
pub(super) fn parse(
    file: &SourceFile,
    node: &Node,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<UnitTestDeclaration> {
    let what = super::named("unit test", node);
    let mut reader = MapReader::new(file, what.as_str(), node, diagnostics);
    let name = reader.located_text("name");
    let model = reader.located_text("model");
    // as in dbt no template
    let description = reader.text("description").unwrap_or_default();
    let config = super::config_only(&mut reader, file, renderer);
    let given_nodes = reader.list("given");
    let expect_node = reader.node("expect");
    let overrides_node = reader.node("overrides");
    let versions_node = reader.node("versions");
    reader.finish();
    let (name, location) = super::required_name(name, file, node, &what, diagnostics)?;
    let mut missing = |key: &str| {
        diagnostics.push(
            Diagnostic::error(Code::YamlType, format!("{what} has no `{key}`"))
                .at(location.clone()),
        );
    };
    let Some((model, model_location)) = model else {
        missing("model");
        return None;
    };
    let Some(expect_node) = expect_node else {
        missing("expect");
        return None;
    };
    let expect = fixture(file, expect_node, &what, false, renderer, diagnostics);
    let given = given_nodes
        .iter()
        .filter_map(|node| given(file, node, &what, renderer, diagnostics))
        .collect();
    let overrides = overrides_node.map(|node| overrides(file, node, &what, renderer, diagnostics));
    let versions = versions_node.map(|node| versions(file, node, &what, diagnostics));
    Some(UnitTestDeclaration {
        name,
        location,
        model,
        model_location,
        description,
        given,
        expect: expect?,
        overrides,
        config,
        versions,
    })
}

fn given(
    file: &SourceFile,
    node: &Node,
    what: &str,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<GivenDeclaration> {
    let fixture = fixture(file, node, what, true, renderer, diagnostics)?;
    let Some(input) = node.get("input") else {
        diagnostics.push(
            Diagnostic::error(Code::YamlType, format!("an input of {what} has no `input`"))
                .at(file.at(node.range.clone())),
        );
        return None;
    };
    let text = input.scalar_text().unwrap_or_default();
    let target = if text.trim() == "this" {
        InputTarget::This
    } else {
        match Reference::parse(&text) {
            Some(reference) => InputTarget::Reference(reference),
            None => InputTarget::Unknown,
        }
    };
    Some(GivenDeclaration {
        text,
        target,
        fixture,
    })
}

fn fixture(
    file: &SourceFile,
    node: &Node,
    what: &str,
    is_input: bool,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<FixtureDeclaration> {
    let of = if is_input {
        "an input of"
    } else {
        "`expect` of"
    };
    let mut reader = MapReader::new(file, format!("{of} {what}"), node, diagnostics);
    if is_input {
        reader.node("input");
    }
    let format = reader.located_text("format");
    let rows_node = reader.node("rows");
    let name = reader.text("fixture");
    reader.finish();
    let format = match format {
        None => FixtureFormat::Dict,
        Some((text, location)) => match text.to_lowercase().as_str() {
            "dict" => FixtureFormat::Dict,
            "csv" => FixtureFormat::Csv,
            "sql" => FixtureFormat::Sql,
            _ => {
                diagnostics.push(
                    Diagnostic::error(
                        Code::ConfigInvalid,
                        format!("unknown format `{text}` of {what}"),
                    )
                    .at(location)
                    .help("one of dict, csv, sql"),
                );
                return None;
            }
        },
    };
    let rows = rows_node.map(|node| match (&node.value, format) {
        // a query is a template of its own
        (Value::String(text), FixtureFormat::Sql) => Json::String(text.clone()),
        _ => renderer.render(file, node, diagnostics),
    });
    Some(FixtureDeclaration {
        format,
        rows,
        file: name,
        location: file.at(rows_node.map_or(node.range.clone(), |node| node.range.clone())),
    })
}

fn overrides(
    file: &SourceFile,
    node: &Node,
    what: &str,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Overrides {
    let mut reader = MapReader::new(file, format!("`overrides` of {what}"), node, diagnostics);
    let mut map = |key: &'static str| -> Map<String, Json> {
        match reader.node(key) {
            None => Map::new(),
            Some(node) => match renderer.render(file, node, reader.diagnostics()) {
                Json::Object(entries) => entries,
                _ => {
                    let problem = Diagnostic::error(
                        Code::YamlType,
                        format!("`{key}` in `overrides` of {what} must be a mapping"),
                    )
                    .at(file.at(node.range.clone()));
                    reader.diagnostics().push(problem);
                    Map::new()
                }
            },
        }
    };
    let overrides = Overrides {
        macros: map("macros"),
        vars: map("vars"),
        environment: map("env_vars"),
    };
    reader.finish();
    overrides
}

fn versions(
    file: &SourceFile,
    node: &Node,
    what: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> VersionChoice {
    let mut reader = MapReader::new(file, format!("`versions` of {what}"), node, diagnostics);
    let mut list = |key: &'static str| -> Option<Vec<Version>> {
        let node = reader.node(key)?;
        match &node.value {
            Value::Sequence(items) => Some(items.iter().filter_map(Version::from_node).collect()),
            _ => Version::from_node(node).map(|version| vec![version]),
        }
    };
    let choice = VersionChoice {
        include: list("include"),
        exclude: list("exclude"),
    };
    reader.finish();
    if choice.include.is_some() && choice.exclude.is_some() {
        diagnostics.push(
            Diagnostic::error(
                Code::ConfigInvalid,
                format!("{what} both includes and excludes versions"),
            )
            .at(file.at(node.range.clone()))
            .help("keep one of the two"),
        );
    }
    choice
}
