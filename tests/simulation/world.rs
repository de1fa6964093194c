//! The world under one virtual clock: the real driver and its requests, a journal, the simulated
//! Stripe, a machine, a network, people, and a power switch.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use fastrand::Rng;
use kioskd::daemon::driver::{Driver, Effect, Event, Now};
use kioskd::daemon::flights::FlightId;
use kioskd::daemon::ledger::Batch;
use kioskd::daemon::orders::Ordered;
use kioskd::daemon::told::ReasonNews;
use kioskd::display::text::{Help, words};
use kioskd::ids::{DispenserName, OrderId, ProductCode, SaleId};
use kioskd::kiosk::{Setup, Turned, View};
use kioskd::locale::Speech;
use kioskd::simulator::Model;
use kioskd::stripe::meaning::{Answer, NoAnswer};
use kioskd::stripe::request::Wire;
use kioskd::telemetry::story;
use kioskd::time::{Moment, WallTime};

use crate::account::Account;
use crate::auditor::promises::Promise;
use crate::auditor::watch::Watch;
use crate::auditor::{Excuses, Goods, Millis, sale_of};
use crate::machine::{Kind, Machine};
use crate::network::{Fate, Network};
use crate::people::Person;
use crate::plan::Plan;
use crate::power::Power;
use crate::said::of_money;
use crate::store::{Store, Weather as DiskWeather};
use crate::tally::Tally;
use crate::troubles::Trouble;

/// The run begins at 2026-01-01T08:00:00Z.
pub const BEGIN: i64 = 1_767_254_400_000;

/// A flush of a good card.
const FLUSH: Millis = 5;

/// Lines of a story that are kept.
const LONGEST_STORY: usize = 100_000;

/// How the daemon dies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Death {
    /// The process alone.
    Kill,
    /// The whole board.
    PowerCut,
}

/// What will happen at some moment.
#[derive(Debug)]
pub enum Coming {
    /// The disk has taken a batch, or not.
    Flush { life: u32, batch: Batch },
    /// The driver hears of it.
    Flushed { life: u32, event: Event },
    /// A call reaches Stripe.
    Arrives { life: u32, flight: FlightId, wire: Box<Wire>, fate: Fate, sent: Millis },
    /// The network delivers a call once more; nobody waits for the reply.
    ArrivesAgain { wire: Box<Wire> },
    /// A call ends.
    Answered { life: u32, flight: FlightId, result: Result<Answer, NoAnswer> },
    /// `VEND` reaches a machine's board.
    Ordered { life: u32, at: usize, order: OrderId, slot: String },
    /// A motor of a machine stops.
    Stops { at: usize, order: OrderId },
    /// `STATUS` reaches a machine's board.
    Asked { life: u32, at: usize, order: OrderId },
    /// A line of the board's reaches the daemon.
    BoardSaid { life: u32, order: OrderId, news: kioskd::sale::input::VendNews },
    /// A vending machine has waited for a sale for long enough.
    GivesUp { at: usize, sale: SaleId },
    /// The journal was asked for sales.
    Recalled { life: u32, sales: Vec<SaleId> },
    /// The daemon is started.
    Starts { life: u32 },
    /// What a customer has chosen on the reader reaches the driver as a key.
    Chosen { life: u32, word: String },
    /// It is somebody's turn to act.
    Person(usize),
    /// Something goes wrong, or is mended.
    Trouble(Trouble),
}

/// The world.
pub struct World {
    /// What was drawn.
    pub plan: Plan,
    /// Draws the rest.
    pub rng: Rng,
    /// Since the run began.
    pub now: Millis,
    /// What will happen.
    pub coming: BTreeMap<(Millis, u64), Coming>,
    counter: u64,
    /// How often the daemon was started.
    pub life: u32,
    /// The daemon, while it lives.
    pub driver: Option<Driver>,
    /// The journal.
    pub store: Store,
    /// How the kiosk is set up now.
    pub setup: Setup,
    /// The daemon's life and death.
    pub power: Power,
    /// The account at Stripe, with its reader.
    pub stripe: Account,
    /// The dispensers.
    pub machines: Vec<Machine>,
    /// The way to Stripe.
    pub network: Network,
    /// What the disk does to writes, and until when.
    pub disk: (DiskWeather, Millis),
    /// Who comes.
    pub people: Vec<Person>,
    /// Who has chosen on the reader, and waits for what comes of it.
    pub at_the_form: Option<usize>,
    /// Judges as it happens.
    pub watch: Watch,
    /// What fell into the tray.
    pub goods: Vec<Goods>,
    /// Sales of which the board has told a living daemon, before it decided, that the goods are out.
    pub told_delivered: Vec<String>,
    /// What the auditor has to excuse.
    pub excuses: Excuses,
    /// How long, in all, something kept the kiosk from Stripe.
    pub kept_away: Millis,
    /// Since when another system's payment stands on the reader.
    pub stranger_since: Option<Millis>,
    /// What happened how often.
    pub tally: Tally,
    /// The sales that the display may be telling about: who is in front, and who was before.
    pub told: Vec<SaleId>,
    /// What the display has said about money.
    pub promises: BTreeSet<Promise>,
    drawn: u32,
    /// Whether somebody has filled the machine, and was told that it is on disk.
    pub filled: bool,
    /// Whether anything may go wrong from now on.
    pub calm: bool,
    /// What is certain to happen, and not drawn.
    pub script: Script,
    story: Option<Vec<String>>,
}

/// What is certain to happen, and not drawn.
#[derive(Clone, Default, Debug)]
pub struct Script {
    /// What becomes of the first call whose line ends like this, each once.
    pub calls: Vec<(&'static str, Fate)>,
    /// What becomes of the next vends.
    pub vends: VecDeque<crate::machine::Fate>,
}

impl World {
    /// A kiosk that was just installed. `deaths`: at which points the daemon dies, beside those
    /// that are drawn.
    pub fn new(plan: Plan, deaths: &[(u64, Death)], tells: bool) -> Self {
        let lies = plan.rates.crashes * plan.rates.power_cuts * plan.rates.lies > 0.0;
        let store = if plan.on_disk { Store::disk(lies) } else { Store::memory() };
        let setup = plan.kiosk(store.id(), 0);
        let mut world = Self {
            rng: Rng::with_seed(plan.seed ^ 0xD1CE),
            now: 0,
            coming: BTreeMap::new(),
            counter: 0,
            life: 0,
            driver: None,
            store,
            setup,
            power: Power::on(deaths),
            stripe: Account::new(Model::new(plan.account())),
            machines: plan.machines().map(|(name, kind)| Machine::new(name, kind)).collect(),
            network: Network::default(),
            disk: (DiskWeather::Fair, 0),
            people: Vec::new(),
            at_the_form: None,
            watch: Watch::default(),
            goods: Vec::new(),
            told_delivered: Vec::new(),
            excuses: Excuses::default(),
            kept_away: 0,
            stranger_since: None,
            tally: Tally::default(),
            told: Vec::new(),
            promises: BTreeSet::new(),
            drawn: 0,
            filled: false,
            calm: false,
            script: Script::default(),
            story: tells.then(Vec::new),
            plan,
        };
        world.start();
        world
    }

    /// The story so far.
    pub fn take_story(&mut self) -> Vec<String> {
        self.story.take().unwrap_or_default()
    }

    /// Tells one more line of the story.
    pub fn tell(&mut self, line: impl FnOnce() -> String) {
        let now = self.now;
        if let Some(story) = self.story.as_mut().filter(|story| story.len() < LONGEST_STORY) {
            story.push(format!("{:>9}.{:03}  {}", now / 1000, now % 1000, line()));
        }
    }

    /// Stripe's clock.
    pub fn wall(&self) -> WallTime {
        WallTime(BEGIN + signed(self.now))
    }

    /// The clocks as the kiosk has them: its own begins when its board is switched on.
    pub fn kiosks_now(&self) -> Now {
        let up = signed(self.now) - self.power.booted;
        let moment = Moment::from_millis(u64::try_from(up).unwrap_or_default());
        Now { moment, wall: WallTime(self.wall().0 + self.power.clock_error) }
    }

    /// Whether it happens this time.
    pub fn chance(&mut self, rate: f64) -> bool {
        !self.calm && rate > 0.0 && self.rng.f64() < rate
    }

    /// Something comes after a while.
    pub fn after(&mut self, wait: Millis, coming: Coming) {
        self.counter += 1;
        self.coming.insert((self.now + wait, self.counter), coming);
    }

    /// Lets time pass.
    pub fn run_until(&mut self, end: Millis) {
        while self.step(end) {}
        self.now = self.now.max(end);
        self.stripe.advance(self.wall());
    }

    fn step(&mut self, end: Millis) -> bool {
        let first = self.coming.first_key_value().map(|((at, _), _)| *at);
        let wake = self.driver.as_ref().and_then(Driver::next_wake);
        let wake = wake.map(|at| {
            u64::try_from(signed(at.as_millis()) + self.power.booted)
                .unwrap_or_default()
                .max(self.now)
        });
        let Some(next) = [first, wake].into_iter().flatten().min().filter(|at| *at <= end) else {
            return false;
        };
        self.now = self.now.max(next);
        self.stripe.advance(self.wall());
        if first == Some(next) {
            if let Some((_, coming)) = self.coming.pop_first() {
                self.happen(coming);
            }
        } else {
            self.turn(Event::Tick);
        }
        self.stops_if_it_may();
        self.takes_what_was_pushed();
        true
    }

    fn happen(&mut self, coming: Coming) {
        match coming {
            Coming::Flush { life, batch } if life == self.life => self.flush(&batch),
            Coming::Flushed { life, event } if life == self.life => self.turn(event),
            Coming::Answered { life, flight, result } if life == self.life => {
                let is_good = result.as_ref().is_ok_and(|answer| answer.status == 200);
                self.watch.answered(flight.0, is_good);
                self.turn(Event::Replied { flight, result });
            }
            Coming::Recalled { life, sales } if life == self.life => {
                let read =
                    |sale: SaleId| (sale.clone(), self.store.sale(&sale).map(Cow::into_owned));
                let recalled = sales.into_iter().map(read).collect();
                self.turn(Event::Recalled(Some(recalled)));
            }
            Coming::Asked { life, at, order } if life == self.life => self.asked(at, &order),
            Coming::Starts { life } if life == self.life => self.start(),
            Coming::Chosen { life, word } if life == self.life => self.chosen(&word),
            Coming::Flush { .. }
            | Coming::Flushed { .. }
            | Coming::Answered { .. }
            | Coming::Recalled { .. }
            | Coming::Asked { .. }
            | Coming::Chosen { .. }
            | Coming::Starts { .. } => {}
            // What has left the kiosk goes on without it.
            Coming::Arrives { life, flight, wire, fate, sent } => {
                self.arrives(life, flight, *wire, (fate, sent));
            }
            Coming::ArrivesAgain { wire } => self.arrives_again(*wire),
            Coming::Ordered { life, at, order, slot } => self.ordered(life, at, order, &slot),
            Coming::Stops { at, order } => self.stops(at, &order),
            Coming::BoardSaid { life, order, news } => self.board_said(life, order, news),
            Coming::GivesUp { at, sale } => self.gives_up(at, sale),
            Coming::Person(who) => self.person_acts(who),
            Coming::Trouble(trouble) => self.trouble(trouble),
        }
    }

    /// One turn of the driver, if it lives. Tells whether a selection opened a sale.
    pub fn turn(&mut self, event: Event) {
        self.watch.turns_are_bounded(self.now);
        let now = self.kiosks_now();
        let Some(driver) = &mut self.driver else { return };
        // What a turn says about money is about a customer who was in front before it: a notice
        // stands for a while beside the next one.
        if let Some(front) = driver.kiosk().front_sale().map(kioskd::sale::Sale::id)
            && self.told.first() != Some(front)
        {
            self.told.insert(0, front.clone());
            self.told.truncate(2);
        }
        for effect in driver.turn(event, now) {
            if self.driver.is_none() {
                return;
            }
            self.perform(effect);
        }
    }

    /// Somebody presses a product's key. The sale that it opened, if it did.
    pub fn select(&mut self, code: ProductCode) -> Option<SaleId> {
        self.tell(|| format!("the customer presses {code}"));
        let at = self.machine(&self.setup.catalog[&code].dispenser);
        if self.machines[at].kind == Kind::Bus {
            return self.machine_asks(at, &code);
        }
        self.press(|sale| Event::Selected { code, sale }, |_, _| {})
    }

    /// Somebody presses PAY. The sale that it opened, if it did.
    pub fn pay(&mut self) -> Option<SaleId> {
        self.tell(|| "the customer presses PAY".to_owned());
        self.press(|sale| Event::Pay { sale }, |_, _| {})
    }

    /// Presses, after something was noted of the sale that may come of it.
    pub fn press(
        &mut self,
        event: impl FnOnce(SaleId) -> Event,
        note: impl FnOnce(&mut Self, &SaleId),
    ) -> Option<SaleId> {
        self.drawn += 1;
        let sale = SaleId::new(format!("SIM{:06}", self.drawn)).expect("a sale id");
        note(self, &sale);
        self.turn(event(sale.clone()));
        let living =
            self.driver.as_ref().is_some_and(|driver| driver.kiosk().sale(&sale).is_some());
        if !living && self.store.sale(&sale).is_none() {
            return None;
        }
        self.tally.count("sales opened");
        Some(sale)
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Commit(batch) => self.between(|world| {
                let life = world.life;
                world.after(FLUSH, Coming::Flush { life, batch });
            }),
            Effect::Call { flight, request } => {
                self.between(|world| world.send(flight, &request));
            }
            Effect::Vend { dispenser, vend } => {
                self.between(|world| world.order(&dispenser, vend.id, vend.slot.as_str()));
            }
            Effect::AskDispenser { dispenser, order } => self.between(|world| {
                let (life, at) = (world.life, world.machine(&dispenser));
                world.after(FLUSH, Coming::Asked { life, at, order });
            }),
            Effect::Recall { sales } => {
                let life = self.life;
                self.after(FLUSH, Coming::Recalled { life, sales });
            }
            Effect::Show(view) => self.show(&view),
            Effect::Happened { sale, fact, .. } => {
                self.tell(|| format!("{sale}: {}", story::sentence(&fact)));
            }
            Effect::Reason(reason, ReasonNews::Raised) => {
                self.tell(|| format!("out of order: {}", reason.what()));
            }
            Effect::Reason(reason, ReasonNews::Still(_)) => {
                self.tell(|| format!("still out of order: {}", reason.what()));
            }
            Effect::Reason(reason, ReasonNews::Cleared(_)) => {
                self.tell(|| format!("over: {}", reason.what()));
            }
            Effect::Turned(why, _) => {
                if matches!(why, Turned::SoldOut { .. }) {
                    self.tally.count("customer: wants what is sold out");
                }
                self.tell(|| format!("no sale: {why}"));
            }
            Effect::CallFailed { call, trouble, .. } => {
                self.tell(|| format!("{call:?} failed: {trouble:?}"));
            }
            Effect::PowerCycleReader => self.trouble(Trouble::PowerCycleReader),
            Effect::SaleOrdered { sale, ordered } => {
                self.tell(|| format!("the order for {sale}: {ordered:?}"));
                if ordered == Ordered::Decided {
                    self.tally.count("people: decided");
                    self.excuses.by_people.push(sale.to_string());
                }
            }
            Effect::LeftAlone { intent, why } => {
                self.tell(|| format!("{intent} is left alone: {why}"));
                self.excuses.left_alone.push(intent.to_string());
            }
            Effect::CallOff { dispenser, sale } => self.called_off(&dispenser, &sale),
            Effect::Filled(ordered) => {
                self.tell(|| format!("the filling: {ordered:?}"));
                self.filled |= ordered == Ordered::Decided;
            }
            // It comes back as a key, after this turn.
            Effect::MenuAnswered(word) => {
                let life = self.life;
                self.after(0, Coming::Chosen { life, word });
            }
            Effect::Speak { .. }
            | Effect::PriceDiffers { .. }
            | Effect::Ordered(_)
            | Effect::OrderRefused(_)
            | Effect::CancelsSpare { .. }
            | Effect::CallWorks { .. } => {}
        }
    }

    /// Which machine has this name.
    pub fn machine(&self, name: &DispenserName) -> usize {
        let found = self.machines.iter().position(|machine| machine.name == *name);
        found.expect("kioskd speaks to machines that it is set up with")
    }

    /// Does something that leaves the process: it may die right before, or right after.
    fn between(&mut self, act: impl FnOnce(&mut Self)) {
        if self.dies_here() {
            return;
        }
        act(self);
        self.dies_here();
    }

    fn show(&mut self, view: &View) {
        self.tell(|| {
            let view = view.without_countdown();
            let (headline, line) = words(&view, &Speech::english(), &Help::default()).plain();
            format!("[ {headline} | {line} ]")
        });
        let Some(said) = of_money(view) else { return };
        let about = self.told.clone().into_iter().map(|sale| {
            let given = self.goods.iter().any(|goods| sale_of(&goods.order) == sale.as_str());
            let money = self.money_of(sale.as_str());
            (sale.to_string(), money, given)
        });
        let about: Vec<_> = about.collect();
        self.watch.display_does_not_lie(said, &about);
        let about = about.into_iter().map(|(sale, _, _)| sale).collect();
        self.promises.insert(Promise { said, about });
    }
}

/// Milliseconds as a difference.
pub fn signed(millis: Millis) -> i64 {
    i64::try_from(millis).unwrap_or(i64::MAX)
}

/// Milliseconds of a duration.
pub fn millis(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX)
}
