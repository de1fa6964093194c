//! The two-step flow: a reader collects a card, the client looks at it, the reader confirms it.
//!
//! Generally available since `2025-06-30.basil`; before, a preview header was needed. A card that
//! was collected is kept by the reader for 30 s and is then forgotten. Source: Stripe, Collect card
//! payments, "Collect, inspect, and confirm".

use std::time::Duration;

use super::body::{Body, Object, nulls};
use super::cards::Card;
use super::error::Refusal;
use super::form::Form;
use super::intents::IntentStatus;
use super::model::Model;
use super::names::later;
use super::objects::View;
use super::reader::{ActionKind, ActionState, Failure, ProcessConfig, Step};
use crate::ids::{PaymentIntentId, ReaderId};

/// How long a reader keeps a card that was collected and not confirmed.
const COLLECTED_LASTS: Duration = Duration::from_secs(30);

/// A card that was read and not confirmed yet.
#[derive(Clone, Debug)]
pub(super) struct Collected {
    /// The id of the payment method.
    pub(super) id: String,
    /// The card.
    pub(super) card: Card,
    /// Whether the reader still has it: without it, it cannot be confirmed.
    pub(super) is_kept: bool,
    created: i64,
}

impl Model {
    pub(super) fn collect_method(
        &mut self,
        id: &str,
        form: &Form,
        view: &View,
    ) -> Result<Body, Refusal> {
        form.required("payment_intent")?;
        let config = ProcessConfig::read(form, "collect_config")?;
        let reader = self.find_reader(id)?;
        let intent = self.find_intent(form.required("payment_intent")?, "payment_intent")?;
        self.check_reachable(&reader)?;
        self.check_location(&reader)?;
        let is_first = self.intent(&intent).status == IntentStatus::RequiresPaymentMethod;
        if is_first || !self.is_collectable(&intent) {
            self.check_processable(&intent)?;
        }
        let at = &self.readers[&reader];
        if at.running_payment().is_some() || at.waiting_form().is_some() {
            return Err(self.busy("Reader is currently processing another request."));
        }
        let (amount, step) = (self.intent(&intent).amount, Step::Collect);
        self.prompt(&reader, ActionKind::Payment { intent, amount, config, step })?;
        Ok(self.reader_json(&reader, view))
    }

    pub(super) fn confirm_intent(
        &mut self,
        id: &str,
        form: &Form,
        view: &View,
    ) -> Result<Body, Refusal> {
        let reader = self.find_reader(id)?;
        let intent = self.find_intent(form.required("payment_intent")?, "payment_intent")?;
        self.check_reachable(&reader)?;
        self.confirmable(&reader, &intent)?;
        if self.readers[&reader].answers_at().is_some() {
            return Err(self.busy("Reader is currently processing another request."));
        }
        let (amount, step) = (self.intent(&intent).amount, Step::Confirm);
        let config = ProcessConfig::default();
        self.prompt(&reader, ActionKind::Payment { intent, amount, config, step })?;
        self.advance(self.now);
        Ok(self.reader_json(&reader, view))
    }

    /// Whether its state lets a card be collected for it, perhaps not the first.
    pub(super) fn is_collectable(&self, id: &PaymentIntentId) -> bool {
        let again = self.setup.collects_again.then_some(IntentStatus::RequiresConfirmation);
        let status = self.intent(id).status;
        status == IntentStatus::RequiresPaymentMethod || Some(status) == again
    }

    /// The card that this reader keeps for this PaymentIntent.
    pub(super) fn confirmable(
        &self,
        reader: &ReaderId,
        id: &PaymentIntentId,
    ) -> Result<Card, Refusal> {
        let intent = self.intent(id);
        let kept = intent.collected.as_ref().filter(|collected| collected.is_kept);
        let is_here = self.readers[reader].running_payment() == Some(id);
        match kept {
            Some(kept) if is_here && intent.status == IntentStatus::RequiresConfirmation => {
                Ok(kept.card)
            }
            Some(_) | None => {
                let status = intent.status.as_str();
                let message = format!(
                    "A PaymentIntent must be in requires_confirmation, with its card collected by \
                     this reader, to be confirmed; this one has a status of {status}."
                );
                Err(Refusal::state("intent_invalid_state", message).about(id))
            }
        }
    }

    /// Where an action begins: with waiting, or with the authorization of the card that was read.
    /// Whatever card the reader kept for another action is gone.
    pub(super) fn first_state(&mut self, reader: &ReaderId, kind: &ActionKind) -> ActionState {
        let confirmed = match kind {
            ActionKind::Payment { intent, step: Step::Confirm, .. } => {
                self.confirmable(reader, intent).ok().map(|card| (intent, card))
            }
            ActionKind::Payment { .. }
            | ActionKind::Display { .. }
            | ActionKind::Refund(_)
            | ActionKind::Inputs(_) => None,
        };
        self.lose_collected(reader);
        if let ActionKind::Payment { intent, step: Step::Collect, .. } = kind {
            self.open_again(intent);
        }
        let Some((intent, card)) = confirmed else { return ActionState::Waiting };
        if self.setup.shows_processing {
            self.intent_mut(intent).status = IntentStatus::Processing;
        }
        let until = later(self.now, self.setup.authorization_takes);
        ActionState::Authorizing { card, until }
    }

    /// A card is read: what it is can be seen, and nothing is charged.
    pub(super) fn collected(&mut self, reader: &ReaderId, id: &PaymentIntentId, card: Card) {
        let created = super::names::seconds(self.now);
        let collected = Collected { id: self.names.next("pm"), card, is_kept: true, created };
        let intent = self.intent_mut(id);
        intent.status = IntentStatus::RequiresConfirmation;
        intent.collected = Some(collected);
        let until = later(self.now, COLLECTED_LASTS);
        self.set_action_state(reader, ActionState::Collected { until });
    }

    /// Cards that nobody confirmed in time are forgotten.
    pub(super) fn forget_collected(&mut self) {
        let now = self.now;
        let due = self.readers.iter().filter(|(_, r)| r.forgets_at().is_some_and(|at| at <= now));
        let due: Vec<ReaderId> = due.map(|(id, _)| id.clone()).collect();
        for reader in due {
            if let Some(intent) = self.readers[&reader].running_payment().cloned() {
                self.open_again(&intent);
            }
            self.fail_action(&reader, Failure::NotConfirmed);
        }
    }

    /// A PaymentIntent that waited for its confirmation wants a card again.
    pub(super) fn open_again(&mut self, id: &PaymentIntentId) {
        let intent = self.intent_mut(id);
        intent.collected = None;
        if intent.status == IntentStatus::RequiresConfirmation {
            intent.status = IntentStatus::RequiresPaymentMethod;
        }
    }

    /// The reader no longer has the card that it collected; the PaymentIntent stays as it is.
    pub(super) fn lose_collected(&mut self, reader: &ReaderId) {
        let intent = self.readers[reader].running_payment().cloned();
        if let Some(collected) = intent.and_then(|id| self.intent_mut(&id).collected.as_mut()) {
            collected.is_kept = false;
        }
    }
}

impl Collected {
    /// `collect_payment_method.payment_method` of a PaymentIntent whose card was collected.
    pub(super) fn write(&self, livemode: bool, json: &mut Object) {
        let card = &self.card;
        let kind = card.method_type();
        json.put("id", &self.id);
        json.put("object", "payment_method");
        json.put("allow_redisplay", "unspecified");
        json.object("billing_details", |billing| {
            billing.fixed(nulls!["address", "email", "name", "phone", "tax_id"]);
        });
        json.object(kind, |method| {
            card.write_common(method);
            method.object("networks", |networks| {
                networks.put("available", [card.brand()]);
                networks.fixed(nulls!["preferred"]);
            });
        });
        json.put("created", self.created);
        json.fixed(nulls!["customer"]);
        json.put("livemode", livemode);
        json.object("metadata", |_| ());
        json.put("type", kind);
    }
}
