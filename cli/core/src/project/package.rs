//! Packages of a project: the root project and what is installed, each with its own project file.

use std::collections::BTreeMap;

use super::{PROJECT_FILE, ProjectFile, Templates, VARS_FILE, parse_project_file};
use crate::dependencies::version::{self, Range, Version};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::{SourceFile, SourceTree};

/// One package.
#[derive(Debug)]
pub struct Package {
    /// Its project file.
    pub file: ProjectFile,
    /// Its folder, relative to the root project's; empty for the root project.
    pub folder: String,
}

impl Package {
    /// The package's name.
    pub fn name(&self) -> &str {
        &self.file.name
    }

    /// A folder of the package, relative to the root project's.
    pub fn path(&self, folder: &str) -> String {
        if self.folder.is_empty() {
            folder.to_owned()
        } else if folder.is_empty() || folder == "." {
            self.folder.clone()
        } else {
            format!("{}/{folder}", self.folder)
        }
    }

    /// The package's files of some extensions below some of its folders; a file below two of them once, in
    /// path order.
    pub(crate) fn files<'tree>(
        &self,
        tree: &'tree SourceTree,
        folders: &[String],
        extensions: &'static [&'static str],
    ) -> impl Iterator<Item = &'tree SourceFile> + use<'tree> {
        let other_packages: Vec<String> = tree
            .packages()
            .iter()
            .filter(|other| **other != self.folder)
            .map(|other| format!("{other}/"))
            .collect();
        let found: BTreeMap<&str, &SourceFile> = folders
            .iter()
            .flat_map(|folder| tree.below(&self.path(folder)))
            .filter(|file| extensions.contains(&file.extension()))
            .map(|file| (&*file.path, file))
            .filter(|(path, _)| !other_packages.iter().any(|other| path.starts_with(other)))
            .collect();
        found.into_values()
    }
}

/// All packages of a project.
#[derive(Debug)]
pub struct Packages {
    root: String,
    by_name: BTreeMap<String, Package>,
}

impl Packages {
    /// The root project alone.
    pub(super) fn of(root: ProjectFile) -> Packages {
        let name = root.name.clone();
        let package = Package {
            file: root,
            folder: String::new(),
        };
        Packages {
            root: name.clone(),
            by_name: BTreeMap::from([(name, package)]),
        }
    }

    /// Reads the project files of what is installed.
    ///
    /// **Errors**: HCW0101–HCW0104 for project files that cannot be read, HCW0109 for two packages of one name.
    pub(super) fn add_installed(
        &mut self,
        tree: &SourceTree,
        templates: Templates<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        for folder in tree.packages() {
            let path = format!("{folder}/{PROJECT_FILE}");
            let Some(file) = tree.get(&path) else {
                diagnostics.push(
                    Diagnostic::error(
                        Code::ProjectMissing,
                        format!("the package in `{folder}` has no `{PROJECT_FILE}`"),
                    )
                    .help("install packages again with `hcw deps`"),
                );
                continue;
            };
            let mut found = Vec::new();
            let vars_file = tree.get(&format!("{folder}/{VARS_FILE}"));
            let parsed = parse_project_file(file, vars_file, templates, &mut found);
            diagnostics.extend(found.into_iter().filter(matters_in_package));
            let Some(parsed) = parsed else { continue };
            let name = parsed.name.clone();
            if let Some(other) = self.by_name.get(&name) {
                diagnostics.push(
                    Diagnostic::error(
                        Code::DuplicateName,
                        format!("two packages are named `{name}`"),
                    )
                    .at(file.at(0..0))
                    .related("the other one", other.file.file.at(0..0))
                    .help("the root project and its packages need names of their own"),
                );
                continue;
            }
            let package = Package {
                file: parsed,
                folder: folder.clone(),
            };
            self.by_name.insert(name, package);
        }
    }

    /// Compares what each package requires of dbt with the version that hcw is.
    ///
    /// **Errors**: HCW0117.
    pub(super) fn check_dbt_version(&self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.extend(self.iter().filter_map(required_version));
    }

    /// The root project.
    pub fn root(&self) -> &Package {
        // `of` put it there and nothing takes it away
        &self.by_name[&self.root]
    }

    /// A package by name.
    pub fn get(&self, name: &str) -> Option<&Package> {
        self.by_name.get(name)
    }

    /// Whether a name is the root project's.
    pub fn is_root(&self, name: &str) -> bool {
        self.root == name
    }

    /// All packages: the root project first, then by name.
    pub fn iter(&self) -> impl Iterator<Item = &Package> {
        std::iter::once(self.root()).chain(
            self.by_name
                .values()
                .filter(|package| !package.folder.is_empty()),
        )
    }
}

/// The problem with what a package requires of dbt.
fn required_version(package: &Package) -> Option<Diagnostic> {
    let required = &package.file.require_dbt_version;
    let place = package.file.file.at(required.first()?.1.clone());
    let mut comparisons = Vec::new();
    for (text, range) in required {
        match text.parse::<Version>() {
            Ok(version) => comparisons.push(version),
            Err(error) => {
                let place = package.file.file.at(range.clone());
                return Some(Diagnostic::error(Code::PackageVersion, error.to_string()).at(place));
            }
        }
    }
    let name = package.name();
    let message = if Range::of_all(comparisons.iter()).is_none() {
        format!("The package version requirement can never be satisfied for the '{name}' package.")
    } else if version::suits(crate::DBT_VERSION, &comparisons) {
        return None;
    } else {
        format!("This version of dbt is not supported with the '{name}' package.")
    };
    let shown: Vec<String> = comparisons
        .iter()
        .map(|version| format!("'{version}'"))
        .collect();
    Some(
        Diagnostic::error(Code::PackageVersion, message)
            .at(place)
            .note(format!("Installed version of dbt: ={}", crate::DBT_VERSION))
            .note(format!(
                "Required version of dbt for '{name}': [{}]",
                shown.join(", ")
            ))
            .help(format!(
                "check for a different version of the '{name}' package, or run again with --no-version-check"
            )),
    )
}

/// Somebody else's files are not checked for typing errors and bad habits: only what makes them unusable is
/// told.
pub(super) fn matters_in_package(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error && diagnostic.code != Code::YamlUnknownKey
}
