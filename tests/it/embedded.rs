//! `hcw db`: the embedded server through the binary. Every test has a project and a server of its own.
#![allow(clippy::expect_used, clippy::print_stderr)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A project folder with its embedded server, which stops when the test ends.
pub(crate) struct Project {
    _root: TempDir,
    pub(crate) folder: PathBuf,
    binary: PathBuf,
    user: Option<u32>,
    idle_seconds: &'static str,
}

impl Project {
    pub(crate) fn new() -> Project {
        let root = tempfile::tempdir().expect("a temporary folder");
        let folder = root.path().join("project");
        fs::create_dir(&folder).expect("a project folder");
        Project {
            folder,
            _root: root,
            binary: PathBuf::from(env!("CARGO_BIN_EXE_hcw")),
            user: None,
            idle_seconds: "0",
        }
    }

    /// A project of another user, with a copy of the binary that this user can run.
    fn of_user(uid: u32) -> Project {
        let mut project = Project::new();
        let root = project._root.path().to_owned();
        fs::set_permissions(&root, fs::Permissions::from_mode(0o755)).expect("an open folder");
        let binary = root.join("hcw");
        fs::copy(&project.binary, &binary).expect("a copy of the binary");
        fs::set_permissions(&project.folder, fs::Permissions::from_mode(0o700)).expect("private");
        chown(&project.folder, Some(uid), Some(uid)).expect("root may chown");
        project.binary = binary;
        project.user = Some(uid);
        project
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        for (name, _) in std::env::vars_os() {
            let shown = name.to_string_lossy();
            if shown.starts_with("PG") || shown == "DATABASE_URL" {
                command.env_remove(&name);
            }
        }
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("HOME", &self.folder)
            .env("HCW_PG_FSYNC", "off")
            .env("HCW_PG_IDLE_SECONDS", self.idle_seconds)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(uid) = self.user {
            // The folder is closed to others, so that the child enters it as its user.
            command.uid(uid).gid(uid);
        }
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("hcw runs")
    }

    /// Standard output of a call that must succeed.
    pub(crate) fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "hcw {arguments:?}: {error}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    pub(crate) fn query(&self, sql: &str) -> String {
        self.succeed(&["db", "psql", "-XAtqc", sql])
            .trim()
            .to_owned()
    }

    /// The folder of the one cluster.
    fn cluster(&self) -> PathBuf {
        fs::read_dir(self.folder.join(".hcw"))
            .expect("an .hcw folder")
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.join("data").is_dir())
            .expect("a cluster")
    }

    pub(crate) fn pid(&self) -> String {
        let text =
            fs::read_to_string(self.cluster().join("data/postmaster.pid")).expect("a pid file");
        text.lines().next().expect("a pid").to_owned()
    }

    fn exit_code(&self, arguments: &[&str]) -> Option<i32> {
        self.run(arguments).status.code()
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _stopped = self.command(&["db", "stop"]).output();
    }
}

/// Whether this machine has a server; `HCW_TEST_REQUIRE_SERVER` makes its absence a failure.
pub(crate) fn has_server() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    let found = *ANSWER.get_or_init(|| {
        // Data of a version that no server reads: hcw looks for one and starts none.
        let project = Project::new();
        fs::create_dir_all(project.folder.join(".hcw/pg12/data")).expect("folders");
        let output = project.run(&["db", "start"]);
        !String::from_utf8_lossy(&output.stderr).contains("HCW1001")
    });
    if !found {
        assert!(
            std::env::var_os("HCW_TEST_REQUIRE_SERVER").is_none(),
            "no server"
        );
        eprintln!("skipped: no PostgreSQL server on this machine");
    }
    found
}

pub(crate) fn kill(signal: &str, pid: &str) {
    let status = Command::new("kill")
        .args([signal, pid])
        .status()
        .expect("kill runs");
    assert!(status.success());
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("id runs");
    output.stdout == b"0\n"
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    let status = Command::new("cp")
        .arg("-a")
        .arg(from)
        .arg(to)
        .status()
        .expect("cp runs");
    assert!(status.success());
}

#[test]
fn starts_answers_and_stops() {
    if !has_server() {
        return;
    }
    let project = Project::new();
    assert_eq!(project.exit_code(&["db", "status"]), Some(1));
    assert_eq!(project.succeed(&["db", "stop"]), "not running\n");
    let started = project.succeed(&["db", "start"]);
    assert!(started.starts_with("running, process "), "{started}");
    assert_eq!(project.exit_code(&["db", "status"]), Some(0));
    let settings = "select current_user, current_database(), current_setting('listen_addresses'), \
        current_setting('TimeZone'), current_setting('data_checksums'), \
        current_setting('server_encoding'), 'a' > 'B'";
    assert_eq!(project.query(settings), "hcw|hcw||UTC|on|UTF8|t");
    let url = project.succeed(&["db", "url"]);
    let answer = Command::new("psql")
        .args([url.trim(), "-XAtc", "select 42"])
        .output();
    assert_eq!(answer.expect("psql runs").stdout, b"42\n");
    assert_eq!(project.succeed(&["db", "stop"]), "stopped\n");
    assert_eq!(project.exit_code(&["db", "status"]), Some(1));
}

#[test]
fn first_starts_at_once_make_one_cluster() {
    if !has_server() {
        return;
    }
    let project = Project::new();
    let children: Vec<Child> = (0..5)
        .map(|_| project.command(&["db", "start"]).spawn().expect("hcw runs"))
        .collect();
    let mut first_lines: Vec<String> = children
        .into_iter()
        .map(|child| {
            let output = child.wait_with_output().expect("hcw ends");
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            text.lines().next().unwrap_or_default().to_owned()
        })
        .collect();
    first_lines.dedup();
    assert_eq!(first_lines, [format!("running, process {}", project.pid())]);
}

#[test]
fn a_killed_server_starts_again_with_its_data() {
    if !has_server() {
        return;
    }
    let project = Project::new();
    project.query("set synchronous_commit = on; create table kept as select 7 as seven");
    let before = project.pid();
    kill("-9", &before);
    assert_eq!(project.query("select seven from kept"), "7");
    assert_ne!(project.pid(), before);
}

#[test]
fn a_killed_first_start_leaves_nothing_in_the_way() {
    if !has_server() {
        return;
    }
    let project = Project::new();
    for milliseconds in [40, 120, 250] {
        let mut child = project.command(&["db", "start"]).spawn().expect("hcw runs");
        std::thread::sleep(Duration::from_millis(milliseconds));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
    }
    assert_eq!(project.query("select 1"), "1");
    let left = fs::read_dir(project.cluster())
        .expect("a cluster")
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("data.new"));
    assert_eq!(left.count(), 0);
}

#[test]
fn a_stale_pid_file_of_a_living_process_is_no_obstacle() {
    if !has_server() {
        return;
    }
    let project = Project::new();
    project.succeed(&["db", "start"]);
    let pid_file = fs::read_to_string(project.cluster().join("data/postmaster.pid"));
    project.succeed(&["db", "stop"]);
    let stale = pid_file.expect("a pid file");
    let rest = stale.split_once('\n').map_or("", |(_, rest)| rest);
    let text = format!("{}\n{rest}", std::process::id());
    fs::write(project.cluster().join("data/postmaster.pid"), text).expect("written");
    assert_eq!(project.exit_code(&["db", "status"]), Some(1));
    assert_eq!(project.query("select 1"), "1");
}

#[test]
fn a_copy_of_a_running_project_is_its_own_server() {
    if !has_server() {
        return;
    }
    let project = Project::new();
    project.query("checkpoint");
    let copy = Project::new();
    copy_folder(&project.folder.join(".hcw"), &copy.folder.join(".hcw"));
    assert_eq!(copy.exit_code(&["db", "status"]), Some(1));
    copy.query("create table only_in_copy ()");
    assert_ne!(project.pid(), copy.pid());
    assert_eq!(
        project.query("select to_regclass('only_in_copy') is null"),
        "t"
    );
}

#[test]
fn a_moved_project_keeps_its_running_server() {
    if !has_server() {
        return;
    }
    let mut project = Project::new();
    project.succeed(&["db", "start"]);
    let before = project.pid();
    let moved = project.folder.with_file_name("moved");
    fs::rename(&project.folder, &moved).expect("moved");
    project.folder = moved;
    assert_eq!(project.query("select 1"), "1");
    assert_eq!(project.pid(), before);
}

#[test]
fn a_deep_project_gets_a_short_socket_path() {
    if !has_server() {
        return;
    }
    let mut project = Project::new();
    let outer = project.folder.clone();
    project.folder = outer.join("d".repeat(90)).join("it's, \"a\" deep one");
    fs::create_dir_all(&project.folder).expect("folders");
    assert_eq!(project.query("select 1"), "1");
    let url = project.succeed(&["db", "url"]);
    assert!(url.len() < 107, "{url}");
}

#[test]
fn other_users_run_their_own_servers() {
    if !is_root() || !has_server() {
        return;
    }
    for uid in [65534, 34567] {
        let project = Project::of_user(uid);
        let mut probe = Command::new("unshare");
        probe
            .args(["--user", "true"])
            .uid(uid)
            .gid(uid)
            .current_dir("/");
        if uid == 34567 && !probe.status().is_ok_and(|status| status.success()) {
            eprintln!("skipped: a user without a name needs user namespaces");
            continue;
        }
        assert_eq!(project.query("select current_user"), "hcw");
        // Root may use it, and leaves it usable by its owner.
        let mut as_root = Project::new();
        as_root.folder.clone_from(&project.folder);
        assert_eq!(as_root.query("select 2"), "2");
        assert_eq!(as_root.succeed(&["db", "stop"]), "stopped\n");
        assert_eq!(as_root.query("select 3"), "3");
        assert_eq!(project.query("select 4"), "4");
        let mut stranger = Project::of_user(12345);
        fs::set_permissions(&project.folder, fs::Permissions::from_mode(0o755)).expect("opened");
        let own = std::mem::replace(&mut stranger.folder, project.folder.clone());
        let refused = stranger.run(&["db", "url"]);
        stranger.folder = own;
        assert_eq!(refused.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&refused.stderr).contains("HCW1005"));
    }
}

#[test]
fn an_idle_server_stops() {
    if !has_server() {
        return;
    }
    let mut project = Project::new();
    project.idle_seconds = "3";
    project.succeed(&["db", "start"]);
    let busy = project
        .command(&["db", "psql", "-Xc", "select pg_sleep(6)"])
        .spawn();
    let mut busy = busy.expect("hcw runs");
    std::thread::sleep(Duration::from_secs(5));
    if busy.try_wait().expect("a child").is_none() {
        assert_eq!(
            project.exit_code(&["db", "status"]),
            Some(0),
            "stopped under a client"
        );
    }
    busy.wait().expect("it ends");
    let since = Instant::now();
    while project.exit_code(&["db", "status"]) == Some(0) {
        assert!(
            since.elapsed() < Duration::from_secs(20),
            "it does not stop"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_server_that_cannot_start_says_why() {
    if !has_server() {
        return;
    }
    let project = Project::new();
    project.succeed(&["db", "start"]);
    project.succeed(&["db", "stop"]);
    let settings = project.cluster().join("data/postgresql.auto.conf");
    fs::write(&settings, "no_such_setting = 1\n").expect("written");
    let output = project.run(&["db", "start"]);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        error.contains("HCW1002") && error.contains("no_such_setting"),
        "{error}"
    );
    fs::write(&settings, "").expect("written");
    assert_eq!(project.query("select 1"), "1");
}

#[test]
fn data_of_another_version_is_refused() {
    // A named server makes its cluster beside.
    if std::env::var_os("HCW_PG_BIN").is_some() || !has_server() {
        return;
    }
    let project = Project::new();
    fs::create_dir_all(project.folder.join(".hcw/pg12/data")).expect("folders");
    let output = project.run(&["db", "start"]);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        error.contains("HCW1004") && error.contains("HCW_PG_BIN"),
        "{error}"
    );
}

#[test]
fn a_wrong_program_folder_is_an_error() {
    let project = Project::new();
    let output = project
        .command(&["db", "start"])
        .env("HCW_PG_BIN", "/nowhere")
        .output();
    let output = output.expect("hcw runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("HCW1001"));
}
