//! Names and ids of generic tests, by dbt's rules, so that selectors and artifacts know them.

use md5::{Digest, Md5};
use serde_json::{Map, Value as Json, json};

use super::config::{self, ConfigMap};
use super::model_properties::NodeProperties;
use super::properties::TestDeclaration;
use super::resource::{Attachment, GenericTest, Node, NodeKind, UniqueId};
use super::version::Version;
use crate::python::quoted as python_text;
use crate::source::SourceFile;
use crate::yaml;

/// A test's two names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TestName {
    /// In ids and on the command line.
    pub(super) full: String,
    /// In the database and in fqn: at most 63 bytes.
    pub(super) short: String,
}

/// `<test>_<model>_<column>__<arguments>`; where that has 64 letters or more, the short name ends in its MD5.
pub(super) fn name(test: &TestDeclaration, attached_to: &Attachment) -> TestName {
    if let Some(name) = &test.custom_name {
        return TestName {
            full: name.clone(),
            short: name.clone(),
        };
    }
    let (namespace, test_name) = match test.test_name.split_once('.') {
        Some((namespace, test_name)) => (format!("{namespace}_"), test_name),
        None => (String::new(), test.test_name.as_str()),
    };
    let identifier = match (attached_to, &test.version) {
        (Attachment::Ref(model), None) => format!("{namespace}{test_name}_{model}"),
        (Attachment::Ref(model), Some(version)) => {
            format!("{namespace}{test_name}_{model}_v{version}")
        }
        (Attachment::Source(source, table), _) => {
            format!("{namespace}source_{test_name}_{source}_{table}")
        }
    };
    let mut arguments: Vec<(&str, Vec<String>)> = test
        .arguments
        .iter()
        .map(|(name, value)| (name.as_str(), parts(&value.to_shown_json())))
        .collect();
    if let Some(column) = &test.column_name {
        arguments.push(("column_name", vec![column.clone()]));
    }
    arguments.sort_by_key(|(name, _)| *name);
    let unique = arguments
        .into_iter()
        .flat_map(|(_, parts)| parts)
        .map(|part| clean(&part))
        .collect::<Vec<_>>()
        .join("__");
    // dbt joins also when there is nothing to join
    let full = format!("{identifier}_{unique}");
    let short = if full.len() >= 64 {
        let start: String = identifier.chars().take(30).collect();
        format!("{start}_{}", hash(&full))
    } else {
        full.clone()
    };
    TestName { full, short }
}

/// The node of a generic test.
pub(super) fn node(
    file: &SourceFile,
    package: &str,
    test: TestDeclaration,
    attached_to: Attachment,
    name: TestName,
    fully_qualified_name: Vec<String>,
    mut config: ConfigMap,
) -> Node {
    // a limit is a number, however it is written
    if let Some(limit) = config::text(&config, "limit").and_then(|text| text.parse::<i64>().ok()) {
        config.insert("limit".to_owned(), limit.into());
    }
    let (namespace, test_name) = match test.test_name.split_once('.') {
        Some((namespace, test_name)) => (Some(namespace.to_owned()), test_name.to_owned()),
        None => (None, test.test_name.clone()),
    };
    let suffix: String = hash(&format!(
        "{}{}",
        name.full,
        metadata(
            namespace.as_deref(),
            &test_name,
            &test.arguments,
            test.column_name.as_deref(),
            &tested_model(&attached_to, test.version.as_ref())
        )
    ))
    .chars()
    .skip(22)
    .collect();
    let properties = NodeProperties {
        unrendered_config: test.config.clone(),
        test_config: test.config,
        shown_path: Some(format!("{}.sql", name.short)),
        file_key_name: Some(test.file_key),
        is_column_test: test.of_column.is_some(),
        inherited_tags: sorted(test.inherited_tags),
        ..NodeProperties::default()
    };
    Node {
        id: UniqueId::new("test", package, &format!("{}.{suffix}", name.full)),
        kind: NodeKind::GenericTest(Box::new(GenericTest {
            test_name,
            namespace,
            attached_to,
            version: test.version,
            column_name: test.column_name,
            arguments: test.arguments,
        })),
        name: name.full,
        package: package.to_owned(),
        file: file.clone(),
        fully_qualified_name,
        description: test.description,
        columns: Vec::new(),
        constraints: Vec::new(),
        config,
        root_config: ConfigMap::new(),
        patched_at: Some(test.location),
        properties: Box::new(properties),
    }
}

fn sorted(mut tags: Vec<String>) -> Vec<String> {
    tags.sort_unstable();
    tags.dedup();
    tags
}

/// What a test asks for its model with, as dbt writes it.
pub(crate) fn tested_model(attached_to: &Attachment, version: Option<&Version>) -> String {
    let model = match (attached_to, version) {
        (Attachment::Ref(model), None) => format!("ref('{model}')"),
        (Attachment::Ref(model), Some(version)) => format!("ref('{model}', version='{version}')"),
        (Attachment::Source(source, table), _) => format!("source('{source}', '{table}')"),
    };
    format!("{{{{ get_where_subquery({model}) }}}}")
}

/// What dbt's ids of generic tests are a hash of: the test's facts as Python prints a dictionary.
fn metadata(
    namespace: Option<&str>,
    test_name: &str,
    arguments: &[(String, yaml::Node)],
    column_name: Option<&str>,
    model: &str,
) -> String {
    let mut entries: Vec<(&str, String)> = arguments
        .iter()
        .map(|(name, value)| (name.as_str(), python(&value.to_shown_json())))
        .collect();
    entries.push(("model", python_text(model)));
    if let Some(column) = column_name {
        entries.push(("column_name", python_text(column)));
    }
    format!(
        "{{'kwargs': {}, 'name': {}, 'namespace': {}}}",
        python_dictionary(entries),
        python_text(test_name),
        python_text(namespace.unwrap_or("None"))
    )
}

fn python(value: &Json) -> String {
    match value {
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(python).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(entries) => python_dictionary(
            entries
                .iter()
                .map(|(name, value)| (name.as_str(), python(value)))
                .collect(),
        ),
        single => python_text(&text(single).unwrap_or_default()),
    }
}

fn python_dictionary(mut entries: Vec<(&str, String)>) -> String {
    entries.sort_by_key(|(name, _)| *name);
    let entries: Vec<String> = entries
        .into_iter()
        .map(|(name, value)| format!("{}: {value}", python_text(name)))
        .collect();
    format!("{{{}}}", entries.join(", "))
}

fn parts(value: &Json) -> Vec<String> {
    match value {
        Json::Array(items) => items.iter().flat_map(text).collect(),
        Json::Object(entries) => entries.values().flat_map(text).collect(),
        single => text(single).into_iter().collect(),
    }
}

/// A value as Python prints it.
fn text(value: &Json) -> Option<String> {
    Some(match value {
        Json::String(text) => text.clone(),
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        Json::Null => "None".to_owned(),
        other => other.to_string(),
    })
}

/// Runs of anything but ASCII letters, digits and `_` become one `_`.
fn clean(text: &str) -> String {
    let mut cleaned = String::new();
    let mut replaced = false;
    for character in text.chars() {
        let keeps = character.is_ascii_alphanumeric() || character == '_';
        if keeps {
            cleaned.push(character);
        } else if !replaced {
            cleaned.push('_');
        }
        replaced = !keeps;
    }
    cleaned
}

fn hash(text: &str) -> String {
    base16ct::lower::encode_string(&Md5::digest(text))
}

/// What a test is called with, as dbt tells it.
pub(crate) fn test_metadata(test: &GenericTest) -> Json {
    let mut arguments = Map::new();
    if let Some(column) = &test.column_name {
        arguments.insert("column_name".to_owned(), json!(column));
    }
    let written = test.arguments.iter();
    arguments.extend(written.map(|(name, value)| (name.clone(), value.to_json())));
    let model = tested_model(&test.attached_to, test.version.as_ref());
    arguments.insert("model".to_owned(), json!(model));
    json!({"name": test.test_name, "kwargs": arguments, "namespace": test.namespace})
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn declaration(
        test_name: &str,
        column: Option<&str>,
        arguments: Vec<(&str, Json)>,
    ) -> TestDeclaration {
        TestDeclaration {
            test_name: test_name.into(),
            column_name: column.map(str::to_owned),
            custom_name: None,
            description: String::new(),
            arguments: arguments
                .into_iter()
                .map(|(name, value)| (name.to_owned(), yaml::Node::from_json(&value, &(0..0))))
                .collect(),
            config: ConfigMap::new(),
            inherited_tags: Vec::new(),
            of_column: None,
            version: None,
            file_key: String::new(),
            enabled_by_model: true,
            location: SourceFile::new("a.yml", "").at(0..0),
        }
    }

    #[test]
    fn names_are_those_of_dbt() {
        let model = Attachment::Ref("orders".into());
        let unique = declaration("unique", Some("id"), vec![]);
        assert_eq!(name(&unique, &model).full, "unique_orders_id");
        let source = Attachment::Source("raw".into(), "orders".into());
        assert_eq!(name(&unique, &source).full, "source_unique_raw_orders_id");
        let bare = declaration("small", None, vec![]);
        assert_eq!(name(&bare, &model).full, "small_orders_");
        let values = declaration(
            "accepted_values",
            Some("state"),
            vec![("values", json!(["a b", "c"]))],
        );
        assert_eq!(
            name(&values, &model).full,
            "accepted_values_orders_state__a_b__c"
        );
        let relationships = declaration(
            "relationships",
            Some("customer_id"),
            vec![("to", json!("ref('customers')")), ("field", json!("id"))],
        );
        assert_eq!(
            name(&relationships, &model).full,
            "relationships_orders_customer_id__id__ref_customers_"
        );
    }

    #[test]
    fn ids_are_those_of_dbt() {
        let model = Attachment::Ref("visits".into());
        let test = declaration("unique", Some("visit_id"), vec![]);
        let named = name(&test, &model);
        let file = SourceFile::new("a.yml", "");
        let node = node(&file, "p", test, model, named, Vec::new(), ConfigMap::new());
        assert_eq!(node.id.as_str(), "test.p.unique_visits_visit_id.0e467478fb");
    }

    #[test]
    fn long_names_end_in_their_hash() {
        let model = Attachment::Ref("a_model_with_a_rather_long_name".into());
        let test = declaration("not_null", Some("a_column_with_a_long_name_too"), vec![]);
        let names = name(&test, &model);
        assert_eq!(names.full.len(), 70);
        assert_eq!(names.short.len(), 63);
        assert!(names.short.starts_with("not_null_a_model_with_a_rather_"));
    }
}
