//! Another configuration is pushed while the kiosk runs: it is taken between two customers, or by the
//! next start.

use std::collections::BTreeSet;

use fastrand::Rng;
use kioskd::daemon::driver::{Driver, Event};
use kioskd::ids::DispenserName;
use kioskd::kiosk::{Kiosk, Setup};

use crate::machine::Kind;
use crate::troubles::Trouble;
use crate::world::World;

impl World {
    /// Whether somebody pushes files around this customer. By a generator of its own: a seed's story
    /// is another only where somebody does.
    pub fn draw_push(&mut self) {
        let customer = u64::try_from(self.people.len()).unwrap_or_default();
        let mut rng = Rng::with_seed(self.plan.seed ^ 0x9054 ^ customer << 32);
        if !self.calm && rng.f64() < self.plan.rates.config / 2.0 {
            self.soon(Trouble::Pushed);
        }
    }

    /// What was pushed is taken if the kiosk says that this is the moment.
    pub fn takes_what_was_pushed(&mut self) {
        let kiosk = self.driver.as_ref().map(Driver::kiosk);
        if !self.power.pushed || !kiosk.is_some_and(Kiosk::is_between_customers) {
            return;
        }
        self.tally.count("reload: between two customers");
        self.tell(|| "another configuration is taken into use".to_owned());
        self.changes_configuration();
        // The table of one machine says something else as well; a bus is never let go.
        let machine = &self.machines[self.rng.usize(0..self.machines.len())];
        let begun: BTreeSet<DispenserName> =
            (machine.kind != Kind::Bus).then(|| machine.name.clone()).into_iter().collect();
        let reached: Vec<_> = begun.iter().filter(|_| !machine.away).cloned().collect();
        let setup = Box::new(self.setup.clone());
        self.turn(Event::Reconfigured { setup, begun });
        for name in reached {
            self.turn(Event::DispenserReachable(name));
        }
    }

    /// Prices and policies are others from now on.
    pub fn changes_configuration(&mut self) {
        self.power.pushed = false;
        self.power.changes += 1;
        let boot = self.setup.boot.clone();
        self.setup = Setup { boot, ..self.plan.kiosk(self.store.id(), self.power.changes) };
    }
}
