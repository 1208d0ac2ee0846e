//! Fetches each package once, into a folder of downloads, and puts it where it is installed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hcw_core::dependencies::{HubVersion, Metadata, Origin, Pinned, PinnedPackage};
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::profile::SecretRenderer;

use super::hub::Web;
use super::{archive, git};
use crate::project_fs;
use crate::report::Reporter;

/// Fetches packages for one run of `hcw deps`.
pub(crate) struct Fetcher<'run> {
    project_dir: &'run Path,
    renderer: &'run SecretRenderer,
    reporter: &'run Reporter,
    web: Web,
    downloads: Downloads,
    index: Option<BTreeSet<String>>,
    versions: BTreeMap<String, BTreeMap<String, HubVersion>>,
    /// Where what was fetched lies, with the commit of a repository.
    fetched: BTreeMap<String, (PathBuf, String)>,
}

impl<'run> Fetcher<'run> {
    pub(crate) fn new(
        project_dir: &'run Path,
        environment: &BTreeMap<String, String>,
        renderer: &'run SecretRenderer,
        reporter: &'run Reporter,
    ) -> Fetcher<'run> {
        Fetcher {
            project_dir,
            renderer,
            reporter,
            web: Web::new(environment),
            downloads: Downloads::new(environment),
            index: None,
            versions: BTreeMap::new(),
            fetched: BTreeMap::new(),
        }
    }

    /// Fetches a package, unless that was done; its folder comes back.
    pub(crate) fn folder(&mut self, package: &mut PinnedPackage) -> Result<PathBuf, Diagnostic> {
        match package {
            PinnedPackage::Local { path } => Ok(self.project_dir.join(path)),
            PinnedPackage::Git {
                url,
                written_url,
                revision,
                subdirectory,
                warns_unpinned,
            } => {
                let key = format!("{url}@{revision}");
                if !self.fetched.contains_key(&key) {
                    if *warns_unpinned {
                        self.warn_unpinned(written_url, revision)?;
                    }
                    let folder = self.downloads.next();
                    let commit = git::check_out(url, revision, &folder)?;
                    let _kept = fs::remove_dir_all(folder.join(".git"));
                    let at_commit = format!("{url}@{commit}");
                    self.fetched
                        .insert(at_commit, (folder.clone(), commit.clone()));
                    self.fetched.insert(key.clone(), (folder, commit));
                }
                let (folder, commit) = &self.fetched[&key];
                revision.clone_from(commit);
                match subdirectory {
                    None => Ok(folder.clone()),
                    Some(path) => within(folder, path),
                }
            }
            PinnedPackage::Hub { tarball: url, .. } | PinnedPackage::Tarball { url, .. } => {
                if let Some((folder, _)) = self.fetched.get(url) {
                    return Ok(folder.clone());
                }
                let body = self.web.get(url)?;
                let folder = archive::unpack(body, &self.downloads.next(), url)?;
                self.fetched
                    .insert(url.clone(), (folder.clone(), String::new()));
                Ok(folder)
            }
        }
    }

    /// Puts a fetched package below the install path.
    pub(crate) fn install(&mut self, pinned: &mut Pinned, target: &Path) -> Result<(), Diagnostic> {
        let folder = self.folder(&mut pinned.package)?;
        let place = target.join(&pinned.name);
        let is_local = matches!(pinned.package, PinnedPackage::Local { .. });
        let placed = if is_local {
            link(&folder, &place)
        } else {
            fs::rename(&folder, &place).or_else(|_| copy(&folder, &place))
        };
        placed.map_err(|error| {
            Diagnostic::error(
                Code::FileUnwritable,
                format!("cannot write `{}`: {error}", place.display()),
            )
        })
    }

    fn warn_unpinned(&self, url: &str, revision: &str) -> Result<(), Diagnostic> {
        let what = match revision {
            "HEAD" => "is not pinned, using HEAD (default branch)".to_owned(),
            "main" | "master" => format!("is pinned to the \"{revision}\" branch"),
            _ => return Ok(()),
        };
        let warning = Diagnostic::warning(
            Code::PackageVersion,
            format!("The git package \"{url}\" {what}"),
        )
        .note("This can introduce breaking changes into your project without warning!")
        .help("name a tag or a commit with `revision`, or set `warn-unpinned: false`");
        self.admit(warning.named("DepsUnpinned"))
    }

    /// A warning as the user wants it.
    fn admit(&self, warning: Diagnostic) -> Result<(), Diagnostic> {
        let admitted = self.reporter.admit(vec![warning]);
        admitted.map_err(|mut problems| problems.remove(0))
    }
}

impl Origin for Fetcher<'_> {
    fn index(&mut self) -> Result<BTreeSet<String>, Diagnostic> {
        if self.index.is_none() {
            self.index = Some(self.web.index()?);
        }
        Ok(self.index.clone().unwrap_or_default())
    }

    fn versions(&mut self, package: &str) -> Result<BTreeMap<String, HubVersion>, Diagnostic> {
        if let Some(versions) = self.versions.get(package) {
            return Ok(versions.clone());
        }
        let (versions, redirect) = self.web.versions(package)?;
        if let Some(new) = redirect {
            let warning = Diagnostic::warning(
                Code::Deprecated,
                format!("The `{package}` package is deprecated in favor of `{new}`"),
            )
            .help(format!("name `{new}` in packages.yml"));
            self.admit(warning.named("PackageRedirectDeprecation"))?;
        }
        self.versions.insert(package.to_owned(), versions.clone());
        Ok(versions)
    }

    fn metadata(&mut self, package: &mut PinnedPackage) -> Result<Metadata, Diagnostic> {
        let folder = self.folder(package)?;
        let tree = project_fs::load_package_files(&folder).map_err(|problems| {
            problems.into_iter().next().unwrap_or_else(|| {
                Diagnostic::error(Code::PackagesInvalid, "the package cannot be read")
            })
        })?;
        Metadata::read(&tree, self.renderer).map_err(|problem| {
            if let PinnedPackage::Local { path } = package {
                problem.note(format!("the package is the folder `{path}`"))
            } else {
                problem
            }
        })
    }
}

/// A folder within a repository, which must not lead out of it.
fn within(folder: &Path, path: &str) -> Result<PathBuf, Diagnostic> {
    let inside = Path::new(path).components().all(|part| {
        matches!(
            part,
            std::path::Component::Normal(_) | std::path::Component::CurDir
        )
    });
    let found = folder.join(path);
    if inside && found.is_dir() {
        Ok(found)
    } else {
        Err(Diagnostic::error(
            Code::PackagesInvalid,
            format!("the repository has no folder `{path}`"),
        ))
    }
}

/// A link where the system has them, else a copy, as dbt installs local packages.
fn link(folder: &Path, place: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let target = fs::canonicalize(folder)?;
        if std::os::unix::fs::symlink(target, place).is_ok() {
            return Ok(());
        }
    }
    copy(folder, place)
}

fn copy(folder: &Path, place: &Path) -> io::Result<()> {
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry?;
        let path = entry.path();
        let target = place.join(path.strip_prefix(folder).unwrap_or(path));
        if entry.file_type().is_dir() {
            fs::create_dir_all(target)?;
        } else {
            fs::copy(path, target)?;
        }
    }
    Ok(())
}

/// A folder for what is fetched: of this run, or the one that `DBT_DOWNLOADS_DIR` names.
struct Downloads {
    folder: PathBuf,
    is_ours: bool,
    count: usize,
}

impl Downloads {
    fn new(environment: &BTreeMap<String, String>) -> Downloads {
        let run = format!("hcw-downloads-{}", uuid::Uuid::new_v4());
        match environment.get("DBT_DOWNLOADS_DIR") {
            Some(folder) => Downloads {
                folder: Path::new(folder).join(run),
                is_ours: false,
                count: 0,
            },
            None => Downloads {
                folder: std::env::temp_dir().join(run),
                is_ours: true,
                count: 0,
            },
        }
    }

    fn next(&mut self) -> PathBuf {
        self.count += 1;
        self.folder.join(self.count.to_string())
    }
}

impl Drop for Downloads {
    fn drop(&mut self) {
        if self.is_ours {
            // nothing is left to do about a folder that cannot be removed
            let _left = fs::remove_dir_all(&self.folder);
        }
    }
}
