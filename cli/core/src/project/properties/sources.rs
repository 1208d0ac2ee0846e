//! Source declarations in sidecars.

use serde_json::Value as Json;

use super::{TestDeclaration, columns, config, tests};
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::YamlRenderer;
use crate::project::config::{self as configuration, ConfigMap};
use crate::project::config_name;
use crate::project::resource::{Column, Landing, LandingFormat, LandingMode};
use crate::source::{Location, SourceFile};
use crate::yaml::{MapReader, Node};

/// A source table as declared, before it is named in the database.
#[derive(Debug)]
pub(crate) struct SourceDeclaration {
    pub(crate) file: SourceFile,
    pub(crate) location: Location,
    pub(crate) source_name: String,
    pub(crate) name: String,
    pub(crate) database: Option<String>,
    pub(crate) schema: String,
    pub(crate) identifier: String,
    pub(crate) description: String,
    pub(crate) columns: Vec<Column>,
    /// Configuration of the source, then of the table.
    pub(crate) config: ConfigMap,
    pub(crate) landing: Option<Landing>,
    pub(crate) tests: Vec<TestDeclaration>,
}

/// Keys that dbt reads and that only matter to its other commands.
const FRESHNESS_KEYS: [&str; 7] = [
    "freshness",
    "loaded_at_field",
    "loaded_at_query",
    "loader",
    "quoting",
    "overrides",
    "docs",
];

/// Reads one source with its tables.
pub(super) fn parse(
    file: &SourceFile,
    node: &Node,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<SourceDeclaration> {
    let Some(source_name) = node.get("name").and_then(Node::scalar_text) else {
        diagnostics.push(
            Diagnostic::error(Code::YamlType, "a source has no `name`")
                .at(file.at(node.range.clone())),
        );
        return Vec::new();
    };
    let what = format!("source `{source_name}`");
    let mut reader = MapReader::new(file, what.as_str(), node, diagnostics);
    reader.node("name");
    reader.node("description");
    let source_config = config(&mut reader, file, renderer);
    let database = rendered_text(&mut reader, file, renderer, "database");
    let schema =
        rendered_text(&mut reader, file, renderer, "schema").unwrap_or_else(|| source_name.clone());
    let table_nodes = reader.list("tables");
    for key in FRESHNESS_KEYS {
        reader.node(key);
    }
    reader.finish();
    let mut declarations = Vec::new();
    for table in table_nodes {
        let Some(name) = table.get("name").and_then(Node::scalar_text) else {
            diagnostics.push(
                Diagnostic::error(Code::YamlType, format!("a table of {what} has no `name`"))
                    .at(file.at(table.range.clone())),
            );
            continue;
        };
        let what = format!("source table `{source_name}.{name}`");
        let mut reader = MapReader::new(file, what.as_str(), table, diagnostics);
        let location = reader
            .located_text("name")
            .map_or_else(|| file.at(table.range.clone()), |(_, location)| location);
        let description = reader.text("description").unwrap_or_default();
        let mut merged = source_config.clone();
        configuration::merge(&mut merged, &config(&mut reader, file, renderer));
        let identifier = rendered_text(&mut reader, file, renderer, "identifier")
            .unwrap_or_else(|| name.clone());
        let column_nodes = reader.list("columns");
        let test_nodes = [reader.list("data_tests"), reader.list("tests")].concat();
        reader.node("external");
        for key in FRESHNESS_KEYS {
            reader.node(key);
        }
        reader.finish();
        let mut table_tests: Vec<TestDeclaration> = test_nodes
            .iter()
            .filter_map(|node| tests::parse(file, &what, node, None, renderer, diagnostics))
            .collect();
        let mut table_columns = Vec::new();
        for column in column_nodes {
            if let Some((column, tests)) =
                columns::parse(file, &what, column, renderer, diagnostics)
            {
                table_columns.push(column);
                table_tests.extend(tests);
            }
        }
        let landing = landing(&merged, &what, file, table, &location, diagnostics);
        declarations.push(SourceDeclaration {
            file: file.clone(),
            location,
            source_name: source_name.clone(),
            name,
            database: database.clone(),
            schema: schema.clone(),
            identifier,
            description,
            columns: table_columns,
            config: merged,
            landing,
            tests: table_tests,
        });
    }
    declarations
}

fn rendered_text(
    reader: &mut MapReader<'_, '_>,
    file: &SourceFile,
    renderer: &YamlRenderer<'_>,
    key: &'static str,
) -> Option<String> {
    let node = reader.node(key)?;
    match renderer.render(file, node, reader.diagnostics()) {
        Json::String(text) => Some(text),
        Json::Null => None,
        other => Some(other.to_string()),
    }
}

/// Reads `meta.hcw` of a source table: where its files are and how they are landed.
fn landing(
    config: &ConfigMap,
    what: &str,
    file: &SourceFile,
    table: &Node,
    table_location: &Location,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Landing> {
    for (key, _) in written_settings(table)
        .and_then(Node::as_mapping)
        .unwrap_or_default()
    {
        if let Some(meant) = config_name::misspelt_landing(&key.name) {
            diagnostics.push(
                config_name::unknown(&key.name, meant, &format!("of {what}"))
                    .at(file.at(key.range.clone())),
            );
        }
    }
    let location = configuration::hcw_meta(config, "location")?
        .as_str()?
        .to_owned();
    let declared_at = written_location(table).map_or_else(
        || table_location.clone(),
        |node| file.at(node.range.clone()),
    );
    let mut invalid = |message: String, help: &str| {
        diagnostics.push(
            Diagnostic::error(Code::ConfigInvalid, message)
                .at(declared_at.clone())
                .help(help),
        );
    };
    let mode = match configuration::hcw_meta(config, "mode").and_then(Json::as_str) {
        None | Some("append") => LandingMode::Append,
        Some("replace") => LandingMode::Replace,
        Some(other) => {
            invalid(
                format!("unknown landing mode `{other}` of {what}"),
                "`append` keeps every file ever landed; `replace` holds exactly the files that match now",
            );
            LandingMode::Append
        }
    };
    let format = match configuration::hcw_meta(config, "format").and_then(Json::as_str) {
        None => None,
        Some("csv") => Some(LandingFormat::Csv),
        Some("ndjson") => Some(LandingFormat::Ndjson),
        Some(other) => {
            invalid(
                format!("unknown landing format `{other}` of {what}"),
                "one of csv, ndjson",
            );
            None
        }
    };
    let delimiter = match configuration::hcw_meta(config, "delimiter").and_then(Json::as_str) {
        None => None,
        Some(text) if text.len() == 1 && text.is_ascii() => Some(text.as_bytes()[0]),
        Some(_) => {
            invalid(
                format!("the delimiter of {what} must be one ASCII character"),
                "for example `delimiter: ';'`",
            );
            None
        }
    };
    Some(Landing {
        location,
        declared_at: declared_at.clone(),
        mode,
        format,
        delimiter,
    })
}

/// The node of `location` in either spelling of a table's meta.
fn written_location(table: &Node) -> Option<&Node> {
    written_settings(table)?.get("location")
}

/// The node of `meta.hcw` in either spelling.
fn written_settings(table: &Node) -> Option<&Node> {
    let meta = table
        .get("meta")
        .or_else(|| table.get("config").and_then(|config| config.get("meta")))?;
    meta.get("hcw")
}
