//! What the display says about money, for the auditor.

use kioskd::kiosk::View;
use kioskd::kiosk::view::Rest;

use crate::auditor::promises::Said;

/// What a view says about money, if it says anything.
pub(crate) fn of_money(view: &View) -> Option<Said> {
    Some(match view {
        View::ThankYou { product, .. } => Said::Paid { amount: product.price.amount },
        View::NotCharged { .. } => Said::NotCharged,
        View::HoldWillBeReleased { .. } => Said::HoldWillBeReleased,
        View::WillBeRefunded { .. } => Said::WillBeRefunded,
        View::Refunded { .. } => Said::Refunded,
        View::MoneyOwed { amount, .. } => Said::Owed { amount: amount.amount },
        View::PartGiven { kept, rest, .. } => match rest {
            Rest::NotCharged | Rest::Refunded => Said::PartPaid { kept: kept.amount },
            Rest::WillBeReleased | Rest::WillBeRefunded => {
                Said::PartWillBePaid { kept: kept.amount }
            }
        },
        View::Idle
        | View::Shelf { .. }
        | View::Attract { .. }
        | View::Typing { .. }
        | View::Cart { .. }
        | View::Connecting { .. }
        | View::ReaderBusy { .. }
        | View::Blind { .. }
        | View::PresentCard { .. }
        | View::CardNotTaken { .. }
        | View::Authorizing { .. }
        | View::TakingBack { .. }
        | View::Dispensing { .. }
        | View::Checking { .. }
        | View::PresentCardAgain { .. }
        | View::OperatorDecides
        | View::NotNow { .. }
        | View::OutOfOrder { .. }
        | View::Wait
        | View::Stopping => return None,
    })
}
