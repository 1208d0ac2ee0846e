//! The raw table: made when missing, widened when a file brings a new column.

use tokio_postgres::{Client, IsolationLevel, Transaction};

use super::header::OWN_COLUMNS;
use super::input::LandingFile;
use super::{Format, LandingTable, copy_text, lock_key, quote_identifier};

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
        quote_identifier(&table.relation.schema),
        quote_identifier(&table.relation.identifier)
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

/// A column of the table as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Existing {
    pub(crate) name: String,
    default: Option<String>,
}

/// The table's columns; `None` when there is no such table.
pub(crate) async fn existing_columns(
    transaction: &Transaction<'_>,
    table: &LandingTable,
) -> Result<Option<Vec<Existing>>, tokio_postgres::Error> {
    let rows = transaction
        .query(
            "select a.attname::text, pg_get_expr(d.adbin, d.adrelid) \
             from pg_class c \
             join pg_namespace n on n.oid = c.relnamespace \
             left join pg_attribute a \
                 on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped \
             left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum \
             where n.nspname = $1 and c.relname = $2 \
             order by a.attnum",
            &[&table.relation.schema, &table.relation.identifier],
        )
        .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let mut columns = Vec::new();
    for row in rows {
        if let Some(name) = row.try_get(0)? {
            let default = row.try_get(1)?;
            columns.push(Existing { name, default });
        }
    }
    Ok(Some(columns))
}

/// How the columns that are the same in all rows of a file are filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Constants {
    /// By their defaults, which read two settings of the session: a quarter less work for COPY.
    ByDefault,
    /// By every row: the table was made by someone else.
    ByRow,
}

/// Makes the table, or adds the columns that it lacks.
pub(crate) async fn ensure(
    transaction: &Transaction<'_>,
    table: &LandingTable,
    shape: &Shape,
) -> Result<Constants, tokio_postgres::Error> {
    let own = OWN_COLUMNS.map(|name| match own_default(name) {
        Some(default) => (name, format!("{} default {default}", own_type(name))),
        None => (name, own_type(name).to_owned()),
    });
    let column_type = shape.column_type();
    let wanted = shape
        .columns
        .iter()
        .map(|name| (name.as_str(), column_type.to_owned()))
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
            let sql = format!(
                "create index on {relation} using brin (_sha256) with (autosummarize = on)"
            );
            transaction.batch_execute(&sql).await?;
            Ok(Constants::ByDefault)
        }
        Some(existing) => {
            let missing: Vec<String> = wanted
                .filter(|(name, _)| !existing.iter().any(|known| known.name == *name))
                .map(|(name, column_type)| {
                    format!("add column {} {column_type}", quote_identifier(name))
                })
                .collect();
            if !missing.is_empty() {
                let sql = format!("alter table {relation} {}", missing.join(", "));
                transaction.batch_execute(&sql).await?;
            }
            let other_default = existing.iter().any(|column| {
                let default = own_default(&column.name);
                default.is_some() && column.default.as_deref() != default
            });
            Ok(if other_default {
                Constants::ByRow
            } else {
                Constants::ByDefault
            })
        }
    }
}

/// The statement that takes rows in the order constants (if by row), number, fields.
pub(crate) fn copy_statement(table: &LandingTable, shape: &Shape, constants: Constants) -> String {
    let columns: Vec<String> = shape
        .columns
        .iter()
        .map(|name| quote_identifier(name))
        .collect();
    let own = match constants {
        Constants::ByDefault => "_row",
        Constants::ByRow => "_file, _sha256, _loaded_at, _row",
    };
    format!(
        "copy {} ({own}, {}) from stdin",
        relation(table),
        columns.join(", ")
    )
}

/// What stands before the number in each row of a file; sets what the defaults read.
pub(crate) async fn row_prefix(
    transaction: &Transaction<'_>,
    file: &LandingFile,
    constants: Constants,
) -> Result<Vec<u8>, tokio_postgres::Error> {
    let mut prefix = Vec::new();
    match constants {
        Constants::ByDefault => {
            transaction
                .execute(
                    "select set_config('hcw.file', $1, true), set_config('hcw.sha256', $2, true)",
                    &[&file.name, &file.sha256],
                )
                .await?;
        }
        Constants::ByRow => {
            for text in [&file.name, &file.sha256, "now"] {
                copy_text::append(&mut prefix, text.as_bytes());
                prefix.push(b'\t');
            }
        }
    }
    Ok(prefix)
}

fn own_type(name: &str) -> &'static str {
    match name {
        "_row" => "bigint",
        "_loaded_at" => "timestamptz",
        _ => "text",
    }
}

/// The default of a column of hcw's own, as the server prints it.
fn own_default(name: &str) -> Option<&'static str> {
    match name {
        "_file" => Some("current_setting('hcw.file'::text, true)"),
        "_sha256" => Some("current_setting('hcw.sha256'::text, true)"),
        "_loaded_at" => Some("now()"),
        _ => None,
    }
}
