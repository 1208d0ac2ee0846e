//! `run-operation`: runs a macro against the warehouse.

use std::sync::Arc;
use std::time::Instant;

use hcw_core::artifact::{ResultStatus, RunResult};
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::operation;
use hcw_core::warehouse::Warehouse;
use serde_json::{Map, Value as Json};

use super::build;
use crate::artifacts::{self, run_results};
use crate::db::live::LiveWarehouse;
use crate::exit_code;
use crate::report::Reporter;
use crate::session::{Problems, Session};

/// What is to be run.
#[derive(Debug)]
pub(crate) struct Operation {
    /// The macro's package, when the user names one.
    pub(crate) package: Option<String>,
    /// The macro.
    pub(crate) name: String,
    /// Its arguments.
    pub(crate) arguments: Map<String, Json>,
}

/// Reads the call and runs the macro.
///
/// **Errors**: HCW0001 without a macro; what is wrong with the project.
pub(crate) async fn run(
    session: &Session,
    name: Option<&str>,
    reporter: &Reporter,
) -> Result<u8, Problems> {
    let Some(name) = name else {
        return Err(vec![
            Diagnostic::error(Code::Usage, "no macro to run")
                .help("name it: `hcw run-operation <macro> --args '{key: value}'`"),
        ]);
    };
    let (package, name) = match name.split_once('.') {
        Some((package, name)) => (Some(package.to_owned()), name),
        None => (None, name),
    };
    let call = Operation {
        package,
        name: name.to_owned(),
        arguments: session.flags.args.clone().unwrap_or_default(),
    };
    let resolved = session.resolve(reporter)?;
    artifacts::write_manifest(session, &resolved, None).map_err(|problem| vec![problem])?;
    operation::find_macro(&resolved, call.package.as_deref(), name)
        .map_err(|problem| vec![*problem])?;
    let connection = session.connection().await?;
    let client = session.connect(&connection).await?;
    let voice = session.voice(&resolved, &format!("macro_{name}"), reporter)?;
    let warehouse: Arc<dyn Warehouse> = Arc::new(LiveWarehouse::new(client, voice));
    let started = Instant::now();
    let outcome = tokio::task::block_in_place(|| {
        operation::run_macro(
            &resolved,
            call.package.as_deref(),
            &call.name,
            &call.arguments,
            &warehouse,
        )
    });
    let package = call.package.as_deref();
    let id = operation::macro_id(&resolved, package, name);
    let mut result = RunResult::new(&id, ResultStatus::Success);
    result.thread_id = "MainThread".to_owned();
    match &outcome {
        Ok(done) => {
            result.failures = Some(0);
            build::messages(&done.messages, reporter);
        }
        Err(failure) => {
            let problem = &failure.diagnostic;
            build::messages(&failure.messages, reporter);
            result.status = ResultStatus::Error;
            result.failures = Some(1);
            result.message = Some(run_results::told(problem));
            // what fails in the macro is its result; the call itself was right
            reporter.failed("Encountered an error while running operation", problem);
        }
    }
    let elapsed = started.elapsed();
    let result = run_results::timed(result, elapsed, jiff::Timestamp::now());
    run_results::write(session, vec![result], elapsed).map_err(|error| vec![error])?;
    Ok(match outcome {
        Ok(_) => exit_code::SUCCESS,
        Err(_) => exit_code::FAILURE,
    })
}
