//! The kiosk's state, and what changes it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::ids::{BootId, DispenserName, PaymentIntentId, ProductCode, ReaderId, SaleId, Slot};
use crate::kiosk::account::AccountWatch;
use crate::kiosk::cart::Cart;
use crate::kiosk::menu::MenuRules;
use crate::kiosk::out_of_order::{Denied, Reason, Reasons, Since};
use crate::kiosk::place::PlaceWatch;
use crate::kiosk::reader::ReaderWatch;
use crate::kiosk::restart_window::RestartWindow;
use crate::kiosk::screen::{Screen, ScreenRules};
use crate::kiosk::stock::Stock;
use crate::kiosk::sweep::Sweep;
use crate::kiosk::view::{Notice, Typed, has_customer};
use crate::money::Money;
use crate::sale::fact::{Fact, Opened, Origin, Policy, UnknownVend};
use crate::sale::goods::Promise;
use crate::sale::{Input, Phase, Sale, decide};
use crate::time::{Moment, StripeTime};

/// How much longer a doubtful vend waits for a dispenser that cannot be reached.
const DISPENSER_MAY_BE_AWAY: Duration = Duration::from_mins(2);

/// How long before a hold lapses people are told; nothing more is sold then if goods went out for
/// it.
const DEADLINE_ALARM: Duration = Duration::from_hours(12);

/// A wall clock that is further ahead of an authorization than this is wrong.
const LONGEST_WEEKS_AWAY: Duration = Duration::from_hours(60 * 24);

/// Prompts for refunds that are known again when they stand on the reader still.
const REFUNDS_KNOWN: usize = 16;

/// What the kiosk sells, and by which rules: from the configuration, fixed while it runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setup {
    /// Products by what the customer presses.
    pub catalog: BTreeMap<ProductCode, Product>,
    /// What the goods come out of.
    pub dispensers: BTreeMap<DispenserName, Dispenser>,
    /// The names in each PaymentIntent's metadata.
    pub origin: Origin,
    /// The reader.
    pub reader: ReaderId,
    /// Real money, or test mode.
    pub livemode: bool,
    /// The rules of new sales.
    pub policy: Policy,
    /// Whether the reader shows the product before it asks for the card.
    pub reader_display: bool,
    /// The form that the reader shows, where customers choose on it.
    pub menu: Option<MenuRules>,
    /// How the display behaves.
    pub screen: ScreenRules,
    /// How many products a cart holds, where customers fill one before they pay.
    pub cart_limit: Option<usize>,
    /// The kernel's boot id.
    pub boot: BootId,
    /// When readers restart every night, if the operator has said so.
    pub restart_window: Option<RestartWindow>,
    /// How many delivered sales may wait for their money before nothing more is sold.
    pub exposure_limit: usize,
    /// How long after one power cycle of a deaf reader the next may come, if it can be had at all.
    pub power_cycle_every: Option<Duration>,
}

/// A product.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Product {
    /// What the customer calls it.
    pub name: String,
    /// What it costs.
    pub price: Money,
    /// Where it sits.
    pub slot: Slot,
    /// Which dispenser gives it.
    pub dispenser: DispenserName,
    /// How many a full machine has, if it is counted.
    pub stock: Option<u32>,
    /// Whether it is not for sale.
    pub disabled: bool,
}

/// A dispenser, as far as sales have to know it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dispenser {
    /// How long a vend may take.
    pub vend_timeout: Duration,
    /// What it can promise.
    pub promise: Promise,
    /// Which way the money goes if nobody knows whether its goods came out, if not the way that the
    /// policy of new sales says.
    pub unknown_vend: Option<UnknownVend>,
    /// Whether what it has is chosen at a machine that asks for the money itself.
    pub asks: bool,
}

/// What a vending machine asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    /// The machine, as the dispenser that it is.
    pub dispenser: DispenserName,
    /// Its number of the product.
    pub slot: Slot,
    /// The product that stands for numbers which no product has as its slot.
    pub otherwise: Option<ProductCode>,
    /// What it asks for.
    pub price: Money,
    /// Whether that is charged, or what is configured.
    pub its_price: bool,
}

impl Dispenser {
    /// One that keeps every promise, and may take this long.
    pub const fn of_its_word(vend_timeout: Duration) -> Self {
        Self { vend_timeout, promise: Promise::ALL, unknown_vend: None, asks: false }
    }
}

/// The kiosk: its open sales, what is in order, and who is in front of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kiosk {
    pub(super) setup: Setup,
    /// Shared with whoever goes through them while one of them changes.
    pub(super) sales: BTreeMap<SaleId, Arc<Sale>>,
    pub(super) front: Option<SaleId>,
    pub(super) notice: Option<Notice>,
    /// The sale that the notice is about.
    pub(super) last_told: Option<SaleId>,
    pub(super) reasons: Reasons,
    pub(super) watch: ReaderWatch,
    pub(super) place: PlaceWatch,
    pub(super) account: AccountWatch,
    pub(super) sweep: Sweep,
    pub(super) reachable_since: BTreeMap<DispenserName, Moment>,
    pub(super) stopping: bool,
    pub(super) cart: Cart,
    pub(super) stock: Stock,
    pub(super) typed: Typed,
    pub(super) screen: Screen,
    /// Sales of the journal that cannot be read at all.
    pub(super) unreadable: Vec<SaleId>,
    /// PaymentIntents for whose refund the reader was asked for the card: the latest ones.
    pub(super) refunded_here: VecDeque<PaymentIntentId>,
}

impl Kiosk {
    /// A kiosk that has just been switched on: out of order until reader and dispensers are seen.
    pub fn new(setup: Setup, now: Since) -> Self {
        let mut reasons = Reasons::default();
        reasons.raise(Reason::Starting, now);
        for dispenser in setup.dispensers.keys() {
            reasons.raise(Reason::DispenserAway { dispenser: dispenser.clone() }, now);
        }
        Self {
            stock: Stock::configured(&setup.catalog),
            setup,
            sales: BTreeMap::new(),
            front: None,
            notice: None,
            last_told: None,
            reasons,
            watch: ReaderWatch::default(),
            place: PlaceWatch::default(),
            account: AccountWatch::default(),
            sweep: Sweep::default(),
            reachable_since: BTreeMap::new(),
            stopping: false,
            cart: Cart::default(),
            typed: Typed::default(),
            screen: Screen::default(),
            unreadable: Vec::new(),
            refunded_here: VecDeque::new(),
        }
    }

    /// Takes a sale over from the journal. One that may still concern the person in front gets the
    /// display.
    pub fn restore(&mut self, sale: Sale) {
        let reachable = sale.opened.livemode == self.setup.livemode;
        if has_customer(&sale) && reachable {
            self.front = Some(sale.id().clone());
        }
        // Of an Interac card a refund was at the reader, if there was one.
        if sale.is_interac() {
            self.is_refunded_here(&sale);
        }
        self.sales.insert(sale.id().clone(), Arc::new(sale));
    }

    fn is_refunded_here(&mut self, sale: &Sale) {
        let known = sale.intent.clone().filter(|intent| !self.refunded_here.contains(intent));
        self.refunded_here.extend(known);
        if self.refunded_here.len() > REFUNDS_KNOWN {
            self.refunded_here.pop_front();
        }
    }

    /// A sale has been opened for the customer in front.
    pub fn opened(&mut self, opened: Opened) {
        let id = opened.sale.clone();
        self.notice = None;
        self.nothing_typed();
        self.empty_cart();
        self.front = Some(id.clone());
        self.sales.insert(id, Arc::new(Sale::open(opened)));
    }

    /// Gives news to one sale. The facts that became true are applied already, and have to be
    /// journaled.
    pub fn give(&mut self, id: &SaleId, input: &Input, now: Moment) -> Vec<Fact> {
        let Some(sale) = self.sales.get(id) else { return Vec::new() };
        let facts = decide(sale, input, now);
        self.apply(id, &facts, now);
        facts
    }

    /// Applies facts that the caller knows to be true.
    pub fn apply(&mut self, id: &SaleId, facts: &[Fact], now: Moment) {
        let Some(sale) = self.sales.get_mut(id) else { return };
        let changed = Arc::make_mut(sale);
        for fact in facts {
            if let Some(gone) = changed.takes(fact) {
                self.stock.take(&gone.code);
            }
            changed.evolve(fact);
        }
        let sale = Arc::clone(sale);
        let here = sale.opened.reader == self.setup.reader && !sale.restarted && !sale.is_adopted;
        let took_it = |fact: &Fact| matches!(fact, Fact::Prompted { .. } | Fact::Authorized(_));
        if here && facts.iter().any(took_it) {
            self.reader_answered();
        }
        if here && facts.iter().any(|fact| matches!(fact, Fact::Authorized(_))) {
            self.place_takes_payments();
        }
        if facts.iter().any(|fact| matches!(fact, Fact::RefundPromptIntended { .. })) {
            self.is_refunded_here(&sale);
        }
        self.tell_customer(&sale, facts, now);
    }

    /// A sale of the journal of which not even the beginning can be read: a person has to look.
    pub fn unreadable(&mut self, id: SaleId) {
        self.unreadable.push(id);
    }

    /// Forgets a sale that is closed and journaled.
    pub fn forget(&mut self, id: &SaleId) {
        self.sales.remove(id);
    }

    /// All open sales.
    pub fn sales(&self) -> impl Iterator<Item = &Sale> {
        self.sales.values().map(Arc::as_ref)
    }

    /// One open sale.
    pub fn sale(&self, id: &SaleId) -> Option<&Sale> {
        self.sales.get(id).map(Arc::as_ref)
    }

    /// The sale that has the customer.
    pub fn front_sale(&self) -> Option<&Sale> {
        self.sale(self.front.as_ref()?)
    }

    /// The sale that the customer was told about last, who had waited for it until then.
    pub fn told_sale(&self) -> Option<&SaleId> {
        self.last_told.as_ref()
    }

    /// What it was set up with.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Stripe's clock now, if it was ever heard.
    pub fn stripe_time(&self, now: Moment) -> Option<StripeTime> {
        self.watch.stripe_time(now)
    }

    /// A dispenser's port was opened, or is gone.
    pub fn dispenser_reachable(&mut self, dispenser: &DispenserName, reachable: bool, now: Since) {
        let away = Reason::DispenserAway { dispenser: dispenser.clone() };
        if reachable {
            self.reasons.clear(&away);
            self.reachable_since.insert(dispenser.clone(), now.moment);
        } else {
            self.reasons.raise(away, now);
            self.reachable_since.remove(dispenser);
        }
    }

    /// When a sale that wants to be woken at `at` is woken. A doubtful vend is not decided by
    /// policy as long as its dispenser cannot be asked, nor before it had the time to answer: after
    /// a power cut the board's port may come up later than the daemon. That, too, has a limit.
    pub fn due(&self, sale: &Sale, at: Moment) -> Moment {
        let Phase::Doubtful { item, .. } = sale.phase else { return at };
        if sale.is_beyond_asking() {
            return at;
        }
        let limit = at + DISPENSER_MAY_BE_AWAY;
        match self.reachable_since.get(sale.dispenser(item)) {
            Some(since) => at.max(*since + sale.opened.policy.vend_grace).min(limit),
            None => limit,
        }
    }

    /// Whether a sale may be, or come to be, on this kiosk's reader. One of another reader or mode
    /// (the configuration has changed) stands in nobody's way.
    pub fn holds_our_reader(&self, sale: &Sale) -> bool {
        let ours =
            sale.opened.reader == self.setup.reader && sale.opened.livemode == self.setup.livemode;
        ours && sale.holds_reader()
    }

    /// Whether any sale does.
    pub fn is_reader_held(&self) -> bool {
        self.sales.values().any(|sale| self.holds_our_reader(sale))
    }

    /// Names sales of the other mode (live or test): they wait for a key of theirs.
    pub fn judge_modes(&mut self, now: Since) {
        if self.sales.values().any(|sale| sale.opened.livemode != self.setup.livemode) {
            self.reasons.raise(Reason::OtherMode, now);
        }
    }

    /// All open sales: the customer's own first, then by the deadline of their holds.
    pub fn sales_by_urgency(&self) -> Vec<Arc<Sale>> {
        let mut sales: Vec<Arc<Sale>> = self.sales.values().cloned().collect();
        let far = StripeTime(i64::MAX);
        sales.sort_by_key(|sale| {
            let is_front = self.front.as_ref() == Some(sale.id());
            (!is_front, sale.deadline().unwrap_or(far), sale.opened.wall)
        });
        sales
    }

    /// Raises and clears what the open sales are a reason for: too many that were delivered and
    /// not paid, and holds that lapse soon.
    pub fn judge_open_sales(&mut self, now: Since) {
        self.forget_settlers_troubles();
        let near = |sale: &&Sale| self.hold_lapses_within(sale, DEADLINE_ALARM, now);
        let open = || self.sales().filter(|sale| sale.is_open());
        let unpaid: Vec<&Sale> = open().filter(|sale| sale.has_delivered()).collect();
        let exposed =
            unpaid.len() >= self.setup.exposure_limit || unpaid.iter().copied().any(|s| near(&s));
        let any_near = open().any(|sale| near(&sale));
        for (reason, stands) in [(Reason::Exposure, exposed), (Reason::DeadlineNear, any_near)] {
            if stands {
                self.reasons.raise(reason, now);
            } else {
                self.reasons.clear(&reason);
            }
        }
    }

    /// What kept a sale from being settled is tried again by that sale alone: where none is left,
    /// because somebody has settled it at Stripe, say, nothing else would ever end it.
    fn forget_settlers_troubles(&mut self) {
        let livemode = self.setup.livemode;
        let ours = |sale: &&Sale| sale.opened.livemode == livemode;
        let settles =
            |sale: &Sale| sale.holds_reader() || matches!(sale.phase, Phase::Settling { .. });
        if self.sales().filter(ours).any(settles) {
            return;
        }
        let sweeps = self.is_sweeping();
        self.reasons.clear_if(|reason, _| {
            let Reason::KeyTooNarrow { denied } = reason else {
                return *reason == Reason::PaymentNotFound;
            };
            match denied {
                Denied::CancelPayment
                | Denied::CapturePayment
                | Denied::RefundPayment
                | Denied::RefundSold => true,
                Denied::ReadPayment => !sweeps,
                Denied::ReadReader | Denied::DriveReader | Denied::CreatePayment => false,
            }
        });
    }

    /// Whether a sale's hold on the card lapses within this time. By Stripe's clock, which goes on
    /// with the boot's; until Stripe was heard since the start, by the wall clock, unless that
    /// clock cannot be right.
    pub(super) fn hold_lapses_within(&self, sale: &Sale, time: Duration, now: Since) -> bool {
        let (Some(deadline), Some(authorized)) = (sale.deadline(), &sale.authorized) else {
            return false;
        };
        let wall = now.wall.as_stripe_time();
        let plausible =
            wall >= authorized.created && wall.since(authorized.created) < LONGEST_WEEKS_AWAY;
        let stripe = self.watch.stripe_time(now.moment);
        let stripe_now = stripe.or(Some(wall).filter(|_| plausible));
        stripe_now.is_some_and(|stripe_now| deadline.since(stripe_now) < time)
    }

    /// The journal takes writes again, or does not.
    pub fn journal_writable(&mut self, writable: bool, now: Since) {
        if writable {
            self.reasons.clear(&Reason::Journal);
        } else {
            self.reasons.raise(Reason::Journal, now);
        }
    }

    /// The reasons that stand now.
    pub fn reasons(&self) -> &Reasons {
        &self.reasons
    }
}
