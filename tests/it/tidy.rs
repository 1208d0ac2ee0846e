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
fn every_object_of_a_template_says_how_it_prints() {
    // what is derived would print all that the object holds
    let breaks = |_: &str, text: &str| {
        let objects = text.split("impl Object for ").skip(1);
        let bodies = objects.map(|rest| rest.split("\n}\n").next().unwrap_or(rest));
        bodies
            .filter(|body| body.contains(" {\n"))
            .any(|body| !body.contains("fn render(self: &Arc<Self>"))
    };
    assert_eq!(offenders(breaks), "");
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

/// Each row of docs/conformance.md names tests that exist, and a fixture that says the words of its item.
#[test]
fn the_table_of_conformance_is_true() {
    let table = fs::read_to_string(repository().join("docs/conformance.md")).expect("is read");
    let mut wrong = Vec::new();
    let mut rows = 0;
    for row in table.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let [item, fixture, tests] = cells.as_slice() else {
            wrong.push(format!("not three cells: {row}"));
            continue;
        };
        if tests.starts_with("test") || tests.starts_with("---") {
            continue;
        }
        rows += 1;
        let names = quoted(tests);
        if names.is_empty() {
            wrong.push(format!("no test: {row}"));
        }
        let missing = names.iter().filter(|name| !is_test(name));
        wrong.extend(missing.map(|name| format!("no test {name}")));
        for folder in quoted(fixture) {
            let text = text_of_folder(&folder);
            let unsaid = quoted(item)
                .into_iter()
                .filter(|word| !text.contains(word.trim_end_matches("()")));
            wrong.extend(unsaid.map(|word| format!("{folder} does not say {word}")));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(rows > 40, "{rows} rows");
}

/// The texts in back quotes.
fn quoted(cell: &str) -> Vec<String> {
    let parts = cell.split('`').enumerate();
    let inside = parts.filter(|(position, _)| position % 2 == 1);
    inside.map(|(_, text)| text.to_owned()).collect()
}

/// Whether a test of the integration binary, a scenario or a test of the compiler has this name.
fn is_test(name: &str) -> bool {
    let Some((module, test)) = name.rsplit_once("::") else {
        return false;
    };
    let root = repository();
    let path = module.replace("::", "/");
    if let Some(project) = path.strip_prefix("differential/") {
        let scenario = format!("tests/fixtures/projects/differential/{project}/commands/{test}");
        return root.join(scenario).exists();
    }
    ["tests/it", "cli/core/src"].iter().any(|folder| {
        let text = fs::read_to_string(root.join(folder).join(format!("{path}.rs")));
        text.is_ok_and(|text| text.contains(&format!("fn {test}()")))
    })
}

/// What stands in the files of a fixture, and their names; not what dbt made of it.
fn text_of_folder(folder: &str) -> String {
    let root = repository();
    let below = root.join("tests/fixtures/projects").join(folder);
    let folder = if below.is_dir() {
        below
    } else {
        root.join(folder)
    };
    let entries = walkdir::WalkDir::new(&folder).into_iter();
    let entries =
        entries.filter_entry(|entry| entry.depth() != 1 || entry.file_name() != "expected");
    let mut text = String::new();
    for entry in entries.filter_map(Result::ok) {
        text.push_str(&entry.path().to_string_lossy());
        if entry.file_type().is_file() {
            let bytes = fs::read(entry.path()).expect("is read");
            text.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    text
}
