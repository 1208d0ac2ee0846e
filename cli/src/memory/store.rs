//! The tables of schema `hcw`: made when they are first needed, read before a run, written when something was built.

use std::collections::{BTreeMap, BTreeSet};

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::drift::Grant;
use hcw_core::fingerprint::Part;
use hcw_core::skip::Remembered;
use serde_json::{Map, Value as Json};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error, Row};

use crate::db::state::failure;
use crate::report::Reporter;
use crate::session::Session;

/// Beside the parts of a fingerprint: the declared grants as JSON.
pub(super) const GRANTED: &str = "declared grants";
const TABLES: &str = include_str!("tables.sql");
const READ: &str = "
    select unique_id, version, parts::text, inputs::text, relation::text, xmin::text::bigint
    from hcw.node_state
    where scope = $1";
/// Another one after every change: each writes rows anew.
const MARK: &str = "
    select count(*), coalesce(sum(xmin::text::bigint)::bigint, 0)
    from hcw.node_state
    where scope = $1";
const IS_OLDER: &str = "select to_regclass('hcw.built_relations') is null";

/// What was recorded of a project in a schema.
pub(crate) struct Store {
    /// The project and the schema that it builds in.
    pub(crate) scope: String,
    /// What was recorded, by id.
    pub(crate) nodes: BTreeMap<String, Remembered>,
}

impl Store {
    /// What was recorded; makes the tables where they are missing and `makes` says so.
    ///
    /// A user who may not gets one warning and a run without a memory.
    ///
    /// **Errors**: HCW0604 or HCW0701.
    pub(crate) async fn open(
        session: &Session,
        client: &Client,
        makes: bool,
        recorded: Result<Vec<Row>, Error>,
        reporter: &Reporter,
    ) -> Result<Option<Store>, Diagnostic> {
        let scope = scope(session);
        match recorded {
            Ok(rows) => {
                let nodes = rows.iter().map(|row| {
                    let text = |position: usize| {
                        row.get::<_, Option<String>>(position).unwrap_or_default()
                    };
                    let remembered = Remembered {
                        version: text(1),
                        parts: parts(&text(2)),
                        inputs: texts(&text(3)),
                        relation: serde_json::from_str(&text(4)).ok(),
                        granted: granted(&text(2)),
                    };
                    (text(0), remembered)
                });
                let nodes = nodes.collect();
                if makes {
                    complete(client).await?;
                }
                return Ok(Some(Store { nodes, scope }));
            }
            Err(error) if error.code().is_some_and(is_missing) => {}
            Err(error) => {
                let Some(code) = error.code() else {
                    return Err(failure(&error, READ));
                };
                reporter.diagnostics(&[unrecorded(code)]);
                return Ok(None);
            }
        }
        if makes && let Err(error) = client.batch_execute(TABLES).await {
            let Some(code) = error.code() else {
                return Err(failure(&error, TABLES));
            };
            reporter.diagnostics(&[unrecorded(code)]);
            return Ok(None);
        }
        Ok(Some(Store {
            nodes: BTreeMap::new(),
            scope,
        }))
    }
}

/// What was recorded of a project in a schema.
pub(super) async fn recorded(client: &Client, scope: &String) -> Result<Vec<Row>, Error> {
    client.query_typed(READ, &[(scope, Type::TEXT)]).await
}

/// Whether that is what is recorded now.
pub(super) async fn is_recorded(
    client: &Client,
    scope: &String,
    recorded: &Result<Vec<Row>, Error>,
) -> bool {
    let asked = client.query_typed_one(MARK, &[(scope, Type::TEXT)]).await;
    let is_missing = |error: &Error| error.code().is_some_and(is_missing);
    match (recorded, &asked) {
        (Ok(rows), Ok(mark)) => {
            let sum: i64 = rows.iter().map(|row| row.get::<_, i64>(5)).sum();
            i64::try_from(rows.len()) == Ok(mark.get(0)) && sum == mark.get::<_, i64>(1)
        }
        (Err(before), Err(now)) => is_missing(before) && is_missing(now),
        _ => false,
    }
}

/// Makes the tables that an earlier version did not have. What is recorded in the others is good without them.
/// Where the server refuses it, a record will be refused, and that is told.
async fn complete(client: &Client) -> Result<(), Diagnostic> {
    let asked = client.query_one(IS_OLDER, &[]).await;
    let row = asked.map_err(|error| failure(&error, IS_OLDER))?;
    if row.get(0)
        && let Err(error) = client.batch_execute(TABLES).await
        && error.code().is_none()
    {
        return Err(failure(&error, TABLES));
    }
    Ok(())
}

/// Whose state it is: a project and a schema that it builds in.
pub(super) fn scope(session: &Session) -> String {
    format!(
        "{} {}",
        session.project_file.name, session.settings.target.schema
    )
}

pub(super) fn is_missing(code: &SqlState) -> bool {
    [SqlState::UNDEFINED_TABLE, SqlState::INVALID_SCHEMA_NAME].contains(code)
}

/// That nothing is remembered, and why.
pub(super) fn unrecorded(code: &SqlState) -> Diagnostic {
    let (why, help) = match code {
        &SqlState::INSUFFICIENT_PRIVILEGE => (
            "the user may not write to the tables of the schema `hcw`",
            "grant usage and create on schema hcw, or let its owner run once and grant what its tables need",
        ),
        &SqlState::UNDEFINED_COLUMN | &SqlState::DATATYPE_MISMATCH => (
            "the tables of the schema `hcw` are of another version",
            "use one version of hcw; or drop hcw.runs, hcw.run_nodes and hcw.node_state, which the next build makes again",
        ),
        _ => (
            "the server refused it",
            "look the SQLSTATE up in PostgreSQL's documentation, appendix A",
        ),
    };
    Diagnostic::warning(
        Code::StateUnwritable,
        format!(
            "what is built is not recorded: {why} (SQLSTATE {})",
            code.code()
        ),
    )
    .help(format!("{help}; until then every build runs everything"))
}

fn parts(text: &str) -> BTreeMap<Part, String> {
    let texts = texts(text).into_iter();
    texts
        .filter_map(|(name, digest)| Some((Part::named(&name)?, digest)))
        .collect()
}

/// Declared grants stand among the parts.
fn granted(text: &str) -> BTreeSet<Grant> {
    let found = texts(text);
    let listed = found.get(GRANTED).map(String::as_str).unwrap_or_default();
    serde_json::from_str(listed).unwrap_or_default()
}

fn texts(text: &str) -> BTreeMap<String, String> {
    let map: Map<String, Json> = serde_json::from_str(text).unwrap_or_default();
    let texts = map.into_iter();
    texts
        .filter_map(|(key, value)| Some((key, value.as_str()?.to_owned())))
        .collect()
}
