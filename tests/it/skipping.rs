//! What a build leaves as it is: every change, with the nodes that run because of it.

mod changes;
mod hidden;
mod kills;
mod matrix;
mod rights;
mod runs;

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::projects::case::Case;

/// What the project's sources are.
const SOURCES: &str = "
    create schema raw;
    create table raw.visits (id integer, person integer);
    insert into raw.visits values (1, 1), (2, 2);
    create table raw.codes (code text);
    create function raw.doubled(n integer) returns integer language sql immutable as 'select n * 2';
    create extension file_fdw;
    create server files foreign data wrapper file_fdw;
    create foreign table raw.remote (line text) server files options (filename '/etc/hostname');";

/// What runs in every build: the clock, a template that asks, a test that warns, and what reads a foreign table.
const ALWAYS: [&str; 4] = [
    "accepted_values_adults_name__ADA",
    "clock",
    "late",
    "remote",
];

/// The project, built once; `None` without a server.
fn built() -> Option<Case> {
    let case = Case::good("skipping")?;
    changes::by_hand(&case, SOURCES);
    case.run(0, "build");
    Some(case)
}

/// The names of the nodes that the last call ran, beside those that always run.
fn ran(case: &Case) -> BTreeSet<String> {
    let results: Json = serde_json::from_str(&case.read("target/run_results.json")).expect("JSON");
    let results = results["results"].as_array().expect("results").iter();
    let ran = results.filter(|result| {
        let message = result["message"].as_str().unwrap_or_default();
        !message.starts_with("Reused")
    });
    ran.map(|result| short(result["unique_id"].as_str().expect("an id")))
        .filter(|name| !ALWAYS.contains(&name.as_str()))
        .collect()
}

/// A node's name: its id without kind, package and hash.
fn short(id: &str) -> String {
    let parts: Vec<&str> = id.split('.').collect();
    match parts.first() {
        Some(&"test") if parts.len() > 3 => parts[2].to_owned(),
        _ => parts.last().copied().unwrap_or_default().to_owned(),
    }
}

fn names(text: &str) -> BTreeSet<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
