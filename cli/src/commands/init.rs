//! `init`: a small project that builds at once.

use hcw_core::diagnostic::{Code, Diagnostic};

use crate::args::Flags;
use crate::report::Reporter;
use crate::session::Problems;
use crate::{artifacts, exit_code};

/// The starter's files; `{{project}}` stands for its name.
const FILES: [(&str, &str); 8] = [
    ("dbt_project.yml", include_str!("init/dbt_project.yml")),
    (".gitignore", include_str!("init/gitignore")),
    ("README.md", include_str!("init/README.md")),
    ("data/visits.csv", include_str!("init/visits.csv")),
    ("seeds/clinics.csv", include_str!("init/clinics.csv")),
    ("models/sources.yml", include_str!("init/sources.yml")),
    ("models/stg_visits.sql", include_str!("init/stg_visits.sql")),
    (
        "models/visits_by_clinic.sql",
        include_str!("init/visits_by_clinic.sql"),
    ),
];

/// Writes the starter into a new folder below the project folder.
pub(crate) fn run(flags: &Flags, name: &str, reporter: &Reporter) -> Result<u8, Problems> {
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if !is_name {
        return Err(vec![
            Diagnostic::error(Code::Usage, format!("`{name}` cannot be a project's name"))
                .help("use letters, digits and underscores"),
        ]);
    }
    let folder = flags.project_dir.join(name);
    if folder.exists() {
        return Err(vec![
            Diagnostic::error(
                Code::FileUnwritable,
                format!("`{}` exists already", folder.display()),
            )
            .help("choose another name, or remove it first"),
        ]);
    }
    for (path, content) in FILES {
        let content = content.replace("{{project}}", name);
        artifacts::write(&folder.join(path), content.as_bytes()).map_err(|error| vec![error])?;
    }
    reporter.line(&format!(
        "made {}\nnext: cd {} && hcw build",
        folder.display(),
        folder.display()
    ));
    Ok(exit_code::SUCCESS)
}
