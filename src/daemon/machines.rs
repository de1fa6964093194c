//! Vending machines on their buses: one port each, which is an input and a dispenser.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::config::{DispenserKind, InputSettings, Settings};
use crate::daemon::clock;
use crate::daemon::run::sale_id;
use crate::daemon::watchdog::Watchdog;
use crate::display::run::Told;
use crate::ids::{DispenserName, ProductCode, Slot};
use crate::kiosk::{Asked, View};
use crate::mdb::{self, DispenserEnd, InputEnd};
use crate::money::Money;
use crate::wiring::PriceFrom;

/// The ends of the buses, by the names of their inputs.
#[derive(Default)]
pub struct Machines {
    /// Where they ask.
    pub inputs: BTreeMap<String, InputEnd>,
    /// Where they are answered.
    pub dispensers: BTreeMap<String, DispenserEnd>,
    /// The buses themselves: each ends when an end of it is dropped.
    pub buses: JoinSet<()>,
}

/// How long the machines may take to hear that the daemon stops.
const FAREWELL: Duration = Duration::from_millis(500);

/// Waits until the machines have heard that nobody takes cards any more.
pub async fn farewell(buses: JoinSet<()>) {
    // One that does not listen finds out by itself.
    let _heard = tokio::time::timeout(FAREWELL, buses.join_all()).await;
}

/// Starts the buses.
pub fn start(
    settings: &Settings,
    views: &watch::Receiver<Told>,
    watchdog: &mut Watchdog,
) -> Machines {
    let mut machines = Machines::default();
    for (name, input) in &settings.inputs {
        let InputSettings::Mdb(mdb) = input else { continue };
        let free = is_free(views.clone());
        let (bus, input, dispenser) =
            mdb::bus(mdb, settings.kiosk.currency, free, Box::new(|| sale_id(clock::now())));
        machines.buses.spawn(bus.run(watchdog.watch(format!("bus of input \"{name}\""))));
        machines.inputs.insert(name.clone(), input);
        machines.dispensers.insert(name.clone(), dispenser);
    }
    machines
}

/// Whether the kiosk waits for a customer.
fn is_free(mut views: watch::Receiver<Told>) -> watch::Receiver<bool> {
    let (sender, free) = watch::channel(false);
    tokio::spawn(async move {
        while views.changed().await.is_ok() {
            let view = &views.borrow_and_update().view;
            let is_free = view.as_ref().is_some_and(View::is_inviting);
            sender.send_if_modified(|free| std::mem::replace(free, is_free) != is_free);
        }
    });
    free
}

/// What the questions of one machine mean.
#[derive(Debug)]
pub struct Asking {
    dispenser: DispenserName,
    otherwise: Option<ProductCode>,
    its_price: bool,
}

impl Asking {
    /// A question in the kiosk's words.
    pub fn asked(&self, slot: Slot, price: Money) -> Asked {
        Asked {
            dispenser: self.dispenser.clone(),
            slot,
            otherwise: self.otherwise.clone(),
            price,
            its_price: self.its_price,
        }
    }
}

/// What the questions of each machine mean, by the names of their inputs.
pub fn asking(settings: &Settings) -> BTreeMap<String, Asking> {
    let of = |(name, kind): (&DispenserName, &DispenserKind)| {
        let DispenserKind::Mdb(machine) = kind else { return None };
        let InputSettings::Mdb(mdb) = settings.inputs.get(&machine.input)? else { return None };
        let asking = Asking {
            dispenser: name.clone(),
            otherwise: mdb.otherwise.clone(),
            its_price: mdb.price_from == PriceFrom::Machine,
        };
        Some((machine.input.clone(), asking))
    };
    settings.dispensers.iter().filter_map(|(name, known)| of((name, &known.kind))).collect()
}
