//! Relations that hcw has built and no node is for.

use std::collections::BTreeSet;

use hcw_core::analyse::Analysed;
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::name::quote_identifier;
use hcw_core::preview::{self, Built, Orphan};
use hcw_core::project::UniqueId;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Row};

use super::Recorder;
use super::store::is_missing;
use crate::db::redact::ServerError;
use crate::db::state::failure;

/// What was built in a scope and stands under the name that it was built under, by name.
const BUILT: &str = "
    select built.unique_id, built.schema, built.name, class.oid::bigint, class.relkind::text
    from hcw.built_relations as built
    inner join pg_catalog.pg_class as class on class.oid = built.oid and class.relname = built.name
    inner join pg_catalog.pg_namespace as namespace
        on namespace.oid = class.relnamespace and namespace.nspname = built.schema
    where built.scope = $1 and class.relkind in ('r', 'p', 'v', 'm')
    order by built.schema, built.name, built.unique_id";
/// The same of an earlier version's records, which have the last relation of each node, and no name.
const RECORDED: &str = "
    select state.unique_id, namespace.nspname::text, class.relname::text, class.oid::bigint, class.relkind::text
    from hcw.node_state as state
    inner join pg_catalog.pg_class as class on class.oid = (state.relation ->> 'oid')::oid
    inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
    where state.scope = $1 and class.relkind in ('r', 'p', 'v', 'm')
        and namespace.nspname not like 'hcw\\_retired\\_\\_%'
    order by 2, 3, 1";

/// Whether a table is not there, or not for this user.
fn is_withheld(code: &SqlState) -> bool {
    is_missing(code) || code == &SqlState::INSUFFICIENT_PRIVILEGE
}

impl Recorder {
    /// Relations that stand as they were built, and that no node of the project is for now; by name.
    ///
    /// **Errors**: HCW0604 or HCW0701.
    pub(crate) async fn orphans(
        &self,
        client: &Client,
        analysed: &Analysed,
        selected: &BTreeSet<UniqueId>,
    ) -> Result<Vec<Orphan>, Diagnostic> {
        let built = |rows: &[Row]| {
            let built = |row: &Row| Built {
                unique_id: row.get(0),
                name: (row.get(1), row.get(2)),
                oid: row.get(3),
                relkind: row.get(4),
            };
            rows.iter().map(built).collect()
        };
        for query in [BUILT, RECORDED] {
            match client.query(query, &[&self.scope]).await {
                Ok(rows) => return Ok(preview::orphans(analysed, selected, built(&rows))),
                Err(error) if error.code().is_some_and(is_withheld) => {}
                Err(error) => return Err(failure(&error, query)),
            }
        }
        Ok(Vec::new())
    }

    /// Drops a relation that no node is for, and forgets it. What others built on it keeps it: that is the problem.
    ///
    /// **Errors**: HCW0701 for what the server refuses.
    pub(crate) async fn prune(&self, client: &Client, orphan: &Orphan) -> Result<(), Diagnostic> {
        let kind = match orphan.built.relkind.as_str() {
            "v" => "view",
            "m" => "materialized view",
            _ => "table",
        };
        let (schema, name) = &orphan.built.name;
        let statement = format!(
            "drop {kind} {}.{}",
            quote_identifier(schema),
            quote_identifier(name)
        );
        if let Err(error) = client.batch_execute(&statement).await {
            return Err(match ServerError::new(&error, &statement) {
                Some(refused) => Diagnostic::warning(
                    Code::SqlFailed,
                    format!("{} is not dropped: {}", orphan.relation, refused.message),
                )
                .help(
                    "something that hcw did not build depends on it: nothing is dropped by CASCADE",
                ),
                None => failure(&error, &statement),
            });
        }
        let forgotten = [
            "delete from hcw.built_relations where scope = $1 and unique_id = $2 and oid = ($3::bigint)::oid",
            // its node may stand in another place
            "delete from hcw.node_state where scope = $1 and unique_id = $2 and (relation ->> 'oid')::bigint = $3",
        ];
        for forget in forgotten {
            let done = client
                .execute(forget, &[&self.scope, &orphan.unique_id, &orphan.built.oid])
                .await;
            match done {
                Err(error) if !error.code().is_some_and(is_withheld) => {
                    return Err(failure(&error, forget));
                }
                _ => {}
            }
        }
        Ok(())
    }
}
