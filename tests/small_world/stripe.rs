//! Stripe at the level of its objects: PaymentIntents, refunds, and the first answer to each key.

use kioskd::money::Money;
use kioskd::sale::input::{
    ActionSeen, ActionStatus, Call, ChargeSeen, Hindrance, IntentSeen, IntentStatus, Obstacle,
    ReaderSeen, RefundSeen, RefundStatus, Refusal, Seen, Trouble,
};
use kioskd::time::StripeTime;

use crate::names;
use crate::reader::Action;

/// What the one product costs, in minor units.
pub const PRICE: u64 = 250;

/// A PaymentIntent's status.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Status {
    /// No card yet, or the last one was declined.
    Unpaid,
    /// A card was read and not confirmed.
    Confirmable,
    /// The issuer is being asked.
    Pending,
    /// Authorized, not captured.
    Held,
    /// Captured.
    Taken,
    /// Cancelled.
    Canceled,
}

/// One attempt to authorize a card.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Charge {
    /// Tells it from the others.
    pub n: u8,
    /// Whether the issuer approved.
    pub authorized: bool,
    /// Stripe's clock, in seconds.
    pub created: i64,
    /// Whether it was charged at the tap because the card is an Interac card.
    pub interac: bool,
}

/// A PaymentIntent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Intent {
    /// Its status.
    pub status: Status,
    /// Stripe's clock, in seconds.
    pub created: i64,
    /// The latest charge.
    pub charge: Option<Charge>,
    /// What was captured.
    pub received: u64,
    /// Whether a reader ever asked for a card for it.
    pub prompted: bool,
}

impl Intent {
    /// Whether a card can still be authorized for it.
    pub fn is_payable(&self) -> bool {
        matches!(self.status, Status::Unpaid | Status::Confirmable | Status::Pending)
    }
}

/// A refund.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Refund {
    /// The number in its metadata.
    pub n: u32,
    /// Its PaymentIntent.
    pub intent: u8,
    /// How far it is.
    pub state: Back,
}

/// How far a refund is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Back {
    /// Under way.
    Pending,
    /// Done.
    Done,
    /// It did not work.
    Failed,
}

/// What a reply shows of the reader: its action, and the status of its PaymentIntent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct OnReader(pub Option<(Action, Option<Status>)>);

/// What a reply shows, as it was when the request ran.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Snapshot {
    /// Stripe's clock, in seconds.
    pub date: i64,
    /// The reader, if it is in the reply, and its action.
    pub reader: Option<OnReader>,
    /// The PaymentIntent and its number.
    pub intent: Option<(u8, Intent)>,
    /// The refunds.
    pub refunds: Option<Vec<Refund>>,
}

/// How a request ends, seen from the kiosk.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Answer {
    /// It went well.
    Shown(Snapshot),
    /// Stripe refused.
    Refused(Why),
    /// It never left.
    NotSent,
    /// Nothing came back.
    Silence,
    /// 429.
    TooMany,
}

/// Why Stripe refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Why {
    /// The reader is at something else.
    Busy,
    /// The reader did not acknowledge.
    Timeout,
    /// The reader is offline.
    Offline,
    /// The PaymentIntent is not in a state for it.
    WrongState,
    /// 5xx.
    Failed,
    /// The key was used for another body.
    KeyClash,
}

/// Stripe's books.
#[derive(Clone, Hash, Debug, Default)]
pub struct Stripe {
    /// All PaymentIntents of the sale.
    pub intents: Vec<Intent>,
    /// All refunds.
    pub refunds: Vec<Refund>,
    /// The first answer to each key, and the PaymentIntent that it was about.
    pub keys: Vec<(Key, u8, Answer)>,
    /// An authorization that comes after the reader gave up: PaymentIntent, Interac.
    pub late_approval: Option<(u8, bool)>,
    /// Charges so far.
    pub charges: u8,
    /// Whether refunds stay pending for a while.
    pub slow_refunds: bool,
}

/// What makes an idempotency key: the operation, by a word, and its number.
pub type Key = (u8, u32);

/// The key of a call; none for looks.
pub fn key(call: Call) -> Option<Key> {
    Some(match call {
        Call::Create { n } => (0, n),
        Call::Prompt { n } => (1, n),
        Call::Confirm { n } => (2, n),
        Call::ClearReader { n } => (3, n),
        Call::Cancel { n } => (4, n),
        Call::Capture { n } => (5, n),
        Call::Refund { n } => (6, n),
        Call::RefundInPerson { n } => (7, n),
        Call::ShowCart
        | Call::ShowMenu
        | Call::Look
        | Call::Inspect
        | Call::ListRefunds
        | Call::AssignReader
        | Call::ReadLocation
        | Call::TryAccount
        | Call::List => return None,
    })
}

impl Stripe {
    /// What was stored under a key.
    pub fn stored(&self, call: Call, intent: u8) -> Option<Answer> {
        let wanted = key(call)?;
        let (_, about, answer) = self.keys.iter().find(|(key, _, _)| *key == wanted)?;
        let same = *about == intent || matches!(call, Call::Create { .. });
        Some(if same { answer.clone() } else { Answer::Refused(Why::KeyClash) })
    }

    /// Keeps the first answer to a key.
    pub fn store(&mut self, call: Call, intent: u8, answer: &Answer) {
        if let Some(key) = key(call) {
            self.keys.push((key, intent, answer.clone()));
        }
    }

    /// A PaymentIntent.
    pub fn intent(&self, n: u8) -> Option<&Intent> {
        self.intents.get(usize::from(n))
    }

    /// A PaymentIntent, to be changed.
    pub fn intent_mut(&mut self, n: u8) -> Option<&mut Intent> {
        self.intents.get_mut(usize::from(n))
    }

    /// The PaymentIntent that its reply shows.
    pub fn shown(&self, n: u8, date: i64) -> Answer {
        let intent = self.intent(n).map(|intent| (n, *intent));
        Answer::Shown(Snapshot { date, reader: None, intent, refunds: None })
    }

    /// Runs what concerns PaymentIntents alone.
    pub fn run(&mut self, call: Call, n: u8, date: i64) -> Answer {
        let wrong = Answer::Refused(Why::WrongState);
        let given_back = self.given_back(n);
        let state = self.new_refund();
        let Some(intent) = self.intent_mut(n) else { return wrong };
        match call {
            Call::Cancel { .. } if matches!(intent.status, Status::Pending | Status::Taken) => {
                wrong
            }
            Call::Cancel { .. } if intent.status == Status::Canceled => wrong,
            Call::Cancel { .. } => {
                intent.status = Status::Canceled;
                self.shown(n, date)
            }
            Call::Capture { .. } if intent.status == Status::Held => {
                intent.status = Status::Taken;
                intent.received += PRICE;
                self.shown(n, date)
            }
            Call::Refund { n: number } if intent.status == Status::Taken => {
                if given_back >= intent.received {
                    return wrong;
                }
                let refund = Refund { n: number, intent: n, state };
                self.refunds.push(refund);
                Answer::Shown(Snapshot {
                    date,
                    reader: None,
                    intent: None,
                    refunds: Some(vec![refund]),
                })
            }
            Call::Inspect => self.shown(n, date),
            Call::Create { .. }
            | Call::Prompt { .. }
            | Call::Confirm { .. }
            | Call::ClearReader { .. }
            | Call::Capture { .. }
            | Call::ShowCart
            | Call::ShowMenu
            | Call::Refund { .. }
            | Call::RefundInPerson { .. }
            | Call::Look
            | Call::ListRefunds
            | Call::AssignReader
            | Call::ReadLocation
            | Call::TryAccount
            | Call::List => wrong,
        }
    }

    /// How far a refund is as soon as it is made.
    pub fn new_refund(&self) -> Back {
        if self.slow_refunds { Back::Pending } else { Back::Done }
    }

    /// How much of a PaymentIntent goes, or went, back.
    pub fn given_back(&self, n: u8) -> u64 {
        let live = self.refunds.iter().filter(|r| r.intent == n && r.state != Back::Failed);
        live.map(|_| PRICE).sum()
    }

    /// A new PaymentIntent.
    pub fn create(&mut self, date: i64) -> u8 {
        let status = Status::Unpaid;
        let intent = Intent { status, created: date, charge: None, received: 0, prompted: false };
        self.intents.push(intent);
        u8::try_from(self.intents.len() - 1).unwrap_or(u8::MAX)
    }
}

fn status(status: Status) -> IntentStatus {
    match status {
        Status::Unpaid => IntentStatus::RequiresPaymentMethod,
        Status::Confirmable => IntentStatus::RequiresConfirmation,
        Status::Pending => IntentStatus::Pending,
        Status::Held => IntentStatus::RequiresCapture,
        Status::Taken => IntentStatus::Succeeded,
        Status::Canceled => IntentStatus::Canceled,
    }
}

fn intent_seen(n: u8, intent: &Intent) -> IntentSeen {
    let usd = names::usd();
    let charge = intent.charge.map(|charge| ChargeSeen {
        id: names::charge(charge.n),
        authorized: charge.authorized,
        created: StripeTime(charge.created),
        receipt_url: None,
        capture_before: None,
        brand: None,
        last4: None,
        interac: charge.interac,
    });
    IntentSeen {
        id: names::intent(n),
        status: status(intent.status),
        created: StripeTime(intent.created),
        amount: PRICE,
        currency: usd,
        amount_capturable: if intent.status == Status::Held { PRICE } else { 0 },
        amount_received: intent.received,
        sale: Some(names::sale()),
        journal: Some(names::JOURNAL.to_owned()),
        takes_card_present: true,
        livemode: false,
        decline_code: None,
        charge,
    }
}

fn refund_seen(refund: Refund) -> RefundSeen {
    let Money { amount, currency } = names::price();
    RefundSeen {
        id: names::refund(refund.n),
        status: match refund.state {
            Back::Pending => RefundStatus::Pending,
            Back::Done => RefundStatus::Succeeded,
            Back::Failed => RefundStatus::Failed,
        },
        amount,
        currency,
        sale: Some(names::sale()),
        n: Some(refund.n),
    }
}

impl Snapshot {
    /// A reply that shows nothing.
    pub const NOTHING: Self = Self { date: 0, reader: None, intent: None, refunds: None };

    /// In the core's words.
    pub fn seen(&self) -> Seen {
        Seen {
            date: Some(StripeTime(self.date)),
            reader: self.reader.map(|OnReader(action)| ReaderSeen {
                action: action.map(|(action, of)| action_seen(&action, of)),
                ..ReaderSeen::default()
            }),
            intent: self.intent.as_ref().map(|(n, intent)| intent_seen(*n, intent)),
            refunds: self
                .refunds
                .as_ref()
                .map(|all| all.iter().copied().map(refund_seen).collect()),
        }
    }
}

fn action_seen(action: &Action, of: Option<Status>) -> ActionSeen {
    let code = action.failure();
    ActionSeen {
        kind: action.word().to_owned(),
        status: match code {
            Some(code) => ActionStatus::Failed { code: code.to_owned(), decline_code: None },
            None if action.is_living() => ActionStatus::InProgress,
            None => ActionStatus::Succeeded,
        },
        intent: Some(action.intent.map_or_else(names::foreign_intent, names::intent)),
        sale: action.intent.map(|_| names::sale()),
        kiosk: None,
        intent_status: of.map(status),
        card: action.card().map(Box::new),
        form: None,
    }
}

impl Answer {
    /// In the core's words.
    pub fn result(&self) -> Result<Seen, Trouble> {
        match self {
            Self::Shown(snapshot) => Ok(snapshot.seen()),
            Self::Refused(why) => Err(Trouble::Refused(match why {
                Why::Busy => Refusal::ReaderBusy,
                Why::Timeout => Refusal::ReaderTimeout,
                Why::Offline => Refusal::ReaderOffline,
                Why::WrongState => Refusal::WrongState,
                Why::Failed => Refusal::StripeFailed,
                Why::KeyClash => Refusal::KeyClash,
            })),
            Self::NotSent => {
                Err(Trouble::NotSent { obstacle: Obstacle::Connection, why: String::new() })
            }
            Self::Silence => {
                Err(Trouble::Unknown { obstacle: Obstacle::Silence, why: String::new() })
            }
            Self::TooMany => Err(Trouble::NotYet { why: Hindrance::TooMany }),
        }
    }
}
