//! The verbs: one file each.

mod build;
mod clean;
mod compile;
pub(crate) mod db;
mod debug;
mod deps;
mod diff;
mod docs;
mod freshness;
mod init;
pub(crate) mod load_codes;
mod ls;
mod migrate;
mod parse;
mod plan;
mod publish;
mod retry;
mod run_operation;
pub(crate) mod runs;
mod show;
pub(crate) mod validators;

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::plan::Work;

use crate::args::{Flags, Invocation, Operands, Output, Verb};
use crate::report::{Event, Reporter, WarningPolicy};
use crate::session::{Problems, Session};

/// Runs a verb; the exit code comes back. Problems that stop it before anything ran are the error.
pub(crate) async fn run(
    invocation: &Invocation,
    invocation_id: &str,
    reporter: &Reporter,
) -> Result<u8, Problems> {
    let flags = &invocation.flags;
    WarningPolicy::check(flags).map_err(|problem| vec![problem])?;
    notices(flags, reporter)?;
    let session = || Session::new(flags, invocation_id);
    if let Some(work) = work(flags) {
        let beginning = Session::begin(flags, invocation_id)?;
        return build::run(beginning, flags, &work, reporter).await;
    }
    match (flags.verb, &invocation.operands) {
        (Verb::Compile, _) => compile::run(&session()?, flags, reporter).await,
        (Verb::Parse, _) => parse::run(&session()?, reporter),
        (Verb::DocsGenerate, _) => docs::generate(&session()?, flags, reporter).await,
        (Verb::DocsServe, _) => docs::serve(&session()?, flags, reporter).await,
        (Verb::SourceFreshness, _) => freshness::run(&session()?, flags, reporter).await,
        (Verb::Retry, _) => {
            let again = retry::invocation(&session()?, flags)?;
            Box::pin(run(&again, invocation_id, reporter)).await
        }
        (Verb::List, _) => ls::run(&session()?, flags, reporter),
        (Verb::Show, _) => show::run(&session()?, flags, reporter).await,
        (Verb::Migrate, _) => migrate::run(&session()?, reporter).await,
        (Verb::Debug, _) => debug::run(flags, reporter).await,
        (Verb::Deps, _) => deps::run(flags, reporter),
        (Verb::Plan, _) => plan::run(&plan::session(flags, invocation_id)?, reporter).await,
        (Verb::Diff, _) => diff::run(&session()?, flags, reporter).await,
        (Verb::Publish, _) => publish::run(&session()?, reporter).await,
        (Verb::Clean, _) if flags.switch("shadow") => clean::shadow(&session()?, reporter).await,
        (Verb::Clean, _) => clean::run(flags, reporter),
        (_, Operands::RunOperation(name)) => {
            run_operation::run(&session()?, name.as_deref(), reporter).await
        }
        (_, Operands::Runs(runs)) => runs::run(&session()?, runs, reporter).await,
        (_, Operands::Init(name)) => init::run(flags, name.as_deref(), reporter),
        (_, Operands::Validators(validators)) => {
            validators::run(&session, validators, reporter).await
        }
        (_, Operands::LoadCodes(load_codes)) => {
            load_codes::run(&session()?, load_codes, reporter).await
        }
        (_, Operands::Db(db)) => {
            let mut output = anstream::stdout();
            db::run(db, &flags.project_dir, &mut output)
                .await
                .map_err(|error| vec![error])
        }
        (verb, _) => Err(vec![Diagnostic::error(
            Code::Unsupported,
            format!("`hcw {}` is not supported", verb.words()),
        )]),
    }
}

/// What a building verb does; `None` for the others.
fn work(flags: &Flags) -> Option<Work> {
    let nothing = Work::default();
    Some(match flags.verb {
        Verb::Build => Work {
            land: !flags.no_load,
            seeds: true,
            models: true,
            snapshots: true,
            tests: true,
            unit_tests: true,
            functions: true,
            declared: true,
            ..nothing
        },
        Verb::Snapshot => Work {
            snapshots: true,
            ..nothing
        },
        Verb::Clone => Work {
            seeds: true,
            models: true,
            snapshots: true,
            clones: true,
            ..nothing
        },
        Verb::Run => Work {
            models: true,
            ..nothing
        },
        Verb::Test => Work {
            tests: true,
            unit_tests: true,
            ..nothing
        },
        Verb::Seed => Work {
            seeds: true,
            ..nothing
        },
        Verb::Load => Work {
            land: true,
            ..nothing
        },
        _ => return None,
    })
}

/// What is said of every call before it does anything: the version, and old names in use.
fn notices(flags: &Flags, reporter: &Reporter) -> Result<(), Problems> {
    let version = format!("={}", env!("CARGO_PKG_VERSION"));
    let ours = matches!(
        flags.verb,
        Verb::Init | Verb::Db | Verb::Validators | Verb::LoadCodes | Verb::Migrate
    );
    // of a call that is made again `retry` has said it
    if !ours && flags.only.is_none() {
        let running = Event::new(
            "MainReportVersion",
            "A001",
            crate::args::LogLevel::Info,
            format!("Running with hcw{version}"),
        );
        reporter.event(&running.with("version", version).with("log_version", 3));
    }
    let deprecated = |name: &'static str, code: &'static str, message: String| {
        let message = format!("[WARNING][{name}]: {message}");
        let event = Event::new(name, code, crate::args::LogLevel::Warn, message);
        reporter.warn(&event, Code::Deprecated)
    };
    if flags.used_models {
        deprecated(
            "ModelParamUsageDeprecation",
            "D032",
            "`--models`, `--model` and `-m` are old names of `--select` and `-s`".to_owned(),
        )?;
    }
    if let Some(options) = flags.warn_error_options.as_ref() {
        for (old, new) in [("include", "error"), ("exclude", "warn")] {
            if options.get(old).is_some() {
                deprecated(
                    "WEOIncludeExcludeDeprecation",
                    "D031",
                    format!("`{old}` of `warn_error_options` is now `{new}`"),
                )?;
            }
        }
    }
    if let Output::File(path) = &flags.output {
        deprecated(
            "CustomOutputPathInSourceFreshnessDeprecation",
            "D029",
            format!(
                "`--output {}`: sources.json will be in the target folder alone",
                path.display()
            ),
        )?;
    }
    if flags.flags_in_profiles {
        deprecated(
            "ProjectFlagsMovedDeprecation",
            "D013",
            "`config` of profiles.yml: its place is `flags` of dbt_project.yml".to_owned(),
        )?;
    }
    for (old, new) in &flags.renamed_variables {
        deprecated(
            "EnvironmentVariableRenamed",
            "D009",
            format!("the environment variable `{old}` is now `{new}`"),
        )?;
    }
    let environment = crate::session::environment();
    for name in crate::args::foreign_variables(environment.keys()) {
        deprecated(
            "EnvironmentVariableNamespaceDeprecation",
            "D036",
            format!("the environment variable `{name}` has the prefix of dbt's own: rename it"),
        )?;
    }
    if flags.selector.is_some() && !(flags.select.is_empty() && flags.exclude.is_empty()) {
        let event = Event::new(
            "SelectExcludeIgnoredWithSelectorWarning",
            "Z064",
            crate::args::LogLevel::Warn,
            "--select and --exclude are ignored beside --selector",
        );
        reporter.warn(&event, Code::Usage)?;
    }
    Ok(())
}
