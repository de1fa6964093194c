//! A call has ended: what it says of the link and the reader, when its like goes again, and whom it
//! concerns.

use crate::daemon::driver::{Driver, Effect, HURRY_WITHIN, Now};
use crate::daemon::flights::{FlightId, Purpose, Setback};
use crate::sale::input::{Call, Refusal, Reply, Seen, Trouble};
use crate::sale::{Input, Sale};
use crate::stripe::meaning::{Answer, NoAnswer};
use crate::stripe::understand;

impl Driver {
    /// A call has ended.
    pub(super) fn replied(&mut self, id: FlightId, result: &Result<Answer, NoAnswer>, now: Now) {
        let Some(flight) = self.flights.end(id) else { return };
        let understood = understand(flight.request.expected(), result);
        let call = flight.purpose.call();
        let reply = Reply { call, asked: flight.asked, result: understood };
        let was_down = self.kiosk.is_stripe_unreachable();
        // The second half of a look concerns the PaymentIntent alone.
        let second_half =
            matches!(flight.purpose, Purpose::LookIntent { .. } | Purpose::RefundsIntent { .. });
        let about = if second_half { Call::Inspect } else { call };
        let heard = Reply { call: about, ..reply.clone() };
        let reader = flight.request.reader();
        if reader.is_some_and(|reader| *reader != self.kiosk.setup().reader) {
            self.kiosk.heard_of_link(&heard, now.since());
        } else if !matches!(flight.purpose, Purpose::ShowCart | Purpose::ShowMenu)
            || heard.result.is_ok()
        {
            // What is not shown says nothing of the reader: it had a few seconds.
            self.kiosk.heard(flight.purpose.sale(), &heard, now.since());
        }
        if was_down && !self.kiosk.is_stripe_unreachable() {
            self.flights.hurry(now.moment, HURRY_WITHIN, &mut self.rng);
        }
        self.effects.extend(self.kiosk.take_menu_answer().map(Effect::MenuAnswered));
        self.give_up_on_lost_reader(now);
        match &reply.result {
            Ok(_) => {
                if let Some(lasted) = self.flights.went_well(&flight.purpose, now.moment) {
                    let sale = flight.purpose.sale().cloned();
                    self.effects.push(Effect::CallWorks { sale, call, lasted });
                }
            }
            Err(trouble) => {
                self.went_wrong(&flight.purpose, trouble, result.as_ref().ok(), now);
            }
        }
        match flight.purpose.clone() {
            Purpose::Sale { sale, call: Call::Look } => self.looked(&sale, &flight, reply, now),
            Purpose::Sale { sale, call: Call::ListRefunds } => {
                self.refunds_listed(sale, &flight, reply, now);
            }
            Purpose::Sale { sale, .. } => {
                self.give(&sale, &Input::Replied(Box::new(reply)), now);
            }
            Purpose::LookIntent { sale, reader } => {
                let result = reply.result.map(|seen| Seen { reader, ..seen });
                let reply = Reply { result, ..reply };
                self.give(&sale, &Input::Replied(Box::new(reply)), now);
            }
            Purpose::RefundsIntent { sale, refunds } => {
                let result = reply.result.map(|seen| Seen { refunds: Some(refunds), ..seen });
                let reply = Reply { result, ..reply };
                self.give(&sale, &Input::Replied(Box::new(reply)), now);
            }
            Purpose::Clear if reply.result.is_ok() => self.kiosk.dead_action_cleared(),
            Purpose::ShowCart => self.kiosk.display_answered(&reply.result, now.moment),
            Purpose::ShowMenu => self.kiosk.menu_answered(reply.result.as_ref().err(), now.moment),
            Purpose::Sweep => self.page_read(&reply.result, result, now),
            Purpose::Trial => self.account_tried(&reply.result, now),
            Purpose::Place { location } => self.place_read(location, &reply.result, result, now),
            Purpose::Spare if reply.result.is_err() => self.kiosk.sweep_again(now.moment),
            Purpose::Clear | Purpose::ReaderLook | Purpose::Claim | Purpose::Spare => {}
        }
        if let Some(request_id) = result.as_ref().ok().and_then(|it| it.request_id.as_ref()) {
            for effect in &mut self.effects {
                if let Effect::Happened { about, .. } = effect {
                    about.request_id = Some(request_id.clone());
                }
            }
        }
        // A late reply of a sale that is over leaves nothing behind.
        if let Some(sale) = flight.purpose.sale().filter(|sale| self.kiosk.sale(sale).is_none()) {
            self.flights.forget(sale);
        }
    }

    /// A call did not bring what was wanted: when its like goes again.
    fn went_wrong(
        &mut self,
        purpose: &Purpose,
        trouble: &Trouble,
        answer: Option<&Answer>,
        now: Now,
    ) {
        let call = purpose.call();
        let front = self.kiosk.front_sale().map(Sale::id);
        let setback = Setback {
            asked_to_wait: answer.and_then(|answer| answer.retry_after),
            customer_waits: front.is_some() && front == purpose.sale(),
            refused: matches!(trouble, Trouble::Refused(Refusal::Forbidden | Refusal::NotFound)),
            draw: self.rng.f64(),
        };
        let busy = *trouble == Trouble::Refused(Refusal::ReaderBusy);
        if busy && purpose.sale().is_some() && matches!(call, Call::ClearReader { .. }) {
            self.flights.reader_was_busy(purpose, now.moment);
        } else {
            self.flights.went_wrong(purpose, trouble, now.moment, setback);
        }
        let told = self.flights.tell(purpose, trouble, self.kiosk.reasons(), now.since());
        let (sale, trouble) = (purpose.sale().cloned(), trouble.clone());
        let request_id = answer.and_then(|answer| answer.request_id.clone());
        self.effects.push(Effect::CallFailed { sale, call, trouble, request_id, told });
    }
}
