//! The end of a run in the shadow: everything that it built is published in one short transaction.

use std::time::Duration;

use hcw_core::diagnostic::Diagnostic;
use hcw_core::materialize::Statement;
use tokio_postgres::Client;

use super::failure::{Batch, Failure};
use crate::report::Reporter;

/// How often it is tried, with a longer pause each time: 0.25 s, 0.5 s, … 8 s, 16 s in all.
const ATTEMPTS: u32 = 7;

/// Publishes, and records it in the same transaction; tries again where somebody holds a lock.
pub(super) async fn publish(
    client: &Client,
    publication: &[Statement],
    record: Option<&Statement>,
    reporter: &Reporter,
) -> Result<(), Diagnostic> {
    let mut pause = Duration::from_millis(250);
    for attempt in 1.. {
        match once(client, publication, record).await {
            Err(failure) if failure.is_about_locks() && attempt < ATTEMPTS => {
                if attempt == 1 {
                    reporter.line("somebody holds a lock on what is to be published; trying again");
                }
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            Err(failure) => return Err(failure.of_the_run("what was built was published")),
            Ok(()) => break,
        }
    }
    Ok(())
}

async fn once(
    client: &Client,
    publication: &[Statement],
    record: Option<&Statement>,
) -> Result<(), Failure> {
    let batch = Batch::new(publication.iter().chain(record));
    super::build::send(client, &batch).await.map(|_| ())
}
