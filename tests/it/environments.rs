//! Two environments of one project in one database: `--defer`, `clone`, `state:`, `retry`; and relations that are
//! read without rows, or for a window of time.

use std::process::Command;

use serde_json::Value as Json;

use crate::warehouse::{Warehouse, text_of};

/// Schemas are those of the variable `place`.
const PLACES: &str =
    "{% macro generate_schema_name(custom, node) -%}{{ var('place', 'dev') }}{%- endmacro %}";

fn project() -> Option<Warehouse> {
    let warehouse = Warehouse::start()?;
    warehouse.write("macros/places.sql", PLACES);
    warehouse.write("seeds/visits.csv", "visit_id,cost\n1,2.50\n2,3.75\n");
    warehouse.write("models/costs.sql", "select cost from {{ ref('visits') }}\n");
    warehouse.write(
        "models/totals.sql",
        "{{ config(materialized='table') }}\nselect sum(cost) as total, count(*) as visits from {{ ref('costs') }}\n",
    );
    Some(warehouse)
}

fn run(warehouse: &Warehouse, code: i32, words: &[&str]) -> String {
    let output = command(warehouse, words).output().expect("runs");
    let text = text_of(&output);
    assert_eq!(output.status.code(), Some(code), "{words:?}:\n{text}");
    text
}

fn command(warehouse: &Warehouse, words: &[&str]) -> Command {
    let mut command = warehouse.command(words[0]);
    command.args(&words[1..]);
    command
}

fn artifact(warehouse: &Warehouse, name: &str) -> Json {
    let path = warehouse.folder.path().join("target").join(name);
    let text = std::fs::read_to_string(path).expect("is written");
    serde_json::from_str(&text).expect("is JSON")
}

/// Builds the place `prod`, and keeps its artifacts.
fn build_prod(warehouse: &Warehouse) {
    run(warehouse, 0, &["build", "--vars", "place: prod"]);
    let folder = warehouse.folder.path();
    std::fs::create_dir_all(folder.join("state")).expect("is made");
    for name in ["manifest.json", "run_results.json"] {
        std::fs::copy(
            folder.join("target").join(name),
            folder.join("state").join(name),
        )
        .expect("is copied");
    }
}

#[test]
fn what_is_missing_is_read_in_the_other_environment() {
    let Some(warehouse) = project() else { return };
    build_prod(&warehouse);
    let without = run(&warehouse, 2, &["run", "--defer", "--select", "totals"]);
    assert!(without.contains("neither was provided"), "{without}");
    let select = ["--select", "totals", "--defer", "--state", "state"];
    run(&warehouse, 0, &[&["run"][..], &select].concat());
    assert_eq!(warehouse.value("select visits from dev.totals"), "2");
    let sql = |warehouse: &Warehouse| {
        std::fs::read_to_string(
            warehouse
                .folder
                .path()
                .join("target/compiled/test/models/totals.sql"),
        )
        .expect("is compiled")
    };
    assert!(sql(&warehouse).contains("\"prod\".\"costs\""));
    // what exists here is read here, unless the other is favoured
    run(&warehouse, 0, &["build", "--exclude", "totals"]);
    run(&warehouse, 0, &[&["run"][..], &select].concat());
    assert!(sql(&warehouse).contains("\"dev\".\"costs\""));
    run(
        &warehouse,
        0,
        &[&["compile", "--favor-state"][..], &select].concat(),
    );
    assert!(sql(&warehouse).contains("\"prod\".\"costs\""));
}

#[test]
fn clones_are_views_of_the_other_environment() {
    let Some(warehouse) = project() else { return };
    build_prod(&warehouse);
    let clone = ["clone", "--state", "state"];
    run(&warehouse, 0, &clone);
    assert_eq!(warehouse.value("select visits from dev.totals"), "2");
    assert_eq!(
        warehouse.lines("select viewname from pg_views where schemaname = 'dev' order by 1"),
        "costs\ntotals\nvisits"
    );
    run(&warehouse, 0, &clone);
    let results = artifact(&warehouse, "run_results.json");
    let messages: Vec<&Json> = results["results"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|result| &result["message"])
        .collect();
    assert_eq!(messages, ["No-op", "No-op", "No-op"]);
    run(&warehouse, 2, &["clone"]);
}

#[test]
fn a_clone_that_fails_holds_no_other_back() {
    let Some(warehouse) = project() else { return };
    build_prod(&warehouse);
    // the name of the first that would be made is taken
    warehouse.query("create schema dev; create type dev.visits as enum ('taken')");
    run(&warehouse, 1, &["clone", "--state", "state"]);
    assert_eq!(
        warehouse.lines("select viewname from pg_views where schemaname = 'dev' order by 1"),
        "costs\ntotals"
    );
    let results = artifact(&warehouse, "run_results.json");
    let statuses = results["results"].as_array().expect("a list").iter();
    let mut statuses: Vec<_> = statuses
        .map(|result| result["status"].as_str().unwrap_or_default())
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, ["error", "success", "success"]);
    warehouse.query("drop type dev.visits");
    run(&warehouse, 0, &["retry"]);
    assert_eq!(warehouse.value("select visits from dev.totals"), "2");
}

#[test]
fn what_has_changed_since_is_selected() {
    let Some(warehouse) = project() else { return };
    build_prod(&warehouse);
    let list = |selector: &str| {
        let words = [
            "ls",
            "--state",
            "state",
            "--vars",
            "place: prod",
            "--select",
        ];
        let mut command = command(&warehouse, &[&words[..], &[selector]].concat());
        let output = command.output().expect("runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert_eq!(list("state:modified"), "");
    warehouse.write(
        "models/costs.sql",
        "select cost, 1 as one from {{ ref('visits') }}\n",
    );
    warehouse.write("models/fresh.sql", "select 1 as one\n");
    assert_eq!(list("state:modified.body"), "test.costs\ntest.fresh\n");
    assert_eq!(list("state:new"), "test.fresh\n");
    assert_eq!(
        list("state:modified+"),
        "test.costs\ntest.fresh\ntest.totals\n"
    );
}

fn ids_of_results(warehouse: &Warehouse) -> Vec<String> {
    let results = artifact(warehouse, "run_results.json");
    let results = results["results"].as_array().expect("a list").iter();
    let mut ids: Vec<String> = results
        .filter_map(|result| result["unique_id"].as_str().map(str::to_owned))
        .collect();
    ids.sort_unstable();
    ids
}

#[test]
fn retry_does_all_again_of_a_run_that_published_nothing() {
    let Some(warehouse) = project() else { return };
    let good = "select cost from {{ ref('visits') }}\n";
    warehouse.write(
        "models/costs.sql",
        "select nothing from {{ ref('visits') }}\n",
    );
    run(&warehouse, 1, &["build", "--vars", "place: here"]);
    warehouse.write("models/costs.sql", good);
    run(&warehouse, 0, &["retry"]);
    assert_eq!(
        ids_of_results(&warehouse),
        ["model.test.costs", "model.test.totals", "seed.test.visits"]
    );
    assert_eq!(warehouse.value("select visits from here.totals"), "2");
}

#[test]
fn retry_does_what_failed_and_what_was_skipped() {
    let Some(warehouse) = project() else { return };
    let good = "select cost from {{ ref('visits') }}\n";
    warehouse.write(
        "models/costs.sql",
        "select nothing from {{ ref('visits') }}\n",
    );
    run(&warehouse, 2, &["retry"]);
    let per_node = ["build", "--publish", "per-node", "--vars", "place: here"];
    run(&warehouse, 1, &per_node);
    warehouse.write("models/costs.sql", good);
    run(&warehouse, 0, &["retry"]);
    assert_eq!(
        ids_of_results(&warehouse),
        ["model.test.costs", "model.test.totals"]
    );
    assert_eq!(warehouse.value("select visits from here.totals"), "2");
    let nothing = run(&warehouse, 0, &["retry"]);
    assert!(nothing.contains("Nothing to do."), "{nothing}");
    // nothing failed of a compile, so that nothing is compiled
    run(&warehouse, 0, &["compile"]);
    let nothing = run(&warehouse, 0, &["retry"]);
    assert!(nothing.contains("Nothing to do."), "{nothing}");
    assert!(ids_of_results(&warehouse).is_empty());
}

#[test]
fn empty_reads_no_rows_and_keeps_types() {
    let Some(warehouse) = project() else { return };
    run(&warehouse, 0, &["build", "--empty"]);
    assert_eq!(warehouse.value("select count(*) from dev.visits"), "0");
    assert_eq!(warehouse.value("select visits from dev.totals"), "0");
    assert_eq!(
        warehouse.lines(
            "select data_type from information_schema.columns where table_name = 'visits' order by ordinal_position"
        ),
        "integer\ndouble precision"
    );
    run(&warehouse, 0, &["build"]);
    assert_eq!(warehouse.value("select visits from dev.totals"), "2");
}

#[test]
fn seeds_are_shown_where_that_is_asked() {
    let Some(warehouse) = project() else { return };
    let shown = run(&warehouse, 0, &["seed", "--show"]);
    assert!(
        shown.contains("| visit_id | cost |\n| -------- | ---- |\n| 1        | 2.50 |\n"),
        "{shown}"
    );
    let silent = run(&warehouse, 0, &["seed"]);
    assert!(!silent.contains("visit_id"), "{silent}");
}

#[test]
fn a_sample_is_a_window_of_time() {
    let Some(warehouse) = project() else { return };
    warehouse.write(
        "models/stays.sql",
        "{{ config(materialized='table', event_time='admitted_at') }}\n\
         select day as admitted_at from generate_series('2025-01-01'::timestamp, '2025-01-03', '1 day') as day\n",
    );
    warehouse.write(
        "models/counted.sql",
        "select count(*) as stays from {{ ref('stays') }}\n",
    );
    let at = |words: &[&str]| {
        let mut command = command(&warehouse, words);
        let output = command.env("HCW_NOW", "2025-01-03T02:00:00Z").output();
        let output = output.expect("runs");
        assert!(output.status.success(), "{}", text_of(&output));
    };
    at(&["run", "--select", "stays", "counted", "--sample", "1 day"]);
    assert_eq!(warehouse.value("select stays from dev.counted"), "1");
    at(&["run", "--select", "stays", "counted"]);
    assert_eq!(warehouse.value("select stays from dev.counted"), "3");
    let wrong = run(&warehouse, 2, &["run", "--sample", "1 fortnight"]);
    assert!(wrong.contains("fortnight"), "{wrong}");
}

#[test]
fn statements_carry_the_comment_of_the_project() {
    let Some(warehouse) = project() else { return };
    let own_query = "select query from pg_stat_activity where pid = pg_backend_pid()";
    warehouse.write(
        "models/said.sql",
        format!("{{{{ config(materialized='table') }}}}\n{own_query}\n"),
    );
    let said = |settings: &str| {
        let project = format!("name: test\nprofile: test\nversion: '1.0'\n{settings}");
        warehouse.write("dbt_project.yml", project);
        run(&warehouse, 0, &["run", "--select", "said"]);
        warehouse.value("select query from dev.said")
    };
    let standard = said("");
    assert!(
        standard.starts_with("/* {\"app\": \"dbt\", \"dbt_version\": \"1.12.6\""),
        "{standard}"
    );
    assert!(standard.contains("\"node_id\": \"model.test.said\"} */\n"));
    assert!(!said("query-comment: null\n").contains("/*"));
    let own = said("query-comment: \"run by {{ node.name }} on {{ target.name }}\"\n");
    assert!(own.starts_with("/* run by said on default */\n"), "{own}");
    said("query-comment:\n  comment: at the end\n  append: true\n");
    let log = warehouse.folder.path().join("logs/dbt.log");
    let log = std::fs::read_to_string(log).expect("is written");
    assert!(log.contains("\n/* at the end */\n"), "{log}");
    // each statement of a message has it: the server counts them one by one
    warehouse.write(
        "models/hooked.sql",
        "{{ config(materialized='table', pre_hook='select 1', post_hook='select 2') }}
        select current_query() as query",
    );
    for settings in [
        "query-comment: mine\n",
        "query-comment: {comment: mine, append: true}\n",
    ] {
        let project = format!("name: test\nprofile: test\nversion: '1.0'\n{settings}");
        warehouse.write("dbt_project.yml", project);
        run(&warehouse, 0, &["run", "--select", "hooked"]);
        let said = warehouse.value("select query from dev.hooked");
        for part in ["select 1", "create table", "select 2"] {
            let mut statements = said.split(";\n");
            let statement = statements.find(|one| one.contains(part));
            assert!(
                statement.is_some_and(|one| one.contains("/* mine */")),
                "{part}: {said}"
            );
        }
    }
    // what would end the comment stops the run
    warehouse.write(
        "dbt_project.yml",
        "name: test\nprofile: test\nquery-comment: 'a */ b'\n",
    );
    let wrong = run(&warehouse, 2, &["run"]);
    assert!(
        wrong.contains("query comment contains illegal value"),
        "{wrong}"
    );
}
