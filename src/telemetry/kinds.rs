//! Which name a reason, a fact or a failed call has. The lists are closed: what is new has to be
//! named here before it compiles.

use crate::kiosk::Reason;
use crate::sale::Fact;
use crate::sale::fact::{Attention, Outcome};
use crate::sale::input::{Hindrance, Obstacle, Refusal, Trouble};
use crate::telemetry::names::{Name, alarms, business, calls, link_and_key, reader, sales};

/// The name of a reason not to sell. Its word is the reason's code.
pub fn of_reason(reason: &Reason) -> Name {
    match reason {
        Reason::Link { obstacle } => of_obstacle(*obstacle),
        Reason::Starting => link_and_key::STARTING,
        Reason::KeyRejected => link_and_key::API_KEY_REJECTED,
        Reason::KeyTooNarrow { .. } => link_and_key::API_KEY_TOO_NARROW,
        Reason::PaymentNotFound => link_and_key::PAYMENT_NOT_FOUND,
        Reason::OtherMode => link_and_key::OTHER_MODE,
        Reason::ReaderOffline => reader::READER_OFFLINE,
        Reason::ReaderRestarting => reader::READER_RESTARTING,
        Reason::ReaderDeaf => reader::READER_DEAF,
        Reason::ReaderUpdating => reader::READER_UPDATING,
        Reason::ReaderInUse => reader::READER_IN_USE,
        Reason::ReaderRefuses { .. } => reader::READER_REFUSES,
        Reason::ReaderNotFound => reader::READER_NOT_FOUND,
        Reason::ReaderAssignedElsewhere { .. } => reader::READER_ASSIGNED_ELSEWHERE,
        Reason::ReaderUnassigned => reader::READER_UNASSIGNED,
        Reason::ReaderWrongMode { .. } => reader::READER_WRONG_MODE,
        Reason::ReaderNoLocation => reader::READER_NO_LOCATION,
        Reason::ReaderWrongCountry { .. } => reader::READER_WRONG_COUNTRY,
        Reason::NoCardPresent => business::NO_CARD_PRESENT,
        Reason::PaymentsRefused { .. } => business::PAYMENTS_REFUSED,
        Reason::PriceRefused { .. } => business::PRICE_REFUSED,
        Reason::Exposure => business::EXPOSURE,
        Reason::DeadlineNear => business::DEADLINE_NEAR,
        Reason::Journal => business::JOURNAL,
        Reason::Clone => business::CLONE,
        Reason::Sweeping => business::SWEEPING,
        Reason::Drained { .. } => business::DRAINED,
        Reason::DispenserAway { .. } => business::DISPENSER_AWAY,
        Reason::SoldOut { .. } => business::SOLD_OUT,
    }
}

fn of_obstacle(obstacle: Obstacle) -> Name {
    match obstacle {
        Obstacle::Name | Obstacle::Network => link_and_key::NO_NETWORK,
        Obstacle::Connection | Obstacle::Silence => link_and_key::STRIPE_UNREACHABLE,
        Obstacle::Certificate => link_and_key::TLS_UNTRUSTED,
        Obstacle::Clock => link_and_key::CLOCK_WRONG,
        Obstacle::Stranger => link_and_key::CAPTIVE_PORTAL,
        Obstacle::Failing => link_and_key::STRIPE_FAILING,
    }
}

/// The name of a fact of a sale.
pub fn of_fact(fact: &Fact) -> Name {
    match fact {
        Fact::AttentionNeeded { why } => of_attention(why),
        Fact::Closed { outcome } => of_outcome(*outcome),
        Fact::PromptDoubted { .. }
        | Fact::ConfirmDoubted { .. }
        | Fact::ClearDoubted { .. }
        | Fact::FenceDoubted { .. }
        | Fact::SettlementDoubted { .. } => sales::DOUBTED,
        Fact::VendDoubted { .. } => sales::VEND_DOUBTED,
        Fact::VendFailed { .. } | Fact::VendSkipped { .. } => sales::VEND_FAILED,
        Fact::VendUnknown { .. } => sales::VEND_UNKNOWN,
        Fact::AnsweredLate { .. } => sales::ANSWERED_LATE,
        Fact::SettledElsewhere { .. } => sales::SETTLED_ELSEWHERE,
        Fact::RefundGivenUp { .. } => sales::REFUND_GIVEN_UP,
        Fact::KeyTooOld { .. } => sales::KEY_TOO_OLD,
        Fact::Adopted { .. } => sales::ADOPTED,
        Fact::Restarted { .. } => sales::RESTARTED,
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
        | Fact::RefundConfirmed { .. } => sales::SALE_STEP,
    }
}

fn of_outcome(outcome: Outcome) -> Name {
    match outcome {
        Outcome::Sold => sales::SOLD,
        Outcome::PartlySold => sales::PARTLY_SOLD,
        Outcome::Declined => sales::DECLINED,
        Outcome::Abandoned => sales::ABANDONED,
        Outcome::Released => sales::RELEASED,
        Outcome::Refunded => sales::REFUNDED,
        Outcome::Dismissed => sales::DISMISSED,
        Outcome::Lost => alarms::LOST,
    }
}

fn of_attention(why: &Attention) -> Name {
    match why {
        Attention::VendUnknown => alarms::ATTENTION_VEND_UNKNOWN,
        Attention::CapturedElsewhere => alarms::ATTENTION_CAPTURED_ELSEWHERE,
        Attention::NotRecorded => alarms::ATTENTION_NOT_RECORDED,
        Attention::NotOurs => alarms::ATTENTION_NOT_OURS,
        Attention::KeyClash => alarms::ATTENTION_KEY_CLASH,
        Attention::IntentUnknown => alarms::ATTENTION_INTENT_UNKNOWN,
        Attention::NothingToCapture => alarms::ATTENTION_NOTHING_TO_CAPTURE,
        Attention::RefundNeedsCard { .. } => alarms::ATTENTION_REFUND_NEEDS_CARD,
        Attention::RefundFailed { .. } => alarms::ATTENTION_REFUND_FAILED,
        Attention::Unreadable { .. } => alarms::ATTENTION_UNREADABLE,
    }
}

/// The name of a call that did not bring what was wanted.
pub fn of_trouble(trouble: &Trouble) -> Name {
    match trouble {
        Trouble::NotSent { .. } | Trouble::Unknown { .. } => calls::NO_ANSWER,
        Trouble::NotYet { why: Hindrance::KeyRejected } => calls::CALL_KEY_REJECTED,
        Trouble::NotYet { why: Hindrance::TooMany } => calls::CALL_TOO_MANY,
        Trouble::NotYet { why: Hindrance::KeyInUse } => calls::CALL_KEY_IN_USE,
        Trouble::Refused(refusal) => match refusal {
            Refusal::ReaderBusy | Refusal::ReaderTimeout | Refusal::ReaderOffline => {
                calls::READER_DID_NOT
            }
            Refusal::WrongState | Refusal::Expired => calls::PAYMENT_MOVED_ON,
            Refusal::NotFound => calls::CALL_NOT_FOUND,
            Refusal::Forbidden => calls::CALL_FORBIDDEN,
            Refusal::KeyClash => calls::CALL_KEY_CLASH,
            Refusal::StripeFailed => calls::CALL_STRIPE_FAILED,
            Refusal::Other { .. } => calls::CALL_REFUSED,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `journalctl REASON=…`, `status` and the tables of the manual then speak of the same thing.
    #[test]
    fn the_word_of_a_reason_is_its_code() {
        let code = String::new;
        let reasons = [
            Reason::Link { obstacle: Obstacle::Name },
            Reason::Link { obstacle: Obstacle::Network },
            Reason::Link { obstacle: Obstacle::Connection },
            Reason::Link { obstacle: Obstacle::Silence },
            Reason::Link { obstacle: Obstacle::Certificate },
            Reason::Link { obstacle: Obstacle::Clock },
            Reason::Link { obstacle: Obstacle::Stranger },
            Reason::Link { obstacle: Obstacle::Failing },
            Reason::Starting,
            Reason::KeyRejected,
            Reason::KeyTooNarrow { denied: crate::kiosk::out_of_order::Denied::ReadReader },
            Reason::PaymentNotFound,
            Reason::OtherMode,
            Reason::ReaderOffline,
            Reason::ReaderRestarting,
            Reason::ReaderDeaf,
            Reason::ReaderUpdating,
            Reason::ReaderInUse,
            Reason::ReaderRefuses { code: code() },
            Reason::ReaderNotFound,
            Reason::ReaderAssignedElsewhere {
                controller: String::new(),
                kiosk: None,
                ours: "board".parse().unwrap(),
            },
            Reason::ReaderUnassigned,
            Reason::ReaderWrongMode { live: true },
            Reason::ReaderNoLocation,
            Reason::ReaderWrongCountry {
                country: "CA".into(),
                takes: "cad",
                ours: "usd".parse().unwrap(),
            },
            Reason::NoCardPresent,
            Reason::PaymentsRefused { code: code() },
            Reason::PriceRefused { product: "A1".parse().unwrap(), code: code() },
            Reason::Exposure,
            Reason::DeadlineNear,
            Reason::Journal,
            Reason::Clone,
            Reason::Sweeping,
            Reason::Drained { by: "root".into(), why: None },
            Reason::DispenserAway { dispenser: "main".parse().unwrap() },
            Reason::SoldOut { product: "A1".parse().unwrap() },
        ];
        let mut words: Vec<_> = reasons.iter().map(|reason| of_reason(reason).word).collect();
        for (reason, word) in reasons.iter().zip(&words) {
            assert_eq!(*word, reason.code());
        }
        words.sort_unstable();
        words.dedup();
        let files = [link_and_key::ALL, reader::ALL, business::ALL];
        let named = files.iter().flat_map(|file| file.iter());
        assert_eq!(words.len() + 1, named.count(), "each has one, and `over` is no reason");
    }

    #[test]
    fn the_word_of_an_outcome_is_the_outcomes() {
        let outcomes = [
            Outcome::Sold,
            Outcome::PartlySold,
            Outcome::Declined,
            Outcome::Abandoned,
            Outcome::Released,
            Outcome::Refunded,
            Outcome::Dismissed,
            Outcome::Lost,
        ];
        for outcome in outcomes {
            assert_eq!(of_outcome(outcome).word, outcome.word());
        }
    }
}
