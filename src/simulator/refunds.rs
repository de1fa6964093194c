//! Refunds of captured charges.

use std::collections::BTreeMap;

use super::body::{Body, Object};
use super::error::Refusal;
use super::form::Form;
use super::model::Model;
use super::names::{later, seconds};
use super::objects::View;
use super::pages::{Page, list_json};
use crate::ids::{ChargeId, PaymentIntentId};
use crate::money::Currency;

/// A refund.
#[derive(Clone, Debug)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) charge: ChargeId,
    pub(super) intent: PaymentIntentId,
    pub(super) amount: u64,
    pub(super) currency: Currency,
    pub(super) created: i64,
    pub(super) reason: Option<String>,
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) is_pending: bool,
}

/// What a refund is made of.
#[derive(Clone, Debug)]
pub(super) struct NewRefund {
    pub(super) charge: ChargeId,
    pub(super) amount: u64,
    pub(super) reason: Option<String>,
    pub(super) metadata: BTreeMap<String, String>,
}

impl Model {
    pub(super) fn create_refund(&mut self, form: &Form, view: &View) -> Result<Body, Refusal> {
        let asked = form.number("amount")?;
        let known = ["duplicate", "fraudulent", "requested_by_customer"];
        let reason = form.word("reason", &known)?.map(str::to_owned);
        let metadata = form.metadata(&BTreeMap::new())?;
        let charge_id = self.charge_to_refund(form)?;
        if self.charges[&charge_id].card.is_interac() {
            let message = "Interac payments are refunded in person: present the card again.";
            return Err(Refusal::state("charge_not_refundable", message).on(Some(&charge_id)));
        }
        let amount = self.amount_to_refund(&charge_id, asked)?;
        let id = self.add_refund(NewRefund { charge: charge_id, amount, reason, metadata });
        self.retrieve_refund(&id, view)
    }

    /// How much of a charge is to be refunded: what was asked for, or all that is left.
    pub(super) fn amount_to_refund(
        &self,
        charge_id: &ChargeId,
        asked: Option<u64>,
    ) -> Result<u64, Refusal> {
        let charge = &self.charges[charge_id];
        let left = charge.amount_captured - charge.refunded;
        if left == 0 {
            let message = format!("Charge {charge_id} has already been refunded.");
            return Err(Refusal::state("charge_already_refunded", message).on(Some(charge_id)));
        }
        let amount = asked.unwrap_or(left);
        if amount == 0 || amount > left {
            let message = format!(
                "Refund amount ({amount}) must be 1 to {left}, the unrefunded amount on charge."
            );
            let refusal = Refusal::parameter(None, "amount", message);
            return Err(Refusal { stored: true, ..refusal });
        }
        Ok(amount)
    }

    /// Makes a refund that was found to be possible. Returns its id.
    pub(super) fn add_refund(&mut self, new: NewRefund) -> String {
        let NewRefund { charge: charge_id, amount, reason, metadata } = new;
        let charge = &self.charges[&charge_id];
        let (intent, currency) = (charge.intent.clone(), charge.currency);
        let id = self.names.next("re");
        let is_pending = !self.setup.refund_takes.is_zero();
        if is_pending {
            let due = later(self.now, self.setup.refund_takes);
            self.pending_refunds.insert((due, id.clone()));
        }
        if let Some(charge) = self.charges.get_mut(&charge_id) {
            charge.refunded += amount;
        }
        self.refunds.push(Refund {
            charge: charge_id,
            intent,
            amount,
            currency,
            created: seconds(self.now),
            reason,
            metadata,
            is_pending,
            id: id.clone(),
        });
        id
    }

    pub(super) fn charge_to_refund(&self, form: &Form) -> Result<ChargeId, Refusal> {
        match (form.text("payment_intent"), form.text("charge")) {
            (Some(_), Some(_)) => {
                let message = "payment_intent and charge exclude each other.";
                Err(Refusal::parameter(Some("parameters_exclusive"), "charge", message))
            }
            (None, None) => Err(Refusal::missing_parameter("payment_intent")),
            (None, Some(charge)) => {
                let id = self.find_charge(charge, "charge")?;
                if self.charges[&id].is_captured {
                    return Ok(id);
                }
                let message = format!("Charge {id} was not captured: there is nothing to refund.");
                Err(Refusal::state("charge_not_refundable", message).on(Some(&id)))
            }
            (Some(intent), None) => {
                let id = self.find_intent(intent, "payment_intent")?;
                let charge = self.intent(&id).latest_charge.clone();
                charge.filter(|charge| self.charges[charge].is_captured).ok_or_else(|| {
                    let message = format!(
                        "This PaymentIntent ({id}) does not have a successful charge to refund."
                    );
                    Refusal::state("payment_intent_unexpected_state", message).about(&id)
                })
            }
        }
    }

    pub(super) fn retrieve_refund(&self, id: &str, view: &View) -> Result<Body, Refusal> {
        let found = self.refunds.iter().find(|refund| refund.id == id);
        let refund = found.ok_or_else(|| Refusal::no_such("refund", id, "refund"))?;
        Ok(Body::object(|json| self.write_refund(refund, view, json)))
    }

    pub(super) fn list_refunds(&self, form: &Form, view: &View) -> Result<Body, Refusal> {
        let page = Page::read(form)?;
        let (intent, charge) = (form.text("payment_intent"), form.text("charge"));
        let wanted = |refund: &&Refund| {
            intent.is_none_or(|id| refund.intent.as_str() == id)
                && charge.is_none_or(|id| refund.charge.as_str() == id)
                && self.is_listed(refund.created)
        };
        let newest_first = self.refunds.iter().rev().filter(wanted);
        let chosen = page.choose(newest_first, |refund| (refund.id.as_str(), refund.created))?;
        let write = |json: &mut Object, refund| self.write_refund(refund, view, json);
        Ok(list_json("/v1/refunds", chosen, write))
    }

    /// Pending refunds whose time has come succeed.
    pub(super) fn finish_refunds(&mut self) {
        while let Some((due, id)) = self.pending_refunds.first().cloned() {
            if due > self.now {
                return;
            }
            self.pending_refunds.pop_first();
            if let Some(refund) = self.refunds.iter_mut().find(|refund| refund.id == id) {
                refund.is_pending = false;
            }
        }
    }
}
