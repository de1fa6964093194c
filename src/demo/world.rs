//! The world under one virtual clock: the real driver, the real journal, a simulated Stripe, a
//! machine, a network, and a power switch.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::daemon::driver::{Driver, Effect, Event, Now};
use crate::daemon::flights::FlightId;
use crate::daemon::ledger::Batch;
use crate::demo::audit::{Audit, audit};
use crate::demo::board::Board;
use crate::display::text::{Help, words};
use crate::ids::{OrderId, ProductCode, SaleId, Slot};
use crate::journal::{Filter, Journal, JournalError, Summary};
use crate::kiosk::{Setup, View};
use crate::locale::Speech;
use crate::sale::input::{Obstacle, VendNews};
use crate::simulator::{self, Card, Model, Screen};
use crate::stripe::Request;
use crate::stripe::meaning::{Answer, NoAnswer};
use crate::stripe::request::Wire;
use crate::telemetry::story;
use crate::time::{Moment, WallTime};

#[cfg(test)]
pub(in crate::demo) mod mischief;
mod shop;
mod wire;

use shop::dispenser;
pub(crate) use shop::setup;
pub(crate) use wire::{answer, simulator_request};

/// From the kiosk to Stripe, one way.
const LATENCY: Duration = Duration::from_millis(60);

/// A flush of a good card.
const FLUSH: Duration = Duration::from_millis(5);

/// How long it takes to notice that there is no network.
const NO_ROUTE: Duration = Duration::from_millis(100);

/// How long a request that was cut on its way is waited for.
const CUT: Duration = Duration::from_secs(5);

/// How long the daemon is dead after a crash.
const DEAD_FOR: Duration = Duration::from_secs(5);

/// A new kiosk claims its reader, and reads that back, before it sells.
const FIRST_CLAIM: Duration = Duration::from_secs(3);

/// The virtual day begins at 2026-01-01T08:00:00Z, a quarter of an hour after boot.
const BEGIN: (Moment, i64) = (Moment::from_millis(900_000), 1_767_254_400_000);

/// What will happen at some moment.
#[derive(Debug)]
enum Coming {
    Flushed { life: u32, batch: Batch },
    Arrives { life: u32, flight: FlightId, wire: Box<Wire> },
    Answered { life: u32, flight: FlightId, result: Result<Answer, NoAnswer> },
    Ordered { order: OrderId, slot: Slot },
    Stops { order: OrderId },
    Asked { order: OrderId },
    Recalled { life: u32, sales: Vec<SaleId> },
    Starts,
}

/// The world.
pub struct World {
    state_dir: PathBuf,
    setup: Setup,
    now: Moment,
    coming: BTreeMap<(Moment, u64), Coming>,
    counter: u64,
    life: u32,
    journal: Option<Journal>,
    driver: Option<Driver>,
    model: Model,
    board: Board,
    network: bool,
    sales: Vec<SaleId>,
    shown: Option<String>,
    speech: Speech,
    told: Vec<String>,
    /// When the board was last switched on.
    booted: Duration,
    #[cfg(test)]
    mischief: mischief::Mischief,
    #[cfg(test)]
    turns: (u64, u32),
}

impl World {
    /// A kiosk with three products, switched on; its customers may have a cart.
    pub fn new(state_dir: &Path, seed: u64, cart: bool) -> Result<Self, JournalError> {
        let account = simulator::Setup { seed, ..simulator::Setup::default() };
        Self::with(state_dir, account, |setup| setup.cart_limit = cart.then_some(10))
    }

    /// The same with another account at Stripe, or other settings of the kiosk.
    pub fn with(
        state_dir: &Path,
        account: simulator::Setup,
        change: impl FnOnce(&mut Setup),
    ) -> Result<Self, JournalError> {
        let journal = Journal::open(state_dir)?;
        let mut setup = setup(journal.id());
        change(&mut setup);
        let mut world = Self {
            state_dir: state_dir.to_owned(),
            setup,
            now: BEGIN.0,
            coming: BTreeMap::new(),
            counter: 0,
            life: 0,
            journal: None,
            driver: None,
            model: Model::new(account),
            board: Board::default(),
            network: true,
            sales: Vec::new(),
            shown: None,
            speech: Speech::english(),
            told: Vec::new(),
            booted: Duration::ZERO,
            #[cfg(test)]
            mischief: mischief::Mischief::default(),
            #[cfg(test)]
            turns: (0, 0),
        };
        drop(journal);
        world.start()?;
        world.run_for(FIRST_CLAIM)?;
        Ok(world)
    }

    /// What was told since the last time, a line each.
    pub fn take_told(&mut self) -> Vec<String> {
        std::mem::take(&mut self.told)
    }

    /// Somebody presses a product's key.
    pub fn select(&mut self, code: ProductCode) {
        let sale = self.next_sale();
        self.tell(&format!("the customer presses {code}"));
        self.press(Event::Selected { code, sale: sale.clone() }, sale);
    }

    /// Somebody presses PAY.
    pub fn pay(&mut self) {
        let sale = self.next_sale();
        self.tell("the customer presses PAY");
        self.press(Event::Pay { sale: sale.clone() }, sale);
    }

    /// Somebody takes a product out of the cart.
    pub fn remove(&mut self, code: ProductCode) {
        self.tell(&format!("the customer takes {code} out of the cart"));
        self.turn(Event::Removed { code });
    }

    fn next_sale(&self) -> SaleId {
        SaleId::new(format!("DEMO{:04}", self.sales.len() + 1))
            .expect("letters and digits are a sale id")
    }

    /// A key that may open this sale.
    fn press(&mut self, event: Event, sale: SaleId) {
        self.turn(event);
        let kiosk = self.driver.as_ref().map(Driver::kiosk);
        if kiosk.is_some_and(|kiosk| kiosk.sale(&sale).is_some()) {
            self.sales.push(sale);
        }
    }

    /// Somebody presses CANCEL.
    pub fn cancel(&mut self) {
        self.tell("the customer presses CANCEL");
        self.turn(Event::CancelPressed);
    }

    /// Somebody presents a card; if the reader did not ask for one, it is put away again.
    pub fn tap(&mut self, card: Card, asked: bool) {
        let wall = self.wall();
        let number = card.number();
        let presented = asked && self.model.present_card(&self.setup.reader, card, wall).is_ok();
        self.tell(&if presented {
            format!("the customer presents card {number}")
        } else {
            format!("the reader asks for no card: the customer puts {number} away")
        });
    }

    /// Whether the reader asks for a card.
    pub fn is_prompting(&self) -> bool {
        matches!(self.model.reader_screen(&self.setup.reader), Screen::PresentCard { .. })
    }

    /// Whether somebody is being served.
    pub fn has_customer(&self) -> bool {
        self.driver.as_ref().is_some_and(|driver| driver.kiosk().front_sale().is_some())
    }

    /// Whether the daemon runs.
    pub fn is_alive(&self) -> bool {
        self.driver.is_some()
    }

    /// The next vend jams.
    pub fn jam(&mut self) {
        self.tell("somebody has put chewing gum into the machine");
        self.board.jam_next();
    }

    /// The network goes, or comes back.
    pub fn network(&mut self, up: bool) {
        self.tell(if up { "the network is back" } else { "the network is gone" });
        self.network = up;
    }

    /// The daemon dies where it stands, and is started again a little later.
    pub fn crash(&mut self) {
        self.tell("kioskd dies");
        if self.driver.take().is_some() {
            self.journal = None;
            self.life += 1;
            self.at(DEAD_FOR, Coming::Starts);
        }
    }

    /// Lets virtual time pass.
    pub fn run_for(&mut self, time: Duration) -> Result<(), JournalError> {
        let end = self.now + time;
        while self.step(end)? {}
        self.now = end;
        Ok(())
    }

    /// Lets time pass until something is so, at most this long. Tells whether it came to be.
    pub fn run_until(
        &mut self,
        limit: Duration,
        so: impl Fn(&Self) -> bool,
    ) -> Result<bool, JournalError> {
        let end = self.now + limit;
        while !so(self) {
            if !self.step(end)? {
                self.now = end;
                return Ok(so(self));
            }
        }
        Ok(true)
    }

    /// How the latest sale stands in the journal.
    pub fn latest(&self) -> Option<Summary> {
        let stored = self.journal.as_ref()?.sale(self.sales.last()?).ok()??;
        Some(stored.summary)
    }

    /// Whether every sale is over or waits for a person.
    pub fn is_settled(&self) -> bool {
        let open = Filter { open_only: true, limit: u32::MAX, before: None };
        self.journal.as_ref().is_some_and(|journal| {
            journal
                .summaries(&open)
                .is_ok_and(|open| open.iter().all(|sale| sale.phase == "needs_attention"))
        })
    }

    /// Compares Stripe's books, the goods and the journal.
    pub fn audit(&self) -> Result<Audit, JournalError> {
        let all = Filter { open_only: false, limit: u32::MAX, before: None };
        let journal = self.journal.as_ref().map_or(Ok(Vec::new()), |j| j.summaries(&all))?;
        let currency = self.setup.catalog.values().next().map(|product| product.price.currency);
        let currency = currency.expect("the demo sells three products");
        let price_of = |slot: &Slot| {
            self.setup.catalog.values().find(|p| p.slot == *slot).map(|product| product.price)
        };
        Ok(audit(&self.model.books(), self.board.goods(), &journal, currency, price_of))
    }

    fn wall(&self) -> WallTime {
        let passed = self.now.as_millis() - BEGIN.0.as_millis();
        WallTime(BEGIN.1.saturating_add(i64::try_from(passed).unwrap_or(i64::MAX)))
    }

    /// The clocks as the kiosk has them: its own begins when its board is switched on.
    fn kiosks_now(&self) -> Now {
        let up = self.now.since(Moment::from_millis(0)).saturating_sub(self.booted);
        Now { moment: Moment::from_millis(0) + up, wall: self.wall() }
    }

    fn tell(&mut self, line: &str) {
        let passed = self.now.since(BEGIN.0);
        let line = format!("{:>8}.{:03}  {line}", passed.as_secs(), passed.subsec_millis());
        self.told.push(line);
    }

    fn at(&mut self, wait: Duration, coming: Coming) {
        self.counter += 1;
        self.coming.insert((self.now + wait, self.counter), coming);
    }

    /// The daemon starts: on the same journal, with all that it finds there.
    fn start(&mut self) -> Result<(), JournalError> {
        let journal = Journal::open(&self.state_dir)?;
        let (stored, counts) = (journal.open_sales()?, journal.counts()?);
        let now = self.kiosks_now();
        self.tell("kioskd starts");
        let (setup, found) = (self.setup.clone(), (stored.as_slice(), &counts));
        self.driver = Some(Driver::of_journal(setup, found, u64::from(self.life), now));
        self.journal = Some(journal);
        self.turn(Event::DispenserReachable(dispenser()));
        Ok(())
    }

    /// Lets the next thing happen, if it happens before `end`.
    fn step(&mut self, end: Moment) -> Result<bool, JournalError> {
        let first = self.coming.first_key_value().map(|((at, _), _)| *at);
        let wake = self.driver.as_ref().and_then(Driver::next_wake).map(|at| at + self.booted);
        let Some(next) = [first, wake].into_iter().flatten().min().filter(|at| *at <= end) else {
            let wall = self.wall_at(end);
            self.model.advance(wall);
            return Ok(false);
        };
        self.now = self.now.max(next);
        let wall = self.wall();
        self.model.advance(wall);
        if first == Some(next) {
            if let Some((_, coming)) = self.coming.pop_first() {
                self.happen(coming)?;
            }
        } else {
            self.turn(Event::Tick);
        }
        Ok(true)
    }

    fn wall_at(&self, moment: Moment) -> WallTime {
        let ahead = moment.as_millis().saturating_sub(self.now.as_millis());
        WallTime(self.wall().0.saturating_add(i64::try_from(ahead).unwrap_or(i64::MAX)))
    }

    fn happen(&mut self, coming: Coming) -> Result<(), JournalError> {
        match coming {
            Coming::Flushed { life, batch } if life == self.life => {
                if let Some(journal) = &mut self.journal {
                    journal.append_counting(&batch.rows, &batch.summaries, &batch.counts)?;
                }
                self.turn(Event::Committed(batch.number));
            }
            Coming::Answered { life, flight, result } if life == self.life => {
                self.turn(Event::Replied { flight, result });
            }
            Coming::Recalled { life, sales } if life == self.life => self.recall(sales)?,
            Coming::Flushed { .. } | Coming::Answered { .. } | Coming::Recalled { .. } => {}
            // A request that has left is executed, whether or not its sender still lives.
            Coming::Arrives { life, flight, wire } => self.arrives(life, flight, &wire),
            Coming::Ordered { order, slot } => {
                self.tell(&format!("the machine turns slot {slot}"));
                let stops = self.board.vend(order.clone(), slot, self.now);
                self.at(stops.since(self.now), Coming::Stops { order: order.clone() });
                self.turn(Event::Vend { order, news: VendNews::Sent });
            }
            Coming::Stops { order } => {
                if let Some(news) = self.board.stopped(&order, self.now) {
                    self.turn(Event::Vend { order, news });
                }
            }
            Coming::Asked { order } => {
                let news = self.board.status(&order);
                self.turn(Event::Vend { order, news });
            }
            Coming::Starts => self.start()?,
        }
        Ok(())
    }

    fn recall(&mut self, sales: Vec<SaleId>) -> Result<(), JournalError> {
        let Some(journal) = &self.journal else { return Ok(()) };
        let read = |sale: SaleId| Ok((sale.clone(), journal.sale(&sale)?));
        let recalled: Result<Vec<_>, JournalError> = sales.into_iter().map(read).collect();
        self.turn(Event::Recalled(Some(recalled?)));
        Ok(())
    }

    fn arrives(&mut self, life: u32, flight: FlightId, wire: &Wire) {
        if !self.network {
            let result = Err(NoAnswer::Unknown(Obstacle::Silence, "the network went away".into()));
            self.at(CUT, Coming::Answered { life, flight, result });
            return;
        }
        #[cfg(test)]
        if self.meddle(life, flight, wire) {
            return;
        }
        let wall = self.wall();
        let response = self.model.handle(&simulator_request(wire), wall);
        let result = Ok(answer(&response));
        self.at(LATENCY, Coming::Answered { life, flight, result });
    }

    /// One turn of the driver, if it lives.
    fn turn(&mut self, event: Event) {
        #[cfg(test)]
        self.count_turn();
        let now = self.kiosks_now();
        let Some(driver) = &mut self.driver else { return };
        for effect in driver.turn(event, now) {
            self.perform(effect);
        }
    }

    fn perform(&mut self, effect: Effect) {
        let life = self.life;
        match effect {
            Effect::Commit(batch) => self.at(FLUSH, Coming::Flushed { life, batch }),
            Effect::Call { flight, request } => self.send(flight, &request),
            Effect::Vend { vend, .. } => {
                self.at(FLUSH, Coming::Ordered { order: vend.id, slot: vend.slot });
            }
            Effect::AskDispenser { order, .. } => self.at(FLUSH, Coming::Asked { order }),
            Effect::Show(view) => self.show(&view),
            Effect::Happened { sale, fact, .. } => {
                let sentence = story::sentence(&fact);
                self.tell(&format!("{sale}: {sentence}"));
            }
            Effect::Recall { sales } => self.at(FLUSH, Coming::Recalled { life, sales }),
            Effect::PowerCycleReader
            | Effect::CallOff { .. }
            | Effect::MenuAnswered(_)
            | Effect::PriceDiffers { .. }
            | Effect::Speak { .. }
            | Effect::CallFailed { .. }
            | Effect::CallWorks { .. }
            | Effect::Reason(..)
            | Effect::SaleOrdered { .. }
            | Effect::Filled(_)
            | Effect::Ordered(_)
            | Effect::OrderRefused(_)
            | Effect::CancelsSpare { .. }
            | Effect::LeftAlone { .. } => {}
            Effect::Turned(why, _) => self.tell(&format!("no sale: {why}")),
        }
    }

    fn send(&mut self, flight: FlightId, request: &Request) {
        let (life, wire) = (self.life, Box::new(request.wire()));
        if self.network {
            self.at(LATENCY, Coming::Arrives { life, flight, wire });
        } else {
            let result = Err(NoAnswer::NotSent(Obstacle::Network, "no route".into()));
            self.at(NO_ROUTE, Coming::Answered { life, flight, result });
        }
    }

    /// Tells what the display shows, each picture once and the countdown not at all.
    fn show(&mut self, view: &View) {
        let calm = view.without_countdown();
        let (headline, line) = words(&calm, &self.speech, &Help::default()).plain();
        let picture = format!("  [ {headline} | {line} ]");
        if self.shown.as_ref() != Some(&picture) {
            self.tell(&picture);
            self.shown = Some(picture);
        }
    }
}

/// The codes of the products, for messages.
pub fn codes(world: &World) -> BTreeSet<String> {
    world.setup.catalog.keys().map(ToString::to_string).collect()
}
