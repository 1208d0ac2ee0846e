//! Signals that end a run before its end.

use tokio::signal::unix::{SignalKind, signal};

/// Ends when somebody wants the run to end: Ctrl-C, or SIGTERM, as schedulers send it.
pub(crate) async fn interruption() {
    let Ok(mut terminated) = signal(SignalKind::terminate()) else {
        let _signal = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}
