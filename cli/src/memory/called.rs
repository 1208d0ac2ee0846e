//! What the server says of functions, and of what else a query can name.

use std::collections::{BTreeMap, BTreeSet};

use hcw_core::diagnostic::Diagnostic;
use hcw_core::fingerprint::Fingerprint;
use hcw_core::project::UniqueId;
use hcw_core::skip::{self, FunctionSeen, Memory, ObjectSeen};
use hcw_core::sql::{self, SqlFacts, WrittenName};
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::observe::TYPES;
use crate::db::state::failure;

const FUNCTIONS: &str = include_str!("functions.sql");
const OBJECTS: &str = include_str!("objects.sql");
/// The settings by which texts become values, and names what they mean.
const SETTINGS: &str = "
    select string_agg(concat(name, '=', setting), ' ' order by name)
    from pg_catalog.pg_settings
    where name in (
        'array_nulls', 'bytea_output', 'DateStyle', 'default_text_search_config', 'extra_float_digits', 'IntervalStyle',
        'lc_monetary', 'lc_numeric', 'lc_time', 'search_path', 'standard_conforming_strings', 'TimeZone',
        'timezone_abbreviations', 'transform_null_equals', 'xmlbinary', 'xmloption'
    )";
/// How deep is looked into the bodies of functions.
pub(super) const DEPTH: usize = 8;

/// The settings of the session that rows can depend on.
pub(super) async fn settings(client: &Client) -> Result<String, Diagnostic> {
    let row = client
        .query_typed_one(SETTINGS, &[])
        .await
        .map_err(|error| failure(&error, SETTINGS))?;
    Ok(row.get::<_, Option<String>>(0).unwrap_or_default())
}

/// Types, operators and configurations of text search that are not PostgreSQL's own.
pub(super) async fn objects(client: &Client) -> Result<Vec<ObjectSeen>, Diagnostic> {
    let query = format!("with {TYPES}{OBJECTS}");
    let rows = client
        .query_typed(&query, &[])
        .await
        .map_err(|error| failure(&error, &query))?;
    let objects = rows.iter().map(|row| ObjectSeen {
        name: row.get(0),
        is_operator: row.get(1),
        definition: row.get(2),
        calls: names(row.get(3)),
    });
    Ok(objects.collect())
}

/// The functions that queries call, and those that their bodies call.
pub(super) async fn functions(
    client: &Client,
    fingerprints: &BTreeMap<UniqueId, Fingerprint>,
    memory: &mut Memory,
) -> Result<(), Diagnostic> {
    let mut wanted = BTreeSet::new();
    for fingerprint in fingerprints.values() {
        wanted.extend(fingerprint.calls.iter().filter_map(|name| name.last()));
        wanted.extend(&fingerprint.attributes);
    }
    let wanted = wanted.into_iter().cloned().collect();
    functions_named(client, wanted, memory).await
}

/// The functions of some names, and those that their bodies call, beside those that are known.
pub(super) async fn functions_named(
    client: &Client,
    mut wanted: BTreeSet<String>,
    memory: &mut Memory,
) -> Result<(), Diagnostic> {
    for _ in 0..DEPTH {
        wanted.retain(|name| memory.asked.insert(name.clone()));
        if wanted.is_empty() {
            break;
        }
        let mut found = named(client, &wanted).await?;
        wanted.clear();
        for function in &mut found {
            with_objects(function, &memory.objects);
            wanted.extend(names_called(function));
        }
        memory.functions.extend(found);
    }
    Ok(())
}

/// What a body names counts as a part of it.
fn with_objects(function: &mut FunctionSeen, objects: &[ObjectSeen]) {
    let Some(body) = &mut function.body else {
        return;
    };
    for object in skip::mentioned(objects, &body.normal) {
        body.calls.extend(object.calls.iter().cloned());
        function.definition.push_str(&object.definition);
    }
}

fn names_called(function: &FunctionSeen) -> impl Iterator<Item = String> + '_ {
    let of_body = |body: &SqlFacts| {
        let calls = body.calls.iter().filter_map(|name| name.last());
        let names: Vec<String> = calls.chain(&body.attributes).cloned().collect();
        names
    };
    let supports = function.supports.iter().filter_map(|name| name.last());
    let called = function.body.as_ref().map(of_body).unwrap_or_default();
    supports.cloned().chain(called)
}

async fn named(client: &Client, names: &BTreeSet<String>) -> Result<Vec<FunctionSeen>, Diagnostic> {
    let wanted: Vec<&str> = names.iter().map(String::as_str).collect();
    let rows = client
        .query_typed(FUNCTIONS, &[(&wanted, Type::TEXT_ARRAY)])
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
            supports: self::names(row.get(9)),
            has_own_path: row.get(7),
            takes_row: row.get(8),
            is_visible: row.get(4),
            is_of_server: row.get(5),
        }
    });
    Ok(functions.collect())
}

/// Names from JSON: lists of their parts.
pub(super) fn names(json: Option<String>) -> Vec<WrittenName> {
    json.and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default()
}
