//! `hcw validators`: install them in the project's database; list and check without one.

mod rules;

use std::ffi::OsString;

use clap::{Args, Subcommand};
use hcw_core::plan::Plan;
use hcw_core::project::{ProjectFile, ValidatorForm};
use serde_json::json;
use tokio_postgres::Client;

use crate::exit_code;
use crate::report::Reporter;
use crate::session::{Problems, Session};
use crate::validators::{self, Outcome, Twin, Wanted};

/// Installs, lists and tries the validators.
#[derive(Debug, Args)]
pub(crate) struct ValidatorsArguments {
    #[command(subcommand)]
    command: ValidatorsCommand,
}

#[derive(Debug, Subcommand)]
enum ValidatorsCommand {
    /// Install the functions of schema hcw and the code tables, or bring them up to date
    Install {
        /// The extension hcw_pg, or nothing
        #[arg(long, conflicts_with = "portable")]
        native: bool,
        /// Plain SQL, for servers that load no extensions
        #[arg(long)]
        portable: bool,
    },
    /// List all validators; needs no database
    List,
    /// Judge one value (exit code 1 when it is not valid); needs no database
    Check {
        /// The validator's name, for example npi
        kind: String,
        /// The value
        #[arg(allow_hyphen_values = true)]
        value: OsString,
    },
}

/// Runs `hcw validators …`.
///
/// **Errors**: HCW1101 for an unknown validator; HCW1102 to HCW1104 when they cannot be installed.
pub(crate) async fn run(
    session: &(dyn Fn() -> Result<Session, Problems> + Sync),
    arguments: &ValidatorsArguments,
    reporter: &Reporter,
) -> Result<u8, Problems> {
    match &arguments.command {
        ValidatorsCommand::Install { native, portable } => {
            let wanted = match (native, portable) {
                (true, _) => Wanted::Only(Twin::Native),
                (_, true) => Wanted::Only(Twin::Portable),
                _ => Wanted::Auto,
            };
            let session = session()?;
            let connection = session.connection().await?;
            let mut client = session.connect(&connection).await?;
            let outcome = validators::ensure(&mut client, wanted)
                .await
                .map_err(|error| vec![error])?;
            if reporter.is_json() {
                let result = json!({
                    "twin": outcome.twin.as_str(),
                    "why": outcome.why,
                    "changed": outcome.is_changed,
                });
                reporter.data(&format!("{result}\n"));
            } else {
                reporter.line(&line(&outcome));
            }
            reporter.diagnostics(&outcome.warnings);
            Ok(exit_code::SUCCESS)
        }
        ValidatorsCommand::List => {
            rules::list(reporter);
            Ok(exit_code::SUCCESS)
        }
        ValidatorsCommand::Check { kind, value } => rules::check(kind, value, reporter),
    }
}

/// What a run keeps installed for a plan: what the project asks for in `vars: {hcw: {validators: …}}`
/// or, where it says nothing, the twin that the server can have when the plan's SQL uses them.
pub(super) fn wanted(project: &ProjectFile, plan: &Plan) -> Option<Wanted> {
    match project.validators {
        ValidatorForm::None => None,
        ValidatorForm::WhenUsed => validators::first_use(plan).map(|_| Wanted::Auto),
        ValidatorForm::Auto => Some(Wanted::Auto),
        ValidatorForm::Native => Some(Wanted::Only(Twin::Native)),
        ValidatorForm::Portable => Some(Wanted::Only(Twin::Portable)),
    }
}

/// Before models and tests: installs what is wanted.
pub(super) async fn keep_installed(
    session: &Session,
    plan: &Plan,
    client: &mut Client,
    reporter: &Reporter,
) -> Result<bool, Problems> {
    let Some(wanted) = wanted(&session.project_file, plan) else {
        return Ok(false);
    };
    let is_asked = session.project_file.validators != ValidatorForm::WhenUsed;
    let one = |error| vec![error];
    if !is_asked && validators::is_kept_by_others(client).await.map_err(one)? {
        return Ok(false);
    }
    let outcome = validators::ensure(client, wanted).await.map_err(one)?;
    if outcome.is_changed {
        reporter.line(&line(&outcome));
    }
    reporter.diagnostics(&outcome.warnings);
    Ok(outcome.is_changed)
}

fn line(outcome: &Outcome) -> String {
    format!(
        "validators: {} ({}), {}",
        outcome.twin.as_str(),
        outcome.why,
        if outcome.is_changed {
            "installed"
        } else {
            "unchanged"
        }
    )
}
