//! Reads what the warehouse holds: relations and columns of some schemas.

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::state::{ExistingRelation, RelationType, WarehouseState};
use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};

use super::redact::ServerError;

/// One row a column (one with a null column for a relation without columns), by relation and position.
const RELATIONS: &str = "
    select
        namespace.nspname,
        class.relname,
        class.relkind::text,
        attribute.attname,
        format_type(attribute.atttypid, attribute.atttypmod),
        class.reloptions is not null
    from pg_catalog.pg_class as class
    inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
    left join pg_catalog.pg_attribute as attribute
        on attribute.attrelid = class.oid
        and attribute.attnum > 0
        and not attribute.attisdropped
    where namespace.nspname = any ($1::text[])
        and class.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'c')
    order by namespace.nspname, class.relname, attribute.attnum";

/// The views that read a relation, in the whole database.
const READERS: &str = "
    select distinct read_namespace.nspname, read.relname, namespace.nspname, class.relname
    from pg_catalog.pg_depend as dependency
    inner join pg_catalog.pg_rewrite as rule on rule.oid = dependency.objid
    inner join pg_catalog.pg_class as class on class.oid = rule.ev_class
    inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
    inner join pg_catalog.pg_class as read on read.oid = dependency.refobjid
    inner join pg_catalog.pg_namespace as read_namespace on read_namespace.oid = read.relnamespace
    where dependency.classid = 'pg_catalog.pg_rewrite'::regclass
        and dependency.refclassid = 'pg_catalog.pg_class'::regclass
        and dependency.refobjid <> rule.ev_class
        and namespace.nspname not in ('pg_catalog', 'information_schema')";

/// Reads which views read what, in the whole database.
///
/// **Errors**: HCW0604 or HCW0701.
pub(crate) async fn read_readers(
    client: &Client,
    state: &mut WarehouseState,
) -> Result<(), Diagnostic> {
    let rows = client
        .query(READERS, &[])
        .await
        .map_err(|error| failure(&error, READERS))?;
    for row in rows {
        let readers = state.readers.entry((row.get(0), row.get(1))).or_default();
        readers.push((row.get(2), row.get(3)));
    }
    Ok(())
}

/// Reads the relations of these schemas.
///
/// **Errors**: HCW0604 or HCW0701.
pub(crate) async fn read(
    client: &Client,
    schemas: &[String],
) -> Result<WarehouseState, Diagnostic> {
    // both are sent before either is answered
    let wanted = [(&schemas as &(dyn ToSql + Sync), Type::TEXT_ARRAY)];
    let relations = client.query_typed(RELATIONS, &wanted);
    let (version, rows) = tokio::join!(server_version(client), relations);
    let rows = rows.map_err(|error| failure(&error, RELATIONS))?;
    let mut state = WarehouseState {
        server_version: version?,
        ..WarehouseState::default()
    };
    for row in rows {
        let key: (String, String) = (row.get(0), row.get(1));
        let kind: String = row.get(2);
        let relation = state
            .relations
            .entry(key)
            .or_insert_with(|| ExistingRelation {
                relation_type: relation_type(&kind),
                columns: Vec::new(),
                has_options: row.get(5),
            });
        if let (Some(name), Some(data_type)) = (row.get(3), row.get(4)) {
            relation.columns.push((name, data_type));
        }
    }
    Ok(state)
}

fn relation_type(kind: &str) -> RelationType {
    match kind {
        "r" | "p" => RelationType::Table,
        "v" => RelationType::View,
        "m" => RelationType::MaterializedView,
        _ => RelationType::Other,
    }
}

async fn server_version(client: &Client) -> Result<u32, Diagnostic> {
    let query = "select current_setting('server_version_num')::integer";
    let row = client
        .query_typed_one(query, &[])
        .await
        .map_err(|error| failure(&error, query))?;
    Ok(u32::try_from(row.get::<_, i32>(0)).unwrap_or_default())
}

/// What hcw's own statements fail with.
pub(crate) fn failure(error: &tokio_postgres::Error, statement: &str) -> Diagnostic {
    match ServerError::new(error, statement) {
        Some(server_error) => {
            let text = server_error.to_string();
            let problem = Diagnostic::error(Code::SqlFailed, text);
            match server_error.hint {
                Some(hint) => problem.help(hint),
                None => problem,
            }
        }
        None => Diagnostic::error(
            Code::ConnectionLost,
            "the connection to the server was lost",
        )
        .help("look into the server's log, and run again"),
    }
}
