//! Finds what differs between declared and standing comments, grants and policies.

use std::collections::BTreeSet;

use hcw_core::drift;
use hcw_core::graph::Resolved;
use hcw_core::project::UniqueId;
use tokio_postgres::{Client, Error, Row};

use super::state::failure;
use crate::session::Problems;

/// Something that is not as declared.
pub(crate) struct Drift {
    /// The id of the node that declares it.
    pub(crate) id: String,
    /// What is found: `marts.visits: nurse lacks select, which is declared`.
    pub(crate) finding: String,
    /// Whether a build puts it right; what others made stays.
    pub(crate) is_restored: bool,
    /// Whether it is a comment, which any run brings up to date that changes what is described.
    pub(crate) is_comment: bool,
}

/// What is found on the relations of nodes, by relation.
///
/// **Errors**: HCW0604 or HCW0701.
pub(crate) async fn found(
    client: &Client,
    resolved: &Resolved,
    nodes: &BTreeSet<UniqueId>,
) -> Result<Vec<Drift>, Problems> {
    let Some(query) = drift::query(resolved, nodes.iter()) else {
        return Ok(Vec::new());
    };
    let told = |error: Error| vec![failure(&error, &query)];
    // expressions are printed with all names qualified
    let begin = "begin read only; set local search_path to pg_catalog";
    client.batch_execute(begin).await.map_err(told)?;
    let rows = client.query(&query, &[]).await.map_err(told)?;
    client.batch_execute("commit").await.map_err(told)?;
    let drift = |row: &Row| {
        let (schema, name, finding): (String, String, String) =
            (row.get(1), row.get(2), row.get(3));
        Drift {
            id: row.get(0),
            finding: format!("{schema}.{name}: {finding}"),
            is_restored: row.get(4),
            is_comment: row.get(5),
        }
    };
    Ok(rows.iter().map(drift).collect())
}
