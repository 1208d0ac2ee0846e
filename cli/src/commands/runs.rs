//! `runs`: what earlier runs took and cost, from the records in schema `hcw`.

use clap::{Args, Subcommand};
use hcw_core::cost;
use hcw_core::diagnostic::{Code, Diagnostic};
use serde_json::{Value as Json, json};

use crate::args::Output;
use crate::report::Reporter;
use crate::session::{Problems, Session};
use crate::{exit_code, memory};

/// Lists runs, or shows one.
#[derive(Debug, Args)]
pub(crate) struct RunsArguments {
    #[command(subcommand)]
    command: Option<RunsCommand>,
}

#[derive(Debug, Subcommand)]
enum RunsCommand {
    /// The newest runs (as without a word)
    List,
    /// One run: its steps, its critical path, and what other numbers of threads would make of it
    Show {
        /// The beginning of its id, or `latest`
        #[arg(default_value = "latest")]
        run: String,
    },
}

/// Prints them.
///
/// **Errors**: HCW0503 for a run that is not recorded.
pub(crate) async fn run(
    session: &Session,
    arguments: &RunsArguments,
    reporter: &Reporter,
) -> Result<u8, Problems> {
    let one = |problem: Diagnostic| vec![problem];
    let connection = session.connection().await?;
    let client = session.connect(&connection).await?;
    let is_json = session.flags.output == Output::Json;
    let text = match &arguments.command {
        None | Some(RunsCommand::List) => {
            let limit = session.flags.values.get("limit").and_then(Json::as_i64);
            let runs = memory::read_runs(&client, session, limit.unwrap_or(20))
                .await
                .map_err(one)?;
            match is_json {
                true => printed(&json!(runs)),
                false if runs.is_empty() => "no runs are recorded".to_owned(),
                false => cost::list(&runs),
            }
        }
        Some(RunsCommand::Show { run }) => {
            let found = match run.as_str() {
                "latest" => memory::latest(&client, session).await,
                id => memory::read_run(&client, session, id).await,
            };
            let Some(run) = found.map_err(one)? else {
                return Err(vec![
                    Diagnostic::error(Code::StateMissing, format!("no run `{run}` is recorded"))
                        .help("`hcw runs` lists those that are"),
                ]);
            };
            match is_json {
                true => printed(&json!({
                    "run": run,
                    "critical_path": cost::critical_path(&run.nodes),
                    "threads": cost::replays(&run),
                })),
                false => cost::show(&run),
            }
        }
    };
    reporter.data(&format!("{}\n", text.trim_end()));
    Ok(exit_code::SUCCESS)
}

fn printed(value: &Json) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
