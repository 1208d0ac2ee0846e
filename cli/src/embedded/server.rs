//! Starts, asks and stops the server of one cluster.

use std::ffi::OsString;
use std::fs::{File, FileTimes};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant, SystemTime};

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::target::Connection;
use rustix::process::{Pid, Signal, kill_process};

use super::account::Account;
use super::cluster::{Cluster, NAME, PORT};
use super::initialize::{inherited, initialize, make_private_folder};
use super::programs::{self, Programs};
use super::{Status, locks, settings, supervise, unwritable};
use crate::db::connect::connect;

/// How long a server may recover from a crash before hcw gives up waiting.
const START_PATIENCE: Duration = Duration::from_secs(180);
/// How long a fast shutdown may take before it becomes an immediate one.
const STOP_PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(10);
/// A larger log is put aside at the next start.
const LOG_LIMIT: u64 = 1 << 20;

/// Makes sure that the cluster exists and its server accepts connections.
pub(super) async fn ensure(
    cluster: &Cluster,
    mut found: Option<Programs>,
) -> Result<Connection, Diagnostic> {
    cluster.create()?;
    // First of all, because it tells a stranger whose the cluster is.
    drop(cluster.open()?);
    let control = locks::control(&cluster.control_lock()).await?;
    // The supervisor reads the last use from the file's time.
    let _untimed = control.set_times(FileTimes::new().set_modified(SystemTime::now()));
    let since = Instant::now();
    let connection = cluster.connection(NAME)?;
    loop {
        let folder = cluster.open()?;
        let free = locks::try_lock(&folder).map_err(|error| unwritable(&cluster.folder, &error))?;
        if free {
            let programs = match found.take().or_else(|| programs::of_major(cluster.major)) {
                Some(programs) => programs,
                None => return Err(programs::missing()),
            };
            start(cluster, &programs, folder).await?;
            break;
        }
        drop(folder);
        // Another hcw's server; or one that is starting, stopping, or dying of a kill.
        match probe(cluster).await {
            Ok(()) => break,
            Err(problem) if !is_passing(&problem) => return Err(problem),
            Err(_) if since.elapsed() > START_PATIENCE => return Err(not_ready(cluster, 0)),
            Err(_) => tokio::time::sleep(POLL).await,
        }
    }
    supervise::spawn(cluster);
    Ok(connection)
}

/// Starts the server and waits until it accepts connections; `folder` is the locked descriptor.
async fn start(cluster: &Cluster, programs: &Programs, folder: File) -> Result<(), Diagnostic> {
    let data = cluster.data();
    let account = if data.exists() {
        Account::of_data(&data)?
    } else {
        initialize(cluster, programs, &folder).await?
    };
    check_version(cluster, programs)?;
    make_private_folder(&cluster.run(), account)?;
    remove_stale_files(cluster)?;
    let owner = std::fs::metadata(&cluster.folder)
        .map_err(|error| unwritable(&cluster.folder, &error))?
        .uid();
    settings::write(cluster, account, owner)
        .map_err(|error| unwritable(&cluster.folder, &error))?;
    let log_path = cluster.log();
    let broken = |error: std::io::Error| unwritable(&log_path, &error);
    if std::fs::metadata(&log_path).is_ok_and(|log| log.len() > LOG_LIMIT) {
        std::fs::rename(&log_path, cluster.folder.join("server.log.1")).map_err(broken)?;
    }
    let log = locks::open_private(&log_path).map_err(broken)?;
    let log_start = log.metadata().map_err(broken)?.len();
    let view = cluster.server_view();
    let socket_folder = settings::socket_folder(cluster)?;
    let mut command = account.command(&programs.bin.join("postgres"));
    command.arg("-D").arg(view.join("data"));
    // Here and not in a file, so that no ALTER SYSTEM hides the server from hcw.
    for (setting, value) in [
        ("config_file", view.join("postgresql.conf")),
        ("unix_socket_directories", socket_folder),
        ("port", PathBuf::from(PORT.to_string())),
    ] {
        let mut assignment = OsString::from(setting);
        assignment.push("=");
        assignment.push(value);
        command.arg("-c").arg(assignment);
    }
    command
        .stdin(inherited(cluster, &folder)?)
        .stdout(Stdio::from(log.try_clone().map_err(broken)?))
        .stderr(Stdio::from(log))
        // Not to be stopped by the terminal's Ctrl-C.
        .process_group(0);
    let server = command.spawn().map_err(|error| {
        Diagnostic::error(
            Code::ServerStartFailed,
            format!("`{}` does not run: {error}", programs.bin.display()),
        )
    })?;
    // From here on the server alone holds the lock.
    drop(folder);
    wait_until_ready(cluster, server, log_start).await
}

async fn wait_until_ready(
    cluster: &Cluster,
    mut server: Child,
    log_start: u64,
) -> Result<(), Diagnostic> {
    let since = Instant::now();
    let socket = cluster.run().join(format!(".s.PGSQL.{PORT}"));
    loop {
        if server.try_wait().is_ok_and(|ended| ended.is_some()) {
            return Err(not_ready(cluster, log_start));
        }
        if socket.exists() {
            match probe(cluster).await {
                Ok(()) => return Ok(()),
                Err(problem) if !is_passing(&problem) => return Err(problem),
                Err(_) => {}
            }
        }
        if since.elapsed() > START_PATIENCE {
            return Err(not_ready(cluster, log_start));
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Whether a server that starts or stops explains the problem.
fn is_passing(problem: &Diagnostic) -> bool {
    let is_full = problem.notes.iter().any(|note| note == "SQLSTATE 53300");
    problem.code == Code::Unreachable && !is_full
}

/// Connects once; makes the database when it is not there yet.
async fn probe(cluster: &Cluster) -> Result<(), Diagnostic> {
    let first = connect(&cluster.connection(NAME)?, "hcw start").await;
    match first {
        Ok(_) => Ok(()),
        Err(problem) if problem.code == Code::DatabaseMissing => {
            let client = connect(&cluster.connection("postgres")?, "hcw start").await?;
            match client
                .batch_execute(&format!("create database {NAME}"))
                .await
            {
                Ok(()) => Ok(()),
                Err(error) => {
                    let state = error.code().map_or("none", |state| state.code()).to_owned();
                    Err(Diagnostic::error(
                        Code::ServerInitFailed,
                        format!("the database `{NAME}` cannot be made (SQLSTATE {state})"),
                    ))
                }
            }
        }
        Err(problem) => Err(problem),
    }
}

fn check_version(cluster: &Cluster, programs: &Programs) -> Result<(), Diagnostic> {
    let path = cluster.data().join("PG_VERSION");
    let version = std::fs::read_to_string(&path).unwrap_or_default();
    if version.trim() == programs.major.to_string() {
        return Ok(());
    }
    let found = if version.is_empty() {
        "nothing"
    } else {
        version.trim()
    };
    Err(Diagnostic::error(
        Code::ClusterVersion,
        format!(
            "`{}` should say {}, it says {found}",
            path.display(),
            programs.major
        ),
    )
    .help(format!(
        "the folder is no whole cluster of this version: move `{}` away and build again",
        cluster.folder.display()
    )))
}

/// Removes what a killed server left, or what came along in a copy of the folder. The lock says that
/// none of ours runs; a server that someone started by hand on the same data is left alone.
fn remove_stale_files(cluster: &Cluster) -> Result<(), Diagnostic> {
    if let Some(pid) = cluster.pid()
        && works_in(pid, cluster) == Some(true)
    {
        return Err(Diagnostic::error(
            Code::ServerStartFailed,
            format!("process {pid}, which hcw did not start, serves the embedded cluster"),
        )
        .help(format!("stop it: kill -INT {pid}")));
    }
    let socket = cluster.run().join(format!(".s.PGSQL.{PORT}"));
    let socket_lock = cluster.run().join(format!(".s.PGSQL.{PORT}.lock"));
    for path in [cluster.data().join("postmaster.pid"), socket, socket_lock] {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(unwritable(&path, &error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether the process works in the cluster's data, as its server does; `None` where the system
/// does not tell.
fn works_in(pid: u32, cluster: &Cluster) -> Option<bool> {
    let data = std::fs::metadata(cluster.data()).ok()?;
    let place = std::fs::metadata(format!("/proc/{pid}/cwd")).ok()?;
    Some((data.dev(), data.ino()) == (place.dev(), place.ino()))
}

/// What the server said last, as a problem.
fn not_ready(cluster: &Cluster, log_start: u64) -> Diagnostic {
    let path = cluster.log();
    let mut text = Vec::new();
    if let Ok(mut log) = File::open(&path)
        && log.seek(SeekFrom::Start(log_start)).is_ok()
    {
        let _partial = log.take(1 << 20).read_to_end(&mut text);
    }
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let mut diagnostic = Diagnostic::error(
        Code::ServerStartFailed,
        "the embedded PostgreSQL server does not start",
    );
    for line in lines.iter().skip(lines.len().saturating_sub(6)) {
        diagnostic = diagnostic.note(format!("log: {line}"));
    }
    let help = if text.contains("No space left on device") {
        "free some disk space and run the command again".to_owned()
    } else {
        format!("the whole log is `{}`", path.display())
    };
    diagnostic.help(help)
}

/// The state of the cluster's server.
pub(super) async fn status(cluster: &Cluster) -> Result<Status, Diagnostic> {
    let running = cluster.is_held()? && probe(cluster).await.is_ok();
    Ok(Status {
        running,
        pid: cluster.pid().filter(|_| running),
        major: cluster.major,
        data: cluster.data(),
        log: cluster.log(),
        connection: cluster.connection(NAME)?,
    })
}

/// Stops the cluster's server; says whether one ran.
pub(super) async fn stop(cluster: &Cluster) -> Result<bool, Diagnostic> {
    if !cluster.is_held()? {
        return Ok(false);
    }
    let _control = locks::control(&cluster.control_lock()).await?;
    if !cluster.is_held()? || !signal(cluster, Signal::INT) {
        return Ok(false);
    }
    let since = Instant::now();
    let mut is_immediate = false;
    while cluster.is_held()? {
        if since.elapsed() > STOP_PATIENCE && !is_immediate {
            is_immediate = signal(cluster, Signal::QUIT);
        }
        if since.elapsed() > STOP_PATIENCE * 2 {
            return Err(Diagnostic::error(
                Code::ServerStartFailed,
                "the embedded server does not stop",
            )
            .help(format!("the log is `{}`", cluster.log().display())));
        }
        tokio::time::sleep(POLL).await;
    }
    Ok(true)
}

/// Signals the cluster's server; says whether there was one.
pub(super) fn signal(cluster: &Cluster, signal: Signal) -> bool {
    let Some(pid) = cluster.pid() else {
        return false;
    };
    if works_in(pid, cluster) == Some(false) {
        return false;
    }
    i32::try_from(pid)
        .ok()
        .and_then(Pid::from_raw)
        .is_some_and(|pid| kill_process(pid, signal).is_ok())
}
