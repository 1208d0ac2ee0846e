//! `diff`: what waits to be published, or another target, against what is published. Counted by the server; no value
//! of a row is read unless the user asks for rows.

use std::collections::BTreeSet;

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::difference::{self, ChangedColumn, Comparison, Difference};
use hcw_core::graph::Resolved;
use hcw_core::name::RelationName;
use hcw_core::project::{Node, UniqueId};
use hcw_core::target::Server;
use serde_json::Value as Json;
use tokio_postgres::{Client, Row};

use crate::args::{Flags, Output};
use crate::db::state::{self, failure};
use crate::report::Reporter;
use crate::selection::selected;
use crate::session::{Problems, Session};
use crate::{execute, exit_code};

/// Of how many columns changes are counted by one query: the rows of both sides, joined, are within the server's limit
/// of 1,664 columns.
const COLUMNS_AT_ONCE: usize = 400;

/// Compares the selected relations and prints what differs, in id order.
///
/// **Errors**: HCW0704 when no run waits and no other target is named; HCW0111 for a target in another database.
pub(crate) async fn run(
    session: &Session,
    flags: &Flags,
    reporter: &Reporter,
) -> Result<u8, Problems> {
    let one = |problem: Diagnostic| vec![problem];
    let resolved = session.resolve(reporter)?;
    let wanted = selected(session, &resolved, flags, reporter)?;
    let connection = session.connection().await?;
    let client = session.connect(&connection).await?;
    let sides = match flags.text("other_target") {
        Some(target) => other_target(session, target, &resolved, &wanted, reporter)?,
        None => waiting(&client, &resolved, &wanted).await.map_err(one)?,
    };
    // both sides as they stand at one moment, and nothing is written
    let begin = "begin isolation level repeatable read read only";
    statement(&client, begin).await.map_err(one)?;
    let schemas: BTreeSet<String> = sides
        .iter()
        .flat_map(|(_, old, new)| [old.schema.clone(), new.schema.clone()])
        .collect();
    let schemas: Vec<String> = schemas.into_iter().collect();
    let found = state::read(&client, &schemas).await.map_err(one)?;
    let limit = flags.values.get("show_values").and_then(Json::as_u64);
    let asked = flags.values.get("key").and_then(Json::as_array);
    let asked: Vec<String> = asked
        .into_iter()
        .flatten()
        .filter_map(|column| column.as_str().map(str::to_owned))
        .collect();
    let mut differences = Vec::new();
    for (node, old, new) in sides {
        let side = |name: &RelationName| Some((name.clone(), found.get(name)?.clone()));
        let comparison = Comparison {
            name: old.plain(),
            key: match asked.as_slice() {
                [] => difference::key_of(&resolved, node),
                key => key.to_vec(),
            },
            old: side(&old),
            new: side(&new),
        };
        let columns = Difference::of_columns(&comparison);
        statement(&client, "savepoint one").await.map_err(one)?;
        match compare(&client, comparison, limit.unwrap_or(0)).await {
            Ok(compared) => differences.extend(compared),
            Err(problem) if client.is_closed() => return Err(one(problem)),
            Err(problem) => {
                statement(&client, "rollback to one").await.map_err(one)?;
                differences.push(Difference {
                    failed: Some(problem.message),
                    ..columns
                });
            }
        }
    }
    let has_failed = differences.iter().any(|one| one.failed.is_some());
    let text = match flags.output {
        Output::Json => serde_json::to_string_pretty(&differences).unwrap_or_default(),
        Output::Markdown => difference::markdown(&differences),
        _ => difference::text(&differences),
    };
    reporter.data(&format!("{}\n", text.trim_end()));
    Ok(match has_failed {
        true => exit_code::FAILURE,
        false => exit_code::SUCCESS,
    })
}

/// A node with its published name, and the name that is compared with it.
type Pair<'node> = (&'node Node, RelationName, RelationName);

/// What the runs that wait have built, of the selected nodes.
async fn waiting<'node>(
    client: &Client,
    resolved: &'node Resolved,
    wanted: &BTreeSet<UniqueId>,
) -> Result<Vec<Pair<'node>>, Diagnostic> {
    let published = pairs(resolved, wanted);
    let waiting = execute::held::find(client, &resolved.schemas_beside()).await?;
    if waiting.is_empty() {
        return Err(
            Diagnostic::error(Code::NotPublishable, "no run waits to be published").help(
                "`hcw build --hold` builds without publishing; --other-target names a target to compare with",
            ),
        );
    }
    let found = published.into_iter().filter_map(|(node, name)| {
        let built = waiting.iter().find_map(|held| held.place(&name))?;
        Some((node, name, built))
    });
    Ok(found.collect())
}

/// The same nodes in another target of the same database.
fn other_target<'node>(
    session: &Session,
    target: &str,
    resolved: &'node Resolved,
    wanted: &BTreeSet<UniqueId>,
    reporter: &Reporter,
) -> Result<Vec<Pair<'node>>, Problems> {
    let flags = Flags {
        target: Some(target.to_owned()),
        ..session.flags.clone()
    };
    let other = Session::new(&flags, &session.settings.invocation_id)?;
    let database = |session: &Session| match &session.settings.target.server {
        Server::External(connection) => Some((
            connection.host.clone(),
            connection.port,
            connection.dbname.clone(),
        )),
        Server::Embedded => None,
    };
    if database(session) != database(&other) {
        return Err(vec![
            Diagnostic::error(
                Code::ConfigInvalid,
                format!("the target `{target}` is in another database"),
            )
            .help("PostgreSQL compares within one database only"),
        ]);
    }
    let there = other.resolve(reporter)?;
    let relations = &there.rendered.relations;
    let found = pairs(resolved, wanted)
        .into_iter()
        .filter_map(|(node, name)| Some((node, name, relations.get(&node.id)?.clone())));
    Ok(found.filter(|(_, old, new)| old != new).collect())
}

/// The selected nodes that are relations, with their names.
fn pairs<'node>(
    resolved: &'node Resolved,
    wanted: &BTreeSet<UniqueId>,
) -> Vec<(&'node Node, RelationName)> {
    let nodes = &resolved.project().nodes;
    let relations = &resolved.rendered.relations;
    wanted
        .iter()
        .filter_map(|id| nodes.get(id))
        .filter(|node| !node.is_test())
        .filter_map(|node| Some((node, relations.get(&node.id)?.clone())))
        .collect()
}

/// Counts what differs; nothing for a relation that stands on neither side.
async fn compare(
    client: &Client,
    mut comparison: Comparison,
    examples: u64,
) -> Result<Option<Difference>, Diagnostic> {
    comparison.name_key();
    let mut difference = Difference::of_columns(&comparison);
    if comparison.old.is_none() || comparison.new.is_none() {
        let Some(query) = comparison.single_count() else {
            return Ok(None);
        };
        let rows = count(&one_row(client, &query).await?, 0);
        if comparison.old.is_none() {
            (difference.rows_after, difference.added) = (Some(rows), rows);
        } else {
            (difference.rows_before, difference.removed) = (Some(rows), rows);
        }
        return Ok(Some(difference));
    }
    let columns: Vec<String> = comparison
        .common_columns()
        .into_iter()
        .map(str::to_owned)
        .collect();
    let has_key =
        !comparison.key.is_empty() && (comparison.key.iter()).all(|key| columns.contains(key));
    let is_keyed = match comparison.key_query().filter(|_| has_key) {
        Some(query) => one_row(client, &query).await?.get(0),
        None => false,
    };
    if !is_keyed && !comparison.key.is_empty() {
        difference.note = Some(format!(
            "{} identifies no single row on both sides; whole rows are compared",
            comparison.key.join(", ")
        ));
        difference.key.clear();
        comparison.key.clear();
    }
    if columns.is_empty() {
        difference.note = Some("the two sides have no column in common".to_owned());
    } else if is_keyed {
        count_by_key(client, &comparison, &mut difference).await?;
    } else if let Some(query) = comparison.bag_counts() {
        let row = one_row(client, &query).await?;
        difference.rows_before = Some(count(&row, 0));
        difference.rows_after = Some(count(&row, 1));
        (difference.added, difference.removed) = (count(&row, 2), count(&row, 3));
    }
    let wanted = (examples > 0 && !rows_are_the_same(&difference))
        .then(|| comparison.examples(is_keyed, examples));
    if let Some(query) = wanted.flatten() {
        let rows = client.query(&query, &[]).await;
        let rows = rows.map_err(|error| failure(&error, &query))?;
        let texts = rows.iter().map(|row| row.get::<_, String>(0));
        difference.examples = texts
            .filter_map(|text| serde_json::from_str(&text).ok())
            .collect();
    }
    Ok(Some(difference))
}

/// Counts by key, so many columns at once.
async fn count_by_key(
    client: &Client,
    comparison: &Comparison,
    difference: &mut Difference,
) -> Result<(), Diagnostic> {
    let compared = comparison.compared_columns();
    let mut parts: Vec<&[&str]> = compared.chunks(COLUMNS_AT_ONCE).collect();
    if parts.is_empty() {
        parts.push(&[]);
    }
    for columns in &parts {
        let Some(query) = comparison.keyed_counts(columns) else {
            return Ok(());
        };
        let row = one_row(client, &query).await?;
        difference.rows_before = Some(count(&row, 0));
        difference.rows_after = Some(count(&row, 1));
        (difference.added, difference.removed) = (count(&row, 2), count(&row, 3));
        difference.changed = Some(count(&row, 4));
        let counts = (5..).map(|position| count(&row, position));
        let changed = columns.iter().zip(counts).filter(|(_, rows)| *rows > 0);
        difference
            .changed_columns
            .extend(changed.map(|(name, rows)| ChangedColumn {
                name: (*name).to_owned(),
                rows,
            }));
    }
    if let Some(query) = comparison.changed_count().filter(|_| parts.len() > 1) {
        difference.changed = Some(count(&one_row(client, &query).await?, 0));
    }
    Ok(())
}

/// Whether no row differs.
fn rows_are_the_same(difference: &Difference) -> bool {
    difference.added + difference.removed + difference.changed.unwrap_or_default() == 0
}

async fn statement(client: &Client, text: &str) -> Result<(), Diagnostic> {
    let done = client.batch_execute(text).await;
    done.map_err(|error| failure(&error, text))
}

async fn one_row(client: &Client, query: &str) -> Result<Row, Diagnostic> {
    let row = client.query_one(query, &[]).await;
    row.map_err(|error| failure(&error, query))
}

fn count(row: &Row, position: usize) -> u64 {
    u64::try_from(row.get::<_, i64>(position)).unwrap_or_default()
}
