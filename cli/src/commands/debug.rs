//! `debug`: says what hcw sees: project, profile, server. Every problem, not the first.

use std::path::PathBuf;

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::project::{PROJECT_FILE, ProjectFile};
use hcw_core::target::{Connection, Server, Target};

use crate::args::Flags;
use crate::db::connect::{connect, with_stored_password};
use crate::profile_folders::{self, PROFILES_FILE};
use crate::report::{Event, Reporter};
use crate::session::{self, Problems};
use crate::{db, embedded, exit_code, project_fs};

/// Checks the project, the profile and the connection; the exit code is 1 when a check fails.
pub(crate) async fn run(flags: &Flags, reporter: &Reporter) -> Result<u8, Problems> {
    if flags.config_dir {
        let folder = profile_folder(flags);
        reporter.line(&format!(
            "To view your profiles.yml file, run:\n\nopen {}",
            folder.display()
        ));
        return Ok(exit_code::SUCCESS);
    }
    let line = |text: &str| {
        let event = Event::new("DebugCmdOut", "Z047", crate::args::LogLevel::Info, text);
        reporter.event(&event.with("msg", text));
    };
    line(&format!("hcw version: {}", env!("CARGO_PKG_VERSION")));
    line(&format!(
        "os info: {}-{}",
        std::env::consts::OS,
        std::env::consts::ARCH
    ));
    let mut problems: Vec<(String, Vec<Diagnostic>)> = Vec::new();
    let project = project_fs::begin(flags).map(|(_, project)| project);
    let target = session::find_target(flags, project.as_ref().ok());
    let folder = profile_folder(flags);
    line(&format!("Using profiles dir at {}", folder.display()));
    line(&format!(
        "Using profiles.yml file at {}",
        folder.join(PROFILES_FILE).display()
    ));
    line(&format!(
        "Using {PROJECT_FILE} file at {}",
        flags.project_dir.join(PROJECT_FILE).display()
    ));
    if let Ok((_, origin)) = &target {
        line(&format!("target from: {origin}"));
    }
    let target_problem = target.as_ref().err().cloned();
    if flags.connection {
        line("Skipping steps before connection verification");
    } else {
        line("Configuration:");
        line(&format!(
            "  profiles.yml file [{}]",
            profile_word(target_problem.as_ref())
        ));
        line(&format!(
            "  {PROJECT_FILE} file [{}]",
            project_word(&project)
        ));
        if let Err(found) = &project {
            problems.push((
                "Project loading failed for the following reason:".to_owned(),
                found.clone(),
            ));
        }
    }
    if let Some(problem) = target_problem {
        let head = format!(
            "Profile loading failed for the following reason:\nRuntime Error\n  {}",
            in_the_words_of_dbt(&problem, flags, project.as_ref().ok())
        );
        problems.push((head, vec![problem]));
    }
    if let Ok((target, _)) = &target {
        line("Connection:");
        match test(target, flags, &line).await {
            Ok(version) => line(&format!(
                "  Connection test: [OK connection ok] PostgreSQL {version}"
            )),
            Err(problem) => {
                line("  Connection test: [ERROR]");
                problems.push((
                    format!(
                        "{} was unable to connect to the specified database.",
                        env!("CARGO_PKG_NAME")
                    ),
                    vec![problem],
                ));
            }
        }
    }
    if problems.is_empty() {
        line("All checks passed!");
        return Ok(exit_code::SUCCESS);
    }
    let checks = if problems.len() == 1 {
        "check"
    } else {
        "checks"
    };
    line(&format!("{} {checks} failed:", problems.len()));
    for (head, found) in &problems {
        line(head);
        reporter.diagnostics(found);
    }
    Ok(exit_code::FAILURE)
}

/// Connects; the server's version comes back.
async fn test(
    target: &Target,
    flags: &Flags,
    line: &(dyn Fn(&str) + Sync),
) -> Result<String, Diagnostic> {
    let connection = match &target.server {
        Server::External(connection) => with_stored_password((**connection).clone()),
        Server::Embedded => embedded::ensure_running(&flags.project_dir).await?,
    };
    facts(target, &connection, line);
    let client = connect(&connection, "hcw debug").await?;
    let state = db::state::read(&client, &[]).await?;
    Ok(format!(
        "{}.{}",
        state.server_version / 10_000,
        state.server_version % 10_000
    ))
}

fn facts(target: &Target, connection: &Connection, line: &(dyn Fn(&str) + Sync)) {
    line(&format!("  host: {}", connection.host));
    line(&format!("  port: {}", connection.port));
    line(&format!("  user: {}", connection.user));
    line(&format!("  database: {}", connection.dbname));
    line(&format!("  schema: {}", target.schema));
    line(&format!(
        "  connect_timeout: {}",
        connection.connect_timeout_seconds
    ));
    line(&format!(
        "  role: {}",
        connection.role.as_deref().unwrap_or("None")
    ));
    line(&format!(
        "  search_path: {}",
        connection.search_path.as_deref().unwrap_or("None")
    ));
}

fn profile_word(problem: Option<&Diagnostic>) -> &'static str {
    match problem.map(|problem| problem.code) {
        None => "OK found and valid",
        Some(Code::ProfileMissing) => "ERROR not found",
        Some(_) => "ERROR invalid",
    }
}

fn project_word(project: &Result<ProjectFile, Problems>) -> &'static str {
    match project {
        Ok(_) => "OK found and valid",
        Err(problems)
            if problems
                .iter()
                .any(|problem| problem.code == Code::ProjectMissing) =>
        {
            "ERROR not found"
        }
        Err(_) => "ERROR invalid",
    }
}

fn profile_folder(flags: &Flags) -> PathBuf {
    let given = flags.profiles_dir.as_deref();
    profile_folders::profile_folder(given, &flags.project_dir, &session::environment())
}

/// The sentences that people search for, where dbt has one.
fn in_the_words_of_dbt(
    problem: &Diagnostic,
    flags: &Flags,
    project: Option<&ProjectFile>,
) -> String {
    let profile = session::profile_name(flags, project);
    match (problem.code, &flags.target) {
        (Code::TargetMissing, Some(target)) => {
            format!("The profile '{profile}' does not have a target named '{target}'.")
        }
        (Code::ProfileMissing, _) => match &flags.profiles_dir {
            Some(folder) if !folder.join(PROFILES_FILE).exists() => format!(
                "Could not find profile named '{profile}'\n  dbt looked for a profiles.yml file in {}",
                folder.display()
            ),
            _ => format!("Could not find profile named '{profile}'"),
        },
        _ => problem.message.clone(),
    }
}
