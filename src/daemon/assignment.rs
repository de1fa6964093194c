//! What follows from whose the reader is, and what people order of it.

use crate::daemon::driver::{Driver, Effect, Now};
use crate::daemon::flights::{Flight, Purpose};
use crate::ids::SaleId;
use crate::kiosk::claim::{OrderRefused, ReaderOrder};
use crate::sale::Input;
use crate::stripe::Request;
use crate::time::Moment;

impl Driver {
    /// A sale that waits for a reader of another board would wait in vain.
    pub(super) fn give_up_on_lost_reader(&mut self, now: Now) {
        if !self.kiosk.is_reader_elsewhere() {
            return;
        }
        let setup = self.kiosk.setup();
        let waiting = self.kiosk.sales().filter(|sale| {
            sale.opened.reader == setup.reader && sale.opened.livemode == setup.livemode
        });
        let waiting: Vec<SaleId> = waiting.map(|sale| sale.id().clone()).collect();
        for sale in waiting {
            self.give(&sale, &Input::ReaderLost, now);
        }
    }

    /// An order is carried out at once, or refused with the reason.
    pub(super) fn ordered(&mut self, order: ReaderOrder, now: Moment) {
        if let Err(why) = self.kiosk.may_order(order) {
            self.effects.push(Effect::OrderRefused(why));
            return;
        }
        let reader = self.kiosk.setup().reader.clone();
        let (purpose, request) = match order {
            ReaderOrder::Look => (Purpose::ReaderLook, Request::ReadReader { reader }),
            ReaderOrder::Assign { .. } => (Purpose::Claim, self.assign_request()),
            ReaderOrder::Reset => (Purpose::Clear, Request::ClearReader { reader, key: None }),
        };
        if !self.flights.is_clear(&purpose, &request) {
            self.effects.push(Effect::OrderRefused(OrderRefused::Occupied));
            return;
        }
        let flight = self.start(Flight { purpose, request, asked: now, sent: now });
        self.effects.push(Effect::Ordered(flight));
    }

    /// The claim of this board on the reader.
    pub(super) fn assign_request(&self) -> Request {
        let setup = self.kiosk.setup();
        Request::AssignReader {
            reader: setup.reader.clone(),
            controller: setup.origin.controller.clone(),
            kiosk: setup.origin.kiosk.clone(),
        }
    }
}
