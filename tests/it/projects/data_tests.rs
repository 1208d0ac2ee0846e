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
    let text = case.run(1, "build");
    insta::assert_snapshot!(verdicts(&text));
    assert!(
        text.contains("Done. PASS=9 WARN=3 ERROR=4 SKIP=0 NO-OP=0 REUSED=0 TOTAL=16"),
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
fn failing_rows_are_kept_when_asked_for() {
    let Some(case) = Case::good("data_tests") else {
        return;
    };
    case.run(1, "build --store-failures");
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
