//! The names of this world, parsed once: its one sale is played millions of times.

use std::sync::LazyLock;

use kioskd::ids::{BootId, ChargeId, PaymentIntentId, RefundId, SaleId};
use kioskd::money::{Currency, Money};
use kioskd::sale::cards::{CardKinds, CardRules};
use kioskd::sale::fact::{CaptureMode, Flow, Item, Opened, Origin, Policy};
use kioskd::time::{Moment, WallTime};

use crate::stripe::PRICE;
use crate::world::Rules;

/// The journal's id.
pub const JOURNAL: &str = "journal-1";

/// More PaymentIntents, charges or boots than this no sale has.
const MOST: u8 = 32;

static USD: LazyLock<Currency> = LazyLock::new(|| "usd".parse().unwrap());
static SALE: LazyLock<SaleId> = LazyLock::new(|| SaleId::new("S1").unwrap());
static INTENTS: LazyLock<Vec<PaymentIntentId>> =
    LazyLock::new(|| (0..MOST).map(|n| PaymentIntentId::new(format!("pi_{n}")).unwrap()).collect());
static CHARGES: LazyLock<Vec<ChargeId>> =
    LazyLock::new(|| (0..MOST).map(|n| ChargeId::new(format!("ch_{n}")).unwrap()).collect());
static BOOTS: LazyLock<Vec<BootId>> =
    LazyLock::new(|| (0..MOST).map(|n| BootId::new(format!("boot-{n}")).unwrap()).collect());
static OPENED: LazyLock<Opened> = LazyLock::new(template);

/// The currency.
pub fn usd() -> Currency {
    *USD
}

/// The price.
pub fn price() -> Money {
    Money::new(PRICE, usd())
}

/// The sale.
pub fn sale() -> SaleId {
    SALE.clone()
}

/// A PaymentIntent of the sale.
pub fn intent(n: u8) -> PaymentIntentId {
    INTENTS[usize::from(n)].clone()
}

/// The number of a PaymentIntent of the sale.
pub fn number_of(intent: &PaymentIntentId) -> u8 {
    let found = INTENTS.iter().position(|known| known == intent).unwrap();
    u8::try_from(found).unwrap()
}

/// A PaymentIntent of somebody else.
pub fn foreign_intent() -> PaymentIntentId {
    INTENTS[usize::from(MOST - 1)].clone()
}

/// A charge.
pub fn charge(n: u8) -> ChargeId {
    CHARGES[usize::from(n)].clone()
}

/// A refund.
pub fn refund(n: u32) -> RefundId {
    RefundId::new(format!("re_{n}")).unwrap()
}

/// A boot.
pub fn boot(n: u8) -> BootId {
    BOOTS[usize::from(n)].clone()
}

/// What the sale is opened with.
pub fn opened(rules: &Rules, at: Moment) -> Opened {
    let mut opened = OPENED.clone();
    opened.at = at;
    let policy = &mut opened.policy;
    policy.flow = rules.flow;
    policy.capture = rules.capture;
    policy.interac = rules.interac;
    policy.unknown_vend = rules.unknown_vend;
    policy.max_attempts = rules.attempts;
    if rules.flow == Flow::CollectConfirm {
        policy.cards.reject.funding.insert("prepaid".to_owned());
    }
    opened.wire = policy.wire();
    opened
}

fn template() -> Opened {
    use std::time::Duration;
    Opened {
        sale: sale(),
        product: Item {
            code: "A1".parse().unwrap(),
            name: "Cola".into(),
            price: price(),
            slot: "11".parse().unwrap(),
            dispenser: "main".parse().unwrap(),
            vend_timeout: None,
            unknown_vend: None,
            forgotten: false,
        },
        further: Vec::new(),
        reader: "tmr_1".parse().unwrap(),
        livemode: false,
        origin: Origin {
            kiosk: "lobby-3".parse().unwrap(),
            controller: "board-1".parse().unwrap(),
            journal: JOURNAL.parse().unwrap(),
        },
        policy: Policy {
            customer_timeout: Duration::from_mins(1),
            customer_cancellation: true,
            max_attempts: 2,
            resume_window: Duration::from_secs(30),
            unknown_vend: kioskd::sale::fact::UnknownVend::Release,
            vend_grace: Duration::from_secs(10),
            vend_timeout: Duration::from_secs(20),
            flow: Flow::Process,
            cards: CardRules { accept: CardKinds::default(), reject: CardKinds::default() },
            capture: CaptureMode::AfterVend,
            interac: false,
        },
        wire: 1,
        boot: boot(0),
        at: Moment::from_millis(0),
        stripe_time: None,
        wall: WallTime(1_790_000_000_000),
    }
}
