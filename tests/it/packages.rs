//! Projects of several packages, compared with what dbt makes of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value as Json, json};

use crate::example::repository;
use crate::warehouse::text_of;

/// A copy of a fixture's project in a temporary folder.
fn project(name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let fixture = fixture(name);
    for entry in walkdir::WalkDir::new(&fixture) {
        let entry = entry.expect("is read");
        let path = entry.path().strip_prefix(&fixture).expect("below it");
        let copy = folder.path().join(path);
        if entry.file_type().is_dir() {
            fs::create_dir_all(copy).expect("is made");
        } else {
            fs::copy(entry.path(), copy).expect("is copied");
        }
    }
    folder
}

fn fixture(name: &str) -> PathBuf {
    repository()
        .join("tests/fixtures/projects/packages")
        .join(name)
}

fn hcw(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hcw"))
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder)
        .env_remove("DATABASE_URL")
        .output()
        .expect("runs")
}

#[test]
fn packages_compile_as_in_dbt() {
    let folder = project("precedence");
    let output = hcw(folder.path(), &["compile"]);
    assert!(output.status.success(), "{}", text_of(&output));
    let expected = fixture("precedence").join("expected/compiled");
    let mut compared = 0;
    for entry in walkdir::WalkDir::new(&expected) {
        let entry = entry.expect("is read");
        if !entry.file_type().is_file() {
            continue;
        }
        let path = entry.path().strip_prefix(&expected).expect("below it");
        let ours = folder.path().join("target/compiled").join(path);
        let ours = fs::read_to_string(&ours).expect("is compiled");
        let dbts = fs::read_to_string(entry.path()).expect("is read");
        assert_eq!(ours.trim(), dbts.trim(), "{}", path.display());
        compared += 1;
    }
    assert_eq!(compared, 6);
}

#[test]
fn nodes_of_packages_have_the_names_and_edges_of_dbt() {
    let folder = project("precedence");
    let output = hcw(folder.path(), &["ls", "--output", "json"]);
    assert!(output.status.success(), "{}", text_of(&output));
    let nodes: BTreeMap<String, Json> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Json>(line).ok())
        .map(|node| {
            let mut tags: Vec<&str> = node["tags"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Json::as_str)
                .collect();
            tags.sort_unstable();
            let facts = json!({
                "original_file_path": node["original_file_path"],
                "package_name": node["package_name"],
                "alias": node["alias"],
                "tags": tags,
                "depends_on": node["depends_on"]["nodes"],
            });
            (
                node["unique_id"].as_str().unwrap_or_default().to_owned(),
                facts,
            )
        })
        .collect();
    let expected = fs::read_to_string(fixture("precedence").join("expected/nodes.json"));
    let expected: Json = serde_json::from_str(&expected.expect("is read")).expect("JSON");
    assert_eq!(json!(nodes), expected["nodes"]);
}

#[test]
fn settings_of_a_project_file_may_be_templates() {
    let folder = project("templated");
    let output = hcw(folder.path(), &["compile"]);
    assert!(output.status.success(), "{}", text_of(&output));
    for path in ["clinic/sql/a.sql", "units/models/b.sql"] {
        let path = folder.path().join("out/compiled").join(path);
        assert!(path.exists(), "{}", path.display());
    }
    let output = hcw(
        folder.path(),
        &["parse", "--vars", "install_path: elsewhere"],
    );
    assert!(text_of(&output).contains("installed in elsewhere"));
}
