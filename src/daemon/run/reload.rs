//! A reload: the files and the API key are read again beside the loop, and taken into use between
//! two customers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot};

use super::{Message, RunError, Tasks, perform};
use crate::config::{ApiKey, Authorities, ConfigError, CredentialError, Loaded, last_good};
use crate::daemon::driver::{Driver, Event};
use crate::daemon::setup::setup;
use crate::daemon::{clock, notify, tell};
use crate::stripe::warm::Pace;

/// Reads something of the kiosk's again, as a start does.
type Reads<T, E> = Box<dyn Fn() -> Result<T, E> + Send + Sync>;

/// What a reload reads.
pub struct Sources {
    /// The whole configuration.
    pub configuration: Reads<Loaded, ConfigError>,
    /// The API key.
    pub key: Reads<ApiKey, CredentialError>,
}

/// What became of a reload: the reply of `POST /v1/reload`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReloadDocument {
    /// The hash of what runs.
    pub hash: String,
    /// The hash of what is taken when the customer is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<String>,
    /// Keys that take effect at the next start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at_next_start: Vec<String>,
    /// All that is wrong with the files, if they are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Why the old API key stays in use, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// Where somebody orders a reload, and where what became of it goes.
pub type ReloadOrders = mpsc::Sender<oneshot::Sender<ReloadDocument>>;

/// What the loop hears of a reload.
#[derive(Debug)]
pub struct Offer {
    /// What the files say now.
    pub loaded: Result<Box<Loaded>, ConfigError>,
    /// For what becomes of it.
    pub answer: oneshot::Sender<ReloadDocument>,
}

/// Reloads at each SIGHUP, and whenever somebody orders it: one after the other.
pub(super) fn reload_when_told(
    sources: Sources,
    messages: mpsc::Sender<Message>,
) -> Result<ReloadOrders, RunError> {
    let mut hangup = signal(SignalKind::hangup()).map_err(RunError::Signals)?;
    let (orders, mut ordered) = mpsc::channel::<oneshot::Sender<ReloadDocument>>(1);
    let sources = Arc::new(sources);
    tokio::spawn(async move {
        loop {
            let person = tokio::select! {
                Some(()) = hangup.recv() => None,
                Some(person) = ordered.recv() => Some(person),
                else => return,
            };
            notify::reloading();
            let document = reload(sources.clone(), &messages).await;
            notify::reloaded();
            if let (Some(person), Some(document)) = (person, document) {
                drop(person.send(document));
            }
        }
    });
    Ok(orders)
}

/// None: the daemon stops.
async fn reload(sources: Arc<Sources>, messages: &mpsc::Sender<Message>) -> Option<ReloadDocument> {
    // Beside the loop: a disk may hang.
    let read = move || ((sources.key)(), (sources.configuration)());
    let (key, loaded) = tokio::task::spawn_blocking(read).await.ok()?;
    let (answer, taken) = oneshot::channel();
    let key = match key {
        Ok(key) => {
            messages.send(Message::NewKey { key, answer }).await.ok()?;
            taken.await.ok()?.err()
        }
        Err(error) => Some(format!("the old API key stays in use: {error}")),
    };
    if let Some(why) = &key {
        tell::key_kept(why);
    }
    let (answer, document) = oneshot::channel();
    let offer = Offer { loaded: loaded.map(Box::new), answer };
    messages.send(Message::Reload(offer)).await.ok()?;
    Some(ReloadDocument { key, ..document.await.ok()? })
}

/// The files were read again: takes them, now or when the customer is done, or refuses them.
pub(super) async fn offered(
    driver: &mut Driver,
    Offer { loaded, answer }: Offer,
    tasks: &mut Tasks,
    may_change: bool,
) {
    let refused = match &loaded {
        Ok(loaded) => {
            for warning in &loaded.warnings {
                tell::configuration_doubted(&warning.on_one_line());
            }
            None
        }
        Err(error) => {
            tell::configuration::reload_refused(error);
            Some(error.to_string())
        }
    };
    tasks.running.offer(loaded.map(|loaded| *loaded), clock::now().wall);
    if may_change {
        take(driver, tasks).await;
    }
    let status = tasks.running.status();
    if let Some(hash) = status.waiting.as_ref().filter(|_| refused.is_none()) {
        tell::configuration::reload_waits(hash);
    }
    drop(answer.send(ReloadDocument {
        hash: status.hash,
        waiting: status.waiting,
        at_next_start: status.at_next_start,
        refused,
        key: None,
    }));
}

/// Takes what waits into use, if no customer is there, and no technician's order is at a dispenser.
pub(super) async fn take(driver: &mut Driver, tasks: &mut Tasks) {
    if !tasks.running.is_waiting() {
        return;
    }
    let is_fired = tasks.fired.as_ref().is_some_and(|fired| !fired.is_given_up());
    if is_fired || !driver.kiosk().is_between_customers() {
        return;
    }
    let Some(old) = tasks.running.take() else { return };
    let new = tasks.running.loaded().clone();
    let begun = match tasks.devices.crew.take() {
        Some(mut crew) => {
            let both = (&old.settings, &new.settings);
            let begun = crew.change(both, &mut tasks.devices).await;
            tasks.devices.crew = Some(crew);
            begun
        }
        None => std::collections::BTreeSet::new(),
    };
    let now = driver.kiosk().setup();
    let setup = setup(&new.settings, now.livemode, now.origin.clone(), now.boot.clone());
    let event = Event::Reconfigured { setup: Box::new(setup), begun };
    perform(driver.turn(event, clock::now()), tasks);
    if old.authorities != new.authorities {
        trust(tasks, &new.authorities);
    }
    tasks.reader_power.clone_from(&new.settings.reader.power_cycle);
    tasks.shown.send_replace(new.document());
    let at_next_start = tasks.running.status().at_next_start;
    tell::configuration::reloaded((&old.hash, &new.hash), &at_next_start);
    let keeping = tasks.keeping.clone();
    tokio::spawn(async move {
        // One after the other, in this order.
        let _turn = keeping.lock().await;
        drop(tokio::task::spawn_blocking(move || keep(&new)).await);
    });
}

/// The next calls go out on a new connection.
fn trust(tasks: &mut Tasks, authorities: &Authorities) {
    match tasks.client.trusting(authorities.certificates()) {
        Ok(client) => {
            tasks.warm = client.keep_warm(Pace::default());
            tasks.client = client;
        }
        Err(error) => tell::configuration::authorities_kept(&error),
    }
}

/// Keeps what runs for a start with files that cannot be used.
pub(super) fn keep(loaded: &Loaded) {
    let folder = &loaded.settings.kiosk.state_dir;
    if let Err(error) = last_good::keep(folder, loaded, clock::now().wall) {
        tell::configuration::last_good_not_kept(&error);
    }
}
