//! From wishes to effects: what is wanted is compared with what is under way, and what is missing
//! is started, if nothing stands in its way.

use std::time::Duration;

use crate::daemon::driver::{Driver, Effect, Now};
use crate::daemon::flights::{Flight, Purpose};
use crate::ids::{PaymentIntentId, SaleId};
use crate::kiosk::reader::ReaderWish;
use crate::sale::input::{Call, VendNews};
use crate::sale::{Input, Sale, Want, duty};
use crate::stripe::Request;
use crate::time::Moment;

/// How often time alone may change a sale in one turn: a bound against a sale that never rests.
const TIMER_ROUNDS: usize = 8;

impl Driver {
    /// Compares what is wanted with what is under way, and starts what is missing.
    pub(super) fn reconcile(&mut self, now: Now) {
        self.wake = None;
        self.let_time_pass(now);
        self.kiosk.release_waiting_customer(now.moment);
        let sales: Vec<Sale> = self.kiosk.sales().cloned().collect();
        for sale in &sales {
            let duty = duty(sale);
            self.pursue(sale, duty.want, now);
            if let Some(wake) = duty.wake {
                self.wake_at(self.kiosk.due(sale, wake.at));
            }
        }
        self.pursue_reader_wish(now.moment);
        for batch in self.ledger.retries(now.moment) {
            self.effects.push(Effect::Commit(batch));
        }
        let lazy = self.ledger.lazy_batch(now.moment);
        self.effects.extend(lazy.map(Effect::Commit));
        let view = self.kiosk.view(now.moment);
        if self.shown.as_ref() != Some(&view) {
            self.shown = Some(view.clone());
            self.effects.push(Effect::Show(view));
        }
        let others = [self.ledger.next_wake(), self.kiosk.next_view_change(now.moment)];
        for at in others.into_iter().flatten() {
            self.wake_at(at);
        }
        // A wish of the past that could not be fulfilled must not make the loop spin.
        self.wake = self.wake.map(|at| at.max(now.moment + Duration::from_millis(1)));
    }

    fn let_time_pass(&mut self, now: Now) {
        for _ in 0..TIMER_ROUNDS {
            let due: Vec<SaleId> = self
                .kiosk
                .sales()
                .filter(|sale| {
                    duty(sale).wake.is_some_and(|wake| self.kiosk.due(sale, wake.at) <= now.moment)
                })
                .map(|sale| sale.id().clone())
                .collect();
            if due.is_empty() {
                return;
            }
            for sale in due {
                self.give(&sale, &Input::Timer, now);
            }
        }
    }

    /// Starts what one sale wants, if nothing stands in its way.
    fn pursue(&mut self, sale: &Sale, want: Want, now: Now) {
        let id = sale.id();
        if want.waits_for_disk() && !self.ledger.is_flushed(id) {
            self.give_up_stale_vend(id, &want, now);
            return;
        }
        match want {
            Want::Nothing => {}
            Want::Dispense { dispenser, slot, fire_by } => {
                if self.fired.get(id) == Some(&fire_by) {
                    return;
                }
                if now.moment > fire_by {
                    self.never_fired(id, now);
                    return;
                }
                self.fired.insert(id.clone(), fire_by);
                self.effects.push(Effect::Vend { dispenser, sale: id.clone(), slot });
            }
            Want::AskDispenser { dispenser, every } => {
                let due = self.asked_dispenser.get(id).map(|asked| *asked + every);
                if let Some(due) = due.filter(|due| *due > now.moment) {
                    self.wake_at(due);
                    return;
                }
                self.asked_dispenser.insert(id.clone(), now.moment);
                self.wake_at(now.moment + every);
                self.effects.push(Effect::AskDispenser { dispenser, sale: id.clone() });
            }
            Want::PromptReader { .. } if !self.kiosk.may_prompt(id) => {}
            Want::Look { every, .. } | Want::Inspect { every, .. } => {
                self.pursue_call(sale, &want, every, now.moment);
            }
            Want::CreateIntent { .. }
            | Want::PromptReader { .. }
            | Want::ClearReader { .. }
            | Want::CancelIntent { .. }
            | Want::Capture { .. } => self.pursue_call(sale, &want, Duration::ZERO, now.moment),
        }
    }

    /// A vend that could not be recorded in time is not made any more.
    fn give_up_stale_vend(&mut self, id: &SaleId, want: &Want, now: Now) {
        if let Want::Dispense { fire_by, .. } = want {
            if now.moment > *fire_by {
                self.never_fired(id, now);
            } else {
                self.wake_at(*fire_by + Duration::from_millis(1));
            }
        }
    }

    fn never_fired(&mut self, id: &SaleId, now: Now) {
        let why = "it could not be recorded in time, so it was not ordered".into();
        self.give(id, &Input::Dispenser(VendNews::NeverSent { why }), now);
    }

    fn pursue_call(&mut self, sale: &Sale, want: &Want, pace: Duration, now: Moment) {
        // With a key of the other mode Stripe would know nothing of this sale, or make it anew.
        if sale.opened.livemode != self.kiosk.setup().livemode {
            return;
        }
        let Some(call) = want.call() else { return };
        let Some(request) = request_for(sale, want, call) else { return };
        let purpose = Purpose::Sale { sale: sale.id().clone(), call };
        let wait = self.flights.wait_until(&purpose);
        self.start_after(wait, Flight { purpose, request, asked: now, sent: now }, pace);
    }

    /// The kiosk's own look at the reader, or the clearing of what stands on it for nothing.
    fn pursue_reader_wish(&mut self, now: Moment) {
        let reader = self.kiosk.setup().reader.clone();
        let wish = self.kiosk.reader_wish();
        let (purpose, request, pace) = match wish {
            ReaderWish::Nothing => return,
            ReaderWish::Look => {
                (Purpose::ReaderLook, Request::ReadReader { reader }, Duration::ZERO)
            }
            ReaderWish::Probe { every } => {
                (Purpose::ReaderLook, Request::ReadReader { reader }, every)
            }
            ReaderWish::ClearDead => {
                (Purpose::ClearDead, Request::ClearReader { reader, key: None }, Duration::ZERO)
            }
        };
        // A customer's look does not wait for the pace of the probes before it.
        let wait = match wish {
            ReaderWish::Look => self.flights.backs_off_until(&purpose),
            ReaderWish::Nothing | ReaderWish::Probe { .. } | ReaderWish::ClearDead => {
                self.flights.wait_until(&purpose)
            }
        };
        self.start_after(wait, Flight { purpose, request, asked: now, sent: now }, pace);
    }

    /// Starts a call, unless something like it is under way or it has to wait; the next of its kind
    /// then goes no sooner than `pace` later.
    fn start_after(&mut self, wait: Option<Moment>, flight: Flight, pace: Duration) {
        if !self.flights.is_clear(&flight.purpose, &flight.request) {
            return;
        }
        if let Some(until) = wait.filter(|until| *until > flight.sent) {
            self.wake_at(until);
            return;
        }
        self.flights.pace(&flight.purpose, flight.sent + pace);
        self.start(flight);
    }

    pub(super) fn start(&mut self, flight: Flight) {
        let request = flight.request.clone();
        let flight = self.flights.start(flight);
        self.effects.push(Effect::Call { flight, request });
    }

    fn wake_at(&mut self, at: Moment) {
        self.wake = Some(self.wake.map_or(at, |before| before.min(at)));
    }
}

/// The request that fulfils a wish of a sale.
fn request_for(sale: &Sale, want: &Want, call: Call) -> Option<Request> {
    let reader = sale.opened.reader.clone();
    let key = call.key(sale);
    let of = |intent: &PaymentIntentId| intent.clone();
    Some(match want {
        Want::CreateIntent { .. } => {
            Request::CreateIntent { opened: Box::new(sale.opened.clone()), key: key? }
        }
        Want::PromptReader { intent, .. } => Request::Process {
            reader,
            intent: of(intent),
            customer_cancellation: sale.opened.policy.customer_cancellation,
            key: key?,
        },
        Want::Look { .. } => Request::ReadReader { reader },
        Want::Inspect { intent, .. } => Request::ReadIntent { intent: of(intent) },
        Want::ClearReader { .. } => Request::ClearReader { reader, key },
        Want::CancelIntent { intent, .. } => {
            Request::CancelIntent { intent: of(intent), key: key? }
        }
        Want::Capture { intent, amount, .. } => {
            Request::Capture { intent: of(intent), amount: *amount, key: key? }
        }
        Want::Nothing | Want::Dispense { .. } | Want::AskDispenser { .. } => return None,
    })
}
