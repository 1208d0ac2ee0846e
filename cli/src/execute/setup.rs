//! What surrounds the steps: the lock of the run, schemas, and cancelling.

use std::collections::BTreeSet;

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::graph::Resolved;
use hcw_core::name::quote_identifier;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

use super::leftovers;
use crate::db::state::failure;
use crate::report::Reporter;

/// Holds the schemas that a run may build in, and the name that its connections bear, as long as this connection lives;
/// says so when it has to wait. They have an order, so that two runs never wait for each other. What is left of runs
/// that were killed is ended. Whether there was anything to wait for, so that what was read before can be old.
pub(crate) async fn lock(
    client: &Client,
    schemas: &BTreeSet<String>,
    application_name: &str,
    reporter: &Reporter,
) -> Result<bool, Diagnostic> {
    let mut keys: Vec<String> = schemas
        .iter()
        .map(|name| format!("hcw run {name}"))
        .collect();
    keys.push(application_name.to_owned());
    let attempt = "
        select coalesce(bool_and(pg_try_advisory_lock(hashtextextended(key, 0))), true)
        from unnest($1::text[]) as listed (key)";
    let row = client
        .query_typed_one(attempt, &[(&keys, Type::TEXT_ARRAY)])
        .await
        .map_err(|error| failure(&error, attempt))?;
    if row.get(0) {
        return leftovers::end(client, reporter).await;
    }
    reporter.line("another hcw run works on this target; waiting for it to end");
    let release = "select pg_advisory_unlock_all()";
    client
        .execute(release, &[])
        .await
        .map_err(|error| failure(&error, release))?;
    let wait = "select pg_advisory_lock(hashtextextended($1, 0))";
    for key in &keys {
        client
            .execute(wait, &[key])
            .await
            .map_err(|error| failure(&error, wait))?;
    }
    leftovers::end(client, reporter).await?;
    Ok(true)
}

/// Those of the schemas that exist, in order.
pub(crate) async fn present(
    client: &Client,
    schemas: &[impl AsRef<str>],
) -> Result<Vec<String>, Diagnostic> {
    let wanted: Vec<&str> = schemas.iter().map(AsRef::as_ref).collect();
    let query =
        "select nspname from pg_catalog.pg_namespace where nspname = any ($1::text[]) order by 1";
    let rows = client
        .query_typed(query, &[(&wanted, Type::TEXT_ARRAY)])
        .await
        .map_err(|error| failure(&error, query))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Makes the schemas that do not exist; an existing one needs no right to create schemas.
pub(crate) async fn create_schemas<'name>(
    client: &Client,
    schemas: impl IntoIterator<Item = &'name String>,
) -> Result<(), Diagnostic> {
    let wanted: Vec<&str> = schemas.into_iter().map(String::as_str).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let present = present(client, &wanted).await?;
    let is_present = |schema: &str| present.iter().any(|name| name == schema);
    let missing: Vec<&str> = (wanted.into_iter())
        .filter(|schema| !is_present(schema))
        .collect();
    let Some(first) = missing.first() else {
        return Ok(());
    };
    let statements: Vec<String> = missing
        .iter()
        .map(|schema| format!("create schema if not exists {}", quote_identifier(schema)))
        .collect();
    let batch = statements.join(";\n");
    let created = client.batch_execute(&batch).await;
    created.map_err(|error| match error.code() {
        // whoever may make one of them may make all
        Some(&SqlState::INSUFFICIENT_PRIVILEGE) => not_allowed(first),
        _ => failure(&error, &batch),
    })
}

fn not_allowed(schema: &str) -> Diagnostic {
    Diagnostic::error(
        Code::SqlFailed,
        format!("the schema `{schema}` does not exist, and the user may not create schemas (SQLSTATE 42501)"),
    )
    .help("runs build in schemas beside those of the project: grant create on the database to the user")
}

/// How many relations are dropped in one transaction: each takes several of the locks that a server has room for.
const DROPS_AT_ONCE: usize = 500;

/// Removes shadow schemas with all that is in them: tables that were replaced, and what a run that was killed or
/// that published nothing left behind, there and in the shadows of other schemas that read it, and the views of failing
/// rows over it. Nothing else outside of them is touched: without CASCADE the server refuses that.
pub(crate) async fn remove_shadows(
    client: &Client,
    schemas: &[String],
    resolved: &Resolved,
) -> Result<(), Diagnostic> {
    if schemas.is_empty() {
        return Ok(());
    }
    let present = "
        select namespace.nspname, exists (
            select from pg_catalog.pg_depend as dependency
            where dependency.refclassid = 'pg_namespace'::regclass and dependency.refobjid = namespace.oid
        )
        from pg_catalog.pg_namespace as namespace
        where namespace.nspname = any ($1::text[])
        order by namespace.nspname";
    let rows = client
        .query_typed(present, &[(&schemas, Type::TEXT_ARRAY)])
        .await
        .map_err(|error| failure(&error, present))?;
    let schemas: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    if schemas.is_empty() {
        return Ok(());
    }
    let quoted: Vec<String> = schemas.iter().map(|name| quote_identifier(name)).collect();
    let drop = format!("drop schema if exists {}", quoted.join(", "));
    // to look for what is in them, and for what reads that, takes its time
    let is_empty = |row: &Row| !row.get::<_, bool>(1);
    if rows.iter().all(is_empty) {
        let dropped = client.batch_execute(&drop).await;
        return dropped.map_err(|error| failure(&error, &drop));
    }
    let (of_tests, views): (Vec<&str>, Vec<&str>) = resolved
        .stored_views()
        .map(|view| (view.schema.as_str(), view.identifier.as_str()))
        .unzip();
    // what reads another was made after it; tables that refer to others go at once
    let query = r"
        with recursive doomed as (
            select class.oid, class.relkind, namespace.nspname, class.relname
            from pg_catalog.pg_class as class
            inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
            where namespace.nspname = any ($1::text[]) and class.relkind in ('r', 'p', 'v', 'm')
            union
            select class.oid, class.relkind, namespace.nspname, class.relname
            from doomed
            inner join pg_catalog.pg_depend as dependency
                on dependency.refclassid = 'pg_class'::regclass
                and dependency.refobjid = doomed.oid
                and dependency.classid = 'pg_rewrite'::regclass
            inner join pg_catalog.pg_rewrite as rewrite on rewrite.oid = dependency.objid
            inner join pg_catalog.pg_class as class on class.oid = rewrite.ev_class
            inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
            where
                class.relkind in ('v', 'm')
                and (
                    namespace.nspname like 'hcw\_shadow\_\_%'
                    or (namespace.nspname, class.relname) in (select * from unnest($2::text[], $3::text[]))
                )
        ),

        named as (
            select
                oid, relkind, relkind in ('v', 'm') as reads, format('%I.%I', nspname, relname) as name,
                exists (
                    select from pg_catalog.pg_constraint as key
                    where key.contype = 'f' and doomed.oid in (key.conrelid, key.confrelid)
                ) as refers
            from doomed
        )

        (
            select format(
                'drop %s %s', case relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end, name
            )
            from named
            where reads or not refers
            order by reads desc, oid desc
        )
        union all
        (
            select 'drop table ' || string_agg(name, ', ' order by oid)
            from named
            where not reads and refers
            having count(*) > 0
        )";
    let rows = client
        .query_typed(
            query,
            &[
                (&schemas, Type::TEXT_ARRAY),
                (&of_tests, Type::TEXT_ARRAY),
                (&views, Type::TEXT_ARRAY),
            ],
        )
        .await
        .map_err(|error| failure(&error, query))?;
    let drops = rows.iter().map(|row| row.get::<_, String>(0));
    let statements: Vec<String> = drops.chain([drop]).collect();
    for some in statements.chunks(DROPS_AT_ONCE) {
        let batch = some.join(";\n");
        let done = client.batch_execute(&batch).await;
        done.map_err(|error| failure(&error, &batch))?;
    }
    Ok(())
}

/// Cancels the queries of the run's connections.
pub(super) async fn cancel(client: &Client, application_name: &str) {
    let statement = "
        select pg_cancel_backend(pid)
        from pg_catalog.pg_stat_activity
        where application_name = $1 and pid <> pg_backend_pid() and state <> 'idle'";
    // when this fails the queries end by themselves
    let _failed = client.execute(statement, &[&application_name]).await;
}
