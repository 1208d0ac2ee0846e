//! A run as a whole: what a failure stops, what a dry run prints, how Ctrl-C ends it.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::case::Case;
use crate::warehouse::text_of;

/// The end of each step by name: `OK`, `ERROR`, `SKIP`, `FAIL`.
fn ends(text: &str) -> String {
    let mut ends: Vec<String> = text
        .lines()
        .filter(|line| line.contains(" .") && line.ends_with(']') && !line.ends_with("[RUN]"))
        .filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let name = words.iter().position(|word| word.starts_with(".."))? - 1;
            Some(format!("{} {}", words[name], words[3]))
        })
        .collect();
    ends.sort();
    ends.join("\n")
}

#[test]
fn a_failure_skips_what_is_built_on_it_and_nothing_else() {
    let Some(case) = Case::good("failures") else {
        return;
    };
    let expected = "\
accepted_values_e_tested_n__False__2 FAIL
not_null_c_below_broken_n SKIP
public.a_good OK
public.b_broken ERROR
public.c_below_broken SKIP
public.d_below_that SKIP
public.e_tested OK
public.f_below_failed_test SKIP
public.g_beside OK";
    for threads in [1, 8] {
        let text = case.run(1, &format!("build --threads {threads}"));
        assert_eq!(ends(&text), expected, "{text}");
        assert!(
            text.contains("Done. PASS=3 WARN=0 ERROR=2 SKIP=4 NO-OP=0 REUSED=0 TOTAL=9"),
            "{text}"
        );
    }
}

#[test]
fn fail_fast_starts_nothing_more() {
    let Some(case) = Case::good("failures") else {
        return;
    };
    let text = case.run(1, "run --fail-fast --threads 1");
    assert!(text.contains("public.b_broken"), "{text}");
    assert!(
        !text.contains("OK created sql view model public.g_beside"),
        "{text}"
    );
}

#[test]
fn a_run_with_json_output_is_lines_of_json() {
    let Some(case) = Case::good("failures") else {
        return;
    };
    let output = case
        .command(&["build", "--log-format", "json"])
        .output()
        .expect("runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let named = |name: &str| -> Vec<&serde_json::Value> {
        lines
            .iter()
            .filter(|line| line["info"]["name"] == name)
            .collect()
    };
    assert_eq!(named("LogStartLine").len(), 5);
    assert_eq!(named("LogModelResult").len(), 4);
    assert_eq!(named("LogTestResult").len(), 1);
    assert_eq!(named("SkippingDetails").len(), 4);
    let failed = named("LogModelResult")
        .into_iter()
        .find(|line| line["info"]["level"] == "error")
        .expect("a model fails");
    assert_eq!(
        failed["data"]["node_info"]["unique_id"],
        "model.failures.b_broken"
    );
    let problem = lines
        .iter()
        .find(|line| line["data"]["diagnostic"].is_object())
        .expect("a diagnostic");
    assert_eq!(problem["data"]["diagnostic"]["code"], "HCW0701");
    assert_eq!(named("StatsLine")[0]["data"]["stats"]["skip"], 4);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_dry_run_prints_what_the_run_sends() {
    let Some(case) = Case::good("materializations") else {
        return;
    };
    let url = &case.warehouse.as_ref().expect("a database").url;
    for _ in 0..2 {
        let printed = case.data("run --dry-run");
        // the printed script itself builds the warehouse, as far as psql is there to run it
        let Ok(mut psql) = Command::new("psql")
            .args(["-Xq", "-v", "ON_ERROR_STOP=1", "-d", url])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
        else {
            return;
        };
        std::io::Write::write_all(&mut psql.stdin.take().expect("a pipe"), printed.as_bytes())
            .expect("is written");
        assert!(psql.wait().expect("ends").success(), "{printed}");
        let by_script = case.rows("select visit_id, run, is_later from merged order by 1");
        case.run(0, "run");
        assert_eq!(
            case.rows("select visit_id, run, true from merged order by 1"),
            by_script.replace("false", "true")
        );
        let sent = case.read("target/run_results.json");
        assert!(sent.contains("model.materializations.merged"), "{sent}");
    }
}

#[test]
fn an_interrupt_cancels_the_query_and_ends_with_1() {
    let Some(case) = Case::good("failures") else {
        return;
    };
    case.write(
        "models/slow.sql",
        "{{ config(materialized='table') }}\nselect pg_sleep(60)::text as marker_of_the_slow_query\n",
    );
    let text = interrupted(&case, &["run", "--select", "slow"]);
    assert!(text.contains("HCW0703"), "{text}");
    interrupted(&case, &["show", "--select", "slow"]);
}

/// Starts a command, interrupts it when its query runs, and sees the query end; gives what it printed.
fn interrupted(case: &Case, words: &[&str]) -> String {
    let child = case
        .command(words)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    let running = "select count(*) from pg_stat_activity where state = 'active' and datname = current_database()
        and query like '%marker_of_the_slow%' and pid <> pg_backend_pid()";
    let started = Instant::now();
    while case.rows(running) != "1" {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "the query starts"
        );
        std::thread::yield_now();
    }
    let status = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(status.expect("kill runs").success());
    let output = child.wait_with_output().expect("ends");
    let text = text_of(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("interrupted"), "{text}");
    // the server notices a moment after it was told
    while case.rows(running) != "0" {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "the query is cancelled"
        );
        std::thread::yield_now();
    }
    text
}
