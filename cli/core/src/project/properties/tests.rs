//! Generic tests as sidecars apply them.

use serde_json::Value as Json;

use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::YamlRenderer;
use crate::project::config::{self, ConfigMap};
use crate::project::version::Version;
use crate::source::{Location, SourceFile};
use crate::yaml::{MapReader, Node, Value};

/// The application of a generic test, before it is bound to its model.
#[derive(Debug, Clone)]
pub(crate) struct TestDeclaration {
    /// `unique`, or `package.test`.
    pub(crate) test_name: String,
    pub(crate) column_name: Option<String>,
    /// A name of its own, from `name:`.
    pub(crate) custom_name: Option<String>,
    pub(crate) description: String,
    pub(crate) arguments: Vec<(String, Node)>,
    pub(crate) config: ConfigMap,
    /// Tags of the column and the source that it is applied to.
    pub(crate) inherited_tags: Vec<String>,
    /// The column that it stands at.
    pub(crate) of_column: Option<String>,
    /// The version of the model that it is applied to.
    pub(crate) version: Option<Version>,
    /// `models.orders`: where it stands.
    pub(crate) file_key: String,
    /// Whether what it is applied to is enabled.
    pub(crate) enabled_by_model: bool,
    pub(crate) location: Location,
}

/// Configurations that may stand beside a test's arguments, outside `config:`.
const CONFIG_KEYS: [&str; 13] = [
    "enabled",
    "severity",
    "tags",
    "warn_if",
    "error_if",
    "where",
    "limit",
    "fail_calc",
    "store_failures",
    "store_failures_as",
    "meta",
    "database",
    "schema",
];

/// The nodes of `data_tests:`, or of `tests:`, its older name.
pub(super) fn list<'node>(reader: &mut MapReader<'node, '_>) -> Vec<&'node Node> {
    let named = reader.list("data_tests");
    let older = reader.node("tests");
    let older_tests = reader.list("tests");
    if let (Some(node), false, false) = (older, named.is_empty(), older_tests.is_empty()) {
        let location = reader.file().at(node.range.clone());
        reader.diagnostics().push(
            Diagnostic::error(
                Code::ConfigInvalid,
                "`tests` and `data_tests` cannot both be given",
            )
            .at(location)
            .help("move all of them below `data_tests`"),
        );
    }
    named.iter().chain(older_tests).collect()
}

/// Reads one entry of a `data_tests:` list: a name, or a mapping of one name to its arguments.
pub(super) fn parse(
    file: &SourceFile,
    of: &str,
    node: &Node,
    column_name: Option<&str>,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<TestDeclaration> {
    let location = file.at(node.range.clone());
    let mut declaration = TestDeclaration {
        test_name: String::new(),
        column_name: column_name.map(str::to_owned),
        custom_name: None,
        description: String::new(),
        arguments: Vec::new(),
        config: ConfigMap::new(),
        inherited_tags: Vec::new(),
        of_column: None,
        version: None,
        file_key: String::new(),
        enabled_by_model: true,
        location: location.clone(),
    };
    let body = match &node.value {
        Value::String(name) => {
            declaration.test_name.clone_from(name);
            return Some(declaration);
        }
        // dbt's other spelling: the test's name under `test_name`, its arguments beside it
        Value::Mapping(entries) if entries.iter().any(|(key, _)| key.name == "test_name") => {
            declaration.test_name = node.get("test_name").and_then(Node::scalar_text)?;
            node
        }
        Value::Mapping(entries) => {
            let [(key, body)] = entries.as_slice() else {
                diagnostics.push(
                    Diagnostic::error(
                        Code::YamlType,
                        format!("a test of {of} must have exactly one name"),
                    )
                    .at(location)
                    .help("indent the test's arguments below its name"),
                );
                return None;
            };
            declaration.test_name.clone_from(&key.name);
            declaration.location = file.at(key.range.clone());
            body
        }
        _ => {
            diagnostics.push(
                Diagnostic::error(
                    Code::YamlType,
                    format!(
                        "a test of {of} must be a name or a mapping, not {}",
                        node.kind()
                    ),
                )
                .at(location),
            );
            return None;
        }
    };
    // an argument that stands where only properties of the test should
    let mut beside = None;
    for (key, value) in body.as_mapping().unwrap_or_default() {
        match key.name.as_str() {
            "test_name" => {}
            name if name == declaration.test_name => {}
            "name" => declaration.custom_name = value.scalar_text(),
            "description" => declaration.description = value.scalar_text().unwrap_or_default(),
            "config" => {
                super::check_names(value, file, diagnostics);
                for (key, value) in value.as_mapping().unwrap_or_default() {
                    configure(
                        &mut declaration.config,
                        &key.name,
                        setting(file, value, renderer, diagnostics),
                    );
                }
            }
            "arguments" => {
                for (argument, value) in value.as_mapping().unwrap_or_default() {
                    declaration
                        .arguments
                        .push((argument.name.clone(), value.clone()));
                }
            }
            "column_name" => declaration.column_name = value.scalar_text(),
            name if CONFIG_KEYS.contains(&name) => {
                diagnostics.push(
                    Diagnostic::warning(
                        Code::Deprecated,
                        format!(
                            "`{name}` of the test `{}` belongs under its `config`",
                            declaration.test_name
                        ),
                    )
                    .named("PropertyMovedToConfigDeprecation")
                    .at(file.at(key.range.clone())),
                );
                configure(
                    &mut declaration.config,
                    name,
                    setting(file, value, renderer, diagnostics),
                );
            }
            _ => {
                beside.get_or_insert(key);
                declaration
                    .arguments
                    .push((key.name.clone(), value.clone()));
            }
        }
    }
    if let Some(key) = beside {
        diagnostics.push(
            Diagnostic::warning(
                Code::Deprecated,
                format!(
                    "`{}` of the test `{}` belongs under its `arguments`",
                    key.name, declaration.test_name
                ),
            )
            .named("MissingArgumentsPropertyInGenericTestDeprecation")
            .at(file.at(key.range.clone())),
        );
    }
    Some(declaration)
}

/// A configuration of a test: as in dbt, a text is rendered, but none within a list or mapping.
fn setting(
    file: &SourceFile,
    node: &Node,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Json {
    match &node.value {
        Value::String(_) => renderer.render(file, node, diagnostics),
        _ => node.to_json(),
    }
}

/// Sets a configuration of a test; as in dbt, null says nothing and leaves what the project says.
fn configure(config: &mut ConfigMap, name: &str, value: Json) {
    if !value.is_null() {
        config::merge(config, &ConfigMap::from_iter([(name.to_owned(), value)]));
    }
}
