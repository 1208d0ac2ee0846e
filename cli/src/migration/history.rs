//! The history of applied migrations as the server keeps it.

use tokio_postgres::Client;

/// One applied migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Applied {
    /// Its version.
    pub(crate) version: i32,
    /// Its name.
    pub(crate) name: String,
    /// When it was applied, in UTC.
    pub(crate) applied_on: String,
    /// Checksum of what was applied.
    pub(crate) checksum: String,
}

/// Reads a history in the order of versions; a table that does not exist is an empty history.
pub(crate) async fn read(
    client: &Client,
    table: &str,
) -> Result<Vec<Applied>, tokio_postgres::Error> {
    let exists = client
        .query_one("select to_regclass($1) is not null", &[&table])
        .await?;
    if !exists.try_get::<_, bool>(0)? {
        return Ok(Vec::new());
    }
    let select = format!(
        "select version::int4, coalesce(name, ''), coalesce(applied_on, ''), coalesce(checksum, '') \
         from {table} order by version"
    );
    let mut applied = Vec::new();
    for row in client.query(&select, &[]).await? {
        applied.push(Applied {
            version: row.try_get(0)?,
            name: row.try_get(1)?,
            applied_on: row.try_get(2)?,
            checksum: row.try_get(3)?,
        });
    }
    Ok(applied)
}
