//! The manifest of `seeds/codes`: which files there are, and which releases are in them.

use std::path::Path;

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_validators::{CodeSystem, registry};

use super::code_file::{CodeFile, Release};

/// Where shipped files and their manifest lie, below the project's folder.
pub(crate) const FOLDER: &str = "seeds/codes";

/// Reads the manifest of `seeds/codes`; `None` where there is none.
///
/// **Errors**: HCW0002, HCW1106.
pub(crate) fn read_manifest(project_dir: &Path) -> Result<Option<Vec<CodeFile>>, Diagnostic> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        system: String,
        file: String,
        releases: Vec<Release>,
    }
    let folder = project_dir.join(FOLDER);
    let name = format!("{FOLDER}/manifest.json");
    let text = match std::fs::read(folder.join("manifest.json")) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Diagnostic::error(
                Code::FileUnreadable,
                format!("`{name}` cannot be read: {error}"),
            ));
        }
    };
    let lines: Vec<Line> = serde_json::from_slice(&text)
        .map_err(|error| Diagnostic::error(Code::CodesInvalid, format!("`{name}`: {error}")))?;
    let mut files = Vec::new();
    for line in lines {
        let Some(system) = find_system(&line.system) else {
            return Err(unknown_system(&line.system));
        };
        files.push(CodeFile {
            system,
            path: folder.join(&line.file),
            name: format!("{FOLDER}/{}", line.file),
            releases: line.releases,
        });
    }
    Ok(Some(files))
}

/// The error for a code system that has no table.
pub(crate) fn unknown_system(name: &str) -> Diagnostic {
    let names: Vec<&str> = system_names().collect();
    Diagnostic::error(
        Code::ValidatorUnknown,
        format!("there is no code table `{name}`"),
    )
    .help(format!("tables: {}", names.join(", ")))
    .did_you_mean(name, names.iter().copied())
}

/// The validator that has this table.
pub(crate) fn find_system(name: &str) -> Option<CodeSystem> {
    registry()
        .filter_map(|entry| entry.about.system)
        .find(|system| system.as_str() == name)
}

/// Names of all tables.
pub(crate) fn system_names() -> impl Iterator<Item = &'static str> {
    registry()
        .filter(|entry| {
            entry
                .about
                .system
                .is_some_and(|system| system.as_str() == entry.about.code)
        })
        .map(|entry| entry.about.code)
}
