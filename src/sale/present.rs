//! While the customer presents the card: what an authorization, a decline, a cancelled or a
//! vanished prompt leads to.

use std::time::Duration;

use crate::ids::ItemNumber;
use crate::money::Money;
use crate::sale::confirm;
use crate::sale::decide::our_action;
use crate::sale::fact::{
    Attention, Authorized, Because, CaptureMode, Decline, Doubt, Fact, Flow, Outcome, Retraction,
    Settlement, VendDoubt,
};
use crate::sale::input::{
    ActionSeen, ActionStatus, Call, ChargeSeen, IntentSeen, IntentStatus, Reply, Seen,
};
use crate::sale::phase::{Phase, Prompt, RetractStep, Sale};
use crate::sale::{refund, settle};
use crate::time::Moment;

pub(super) fn decide(
    sale: &Sale,
    prompt: Prompt,
    prompted: Moment,
    reply: &Reply,
    now: Moment,
) -> Vec<Fact> {
    let (Call::Look, Ok(seen)) = (reply.call, &reply.result) else { return Vec::new() };
    if let Some(facts) = paid_or_ended(sale, seen, now) {
        return facts;
    }
    // A look that was asked for before the prompt was confirmed may show the time before it.
    if reply.asked < prompted {
        return Vec::new();
    }
    let Some(intent) = &seen.intent else { return Vec::new() };
    if !is_open(sale, &intent.status) {
        return Vec::new();
    }
    match our_action(sale, seen) {
        action @ Some(ActionSeen { status: ActionStatus::Failed { code, .. }, .. }) => {
            prompt_failed(sale, prompt, Decline::seen(action, intent, code), now)
        }
        // In the two-step flow the card is read, and nothing is authorized.
        Some(ActionSeen { card: Some(card), .. })
            if intent.status == IntentStatus::RequiresConfirmation =>
        {
            confirm::collected(sale, prompt, card, now)
        }
        Some(ActionSeen {
            // Succeeded without an authorization yet: Stripe's books lag, look again.
            status: ActionStatus::InProgress | ActionStatus::Succeeded | ActionStatus::Other(_),
            ..
        }) => Vec::new(),
        None if seen.reader.is_none() => Vec::new(),
        None => vec![doubted(prompt, "another action, or none, is on the reader", now)],
    }
}

/// Whether the PaymentIntent waits for a card. After the card of a two-step sale was read, it waits
/// for the confirmation, and still does while another card is asked for.
pub(super) fn is_open(sale: &Sale, status: &IntentStatus) -> bool {
    let two_steps = sale.opened.policy.flow == Flow::CollectConfirm;
    *status == IntentStatus::RequiresPaymentMethod
        || (two_steps && *status == IntentStatus::RequiresConfirmation)
}

/// Whether no other card may follow this one.
pub(super) fn is_last(sale: &Sale, prompt: Prompt) -> bool {
    prompt.attempt >= sale.opened.policy.max_attempts
}

impl Decline {
    /// What the reader's action and the PaymentIntent say of it.
    pub(super) fn seen(action: Option<&ActionSeen>, intent: &IntentSeen, code: &str) -> Self {
        let of_action = action.and_then(|action| match &action.status {
            ActionStatus::Failed { decline_code, .. } => decline_code.clone(),
            ActionStatus::InProgress | ActionStatus::Succeeded | ActionStatus::Other(_) => None,
        });
        Self {
            code: code.to_owned(),
            decline_code: of_action.or_else(|| intent.decline_code.clone()),
            charge: intent.charge.as_ref().map(|charge| charge.id.clone()),
        }
    }
}

/// What follows a prompt that has ended without an authorization.
pub(super) fn prompt_failed(
    sale: &Sale,
    prompt: Prompt,
    decline: Decline,
    now: Moment,
) -> Vec<Fact> {
    let Prompt { attempt, n, .. } = prompt;
    match decline.code.as_str() {
        "customer_canceled" => {
            vec![Fact::RetractionDecided { why: Retraction::CancelledOnReader, at: now }]
        }
        // Not a decline: the payment may have been authorized. Look once more, then prompt again.
        "connection_error" => vec![doubted(prompt, "connection_error", now)],
        _ => {
            let declined = Fact::Declined { attempt, decline };
            let next = if is_last(sale, prompt) {
                Fact::RetractionDecided { why: Retraction::TooManyDeclines, at: now }
            } else {
                Fact::PromptIntended { attempt: attempt + 1, n: n + 1, at: now }
            };
            vec![declined, next]
        }
    }
}

fn doubted(prompt: Prompt, how: &str, now: Moment) -> Fact {
    Fact::PromptDoubted { n: prompt.n, why: Doubt::Ended { how: how.into() }, at: now }
}

/// What a PaymentIntent that is authorized, captured or cancelled means for a sale whose card is
/// awaited or which is being taken back. `None` while it is neither.
pub(super) fn paid_or_ended(sale: &Sale, seen: &Seen, now: Moment) -> Option<Vec<Fact>> {
    let intent = seen.intent.as_ref()?;
    match &intent.status {
        IntentStatus::RequiresCapture => authorized(sale, seen, intent, now),
        IntentStatus::Succeeded if sale.is_adopted => {
            let why = Attention::NotRecorded;
            Some(vec![settle::captured(intent), Fact::AttentionNeeded { why }])
        }
        IntentStatus::Succeeded if charges_at_tap(sale, intent) => {
            authorized(sale, seen, intent, now)
        }
        // It cannot be told yet whether the card is one that is charged at the tap: look again.
        IntentStatus::Succeeded if sale.opened.policy.interac && intent.charge.is_none() => None,
        // With capture after the vend, only we capture: somebody else has interfered.
        IntentStatus::Succeeded => {
            let why = Attention::CapturedElsewhere;
            Some(vec![settle::captured(intent), Fact::AttentionNeeded { why }])
        }
        IntentStatus::Canceled => Some(cancelled(sale, now)),
        IntentStatus::RequiresPaymentMethod
        | IntentStatus::RequiresConfirmation
        | IntentStatus::Pending
        | IntentStatus::Other(_) => None,
    }
}

fn cancelled(sale: &Sale, now: Moment) -> Vec<Fact> {
    let (decided, outcome) = match &sale.phase {
        Phase::Retracting { why: Retraction::TooManyDeclines, .. } => (None, Outcome::Declined),
        Phase::Retracting { .. } => (None, Outcome::Abandoned),
        Phase::Opening { .. }
        | Phase::Prompting { .. }
        | Phase::Presenting { .. }
        | Phase::Collected { .. }
        | Phase::Confirming { .. }
        | Phase::Vending { .. }
        | Phase::Doubtful { .. }
        | Phase::Settling { .. }
        | Phase::Refunding(_)
        | Phase::NeedsAttention { .. }
        | Phase::Closed { .. } => (Some(Retraction::CancelledAtStripe), Outcome::Abandoned),
    };
    let mut facts = Vec::new();
    facts.extend(decided.map(|why| Fact::RetractionDecided { why, at: now }));
    facts.extend([Fact::Fenced, Fact::Closed { outcome }]);
    facts
}

/// Whether a captured PaymentIntent is as it was to be: the sale's cards are charged at the tap, or
/// this one is.
pub(super) fn charges_at_tap(sale: &Sale, intent: &IntentSeen) -> bool {
    let policy = &sale.opened.policy;
    let interac = intent.charge.as_ref().is_some_and(|charge| charge.interac);
    policy.capture == CaptureMode::Automatic || (policy.interac && interac)
}

/// A card is authorized, or charged: vend for it if that is still what the customer is there for.
fn authorized(sale: &Sale, seen: &Seen, intent: &IntentSeen, now: Moment) -> Option<Vec<Fact>> {
    // Without the charge and Stripe's clock the age cannot be told: look again.
    let charge = intent.charge.as_ref()?;
    let age = seen.date?.since(charge.created);
    let price = sale.opened.price();
    let taken = intent.status == IntentStatus::Succeeded;
    let amount = if taken { intent.amount_received } else { intent.amount_capturable };
    let amount = Money::new(amount, intent.currency);
    let covers = amount.amount >= price.amount && amount.currency == price.currency;
    // Who is charged at the tap gets the product, whatever else was pressed meanwhile.
    let customers =
        !taken && matches!(&sale.phase, Phase::Retracting { why, .. } if why.is_customers());
    let mut facts = vec![Fact::Authorized(Box::new(authorization((charge, amount), age, now)))];
    if taken {
        facts.push(settle::captured(intent));
    }
    let settlement = if taken { Settlement::Refund { amount } } else { Settlement::Release };
    let way_back = (settlement, charge.interac);
    let release = |because| refund::give_back(sale, way_back, because, now);
    let item = ItemNumber::FIRST;
    let next = if !covers {
        release(Because::PartialApproval)
    } else if customers {
        release(Because::CustomerCancelled)
    } else if sale.is_adopted {
        vec![Fact::VendDoubted { item, why: VendDoubt::FoundAtStripe, at: now }]
    } else if sale.restarted {
        // The board is asked first whether it knows this sale.
        vec![Fact::VendDoubted { item, why: VendDoubt::NoRecord, at: now }]
    } else if sale.is_let_go(now) {
        release(Because::CustomerLetGo)
    } else if (sale.cancel_unclear.is_some() || may_be_fenced(sale)) && !taken {
        release(Because::CancelUnderWay)
    } else if age > sale.opened.policy.resume_window {
        release(Because::TooOld)
    } else {
        vec![Fact::VendIntended { item, boot: sale.boot.clone(), at: now }]
    };
    facts.extend(next);
    Some(facts)
}

/// Whether a cancel may be under way beside a prompt that owes its answer.
fn may_be_fenced(sale: &Sale) -> bool {
    matches!(sale.phase, Phase::Retracting { step: RetractStep::Clear, .. })
}

fn authorization((charge, amount): (&ChargeSeen, Money), age: Duration, now: Moment) -> Authorized {
    Authorized {
        amount,
        charge: charge.id.clone(),
        created: charge.created,
        capture_before: charge.capture_before,
        brand: charge.brand.clone(),
        last4: charge.last4.clone(),
        interac: charge.interac,
        age,
        at: now,
    }
}
