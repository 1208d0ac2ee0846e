//! Maintenance of the server's own (autovacuum) on what is published: a run makes it step aside.

use std::time::{Duration, Instant};

use crate::embedded::{Project, copy_folder, has_server};
use crate::projects::case::fixtures;

/// Workers that are at work on the table.
const WORKERS: &str = "
    select count(*) from pg_locks
    where relation = 'public.stays'::regclass and mode = 'ShareUpdateExclusiveLock' and granted";

#[test]
fn a_table_is_published_while_the_server_maintains_it() {
    if !has_server() {
        return;
    }
    for way in ["atomic", "per-node"] {
        let project = Project::new();
        copy_folder(&fixtures("good").join("atomic/."), &project.folder);
        let build = |round: &str| {
            let vars = format!("{{round: {round}, count: 200000}}");
            let words = [
                "--exclude-resource-type",
                "test",
                "--publish",
                way,
                "--vars",
                &vars,
            ];
            project.succeed(&[&["build"], &words[..]].concat())
        };
        build("1");
        // a worker that takes hours, and comes at once
        project.query(
            "alter table stays set (autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1,
                autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0)",
        );
        project.query("update stays set round = round where stay_id % 2 = 0");
        project.query("alter system set autovacuum_naptime = '1s'");
        project.query("select pg_reload_conf()");
        let began = Instant::now();
        while project.query(WORKERS) == "0" {
            assert!(began.elapsed() < Duration::from_secs(90), "no worker came");
            std::thread::sleep(Duration::from_millis(100));
        }
        let worker =
            "select count(*) from pg_stat_activity where backend_type = 'autovacuum worker'";
        assert_ne!(project.query(worker), "0");
        build("2");
        assert_eq!(project.query("select max(round) from stays"), "2", "{way}");
        let settings = "select reloptions is not null from pg_class where oid = 'stays'::regclass";
        assert_eq!(project.query(settings), "t", "settings by hand stay");
    }
}
