//! What the server says of relations and functions, in few questions.

use std::collections::{BTreeMap, BTreeSet};

use hcw_core::diagnostic::Diagnostic;
use hcw_core::fingerprint::Fingerprint;
use hcw_core::graph::Resolved;
use hcw_core::name::quote_identifier;
use hcw_core::project::{SourceTable, UniqueId, config};
use hcw_core::skip::{Memory, Outside, Seen, is_view};
use hcw_core::sql::WrittenName;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::beneath::beneath;
use super::called::DEPTH;
use super::landed;
use crate::db::state::failure;

/// The relations of a list `wanted` of keys and names, as a part of a query that has the types of users.
pub(super) const RELATIONS: &str = include_str!("relations.sql");
/// The types of users, as a part of a query.
pub(super) const TYPES: &str = include_str!("types.sql");
/// From this version on a session can say that it wants to be counted at once.
pub(super) const COUNTS_AT_ONCE: u32 = 150_000;

/// Has what a session has done counted now, where the server can.
pub(super) async fn count(client: &Client, server_version: u32) {
    if server_version >= COUNTS_AT_ONCE {
        // what is not counted yet shows as changed, and is built again
        let _uncounted = client
            .simple_query("select pg_stat_force_next_flush()")
            .await;
    }
}

/// Whether the server compiles the session's long queries, as it is set to. To compile one over the catalogue takes
/// longer than to run it.
pub(super) async fn compile_queries(client: &Client, as_set: bool) -> Result<(), Diagnostic> {
    let statement = match as_set {
        true => "reset jit",
        false => "set jit = off",
    };
    let done = client.batch_execute(statement).await;
    done.map_err(|error| failure(&error, statement))
}

/// What a relation is asked for.
enum Wanted<'run> {
    Node,
    Source(&'run SourceTable),
    Named(WrittenName),
}

/// The relations of recorded nodes, the sources that are read, and what queries name themselves. Where everything runs,
/// what stands of the run's own nodes decides nothing.
pub(super) async fn relations(
    client: &Client,
    resolved: &Resolved,
    (fingerprints, runs_all): (&BTreeMap<UniqueId, Fingerprint>, bool),
    memory: &mut Memory,
) -> Result<(), Diagnostic> {
    let project = resolved.project();
    let mut wanted: Vec<(Wanted<'_>, String)> = Vec::new();
    for (id, relation) in &resolved.rendered.relations {
        let recorded = memory.nodes.get(id.as_str());
        let decides = !runs_all || !fingerprints.contains_key(id);
        if decides && recorded.is_some_and(|recorded| recorded.relation.is_some()) {
            wanted.push((Wanted::Node, relation.in_schema()));
        }
    }
    for table in project.sources.values() {
        if resolved.graph.children(&table.id).next().is_some() {
            wanted.push((Wanted::Source(table), table.relation.in_schema()));
        }
    }
    let mut named: BTreeSet<WrittenName> = fingerprints
        .values()
        .flat_map(|fingerprint| fingerprint.reads.iter().cloned())
        .collect();
    // a view that is not asked for lies beneath what is
    for node in project.nodes.values() {
        if is_view(node)
            && !fingerprints.contains_key(&node.id)
            && let Some(recorded) = memory.nodes.get(node.id.as_str())
        {
            named.extend(recorded.named());
        }
    }
    wanted.extend(named.into_iter().filter_map(|name| by_name(resolved, name)));
    look(client, resolved, wanted, memory).await
}

/// A name that is written in a query or a function's body, as a quoted one; `None` for one of another database.
fn by_name(resolved: &Resolved, name: WrittenName) -> Option<(Wanted<'_>, String)> {
    let database = &resolved.project().settings().target.database;
    let within = match name.as_slice() {
        // a name with the database is one within it
        [first, rest @ ..] if rest.len() == 2 && first == database => rest,
        parts if parts.len() < 3 => parts,
        _ => return None,
    };
    let parts: Vec<String> = within.iter().map(|part| quote_identifier(part)).collect();
    Some((Wanted::Named(name), parts.join(".")))
}

/// Sources as they are now.
pub(super) async fn sources(
    client: &Client,
    resolved: &Resolved,
    ids: &BTreeSet<&UniqueId>,
    before: &Memory,
) -> Result<BTreeMap<UniqueId, Outside>, Diagnostic> {
    let mut memory = Memory {
        objects: before.objects.clone(),
        ..Memory::default()
    };
    let tables = ids
        .iter()
        .filter_map(|id| resolved.project().sources.get(*id));
    let wanted: Vec<_> = tables
        .map(|table| (Wanted::Source(table), table.relation.in_schema()))
        .collect();
    if !wanted.is_empty() {
        look(client, resolved, wanted, &mut memory).await?;
    }
    Ok(memory.sources)
}

/// Looks at relations by their quoted names, and at what the functions beneath them read.
async fn look(
    client: &Client,
    resolved: &Resolved,
    mut wanted: Vec<(Wanted<'_>, String)>,
    memory: &mut Memory,
) -> Result<(), Diagnostic> {
    let mut found: Vec<(Wanted<'_>, Outside)> = Vec::new();
    let mut asked: BTreeSet<WrittenName> = BTreeSet::new();
    for _ in 0..DEPTH {
        let more = once(client, wanted, memory).await?;
        let reads = more.iter().flat_map(|(_, one)| one.called.reads.clone());
        let reads: BTreeSet<WrittenName> = reads.collect();
        found.extend(more);
        let known = found.iter().filter_map(|(what, _)| match what {
            Wanted::Named(name) => Some(name.clone()),
            _ => None,
        });
        asked.extend(known);
        let new = reads.into_iter().filter(|name| asked.insert(name.clone()));
        wanted = new.filter_map(|name| by_name(resolved, name)).collect();
        if wanted.is_empty() {
            break;
        }
    }
    let landed = landed::digests(client, resolved).await?;
    let named: BTreeMap<WrittenName, Outside> = found
        .iter()
        .filter_map(|(what, one)| match what {
            Wanted::Named(name) => Some((name.clone(), one.clone())),
            _ => None,
        })
        .collect();
    for (what, mut one) in found {
        through_functions(&mut one, &named);
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
                memory.named.insert(name, one);
            }
            Wanted::Node => {}
        }
    }
    Ok(())
}

/// Adds what functions read, at any depth.
fn through_functions(one: &mut Outside, named: &BTreeMap<WrittenName, Outside>) {
    let mut open: Vec<WrittenName> = one.called.reads.iter().cloned().collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if seen.contains(&name) {
            continue;
        }
        if let Some(other) = named.get(&name) {
            open.extend(other.called.reads.iter().cloned());
            one.through(other);
        }
        seen.insert(name);
    }
}

/// Looks once: notes the relations of nodes, and gives the others, with what lies beneath them.
async fn once<'run>(
    client: &Client,
    wanted: Vec<(Wanted<'run>, String)>,
    memory: &mut Memory,
) -> Result<Vec<(Wanted<'run>, Outside)>, Diagnostic> {
    let names: Vec<String> = wanted.iter().map(|(_, name)| name.clone()).collect();
    let mut found = seen(client, &names).await?;
    let mut views = Vec::new();
    let mut kinds = Vec::new();
    let mut outside = Vec::new();
    for (position, (what, name)) in wanted.into_iter().enumerate() {
        let found = found.remove(&position);
        let one = match &what {
            Wanted::Node => {
                memory.relations.extend(found);
                continue;
            }
            Wanted::Named(_) if found.is_none() => continue,
            Wanted::Source(table) => Outside {
                name: table.relation.plain(),
                is_declared: is_declared(table),
                ..Outside::default()
            },
            Wanted::Named(name) => Outside {
                name: name.join("."),
                ..Outside::default()
            },
        };
        let seen = found.map(|(_, seen)| seen);
        let reads_others = |seen: &Seen| seen.kind == "v" || seen.policies.is_some();
        if seen.as_ref().is_some_and(reads_others) {
            views.push((outside.len(), name));
        }
        kinds.push(what);
        outside.push(Outside { seen, ..one });
    }
    beneath(client, &views, &mut outside, memory).await?;
    Ok(kinds.into_iter().zip(outside).collect())
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
        "with wanted as (select name, key from unnest($1::text[]) with ordinality as listed (name, key)),\n{TYPES},\n{RELATIONS}
        select key, schema, name, facts::text from seen"
    );
    let rows = client
        .query_typed(&query, &[(&names, Type::TEXT_ARRAY)])
        .await
        .map_err(|error| failure(&error, &query))?;
    let seen = rows.iter().filter_map(|row| {
        let position = usize::try_from(row.get::<_, i64>(0)).ok()?.checked_sub(1)?;
        let seen = serde_json::from_str(&row.get::<_, String>(3)).ok()?;
        Some((position, ((row.get(1), row.get(2)), seen)))
    });
    Ok(seen.collect())
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
