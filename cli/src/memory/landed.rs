//! Files that are landed: what has landed of them, by their hashes.

use std::collections::{BTreeMap, BTreeSet};

use hcw_core::diagnostic::Diagnostic;
use hcw_core::graph::Resolved;
use hcw_core::plan::LandingTable;
use hcw_core::project::{LandingMode, UniqueId};
use hcw_core::skip::{Landing, Memory};
use tokio_postgres::Client;

use crate::db::state::failure;
use crate::landing;
use crate::session::Session;

const LANDED: &str = "
    select schema_name, table_name, file, sha256
    from hcw.landed_files
    order by schema_name, table_name, file, sha256";

type Key = (String, String);

/// What has landed in each table, as a text.
pub(super) async fn digests(
    client: &Client,
    resolved: &Resolved,
) -> Result<BTreeMap<Key, String>, Diagnostic> {
    let mut sources = resolved.project().sources.values();
    if sources.all(|table| table.landing.is_none()) {
        return Ok(BTreeMap::new());
    }
    let files = files(client).await?.into_iter();
    Ok(files
        .map(|(key, files)| (key, format!("{files:?}")))
        .collect())
}

/// The files that have landed in each table, with their hashes.
async fn files(client: &Client) -> Result<BTreeMap<Key, BTreeSet<(String, String)>>, Diagnostic> {
    let exists = "select to_regclass('hcw.landed_files') is not null";
    let row = client
        .query_one(exists, &[])
        .await
        .map_err(|error| failure(&error, exists))?;
    let mut files: BTreeMap<Key, BTreeSet<(String, String)>> = BTreeMap::new();
    if !row.get::<_, bool>(0) {
        return Ok(files);
    }
    let rows = client
        .query(LANDED, &[])
        .await
        .map_err(|error| failure(&error, LANDED))?;
    for row in rows {
        let of_table = files.entry((row.get(0), row.get(1))).or_default();
        of_table.insert((row.get(2), row.get(3)));
    }
    Ok(files)
}

/// Which of the selected sources have files that have not landed. Those of which nothing is recorded are landed
/// without a look.
pub(super) async fn survey(
    session: &Session,
    client: &Client,
    resolved: &Resolved,
    selected: &BTreeSet<UniqueId>,
    memory: &Memory,
) -> Result<BTreeMap<UniqueId, Landing>, Diagnostic> {
    let sources = resolved.project().sources.values();
    let landing = sources.filter(|table| table.landing.is_some() && selected.contains(&table.id));
    let mut survey: BTreeMap<UniqueId, Landing> = BTreeMap::new();
    let mut known = Vec::new();
    for table in landing {
        let id = table.id.clone();
        survey.insert(id.clone(), Landing::Changed);
        if memory.nodes.contains_key(id.as_str())
            && let Some(table) = LandingTable::of(table)
        {
            known.push((id, table));
        }
    }
    if known.is_empty() {
        return Ok(survey);
    }
    let landed = files(client).await?;
    let found = landing::hashes(
        &session.project_dir,
        known.iter().map(|(_, table)| table.clone()).collect(),
    )
    .await;
    for ((id, table), found) in known.into_iter().zip(found) {
        let Some(found) = found else { continue };
        let key = (
            table.relation.schema.clone(),
            table.relation.identifier.clone(),
        );
        let nothing = BTreeSet::new();
        let landed = landed.get(&key).unwrap_or(&nothing);
        let hash = |files: &BTreeSet<(String, String)>| {
            files
                .iter()
                .map(|(_, hash)| hash.clone())
                .collect::<BTreeSet<_>>()
        };
        let is_same = match table.landing.mode {
            LandingMode::Append => hash(&found).is_subset(&hash(landed)),
            LandingMode::Replace => hash(&found) == hash(landed) && landed.is_subset(&found),
        };
        if is_same {
            survey.insert(id, Landing::Landed);
        }
    }
    Ok(survey)
}
