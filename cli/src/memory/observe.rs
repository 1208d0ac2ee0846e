//! What the server says of relations and functions, in few questions.

use std::collections::{BTreeMap, BTreeSet};

use hcw_core::diagnostic::Diagnostic;
use hcw_core::fingerprint::Fingerprint;
use hcw_core::graph::Resolved;
use hcw_core::name::quote_identifier;
use hcw_core::project::{SourceTable, UniqueId, config};
use hcw_core::skip::{FunctionSeen, Memory, Outside, Seen};
use hcw_core::sql::{self, WrittenName};
use tokio_postgres::Client;

use super::landed;
use crate::db::state::failure;

/// The relations of a list `wanted` of keys and names, as a part of a query.
pub(super) const RELATIONS: &str = include_str!("relations.sql");
const VIEWS: &str = include_str!("views.sql");
const FUNCTIONS: &str = include_str!("functions.sql");
/// From this version on a session can say that it wants to be counted at once.
pub(super) const COUNTS_AT_ONCE: u32 = 150_000;
/// How deep is looked into the bodies of functions.
const DEPTH: usize = 8;

/// Has what a session has done counted now, where the server can.
pub(super) async fn count(client: &Client, server_version: u32) {
    if server_version >= COUNTS_AT_ONCE {
        // what is not counted yet shows as changed, and is built again
        let _uncounted = client
            .simple_query("select pg_stat_force_next_flush()")
            .await;
    }
}

/// The functions that are called, and those that their bodies call.
pub(super) async fn functions(
    client: &Client,
    fingerprints: &BTreeMap<UniqueId, Fingerprint>,
    memory: &mut Memory,
) -> Result<(), Diagnostic> {
    let last = |name: &WrittenName| name.last().cloned();
    let mut wanted: BTreeSet<String> = fingerprints
        .values()
        .flat_map(|fingerprint| fingerprint.calls.iter().filter_map(last))
        .collect();
    let mut asked = wanted.clone();
    for _ in 0..DEPTH {
        if wanted.is_empty() {
            break;
        }
        let found = named_functions(client, &wanted).await?;
        let bodies = found.iter().filter_map(|function| function.body.as_ref());
        let called = bodies.flat_map(|body| body.calls.iter().filter_map(last));
        wanted = called.filter(|name| asked.insert(name.clone())).collect();
        memory.functions.extend(found);
    }
    Ok(())
}

async fn named_functions(
    client: &Client,
    names: &BTreeSet<String>,
) -> Result<Vec<FunctionSeen>, Diagnostic> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let rows = client
        .query(FUNCTIONS, &[&names])
        .await
        .map_err(|error| failure(&error, FUNCTIONS))?;
    let functions = rows.iter().map(|row| {
        let body: Option<String> = row.get(6);
        FunctionSeen {
            schema: row.get(0),
            name: row.get(1),
            volatility: row.get(2),
            definition: row.get(3),
            body: body.and_then(|body| sql::facts(&body)),
            is_visible: row.get(4),
            is_of_server: row.get(5),
        }
    });
    Ok(functions.collect())
}

/// What a relation is asked for.
enum Wanted<'run> {
    Node,
    Source(&'run SourceTable),
    Named(&'run WrittenName),
}

/// The relations of recorded nodes, the sources that are read, and what queries name themselves.
pub(super) async fn relations(
    client: &Client,
    resolved: &Resolved,
    fingerprints: &BTreeMap<UniqueId, Fingerprint>,
    memory: &mut Memory,
) -> Result<(), Diagnostic> {
    let project = resolved.project();
    let mut wanted: Vec<(Wanted<'_>, String)> = Vec::new();
    for (id, relation) in &resolved.rendered.relations {
        let recorded = memory.nodes.get(id.as_str());
        if recorded.is_some_and(|recorded| recorded.relation.is_some()) {
            wanted.push((Wanted::Node, relation.in_schema()));
        }
    }
    for table in project.sources.values() {
        if resolved.graph.children(&table.id).next().is_some() {
            wanted.push((Wanted::Source(table), table.relation.in_schema()));
        }
    }
    let named: BTreeSet<&WrittenName> = fingerprints
        .values()
        .flat_map(|fingerprint| &fingerprint.reads)
        .collect();
    for name in named {
        let parts: Vec<String> = match name.as_slice() {
            // a name with the database is one within it
            [database, rest @ ..]
                if rest.len() == 2 && *database == project.settings().target.database =>
            {
                rest.iter().map(|part| quote_identifier(part)).collect()
            }
            parts if parts.len() < 3 => parts.iter().map(|part| quote_identifier(part)).collect(),
            _ => continue,
        };
        wanted.push((Wanted::Named(name), parts.join(".")));
    }
    look(client, resolved, &wanted, memory).await
}

/// Sources as they are now.
pub(super) async fn sources(
    client: &Client,
    resolved: &Resolved,
    ids: &BTreeSet<&UniqueId>,
) -> Result<BTreeMap<UniqueId, Outside>, Diagnostic> {
    let mut memory = Memory::default();
    let tables = ids
        .iter()
        .filter_map(|id| resolved.project().sources.get(*id));
    let wanted: Vec<_> = tables
        .map(|table| (Wanted::Source(table), table.relation.in_schema()))
        .collect();
    if !wanted.is_empty() {
        look(client, resolved, &wanted, &mut memory).await?;
    }
    Ok(memory.sources)
}

/// Looks at relations by their quoted names.
async fn look(
    client: &Client,
    resolved: &Resolved,
    wanted: &[(Wanted<'_>, String)],
    memory: &mut Memory,
) -> Result<(), Diagnostic> {
    let names: Vec<String> = wanted.iter().map(|(_, name)| name.clone()).collect();
    let found = seen(client, &names).await?;
    let mut views = Vec::new();
    let mut outside: Vec<(&Wanted<'_>, Outside)> = Vec::new();
    for (position, (what, name)) in wanted.iter().enumerate() {
        let found = found.get(&position).cloned();
        if let (Wanted::Node, Some((key, seen))) = (what, &found) {
            memory.relations.insert(key.clone(), seen.clone());
            continue;
        }
        let one = match what {
            Wanted::Source(table) => Outside {
                name: table.relation.plain(),
                is_declared: is_declared(table),
                ..Outside::default()
            },
            Wanted::Named(name) => Outside {
                name: name.join("."),
                ..Outside::default()
            },
            Wanted::Node => continue,
        };
        let seen = found.map(|(_, seen)| seen);
        if matches!(what, Wanted::Named(_)) && seen.is_none() {
            continue;
        }
        if seen.as_ref().is_some_and(|seen| seen.kind == "v") {
            views.push((outside.len(), name.clone()));
        }
        outside.push((what, Outside { seen, ..one }));
    }
    beneath(client, &views, &mut outside).await?;
    let landed = landed::digests(client, resolved).await?;
    for (what, mut one) in outside {
        match what {
            Wanted::Source(table) => {
                let key = (
                    table.relation.schema.clone(),
                    table.relation.identifier.clone(),
                );
                one.landed = landed.get(&key).cloned();
                one.watermark = watermark(client, table, &one).await;
                memory.sources.insert(table.id.clone(), one);
            }
            Wanted::Named(name) => {
                memory.named.insert((*name).clone(), one);
            }
            Wanted::Node => {}
        }
    }
    Ok(())
}

/// Relations by the position of their name, with schema and name.
pub(super) async fn seen(
    client: &Client,
    names: &[String],
) -> Result<BTreeMap<usize, ((String, String), Seen)>, Diagnostic> {
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let query = format!(
        "with wanted as (select name, key from unnest($1::text[]) with ordinality as listed (name, key)),\n{RELATIONS}
        select key, schema, name, facts::text from seen"
    );
    let rows = client
        .query(&query, &[&names])
        .await
        .map_err(|error| failure(&error, &query))?;
    let seen = rows.iter().filter_map(|row| {
        let position = usize::try_from(row.get::<_, i64>(0)).ok()?.checked_sub(1)?;
        let seen = serde_json::from_str(&row.get::<_, String>(3)).ok()?;
        Some((position, ((row.get(1), row.get(2)), seen)))
    });
    Ok(seen.collect())
}

/// What lies beneath views.
async fn beneath(
    client: &Client,
    views: &[(usize, String)],
    outside: &mut [(&Wanted<'_>, Outside)],
) -> Result<(), Diagnostic> {
    if views.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = views.iter().map(|(_, name)| name.as_str()).collect();
    let rows = client
        .query(VIEWS, &[&names])
        .await
        .map_err(|error| failure(&error, VIEWS))?;
    let tables: Vec<String> = rows.iter().map(|row| row.get(1)).collect();
    let found = seen(client, &tables).await?;
    let mut routines = BTreeSet::new();
    for row in &rows {
        routines.extend(row.get::<_, Vec<String>>(3));
    }
    let functions = match routines.is_empty() {
        true => Vec::new(),
        false => named_functions(client, &routines).await?,
    };
    for (number, row) in rows.iter().enumerate() {
        let position = usize::try_from(row.get::<_, i64>(0)).unwrap_or_default();
        let Some((target, _)) = position
            .checked_sub(1)
            .and_then(|position| views.get(position))
        else {
            continue;
        };
        let one = &mut outside[*target].1;
        one.definitions.extend(row.get::<_, Option<String>>(2));
        if let Some((_, seen)) = found.get(&number) {
            one.beneath.push((tables[number].clone(), seen.clone()));
        }
        let called: Vec<String> = row.get(3);
        let of_view = functions
            .iter()
            .filter(|function| called.contains(&function.name));
        one.functions
            .extend(of_view.filter(|function| !function.is_of_server).cloned());
    }
    Ok(())
}

/// Whether the project says of a source that it does not change unseen: `meta: {hcw: {volatile: false}}`.
fn is_declared(table: &SourceTable) -> bool {
    let own = table
        .config
        .get("meta")
        .and_then(|meta| meta.get("hcw")?.as_object());
    own.and_then(|own| config::flag(own, "volatile")) == Some(false)
}

/// What `loaded_at_field` or `loaded_at_query` says of a source that the server does not count, and how many rows it
/// has; nothing where that cannot be asked.
async fn watermark(client: &Client, table: &SourceTable, one: &Outside) -> Option<String> {
    let kinds = one
        .seen
        .iter()
        .chain(one.beneath.iter().map(|(_, seen)| seen))
        .map(|seen| seen.kind.as_str());
    let is_counted = kinds
        .into_iter()
        .all(|kind| matches!(kind, "r" | "p" | "m" | "v"));
    if is_counted {
        return None;
    }
    let relation = table.relation.in_schema();
    let latest = match (
        &table.properties.loaded_at_query,
        &table.properties.loaded_at_field,
    ) {
        (Some(query), _) => format!("({})", query.trim().trim_end_matches(';')),
        (None, Some(field)) => format!("(select max({field}) from {relation})"),
        (None, None) => return None,
    };
    let query = format!("select concat({latest}::text, ' ', (select count(*) from {relation}))");
    let row = client.query_one(&query, &[]).await.ok()?;
    row.get(0)
}
