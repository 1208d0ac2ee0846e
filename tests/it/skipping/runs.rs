//! What is recorded of runs, and what `hcw runs` makes of it.

use serde_json::Value as Json;

use super::{built, names, ran};
use crate::embedded::{Project, copy_folder, has_server};
use crate::projects::case::{Case, fixtures};

fn json(case: &Case, line: &str) -> Json {
    serde_json::from_str(&case.data(line)).expect("JSON")
}

#[test]
fn runs_are_listed_and_shown() {
    let Some(case) = Case::good("skipping") else {
        return;
    };
    assert!(case.run(0, "runs").contains("no runs are recorded"));
    let text = case.run(2, "runs show");
    assert!(text.contains("HCW0503"), "{text}");
    let Some(case) = built() else { return };
    case.run(0, "build");
    let runs = json(&case, "runs --output json");
    let runs = runs.as_array().expect("runs");
    assert_eq!(runs.len(), 2);
    assert_eq!(
        (&runs[0]["verb"], &runs[0]["status"]),
        (&Json::from("build"), &Json::from("success"))
    );
    assert_eq!(runs[0]["counts"]["reused"], 21);
    let first = runs[1]["run_id"].as_str().expect("an id");
    let shown = json(&case, &format!("runs show {} --output json", &first[..13]));
    assert_eq!(shown["run"]["run_id"], first);
    let nodes = shown["run"]["nodes"].as_array().expect("nodes");
    assert_eq!(nodes.len(), 25);
    let find = |id: &str| {
        nodes
            .iter()
            .find(|node| node["unique_id"] == id)
            .expect("a node")
    };
    let people = find("seed.skipping.people");
    assert_eq!(people["rows"], 2);
    assert!(people["bytes_written"].as_i64() > Some(0), "{people}");
    assert_eq!(
        people["temp_bytes"],
        Json::Null,
        "this server does not tell"
    );
    let roster = find("model.skipping.roster");
    assert_eq!(roster["bytes_written"], Json::Null, "a view has no bytes");
    assert_eq!(roster["reason"], "runs: nothing is recorded of it");
    let path = shown["critical_path"]["seconds"]
        .as_f64()
        .expect("a number");
    let replays = shown["threads"].as_array().expect("replays");
    let seconds = |position: usize| replays[position]["seconds"].as_f64().expect("a number");
    assert!(
        seconds(0) >= seconds(1) && seconds(replays.len() - 1) >= path - 1e-9,
        "{shown}"
    );
    let text = case.run(0, "runs show");
    for part in [
        "critical path:",
        "threads",
        "21 were left as they were",
        "unknown",
    ] {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    assert!(case.run(0, "runs list").contains("1 warn"));
}

#[test]
fn so_many_runs_are_kept_as_somebody_wants() {
    let Some(case) = built() else { return };
    for _ in 0..4 {
        case.run(0, "run --select clock --keep-runs 3");
    }
    assert_eq!(case.rows("select count(*) from hcw.runs"), "3");
    assert_eq!(
        case.rows("select count(distinct run_id) from hcw.run_nodes"),
        "3"
    );
}

#[test]
fn what_is_held_is_recorded_when_it_is_published() {
    let Some(case) = built() else { return };
    let edited = case
        .read("models/adults.sql")
        .replace("where id >", "where 0 + id >");
    case.write("models/adults.sql", &edited);
    case.run(0, "build --hold");
    assert!(case.run(0, "runs").contains("held"));
    case.run(0, "publish");
    assert!(!case.run(0, "runs").contains("held"));
    case.run(0, "build");
    assert_eq!(ran(&case), names(""), "it was built once");
    // a run that failed has published nothing, and is told
    case.write(
        "models/adults.sql",
        "select 1 / 0 as id, '' as name, '' as place",
    );
    case.run(1, "build");
    assert!(case.run(0, "runs").contains("failed"));
}

#[test]
fn statements_are_counted_where_the_server_can() {
    if !has_server() {
        return;
    }
    let project = Project::new();
    copy_folder(&fixtures("good").join("atomic/."), &project.folder);
    let exists = "select count(*) from pg_available_extensions where name = 'pg_stat_statements'";
    if project.query(exists) == "0" {
        let is_required = std::env::var("HCW_TEST_EXTENSION_REQUIRED").is_ok();
        assert!(!is_required, "pg_stat_statements is not installed");
        return;
    }
    project.query("alter system set shared_preload_libraries = 'pg_stat_statements'");
    project.query("alter system set work_mem = '64kB'");
    project.succeed(&["db", "stop"]);
    project.query("create extension pg_stat_statements");
    let sorted = "{{ config(materialized='table') }}
        select n, row_number() over (order by md5(n::text)) as place from generate_series(1, 100000) as n";
    std::fs::write(project.folder.join("models/sorted.sql"), sorted).expect("is written");
    let shown = |round: &str| -> Json {
        let vars = format!("{{round: {round}}}");
        project.succeed(&["build", "--vars", &vars]);
        let text = project.succeed(&["runs", "show", "--output", "json"]);
        serde_json::from_str(&text).expect("JSON")
    };
    let find = |shown: &Json, id: &str| -> Json {
        let nodes = shown["run"]["nodes"].as_array().expect("nodes").iter();
        let found = nodes.clone().find(|node| node["unique_id"] == id);
        found.expect("a node").clone()
    };
    let first = shown("1");
    let sorted = find(&first, "model.atomic.sorted");
    let number = |node: &Json, key: &str| node[key].as_i64().unwrap_or_default();
    // 100,000 rows of two numbers do not fit into 64 kB
    assert!(number(&sorted, "temp_bytes") > 1_000_000, "{sorted}");
    assert!(number(&sorted, "blocks_hit") > 0, "{sorted}");
    let ids = sorted["query_ids"].as_array().expect("ids");
    assert!(!ids.is_empty(), "{sorted}");
    let known = format!(
        "select count(*) > 0 from pg_stat_statements where queryid = {} and query like '%model.atomic.sorted%'",
        ids[0]
    );
    assert_eq!(project.query(&known), "t");
    // a run's figures are its own
    let second = shown("2");
    let stays = |shown: &Json| number(&find(shown, "model.atomic.stays"), "blocks_hit");
    assert!(
        stays(&second) > 0 && stays(&second) < 3 * stays(&first),
        "{second}"
    );
}
