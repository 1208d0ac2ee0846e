//! The verbs: one file each.

mod build;
mod clean;
mod compile;
pub(crate) mod db;
mod debug;
mod init;
pub(crate) mod load_codes;
mod ls;
mod migrate;
mod show;
pub(crate) mod validators;

use crate::args::{Arguments, RunArguments, Verb};
use crate::exit_code;
use crate::report::Reporter;
use crate::session::{Problems, Session};
use hcw_core::plan::Work;

/// Runs a verb; the exit code comes back. Problems that stop it before anything ran are the error.
pub(crate) async fn run(arguments: &Arguments, reporter: &Reporter) -> Result<u8, Problems> {
    let global = &arguments.global;
    match &arguments.verb {
        Verb::Build(run) => {
            let work = Work {
                land: !run.no_load,
                seeds: true,
                models: true,
                tests: true,
            };
            build::run(&Session::new(global, run, "build")?, run, &work, reporter).await
        }
        Verb::Run(run) => {
            let work = Work {
                models: true,
                ..Work::default()
            };
            build::run(&Session::new(global, run, "run")?, run, &work, reporter).await
        }
        Verb::Test(run) => {
            let work = Work {
                tests: true,
                ..Work::default()
            };
            build::run(&Session::new(global, run, "test")?, run, &work, reporter).await
        }
        Verb::Seed(run) => {
            let work = Work {
                seeds: true,
                ..Work::default()
            };
            build::run(&Session::new(global, run, "seed")?, run, &work, reporter).await
        }
        Verb::Load(run) => {
            let work = Work {
                land: true,
                ..Work::default()
            };
            build::run(&Session::new(global, run, "load")?, run, &work, reporter).await
        }
        Verb::Compile(run) => {
            compile::run(&Session::new(global, run, "compile")?, run, reporter).await
        }
        Verb::Parse => {
            let session = Session::new(global, &RunArguments::default(), "parse")?;
            let resolved = session.resolve(reporter)?;
            let nodes = &resolved.project().nodes;
            reporter.line(&format!(
                "parsed {} nodes and {} source tables",
                nodes.len(),
                resolved.project().sources.len()
            ));
            Ok(exit_code::SUCCESS)
        }
        Verb::Ls(run) => ls::run(&Session::new(global, run, "list")?, run, reporter),
        Verb::Show(show) => {
            show::run(&Session::new(global, &show.run, "show")?, show, reporter).await
        }
        Verb::Migrate => {
            let session = Session::new(global, &RunArguments::default(), "migrate")?;
            migrate::run(&session, reporter).await
        }
        Verb::Debug => debug::run(global, reporter).await,
        Verb::Init(init) => init::run(global, init, reporter),
        Verb::Clean => clean::run(global, reporter),
        Verb::Validators(validators) => validators::run(global, validators, reporter).await,
        Verb::LoadCodes(load_codes) => load_codes::run(global, load_codes, reporter).await,
        Verb::Db(db) => {
            let project_dir = std::path::absolute(&global.project_dir)
                .unwrap_or_else(|_| global.project_dir.clone());
            let mut output = anstream::stdout();
            db::run(db, &project_dir, &mut output)
                .await
                .map_err(|error| vec![error])
        }
    }
}
