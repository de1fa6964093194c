//! What the system tells the daemon.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::RunError;

/// A stop for each SIGTERM and SIGINT.
pub(super) fn signals() -> Result<mpsc::Receiver<()>, RunError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(RunError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(RunError::Signals)?;
    let (sender, stops) = mpsc::channel(1);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if sender.send(()).await.is_err() {
                return;
            }
        }
    });
    Ok(stops)
}
