//! A command to the reader that failed: what follows is the same whether it asked for a card,
//! confirmed one, or asked for one again to refund it.

use crate::sale::fact::{Doubt, Fact};
use crate::sale::input::{Refusal, Trouble};

/// What a failed command leads to: nothing if it did not run, a doubt if it may have, and the end
/// of the attempt (`given_up`, with what Stripe said) if asking again is no use.
pub(super) fn failed(
    trouble: &Trouble,
    doubted: impl FnOnce(Doubt) -> Fact,
    given_up: impl FnOnce(String) -> Fact,
) -> Vec<Fact> {
    match trouble {
        Trouble::NotSent { .. } | Trouble::NotYet { .. } => Vec::new(),
        Trouble::Unknown { .. } => vec![doubted(Doubt::Unanswered)],
        Trouble::Refused(
            refusal @ (Refusal::ReaderBusy
            | Refusal::ReaderTimeout
            | Refusal::WrongState
            | Refusal::StripeFailed),
        ) => vec![doubted(Doubt::Refused(refusal.clone()))],
        Trouble::Refused(
            refusal @ (Refusal::ReaderOffline
            | Refusal::Expired
            | Refusal::NotFound
            | Refusal::Forbidden
            | Refusal::KeyClash
            | Refusal::Other { .. }),
        ) => vec![doubted(Doubt::Refused(refusal.clone())), given_up(refusal.to_string())],
    }
}
