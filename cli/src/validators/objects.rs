//! The objects of the portable twin: which ones the scripts made, and dropping them when nothing of the
//! user's depends on them.

use hcw_core::diagnostic::{Code, Diagnostic};
use tokio_postgres::error::SqlState;
use tokio_postgres::{GenericClient, Transaction};

use super::install::refused;

/// Objects that an error names before the rest is left out.
const DEPENDENTS_SHOWN: usize = 20;

/// Objects in hcw's schemas that this transaction made or replaced, as `DROP` names them. A row that
/// it wrote, also within a block that catches errors, is not older than the transaction itself.
const WRITTEN: &str = "
    select object.kind || ' ' || (pg_identify_object(object.class, object.oid, 0)).identity
    from (
        select
            'pg_catalog.pg_proc'::regclass::oid as class,
            oid,
            case prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end as kind,
            pronamespace as namespace,
            xmin
        from pg_catalog.pg_proc
        union all
        select
            'pg_catalog.pg_type'::regclass::oid,
            oid,
            case typtype when 'd' then 'domain' else 'type' end,
            typnamespace,
            xmin
        from pg_catalog.pg_type
        where typtype in ('d', 'e', 'r')
        union all
        select
            'pg_catalog.pg_class'::regclass::oid,
            oid,
            case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'c' then 'type' else 'table' end,
            relnamespace,
            xmin
        from pg_catalog.pg_class
        where relkind in ('r', 'v', 'm', 'c')
            and oid <> 'hcw.validator_installation'::regclass
    ) as object
    inner join pg_catalog.pg_namespace as namespace on namespace.oid = object.namespace
    where (namespace.nspname = 'hcw' or namespace.nspname like 'hcw\\_%')
        and namespace.nspname <> 'hcw_codes'
        and age(object.xmin) <= age(pg_current_xact_id()::xid)
    order by 1";

/// The objects that this transaction made or replaced.
pub(super) async fn written(client: &impl GenericClient) -> Result<Vec<String>, Diagnostic> {
    let rows = client
        .query(WRITTEN, &[])
        .await
        .map_err(|error| refused("the new objects cannot be listed", &error))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Drops functions that the scripts no longer have; returns those that are still used.
pub(super) async fn drop_obsolete(
    transaction: &mut Transaction<'_>,
    gone: Vec<String>,
) -> Result<Vec<String>, Diagnostic> {
    let mut used = Vec::new();
    for object in gone {
        let attempt = transaction
            .savepoint("hcw_obsolete")
            .await
            .map_err(|error| refused("no savepoint", &error))?;
        let dropped = drops(std::slice::from_ref(&object));
        let result = attempt.batch_execute(&dropped.concat()).await;
        let ended = if result.is_ok() {
            attempt.commit().await
        } else {
            used.push(object);
            attempt.rollback().await
        };
        ended.map_err(|error| refused("no savepoint", &error))?;
    }
    Ok(used)
}

/// Kinds in the order in which they are dropped: what may use another comes first.
const KINDS: [&str; 8] = [
    "view",
    "materialized view",
    "table",
    "domain",
    "aggregate",
    "procedure",
    "function",
    "type",
];

/// One statement per kind: objects of one statement may depend on each other.
pub(super) fn drops(objects: &[String]) -> Vec<String> {
    KINDS
        .iter()
        .filter_map(|kind| {
            let names: Vec<&str> = objects
                .iter()
                .filter_map(|object| object.strip_prefix(kind)?.strip_prefix(' '))
                .collect();
            (!names.is_empty()).then(|| format!("drop {kind} if exists {}", names.join(", ")))
        })
        .collect()
}

/// Drops, and refuses with a list when something depends on what would go.
pub(super) async fn drop_unused(
    client: &impl GenericClient,
    statement: &str,
) -> Result<(), Diagnostic> {
    let Err(error) = client.batch_execute(statement).await else {
        return Ok(());
    };
    let server = error
        .as_db_error()
        .filter(|server| *server.code() == SqlState::DEPENDENT_OBJECTS_STILL_EXIST);
    let Some(server) = server else {
        return Err(refused("the other form cannot be dropped", &error));
    };
    // of this SQLSTATE the detail names objects only, a line each
    let lines: Vec<&str> = server.detail().unwrap_or_default().lines().collect();
    let mut diagnostic = Diagnostic::error(
        Code::ValidatorsInUse,
        format!("{} objects use the installed validators", lines.len()),
    )
    .help("drop or change these first; hcw drops nothing of yours");
    for line in lines.iter().take(DEPENDENTS_SHOWN) {
        diagnostic = diagnostic.note(*line);
    }
    if lines.len() > DEPENDENTS_SHOWN {
        diagnostic = diagnostic.note(format!("and {} more", lines.len() - DEPENDENTS_SHOWN));
    }
    Err(diagnostic)
}

#[cfg(test)]
mod tests {
    use super::drops;

    #[test]
    fn users_of_others_are_dropped_first() {
        let objects = [
            "function hcw.f(text)",
            "view hcw.v",
            "function hcw.g(text)",
            "domain hcw.d",
        ];
        let statements = drops(&objects.map(str::to_owned));
        assert_eq!(
            statements,
            [
                "drop view if exists hcw.v",
                "drop domain if exists hcw.d",
                "drop function if exists hcw.f(text), hcw.g(text)"
            ]
        );
    }
}
