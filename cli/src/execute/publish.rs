//! The end of a run in the shadow: everything that it built is published in one short transaction.

use std::time::{Duration, Instant};

use hcw_core::diagnostic::Diagnostic;
use hcw_core::materialize::Statement;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::failure::{Batch, Failure};
use super::{Run, setup};
use crate::db::connect::connect;
use crate::report::Reporter;

/// How long it is tried, with a longer pause each time, up to the longest.
const PATIENCE: Duration = Duration::from_secs(600);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// How often, and how long after one another, a server is asked again that was lost.
const RECONNECTIONS: u32 = 30;
const RECONNECTION_PAUSE: Duration = Duration::from_secs(1);
/// One transaction that changes nothing and is committed durably: what the run has committed before is then on disk.
const FLUSH: &str = "\
select set_config('synchronous_commit', 'on', true) where current_setting('synchronous_commit') = 'off';
select pg_current_xact_id()";

/// How a publication ended.
pub(super) enum End {
    Published,
    Refused(Box<Diagnostic>),
    /// The connection was lost: whether anything was published is for the server to say.
    Lost(Box<Diagnostic>),
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
        let is_lost = failure.is_lost();
        let is_too_much = failure.is_about_memory();
        let is_final = !failure.is_about_locks() || began.elapsed() > PATIENCE;
        let problem = failure.of_the_run("what was built was published");
        if is_lost {
            return End::Lost(Box::new(problem));
        }
        if is_final {
            let problem = match is_too_much {
                true => problem.help(
                    "all that is published at once is locked at once: raise max_locks_per_transaction, or publish node by \
                     node (--publish=per-node)",
                ),
                false => problem,
            };
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

/// A new connection of a run whose own was lost while it published, and whether that was published: its relations are in
/// the shadow no more. `None` where the server does not answer.
pub(super) async fn found_out(run: &Run) -> Option<(Client, bool)> {
    const WORKS: &str = "
        select exists (
            select from pg_catalog.pg_stat_activity
            where application_name = $1 and pid <> pg_backend_pid() and state <> 'idle'
        )";
    const STANDS: &str = "select to_regclass($1) is not null";
    for _ in 0..RECONNECTIONS {
        tokio::time::sleep(RECONNECTION_PAUSE).await;
        let Ok(client) = connect(&run.connection, &run.application_name).await else {
            continue;
        };
        let answer = async |query: &str, value: &str| {
            let row = client.query_typed_one(query, &[(&value, Type::TEXT)]).await;
            row.ok().map(|row| row.get::<_, bool>(0))
        };
        // all others have ended their work, but for the one that was lost
        if answer(WORKS, &run.application_name).await != Some(false) {
            continue;
        }
        let place = run.analysed.resolved.in_shadow().next()?.1.in_schema();
        if let Some(stands) = answer(STANDS, &place).await {
            return Some((client, !stands));
        }
    }
    None
}

async fn once(
    client: &Client,
    publication: &[Statement],
    record: Option<&Statement>,
) -> Result<(), Failure> {
    let batch = Batch::new(publication.iter().chain(record));
    super::build::send(client, &batch).await.map(|_| ())
}
