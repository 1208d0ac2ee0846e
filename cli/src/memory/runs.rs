//! Reads the record of runs.

use hcw_core::cost::{NodeRecord, RunRecord};
use hcw_core::diagnostic::Diagnostic;
use hcw_core::materialize::Statement;
use tokio_postgres::Client;

use super::changes::Changes;
use super::store::{is_missing, scope};
use crate::db::state::failure;
use crate::session::Session;

const RUNS: &str = "
    select (to_jsonb(run) - array['started_at', 'held_record', 'scope'] || jsonb_build_object(
        'started_at', to_char(run.started_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')
    ))::text
    from hcw.runs as run
    where run.scope = $1 and ($2::text is null or starts_with(run.run_id, $2))
    order by run.started_at desc
    limit $3";
const NODES: &str = "
    select (to_jsonb(node) - 'run_id')::text
    from hcw.run_nodes as node
    where node.run_id = $1
    order by node.position";

/// The newest runs of a project in a schema, without their steps.
pub(crate) async fn read_runs(
    client: &Client,
    session: &Session,
    limit: i64,
) -> Result<Vec<RunRecord>, Diagnostic> {
    find(client, session, None, limit).await
}

/// The newest run, with its steps.
pub(crate) async fn latest(
    client: &Client,
    session: &Session,
) -> Result<Option<RunRecord>, Diagnostic> {
    with_nodes(client, find(client, session, None, 1).await?).await
}

/// The run whose id begins so, with its steps; the newest of several.
pub(crate) async fn read_run(
    client: &Client,
    session: &Session,
    id: &str,
) -> Result<Option<RunRecord>, Diagnostic> {
    with_nodes(client, find(client, session, Some(id), 1).await?).await
}

async fn find(
    client: &Client,
    session: &Session,
    id: Option<&str>,
    limit: i64,
) -> Result<Vec<RunRecord>, Diagnostic> {
    let rows = match client.query(RUNS, &[&scope(session), &id, &limit]).await {
        Ok(rows) => rows,
        Err(error) if error.code().is_some_and(is_missing) => Vec::new(),
        Err(error) => return Err(failure(&error, RUNS)),
    };
    let runs = rows
        .iter()
        .filter_map(|row| serde_json::from_str(&row.get::<_, String>(0)).ok());
    Ok(runs.collect())
}

async fn with_nodes(
    client: &Client,
    runs: Vec<RunRecord>,
) -> Result<Option<RunRecord>, Diagnostic> {
    let Some(mut run) = runs.into_iter().next() else {
        return Ok(None);
    };
    let rows = client
        .query(NODES, &[&run.run_id])
        .await
        .map_err(|error| failure(&error, NODES))?;
    let nodes = rows
        .iter()
        .filter_map(|row| serde_json::from_str::<NodeRecord>(&row.get::<_, String>(0)).ok());
    run.nodes = nodes.collect();
    Ok(Some(run))
}

/// What is to be recorded when a run is published that was held.
pub(crate) async fn held_record(client: &Client, run: &str) -> Option<Statement> {
    let query = "select held_record from hcw.runs where run_id = $1";
    // without it what is published is built again, and nothing else
    let row = client.query_opt(query, &[&run]).await.ok()??;
    let changes: Changes = serde_json::from_str(&row.get::<_, Option<String>>(0)?).ok()?;
    changes.statement()
}

/// Notes that a run which was held is published.
pub(crate) async fn note_published(client: &Client, run: &str) {
    let update = "update hcw.runs set status = 'success', held_record = null where run_id = $1";
    let _unnoted = client.execute(update, &[&run]).await;
}
