//! What public packages do that a project by itself seldom does.

use super::case::Case;

#[test]
fn what_a_disabled_model_lacks_is_not_missed() {
    let Some(case) = Case::good("packaged") else {
        return;
    };
    case.run(0, "parse");
    let text = case.run(2, "parse --vars 'wanted: true'");
    assert!(text.contains("never_there"), "{text}");
}

#[test]
fn packages_ask_for_the_project_and_for_macros() {
    let Some(case) = Case::good("packaged") else {
        return;
    };
    case.run(0, "run --select facts");
    assert_eq!(
        case.rows("select * from facts"),
        "3.4.5|1.2|winter|timestamp|unset|true|false"
    );
}

#[test]
fn a_variable_may_be_a_template() {
    let Some(case) = Case::good("packaged") else {
        return;
    };
    case.write(
        "models/started.sql",
        "select '{{ var('started') }}' as started",
    );
    case.run(0, "run --select started");
    assert_eq!(case.rows("select started from started"), "4 digits");
    case.write("models/started.sql", "select '{{ var('circular') }}'");
    let text = case.run(2, "compile --select started");
    assert!(text.contains("asks for itself"), "{text}");
}

#[test]
fn hooks_see_results_as_objects() {
    let Some(case) = Case::good("packaged") else {
        return;
    };
    case.run(0, "run --select plain");
    assert_eq!(
        case.rows("select * from kept"),
        "compile|plain|success|true"
    );
}

#[test]
fn selected_resources_are_those_that_the_run_is_for() {
    let Some(case) = Case::good("packaged") else {
        return;
    };
    case.write(
        "models/chosen.sql",
        "select '{{ selected_resources | join(' ') }}' as chosen",
    );
    case.run(0, "run --select chosen visits_2023");
    assert_eq!(
        case.rows("select chosen from chosen"),
        "model.clinic.chosen"
    );
}

#[test]
fn a_test_that_minds_no_rows_has_no_failures() {
    let Some(case) = Case::good("packaged") else {
        return;
    };
    case.write(
        "tests/tolerant.sql",
        "{{ config(error_if='> 5', warn_if='> 5') }} select 1",
    );
    case.run(0, "build --select tolerant visits_2023");
    let results = case.read("target/run_results.json");
    let results: serde_json::Value = serde_json::from_str(&results).expect("is JSON");
    let entries = results["results"].as_array().expect("is a list");
    for entry in entries {
        let id = entry["unique_id"].as_str().expect("is text");
        if id.starts_with("test.") {
            assert_eq!(entry["failures"], 0);
        }
        if id.starts_with("seed.") {
            assert_eq!(entry["compiled"], serde_json::Value::Null);
        }
    }
    assert_eq!(entries.len(), 3);
}

#[test]
fn blank_lines_around_a_template_are_no_part_of_its_query() {
    let Some(case) = Case::good("packaged") else {
        return;
    };
    case.run(0, "compile");
    let plain = case.read("target/compiled/clinic/models/plain.sql");
    assert_eq!(plain, "select 1 as one");
    let facts = case.read("target/compiled/clinic/models/facts.sql");
    assert!(facts.starts_with("\nselect\n"), "{facts}");
    assert!(facts.ends_with("as is_iterable"), "{facts}");
}

#[test]
fn replaced_tables_are_not_found_by_a_pattern() {
    let Some(case) = Case::good("packaged") else {
        return;
    };
    for _ in 0..2 {
        case.run(0, "build --select +listed");
        assert_eq!(
            case.rows("select names from listed"),
            "public.visits_2023, public.visits_2024"
        );
    }
}
