//! Packages of a project: the root project and what is installed, each with its own project file.

use std::collections::BTreeMap;

use super::{PROJECT_FILE, ProjectFile, parse_project_file};
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
    pub(super) fn add_installed(&mut self, tree: &SourceTree, diagnostics: &mut Vec<Diagnostic>) {
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
            let parsed = parse_project_file(file, &mut found);
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

/// Somebody else's files are not checked for typing errors and bad habits: only what makes them unusable is
/// told.
pub(super) fn matters_in_package(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error && diagnostic.code != Code::YamlUnknownKey
}
