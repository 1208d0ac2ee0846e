//! A private server that has the extension: a copy of the installed one's programs, links to the
//! rest, and our files.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// The name of a user who may run a server.
const NOBODY: u32 = 65534;

pub(super) struct Server {
    root: TempDir,
    programs: PathBuf,
    as_root: bool,
}

/// The built library; none where this machine cannot build it, unless
/// `HCW_TEST_EXTENSION_REQUIRED` makes that a failure.
pub(super) fn library() -> Option<&'static Path> {
    static LIBRARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    let built = LIBRARY.get_or_init(|| {
        let output = install(&["--build"], &[]);
        if output.status.success() {
            return Some(PathBuf::from(text(&output.stdout)));
        }
        let error = text(&output.stderr);
        let missing = output.status.code() == Some(2) || error.contains("libclang");
        let required = std::env::var_os("HCW_TEST_EXTENSION_REQUIRED").is_some();
        assert!(missing && !required, "{error}");
        eprintln!("skipped: the extension cannot be built here: {error}");
        None
    });
    built.as_deref()
}

/// Runs the installation script.
fn install(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let script = format!("{}/../pg_extension/install.sh", env!("CARGO_MANIFEST_DIR"));
    let target = Path::new(env!("CARGO_BIN_EXE_hcw")).ancestors().nth(2);
    Command::new(script)
        .args(arguments)
        .env("CARGO", env!("CARGO"))
        .env("CARGO_TARGET_DIR", target.expect("a target folder"))
        .envs(environment.iter().copied())
        .output()
        .expect("the script runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

impl Server {
    /// A running server, where the library can be built.
    pub(super) fn start() -> Option<Server> {
        let library = library()?.to_str().expect("UTF-8");
        let root = TempDir::with_prefix("hcw-pg-").expect("a temporary folder");
        fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).expect("opened");
        let overlay = root.path().join("overlay");
        let arguments = ["--overlay", overlay.to_str().expect("UTF-8")];
        let output = install(&arguments, &[("HCW_PG_LIBRARY", library)]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let server = Server {
            programs: PathBuf::from(text(&output.stdout)),
            as_root: text(&Command::new("id").arg("-u").output().expect("id").stdout) == "0",
            root,
        };
        let run = server.folder();
        fs::create_dir(&run).expect("a folder");
        if server.as_root {
            chown(&run, Some(NOBODY), None).expect("root may chown");
        }
        let data = run.join("data");
        let data = data.to_str().expect("UTF-8");
        server.program(
            "initdb",
            &[
                "-D",
                data,
                "-U",
                "hcw",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
            ],
        );
        let options = format!(
            "-k {} -c listen_addresses='' -c fsync=off -c jit=off",
            run.display()
        );
        let log = run.join("log");
        let log = log.to_str().expect("UTF-8");
        server.program(
            "pg_ctl",
            &["-D", data, "-w", "-l", log, "-o", &options, "start"],
        );
        Some(server)
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join("run")
    }

    /// Runs one of the server's programs as a user that it accepts.
    fn program(&self, name: &str, arguments: &[&str]) {
        let program = self.programs.join(name);
        let mut command = if self.as_root {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"])
                .arg(program);
            command
        } else {
            Command::new(program)
        };
        // The server that pg_ctl leaves behind must not hold our pipes.
        let status = command
            .args(arguments)
            .current_dir(self.folder())
            .env("HOME", self.folder())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let log = fs::read_to_string(self.folder().join("log")).unwrap_or_default();
        assert!(status.expect("it runs").success(), "{name}: {log}");
    }

    /// A new database in an encoding.
    pub(super) fn database(&self, name: &str, encoding: &str) {
        let sql =
            format!("create database {name} template template0 encoding '{encoding}' locale 'C'");
        self.sql("postgres", &sql);
    }

    /// The answers of statements that must succeed, without headers, columns separated by `|`.
    pub(super) fn sql(&self, database: &str, statements: &str) -> String {
        self.script(database, "UTF8", statements.as_bytes())
    }

    /// As [`Server::sql`], for input in another encoding.
    pub(super) fn script(&self, database: &str, encoding: &str, statements: &[u8]) -> String {
        let output = self.psql("hcw", database, encoding, statements);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    }

    /// The error, with its SQLSTATE, of statements that must fail.
    pub(super) fn error(&self, database: &str, statements: &str) -> String {
        let output = self.psql("hcw", database, "UTF8", statements.as_bytes());
        assert!(!output.status.success(), "no error: {statements}");
        text(&output.stderr)
    }

    /// The answers of another user's statements.
    pub(super) fn sql_as(&self, user: &str, database: &str, statements: &str) -> String {
        let output = self.psql(user, database, "UTF8", statements.as_bytes());
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    }

    fn psql(&self, user: &str, database: &str, encoding: &str, statements: &[u8]) -> Output {
        // some packages of servers have no psql
        let ours = self.programs.join("psql");
        let psql = if ours.exists() { ours } else { "psql".into() };
        let mut child = Command::new(psql)
            .args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose"])
            .args(["-U", user, "-d", database, "-h"])
            .arg(self.folder())
            .env("PGCLIENTENCODING", encoding)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("psql runs");
        // Answers are short, so that writing all before reading cannot block. A failed script
        // closes the pipe early.
        let _written = child.stdin.take().expect("a pipe").write_all(statements);
        child.wait_with_output().expect("psql ends")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.folder().join("data");
        if data.is_dir() {
            let data = data.to_string_lossy().into_owned();
            self.program("pg_ctl", &["-D", &data, "-w", "-m", "immediate", "stop"]);
        }
    }
}
