//! The driver's turn: news in, effects out. It owns the kiosk and decides what is started; it does
//! no I/O itself, so that the same code runs in the daemon, in the demo and under simulation.

mod event;
mod machine;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::daemon::flights::{FlightId, Flights};
use crate::daemon::ledger::{Batch, Ledger};
use crate::daemon::orders::{Ordered, Unanswered};
use crate::daemon::stock::UnansweredFilling;
use crate::daemon::tell;
use crate::daemon::told::{About, ReasonNews, ToldReasons};
use crate::dispenser::Vend;
use crate::ids::{DispenserName, ItemNumber, OrderId, PaymentIntentId, ProductCode, SaleId};
use crate::journal::{Counts, Stored};
use crate::kiosk::claim::OrderRefused;
use crate::kiosk::out_of_order::Since;
use crate::kiosk::{Kiosk, Reason, Setup, Turned, View};
use crate::money::Money;
use crate::sale::fact::{Attention, Opened};
use crate::sale::input::{Call, Trouble, VendNews};
use crate::sale::{Fact, Input, Phase, Sale};
use crate::stripe::Request;
use crate::telemetry::repeats::{Lasted, Told};
use crate::time::{Moment, WallTime};

pub use event::Event;

/// When Stripe answers again, all that waited for it goes within this time.
pub(super) const HURRY_WITHIN: Duration = Duration::from_secs(3);

/// Both clocks: one for waits, one for people.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Now {
    /// Since boot.
    pub moment: Moment,
    /// The wall clock, for labels.
    pub wall: WallTime,
}

impl Now {
    pub(super) fn since(self) -> Since {
        Since { moment: self.moment, wall: self.wall }
    }
}

/// What the driver wants done. The order counts: a batch stands before what may run beside it.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// Write these rows, then say so.
    Commit(Batch),
    /// Make this call.
    Call {
        /// Its name.
        flight: FlightId,
        /// The call.
        request: Request,
    },
    /// Fire the dispenser.
    Vend {
        /// Which.
        dispenser: DispenserName,
        /// What it shall let out.
        vend: Box<Vend>,
    },
    /// Tell whoever waits at a dispenser for this sale that it will not vend.
    CallOff {
        /// Which.
        dispenser: DispenserName,
        /// The sale.
        sale: SaleId,
    },
    /// A vending machine asks for another price than the configured one: for logs.
    PriceDiffers {
        /// The product.
        code: ProductCode,
        /// The machine's.
        asked: Money,
        /// The configured one.
        configured: Money,
    },
    /// Ask the dispenser what became of a vend.
    AskDispenser {
        /// Which.
        dispenser: DispenserName,
        /// The order's id.
        order: OrderId,
    },
    /// Switch the reader's power off and on.
    PowerCycleReader,
    /// Show this.
    Show(View),
    /// Show it in this one of the kiosk's languages.
    Speak {
        /// Which; the first is 0.
        language: usize,
    },
    /// This became true: for logs and spectators.
    Happened {
        /// The sale.
        sale: SaleId,
        /// The fact.
        fact: Fact,
        /// Of the sale, for logs.
        about: Box<About>,
    },
    /// A reason not to sell has come up, still stands, or is over: for logs.
    Reason(Reason, ReasonNews),
    /// A call did not bring what was wanted: for logs.
    CallFailed {
        /// The sale it was for.
        sale: Option<SaleId>,
        /// The call.
        call: Call,
        /// What went wrong.
        trouble: Trouble,
        /// Stripe's id for the request, if it answered.
        request_id: Option<String>,
        /// What is news of it: not each time what goes on failing.
        told: Option<Told>,
    },
    /// A call that failed for long works again: for logs.
    CallWorks {
        /// The sale it was for.
        sale: Option<SaleId>,
        /// The call.
        call: Call,
        /// How long it failed.
        lasted: Lasted,
    },
    /// A customer has chosen on the reader: a word of a selection board's.
    MenuAnswered(String),
    /// A key brought nothing. A key that is stuck is not told each time.
    Turned(Turned, Option<Told>),
    /// What has become of a person's order about a sale: what was decided is on disk.
    SaleOrdered {
        /// The sale.
        sale: SaleId,
        /// What has become of it.
        ordered: Ordered,
    },
    /// What has become of a person's order about the stock.
    Filled(Ordered),
    /// A person's order has become this call.
    Ordered(FlightId),
    /// A person's order is not carried out.
    OrderRefused(OrderRefused),
    /// Read these sales from the journal, then say what it has of them.
    Recall {
        /// Found at Stripe.
        sales: Vec<SaleId>,
    },
    /// A PaymentIntent that nobody was ever asked to pay is cancelled: for logs.
    CancelsSpare {
        /// The PaymentIntent.
        intent: PaymentIntentId,
    },
    /// Something was found at Stripe that cannot be judged: for logs.
    LeftAlone {
        /// The PaymentIntent.
        intent: PaymentIntentId,
        /// Why it is not touched.
        why: &'static str,
    },
}

/// Owns the kiosk, the ledger and the calls under way.
#[derive(Debug)]
pub struct Driver {
    pub(super) kiosk: Kiosk,
    pub(super) ledger: Ledger,
    pub(super) flights: Flights,
    pub(super) rng: fastrand::Rng,
    pub(super) fired: BTreeMap<SaleId, (ItemNumber, Moment)>,
    pub(super) asked_dispenser: BTreeMap<SaleId, (ItemNumber, Moment)>,
    /// Sales that a vending machine waits for, and which it is.
    awaited: BTreeMap<SaleId, DispenserName>,
    /// Prices of vending machines that were told to differ.
    told_prices: BTreeMap<ProductCode, Money>,
    pub(super) unanswered: BTreeMap<SaleId, Unanswered>,
    pub(super) filling: Option<UnansweredFilling>,
    pub(super) shown: Option<View>,
    pub(super) language: usize,
    pub(super) power_cycled: Option<Moment>,
    told_reasons: ToldReasons,
    pub(super) wake: Option<Moment>,
    pub(super) effects: Vec<Effect>,
}

impl Driver {
    /// A driver with these open sales, which nobody has counted for. See [`Self::of_journal`].
    pub fn new(setup: Setup, stored: &[Stored], seed: u64, now: Now) -> Self {
        Self::of_journal(setup, (stored, &Counts::default()), seed, now)
    }

    /// A driver with the open sales and the counts of the journal. The seed draws the jitter of
    /// waits.
    pub fn of_journal(
        setup: Setup,
        (stored, counts): (&[Stored], &Counts),
        seed: u64,
        now: Now,
    ) -> Self {
        let mut driver = Self {
            kiosk: Kiosk::new(setup, now.since()),
            ledger: Ledger::default(),
            flights: Flights::default(),
            rng: fastrand::Rng::with_seed(seed),
            fired: BTreeMap::new(),
            asked_dispenser: BTreeMap::new(),
            awaited: BTreeMap::new(),
            told_prices: BTreeMap::new(),
            unanswered: BTreeMap::new(),
            filling: None,
            shown: None,
            language: 0,
            power_cycled: None,
            told_reasons: ToldReasons::default(),
            wake: None,
            effects: Vec::new(),
        };
        driver.count_on(counts);
        for stored in stored {
            driver.restore(stored, now);
        }
        driver.told_reasons = ToldReasons::at_start(driver.kiosk.reasons());
        driver.kiosk.judge_modes(now.since());
        driver
    }

    /// One turn: takes news and returns what has to be done, in order.
    pub fn turn(&mut self, event: Event, now: Now) -> Vec<Effect> {
        match event {
            Event::Selected { code, .. } if self.kiosk.has_cart() => {
                let added = self.kiosk.add_to_cart(&code, now.since());
                self.turned_away(added, now);
            }
            Event::Selected { code, sale } => {
                let opened = self.kiosk.select(&code, sale, now.since());
                self.open(opened, now);
            }
            Event::Asked { asked, sale } => self.asked(&asked, sale, now),
            Event::Withdrawn { sale } => self.give(&sale, &Input::CancelPressed, now),
            Event::Pay { sale } => {
                let opened = self.kiosk.pay(sale, now.since());
                self.open(opened, now);
            }
            Event::Removed { code } => {
                let removed = self.kiosk.remove_from_cart(&code, now.since());
                self.turned_away(removed, now);
            }
            Event::Typed { text } => self.kiosk.typed(text, now.moment),
            Event::LanguagePressed => self.kiosk.next_language(now.moment),
            Event::CancelPressed => {
                let front = self.kiosk.front_sale().map(|sale| sale.id().clone());
                match front {
                    Some(sale) => self.give(&sale, &Input::CancelPressed, now),
                    None => self.kiosk.empty_cart(),
                }
            }
            Event::Replied { flight, result } => self.replied(flight, &result, now),
            Event::DispenserReachable(name) => {
                self.kiosk.dispenser_reachable(&name, true, now.since());
            }
            Event::DispenserAway(name) => {
                self.kiosk.dispenser_reachable(&name, false, now.since());
            }
            Event::Vend { order, news } => self.vend_news(&order, news, now),
            Event::Committed(number) => {
                self.ledger.committed(number);
                self.kiosk.journal_writable(!self.ledger.is_refused(), now.since());
            }
            Event::CommitFailed(number) => self.commit_failed(number, now),
            Event::Contradicted { number, sale, what } => {
                self.contradicted(number, &sale, what, now);
            }
            Event::SaleOrdered { sale, stored, order } => {
                self.sale_ordered(&sale, &stored, &order, now);
            }
            Event::ReaderOrder(order) => self.ordered(order, now.moment),
            Event::Recalled(stored) => self.recalled(stored, now),
            Event::Tick => {}
            Event::Hint { reader } => {
                if reader == self.kiosk.setup().reader {
                    let open = self.kiosk.sales().filter(|sale| sale.is_open());
                    self.flights.look_now(open.map(Sale::id));
                }
            }
            Event::Reconfigured { setup, begun } => self.reconfigured(*setup, &begun, now),
            Event::KeyReplaced => {
                self.kiosk.key_replaced();
                self.flights.hurry(now.moment, HURRY_WITHIN, &mut self.rng);
            }
            Event::Filled { filling, by } => self.filled(&filling, &by, now),
            Event::Drain(drained) => self.kiosk.drain(drained, now.moment),
            Event::Resume => self.kiosk.resume(),
            Event::Stopping => self.stopping(now),
        }
        self.reconcile(now);
        self.finish(now)
    }

    fn finish(&mut self, now: Now) -> Vec<Effect> {
        self.call_off();
        self.leave_time_for_upkeep(now.moment);
        self.effects.extend(self.told_reasons.news(self.kiosk.reasons(), now.since()));
        std::mem::take(&mut self.effects)
    }

    /// A batch that no customer waits for may take the journal a little longer.
    fn leave_time_for_upkeep(&mut self, now: Moment) {
        if !self.ledger.is_unhurried() || !self.kiosk.is_between_customers() {
            return;
        }
        let time = self.kiosk.stripe_time(now);
        for effect in &mut self.effects {
            if let Effect::Commit(batch) = effect {
                batch.unhurried = time;
            }
        }
    }

    /// When the next [`Event::Tick`] is due, at the latest.
    pub fn next_wake(&self) -> Option<Moment> {
        self.wake
    }

    /// The kiosk, for whoever asks how it is.
    pub fn kiosk(&self) -> &Kiosk {
        &self.kiosk
    }

    /// Whether nothing is left that a stop should wait for: no customer, and all facts on disk.
    /// A sale that cannot be taken back because Stripe is out of reach is not waited for.
    pub fn may_stop(&self) -> bool {
        let cut_off = self.kiosk.is_stripe_unreachable();
        let livemode = self.kiosk.setup().livemode;
        let ours = self.kiosk.sales().filter(|sale| sale.opened.livemode == livemode);
        let waiting = ours.into_iter().any(|sale| match sale.phase {
            Phase::Retracting { .. } | Phase::Refunding(_) => !cut_off,
            Phase::Opening { .. }
            | Phase::Prompting { .. }
            | Phase::Presenting { .. }
            | Phase::Collected { .. }
            | Phase::Confirming { .. }
            | Phase::Vending { .. }
            | Phase::Doubtful { .. } => true,
            Phase::Settling { .. } | Phase::NeedsAttention { .. } | Phase::Closed { .. } => false,
        });
        !waiting && self.ledger.is_empty()
    }

    /// Takes a sale over from the journal and tells it that the daemon was restarted.
    fn restore(&mut self, stored: &Stored, now: Now) {
        // What the journal itself calls damaged is not added to: a person has to look at the file.
        if let Some(what) = &stored.damage {
            tell::record_damaged(&stored.summary.sale, what);
            self.kiosk.unreadable(stored.summary.sale.clone());
            return;
        }
        let mut facts = Vec::new();
        let mut damage = None;
        for row in &stored.rows {
            match serde_json::from_str::<Fact>(&row.body) {
                Ok(fact) if damage.is_none() => facts.push(fact),
                Ok(_) => break,
                Err(error) => {
                    damage = Some(format!("fact {} cannot be read: {error}", row.seq));
                    break;
                }
            }
        }
        let Some(sale) = Sale::fold(&facts) else {
            self.kiosk.unreadable(stored.summary.sale.clone());
            return;
        };
        // The index may lag behind the facts; these are over.
        if !sale.is_open() {
            return;
        }
        let id = sale.id().clone();
        self.ledger.resume(&id, stored.next_seq.saturating_sub(1));
        self.kiosk.restore(sale);
        let already = matches!(facts.last(), Some(Fact::AttentionNeeded { .. }));
        match damage {
            Some(what) if !already => {
                let why = Attention::Unreadable { what };
                self.happened(&id, vec![Fact::AttentionNeeded { why }], now);
            }
            Some(_) => {}
            None => {
                let boot = self.kiosk.setup().boot.clone();
                self.give(&id, &Input::Restarted { boot }, now);
            }
        }
    }

    fn reconfigured(&mut self, setup: Setup, begun: &BTreeSet<DispenserName>, now: Now) {
        self.kiosk.reconfigure(setup, begun, now.since());
        self.told_prices.clear();
    }

    fn open(&mut self, opened: Result<Opened, Turned>, now: Now) {
        match opened {
            Ok(opened) => {
                let id = opened.sale.clone();
                self.kiosk.opened(opened.clone());
                self.journal(&id, vec![Fact::Opened(Box::new(opened))], now);
            }
            Err(why) => self.turned_away(Err(why), now),
        }
    }

    fn turned_away(&mut self, result: Result<(), Turned>, now: Now) {
        if let Err(why) = result {
            self.kiosk.show_turned(why.clone(), now.moment);
            self.effects.push(self.told_reasons.turned(why, now.since()));
        }
    }

    /// A dispenser speaks of orders; whose item one is, the open sales tell.
    fn vend_news(&mut self, order: &OrderId, news: VendNews, now: Now) {
        let first = (order.as_first(), ItemNumber::FIRST);
        let is_open = |(sale, _): &(SaleId, ItemNumber)| self.kiosk.sale(sale).is_some();
        let found = [Some(first), order.as_later()].into_iter().flatten().find(is_open);
        if let Some((sale, item)) = found {
            self.give(&sale, &Input::Dispenser { item, news }, now);
        }
    }

    fn commit_failed(&mut self, number: u64, now: Now) {
        if self.ledger.failed(number, now.moment) {
            self.kiosk.journal_writable(false, now.since());
        }
    }

    /// One sale's record is broken: a person has to look at it, and the kiosk sells on.
    fn contradicted(&mut self, number: u64, id: &SaleId, what: String, now: Now) {
        if !self.ledger.is_next(number) {
            self.commit_failed(number, now);
            return;
        }
        self.ledger.set_aside(id, now.moment);
        let waits = |sale: &Sale| matches!(sale.phase, Phase::NeedsAttention { .. });
        if self.kiosk.sale(id).is_some_and(|sale| !waits(sale)) {
            let why = Attention::Unreadable { what };
            self.happened(id, vec![Fact::AttentionNeeded { why }], now);
        }
    }

    fn stopping(&mut self, now: Now) {
        self.kiosk.stop();
        let sales: Vec<SaleId> = self.kiosk.sales().map(|sale| sale.id().clone()).collect();
        for sale in sales {
            self.give(&sale, &Input::Stopping, now);
        }
    }

    /// Gives news to a sale and journals what became true.
    pub(super) fn give(&mut self, sale: &SaleId, input: &Input, now: Now) {
        let facts = self.kiosk.give(sale, input, now.moment);
        self.journal(sale, facts, now);
    }

    /// Facts that the driver itself knows to be true.
    pub(super) fn happened(&mut self, sale: &SaleId, facts: Vec<Fact>, now: Now) {
        self.kiosk.apply(sale, &facts, now.moment);
        self.journal(sale, facts, now);
    }

    pub(super) fn journal(&mut self, id: &SaleId, facts: Vec<Fact>, now: Now) {
        self.record_counts(now.moment);
        let Some(sale) = self.kiosk.sale(id) else { return };
        if facts.is_empty() {
            return;
        }
        let (closed, about) = (!sale.is_open(), Box::new(About::of(sale)));
        let batch = self.ledger.record(sale, &facts, now);
        self.effects.extend(batch.map(Effect::Commit));
        for fact in facts {
            self.effects.push(Effect::Happened { sale: id.clone(), fact, about: about.clone() });
        }
        if closed {
            self.kiosk.sweep_after(id, now.moment);
            self.kiosk.forget(id);
            self.ledger.forget(id);
            self.flights.forget(id);
            self.fired.remove(id);
            self.asked_dispenser.remove(id);
        }
    }
}
