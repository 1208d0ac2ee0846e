//! Relations that hcw has built for nodes that are no more.

use std::collections::BTreeMap;

use hcw_core::analyse::Analysed;
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::name::quote_identifier;
use hcw_core::preview::{self, Orphan};
use tokio_postgres::Client;

use super::Recorder;
use crate::db::redact::ServerError;
use crate::db::state::failure;

impl Recorder {
    /// Relations that stand as they were built, and that no node of the project is for now; by name.
    ///
    /// **Errors**: HCW0604 or HCW0701.
    pub(crate) async fn orphans(
        &self,
        client: &Client,
        analysed: &Analysed,
    ) -> Result<Vec<Orphan>, Diagnostic> {
        let wanted = preview::relations_of(analysed);
        let recorded = self.reckoning.memory.nodes.iter();
        let built: BTreeMap<i64, &String> = recorded
            .filter_map(|(id, remembered)| Some((remembered.relation.as_ref()?.oid, id)))
            .collect();
        let oids: Vec<i64> = built.keys().copied().collect();
        let query = "
            select class.oid::bigint, namespace.nspname, class.relname, class.relkind::text
            from pg_catalog.pg_class as class
            inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
            where class.oid = any ($1::bigint[]::oid[]) and class.relkind in ('r', 'p', 'v', 'm')
                and namespace.nspname not like 'hcw\\_retired\\_\\_%'
            order by namespace.nspname, class.relname";
        let rows = client.query(query, &[&oids]).await;
        let rows = rows.map_err(|error| failure(&error, query))?;
        let orphans = rows.iter().filter_map(|row| {
            let (oid, schema, name): (i64, String, String) = (row.get(0), row.get(1), row.get(2));
            let name = (schema, name);
            (!wanted.contains(&name)).then(|| Orphan {
                unique_id: built.get(&oid).map(ToString::to_string).unwrap_or_default(),
                relation: format!("{}.{}", name.0, name.1),
                name,
                relkind: row.get(3),
            })
        });
        Ok(orphans.collect())
    }

    /// Drops a relation that no node is for, and forgets it. What others built on it keeps it: that is the problem.
    ///
    /// **Errors**: HCW0701 for what the server refuses.
    pub(crate) async fn prune(&self, client: &Client, orphan: &Orphan) -> Result<(), Diagnostic> {
        let kind = match orphan.relkind.as_str() {
            "v" => "view",
            "m" => "materialized view",
            _ => "table",
        };
        let (schema, name) = &orphan.name;
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
        let forget = "delete from hcw.node_state where scope = $1 and unique_id = $2";
        let forgotten = client
            .execute(forget, &[&self.scope, &orphan.unique_id])
            .await;
        forgotten
            .map(|_| ())
            .map_err(|error| failure(&error, forget))
    }
}
