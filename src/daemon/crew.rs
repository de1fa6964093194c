//! The tasks that serve the devices: started from the configuration, and begun anew, one by one,
//! where another configuration says something else of them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::config::{DispenserKind, DispenserSettings, InputSettings, Settings};
use crate::daemon::devices::{self, Listeners, Outputs};
use crate::daemon::displays::{self, Shows};
use crate::daemon::machines::{self, Machines};
use crate::daemon::run::Devices;
use crate::daemon::screens::Screens;
use crate::daemon::watchdog::Watchdog;
use crate::dispenser::NewsSender;
use crate::display::run::Told;
use crate::ids::DispenserName;
use crate::input::NamedInputNews;

/// How long a task may take to let its device go. A device that is not let go is busy for the next
/// one, which tries again until it is.
const LETS_GO_WITHIN: Duration = Duration::from_secs(2);

/// Who serves the devices.
#[derive(Debug)]
pub struct Crew {
    inputs: BTreeMap<String, JoinHandle<()>>,
    dispensers: BTreeMap<DispenserName, JoinHandle<()>>,
    displays: BTreeMap<String, JoinHandle<()>>,
    input_news: mpsc::Sender<NamedInputNews>,
    dispenser_news: NewsSender,
    shows: Shows,
    listeners: Listeners,
    screens: Screens,
}

impl Crew {
    /// Starts everybody. Returns them with what the loop works with, and the buses of vending
    /// machines.
    pub fn start(
        settings: &Settings,
        outputs: Outputs,
        (views, screens): (watch::Sender<Told>, Screens),
        listeners: Listeners,
        mut watchdog: Watchdog,
    ) -> (Self, Devices, Machines) {
        let shows = displays::hear(views.subscribe(), &listeners.hardware);
        let machines = machines::start(settings, &views.subscribe(), &mut watchdog);
        let input_news = devices::hear_inputs(&listeners, machines::asking(settings));
        let dispenser_news = devices::hear_dispensers(&listeners);
        let (inputs, dispensers, displays) = Default::default();
        let mut crew = Self {
            inputs,
            dispensers,
            displays,
            input_news,
            dispenser_news,
            shows,
            listeners,
            screens,
        };
        let dispensers = BTreeMap::new();
        let mut devices =
            Devices { dispensers, views, menu: None, spectator: None, watchdog, crew: None };
        let mut own = (outputs, machines);
        let all = Differing::all(settings);
        crew.begin(settings, &all, &mut devices, &mut own);
        (crew, devices, own.1)
    }

    /// Lets go what another configuration does not have, or has otherwise, and begins it anew.
    /// Returns the dispensers that were begun. Only between customers.
    pub async fn change(
        &mut self,
        (old, new): (&Settings, &Settings),
        devices: &mut Devices,
    ) -> BTreeSet<DispenserName> {
        let differing = Differing::between(old, new);
        let mut leaving = Vec::new();
        for name in &differing.inputs {
            leaving.extend(self.inputs.remove(name).inspect(JoinHandle::abort));
        }
        for name in &differing.displays {
            leaving.extend(self.displays.remove(name).inspect(JoinHandle::abort));
        }
        for name in &differing.dispensers {
            // It ends when nobody can order anything of it, and not in the middle of an order.
            devices.dispensers.remove(name);
            leaving.extend(self.dispensers.remove(name));
        }
        for task in leaving {
            let abort = task.abort_handle();
            if tokio::time::timeout(LETS_GO_WITHIN, task).await.is_err() {
                abort.abort();
            }
        }
        self.screens.change(displays::voice(new), new);
        self.listeners.hardware.change(new, &differing);
        self.begin(new, &differing, devices, &mut (Outputs::new(), Machines::default()));
        differing.dispensers
    }

    fn begin(
        &mut self,
        settings: &Settings,
        differing: &Differing,
        devices: &mut Devices,
        (outputs, machines): &mut (Outputs, Machines),
    ) {
        for name in &differing.displays {
            let Some(display) = settings.displays.get(name) else { continue };
            let pulse = devices.watchdog.watch(format!("display \"{name}\""));
            let task = displays::start((name, display), self.screens.voice(), &self.shows, pulse);
            self.displays.insert(name.clone(), task);
        }
        for name in &differing.inputs {
            let Some(input) = settings.inputs.get(name) else { continue };
            let pulse = devices.watchdog.watch(format!("input \"{name}\""));
            let mut chosen = None;
            if let InputSettings::Reader(_) = input {
                let (menu, answers) = mpsc::channel(1);
                devices.menu = Some(menu);
                chosen = Some(answers);
            }
            let own = (machines.inputs.remove(name), chosen);
            let news = (self.input_news.clone(), pulse);
            let task = devices::start_input((name, input), own, news);
            self.inputs.extend(task.map(|task| (name.clone(), task)));
        }
        for name in &differing.dispensers {
            let Some(dispenser) = settings.dispensers.get(name) else { continue };
            let pulse = devices.watchdog.watch(format!("dispenser \"{name}\""));
            let own = (outputs.remove(name), end_of(dispenser, machines));
            let news = (self.dispenser_news.clone(), pulse);
            let started =
                devices::start_dispenser((name, dispenser), &settings.kiosk.id, own, news);
            if let Some((orders, task)) = started {
                devices.dispensers.insert(name.clone(), orders);
                self.dispensers.insert(name.clone(), task);
            }
        }
    }
}

/// The other end of a machine's bus. Each input of the kind has one dispenser: the configuration says
/// so.
fn end_of(
    dispenser: &DispenserSettings,
    machines: &mut Machines,
) -> Option<crate::mdb::DispenserEnd> {
    match &dispenser.kind {
        DispenserKind::Mdb(machine) => machines.dispensers.remove(&machine.input),
        DispenserKind::Serial(_)
        | DispenserKind::Command(_)
        | DispenserKind::Gpio(_)
        | DispenserKind::Escpos(_) => None,
    }
}

/// Devices that one configuration has and the other has not, or has otherwise.
#[derive(Debug, Default)]
pub(super) struct Differing {
    pub(super) inputs: BTreeSet<String>,
    pub(super) dispensers: BTreeSet<DispenserName>,
    pub(super) displays: BTreeSet<String>,
}

impl Differing {
    fn all(settings: &Settings) -> Self {
        Self {
            inputs: settings.inputs.keys().cloned().collect(),
            dispensers: settings.dispensers.keys().cloned().collect(),
            displays: settings.displays.keys().cloned().collect(),
        }
    }

    fn between(old: &Settings, new: &Settings) -> Self {
        let says = |settings: &Settings| {
            let kiosk = &settings.kiosk;
            (kiosk.languages.clone(), kiosk.phone.clone(), settings.texts.clone())
        };
        let displays = if says(old) == says(new) {
            differing(&old.displays, &new.displays)
        } else {
            // All displays speak with one voice.
            old.displays.keys().chain(new.displays.keys()).cloned().collect()
        };
        Self {
            inputs: differing(&old.inputs, &new.inputs),
            dispensers: differing(&old.dispensers, &new.dispensers),
            displays,
        }
    }
}

fn differing<K: Ord + Clone, V: PartialEq>(
    old: &BTreeMap<K, V>,
    new: &BTreeMap<K, V>,
) -> BTreeSet<K> {
    let names = old.keys().chain(new.keys());
    names.filter(|name| old.get(*name) != new.get(*name)).cloned().collect()
}
