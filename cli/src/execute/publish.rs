//! The end of a run in the shadow: everything that it built is published in one short transaction.

use std::time::{Duration, Instant};

use hcw_core::diagnostic::Diagnostic;
use hcw_core::materialize::Statement;
use tokio_postgres::Client;

use super::failure::{Batch, Failure};
use crate::report::Reporter;

/// How long it is tried, with a longer pause each time, up to the longest.
const PATIENCE: Duration = Duration::from_secs(600);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// Publishes, and records it in the same transaction; tries again where somebody holds a lock.
pub(super) async fn publish(
    client: &Client,
    publication: &[Statement],
    record: Option<&Statement>,
    reporter: &Reporter,
) -> Result<(), Diagnostic> {
    let began = Instant::now();
    let mut pause = Duration::from_millis(250);
    let mut is_told = false;
    loop {
        let failure = match once(client, publication, record).await {
            Ok(()) => return Ok(()),
            Err(failure) => failure,
        };
        let is_final = !failure.is_about_locks() || began.elapsed() > PATIENCE;
        let problem = failure.of_the_run("what was built was published");
        if is_final {
            return Err(problem);
        }
        if !is_told {
            reporter.line(&format!("{}; trying again", problem.message));
            is_told = true;
        }
        tokio::time::sleep(pause).await;
        pause = LONGEST_PAUSE.min(pause * 2);
    }
}

async fn once(
    client: &Client,
    publication: &[Statement],
    record: Option<&Statement>,
) -> Result<(), Failure> {
    let batch = Batch::new(publication.iter().chain(record));
    super::build::send(client, &batch).await.map(|_| ())
}
