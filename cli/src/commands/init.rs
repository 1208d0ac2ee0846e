//! `init`: a small project that builds at once.

use std::io::BufRead;

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::project::PROJECT_FILE;
use serde_json::Value as Json;

use crate::args::Flags;
use crate::report::Reporter;
use crate::session::{Problems, find_target};
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

/// How the profile's line of the starter begins.
const PROFILE: &str = "profile: ";
/// What is asked where nobody says a name.
const QUESTION: &str = "Enter a name for your project (letters, digits, underscore): ";

/// Writes the starter into a new folder below the project folder. A name that is not said is read from the input; within
/// a project there is nothing to make.
pub(crate) fn run(flags: &Flags, name: Option<&str>, reporter: &Reporter) -> Result<u8, Problems> {
    if flags.profile.is_some() {
        find_target(flags, None).map_err(|error| vec![error])?;
    }
    if name.is_none() && flags.project_dir.join(PROJECT_FILE).exists() {
        reporter.line(
            "this folder is a project already: without a profile it uses the embedded server",
        );
        return Ok(exit_code::SUCCESS);
    }
    let name = match name {
        Some(name) => name.to_owned(),
        None => asked_for(reporter)?,
    };
    if !is_name(&name) {
        return Err(vec![
            Diagnostic::error(Code::Usage, format!("`{name}` cannot be a project's name"))
                .help("use letters, digits and underscores"),
        ]);
    }
    let folder = flags.project_dir.join(&name);
    if folder.exists() {
        reporter.line(&format!("A project called {name} already exists here."));
        return Ok(exit_code::SUCCESS);
    }
    for (path, content) in FILES {
        let mut content = content.to_owned();
        if let Some(profile) = &flags.profile {
            let of_name = format!("{PROFILE}{{{{project}}}}");
            content = content.replace(
                &of_name,
                &format!("{PROFILE}{}", Json::from(profile.as_str())),
            );
        }
        let content = content.replace("{{project}}", &name);
        artifacts::write(&folder.join(path), content.as_bytes()).map_err(|error| vec![error])?;
    }
    reporter.line(&format!(
        "made {}\nnext: cd {} && hcw build",
        folder.display(),
        folder.display()
    ));
    Ok(exit_code::SUCCESS)
}

fn is_name(name: &str) -> bool {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    name.chars().all(is_word) && name.starts_with(|first: char| !first.is_ascii_digit())
}

/// The first line of the input that may be a name.
///
/// **Errors**: HCW0001 where the input ends before.
fn asked_for(reporter: &Reporter) -> Result<String, Problems> {
    let ended = || {
        vec![
            Diagnostic::error(Code::Usage, "`init` needs a name for the project")
                .help("say it: `hcw init <name>`"),
        ]
    };
    let mut lines = std::io::stdin().lock().lines();
    loop {
        reporter.data(QUESTION);
        let line = lines.next().and_then(Result::ok).ok_or_else(ended)?;
        let name = line.trim();
        if is_name(name) {
            return Ok(name.to_owned());
        }
        if !name.is_empty() {
            reporter.data(&format!("{name} is not a valid project name.\n"));
        }
    }
}
