//! Kills at any moment: the published warehouse is as it was or as it should be, and the next run succeeds.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::embedded::{Project, copy_folder, has_server, kill};
use crate::projects::case::fixtures;

/// The round that each published relation is of. All of them were published together, so that they agree.
const ROUNDS: &str = "
    select concat_ws(' ', (select max(round) from stays), (select max(round) from kpi_stays),
        (select round from kpi_total), (select max(round) from rounds))";

const LEFT: &str = "select count(*) from pg_namespace where nspname like 'hcw\\_%\\_\\_%'";

/// How often is killed; `make soak` asks for more.
fn kills() -> u64 {
    let asked = std::env::var("HCW_KILLS").ok();
    asked.and_then(|count| count.parse().ok()).unwrap_or(12)
}

/// Numbers that look random, the same for the same start (xorshift).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit.max(1)
    }
}

fn build(round: u64) -> [String; 3] {
    let vars = format!("{{round: {round}}}");
    ["build".to_owned(), "--vars".to_owned(), vars]
}

#[test]
fn a_kill_at_any_moment_leaves_one_version() {
    if !has_server() {
        return;
    }
    let seed = std::env::var("HCW_KILL_SEED").ok();
    let seed: u64 = seed
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(20_260_723);
    let mut numbers = Numbers(seed);
    let project = Project::new();
    copy_folder(&fixtures("good").join("atomic/."), &project.folder);
    let run = |round: u64| {
        let words = build(round);
        project.succeed(&words.each_ref().map(String::as_str))
    };
    run(1);
    let started = Instant::now();
    run(2);
    let whole = u64::try_from(started.elapsed().as_millis()).expect("a short time");
    let mut published = 2;
    for number in 0..kills() {
        let round = number + 3;
        let words = build(round);
        let mut child = project
            .command(&words.each_ref().map(String::as_str))
            .spawn()
            .expect("hcw starts");
        std::thread::sleep(Duration::from_millis(numbers.below(whole * 6 / 5)));
        let kills_server = numbers.below(3) == 0;
        if kills_server {
            kill("-KILL", &project.pid());
        } else {
            kill("-KILL", &child.id().to_string());
        }
        let _ended = child.wait().expect("hcw ends");
        let seen = project.query(ROUNDS);
        let context = format!("seed {seed}, kill {number}, server {kills_server}: {seen}");
        let rounds: Vec<u64> = seen
            .split(' ')
            .map(|round| round.parse().expect("a number"))
            .collect();
        assert_eq!(rounds.len(), 4, "{context}");
        assert!(rounds.iter().all(|one| one == &rounds[0]), "{context}");
        assert!([published, round].contains(&rounds[0]), "{context}");
        published = rounds[0];
    }
    let last = kills() + 3;
    run(last);
    assert_eq!(
        project.query(ROUNDS),
        format!("{last} {last} {last} {last}")
    );
    assert_eq!(project.query(LEFT), "0", "the next run cleans up");
}

#[test]
fn a_server_that_dies_under_a_run_is_told_as_that() {
    if !has_server() {
        return;
    }
    let project = Project::new();
    copy_folder(&fixtures("good").join("atomic/."), &project.folder);
    let words = build(1);
    project.succeed(&words.each_ref().map(String::as_str));
    std::fs::write(
        project.folder.join("models/slow.sql"),
        "{{ config(materialized='table') }} select 1 as one from pg_sleep(60)",
    )
    .expect("is written");
    let words = build(2);
    let child = project
        .command(&words.each_ref().map(String::as_str))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("hcw runs");
    let sleeps = "select count(*) from pg_stat_activity where query like '%pg_sleep(60)%' and state = 'active' and pid <> pg_backend_pid()";
    let began = Instant::now();
    while project.query(sleeps) == "0" {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing sleeps");
        std::thread::sleep(Duration::from_millis(50));
    }
    kill("-KILL", &project.pid());
    let output = child.wait_with_output().expect("hcw ends");
    assert_eq!(output.status.code(), Some(1));
    let [mut printed, errors] =
        [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    printed.push_str(&errors);
    assert!(printed.contains("Completed with "), "{printed}");
    assert_eq!(printed.matches("error[HCW0601]").count(), 1, "{printed}");
    assert!(!printed.contains("keyboard"), "{printed}");
    std::fs::remove_file(project.folder.join("models/slow.sql")).expect("is removed");
    project.succeed(&words.each_ref().map(String::as_str));
    assert_eq!(project.query(ROUNDS), "2 2 2 2");
}
