//! What a run changes in the state, and the statement that writes it.

use hcw_core::diagnostic::Diagnostic;
use hcw_core::drift::Revocation;
use hcw_core::materialize::Statement;
use hcw_core::name::{do_block, quote_literal};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::observe::{COUNTS_AT_ONCE, RELATIONS, TYPES};
use super::store::unrecorded;

/// What is recorded, and all that was committed before it, is not lost with the server. To compile a query over the
/// catalogue takes longer than to run it.
const SETTINGS: &str = "perform set_config('jit', 'off', true);
if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'on', true);
end if";
/// What is written, as the statements know it.
const GIVEN: &str = "hcw_given";
/// Whether users have made types. Where they have not, the server need not find out how to list them.
const HAS_TYPES: &str = "exists (
    select
    from pg_catalog.pg_type as type
    left join pg_catalog.pg_class as class on class.oid = type.typrelid
    where type.oid >= 16384 and (type.typtype in ('e', 'd', 'r', 'm') or class.relkind = 'c')
)";
const NO_TYPES: &str = "types (id, definition) as (select null::oid, null::text where false)";
/// The setting of a session that says with what SQLSTATE its last record was refused.
const UNRECORDED: &str = "hcw.unrecorded";

/// What a run leaves in the state. While a run is held, it stands in `hcw.runs` as JSON: values, and no SQL that
/// somebody else could have written there.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Changes {
    scope: String,
    /// Whether the server counts the rows of a run at once.
    counts_at_once: bool,
    /// Rows of `hcw.node_state`: id, version (null: as it was), parts, inputs, and the relation's quoted name.
    pub(super) entries: Vec<Json>,
    /// Ids of which nothing is known any more.
    pub(super) forgotten: Vec<String>,
    /// Grants that are declared no more.
    pub(super) revocations: Vec<Revocation>,
}

impl Changes {
    pub(super) fn of(scope: &str, server_version: u32) -> Changes {
        Changes {
            scope: scope.to_owned(),
            counts_at_once: server_version >= COUNTS_AT_ONCE,
            ..Changes::default()
        }
    }

    /// These changes, and then others.
    pub(super) fn and(mut self, others: Changes) -> Changes {
        self.entries.extend(others.entries);
        self.forgotten.extend(others.forgotten);
        self.revocations.extend(others.revocations);
        self
    }

    /// The statement that makes them; `None` where there are none. A record that is refused fails nothing: what is
    /// published stays published, and [`refused`] tells it.
    pub(crate) fn statement(&self) -> Option<Statement> {
        let statements: Vec<String> = self.forgotten().into_iter().chain(self.entries()).collect();
        if statements.is_empty() && self.revocations.is_empty() {
            return None;
        }
        // a role that is gone has no grant to lose
        let mut parts: Vec<String> = self
            .revocations
            .iter()
            .filter_map(Revocation::sql)
            .map(|revoke| {
                format!("begin\n    {revoke};\nexception when undefined_object then null;\nend")
            })
            .collect();
        let recorded = [statements.join(";\n"), self.built().unwrap_or_default()];
        for statements in recorded.iter().filter(|text| !text.is_empty()) {
            parts.push(format!(
                "begin\n{statements};\nexception when others then\n    perform set_config('{UNRECORDED}', sqlstate, false);\nend",
            ));
        }
        let body = parts.join(";\n");
        let given = match self.entries.is_empty() {
            true => String::new(),
            false => {
                let entries = quote_literal(&json!(self.entries).to_string());
                format!("declare\n    {GIVEN} constant jsonb := {entries};\n")
            }
        };
        Some(Statement::outside(do_block(&format!(
            "{given}begin\n{SETTINGS};\n{body};\nend"
        ))))
    }

    fn forgotten(&self) -> Option<String> {
        let ids: Vec<String> = self.forgotten.iter().map(|id| quote_literal(id)).collect();
        (!ids.is_empty()).then(|| {
            format!(
                "delete from hcw.node_state where scope = {} and unique_id in ({})",
                quote_literal(&self.scope),
                ids.join(", ")
            )
        })
    }

    /// What stands of all that was built, that of moved nodes among it.
    fn built(&self) -> Option<String> {
        let related = self
            .entries
            .iter()
            .filter(|one| one["relation"].is_string());
        let ids = related.filter_map(|one| one["id"].as_str().map(quote_literal));
        let ids: Vec<String> = ids.collect();
        let scope = quote_literal(&self.scope);
        (!ids.is_empty()).then(|| {
            format!(
                "delete from hcw.built_relations as built
where built.scope = {scope} and not exists (select from pg_catalog.pg_class as class where class.oid = built.oid);
insert into hcw.built_relations (scope, unique_id, oid, schema, name)
select state.scope, state.unique_id, class.oid, namespace.nspname, class.relname
from hcw.node_state as state
inner join pg_catalog.pg_class as class on class.oid = (state.relation ->> 'oid')::oid
inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
where state.scope = {scope} and state.unique_id in ({})
on conflict (scope, unique_id, oid) do update set schema = excluded.schema, name = excluded.name",
                ids.join(", ")
            )
        })
    }

    fn entries(&self) -> Option<String> {
        let facts = match self.counts_at_once {
            true => "seen.facts",
            false => "seen.facts - 'counts'",
        };
        let scope = quote_literal(&self.scope);
        let written = |types: &str| {
            format!(
                "with given as (
    select *
    from jsonb_to_recordset({GIVEN}) as listed (id text, version text, parts jsonb, inputs jsonb, relation text)
),

wanted as (select given.id as key, given.relation as name from given where given.relation is not null),

{types},

{RELATIONS}

insert into hcw.node_state as state (scope, unique_id, version, parts, inputs, relation)
select {scope}, given.id, coalesce(given.version, ''), given.parts, given.inputs, {facts}
from given
left join seen on seen.key = given.id
where given.relation is null or seen.key is not null
on conflict (scope, unique_id) do update set
    version = coalesce(nullif(excluded.version, ''), state.version),
    parts = excluded.parts,
    inputs = excluded.inputs,
    relation = excluded.relation,
    recorded_at = now()"
            )
        };
        let (all, none) = (written(TYPES), written(NO_TYPES));
        (!self.entries.is_empty())
            .then(|| format!("if {HAS_TYPES} then\n{all};\nelse\n{none};\nend if"))
    }
}

/// Why the last record of a session was refused, if it was.
pub(crate) async fn refused(client: &Client) -> Option<Diagnostic> {
    let asked = format!("select nullif(current_setting('{UNRECORDED}', true), '')");
    let row = client.query_typed_one(&asked, &[]).await.ok()?;
    let code: Option<String> = row.get(0);
    Some(unrecorded(&SqlState::from_code(&code?)))
}
