//! `publish`: publishes what a run has built and tested in its shadow and not published.

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::shadow::Shadow;

use crate::db::connect::connect;
use crate::report::Reporter;
use crate::session::{Problems, Session};
use crate::{execute, exit_code};

/// Publishes each waiting run in one transaction, the oldest first.
///
/// **Errors**: HCW0704 when none waits, or one is not fit to be published; HCW0701 with all that is in the way.
pub(crate) async fn run(session: &Session, reporter: &Reporter) -> Result<u8, Problems> {
    let resolved = session.resolve(reporter)?;
    let connection = session.connection().await?;
    let client = session.connect(&connection).await?;
    let one = |problem: Diagnostic| vec![problem];
    let schemas = resolved.schemas();
    execute::lock(&client, &schemas, &session.run_name(), reporter)
        .await
        .map_err(one)?;
    let waiting = execute::held::find(&client, &resolved.schemas_beside())
        .await
        .map_err(one)?;
    if waiting.is_empty() {
        return Err(vec![
            Diagnostic::error(Code::NotPublishable, "no run waits to be published")
                .help("`hcw build --hold` builds and tests without publishing"),
        ]);
    }
    let name = session.run_name();
    let publisher = connect(&connection, &name).await.map_err(one)?;
    for held in &waiting {
        let of_run = (&publisher, &client, &*name);
        match execute::held::publish(of_run, held, &resolved, reporter).await {
            Ok(true) => {}
            Ok(false) => return Ok(exit_code::FAILURE),
            Err(problem) => {
                reporter.diagnostics(&[problem]);
                return Ok(exit_code::FAILURE);
            }
        }
        let names: Vec<String> = held.names().collect();
        reporter.line(&format!(
            "published what run {} built: {}",
            held.run,
            names.join(", ")
        ));
        let schemas = held.schemas();
        let beside = Shadow::schemas_beside(schemas.iter().map(String::as_str));
        execute::remove_shadows(&client, &beside, &resolved)
            .await
            .map_err(one)?;
    }
    Ok(exit_code::SUCCESS)
}
