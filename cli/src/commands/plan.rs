//! `plan`: what a build would do and why. Nothing is written: what is asked of the server happens in a transaction that
//! is rolled back.

use std::collections::{BTreeMap, BTreeSet};

use hcw_core::diagnostic::Diagnostic;
use hcw_core::drift::Revocation;
use hcw_core::name::{do_block, quote_identifier};
use hcw_core::plan::{self, Plan};
use hcw_core::preview::{self, Change, Lock, NodePreview, Preview, Reader, StandIn};
use hcw_core::project::UniqueId;
use hcw_core::settings::Publish;
use hcw_core::state::{ExistingRelation, WarehouseState};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::build;
use crate::args::{Flags, Output, Verb};
use crate::db::redact::ServerError;
use crate::db::state::{self, failure};
use crate::exit_code;
use crate::report::Reporter;
use crate::selection::selected;
use crate::session::{Problems, Session};

/// The session of the build that is planned.
///
/// **Errors**: those of a session.
pub(crate) fn session(flags: &Flags, invocation_id: &str) -> Result<Session, Problems> {
    let flags = Flags {
        verb: Verb::Build,
        dry_run: true,
        ..flags.clone()
    };
    Session::new(&flags, invocation_id)
}

/// Prints what a build of the selected nodes would do.
///
/// **Errors**: everything that would stop the build before its first step.
pub(crate) async fn run(session: &Session, reporter: &Reporter) -> Result<u8, Problems> {
    let one = |problem: Diagnostic| vec![problem];
    let flags = &session.flags;
    let work = super::work(flags).unwrap_or_default();
    let resolved = session.resolve(reporter)?;
    let selected = selected(session, &resolved, flags, reporter)?;
    let connection = session.connection().await?;
    let client = session.connect(&connection).await?;
    let standing = build::state(&client, &resolved, true).await?;
    let built = build::built(&resolved, &selected, &work);
    let resolved = build::deferred(session, resolved, &standing, &selected, &built, reporter)?;
    let planned = build::planned(
        session,
        (&client, build::Begun::default()),
        resolved,
        standing.clone(),
        (&selected, &built, &work),
        reporter,
    )
    .await?;
    let build::Planned {
        analysed,
        plan,
        recorder,
        drifts,
    } = planned;
    let mut nodes = preview::nodes(&analysed, &plan, &standing);
    let mut removed = Vec::new();
    if let Some(recorder) = &recorder {
        for node in &mut nodes {
            let withdrawn = recorder.withdrawn(&analysed, &node.unique_id);
            node.revokes = withdrawn.iter().map(Revocation::words).collect();
        }
        let orphans = recorder.orphans(&client, &analysed, &selected).await;
        removed = orphans.map_err(one)?;
    }
    let counts = preview::counts(&analysed, &plan);
    let count = |name: &str| counts.get(name).copied().unwrap_or_default();
    let (analysed, stand_ins) = match plan.publication.is_empty() {
        // node by node the run has no shadow, where the stand-ins are made
        true => {
            let wanted = build::wanted(&analysed.resolved, &selected, &work);
            let (analysed, seen) = analysed.beside(&standing, &wanted, &built);
            let beside = plan::plan(&analysed, &seen, &selected, &work);
            let stand_ins = preview::stand_ins(&analysed, &beside, &standing);
            (analysed, stand_ins)
        }
        false => {
            let stand_ins = preview::stand_ins(&analysed, &plan, &standing);
            (analysed, stand_ins)
        }
    };
    let shapes = shapes(&client, stand_ins).await.map_err(one)?;
    for node in &mut nodes {
        match shapes.get(&node.unique_id) {
            Some(Ok(shape)) => node.compare(&analysed, standing.get(&node.name), shape),
            Some(Err(why)) => {
                let shadow = &analysed.resolved.shadow;
                node.unknown = Some(shadow.published(why).into_owned());
            }
            None => {}
        }
    }
    if let Some(query) = preview::readers_query(&nodes) {
        note_readers(&client, &query, &mut nodes)
            .await
            .map_err(one)?;
    }
    if let Some(query) = preview::loses_query(&nodes) {
        note_losses(&client, &query, &mut nodes)
            .await
            .map_err(one)?;
    }
    let locks = match preview::locks_query(&nodes, session.settings.publish) {
        Some(query) => locks(&client, &query).await.map_err(one)?,
        None => Vec::new(),
    };
    let in_the_way = preview::in_the_way_query(&nodes, &plan, &standing);
    let in_the_way = match in_the_way.filter(|_| !is_legacy(session)) {
        Some(query) => texts(&client, &query).await.map_err(one)?,
        None => Vec::new(),
    };
    let preview = Preview {
        publish: published(session, &plan, &nodes),
        reused: count("reused"),
        tests_run: count("tests_run"),
        tests_reused: count("tests_reused"),
        nodes,
        removed,
        locks,
        in_the_way,
        drift: drifts.iter().map(|drift| drift.finding.clone()).collect(),
    };
    let text = match flags.output {
        Output::Json => serde_json::to_string_pretty(&preview).unwrap_or_default(),
        Output::Markdown => preview::markdown(&preview),
        _ => preview::text(&preview),
    };
    reporter.data(&format!("{}\n", text.trim_end()));
    Ok(exit_code::SUCCESS)
}

/// How the run would be published; none where it builds nothing.
fn published(session: &Session, plan: &Plan, nodes: &[NodePreview]) -> Option<String> {
    let is_built = |node: &NodePreview| matches!(node.change, Change::Added | Change::Rebuilt);
    let way = match plan.publication.is_empty() {
        _ if !nodes.iter().any(is_built) => return None,
        false => "all in one transaction",
        true if is_legacy(session) => "node by node, dbt's way",
        true => "node by node",
    };
    Some(way.to_owned())
}

/// Whether what is in the way of a publication is dropped, as dbt does.
fn is_legacy(session: &Session) -> bool {
    session.settings.publish == Publish::Legacy
}

/// The columns that relations would have, or why they are not known.
type Shapes = BTreeMap<UniqueId, Result<ExistingRelation, String>>;

/// Makes the stand-ins, asks for their columns, and makes all of it undone.
async fn shapes(client: &Client, stand_ins: Vec<StandIn>) -> Result<Shapes, Diagnostic> {
    if stand_ins.is_empty() {
        return Ok(Shapes::new());
    }
    let run = |text: String| async move {
        let done = client.batch_execute(&text).await;
        done.map_err(|error| failure(&error, &text))
    };
    // what a run has left in its shadow steps aside until all is rolled back
    let schemas: BTreeSet<String> = stand_ins
        .iter()
        .map(|one| one.place.schema.clone())
        .collect();
    let schemas: Vec<String> = schemas.into_iter().collect();
    let aside = schemas.iter().enumerate().map(|(number, schema)| {
        let (schema, number) = (quote_identifier(schema), number + 1);
        let rename = do_block(&format!(
            "begin alter schema {schema} rename to hcw_aside_{number}; \
                exception when invalid_schema_name then null; end"
        ));
        format!("{rename}; create schema {schema};")
    });
    let aside: String = aside.collect();
    let begun = format!("begin; set local lock_timeout = '2s'; {aside}");
    if let Err(error) = client.batch_execute(&begun).await {
        // who only looks may have no right to build: the rest of the plan is known all the same
        let Some(refused) = refused_to_make(&error, &begun) else {
            return Err(failure(&error, &begun));
        };
        run("rollback".to_owned()).await?;
        let unknown = stand_ins
            .into_iter()
            .map(|one| (one.id, Err(refused.clone())));
        return Ok(unknown.collect());
    }
    let mut shapes = Shapes::new();
    let mut made = Vec::new();
    for stand_in in stand_ins {
        let note = stand_in.note.unwrap_or("it reads what is not there yet");
        let Some(statement) = &stand_in.statement else {
            shapes.insert(stand_in.id, Err(note.to_owned()));
            continue;
        };
        // a message that the server cannot read does nothing at all, and a query may end in a comment
        run("savepoint one".to_owned()).await?;
        let batch = format!("{statement}\n;\nrelease one");
        match client.batch_execute(&batch).await {
            Ok(()) => made.push(stand_in),
            Err(error) => {
                let Some(refused) = ServerError::new(&error, statement) else {
                    return Err(failure(&error, statement));
                };
                run("rollback to one".to_owned()).await?;
                shapes.insert(stand_in.id, Err(refused.message));
            }
        }
    }
    let found: WarehouseState = state::read(client, &schemas).await?;
    run("rollback".to_owned()).await?;
    for stand_in in made {
        let shape = match (stand_in.note, found.get(&stand_in.place)) {
            (None, Some(shape)) => Ok(shape.clone()),
            (note, _) => Err(note.unwrap_or_default().to_owned()),
        };
        shapes.insert(stand_in.id, shape);
    }
    Ok(shapes)
}

/// Why the server lets the user make nothing, if it is that.
fn refused_to_make(error: &tokio_postgres::Error, statement: &str) -> Option<String> {
    let refusals = [
        SqlState::INSUFFICIENT_PRIVILEGE,
        SqlState::READ_ONLY_SQL_TRANSACTION,
    ];
    let code = error.code()?;
    let refused = ServerError::new(error, statement)?;
    refusals.contains(code).then_some(refused.message)
}

async fn note_readers(
    client: &Client,
    query: &str,
    nodes: &mut [NodePreview],
) -> Result<(), Diagnostic> {
    let rows = client.query(query, &[]).await;
    for row in rows.map_err(|error| failure(&error, query))? {
        let relation: String = row.get(0);
        let reader = Reader {
            column: row.get(1),
            reader: row.get(2),
        };
        let node = nodes
            .iter_mut()
            .find(|node| node.name.in_schema() == relation);
        if let Some(node) = node {
            node.breaks.push(reader);
        }
    }
    Ok(())
}

async fn note_losses(
    client: &Client,
    query: &str,
    nodes: &mut [NodePreview],
) -> Result<(), Diagnostic> {
    let rows = client.query(query, &[]).await;
    for row in rows.map_err(|error| failure(&error, query))? {
        let relation: String = row.get(0);
        let node = nodes.iter_mut().find(|node| node.relation == relation);
        if let Some(node) = node {
            node.loses.push(row.get(1));
        }
    }
    Ok(())
}

async fn texts(client: &Client, query: &str) -> Result<Vec<String>, Diagnostic> {
    let rows = client.query(query, &[]).await;
    let rows = rows.map_err(|error| failure(&error, query))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

async fn locks(client: &Client, query: &str) -> Result<Vec<Lock>, Diagnostic> {
    let rows = client.query(query, &[]).await;
    let rows = rows.map_err(|error| failure(&error, query))?;
    let lock = |row: &tokio_postgres::Row| Lock {
        relation: row.get(0),
        mode: row.get(1),
        why: row.get(2),
    };
    Ok(rows.iter().map(lock).collect())
}
