//! Arguments in, exit code out.

mod args;
mod artifacts;
mod commands;
mod db;
mod embedded;
mod execute;
mod exit_code;
mod landing;
mod migration;
mod project_fs;
mod report;
mod seed_load;
mod session;
mod validators;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::Arguments;
use report::Reporter;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // clap's own text goes where it belongs; only its exit code is dbt's
            let _gone = error.print();
            let asked_for_help = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            );
            return ExitCode::from(if asked_for_help {
                exit_code::SUCCESS
            } else {
                exit_code::UNUSABLE
            });
        }
    };
    let reporter = Reporter::new(arguments.global.output, arguments.global.quiet);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            reporter.line(&format!("error: no threads to work with: {error}"));
            return ExitCode::from(exit_code::UNUSABLE);
        }
    };
    let code = match runtime.block_on(commands::run(&arguments, &reporter)) {
        Ok(code) => code,
        Err(diagnostics) => {
            reporter.diagnostics(&diagnostics);
            exit_code::UNUSABLE
        }
    };
    runtime.shutdown_background();
    ExitCode::from(code)
}
