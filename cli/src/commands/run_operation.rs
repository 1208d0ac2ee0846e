//! `run-operation`: runs a macro against the warehouse.

use hcw_core::diagnostic::{Code, Diagnostic};
use serde_json::{Map, Value as Json};

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
    let operation = Operation {
        package,
        name: name.to_owned(),
        arguments: session.flags.args.clone().unwrap_or_default(),
    };
    session.resolve(reporter)?;
    execute(&operation)
}

/// Runs the macro on a connection.
fn execute(operation: &Operation) -> Result<u8, Problems> {
    let shown = match &operation.package {
        Some(package) => format!("{package}.{}", operation.name),
        None => operation.name.clone(),
    };
    Err(vec![Diagnostic::error(
        Code::Unsupported,
        format!(
            "running the macro `{shown}` with {} arguments is not supported yet",
            operation.arguments.len()
        ),
    )])
}
