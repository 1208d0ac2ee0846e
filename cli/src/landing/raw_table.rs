//! The raw table: made when missing, widened when a file brings a new column.

use tokio_postgres::{Client, IsolationLevel, Transaction};

use super::header::OWN_COLUMNS;
use super::{Format, LandingTable, lock_key, quote_identifier};

/// What a source table's rows look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The columns that files fill, with their type.
    pub(crate) columns: Vec<String>,
    pub(crate) format: Format,
}

impl Shape {
    fn column_type(&self) -> &'static str {
        match self.format {
            Format::Csv => "text",
            Format::Ndjson => "jsonb",
        }
    }
}

/// The quoted name of the table.
pub(crate) fn relation(table: &LandingTable) -> String {
    format!(
        "{}.{}",
        quote_identifier(&table.schema),
        quote_identifier(&table.table)
    )
}

/// Makes the schema when it is missing, in a transaction of its own so that other tables' loads
/// do not wait for this one's.
pub(crate) async fn ensure_schema(
    client: &mut Client,
    schema: &str,
) -> Result<(), tokio_postgres::Error> {
    let exists = "select exists (select from pg_namespace where nspname = $1)";
    if client.query_one(exists, &[&schema]).await?.try_get(0)? {
        return Ok(());
    }
    let transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::ReadCommitted)
        .start()
        .await?;
    transaction
        .execute("select pg_advisory_xact_lock($1)", &[&lock_key(&[schema])])
        .await?;
    transaction
        .batch_execute(&format!(
            "create schema if not exists {}",
            quote_identifier(schema)
        ))
        .await?;
    transaction.commit().await
}

/// The table's columns; `None` when there is no such table.
pub(crate) async fn existing_columns(
    transaction: &Transaction<'_>,
    table: &LandingTable,
) -> Result<Option<Vec<String>>, tokio_postgres::Error> {
    let rows = transaction
        .query(
            "select a.attname::text \
             from pg_class c \
             join pg_namespace n on n.oid = c.relnamespace \
             left join pg_attribute a \
                 on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped \
             where n.nspname = $1 and c.relname = $2 \
             order by a.attnum",
            &[&table.schema, &table.table],
        )
        .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let mut names = Vec::new();
    for row in rows {
        names.extend(row.try_get::<_, Option<String>>(0)?);
    }
    Ok(Some(names))
}

/// Makes the table, or adds the columns that it lacks.
pub(crate) async fn ensure(
    transaction: &Transaction<'_>,
    table: &LandingTable,
    shape: &Shape,
) -> Result<(), tokio_postgres::Error> {
    let own = OWN_COLUMNS.map(|name| (name, own_type(name)));
    let column_type = shape.column_type();
    let wanted = shape
        .columns
        .iter()
        .map(|name| (name.as_str(), column_type))
        .chain(own);
    let relation = relation(table);
    match existing_columns(transaction, table).await? {
        None => {
            let definitions: Vec<String> = wanted
                .map(|(name, column_type)| format!("{} {column_type}", quote_identifier(name)))
                .collect();
            let sql = format!("create table {relation} ({})", definitions.join(", "));
            transaction.batch_execute(&sql).await?;
            // files lie one behind the other, so a small index finds a file's rows
            let sql = format!("create index on {relation} using brin (_sha256)");
            transaction.batch_execute(&sql).await
        }
        Some(existing) => {
            let missing: Vec<String> = wanted
                .filter(|(name, _)| !existing.iter().any(|known| known == name))
                .map(|(name, column_type)| {
                    format!("add column {} {column_type}", quote_identifier(name))
                })
                .collect();
            if missing.is_empty() {
                return Ok(());
            }
            let sql = format!("alter table {relation} {}", missing.join(", "));
            transaction.batch_execute(&sql).await
        }
    }
}

/// The statement that takes rows in the order path, digest, number, fields.
pub(crate) fn copy_statement(table: &LandingTable, shape: &Shape) -> String {
    let columns: Vec<String> = shape
        .columns
        .iter()
        .map(|name| quote_identifier(name))
        .collect();
    format!(
        "copy {} (_file, _sha256, _row, {}) from stdin",
        relation(table),
        columns.join(", ")
    )
}

fn own_type(name: &str) -> &'static str {
    match name {
        "_row" => "bigint",
        "_loaded_at" => "timestamptz default now()",
        _ => "text",
    }
}

/// Lets the index on `_sha256` know of the rows that were just added.
pub(crate) async fn summarise(
    transaction: &Transaction<'_>,
    table: &LandingTable,
) -> Result<(), tokio_postgres::Error> {
    transaction
        .execute(
            "select brin_summarize_new_values(i.indexrelid) \
             from pg_index i \
             join pg_class c on c.oid = i.indexrelid \
             join pg_am m on m.oid = c.relam \
             where i.indrelid = $1::text::regclass and m.amname = 'brin' \
                 and pg_has_role(c.relowner, 'usage')",
            &[&relation(table)],
        )
        .await
        .map(|_| ())
}
