//! `hcw db`: the embedded server by hand.

use std::ffi::OsString;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use clap::{Args, Subcommand};
use hcw_core::diagnostic::{Code, Diagnostic};

use crate::embedded;

/// Starts, stops and opens the project's embedded PostgreSQL.
#[derive(Debug, Args)]
pub(crate) struct DbArguments {
    #[command(subcommand)]
    command: DbCommand,
}

#[derive(Debug, Subcommand)]
enum DbCommand {
    /// Start the embedded server; make its cluster on first use
    Start,
    /// Stop the embedded server
    Stop,
    /// Say whether the embedded server runs, and where it is (exit code 1 when it does not run)
    Status,
    /// Open psql on the embedded server, starting it when needed
    Psql {
        /// Arguments for psql
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Print the address of the embedded server, starting it when needed
    Url,
    /// Watch the server of the cluster in the current folder
    #[command(name = "__supervise", hide = true)]
    Supervise {
        #[arg(long)]
        major: u32,
    },
}

/// Runs `hcw db …`.
///
/// **Shape**: the exit code: 0, or 1 when `status` finds no running server. `psql` replaces this process.
/// **Errors**: HCW1001 to HCW1005, HCW0003, HCW0607; exit code 2.
pub(crate) async fn run(
    arguments: &DbArguments,
    project_dir: &Path,
    output: &mut (dyn Write + Send),
) -> Result<u8, Diagnostic> {
    match &arguments.command {
        DbCommand::Start => {
            embedded::ensure_running(project_dir).await?;
            status(project_dir, output).await
        }
        DbCommand::Stop => {
            let stopped = embedded::stop(project_dir).await?;
            print(
                output,
                if stopped {
                    "stopped\n"
                } else {
                    "not running\n"
                },
            );
            Ok(0)
        }
        DbCommand::Status => status(project_dir, output).await,
        DbCommand::Psql { arguments } => psql(project_dir, arguments).await,
        DbCommand::Url => {
            let connection = embedded::ensure_running(project_dir).await?;
            print(output, &format!("{}\n", embedded::url(&connection)));
            Ok(0)
        }
        DbCommand::Supervise { major } => {
            embedded::supervise(*major).await?;
            Ok(0)
        }
    }
}

async fn status(project_dir: &Path, output: &mut (dyn Write + Send)) -> Result<u8, Diagnostic> {
    let Some(status) = embedded::status(project_dir).await? else {
        print(output, "stopped: no embedded cluster was made yet\n");
        return Ok(1);
    };
    let state = match (status.running, status.pid) {
        (true, Some(pid)) => format!("running, process {pid}"),
        (true, None) => "running".to_owned(),
        (false, _) => "stopped".to_owned(),
    };
    let text = format!(
        "{state}\nversion  PostgreSQL {}\ndata     {}\nlog      {}\nsocket   {}\nurl      {}\n",
        status.major,
        status.data.display(),
        status.log.display(),
        status.connection.host,
        embedded::url(&status.connection),
    );
    print(output, &text);
    Ok(u8::from(!status.running))
}

/// Becomes psql. The settings go by the environment, where other users do not see them.
async fn psql(project_dir: &Path, arguments: &[OsString]) -> Result<u8, Diagnostic> {
    let connection = embedded::ensure_running(project_dir).await?;
    let program = embedded::psql_program(project_dir);
    let mut command = Command::new(&program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(name);
        }
    }
    let error = command
        .env("PGHOST", &connection.host)
        .env("PGPORT", connection.port.to_string())
        .env("PGUSER", &connection.user)
        .env("PGDATABASE", &connection.dbname)
        .env("PGAPPNAME", "hcw db psql")
        .args(arguments)
        .exec();
    Err(Diagnostic::error(
        Code::ServerNotFound,
        format!("`{}` does not run: {error}", program.display()),
    )
    .help("install PostgreSQL's client programs (Debian: postgresql-client)"))
}

/// Writes a line for the user; a reader that went away is no error.
fn print(output: &mut (dyn Write + Send), text: &str) {
    let _gone = output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush());
}
