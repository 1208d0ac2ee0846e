//! Stops an idle server: a small process beside it, which ends with it.
//!
//! The supervisor waits for the server's lock, so it notices the server's end at once, however it
//! comes. It stops the server only under the control lock and after a last look, so no hcw can be
//! told of a server that is about to stop.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use hcw_core::diagnostic::Diagnostic;
use rustix::process::Signal;

use super::cluster::Cluster;
use super::{locks, server, unwritable};
use crate::db::connect::connect;

/// Idle time after which the server stops.
const DEFAULT_IDLE: Duration = Duration::from_secs(30 * 60);

const COUNT_CLIENTS: &str = "select count(*) from pg_catalog.pg_stat_activity \
    where backend_type = 'client backend' and pid <> pg_catalog.pg_backend_pid()";

/// The idle time: `HCW_PG_IDLE_SECONDS`, 0 for never.
fn idle_limit() -> Option<Duration> {
    let seconds = std::env::var("HCW_PG_IDLE_SECONDS")
        .ok()
        .and_then(|text| text.trim().parse::<u64>().ok());
    match seconds {
        None => Some(DEFAULT_IDLE),
        Some(0) => None,
        Some(seconds) => Some(Duration::from_secs(seconds)),
    }
}

/// Starts the supervisor unless one is there. A server without one only runs on until it is stopped.
pub(super) fn spawn(cluster: &Cluster) {
    // In unit tests this program is not hcw.
    if cfg!(test) || idle_limit().is_none() {
        return;
    }
    let is_free = locks::open_private(&cluster.supervisor_lock())
        .and_then(|file| locks::try_lock(&file))
        .unwrap_or(false);
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    if is_free {
        let _unsupervised = Command::new(program)
            .args(["db", "__supervise", "--major"])
            .arg(cluster.major.to_string())
            // It works in the folder, so that the project may be moved.
            .current_dir(&cluster.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
    }
}

/// Watches the server of the cluster in the current folder until it ends.
pub(crate) async fn supervise(major: u32) -> Result<(), Diagnostic> {
    let cluster = Cluster {
        folder: Path::new(".").to_owned(),
        major,
    };
    let Some(limit) = idle_limit() else {
        return Ok(());
    };
    let path = cluster.supervisor_lock();
    let only_one = locks::open_private(&path).map_err(|error| unwritable(&path, &error))?;
    if !locks::try_lock(&only_one).map_err(|error| unwritable(&path, &error))? {
        return Ok(());
    }
    let folder = cluster.open()?;
    let mut ended = tokio::task::spawn_blocking(move || folder.lock());
    let pause = (limit / 4).clamp(Duration::from_millis(200), Duration::from_secs(30));
    let mut last_client = SystemTime::now();
    loop {
        tokio::select! {
            _ = &mut ended => return Ok(()),
            () = tokio::time::sleep(pause) => {}
        }
        if has_clients(&cluster).await {
            last_client = SystemTime::now();
        }
        if is_idle(&cluster, last_client, limit) {
            let control = locks::control(&cluster.control_lock()).await?;
            let used = has_clients(&cluster).await || !is_idle(&cluster, last_client, limit);
            if !used && server::signal(&cluster, Signal::INT) {
                let _stopped = ended.await;
                drop(control);
                return Ok(());
            }
        }
    }
}

/// Whether neither a client nor an hcw call was there for the time.
fn is_idle(cluster: &Cluster, last_client: SystemTime, limit: Duration) -> bool {
    let last_call = File::open(cluster.control_lock())
        .and_then(|file| file.metadata()?.modified())
        .unwrap_or_else(|_| SystemTime::now());
    let last_use = last_call.max(last_client);
    last_use.elapsed().is_ok_and(|elapsed| elapsed >= limit)
}

/// Whether someone is connected. A server that cannot be asked counts as used.
async fn has_clients(cluster: &Cluster) -> bool {
    let Ok(connection) = cluster.connection("postgres") else {
        return true;
    };
    let Ok(client) = connect(&connection, "hcw supervisor").await else {
        return true;
    };
    match client.query_one(COUNT_CLIENTS, &[]).await {
        Ok(row) => row.try_get::<_, i64>(0).is_ok_and(|count| count > 0),
        Err(_) => true,
    }
}
