//! The way for a newer portable script: functions whose result or parameters it changes cannot be
//! replaced, so they are dropped and made again; where something uses them, nothing happens.

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_validators::sql::catalogue::domains;
use tokio_postgres::error::SqlState;
use tokio_postgres::{GenericClient, Transaction};

use super::PORTABLE;
use super::install::refused;

/// Installed functions that the new ones, here as stubs in the schema of temporary objects, cannot
/// replace: same name and argument types, but another result, other names or modes of parameters,
/// another kind, or a default less.
const CHANGED: &str = "
    select installed.oid
    from pg_catalog.pg_proc as stub
    inner join pg_catalog.pg_proc as installed
        on installed.proname = stub.proname
        and installed.proargtypes::text = stub.proargtypes::text
    where stub.pronamespace = pg_my_temp_schema()
        and installed.pronamespace = 'hcw'::regnamespace
        and (
            (stub.prorettype, stub.proretset, stub.prokind) is distinct from
                (installed.prorettype, installed.proretset, installed.prokind)
            or stub.proargnames is distinct from installed.proargnames
            or stub.proargmodes::text is distinct from installed.proargmodes::text
            or stub.proallargtypes::text is distinct from installed.proallargtypes::text
            or stub.pronargdefaults < installed.pronargdefaults
        )";

/// Functions of these numbers and the domains of these names whose checks call them, with their
/// array types.
const DOOMED: &str = "
    doomed (class, object) as (
        select 'pg_catalog.pg_proc'::regclass::oid, function.oid
        from unnest($1::oid[]) as function (oid)
        union
        select 'pg_catalog.pg_type'::regclass::oid, same.oid
        from pg_catalog.pg_depend as call
        inner join pg_catalog.pg_constraint as condition
            on call.classid = 'pg_catalog.pg_constraint'::regclass and condition.oid = call.objid
        inner join pg_catalog.pg_type as domain on domain.oid = condition.contypid
        cross join lateral (values (domain.oid), (domain.typarray)) as same (oid)
        where call.refclassid = 'pg_catalog.pg_proc'::regclass
            and call.refobjid = any ($1)
            and domain.typnamespace = 'hcw'::regnamespace
            and domain.typname = any ($2)
    )";

/// What uses the doomed, besides themselves: a view where a rule of it does, a domain where
/// its constraint does, else the object.
const USERS: &str = "
    select distinct
        case
            when rule.ev_class is not null then pg_describe_object('pg_catalog.pg_class'::regclass, rule.ev_class, 0)
            when condition.contypid <> 0 then pg_describe_object('pg_catalog.pg_type'::regclass, condition.contypid, 0)
            else pg_describe_object(usage.classid, usage.objid, usage.objsubid)
        end as description
    from doomed
    inner join pg_catalog.pg_depend as usage
        on usage.refclassid = doomed.class and usage.refobjid = doomed.object
    left join pg_catalog.pg_rewrite as rule
        on usage.classid = 'pg_catalog.pg_rewrite'::regclass and rule.oid = usage.objid
    left join pg_catalog.pg_constraint as condition
        on usage.classid = 'pg_catalog.pg_constraint'::regclass and condition.oid = usage.objid
    where usage.deptype in ('n', 'a')
        and not exists (
            select from doomed as other
            where (other.class = usage.classid and other.object = usage.objid)
                or (other.class = 'pg_catalog.pg_type'::regclass and other.object = condition.contypid)
        )
    order by 1";

/// The drops of the doomed: domains, then functions.
const DROPS: &str = "
    select format('drop domain hcw.%I', typname)
    from doomed inner join pg_catalog.pg_type on pg_type.oid = doomed.object
    where doomed.class = 'pg_catalog.pg_type'::regclass and typtype = 'd'
    union all
    select format('drop function hcw.%I(%s)', proname, oidvectortypes(proargtypes))
    from doomed inner join pg_catalog.pg_proc on pg_proc.oid = doomed.object
    where doomed.class = 'pg_catalog.pg_proc'::regclass";

/// What gives the rights on the doomed functions again, where they are not the ordinary ones.
const GRANTS: &str = "
    select format('revoke all on function hcw.%I(%s) from public', proname, oidvectortypes(proargtypes))
    from pg_catalog.pg_proc
    where oid = any ($1) and proacl is not null
    union all
    select format(
        'grant %s on function hcw.%I(%s) to %s%s',
        entry.privilege_type,
        proname,
        oidvectortypes(proargtypes),
        case entry.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(entry.grantee)) end,
        case when entry.is_grantable and entry.grantee <> proowner then ' with grant option' else '' end
    )
    from pg_catalog.pg_proc, aclexplode(proacl) as entry
    where oid = any ($1)";

/// Drops the installed functions that the script cannot replace, and the domains over them; returns
/// the statements that give their rights again.
///
/// **Errors**: HCW1103 with every object that uses one of them; nothing is dropped then.
pub(super) async fn clear_the_way(transaction: &mut Transaction<'_>) -> Result<String, Diagnostic> {
    let changed = changed(transaction).await?;
    if changed.is_empty() {
        return Ok(String::new());
    }
    let users = users(transaction, &changed).await?;
    if !users.is_empty() {
        let mut diagnostic = Diagnostic::error(
            Code::ValidatorsInUse,
            format!(
                "the newer validators change the parameters or results of {} that {} use",
                counted(changed.len(), "function"),
                counted(users.len(), "object"),
            ),
        )
        .help(
            "drop these objects (a column of a domain can become text instead), run `hcw validators \
             install` and make them again; hcw drops nothing of yours. Until then `vars: {hcw: \
             {validators: none}}` keeps what is installed",
        );
        for user in users {
            diagnostic = diagnostic.note(user);
        }
        return Err(diagnostic);
    }
    let names: Vec<&str> = domains().collect();
    let cannot = |error| refused("older functions cannot be dropped", &error);
    let grants = lines(transaction, GRANTS, &[&changed]).await?;
    let drops = format!("with recursive {DOOMED} {DROPS}");
    for statement in lines(transaction, &drops, &[&changed, &names]).await? {
        transaction
            .batch_execute(&statement)
            .await
            .map_err(cannot)?;
    }
    Ok(grants.join(";\n"))
}

/// A warning for each object that the new version no longer has and that something uses.
pub(super) async fn left_behind(
    client: &impl GenericClient,
    objects: &[String],
) -> Result<Vec<Diagnostic>, Diagnostic> {
    let mut warnings = Vec::new();
    for object in objects {
        let mut warning = Diagnostic::warning(
            Code::ValidatorsInUse,
            format!("{object}, which these validators no longer have, is kept because it is used"),
        )
        .help("drop or change what uses it; the next update then drops it");
        if let Some(function) = object.strip_prefix("function ") {
            let found = "select to_regprocedure($1)::oid";
            let row = client.query_one(found, &[&function]).await;
            let row = row.map_err(|error| refused("a function cannot be looked up", &error))?;
            if let Some(function) = row.get::<_, Option<u32>>(0) {
                for user in users(client, &[function]).await? {
                    warning = warning.note(user);
                }
            }
        }
        warnings.push(warning);
    }
    Ok(warnings)
}

/// The installed functions that the script cannot replace.
async fn changed(transaction: &mut Transaction<'_>) -> Result<Vec<u32>, Diagnostic> {
    let cannot = |error| refused("they cannot be compared", &error);
    let exist =
        "select exists (select from pg_catalog.pg_proc where pronamespace = 'hcw'::regnamespace)";
    let exist = transaction.query_one(exist, &[]).await.map_err(cannot)?;
    if !exist.get::<_, bool>(0) {
        return Ok(Vec::new());
    }
    let attempt = transaction.savepoint("hcw_stubs").await.map_err(cannot)?;
    let found = match attempt.batch_execute(&stubs()).await {
        Ok(()) => attempt.query(CHANGED, &[]).await.map_err(cannot),
        // without the right to make temporary objects, the script itself finds out
        Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => Ok(Vec::new()),
        Err(error) => Err(cannot(error)),
    };
    attempt.rollback().await.map_err(cannot)?;
    Ok(found?.iter().map(|row| row.get(0)).collect())
}

/// The script's functions as temporary ones without bodies.
fn stubs() -> String {
    let mut stubs = "set local check_function_bodies = off;\n".to_owned();
    for (_, text) in PORTABLE.iter() {
        for rest in text.split("create or replace function hcw.").skip(1) {
            let head = rest
                .split_once("\nlanguage ")
                .map_or(rest, |(head, _)| head);
            stubs.push_str(&format!(
                "create function pg_temp.{head} language sql as '';\n"
            ));
        }
    }
    stubs
}

async fn users(client: &impl GenericClient, functions: &[u32]) -> Result<Vec<String>, Diagnostic> {
    let names: Vec<&str> = domains().collect();
    let query = format!("with recursive {DOOMED} {USERS}");
    lines(client, &query, &[&functions, &names]).await
}

async fn lines(
    client: &impl GenericClient,
    query: &str,
    parameters: &[&(dyn tokio_postgres::types::ToSql + Sync)],
) -> Result<Vec<String>, Diagnostic> {
    let rows = client
        .query(query, parameters)
        .await
        .map_err(|error| refused("what uses them cannot be looked up", &error))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// `1 function`, `2 functions`.
fn counted(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}
