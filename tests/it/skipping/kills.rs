//! What is recorded is never ahead of the warehouse: after a kill at any moment the same build makes what is missing.

use std::time::{Duration, Instant};

use crate::crashes::Numbers;
use crate::embedded::{Project, copy_folder, has_server, kill};
use crate::projects::case::fixtures;

/// The round that each relation is of.
const ROUNDS: &str = "
    select concat_ws(' ', (select max(round) from stays), (select max(round) from kpi_stays),
        (select round from kpi_total), (select max(round) from rounds))";

#[test]
fn a_build_that_was_killed_is_made_again() {
    if !has_server() {
        return;
    }
    let mut numbers = Numbers(20_261_123);
    let project = Project::new();
    copy_folder(&fixtures("good").join("atomic/."), &project.folder);
    let words = |round: u64, publish: &str| {
        let vars = format!("{{round: {round}}}");
        ["build", "--vars", &vars, "--publish", publish].map(str::to_owned)
    };
    let run = |round: u64, publish: &str| {
        let words = words(round, publish);
        project.succeed(&words.each_ref().map(String::as_str))
    };
    run(1, "atomic");
    let started = Instant::now();
    run(2, "atomic");
    let whole = u64::try_from(started.elapsed().as_millis()).expect("a short time");
    for round in 3..13 {
        let publish = if round % 2 == 0 { "atomic" } else { "per-node" };
        let words = words(round, publish);
        let mut child = project
            .command(&words.each_ref().map(String::as_str))
            .spawn()
            .expect("hcw starts");
        std::thread::sleep(Duration::from_millis(whole / 4 + numbers.below(whole)));
        let kills_server = numbers.below(4) == 0;
        match kills_server {
            true => kill("-KILL", &project.pid()),
            false => kill("-KILL", &child.id().to_string()),
        }
        let _ended = child.wait().expect("hcw ends");
        let text = run(round, publish);
        let rounds = project.query(ROUNDS);
        let context = format!("round {round}, {publish}, server {kills_server}:\n{text}");
        assert_eq!(
            rounds,
            format!("{round} {round} {round} {round}"),
            "{context}"
        );
        let text = run(round, publish);
        assert!(
            text.contains("PASS=0 WARN=0 ERROR=0 SKIP=0"),
            "nothing is left to do: {text}"
        );
    }
}
