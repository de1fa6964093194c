//! What goes wrong beside single calls: the weather, the reader, the key, the disk, people.

use std::collections::BTreeSet;
use std::time::Duration;

use kioskd::daemon::driver::Event;
use kioskd::sale::resolve::{Asked, Order};
use kioskd::simulator::{self, EndedPrompt, Fault, IntentStatus, LeftBehind};

use crate::auditor::Millis;
use crate::network::Weather;
use crate::store::Weather as DiskWeather;
use crate::world::{Coming, World};

/// The key that the kiosk uses.
const KEY: &str = "rk_test_simulated";

/// Rights that a key may lack.
const RIGHTS: [&str; 6] = [
    "payment_intents_read",
    "payment_intents_write",
    "captures",
    "readers_read",
    "readers_write",
    "refunds_write",
];

/// Something that goes wrong, or is mended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// The weather turns for a while.
    Weather(Weather, Millis),
    /// A fault of the reader's.
    Reader(Fault),
    /// The reader's link goes, or comes back.
    ReaderLink(bool),
    /// The reader restarts.
    ReaderRestarts(Millis, LeftBehind),
    /// The reader hears no command any more.
    ReaderDeaf,
    /// The reader's object says this, whatever is true.
    ShowsStatus(Option<bool>),
    /// The kiosk has the reader's power switched off and on.
    PowerCycleReader,
    /// Another system begins a payment on the reader.
    StrangerComes,
    /// It takes it back.
    StrangerGoes,
    /// Another system shows something on the reader.
    StrangerShows,
    /// A vending machine waits no longer for what it has asked for.
    MachineGivesUp(usize),
    /// A machine's port goes, or comes back.
    Port(usize, bool),
    /// The disk takes no writes, or says so.
    Disk(DiskWeather, Millis),
    /// The key is revoked.
    KeyRevoked,
    /// The key lacks a right.
    KeyLacks(&'static str),
    /// A good key is in use again.
    KeyGood,
    /// Somebody settles everything by hand in the Dashboard.
    Dashboard,
    /// Somebody decides about a sale at the kiosk.
    Decision,
    /// A webhook says that the reader has news.
    Hint,
    /// The kiosk's wall clock jumps by so many milliseconds.
    ClockJumps(i64),
    /// The clock is set.
    ClockSet,
    /// Another configuration is pushed.
    Pushed,
    /// Another version is installed.
    Upgrade,
    /// The daemon is told to stop.
    Stop,
    /// It waits no longer for whoever is in front.
    StopLimit,
}

impl World {
    /// A webhook may come, later than what it tells of, and twice.
    pub fn hint_comes(&mut self) {
        if self.plan.hints {
            let wait = self.rng.u64(100..20_000);
            self.after(wait, Coming::Trouble(Trouble::Hint));
            if self.chance(0.2) {
                self.after(wait * 2, Coming::Trouble(Trouble::Hint));
            }
        }
    }

    /// What goes wrong around one customer.
    pub fn draw_troubles(&mut self) {
        let rates = self.plan.rates;
        if self.chance(rates.weather) {
            let (weather, counted) = Weather::BAD[self.rng.usize(0..Weather::BAD.len())];
            self.tally.count(counted);
            let lasts = self.draw_time(self.plan.bad_times);
            self.soon(Trouble::Weather(weather, lasts));
        }
        if self.chance(rates.reader) {
            self.draw_reader_trouble();
        }
        if self.chance(rates.strangers) {
            self.tally.count("reader: another system");
            if self.rng.bool() {
                let at = self.soon(Trouble::StrangerComes);
                let stays = self.draw_time(600_000);
                self.after(at + stays, Coming::Trouble(Trouble::StrangerGoes));
            } else {
                self.soon(Trouble::StrangerShows);
            }
        }
        if self.chance(rates.port) {
            self.tally.count("machine: its port is gone for a while");
            let machine = self.rng.usize(0..self.machines.len());
            let at = self.soon(Trouble::Port(machine, false));
            let away = self.draw_time(300_000);
            self.after(at + away, Coming::Trouble(Trouble::Port(machine, true)));
        }
        if self.chance(rates.disk) {
            let full = self.rng.bool();
            self.tally.count(if full { "disk: full for a while" } else { "disk: fails falsely" });
            let weather = if full { DiskWeather::Full } else { DiskWeather::Lies };
            let lasts = self.draw_time(120_000);
            self.soon(Trouble::Disk(weather, lasts));
        }
        if self.chance(rates.key) {
            let revoked = self.rng.bool();
            self.tally.count(if revoked { "key: revoked" } else { "key: too narrow" });
            let lacks = RIGHTS[self.rng.usize(0..RIGHTS.len())];
            let at =
                self.soon(if revoked { Trouble::KeyRevoked } else { Trouble::KeyLacks(lacks) });
            let lasts = self.draw_time(self.plan.bad_times);
            self.kept_away += lasts;
            self.after(at + lasts, Coming::Trouble(Trouble::KeyGood));
        }
        if self.chance(rates.jumps) {
            self.draw_clock_jump();
        }
        if self.chance(rates.dashboard) {
            self.soon(Trouble::Dashboard);
        }
        if self.chance(rates.decisions) {
            self.soon(Trouble::Decision);
        }
        if self.chance(rates.upgrades) {
            self.soon(Trouble::Upgrade);
        }
        self.draw_push();
    }

    /// A time up to `most`, most of them short.
    fn draw_time(&mut self, most: Millis) -> Millis {
        let share = self.rng.f64().powi(3);
        let tenths = (share * 10_000.0).round().to_string();
        let tenths: Millis = tenths.parse().expect("a rounded number is one");
        1_000 + most / 10_000 * tenths
    }

    /// It happens within the next minute.
    pub fn soon(&mut self, trouble: Trouble) -> Millis {
        let wait = self.rng.u64(0..60_000);
        self.after(wait, Coming::Trouble(trouble));
        wait
    }

    /// Minutes to decades, forward or back, while the board is up; later it is right again, unless
    /// it jumps once more before.
    fn draw_clock_jump(&mut self) {
        let most = [300_000, 86_400_000, 1_000_000_000_000][self.rng.usize(0..3)];
        let by = self.rng.i64(-most..=most);
        let counted = if by < 0 { "clock: jumps back" } else { "clock: jumps forward" };
        self.tally.count(counted);
        let at = self.soon(Trouble::ClockJumps(by));
        let lasts = self.draw_time(3_600_000);
        self.after(at + lasts, Coming::Trouble(Trouble::ClockSet));
    }

    fn draw_reader_trouble(&mut self) {
        let late = if self.rng.bool() { 0 } else { self.rng.u64(1..20_000) };
        let (yes, short) = (self.rng.bool(), self.rng.u64(1_000..90_000));
        let action = if yes { EndedPrompt::Failed } else { EndedPrompt::Gone };
        let left = if yes { LeftBehind::Stuck } else { LeftBehind::Failed };
        let (trouble, counted) = match self.rng.u32(0..11) {
            0 => (Trouble::Reader(Fault::Offline), "reader: offline once"),
            1 => {
                let fault = Fault::Timeout { prompts: yes, after_ms: late };
                let counted =
                    if yes { "reader: a false timeout" } else { "reader: a true timeout" };
                (Trouble::Reader(fault), counted)
            }
            2 => (Trouble::Reader(Fault::StuckAction { authorizes: yes }), "reader: stuck"),
            3 => {
                let fault = Fault::ConnectionError { authorizes: yes, after_ms: late };
                (Trouble::Reader(fault), "reader: connection_error")
            }
            4 => (Trouble::Reader(Fault::HardwareFault), "reader: hardware fault"),
            5 => {
                let fault = Fault::PromptEnds { after_ms: late + 100, action };
                (Trouble::Reader(fault), "reader: a prompt ends by itself")
            }
            6 => (Trouble::Reader(Fault::Updating { for_ms: Some(short) }), "reader: updates"),
            7 => (Trouble::ReaderRestarts(short, left), "reader: restarts"),
            8 => (Trouble::ReaderDeaf, "reader: deaf"),
            9 => (Trouble::ShowsStatus(Some(yes)), "reader: its status is untrue"),
            _ => (Trouble::ReaderLink(false), "reader: its link is gone for a while"),
        };
        self.tally.count(counted);
        let at = self.soon(trouble);
        let lasts = self.draw_time(3_600_000);
        let mended = if trouble == Trouble::ReaderLink(false) {
            Trouble::ReaderLink(true)
        } else if trouble == Trouble::ReaderDeaf {
            Trouble::ReaderRestarts(30_000, left)
        } else if matches!(trouble, Trouble::ShowsStatus(_)) {
            Trouble::ShowsStatus(None)
        } else {
            return;
        };
        self.after(at + lasts, Coming::Trouble(mended));
    }

    /// It happens.
    pub fn trouble(&mut self, trouble: Trouble) {
        self.tell(|| format!("{trouble:?}"));
        let (reader, wall) = (self.setup.reader.clone(), self.wall());
        match trouble {
            Trouble::Weather(weather, lasts) => {
                self.kept_away += lasts;
                self.network.turns(weather, self.now + lasts);
            }
            Trouble::Reader(fault) => drop(self.stripe.changes().put_fault(&reader, fault, wall)),
            Trouble::ReaderLink(up) => {
                self.stripe.changes().set_reader_online(&reader, up, wall).unwrap();
            }
            Trouble::ReaderRestarts(off, left) => self.restart_reader(off, left),
            Trouble::PowerCycleReader => {
                self.tally.count("reader: power cycled by kioskd");
                self.restart_reader(10_000, LeftBehind::Failed);
            }
            Trouble::ReaderDeaf => self.stripe.changes().deafen_reader(&reader, wall).unwrap(),
            Trouble::ShowsStatus(shown) => {
                self.stripe.changes().show_reader_status(&reader, shown, None, wall).unwrap();
            }
            Trouble::StrangerComes => {
                if self.stripe.changes().put_fault(&reader, Fault::ForeignAction, wall).is_ok() {
                    self.stranger_since = Some(self.now);
                }
            }
            Trouble::StrangerGoes => self.stranger_goes(),
            Trouble::StrangerShows => {
                drop(self.stripe.changes().put_fault(&reader, Fault::ForeignDisplay, wall));
            }
            Trouble::MachineGivesUp(machine) => {
                if let Some(sale) = self.machines[machine].asks.clone() {
                    self.gives_up(machine, sale.parse().expect("a sale id"));
                }
            }
            Trouble::Port(machine, up) => {
                self.machines[machine].away = !up;
                let name = self.machines[machine].name.clone();
                if !up {
                    self.loses_port(machine);
                }
                self.turn(if up {
                    Event::DispenserReachable(name)
                } else {
                    Event::DispenserAway(name)
                });
            }
            Trouble::Disk(weather, lasts) => self.disk = (weather, self.now + lasts),
            Trouble::KeyRevoked => self.stripe.changes().revoke_key(Some(KEY)),
            Trouble::KeyLacks(right) => {
                self.stripe
                    .changes()
                    .limit_key(Some(KEY), &BTreeSet::from([right.parse().unwrap()]));
            }
            Trouble::KeyGood => {
                self.stripe.changes().restore_key(Some(KEY));
                self.turn(Event::KeyReplaced);
            }
            Trouble::Dashboard => self.settle_by_hand(),
            Trouble::Decision => self.decide_by_hand(),
            Trouble::Hint => {
                self.tally.count("webhook: a hint");
                self.turn(Event::Hint { reader });
            }
            Trouble::ClockJumps(by) => self.jump_clock(by),
            Trouble::ClockSet => self.set_clock(),
            Trouble::Pushed => self.power.pushed = true,
            Trouble::Upgrade => self.upgrade(),
            Trouble::Stop => self.stop(),
            Trouble::StopLimit => {}
        }
    }

    fn restart_reader(&mut self, off: Millis, left: LeftBehind) {
        let (reader, wall) = (self.setup.reader.clone(), self.wall());
        self.stripe
            .changes()
            .power_cycle_reader(&reader, Duration::from_millis(off), left, wall)
            .unwrap();
    }

    fn as_person(&mut self, path: String) {
        let request = simulator::Request::post(path, &[]);
        let request = simulator::Request { api_key: Some("sk_test_person".into()), ..request };
        let wall = self.wall();
        self.stripe.handle(request, wall);
    }

    /// The other system takes its payment back; a person, as by `kioskd reader reset`, what asks for
    /// a card for a sale whose record is damaged, or which a person has dismissed. What is authorized
    /// kioskd clears itself. A fault that waits for the next command may strike this one.
    pub fn stranger_goes(&mut self) {
        for _ in 0..40 {
            let reader = self.setup.reader.clone();
            let found = self.read(format!("/v1/terminal/readers/{reader}"), &[]);
            let action = &found["action"];
            let kind = action["type"].as_str().unwrap_or_default();
            let Some(intent) = action[kind]["payment_intent"].as_str().map(str::to_owned) else {
                return;
            };
            let intent = self.read(format!("/v1/payment_intents/{intent}"), &[]);
            let metadata = &intent["metadata"];
            let is_persons = metadata["sale"].as_str().is_some_and(|sale| self.is_persons(sale));
            let asks = intent["status"] != "requires_capture";
            if metadata.get("kiosk").is_some() && !(is_persons && asks) {
                return;
            }
            self.as_person(format!("/v1/terminal/readers/{reader}/cancel_action"));
        }
    }

    /// Somebody settles all of them by hand in the Dashboard.
    fn settle_by_hand(&mut self) {
        for intent in self.stripe.books().payment_intents {
            let verb = match intent.status {
                IntentStatus::RequiresCapture => "capture",
                IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation => {
                    "cancel"
                }
                IntentStatus::Processing | IntentStatus::Succeeded | IntentStatus::Canceled => {
                    continue;
                }
            };
            self.tally.count("people: act in the Dashboard");
            if let Some(sale) = intent.metadata.get("sale") {
                self.excuses.by_people.push(sale.clone());
            }
            self.as_person(format!("/v1/payment_intents/{}/{verb}", intent.id));
        }
    }

    /// Somebody orders something about some sale: `kioskd resolve`, `kioskd refund`. What cannot be
    /// is refused.
    fn decide_by_hand(&mut self) {
        let all = self.store.all();
        if all.is_empty() || self.driver.is_none() {
            return;
        }
        // The ones that wait for a person come first.
        let waits = all.iter().find(|stored| stored.summary.phase == "needs_attention");
        let any = self.rng.usize(0..all.len());
        let stored = waits.unwrap_or(&all[any]).clone().into_owned();
        let what = match self.rng.u32(0..6) {
            0 => Asked::Capture { amount: None },
            1 => Asked::Capture { amount: Some(self.rng.u64(1..400)) },
            2 => Asked::Release,
            3 => Asked::Refund,
            4 => Asked::Dismiss,
            _ => {
                let amount = self.rng.bool().then(|| self.rng.u64(1..400));
                Asked::RefundSold { amount }
            }
        };
        self.tally.count("people: decide at the kiosk");
        let sale = stored.summary.sale.clone();
        self.tell(|| format!("somebody orders for {sale}: {what:?}"));
        let order = Order { what, by: 1000, reason: None };
        let stored = Box::new(stored);
        self.turn(Event::SaleOrdered { sale, stored, order });
    }

    /// Whether a person has taken a sale over, and with it what it has left on the reader.
    fn is_persons(&self, sale: &str) -> bool {
        let stored = sale.parse().ok().and_then(|sale| self.store.sale(&sale));
        let outcome = stored.and_then(|stored| stored.summary.outcome.clone());
        self.excuses.damaged.iter().any(|damaged| damaged == sale)
            || outcome.as_deref() == Some("dismissed")
    }

    /// Everything that was wrong is mended.
    pub fn mend(&mut self) {
        self.calm = true;
        self.tell(|| "all is mended".to_owned());
        self.network.turns(Weather::Fair, 0);
        self.disk = (DiskWeather::Fair, 0);
        let (reader, wall) = (self.setup.reader.clone(), self.wall());
        drop(self.stripe.changes().end_reader_update(&reader, wall));
        self.stripe.changes().set_reader_online(&reader, true, wall).unwrap();
        self.stripe.changes().show_reader_status(&reader, None, None, wall).unwrap();
        self.stranger_goes();
        self.restart_reader(30_000, LeftBehind::Failed);
        self.trouble(Trouble::KeyGood);
        for machine in 0..self.machines.len() {
            if self.machines[machine].away {
                self.trouble(Trouble::Port(machine, true));
            }
        }
    }
}
