//! Facts as sentences: the log's lines, `kioskd sales ID`, and the demo tell a sale in these words.

use crate::ids::ItemNumber;
use crate::sale::cards::{CardSeen, NotTaken};
use crate::sale::fact::{
    Attention, Because, CardAway, Decision, Doubt, Fact, Found, Item, Outcome, Retraction,
    Settlement, VendDoubt,
};
use crate::sale::key::Operation;

/// How much a fact matters to whoever reads the log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Weight {
    /// A step of a sale.
    Step,
    /// Something went wrong that heals itself.
    Trouble,
    /// A person has to act, or money is lost.
    Alarm,
}

/// One fact as a sentence.
#[expect(clippy::too_many_lines, reason = "a closed list: a sentence for each fact")]
pub fn sentence(fact: &Fact) -> String {
    match fact {
        Fact::Opened(opened) => {
            let item = |item: &Item| format!("{} ({})", item.name, item.code);
            let items: Vec<String> = opened.items().map(item).collect();
            let verb = if items.len() == 1 { "was" } else { "were" };
            format!("{} {verb} chosen for {}", items.join(", "), opened.price())
        }
        Fact::IntentCreated { intent } => format!("Stripe made {intent}"),
        Fact::PromptIntended { attempt, n, .. } => {
            format!("the reader shall ask for card {attempt} (request {n})")
        }
        Fact::PromptDoubted { why, .. } => {
            format!("whether the reader asks is not known ({}): looking", doubt(why))
        }
        Fact::PromptMissing { .. } => "the reader does not ask yet: asking it again".into(),
        Fact::Prompted { attempt, .. } => format!("the reader asks for card {attempt}"),
        Fact::Declined { attempt, decline } => match &decline.decline_code {
            Some(reason) => format!("card {attempt} was declined: {reason}"),
            None => format!("card {attempt} was declined: {}", decline.code),
        },
        Fact::Collected { attempt, card, .. } => card_read(*attempt, card),
        Fact::CardRefused { attempt, why } => format!("card {attempt}: {}", not_taken(why)),
        Fact::ConfirmIntended { n, .. } => format!("the card shall be authorized (request {n})"),
        Fact::ConfirmDoubted { why, .. } => {
            format!("whether the reader authorizes the card is not known ({}): looking", doubt(why))
        }
        Fact::ConfirmMissing { .. } => "the reader does not authorize yet: asking it again".into(),
        Fact::ConfirmTaken { .. } => "the reader authorizes the card".into(),
        Fact::RetractionDecided { why, .. } => format!("taking back: {}", retraction(why)),
        Fact::PromptFound => "the reader still asks: clearing it".into(),
        Fact::ClearDoubted { why, .. } => format!("the reader was not cleared ({})", doubt(why)),
        Fact::PromptCleared => "the reader is cleared".into(),
        Fact::FoundUnpaid => "nothing was paid: cancelling the PaymentIntent".into(),
        Fact::FenceDoubted { why, .. } => {
            format!("whether the PaymentIntent is cancelled is not known ({})", doubt(why))
        }
        Fact::Fenced => "the PaymentIntent is cancelled: nothing can be paid any more".into(),
        Fact::Authorized(authorized) => {
            let brand = authorized.brand.as_deref().unwrap_or("card");
            let last4 = authorized.last4.as_deref().unwrap_or("????");
            format!("{brand} …{last4} is authorized for {}", authorized.amount)
        }
        Fact::VendIntended { item, .. } => of_item(*item, "the dispenser shall be fired"),
        Fact::VendSent { item, .. } => of_item(*item, "the dispenser was told"),
        Fact::VendDoubted { item, why, .. } => {
            of_item(*item, &format!("did it come out? {}", vend_doubt(why)))
        }
        Fact::VendBusy { item } => of_item(*item, "the dispenser is still turning"),
        Fact::Delivered { item } => of_item(*item, "the product came out"),
        Fact::VendFailed { item, reason } => {
            of_item(*item, &format!("the product did not come out: {reason}"))
        }
        Fact::VendUnknown { item } => of_item(*item, "nobody knows whether the product came out"),
        Fact::VendSkipped { item, because } => {
            of_item(*item, &format!("not given: {}", because_words(*because)))
        }
        Fact::SettlementDecided { settlement, because } => {
            format!("{}: {}", settlement_words(*settlement), because_words(*because))
        }
        Fact::SettlementDoubted { why, .. } => {
            format!("whether the money is settled is not known ({}): looking", doubt(why))
        }
        Fact::SettlementMissing => "the money is not settled yet: asking again".into(),
        Fact::KeySpent { operation, n } => {
            format!("request {n} to {} is answered; a repeat takes a new key", operation.word())
        }
        Fact::KeyTooOld { operation: Operation::Create, .. } => {
            "Stripe may have forgotten the request: looking for the PaymentIntent in its list"
                .into()
        }
        Fact::KeyTooOld { operation, n } => format!(
            "Stripe may have forgotten request {n} to {}; a repeat takes a new key",
            operation.word()
        ),
        Fact::NeverCreated => "Stripe's list has no PaymentIntent of it".into(),
        Fact::Adopted { .. } => {
            "found at Stripe and not in this journal: settling it, vending nothing for it".into()
        }
        Fact::Captured { amount, .. } => format!("{amount} captured"),
        Fact::Released => "the hold on the card is released".into(),
        Fact::Resolved { decision, by, reason } => {
            format!(
                "decided by uid {by}: {}{}",
                decision_words(*decision),
                in_words(reason.as_ref())
            )
        }
        Fact::RefundAsked { amount, by, reason } => {
            format!("uid {by} wants {amount} refunded{}", in_words(reason.as_ref()))
        }
        Fact::RefundPromptIntended { amount, n, .. } => {
            format!("the reader shall ask for the card again, to refund {amount} (request {n})")
        }
        Fact::RefundPrompted { .. } => "the reader asks for the card again, to refund".into(),
        Fact::RefundPromptGone => "the reader does not ask any more: reading the refunds".into(),
        Fact::RefundGivenUp { why, .. } => {
            format!("the refund at the reader is given up: {}", card_away(why))
        }
        Fact::RefundConfirmed { amount, refund, .. } => format!("{amount} refunded ({refund})"),
        Fact::SettledElsewhere { found } => {
            format!("not by this kiosk: {}", found_words(*found))
        }
        Fact::AnsweredLate { item, answer } => of_item(
            *item,
            &format!("the dispenser says \"{answer}\" after the decision: noted only"),
        ),
        Fact::Restarted { .. } => "kioskd was restarted".into(),
        Fact::AttentionNeeded { why } => format!("a person has to decide: {}", attention(why)),
        Fact::Closed { outcome } => format!("closed: {}", outcome.word()),
    }
}

/// What is true of one item. The first of several, and the only one, go without a number.
fn of_item(item: ItemNumber, what: &str) -> String {
    if item.is_first() { what.to_owned() } else { format!("item {item}: {what}") }
}

/// How much a fact matters.
pub fn weight(fact: &Fact) -> Weight {
    match fact {
        Fact::AttentionNeeded { .. } | Fact::Closed { outcome: Outcome::Lost } => Weight::Alarm,
        Fact::PromptDoubted { .. }
        | Fact::ConfirmDoubted { .. }
        | Fact::ClearDoubted { .. }
        | Fact::FenceDoubted { .. }
        | Fact::VendDoubted { .. }
        | Fact::VendFailed { .. }
        | Fact::VendUnknown { .. }
        | Fact::VendSkipped { .. }
        | Fact::SettlementDoubted { .. }
        | Fact::AnsweredLate { .. }
        | Fact::SettledElsewhere { .. }
        | Fact::RefundGivenUp { .. }
        | Fact::KeyTooOld { .. }
        | Fact::Adopted { .. }
        | Fact::Restarted { .. } => Weight::Trouble,
        Fact::Opened(_)
        | Fact::IntentCreated { .. }
        | Fact::PromptIntended { .. }
        | Fact::PromptMissing { .. }
        | Fact::Prompted { .. }
        | Fact::Declined { .. }
        | Fact::Collected { .. }
        | Fact::CardRefused { .. }
        | Fact::ConfirmIntended { .. }
        | Fact::ConfirmMissing { .. }
        | Fact::ConfirmTaken { .. }
        | Fact::RetractionDecided { .. }
        | Fact::PromptFound
        | Fact::PromptCleared
        | Fact::FoundUnpaid
        | Fact::Fenced
        | Fact::Authorized(_)
        | Fact::VendIntended { .. }
        | Fact::VendSent { .. }
        | Fact::VendBusy { .. }
        | Fact::Delivered { .. }
        | Fact::SettlementDecided { .. }
        | Fact::SettlementMissing
        | Fact::KeySpent { .. }
        | Fact::NeverCreated
        | Fact::Captured { .. }
        | Fact::Released
        | Fact::Resolved { .. }
        | Fact::RefundAsked { .. }
        | Fact::RefundPromptIntended { .. }
        | Fact::RefundPrompted { .. }
        | Fact::RefundPromptGone
        | Fact::RefundConfirmed { .. }
        | Fact::Closed { .. } => Weight::Step,
    }
}

fn doubt(doubt: &Doubt) -> String {
    match doubt {
        Doubt::Unanswered => "no answer".into(),
        Doubt::Refused(refusal) => refusal.to_string(),
        Doubt::Decided => "a person has decided".into(),
        Doubt::Pending => "Stripe is still at it".into(),
        Doubt::Ended { how } => how.clone(),
        Doubt::Restarted => "kioskd was restarted".into(),
    }
}

fn card_read(attempt: u32, card: &CardSeen) -> String {
    let brand = card.brand.as_deref().unwrap_or("card");
    let last4 = card.last4.as_deref().unwrap_or("????");
    format!("card {attempt} was read: {brand} …{last4}, nothing is authorized yet")
}

fn not_taken(why: &NotTaken) -> String {
    let (property, value) = match why {
        NotTaken::Brand { brand } => ("brands", brand),
        NotTaken::Funding { funding } => ("funding", funding),
        NotTaken::Country { country } => ("countries", country),
    };
    format!("not taken, by payment.accept or payment.reject: {property} {value}")
}

fn vend_doubt(doubt: &VendDoubt) -> String {
    match doubt {
        VendDoubt::Silent => "the dispenser does not answer: asking it".into(),
        VendDoubt::Unclear { why } => format!("the order may be written in part: {why}"),
        VendDoubt::Restarted => "kioskd was restarted meanwhile: asking the dispenser".into(),
        VendDoubt::PowerCut => "power was cut meanwhile: asking the dispenser".into(),
        VendDoubt::FoundAtStripe => "no journal tells: asking the dispenser".into(),
        VendDoubt::NoRecord => "no vend is on record: asking the dispenser to be sure".into(),
    }
}

fn retraction(why: &Retraction) -> String {
    match why {
        Retraction::CancelledOnKiosk => "the customer pressed CANCEL".into(),
        Retraction::CancelledOnReader => "the customer cancelled on the reader".into(),
        Retraction::TimedOut => "nobody presented a card in time".into(),
        Retraction::TooManyDeclines => "too many cards were declined".into(),
        Retraction::Restarted => "kioskd was restarted, the customer is not asked again".into(),
        Retraction::Stopping => "kioskd stops".into(),
        Retraction::StripeUnreachable => "Stripe did not answer in time".into(),
        Retraction::ReaderUnavailable { why } => format!("the reader did not ask: {why}"),
        Retraction::StripeRefused { why } => format!("Stripe refused: {why}"),
        Retraction::LeftBehind => "an earlier journal left it, or a reply that never came".into(),
        Retraction::CancelledAtStripe => "the PaymentIntent was cancelled at Stripe".into(),
    }
}

/// Which way the money goes.
pub fn settlement_words(settlement: Settlement) -> String {
    match settlement {
        Settlement::Capture { amount } => format!("capturing {amount}"),
        Settlement::Release => "releasing the hold".into(),
        Settlement::Refund { amount } => format!("refunding {amount}"),
    }
}

fn decision_words(decision: Decision) -> String {
    match decision {
        Decision::Capture { amount } => format!("capture {amount}"),
        Decision::Release => "release the hold".into(),
        Decision::Refund { amount } => format!("refund {amount}"),
        Decision::Dismiss => "nothing more is to be done".into(),
    }
}

/// A reason as the person gave it.
fn in_words(reason: Option<&String>) -> String {
    reason.map_or_else(String::new, |reason| format!(" (\"{reason}\")"))
}

fn card_away(why: &CardAway) -> String {
    match why {
        CardAway::Gone => "nobody was there to be asked".into(),
        CardAway::TimedOut => "nobody presented the card in time".into(),
        CardAway::Cancelled => "the customer cancelled".into(),
        CardAway::Restarted => "power was cut meanwhile".into(),
        CardAway::ReaderUnavailable { why } => format!("the reader did not ask: {why}"),
    }
}

fn found_words(found: Found) -> String {
    match found {
        Found::Canceled => "the PaymentIntent is cancelled".into(),
        Found::Captured { amount } => format!("{amount} captured"),
        Found::Refunded { amount } => format!("{amount} refunded"),
    }
}

fn because_words(because: Because) -> &'static str {
    match because {
        Because::Delivered => "the product came out",
        Because::PartlyDelivered => "a part of the products came out",
        Because::VendFailed => "the product did not come out",
        Because::VendUnknown => "nobody knows, and unknown_vend says so",
        Because::CustomerCancelled => "the customer had cancelled",
        Because::CustomerLetGo => "the customer had been told that any hold will be released",
        Because::TooOld => "the card was authorized too long ago to vend for it",
        Because::WaitedTooLong => "the item before took so long that nobody waits any more",
        Because::PartialApproval => "the card was authorized for less than the price",
        Because::BoardSilent => "no vend is on record, and the dispenser does not answer",
        Because::CancelUnderWay => "a cancel of unknown fate may still take the authorization",
        Because::PowerCut => "power was cut, and the dispenser does not know the sale",
        Because::FoundCaptured => "the money is captured, not held",
        Because::FoundUncaptured => "the money was never captured",
        Because::FoundPartlyRefunded => "a part is refunded already, and not by this kiosk",
    }
}

/// What a person has to decide about.
pub fn attention(why: &Attention) -> String {
    match why {
        Attention::VendUnknown => "did the product come out? (unknown_vend = \"hold\")".into(),
        Attention::CapturedElsewhere => "somebody else captured the PaymentIntent".into(),
        Attention::NotRecorded => {
            "the card was charged, and no journal tells whether the product came out".into()
        }
        Attention::NotOurs => "Stripe's reply names another sale: a cloned card?".into(),
        Attention::KeyClash => "the request's key was used by another kiosk: a cloned card?".into(),
        Attention::IntentUnknown => {
            "Stripe does not say which PaymentIntent it has, and the reader may have asked".into()
        }
        Attention::NothingToCapture => "no card is authorized: nothing to capture".into(),
        Attention::RefundNeedsCard { why } => format!(
            "the customer is owed a refund, which needs the card at the reader: {}",
            card_away(why)
        ),
        Attention::RefundFailed { status } => {
            format!("the refund did not succeed: Stripe calls it \"{status}\"")
        }
        Attention::Unreadable { what } => format!("the journal is damaged: {what}"),
    }
}
