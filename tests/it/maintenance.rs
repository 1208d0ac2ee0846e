//! Maintenance of the server's own (autovacuum) on what is published: a run makes it step aside.

use std::time::{Duration, Instant};

use crate::embedded::{Project, copy_folder, has_server};
use crate::projects::case::fixtures;

#[test]
fn a_table_is_published_while_the_server_maintains_it() {
    if !has_server() {
        return;
    }
    for way in ["atomic", "per-node"] {
        let project = project();
        build(&project, "1", &["--publish", way]);
        project.query(&worked_on_for_hours("public"));
        project.query("update stays set round = round where stay_id % 2 = 0");
        wait_for_worker(&project, "public");
        build(&project, "2", &["--publish", way]);
        assert_eq!(project.query("select max(round) from stays"), "2", "{way}");
        let settings = "select reloptions is not null from pg_class where oid = 'stays'::regclass";
        assert_eq!(project.query(settings), "t", "settings by hand stay");
    }
}

#[test]
fn what_was_just_built_is_published_while_the_server_maintains_it() {
    if !has_server() {
        return;
    }
    let project = project();
    build(&project, "1", &[]);
    build(&project, "2", &["--hold"]);
    project.query(&worked_on_for_hours("hcw_shadow__public"));
    wait_for_worker(&project, "hcw_shadow__public");
    let printed = project.succeed(&["publish"]);
    assert!(!printed.contains("trying again"), "{printed}");
    assert_eq!(project.query("select max(round) from stays"), "2");
}

fn project() -> Project {
    let project = Project::new();
    copy_folder(&fixtures("good").join("atomic/."), &project.folder);
    project
}

fn build(project: &Project, round: &str, words: &[&str]) -> String {
    let vars = format!("{{round: {round}, count: 200000}}");
    let call = ["build", "--exclude-resource-type", "test", "--vars", &vars];
    project.succeed(&[&call, words].concat())
}

/// Settings with which a worker comes at once, and takes hours.
fn worked_on_for_hours(schema: &str) -> String {
    format!(
        "alter table {schema}.stays set (autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1,
            autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0,
            autovacuum_vacuum_insert_threshold = 1, autovacuum_vacuum_insert_scale_factor = 0)"
    )
}

/// Waits until a worker of the server is at work on the table.
fn wait_for_worker(project: &Project, schema: &str) {
    let workers = format!(
        "select count(*) from pg_locks inner join pg_stat_activity using (pid)
        where relation = '{schema}.stays'::regclass and mode = 'ShareUpdateExclusiveLock' and granted
            and backend_type = 'autovacuum worker'"
    );
    project.query("alter system set autovacuum_naptime = '1s'");
    project.query("select pg_reload_conf()");
    let began = Instant::now();
    while project.query(&workers) == "0" {
        assert!(began.elapsed() < Duration::from_secs(90), "no worker came");
        std::thread::sleep(Duration::from_millis(100));
    }
}
