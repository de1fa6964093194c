//! What customers were told about their money, and what became of it: what the display called confirmed
//! is so in the end.

use super::{Evidence, Record};

/// What the customer reads about money. Amounts are minor units.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Said {
    /// Paid, thank you.
    Paid {
        /// So much.
        amount: u64,
    },
    /// A part is paid, and the rest is not charged.
    PartPaid {
        /// So much.
        kept: u64,
    },
    /// A part will be paid, and the rest be given back.
    PartWillBePaid {
        /// So much.
        kept: u64,
    },
    /// Not charged.
    NotCharged,
    /// Any hold will be released.
    HoldWillBeReleased,
    /// It will be refunded.
    WillBeRefunded,
    /// It was refunded.
    Refunded,
    /// The operator owes so much.
    Owed {
        /// So much.
        amount: u64,
    },
}

/// Something that was said, about one of these sales.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Promise {
    /// What.
    pub said: Said,
    /// The sale that was in front, and the one before it.
    pub about: Vec<String>,
}

/// What was said holds in the end of one of the sales that it may have been about. A person may
/// decide otherwise later, and where a person has to decide nothing is decided yet; a record that is
/// damaged or forgotten says nothing.
pub(super) fn promises_are_kept(evidence: &Evidence, found: &mut Vec<String>) {
    for Promise { said, about } in &evidence.promises {
        let holds = |sale: &String| {
            let Some(record) = evidence.sales.get(sale) else { return true };
            let excuses = &evidence.excuses;
            let excused = evidence.is_by_people(sale)
                || evidence.is_forgotten(sale)
                || excuses.damaged.contains(sale)
                || record.attention().is_some();
            excused || is_so(*said, evidence.kept(sale))
        };
        if !about.is_empty() && !about.iter().any(holds) {
            let ends = about.iter().map(|sale| {
                let outcome = evidence.sales.get(sale).and_then(Record::outcome);
                format!("{sale} is {outcome:?} and keeps {}", evidence.kept(sale))
            });
            let ends = ends.collect::<Vec<_>>().join(", ");
            found.push(format!("the display said {said:?}; {ends}"));
        }
    }
}

/// Whether it is so in the end. What Stripe had confirmed when it was said must stay so.
fn is_so(said: Said, kept: u64) -> bool {
    match said {
        Said::NotCharged | Said::Refunded | Said::HoldWillBeReleased | Said::WillBeRefunded => {
            kept == 0
        }
        Said::Paid { amount } => kept == amount,
        Said::PartPaid { kept: told } | Said::PartWillBePaid { kept: told } => kept == told,
        // A person decides.
        Said::Owed { .. } => true,
    }
}
