//! Refunds at a reader: the customer presents the card that paid, and the money goes back onto it.

use std::collections::BTreeMap;

use super::body::{Body, Object};
use super::cards::Card;
use super::error::{Refusal, SimulatorError};
use super::faults::{Fault, FaultKind};
use super::form::Form;
use super::model::Model;
use super::names::later;
use super::objects::View;
use super::reader::{Action, ActionKind, ActionState, Failure, Reader};
use super::refunds::NewRefund;
use crate::ids::{ChargeId, PaymentIntentId, ReaderId};
use crate::time::WallTime;

/// A refund that a reader is asked for.
#[derive(Clone, Debug)]
pub(super) struct RefundPrompt {
    pub(super) intent: PaymentIntentId,
    pub(super) charge: ChargeId,
    pub(super) amount: u64,
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) enable_customer_cancellation: Option<bool>,
    /// The refund, once it is made.
    pub(super) refund: Option<String>,
}

impl Reader {
    /// The refund that has not ended.
    pub(super) fn running_refund(&self) -> Option<&RefundPrompt> {
        let action = self.action.as_ref()?;
        match (&action.kind, &action.state) {
            (
                ActionKind::Refund(prompt),
                ActionState::Waiting | ActionState::Authorizing { .. } | ActionState::Stuck,
            ) => Some(prompt),
            (
                ActionKind::Refund(_)
                | ActionKind::Payment { .. }
                | ActionKind::Display { .. }
                | ActionKind::Inputs(_),
                _,
            ) => None,
        }
    }

    /// The refund that waits for a card.
    fn waiting_refund(&self) -> Option<&RefundPrompt> {
        let waits = self.action.as_ref().is_some_and(|a| matches!(a.state, ActionState::Waiting));
        self.running_refund().filter(|_| waits && self.offline_since.is_none())
    }
}

impl RefundPrompt {
    /// What the action says of it.
    pub(super) fn write(&self, json: &mut Object) {
        json.put("amount", self.amount);
        json.put("charge", self.charge.as_str());
        json.put("metadata", &self.metadata);
        json.put("payment_intent", self.intent.as_str());
        if let Some(flag) = self.enable_customer_cancellation {
            json.object("refund_payment_config", |config| {
                config.put("enable_customer_cancellation", flag);
            });
        }
        if let Some(refund) = &self.refund {
            json.put("refund", refund);
        }
    }
}

impl Model {
    pub(super) fn refund_payment(
        &mut self,
        id: &str,
        form: &Form,
        view: &View,
    ) -> Result<Body, Refusal> {
        let config = "refund_payment_config[enable_customer_cancellation]";
        let enable_customer_cancellation = form.flag(config)?;
        let metadata = form.metadata(&BTreeMap::new())?;
        let reader = self.find_reader(id)?;
        form.required("payment_intent")?;
        let charge = self.charge_to_refund(form)?;
        let amount = self.amount_to_refund(&charge, form.number("amount")?)?;
        self.check_reachable(&reader)?;
        let at = &self.readers[&reader];
        if at.running_payment().is_some() || at.running_refund().is_some() {
            return Err(self.busy("Reader is currently processing another request."));
        }
        let intent = self.charges[&charge].intent.clone();
        let refund = None;
        let prompt =
            RefundPrompt { intent, charge, amount, metadata, enable_customer_cancellation, refund };
        self.prompt(&reader, ActionKind::Refund(prompt))?;
        Ok(self.reader_json(&reader, view))
    }

    /// The customer holds a card to a reader that waits for one to refund. `false` if it does not.
    pub(super) fn present_card_to_refund(&mut self, reader: &ReaderId, card: Card) -> bool {
        if self.readers.get(reader).and_then(Reader::waiting_refund).is_none() {
            return false;
        }
        let until: WallTime = later(self.now, self.setup.authorization_takes);
        self.set_action_state(reader, ActionState::Authorizing { card, until });
        true
    }

    /// The customer presses cancel while the reader waits for a card to refund. `None` if it does
    /// not.
    pub(super) fn cancel_refund_on_reader(
        &mut self,
        reader: &ReaderId,
    ) -> Option<Result<(), SimulatorError>> {
        let prompt = self.readers.get(reader)?.waiting_refund()?;
        if prompt.enable_customer_cancellation != Some(true) {
            return Some(Err(SimulatorError::NotCancelable { reader: reader.clone() }));
        }
        self.fail_action(reader, Failure::CustomerCanceled);
        Some(Ok(()))
    }

    /// The issuer answers: the money goes back, if the card is the one that paid.
    pub(super) fn finish_refund_at(&mut self, reader: &ReaderId) {
        let Some(Action {
            kind: ActionKind::Refund(prompt),
            state: ActionState::Authorizing { card, .. },
            ..
        }) = self.readers[reader].action.clone()
        else {
            return;
        };
        if self.charges[&prompt.charge].card != card {
            return self.fail_action(reader, Failure::OtherCard);
        }
        let (refunds, state) = match self.faults.strike(reader, FaultKind::Payment) {
            Some(Fault::StuckAction { authorizes }) => (authorizes, Some(ActionState::Stuck)),
            Some(Fault::ConnectionError { authorizes, .. }) => {
                let (at, failure) = (self.now, Failure::Connection);
                (authorizes, Some(ActionState::Failed { at, failure }))
            }
            Some(_) | None => (true, None),
        };
        let mut made = None;
        if refunds && self.amount_to_refund(&prompt.charge, Some(prompt.amount)).is_ok() {
            let new = NewRefund {
                charge: prompt.charge.clone(),
                amount: prompt.amount,
                reason: None,
                metadata: prompt.metadata.clone(),
            };
            made = Some(self.add_refund(new));
        }
        let at = self.now;
        let ended = if made.is_some() {
            ActionState::Succeeded { at }
        } else {
            ActionState::Failed { at, failure: Failure::IntentState }
        };
        if let Some(Action { kind: ActionKind::Refund(prompt), state: old, .. }) =
            &mut self.reader_mut(reader).action
        {
            prompt.refund = made;
            *old = state.unwrap_or(ended);
        }
    }
}
