//! `deps`: fetches the packages that a project asks for and writes down which versions they are.

use std::fs;
use std::path::{Path, PathBuf};

use hcw_core::dependencies::{
    self, LOCK_FILE, Options, PACKAGES_FILE, Pinned, PinnedPackage, Requested,
};
use hcw_core::diagnostic::{Code, Diagnostic, has_errors};
use hcw_core::profile::SecretRenderer;
use hcw_core::project::{PROJECT_FILE, ProjectFile, Templates, VARS_FILE, parse_project_file};
use hcw_core::source::SourceTree;
use hcw_core::yaml;
use serde_json::Value as Json;

use crate::args::Flags;
use crate::artifacts;
use crate::packages::Fetcher;
use crate::report::{Reporter, Secrets};
use crate::session::{self, Problems};
use crate::{exit_code, project_fs};

/// Fetches and installs packages.
pub(crate) fn run(flags: &Flags, reporter: &Reporter) -> Result<u8, Problems> {
    let project_dir = &flags.project_dir;
    let environment = session::environment();
    let vars =
        session::vars(flags.vars.as_deref().unwrap_or_default()).map_err(|error| vec![error])?;
    let renderer = SecretRenderer::new(&environment, &vars);
    if let Some(added) = text(flags, "add_package") {
        let source = text(flags, "source").unwrap_or("hub");
        add(project_dir, added, source, reporter).map_err(|error| vec![error])?;
    }
    let tree = project_fs::load_package_files(project_dir)?;
    let templates = Templates {
        environment: &environment,
        vars: &vars,
    };
    let project = project_file(project_dir, &tree, templates)?;
    let requests = requests(&tree, &renderer, reporter)?;
    let mut fetcher = Fetcher::new(project_dir, &environment, &renderer, reporter);
    let mut work = Work {
        flags,
        project: &project,
        renderer: &renderer,
        options: Options {
            checks_version: flags.values.get("version_check") != Some(&Json::Bool(false)),
        },
        reporter,
    };
    work.install(&tree, requests, &mut fetcher)
}

fn text<'flags>(flags: &'flags Flags, name: &str) -> Option<&'flags str> {
    flags.values.get(name).and_then(Json::as_str)
}

fn is_set(flags: &Flags, name: &str) -> bool {
    flags.values.get(name) == Some(&Json::Bool(true))
}

struct Work<'run> {
    flags: &'run Flags,
    project: &'run ProjectFile,
    renderer: &'run SecretRenderer,
    options: Options,
    reporter: &'run Reporter,
}

impl Work<'_> {
    fn install(
        &mut self,
        tree: &SourceTree,
        requests: Vec<Requested>,
        fetcher: &mut Fetcher<'_>,
    ) -> Result<u8, Problems> {
        let hash = dependencies::lock_hash(&requests);
        let mut lock = tree.get(LOCK_FILE).cloned();
        let present = match &lock {
            Some(file) => Some(yaml::parse(file).map_err(|error| vec![error])?),
            None => None,
        };
        let is_current = present
            .as_ref()
            .and_then(dependencies::written_hash)
            .is_some_and(|written| written == hash);
        if is_set(self.flags, "upgrade") || !is_current {
            if requests.is_empty() {
                self.reporter
                    .line("Warning: No packages were found in packages.yml");
            } else {
                let mut pinned = dependencies::resolve(
                    &self.project.name,
                    requests,
                    self.renderer,
                    fetcher,
                    self.options,
                )
                .map_err(|error| vec![error])?;
                mask_addresses(&mut pinned);
                let text = dependencies::written_lock(&pinned, &hash);
                let path = self.flags.project_dir.join(LOCK_FILE);
                artifacts::write(&path, text.as_bytes()).map_err(|error| vec![error])?;
                self.reporter.line(&format!(
                    "Updating lock file in file path: {}",
                    path.display()
                ));
                lock = Some(hcw_core::source::SourceFile::new(LOCK_FILE, text));
            }
        }
        if is_set(self.flags, "lock") {
            return Ok(exit_code::SUCCESS);
        }
        let mut pinned = match lock {
            Some(file) => self.locked(&file, fetcher)?,
            None => Vec::new(),
        };
        // everything is fetched before anything that is installed is touched
        for package in &mut pinned {
            fetcher
                .folder(&mut package.package)
                .map_err(|error| vec![error.at(package.location.clone())])?;
        }
        let mut outdated = Vec::new();
        let target = self.fresh_install_path().map_err(|error| vec![error])?;
        for package in &mut pinned {
            self.reporter
                .line(&format!("Installing {}", shown_name(package)));
            fetcher
                .install(package, &target)
                .map_err(|error| vec![error])?;
            self.reporter
                .line(&format!("Installed from {}", shown_version(package)));
            match &package.package {
                PinnedPackage::Hub {
                    package,
                    version,
                    latest,
                    ..
                } => {
                    if version == latest {
                        self.reporter.line("Up to date!");
                    } else {
                        self.reporter
                            .line(&format!("Updated version available: {latest}"));
                        outdated.push(format!("'{package}'"));
                    }
                }
                PinnedPackage::Git {
                    subdirectory: Some(path),
                    ..
                } => self.reporter.line(&format!("and subdirectory {path}")),
                _ => {}
            }
        }
        if !outdated.is_empty() {
            self.reporter.line(&format!(
                "Updates available for packages: [{}]\nUpdate your versions in packages.yml, then run hcw deps",
                outdated.join(", ")
            ));
        }
        Ok(exit_code::SUCCESS)
    }

    /// The packages of the lock file.
    fn locked(
        &self,
        file: &hcw_core::source::SourceFile,
        fetcher: &mut Fetcher<'_>,
    ) -> Result<Vec<Pinned>, Problems> {
        let root = yaml::parse(file).map_err(|error| vec![error])?;
        let mut problems = Vec::new();
        let requests = dependencies::read_requests(file, &root, self.renderer, &mut problems);
        if has_errors(&problems) {
            return Err(problems);
        }
        let root = &self.project.name;
        dependencies::pin_locked(root, requests, self.renderer, fetcher, self.options)
            .map_err(|error| vec![error])
    }

    /// The install path, with nothing in it.
    fn fresh_install_path(&self) -> Result<PathBuf, Diagnostic> {
        let target = self
            .flags
            .project_dir
            .join(&self.project.packages_install_path);
        let unwritable = |error: std::io::Error| {
            Diagnostic::error(
                Code::FileUnwritable,
                format!("cannot write `{}`: {error}", target.display()),
            )
        };
        // a path may lead into a package, which is fetched again
        let is_in_package = |path: &Path| {
            let below = path.strip_prefix(&target).ok();
            let package = below.and_then(|below| below.components().next());
            package.is_some_and(|package| {
                let folder = target.join(package);
                !folder.exists() || folder.is_symlink() || folder.join(PROJECT_FILE).exists()
            })
        };
        let holds_project = self.flags.project_dir.starts_with(&target)
            || self.project.source_paths().any(|path| {
                let path = self.flags.project_dir.join(path);
                path.starts_with(&target) && !is_in_package(&path)
            });
        if holds_project {
            return Err(Diagnostic::error(
                Code::ConfigInvalid,
                format!(
                    "`packages-install-path` names `{}`, which holds the project itself",
                    self.project.packages_install_path
                ),
            )
            .at(self.project.file.at(0..0))
            .help("name a folder of its own: what is in it is removed first"));
        }
        if target.is_symlink() {
            fs::remove_file(&target).map_err(unwritable)?;
        } else if target.exists() {
            fs::remove_dir_all(&target).map_err(unwritable)?;
        }
        fs::create_dir_all(&target).map_err(unwritable)?;
        Ok(target)
    }
}

/// Takes secrets that stand in the user's file out of what the lock file says.
fn mask_addresses(packages: &mut [Pinned]) {
    let secrets = Secrets::of_environment();
    for pinned in packages {
        if let PinnedPackage::Git { written_url, .. } | PinnedPackage::Tarball { written_url, .. } =
            &mut pinned.package
        {
            *written_url = secrets.masked(written_url);
        }
    }
}

fn project_file(
    project_dir: &Path,
    tree: &SourceTree,
    templates: Templates<'_>,
) -> Result<ProjectFile, Problems> {
    let Some(file) = tree.get(PROJECT_FILE) else {
        return Err(vec![Diagnostic::error(
            Code::ProjectMissing,
            format!("no `{PROJECT_FILE}` in `{}`", project_dir.display()),
        )]);
    };
    let mut problems = Vec::new();
    match parse_project_file(file, tree.get(VARS_FILE), templates, &mut problems) {
        Some(project) if !has_errors(&problems) => Ok(project),
        _ => Err(problems),
    }
}

fn requests(
    tree: &SourceTree,
    renderer: &SecretRenderer,
    reporter: &Reporter,
) -> Result<Vec<Requested>, Problems> {
    let mut problems = Vec::new();
    let requests = match dependencies::requesting_file(tree, "", &mut problems) {
        Some((file, node)) => dependencies::read_requests(file, &node, renderer, &mut problems),
        None => Vec::new(),
    };
    if has_errors(&problems) {
        return Err(problems);
    }
    reporter.diagnostics(&problems);
    Ok(requests)
}

fn shown_name(package: &Pinned) -> &str {
    match &package.package {
        PinnedPackage::Local { path } => path,
        PinnedPackage::Git { written_url, .. } => written_url,
        PinnedPackage::Hub { package, .. } => package,
        PinnedPackage::Tarball { .. } => &package.name,
    }
}

fn shown_version(package: &Pinned) -> String {
    match &package.package {
        PinnedPackage::Local { path } => format!("<local @ {path}>"),
        PinnedPackage::Git { revision, .. } => format!("revision {revision}"),
        PinnedPackage::Hub { version, .. } => format!("version {version}"),
        PinnedPackage::Tarball { written_url, .. } => format!("tarball (url: {written_url})"),
    }
}

/// Writes a package into `packages.yml`, instead of another entry for the same package.
fn add(
    project_dir: &Path,
    added: &str,
    source: &str,
    reporter: &Reporter,
) -> Result<(), Diagnostic> {
    let (name, version) = match added.split_once('@') {
        // an address may hold an `@` of its own
        _ if source != "hub" => match added.rsplit_once('@') {
            Some((name, version)) if !version.contains(['/', ':']) => (name, Some(version)),
            _ => (added, None),
        },
        Some((name, version)) => (name, Some(version)),
        None => (added, None),
    };
    if source == "hub" && version.is_none() {
        return Err(Diagnostic::error(
            Code::Usage,
            format!("--add-package `{added}` names no version"),
        )
        .help("write --add-package dbt-labs/dbt_utils@1.3.0"));
    }
    let tree = project_fs::load_package_files(project_dir)
        .map_err(|problems| problems.into_iter().next().unwrap_or_else(no_problem))?;
    let mut problems = Vec::new();
    let found = dependencies::requesting_file(&tree, "", &mut problems);
    if let Some(problem) = problems.pop() {
        return Err(problem);
    }
    let path = found
        .map_or(PACKAGES_FILE, |(file, _)| &*file.path)
        .to_owned();
    let present = dependencies::requesting_file(&tree, "", &mut problems)
        .map(|(_, node)| node.to_json())
        .unwrap_or_default();
    let key = if source == "hub" { "package" } else { source };
    let text = dependencies::with_package(present, key, name, version);
    artifacts::write(&project_dir.join(&path), text.as_bytes())?;
    let shown = version.map_or_else(|| name.to_owned(), |version| format!("{name}@{version}"));
    reporter.line(&format!("Added {shown} to {path}"));
    Ok(())
}

fn no_problem() -> Diagnostic {
    Diagnostic::error(Code::FileUnreadable, "the project cannot be read")
}
