//! Where a sale stands: the fold of its facts.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::ids::{BootId, ItemNumber, PaymentIntentId, SaleId};
use crate::money::Money;
use crate::sale::cards::{CardSeen, NotTaken};
use crate::sale::fact::{
    Attention, Authorized, CardAway, Decision, Decline, Doubt, Fact, Opened, Outcome, Retraction,
    Settlement, VendDoubt,
};
use crate::sale::goods::Vend;
use crate::sale::key::KeyNumbers;
use crate::time::{Moment, StripeTime};

/// How long a customer waits for a sale to be taken back. Then they are told that any hold will be
/// released, and may go: whatever is found authorized later is released.
pub const RETRACTING_PATIENCE: Duration = Duration::from_secs(10);

/// One sale, folded from its facts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sale {
    /// What it was opened with.
    pub opened: Opened,
    /// Where it stands.
    pub phase: Phase,
    /// Its PaymentIntent, once known.
    pub intent: Option<PaymentIntentId>,
    /// How far its keys are spent.
    pub keys: KeyNumbers,
    /// The card's authorization, once known.
    pub authorized: Option<Authorized>,
    /// What Stripe has taken, once known.
    pub captured: Option<Money>,
    /// How much of it this kiosk has given back, in minor units.
    pub refunded: u64,
    /// How much of it was to be given back when that was decided last.
    pub to_refund: Option<Money>,
    /// The first key of the refund that was decided last: it has this number or a later one.
    pub refund_from: u32,
    /// What a person has decided last, and the user id of who it was.
    pub resolved: Option<(Decision, u32)>,
    /// Whether it waits for a person and can still be paid at the reader: it is to be fenced.
    pub payable: bool,
    /// The last decline, unless another card was refused after it.
    pub decline: Option<Decline>,
    /// The last card that was read before it was authorized.
    pub card: Option<CardSeen>,
    /// Why that card is not taken, if it is not.
    pub not_taken: Option<NotTaken>,
    /// Whether clearing the reader was tried since the last prompt.
    pub clear_tried: bool,
    /// What is known of each item's vend.
    pub vends: BTreeMap<ItemNumber, Vend>,
    /// Whether the daemon was restarted since the last vend was intended.
    pub interrupted: bool,
    /// Why the sale was taken back, if it was.
    pub given_up: Option<Retraction>,
    /// When the customer is told that any hold will be released, if it is taken back until then.
    pub let_go_at: Option<Moment>,
    /// Whether the card was found authorized only after that: nothing is given for it any more.
    pub let_go: bool,
    /// The boot that the sale's moments belong to.
    pub boot: BootId,
    /// Whether the daemon was restarted since it opened.
    pub restarted: bool,
    /// Whether power was cut since it opened.
    pub power_cut: bool,
    /// The oldest key with which a cancel of the PaymentIntent may be under way of which nobody hears
    /// any more.
    pub cancel_unclear: Option<u32>,
    /// The receipt's page, once captured.
    pub receipt_url: Option<String>,
    /// Whether the key of the creation is too old to be repeated, so that Stripe's list has to tell
    /// which PaymentIntent the sale has.
    pub is_sought: bool,
    /// Whether it was found at Stripe: nobody waits for it, and nothing is vended for it.
    pub is_adopted: bool,
}

/// Where a sale stands. Each phase has only what belongs to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Phase {
    /// The PaymentIntent is being created.
    Opening {
        /// Since when.
        since: Moment,
    },
    /// The reader is being asked to prompt.
    Prompting {
        /// The prompt.
        prompt: Prompt,
        /// Since when the kiosk has been trying: the customer's patience counts from here.
        since: Moment,
        /// Whether to look before asking (again).
        doubt: Option<Doubt>,
        /// When that doubt arose.
        doubted: Moment,
    },
    /// The reader asks for the card.
    Presenting {
        /// The prompt.
        prompt: Prompt,
        /// When the kiosk learned that it stands.
        prompted: Moment,
    },
    /// A card was read that is not taken: the reader is cleared for another one.
    Collected {
        /// The prompt that brought it.
        prompt: Prompt,
        /// Since when.
        since: Moment,
    },
    /// The card that was read is being authorized.
    Confirming {
        /// The prompt that brought it.
        prompt: Prompt,
        /// Number of the idempotency key.
        n: u32,
        /// When the card was read.
        since: Moment,
        /// Since when the reader is known to be at it.
        taken: Option<Moment>,
        /// Whether to look before asking (again).
        doubt: Option<Doubt>,
        /// When that doubt arose.
        doubted: Moment,
    },
    /// The prompt is being taken back and the PaymentIntent fenced.
    Retracting {
        /// Why.
        why: Retraction,
        /// Since when.
        since: Moment,
        /// What comes next.
        step: RetractStep,
    },
    /// The dispenser was told, or is about to be.
    Vending {
        /// Which item.
        item: ItemNumber,
        /// Since when.
        since: Moment,
        /// When the order was written, once it was.
        sent: Option<Moment>,
        /// Whether the customer has waited for the item before: its time counts, not the card's.
        goes_on: bool,
    },
    /// Whether the product came out is not known.
    Doubtful {
        /// Which item.
        item: ItemNumber,
        /// Why.
        why: VendDoubt,
        /// Since when.
        since: Moment,
        /// Whether the board has said that it is still turning.
        busy: bool,
    },
    /// The money is on its way, one way or the other.
    Settling {
        /// Which way.
        settlement: Settlement,
        /// Whether to look before asking (again).
        doubt: Option<Doubt>,
    },
    /// The reader asks for the customer's card again, to put the money back onto it.
    Refunding(Refunding),
    /// A person has to decide.
    NeedsAttention {
        /// About what.
        why: Attention,
    },
    /// It is over.
    Closed {
        /// How it ended.
        outcome: Outcome,
    },
}

/// One prompt on the reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Prompt {
    /// Which card this is, from 1.
    pub attempt: u32,
    /// Number of the idempotency key.
    pub n: u32,
    /// Since when this card is wanted: the customer's time counts from here.
    pub since: Moment,
}

/// A refund for which the customer presents the card again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refunding {
    /// How much.
    pub amount: Money,
    /// Number of the idempotency key.
    pub n: u32,
    /// Since when: the customer's time counts from here.
    pub since: Moment,
    /// What comes next.
    pub step: RefundingStep,
    /// Why the refunds have to be read before the reader asks again.
    pub doubt: Option<Doubt>,
    /// Why the customer is not waited for any longer, once so.
    pub given_up: Option<CardAway>,
}

/// The steps of a refund at the reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefundingStep {
    /// Have the reader ask for the card.
    Ask,
    /// It asks: watch it.
    Watch {
        /// When the kiosk learned that it asks.
        prompted: Moment,
    },
    /// See what the reader shows.
    Look,
    /// Clear our prompt from the reader.
    Clear,
    /// Read the refunds: only these end the doubt.
    List,
}

/// The steps of taking a sale back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RetractStep {
    /// See what the reader shows and what the PaymentIntent says.
    Look,
    /// Clear our prompt from the reader.
    Clear,
    /// Cancel the PaymentIntent: only this ends the doubt.
    Fence,
}

impl Sale {
    /// The sale that a first fact opens.
    pub fn open(opened: Opened) -> Self {
        let (since, boot) = (opened.at, opened.boot.clone());
        Self {
            opened,
            phase: Phase::Opening { since },
            intent: None,
            keys: KeyNumbers::FIRST,
            authorized: None,
            captured: None,
            refunded: 0,
            to_refund: None,
            refund_from: 1,
            resolved: None,
            payable: false,
            decline: None,
            card: None,
            not_taken: None,
            clear_tried: false,
            vends: BTreeMap::new(),
            interrupted: false,
            given_up: None,
            let_go_at: None,
            let_go: false,
            boot,
            restarted: false,
            power_cut: false,
            cancel_unclear: None,
            receipt_url: None,
            is_sought: false,
            is_adopted: false,
        }
    }

    /// Folds a history. `None` if it does not begin with `Opened`.
    pub fn fold<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Option<Self> {
        let mut facts = facts.into_iter();
        let Some(Fact::Opened(opened)) = facts.next() else { return None };
        let mut sale = Self::open((**opened).clone());
        for fact in facts {
            sale.evolve(fact);
        }
        Some(sale)
    }

    /// The sale's id.
    pub fn id(&self) -> &SaleId {
        &self.opened.sale
    }

    /// Whether anything is left to do, by the kiosk or by a person.
    pub fn is_open(&self) -> bool {
        !matches!(self.phase, Phase::Closed { .. })
    }

    /// Whether the reader may show this sale's prompt, or may come to show it.
    pub fn holds_reader(&self) -> bool {
        match self.phase {
            Phase::Prompting { .. }
            | Phase::Presenting { .. }
            | Phase::Collected { .. }
            | Phase::Confirming { .. }
            | Phase::Retracting { .. }
            | Phase::Refunding(_) => true,
            Phase::Opening { .. }
            | Phase::Vending { .. }
            | Phase::Doubtful { .. }
            | Phase::Settling { .. }
            | Phase::NeedsAttention { .. }
            | Phase::Closed { .. } => false,
        }
    }

    /// How old the authorization is now, by Stripe's clock and, from when it was seen, by the
    /// boot's. `None` without one, or if power was cut since.
    pub fn authorization_age(&self, now: Moment) -> Option<Duration> {
        let authorized = self.authorized.as_ref()?;
        (!self.power_cut).then(|| authorized.age + now.since(authorized.at))
    }

    /// Whether the customer was told that any hold will be released: taking the sale back took too
    /// long.
    pub fn is_let_go(&self, now: Moment) -> bool {
        matches!(self.phase, Phase::Retracting { .. })
            && self.let_go_at.is_some_and(|let_go_at| now >= let_go_at)
    }

    /// Until when the hold must be captured, by Stripe's clock. None where nothing is held.
    pub fn deadline(&self) -> Option<StripeTime> {
        self.authorized.as_ref().filter(|_| self.captured.is_none())?.capture_before
    }

    /// Whether the sale was paid by an Interac card, whose money goes back at the reader only.
    pub fn is_interac(&self) -> bool {
        self.authorized.as_ref().is_some_and(|authorized| authorized.interac)
    }

    /// How the customer gets the money back: what is held is released, what was taken is refunded.
    pub fn way_back(&self) -> Settlement {
        match self.captured {
            Some(captured) => {
                let left = captured.amount.saturating_sub(self.refunded);
                Settlement::Refund { amount: Money::new(left, captured.currency) }
            }
            None => Settlement::Release,
        }
    }

    /// How a sale ends of whose price this much, in minor units, is kept.
    pub fn outcome_keeping(&self, kept: u64) -> Outcome {
        if kept >= self.opened.price().amount {
            Outcome::Sold
        } else if kept > 0 {
            Outcome::PartlySold
        } else {
            Outcome::Refunded
        }
    }
}

impl Phase {
    /// The word for logs, `status` and the journal's index.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Opening { .. } => "opening",
            Self::Prompting { .. } => "prompting",
            Self::Presenting { .. } => "presenting",
            Self::Collected { .. } => "collected",
            Self::Confirming { .. } => "confirming",
            Self::Retracting { .. } => "retracting",
            Self::Vending { .. } => "vending",
            Self::Doubtful { .. } => "doubtful",
            Self::Settling { .. } => "settling",
            Self::Refunding(_) => "refunding",
            Self::NeedsAttention { .. } => "needs_attention",
            Self::Closed { .. } => "closed",
        }
    }
}
