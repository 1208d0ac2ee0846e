//! Saved queries of the semantic layer, as the manifest shows them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::declared::Declaration;
use super::metric::WhereFilters;

/// A saved query.
#[derive(Debug, Clone)]
pub struct SavedQuery {
    /// Where it is declared.
    pub declaration: Declaration,
    /// What it answers.
    pub description: Option<String>,
    /// For people.
    pub label: Option<String>,
    /// What it asks.
    pub query_params: QueryParams,
    /// Where its answer is written.
    pub exports: Vec<Export>,
    /// Tags beside and below `config:`, sorted.
    pub tags: Vec<String>,
}

/// What a saved query asks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the words of the format")]
pub struct QueryParams {
    pub metrics: Vec<String>,
    pub group_by: Vec<String>,
    #[serde(rename = "where")]
    pub condition: Option<WhereFilters>,
    pub order_by: Vec<String>,
    pub limit: Option<u64>,
}

/// An answer that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// Its name.
    pub name: String,
    /// Its configuration as written.
    #[serde(default)]
    pub config: Map<String, Json>,
}
