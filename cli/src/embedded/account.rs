//! The account that the server runs as. PostgreSQL refuses root, so root steps down.

use std::ffi::OsStr;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use hcw_core::diagnostic::{Code, Diagnostic};

/// Who runs the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Account {
    /// The caller.
    Caller,
    /// Another user; the caller is root.
    Other {
        /// User id.
        uid: u32,
        /// Group id.
        gid: u32,
    },
    /// The caller is root but cannot become anyone else (a container with one user id): a user
    /// namespace shows it to the server as `nobody`.
    Namespace,
}

/// The user id in a user namespace; `nobody` everywhere.
const NAMESPACE_USER: u32 = 65534;

/// Starts a program with the file on its standard input also open as descriptor 3, and nothing on 0.
const PASS_DESCRIPTOR: &str = "exec \"$0\" \"$@\" 3<&0 </dev/null";

impl Account {
    /// The account of existing data: its owner.
    ///
    /// **Errors**: HCW1005 when that is neither the caller nor, for root, someone to become.
    pub(super) fn of_data(data: &Path) -> Result<Account, Diagnostic> {
        let metadata = std::fs::metadata(data).map_err(|error| super::unwritable(data, &error))?;
        let caller = caller_uid();
        match metadata.uid() {
            0 if caller == 0 => Ok(Account::Namespace),
            owner if owner == caller => Ok(Account::Caller),
            owner if caller == 0 => Ok(Account::Other {
                uid: owner,
                gid: metadata.gid(),
            }),
            owner => Err(foreign(data, owner)),
        }
    }

    /// The account for a new cluster.
    pub(super) fn of_new_cluster() -> Account {
        if caller_uid() != 0 {
            return Account::Caller;
        }
        ["postgres", "nobody"]
            .into_iter()
            .filter_map(find_user)
            .map(|(uid, gid)| Account::Other { uid, gid })
            .find(|account| account.works())
            .unwrap_or(Account::Namespace)
    }

    /// A command of this account. Its standard input must be the file that becomes descriptor 3.
    pub(super) fn command(self, program: &Path) -> Command {
        let unnamed = self == Account::Caller && user_name(caller_uid()).is_none();
        let mut command = if self == Account::Namespace || unnamed {
            // initdb and postgres insist on a user that the system can name.
            let mut command = Command::new("unshare");
            command
                .arg("--user")
                .arg(format!("--map-user={NAMESPACE_USER}"))
                .arg(format!("--map-group={NAMESPACE_USER}"))
                .args(["sh", "-c", PASS_DESCRIPTOR]);
            command
        } else {
            let mut command = Command::new("sh");
            command.args(["-c", PASS_DESCRIPTOR]);
            command
        };
        command.arg(program).current_dir("/");
        if let Account::Other { uid, gid } = self {
            // The standard library also drops root's supplementary groups.
            command.uid(uid).gid(gid).env("HOME", "/");
        }
        // What would change initdb or the server behind our back.
        for variable in [
            "PGDATA",
            "PGPORT",
            "PGHOST",
            "PGOPTIONS",
            "PGTZ",
            "PGCLIENTENCODING",
        ] {
            command.env_remove(variable);
        }
        command.env("LC_ALL", "C").env("TZ", "UTC");
        command
    }

    /// The names that `peer` authentication sees for those who may be the superuser `hcw`: the
    /// cluster's owner and root. Empty when the owner has no name.
    pub(super) fn peer_names(self, owner: u32) -> Vec<String> {
        if self == Account::Namespace {
            return vec![user_name(NAMESPACE_USER).unwrap_or_else(|| "nobody".to_owned())];
        }
        let Some(name) = user_name(owner) else {
            return Vec::new();
        };
        let mut names = vec![name];
        if owner != 0 {
            names.extend(user_name(0));
        }
        names
    }

    fn works(self) -> bool {
        self.command(Path::new("true"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }
}

/// The effective user of this process.
pub(super) fn caller_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// The name of a user id, by the system's own lookup.
pub(super) fn user_name(uid: u32) -> Option<String> {
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let wanted = uid.to_string();
    let local = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == wanted).then(|| name.to_owned())
    });
    local.or_else(|| {
        // Directory services are not in the file; `id` asks them.
        let output = Command::new("id")
            .args([OsStr::new("-un"), OsStr::new(&wanted)])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()?;
        let name = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        (output.status.success() && !name.is_empty()).then_some(name)
    })
}

fn find_user(name: &str) -> Option<(u32, u32)> {
    let passwd = std::fs::read_to_string("/etc/passwd").ok()?;
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        (uid != 0).then_some((uid, gid))
    })
}

/// The cluster is someone else's.
pub(super) fn foreign(path: &Path, owner: u32) -> Diagnostic {
    let name = user_name(owner).unwrap_or_else(|| format!("user id {owner}"));
    Diagnostic::error(
        Code::ClusterOwner,
        format!(
            "the embedded cluster `{}` belongs to `{name}`",
            path.display()
        ),
    )
    .help(format!(
        "run hcw as the user that made it, or remove the folder as `{name}` and build again"
    ))
}
