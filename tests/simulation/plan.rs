//! What a seed decides: the kiosk, the account, and how often what goes wrong.

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use kioskd::ids::{DispenserName, JournalId};
use kioskd::kiosk::menu::{MenuRules, MenuStyle};
use kioskd::kiosk::screen::ScreenRules;
use kioskd::kiosk::{Dispenser, Product, Setup};
use kioskd::money::Money;
use kioskd::sale::cards::{CardKinds, CardRules};
use kioskd::sale::fact::{CaptureMode, Flow, Origin, Policy, UnknownVend};
use kioskd::sale::goods::Promise;
use kioskd::simulator::{self, CancelWhileAuthorizing};

use crate::auditor::Millis;
use crate::machine::Kind;

/// The machines: where there are two, the second one has the crisps.
pub const MACHINES: [&str; 2] = ["main", "side"];

/// What slots hold and cost.
pub const PRODUCTS: [(&str, &str, u64, &str); 3] =
    [("A1", "Cola", 250, "11"), ("A2", "Water", 150, "12"), ("B1", "Crisps", 300, "21")];

/// The product that may be counted.
pub const COUNTED: &str = "A1";

/// How often something goes wrong, each from 0 to 1.
#[derive(Clone, Copy, Default, Debug)]
pub struct Rates {
    /// Of calls, in one of the ways of `network::Fate`.
    pub calls: f64,
    /// Of calls, that take seconds to get there or back.
    pub slow: f64,
    /// Of calls, that the network delivers twice.
    pub twice: f64,
    /// Of customers, during whose sale the weather turns.
    pub weather: f64,
    /// Of customers, during whose sale something happens to the reader.
    pub reader: f64,
    /// Of customers, during whose sale another system uses the reader.
    pub strangers: f64,
    /// Of vends, in one of the ways of `machine::Fate`.
    pub vends: f64,
    /// Of the board's lines, that get lost.
    pub lines: f64,
    /// Of customers, during whose sale the machine's port is gone.
    pub port: f64,
    /// Of effects and writes, at which the daemon dies.
    pub crashes: f64,
    /// Of these deaths, that are power cuts.
    pub power_cuts: f64,
    /// Of power cuts, after which the card has forgotten its last write.
    pub lies: f64,
    /// Of deaths, after which a stored sale is damaged, or of a newer kioskd (on a real journal).
    pub rot: f64,
    /// Of customers, during whose sale the disk is full.
    pub disk: f64,
    /// Of customers, during whose sale the key is revoked or too narrow.
    pub key: f64,
    /// Of starts, with another configuration.
    pub config: f64,
    /// Of starts, with a clock that is wrong.
    pub clock: f64,
    /// Of customers, during whose sale the clock jumps.
    pub jumps: f64,
    /// Of customers, after whom somebody acts in Stripe's Dashboard.
    pub dashboard: f64,
    /// Of customers, after whom somebody decides about a sale at the kiosk.
    pub decisions: f64,
    /// Of customers, during whose sale another version is installed.
    pub upgrades: f64,
    /// Of a vending machine's questions, that are for another price, or are given up early.
    pub asks: f64,
}

/// The plan of one run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What it was drawn from.
    pub seed: u64,
    /// How many customers come.
    pub customers: u32,
    /// From one to the next, at most.
    pub apart: Millis,
    /// How long bad times last, at most.
    pub bad_times: Millis,
    /// How often what goes wrong.
    pub rates: Rates,
    /// Whether the real journal is used.
    pub on_disk: bool,
    /// Whether the machine hangs on the kiosk's supply.
    pub one_supply: bool,
    /// Whether webhooks come as hints.
    pub hints: bool,
    /// Whether Interac cards are taken, in Canada.
    pub canadian: bool,
    /// Whether customers fill a cart and pay for all of it.
    pub cart: bool,
    /// Whether there are two machines.
    pub two_machines: bool,
    /// What they are.
    pub kinds: [Kind; 2],
    /// Whether customers choose on the reader.
    pub menu: bool,
    /// How many colas there are, where they are counted.
    pub colas: Option<u32>,
    /// What a scenario fixes, beside what is drawn.
    pub fixed: Fixed,
}

/// What a scenario fixes of the kiosk's rules.
#[derive(Clone, Copy, Default, Debug)]
pub struct Fixed {
    /// In how many steps a card is taken.
    pub flow: Option<Flow>,
    /// When the money moves.
    pub capture: Option<CaptureMode>,
    /// What becomes of the money of a vend of which nobody knows.
    pub unknown_vend: Option<UnknownVend>,
}

impl Plan {
    /// Draws it.
    pub fn draw(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let quiet = rng.f64() < 0.2;
        // Many runs have a few faults often, rather than all of them seldom.
        let share = rng.f64();
        let mut rate = |most: f64| {
            if quiet || rng.f64() > share { 0.0 } else { most * 10_f64.powf(-rng.f64()) }
        };
        let rates = Rates {
            calls: rate(0.12),
            slow: rate(0.1),
            twice: rate(0.1),
            weather: rate(0.3),
            reader: rate(0.5),
            strangers: rate(0.3),
            vends: rate(0.4),
            lines: rate(0.3),
            port: rate(0.2),
            crashes: rate(0.04),
            power_cuts: rate(1.0),
            lies: rate(1.0),
            rot: rate(0.3),
            disk: rate(0.2),
            key: rate(0.2),
            config: rate(0.5),
            clock: rate(0.5),
            jumps: rate(0.2),
            dashboard: rate(0.1),
            decisions: rate(0.3),
            upgrades: rate(0.1),
            asks: draw_asks(seed),
        };
        // Most are short: nothing happens while nothing happens.
        let scale = |rng: &mut Rng, least: f64, most: f64| {
            let millis = least * (most / least).powf(rng.f64().powi(3));
            // Both bounds are small and positive.
            millis.round().to_string().parse::<Millis>().expect("a rounded number is one")
        };
        Self {
            seed,
            customers: rng.u32(3..40),
            apart: scale(&mut rng, 20_000.0, 40_000_000.0),
            bad_times: scale(&mut rng, 2_000.0, 250_000_000.0),
            rates,
            on_disk: rng.f64() < 0.05,
            one_supply: rng.bool(),
            hints: rng.bool(),
            canadian: rng.f64() < 0.15,
            cart: rng.f64() < 0.25,
            two_machines: rng.f64() < 0.25,
            kinds: [Kind::Board; 2],
            menu: draw_menu(seed),
            colas: draw_colas(seed),
            fixed: Fixed::default(),
        }
        .with_kinds(&mut rng)
    }

    /// Draws what the machines are. Where customers have a cart, none of them asks for money.
    fn with_kinds(self, rng: &mut Rng) -> Self {
        let mut kind = |_| match rng.u32(0..10) {
            0..2 => Kind::Relays,
            2..4 if !self.cart => Kind::Bus,
            _ => Kind::Board,
        };
        Self { kinds: std::array::from_fn(&mut kind), ..self }
    }

    /// One in which nothing goes wrong by itself.
    pub fn quiet(seed: u64, fixed: Fixed) -> Self {
        let rates = Rates::default();
        Self {
            rates,
            customers: 0,
            on_disk: false,
            canadian: false,
            cart: false,
            two_machines: false,
            kinds: [Kind::Board; 2],
            menu: false,
            colas: Some(40),
            fixed,
            ..Self::draw(seed)
        }
    }

    /// The account at Stripe. What the documentation leaves open goes one way or the other.
    pub fn account(&self) -> simulator::Setup {
        let mut rng = Rng::with_seed(self.seed ^ 0xACC0);
        let refund_takes = if rng.f64() < 0.3 { rng.u64(0..100_000) } else { 0 };
        let mut setup = simulator::Setup {
            seed: self.seed,
            shows_processing: rng.bool(),
            processes_again: rng.bool(),
            cancel_needs_action: rng.bool(),
            collected_is_in_progress: rng.bool(),
            collects_again: rng.bool(),
            authorization_takes: Duration::from_millis(rng.u64(100..6_000)),
            refund_takes: Duration::from_millis(refund_takes),
            search_lags: Duration::from_millis(rng.u64(0..60_000)),
            reader_error_status: if rng.bool() { 400 } else { 409 },
            ..simulator::Setup::default()
        };
        if rng.bool() {
            setup.cancel_while_authorizing = CancelWhileAuthorizing::Cancels;
        }
        if self.canadian {
            setup.locations = BTreeMap::from([("tml_simulated".to_owned(), "CA".to_owned())]);
        }
        setup
    }

    /// The machines that hang on the kiosk.
    pub fn machines(&self) -> impl Iterator<Item = (DispenserName, Kind)> {
        let count = if self.two_machines { 2 } else { 1 };
        let name = |name: &str| name.parse().expect("a fixed name is one");
        MACHINES.into_iter().map(name).zip(self.kinds).take(count)
    }

    /// The kiosk, as it is set up for its `life`th start.
    pub fn kiosk(&self, journal: JournalId, changes: u32) -> Setup {
        let mut rng = Rng::with_seed(self.seed ^ 0x10_5c);
        let mut policy = Policy {
            customer_timeout: Duration::from_secs(rng.u64(20..90)),
            customer_cancellation: rng.bool(),
            max_attempts: rng.u32(1..4),
            resume_window: Duration::from_secs(rng.u64(10..60)),
            unknown_vend: draw_unknown(&mut rng),
            vend_grace: Duration::from_secs(rng.u64(3..20)),
            vend_timeout: Duration::from_secs(rng.u64(5..30)),
            flow: if rng.f64() < 0.25 { Flow::CollectConfirm } else { Flow::Process },
            cards: CardRules::default(),
            capture: if rng.f64() < 0.2 { CaptureMode::Automatic } else { CaptureMode::AfterVend },
            interac: self.canadian,
        };
        policy.flow = self.fixed.flow.unwrap_or(policy.flow);
        policy.capture = self.fixed.capture.unwrap_or(policy.capture);
        policy.unknown_vend = self.fixed.unknown_vend.unwrap_or(policy.unknown_vend);
        if policy.flow == Flow::CollectConfirm {
            let funding = ["prepaid".to_owned()].into();
            policy.cards.reject = CardKinds { funding, ..CardKinds::default() };
        }
        let reader_display = rng.bool();
        // A configuration that changed between two starts: prices and policies, never the reader.
        let mut changed = Rng::with_seed(self.seed ^ u64::from(changes) << 32);
        if changes > 0 {
            policy.unknown_vend = draw_unknown(&mut changed);
            policy.max_attempts = changed.u32(1..4);
            policy.customer_timeout = Duration::from_secs(changed.u64(20..90));
        }
        let currency = if self.canadian { "cad" } else { "usd" };
        let currency = currency.parse().expect("a fixed currency is one");
        let machines: Vec<DispenserName> = self.machines().map(|(name, _)| name).collect();
        let catalog = PRODUCTS.map(|(code, name, price, slot)| {
            let machine = if code.starts_with('B') { machines.last() } else { machines.first() };
            let dearer = if changes > 0 { changed.u64(0..100) } else { 0 };
            let product = Product {
                name: name.to_owned(),
                price: Money::new(price + dearer, currency),
                slot: slot.parse().expect("a fixed slot is one"),
                dispenser: machine.expect("there is a machine").clone(),
                stock: self.colas.filter(|_| code == COUNTED),
                disabled: false,
            };
            (code.parse().expect("a fixed code is one"), product)
        });
        Setup {
            catalog: catalog.into(),
            dispensers: self
                .machines()
                .map(|(name, kind)| (name, dispenser(kind, policy.vend_timeout)))
                .collect(),
            origin: Origin {
                kiosk: "simulated".parse().expect("a fixed name is one"),
                controller: "simulated-board".parse().expect("a fixed name is one"),
                journal,
            },
            reader: "tmr_simulated".parse().expect("a fixed id is one"),
            livemode: false,
            policy,
            reader_display,
            menu: (self.menu && !self.cart).then(|| menu(self.seed)),
            screen: screen(self.seed),
            cart_limit: self.cart.then_some(4),
            boot: "boot-0".parse().expect("a fixed name is one"),
            restart_window: None,
            exposure_limit: 20,
            power_cycle_every: rng.bool().then(|| Duration::from_mins(10)),
        }
    }
}

fn dispenser(kind: Kind, vend_timeout: Duration) -> Dispenser {
    let promise = Promise { knows_delivery: true, can_be_asked: kind.remembers() };
    let asks = kind == Kind::Bus;
    Dispenser { promise, asks, ..Dispenser::of_its_word(vend_timeout) }
}

/// A receipt may always be shown; in some runs the products are shown by themselves.
fn screen(seed: u64) -> ScreenRules {
    let attract_after = seed.is_multiple_of(5).then(|| Duration::from_secs(20));
    let receipt_time = Some(Duration::from_secs(30));
    ScreenRules { languages: 2, receipt_time, attract_after, ..ScreenRules::default() }
}

fn draw_menu(seed: u64) -> bool {
    Rng::with_seed(seed ^ 0x3E20).f64() < 0.05
}

/// Mostly asked as seldom as can be: else most of a run would be questions of an idle kiosk.
fn menu(seed: u64) -> MenuRules {
    let often = Rng::with_seed(seed ^ 0x9011).f64() < 0.1;
    let poll = Duration::from_secs(if often { 2 } else { 60 });
    MenuRules { title: "What?".to_owned(), style: MenuStyle::Buttons, poll }
}

/// By a generator of its own, as below.
fn draw_asks(seed: u64) -> f64 {
    Rng::with_seed(seed ^ 0xA5C5).f64() * 0.4
}

/// By a generator of its own: a seed's story is another only where a cola is missing.
fn draw_colas(seed: u64) -> Option<u32> {
    let mut rng = Rng::with_seed(seed ^ 0x570C);
    (rng.f64() < 0.3).then(|| rng.u32(0..60))
}

fn draw_unknown(rng: &mut Rng) -> UnknownVend {
    match rng.u32(0..3) {
        0 => UnknownVend::Release,
        1 => UnknownVend::Capture,
        _ => UnknownVend::Hold,
    }
}
