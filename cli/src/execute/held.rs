//! Runs that wait in their shadow: what they leave there, what is found there, and its publication.

use std::collections::BTreeMap;

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::graph::Resolved;
use hcw_core::held::{Held, Stand, Standing};
use hcw_core::shadow::Shadow;
use tokio_postgres::Client;

use super::{interruption, publish};
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
    before: &Standing,
) -> Result<(), Diagnostic> {
    let standing = standing_of(client, shadow).await?;
    let comments = Held::of(shadow, run, is_audited, (before, &standing)).comments();
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

/// Publishes a run that waits, unless it is interrupted: over the first connection, which the second cancels by its name.
///
/// **Errors**: HCW0704 when it is not fit to be published; HCW0701 with all that is in the way; HCW0604.
pub(crate) async fn publish(
    (client, other, application_name): (&Client, &Client, &str),
    held: &Held,
    resolved: &Resolved,
    reporter: &Reporter,
) -> Result<bool, Diagnostic> {
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
    publish::flush(client).await;
    let ended = publish::publish(
        (client, Some((other, application_name))),
        &publication,
        record.as_ref(),
        interruption(),
        reporter,
    )
    .await;
    match ended {
        publish::End::Published => {}
        publish::End::Interrupted => return Ok(false),
        publish::End::Refused(problem) => return Err(*problem),
        publish::End::Lost(problem) => {
            return Err(problem.help("`hcw publish` says whether the run still waits"));
        }
    }
    memory::note_published(client, &held.run).await;
    reporter.diagnostics(memory::refused(client).await.as_slice());
    Ok(true)
}

/// What stands where a shadow is published to.
pub(super) async fn standing_of(client: &Client, shadow: &Shadow) -> Result<Standing, Diagnostic> {
    let targets: Vec<String> = shadow.published_to().collect();
    standing(client, &targets).await
}

/// That somebody else has changed rows which the run had copied before, and which it has published without that.
pub(super) fn written_meanwhile(
    shadow: &Shadow,
    before: &Standing,
    now: &Standing,
) -> Vec<Diagnostic> {
    let changed = Held::of(shadow, "", true, (before, now)).changed_since(now);
    let warnings = changed.into_iter().map(|name| {
        Diagnostic::warning(
            Code::NotPublishable,
            format!("somebody has changed rows of {name} while it was built: it is published without them"),
        )
        .help("changes that were counted late may be in it; look, and make them again if need be")
    });
    warnings.collect()
}

/// What stands in schemas.
async fn standing(client: &Client, schemas: &[String]) -> Result<Standing, Diagnostic> {
    let query = "
        select
            namespace.nspname, class.relname, class.oid,
            case when current_setting('server_version_num')::integer >= 150000 then concat_ws(
                ' ', pg_stat_get_tuples_inserted(class.oid), pg_stat_get_tuples_updated(class.oid),
                pg_stat_get_tuples_deleted(class.oid)
            ) end,
            concat_ws(' ', pg_relation_filenode(class.oid), (
                select md5(string_agg(
                    concat_ws(' ', quote_ident(attribute.attname), attribute.atttypid, attribute.atttypmod),
                    ',' order by attribute.attnum
                ))
                from pg_catalog.pg_attribute as attribute
                where attribute.attrelid = class.oid and attribute.attnum > 0 and not attribute.attisdropped
            ))
        from pg_catalog.pg_class as class
        inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
        where namespace.nspname = any ($1) and class.relkind in ('r', 'p', 'v', 'm', 'f')";
    let rows = client
        .query(query, &[&schemas])
        .await
        .map_err(|error| failure(&error, query))?;
    let entry = |row: &tokio_postgres::Row| {
        let stand = Stand {
            oid: row.get(2),
            changes: row.get(3),
            shape: row.get(4),
        };
        ((row.get(0), row.get(1)), stand)
    };
    Ok(rows.iter().map(entry).collect::<BTreeMap<_, _>>())
}
