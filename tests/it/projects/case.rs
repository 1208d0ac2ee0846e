//! A fixture project in a temporary folder, the commands of its `command` file, and what they printed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::warehouse::{Reader, Warehouse, text_of};

/// Written where a fixture has none of its own.
const PROJECT_FILE: &str = "name: clinic\nversion: \"1.0\"\nprofile: clinic\n";

/// What a fixture's rows hold wherever a value must never be shown.
const PRIVATE: &str = "PRIVATE";

/// A copy of a fixture, with a database when its commands need one.
pub(crate) struct Case {
    pub(crate) folder: PathBuf,
    pub(crate) warehouse: Option<Warehouse>,
    root: TempDir,
    script: Script,
}

/// A fixture's `command` file: a line a command, and `env NAME=VALUE` for all of them.
struct Script {
    commands: Vec<Vec<String>>,
    environment: Vec<(String, String)>,
}

impl Script {
    fn read(fixture: &Path) -> Script {
        let text =
            fs::read_to_string(fixture.join("command")).unwrap_or_else(|_| "parse".to_owned());
        let (environment, commands): (Vec<&str>, Vec<&str>) = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .partition(|line| line.starts_with("env "));
        Script {
            commands: commands.into_iter().map(words).collect(),
            environment: environment
                .iter()
                .filter_map(|line| line.strip_prefix("env ")?.split_once('='))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }

    fn needs_server(&self) -> bool {
        let offline = ["parse", "compile", "ls", "clean", "init"];
        self.environment
            .iter()
            .all(|(name, value)| name != "DATABASE_URL" || value.contains('{'))
            && !self
                .commands
                .iter()
                .all(|words| offline.contains(&words[0].as_str()))
    }
}

/// A command line's words; single quotes hold a word together.
pub(crate) fn words(line: &str) -> Vec<String> {
    line.split('\'')
        .enumerate()
        .flat_map(|(position, part)| {
            if position % 2 == 1 {
                vec![part.to_owned()]
            } else {
                part.split_whitespace().map(str::to_owned).collect()
            }
        })
        .collect()
}

/// A command line's words as a shell has them: quotes of both kinds, and `\` within double ones.
pub(crate) fn shell_words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (Some('"'), '\\') => word.get_or_insert_default().extend(letters.next()),
            (None, '"' | '\'') => {
                word.get_or_insert_default();
                quote = Some(letter);
            }
            (None, ' ') => words.extend(word.take()),
            (_, letter) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

impl Case {
    /// Copies the fixture; `None` when it needs a server and there is none for tests.
    pub(crate) fn start(fixture: &Path) -> Option<Case> {
        let script = Script::read(fixture);
        let warehouse = match script.needs_server() {
            true => Some(Warehouse::start()?),
            false => None,
        };
        Some(Case::copied(fixture, script, warehouse))
    }

    /// Copies a good project, with a database of its own.
    pub(crate) fn good(name: &str) -> Option<Case> {
        let fixture = fixtures("good").join(name);
        let script = Script::read(&fixture);
        Some(Case::copied(&fixture, script, Some(Warehouse::start()?)))
    }

    fn copied(fixture: &Path, script: Script, warehouse: Option<Warehouse>) -> Case {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("project");
        copy(fixture, &folder);
        if !folder.join("dbt_project.yml").exists() {
            fs::write(folder.join("dbt_project.yml"), PROJECT_FILE).expect("is written");
        }
        Case {
            folder,
            warehouse,
            root,
            script,
        }
    }

    /// A command on the project, alone in its environment.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hcw"));
        // one step after the other, so that what is told is told in one order
        if !words.contains(&"--threads") {
            command.args(["--threads", "1"]);
        }
        command
            .args(words)
            .current_dir(&self.folder)
            .env_clear()
            .env("HOME", self.root.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        if let Some(warehouse) = &self.warehouse {
            command.env("DATABASE_URL", &warehouse.url);
        }
        for (name, value) in &self.script.environment {
            command.env(name, self.filled(value));
        }
        command
    }

    /// Runs a command that ends with this exit code; gives what it printed.
    pub(crate) fn run(&self, code: i32, line: &str) -> String {
        let words = words(line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = self.command(&words).output().expect("runs");
        let text = text_of(&output);
        assert_eq!(output.status.code(), Some(code), "{line}:\n{text}");
        text
    }

    /// Runs a command that succeeds; gives its standard output alone.
    pub(crate) fn data(&self, line: &str) -> String {
        let words = words(line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = self.command(&words).output().expect("runs");
        assert_eq!(
            output.status.code(),
            Some(0),
            "{line}:\n{}",
            text_of(&output)
        );
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Rows of a query as lines, their values with a bar between.
    pub(crate) fn rows(&self, sql: &str) -> String {
        let warehouse = self.warehouse.as_ref().expect("a database");
        let query = format!(
            "select array_to_string(array(select value from json_each_text(row_to_json(result))), '|', '∅') from ({sql}) as result"
        );
        warehouse.lines(&query)
    }

    /// Another connection to the case's database, for another thread.
    pub(crate) fn reader(&self) -> Reader {
        self.warehouse.as_ref().expect("a database").reader()
    }

    /// Runs statements in the case's database.
    pub(crate) fn execute(&self, sql: &str) {
        let warehouse = self.warehouse.as_ref().expect("a database");
        warehouse.query(sql);
    }

    /// A file of the project as text.
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.join(path)).expect("is read")
    }

    /// Writes a file of the project.
    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("is made");
        fs::write(path, content).expect("is written");
    }

    /// Removes a file of the project.
    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.folder.join(path)).expect("is removed");
    }

    /// `{other_database}` is the address of a database that the test server does not have.
    fn filled(&self, value: &str) -> String {
        let other = self.warehouse.as_ref().map(|warehouse| {
            let name = database_name(&warehouse.url);
            warehouse.url.replace(name, "no_such_database")
        });
        value.replace("{other_database}", &other.unwrap_or_default())
    }

    /// Runs the script; the folder `then` goes over the project before its last command.
    pub(crate) fn transcript(&self) -> String {
        let mut text = String::new();
        for (position, words) in self.script.commands.iter().enumerate() {
            if position > 0 && position + 1 == self.script.commands.len() {
                copy(&self.folder.join("then"), &self.folder);
            }
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let output = self.command(&words).output().expect("runs");
            text.push_str(&self.shown(&words, &output));
        }
        text
    }

    /// What a command printed and how it ended, without what differs from run to run.
    pub(crate) fn shown(&self, words: &[&str], output: &Output) -> String {
        let folder = self.folder.to_string_lossy();
        let mut text = text_of(output).replace(&*folder, "[project]");
        if let Some(warehouse) = &self.warehouse {
            text = text.replace(database_name(&warehouse.url), "[database]");
        }
        let code = output
            .status
            .code()
            .map_or_else(|| "none".to_owned(), |code| code.to_string());
        format!(
            "$ hcw {}\n{}\nexit code {code}\n",
            words.join(" "),
            text.trim_end()
        )
    }

    /// Where a row's value is written beside the database and the files that hold the rows: nowhere.
    pub(crate) fn leaks(&self, shown: &str) -> Vec<String> {
        let mut places = Vec::new();
        if shown.contains(PRIVATE) {
            places.push("the output".to_owned());
        }
        for entry in walkdir::WalkDir::new(self.folder.join("target")) {
            let Ok(entry) = entry else { continue };
            if entry.file_type().is_file() {
                let content = fs::read(entry.path()).expect("is read");
                if String::from_utf8_lossy(&content).contains(PRIVATE) {
                    places.push(entry.path().display().to_string());
                }
            }
        }
        places
    }
}

/// The database in an address such as `postgresql://user@host/name?sslmode=disable`.
pub(crate) fn database_name(url: &str) -> &str {
    let base = url.split_once('?').map_or(url, |(base, _)| base);
    base.rsplit_once('/').map_or(base, |(_, name)| name)
}

/// The folder of fixture projects.
pub(crate) fn fixtures(kind: &str) -> PathBuf {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/projects"))
        .join(kind)
}

/// Copies a folder's content over another; the `command` file stays behind.
pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("is read");
        let path = entry.path().strip_prefix(from).expect("is below");
        if path == Path::new("command") {
            continue;
        }
        if entry.file_type().is_dir() {
            fs::create_dir_all(to.join(path)).expect("is made");
        } else {
            fs::copy(entry.path(), to.join(path)).expect("is copied");
        }
    }
}
