//! What happens at the reader itself: cards, the cancel button, its connection and its screen.

use std::time::Duration;

use serde::Serialize;

use super::body::Body;
use super::cards::Card;
use super::charges::Attempt;
use super::condition::LeftBehind;
use super::error::{Refusal, SimulatorError};
use super::faults::{Fault, FaultKind};
use super::form::Form;
use super::intents::IntentStatus;
use super::model::Model;
use super::names::later;
use super::objects::View;
use super::reader::{Action, ActionKind, ActionState, Failure, Step};
use super::scheduled::Event;
use crate::ids::{PaymentIntentId, ReaderId};
use crate::money::Money;
use crate::time::WallTime;

/// What the reader shows to the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "screen", rename_all = "snake_case")]
pub enum Screen {
    /// Its welcome screen.
    Idle,
    /// A cart without asking for a card.
    Cart,
    /// A form to choose from, or to type a number into.
    Form,
    /// It asks for a card.
    PresentCard {
        /// What is to be paid.
        amount: Money,
        /// Whether it shows a cancel button.
        may_cancel: bool,
    },
    /// The issuer is being asked, or the reader is stuck.
    Processing {
        /// What is to be paid.
        amount: Money,
    },
    /// The card paid.
    Approved {
        /// What was paid.
        amount: Money,
    },
    /// The card was declined.
    Declined {
        /// What was to be paid.
        amount: Money,
    },
    /// The payment was canceled, here or through the API.
    Canceled,
    /// The payment ended for a technical reason.
    Failed,
    /// It has no connection.
    Offline,
}

impl Model {
    /// The customer holds a card to the reader.
    pub fn present_card(
        &mut self,
        reader: &ReaderId,
        card: Card,
        now: WallTime,
    ) -> Result<(), SimulatorError> {
        self.advance(now);
        if self.present_card_to_refund(reader, card) {
            self.advance(now);
            return Ok(());
        }
        let (intent, step, _) = self.waiting_payment(reader)?;
        if !self.intent(&intent).takes(&card) {
            let card_type = card.method_type();
            return Err(SimulatorError::CardNotTaken { reader: reader.clone(), card_type });
        }
        if step == Step::Collect {
            // An earlier card's late authorization leaves nothing to collect for.
            if self.is_collectable(&intent) {
                self.collected(reader, &intent, card);
            } else {
                self.fail_action(reader, Failure::IntentState);
            }
            return Ok(());
        }
        let until = later(self.now, self.setup.authorization_takes);
        if let Some(action) = &mut self.reader_mut(reader).action {
            action.state = ActionState::Authorizing { card, until };
        }
        let payable = self.intent(&intent).status == IntentStatus::RequiresPaymentMethod;
        if self.setup.shows_processing && payable {
            self.intent_mut(&intent).status = IntentStatus::Processing;
        }
        self.advance(now);
        Ok(())
    }

    /// The customer presses the reader's cancel button.
    pub fn press_cancel_on_reader(
        &mut self,
        reader: &ReaderId,
        now: WallTime,
    ) -> Result<(), SimulatorError> {
        self.advance(now);
        if let Some(result) = self.cancel_refund_on_reader(reader) {
            return result;
        }
        let (_, _, may_cancel) = self.waiting_payment(reader)?;
        if !may_cancel {
            return Err(SimulatorError::NotCancelable { reader: reader.clone() });
        }
        self.fail_action(reader, Failure::CustomerCanceled);
        Ok(())
    }

    /// Cuts or restores the reader's connection. A payment that is being authorized while it is
    /// cut is answered by the issuer, but its action stays `in_progress` for ever.
    pub fn set_reader_online(
        &mut self,
        reader: &ReaderId,
        online: bool,
        now: WallTime,
    ) -> Result<(), SimulatorError> {
        self.advance(now);
        let now = self.now;
        let found = self.readers.get_mut(reader);
        let found = found.ok_or_else(|| SimulatorError::NoReader { reader: reader.clone() })?;
        found.offline_since = if online { None } else { Some(found.offline_since.unwrap_or(now)) };
        Ok(())
    }

    /// What the reader shows, as of the time that the model was advanced to.
    pub fn reader_screen(&self, reader: &ReaderId) -> Screen {
        let Some(reader) = self.readers.get(reader).filter(|r| r.offline_since.is_none()) else {
            return Screen::Offline;
        };
        let Some(Action { kind, state, .. }) = &reader.action else { return Screen::Idle };
        let (intent, amount, may_cancel) = match kind {
            ActionKind::Payment { intent, amount, config, .. } => {
                (intent, amount, config.enable_customer_cancellation)
            }
            ActionKind::Refund(refund) => {
                (&refund.intent, &refund.amount, refund.enable_customer_cancellation)
            }
            ActionKind::Display { .. } => return Screen::Cart,
            ActionKind::Inputs(_) if reader.waiting_form().is_some() => return Screen::Form,
            ActionKind::Inputs(_) => return Screen::Idle,
        };
        let amount = Money::new(*amount, self.intent(intent).currency);
        let is_shown = |at: WallTime| later(at, self.setup.result_shown) > self.now;
        match state {
            ActionState::Waiting => {
                Screen::PresentCard { amount, may_cancel: may_cancel == Some(true) }
            }
            ActionState::Authorizing { .. }
            | ActionState::Collected { .. }
            | ActionState::Stuck => Screen::Processing { amount },
            ActionState::Succeeded { at } if is_shown(*at) => Screen::Approved { amount },
            ActionState::Failed { at, failure } if is_shown(*at) => match failure {
                Failure::Declined { .. } | Failure::OtherCard => Screen::Declined { amount },
                Failure::CustomerCanceled | Failure::IntentCanceled => Screen::Canceled,
                Failure::Connection
                | Failure::IntentState
                | Failure::NotConfirmed
                | Failure::PromptEnded
                | Failure::Hardware => Screen::Failed,
            },
            ActionState::Succeeded { .. } | ActionState::Failed { .. } => Screen::Idle,
        }
    }

    /// Stripe's test helper: presents a card through the API.
    pub(super) fn present_payment_method(
        &mut self,
        id: &str,
        form: &Form,
        view: &View,
    ) -> Result<Body, Refusal> {
        let kind = form.word("type", &["card_present", "interac_present"])?;
        let kind = kind.unwrap_or("card_present");
        let default = if kind == "interac_present" { Card::INTERAC } else { Card::VISA };
        let param = format!("{kind}[number]");
        let number = form.text(&param).unwrap_or(default.number());
        let reader = self.find_reader(id)?;
        let card = Card::from_number(number).ok().filter(|card| card.method_type() == kind);
        let Some(card) = card else {
            let message = format!("{number} is not a test number of {kind}.");
            return Err(Refusal::parameter(None, param, message));
        };
        match self.present_card(&reader, card, self.now) {
            Ok(()) => Ok(self.reader_json(&reader, view)),
            Err(error) => Err(Refusal {
                stored: true,
                ..Refusal::parameter(None, "reader", error.to_string())
            }),
        }
    }

    /// The payment that waits for a card, which part of it that is, and whether the reader shows a
    /// cancel button.
    fn waiting_payment(
        &self,
        reader: &ReaderId,
    ) -> Result<(PaymentIntentId, Step, bool), SimulatorError> {
        let found = self.readers.get(reader);
        let found = found.ok_or_else(|| SimulatorError::NoReader { reader: reader.clone() })?;
        if found.offline_since.is_some() {
            return Err(SimulatorError::Offline { reader: reader.clone() });
        }
        let not_presenting = || SimulatorError::NotPresenting { reader: reader.clone() };
        match found.action.as_ref().ok_or_else(not_presenting)? {
            Action {
                kind: ActionKind::Payment { intent, config, step, .. },
                state: ActionState::Waiting,
                ..
            } => Ok((intent.clone(), *step, config.enable_customer_cancellation == Some(true))),
            Action {
                kind:
                    ActionKind::Payment { .. }
                    | ActionKind::Display { .. }
                    | ActionKind::Refund(_)
                    | ActionKind::Inputs(_),
                ..
            } => Err(not_presenting()),
        }
    }

    /// Authorizations whose time has come are answered.
    pub(super) fn finish_authorizations(&mut self) {
        let now = self.now;
        let due = self.readers.iter().filter(|(_, r)| r.answers_at().is_some_and(|at| at <= now));
        let due: Vec<ReaderId> = due.map(|(id, _)| id.clone()).collect();
        for reader in due {
            self.finish_refund_at(&reader);
            self.finish_authorization(&reader);
        }
    }

    fn finish_authorization(&mut self, reader: &ReaderId) {
        let action = self.readers[reader].action.as_ref();
        let Some(Action {
            kind: ActionKind::Payment { intent, amount, .. },
            state: ActionState::Authorizing { card, .. },
            ..
        }) = action
        else {
            return;
        };
        let (intent, reader_id) = (intent.clone(), reader.clone());
        let attempt = Attempt { intent, reader: reader_id, amount: *amount, card: *card };
        match self.intent(&attempt.intent).status {
            IntentStatus::RequiresPaymentMethod
            | IntentStatus::RequiresConfirmation
            | IntentStatus::Processing => {}
            IntentStatus::RequiresCapture | IntentStatus::Succeeded | IntentStatus::Canceled => {
                return self.fail_action(reader, Failure::IntentState);
            }
        }
        let intent = self.intent_mut(&attempt.intent);
        intent.status = IntentStatus::RequiresPaymentMethod;
        intent.collected = None;
        match self.faults.strike(reader, FaultKind::Payment) {
            Some(Fault::StuckAction { authorizes }) => {
                if authorizes {
                    self.authorize(attempt);
                }
                self.set_action_state(reader, ActionState::Stuck);
            }
            Some(Fault::ConnectionError { authorizes, after_ms }) => {
                if authorizes {
                    let at = later(self.now, Duration::from_millis(after_ms));
                    self.schedule.add(at, Event::Authorization(attempt));
                }
                self.fail_action(reader, Failure::Connection);
            }
            Some(Fault::HardwareFault) => self.fail_action(reader, Failure::Hardware),
            Some(Fault::Declined { decline_code }) => {
                let card = attempt.card.declined_with(decline_code);
                self.report_authorization(reader, Attempt { card, ..attempt });
            }
            Some(
                Fault::Offline
                | Fault::Timeout { .. }
                | Fault::PromptEnds { .. }
                | Fault::ForeignAction
                | Fault::ForeignDisplay
                | Fault::Updating { .. },
            )
            | None => self.report_authorization(reader, attempt),
        }
    }

    /// The action of a reader ends without the reader. What the issuer was asked is answered.
    pub(super) fn interrupt_action(&mut self, reader: &ReaderId, left: LeftBehind) {
        if self.readers[reader].running_refund().is_some() {
            // Whoever has presented the card gets the money back; what is stuck is stuck no more.
            self.finish_refund_at(reader);
            if left == LeftBehind::Failed && self.readers[reader].running_refund().is_some() {
                self.fail_action(reader, Failure::Connection);
            }
            return;
        }
        let Some(Action { kind: ActionKind::Payment { intent, amount, .. }, state, .. }) =
            &self.readers[reader].action
        else {
            return;
        };
        match state {
            ActionState::Waiting | ActionState::Collected { .. } => {}
            ActionState::Authorizing { card, until } => {
                let (intent, amount) = (intent.clone(), *amount);
                let attempt = Attempt { intent, reader: reader.clone(), amount, card: *card };
                self.schedule.add(*until, Event::Authorization(attempt));
            }
            ActionState::Stuck | ActionState::Succeeded { .. } | ActionState::Failed { .. } => {
                return;
            }
        }
        self.lose_collected(reader);
        match left {
            LeftBehind::Stuck => self.set_action_state(reader, ActionState::Stuck),
            LeftBehind::Failed => self.fail_action(reader, Failure::Connection),
        }
    }

    fn report_authorization(&mut self, reader: &ReaderId, attempt: Attempt) {
        let intent = attempt.intent.clone();
        let decline = self.authorize(attempt);
        let charge = self.intent(&intent).latest_charge.clone();
        let at = self.now;
        let state = match (decline, charge) {
            _ if self.readers[reader].offline_since.is_some() => ActionState::Stuck,
            (Some(decline), Some(charge)) => {
                ActionState::Failed { at, failure: Failure::Declined { decline, charge } }
            }
            (None, _) | (Some(_), None) => ActionState::Succeeded { at },
        };
        self.set_action_state(reader, state);
    }

    pub(super) fn fail_action(&mut self, reader: &ReaderId, failure: Failure) {
        let at = self.now;
        self.set_action_state(reader, ActionState::Failed { at, failure });
    }

    pub(super) fn set_action_state(&mut self, reader: &ReaderId, state: ActionState) {
        if let Some(action) = &mut self.reader_mut(reader).action {
            action.state = state;
        }
    }
}
