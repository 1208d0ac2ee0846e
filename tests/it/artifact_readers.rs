//! Artifacts are read by the tools around dbt: dbt-artifacts-parser, dbt-core's JSON schemas and metricflow, in the
//! environment that `tests/readers/install.sh` makes below the target folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::differential::Project;
use crate::example::example;
use crate::warehouse::text_of;

/// The environment's interpreter; none where it is not installed, unless `HCW_TEST_READERS_REQUIRED` makes that a
/// failure.
fn interpreter() -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_BIN_EXE_hcw")).ancestors().nth(2);
    let folder = target.expect("a target folder").join("readers");
    if folder.join("installed").exists() {
        return Some(folder.join("bin/python"));
    }
    let required = std::env::var_os("HCW_TEST_READERS_REQUIRED").is_some();
    let missing = format!("no readers in {}", folder.display());
    assert!(!required, "{missing}: run tests/readers/install.sh");
    eprintln!("skipped: {missing}");
    None
}

fn assert_readable(interpreter: &Path, target: &Path, artifacts: &[&str]) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/readers/read.py");
    let output = Command::new(interpreter)
        .arg(script)
        .arg(target)
        .args(artifacts)
        .output()
        .expect("runs");
    assert!(output.status.success(), "{}", text_of(&output));
}

/// Runs the verbs that write artifacts, keeping `build`'s results, and has all of them read.
fn assert_project_is_readable(interpreter: &Path, folder: &Path, run: impl Fn(&[&str])) {
    let target = folder.join("target");
    run(&["docs", "generate"]);
    assert_readable(interpreter, &target, &["run_results", "catalog"]);
    run(&["source", "freshness"]);
    run(&["build"]);
    let artifacts = ["manifest", "run_results", "sources", "semantic_manifest"];
    assert_readable(interpreter, &target, &artifacts);
}

#[test]
fn every_resource_is_read() {
    let (Some(interpreter), Some(project)) = (interpreter(), Project::start("ward")) else {
        return;
    };
    let run = |arguments: &[&str]| {
        let arguments: Vec<String> = arguments.iter().map(|&word| word.to_owned()).collect();
        let output = project.command(&arguments).output().expect("runs");
        assert!(output.status.success(), "{}", text_of(&output));
    };
    run(&["deps"]);
    run(&["build"]);
    assert_project_is_readable(&interpreter, &project.folder(), run);
}

#[test]
fn the_example_is_read() {
    let Some(interpreter) = interpreter() else {
        return;
    };
    let warehouse = example();
    let run = |arguments: &[&str]| {
        let mut command = warehouse.command(arguments[0]);
        let output = command.args(&arguments[1..]).output().expect("runs");
        assert!(output.status.success(), "{}", text_of(&output));
    };
    run(&["build"]);
    assert_project_is_readable(&interpreter, warehouse.folder.path(), run);
}
