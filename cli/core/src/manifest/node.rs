//! Nodes: models, seeds, snapshots, analyses, functions, tests, and the hooks of a run.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json, json};

use super::column::{Columns, Constraints, Ids};
use super::configuration::{self, NodeConfig};
use super::{Manifest, Progress, checksum};
use crate::analyse::Compiled;
use crate::jinja::{Captured, scan};
use crate::name::RelationName;
use crate::project::config::{self, ConfigMap};
use crate::project::generic_test::tested_model;
use crate::project::{
    Attachment, GenericTest, ModelReference, Node, NodeKind, Reference, UniqueId,
};

/// A node as the manifest shows it.
pub(super) enum Entry<'run> {
    Node(&'run Manifest<'run>, &'run Node),
    Operation(Json),
}

impl<'run> Entry<'run> {
    pub(super) fn of(manifest: &'run Manifest<'run>, node: &'run Node) -> Entry<'run> {
        Entry::Node(manifest, node)
    }
}

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Entry::Node(manifest, node) => write(manifest, node, serializer),
            Entry::Operation(entry) => entry.serialize(serializer),
        }
    }
}

fn write<S: Serializer>(
    manifest: &Manifest<'_>,
    node: &Node,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeMap;
    let project = manifest.project();
    let properties = &node.properties;
    let relation = manifest.resolved.rendered.relations.get(&node.id).cloned();
    let relation = relation.unwrap_or_else(|| RelationName {
        database: project.database().to_owned(),
        schema: project.settings().target.schema.clone(),
        identifier: node.alias().to_owned(),
    });
    let config = &node.config;
    let materialized = config::text(config, "materialized").unwrap_or("view");
    let is_stored = node.is_stored();
    let meta = config.get("meta").filter(|meta| meta.is_object());
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("database", &relation.database)?;
    map.serialize_entry("schema", &relation.schema)?;
    map.serialize_entry("name", &node.name)?;
    map.serialize_entry("resource_type", node.kind.resource_type())?;
    map.serialize_entry("package_name", &node.package)?;
    map.serialize_entry("path", &properties.shown_path)?;
    map.serialize_entry("original_file_path", node.file.path_in_package())?;
    map.serialize_entry("unique_id", node.id.as_str())?;
    map.serialize_entry("fqn", &node.fully_qualified_name)?;
    map.serialize_entry("alias", &relation.identifier)?;
    map.serialize_entry("checksum", &checksum::of_node(node))?;
    map.serialize_entry("config", &NodeConfig::of(node))?;
    map.serialize_entry("tags", &node.tags())?;
    map.serialize_entry("description", &node.description)?;
    map.serialize_entry("columns", &Columns(&node.columns))?;
    map.serialize_entry("meta", &meta.unwrap_or(&Json::Object(Map::new())))?;
    map.serialize_entry("group", &group(manifest, node))?;
    map.serialize_entry("docs", &docs(config))?;
    map.serialize_entry("patch_path", &properties.patch_path)?;
    let is_built = manifest
        .progress
        .is_some_and(|progress| progress.built.contains(&node.id));
    let build_path =
        is_built.then(|| format!("{}/run/{}", manifest.target_path, node.compiled_path()));
    map.serialize_entry("build_path", &build_path)?;
    map.serialize_entry(
        "unrendered_config",
        &unrendered(node, manifest.resolved.rendered.captured.get(&node.id)),
    )?;
    map.serialize_entry("created_at", &0.0)?;
    map.serialize_entry("relation_name", &is_stored.then(|| relation.to_string()))?;
    map.serialize_entry("raw_code", &raw_code(node))?;
    map.serialize_entry("doc_blocks", &Ids(&properties.doc_blocks))?;
    let used = Used::of(manifest, node);
    if node.kind == NodeKind::Seed {
        map.serialize_entry("root_path", manifest.project_dir)?;
        map.serialize_entry("depends_on", &json!({"macros": used.macros}))?;
        return map.end();
    }
    map.serialize_entry("language", node.language())?;
    map.serialize_entry("refs", &used.refs)?;
    map.serialize_entry("sources", &used.sources)?;
    map.serialize_entry("metrics", &[(); 0])?;
    map.serialize_entry("functions", &used.functions)?;
    map.serialize_entry(
        "depends_on",
        &json!({"macros": used.macros, "nodes": used.nodes}),
    )?;
    let compiled = manifest
        .progress
        .and_then(|progress| progress.compiled(&node.id));
    match compiled {
        None => map.serialize_entry("compiled_path", &None::<&str>)?,
        Some(compiled) => {
            let path = format!("{}/compiled/{}", manifest.target_path, node.compiled_path());
            map.serialize_entry("compiled_path", &path)?;
            map.serialize_entry("compiled", &true)?;
            let code = manifest.resolved.shadow.published(&compiled.sql);
            map.serialize_entry("compiled_code", &code)?;
            map.serialize_entry("extra_ctes_injected", &true)?;
            map.serialize_entry("extra_ctes", &expressions(compiled))?;
        }
    }
    let contract = config.get("contract");
    let is_enforced = contract.and_then(|contract| contract.get("enforced")) == Some(&json!(true));
    let alias_types = contract.and_then(|contract| contract.get("alias_types"));
    map.serialize_entry(
        "contract",
        &json!({
            "enforced": is_enforced,
            "alias_types": alias_types.unwrap_or(&Json::Bool(true)),
            "checksum": (is_enforced && node.kind == NodeKind::Model)
                .then(|| checksum::of_contract(node, materialized)),
        }),
    )?;
    match &node.kind {
        NodeKind::Model => {
            let access = config::text(config, "access").unwrap_or("protected");
            map.serialize_entry("access", access)?;
            let targets = compiled.map_or(&[][..], |compiled| &compiled.foreign_key_targets);
            let shadow = &manifest.resolved.shadow;
            let targets = targets.iter().map(|target| shadow.published(target));
            let constraints = Constraints {
                constraints: &node.constraints,
                is_table: true,
                targets: &targets.collect::<Vec<_>>(),
            };
            map.serialize_entry("constraints", &constraints)?;
            map.serialize_entry("version", &properties.version)?;
            map.serialize_entry("latest_version", &properties.latest_version)?;
            map.serialize_entry("deprecation_date", &properties.deprecation_date)?;
            map.serialize_entry("primary_key", &primary_key(manifest, node))?;
            map.serialize_entry("time_spine", &properties.time_spine)?;
        }
        NodeKind::GenericTest(test) => {
            let column = test
                .column_name
                .as_ref()
                .filter(|_| properties.is_column_test);
            map.serialize_entry("column_name", &column)?;
            map.serialize_entry("file_key_name", &properties.file_key_name)?;
            map.serialize_entry("attached_node", &attached(manifest, node, test))?;
            map.serialize_entry("test_metadata", &test_metadata(test))?;
        }
        NodeKind::Function => {
            let signature = properties.function.as_ref();
            map.serialize_entry("returns", &signature.map(|signature| &signature.returns))?;
            let arguments = signature.map(|signature| signature.arguments.as_slice());
            map.serialize_entry("arguments", arguments.unwrap_or_default())?;
            map.serialize_entry("overloads", &[(); 0])?;
        }
        _ => {}
    }
    map.end()
}

/// The common table expressions that ephemeral models became.
fn expressions(compiled: &Compiled) -> Vec<Json> {
    let expressions = compiled.expressions.iter();
    expressions
        .map(|(id, sql)| json!({"id": id.as_str(), "sql": sql}))
        .collect()
}

/// What a node uses, in the order of its use.
pub(super) struct Used {
    pub(super) refs: Vec<ModelReference>,
    pub(super) sources: Vec<[String; 2]>,
    /// Functions that it calls, each as its call's arguments.
    pub(super) functions: Vec<Vec<String>>,
    pub(super) macros: Vec<String>,
    pub(super) nodes: Vec<UniqueId>,
}

impl Used {
    pub(super) fn of(manifest: &Manifest<'_>, node: &Node) -> Used {
        let captured = manifest.resolved.rendered.captured.get(&node.id);
        let compiled = manifest
            .progress
            .and_then(|progress| progress.compiled(&node.id));
        let mut used = Used {
            refs: captured.map_or_else(Vec::new, |captured| {
                let own = captured
                    .own_references
                    .map_or(captured.refs.len(), |own| own.0);
                captured.refs[..own].to_vec()
            }),
            sources: captured.map_or_else(Vec::new, |captured| {
                let own = captured
                    .own_references
                    .map_or(captured.sources.len(), |own| own.1);
                captured.sources[..own]
                    .iter()
                    .map(|(source, table)| [source.clone(), table.clone()])
                    .collect()
            }),
            functions: captured.map_or_else(Vec::new, |captured| {
                let calls = captured.functions.iter();
                calls
                    .map(|(package, name)| package.iter().chain([name]).cloned().collect())
                    .collect()
            }),
            macros: {
                let mut macros = captured.map_or_else(Vec::new, |captured| captured.macros.clone());
                for called in compiled.into_iter().flat_map(|compiled| &compiled.macros) {
                    if !macros.contains(called) {
                        macros.push(called.clone());
                    }
                }
                macros
            },
            nodes: Vec::new(),
        };
        // dbt reads the constraints of a version twice
        let times = if node.properties.version.is_some() {
            2
        } else {
            1
        };
        let foreign_keys = (0..times).flat_map(|_| crate::render::foreign_keys(node));
        for constraint in foreign_keys {
            match constraint.to.as_deref().and_then(Reference::parse) {
                Some(Reference::Model(model)) => used.refs.push(model),
                Some(Reference::Source(source, table)) => used.sources.push([source, table]),
                _ => {}
            }
        }
        if let NodeKind::GenericTest(test) = &node.kind {
            used.complete_test(manifest, node, test);
        }
        let is_built = |progress: &Progress<'_>| progress.built.contains(&node.id);
        if node.is_test() && manifest.progress.is_some_and(is_built) {
            used.macros.extend(MACROS_OF_A_TESTS_RUN.map(str::to_owned));
        }
        let sources = used
            .sources
            .iter()
            .filter_map(|[source, table]| manifest.source(&node.package, source, table).cloned());
        let refs = used
            .refs
            .iter()
            .filter_map(|model| manifest.target(&node.package, model).cloned());
        let names = &manifest.resolved.rendered.names;
        let functions = captured.into_iter().flat_map(|captured| {
            captured.functions.iter().filter_map(|(package, name)| {
                names
                    .find_function(&node.package, package.as_deref(), name)
                    .cloned()
            })
        });
        let mut nodes: Vec<UniqueId> = Vec::new();
        for id in sources.chain(refs).chain(functions) {
            if !nodes.contains(&id) {
                nodes.push(id);
            }
        }
        used.nodes = nodes;
        used
    }

    /// As in dbt a generic test depends on its macro first, and its model is asked for after its arguments.
    fn complete_test(&mut self, manifest: &Manifest<'_>, node: &Node, test: &GenericTest) {
        let engine = &manifest.project().engine;
        let definition =
            engine.macro_definition(&node.package, test.namespace.as_deref(), &test.macro_name());
        let id = definition.map_or_else(String::new, |found| found.unique_id());
        let is_short = matches!(
            id.as_str(),
            "macro.dbt.test_not_null" | "macro.dbt.test_unique"
        );
        self.macros = vec![id];
        if !is_short
            || manifest
                .progress
                .is_some_and(|progress| progress.compiled(&node.id).is_some())
        {
            self.macros.push("macro.dbt.get_where_subquery".to_owned());
        }
        match &test.attached_to {
            Attachment::Ref(name) => {
                let model = ModelReference {
                    name: name.clone(),
                    package: None,
                    version: test.version.clone(),
                };
                self.refs.retain(|used| *used != model);
                self.refs.push(model);
            }
            Attachment::Source(source, table) => {
                let table = [source.clone(), table.clone()];
                self.sources.retain(|used| *used != table);
                self.sources.push(table);
            }
        }
    }
}

fn attached<'run>(
    manifest: &'run Manifest<'_>,
    node: &Node,
    test: &GenericTest,
) -> Option<&'run UniqueId> {
    let Attachment::Ref(name) = &test.attached_to else {
        return None;
    };
    let model = ModelReference {
        name: name.clone(),
        package: Some(node.package.clone()),
        version: test.version.clone(),
    };
    manifest.target(&node.package, &model).or_else(|| {
        let mut disabled = manifest.project().disabled.values();
        disabled
            .find(|disabled| disabled.name == *name && disabled.is_referable())
            .map(|disabled| &disabled.id)
    })
}

/// A node's group; a generic test's is that of its model.
pub(super) fn group(manifest: &Manifest<'_>, node: &Node) -> Option<String> {
    let of = |node: &Node| config::text(&node.config, "group").map(str::to_owned);
    match &node.kind {
        NodeKind::GenericTest(test) => {
            let nodes = &manifest.project().nodes;
            of(nodes.get(attached(manifest, node, test)?)?)
        }
        _ => of(node),
    }
}

fn docs(config: &ConfigMap) -> Json {
    let docs = config.get("docs");
    let part = |key: &str| docs.and_then(|docs| docs.get(key)).cloned();
    json!({
        "show": part("show").unwrap_or(Json::Bool(true)),
        "node_color": part("node_color"),
    })
}

/// What dbt's test materialization calls on behalf of a test.
const MACROS_OF_A_TESTS_RUN: [&str; 3] = [
    "macro.dbt.get_limit_subquery_sql",
    "macro.dbt.should_store_failures",
    "macro.dbt.statement",
];

/// The order in which dbt writes a generic test's configuration into its template.
const CONFIG_ORDER: [&str; 14] = [
    "severity",
    "tags",
    "enabled",
    "where",
    "limit",
    "warn_if",
    "error_if",
    "fail_calc",
    "store_failures",
    "store_failures_as",
    "meta",
    "database",
    "schema",
    "alias",
];

fn raw_code(node: &Node) -> String {
    let NodeKind::GenericTest(test) = &node.kind else {
        return node.raw_code().to_owned();
    };
    let called = match &test.namespace {
        Some(namespace) => format!("{namespace}.{}", test.macro_name()),
        None => test.macro_name(),
    };
    let said = &node.properties.test_config;
    let position = |key: &str| CONFIG_ORDER.iter().position(|known| *known == key);
    let mut ordered: Vec<(&String, &Json)> = said.iter().collect();
    ordered.sort_by_key(|(key, _)| position(key).unwrap_or(CONFIG_ORDER.len()));
    let mut shown: Vec<String> = ordered
        .into_iter()
        .map(|(key, value)| match value {
            Json::String(text) => format!("{key}=\"{}\"", text.replace('"', "\\\"")),
            other => format!("{key}={}", crate::python::shown(other)),
        })
        .collect();
    if let Some(alias) = &node.properties.made_alias {
        shown.push(format!("alias=\"{alias}\""));
    }
    let config = if shown.is_empty() {
        String::new()
    } else {
        format!("{{{{ config({}) }}}}", shown.join(","))
    };
    format!("{{{{ {called}(**_dbt_generic_test_kwargs) }}}}{config}")
}

fn test_metadata(test: &GenericTest) -> Json {
    let mut arguments = Map::new();
    if let Some(column) = &test.column_name {
        arguments.insert("column_name".to_owned(), json!(column));
    }
    arguments.extend(test.arguments.iter().cloned());
    let model = tested_model(&test.attached_to, test.version.as_ref());
    arguments.insert("model".to_owned(), json!(model));
    json!({"name": test.test_name, "kwargs": arguments, "namespace": test.namespace})
}

/// The configuration as written: project files, sidecar, then the template's own call.
fn unrendered(node: &Node, captured: Option<&Captured>) -> ConfigMap {
    let mut unrendered = node.properties.unrendered_config.clone();
    if let Some(alias) = &node.properties.made_alias {
        unrendered.insert("alias".to_owned(), json!(alias));
    }
    if let Some(template) = node.template() {
        unrendered.extend(config_call(&template.text));
    }
    unrendered.extend(node.properties.unrendered_root_config.clone());
    if let (NodeKind::GenericTest(_), Some(captured)) = (&node.kind, captured) {
        // what the test's macro says
        unrendered.extend(captured.config.clone());
    }
    unrendered
}

/// The arguments of a template's first `config(…)`, as texts.
fn config_call(text: &str) -> Vec<(String, Json)> {
    let Some(at) = text.find("config(") else {
        return Vec::new();
    };
    let before = text[..at].trim_end();
    let before = before.trim_end_matches(['-', '+']).trim_end();
    if !before.ends_with("{{") && !before.ends_with("do") {
        return Vec::new();
    }
    let Some(end) = scan::closing(&text[at..]) else {
        return Vec::new();
    };
    let Some((_, arguments)) = scan::signature(&text[at..at + end]) else {
        return Vec::new();
    };
    arguments
        .into_iter()
        .filter_map(|argument| {
            let (name, value) = argument.split_once('=')?;
            Some((name.trim().to_owned(), json!(static_text(value.trim()))))
        })
        .collect()
}

/// An argument as dbt keeps it: a text without its quotes, all else as Python writes it.
fn static_text(value: &str) -> String {
    let inner = |quote: char| {
        value
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
            .filter(|inner| !inner.contains(quote))
    };
    if let Some(text) = inner('\'').or_else(|| inner('"')) {
        return text.to_owned();
    }
    let mut shown = String::new();
    let mut rest = value;
    while let Some(first) = rest.chars().next() {
        if first == '\'' || first == '"' {
            let end = rest[1..].find(first).map_or(rest.len(), |end| end + 2);
            let text = rest[..end].trim_matches(first);
            shown.push_str(&crate::python::quoted(text));
            rest = &rest[end..];
            continue;
        }
        let end = rest
            .find(|character: char| !(character.is_alphanumeric() || character == '_'))
            .unwrap_or(rest.len());
        if end > 0 {
            shown.push_str(match &rest[..end] {
                "true" => "True",
                "false" => "False",
                "none" => "None",
                word => word,
            });
            rest = &rest[end..];
            continue;
        }
        match first {
            ',' => shown.push_str(", "),
            ':' => shown.push_str(": "),
            blank if blank.is_whitespace() => {}
            other => shown.push(other),
        }
        rest = &rest[first.len_utf8()..];
    }
    shown.replace(", ]", "]").replace(", }", "}")
}

/// The columns that identify a model's rows: of a constraint, else of tests.
fn primary_key(manifest: &Manifest<'_>, node: &Node) -> Vec<String> {
    use crate::project::ConstraintKind::PrimaryKey;
    if let Some(constraint) = node.constraints.iter().find(|one| one.kind == PrimaryKey) {
        return constraint.columns.clone();
    }
    let of_column = |column: &&crate::project::Column| {
        column.constraints.iter().any(|one| one.kind == PrimaryKey)
    };
    if let Some(column) = node.columns.iter().find(of_column) {
        return vec![column.name.clone()];
    }
    let project = manifest.project();
    let mut unique: Vec<(String, bool)> = Vec::new();
    let mut not_null: Vec<String> = Vec::new();
    let children = manifest.resolved.graph.children(&node.id);
    for test in children.filter_map(|id| project.nodes.get(id)) {
        let NodeKind::GenericTest(generic) = &test.kind else {
            continue;
        };
        if attached(manifest, test, generic) != Some(&node.id) {
            continue;
        }
        let listed = generic
            .arguments
            .iter()
            .find(|(name, _)| name == "combination_of_columns");
        let named = generic
            .arguments
            .iter()
            .find(|(name, _)| name == "column_name");
        let column = generic.column_name.as_deref();
        let column = column.or_else(|| named.and_then(|(_, value)| value.as_str()));
        let columns: Vec<String> = match (column, listed) {
            (Some(column), _) => vec![column.to_owned()],
            (None, Some((_, Json::Array(columns)))) => columns
                .iter()
                .filter_map(|column| column.as_str().map(str::to_owned))
                .collect(),
            _ => Vec::new(),
        };
        match generic.test_name.as_str() {
            "unique" | "unique_combination_of_columns" => {
                unique.extend(columns.into_iter().map(|column| (column, true)));
            }
            "not_null" => not_null.extend(columns),
            _ => {}
        }
    }
    unique.sort();
    unique.dedup();
    let both: Vec<String> = not_null
        .into_iter()
        .filter(|column| unique.iter().any(|(name, _)| name == column))
        .collect();
    if both.is_empty() {
        unique.into_iter().map(|(name, _)| name).collect()
    } else {
        both
    }
}

/// The hooks before and after a run, of all packages.
pub(super) fn operations<'run>(
    manifest: &'run Manifest<'run>,
) -> impl Iterator<Item = (String, Entry<'run>)> {
    let project = manifest.project();
    let settings = project.settings();
    let mut entries = Vec::new();
    for package in project.packages.iter() {
        let file = &package.file;
        for (when, hooks) in [
            ("on-run-start", &file.on_run_start),
            ("on-run-end", &file.on_run_end),
        ] {
            for (index, hook) in hooks.iter().enumerate() {
                let Some(text) = hook.scalar_text() else {
                    continue;
                };
                let name = format!("{}-{when}-{index}", package.name());
                let mut config = ConfigMap::new();
                let mut unrendered = ConfigMap::new();
                let fqn = [package.name().to_owned(), "hooks".to_owned(), name.clone()];
                for layer in file.config_layers("models", &fqn) {
                    for (key, node) in layer.entries {
                        config.insert(key.to_owned(), node.to_json());
                        unrendered.insert(key.to_owned(), node.to_json());
                    }
                }
                let meta = config.get("meta").cloned().unwrap_or_else(|| json!({}));
                let id = UniqueId::new("operation", package.name(), &name);
                let called = project.engine.called_in(package.name(), &text);
                let mut entry = json!({
                    "database": settings.target.database, "schema": settings.target.schema,
                    "name": name, "resource_type": "operation", "package_name": package.name(),
                    "path": format!("hooks/{name}.sql"), "original_file_path": "./dbt_project.yml",
                    "unique_id": id.as_str(), "fqn": fqn, "alias": name,
                    "checksum": checksum::of_text(&file.file.text),
                    "config": configuration::of_nothing(&config),
                    "tags": [when], "description": "", "columns": {}, "meta": meta, "group": null,
                    "docs": {"show": true, "node_color": null}, "patch_path": null,
                    "build_path": null, "unrendered_config": unrendered, "created_at": 0.0,
                    "relation_name": null, "raw_code": text.trim(), "doc_blocks": [],
                    "language": "sql", "refs": [], "sources": [], "metrics": [], "functions": [],
                    "depends_on": {"macros": called, "nodes": []}, "compiled_path": null,
                    "contract": {"enforced": false, "alias_types": true, "checksum": null},
                    "index": index,
                });
                let ran = manifest
                    .progress
                    .and_then(|progress| progress.hooks.get(&id));
                if let Some(sql) = ran {
                    entry["compiled"] = true.into();
                    entry["compiled_code"] = json!(sql);
                    entry["extra_ctes_injected"] = true.into();
                    entry["extra_ctes"] = json!([]);
                    entry["index"] = json!(index + 1);
                    if !sql.trim().is_empty() {
                        let target = manifest.target_path;
                        let path = format!(
                            "{target}/compiled/{}/./dbt_project.yml/hooks/{name}.sql",
                            package.name()
                        );
                        entry["compiled_path"] = path.into();
                    }
                }
                entries.push((id.to_string(), Entry::Operation(entry)));
            }
        }
    }
    entries.into_iter()
}
