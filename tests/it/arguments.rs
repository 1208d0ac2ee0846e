//! The arguments that run_results.json tells are those of dbt, as `tests/reference/arguments.py` stored them.

use serde_json::{Map, Value as Json};

use crate::projects::case::shell_words;
use crate::warehouse::{Warehouse, text_of};

/// Paths, and the words of the call.
const OF_THE_CALL: [&str; 4] = [
    "invocation_command",
    "log_path",
    "profiles_dir",
    "project_dir",
];

#[test]
fn a_call_tells_what_dbt_tells_of_it() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.write("models/one.sql", "select 1 as one\n");
    warehouse.write("macros/told.sql", "{% macro told(what) %}{% endmacro %}\n");
    warehouse.write(
        "dbt_project.yml",
        "name: test\nprofile: test\nflags: {send_anonymous_usage_stats: false, validate_macro_args: false}\n",
    );
    let stored = include_str!("../fixtures/arguments.json");
    let stored: Map<String, Json> = serde_json::from_str(stored).expect("is JSON");
    for (call, expected) in stored {
        let words = shell_words(&call);
        let mut command = warehouse.command(&words[0]);
        let output = command.args(&words[1..]).output().expect("runs");
        assert!(output.status.success(), "{call}: {}", text_of(&output));
        let path = warehouse.folder.path().join("target/run_results.json");
        let text = std::fs::read_to_string(path).expect("is written");
        let results: Json = serde_json::from_str(&text).expect("is JSON");
        let mut told = results["args"].clone();
        let arguments = told.as_object_mut().expect("a mapping");
        let is_operation = words[0] == "run-operation";
        for name in OF_THE_CALL {
            let is_told = arguments.remove(name).is_some();
            // as in dbt an operation tells only the folders that were written
            let is_needed = match name {
                "profiles_dir" => false,
                "log_path" | "project_dir" => !is_operation,
                _ => true,
            };
            assert!(is_told || !is_needed, "{call}: {name}");
        }
        assert_eq!(told, expected, "{call}");
    }
}

#[test]
fn flags_in_the_file_of_profiles_count_and_are_told() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.write("models/one.sql", "select 1 as one\n");
    warehouse.write("dbt_project.yml", "name: test\nprofile: test\n");
    warehouse.write(
        "profiles.yml",
        "config: {printer_width: 47, require_resource_names_without_spaces: false}\ntest: {outputs: {}}\n",
    );
    let output = warehouse.command("build").output().expect("runs");
    let text = text_of(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("`config` of profiles.yml"), "{text}");
    assert!(text.contains("ProjectFlagsMovedDeprecation: 1"), "{text}");
    let path = warehouse.folder.path().join("target/run_results.json");
    let results = std::fs::read_to_string(path).expect("is written");
    let results: Json = serde_json::from_str(&results).expect("is JSON");
    assert_eq!(results["args"]["printer_width"], 47);
    assert_eq!(
        results["args"]["require_resource_names_without_spaces"],
        false
    );

    warehouse.write(
        "dbt_project.yml",
        "name: test\nprofile: test\nflags: {fail_fast: true}\n",
    );
    let output = warehouse.command("build").output().expect("runs");
    let text = text_of(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(
        text.contains("`config` of profiles.yml and `flags` of dbt_project.yml"),
        "{text}"
    );
}

#[test]
fn variables_of_dbt_are_read_by_both_names() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.write(
        "models/one.sql",
        "select '{{ env_var('DBT_ENGINE_QUIET', '-') }} {{ env_var('DBT_FAIL_FAST', '-') }}' as said\n",
    );
    let output = warehouse
        .command("compile")
        .args(["--select", "one"])
        .env("DBT_QUIET", "1")
        .env("DBT_ENGINE_FAIL_FAST", "0")
        .env("DBT_ENGINE_NO_PRINT", "1")
        .env("DBT_ENGINE_THREADS", "many")
        .output()
        .expect("runs");
    let text = text_of(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("select '1 0' as said"), "{text}");
    let output = warehouse
        .command("parse")
        .env("DBT_ENGINE_NO_PRINT", "1")
        .env("DBT_ENGINE_THREADS", "many")
        .output()
        .expect("runs");
    let text = text_of(&output);
    assert!(output.status.success(), "{text}");
    for told in [
        "`DBT_NO_PRINT` is now `DBT_ENGINE_PRINT`",
        "`DBT_ENGINE_THREADS` has the prefix",
    ] {
        assert!(text.contains(told), "{told}:\n{text}");
    }
}
