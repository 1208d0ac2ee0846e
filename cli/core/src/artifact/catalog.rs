//! `catalog.json`, version 1: what the database holds.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use super::ArtifactMetadata;

/// The file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CatalogArtifact {
    /// Its head.
    pub metadata: ArtifactMetadata,
    /// Tables of models, seeds and snapshots, by id.
    pub nodes: BTreeMap<String, CatalogTable>,
    /// Source tables, by id.
    pub sources: BTreeMap<String, CatalogTable>,
    /// What went wrong on the way.
    pub errors: Option<Vec<String>>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CatalogTable {
    /// What it is.
    pub metadata: TableMetadata,
    /// Its columns by name.
    pub columns: BTreeMap<String, CatalogColumn>,
    /// Figures by name.
    pub stats: BTreeMap<String, CatalogStatistic>,
    /// The resource that it belongs to.
    pub unique_id: Option<String>,
}

/// What a table is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableMetadata {
    /// `BASE TABLE`, `VIEW`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Schema.
    pub schema: String,
    /// Name.
    pub name: String,
    /// Database.
    pub database: Option<String>,
    /// Its comment.
    pub comment: Option<String>,
    /// Its owner.
    pub owner: Option<String>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CatalogColumn {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its position, from 1.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// Its comment.
    pub comment: Option<String>,
}

/// A figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CatalogStatistic {
    /// Its id.
    pub id: String,
    /// For people.
    pub label: String,
    /// The figure.
    pub value: Json,
    /// Whether it is shown.
    pub include: bool,
    /// What it says.
    pub description: Option<String>,
}
