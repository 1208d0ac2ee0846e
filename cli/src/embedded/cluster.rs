//! Where a cluster's files are, and which cluster a project uses.
//!
//! ```text
//! .hcw/pg15/           descriptor 3 of the server; locked while the server lives
//!   data/              PGDATA
//!   run/               the socket
//!   postgresql.conf  pg_hba.conf  pg_ident.conf     written at every start
//!   server.log  control.lock  supervisor.lock
//! ```

use std::fs::{DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::target::{Connection, SslMode};
use sha2::{Digest, Sha256};

use super::account::caller_uid;
use super::programs::{self, Programs};
use super::{locks, unwritable};

/// The port, which only names the socket's file.
pub(super) const PORT: u16 = 5432;
/// Superuser and database.
pub(crate) const NAME: &str = "hcw";
/// A socket's path must be shorter than this (107 on Linux, 103 on macOS).
const SOCKET_PATH_LIMIT: usize = 103;

/// One cluster's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cluster {
    pub(super) folder: PathBuf,
    pub(super) major: u32,
}

/// The cluster to use, with the programs that were found on the way.
pub(super) struct Selected {
    pub(super) cluster: Cluster,
    pub(super) programs: Option<Programs>,
}

impl Cluster {
    pub(super) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub(super) fn run(&self) -> PathBuf {
        self.folder.join("run")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    pub(super) fn control_lock(&self) -> PathBuf {
        self.folder.join("control.lock")
    }

    pub(super) fn supervisor_lock(&self) -> PathBuf {
        self.folder.join("supervisor.lock")
    }

    /// All clusters of a project, newest first.
    pub(super) fn all(project_dir: &Path) -> Result<Vec<Cluster>, Diagnostic> {
        let home = home(project_dir)?;
        let entries = match std::fs::read_dir(&home) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unwritable(&home, &error)),
        };
        let mut clusters: Vec<Cluster> = entries
            .flatten()
            .filter_map(|entry| {
                let major = entry
                    .file_name()
                    .to_str()?
                    .strip_prefix("pg")?
                    .parse()
                    .ok()?;
                let folder = entry.path();
                folder.is_dir().then_some(Cluster { folder, major })
            })
            .collect();
        clusters.sort_by_key(|cluster| std::cmp::Reverse(cluster.major));
        Ok(clusters)
    }

    /// Makes the folder. Root's is open for the server's account to pass through.
    pub(super) fn create(&self) -> Result<(), Diagnostic> {
        let mode = if caller_uid() == 0 { 0o711 } else { 0o700 };
        if let Some(home) = self.folder.parent() {
            std::fs::create_dir_all(home).map_err(|error| unwritable(home, &error))?;
        }
        match DirBuilder::new().mode(mode).create(&self.folder) {
            // Whatever the umask.
            Ok(()) => std::fs::set_permissions(&self.folder, Permissions::from_mode(mode))
                .map_err(|error| unwritable(&self.folder, &error)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(unwritable(&self.folder, &error)),
        }
    }

    /// Opens the folder: the descriptor that the server gets, and whose lock says that it lives.
    pub(super) fn open(&self) -> Result<File, Diagnostic> {
        File::open(&self.folder).map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => match std::fs::metadata(&self.folder) {
                Ok(metadata) => super::account::foreign(&self.folder, metadata.uid()),
                Err(_) => unwritable(&self.folder, &error),
            },
            _ => unwritable(&self.folder, &error),
        })
    }

    /// Whether a server (or an initdb) holds the cluster.
    pub(super) fn is_held(&self) -> Result<bool, Diagnostic> {
        let folder = self.open()?;
        let free = locks::try_lock(&folder).map_err(|error| unwritable(&self.folder, &error))?;
        Ok(!free)
    }

    /// How the server sees the folder: through descriptor 3 where the system can do that.
    pub(super) fn server_view(&self) -> PathBuf {
        if cfg!(target_os = "linux") {
            PathBuf::from("/proc/self/fd/3")
        } else {
            self.folder.clone()
        }
    }

    /// The process id in the server's pid file.
    pub(super) fn pid(&self) -> Option<u32> {
        let text = std::fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }

    /// How to connect, whether or not the server runs.
    ///
    /// **Errors**: HCW0003 when a short way to a deep socket cannot be made.
    pub(super) fn connection(&self, dbname: &str) -> Result<Connection, Diagnostic> {
        Ok(Connection {
            host: self.client_folder()?,
            port: PORT,
            user: NAME.to_owned(),
            password: None,
            dbname: dbname.to_owned(),
            sslmode: Some(SslMode::Disable),
            sslrootcert: None,
            sslcert: None,
            sslkey: None,
            connect_timeout_seconds: 10,
            retries: 1,
            keepalives_idle_seconds: 0,
            role: None,
            search_path: None,
        })
    }

    /// The socket's folder as clients name it: itself, or a short private link when its path is
    /// longer than a socket's may be.
    pub(super) fn client_folder(&self) -> Result<String, Diagnostic> {
        let run = self.run();
        let socket_name = format!("/.s.PGSQL.{PORT}");
        if let Some(text) = run.to_str()
            && text.len() + socket_name.len() <= SOCKET_PATH_LIMIT
        {
            return Ok(text.to_owned());
        }
        let link = short_link(&run)?;
        link.to_str()
            .map(str::to_owned)
            .ok_or_else(|| unwritable(&link, &io::Error::other("the path is not UTF-8")))
    }
}

/// Keeps a symbolic link to a folder in a private folder with a short path.
fn short_link(target: &Path) -> Result<PathBuf, Diagnostic> {
    let base = std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|base| base.is_dir() && base.as_os_str().len() < 40)
        .unwrap_or_else(|| PathBuf::from("/tmp"));
    let folder = base.join(format!("hcw-{}", caller_uid()));
    let failed = |error: io::Error| unwritable(&folder, &error);
    match DirBuilder::new().mode(0o700).create(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
        _ => {}
    }
    // In a folder that all may write to, someone else may have been first.
    let metadata = std::fs::symlink_metadata(&folder).map_err(failed)?;
    if !metadata.is_dir()
        || metadata.uid() != caller_uid()
        || metadata.permissions().mode() & 0o077 != 0
    {
        return Err(failed(io::Error::other(
            "it is not a private folder of this user",
        )));
    }
    let digest = Sha256::digest(target.as_os_str().as_encoded_bytes());
    let name = base16ct::lower::encode_string(&digest[..8]);
    let link = folder.join(name);
    if std::fs::read_link(&link).is_ok_and(|existing| existing == target) {
        return Ok(link);
    }
    // Another hcw may do the same at the same moment: the rename makes either one's link valid.
    let fresh = folder.join(format!("new-{}", std::process::id()));
    let _absent = std::fs::remove_file(&fresh);
    std::os::unix::fs::symlink(target, &fresh).map_err(failed)?;
    std::fs::rename(&fresh, &link).map_err(failed)?;
    Ok(link)
}

fn home(project_dir: &Path) -> Result<PathBuf, Diagnostic> {
    let project = std::fs::canonicalize(project_dir).map_err(|error| {
        Diagnostic::error(
            Code::FileUnreadable,
            format!("`{}` cannot be read: {error}", project_dir.display()),
        )
    })?;
    Ok(project.join(".hcw"))
}

/// The cluster to look at: the named version's, else a running one, else the newest.
pub(super) fn existing(project_dir: &Path) -> Result<Option<Cluster>, Diagnostic> {
    let clusters = Cluster::all(project_dir)?;
    if let Some(named) = programs::named()? {
        return Ok(clusters
            .into_iter()
            .find(|cluster| cluster.major == named.major));
    }
    for cluster in &clusters {
        if cluster.is_held()? {
            return Ok(Some(cluster.clone()));
        }
    }
    Ok(clusters.into_iter().find(|cluster| cluster.data().is_dir()))
}

/// The cluster to run: `$HCW_PG_BIN` decides; else an existing one keeps its version; else the newest
/// server that is installed.
///
/// **Errors**: HCW1001 (no server), HCW1004 (the cluster's version is not installed any more).
pub(super) fn select(project_dir: &Path) -> Result<Selected, Diagnostic> {
    let home = home(project_dir)?;
    let beside = |programs: Programs| Selected {
        cluster: Cluster {
            folder: home.join(format!("pg{}", programs.major)),
            major: programs.major,
        },
        programs: Some(programs),
    };
    if let Some(programs) = programs::named()? {
        return Ok(beside(programs));
    }
    let Some(cluster) = existing(project_dir)? else {
        return match programs::installed().into_iter().next() {
            Some(programs) => Ok(beside(programs)),
            None => Err(programs::missing()),
        };
    };
    if cluster.is_held()? {
        return Ok(Selected {
            cluster,
            programs: None,
        });
    }
    let installed = programs::installed();
    let found = installed
        .iter()
        .find(|programs| programs.major == cluster.major);
    match (found, installed.first()) {
        (Some(programs), _) => Ok(Selected { cluster, programs: Some(programs.clone()) }),
        (None, None) => Err(programs::missing()),
        (None, Some(other)) => Err(Diagnostic::error(
            Code::ClusterVersion,
            format!(
                "the project's data was made by PostgreSQL {}, which is not installed any more",
                cluster.major
            ),
        )
        .note(format!("PostgreSQL {} is at `{}`", other.major, other.bin.display()))
        .note(format!("the data is in `{}`", cluster.folder.display()))
        .help(format!(
            "install PostgreSQL {}; or set HCW_PG_BIN={} to start a new cluster beside the old one and build again",
            cluster.major,
            other.bin.display()
        ))),
    }
}
