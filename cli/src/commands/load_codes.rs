//! `hcw load-codes`: code lists from the project's `seeds/codes`, or from a file of the user's own.

use std::path::{Path, PathBuf};

use clap::Args;
use hcw_core::diagnostic::{Code, Diagnostic};
use serde_json::json;
use tokio_postgres::Client;

use crate::exit_code;
use crate::report::Reporter;
use crate::session::{Problems, Session};
use crate::validators;
use crate::validators::code_file::{CodeFile, Release};
use crate::validators::code_load::{Loaded, load};
use crate::validators::manifest::{FOLDER, find_system, read_manifest, unknown_system};

/// Loads the project's code files, or one file.
#[derive(Debug, Args)]
pub(crate) struct LoadCodesArguments {
    /// Only this code table, for example icd10cm
    #[arg(long, value_name = "TABLE")]
    system: Option<String>,
    /// A CSV of your own, gzipped or not, instead of the project's
    #[arg(long, value_name = "FILE", requires = "system", requires = "release")]
    file: Option<PathBuf>,
    /// What the file's release is called
    #[arg(long, value_name = "NAME", requires = "file")]
    release: Option<String>,
    /// First day on which the release is in force [default: no limit]
    #[arg(long, value_name = "DATE", requires = "file", value_parser = day)]
    from: Option<String>,
    /// Last day on which the release is in force [default: no limit]
    #[arg(long, value_name = "DATE", requires = "file", value_parser = day)]
    to: Option<String>,
}

/// A day as yyyy-mm-dd.
fn day(text: &str) -> Result<String, String> {
    text.parse::<jiff::civil::Date>()
        .map(|day| day.to_string())
        .map_err(|_| "write a day as 2024-10-01".to_owned())
}

/// Runs `hcw load-codes`.
///
/// **Errors**: HCW1101 for an unknown table; HCW1105 when there is no file; HCW1104, HCW1106, HCW1107.
pub(crate) async fn run(
    session: &Session,
    arguments: &LoadCodesArguments,
    reporter: &Reporter,
) -> Result<u8, Problems> {
    let files = files(&session.project_dir, arguments).map_err(|error| vec![error])?;
    let connection = session.connection().await?;
    let mut client = session.connect(&connection).await?;
    validators::ensure_code_tables(&mut client)
        .await
        .map_err(|error| vec![error])?;
    load_files(&mut client, &files, true, reporter).await?;
    Ok(exit_code::SUCCESS)
}

/// Before models and tests: the code tables that the project names in `vars: {hcw: {codes: […]}}`.
pub(super) async fn keep_loaded(
    session: &Session,
    client: &mut Client,
    reporter: &Reporter,
) -> Result<bool, Problems> {
    let mut is_changed = false;
    for name in &session.project_file.codes {
        let wanted = LoadCodesArguments {
            system: Some(name.clone()),
            file: None,
            release: None,
            from: None,
            to: None,
        };
        let files = files(&session.project_dir, &wanted).map_err(|error| vec![error])?;
        is_changed |= load_files(client, &files, false, reporter).await?;
    }
    Ok(is_changed)
}

/// Loads files that are not loaded yet, a line each; tells whether there were any.
async fn load_files(
    client: &mut Client,
    files: &[CodeFile],
    tells_unchanged: bool,
    reporter: &Reporter,
) -> Result<bool, Problems> {
    let mut is_changed = false;
    for file in files {
        let loaded = load(client, file).await.map_err(|error| vec![error])?;
        is_changed |= loaded != Loaded::Unchanged;
        if loaded == Loaded::Unchanged && !tells_unchanged {
            continue;
        }
        let system = file.system.as_str();
        let releases: Vec<&str> = file
            .releases
            .iter()
            .map(|release| release.name.as_str())
            .collect();
        let rows = match loaded {
            Loaded::Unchanged => 0,
            Loaded::Rows(rows) => rows,
        };
        if reporter.is_json() {
            let result = json!({
                "system": system,
                "file": file.name,
                "releases": releases,
                "changed": loaded != Loaded::Unchanged,
                "rows": rows,
            });
            reporter.data(&format!("{result}\n"));
            continue;
        }
        let releases = releases.join(", ");
        reporter.line(&match loaded {
            Loaded::Unchanged => format!("{system} ({releases}): unchanged"),
            Loaded::Rows(rows) => {
                format!("{system} ({releases}): {rows} rows from {}", file.name)
            }
        });
    }
    Ok(is_changed)
}

fn files(project_dir: &Path, arguments: &LoadCodesArguments) -> Result<Vec<CodeFile>, Diagnostic> {
    let system = match &arguments.system {
        Some(name) => Some(find_system(name).ok_or_else(|| unknown_system(name))?),
        None => None,
    };
    if let (Some(path), Some(system), Some(release)) = (&arguments.file, system, &arguments.release)
    {
        let release = Release {
            name: release.clone(),
            effective_from: arguments.from.clone(),
            effective_to: arguments.to.clone(),
        };
        return Ok(vec![CodeFile {
            system,
            name: path.display().to_string(),
            path: path.clone(),
            releases: vec![release],
        }]);
    }
    let Some(mut files) = read_manifest(project_dir)? else {
        return Err(Diagnostic::error(
            Code::CodesMissing,
            format!("the project has no code files: there is no `{FOLDER}/manifest.json`"),
        )
        .help(format!(
            "copy the folder `{FOLDER}` of hcw's repository into the project, or load a file of your own: \
             hcw load-codes --system hcpcs --file hcpcs.csv --release 2025q4 --from 2025-10-01"
        )));
    };
    if let Some(system) = system {
        files.retain(|file| file.system == system);
        if files.is_empty() {
            let name = system.as_str();
            return Err(Diagnostic::error(
                Code::CodesMissing,
                format!("`{FOLDER}` has no file for `{name}`"),
            )
            .help(format!(
                "load a file that you hold a licence for: hcw load-codes --system {name} --file FILE --release NAME"
            )));
        }
    }
    Ok(files)
}
