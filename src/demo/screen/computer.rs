//! The kiosk's computer: the real daemon in a thread with a runtime of its own, so that its plug
//! can be pulled.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::machine::Cables;
use crate::config::{ApiKey, Loaded};
use crate::daemon::run::{Daemon, Devices, Message, RunError};
use crate::daemon::{Event, identity};
use crate::ids::ControllerId;
use crate::journal::JournalError;

/// The journal's thread of the life before still writes what it was given, and keeps the lock so
/// long.
const LOCK_LIMIT: Duration = Duration::from_secs(10);

/// How soon a locked journal is tried again.
const LOCK_RETRY: Duration = Duration::from_millis(20);

/// What a computer runs on.
#[derive(Clone, Debug)]
pub(super) struct Build {
    pub(super) loaded: Arc<Loaded>,
    pub(super) key: ApiKey,
    pub(super) cables: Cables,
}

/// A computer with power.
#[derive(Debug)]
pub(super) struct Computer {
    plug: oneshot::Sender<()>,
    thread: JoinHandle<Result<(), RunError>>,
    cables: Cables,
}

impl Computer {
    /// Gives it power.
    pub(super) fn start(build: Build, devices: Devices) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (plug, pulled) = oneshot::channel();
        let cables = build.cables.clone();
        let thread = std::thread::Builder::new().name("daemon".to_owned()).spawn(move || {
            let result = runtime.block_on(async {
                tokio::select! {
                    // Also when the other end is dropped.
                    _ = pulled => Ok(()),
                    result = live(&build, devices) => result,
                }
            });
            // Nothing is waited for; every task is dropped where it stands.
            runtime.shutdown_background();
            result
        })?;
        Ok(Self { plug, thread, cables })
    }

    /// Drops the daemon where it stands. What it had in flight is lost, and so is whatever the
    /// journal's thread was not given yet. A real power cut, which also loses what is on its way
    /// to the disk, is tried by the tests that kill the process.
    pub(super) fn pull_the_plug(self) {
        self.cables.unplug();
        drop(self.plug);
        // What it died of has no meaning without power.
        drop(self.thread.join());
    }

    /// Whether the daemon has ended by itself, which only a fault does.
    pub(super) fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }

    /// What the daemon ended of; nothing if it gave no error.
    pub(super) fn into_error(self) -> Option<RunError> {
        self.cables.unplug();
        self.thread.join().ok()?.err()
    }
}

async fn live(build: &Build, devices: Devices) -> Result<(), RunError> {
    let daemon = open(build).await?;
    build.cables.plug(daemon.messages());
    for name in devices.dispensers.keys() {
        build.cables.say(Message::Event(Event::DispenserReachable(name.clone())));
    }
    // Nobody tells it to stop: the demo ends like a pulled plug.
    let (_never, stops) = mpsc::channel(1);
    daemon.turn_until_stopped(devices, stops).await;
    Ok(())
}

async fn open(build: &Build) -> Result<Daemon, RunError> {
    let limit = Instant::now() + LOCK_LIMIT;
    loop {
        // Containers often have no number that a demo would need.
        let controller = identity::controller()
            .or_else(|error| ControllerId::new("demo").map_err(|_| RunError::Identity(error)))?;
        match Daemon::open(&build.loaded, &build.key, controller) {
            Err(RunError::Journal(JournalError::Locked { .. })) if Instant::now() < limit => {
                tokio::time::sleep(LOCK_RETRY).await;
            }
            result => return result,
        }
    }
}
