//! Arguments in, exit code out.

mod args;
mod artifacts;
mod commands;
mod db;
mod embedded;
mod execute;
mod exit_code;
mod landing;
mod memory;
mod migration;
mod packages;
mod profile_folders;
mod project_fs;
mod report;
mod sample;
mod seed_load;
mod selection;
mod session;
mod validators;
mod worker;

use std::process::ExitCode;
use std::time::Instant;

use clap::error::ErrorKind;

use report::Reporter;

/// Compiling makes millions of small values, which this allocator is made for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let started = Instant::now();
    let environment = session::environment();
    let invocation = match args::parse(std::env::args_os().collect(), &environment) {
        Ok(invocation) => invocation,
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
    let flags = &invocation.flags;
    let invocation_id = uuid::Uuid::new_v4().to_string();
    let reporter = Reporter::new(flags, &invocation_id);
    if let Some(folder) = &flags.log.path {
        reporter.log_to_folder(folder, flags.log.file_max_bytes);
    }
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
    let command = format!("hcw {}", flags.verb.words());
    let teller = reporter.clone();
    // on a thread of the runtime, so that no step is handed from thread to thread
    let verb = runtime.spawn(async move {
        let reporter = teller;
        commands::run(&invocation, &invocation_id, &reporter).await
    });
    let code = match runtime.block_on(verb) {
        Ok(Ok(code)) => code,
        Ok(Err(diagnostics)) => {
            reporter.stopped(&diagnostics);
            exit_code::UNUSABLE
        }
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    };
    let success = code == exit_code::SUCCESS;
    reporter.event(&report::command_completed(
        &command,
        success,
        started.elapsed(),
    ));
    reporter.finish();
    runtime.shutdown_background();
    ExitCode::from(code)
}
