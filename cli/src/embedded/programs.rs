//! Finds the server programs of this machine. Nothing is downloaded.
//!
//! `$HCW_PG_BIN` decides alone when it is set. Else: `pg_config`, the folders of Debian, of the
//! PostgreSQL RPMs and of Homebrew, Postgres.app, and the search path; the newest supported wins.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hcw_core::diagnostic::{Code, Diagnostic};

/// Major versions that hcw works with.
pub(super) const SUPPORTED: std::ops::RangeInclusive<u32> = 13..=18;

/// Folders with one server per entry: the part before the version, the part after it.
const VERSIONED: [(&str, &str, &str); 6] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// The programs of one server version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Programs {
    /// The folder with `postgres` and `initdb`.
    pub(super) bin: PathBuf,
    /// Major version.
    pub(super) major: u32,
}

/// The programs that `$HCW_PG_BIN` names, if it is set.
///
/// **Errors**: HCW1001 when the folder holds no server of a supported version.
pub(super) fn named() -> Result<Option<Programs>, Diagnostic> {
    let Some(bin) = std::env::var_os("HCW_PG_BIN").filter(|bin| !bin.is_empty()) else {
        return Ok(None);
    };
    let bin = PathBuf::from(bin);
    let wrong = |reason: String| {
        Diagnostic::error(
            Code::ServerNotFound,
            format!("HCW_PG_BIN is `{}`: {reason}", bin.display()),
        )
        .help("HCW_PG_BIN is the folder with `postgres` and `initdb`, for example /usr/lib/postgresql/15/bin")
    };
    match programs_in(&bin) {
        Some(programs) if SUPPORTED.contains(&programs.major) => Ok(Some(programs)),
        Some(programs) => Err(wrong(format!(
            "PostgreSQL {} is there, hcw supports {} to {}",
            programs.major,
            SUPPORTED.start(),
            SUPPORTED.end()
        ))),
        None => Err(wrong(
            "no `postgres` and `initdb` that run are there".to_owned(),
        )),
    }
}

/// All supported servers that are installed, newest first.
pub(super) fn installed() -> Vec<Programs> {
    let mut seen = BTreeSet::new();
    let mut found: Vec<Programs> = candidates()
        .into_iter()
        .filter_map(|bin| std::fs::canonicalize(bin).ok())
        .filter(|bin| seen.insert(bin.clone()))
        .filter_map(|bin| programs_in(&bin))
        .filter(|programs| SUPPORTED.contains(&programs.major))
        .collect();
    found.sort_by_key(|programs| std::cmp::Reverse(programs.major));
    found
}

/// The installed programs of one major version.
pub(super) fn of_major(major: u32) -> Option<Programs> {
    installed()
        .into_iter()
        .find(|programs| programs.major == major)
}

/// No server is installed.
pub(super) fn missing() -> Diagnostic {
    Diagnostic::error(
        Code::ServerNotFound,
        "no PostgreSQL server is installed on this machine",
    )
    .note("looked for `postgres` and `initdb` by HCW_PG_BIN, pg_config, /usr/lib/postgresql, /usr/pgsql-*, Homebrew and PATH")
    .note("Debian, Ubuntu: sudo apt-get install postgresql")
    .note("Fedora, RHEL: sudo dnf install postgresql-server")
    .note("macOS: brew install postgresql@17")
    .help("install one of these, set HCW_PG_BIN to its bin folder, or name a server in profiles.yml or DATABASE_URL")
}

fn candidates() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    folders.extend(pg_config_bin());
    for (parent, prefix, tail) in VERSIONED {
        let Ok(entries) = std::fs::read_dir(parent) else {
            continue;
        };
        folders.extend(
            entries
                .flatten()
                .filter(|entry| {
                    let name = entry.file_name();
                    name.to_str()
                        .and_then(|name| name.strip_prefix(prefix))
                        .is_some_and(|version| {
                            version.starts_with(|first: char| first.is_ascii_digit())
                        })
                })
                .map(|entry| entry.path().join(tail)),
        );
    }
    if let Some(path) = std::env::var_os("PATH") {
        folders.extend(std::env::split_paths(&path));
    }
    folders.push(PathBuf::from("/usr/local/pgsql/bin"));
    folders
}

fn pg_config_bin() -> Option<PathBuf> {
    let output = Command::new("pg_config")
        .arg("--bindir")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(text.trim())).filter(|bin| bin.is_absolute())
}

fn programs_in(bin: &Path) -> Option<Programs> {
    // A client-only installation has pg_config and psql, but neither of these.
    if !bin.join("initdb").is_file() || !bin.join("postgres").is_file() {
        return None;
    }
    let output = Command::new(bin.join("postgres"))
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(Programs {
        bin: bin.to_owned(),
        major: major_of(&text)?,
    })
}

/// The major version in `postgres (PostgreSQL) 15.20 (Debian …)`.
fn major_of(text: &str) -> Option<u32> {
    let (_, version) = text.split_once("(PostgreSQL) ")?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major_of;

    #[test]
    fn versions_of_releases_and_of_betas() {
        assert_eq!(
            major_of("postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)"),
            Some(15)
        );
        assert_eq!(major_of("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major_of("something else"), None);
    }
}
