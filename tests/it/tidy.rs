//! House rules that the compiler does not know: what ARCHITECTURE.md claims is checked here.

use std::fs;
use std::path::PathBuf;

use crate::example::repository;

/// Source files of the workspace, with their text; build folders are left out.
fn sources() -> Vec<(String, String)> {
    let root = repository();
    let folders: [PathBuf; 3] = [
        root.join("cli"),
        root.join("pg_extension"),
        root.join("tests/it"),
    ];
    let mut sources = Vec::new();
    for folder in folders {
        for entry in walkdir::WalkDir::new(folder)
            .into_iter()
            .filter_entry(|entry| entry.file_name() != "target")
        {
            let entry = entry.expect("is read");
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                let shown = path.strip_prefix(&root).expect("below the root");
                let text = fs::read_to_string(path).expect("is read");
                sources.push((shown.to_string_lossy().into_owned(), text));
            }
        }
    }
    assert!(sources.len() > 80, "{} files", sources.len());
    sources
}

/// Files that break a rule, one a line.
fn offenders(breaks: impl Fn(&str, &str) -> bool) -> String {
    let found = sources()
        .into_iter()
        .filter(|(path, text)| breaks(path, text))
        .map(|(path, _)| path);
    found.collect::<Vec<String>>().join("\n")
}

#[test]
fn every_module_says_what_it_is_for() {
    assert_eq!(offenders(|_, text| !text.starts_with("//!")), "");
}

#[test]
fn each_library_has_one_user() {
    let rules: [(&str, &[&str]); 6] = [
        ("sqlparser::", &["cli/core/src/sql.rs", "cli/core/src/sql/"]),
        ("serde_saphyr", &["cli/core/src/yaml.rs"]),
        ("petgraph::", &["cli/core/src/graph.rs"]),
        (
            "minijinja::",
            &[
                "cli/core/src/jinja",
                "cli/core/src/render",
                "cli/core/src/project.rs",
                "cli/core/src/profile.rs",
            ],
        ),
        ("indicatif::", &["cli/src/report"]),
        ("annotate_snippets::", &["cli/src/report/"]),
    ];
    for (library, users) in rules {
        let found = offenders(|path, text| {
            text.contains(library)
                && !path.starts_with("tests/")
                && !users.iter().any(|user| path.starts_with(user))
        });
        assert_eq!(found, "", "{library}");
    }
}

#[test]
fn the_core_does_no_input_or_output() {
    let words = [
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "tokio",
        "SystemTime",
        "Instant::now",
        "println!",
    ];
    let found = offenders(|path, text| {
        let pure =
            path.starts_with("cli/core/src") || path.starts_with("pg_extension/validators/src");
        pure && text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .any(|line| words.iter().any(|word| line.contains(word)))
    });
    assert_eq!(found, "");
}

#[test]
fn the_core_never_prints_and_the_edge_prints_in_one_place() {
    let found = offenders(|path, text| {
        path.starts_with("cli/src")
            && !path.starts_with("cli/src/report")
            && (text.contains("stdout().lock()") || text.contains("stderr().lock()"))
    });
    assert_eq!(found, "");
}

#[test]
fn no_file_is_named_for_nothing() {
    let found = offenders(|path, _| {
        ["utils", "common", "helpers", "types", "misc"]
            .iter()
            .any(|name| {
                path.ends_with(&format!("/{name}.rs")) || path.contains(&format!("/{name}/"))
            })
    });
    assert_eq!(found, "");
}

#[test]
fn every_diagnostic_code_is_used() {
    let codes =
        fs::read_to_string(repository().join("cli/core/src/diagnostic/code.rs")).expect("is read");
    let sources = sources();
    let unused: Vec<&str> = codes
        .lines()
        .filter_map(|line| line.trim().split_once(" = \"HCW"))
        .map(|(name, _)| name)
        .filter(|name| {
            let used = format!("Code::{name}");
            !sources.iter().any(|(_, text)| text.contains(&used))
        })
        .collect();
    assert_eq!(unused, Vec::<&str>::new());
}

#[test]
fn nothing_that_others_make_is_tracked() {
    let output = std::process::Command::new("git")
        .args(["ls-files"])
        .current_dir(repository())
        .output()
        .expect("git runs");
    let files = String::from_utf8_lossy(&output.stdout);
    let tracked: Vec<&str> = files
        .lines()
        .filter(|path| {
            path.starts_with("target/") || path.starts_with(".hcw/") || path.ends_with(".snap.new")
        })
        .collect();
    assert_eq!(tracked, Vec::<&str>::new());
}
