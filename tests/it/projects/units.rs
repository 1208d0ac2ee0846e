//! Unit tests, functions and microbatch models.

use super::case::Case;

#[test]
fn a_unit_test_holds_its_model_back_and_shows_how_rows_differ() {
    let Some(case) = Case::good("units") else {
        return;
    };
    let text = case.run(1, "build --select visits billed doubled");
    assert!(text.contains("PASS billed::charges_are_doubled"), "{text}");
    assert!(
        text.contains("FAIL 1 billed::charges_are_tripled"),
        "{text}"
    );
    assert!(
        text.contains("→ ,2 ,10→15") || text.contains("→ ,2 ,15→10"),
        "{text}"
    );
    assert!(text.contains("SKIP relation"), "{text}");
    let results = case.read("target/run_results.json");
    assert!(
        results.contains("actual differs from expected"),
        "{results}"
    );
    // what the tests made is gone
    assert_eq!(
        case.rows("select count(*) from pg_catalog.pg_class where relname like '%charges_are%'"),
        "0"
    );
}

#[test]
fn a_function_is_built_before_what_calls_it() {
    let Some(case) = Case::good("units") else {
        return;
    };
    case.run(
        0,
        "build --select visits billed doubled --exclude charges_are_tripled",
    );
    assert_eq!(
        case.rows("select string_agg(charge::text, ',' order by id) from billed"),
        "20,40,60"
    );
    assert_eq!(
        case.rows("select provolatile from pg_catalog.pg_proc where proname = 'doubled'"),
        "i"
    );
    // `run` builds models only
    let text = case.run(0, "run --select doubled visits");
    assert!(text.contains("PASS=1"), "{text}");
}

#[test]
fn a_microbatch_model_is_built_period_by_period() {
    let Some(case) = Case::good("units") else {
        return;
    };
    case.run(0, "run --select visits");
    let text = case.run(
        0,
        "run --select daily --event-time-start 2024-01-01 --event-time-end 2024-01-03",
    );
    assert!(text.contains("microbatch model"), "{text}");
    let rows = "select string_agg(id || '/' || batch, ',' order by id) from daily";
    assert_eq!(case.rows(rows), "1/20240101,2/20240102");
    let results = case.read("target/run_results.json");
    assert!(results.contains("2024-01-02T00:00:00Z"), "{results}");
    // a later run adds the next period and leaves the others alone
    case.run(
        0,
        "run --select daily --event-time-start 2024-01-03 --event-time-end 2024-01-04",
    );
    assert_eq!(case.rows(rows), "1/20240101,2/20240102,3/20240103");
}
