//! What lies beneath views and policies: relations, conditions, functions, and what those read.

use std::collections::BTreeSet;

use hcw_core::diagnostic::Diagnostic;
use hcw_core::skip::{self, Functions, Memory, Outside};
use hcw_core::sql::WrittenName;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::called::{functions_named, names};
use super::observe::seen;
use crate::db::state::failure;

const VIEWS: &str = include_str!("views.sql");

/// Completes relations, of which `views` have the places and quoted names, with what lies beneath them.
pub(super) async fn beneath(
    client: &Client,
    views: &[(usize, String)],
    outside: &mut [Outside],
    memory: &mut Memory,
) -> Result<(), Diagnostic> {
    if views.is_empty() {
        return Ok(());
    }
    let wanted: Vec<&str> = views.iter().map(|(_, name)| name.as_str()).collect();
    let rows = client
        .query_typed(VIEWS, &[(&wanted, Type::TEXT_ARRAY)])
        .await
        .map_err(|error| failure(&error, VIEWS))?;
    let tables: Vec<String> = rows.iter().map(|row| row.get(1)).collect();
    let found = seen(client, &tables).await?;
    let mut called: Vec<BTreeSet<WrittenName>> = vec![BTreeSet::new(); outside.len()];
    for (number, row) in rows.iter().enumerate() {
        let position = usize::try_from(row.get::<_, i64>(0)).unwrap_or_default();
        let Some((target, _)) = position
            .checked_sub(1)
            .and_then(|position| views.get(position))
        else {
            continue;
        };
        let one = &mut outside[*target];
        let definition: Option<String> = row.get(2);
        let policies: Vec<String> = row.get(4);
        let mut objects = BTreeSet::new();
        for text in definition.iter().chain(&policies) {
            for object in skip::mentioned(&memory.objects, text) {
                objects.insert(object.definition.clone());
                called[*target].extend(object.calls.iter().cloned());
            }
        }
        one.objects.extend(objects);
        one.definitions.extend(definition);
        one.policies.extend(policies);
        one.owners.extend(row.get::<_, Option<String>>(5));
        if let Some((_, seen)) = found.get(&number) {
            one.beneath.push((tables[number].clone(), seen.clone()));
        }
        called[*target].extend(names(row.get(3)));
    }
    let wanted = called.iter().flatten().filter_map(|name| name.last());
    functions_named(client, wanted.cloned().collect(), memory).await?;
    let functions = Functions::of(&memory.functions);
    for (one, calls) in outside.iter_mut().zip(&called) {
        if !calls.is_empty() {
            one.called = functions.called(calls, &BTreeSet::new());
        }
    }
    Ok(())
}
