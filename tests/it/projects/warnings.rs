//! What becomes of warnings: `--warn-error` and `--warn-error-options`.

use super::case::Case;

/// A project whose one model warns, with a test that warns and properties of nothing.
fn project() -> Option<Case> {
    let case = Case::good("selection")?;
    case.write(
        "models/warned.sql",
        "{{ exceptions.warn('mind the gap') }} select 1 as id",
    );
    case.write(
        "tests/found.sql",
        "{{ config(severity='warn', warn_if='>0') }} select 1 as id",
    );
    Some(case)
}

#[test]
fn a_warning_of_a_template_is_shown_left_out_or_an_error() {
    let Some(case) = project() else { return };
    let run = |code: i32, options: &str| {
        case.run(
            code,
            &format!("run --select warned --warn-error-options '{options}'"),
        )
    };
    assert!(run(0, "{}").contains("mind the gap"));
    assert!(!run(0, "{silence: [JinjaLogWarning]}").contains("mind the gap"));
    assert!(run(0, "{error: all, warn: [JinjaLogWarning]}").contains("mind the gap"));
    let text = run(2, "{error: [JinjaLogWarning]}");
    assert!(text.contains("Compilation Error"), "{text}");
    assert!(text.contains("models/warned.sql:1"), "{text}");
    // the older words mean the same
    run(2, "{include: all, exclude: [NothingToDo]}");
    case.run(2, "run --select warned --warn-error");
}

#[test]
fn a_test_that_warns_fails_where_warnings_are_errors() {
    let Some(case) = project() else { return };
    let test = "test --select found --warn-error-options";
    case.run(0, &format!("{test} '{{}}'"));
    let text = case.run(1, &format!("{test} '{{error: [LogTestResult]}}'"));
    assert!(text.contains("FAIL 1 found"), "{text}");
    let results = case.read("target/run_results.json");
    assert!(
        results.contains("Got 1 result, configured to fail if >0"),
        "{results}"
    );
}

#[test]
fn warnings_of_the_call_obey_too() {
    let Some(case) = project() else { return };
    let list = |code: i32, options: &str| {
        case.run(
            code,
            &format!("seed --select nothing --warn-error-options '{options}'"),
        )
    };
    list(0, "{silence: [NoNodesForSelectionCriteria, NothingToDo]}");
    list(2, "{error: [NothingToDo]}");
    list(2, "{error: [NoNodesForSelectionCriteria]}");
    let renamed = case.run(
        2,
        "ls -m warned --warn-error-options '{error: [Deprecations]}'",
    );
    assert!(renamed.contains("HCW0114"), "{renamed}");
    // the old name stands for one of these to `ls`, and not beside them
    for words in [
        "ls -m warned --select warned",
        "ls -m warned --resource-type model",
    ] {
        let both = case.run(2, words);
        assert!(both.contains("not allowed with argument models"), "{both}");
    }
}

#[test]
fn names_that_no_warning_has_are_wrong_use() {
    let Some(case) = project() else { return };
    let text = case.run(2, "parse --warn-error-options '{error: [NothingTodo]}'");
    assert!(
        text.contains("NothingTodo is not a valid dbt error name."),
        "{text}"
    );
    assert!(text.contains("did you mean `NothingToDo`?"), "{text}");
    let listed = case.run(2, "parse --warn-error-options '{error: [all]}'");
    assert!(
        listed.contains("all is not a valid dbt error name."),
        "{listed}"
    );
    case.run(
        0,
        "parse --warn-error-options '{error: all, warn: [Deprecations, JinjaLogWarning]}'",
    );
    let both = case.run(2, "parse --warn-error-options '{error: all, include: all}'");
    assert!(both.contains("not both"), "{both}");
}
