//! Makes a new cluster: initdb into a folder beside, then one rename, so that a half-made cluster is
//! never taken for one. The initdb process holds the cluster's lock, even when hcw is killed.

use std::fs::{DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, chown};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use hcw_core::diagnostic::{Code, Diagnostic};

use super::account::Account;
use super::cluster::{Cluster, NAME};
use super::programs::Programs;
use super::{settings, unwritable};

/// Prefix of folders that initdb works in.
const UNFINISHED: &str = "data.new-";

/// Runs initdb; the caller holds the cluster's lock by `folder`.
///
/// **Errors**: HCW1003 with initdb's last lines, HCW0003.
pub(super) async fn initialize(
    cluster: &Cluster,
    programs: &Programs,
    folder: &File,
) -> Result<Account, Diagnostic> {
    remove_unfinished(cluster)?;
    let account = Account::of_new_cluster();
    let name = format!("{UNFINISHED}{}", std::process::id());
    let unfinished = cluster.folder.join(&name);
    make_private_folder(&unfinished, account)?;
    let mut last = None;
    for locale in locales(programs.major) {
        let mut command = initdb(cluster, programs, account, &name);
        command.args(locale).stdin(inherited(cluster, folder)?);
        let output = run(command).await.map_err(|error| {
            failure(&format!(
                "`{}` does not run: {error}",
                programs.bin.display()
            ))
        })?;
        if output.status.success() {
            let data = cluster.data();
            std::fs::rename(&unfinished, &data).map_err(|error| unwritable(&data, &error))?;
            return Ok(account);
        }
        let about_locale = String::from_utf8_lossy(&output.stderr).contains("locale");
        last = Some(output);
        if !about_locale {
            break;
        }
    }
    let _kept = std::fs::remove_dir_all(&unfinished);
    Err(explain(last))
}

/// Removes what earlier, killed calls left; the lock says that none is at work.
fn remove_unfinished(cluster: &Cluster) -> Result<(), Diagnostic> {
    let entries =
        std::fs::read_dir(&cluster.folder).map_err(|error| unwritable(&cluster.folder, &error))?;
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            let path = entry.path();
            std::fs::remove_dir_all(&path).map_err(|error| unwritable(&path, &error))?;
        }
    }
    Ok(())
}

/// Makes a folder that only the server's account may enter, if it is not there.
pub(super) fn make_private_folder(path: &Path, account: Account) -> Result<(), Diagnostic> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(unwritable(path, &error)),
    }
    match account {
        Account::Other { uid, gid } => {
            chown(path, Some(uid), Some(gid)).map_err(|error| unwritable(path, &error))
        }
        Account::Caller | Account::Namespace => Ok(()),
    }
}

/// The cluster's folder as a standard input, with its lock.
pub(super) fn inherited(cluster: &Cluster, folder: &File) -> Result<Stdio, Diagnostic> {
    let copy = folder
        .try_clone()
        .map_err(|error| unwritable(&cluster.folder, &error))?;
    Ok(Stdio::from(copy))
}

fn initdb(cluster: &Cluster, programs: &Programs, account: Account, name: &str) -> Command {
    let mut command = account.command(&programs.bin.join("initdb"));
    command
        .arg("--pgdata")
        .arg(cluster.server_view().join(name))
        .args(["--username", NAME, "--encoding=UTF8", "--data-checksums"])
        // hcw writes pg_hba.conf; these only silence initdb's warning about `trust`.
        .args(["--auth-local=peer", "--auth-host=reject"]);
    if settings::fsync_is_off() {
        command.arg("--no-sync");
    }
    command
}

/// Locales to try: byte order everywhere, so that sorting is the same on every machine, and
/// Unicode's letters for `upper` and `lower` where the system has them.
fn locales(major: u32) -> Vec<Vec<&'static str>> {
    if major >= 17 {
        return vec![vec![
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        ]];
    }
    [
        "--lc-ctype=C.UTF-8",
        "--lc-ctype=en_US.UTF-8",
        "--lc-ctype=C",
    ]
    .into_iter()
    .map(|letters| vec!["--locale=C", letters])
    .collect()
}

async fn run(mut command: Command) -> std::io::Result<Output> {
    tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap_or_else(|error| Err(std::io::Error::other(error)))
}

fn failure(message: &str) -> Diagnostic {
    Diagnostic::error(
        Code::ServerInitFailed,
        format!("the embedded cluster cannot be made: {message}"),
    )
}

fn explain(output: Option<Output>) -> Diagnostic {
    let text = output
        .map(|output| String::from_utf8_lossy(&output.stderr).into_owned())
        .unwrap_or_default();
    let full = text.contains("No space left on device");
    let diagnostic = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .rev()
        .take(6)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .fold(failure("initdb fails"), Diagnostic::note);
    if full {
        diagnostic.help(
            "free some disk space (a new cluster takes about 40 MB) and run the command again",
        )
    } else {
        diagnostic.help("HCW_PG_BIN chooses other server programs; profiles.yml or DATABASE_URL name another server")
    }
}
