//! PaymentIntents: their states, and the calls that change them.
//!
//! ```text
//! requires_payment_method ── a card is approved ──► requires_capture ── capture ──► succeeded
//!      │    ▲                        │    │                 │  └── cancel, or the hold lapses ─┐
//!      │    └──── a card is declined ┘    └── automatic capture, Interac ─► succeeded          │
//!      └── cancel ─────────────────────────────────────────────────────────────► canceled ◄────┘
//! ```
//! In the two-step flow a collected card makes it `requires_confirmation` in between: see
//! [`super::two_steps`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::body::{Body, Object};
use super::cards::{Card, Decline};
use super::currencies::{check_amount, currency};
use super::error::Refusal;
use super::form::Form;
use super::model::Model;
use super::names::seconds;
use super::objects::View;
use super::two_steps::Collected;
use crate::ids::{ChargeId, PaymentIntentId};
use crate::money::Currency;
use crate::time::WallTime;

/// Where a PaymentIntent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentStatus {
    /// No card has paid: the only state in which a reader processes it.
    RequiresPaymentMethod,
    /// A card was collected and waits for its confirmation.
    RequiresConfirmation,
    /// The card is being authorized (only with [`super::Setup::shows_processing`]).
    Processing,
    /// Money is held.
    RequiresCapture,
    /// Money was taken.
    Succeeded,
    /// The end without money.
    Canceled,
}

impl IntentStatus {
    /// The status as Stripe writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresConfirmation => "requires_confirmation",
            Self::Processing => "processing",
            Self::RequiresCapture => "requires_capture",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

/// A PaymentIntent.
#[derive(Clone, Debug)]
pub(super) struct Intent {
    pub(super) id: PaymentIntentId,
    pub(super) status: IntentStatus,
    pub(super) amount: u64,
    pub(super) currency: Currency,
    pub(super) capture_method: String,
    /// `payment_method_options[card_present]`: the capture method of cards alone.
    pub(super) card_capture_method: Option<String>,
    /// Whether the options named `card_present` and `interac_present` at all.
    pub(super) option_types: Vec<String>,
    pub(super) types: Vec<String>,
    pub(super) allowed_types: Option<Vec<String>>,
    pub(super) texts: BTreeMap<&'static str, String>,
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) created: i64,
    pub(super) canceled_at: Option<i64>,
    pub(super) cancellation_reason: Option<String>,
    pub(super) amount_received: u64,
    pub(super) amount_capturable: u64,
    pub(super) latest_charge: Option<ChargeId>,
    pub(super) last_error: Option<PaymentFailure>,
    /// The card that was read in the two-step flow.
    pub(super) collected: Option<Collected>,
    /// When the hold lapses.
    pub(super) lapses: Option<WallTime>,
    /// The hold lapsed: Stripe's code for a capture is then another.
    pub(super) expired: bool,
}

/// The last attempt that failed.
#[derive(Clone, Debug)]
pub(super) struct PaymentFailure {
    pub(super) decline: Decline,
    pub(super) charge: ChargeId,
    pub(super) card: Card,
}

/// Parameters that are kept as text and shown again.
pub(super) const TEXTS: [&str; 4] =
    ["description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix"];

impl Intent {
    /// Whether a card of this kind is captured by hand.
    pub(super) fn holds(&self, card: &Card) -> bool {
        !card.is_interac()
            && (self.capture_method == "manual" || self.card_capture_method.is_some())
    }

    /// Whether the reader takes this kind of card for it. Interac knows no capture by hand.
    pub(super) fn takes(&self, card: &Card) -> bool {
        let listed = self.types.iter().any(|kind| kind == card.method_type());
        listed && !(card.is_interac() && self.capture_method == "manual")
    }

    fn read_texts(&mut self, form: &Form) {
        for name in TEXTS {
            match form.text(name) {
                None => {}
                Some("") => drop(self.texts.remove(name)),
                Some(text) => drop(self.texts.insert(name, text.to_owned())),
            }
        }
    }
}

impl Model {
    pub(super) fn create_intent(&mut self, form: &Form, view: &View) -> Result<Body, Refusal> {
        form.required("amount")?;
        let amount = form.number("amount")?.unwrap_or_default();
        let currency = currency(form.required("currency")?)?;
        check_amount(amount, currency)?;
        let capture_method =
            form.word("capture_method", &["automatic", "automatic_async", "manual"])?;
        let (types, allowed_types) = self.method_types(form, view, currency)?;
        let card_capture_method = form.word(
            "payment_method_options[card_present][capture_method]",
            &["manual", "manual_preferred"],
        )?;
        let id = self.names.intent();
        let mut intent = Intent {
            status: IntentStatus::RequiresPaymentMethod,
            amount,
            currency,
            capture_method: capture_method.unwrap_or("automatic").to_owned(),
            card_capture_method: card_capture_method.map(str::to_owned),
            option_types: option_types(form),
            types,
            allowed_types,
            texts: BTreeMap::new(),
            metadata: form.metadata(&BTreeMap::new())?,
            created: seconds(self.now),
            canceled_at: None,
            cancellation_reason: None,
            amount_received: 0,
            amount_capturable: 0,
            latest_charge: None,
            last_error: None,
            collected: None,
            lapses: None,
            expired: false,
            id: id.clone(),
        };
        intent.read_texts(form);
        self.order.push(id.clone());
        self.intents.insert(id.clone(), intent);
        Ok(self.intent_json(&id, view))
    }

    /// The types of the PaymentIntent and, where the version knows it, the list that was asked
    /// for. The old parameter refuses what cannot be had, the new one drops it silently.
    fn method_types(
        &self,
        form: &Form,
        view: &View,
        currency: Currency,
    ) -> Result<(Vec<String>, Option<Vec<String>>), Refusal> {
        let usable = |kind: &str| {
            self.setup.payment_method_types.contains(kind)
                && (kind != "interac_present" || currency.code() == "cad")
        };
        let old = form.list("payment_method_types");
        if form.has("payment_method_types") && view.version.refuses_method_types() {
            let message = "payment_method_types is no longer supported. Use \
                           allowed_payment_method_types instead.";
            let code = Some("payment_method_types_no_longer_supported");
            return Err(Refusal::parameter(code, "payment_method_types", message));
        }
        if form.has("payment_method_types") && form.has("allowed_payment_method_types") {
            let message = "payment_method_types and allowed_payment_method_types exclude each \
                           other.";
            let code = Some("parameters_exclusive");
            return Err(Refusal::parameter(code, "payment_method_types", message));
        }
        if let Some(kind) = old.iter().find(|kind| !usable(kind)) {
            let message = format!("The payment method type \"{kind}\" is invalid.");
            let code = Some("payment_intent_invalid_parameter");
            return Err(Refusal::parameter(code, "payment_method_types", message));
        }
        if !old.is_empty() {
            return Ok((old.into_iter().map(str::to_owned).collect(), None));
        }
        if !form.has("allowed_payment_method_types") {
            return Ok((vec!["card".to_owned()], None));
        }
        let owned = |kinds: Vec<&str>| kinds.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let allowed = form.list("allowed_payment_method_types");
        let left = allowed.iter().copied().filter(|kind| usable(kind)).collect();
        Ok((owned(left), Some(owned(allowed))))
    }

    pub(super) fn update_intent(
        &mut self,
        id: &str,
        form: &Form,
        view: &View,
    ) -> Result<Body, Refusal> {
        let amount = form.number("amount")?;
        let id = self.find_intent(id, "intent")?;
        if self.is_authorizing(&id) {
            return Err(Refusal::lock_timeout());
        }
        let intent = self.intent(&id);
        let metadata = form.metadata(&intent.metadata)?;
        if let Some(amount) = amount {
            check_amount(amount, intent.currency)?;
            if intent.status != IntentStatus::RequiresPaymentMethod {
                return Err(unexpected_state(intent, "updated with an amount"));
            }
        }
        let intent = self.intent_mut(&id);
        intent.metadata = metadata;
        intent.amount = amount.unwrap_or(intent.amount);
        intent.read_texts(form);
        Ok(self.intent_json(&id, view))
    }

    pub(super) fn cancel_intent(
        &mut self,
        id: &str,
        form: &Form,
        view: &View,
    ) -> Result<Body, Refusal> {
        let known = ["abandoned", "duplicate", "fraudulent", "requested_by_customer"];
        let reason = form.word("cancellation_reason", &known)?;
        let id = self.find_intent(id, "intent")?;
        if self.is_authorizing(&id) && !self.cancel_wins() {
            return Err(Refusal::lock_timeout());
        }
        let intent = self.intent(&id);
        match intent.status {
            IntentStatus::RequiresPaymentMethod
            | IntentStatus::RequiresConfirmation
            | IntentStatus::Processing
            | IntentStatus::RequiresCapture => {}
            IntentStatus::Succeeded | IntentStatus::Canceled => {
                return Err(unexpected_state(intent, "canceled"));
            }
        }
        self.end_intent(&id, reason);
        self.clear_prompts_of(&id);
        Ok(self.intent_json(&id, view))
    }

    /// Cancels a PaymentIntent and releases what it holds.
    pub(super) fn end_intent(&mut self, id: &PaymentIntentId, reason: Option<&str>) {
        let now = seconds(self.now);
        let intent = self.intent_mut(id);
        let held = std::mem::take(&mut intent.amount_capturable);
        intent.status = IntentStatus::Canceled;
        intent.canceled_at = Some(now);
        intent.cancellation_reason = reason.map(str::to_owned);
        self.release(id, held);
    }

    pub(super) fn capture_intent(
        &mut self,
        id: &str,
        form: &Form,
        view: &View,
    ) -> Result<Body, Refusal> {
        let asked = form.number("amount_to_capture")?;
        if asked == Some(0) {
            let message = "amount_to_capture must be greater than 0.";
            let code = Some("amount_too_small");
            return Err(Refusal::parameter(code, "amount_to_capture", message));
        }
        let id = self.find_intent(id, "intent")?;
        let intent = self.intent(&id);
        if intent.expired {
            let message = "The charge's authorization has expired, so it cannot be captured.";
            let refusal = Refusal::state("charge_expired_for_capture", message);
            return Err(refusal.about(&id).on(intent.latest_charge.as_ref()));
        }
        if intent.status != IntentStatus::RequiresCapture {
            return Err(unexpected_state(intent, "captured"));
        }
        let held = intent.amount_capturable;
        let amount = asked.unwrap_or(held);
        if amount > held {
            let message = format!("amount_to_capture is over the {held} that can be captured.");
            let refusal = Refusal::state("amount_too_large", message).about(&id);
            return Err(Refusal { param: Some("amount_to_capture".into()), ..refusal });
        }
        let metadata = form.metadata(&intent.metadata)?;
        let intent = self.intent_mut(&id);
        intent.metadata = metadata;
        intent.status = IntentStatus::Succeeded;
        intent.amount_received = amount;
        intent.amount_capturable = 0;
        self.take_held(&id, amount);
        self.release(&id, held - amount);
        Ok(self.intent_json(&id, view))
    }

    pub(super) fn list_intents(&self, form: &Form, view: &View) -> Result<Body, Refusal> {
        let page = super::pages::Page::read(form)?;
        let newest_first = self.order.iter().rev().filter_map(|id| self.intents.get(id));
        let newest_first = newest_first.filter(|intent| self.is_listed(intent.created));
        let chosen = page.choose(newest_first, |intent| (intent.id.as_str(), intent.created))?;
        let write = |json: &mut Object, intent: &Intent| self.write_intent(&intent.id, view, json);
        Ok(super::pages::list_json("/v1/payment_intents", chosen, write))
    }
}

fn option_types(form: &Form) -> Vec<String> {
    let named = form.names().filter_map(|name| {
        let rest = name.strip_prefix("payment_method_options[")?;
        Some(rest.split(']').next().unwrap_or_default().to_owned())
    });
    let mut types: Vec<String> = named.collect();
    types.sort();
    types.dedup();
    types
}

fn unexpected_state(intent: &Intent, what: &str) -> Refusal {
    let status = intent.status.as_str();
    let message =
        format!("This PaymentIntent could not be {what} because it has a status of {status}.");
    Refusal::state("payment_intent_unexpected_state", message).about(&intent.id)
}
