//! Runs that wait in their shadow: what they leave there, what is found there, and its publication.

use std::collections::BTreeMap;

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::graph::Resolved;
use hcw_core::held::{Held, Standing};
use hcw_core::shadow::Shadow;
use tokio_postgres::Client;

use super::publish;
use crate::db::state::failure;
use crate::memory;
use crate::report::Reporter;

/// Says what a run leaves in its shadow.
pub(crate) fn tell(shadow: &Shadow, is_audited: bool, reporter: &Reporter) {
    let schemas: Vec<String> = shadow.built_in().collect();
    let next = match is_audited {
        true => "`hcw publish` publishes it",
        false => "it is left for inspection",
    };
    reporter.line(&format!(
        "Nothing was published. What was built is in {} until the next run, or `hcw clean --shadow`; {next}.",
        schemas.join(", ")
    ));
}

/// Leaves the record of a run in its shadow.
pub(super) async fn keep(
    client: &Client,
    shadow: &Shadow,
    run: &str,
    is_audited: bool,
) -> Result<(), Diagnostic> {
    let targets: Vec<String> = shadow.published_to().collect();
    let standing = standing(client, &targets).await?;
    let comments = Held::of(shadow, run, is_audited, &standing).comments();
    let batch = comments.join(";\n");
    client
        .batch_execute(&batch)
        .await
        .map_err(|error| failure(&error, &batch))
}

/// The runs that wait in the shadows of schemas, the oldest first.
///
/// **Errors**: HCW0604 or HCW0701.
pub(crate) async fn find(client: &Client, schemas: &[String]) -> Result<Vec<Held>, Diagnostic> {
    let query = "
        select obj_description(oid, 'pg_namespace')
        from pg_catalog.pg_namespace
        where nspname = any ($1)
        order by oid";
    let rows = client
        .query(query, &[&schemas])
        .await
        .map_err(|error| failure(&error, query))?;
    let mut found: Vec<Held> = Vec::new();
    for row in rows {
        let comment: Option<String> = row.get(0);
        if let Some(held) = comment.as_deref().and_then(Held::read)
            && !found.contains(&held)
        {
            found.push(held);
        }
    }
    Ok(found)
}

/// Publishes a run that waits.
///
/// **Errors**: HCW0704 when it is not fit to be published; HCW0701 with all that is in the way.
pub(crate) async fn publish(
    client: &Client,
    held: &Held,
    resolved: &Resolved,
    reporter: &Reporter,
) -> Result<(), Diagnostic> {
    let refused = |why: &str| {
        Diagnostic::error(
            Code::NotPublishable,
            format!("run {} is not published: {why}", held.run),
        )
    };
    if !held.is_audited {
        return Err(refused("a node or a test of it failed")
            .help("look into the shadow, correct what is wrong, and build again"));
    }
    let standing = standing(client, &held.schemas()).await?;
    let changed = held.changed_since(&standing);
    if !changed.is_empty() {
        let why = format!("{} changed after it was built", changed.join(", "));
        return Err(refused(&why).help("build again"));
    }
    let record = memory::held_record(client, &held.run).await;
    let publication = held.publication(resolved);
    let never = std::future::pending();
    let ended = publish::publish(
        (client, None),
        &publication,
        record.as_ref(),
        never,
        reporter,
    )
    .await;
    if let publish::End::Refused(problem) = ended {
        return Err(*problem);
    }
    memory::note_published(client, &held.run).await;
    reporter.diagnostics(memory::refused(client).await.as_slice());
    Ok(())
}

/// What stands in schemas.
async fn standing(client: &Client, schemas: &[String]) -> Result<Standing, Diagnostic> {
    let query = "
        select namespace.nspname, class.relname, class.oid
        from pg_catalog.pg_class as class
        inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
        where namespace.nspname = any ($1) and class.relkind in ('r', 'p', 'v', 'm', 'f')";
    let rows = client
        .query(query, &[&schemas])
        .await
        .map_err(|error| failure(&error, query))?;
    let entry = |row: &tokio_postgres::Row| ((row.get(0), row.get(1)), row.get(2));
    Ok(rows.iter().map(entry).collect::<BTreeMap<_, _>>())
}
