//! News and a sale in, facts out. Each phase's decisions stand in a file of their own:
//! opening and prompting here, the customer's card in `present`, taking back in `retract`, goods
//! in `vend`, money in `settle`.

use std::borrow::Cow;
use std::time::Duration;

use crate::ids::BootId;
use crate::sale::duty::{
    self, OPENING_PATIENCE, PROMPTING_PATIENCE, RECOVERY_PATIENCE, confirm_due,
};
use crate::sale::fact::{Attention, CardAway, Doubt, Fact, Outcome, Retraction};
use crate::sale::input::{
    ActionSeen, ActionStatus, Call, Input, IntentSeen, IntentStatus, ReaderSeen, Refusal, Reply,
    Seen, Trouble,
};
use crate::sale::key::Operation;
use crate::sale::phase::{Phase, Prompt, Sale};
use crate::sale::{attention, confirm, in_person, present, reader_command, retract, settle, vend};
use crate::time::Moment;

/// How long a prompt may come late after the reader was said not to have acknowledged it.
const LATE_PROMPT: Duration = Duration::from_secs(4);

/// How often the PaymentIntent is asked for anew when Stripe fails.
const MOST_CREATIONS: u32 = 3;

/// What has become true of the sale by this news. Nothing, if the news is stale or changes nothing.
pub fn decide(sale: &Sale, input: &Input, now: Moment) -> Vec<Fact> {
    match input {
        Input::Restarted { boot } => restarted(sale, boot, now),
        Input::Timer => time_passed(sale, now),
        Input::CancelPressed => give_up_before_card(sale, Retraction::CancelledOnKiosk, now),
        Input::Stopping => give_up_before_card(sale, Retraction::Stopping, now),
        Input::ReaderLost => reader_lost(sale, now),
        Input::Dispenser { item, news } => vend::decide(sale, *item, news, now),
        Input::Replied(reply) => replied(sale, reply, now),
        Input::NotListed => not_listed(sale),
    }
}

fn replied(sale: &Sale, reply: &Reply, now: Moment) -> Vec<Fact> {
    let reply = &as_of_now(reply, now);
    if let Call::Create { n } = reply.call {
        return created(sale, n, &reply.result, now);
    }
    match &sale.phase {
        Phase::Prompting { prompt, doubt, doubted, .. } => {
            let doubt = doubt.as_ref().map(|doubt| (doubt, *doubted));
            prompting(sale, *prompt, doubt, reply, now)
        }
        Phase::Presenting { prompt, prompted } => {
            present::decide(sale, *prompt, *prompted, reply, now)
        }
        Phase::Collected { .. } | Phase::Confirming { .. } => confirm::decide(sale, reply, now),
        Phase::Retracting { why, step, .. } => retract::decide(sale, why, *step, reply, now),
        Phase::Settling { settlement, doubt } => {
            settle::decide(sale, *settlement, doubt.as_ref(), reply)
        }
        Phase::Refunding(refunding) => in_person::decide(sale, refunding, reply, now),
        Phase::Opening { .. }
        | Phase::Vending { .. }
        | Phase::Doubtful { .. }
        | Phase::Closed { .. } => Vec::new(),
        Phase::NeedsAttention { why } => attention::decide(sale, why, reply),
    }
}

/// A reply that was long under way tells Stripe's time of when it was written, at the latest of when
/// it was asked for: by now an authorization is older than it says, and so is a key.
fn as_of_now(reply: &Reply, now: Moment) -> Cow<'_, Reply> {
    let under_way = now.since(reply.asked);
    let mut reply = Cow::Borrowed(reply);
    if under_way >= Duration::from_secs(1)
        && let Ok(Seen { date: Some(date), .. }) = &mut reply.to_mut().result
    {
        *date = date.after(under_way);
    }
    reply
}

/// The daemon was started with this sale open. A card that may have been presented is looked for;
/// the customer is never prompted again.
fn restarted(sale: &Sale, boot: &BootId, now: Moment) -> Vec<Fact> {
    let restarted = Fact::Restarted { boot: boot.clone(), at: now };
    let same_boot = sale.boot == *boot;
    match &sale.phase {
        // Within one boot our prompt may still stand and be young: `prompting` adopts it then.
        Phase::Prompting { .. } | Phase::Presenting { .. } if same_boot => vec![restarted],
        Phase::Opening { .. }
        | Phase::Prompting { .. }
        | Phase::Presenting { .. }
        | Phase::Collected { .. }
        | Phase::Confirming { .. } => {
            let decided = Fact::RetractionDecided { why: Retraction::Restarted, at: now };
            [restarted, decided].into_iter().chain(creation_of_unknown_age(sale, boot)).collect()
        }
        Phase::Retracting { .. } => {
            [restarted].into_iter().chain(creation_of_unknown_age(sale, boot)).collect()
        }
        Phase::Vending { .. }
        | Phase::Doubtful { .. }
        | Phase::Settling { .. }
        | Phase::Refunding(_) => vec![restarted],
        Phase::NeedsAttention { .. } | Phase::Closed { .. } => Vec::new(),
    }
}

/// The moments of another boot say nothing about the age of a key.
fn creation_of_unknown_age(sale: &Sale, boot: &BootId) -> Option<Fact> {
    let known_age = sale.boot == *boot && !sale.power_cut;
    let wanted = sale.intent.is_none() && !sale.is_sought;
    (wanted && !known_age).then_some(creation_too_old(sale))
}

fn creation_too_old(sale: &Sale) -> Fact {
    Fact::KeyTooOld { operation: Operation::Create, n: sale.keys.create }
}

/// Stripe's list has no PaymentIntent of the sale. If one comes up after all, its id was never
/// known here, so that nobody was asked to pay it.
fn not_listed(sale: &Sale) -> Vec<Fact> {
    let wanted = sale.is_sought && sale.intent.is_none();
    if wanted && matches!(sale.phase, Phase::Retracting { .. }) {
        vec![Fact::NeverCreated, Fact::Closed { outcome: Outcome::Abandoned }]
    } else {
        Vec::new()
    }
}

fn time_passed(sale: &Sale, now: Moment) -> Vec<Fact> {
    let take_back = |why| vec![Fact::RetractionDecided { why, at: now }];
    match &sale.phase {
        Phase::Opening { since } if now >= *since + OPENING_PATIENCE => {
            take_back(Retraction::StripeUnreachable)
        }
        Phase::Prompting { since, .. } if now >= *since + PROMPTING_PATIENCE => {
            take_back(Retraction::ReaderUnavailable { why: "it did not take the prompt".into() })
        }
        Phase::Presenting { prompt, .. }
            if now >= prompt.since + sale.opened.policy.customer_timeout =>
        {
            take_back(Retraction::TimedOut)
        }
        Phase::Collected { since, .. } if now >= *since + PROMPTING_PATIENCE => {
            take_back(Retraction::ReaderUnavailable { why: "it was not cleared".into() })
        }
        Phase::Confirming { since, taken, .. } if now >= confirm_due(*since, *taken) => {
            take_back(Retraction::ReaderUnavailable { why: "it did not confirm the card".into() })
        }
        Phase::Retracting { .. } if duty::creation_expires(sale).is_some_and(|at| now >= at) => {
            vec![creation_too_old(sale)]
        }
        Phase::Vending { .. } => vend::answer_missing(sale, now),
        Phase::Doubtful { why, .. } => vend::grace_over(sale, why, now),
        Phase::Refunding(refunding)
            if now >= refunding.since + sale.opened.policy.customer_timeout =>
        {
            in_person::give_up(refunding, CardAway::TimedOut, now)
        }
        Phase::Opening { .. }
        | Phase::Prompting { .. }
        | Phase::Presenting { .. }
        | Phase::Collected { .. }
        | Phase::Confirming { .. }
        | Phase::Retracting { .. }
        | Phase::Settling { .. }
        | Phase::Refunding(_)
        | Phase::NeedsAttention { .. }
        | Phase::Closed { .. } => Vec::new(),
    }
}

/// The reader belongs to another board now: it will not be prompted. A prompt of ours that stands
/// there already is the customer's, and goes on.
fn reader_lost(sale: &Sale, now: Moment) -> Vec<Fact> {
    match &sale.phase {
        Phase::Opening { .. } | Phase::Prompting { .. } => {
            let why = "it is assigned to another board".into();
            let why = Retraction::ReaderUnavailable { why };
            vec![Fact::RetractionDecided { why, at: now }]
        }
        Phase::Presenting { .. }
        | Phase::Collected { .. }
        | Phase::Confirming { .. }
        | Phase::Retracting { .. }
        | Phase::Vending { .. }
        | Phase::Doubtful { .. }
        | Phase::Settling { .. }
        | Phase::Refunding(_)
        | Phase::NeedsAttention { .. }
        | Phase::Closed { .. } => Vec::new(),
    }
}

/// The customer cancels, or the daemon stops, as long as no card is known to be authorized.
fn give_up_before_card(sale: &Sale, why: Retraction, now: Moment) -> Vec<Fact> {
    match &sale.phase {
        Phase::Opening { .. }
        | Phase::Prompting { .. }
        | Phase::Presenting { .. }
        | Phase::Collected { .. }
        | Phase::Confirming { .. } => {
            vec![Fact::RetractionDecided { why, at: now }]
        }
        // Whatever made us give up before: a customer who cancels gets the hold released.
        Phase::Retracting { why: before, .. }
            if why == Retraction::CancelledOnKiosk && !before.is_customers() =>
        {
            vec![Fact::RetractionDecided { why, at: now }]
        }
        Phase::Refunding(refunding) if why == Retraction::CancelledOnKiosk => {
            in_person::give_up(refunding, CardAway::Cancelled, now)
        }
        Phase::Retracting { .. }
        | Phase::Vending { .. }
        | Phase::Doubtful { .. }
        | Phase::Settling { .. }
        | Phase::Refunding(_)
        | Phase::NeedsAttention { .. }
        | Phase::Closed { .. } => Vec::new(),
    }
}

/// The reply to the PaymentIntent's creation, whenever it comes.
fn created(sale: &Sale, n: u32, result: &Result<Seen, Trouble>, now: Moment) -> Vec<Fact> {
    let awaited = sale.intent.is_none() && n == sale.keys.create;
    let opening = matches!(sale.phase, Phase::Opening { .. });
    if !awaited || !(opening || matches!(sale.phase, Phase::Retracting { .. })) {
        return Vec::new();
    }
    match result {
        Ok(Seen { intent: Some(intent), .. }) => intent_created(sale, intent, opening, now),
        Ok(Seen { intent: None, .. })
        | Err(Trouble::NotSent { .. } | Trouble::Unknown { .. } | Trouble::NotYet { .. }) => {
            Vec::new()
        }
        Err(Trouble::Refused(Refusal::KeyClash)) => {
            vec![Fact::AttentionNeeded { why: Attention::KeyClash }]
        }
        // The daemon that died may have got the PaymentIntent and prompted for it. These errors do
        // not say that the key brought nothing then, so it goes again.
        Err(Trouble::Refused(Refusal::StripeFailed | Refusal::Forbidden | Refusal::NotFound))
            if sale.restarted =>
        {
            still_unknown(sale, now)
        }
        // The key is spent. What Stripe may have made all the same is never prompted.
        Err(Trouble::Refused(Refusal::StripeFailed)) if opening && n < MOST_CREATIONS => {
            vec![Fact::KeySpent { operation: Operation::Create, n }]
        }
        // Whatever Stripe made all the same was never prompted and so can never be paid.
        Err(Trouble::Refused(refusal)) => {
            let why = Retraction::StripeRefused { why: refusal.to_string() };
            let mut facts = vec![Fact::KeySpent { operation: Operation::Create, n }];
            if opening {
                facts.push(Fact::RetractionDecided { why, at: now });
            }
            facts.push(Fact::Closed { outcome: Outcome::Abandoned });
            facts
        }
    }
}

/// Which PaymentIntent the sale has is not known. Until when the same key goes again depends on
/// the restart; then the reader is needed for other customers.
fn still_unknown(sale: &Sale, now: Moment) -> Vec<Fact> {
    let Phase::Retracting { since, .. } = sale.phase else { return Vec::new() };
    if now < since + RECOVERY_PATIENCE {
        return Vec::new();
    }
    vec![Fact::AttentionNeeded { why: Attention::IntentUnknown }]
}

fn intent_created(sale: &Sale, seen: &IntentSeen, opening: bool, now: Moment) -> Vec<Fact> {
    let price = sale.opened.price();
    let ours = seen.sale.as_ref() == Some(sale.id())
        && seen.journal.as_deref() == Some(sale.opened.origin.journal.as_str())
        && seen.amount == price.amount
        && seen.currency == price.currency;
    if !ours {
        return vec![Fact::AttentionNeeded { why: Attention::NotOurs }];
    }
    let created = Fact::IntentCreated { intent: seen.id.clone() };
    if !opening {
        return vec![created];
    }
    let refused = |why: &str| Retraction::StripeRefused { why: why.into() };
    let retract = |why| Fact::RetractionDecided { why, at: now };
    if seen.status != IntentStatus::RequiresPaymentMethod {
        vec![created, retract(refused("the PaymentIntent is not open for a card"))]
    } else if !seen.takes_card_present {
        vec![created, retract(refused("the account cannot take card_present in this currency"))]
    } else if seen.livemode != sale.opened.livemode {
        vec![created, retract(refused("the PaymentIntent is of the other mode (live or test)"))]
    } else {
        vec![created, Fact::PromptIntended { attempt: 1, n: 1, at: now }]
    }
}

/// The reader is being asked to prompt, or a doubt about it is being looked into.
fn prompting(
    sale: &Sale,
    prompt: Prompt,
    doubt: Option<(&Doubt, Moment)>,
    reply: &Reply,
    now: Moment,
) -> Vec<Fact> {
    let Prompt { attempt, n, .. } = prompt;
    match (&reply.call, &reply.result) {
        (Call::Prompt { n: asked }, Ok(_)) if *asked == n => {
            vec![Fact::Prompted { attempt, at: now }]
        }
        (Call::Prompt { n: asked }, Err(trouble)) if *asked == n && doubt.is_none() => {
            prompt_call_failed(n, trouble, now)
        }
        (Call::Look, Ok(seen)) => match doubt {
            // It shows the time before the prompt of which this is not known.
            Some((_, since)) if reply.asked < since => {
                present::paid_or_ended(sale, seen, now).unwrap_or_default()
            }
            Some((doubt, since)) => {
                // A reader that did not acknowledge in time may still be about to prompt.
                let settled = *doubt != Doubt::Refused(Refusal::ReaderTimeout)
                    || reply.asked >= since + LATE_PROMPT;
                doubt_looked_into(sale, prompt, (doubt, settled), seen, now)
            }
            None => slow_prompt_looked_at(sale, prompt, seen, now),
        },
        (
            Call::Create { .. }
            | Call::Prompt { .. }
            | Call::Confirm { .. }
            | Call::ClearReader { .. }
            | Call::Cancel { .. }
            | Call::Capture { .. }
            | Call::ShowCart
            | Call::ShowMenu
            | Call::Refund { .. }
            | Call::RefundInPerson { .. }
            | Call::Look
            | Call::Inspect
            | Call::ListRefunds
            | Call::AssignReader
            | Call::List
            | Call::ReadLocation
            | Call::TryAccount,
            Ok(_) | Err(_),
        ) => Vec::new(),
    }
}

/// A look, while the reader has not answered the prompt yet: whoever taps meanwhile is served.
fn slow_prompt_looked_at(sale: &Sale, prompt: Prompt, seen: &Seen, now: Moment) -> Vec<Fact> {
    if let Some(facts) = present::paid_or_ended(sale, seen, now) {
        return facts;
    }
    let action = our_action(sale, seen);
    let stands =
        |action: &ActionSeen| action.status == ActionStatus::InProgress || action.card.is_some();
    if action.is_some_and(stands) {
        return vec![Fact::Prompted { attempt: prompt.attempt, at: now }];
    }
    Vec::new()
}

fn prompt_call_failed(n: u32, trouble: &Trouble, now: Moment) -> Vec<Fact> {
    let given_up = |why| {
        let why = Retraction::ReaderUnavailable { why };
        Fact::RetractionDecided { why, at: now }
    };
    reader_command::failed(trouble, |why| Fact::PromptDoubted { n, why, at: now }, given_up)
}

/// A look, while it is not known whether the reader has our prompt.
fn doubt_looked_into(
    sale: &Sale,
    prompt: Prompt,
    (doubt, settled): (&Doubt, bool),
    seen: &Seen,
    now: Moment,
) -> Vec<Fact> {
    if let Some(facts) = present::paid_or_ended(sale, seen, now) {
        return facts;
    }
    let Some(intent) = &seen.intent else { return Vec::new() };
    if !present::is_open(sale, &intent.status) {
        return Vec::new();
    }
    let Prompt { attempt, n, since } = prompt;
    let action = our_action(sale, seen);
    // A card that was read meanwhile is looked at by the next look.
    let has_card = intent.status == IntentStatus::RequiresConfirmation;
    let stands = action.is_some_and(|action| {
        action.status == ActionStatus::InProgress || (has_card && action.card.is_some())
    });
    let young = now < since + sale.opened.policy.customer_timeout;
    match doubt {
        // What was read before a restart is not confirmed: the customer may have gone.
        Doubt::Restarted if has_card => {
            vec![Fact::RetractionDecided { why: Retraction::Restarted, at: now }]
        }
        _ if stands && young => vec![Fact::Prompted { attempt, at: now }],
        Doubt::Restarted => {
            vec![Fact::RetractionDecided { why: Retraction::Restarted, at: now }]
        }
        // Another system is at it: its action is never cleared, and asking again is no use yet.
        _ if seen.reader.as_ref().is_some_and(ReaderSeen::is_busy) || !settled => Vec::new(),
        // Stripe never answered: the same key brings the same prompt, whether it ran or not.
        Doubt::Unanswered | Doubt::Pending | Doubt::Decided => vec![Fact::PromptMissing { n }],
        // Stripe takes no other card for it: it ends, and nothing is charged.
        Doubt::Refused(Refusal::WrongState) if has_card => {
            let why = "the PaymentIntent takes no other card".into();
            vec![Fact::RetractionDecided { why: Retraction::StripeRefused { why }, at: now }]
        }
        Doubt::Refused(_) | Doubt::Ended { .. } => {
            vec![Fact::PromptIntended { attempt, n: n.saturating_add(1), at: now }]
        }
    }
}

/// The reader's action, if it is for this sale's PaymentIntent.
pub(super) fn our_action<'a>(sale: &Sale, seen: &'a Seen) -> Option<&'a ActionSeen> {
    let action = seen.reader.as_ref()?.action.as_ref()?;
    (action.intent.is_some() && action.intent == sale.intent).then_some(action)
}

impl Retraction {
    /// Whether the customer wanted out: what is authorized all the same is released, not vended.
    pub(super) fn is_customers(&self) -> bool {
        match self {
            Self::CancelledOnKiosk | Self::CancelledOnReader => true,
            Self::TimedOut
            | Self::TooManyDeclines
            | Self::Restarted
            | Self::Stopping
            | Self::StripeUnreachable
            | Self::ReaderUnavailable { .. }
            | Self::StripeRefused { .. }
            | Self::CancelledAtStripe
            | Self::LeftBehind => false,
        }
    }
}
