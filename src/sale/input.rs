//! News from outside, as the core understands it.

use serde::{Deserialize, Serialize};

use crate::ids::{BootId, ChargeId, ItemNumber, KioskId, PaymentIntentId, RefundId, SaleId};
use crate::money::Currency;
use crate::sale::cards::CardSeen;
use crate::sale::form::FormSeen;
use crate::time::{Moment, StripeTime, WallTime};

/// One piece of news for one sale.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input {
    /// The daemon was started, and this sale was open.
    Restarted {
        /// The boot it was started in.
        boot: BootId,
    },
    /// Time has passed.
    Timer,
    /// The customer pressed CANCEL on the kiosk.
    CancelPressed,
    /// The daemon is about to stop.
    Stopping,
    /// The reader was found to belong to another board.
    ReaderLost,
    /// A call to Stripe has ended.
    Replied(Box<Reply>),
    /// The dispenser has news of the vend of one item.
    Dispenser {
        /// Which.
        item: ItemNumber,
        /// What.
        news: VendNews,
    },
    /// Stripe's list was read to its end, and no PaymentIntent in it is this sale's.
    NotListed,
}

/// How a call to Stripe ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// What was asked.
    pub call: Call,
    /// When it was asked.
    pub asked: Moment,
    /// What was seen, or what went wrong.
    pub result: Result<Seen, Trouble>,
}

/// What was asked of Stripe. Calls that change something name the number of their key, so that a
/// late reply is told from the one awaited.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Call {
    /// Create the PaymentIntent.
    Create {
        /// Number of the key.
        n: u32,
    },
    /// Prompt the reader.
    Prompt {
        /// Number of the key.
        n: u32,
    },
    /// Confirm the card that was read (two-step flow).
    Confirm {
        /// Number of the key.
        n: u32,
    },
    /// Clear the reader.
    ClearReader {
        /// Number of the key.
        n: u32,
    },
    /// Cancel the PaymentIntent.
    Cancel {
        /// Number of the key.
        n: u32,
    },
    /// Capture the PaymentIntent.
    Capture {
        /// Number of the key.
        n: u32,
    },
    /// Let the reader show the product; the kiosk's own, no sale waits for it.
    ShowCart,
    /// Let the reader show what there is to choose: the kiosk's own call, no sale's.
    ShowMenu,
    /// Refund what was captured.
    Refund {
        /// Number of the key.
        n: u32,
    },
    /// Ask for the card again at the reader, to put the money back onto it.
    RefundInPerson {
        /// Number of the key.
        n: u32,
    },
    /// Read the reader and the PaymentIntent.
    Look,
    /// Read the PaymentIntent alone.
    Inspect,
    /// Read the refunds of the PaymentIntent, and the PaymentIntent.
    ListRefunds,
    /// Write on the reader which board it belongs to: the kiosk's own call, no sale's.
    AssignReader,
    /// List PaymentIntents: what the kiosk itself asks, for all sales that are looked for.
    List,
    /// Read where the reader stands: the kiosk's own call, no sale's.
    ReadLocation,
    /// Make a PaymentIntent that nobody is asked to pay, to see what the account takes: the
    /// kiosk's own call, no sale's.
    TryAccount,
}

impl Call {
    /// Whether it concerns a PaymentIntent that exists, and tells if the key sees it.
    pub fn is_about_payment(self) -> bool {
        matches!(
            self,
            Self::Inspect
                | Self::Cancel { .. }
                | Self::Capture { .. }
                | Self::Refund { .. }
                | Self::ListRefunds
        )
    }
}

/// What a reply of Stripe's showed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen {
    /// Stripe's clock (the reply's `Date`).
    pub date: Option<StripeTime>,
    /// The reader, if it was in the reply.
    pub reader: Option<ReaderSeen>,
    /// The PaymentIntent, if it was in the reply.
    pub intent: Option<IntentSeen>,
    /// All refunds of the PaymentIntent, or the one that was made, if they were in the reply.
    pub refunds: Option<Vec<RefundSeen>>,
}

/// A reader as Stripe showed it.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct ReaderSeen {
    /// Its latest action, which stays after it has ended.
    pub action: Option<ActionSeen>,
    /// Stripe's hint whether it is online; never a reason by itself to refuse a payment.
    pub online: Option<bool>,
    /// Whether it takes real money.
    pub livemode: Option<bool>,
    /// What Stripe has on file of it.
    pub registration: Box<Registration>,
}

/// What Stripe has on file of a reader. Source: Stripe, Terminal Reader object.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Registration {
    /// What the operator calls it.
    pub label: Option<String>,
    /// The model, such as `bbpos_wisepos_e`.
    pub device_type: Option<String>,
    /// Its serial number.
    pub serial_number: Option<String>,
    /// The version of its software.
    pub software: Option<String>,
    /// Where it stands (`tml_…`); without a location it takes no payments.
    pub location: Option<String>,
    /// When Stripe last had a signal of it. A reader that works may have an old one.
    pub last_seen: Option<WallTime>,
    /// The board it is assigned to: `kioskd_controller` of its metadata.
    pub controller: Option<String>,
    /// The kiosk that this board called itself: `kioskd_kiosk` of its metadata.
    pub kiosk: Option<String>,
}

impl ReaderSeen {
    /// Whether a living action stands on it. What a reader merely displays blocks nobody, and an
    /// action whose PaymentIntent is over is dead.
    pub fn is_busy(&self) -> bool {
        self.action.as_ref().is_some_and(|action| {
            action.status == ActionStatus::InProgress
                && action.kind != "set_reader_display"
                && !action.is_dead()
        })
    }
}

impl ActionSeen {
    /// Whether it asks for a card to put money back onto it.
    pub fn is_refund(&self) -> bool {
        self.kind == "refund_payment"
    }

    /// Whether it stands on the reader although its PaymentIntent is over. A refund is about one
    /// that is.
    pub fn is_dead(&self) -> bool {
        self.status == ActionStatus::InProgress
            && !self.is_refund()
            && matches!(self.intent_status, Some(IntentStatus::Canceled | IntentStatus::Succeeded))
    }
}

/// A reader's action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ActionSeen {
    /// Such as `process_payment_intent`; `set_reader_display` blocks nobody.
    pub kind: String,
    /// How far it is.
    pub status: ActionStatus,
    /// The PaymentIntent it is about.
    pub intent: Option<PaymentIntentId>,
    /// The sale in that PaymentIntent's metadata, where it was expanded.
    pub sale: Option<SaleId>,
    /// The kiosk in that PaymentIntent's metadata, where it was expanded.
    pub kiosk: Option<KioskId>,
    /// That PaymentIntent's status, where it was expanded.
    pub intent_status: Option<IntentStatus>,
    /// The card that it has read, where it is to be confirmed.
    pub card: Option<Box<CardSeen>>,
    /// The form that it is, if it is one.
    pub form: Option<Box<FormSeen>>,
}

/// How far a reader's action is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ActionStatus {
    /// The reader is at it.
    InProgress,
    /// It has ended well.
    Succeeded,
    /// It has ended badly.
    Failed {
        /// Stripe's `failure_code`.
        code: String,
        /// The issuer's reason, from `api_error`.
        decline_code: Option<String>,
    },
    /// A status that this version does not know.
    Other(String),
}

/// A PaymentIntent as Stripe showed it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IntentSeen {
    /// Its id.
    pub id: PaymentIntentId,
    /// Its status.
    pub status: IntentStatus,
    /// When it was made, by Stripe's clock.
    pub created: StripeTime,
    /// The amount, in minor units.
    pub amount: u64,
    /// Its currency.
    pub currency: Currency,
    /// How much may be captured, in minor units.
    pub amount_capturable: u64,
    /// How much was captured, in minor units.
    pub amount_received: u64,
    /// `sale` of its metadata.
    pub sale: Option<SaleId>,
    /// `journal` of its metadata.
    pub journal: Option<String>,
    /// Whether it can take the card of a reader (`payment_method_types` has `card_present`).
    pub takes_card_present: bool,
    /// Real money, or test mode.
    pub livemode: bool,
    /// The issuer's reason of the last decline, from `last_payment_error`.
    pub decline_code: Option<String>,
    /// The latest charge, if it was expanded.
    pub charge: Option<ChargeSeen>,
}

/// Status of a PaymentIntent. Source: Stripe, PaymentIntent object, `status`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum IntentStatus {
    /// No card yet, or the last one was declined.
    RequiresPaymentMethod,
    /// A card was read and waits for its confirmation (two-step flow): nothing is authorized.
    RequiresConfirmation,
    /// Under way; no conclusion yet (`requires_action`, `processing`).
    Pending,
    /// Authorized, not captured.
    RequiresCapture,
    /// Captured.
    Succeeded,
    /// Cancelled.
    Canceled,
    /// A status that this version does not know: no conclusion.
    Other(String),
}

/// A charge: one attempt to authorize a card.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChargeSeen {
    /// Its id.
    pub id: ChargeId,
    /// Whether the card was authorized (`paid`); a declined one leaves a charge as well.
    pub authorized: bool,
    /// When it was made, by Stripe's clock.
    pub created: StripeTime,
    /// A page with the receipt.
    pub receipt_url: Option<String>,
    /// Until when it must be captured.
    pub capture_before: Option<StripeTime>,
    /// Such as `visa`.
    pub brand: Option<String>,
    /// The card's last four digits.
    pub last4: Option<String>,
    /// Whether it is an Interac card.
    pub interac: bool,
}

/// A refund as Stripe showed it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefundSeen {
    /// Its id.
    pub id: RefundId,
    /// How far it is.
    pub status: RefundStatus,
    /// How much, in minor units.
    pub amount: u64,
    /// Its currency.
    pub currency: Currency,
    /// `sale` of its metadata.
    pub sale: Option<SaleId>,
    /// `n` of its metadata: the number of the key that made it.
    pub n: Option<u32>,
}

impl RefundSeen {
    /// Whether the money goes, or went, back to the customer.
    pub fn is_live(&self) -> bool {
        match self.status {
            RefundStatus::Succeeded
            | RefundStatus::Pending
            | RefundStatus::RequiresAction
            | RefundStatus::Other(_) => true,
            RefundStatus::Failed | RefundStatus::Canceled => false,
        }
    }
}

/// Status of a refund. Source: Stripe, Refund object, `status`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RefundStatus {
    /// Under way.
    Pending,
    /// Done.
    Succeeded,
    /// It did not work; the money is with the operator again.
    Failed,
    /// The customer would have to do something.
    RequiresAction,
    /// Somebody cancelled it.
    Canceled,
    /// A status that this version does not know: no conclusion.
    Other(String),
}

/// What went wrong with a call, by what may be done next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// The request never left: nothing happened.
    NotSent {
        /// What stands between the kiosk and Stripe.
        obstacle: Obstacle,
        /// Which step failed.
        why: String,
    },
    /// No answer of Stripe's own: it may or may not have happened.
    Unknown {
        /// What stands between the kiosk and Stripe.
        obstacle: Obstacle,
        /// What was seen instead.
        why: String,
    },
    /// Not executed and not stored under the key (401, 429, key in use): the same key again.
    NotYet {
        /// What Stripe said.
        why: Hindrance,
    },
    /// Answered by Stripe with an error: the key is spent.
    Refused(Refusal),
}

/// What stands between the kiosk and Stripe: each needs another remedy.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Obstacle {
    /// The name of Stripe's server cannot be resolved.
    Name,
    /// There is no way out: no network, or no route.
    Network,
    /// The server cannot be connected to.
    Connection,
    /// The server does not prove that it is Stripe's.
    Certificate,
    /// By the kiosk's clock the server's certificate is not valid yet, or no longer.
    Clock,
    /// The request went out, and no whole reply came.
    Silence,
    /// Somebody else replied: a portal or a proxy.
    Stranger,
    /// Stripe answers with errors of its own (5xx).
    Failing,
}

/// Why Stripe did not look at a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hindrance {
    /// The API key is wrong or revoked (401).
    KeyRejected,
    /// Too many requests, or two writes to one object (429).
    TooMany,
    /// The same idempotency key is being worked on (409).
    KeyInUse,
}

/// What an error of Stripe's means for a sale.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The reader is at another action, an authorization or an update.
    ReaderBusy,
    /// The reader did not acknowledge in time; it may have got the command all the same.
    ReaderTimeout,
    /// The reader is not connected to Stripe.
    ReaderOffline,
    /// The PaymentIntent is not in a state that allows it.
    WrongState,
    /// The hold has gone.
    Expired,
    /// No such object for this key.
    NotFound,
    /// The key may not do this (403).
    Forbidden,
    /// The idempotency key was used with another body.
    KeyClash,
    /// An error of Stripe's own (5xx).
    StripeFailed,
    /// Anything else, by Stripe's code or type.
    Other {
        /// The code, or the error's type where it has none.
        code: String,
    },
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::ReaderBusy => "the reader is busy",
            Self::ReaderTimeout => "the reader does not answer",
            Self::ReaderOffline => "the reader is offline",
            Self::WrongState => "the PaymentIntent is in another state",
            Self::Expired => "the authorization has expired",
            Self::NotFound => "Stripe does not know it with this key",
            Self::Forbidden => "the API key lacks the permission",
            Self::KeyClash => "the idempotency key was used for another request",
            Self::StripeFailed => "Stripe failed",
            Self::Other { code } => code,
        })
    }
}

/// What became of a vend, or of the question for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum VendNews {
    /// Not one byte of the order reached an open port.
    NeverSent {
        /// Why.
        why: String,
    },
    /// The whole order was written.
    Sent,
    /// The order may have been written in part.
    Unclear {
        /// Why.
        why: String,
    },
    /// The product came out.
    Delivered,
    /// The product did not come out.
    Failed {
        /// As the board put it.
        reason: String,
    },
    /// Still turning.
    Busy,
    /// The board does not know this sale.
    NotKnown,
}
