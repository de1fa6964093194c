//! Charges: one attempt to authorize a card each.

use std::collections::BTreeMap;

use super::body::Body;
use super::cards::{Card, Decline};
use super::error::Refusal;
use super::intents::{IntentStatus, PaymentFailure};
use super::model::Model;
use super::names::{later, seconds};
use crate::ids::{ChargeId, PaymentIntentId, ReaderId};
use crate::money::Currency;

/// One attempt to authorize a card.
#[derive(Clone, Debug)]
pub(super) struct Charge {
    pub(super) id: ChargeId,
    pub(super) intent: PaymentIntentId,
    pub(super) amount: u64,
    pub(super) currency: Currency,
    pub(super) card: Card,
    pub(super) reader: ReaderId,
    pub(super) created: i64,
    pub(super) capture_before: i64,
    pub(super) decline: Option<Decline>,
    pub(super) is_captured: bool,
    pub(super) amount_captured: u64,
    /// Held and given back without having been captured.
    pub(super) released: u64,
    /// Captured and given back, pending refunds included.
    pub(super) refunded: u64,
    pub(super) metadata: BTreeMap<String, String>,
}

/// What a tap wants of the issuer.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) intent: PaymentIntentId,
    pub(super) reader: ReaderId,
    pub(super) amount: u64,
    pub(super) card: Card,
}

impl Model {
    /// Asks the issuer, and moves the PaymentIntent accordingly. The decline, if it was one.
    pub(super) fn authorize(&mut self, attempt: Attempt) -> Option<Decline> {
        let Attempt { intent: intent_id, reader, amount, card } = attempt;
        let id = self.names.charge();
        let lapses = later(self.now, self.setup.authorization_lasts);
        let decline = card.decline(amount);
        let intent = self.intent(&intent_id);
        let holds = intent.holds(&card) && decline.is_none();
        let is_captured = !holds && decline.is_none();
        let charge = Charge {
            intent: intent_id.clone(),
            amount,
            currency: intent.currency,
            card,
            reader,
            created: seconds(self.now),
            capture_before: seconds(lapses),
            decline,
            is_captured,
            amount_captured: if is_captured { amount } else { 0 },
            released: 0,
            refunded: 0,
            metadata: intent.metadata.clone(),
            id: id.clone(),
        };
        let intent = self.intent_mut(&intent_id);
        intent.latest_charge = Some(id.clone());
        intent.last_error = None;
        if let Some(decline) = decline {
            intent.status = IntentStatus::RequiresPaymentMethod;
            intent.last_error = Some(PaymentFailure { decline, charge: id.clone(), card });
        } else if holds {
            intent.status = IntentStatus::RequiresCapture;
            intent.amount_capturable = amount;
            intent.lapses = Some(lapses);
            self.holds.insert((lapses, intent_id));
        } else {
            intent.status = IntentStatus::Succeeded;
            intent.amount_received = amount;
        }
        self.charges.insert(id, charge);
        decline
    }

    /// Gives a part of a hold back.
    pub(super) fn release(&mut self, intent: &PaymentIntentId, amount: u64) {
        if let Some(lapses) = self.intent_mut(intent).lapses.take() {
            self.holds.remove(&(lapses, intent.clone()));
        }
        if let Some(charge) = self.latest_charge_mut(intent).filter(|c| c.decline.is_none()) {
            charge.released = amount;
        }
    }

    /// Takes money of a hold.
    pub(super) fn take_held(&mut self, intent: &PaymentIntentId, amount: u64) {
        if let Some(charge) = self.latest_charge_mut(intent) {
            charge.is_captured = true;
            charge.amount_captured = amount;
        }
    }

    pub(super) fn latest_charge_mut(&mut self, intent: &PaymentIntentId) -> Option<&mut Charge> {
        let id = self.intents.get(intent)?.latest_charge.as_ref()?;
        self.charges.get_mut(id)
    }

    pub(super) fn find_charge(&self, id: &str, param: &str) -> Result<ChargeId, Refusal> {
        let known = ChargeId::new(id).ok().filter(|id| self.charges.contains_key(id));
        known.ok_or_else(|| Refusal::no_such("charge", id, param))
    }

    pub(super) fn retrieve_charge(&self, id: &str) -> Result<Body, Refusal> {
        let id = self.find_charge(id, "charge")?;
        Ok(Body::object(|json| self.write_charge(&id, json)))
    }
}
