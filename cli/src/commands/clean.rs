//! `clean`: removes the artifact folders, and nothing outside of the project.

use std::path::Path;

use hcw_core::diagnostic::{Code, Diagnostic};

use crate::args::Flags;
use crate::report::Reporter;
use crate::session::{Problems, Session};
use crate::{execute, exit_code, project_fs};

/// Removes the schemas in which runs build, with what one that failed has left there.
///
/// **Errors**: what is wrong with the project; HCW0701 where something outside of them depends on what is in them.
pub(crate) async fn shadow(session: &Session, reporter: &Reporter) -> Result<u8, Problems> {
    let resolved = session.resolve(reporter)?;
    let beside = resolved.schemas_beside();
    let connection = session.connection().await?;
    let client = session.connect(&connection).await?;
    let one = |problem: Diagnostic| vec![problem];
    let schemas = resolved.schemas();
    execute::lock(&client, &schemas, &session.run_name(), reporter)
        .await
        .map_err(one)?;
    let present = execute::present(&client, &beside).await.map_err(one)?;
    execute::remove_shadows(&client, &beside, &resolved)
        .await
        .map_err(one)?;
    for schema in &present {
        reporter.line(&format!("removed {schema}"));
    }
    if present.is_empty() {
        reporter.line("no shadow is there");
    }
    Ok(exit_code::SUCCESS)
}

/// Removes what `clean-targets` names. Folders outside of the project, or that hold it or its sources, are refused.
pub(crate) fn run(flags: &Flags, reporter: &Reporter) -> Result<u8, Problems> {
    let project_dir = &flags.project_dir;
    let (_, project) = project_fs::begin(flags)?;
    let sources = [
        &project.model_paths,
        &project.seed_paths,
        &project.macro_paths,
        &project.test_paths,
    ];
    for target in &project.clean_targets {
        let is_inside = Path::new(target)
            .components()
            .all(|part| matches!(part, std::path::Component::Normal(_)));
        let holds_sources = sources.iter().any(|paths| {
            paths.iter().any(|path| {
                Path::new(path).starts_with(target) || Path::new(target).starts_with(path)
            })
        });
        if target.is_empty() || !is_inside || holds_sources {
            return Err(vec![
                Diagnostic::error(
                    Code::ConfigInvalid,
                    format!("`clean-targets` names `{target}`, which hcw does not remove"),
                )
                .at(project.file.at(0..0))
                .help("name folders of artifacts inside the project, such as `target`"),
            ]);
        }
        let folder = project_dir.join(target);
        if !folder.exists() {
            continue;
        }
        if *target == project.packages_install_path {
            let removed = if folder.is_symlink() {
                std::fs::remove_file(&folder)
            } else {
                std::fs::remove_dir_all(&folder)
            };
            removed.map_err(|error| {
                vec![Diagnostic::error(
                    Code::FileUnwritable,
                    format!("cannot remove `{}`: {error}", folder.display()),
                )]
            })?;
            reporter.line(&format!("removed {target}"));
            continue;
        }
        // `target/` may be Cargo's too: only what hcw wrote is removed there
        for entry in ["compiled", "run", "run_results.json"] {
            let path = folder.join(entry);
            let removed = if path.is_dir() {
                std::fs::remove_dir_all(&path)
            } else if path.exists() {
                std::fs::remove_file(&path)
            } else {
                continue;
            };
            removed.map_err(|error| {
                vec![Diagnostic::error(
                    Code::FileUnwritable,
                    format!("cannot remove `{}`: {error}", path.display()),
                )]
            })?;
            reporter.line(&format!("removed {target}/{entry}"));
        }
        // an empty folder goes too; one that holds more stays
        let _stays = std::fs::remove_dir(&folder);
    }
    Ok(exit_code::SUCCESS)
}
