//! The locks of a cluster: one that serialises hcw's own calls, one that lives as long as the server.
//! Both are advisory locks of open files, which the system drops when the last holder ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::Path;
use std::time::{Duration, Instant};

use hcw_core::diagnostic::{Code, Diagnostic};

use super::account::caller_uid;

/// How long one hcw waits for another that starts or stops the server.
const PATIENCE: Duration = Duration::from_secs(180);

/// Opens a file of the cluster for appending: private, never through a symbolic link, and owned as
/// its folder is, so that root leaves nothing behind that the cluster's owner cannot use.
pub(super) fn open_private(path: &Path) -> io::Result<File> {
    let flags = rustix::fs::OFlags::NOFOLLOW.bits();
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .custom_flags(i32::try_from(flags).unwrap_or_default())
        .open(path)?;
    if caller_uid() == 0
        && let Some(folder) = path.parent()
    {
        let owner = std::fs::metadata(folder)?;
        if file.metadata()?.uid() != owner.uid() {
            fchown(&file, Some(owner.uid()), Some(owner.gid()))?;
        }
    }
    Ok(file)
}

/// Takes a lock if it is free.
pub(super) fn try_lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Waits for the cluster's control lock.
///
/// **Errors**: HCW0607 after three minutes, HCW0003.
pub(super) async fn control(path: &Path) -> Result<File, Diagnostic> {
    let file = open_private(path).map_err(|error| super::unwritable(path, &error))?;
    let started = Instant::now();
    loop {
        if try_lock(&file).map_err(|error| super::unwritable(path, &error))? {
            return Ok(file);
        }
        if started.elapsed() > PATIENCE {
            return Err(Diagnostic::error(
                Code::Locked,
                "another hcw has been starting or stopping the embedded server for minutes",
            )
            .note(format!("it holds `{}`", path.display()))
            .help("look for a hanging `hcw` or `initdb` process and end it"));
        }
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
}
