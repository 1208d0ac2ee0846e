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
        for name in OF_THE_CALL {
            assert!(
                arguments.remove(name).is_some() || name == "profiles_dir",
                "{call}: {name}"
            );
        }
        assert_eq!(told, expected, "{call}");
    }
}
