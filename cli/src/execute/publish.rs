//! The end of a run in the shadow: everything that it built is published in one short transaction.

use std::time::{Duration, Instant};

use hcw_core::diagnostic::Diagnostic;
use hcw_core::materialize::Statement;
use tokio_postgres::Client;

use super::failure::{Batch, Failure};
use super::setup;
use crate::report::Reporter;

/// How long it is tried, with a longer pause each time, up to the longest.
const PATIENCE: Duration = Duration::from_secs(600);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// One transaction that changes nothing and is committed durably: what the run has committed before is then on disk.
const FLUSH: &str = "\
select set_config('synchronous_commit', 'on', true) where current_setting('synchronous_commit') = 'off';
select pg_current_xact_id()";

/// How a publication ended.
pub(super) enum End {
    Published,
    Refused(Box<Diagnostic>),
    /// Somebody had no more time for it: nothing was published.
    Interrupted,
}

/// Has all that was committed before written to disk: the commit that holds readers up then waits for little more than
/// its own record. Where this fails, that tells why.
pub(super) async fn flush(client: &Client) {
    let _unflushed = client.batch_execute(FLUSH).await;
}

/// Publishes, and records it in the same transaction; tries again where somebody holds a lock, until `interrupted`.
/// `canceller` is another connection of the run, with the name of all of them.
pub(super) async fn publish(
    (client, canceller): (&Client, Option<(&Client, &str)>),
    publication: &[Statement],
    record: Option<&Statement>,
    interrupted: impl Future<Output = ()>,
    reporter: &Reporter,
) -> End {
    let began = Instant::now();
    let mut pause = Duration::from_millis(250);
    let mut is_told = false;
    tokio::pin!(interrupted);
    loop {
        let attempt = once(client, publication, record);
        tokio::pin!(attempt);
        let (ended, is_interrupted) = tokio::select! {
            ended = &mut attempt => (ended, false),
            () = &mut interrupted => {
                reporter.line("interrupted: cancelling the publication");
                if let Some((other, application_name)) = canceller {
                    setup::cancel(other, application_name).await;
                }
                // what the server had already committed is published
                (attempt.await, true)
            }
        };
        let failure = match ended {
            Ok(()) => return End::Published,
            Err(_cancelled) if is_interrupted => return End::Interrupted,
            Err(failure) => failure,
        };
        let is_final = !failure.is_about_locks() || began.elapsed() > PATIENCE;
        let problem = failure.of_the_run("what was built was published");
        if is_final {
            return End::Refused(Box::new(problem));
        }
        if !is_told {
            reporter.line(&format!("{}; trying again", problem.message));
            is_told = true;
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = &mut interrupted => {
                reporter.line("interrupted: what was built is not published");
                return End::Interrupted;
            }
        }
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
