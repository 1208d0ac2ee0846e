//! The server's configuration: files that hcw writes at every start, outside of the data, and that a
//! user overrides by `ALTER SYSTEM`.
//!
//! The log holds no row: errors are not logged, because their texts may quote values.

use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use hcw_core::diagnostic::Diagnostic;

use super::account::Account;
use super::cluster::{Cluster, NAME};

/// Settings that do not depend on the machine.
///
/// `wal_level = minimal` lets a table that is created and filled in one transaction skip the log.
/// `synchronous_commit = off` may lose the last commits when the machine or the server is killed, never consistency;
/// what ends a run is committed for good, and all that was committed before it.
/// `max_locks_per_transaction`: what is published at once is locked at once, a view with five locks.
/// `search_path`: what users make without naming a schema must not land in hcw's own, which is named as their role is.
const FIXED: &str = "\
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
max_locks_per_transaction = 512
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 256MB
wal_level = minimal
max_wal_senders = 0
max_wal_size = 2GB
checkpoint_timeout = 15min
synchronous_commit = off
random_page_cost = 1.1
search_path = 'public'
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'iso, mdy'
default_text_search_config = 'pg_catalog.english'
lc_messages = 'C'
password_encryption = 'scram-sha-256'
log_destination = 'stderr'
logging_collector = off
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_statement = 'none'
log_checkpoints = off
log_autovacuum_min_duration = -1
cluster_name = 'hcw'
";

/// Writes the three configuration files.
pub(super) fn write(cluster: &Cluster, account: Account, owner: u32) -> io::Result<()> {
    let view = cluster.server_view();
    let path = |name: &str| quoted(&view.join(name).display().to_string());
    let mut text =
        format!("# Written by hcw at every start; use ALTER SYSTEM to change a setting.\n{FIXED}");
    text.push_str(&format!(
        "hba_file = {}\nident_file = {}\n",
        path("pg_hba.conf"),
        path("pg_ident.conf"),
    ));
    if is_shared_memory_small() {
        text.push_str("dynamic_shared_memory_type = mmap\n");
    }
    if fsync_is_off() {
        text.push_str("fsync = off\nfull_page_writes = off\n");
    }
    let names = account.peer_names(owner);
    // An owner without a name cannot be matched; the socket's folder still is the owner's alone.
    let owner_rule = if names.is_empty() {
        "trust"
    } else {
        "peer map=hcw"
    };
    let authentication = format!(
        "# The owner of the project is the superuser; other roles need a password.\n\
         local all {NAME} {owner_rule}\nlocal all all scram-sha-256\n"
    );
    let map: String = names
        .iter()
        .map(|name| format!("hcw \"{}\" {NAME}\n", name.replace('"', "\"\"")))
        .collect();
    replace(&cluster.folder, "postgresql.conf", &text)?;
    replace(&cluster.folder, "pg_hba.conf", &authentication)?;
    replace(&cluster.folder, "pg_ident.conf", &map)
}

/// Where the server makes its socket, as the server names it.
pub(super) fn socket_folder(cluster: &Cluster) -> Result<PathBuf, Diagnostic> {
    if cfg!(target_os = "linux") {
        Ok(cluster.server_view().join("run"))
    } else {
        cluster.client_folder().map(PathBuf::from)
    }
}

/// Whether `HCW_PG_FSYNC=off` asks for speed without safety, for tests that throw the cluster away.
pub(super) fn fsync_is_off() -> bool {
    std::env::var("HCW_PG_FSYNC").is_ok_and(|value| value == "off")
}

/// Containers often have 64 MB of `/dev/shm`, which parallel queries overrun.
fn is_shared_memory_small() -> bool {
    rustix::fs::statvfs("/dev/shm")
        .is_ok_and(|volume| volume.f_blocks.saturating_mul(volume.f_frsize) < 512 << 20)
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// Replaces a file as a whole, so that no reader sees half of it and no link is followed.
fn replace(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    let fresh = folder.join(format!("{name}.new"));
    match std::fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&fresh)?;
    // Whatever the umask: the server's account may be another one. There is no secret in the files.
    file.set_permissions(std::fs::Permissions::from_mode(0o644))?;
    file.write_all(text.as_bytes())?;
    std::fs::rename(fresh, folder.join(name))
}
