//! The one thing that a sale now wants done, and when it wants to be woken.

use std::time::Duration;

use crate::ids::{DispenserName, IdempotencyKey, ItemNumber, PaymentIntentId};
use crate::money::Money;
use crate::sale::fact::{Attention, Doubt, Flow, Settlement};
use crate::sale::input::Call;
use crate::sale::key::{Operation, RELIED_ON_FOR, key};
use crate::sale::phase::{Phase, Refunding, RefundingStep, RetractStep, Sale};
use crate::time::Moment;

/// How long a customer waits for the PaymentIntent before the sale is taken back.
pub const OPENING_PATIENCE: Duration = Duration::from_secs(15);

/// How long a customer waits for the reader to take the prompt before the sale is taken back.
pub const PROMPTING_PATIENCE: Duration = Duration::from_secs(20);

/// How long the reader may take to begin with a confirmation. A card that was read has to be
/// confirmed or cleared within 30 s. Source: Stripe, Collect card payments.
const CONFIRM_WITHIN: Duration = Duration::from_secs(20);

/// How long a confirmation may take: the issuer answers within seconds, a customer may be asked for
/// the PIN, and a reader that lost its link never says.
const CONFIRMED_WITHIN: Duration = Duration::from_mins(1);

/// How long after a restart Stripe is asked again for the PaymentIntent of a sale, if it answers
/// with errors that prove nothing.
pub const RECOVERY_PATIENCE: Duration = Duration::from_mins(2);

/// How often reader and PaymentIntent are looked at where a doubt has to end.
const DOUBT_EVERY: Pace = Pace::Every(Duration::from_secs(1));

/// How often they are looked at while a card is confirmed: the issuer answers within seconds.
const CONFIRM_EVERY: Pace = Pace::Every(Duration::from_millis(500));

/// Hardly anybody has found a card, presented it and been authorized sooner than this.
const HARDLY_ANYBODY_PAYS_SOONER: Duration = Duration::from_millis(3500);

/// How soon after one look the next one follows, by how long the reader has been asking: where
/// taps are dense, looks are. See "Watching the reader" in `docs/architecture.md`.
const WATCH: [(Duration, Duration); 3] = [
    (Duration::from_secs(20), Duration::from_millis(720)),
    (Duration::from_secs(30), Duration::from_millis(850)),
    (Duration::MAX, Duration::from_millis(1300)),
];

/// How often a refund that Stripe calls pending is looked at: that takes it minutes or days.
const PENDING_EVERY: Pace = Pace::Every(Duration::from_mins(1));

/// How often a sale that waits for a person is looked at: somebody may act in the Dashboard.
const ATTENTION_EVERY: Pace = Pace::Every(Duration::from_mins(1));

/// How often a silent dispenser is asked for a doubtful vend.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// What a sale wants: a wish that follows from its state alone, not a command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Duty {
    /// What it wants done.
    pub want: Want,
    /// When it wants to hear the time, and why.
    pub wake: Option<Wake>,
}

/// A wish to hear the time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wake {
    /// When.
    pub at: Moment,
    /// Why.
    pub why: &'static str,
}

/// How long to wait between two looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pace {
    /// Always this long.
    Every(Duration),
    /// As the customers' habit is, whom the reader has been asking since this moment.
    Customer(Moment),
}

impl Pace {
    /// Going on without a pause.
    pub const AT_ONCE: Self = Self::Every(Duration::ZERO);

    /// When the next look is due after the one that went out at `sent`.
    pub fn next(self, sent: Option<Moment>) -> Option<Moment> {
        match self {
            Self::Every(gap) => sent.map(|sent| sent + gap),
            Self::Customer(since) => Some(match sent.filter(|sent| *sent >= since) {
                None => since + HARDLY_ANYBODY_PAYS_SOONER,
                Some(sent) => {
                    let asking = sent.since(since);
                    let step = WATCH.iter().find(|(until, _)| asking < *until);
                    sent + step.unwrap_or(&WATCH[WATCH.len() - 1]).1
                }
            }),
        }
    }
}

/// One thing to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Want {
    /// Nothing but to wait.
    Nothing,
    /// Create the PaymentIntent.
    CreateIntent {
        /// Number of the key.
        n: u32,
    },
    /// Find the PaymentIntent in Stripe's list: the key of its creation may be forgotten.
    FindIntent,
    /// Prompt the reader for it.
    PromptReader {
        /// The PaymentIntent.
        intent: PaymentIntentId,
        /// Number of the key.
        n: u32,
    },
    /// Let the reader confirm the card that it has read.
    ConfirmIntent {
        /// The PaymentIntent.
        intent: PaymentIntentId,
        /// Number of the key.
        n: u32,
    },
    /// Read reader and PaymentIntent, again and again.
    Look {
        /// The PaymentIntent.
        intent: PaymentIntentId,
        /// How long to wait between two looks.
        pace: Pace,
    },
    /// Read the PaymentIntent alone, again and again.
    Inspect {
        /// The PaymentIntent.
        intent: PaymentIntentId,
        /// How long to wait between two looks.
        pace: Pace,
    },
    /// Read the refunds of the PaymentIntent, and the PaymentIntent, again and again.
    ListRefunds {
        /// The PaymentIntent.
        intent: PaymentIntentId,
        /// How long to wait between two looks.
        pace: Pace,
    },
    /// Clear our prompt from the reader.
    ClearReader {
        /// Number of the key.
        n: u32,
    },
    /// Cancel the PaymentIntent: the fence, or the release of a hold.
    CancelIntent {
        /// The PaymentIntent.
        intent: PaymentIntentId,
        /// Number of the key.
        n: u32,
    },
    /// Capture it.
    Capture {
        /// The PaymentIntent.
        intent: PaymentIntentId,
        /// How much.
        amount: Money,
        /// Number of the key.
        n: u32,
    },
    /// Refund what was captured.
    Refund {
        /// The PaymentIntent.
        intent: PaymentIntentId,
        /// How much.
        amount: Money,
        /// Number of the key.
        n: u32,
    },
    /// Have the reader ask for the card again, to put the money back onto it.
    RefundInPerson {
        /// The PaymentIntent.
        intent: PaymentIntentId,
        /// How much.
        amount: Money,
        /// Number of the key.
        n: u32,
    },
    /// Fire the dispenser, once.
    Dispense {
        /// For which item.
        item: ItemNumber,
        /// Which dispenser.
        dispenser: DispenserName,
        /// After this moment it is too late to give goods for this authorization.
        fire_by: Moment,
    },
    /// Ask the dispenser what became of the vend, again and again.
    AskDispenser {
        /// Of which item.
        item: ItemNumber,
        /// Which dispenser.
        dispenser: DispenserName,
        /// How long to wait between two questions.
        every: Duration,
    },
}

impl Want {
    /// The call to Stripe that this wish is, if it is one.
    pub fn call(&self) -> Option<Call> {
        match self {
            Self::CreateIntent { n } => Some(Call::Create { n: *n }),
            Self::PromptReader { n, .. } => Some(Call::Prompt { n: *n }),
            Self::ConfirmIntent { n, .. } => Some(Call::Confirm { n: *n }),
            Self::ClearReader { n } => Some(Call::ClearReader { n: *n }),
            Self::CancelIntent { n, .. } => Some(Call::Cancel { n: *n }),
            Self::Capture { n, .. } => Some(Call::Capture { n: *n }),
            Self::Refund { n, .. } => Some(Call::Refund { n: *n }),
            Self::RefundInPerson { n, .. } => Some(Call::RefundInPerson { n: *n }),
            Self::Look { .. } => Some(Call::Look),
            Self::Inspect { .. } => Some(Call::Inspect),
            Self::ListRefunds { .. } => Some(Call::ListRefunds),
            Self::Nothing
            | Self::FindIntent
            | Self::Dispense { .. }
            | Self::AskDispenser { .. } => None,
        }
    }

    /// Whether it has to wait until all durable facts of the sale are on disk.
    ///
    /// Creating the PaymentIntent runs beside the flush of `Opened`: it moves no money, and an
    /// orphan that was never prompted can never be paid.
    pub fn waits_for_disk(&self) -> bool {
        match self {
            Self::PromptReader { .. }
            | Self::ConfirmIntent { .. }
            | Self::ClearReader { .. }
            | Self::CancelIntent { .. }
            | Self::Capture { .. }
            | Self::Refund { .. }
            | Self::RefundInPerson { .. }
            | Self::Dispense { .. } => true,
            Self::CreateIntent { n } => *n > 1,
            Self::Nothing
            | Self::FindIntent
            | Self::Look { .. }
            | Self::Inspect { .. }
            | Self::ListRefunds { .. }
            | Self::AskDispenser { .. } => false,
        }
    }
}

impl Call {
    /// The idempotency key of this call of a sale; none for a mere look.
    pub fn key(&self, sale: &Sale) -> Option<IdempotencyKey> {
        let (operation, n) = match *self {
            Self::Create { n } => (Operation::Create, n),
            Self::Prompt { n } => match sale.opened.policy.flow {
                Flow::Process => (Operation::Process, n),
                Flow::CollectConfirm => (Operation::Collect, n),
            },
            Self::Confirm { n } => (Operation::Confirm, n),
            Self::ClearReader { n } => (Operation::ClearReader, n),
            Self::Cancel { n } => (Operation::Cancel, n),
            Self::Capture { n } => (Operation::Capture, n),
            Self::Refund { n } => (Operation::Refund, n),
            Self::RefundInPerson { n } => (Operation::RefundInPerson, n),
            Self::ShowCart
            | Self::ShowMenu
            | Self::Look
            | Self::Inspect
            | Self::ListRefunds
            | Self::AssignReader
            | Self::ReadLocation
            | Self::TryAccount
            | Self::List => {
                return None;
            }
        };
        Some(key(sale.id(), operation, n))
    }
}

/// What the sale wants now. It follows from the sale's state alone, so a lost event costs time and
/// never correctness.
pub fn duty(sale: &Sale) -> Duty {
    let Some(intent) = sale.intent.clone() else { return duty_without_intent(sale) };
    let wait = |want| Duty { want, wake: None };
    let until = |want, at, why| Duty { want, wake: Some(Wake { at, why }) };
    match &sale.phase {
        Phase::Opening { .. } => duty_without_intent(sale),
        Phase::Prompting { prompt, since, doubt: None, .. } => until(
            Want::PromptReader { intent, n: prompt.n },
            *since + PROMPTING_PATIENCE,
            "the reader did not take the prompt",
        ),
        Phase::Prompting { since, doubt: Some(_), .. } => until(
            Want::Look { intent, pace: DOUBT_EVERY },
            *since + PROMPTING_PATIENCE,
            "the reader did not take the prompt",
        ),
        Phase::Presenting { prompt, prompted } => until(
            Want::Look { intent, pace: Pace::Customer(*prompted) },
            prompt.since + sale.opened.policy.customer_timeout,
            "nobody presented a card",
        ),
        Phase::Collected { since, .. } => until(
            Want::ClearReader { n: sale.keys.clear },
            *since + PROMPTING_PATIENCE,
            "the reader was not cleared",
        ),
        Phase::Confirming { n, since, taken, doubt, .. } => until(
            match doubt {
                Some(_) => Want::Look { intent, pace: DOUBT_EVERY },
                None if taken.is_some() => Want::Look { intent, pace: CONFIRM_EVERY },
                None => Want::ConfirmIntent { intent, n: *n },
            },
            confirm_due(*since, *taken),
            "the reader did not confirm the card",
        ),
        Phase::Retracting { step, .. } => wait(match step {
            RetractStep::Look => Want::Look { intent, pace: DOUBT_EVERY },
            RetractStep::Clear => Want::ClearReader { n: sale.keys.clear },
            RetractStep::Fence => Want::CancelIntent { intent, n: sale.keys.cancel },
        }),
        Phase::Vending { .. } | Phase::Doubtful { .. } => goods_duty(sale),
        Phase::Settling { settlement: Settlement::Refund { .. }, doubt: Some(doubt) } => {
            let pace = if *doubt == Doubt::Pending { PENDING_EVERY } else { DOUBT_EVERY };
            wait(Want::ListRefunds { intent, pace })
        }
        Phase::Settling { settlement: Settlement::Capture { .. }, .. }
            if sale.captured.is_some() =>
        {
            wait(Want::ListRefunds { intent, pace: DOUBT_EVERY })
        }
        Phase::Settling { doubt: Some(_), .. } => wait(Want::Inspect { intent, pace: DOUBT_EVERY }),
        Phase::Settling { settlement, doubt: None } => wait(match *settlement {
            Settlement::Capture { amount } => {
                Want::Capture { intent, amount, n: sale.keys.capture }
            }
            Settlement::Release => Want::CancelIntent { intent, n: sale.keys.cancel },
            Settlement::Refund { amount } => Want::Refund { intent, amount, n: sale.keys.refund },
        }),
        Phase::Refunding(refunding) => refunding_duty(sale, refunding, intent),
        Phase::NeedsAttention { why } => wait(attention_want(sale, why, intent)),
        Phase::Closed { .. } => wait(Want::Nothing),
    }
}

/// What a sale wants of the dispenser of the item under way.
fn goods_duty(sale: &Sale) -> Duty {
    let idle = Duty { want: Want::Nothing, wake: None };
    let Some((number, item)) = sale.under_way().and_then(|n| Some((n, sale.opened.item(n)?)))
    else {
        return idle;
    };
    let dispenser = item.dispenser.clone();
    if let (Some(fire_by), Some(at)) = (fire_by(sale), vend_answer_due(sale)) {
        let want = Want::Dispense { item: number, dispenser, fire_by };
        return Duty { want, wake: Some(Wake { at, why: "the dispenser did not answer" }) };
    }
    let Some(at) = grace_ends(sale) else { return idle };
    if sale.is_beyond_asking() {
        return Duty { want: Want::Nothing, wake: Some(Wake { at, why: "nobody can be asked" }) };
    }
    let want = Want::AskDispenser { item: number, dispenser, every: ASK_EVERY };
    Duty { want, wake: Some(Wake { at, why: "the grace for the dispenser's answer is over" }) }
}

fn attention_want(sale: &Sale, why: &Attention, intent: PaymentIntentId) -> Want {
    // What the facts that cannot be read would say, a look cannot replace.
    if matches!(why, Attention::Unreadable { .. }) {
        Want::Nothing
    } else if sale.payable {
        Want::CancelIntent { intent, n: sale.keys.cancel }
    } else if sale.captured.is_some() {
        Want::ListRefunds { intent, pace: ATTENTION_EVERY }
    } else {
        Want::Inspect { intent, pace: ATTENTION_EVERY }
    }
}

fn refunding_duty(sale: &Sale, refunding: &Refunding, intent: PaymentIntentId) -> Duty {
    let amount = refunding.amount;
    let want = match refunding.step {
        RefundingStep::Ask => Want::RefundInPerson { intent, amount, n: refunding.n },
        RefundingStep::Watch { prompted } => Want::Look { intent, pace: Pace::Customer(prompted) },
        RefundingStep::Look => Want::Look { intent, pace: DOUBT_EVERY },
        RefundingStep::Clear => Want::ClearReader { n: sale.keys.clear },
        RefundingStep::List => Want::ListRefunds { intent, pace: DOUBT_EVERY },
    };
    let wake = refunding.given_up.is_none().then(|| Wake {
        at: refunding.since + sale.opened.policy.customer_timeout,
        why: "nobody presented the card again",
    });
    Duty { want, wake }
}

/// A sale without a known PaymentIntent asks for one; a retracted one too, since only its id lets
/// it be cancelled and the same key brings the same one.
fn duty_without_intent(sale: &Sale) -> Duty {
    let want = Want::CreateIntent { n: sale.keys.create };
    match &sale.phase {
        Phase::Opening { since } => Duty {
            want,
            wake: Some(Wake { at: *since + OPENING_PATIENCE, why: "Stripe did not answer" }),
        },
        Phase::Retracting { .. } if sale.is_sought => Duty { want: Want::FindIntent, wake: None },
        Phase::Retracting { .. } => {
            let why = "Stripe may forget the key of the creation";
            Duty { want, wake: creation_expires(sale).map(|at| Wake { at, why }) }
        }
        Phase::Prompting { .. }
        | Phase::Presenting { .. }
        | Phase::Collected { .. }
        | Phase::Confirming { .. }
        | Phase::Vending { .. }
        | Phase::Doubtful { .. }
        | Phase::Settling { .. }
        | Phase::Refunding(_)
        | Phase::NeedsAttention { .. }
        | Phase::Closed { .. } => Duty { want: Want::Nothing, wake: None },
    }
}

/// When the key of the creation counts as forgotten, as long as it may still be repeated.
pub(super) fn creation_expires(sale: &Sale) -> Option<Moment> {
    let repeated = sale.intent.is_none() && !sale.is_sought;
    repeated.then(|| sale.opened.at + RELIED_ON_FOR)
}

/// The last moment at which the item under way may be ordered, while it is not known to be: by the
/// authorization's age; for one that follows another, by how long its customer waits already.
fn fire_by(sale: &Sale) -> Option<Moment> {
    let Phase::Vending { since, goes_on, .. } = sale.phase else { return None };
    let window = sale.opened.policy.resume_window;
    Some(match &sale.authorized {
        Some(_) if goes_on => since + window,
        Some(authorized) => authorized.at + window.saturating_sub(authorized.age),
        None => since,
    })
}

/// When a card that was read at `since` must have been confirmed, or at least be under way.
pub fn confirm_due(since: Moment, taken: Option<Moment>) -> Moment {
    since + if taken.is_some() { CONFIRMED_WITHIN } else { CONFIRM_WITHIN }
}

/// When the vend under way must have been answered: the dispenser's time counts from the order's
/// writing, and as long as that is not known, from the last moment at which it may be written.
pub fn vend_answer_due(sale: &Sale) -> Option<Moment> {
    let Phase::Vending { item, since, sent, .. } = sale.phase else { return None };
    let written = sent.unwrap_or(fire_by(sale)?.max(since));
    Some(written + sale.vend_timeout(item))
}

/// When the doubt about the item under way has to be decided by policy. A board that says it is
/// still turning gets the time that a vend may take; one that can tell nothing is not waited for.
pub fn grace_ends(sale: &Sale) -> Option<Moment> {
    let Phase::Doubtful { item, since, busy, .. } = sale.phase else { return None };
    if sale.is_beyond_asking() {
        return Some(since);
    }
    let grace = since + sale.opened.policy.vend_grace;
    Some(if busy { grace + sale.vend_timeout(item) } else { grace })
}
