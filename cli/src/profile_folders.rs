//! Where profiles.yml is looked for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The file of profiles.
pub(crate) const PROFILES_FILE: &str = "profiles.yml";

/// The folders in the order in which they count, each with whether the file must be there: the one that is given,
/// else the working folder, the project's and the user's.
pub(crate) fn profile_folders(
    given: Option<&Path>,
    project_dir: &Path,
    environment: &BTreeMap<String, String>,
) -> Vec<(PathBuf, bool)> {
    if let Some(folder) = given {
        return vec![(folder.to_path_buf(), true)];
    }
    let mut folders = Vec::new();
    if let Ok(here) = std::path::absolute(".")
        && here != project_dir
    {
        folders.push((here, false));
    }
    folders.push((project_dir.to_path_buf(), false));
    if let Some(home) = environment.get("HOME") {
        folders.push((Path::new(home).join(".dbt"), false));
    }
    folders
}

/// The folder whose profiles.yml counts; where there is none, the last one that is looked into.
pub(crate) fn profile_folder(
    given: Option<&Path>,
    project_dir: &Path,
    environment: &BTreeMap<String, String>,
) -> PathBuf {
    let folders = profile_folders(given, project_dir, environment);
    let found = folders
        .iter()
        .find(|(folder, _)| folder.join(PROFILES_FILE).exists());
    let (folder, _) = found.or(folders.last()).cloned().unwrap_or_default();
    folder
}
