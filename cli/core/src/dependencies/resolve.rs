//! From what is asked for to one version of each package, those that packages ask for included.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::request::{Hub, Request, Requested, read_requests};
use super::version::{self, Range, Version};
use super::{PACKAGES_FILE, requesting_file};
use crate::diagnostic::{Code, Diagnostic};
use crate::profile::SecretRenderer;
use crate::project::{PROJECT_FILE, VARS_FILE, parse_project_file};
use crate::source::{Location, SourceFile, SourceTree};
use crate::yaml;

/// One version of a package.
#[derive(Debug, Clone)]
pub struct Pinned {
    /// The name of the project in it: its folder below the install path.
    pub name: String,
    /// Which one it is.
    pub package: PinnedPackage,
    /// Where it is asked for first.
    pub location: Location,
}

/// Where one version of a package is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PinnedPackage {
    /// A folder, relative to the root project.
    Local {
        /// The path.
        path: String,
    },
    /// A commit of a repository.
    Git {
        /// The address; may hold secrets.
        url: String,
        /// The address as written.
        written_url: String,
        /// A branch or tag, or the commit once it is known.
        revision: String,
        /// The folder within the repository.
        subdirectory: Option<String>,
        /// Whether a branch that moves is worth a warning.
        warns_unpinned: bool,
    },
    /// A version of the hub.
    Hub {
        /// `namespace/name`.
        package: String,
        /// The version.
        version: String,
        /// The newest version that could be installed.
        latest: String,
        /// The archive's address.
        tarball: String,
    },
    /// An archive.
    Tarball {
        /// The address; may hold secrets.
        url: String,
        /// The address as written.
        written_url: String,
    },
}

/// A version of a package as the hub describes it.
#[derive(Debug, Clone)]
pub struct HubVersion {
    /// The name of the project in it.
    pub name: String,
    /// What it asks for itself.
    pub packages: Vec<Json>,
    /// The versions of dbt that it works with.
    pub require_dbt_version: Vec<String>,
    /// The archive's address.
    pub tarball: String,
}

/// What a package says of itself.
#[derive(Debug, Default)]
pub struct Metadata {
    /// The name of its project.
    pub name: String,
    /// What it asks for.
    pub requests: Vec<Requested>,
}

impl Metadata {
    /// Reads a package's own files: `dbt_project.yml` and what asks for packages.
    ///
    /// **Errors**: HCW0116 for a package without a usable project file.
    pub fn read(tree: &SourceTree, renderer: &SecretRenderer) -> Result<Metadata, Diagnostic> {
        let mut problems = Vec::new();
        let Some(file) = tree.get(PROJECT_FILE) else {
            return Err(Diagnostic::error(
                Code::PackagesInvalid,
                format!("the package has no {PROJECT_FILE}"),
            ));
        };
        let vars_file = tree.get(VARS_FILE);
        let Some(project) =
            parse_project_file(file, vars_file, renderer.templates(), &mut problems)
        else {
            return Err(problems.pop().unwrap_or_else(|| {
                Diagnostic::error(
                    Code::PackagesInvalid,
                    format!("the package's {PROJECT_FILE} cannot be read"),
                )
            }));
        };
        problems.clear();
        let requests = match requesting_file(tree, "", &mut problems) {
            Some((file, node)) => read_requests(file, &node, renderer, &mut problems),
            None => Vec::new(),
        };
        problems.retain(|problem| problem.severity == crate::diagnostic::Severity::Error);
        match problems.into_iter().next() {
            Some(problem) => Err(problem),
            None => Ok(Metadata {
                name: project.name,
                requests,
            }),
        }
    }
}

/// Where packages are fetched from.
pub trait Origin {
    /// The names of all packages of the hub.
    fn index(&mut self) -> Result<BTreeSet<String>, Diagnostic>;
    /// The versions of a hub's package.
    fn versions(&mut self, package: &str) -> Result<BTreeMap<String, HubVersion>, Diagnostic>;
    /// What a folder, a repository or an archive says of itself; a branch becomes its commit.
    fn metadata(&mut self, package: &mut PinnedPackage) -> Result<Metadata, Diagnostic>;
}

/// How versions are chosen.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether versions for other versions of dbt are left out.
    pub checks_version: bool,
}

/// Chooses one version of each package, and of each package that these ask for.
///
/// **Errors**: HCW0117 for versions that exclude each other; HCW0116 for packages that do not exist or share a
/// name; what the origin fails with.
pub fn resolve(
    root: &str,
    requests: Vec<Requested>,
    renderer: &SecretRenderer,
    origin: &mut dyn Origin,
    options: Options,
) -> Result<Vec<Pinned>, Diagnostic> {
    let mut chosen = Listing::default();
    let mut pending = requests;
    while !pending.is_empty() {
        let mut next = Vec::new();
        for requested in pending {
            let Some(merged) = chosen.add(requested)? else {
                // nothing new is asked for: its own packages are known already
                continue;
            };
            let (_, metadata) = pin(merged, renderer, origin, options)?;
            next.extend(metadata.requests);
        }
        pending = next;
    }
    let mut pinned = Vec::new();
    for (_, requested) in &chosen.entries {
        let (found, _) = pin(requested, renderer, origin, options)?;
        pinned.push(found);
    }
    check_names(root, &pinned)?;
    Ok(pinned)
}

/// The packages of a lock file, as they stand there.
pub fn pin_locked(
    root: &str,
    requests: Vec<Requested>,
    renderer: &SecretRenderer,
    origin: &mut dyn Origin,
    options: Options,
) -> Result<Vec<Pinned>, Diagnostic> {
    let mut pinned = Vec::new();
    for requested in &requests {
        pinned.push(pin(requested, renderer, origin, options)?.0);
    }
    check_names(root, &pinned)?;
    Ok(pinned)
}

fn check_names(root: &str, packages: &[Pinned]) -> Result<(), Diagnostic> {
    let mut seen = BTreeSet::new();
    for pinned in packages {
        let message = if pinned.name == root {
            format!(
                "Found a dependency with the same name as the root project \"{root}\". Package names must be unique in a project."
            )
        } else if !seen.insert(pinned.name.as_str()) {
            format!(
                "Found duplicate project \"{}\". This occurs when a dependency has the same project name as some other dependency.",
                pinned.name
            )
        } else {
            continue;
        };
        return Err(Diagnostic::error(Code::PackagesInvalid, message)
            .at(pinned.location.clone())
            .help("please rename one of these packages"));
    }
    Ok(())
}

/// What is asked for, one entry for each package.
#[derive(Debug, Default)]
struct Listing {
    entries: Vec<(Vec<String>, Requested)>,
}

impl Listing {
    /// Adds an entry to what is asked of the same package; `None` when it says nothing new.
    fn add(&mut self, requested: Requested) -> Result<Option<&Requested>, Diagnostic> {
        let keys = keys(&requested.request);
        let known = self
            .entries
            .iter()
            .position(|(present, _)| present.iter().any(|key| keys.contains(key)));
        let Some(position) = known else {
            self.entries.push((keys, requested));
            return Ok(self.entries.last().map(|(_, requested)| requested));
        };
        let (_, present) = &mut self.entries[position];
        let before = present.request.clone();
        match (&mut present.request, &requested.request) {
            (Request::Hub(present), Request::Hub(added)) => {
                let new = added.versions.iter().filter(|added| {
                    !present
                        .versions
                        .iter()
                        .any(|present| present.to_string() == added.to_string())
                });
                let new: Vec<Version> = new.cloned().collect();
                present.versions.extend(new);
            }
            (Request::Git(present), Request::Git(added)) => {
                present.warns_unpinned &= added.warns_unpinned;
                for revision in &added.revisions {
                    if !present.revisions.contains(revision) {
                        present.revisions.push(revision.clone());
                    }
                }
            }
            (Request::Local(_), Request::Local(_)) | (Request::Tarball(_), Request::Tarball(_)) => {
            }
            _ => {
                return Err(Diagnostic::error(
                    Code::PackagesInvalid,
                    "a package is asked for in two ways",
                )
                .at(requested.location)
                .related("the other one", present.location.clone())
                .help("take it from one place"));
            }
        }
        Ok((present.request != before).then_some(present))
    }
}

/// The names under which a package is known; a repository's address with and without `.git` is one.
fn keys(request: &Request) -> Vec<String> {
    match request {
        Request::Local(local) => vec![local.path.clone()],
        Request::Hub(hub) => vec![hub.package.clone()],
        Request::Tarball(tarball) => vec![tarball.name.clone()],
        Request::Git(git) => {
            let bare = git.url.strip_suffix(".git").unwrap_or(&git.url);
            let within = git
                .subdirectory
                .as_ref()
                .map(|path| format!("/{path}"))
                .unwrap_or_default();
            vec![format!("{bare}{within}"), format!("{bare}.git{within}")]
        }
    }
}

fn pin(
    requested: &Requested,
    renderer: &SecretRenderer,
    origin: &mut dyn Origin,
    options: Options,
) -> Result<(Pinned, Metadata), Diagnostic> {
    let place = |problem: Diagnostic| match problem.location {
        None => problem.at(requested.location.clone()),
        Some(_) => problem,
    };
    let (package, metadata) = match &requested.request {
        Request::Hub(hub) => pin_hub(hub, renderer, origin, options).map_err(place)?,
        other => {
            let mut package = unhosted(other).map_err(place)?;
            let mut metadata = origin.metadata(&mut package).map_err(place)?;
            if let Request::Tarball(tarball) = other {
                metadata.name.clone_from(&tarball.name);
            }
            (package, metadata)
        }
    };
    if !is_folder_name(&metadata.name) {
        return Err(place(Diagnostic::error(
            Code::PackagesInvalid,
            format!(
                "Invalid package name '{}': resolves outside of the packages-install-path",
                metadata.name
            ),
        )));
    }
    let pinned = Pinned {
        name: metadata.name.clone(),
        package,
        location: requested.location.clone(),
    };
    Ok((pinned, metadata))
}

fn is_folder_name(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', '\0'])
}

fn unhosted(request: &Request) -> Result<PinnedPackage, Diagnostic> {
    Ok(match request {
        Request::Local(local) => PinnedPackage::Local {
            path: local.path.clone(),
        },
        Request::Git(git) => PinnedPackage::Git {
            url: git.url.clone(),
            written_url: git.written_url.clone(),
            revision: match git.revisions.as_slice() {
                [] => "HEAD".to_owned(),
                [one] => one.clone(),
                several => {
                    return Err(Diagnostic::error(
                        Code::PackageVersion,
                        format!(
                            "git dependencies should contain exactly one version. {} contains: {}",
                            git.written_url,
                            several.join(", ")
                        ),
                    ));
                }
            },
            subdirectory: git.subdirectory.clone(),
            warns_unpinned: git.warns_unpinned,
        },
        Request::Tarball(tarball) => PinnedPackage::Tarball {
            url: tarball.url.clone(),
            written_url: tarball.written_url.clone(),
        },
        Request::Hub(hub) => PinnedPackage::Hub {
            package: hub.package.clone(),
            version: String::new(),
            latest: String::new(),
            tarball: String::new(),
        },
    })
}

fn pin_hub(
    hub: &Hub,
    renderer: &SecretRenderer,
    origin: &mut dyn Origin,
    options: Options,
) -> Result<(PinnedPackage, Metadata), Diagnostic> {
    let package = hub.package.as_str();
    let index = origin.index()?;
    if !index.contains(package) {
        return Err(Diagnostic::error(
            Code::PackagesInvalid,
            format!("Package {package} was not found in the package index"),
        )
        .did_you_mean(package, index.iter().map(String::as_str)));
    }
    let Some(range) = Range::of_all(hub.versions.iter()) else {
        let options: Vec<String> = hub
            .versions
            .iter()
            .map(|version| format!("'{version}'"))
            .collect();
        return Err(Diagnostic::error(
            Code::PackageVersion,
            format!(
                "Version error for package {package}: Could not find a satisfactory version from options: [{}]",
                options.join(", ")
            ),
        ));
    };
    let available = origin.versions(package)?;
    let suitable = available
        .iter()
        .filter(|(_, found)| !options.checks_version || suits(found))
        .map(|(text, _)| text.as_str());
    let with_prereleases = hub.installs_prerelease
        || hub
            .versions
            .iter()
            .any(|version| version.prerelease.is_some());
    let installable = version::installable(suitable, with_prereleases);
    let Some(chosen) = version::newest(&range, &installable) else {
        let problem = Diagnostic::error(
            Code::PackageVersion,
            format!("Could not find a matching compatible version for package {package}"),
        )
        .note(format!("Requested range: {range}"))
        .note(format!("Compatible versions: {}", installable.join(", ")));
        return Err(if options.checks_version {
            problem.help("versions that do not work with this version of dbt are left out; --no-version-check includes them")
        } else {
            problem
        });
    };
    let found = &available[chosen];
    let metadata = Metadata {
        name: found.name.clone(),
        requests: hub_requests(package, found, renderer)?,
    };
    let pinned = PinnedPackage::Hub {
        package: package.to_owned(),
        version: chosen.to_owned(),
        latest: installable.last().copied().unwrap_or(chosen).to_owned(),
        tarball: found.tarball.clone(),
    };
    Ok((pinned, metadata))
}

fn suits(found: &HubVersion) -> bool {
    let comparisons: Vec<Version> = found
        .require_dbt_version
        .iter()
        .flat_map(|text| text.split(','))
        .filter_map(|text| text.parse().ok())
        .collect();
    version::suits(crate::DBT_VERSION, &comparisons)
}

/// What the hub says a version asks for, as if it stood in a file.
fn hub_requests(
    package: &str,
    found: &HubVersion,
    renderer: &SecretRenderer,
) -> Result<Vec<Requested>, Diagnostic> {
    const KEYS: [&str; 8] = [
        "package",
        "version",
        "install_prerelease",
        "git",
        "revision",
        "subdirectory",
        "tarball",
        "name",
    ];
    let packages: Vec<Json> = found
        .packages
        .iter()
        .filter_map(Json::as_object)
        .map(|entry| {
            let known: Map<String, Json> = entry
                .iter()
                .filter(|(key, value)| KEYS.contains(&key.as_str()) && !value.is_null())
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
            Json::Object(known)
        })
        .collect();
    let text = serde_json::json!({ "packages": packages }).to_string();
    let file = SourceFile::new(format!("{package}/{PACKAGES_FILE}"), text);
    let mut problems = Vec::new();
    let requests = match yaml::parse(&file) {
        Ok(node) => read_requests(&file, &node, renderer, &mut problems),
        Err(problem) => return Err(problem),
    };
    match problems.into_iter().next() {
        Some(problem) => Err(problem),
        None => Ok(requests),
    }
}
