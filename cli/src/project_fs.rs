//! The only reader of project files: a folder becomes a `SourceTree`.

mod ignored;

use std::path::Path;

use hcw_core::dependencies::{DEPENDENCIES_FILE, LOCK_FILE, PACKAGES_FILE};
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::project::{
    PROJECT_FILE, ProjectFile, SELECTOR_FILE, Templates, VARS_FILE, parse_project_file,
};
use hcw_core::source::{SourceFile, SourceTree};
use rayon::prelude::*;
use walkdir::WalkDir;

use self::ignored::{IGNORE_FILE, Ignored};
use crate::args::Flags;
use crate::session;

/// File types that the compiler reads.
const EXTENSIONS: [&str; 7] = ["sql", "yml", "yaml", "csv", "md", "py", "js"];

/// Reads `dbt_project.yml` and what stands beside it.
///
/// **Errors**: HCW0002 for what cannot be read; HCW0101 when there is no project.
pub(crate) fn begin(flags: &Flags) -> Result<(SourceTree, ProjectFile), Vec<Diagnostic>> {
    let project_dir = flags.project_dir.as_path();
    let environment = session::environment();
    let vars =
        session::vars(flags.vars.as_deref().unwrap_or_default()).map_err(|error| vec![error])?;
    let templates = Templates {
        environment: &environment,
        vars: &vars,
    };
    let mut tree = SourceTree::default();
    if !project_dir.join(PROJECT_FILE).exists() {
        return Err(vec![
            Diagnostic::error(
                Code::ProjectMissing,
                format!("no `{PROJECT_FILE}` in `{}`", project_dir.display()),
            )
            .help("go to your project's folder, name it with --project-dir, or make one with `hcw init <name>`"),
        ]);
    }
    let file = read(project_dir, &project_dir.join(PROJECT_FILE)).map_err(|error| vec![error])?;
    tree.insert(file.clone());
    let mut errors = Vec::new();
    read_named(
        project_dir,
        "",
        &[VARS_FILE, SELECTOR_FILE],
        &mut tree,
        &mut errors,
    );
    let mut diagnostics = Vec::new();
    let vars_file = tree.get(VARS_FILE);
    let Some(project) = parse_project_file(&file, vars_file, templates, &mut diagnostics) else {
        return Err(diagnostics);
    };
    match errors.is_empty() {
        true => Ok((tree, project)),
        false => Err(errors),
    }
}

/// Reads the files below the folders that a project names, and those of each package that is installed.
///
/// **Errors**: HCW0002 for what cannot be read.
pub(crate) fn complete(
    project_dir: &Path,
    mut tree: SourceTree,
    project: &ProjectFile,
    templates: Templates<'_>,
) -> Result<SourceTree, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    read_named(project_dir, "", &DEPENDENCIES, &mut tree, &mut errors);
    read_folders(project_dir, "", project, &mut tree, &mut errors);
    for folder in installed_packages(project_dir, project) {
        read_package(project_dir, &folder, templates, &mut tree, &mut errors);
    }
    match errors.is_empty() {
        true => Ok(tree),
        false => Err(errors),
    }
}

/// Reads `dbt_project.yml` of a folder, and what asks for packages there: all that `hcw deps` needs.
///
/// **Errors**: HCW0002 for what cannot be read.
pub(crate) fn load_package_files(folder: &Path) -> Result<SourceTree, Vec<Diagnostic>> {
    let mut tree = SourceTree::default();
    let mut errors = Vec::new();
    if folder.join(PROJECT_FILE).exists() {
        match read(folder, &folder.join(PROJECT_FILE)) {
            Ok(file) => tree.insert(file),
            Err(error) => errors.push(error),
        }
    }
    read_named(folder, "", &[VARS_FILE], &mut tree, &mut errors);
    read_named(folder, "", &DEPENDENCIES, &mut tree, &mut errors);
    if errors.is_empty() {
        Ok(tree)
    } else {
        Err(errors)
    }
}

/// What asks for packages, and which are locked.
const DEPENDENCIES: [&str; 3] = [PACKAGES_FILE, DEPENDENCIES_FILE, LOCK_FILE];

/// Reads those of some files that a folder of the project has.
fn read_named(
    project_dir: &Path,
    folder: &str,
    names: &[&str],
    tree: &mut SourceTree,
    errors: &mut Vec<Diagnostic>,
) {
    for name in names {
        let path = project_dir.join(folder).join(name);
        if path.is_file() {
            match read(project_dir, &path) {
                Ok(file) => tree.insert(file),
                Err(error) => errors.push(error),
            }
        }
    }
}

/// The folders of installed packages, relative to the project, in order of their names.
fn installed_packages(project_dir: &Path, project: &ProjectFile) -> Vec<String> {
    let install_path = &project.packages_install_path;
    let Ok(entries) = std::fs::read_dir(project_dir.join(install_path)) else {
        return Vec::new();
    };
    let mut folders: Vec<String> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with("__"))
        .map(|name| format!("{install_path}/{name}"))
        .collect();
    folders.sort();
    folders
}

fn read_package(
    project_dir: &Path,
    folder: &str,
    templates: Templates<'_>,
    tree: &mut SourceTree,
    errors: &mut Vec<Diagnostic>,
) {
    tree.add_package(folder);
    let path = project_dir.join(folder).join(PROJECT_FILE);
    if !path.exists() {
        // the compiler says what is wrong with the package
        return;
    }
    match read(project_dir, &path) {
        Ok(file) => {
            tree.insert(file.clone());
            read_named(project_dir, folder, &[VARS_FILE], tree, errors);
            let vars_file = tree.get(&format!("{folder}/{VARS_FILE}"));
            if let Some(package) = parse_project_file(&file, vars_file, templates, &mut Vec::new())
            {
                read_folders(project_dir, folder, &package, tree, errors);
            }
        }
        Err(error) => errors.push(error),
    }
}

/// Reads the folders that a project file names, without what the `.dbtignore` beside it leaves out.
fn read_folders(
    project_dir: &Path,
    package_folder: &str,
    project: &ProjectFile,
    tree: &mut SourceTree,
    errors: &mut Vec<Diagnostic>,
) {
    let ignored = match ignored(project_dir, package_folder) {
        Ok(ignored) => ignored,
        Err(error) => return errors.push(error),
    };
    for folder in project.source_paths() {
        let folder = match package_folder {
            "" => folder.clone(),
            package_folder => format!("{package_folder}/{folder}"),
        };
        let is_read = |path: &Path| {
            let path = path.strip_prefix(project_dir.join(package_folder));
            !path.is_ok_and(|path| ignored.has(&slashed(path)))
        };
        read_folder(project_dir, &folder, &is_read, tree, errors);
    }
}

/// What the `.dbtignore` of a project or package says.
///
/// **Errors**: HCW0002 for what cannot be read.
fn ignored(project_dir: &Path, package_folder: &str) -> Result<Ignored, Diagnostic> {
    let path = project_dir.join(package_folder).join(IGNORE_FILE);
    if !path.is_file() {
        return Ok(Ignored::default());
    }
    let file = read(project_dir, &path)?;
    Ignored::parse(&file.path, &file.text)
}

fn read_folder(
    project_dir: &Path,
    folder: &str,
    is_read: &dyn Fn(&Path) -> bool,
    tree: &mut SourceTree,
    errors: &mut Vec<Diagnostic>,
) {
    let root = project_dir.join(folder);
    if !root.exists() {
        return;
    }
    let mut paths = Vec::new();
    for entry in WalkDir::new(&root).follow_links(true).sort_by_file_name() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                errors.push(Diagnostic::error(
                    Code::FileUnreadable,
                    format!("cannot read the folder `{folder}`: {error}"),
                ));
                continue;
            }
        };
        let extension = entry.path().extension().and_then(|text| text.to_str());
        if entry.file_type().is_file()
            && extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
            && is_read(entry.path())
        {
            paths.push(entry.into_path());
        }
    }
    let files: Vec<_> = paths
        .par_iter()
        .map(|path| read(project_dir, path))
        .collect();
    for file in files {
        match file {
            Ok(file) => tree.insert(file),
            Err(error) => errors.push(error),
        }
    }
}

/// Reads one text file; its path is relative to the project folder.
///
/// **Errors**: HCW0002, also for a file that is not UTF-8.
pub(crate) fn read(project_dir: &Path, path: &Path) -> Result<SourceFile, Diagnostic> {
    let shown = slashed(path.strip_prefix(project_dir).unwrap_or(path));
    let bytes = std::fs::read(path).map_err(|error| {
        Diagnostic::error(
            Code::FileUnreadable,
            format!("cannot read `{shown}`: {error}"),
        )
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        Diagnostic::error(
            Code::FileUnreadable,
            format!("`{shown}` is not UTF-8 in line {line}"),
        )
        .help("save the file as UTF-8")
    })?;
    Ok(SourceFile::new(shown, text))
}

/// A path as the project writes it, whatever the system's separator.
fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
