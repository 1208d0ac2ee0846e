//! A differential project in a temporary folder with a database of its own, and the commands run on it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::compare::{self, DATABASE};
use crate::projects::case::{copy, database_name, fixtures, shell_words};
use crate::warehouse::{Warehouse, text_of};

/// A copy of a project, and where dbt's side of it is.
pub(crate) struct Project {
    fixture: PathBuf,
    root: TempDir,
    warehouse: Warehouse,
}

/// A line of a scenario.
enum Line {
    Copy(String, String),
    Command(Step),
}

struct Step {
    name: String,
    kept: Vec<String>,
    arguments: Vec<String>,
}

/// All scenarios, each as `project/scenario`.
pub(super) fn scenarios() -> BTreeSet<String> {
    let projects = entries(&fixtures("differential"));
    let scenarios = projects.flat_map(|project| {
        let commands = fixtures("differential").join(&project).join("commands");
        entries(&commands).map(move |scenario| format!("{project}/{scenario}"))
    });
    scenarios.collect()
}

fn entries(folder: &Path) -> impl Iterator<Item = String> + use<> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|entry| {
        let name = entry.expect("is read").file_name();
        name.to_string_lossy().into_owned()
    })
}

impl Project {
    /// Copies it; `None` when there is no server for tests.
    pub(crate) fn start(name: &str) -> Option<Project> {
        let fixture = fixtures("differential").join(name);
        let warehouse = Warehouse::start()?;
        let root = tempfile::tempdir().expect("a folder");
        copy(&fixture, &root.path().join("project"));
        fs::remove_dir_all(root.path().join("project/expected")).expect("dbt's side");
        if let Ok(setup) = fs::read_to_string(fixture.join("setup.sql")) {
            warehouse.query(&setup);
        }
        Some(Project {
            fixture,
            root,
            warehouse,
        })
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.root.path().join("project")
    }

    fn lines(&self, scenario: &str) -> Vec<Line> {
        let path = self.fixture.join("commands").join(scenario);
        let text = fs::read_to_string(path).expect("commands");
        text.lines()
            .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
            .map(|line| match line.split_once(": ") {
                None => {
                    let paths: Vec<&str> = line.split_whitespace().skip(1).collect();
                    Line::Copy(paths[0].to_owned(), paths[1].to_owned())
                }
                Some((head, arguments)) => {
                    let mut head = head.split_whitespace().map(str::to_owned);
                    Line::Command(Step {
                        name: head.next().expect("a name"),
                        kept: head.collect(),
                        arguments: shell_words(arguments),
                    })
                }
            })
            .collect()
    }

    /// Runs a scenario; where hcw's side differs, as lines.
    pub(super) fn differences(&self, scenario: &str) -> Vec<String> {
        let mut found = Vec::new();
        for line in self.lines(scenario) {
            let step = match line {
                Line::Copy(from, to) => {
                    copy_over(&self.folder().join(from), &self.folder().join(to));
                    continue;
                }
                Line::Command(step) => step,
            };
            let target = self.folder().join("target");
            // retry goes by the results that stand
            let is_retry = step.arguments.first().is_some_and(|verb| verb == "retry");
            for kept in step.kept.iter().filter(|_| !is_retry) {
                let _ = fs::remove_file(target.join(format!("{kept}.json")));
            }
            let _ = fs::remove_dir_all(target.join("compiled"));
            let output = self.command(&step.arguments).output().expect("runs");
            let expected = self.fixture.join("expected").join(scenario);
            let mut differences = self.differences_of(&expected, &step, &output);
            if !differences.is_empty() {
                found.push(format!("== {} ({})", step.name, step.arguments.join(" ")));
                found.append(&mut differences);
            }
        }
        found
    }

    fn differences_of(&self, expected: &Path, step: &Step, output: &Output) -> Vec<String> {
        let folder = expected.join(&step.name);
        let outcome = read(&folder.join("outcome.json"));
        let mut differences = Vec::new();
        if outcome["exit_code"] != Json::from(output.status.code()) {
            let text = text_of(output);
            differences.push(format!(
                "exit code: dbt {} hcw {:?}\n{text}",
                outcome["exit_code"],
                output.status.code()
            ));
            return differences;
        }
        for kept in &step.kept {
            let (expected, ours) = match kept.as_str() {
                "tree" => (outcome["tree"].clone(), self.tree()),
                "output" => (
                    outcome["output"].clone(),
                    self.neutral(&String::from_utf8_lossy(&output.stdout))
                        .into(),
                ),
                artifact => {
                    let path = self.folder().join(format!("target/{artifact}.json"));
                    let Ok(text) = fs::read_to_string(&path) else {
                        differences
                            .push(format!("{artifact}: hcw wrote none\n{}", text_of(output)));
                        continue;
                    };
                    let ours = serde_json::from_str(&self.neutral(&text)).expect("JSON");
                    (read(&folder.join(format!("{artifact}.json"))), ours)
                }
            };
            differences.append(&mut compare::differences(kept, expected, ours));
        }
        differences
    }

    /// The compiled files, by their checksum.
    fn tree(&self) -> Json {
        let folder = self.folder().join("target/compiled");
        let mut tree = Map::new();
        for entry in walkdir::WalkDir::new(&folder) {
            let Ok(entry) = entry else { continue };
            if !entry.file_type().is_file() {
                continue;
            }
            let path = entry.path().strip_prefix(&folder).expect("is below");
            let text = fs::read_to_string(entry.path()).expect("is read");
            let checksum: String = Sha256::digest(self.neutral(&text).as_bytes())
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            tree.insert(path.to_string_lossy().into_owned(), checksum.into());
        }
        tree.into()
    }

    /// The text with the name of dbt's database.
    fn neutral(&self, text: &str) -> String {
        text.replace(database_name(&self.warehouse.url), DATABASE)
    }

    pub(crate) fn command(&self, arguments: &[String]) -> Command {
        let address = self.warehouse.address();
        let mut command = Command::new(env!("CARGO_BIN_EXE_hcw"));
        command
            .args(arguments)
            .current_dir(self.folder())
            .env_clear()
            .env("HOME", self.root.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("DBT_PROFILES_DIR", self.folder())
            .env("DBT_USE_COLORS", "false")
            .env("DIFFERENTIAL_HOST", address.host)
            .env("DIFFERENTIAL_PORT", address.port)
            .env("DIFFERENTIAL_USER", address.user)
            .env("DIFFERENTIAL_PASSWORD", address.password)
            .env("DIFFERENTIAL_DATABASE", database_name(&self.warehouse.url));
        let environment = fs::read_to_string(self.fixture.join("environment")).unwrap_or_default();
        for (name, value) in environment.lines().filter_map(|line| line.split_once('=')) {
            command.env(name, value);
        }
        command
    }
}

/// A file, or what is in a folder, which may be there already.
fn copy_over(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("is read");
        let below = entry.path().strip_prefix(from).expect("is below");
        let to = if below.as_os_str().is_empty() {
            to.to_owned()
        } else {
            to.join(below)
        };
        if entry.file_type().is_dir() {
            fs::create_dir_all(&to).expect("is made");
        } else {
            fs::create_dir_all(to.parent().expect("a folder")).expect("is made");
            fs::copy(entry.path(), &to).expect("is copied");
        }
    }
}

fn read(path: &Path) -> Json {
    let text = fs::read_to_string(path).expect("dbt's side");
    serde_json::from_str(&text).expect("JSON")
}
