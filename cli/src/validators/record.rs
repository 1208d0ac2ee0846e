//! What a database has and offers: one query.

use tokio_postgres::error::SqlState;
use tokio_postgres::{GenericClient, Row};

use super::EXTENSION;

/// What is installed in a database, and what its server offers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Installed version of the extension, whoever installed it.
    pub(super) extension: Option<String>,
    /// Version of the extension that the server offers.
    pub(super) offered: Option<String>,
    /// Whether the role may create it.
    pub(super) may_create: bool,
    /// The role.
    pub(super) role: String,
    /// What hcw installed.
    pub(super) parts: Vec<Part>,
}

/// A part that hcw installed: `native`, `portable` or `codes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) checksum: String,
    /// Objects as `DROP` names them.
    pub(super) objects: Vec<String>,
}

impl Found {
    /// The part of this name.
    pub(super) fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }
}

/// The record's table, and the schema that every form of the validators lives in.
pub(super) const TABLE: &str = "
    create table if not exists hcw.validator_installation (
        part text primary key check (part in ('native', 'portable', 'codes')),
        version text not null,
        checksum text not null,
        objects text[] not null default '{}',
        installed_at timestamptz not null default now()
    );
    comment on table hcw.validator_installation is
    'One row per part of the validators that hcw installed: one of the twins, and the code tables.';
    comment on column hcw.validator_installation.objects is 'What is dropped when the other twin is installed.';";

const SERVER: &str = "
    select
        extension.extversion as extension,
        available.version as offered,
        coalesce(
            roles.rolsuper
            or (
                (available.trusted or not available.superuser)
                and has_database_privilege(current_database(), 'create')
            ),
            false
        ) as may_create,
        current_user::text as role
    from pg_catalog.pg_roles as roles
    left join pg_catalog.pg_extension as extension on extension.extname = 'hcw_pg'
    left join (
        select versions.version, versions.superuser, versions.trusted
        from pg_catalog.pg_available_extensions as extensions
        inner join pg_catalog.pg_available_extension_versions as versions
            on versions.name = extensions.name and versions.version = extensions.default_version
        where extensions.name = 'hcw_pg'
    ) as available on true
    where roles.rolname = current_user";

/// Reads both.
pub(super) async fn read(client: &impl GenericClient) -> Result<Found, tokio_postgres::Error> {
    debug_assert!(SERVER.contains(EXTENSION));
    let both = format!(
        "select server.*, part.part, part.checksum, part.objects
        from ({SERVER}) as server left join hcw.validator_installation as part on true"
    );
    let rows = client.query(&both, &[]).await?;
    found(&rows, true)
}

/// Reads both from a database that may have no record yet. Not for use within a transaction.
pub(super) async fn read_if_any(
    client: &impl GenericClient,
) -> Result<Found, tokio_postgres::Error> {
    match read(client).await {
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => {
            found(&client.query(SERVER, &[]).await?, false)
        }
        result => result,
    }
}

fn found(rows: &[Row], has_parts: bool) -> Result<Found, tokio_postgres::Error> {
    let mut found = Found::default();
    for row in rows {
        found.extension = row.try_get("extension")?;
        found.offered = row.try_get("offered")?;
        found.may_create = row.try_get("may_create")?;
        found.role = row.try_get("role")?;
        if has_parts && let Some(name) = row.try_get("part")? {
            found.parts.push(Part {
                name,
                checksum: row.try_get("checksum")?,
                objects: row.try_get("objects")?,
            });
        }
    }
    Ok(found)
}

/// Records a part.
pub(super) async fn write(
    client: &impl GenericClient,
    part: &Part,
    version: &str,
) -> Result<(), tokio_postgres::Error> {
    let statement = "
        insert into hcw.validator_installation (part, version, checksum, objects)
        values ($1, $2, $3, $4)
        on conflict (part) do update set
            version = excluded.version,
            checksum = excluded.checksum,
            objects = excluded.objects,
            installed_at = now()";
    client
        .execute(
            statement,
            &[&part.name, &version, &part.checksum, &part.objects],
        )
        .await?;
    Ok(())
}

/// Forgets a part.
pub(super) async fn remove(
    client: &impl GenericClient,
    name: &str,
) -> Result<(), tokio_postgres::Error> {
    let statement = "delete from hcw.validator_installation where part = $1";
    client.execute(statement, &[&name]).await?;
    Ok(())
}
