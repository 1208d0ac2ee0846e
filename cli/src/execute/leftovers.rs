//! What a run that was killed still does in the server: it is ended before another run begins.

use std::time::{Duration, Instant};

use hcw_core::diagnostic::Diagnostic;
use tokio_postgres::Client;

use crate::db::state::failure;
use crate::report::Reporter;

/// How long it is waited for, and how often it is looked for.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

/// Ends connections that bear the name of a run (`hcw`, its id) whose own connection, which holds a lock of that name,
/// is gone. A user sees and ends connections of their own roles only.
const TERMINATE: &str = "
    select activity.pid, pg_terminate_backend(activity.pid)
    from pg_catalog.pg_stat_activity as activity
    where activity.datname = current_database()
        and activity.application_name ~ '^hcw [0-9a-f]{8}-'
        and not exists (
            select from pg_catalog.pg_locks as held
            where held.locktype = 'advisory'
                and held.objsubid = 1
                and held.database = activity.datid
                and ((held.classid::bigint << 32) | held.objid::bigint) = hashtextextended(activity.application_name, 0)
        )";

/// Ends what runs that were killed have left running in this database, and waits until it has ended; whether there was
/// any.
///
/// **Errors**: HCW0604 or HCW0701.
pub(super) async fn end(client: &Client, reporter: &Reporter) -> Result<bool, Diagnostic> {
    let began = Instant::now();
    let mut is_told = false;
    loop {
        let left = client.query_typed(TERMINATE, &[]).await;
        let left = left.map_err(|error| failure(&error, TERMINATE))?;
        if left.is_empty() || began.elapsed() > PATIENCE {
            return Ok(is_told);
        }
        if !is_told {
            reporter.line("a run that was killed still works in the server; ending it");
            is_told = true;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
