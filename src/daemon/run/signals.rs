//! What the system tells the daemon.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::{Message, RunError};
use crate::config::{ApiKey, CredentialError};
use crate::daemon::{notify, tell};

/// Reads the API key again at each SIGHUP.
pub(super) fn reload_on_hangup(
    reload: impl Fn() -> Result<ApiKey, CredentialError> + Send + 'static,
    messages: mpsc::Sender<Message>,
) -> Result<(), RunError> {
    let mut hangup = signal(SignalKind::hangup()).map_err(RunError::Signals)?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            notify::reloading();
            match reload() {
                Ok(key) => drop(messages.send(Message::NewKey(key)).await),
                Err(error) => tell::key_kept(&format!("the old API key stays in use: {error}")),
            }
            notify::reloaded();
        }
    });
    Ok(())
}

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
