//! Common mistakes of dbt projects: exit code, warnings and what is named are dbt's, as `tests/reference/mistakes.py` stored
//! them. A text below `tests/fixtures/mistakes` is a project; its first lines are its commands and the words that are said.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;

use crate::projects::case::{database_name, shell_words as words};
use crate::warehouse::{Warehouse, text_of};

fn folder() -> &'static Path {
    Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/fixtures/mistakes"
    ))
}

/// A mistake's commands, the words that are said of it, and its files.
struct Mistake {
    commands: Vec<Vec<String>>,
    words: Vec<String>,
    files: BTreeMap<String, String>,
}

impl Mistake {
    fn read(text: &str) -> Mistake {
        let mut parts = text.split("-- file: ");
        let mut mistake = Mistake {
            commands: Vec::new(),
            words: Vec::new(),
            files: BTreeMap::new(),
        };
        for line in parts.next().unwrap_or_default().lines() {
            match line.split_once(": ") {
                Some(("command", command)) => mistake.commands.push(words(command)),
                Some(("words", said)) => mistake.words.extend(words(said)),
                _ => assert!(line.is_empty() || line.starts_with('#'), "{line}"),
            }
        }
        if mistake.commands.is_empty() {
            mistake.commands.push(vec!["parse".to_owned()]);
        }
        for file in parts {
            let (path, content) = file.split_once('\n').expect("a path and a text");
            mistake.files.insert(path.to_owned(), content.to_owned());
        }
        mistake
    }

    /// Runs its commands in a folder and on a database of their own; the last one's output.
    fn run(&self) -> Output {
        let warehouse = Warehouse::start().expect("a server");
        let project = tempfile::tempdir().expect("a folder");
        for name in ["dbt_project.yml", "profiles.yml"] {
            fs::copy(folder().join(name), project.path().join(name)).expect("is copied");
        }
        for (path, content) in &self.files {
            let path = project.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("is made");
            fs::write(path, content).expect("is written");
        }
        let outputs = self.commands.iter().map(|command| {
            let mut process = on(&warehouse);
            process.args(command).args(["--log-format", "json"]);
            process.current_dir(project.path());
            process.env("HOME", project.path());
            process.env("DBT_PROFILES_DIR", project.path());
            process.output().expect("runs")
        });
        outputs.last().expect("a command")
    }
}

/// A command that knows the warehouse by the environment.
fn on(warehouse: &Warehouse) -> Command {
    let address = warehouse.address();
    let mut command = Command::new(env!("CARGO_BIN_EXE_hcw"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("MISTAKES_HOST", address.host)
        .env("MISTAKES_PORT", address.port)
        .env("MISTAKES_USER", address.user)
        .env("MISTAKES_PASSWORD", address.password)
        .env("MISTAKES_DATABASE", database_name(&warehouse.url));
    command
}

/// What dbt warns of by name, among the events of an output.
fn warnings(output: &Output) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(&output.stdout);
    let events = text.lines().filter_map(|line| {
        let event: Json = serde_json::from_str(line).ok()?;
        let is_warning = event["info"]["level"] == "warn";
        let name = event["info"]["name"].as_str()?;
        // ours alone: what dbt leaves to a later error
        let is_own = matches!(name, "DeprecationsSummary" | "Note");
        (is_warning && !is_own).then(|| name.to_owned())
    });
    events.collect()
}

/// What is not as dbt has it.
fn differences(name: &str, expected: &Json) -> Vec<String> {
    let text = fs::read_to_string(folder().join(format!("{name}.txt"))).expect("is read");
    let mistake = Mistake::read(&text);
    let output = mistake.run();
    let said = text_of(&output);
    let mut found = Vec::new();
    if expected["exit_code"] != Json::from(output.status.code()) {
        found.push(format!(
            "exit code: dbt {}, hcw {:?}",
            expected["exit_code"],
            output.status.code()
        ));
    }
    let unsaid = mistake.words.iter();
    let said_as_json = |word: &str| said.contains(&word.replace('"', "\\\""));
    let unsaid = unsaid.filter(|word| !said.contains(*word) && !said_as_json(word));
    found.extend(unsaid.map(|word| format!("does not say `{word}`")));
    let wanted: BTreeSet<String> =
        serde_json::from_value(expected["warnings"].clone()).expect("names");
    let warned = warnings(&output);
    if wanted != warned {
        found.push(format!("warnings: dbt {wanted:?}, hcw {warned:?}"));
    }
    if !found.is_empty() {
        found.push(said);
    }
    found
}

#[test]
fn mistakes_mean_what_they_mean_to_dbt() {
    let stored = fs::read_to_string(folder().join("expected.json")).expect("dbt's side");
    let stored: BTreeMap<String, Json> = serde_json::from_str(&stored).expect("JSON");
    let texts = fs::read_dir(folder())
        .expect("a folder")
        .filter_map(|entry| {
            let path = entry.expect("is read").path();
            let is_text = path.extension().is_some_and(|end| end == "txt");
            is_text.then(|| {
                path.file_stem()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned()
            })
        });
    let texts: BTreeSet<String> = texts.collect();
    assert_eq!(texts, stored.keys().cloned().collect());
    let found: Vec<String> = stored
        .iter()
        .filter_map(|(name, expected)| {
            let found = differences(name, expected);
            (!found.is_empty()).then(|| format!("== {name}\n{}", found.join("\n")))
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}
