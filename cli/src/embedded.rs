//! The embedded PostgreSQL: a private cluster under the project's `.hcw/`, run by the machine's own
//! server programs and reached by a Unix socket only. Nothing is downloaded.
//!
//! Design, where it is not obvious:
//! - **One folder per major version** (`.hcw/pg15`), so that a newer server never meets older data.
//! - **The server runs on a file descriptor, not on a path**: it inherits the open cluster folder as
//!   descriptor 3 and finds all its files through `/proc/self/fd/3`. So the folder may lie under a
//!   home that the server's account cannot enter, may be of any depth, and may be moved while it runs.
//! - **The same descriptor carries a lock** that ends with the last process of the server, however it
//!   ends. That lock, not the pid file, says whether a server runs; a copied folder is not locked.
//! - **Who may connect**: the socket's folder is open to the server's account only, and `peer`
//!   authentication maps the cluster's owner and root to the superuser `hcw`. There is no password to
//!   leak. Other roles of the cluster log in by password (scram-sha-256).
//! - **As root** the server runs as the owner of the data: `postgres` if the machine has it, else
//!   `nobody`; everything that root writes lies outside of what that account owns.

mod account;
mod cluster;
mod initialize;
mod locks;
mod programs;
mod server;
mod settings;
mod supervise;

use std::path::{Path, PathBuf};

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::target::Connection;

use cluster::Cluster;
pub(crate) use cluster::NAME as DATABASE;
pub(crate) use supervise::supervise;

/// What `hcw db status` shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Status {
    /// Whether the server accepts connections.
    pub(crate) running: bool,
    /// The server's process id, when it runs.
    pub(crate) pid: Option<u32>,
    /// Major version of the cluster.
    pub(crate) major: u32,
    /// The cluster's data.
    pub(crate) data: PathBuf,
    /// The server's log.
    pub(crate) log: PathBuf,
    /// How to connect.
    pub(crate) connection: Connection,
}

/// Makes sure that the project's embedded server runs, creating its cluster on first use.
///
/// Safe to call from several processes at once.
///
/// **Errors**: HCW1001 to HCW1005, HCW0003, HCW0607.
pub(crate) async fn ensure_running(project_dir: &Path) -> Result<Connection, Diagnostic> {
    let selected = cluster::select(project_dir)?;
    server::ensure(&selected.cluster, selected.programs).await
}

/// The state of the project's cluster; `None` when none was made yet.
pub(crate) async fn status(project_dir: &Path) -> Result<Option<Status>, Diagnostic> {
    match cluster::existing(project_dir)? {
        Some(cluster) => server::status(&cluster).await.map(Some),
        None => Ok(None),
    }
}

/// Stops the project's servers (fast shutdown: open transactions are rolled back).
///
/// **Shape**: whether one was running.
pub(crate) async fn stop(project_dir: &Path) -> Result<bool, Diagnostic> {
    let mut stopped = false;
    for cluster in Cluster::all(project_dir)? {
        stopped |= server::stop(&cluster).await?;
    }
    Ok(stopped)
}

/// The `psql` that belongs to the cluster's server, else the one on the search path.
pub(crate) fn psql_program(project_dir: &Path) -> PathBuf {
    cluster::select(project_dir)
        .ok()
        .and_then(|selected| {
            let programs = selected
                .programs
                .or_else(|| programs::of_major(selected.cluster.major));
            programs.map(|programs| programs.bin.join("psql"))
        })
        .filter(|psql| psql.is_file())
        .unwrap_or_else(|| PathBuf::from("psql"))
}

/// The address of the embedded server, for `psql` and `DATABASE_URL`. It holds no secret.
pub(crate) fn url(connection: &Connection) -> String {
    let mut host = String::new();
    for byte in connection.host.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            host.push(char::from(byte));
        } else {
            host.push_str(&format!("%{byte:02X}"));
        }
    }
    format!(
        "postgresql://{}@/{}?host={host}&port={}",
        connection.user, connection.dbname, connection.port
    )
}

/// A failure of a file operation on the cluster's own files.
fn unwritable(path: &Path, error: &std::io::Error) -> Diagnostic {
    use std::io::ErrorKind;
    let diagnostic = Diagnostic::error(
        Code::FileUnwritable,
        format!("`{}` cannot be written: {error}", path.display()),
    );
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            diagnostic.help("free some disk space and run the command again")
        }
        _ => diagnostic.help(
            "the embedded server keeps its data in the project's `.hcw` folder: \
             make the folder writable, or name another server in profiles.yml or DATABASE_URL",
        ),
    }
}
