//! Data tests: thresholds, severity, `where`, `limit`, and the failing rows that are kept.

use super::case::Case;

/// The lines of a run without positions and times, in order of name.
fn verdicts(text: &str) -> String {
    let mut lines: Vec<String> = text
        .lines()
        .filter(|line| line.contains(" of ") && line.contains('['))
        .filter_map(|line| {
            let (_, line) = line.split_once(" of ")?;
            let (_, line) = line.split_once(' ')?;
            let (line, _) = line.split_once(" ..")?;
            Some(line.to_owned())
        })
        .collect();
    lines.sort();
    lines.join("\n")
}

#[test]
fn verdicts_follow_severity_and_thresholds() {
    let Some(case) = Case::good("data_tests") else {
        return;
    };
    let text = case.run(1, "build --publish per-node");
    insta::assert_snapshot!(verdicts(&text));
    assert!(
        text.contains("Done. PASS=8 WARN=3 ERROR=5 SKIP=0 NO-OP=0 REUSED=0 TOTAL=16"),
        "{text}"
    );
    assert_eq!(
        case.rows("select * from public_dbt_test__audit.not_null_over_zero"),
        "∅|d|9"
    );
    let again = case.run(1, "test");
    assert!(again.contains("not_null_over_zero"), "{again}");
    let kind = "select relkind from pg_class where relname = 'only_a_warns'";
    assert_eq!(case.rows(kind), "v");
}

#[test]
fn a_view_of_failing_rows_over_a_failed_build_is_in_nobodys_way() {
    let Some(case) = Case::good("data_tests") else {
        return;
    };
    let view = "select relkind from pg_class where relname = 'only_a_warns'";
    for _ in 0..2 {
        case.run(1, "build --publish atomic --no-skip");
        assert_eq!(case.rows(view), "v");
    }
    case.run(0, "clean --shadow");
    assert_eq!(case.rows(view), "");
    // what somebody else has made over the shadow is theirs
    case.run(1, "build --publish atomic --no-skip");
    case.execute("create view public.mine as select * from hcw_shadow__public.visits");
    let refused = case.run(2, "build --publish atomic --no-skip");
    assert!(refused.contains("2BP01"), "{refused}");
}

#[test]
fn failing_rows_are_kept_when_asked_for() {
    let Some(case) = Case::good("data_tests") else {
        return;
    };
    case.run(1, "build --publish per-node --store-failures");
    assert_eq!(
        case.rows("select * from public_dbt_test__audit.unique_visits_visit_id"),
        "2|2"
    );
    // a view of failing rows becomes a table, and the other way round
    let sidecar = case.read("models/visits.yml");
    case.write(
        "models/visits.yml",
        &sidecar.replace("store_failures_as: view", "store_failures_as: table"),
    );
    case.run(0, "test --select only_a_warns");
    case.write("models/visits.yml", &sidecar);
    case.run(0, "test --select only_a_warns");
}

#[test]
fn a_project_overrides_how_tests_run() {
    let Some(case) = Case::good("test_overrides") else {
        return;
    };
    let text = case.run(1, "build --publish per-node");
    let verdicts = verdicts(&text);
    let ended = |line: &&str| line.starts_with("FAIL") || line.starts_with("WARN");
    assert_eq!(
        verdicts.lines().filter(ended).collect::<Vec<_>>(),
        [
            "FAIL 2 everything",
            "WARN 2 unique_things_id",
            "WARN 3 not_null_things_id"
        ]
    );
    assert!(text.contains("counted 2"), "{text}");
    let run = case.read("target/run/overriding/models/things.yml/not_null_things_id.sql");
    assert!(run.contains("as rows_of_a_test"), "{run}");
    // the project's own word on what is kept, and how
    let kept = "select relpersistence from pg_class where relname = 'not_null_things_id'";
    let test = "test --select things --exclude everything --store-failures";
    case.run(0, test);
    assert_eq!(case.rows(kept), "");
    case.run(0, &format!("{test} --vars '{{stores: true}}'"));
    assert_eq!(case.rows(kept), "u");
    // an answer of another form is an error of the test
    let text = case.run(1, "test --select unique_things_id --vars '{wide: true}'");
    assert!(text.contains("HCW0302"), "{text}");
    assert!(text.contains("returned 4 columns"), "{text}");
}

#[test]
fn the_materialization_of_tests_can_be_replaced() {
    let Some(case) = Case::good("test_overrides") else {
        return;
    };
    let counted = case.read("macros/materialization.sql");
    let replaced = counted.replace("counted, adapter='postgres'", "test, default");
    case.write("macros/materialization.sql", &replaced);
    case.write(
        "tests/everything.sql",
        "select * from {{ ref('things') }} where false",
    );
    let text = case.run(0, "build");
    assert_eq!(text.matches("counted 0").count(), 2, "{text}");
    assert_eq!(text.matches("counted 1").count(), 1, "{text}");
}
