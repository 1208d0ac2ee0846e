//! The project's hooks `on-run-start` and `on-run-end`: what they see, and what a failure of one means.

use serde_json::Value as Json;

use super::case::Case;

/// What the hooks and models wrote down, in order.
fn log(case: &Case) -> String {
    case.rows("select coalesce(string_agg(what, ';'), '') from public_built.run_log")
}

/// Status, message and failures of each result of the last run.
fn results(case: &Case) -> Vec<String> {
    let file: Json = serde_json::from_str(&case.read("target/run_results.json")).expect("JSON");
    let results = file["results"].as_array().expect("results");
    let result = |result: &Json| {
        let text = |key: &str| result[key].as_str().unwrap_or("-").to_owned();
        format!(
            "{} {} {}",
            text("status"),
            result["failures"],
            text("message")
        )
    };
    results.iter().map(result).collect()
}

#[test]
fn hooks_find_the_schemas_and_tell_what_was_built() {
    let Some(case) = Case::good("run_hooks") else {
        return;
    };
    let text = case.run(0, "run");
    assert!(
        text.contains("Finished running 6 project hooks, 1 view model"),
        "{text}"
    );
    assert!(text.contains("PASS=7 WARN=0 ERROR=0"), "{text}");
    assert_eq!(log(&case), "start;last;end public_built 1");
    assert_eq!(
        results(&case),
        [
            "success 0 hooked.on-run-start.0 passed",
            "success 0 hooked.on-run-start.1 passed",
            "success 0 hooked.on-run-start.2 passed",
            "success 0 hooked.on-run-start.3 passed",
            "success null CREATE VIEW",
            "success 0 hooked.on-run-end.0 passed",
            "success 0 hooked.on-run-end.1 passed",
        ]
    );
}

#[test]
fn a_hook_whose_statement_fails_skips_hooks_and_nodes() {
    let Some(case) = Case::good("run_hooks") else {
        return;
    };
    let text = case.run(1, "run --vars '{start: select nothing}'");
    assert!(
        text.contains("2 of 4 ERROR hook: hooked.on-run-start.1"),
        "{text}"
    );
    assert!(text.contains("SKIP relation public_built.one"), "{text}");
    assert!(text.contains("PASS=3 WARN=0 ERROR=1 SKIP=3"), "{text}");
    assert_eq!(
        results(&case),
        [
            "success 0 hooked.on-run-start.0 passed",
            "error 1 hooked.on-run-start.1 failed, error:\n column \"nothing\" does not exist",
            "skipped 1 hooked.on-run-start.2 skipped",
            "skipped 1 hooked.on-run-start.3 skipped",
            "skipped null -",
            "success 0 hooked.on-run-end.0 passed",
            "success 0 hooked.on-run-end.1 passed",
        ]
    );
    // what ran before is kept, what runs after the nodes runs still
    assert_eq!(log(&case), "end  0");
    // a project may want its nodes built all the same
    let project = case.read("dbt_project.yml");
    let flags = "flags: {skip_nodes_if_on_run_start_fails: false}";
    case.write("dbt_project.yml", &format!("{project}\n{flags}\n"));
    let text = case.run(1, "run --vars '{start: select nothing}'");
    assert!(
        text.contains("OK created sql view model public_built.one"),
        "{text}"
    );
    assert_eq!(log(&case), "end  0;end public_built 1");
}

#[test]
fn a_hook_whose_template_fails_in_the_database_ends_the_call() {
    let Some(case) = Case::good("run_hooks") else {
        return;
    };
    let text = case.run(2, "run --vars '{asks: true}'");
    assert!(
        text.contains("Encountered an error:\nDatabase Error"),
        "{text}"
    );
    assert!(
        text.contains("column \"no_such_column\" does not exist"),
        "{text}"
    );
    assert!(text.contains("in this hook"), "{text}");
    assert!(!case.folder.join("target/run_results.json").exists());
    assert_eq!(log(&case), "start");
    let text = case.run(2, "run --vars '{asks_at_end: true}'");
    assert!(
        text.contains("Encountered an error:\nDatabase Error"),
        "{text}"
    );
    assert_eq!(
        results(&case).last().map(String::as_str),
        Some("success 0 hooked.on-run-end.0 passed")
    );
}

#[test]
fn without_work_there_are_no_hooks() {
    let Some(case) = Case::good("run_hooks") else {
        return;
    };
    let text = case.run(0, "seed");
    assert!(text.contains("Nothing to do"), "{text}");
    assert!(!text.contains("hook"), "{text}");
}

#[test]
fn what_a_build_does_nothing_for_is_counted_and_told_to_hooks() {
    let Some(case) = Case::good("run_hooks") else {
        return;
    };
    let exposure = "exposures: [{name: board, type: dashboard, owner: {name: x}, depends_on: [\"ref('one')\"]}]";
    case.write("models/exposures.yml", exposure);
    let text = case.run(0, "build");
    assert!(text.contains("2 of 2 NO-OP exposure board "), "{text}");
    assert!(
        text.contains("Finished running 1 exposure, 6 project hooks, 1 view model in"),
        "{text}"
    );
    assert!(text.contains("SKIP=0 NO-OP=1 REUSED=0 TOTAL=8"), "{text}");
    assert_eq!(log(&case), "start;last;end public_built 2");
    assert_eq!(results(&case)[5], "no-op 0 NO-OP");
    let text = case.run(1, "build --vars '{start: select nothing}'");
    assert!(text.contains("2 of 2 SKIP exposure board "), "{text}");
}
