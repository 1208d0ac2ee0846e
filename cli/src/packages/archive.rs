//! Packages in archives (`.tar.gz`), unpacked within one folder and never outside of it.

use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use hcw_core::diagnostic::{Code, Diagnostic};

/// Unpacks an archive into a new folder; the one folder at its top comes back.
///
/// **Errors**: HCW0118 for what is no archive, HCW0116 for one that holds more than one folder.
pub(super) fn unpack(
    archive: impl Read,
    folder: &Path,
    shown: &str,
) -> Result<PathBuf, Diagnostic> {
    let failed = |reason: String| {
        Diagnostic::error(
            Code::PackageFetch,
            format!("the archive `{shown}` cannot be unpacked: {reason}"),
        )
    };
    let mut archive = tar::Archive::new(GzDecoder::new(archive));
    archive.set_preserve_mtime(false);
    std::fs::create_dir_all(folder)
        .and_then(|()| archive.unpack(folder))
        .map_err(|error| failed(error.to_string()))?;
    let entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(|error| failed(error.to_string()))?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    match <[PathBuf; 1]>::try_from(entries) {
        Ok([top]) => Ok(top),
        Err(_) => Err(Diagnostic::error(
            Code::PackagesInvalid,
            format!("the archive `{shown}` must hold exactly one folder with the package in it"),
        )),
    }
}
