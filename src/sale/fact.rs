//! Facts: what has happened to a sale, in the past tense, as the journal keeps it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::{
    BootId, ChargeId, ControllerId, DispenserName, ItemNumber, JournalId, KioskId, PaymentIntentId,
    ProductCode, ReaderId, RefundId, SaleId, Slot,
};
use crate::money::Money;
use crate::sale::cards::{CardRules, CardSeen, NotTaken};
use crate::sale::input::Refusal;
use crate::sale::key::Operation;
use crate::time::{Moment, StripeTime, WallTime};

/// One thing that has become true of a sale. Append-only; a sale is nothing but its facts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// A customer chose; everything that the sale will ever need of the configuration is frozen.
    Opened(Box<Opened>),
    /// Stripe made the PaymentIntent.
    IntentCreated {
        /// Its id.
        intent: PaymentIntentId,
    },
    /// The reader shall be asked to prompt, with key `n`.
    PromptIntended {
        /// Which card this is, from 1.
        attempt: u32,
        /// Number of the idempotency key.
        n: u32,
        /// When.
        at: Moment,
    },
    /// What became of the prompt is not known, or it was refused: look before the next step.
    PromptDoubted {
        /// Number of the idempotency key.
        n: u32,
        /// Why.
        why: Doubt,
        /// When.
        at: Moment,
    },
    /// A look showed that the reader does not have the prompt that went out with key `n`; since
    /// Stripe never answered, the same key may go again.
    PromptMissing {
        /// Number of the idempotency key.
        n: u32,
    },
    /// The reader asks for the card.
    Prompted {
        /// Which card this is, from 1.
        attempt: u32,
        /// When the kiosk learned it.
        at: Moment,
    },
    /// A card was refused.
    Declined {
        /// Which card this was, from 1.
        attempt: u32,
        /// Why.
        decline: Decline,
    },
    /// The reader has read a card, and nothing is authorized yet (two-step flow).
    Collected {
        /// Which card this is, from 1.
        attempt: u32,
        /// What it is.
        card: CardSeen,
        /// When the kiosk learned it.
        at: Moment,
    },
    /// The card is none that the kiosk takes: the reader shall forget it.
    CardRefused {
        /// Which card this was, from 1.
        attempt: u32,
        /// Why.
        why: NotTaken,
    },
    /// The card shall be confirmed, with key `n`: from here on it may be authorized.
    ConfirmIntended {
        /// Number of the idempotency key.
        n: u32,
        /// When.
        at: Moment,
    },
    /// What became of the confirmation is not known, or it was refused: look before the next step.
    ConfirmDoubted {
        /// Number of the idempotency key.
        n: u32,
        /// Why.
        why: Doubt,
        /// When.
        at: Moment,
    },
    /// A look showed that the reader is not at the confirmation that went out with key `n`; since
    /// Stripe never answered, the same key may go again.
    ConfirmMissing {
        /// Number of the idempotency key.
        n: u32,
    },
    /// The reader authorizes the card.
    ConfirmTaken {
        /// When the kiosk learned it.
        at: Moment,
    },
    /// The sale will not go on unless the card turns out to be authorized: clear and fence it.
    RetractionDecided {
        /// Why.
        why: Retraction,
        /// When.
        at: Moment,
    },
    /// A look showed our prompt standing on the reader while it shall be retracted.
    PromptFound,
    /// Clearing the reader did not work, or its fate is unknown: look again.
    ClearDoubted {
        /// Number of the idempotency key.
        n: u32,
        /// Why.
        why: Doubt,
    },
    /// The reader answered that it was cleared.
    PromptCleared,
    /// A look showed no prompt of ours and no authorization: time to cancel the PaymentIntent.
    FoundUnpaid,
    /// Cancelling the PaymentIntent did not work, or its fate is unknown: look again.
    FenceDoubted {
        /// Number of the idempotency key.
        n: u32,
        /// Why.
        why: Doubt,
    },
    /// Stripe says that the PaymentIntent is cancelled and was never authorized.
    Fenced,
    /// Stripe says that the card is authorized for the whole amount.
    Authorized(Box<Authorized>),
    /// The dispenser shall be fired.
    VendIntended {
        /// Which item.
        #[serde(default, skip_serializing_if = "ItemNumber::is_first")]
        item: ItemNumber,
        /// The boot in which it was intended.
        boot: BootId,
        /// When.
        at: Moment,
    },
    /// The whole order has been written to the dispenser.
    VendSent {
        /// Which item.
        #[serde(default, skip_serializing_if = "ItemNumber::is_first")]
        item: ItemNumber,
        /// When.
        at: Moment,
    },
    /// Whether the product came out is not known.
    VendDoubted {
        /// Which item.
        #[serde(default, skip_serializing_if = "ItemNumber::is_first")]
        item: ItemNumber,
        /// Why.
        why: VendDoubt,
        /// When the doubt arose.
        at: Moment,
    },
    /// The dispenser is still turning.
    VendBusy {
        /// Which item.
        #[serde(default, skip_serializing_if = "ItemNumber::is_first")]
        item: ItemNumber,
    },
    /// The product came out.
    Delivered {
        /// Which item.
        #[serde(default, skip_serializing_if = "ItemNumber::is_first")]
        item: ItemNumber,
    },
    /// The product did not come out.
    VendFailed {
        /// Which item.
        #[serde(default, skip_serializing_if = "ItemNumber::is_first")]
        item: ItemNumber,
        /// As the dispenser or the driver put it.
        reason: String,
    },
    /// The grace is over and nobody knows; the written policy decides.
    VendUnknown {
        /// Which item.
        #[serde(default, skip_serializing_if = "ItemNumber::is_first")]
        item: ItemNumber,
    },
    /// One of several products was not ordered, or its order was not made again. (Of a single one
    /// `SettlementDecided` says so.)
    VendSkipped {
        /// Which item.
        #[serde(default, skip_serializing_if = "ItemNumber::is_first")]
        item: ItemNumber,
        /// Why.
        because: Because,
    },
    /// Which way the money goes, once.
    SettlementDecided {
        /// The way.
        settlement: Settlement,
        /// Why.
        because: Because,
    },
    /// The fate of the settlement is not known, or Stripe refused it: look.
    SettlementDoubted {
        /// Number of the idempotency key.
        n: u32,
        /// Why.
        why: Doubt,
    },
    /// A look showed that the settlement is still to be done; the same key may go again.
    SettlementMissing,
    /// Stripe answered key `n` of an operation, and not as wanted: a repeat takes `n + 1`.
    KeySpent {
        /// The operation.
        operation: Operation,
        /// Number of the spent key.
        n: u32,
    },
    /// Key `n` of an operation is so old that Stripe may have forgotten it: a repeat would run anew.
    /// A creation is then looked for in Stripe's list, everything else takes `n + 1` after a look.
    KeyTooOld {
        /// The operation.
        operation: Operation,
        /// Number of the key.
        n: u32,
    },
    /// Stripe's list has no PaymentIntent of this sale: none was made, or none that anybody can pay.
    NeverCreated,
    /// The PaymentIntent was found at Stripe, and the journal did not know it, or not that the sale
    /// has one. It is settled, and nothing is ever vended for it.
    Adopted {
        /// Where the numbers of its keys begin: the journal that was lost may have used those below
        /// in the last 24 hours.
        first_key: u32,
        /// The boot in which it was found.
        boot: BootId,
        /// When.
        at: Moment,
    },
    /// The money is captured.
    Captured {
        /// How much.
        amount: Money,
        /// A page with the receipt.
        receipt_url: Option<String>,
    },
    /// The hold on the card is released.
    Released,
    /// The money is on its way back to the customer: Stripe calls the refund succeeded.
    RefundConfirmed {
        /// Number of its key, which also stands in its metadata.
        n: u32,
        /// How much.
        amount: Money,
        /// Its id.
        refund: RefundId,
    },
    /// The reader shall ask for the card again, to put the money back onto it.
    RefundPromptIntended {
        /// How much.
        amount: Money,
        /// Number of the key.
        n: u32,
        /// When.
        at: Moment,
    },
    /// The reader asks for the card, to put the money back onto it.
    RefundPrompted {
        /// When the kiosk learned it.
        at: Moment,
    },
    /// The reader does not ask for the card any more: the refunds are read next.
    RefundPromptGone,
    /// The customer is not waited for any longer.
    RefundGivenUp {
        /// Why.
        why: CardAway,
        /// When.
        at: Moment,
    },
    /// A person has decided about a sale that needed one.
    Resolved {
        /// What.
        decision: Decision,
        /// The user id of who asked for it.
        by: u32,
        /// Why, in their words.
        reason: Option<String>,
    },
    /// A person wants money of a sale that was over to be given back.
    RefundAsked {
        /// How much.
        amount: Money,
        /// The user id of who asked for it.
        by: u32,
        /// Why, in their words.
        reason: Option<String>,
    },
    /// A look showed that the money went another way than this kiosk decided: a person acted at
    /// Stripe, or a hold expired.
    SettledElsewhere {
        /// What was seen.
        found: Found,
    },
    /// The dispenser said something after the decision; it is noted, never acted upon.
    AnsweredLate {
        /// Which item.
        #[serde(default, skip_serializing_if = "ItemNumber::is_first")]
        item: ItemNumber,
        /// What it said.
        answer: String,
    },
    /// The daemon was started with this sale open.
    Restarted {
        /// The boot it was started in.
        boot: BootId,
        /// When.
        at: Moment,
    },
    /// A person has to decide.
    AttentionNeeded {
        /// About what.
        why: Attention,
    },
    /// The sale is over.
    Closed {
        /// How it ended.
        outcome: Outcome,
    },
}

/// Everything a sale was opened with. A later change of the configuration never reaches it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Opened {
    /// The sale.
    pub sale: SaleId,
    /// What was chosen; of a cart, the first.
    pub product: Item,
    /// What else was in the cart, in the order in which it is given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub further: Vec<Item>,
    /// The reader that takes the card.
    pub reader: ReaderId,
    /// Real money, or test mode.
    pub livemode: bool,
    /// The names that let Stripe's side be matched with this journal.
    pub origin: Origin,
    /// The rules it is sold by.
    pub policy: Policy,
    /// Which rendering of request bodies it uses, so that a repeat after an upgrade is the same
    /// request byte for byte.
    pub wire: u32,
    /// The boot it was opened in.
    pub boot: BootId,
    /// When.
    pub at: Moment,
    /// When, by the wall clock: a label for people.
    pub wall: WallTime,
    /// When, by Stripe's clock, if that was known: its PaymentIntent cannot be older.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stripe_time: Option<StripeTime>,
}

/// A product as it was sold.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Item {
    /// What the customer pressed.
    pub code: ProductCode,
    /// What the customer calls it.
    pub name: String,
    /// What it costs.
    pub price: Money,
    /// Where it sits.
    pub slot: Slot,
    /// Which dispenser gives it.
    pub dispenser: DispenserName,
    /// How long that dispenser may take, if not as long as the sale's policy says.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional_millis")]
    pub vend_timeout: Option<Duration>,
    /// Which way its money goes if nobody knows whether it came out, if not the way that the sale's
    /// policy says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_vend: Option<UnknownVend>,
    /// Whether that dispenser forgets: of a vend before a restart it can tell nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forgotten: bool,
}

/// Who sells: names that travel in the PaymentIntent's metadata.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Origin {
    /// The operator's name of the kiosk.
    pub kiosk: KioskId,
    /// The board's serial.
    pub controller: ControllerId,
    /// The journal's UUID.
    pub journal: JournalId,
}

/// The rules that a sale is sold by, frozen when it opens.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Policy {
    /// How long the customer may take to present a card.
    #[serde(with = "millis")]
    pub customer_timeout: Duration,
    /// Whether the reader shows a cancel button.
    pub customer_cancellation: bool,
    /// How many cards may be tried.
    pub max_attempts: u32,
    /// How old an authorization may be when goods are given for it.
    #[serde(with = "millis")]
    pub resume_window: Duration,
    /// Which way the money goes if nobody knows whether the product came out.
    pub unknown_vend: UnknownVend,
    /// How long an unknown vend may still be answered.
    #[serde(with = "millis")]
    pub vend_grace: Duration,
    /// How long the dispenser of the first item may take.
    #[serde(with = "millis")]
    pub vend_timeout: Duration,
    /// In how many steps a card is taken.
    #[serde(default)]
    pub flow: Flow,
    /// Which cards are taken; only the two-step flow can tell before they are authorized.
    #[serde(default)]
    pub cards: CardRules,
    /// When the money moves.
    #[serde(default)]
    pub capture: CaptureMode,
    /// Whether Interac cards are taken, which are charged at the tap.
    #[serde(default)]
    pub interac: bool,
}

/// In how many steps a card is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// The reader reads and authorizes it in one.
    #[default]
    Process,
    /// The reader reads it; it is looked at, and then authorized or not.
    CollectConfirm,
}

/// When the money of a card moves.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptureMode {
    /// Held at the tap, captured once the product is out.
    #[default]
    AfterVend,
    /// Charged at the tap, refunded if the product does not come.
    Automatic,
}

/// What to do with the money of a vend whose result nobody knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownVend {
    /// Give the customer the benefit of the doubt.
    Release,
    /// Keep the money.
    Capture,
    /// Ask a person.
    Hold,
}

/// A card's authorization for the whole amount.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Authorized {
    /// How much may be captured.
    pub amount: Money,
    /// The charge that holds it.
    pub charge: ChargeId,
    /// When the card was authorized, by Stripe's clock.
    pub created: StripeTime,
    /// Until when it must be captured, by Stripe's clock.
    pub capture_before: Option<StripeTime>,
    /// Such as `visa`.
    pub brand: Option<String>,
    /// The card's last four digits.
    pub last4: Option<String>,
    /// Whether it is an Interac card: its money goes back only to the card itself, at the reader.
    #[serde(default)]
    pub interac: bool,
    /// How old it was, by Stripe's clock, when the kiosk learned of it.
    #[serde(with = "millis")]
    pub age: Duration,
    /// When the kiosk learned of it.
    pub at: Moment,
}

/// Why a card was refused.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Decline {
    /// The reader action's failure code, such as `card_declined`.
    pub code: String,
    /// The issuer's reason, such as `insufficient_funds`.
    pub decline_code: Option<String>,
    /// The failed charge, which tells this attempt from the next.
    pub charge: Option<ChargeId>,
}

/// Why something has to be looked at before it is repeated.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// No answer of Stripe's own: it may or may not have happened.
    Unanswered,
    /// Stripe answered with an error, so the key is spent.
    Refused(Refusal),
    /// A person has decided, and nothing was looked at yet.
    Decided,
    /// Stripe has it, and says that it is still under way.
    Pending,
    /// The reader's action ended or vanished without a result of the card.
    Ended {
        /// The reader's failure code, or what is seen instead.
        how: String,
    },
    /// The daemon was restarted.
    Restarted,
}

/// Why a sale is taken back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retraction {
    /// The customer pressed CANCEL on the kiosk.
    CancelledOnKiosk,
    /// The customer cancelled on the reader.
    CancelledOnReader,
    /// Nobody presented a card in time.
    TimedOut,
    /// As many cards were declined as may be tried.
    TooManyDeclines,
    /// The daemon was started anew.
    Restarted,
    /// The daemon is about to stop.
    Stopping,
    /// Stripe could not be reached, or did not answer in time.
    StripeUnreachable,
    /// The reader did not take the prompt.
    ReaderUnavailable {
        /// What it or Stripe said.
        why: String,
    },
    /// Stripe refused the PaymentIntent.
    StripeRefused {
        /// What Stripe said.
        why: String,
    },
    /// Somebody else cancelled the PaymentIntent.
    CancelledAtStripe,
    /// It was found at Stripe, left there by a journal that is lost or a reply that never came.
    LeftBehind,
}

/// Why the result of a vend is not known.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VendDoubt {
    /// The dispenser did not answer in time.
    Silent,
    /// The order may have been written in part only.
    Unclear {
        /// What went wrong.
        why: String,
    },
    /// The daemon was restarted within the same boot after the vend was intended.
    Restarted,
    /// Power was cut after the vend was intended.
    PowerCut,
    /// Power was cut, and no intent is on disk: cards lie about flushes, so the board is asked.
    NoRecord,
    /// The authorization was found at Stripe, and no journal tells whether it was vended for.
    FoundAtStripe,
}

/// The ways that money can go.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// Take the money.
    Capture {
        /// How much.
        amount: Money,
    },
    /// Release the hold.
    Release,
    /// Give back what was taken.
    Refund {
        /// How much.
        amount: Money,
    },
}

/// What a person decides about a sale.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Keep this much, and release the rest.
    Capture {
        /// How much.
        amount: Money,
    },
    /// Release the hold.
    Release,
    /// Give back what was taken.
    Refund {
        /// How much.
        amount: Money,
    },
    /// Nothing more is to be done.
    Dismiss,
}

/// Why money could not be put back onto a card at the reader.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardAway {
    /// Nobody was there to be asked.
    Gone,
    /// Nobody presented the card in time.
    TimedOut,
    /// The customer cancelled.
    Cancelled,
    /// Power was cut meanwhile.
    Restarted,
    /// The reader did not ask.
    ReaderUnavailable {
        /// What it or Stripe said.
        why: String,
    },
}

/// What a look showed that this kiosk did not do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// The PaymentIntent is cancelled.
    Canceled,
    /// The money is captured.
    Captured {
        /// How much.
        amount: Money,
    },
    /// The money is given back.
    Refunded {
        /// How much.
        amount: Money,
    },
}

/// Why the money goes the way it goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The product came out; of several, all of them.
    Delivered,
    /// A part of several products came out.
    PartlyDelivered,
    /// The product did not come out.
    VendFailed,
    /// Nobody knows, and `unknown_vend` says so.
    VendUnknown,
    /// The customer had cancelled.
    CustomerCancelled,
    /// The customer had been told that any hold will be released.
    CustomerLetGo,
    /// The authorization was learned of too late to vend for it.
    TooOld,
    /// What became of the item before took so long to tell that nobody waits any more.
    WaitedTooLong,
    /// The card was authorized for less than the price.
    PartialApproval,
    /// Power was cut, and the board does not know the sale.
    PowerCut,
    /// No vend is on record, and the board does not say whether it knows better.
    BoardSilent,
    /// A cancel of the PaymentIntent may still be under way.
    CancelUnderWay,
    /// The hold was to be released, and a look showed that the money is captured.
    FoundCaptured,
    /// The money was to be refunded, and a look showed that none was captured.
    FoundUncaptured,
    /// The money was to be refunded, and a look showed that a part of it is already.
    FoundPartlyRefunded,
}

/// What a person has to decide about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attention {
    /// Nobody knows whether the product came out, and `unknown_vend = "hold"`.
    VendUnknown,
    /// The PaymentIntent was captured by somebody else.
    CapturedElsewhere,
    /// The card was charged, and no journal tells whether the product came out.
    NotRecorded,
    /// The reply names another sale: a cloned card or a restored image.
    NotOurs,
    /// The idempotency key was used with another body: a cloned card or a restored image.
    KeyClash,
    /// Stripe did not say which PaymentIntent the sale has; the daemon that died may have prompted
    /// for it.
    IntentUnknown,
    /// A person wanted the money captured, and no card is authorized.
    NothingToCapture,
    /// The refund needs the customer's card at the reader, and the customer has gone.
    RefundNeedsCard {
        /// Why it was not made.
        why: CardAway,
    },
    /// The refund did not succeed.
    RefundFailed {
        /// What Stripe calls it.
        status: String,
    },
    /// A fact of the sale cannot be read.
    Unreadable {
        /// What is wrong.
        what: String,
    },
}

/// How a sale ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Delivered and captured.
    Sold,
    /// No card was accepted.
    Declined,
    /// The customer cancelled, left, or was never prompted.
    Abandoned,
    /// A hold was made and released; nothing was captured.
    Released,
    /// Delivered, but the hold had gone before it could be captured.
    Lost,
    /// A part of the price was kept: the rest of the hold was released, or refunded.
    PartlySold,
    /// Charged, and all of it given back.
    Refunded,
    /// A person has said that nothing more is to be done.
    Dismissed,
}

impl Outcome {
    /// The word for people and for the journal's index.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sold => "sold",
            Self::Declined => "declined",
            Self::Abandoned => "abandoned",
            Self::Released => "released",
            Self::Lost => "lost",
            Self::PartlySold => "partly_sold",
            Self::Refunded => "refunded",
            Self::Dismissed => "dismissed",
        }
    }
}

impl Fact {
    /// Whether this fact goes to the journal at once although nothing waits for it. A daemon that
    /// is killed while the reader prompts must find its PaymentIntent, whatever Stripe answers to
    /// a repeat of the creation.
    pub fn is_eager(&self) -> bool {
        matches!(self, Self::IntentCreated { .. } | Self::PromptIntended { .. })
    }

    /// Whether this fact may wait for the next durable one, which mostly follows within some
    /// seconds: a look tells it again. It saves the card a flush for each sale.
    pub fn is_patient(&self) -> bool {
        matches!(self, Self::Prompted { .. })
    }

    /// Whether effects have to wait until this fact is on disk. All others ride along with the
    /// next durable one, or go within a second.
    pub fn is_durable(&self) -> bool {
        match self {
            Self::Opened(_)
            | Self::Authorized(_)
            | Self::VendIntended { .. }
            | Self::Delivered { .. }
            | Self::VendFailed { .. }
            | Self::VendUnknown { .. }
            | Self::VendSkipped { .. }
            | Self::SettlementDecided { .. }
            | Self::KeySpent { .. }
            | Self::RefundPromptIntended { .. }
            | Self::Resolved { .. }
            | Self::RefundAsked { .. }
            | Self::KeyTooOld { .. }
            | Self::Adopted { .. }
            // A cancel may leave from here on: whoever forgets that gives goods for a hold that it
            // then takes away.
            | Self::PromptFound
            | Self::FoundUnpaid
            // The card may be authorized as soon as the first confirmation has left.
            | Self::ConfirmIntended { .. }
            | Self::AttentionNeeded { .. } => true,
            // The first key of an operation follows from `Opened`; each later one is a fact that
            // must be on disk before it is used.
            Self::PromptIntended { n, .. } => *n > 1,
            Self::IntentCreated { .. }
            | Self::PromptDoubted { .. }
            | Self::PromptMissing { .. }
            | Self::Prompted { .. }
            | Self::Declined { .. }
            | Self::Collected { .. }
            | Self::CardRefused { .. }
            | Self::ConfirmDoubted { .. }
            | Self::ConfirmMissing { .. }
            | Self::ConfirmTaken { .. }
            | Self::RetractionDecided { .. }
            | Self::ClearDoubted { .. }
            | Self::PromptCleared
            | Self::FenceDoubted { .. }
            | Self::Fenced
            | Self::VendSent { .. }
            | Self::VendDoubted { .. }
            | Self::VendBusy { .. }
            | Self::SettlementDoubted { .. }
            | Self::SettlementMissing
            | Self::NeverCreated
            | Self::Captured { .. }
            | Self::Released
            | Self::RefundConfirmed { .. }
            | Self::RefundPrompted { .. }
            | Self::RefundPromptGone
            | Self::RefundGivenUp { .. }
            | Self::SettledElsewhere { .. }
            | Self::AnsweredLate { .. }
            | Self::Restarted { .. }
            | Self::Closed { .. } => false,
        }
    }
}

/// Durations stand in the journal as whole milliseconds.
mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(value.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}

/// The same where there may be none.
mod optional_millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "serde wants it so")]
    pub(super) fn serialize<S: Serializer>(
        value: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => super::millis::serialize(value, to),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D>(from: D) -> Result<Option<Duration>, D::Error>
    where
        D: Deserializer<'de>,
    {
        Ok(Option::<u64>::deserialize(from)?.map(Duration::from_millis))
    }
}
