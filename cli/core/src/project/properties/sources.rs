//! Source declarations in sidecars.

use serde_json::Value as Json;

use super::described::{description, text_list};
use super::{TestDeclaration, columns, config, tests};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::jinja::YamlRenderer;
use crate::project::config::{self as configuration, ConfigMap};
use crate::project::config_name;
use crate::project::freshness::{self, Freshness, Quoting, SourceProperties};
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
    /// The package whose source it changes, instead of being one of its own.
    pub(crate) overrides: Option<String>,
    /// The keys that are written, of the source and of the table.
    pub(crate) given: Vec<String>,
    pub(crate) database: Option<String>,
    pub(crate) schema: String,
    pub(crate) identifier: String,
    pub(crate) description: String,
    pub(crate) columns: Vec<Column>,
    /// Configuration of the source, then of the table.
    pub(crate) config: ConfigMap,
    /// Tags of both, sorted.
    pub(crate) tags: Vec<String>,
    /// Whether it says how old it may be.
    pub(crate) has_freshness: bool,
    pub(crate) properties: SourceProperties,
    pub(crate) landing: Option<Landing>,
    pub(crate) tests: Vec<TestDeclaration>,
}

/// What a source or one of its tables may say.
struct Level {
    config: ConfigMap,
    /// `tags:` beside `config:`: only they come down to tests.
    own_tags: Vec<String>,
    meta: ConfigMap,
    freshness: Vec<Option<Json>>,
    loaded_at_field: Option<String>,
    loaded_at_query: Option<String>,
    quoting: Quoting,
    given: Vec<String>,
}

/// Reads one source with its tables.
pub(super) fn parse(
    file: &SourceFile,
    node: &Node,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<SourceDeclaration> {
    let what = super::named("source", node);
    let mut reader = MapReader::new(file, what.as_str(), node, diagnostics);
    let name = reader.located_text("name");
    let description = description(&mut reader, file, renderer);
    let source = level(&mut reader, file, node, renderer);
    let database = rendered_text(&mut reader, file, renderer, "database");
    let schema = rendered_text(&mut reader, file, renderer, "schema");
    let loader = rendered_text(&mut reader, file, renderer, "loader").unwrap_or_default();
    let overrides = reader.text("overrides");
    let table_nodes = reader.list("tables");
    reader.node("docs");
    reader.finish();
    let Some((source_name, source_location)) =
        super::required_name(name, file, node, &what, diagnostics)
    else {
        return Vec::new();
    };
    check_loading(&source, &what, &source_location, diagnostics);
    let written = |key: &str| node.get(key).and_then(Node::scalar_text);
    let base = SourceProperties {
        source_description: description.text,
        source_meta: source.meta.clone(),
        loader,
        unrendered_database: written("database"),
        unrendered_schema: written("schema"),
        ..SourceProperties::default()
    };
    let mut declarations = Vec::new();
    for table in table_nodes {
        let shown = match table.get("name").and_then(Node::scalar_text) {
            Some(name) => format!("source table `{source_name}.{name}`"),
            None => format!("a table of {what}"),
        };
        let mut reader = MapReader::new(file, shown.as_str(), table, diagnostics);
        let name = reader.located_text("name");
        let description = self::description(&mut reader, file, renderer);
        let inner = level(&mut reader, file, table, renderer);
        let identifier = rendered_text(&mut reader, file, renderer, "identifier");
        let column_nodes = reader.list("columns");
        let test_nodes = tests::list(&mut reader);
        let external = external(&mut reader, file, renderer);
        reader.node("docs");
        reader.node("data_type");
        reader.finish();
        let Some((name, location)) = super::required_name(name, file, table, &shown, diagnostics)
        else {
            continue;
        };
        check_loading(&inner, &shown, &location, diagnostics);
        let mut merged = source.config.clone();
        configuration::merge(&mut merged, &inner.config);
        let mut meta = source.meta.clone();
        meta.extend(inner.meta.clone());
        merged.insert("meta".to_owned(), Json::Object(meta));
        let mut tags: Vec<String> = [&source.config, &inner.config]
            .into_iter()
            .flat_map(|config| configuration::texts(config, "tags"))
            .collect();
        tags.sort_unstable();
        tags.dedup();
        let has_freshness = [&source, &inner]
            .iter()
            .any(|level| level.freshness.iter().any(Option::is_some));
        let mut checked = Some(Freshness::unchecked());
        for written in source.freshness.iter().chain(&inner.freshness).flatten() {
            checked = freshness::merge(checked, Some(written), &shown, &location, diagnostics);
        }
        let (loaded_at_field, loaded_at_query) = loading(&source, &inner);
        let inherited: Vec<String> = source
            .own_tags
            .iter()
            .chain(&inner.own_tags)
            .cloned()
            .collect();
        let mut table_tests: Vec<TestDeclaration> = test_nodes
            .iter()
            .filter_map(|node| tests::parse(file, &shown, node, None, renderer, diagnostics))
            .collect();
        let (columns, column_tests) =
            columns::list(file, &shown, column_nodes, renderer, diagnostics);
        table_tests.extend(column_tests);
        for test in &mut table_tests {
            test.inherited_tags.splice(0..0, inherited.iter().cloned());
        }
        let landing = landing(&merged, &shown, file, table, &location, diagnostics);
        declarations.push(SourceDeclaration {
            file: file.clone(),
            location,
            source_name: source_name.clone(),
            overrides: overrides.clone(),
            given: source.given.iter().chain(&inner.given).cloned().collect(),
            database: database.clone(),
            schema: schema.clone().unwrap_or_else(|| source_name.clone()),
            identifier: identifier.unwrap_or_else(|| name.clone()),
            name,
            description: description.text,
            columns,
            config: merged,
            tags,
            has_freshness,
            properties: SourceProperties {
                quoting: source.quoting.over(inner.quoting),
                loaded_at_field,
                loaded_at_query,
                freshness: checked,
                external,
                doc_blocks: description.doc_blocks,
                ..base.clone()
            },
            landing,
            tests: table_tests,
        });
    }
    declarations
}

fn level(
    reader: &mut MapReader<'_, '_>,
    file: &SourceFile,
    node: &Node,
    renderer: &YamlRenderer<'_>,
) -> Level {
    let own_tags = node
        .get("tags")
        .map(|node| text_list(Some(node.to_json())))
        .unwrap_or_default();
    let mut config = config(reader, file, renderer);
    let meta = match config.get("meta") {
        Some(Json::Object(meta)) => meta.clone(),
        _ => ConfigMap::new(),
    };
    let asks_null = |of: Option<&Node>| {
        of.and_then(|of| of.get("freshness"))
            .is_some_and(Node::is_null)
    };
    let declared = match reader.node("freshness") {
        Some(node) => Some(renderer.render(file, node, reader.diagnostics())),
        None => asks_null(Some(node)).then_some(Json::Null),
    };
    let freshness = vec![declared, config.remove("freshness")];
    let loaded_at_field = rendered_text(reader, file, renderer, "loaded_at_field")
        .or_else(|| configuration::text(&config, "loaded_at_field").map(str::to_owned));
    // a query is a template of its own
    let loaded_at_query = reader
        .text("loaded_at_query")
        .or_else(|| configuration::text(&config, "loaded_at_query").map(str::to_owned));
    let quoting = match reader.node("quoting") {
        Some(node) => Quoting::from_json(&renderer.render(file, node, reader.diagnostics())),
        None => Quoting::default(),
    };
    let given = node
        .as_mapping()
        .unwrap_or_default()
        .iter()
        .map(|(key, _)| key.name.clone())
        .collect();
    Level {
        config,
        own_tags,
        meta,
        freshness,
        loaded_at_field,
        loaded_at_query,
        quoting,
        given,
    }
}

/// A table is loaded as it says itself, else as its source says.
fn loading(source: &Level, table: &Level) -> (Option<String>, Option<String>) {
    let says_field = table.given.iter().any(|key| key == "loaded_at_field");
    let field = if says_field || table.loaded_at_field.is_some() {
        table.loaded_at_field.clone()
    } else {
        source.loaded_at_field.clone()
    };
    let query = match &table.loaded_at_query {
        Some(query) => Some(query.clone()),
        None if says_field => None,
        None => source.loaded_at_query.clone(),
    };
    (field, query)
}

fn check_loading(
    level: &Level,
    what: &str,
    location: &Location,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if level.loaded_at_field.as_deref() == Some("") {
        diagnostics.push(
            Diagnostic::error(
                Code::ConfigInvalid,
                format!("`loaded_at_field` of {what} cannot be an empty string"),
            )
            .at(location.clone()),
        );
    }
    if level.loaded_at_field.is_some() && level.loaded_at_query.is_some() {
        diagnostics.push(
            Diagnostic::error(
                Code::ConfigInvalid,
                format!("{what} has both `loaded_at_field` and `loaded_at_query`"),
            )
            .at(location.clone())
            .help("keep one of the two"),
        );
    }
}

/// `external:`, with the keys that dbt adds.
fn external(
    reader: &mut MapReader<'_, '_>,
    file: &SourceFile,
    renderer: &YamlRenderer<'_>,
) -> Option<serde_json::Map<String, Json>> {
    let node = reader.node("external")?;
    let Json::Object(mut external) = renderer.render(file, node, reader.diagnostics()) else {
        return None;
    };
    for key in [
        "location",
        "file_format",
        "row_format",
        "tbl_properties",
        "partitions",
    ] {
        external.entry(key).or_insert(Json::Null);
    }
    if let Some(Json::Array(partitions)) = external.get_mut("partitions") {
        for partition in partitions {
            let Json::Object(partition) = partition else {
                continue;
            };
            for key in ["name", "description", "data_type"] {
                partition.entry(key).or_insert_with(|| Json::from(""));
            }
            partition
                .entry("meta")
                .or_insert_with(|| Json::Object(ConfigMap::new()));
        }
    }
    Some(external)
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
            // these are ours alone: nobody else puts keys of their own there
            diagnostics.push(Diagnostic {
                severity: Severity::Error,
                ..config_name::unknown(&key.name, meant, &format!("of {what}"))
                    .at(file.at(key.range.clone()))
            });
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
