//! A fresh database and a project folder for one test, and the verbs run on them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio_postgres::config::Host;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use crate::server;

/// A project in a temporary folder, with a database of its own.
pub(crate) struct Warehouse {
    pub(crate) folder: TempDir,
    pub(crate) url: String,
    server_url: String,
    database: String,
    runtime: Runtime,
    client: Option<Client>,
}

/// What a profile says of a server.
pub(crate) struct Address {
    pub(crate) host: String,
    pub(crate) port: String,
    pub(crate) user: String,
    pub(crate) password: String,
}

impl Warehouse {
    /// Makes both.
    pub(crate) fn start() -> Option<Warehouse> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server_url = server::url().to_owned();
        let database = format!(
            "hcw_test_{}_{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let server = connect(&runtime, &server_url);
        runtime
            .block_on(server.batch_execute(&format!("create database {database}")))
            .expect("the database is made");
        let url = url_of(&server_url, &database);
        let client = connect(&runtime, &url);
        let folder = tempfile::tempdir().expect("a folder");
        let project = "name: test\nprofile: test\nversion: '1.0'\n";
        fs::write(folder.path().join("dbt_project.yml"), project).expect("is written");
        Some(Warehouse {
            folder,
            url,
            server_url,
            database,
            runtime,
            client: Some(client),
        })
    }

    /// Where the server is and who asks it, for a profile.
    pub(crate) fn address(&self) -> Address {
        let server: tokio_postgres::Config = self.url.parse().expect("an address");
        let host = match server.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            Some(Host::Unix(folder)) => folder.to_string_lossy().into_owned(),
            None => "localhost".to_owned(),
        };
        let port = server.get_ports().first().copied().unwrap_or(5432);
        let password = String::from_utf8_lossy(server.get_password().unwrap_or(b"none"));
        Address {
            host,
            port: port.to_string(),
            user: server.get_user().unwrap_or_default().to_owned(),
            password: password.into_owned(),
        }
    }

    /// Writes a file of the project.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("is made");
        fs::write(path, content).expect("is written");
    }

    /// Copies a fixture into the project.
    pub(crate) fn copy(&self, from: &Path, path: &str) {
        self.write(path, fs::read(from).expect("is read"));
    }

    /// Removes a file of the project.
    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.folder.path().join(path)).expect("is removed");
    }

    /// A command on the project and database.
    pub(crate) fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hcw"));
        command
            .args([verb, "--project-dir"])
            .arg(self.folder.path())
            .env("DATABASE_URL", &self.url);
        command
    }

    /// Runs a verb that succeeds; gives its output.
    pub(crate) fn run(&self, verb: &str) -> String {
        let output = self.command(verb).output().expect("runs");
        let text = text_of(&output);
        assert!(output.status.success(), "{verb} fails:\n{text}");
        text
    }

    /// Runs a verb that fails without a panic; gives its output.
    pub(crate) fn fail(&self, verb: &str) -> String {
        let output = self.command(verb).output().expect("runs");
        let text = text_of(&output);
        assert!(
            matches!(output.status.code(), Some(1 | 2)),
            "{verb} should fail:\n{text}"
        );
        text
    }

    /// A connection of its own, for another thread.
    pub(crate) fn reader(&self) -> Reader {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let client = connect(&runtime, &self.url);
        Reader { runtime, client }
    }

    /// The first column of a query's rows.
    pub(crate) fn query(&self, sql: &str) -> Vec<Option<String>> {
        let client = self.client.as_ref().expect("is connected");
        self.runtime
            .block_on(client.simple_query(sql))
            .unwrap_or_else(|error| panic!("{sql}: {:?}", error.as_db_error()))
            .into_iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => Some(row.get(0).map(str::to_owned)),
                _ => None,
            })
            .collect()
    }

    /// The one value of a query.
    pub(crate) fn value(&self, sql: &str) -> String {
        self.query(sql).remove(0).unwrap_or_default()
    }

    /// The query's rows as lines.
    pub(crate) fn lines(&self, sql: &str) -> String {
        let rows = self.query(sql);
        let texts = rows
            .into_iter()
            .map(|row| row.unwrap_or_else(|| "∅".to_owned()));
        texts.collect::<Vec<String>>().join("\n")
    }
}

/// A connection of its own to a warehouse.
pub(crate) struct Reader {
    runtime: Runtime,
    client: Client,
}

impl Reader {
    /// The first row of a query, its values with a bar between.
    pub(crate) fn row(&self, sql: &str) -> String {
        let messages = self.runtime.block_on(self.client.simple_query(sql));
        let messages = messages.unwrap_or_else(|error| panic!("{sql}: {:?}", error.as_db_error()));
        let row = messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let row = row.expect("a row");
        let values = (0..row.len()).map(|column| row.get(column).unwrap_or("∅"));
        values.collect::<Vec<_>>().join("|")
    }
}

impl Drop for Warehouse {
    fn drop(&mut self) {
        self.client = None;
        let server = connect(&self.runtime, &self.server_url);
        let drop = format!("drop database if exists {} with (force)", self.database);
        let _ = self.runtime.block_on(server.batch_execute(&drop));
    }
}

fn connect(runtime: &Runtime, url: &str) -> Client {
    let (client, connection) = runtime
        .block_on(tokio_postgres::connect(url, NoTls))
        .expect("the test server is reached");
    runtime.spawn(connection);
    client
}

/// The URL of another database of the same server.
fn url_of(url: &str, database: &str) -> String {
    let (base, parameters) = url.split_once('?').unwrap_or((url, ""));
    let server = base.rsplit_once('/').map_or(base, |(server, _)| server);
    let question = if parameters.is_empty() { "" } else { "?" };
    format!("{server}/{database}{question}{parameters}")
}

/// What a command printed.
pub(crate) fn text_of(output: &Output) -> String {
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(!text.contains("panicked"), "{text}");
    timeless(&text)
}

/// The text without what differs from run to run: the time before a line, and the line of the version.
fn timeless(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let is_time = |part: &str| {
            part.char_indices().all(|(at, letter)| match at {
                2 | 5 => letter == ':',
                8 | 9 => letter == ' ',
                _ => letter.is_ascii_digit(),
            })
        };
        match line.get(..10) {
            Some(start) if is_time(start) => &line[10..],
            _ => line,
        }
    });
    lines
        .filter(|line| !line.starts_with("Running with hcw="))
        .collect()
}
