//! The daemon's life and death, and what a disk and a power supply make of them.

use std::collections::VecDeque;

use kioskd::daemon::driver::{Driver, Event};
use kioskd::daemon::ledger::Batch;
use kioskd::ids::SaleId;
use kioskd::journal::{Row, Stored};
use serde_json::Value;

use crate::auditor::{Millis, item, sale_of};
use crate::machine::Machine;
use crate::store::{Append, Weather, record};
use crate::troubles::Trouble;
use crate::world::{Coming, Death, World, signed};

/// The board was switched on this long before the first start.
const UP_BEFORE: Millis = 900_000;

/// So often the daemon dies of what is drawn. Some runs would spend days with a daemon that dies
/// every few minutes, and most of the soak with them.
const MOST_DEATHS: u32 = 80;

/// When the daemon dies, how often it was without power, and what its clocks say.
#[derive(Debug)]
pub struct Power {
    /// How many points there were so far at which the daemon could die.
    pub points: u64,
    /// At which of them it dies, beside what is drawn.
    pub deaths: VecDeque<(u64, Death)>,
    boots: u32,
    /// When the board was switched on.
    pub booted: i64,
    /// How wrong the wall clock is.
    pub clock_error: i64,
    /// When the daemon stops at the latest, if it was told to.
    pub stop_by: Option<Millis>,
    /// How often the configuration has changed.
    pub changes: u32,
    /// Whether another one was pushed and is not in use.
    pub pushed: bool,
}

impl Power {
    /// A board that was switched on a while ago.
    pub fn on(deaths: &[(u64, Death)]) -> Self {
        let (points, boots, clock_error, changes) = (0, 0, 0, 0);
        let deaths = deaths.iter().copied().collect();
        let (booted, stop_by, pushed) = (-signed(UP_BEFORE), None, false);
        Self { points, deaths, boots, booted, clock_error, stop_by, changes, pushed }
    }
}

impl World {
    /// A point at which the daemon may die. Whether it did.
    pub fn dies_here(&mut self) -> bool {
        self.power.points += 1;
        let planned =
            self.power.deaths.front().is_some_and(|(point, _)| *point == self.power.points);
        let death = if planned {
            self.power.deaths.pop_front().map(|(_, death)| death)
        } else if self.death_is_drawn() {
            let cut = self.chance(self.plan.rates.power_cuts);
            Some(if cut { Death::PowerCut } else { Death::Kill })
        } else {
            None
        };
        if let Some(death) = death {
            self.die(death, None);
        }
        death.is_some()
    }

    fn death_is_drawn(&mut self) -> bool {
        self.life < MOST_DEATHS && self.chance(self.plan.rates.crashes)
    }

    /// The disk has its turn with a batch.
    pub fn flush(&mut self, batch: &Batch) {
        if self.dies_here() {
            return;
        }
        let weather = if self.now < self.disk.1 && !self.calm {
            self.tally.count("disk: a write refused");
            self.disk.0
        } else {
            Weather::Fair
        };
        let append = self.store.append(batch, weather);
        let number = batch.number;
        let written = append == Append::Written;
        let event = match append {
            Append::Written => {
                for row in &batch.rows {
                    let fact = serde_json::from_str(&row.body).expect("facts are JSON");
                    self.watch.flushed(row.sale.as_str(), fact);
                }
                Event::Committed(number)
            }
            Append::Failed => Event::CommitFailed(number),
            Append::Contradicts(sale, what) => {
                self.watch.find("history_is_history", format!("{sale}: {what}"));
                Event::Contradicted { number, sale, what }
            }
        };
        let torn = self.death_is_drawn();
        if torn && written {
            self.tally.count("crash: in the middle of a write");
            let short = self.rng.u64(..);
            self.die(Death::Kill, Some(short));
            return;
        }
        let life = self.life;
        if !self.dies_here() {
            self.after(0, Coming::Flushed { life, event });
        }
    }

    /// The daemon dies. `torn`: so far from the end of its last write.
    pub fn die(&mut self, death: Death, torn: Option<u64>) {
        if self.driver.is_none() {
            return;
        }
        self.tally.count(if death == Death::Kill { "crash: kill" } else { "crash: power cut" });
        self.ends(&format!("kioskd dies: {death:?}"), torn);
        if death == Death::PowerCut {
            self.power_cut();
        }
        self.rot();
        self.reread_disk();
        self.forget_what_was_only_told();
        let slow = self.chance(0.2);
        let dead_for = if slow { self.rng.u64(1_000..600_000) } else { self.rng.u64(500..5_000) };
        if slow {
            self.tally.count("start: slow");
        }
        self.starts_after(dead_for);
    }

    /// Nothing is left of the daemon but what it has written.
    pub fn ends(&mut self, how: &str, torn: Option<u64>) {
        self.driver = None;
        self.power.stop_by = None;
        for at in 0..self.machines.len() {
            self.leave(at, false);
        }
        self.tell(|| how.to_owned());
        self.life += 1;
        self.watch.died();
        self.store.killed(torn);
    }

    /// The next one starts after a while.
    pub fn starts_after(&mut self, wait: Millis) {
        self.kept_away += wait;
        let life = self.life;
        self.after(wait, Coming::Starts { life });
    }

    fn power_cut(&mut self) {
        self.power.boots += 1;
        self.setup.boot = format!("boot-{}", self.power.boots).parse().expect("a boot id");
        self.power.booted = signed(self.now);
        if self.plan.one_supply {
            self.machines.iter_mut().for_each(Machine::loses_power);
            self.coming.retain(|_, coming| !matches!(coming, Coming::Ordered { .. }));
        }
        if self.chance(self.plan.rates.lies) {
            let facts = |stored: &Stored| (stored.summary.sale.clone(), stored.rows.len());
            let before: Vec<_> = self.store.all().iter().map(|stored| facts(stored)).collect();
            if self.store.forgets_last() {
                self.tally.count("disk: the last write was a lie");
                for (sale, facts) in before {
                    let now = self.store.sale(&sale);
                    if now.is_none_or(|now| now.rows.len() < facts) {
                        let sale = sale.to_string();
                        self.tell(|| format!("the card has forgotten facts of {sale}"));
                        // What a person has decided, and the card forgets, is not done again.
                        if self.watch.is_decided_by_people(&sale) {
                            self.excuses.by_people.push(sale.clone());
                        }
                        self.watch.forgotten(&sale);
                        self.excuses.forgotten.push(sale);
                    }
                }
            }
        }
        self.power.clock_error = 0;
        if self.chance(self.plan.rates.clock) {
            self.tally.count("clock: wrong after a power cut");
            self.power.clock_error = self.rng.i64(-1_000_000_000_000..1_000_000_000_000);
            let wait = self.rng.u64(1_000..3_600_000);
            self.after(wait, Coming::Trouble(Trouble::ClockSet));
        }
    }

    /// One stored sale is damaged while nobody looks, or a newer kioskd has gone on with it and the
    /// board was set back to this one. Whoever sells on leaves it alone.
    fn rot(&mut self) {
        if !self.chance(self.plan.rates.rot) {
            return;
        }
        let all = self.store.all();
        let sound: Vec<_> = all.iter().filter(|stored| stored.damage.is_none()).collect();
        if sound.is_empty() {
            return;
        }
        // What is still open does more harm than what is over.
        let open = sound.iter().rev().find(|stored| stored.summary.open);
        let any = sound[self.rng.usize(0..sound.len())];
        let stored = if self.rng.bool() { open.copied().unwrap_or(any) } else { any };
        let (sale, fact) = (stored.summary.sale.clone(), self.rng.usize(0..stored.rows.len()) + 1);
        let newer = self.rng.bool();
        if !self.store.rots(&sale, fact, newer) {
            return;
        }
        self.tell(|| format!("fact {fact} of {sale} is damaged, or newer: {newer}"));
        let counted = if newer {
            "disk: a stored sale of a newer kioskd"
        } else {
            "disk: a stored sale damaged"
        };
        self.tally.count(counted);
        self.watch.damaged(sale.as_str());
        self.excuses.damaged.push(sale.to_string());
    }

    /// The auditor has what is on the disk.
    pub fn reread_disk(&mut self) {
        let all = self.store.all();
        self.watch.only_these_are_left(all.iter().map(|stored| stored.summary.sale.as_str()));
        for stored in &all {
            let sale = stored.summary.sale.as_str();
            // Facts are only added, so that as many are the same ones: unless they were damaged.
            if stored.damage.is_some() || self.watch.flushed_facts(sale) != stored.rows.len() {
                self.watch.restored(sale, record(stored).facts);
            }
        }
    }

    /// What the board had said is known to nobody any more, unless it was written down.
    pub fn forget_what_was_only_told(&mut self) {
        let store = &self.store;
        self.told_delivered.retain(|order| {
            let sale = SaleId::new(sale_of(order)).expect("it was one");
            let stored = store.sale(&sale);
            let delivered = |fact: &Value| {
                let of = fact["item"].as_u64().unwrap_or(1);
                fact["fact"] == "delivered" && usize::try_from(of) == Ok(item(order))
            };
            // Most facts are none, and need not be read as JSON.
            let told = |row: &&Row| row.body.contains("delivered");
            let read = |row: &Row| serde_json::from_str(&row.body).expect("facts are JSON");
            let rows = stored.as_ref().map(|stored| stored.rows.as_slice()).unwrap_or_default();
            rows.iter().filter(told).map(read).any(|fact| delivered(&fact))
        });
    }

    /// The daemon starts: on the same journal, with all that it finds there.
    pub fn start(&mut self) {
        if self.life > 0 && (self.power.pushed || self.chance(self.plan.rates.config)) {
            self.tally.count("start: with another configuration");
            self.changes_configuration();
        }
        let now = self.kiosks_now();
        let (stored, counts) = (self.store.open_sales(), self.store.counts());
        self.tell(|| format!("kioskd starts, {} open sales", stored.len()));
        let (setup, found) = (self.setup.clone(), (stored.as_slice(), &counts));
        let seed = u64::from(self.life) ^ self.plan.seed;
        let mut driver = Driver::of_journal(setup, found, seed, now);
        if self.store.is_empty() {
            driver.sell_after_sweep(now);
        }
        self.driver = Some(driver);
        for at in 0..self.machines.len() {
            if !self.machines[at].away {
                self.turn(Event::DispenserReachable(self.machines[at].name.clone()));
            }
        }
    }

    /// The wall clock of the kiosk jumps; its own goes on.
    pub fn jump_clock(&mut self, by: i64) {
        self.power.clock_error += by;
    }

    /// The clock of the kiosk is right again.
    pub fn set_clock(&mut self) {
        self.power.clock_error = 0;
    }
}
