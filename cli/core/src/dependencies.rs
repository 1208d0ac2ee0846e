//! What a project asks of other packages: `packages.yml`, `dependencies.yml` and `package-lock.yml`.
//!
//! Everything here is a value: fetching is the edge's ([`Origin`]).

mod edit;
mod lock;
mod request;
mod resolve;
pub mod version;

use crate::diagnostic::{Code, Diagnostic};
use crate::project::ProjectFile;
use crate::source::{SourceFile, SourceTree};
use crate::yaml::{self, Node};

pub use edit::with_package;
pub use lock::{lock_hash, written_hash, written_lock};
pub use request::{Git, Hub, Local, Request, Requested, Tarball, read_requests};
pub use resolve::{
    HubVersion, Metadata, Options, Origin, Pinned, PinnedPackage, pin_locked, resolve,
};

/// Where packages are usually asked for.
pub const PACKAGES_FILE: &str = "packages.yml";
/// Where packages may also be asked for.
pub const DEPENDENCIES_FILE: &str = "dependencies.yml";
/// What was resolved.
pub const LOCK_FILE: &str = "package-lock.yml";

/// The file that asks for a project's packages: `dependencies.yml` where that has `packages`, else
/// `packages.yml`.
///
/// **Errors**: HCW0116 when both do.
pub fn requesting_file<'tree>(
    tree: &'tree SourceTree,
    folder: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(&'tree SourceFile, Node)> {
    let mut read = |name: &str| {
        let path = match folder {
            "" => name.to_owned(),
            folder => format!("{folder}/{name}"),
        };
        let file = tree.get(&path)?;
        match yaml::parse(file) {
            Ok(node) => Some((file, node)),
            Err(problem) => {
                diagnostics.push(problem);
                None
            }
        }
    };
    let packages = read(PACKAGES_FILE);
    let dependencies = read(DEPENDENCIES_FILE);
    let in_dependencies = dependencies.filter(|(_, node)| node.get("packages").is_some());
    match (in_dependencies, packages) {
        (Some((file, _)), Some((other, node))) if node.get("packages").is_some() => {
            diagnostics.push(
                Diagnostic::error(
                    Code::PackagesInvalid,
                    format!("`packages` stands in both {PACKAGES_FILE} and {DEPENDENCIES_FILE}"),
                )
                .at(file.at(0..0))
                .related("the other one", other.at(0..0))
                .help("keep one of them"),
            );
            None
        }
        (Some(found), _) => Some(found),
        (None, found) => found,
    }
}

/// Compares what is asked for with what is installed.
///
/// **Errors**: HCW0115.
pub(crate) fn check_installed(
    tree: &SourceTree,
    project: &ProjectFile,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let locked = tree.get(LOCK_FILE).and_then(|file| yaml::parse(file).ok());
    let locked = locked.as_ref().map(entries).unwrap_or_default();
    let (file, asked) = match requesting_file(tree, "", diagnostics) {
        Some((file, node)) => (Some(file), entries(&node).len()),
        None => (None, 0),
    };
    let expected = if locked.is_empty() {
        asked
    } else {
        locked.len()
    };
    let installed = tree.packages();
    if expected == installed.len() {
        return;
    }
    let missing: Vec<String> = locked
        .iter()
        .filter_map(|entry| entry.get("name")?.scalar_text())
        .filter(|name| {
            !installed
                .iter()
                .any(|folder| folder.rsplit('/').next() == Some(name))
        })
        .collect();
    let specified_in = file.map_or(PACKAGES_FILE, |file| &file.path);
    let mut problem = Diagnostic::error(
        Code::PackagesMissing,
        format!(
            "dbt expects {expected} package(s) based on packages specified in {specified_in}, but found only {} package(s) installed in {}",
            installed.len(),
            project.packages_install_path,
        ),
    )
    .help("run `hcw deps` to install package dependencies");
    if !missing.is_empty() {
        problem = problem.note(format!(
            "following packages were not found: {}",
            missing.join(", ")
        ));
    }
    if let Some(file) = file {
        problem = problem.at(file.at(0..0));
    }
    diagnostics.push(problem);
}

fn entries(node: &Node) -> Vec<Node> {
    match node.get("packages").map(|packages| &packages.value) {
        Some(yaml::Value::Sequence(items)) => items.clone(),
        _ => Vec::new(),
    }
}
