//! What customers are told of a kiosk that is out of order.

use super::Speaker;
use crate::display::words::{Mood, Phrase, Words};
use crate::kiosk::Reason;

impl Speaker<'_> {
    /// Nothing is sold: why, and the code that whoever is called can look up.
    pub(super) fn nothing_sold(&self, reason: &Reason) -> Words {
        let is_empty = matches!(reason, Reason::SoldOut { .. });
        let headline = if is_empty { "sold-out" } else { "out-of-order" };
        let note = self.call(reason);
        Words { note, ..Words::new(Mood::Closed, self.say(headline), self.say(line(reason))) }
    }

    /// Nobody is to call about what ends by itself within a moment, or what is known already.
    fn call(&self, reason: &Reason) -> Option<Phrase> {
        if is_known(reason) {
            return None;
        }
        let code = reason.call_code().to_string();
        Some(match &self.help.phone {
            Some(phone) => {
                self.about("call", &[("phone", phone.as_str().into()), ("code", code.into())])
            }
            None => self.about("say-code", &[("code", code.into())]),
        })
    }
}

fn is_known(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::Starting
            | Reason::ReaderUnassigned
            | Reason::Sweeping
            | Reason::ReaderRestarting
            | Reason::ReaderUpdating
            | Reason::ReaderInUse
            | Reason::Drained { .. }
    )
}

/// The message of a reason.
pub(super) fn line(reason: &Reason) -> &'static str {
    match reason {
        Reason::Starting | Reason::ReaderUnassigned | Reason::Sweeping => "starting",
        Reason::Link { .. } | Reason::KeyRejected => "no-connection",
        Reason::ReaderOffline
        | Reason::ReaderDeaf
        | Reason::ReaderRefuses { .. }
        | Reason::ReaderNotFound => "reader-offline",
        Reason::ReaderRestarting => "reader-restarting",
        Reason::ReaderUpdating => "reader-updating",
        Reason::ReaderInUse => "reader-in-use",
        Reason::KeyTooNarrow { .. }
        | Reason::ReaderAssignedElsewhere { .. }
        | Reason::ReaderWrongMode { .. }
        | Reason::ReaderNoLocation
        | Reason::ReaderWrongCountry { .. }
        | Reason::NoCardPresent
        | Reason::PaymentsRefused { .. }
        | Reason::Exposure
        | Reason::DeadlineNear
        | Reason::Journal
        | Reason::Clone
        | Reason::OtherMode
        | Reason::PaymentNotFound => "needs-service",
        Reason::Drained { .. } => "maintenance",
        Reason::PriceRefused { .. } => "product-not-sold",
        Reason::SoldOut { .. } => "nothing-left",
        Reason::DispenserAway { .. } => "not-dispensed",
    }
}
