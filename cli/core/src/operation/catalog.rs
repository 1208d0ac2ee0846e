//! The catalogue of the project's relations, as the macros `get_catalog_relations` and `get_catalog` tell it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::{context, finish_quietly};
use crate::artifact::{CatalogColumn, CatalogStatistic, CatalogTable, TableMetadata};
use crate::diagnostic::{Code, Diagnostic};
use crate::graph::Resolved;
use crate::jinja::{Access, Relation, Table, Value};
use crate::name::RelationName;
use crate::project::UniqueId;
use crate::warehouse::Warehouse;

/// Up to so many relations are asked for one by one; beyond that whole schemas are.
const MOST_RELATIONS: usize = 100;

/// What the database holds of a project, by id.
#[derive(Debug, Default)]
pub struct Catalog {
    /// Tables of models, seeds and snapshots.
    pub nodes: BTreeMap<String, CatalogTable>,
    /// Source tables.
    pub sources: BTreeMap<String, CatalogTable>,
}

/// Asks the warehouse for the relations of the wanted nodes and sources; one that does not exist is left out.
///
/// # Errors
/// Codes of templates (03xx), and what the server refuses.
pub fn catalog(
    resolved: &Resolved,
    wanted: &BTreeSet<UniqueId>,
    warehouse: &Arc<dyn Warehouse>,
) -> Result<Catalog, Box<Diagnostic>> {
    let relations = relations(resolved, wanted);
    let mut by_database: BTreeMap<&str, BTreeSet<&RelationName>> = BTreeMap::new();
    for (_, relation) in &relations {
        let database = by_database.entry(&relation.database).or_default();
        database.insert(relation);
    }
    let mut tables: BTreeMap<Key, CatalogTable> = BTreeMap::new();
    for (database, relations) in by_database {
        for row in rows(resolved, database, &relations, warehouse)? {
            add(&mut tables, &row)?;
        }
    }
    let mut catalog = Catalog::default();
    for (id, relation) in &relations {
        let key = Key::of(&relation.database, &relation.schema, &relation.identifier);
        let Some(table) = tables.get(&key) else {
            continue;
        };
        let table = CatalogTable {
            unique_id: Some(id.to_string()),
            ..table.clone()
        };
        if resolved.project().sources.contains_key(*id) {
            catalog.sources.insert(id.to_string(), table);
        } else {
            catalog.nodes.insert(id.to_string(), table);
        }
    }
    Ok(catalog)
}

fn relations<'run>(
    resolved: &'run Resolved,
    wanted: &'run BTreeSet<UniqueId>,
) -> Vec<(&'run UniqueId, &'run RelationName)> {
    let project = resolved.project();
    let wanted = wanted.iter().filter_map(|id| {
        if let Some(table) = project.sources.get(id) {
            return Some((id, &table.relation));
        }
        let node = project.nodes.get(id)?;
        let relation = resolved.rendered.relations.get(id)?;
        let is_listed = node.is_stored(project.settings()) && !node.is_function();
        is_listed.then_some((id, relation))
    });
    wanted.collect()
}

/// What makes a relation of the catalogue one of the project: names without regard to case, as in dbt.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key(String, String, String);

impl Key {
    fn of(database: &str, schema: &str, name: &str) -> Key {
        Key(
            database.to_lowercase(),
            schema.to_lowercase(),
            name.to_lowercase(),
        )
    }
}

fn rows(
    resolved: &Resolved,
    database: &str,
    relations: &BTreeSet<&RelationName>,
    warehouse: &Arc<dyn Warehouse>,
) -> Result<Vec<Map<String, Json>>, Box<Diagnostic>> {
    let project = resolved.project();
    let root = project.file().name.as_str();
    let id = UniqueId::new("operation", root, "generate_catalog");
    let access = Access::live(warehouse);
    let context = context(resolved, root, &id, &[], &access);
    let information_schema =
        Relation::new(RelationName::new(database, "INFORMATION_SCHEMA", ""), None);
    let (name, second): (_, Value) = if relations.len() <= MOST_RELATIONS {
        let relations = relations
            .iter()
            .map(|name| Relation::new((*name).clone(), None).into_value());
        ("get_catalog_relations", relations.collect())
    } else {
        let schemas: BTreeSet<&str> = relations.iter().map(|name| name.schema.as_str()).collect();
        (
            "get_catalog",
            schemas.into_iter().map(Value::from).collect(),
        )
    };
    let arguments = [information_schema.into_value(), second];
    let called = project.engine.call_macro(None, name, &arguments, &context);
    finish_quietly(&access);
    let table = called.map_err(Box::new)?;
    match table.downcast_object_ref::<Table>() {
        Some(table) => Ok(table.to_json()),
        None => Err(Box::new(Diagnostic::error(
            Code::TemplateError,
            format!("the macro `{name}` returned no table"),
        ))),
    }
}

fn add(
    tables: &mut BTreeMap<Key, CatalogTable>,
    row: &Map<String, Json>,
) -> Result<(), Box<Diagnostic>> {
    let optional = |key: &str| match row.get(key) {
        None | Some(Json::Null) => None,
        Some(Json::String(text)) => Some(text.clone()),
        Some(other) => Some(other.to_string()),
    };
    let text = |key: &str| {
        optional(key).ok_or_else(|| {
            Box::new(Diagnostic::error(
                Code::TemplateError,
                format!("the catalogue's rows have no `{key}`"),
            ))
        })
    };
    let (schema, name) = (text("table_schema")?, text("table_name")?);
    let database = optional("table_database");
    let key = Key::of(database.as_deref().unwrap_or_default(), &schema, &name);
    let kind = text("table_type")?;
    let table = tables.entry(key).or_insert_with(|| CatalogTable {
        metadata: TableMetadata {
            kind,
            schema,
            name,
            database,
            comment: optional("table_comment"),
            owner: optional("table_owner"),
        },
        columns: BTreeMap::new(),
        stats: statistics(row),
        unique_id: None,
    });
    let name = text("column_name")?;
    let index = text("column_index")?;
    let column = CatalogColumn {
        kind: text("column_type")?,
        index: index.parse().unwrap_or_default(),
        name: name.clone(),
        comment: optional("column_comment"),
    };
    table.columns.insert(name, column);
    Ok(())
}

/// The figures of a row: columns `stats:<id>:label`, `:value`, `:description` and `:include`; and whether there
/// are any.
fn statistics(row: &Map<String, Json>) -> BTreeMap<String, CatalogStatistic> {
    let ids: BTreeSet<&str> = row
        .keys()
        .filter_map(|key| key.strip_prefix("stats:")?.split_once(':'))
        .map(|(id, _)| id)
        .collect();
    let mut statistics: BTreeMap<String, CatalogStatistic> = ids
        .into_iter()
        .map(|id| {
            let value = |what: &str| row.get(&format!("stats:{id}:{what}")).cloned();
            let text = |what| value(what).and_then(|value| value.as_str().map(str::to_owned));
            let statistic = CatalogStatistic {
                id: id.to_owned(),
                label: text("label").unwrap_or_else(|| id.to_owned()),
                value: value("value").unwrap_or_default(),
                include: value("include") == Some(json!(true)),
                description: text("description"),
            };
            (id.to_owned(), statistic)
        })
        .collect();
    let has_any = statistics.values().any(|statistic| statistic.include);
    statistics.insert(
        "has_stats".to_owned(),
        CatalogStatistic {
            id: "has_stats".to_owned(),
            label: "Has Stats?".to_owned(),
            value: json!(has_any),
            include: false,
            description: Some("Indicates whether there are statistics for this table".to_owned()),
        },
    );
    statistics
}
