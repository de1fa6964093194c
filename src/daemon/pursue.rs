//! From wishes to effects: what is wanted is compared with what is under way, and what is missing
//! is started, if nothing stands in its way.

use std::time::Duration;

use crate::daemon::driver::{Driver, Effect, Now};
use crate::daemon::flights::{Flight, FlightId, Purpose};
use crate::dispenser::Vend;
use crate::ids::{ItemNumber, PaymentIntentId, SaleId};
use crate::kiosk::reader_wish::ReaderWish;
use crate::kiosk::{Reason, View};
use crate::sale::duty::Pace;
use crate::sale::fact::Flow;
use crate::sale::input::{Call, VendNews};
use crate::sale::{Input, Phase, Sale, Want, duty};
use crate::stripe::Request;
use crate::stripe::request::Refund;
use crate::time::Moment;

/// How often time alone may change a sale in one turn: a bound against a sale that never rests.
const TIMER_ROUNDS: usize = 8;

/// A prompt that was not answered within this time is slow: the reader is looked at meanwhile.
const SLOW_COMMAND: Duration = Duration::from_secs(2);

/// How often, then.
const SLOW_COMMAND_LOOKS: Pace = Pace::Every(Duration::from_secs(1));

/// How often the reader is looked at while the card's issuer is being asked: the result is near.
const AUTHORIZATION_LOOKS: Pace = Pace::Every(Duration::from_millis(300));

/// A reader whose power was switched off and on takes commands again by then.
const READER_STARTS_WITHIN: Duration = Duration::from_mins(3);

/// How often the reader is looked at before it is cleared, if something else stands between.
const LOOKS_BEFORE_CLEARING: Pace = Pace::Every(Duration::from_secs(1));

/// What is written on the reader may be read back late; it is not written again and again meanwhile.
const CLAIMS_APART: Pace = Pace::Every(Duration::from_secs(10));

/// How many calls for older sales may be under way at once.
const SETTLE_AT_ONCE: usize = 3;

impl Driver {
    /// Compares what is wanted with what is under way, and starts what is missing.
    pub(super) fn reconcile(&mut self, now: Now) {
        self.wake = None;
        self.let_time_pass(now);
        self.kiosk.release_waiting_customer(now.moment);
        self.kiosk.empty_left_cart(now.moment);
        self.kiosk.judge_open_sales(now.since());
        self.kiosk.judge_stock(now.since());
        for sale in &self.kiosk.sales_by_urgency() {
            let duty = duty(sale);
            self.pursue(sale, duty.want, now);
            if let Some(wake) = duty.wake {
                self.wake_at(self.kiosk.due(sale, wake.at));
            }
        }
        self.pursue_reader_wish(now.moment);
        self.power_cycle_deaf_reader(now.moment);
        self.pursue_sweep(now.moment);
        self.pursue_place(now.moment);
        self.pursue_account(now.moment);
        for batch in self.ledger.retries(now.moment) {
            self.effects.push(Effect::Commit(batch));
        }
        let lazy = self.ledger.lazy_batch(now.moment);
        self.effects.extend(lazy.map(Effect::Commit));
        self.answer_orders(now.moment);
        self.answer_filling(now.moment);
        self.show(now.moment);
        let others = [self.ledger.next_wake(), self.kiosk.next_view_change(now.moment)];
        for at in others.into_iter().flatten() {
            self.wake_at(at);
        }
        // A wish of the past that could not be fulfilled must not make the loop spin.
        self.wake = self.wake.map(|at| at.max(now.moment + Duration::from_millis(1)));
    }

    /// Has shown what is to be seen now, if it is something else than before.
    fn show(&mut self, now: Moment) {
        let view = self.kiosk.view(now);
        self.kiosk.watch_the_room(&view, now);
        let language = self.kiosk.language();
        if self.language != language {
            self.language = language;
            self.effects.push(Effect::Speak { language });
        }
        let Some(view) = self.recorded(view) else { return };
        if self.shown.as_ref() != Some(&view) {
            self.shown = Some(view.clone());
            self.effects.push(Effect::Show(view));
        }
    }

    /// What customers are promised holds after a crash too: what was decided is on disk first.
    /// Meanwhile they see what they saw before; if the journal takes nothing, that the operator will
    /// see to it.
    fn recorded(&self, view: View) -> Option<View> {
        let Some(sale) = self.kiosk.told_sale().filter(|_| view.promises()) else {
            return Some(view);
        };
        // That a sale is taken back is no durable fact: it goes to the journal within a second.
        let is_hold = matches!(view, View::HoldWillBeReleased { .. });
        let is_recorded =
            self.ledger.is_flushed(sale) && !(is_hold && self.ledger.is_writing(sale));
        if !is_recorded && self.ledger.is_refused() {
            return Some(View::OperatorDecides);
        }
        is_recorded.then_some(view)
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
            // What is sought is found by the sweep, for all sales together.
            Want::Nothing | Want::FindIntent => {}
            Want::Dispense { item, dispenser, fire_by } => {
                if self.fired.get(id) == Some(&(item, fire_by)) {
                    return;
                }
                let Some(vend) = vend(sale, item).filter(|_| now.moment <= fire_by) else {
                    self.never_fired(id, item, now);
                    return;
                };
                self.fired.insert(id.clone(), (item, fire_by));
                self.effects.push(Effect::Vend { dispenser, vend: Box::new(vend) });
            }
            Want::AskDispenser { item, dispenser, every } => {
                let asked = self.asked_dispenser.get(id).filter(|(asked, _)| *asked == item);
                let due = asked.map(|(_, asked)| *asked + every);
                if let Some(due) = due.filter(|due| *due > now.moment) {
                    self.wake_at(due);
                    return;
                }
                self.asked_dispenser.insert(id.clone(), (item, now.moment));
                self.wake_at(now.moment + every);
                let order = sale.order(item);
                let ask = order.map(|order| Effect::AskDispenser { dispenser, order });
                self.effects.extend(ask);
            }
            Want::PromptReader { ref intent, .. } => {
                if self.kiosk.may_prompt(id) {
                    let look = Want::Look { intent: intent.clone(), pace: SLOW_COMMAND_LOOKS };
                    self.pursue_call(sale, &want, Pace::AT_ONCE, now.moment);
                    self.watch_slow_prompt(sale, &want, &look, now.moment);
                }
            }
            Want::RefundInPerson { .. } if !self.kiosk.may_prompt(id) => {}
            Want::ConfirmIntent { ref intent, .. } => {
                let look = Want::Look { intent: intent.clone(), pace: SLOW_COMMAND_LOOKS };
                self.pursue_call(sale, &want, Pace::AT_ONCE, now.moment);
                self.watch_slow_prompt(sale, &want, &look, now.moment);
            }
            Want::ClearReader { .. } if self.must_fence_beside_prompt(sale) => {
                self.fence_beside_prompt(sale, now.moment);
            }
            Want::Look { pace, .. } | Want::Inspect { pace, .. } => {
                let urgent = self.kiosk.sees_authorization_under_way(sale);
                let pace = if urgent { AUTHORIZATION_LOOKS } else { pace };
                self.pursue_call(sale, &want, pace, now.moment);
            }
            Want::ClearReader { .. } => self.clear_own_prompt(sale, &want, now.moment),
            Want::ListRefunds { pace, .. } => {
                self.pursue_call(sale, &want, pace, now.moment);
            }
            Want::CreateIntent { .. }
            | Want::CancelIntent { .. }
            | Want::Capture { .. }
            | Want::Refund { .. }
            | Want::RefundInPerson { .. } => {
                self.pursue_call(sale, &want, Pace::AT_ONCE, now.moment);
            }
        }
    }

    /// The reply to a prompt waits for the reader and can take more than a minute. Meanwhile the
    /// reader is watched: whoever taps is served.
    fn watch_slow_prompt(&mut self, sale: &Sale, prompt: &Want, look: &Want, now: Moment) {
        let Some(call) = prompt.call() else { return };
        let purpose = Purpose::Sale { sale: sale.id().clone(), call };
        let Some(waited) = self.flights.under_way_for(&purpose, now) else { return };
        if waited < SLOW_COMMAND {
            self.wake_at(now + SLOW_COMMAND.saturating_sub(waited));
            return;
        }
        self.pursue_call(sale, look, SLOW_COMMAND_LOOKS, now);
    }

    /// Whether a sale that is taken back still waits for the reader's answer to its prompt.
    fn must_fence_beside_prompt(&self, sale: &Sale) -> bool {
        let is_under_way =
            |call| self.flights.is_under_way(&Purpose::Sale { sale: sale.id().clone(), call });
        matches!(sale.phase, Phase::Retracting { .. })
            && (is_under_way(Call::Prompt { n: 0 }) || is_under_way(Call::Confirm { n: 0 }))
    }

    /// The reader cannot be cleared as long as it has not answered the prompt: commands go one at
    /// a time. The fence needs no reader.
    fn fence_beside_prompt(&mut self, sale: &Sale, now: Moment) {
        let Some(intent) = sale.intent.clone() else { return };
        let fence = Want::CancelIntent { intent, n: sale.keys.cancel };
        self.pursue_call(sale, &fence, Pace::AT_ONCE, now);
    }

    /// A clear that had to wait is sent on a new look alone: something else may have come to stand
    /// on the reader meanwhile.
    fn clear_own_prompt(&mut self, sale: &Sale, want: &Want, now: Moment) {
        let Some((call, intent)) = want.call().zip(sale.intent.clone()) else { return };
        let purpose = Purpose::Sale { sale: sale.id().clone(), call };
        let waits = self.flights.wait_until(&purpose, Pace::AT_ONCE).is_some_and(|at| at > now);
        // Of another reader, from before a change of the configuration, no look is remembered.
        let is_here = sale.opened.reader == self.kiosk.setup().reader;
        // What is taken back looks for itself; else what is seen is the kiosk's business alone.
        let is_taken_back = matches!(sale.phase, Phase::Retracting { .. });
        let is_free = if is_taken_back {
            self.kiosk.has_just_seen_prompt_of(sale, now)
        } else {
            self.kiosk.has_just_seen_nobody_but(sale, now)
        };
        if waits || !is_here || is_free {
            self.pursue_call(sale, want, Pace::AT_ONCE, now);
        } else if !is_taken_back {
            let request = Request::ReadReader { reader: sale.opened.reader.clone() };
            let flight = Flight { purpose: Purpose::ReaderLook, request, asked: now, sent: now };
            self.start_when_due(flight, LOOKS_BEFORE_CLEARING);
        } else if !self.flights.is_under_way(&purpose) {
            let look = Want::Look { intent, pace: LOOKS_BEFORE_CLEARING };
            self.pursue_call(sale, &look, LOOKS_BEFORE_CLEARING, now);
        }
    }

    /// A vend that could not be recorded in time is not made any more.
    fn give_up_stale_vend(&mut self, id: &SaleId, want: &Want, now: Now) {
        if let Want::Dispense { item, fire_by, .. } = want {
            if now.moment > *fire_by {
                self.never_fired(id, *item, now);
            } else {
                self.wake_at(*fire_by + Duration::from_millis(1));
            }
        }
    }

    fn never_fired(&mut self, id: &SaleId, item: ItemNumber, now: Now) {
        let why = "it could not be recorded in time, so it was not ordered".into();
        let news = VendNews::NeverSent { why };
        self.give(id, &Input::Dispenser { item, news }, now);
    }

    fn pursue_call(&mut self, sale: &Sale, want: &Want, pace: Pace, now: Moment) {
        // With a key of the other mode Stripe would know nothing of this sale, or make it anew.
        if sale.opened.livemode != self.kiosk.setup().livemode {
            return;
        }
        let Some(call) = want.call() else { return };
        let Some(request) = request_for(sale, want, call) else { return };
        // What settles behind the customer's back takes turns, the nearest deadline first.
        let front = self.kiosk.front_sale().map(Sale::id);
        let is_front = front == Some(sale.id()) || self.kiosk.holds_our_reader(sale);
        if !is_front && self.flights.of_others(front) >= SETTLE_AT_ONCE {
            return;
        }
        let purpose = Purpose::Sale { sale: sale.id().clone(), call };
        self.start_when_due(Flight { purpose, request, asked: now, sent: now }, pace);
    }

    /// The kiosk's own look at the reader, or the clearing of what stands on it for nothing.
    fn pursue_reader_wish(&mut self, now: Moment) {
        self.show_on_reader(now);
        self.show_menu(now);
        let reader = self.kiosk.setup().reader.clone();
        let wish = self.kiosk.claim_wish(now).unwrap_or_else(|| self.kiosk.reader_wish(now));
        let due = self.flights.wait_until(&Purpose::Clear, Pace::AT_ONCE);
        let is_due = due.is_none_or(|at| at <= now);
        let (purpose, request, pace) = match wish {
            ReaderWish::LookAt { at } if at > now => {
                self.wake_at(at);
                return;
            }
            ReaderWish::Look | ReaderWish::LookAt { .. } => {
                (Purpose::ReaderLook, Request::ReadReader { reader }, Pace::AT_ONCE)
            }
            ReaderWish::Probe { every } => {
                (Purpose::ReaderLook, Request::ReadReader { reader }, Pace::Every(every))
            }
            // After a wait something else may have come to stand on it.
            ReaderWish::Clear if is_due && !self.kiosk.is_just_seen(now) => {
                let look = Request::ReadReader { reader };
                (Purpose::ReaderLook, look, LOOKS_BEFORE_CLEARING)
            }
            ReaderWish::Clear => {
                (Purpose::Clear, Request::ClearReader { reader, key: None }, Pace::AT_ONCE)
            }
            ReaderWish::Claim => (Purpose::Claim, self.assign_request(), CLAIMS_APART),
        };
        self.start_when_due(Flight { purpose, request, asked: now, sent: now }, pace);
    }

    /// The product on the reader, while its PaymentIntent is being created.
    fn show_on_reader(&mut self, now: Moment) {
        let Some(sale) = self.kiosk.display_wanted(now) else { return };
        let (id, items) = (sale.id().clone(), sale.opened.items().cloned().collect());
        let request = Request::ShowCart { reader: self.kiosk.setup().reader.clone(), items };
        let purpose = Purpose::ShowCart;
        if self.flights.is_clear(&purpose, &request) {
            self.kiosk.display_sent(id);
            self.start(Flight { purpose, request, asked: now, sent: now });
        }
    }

    /// What there is to choose, on a reader that nobody needs for anything else.
    fn show_menu(&mut self, now: Moment) {
        let (kiosk, rng) = (&self.kiosk, &mut self.rng);
        let mark = || format!("{:016x}", rng.u64(..));
        let Some(menu) = kiosk.menu_wanted(now, mark) else { return };
        let setup = kiosk.setup();
        let (reader, controller) = (setup.reader.clone(), setup.origin.controller.clone());
        let request = Request::ShowMenu { reader, menu: Box::new(menu.clone()), controller };
        let purpose = Purpose::ShowMenu;
        let wait = self.flights.wait_until(&purpose, Pace::AT_ONCE).filter(|until| *until > now);
        if let Some(until) = wait {
            self.wake_at(until);
        } else if self.flights.is_clear(&purpose, &request) {
            self.kiosk.menu_sent(&menu, now);
            self.start(Flight { purpose, request, asked: now, sent: now });
        }
    }

    /// The last remedy for a reader that answers no command. It is repeated only if the reader was
    /// asked since it had the time to start, and was silent again.
    fn power_cycle_deaf_reader(&mut self, now: Moment) {
        let Some(every) = self.kiosk.setup().power_cycle_every else { return };
        let Some(silent) = self.kiosk.reasons().confirmed(&Reason::ReaderDeaf) else { return };
        let still = |last: Moment| silent > last + READER_STARTS_WITHIN;
        let again = self.power_cycled.is_none_or(|last| now >= last + every && still(last));
        if again && !self.kiosk.is_reader_held() {
            self.power_cycled = Some(now);
            self.effects.push(Effect::PowerCycleReader);
        }
    }

    /// Starts a call, unless something like it is under way or it has to wait.
    pub(super) fn start_when_due(&mut self, flight: Flight, pace: Pace) {
        if !self.flights.is_clear(&flight.purpose, &flight.request) {
            return;
        }
        let wait = self.flights.wait_until(&flight.purpose, pace);
        match wait.filter(|until| *until > flight.sent) {
            Some(until) => self.wake_at(until),
            None => {
                self.start(flight);
            }
        }
    }

    pub(super) fn start(&mut self, flight: Flight) -> FlightId {
        let request = flight.request.clone();
        let flight = self.flights.start(flight, self.rng.f64());
        self.effects.push(Effect::Call { flight, request });
        flight
    }

    pub(super) fn wake_at(&mut self, at: Moment) {
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
        Want::PromptReader { intent, .. } => {
            let (intent, key) = (of(intent), key?);
            let customer_cancellation = sale.opened.policy.customer_cancellation;
            match sale.opened.policy.flow {
                Flow::Process => Request::Process { reader, intent, customer_cancellation, key },
                Flow::CollectConfirm => {
                    Request::Collect { reader, intent, customer_cancellation, key }
                }
            }
        }
        Want::ConfirmIntent { intent, .. } => {
            Request::Confirm { reader, intent: of(intent), key: key? }
        }
        Want::Look { .. } => Request::ReadReader { reader },
        Want::Inspect { intent, .. } => Request::ReadIntent { intent: of(intent) },
        Want::ClearReader { .. } => Request::ClearReader { reader, key },
        Want::CancelIntent { intent, .. } => {
            Request::CancelIntent { intent: of(intent), key: key? }
        }
        Want::Capture { intent, amount, .. } => {
            Request::Capture { intent: of(intent), amount: *amount, key: key? }
        }
        Want::Refund { intent, amount, n } => Request::Refund(Refund {
            intent: of(intent),
            amount: *amount,
            sale: sale.id().clone(),
            n: *n,
            key: key?,
        }),
        Want::RefundInPerson { intent, amount, n } => Request::RefundInPerson {
            reader,
            refund: Refund {
                intent: of(intent),
                amount: *amount,
                sale: sale.id().clone(),
                n: *n,
                key: key?,
            },
        },
        Want::ListRefunds { intent, .. } => Request::ListRefunds { intent: of(intent) },
        Want::Nothing | Want::FindIntent | Want::Dispense { .. } | Want::AskDispenser { .. } => {
            return None;
        }
    })
}

/// What a dispenser is told of an item.
fn vend(sale: &Sale, number: ItemNumber) -> Option<Vend> {
    let (id, item) = (sale.order(number)?, sale.opened.item(number)?);
    Some(Vend {
        id,
        slot: item.slot.clone(),
        sale: sale.id().clone(),
        product: item.code.clone(),
        name: item.name.clone(),
        price: item.price,
    })
}
