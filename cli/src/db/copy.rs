//! The beginning of a COPY. Knows nothing of what is copied.

use std::time::Duration;

use bytes::Bytes;
use tokio_postgres::{Client, CopyInSink, Error, ToStatement};

/// How often it is looked whether a connection has ended, and how long in between.
const LOOKS: u32 = 2_000;
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);

/// Begins a `copy … from stdin`.
///
/// # Errors
/// What the server refuses. The connection is closed then, and what was open on it is rolled back: the driver sends the
/// server a second end of the request, whose answer would be taken for that of the next statement.
pub(crate) async fn start(
    client: &Client,
    statement: &(impl ToStatement + ?Sized),
) -> Result<CopyInSink<Bytes>, Error> {
    let refused = match client.copy_in(statement).await {
        Ok(sink) => return Ok(sink),
        Err(refused) => refused,
    };
    // no request waits for the second answer, so the driver ends the connection when it comes
    for _ in 0..LOOKS {
        if client.is_closed() {
            break;
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    Err(refused)
}
