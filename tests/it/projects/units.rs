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
fn tests_alone_hold_no_unit_test_back() {
    let Some(case) = Case::good("units") else {
        return;
    };
    case.write(
        "models/checks.yml",
        "models: [{name: visits, columns: [{name: id, data_tests: [{accepted_values: {arguments: {values: [-1], quote: false}}}]}]}]",
    );
    case.run(0, "build --select visits doubled --exclude test_type:data");
    let text = case.run(1, "test --select visits billed");
    assert!(
        text.contains("FAIL 3 accepted_values_visits_id__False___1"),
        "{text}"
    );
    assert!(text.contains("PASS billed::charges_are_doubled"), "{text}");
    let text = case.run(1, "build --select visits doubled billed");
    assert!(
        text.contains("SKIP test billed::charges_are_doubled"),
        "{text}"
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
    assert!(results.contains("2024-01-02T00:00:00+00:00"), "{results}");
    let start = r#""event_time_start":"2024-01-01T00:00:00""#;
    assert!(results.replace(": ", ":").contains(start), "{results}");
    // as in dbt each has files of its own, in a folder named as the model
    for (tree, part) in [("compiled", "'20240102'"), ("run", "merge into")] {
        let folder = format!("target/{tree}/units/models/daily");
        let second = case.read(&format!("{folder}/daily_2024-01-02.sql"));
        assert!(second.contains(part), "{second}");
        let files = std::fs::read_dir(case.folder.join(&folder)).expect("a folder");
        assert_eq!(files.count(), 2);
    }
    // a later run adds the next period and leaves the others alone
    case.run(
        0,
        "run --select daily --event-time-start 2024-01-03 --event-time-end 2024-01-04",
    );
    assert_eq!(case.rows(rows), "1/20240101,2/20240102,3/20240103");
}

#[test]
fn retry_builds_the_batches_that_failed() {
    let Some(case) = Case::good("units") else {
        return;
    };
    case.run(0, "run --select visits");
    let model = case.read("models/daily.sql");
    let broken = model.replace("id, seen_at,", "id / (id - 2) * 0 + id as id, seen_at,");
    case.write("models/daily.sql", &broken);
    let run = "run --select daily --event-time-start 2024-01-01 --event-time-end 2024-01-04";
    let text = case.run(1, run);
    assert!(text.contains("PARTIAL SUCCESS (2/3)"), "{text}");
    let failed = case.read("target/compiled/units/models/daily/daily_2024-01-02.sql");
    assert!(failed.contains("id / (id - 2)"), "{failed}");
    case.write("models/daily.sql", &model);
    let text = case.run(0, "retry");
    assert!(text.contains("PASS=1"), "{text}");
    let rows = "select string_agg(id || '/' || batch, ',' order by id) from daily";
    assert_eq!(case.rows(rows), "1/20240101,2/20240102,3/20240103");
    let results: serde_json::Value =
        serde_json::from_str(&case.read("target/run_results.json")).expect("JSON");
    let batches = &results["results"][0]["batch_results"];
    assert_eq!(batches["failed"], serde_json::json!([]));
    let starts: Vec<&str> = batches["successful"]
        .as_array()
        .expect("batches")
        .iter()
        .filter_map(|batch| batch[0].as_str())
        .collect();
    let day = |day: u8| format!("2024-01-0{day}T00:00:00+00:00");
    assert_eq!(starts, [day(2), day(1), day(3)]);
}

#[test]
fn a_sample_chooses_the_batches_and_their_rows() {
    let Some(case) = Case::good("units") else {
        return;
    };
    case.run(0, "run --select visits");
    case.run(
        0,
        "run --select daily --sample '{start: 2024-01-02 00:00, end: 2024-01-03 06:00}'",
    );
    let rows = "select string_agg(id || '/' || batch, ',' order by id) from daily";
    assert_eq!(case.rows(rows), "2/20240102");
    let results = case.read("target/run_results.json");
    assert!(results.contains("2024-01-04T00:00:00+00:00"), "{results}");
    assert!(!results.contains("2024-01-01T00:00:00+00:00"), "{results}");
}
