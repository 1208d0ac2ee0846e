//! Source tables.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json, json};

use super::column::{Columns, Ids};
use crate::jinja::Relation;
use crate::name::Parts;
use crate::project::config::{self, ConfigMap};
use crate::project::{Project, SourceTable};

/// A source table as the manifest shows it.
pub(super) struct Entry<'run> {
    table: &'run SourceTable,
    /// Which parts of names the project has quoted.
    quotes: Parts<bool>,
}

pub(super) fn entry<'run>(project: &Project, table: &'run SourceTable) -> Entry<'run> {
    let quotes = project.shared.quotes;
    Entry { table, quotes }
}

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let table = self.table;
        let place = table.relation.as_written();
        let properties = &table.properties;
        let path = table.file.path_in_package();
        let tags = config::texts(&table.config, "tags");
        let empty = Json::Object(Map::new());
        let meta = table.config.get("meta").unwrap_or(&empty);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("database", place.database)?;
        map.serialize_entry("schema", place.schema)?;
        map.serialize_entry("name", &table.name)?;
        map.serialize_entry("resource_type", "source")?;
        map.serialize_entry("package_name", &table.package)?;
        map.serialize_entry("path", path)?;
        map.serialize_entry("original_file_path", path)?;
        map.serialize_entry("unique_id", table.id.as_str())?;
        map.serialize_entry("fqn", &table.fully_qualified_name)?;
        map.serialize_entry("source_name", &table.source_name)?;
        map.serialize_entry("source_description", &properties.source_description)?;
        map.serialize_entry("loader", &properties.loader)?;
        map.serialize_entry("identifier", place.identifier)?;
        map.serialize_entry("quoting", &properties.quoting)?;
        map.serialize_entry("loaded_at_field", &properties.loaded_at_field)?;
        map.serialize_entry("loaded_at_query", &properties.loaded_at_query)?;
        map.serialize_entry("freshness", &properties.freshness)?;
        map.serialize_entry("external", &properties.external)?;
        map.serialize_entry("description", &table.description)?;
        map.serialize_entry("columns", &Columns::new(&table.columns, &[]))?;
        map.serialize_entry("meta", meta)?;
        map.serialize_entry("source_meta", &properties.source_meta)?;
        map.serialize_entry("tags", &tags)?;
        map.serialize_entry("config", &configuration(table, &tags, meta))?;
        map.serialize_entry("patch_path", &properties.patch_path)?;
        map.serialize_entry("unrendered_config", &properties.unrendered_config)?;
        let relation = Relation::of_source_within(table, self.quotes);
        map.serialize_entry("relation_name", &relation.to_string())?;
        map.serialize_entry("created_at", &0.0)?;
        map.serialize_entry("unrendered_database", &properties.unrendered_database)?;
        map.serialize_entry("unrendered_schema", &properties.unrendered_schema)?;
        map.serialize_entry("doc_blocks", &Ids(&properties.doc_blocks))?;
        map.end()
    }
}

fn configuration(table: &SourceTable, tags: &[String], meta: &Json) -> ConfigMap {
    let properties = &table.properties;
    let mut config = table.config.clone();
    let known = json!({
        "enabled": config::is_enabled(&table.config),
        "event_time": table.config.get("event_time"),
        "freshness": properties.freshness,
        "loaded_at_field": properties.loaded_at_field,
        "loaded_at_query": properties.loaded_at_query,
        "meta": meta,
        "tags": tags,
        "static_analysis": table.config.get("static_analysis"),
    });
    if let Json::Object(known) = known {
        config.extend(known);
    }
    config
}
