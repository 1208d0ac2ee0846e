//! What `state:` selects after an edit, as dbt recorded it (`tests/reference/state_matrix.py`).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::thread;

use serde_json::Value as Json;
use tempfile::TempDir;

/// Edits that are tried at once.
const AT_ONCE: usize = 2;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/state")
}

fn read(name: &str) -> Json {
    let text = fs::read_to_string(fixtures().join(name)).expect("is read");
    serde_json::from_str(&text).expect("JSON")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("is made");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("is copied");
        }
    }
}

fn hcw(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hcw"))
        .args(words)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .output()
        .expect("runs")
}

/// What each selector lists after an edit.
fn listed(root: &Path, edit: &Json, selectors: &[&String]) -> BTreeMap<String, Vec<String>> {
    let folder = root.join(edit["name"].as_str().expect("a name"));
    copy(&fixtures().join("project"), &folder);
    for path in edit["removes"].as_array().expect("a list") {
        fs::remove_file(folder.join(path.as_str().expect("a path"))).expect("is removed");
    }
    for (path, text) in edit["writes"].as_object().expect("files") {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("is made");
        fs::write(path, text.as_str().expect("text")).expect("is written");
    }
    let list = |selector: &str| {
        let selector = format!("state:{selector}");
        let state = root.join("base/target");
        let state = state.to_str().expect("a path");
        let output = hcw(
            &folder,
            &["--quiet", "ls", "--select", &selector, "--state", state],
        );
        let text = String::from_utf8_lossy(&output.stdout);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        if output.status.success() {
            lines
        } else {
            vec!["error".to_owned()]
        }
    };
    let lists = selectors.iter().map(|name| ((*name).clone(), list(name)));
    lists.collect()
}

#[test]
fn what_is_modified_is_what_dbt_finds_modified() {
    let recorded = read("selected.json");
    let recorded = recorded["selected"].as_object().expect("edits");
    let edits = read("edits.json");
    let edits = edits.as_array().expect("edits");
    assert_eq!(edits.len(), recorded.len());
    let root = TempDir::new().expect("a folder");
    let base = root.path().join("base");
    copy(&fixtures().join("project"), &base);
    assert!(hcw(&base, &["parse"]).status.success());
    let next = Mutex::new(edits.iter());
    let differences = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let edit = next.lock().expect("not poisoned").next();
                    let Some(edit) = edit else { break };
                    let name = edit["name"].as_str().expect("a name");
                    let wanted = recorded[name].as_object().expect("selectors");
                    let selectors: Vec<&String> = wanted.keys().collect();
                    for (selector, found) in listed(root.path(), edit, &selectors) {
                        let wanted: Vec<String> = match &wanted[&selector] {
                            Json::String(_) => vec!["error".to_owned()],
                            list => serde_json::from_value(list.clone()).expect("texts"),
                        };
                        if wanted != found {
                            let line =
                                format!("{name}, state:{selector}: dbt {wanted:?}, hcw {found:?}");
                            differences.lock().expect("not poisoned").push(line);
                        }
                    }
                }
            });
        }
    });
    let mut differences = differences.into_inner().expect("not poisoned");
    differences.sort();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
