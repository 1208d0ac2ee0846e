//! What files say of options before the project is read: `flags:` of dbt_project.yml, or, as long ago, `config:` of
//! profiles.yml. What is wrong with a file is reported when it is read for what else it holds.

use std::path::{Path, PathBuf};

use clap::Command;
use clap::error::ErrorKind;
use hcw_core::project::PROJECT_FILE;
use hcw_core::yaml::{self, Node};
use serde_json::{Map, Value as Json};

use crate::profile_folders::PROFILES_FILE;
use crate::project_fs;

/// Flags, and the folder of logs that dbt_project.yml names.
#[derive(Debug, Default)]
pub(super) struct ProjectHints {
    pub(super) flags: Map<String, Json>,
    /// Whether the flags are those of profiles.yml.
    pub(super) are_in_profiles: bool,
    pub(super) log_path: Option<PathBuf>,
}

/// Reads them.
///
/// **Errors**: flags in both files.
pub(super) fn read(
    project_dir: &Path,
    profiles_dir: &Path,
    command: &mut Command,
) -> Result<ProjectHints, clap::Error> {
    let project = root(project_dir, &project_dir.join(PROJECT_FILE));
    let log_path = project
        .as_ref()
        .and_then(|root| root.get("log-path")?.as_str())
        .filter(|path| !path.contains('{'));
    let of_project = entries(project.as_ref(), "flags");
    let profiles = root(project_dir, &profiles_dir.join(PROFILES_FILE));
    let of_profiles = entries(profiles.as_ref(), "config");
    if !(of_project.is_empty() || of_profiles.is_empty()) {
        return Err(command.error(
            ErrorKind::ArgumentConflict,
            format!(
                "`config` of {PROFILES_FILE} and `flags` of {PROJECT_FILE} say both what flags there are: move those of {PROFILES_FILE}, where they are deprecated, to {PROJECT_FILE}"
            ),
        ));
    }
    Ok(ProjectHints {
        are_in_profiles: !of_profiles.is_empty(),
        log_path: project
            .is_some()
            .then(|| project_dir.join(log_path.unwrap_or("logs"))),
        flags: match of_project.is_empty() {
            true => of_profiles,
            false => of_project,
        },
    })
}

fn root(project_dir: &Path, path: &Path) -> Option<Node> {
    let file = project_fs::read(project_dir, path).ok()?;
    // a file that cannot be parsed is still there
    Some(yaml::parse(&file).unwrap_or(Node {
        value: yaml::Value::Null,
        range: 0..0,
    }))
}

fn entries(root: Option<&Node>, name: &str) -> Map<String, Json> {
    match root.and_then(|root| root.get(name)).map(Node::to_json) {
        Some(Json::Object(flags)) => flags,
        _ => Map::new(),
    }
}
