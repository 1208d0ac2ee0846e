//! What goes on beside a run: readers, long queries, other writers, other runs, interruptions.

use super::case::Case;

/// A query that takes long holds up the build, and no other reader.
#[test]
fn a_long_query_delays_the_build_alone() {
    for way in ["atomic", "per-node"] {
        let Some(case) = Case::good("atomic") else {
            return;
        };
        case.run(0, &format!("build --publish {way}"));
        let (longest, all) = std::thread::scope(|scope| {
            let long = scope.spawn(|| {
                let began = std::time::Instant::now();
                let reader = case.reader();
                reader.row("select count(*), (select pg_sleep(3)) is null from kpi_stays");
                began.elapsed()
            });
            std::thread::sleep(std::time::Duration::from_millis(300));
            let build = scope.spawn(|| {
                case.run(
                    0,
                    &format!("build --publish {way} --vars '{{count: 20, round: 2}}'"),
                )
            });
            let reader = case.reader();
            let mut longest = std::time::Duration::ZERO;
            while !build.is_finished() {
                let began = std::time::Instant::now();
                reader.row("select count(*) from kpi_stays");
                longest = longest.max(began.elapsed());
            }
            (longest, long.join().expect("the long query sees no error"))
        });
        assert_eq!(case.rows("select max(round) from kpi_stays"), "2", "{way}");
        // behind a build that waits for the query they would wait nearly as long as it takes
        assert!(longest < all / 2, "{way}: {longest:?} of {all:?}");
    }
}

#[test]
fn what_others_write_meanwhile_is_told() {
    let Some(case) = Case::good("atomic") else {
        return;
    };
    let counted = |sql: &str| {
        case.execute(sql);
        case.execute("select pg_stat_force_next_flush()");
        case.execute("select 1");
    };
    if case.rows("select current_setting('server_version_num')::integer >= 150000") != "true" {
        return;
    }
    case.run(0, "build");
    case.run(0, "build --hold --vars '{round: 2}'");
    counted("insert into rounds values (-8)");
    let text = case.run(1, "publish");
    assert!(
        text.contains("public.rounds changed after it was built"),
        "{text}"
    );
    assert_eq!(
        case.rows("select count(*) from rounds where round = -8"),
        "1"
    );
    let slow =
        "{{ config(materialized='table') }} select pg_sleep(2) is null as marker_of_the_slow";
    case.write("models/slow.sql", slow);
    let running = "select count(*) from pg_stat_activity where state = 'active' and datname = current_database()
        and query like '%marker_of_the_slow%' and pid <> pg_backend_pid()";
    let text = std::thread::scope(|scope| {
        let build = scope.spawn(|| case.run(0, "build --vars '{round: 3}'"));
        while case.rows(running) != "1" {
            assert!(!build.is_finished(), "the slow query runs");
        }
        counted("insert into rounds values (-9)");
        build.join().expect("runs")
    });
    assert!(
        text.contains("somebody has changed rows of public.rounds"),
        "{text}"
    );
}

#[test]
fn a_publication_that_waits_can_be_interrupted() {
    for way in ["atomic", "per-node"] {
        let Some(case) = Case::good("atomic") else {
            return;
        };
        case.run(0, &format!("build --publish {way}"));
        let reader = case.reader();
        reader.row("begin; select count(*) from kpi_stays");
        let child = case
            .command(&["build", "--publish", way, "--vars", "{round: 2}"])
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("runs");
        let waits = "select count(*) from pg_stat_activity
            where query like '%-- schema, name, shadow, retired%' and pid <> pg_backend_pid()
                and datname = current_database()";
        let began = std::time::Instant::now();
        while case.rows(waits) == "0" {
            assert!(began.elapsed().as_secs() < 30, "{way}: it comes to publish");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        std::thread::sleep(std::time::Duration::from_millis(500));
        crate::embedded::kill("-INT", &child.id().to_string());
        let output = child.wait_with_output().expect("ends");
        let text = crate::warehouse::text_of(&output);
        assert_eq!(output.status.code(), Some(1), "{way}: {text}");
        assert!(text.contains("interrupted"), "{way}: {text}");
        reader.row("commit; select 1");
        assert_eq!(
            case.rows("select max(round) from kpi_stays"),
            "1",
            "{way}: {text}"
        );
    }
}

#[test]
fn runs_that_build_in_one_schema_wait_for_each_other() {
    let Some(case) = Case::good("atomic") else {
        return;
    };
    let Some(other) = Case::good("atomic") else {
        return;
    };
    let slow =
        "{{ config(materialized='table') }} select pg_sleep(2) is null as marker_of_the_slow";
    case.write("models/slow.sql", slow);
    let project = other
        .read("dbt_project.yml")
        .replace("name: atomic", "name: other");
    other.write("dbt_project.yml", &project);
    let running = "select count(*) from pg_stat_activity where state = 'active' and datname = current_database()
        and query like '%marker_of_the_slow%' and pid <> pg_backend_pid()";
    let (first, second) = std::thread::scope(|scope| {
        let first = scope.spawn(|| case.run(0, "build"));
        while case.rows(running) != "1" {
            assert!(!first.is_finished(), "the slow query runs");
        }
        let url = &case.warehouse.as_ref().expect("a database").url;
        let mut command = other.command(&["build", "--vars", "{round: 2}"]);
        let output = command.env("DATABASE_URL", url).output().expect("runs");
        let text = crate::warehouse::text_of(&output);
        assert!(output.status.success(), "{text}");
        assert!(first.is_finished(), "the second waited:\n{text}");
        (first.join().expect("runs"), text)
    });
    assert!(!first.contains("another hcw run"), "{first}");
    assert!(
        second.contains("another hcw run works on this target"),
        "{second}"
    );
    assert_eq!(case.rows("select max(round) from kpi_stays"), "2");
}

#[test]
fn a_run_sees_what_another_has_built_while_it_read_the_project() {
    let Some(case) = Case::good("atomic") else {
        return;
    };
    // the server is asked what was built before the project is parsed, and this takes its time to be
    let slow = "{%- if var('slow', false) and not execute -%}
        {%- for first in range(800) -%}{%- for second in range(800) -%}{%- set last = second -%}{%- endfor -%}{%- endfor -%}
        {%- endif -%}
        {{ config(materialized='table') }} select 1 as id";
    case.write("models/slow.sql", slow);
    let build = |slow: bool| {
        let vars = format!("{{slow: {slow}}}");
        case.run(
            0,
            &format!("build --select slow --no-partial-parse --vars '{vars}'"),
        )
    };
    let texts = std::thread::scope(|scope| {
        let first = scope.spawn(|| build(true));
        std::thread::sleep(std::time::Duration::from_millis(300));
        [build(false), first.join().expect("runs")]
    });
    let reused = texts.iter().filter(|text| text.contains("REUSED=1"));
    assert_eq!(reused.count(), 1, "whichever comes later: {texts:#?}");
}

#[test]
fn readers_see_one_version_of_all_marts() {
    let Some(case) = Case::good("atomic") else {
        return;
    };
    case.run(0, "build");
    let stop = std::sync::atomic::AtomicBool::new(false);
    let reads = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut reads = 0;
                    let reader = case.reader();
                    while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                        let seen = reader.row(
                            "select (select max(round) from kpi_stays), (select round from kpi_total),
                                (select max(round) from stays)",
                        );
                        let mut rounds = seen.split('|');
                        let first = rounds.next();
                        assert!(rounds.all(|round| Some(round) == first), "{seen}");
                        reads += 1;
                        std::thread::sleep(std::time::Duration::from_millis(5));
                    }
                    reads
                })
            })
            .collect();
        for round in 2..=builds() {
            case.run(
                0,
                &format!("run --select stays kpi_stays kpi_total --vars '{{round: {round}}}'"),
            );
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        readers
            .into_iter()
            .map(|reader| reader.join().expect("the reader saw no error"))
            .sum::<u64>()
    });
    assert!(reads > 50, "only {reads} reads");
}

/// How often the readers' test builds; `make soak` asks for more.
fn builds() -> u32 {
    let asked = std::env::var("HCW_READER_BUILDS").ok();
    asked.and_then(|count| count.parse().ok()).unwrap_or(50)
}
