//! Looks that need a second call: what the first one showed is kept until the PaymentIntent is read.

use crate::daemon::driver::{Driver, Now};
use crate::daemon::flights::{Flight, Purpose};
use crate::ids::SaleId;
use crate::sale::input::{Reply, Seen, Trouble};
use crate::sale::{Input, Phase};
use crate::stripe::Request;

impl Driver {
    /// The refunds of a sale were read; whether there is anything to refund, the PaymentIntent says.
    pub(super) fn refunds_listed(&mut self, sale: SaleId, flight: &Flight, reply: Reply, now: Now) {
        let intent = self.kiosk.sale(&sale).and_then(|sale| sale.intent.clone());
        let (Ok(Seen { refunds: Some(refunds), .. }), Some(intent)) = (&reply.result, intent)
        else {
            self.give(&sale, &Input::Replied(Box::new(reply)), now);
            return;
        };
        let purpose = Purpose::RefundsIntent { sale, refunds: refunds.clone() };
        let request = Request::ReadIntent { intent };
        self.start(Flight { purpose, request, asked: flight.asked, sent: now.moment });
    }

    /// A sale's look at the reader has ended. Where the reader shows something else, or cannot be
    /// read, the PaymentIntent is read by itself.
    pub(super) fn looked(&mut self, id: &SaleId, flight: &Flight, reply: Reply, now: Now) {
        let Some(sale) = self.kiosk.sale(id) else { return };
        // A refund is told by the refunds, not by the PaymentIntent.
        if matches!(sale.phase, Phase::Refunding(_)) {
            self.give(id, &Input::Replied(Box::new(reply)), now);
            return;
        }
        let Some(intent) = sale.intent.clone() else { return };
        let sees_ours = |seen: &Seen| seen.intent.as_ref().is_some_and(|seen| seen.id == intent);
        let reader = match &reply.result {
            Ok(seen) if !sees_ours(seen) => seen.reader.clone(),
            Err(Trouble::Refused(_)) => None,
            Ok(_)
            | Err(Trouble::NotSent { .. } | Trouble::Unknown { .. } | Trouble::NotYet { .. }) => {
                self.give(id, &Input::Replied(Box::new(reply)), now);
                return;
            }
        };
        let purpose = Purpose::LookIntent { sale: id.clone(), reader };
        let request = Request::ReadIntent { intent };
        self.start(Flight { purpose, request, asked: flight.asked, sent: now.moment });
    }
}
