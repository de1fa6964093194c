//! PaymentIntents, readers and refunds as Stripe writes them in JSON.

use super::body::{Body, Object, nulls};
use super::cards::{Card, Decline};
use super::error::doc_url;
use super::intents::{Intent, TEXTS};
use super::model::Model;
use super::reader::{Action, ActionKind, ActionState, Failure, ProcessConfig, Step};
use super::refunds::Refund;
use super::version::ApiVersion;
use crate::ids::{ChargeId, PaymentIntentId, ReaderId};

/// How a reply is to look: the version of the API and what is expanded.
pub(super) struct View {
    pub(super) version: ApiVersion,
    pub(super) expand: Vec<String>,
}

/// Fields that are the same for all PaymentIntents.
const INTENT_FIXED: &str = concat!(
    nulls![
        "application",
        "application_fee_amount",
        "automatic_payment_methods",
        "customer",
        "customer_account",
        "excluded_payment_method_types",
        "managed_payments",
        "next_action",
        "on_behalf_of",
        "payment_method_configuration_details",
        "payment_record",
        "processing",
        "review",
        "setup_future_usage",
        "shipping",
        "source",
        "transfer_data",
        "transfer_group",
    ],
    r#","object":"payment_intent","amount_details":{"tip":{}},"confirmation_method":"automatic""#,
);

/// Fields that are the same for all refunds.
const REFUND_FIXED: &str = concat!(
    nulls![
        "customer",
        "customer_account",
        "receipt_number",
        "source_transfer_reversal",
        "transfer_reversal",
    ],
    r#","object":"refund","#,
    r#""destination_details":{"type":"card","card":{"type":"refund"}}"#,
);

impl View {
    fn expands(&self, field: &str) -> bool {
        self.expand.iter().any(|path| {
            path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// Whether a whole charge is to be shown.
    pub(super) fn shows_charges(&self) -> bool {
        self.expand.iter().any(|path| {
            path.split('.')
                .next_back()
                .is_some_and(|field| field == "latest_charge" || field == "charge")
        })
    }

    /// How an object below `field` is to look.
    fn below(&self, field: &str) -> Self {
        let inside = |path: &String| Some(path.strip_prefix(field)?.strip_prefix('.')?.to_owned());
        Self {
            version: self.version.clone(),
            expand: self.expand.iter().filter_map(inside).collect(),
        }
    }

    /// The same version with nothing expanded.
    pub(super) fn plain(&self) -> Self {
        Self { version: self.version.clone(), expand: Vec::new() }
    }
}

impl Model {
    pub(super) fn intent_json(&self, id: &PaymentIntentId, view: &View) -> Body {
        Body::object(|json| self.write_intent(id, view, json))
    }

    pub(super) fn reader_json(&self, id: &ReaderId, view: &View) -> Body {
        Body::object(|json| self.write_reader(id, view, json))
    }

    pub(super) fn write_intent(&self, id: &PaymentIntentId, view: &View, json: &mut Object) {
        let intent = self.intent(id);
        json.fixed(INTENT_FIXED);
        json.put("id", id.as_str());
        json.put("amount", intent.amount);
        json.put("amount_capturable", intent.amount_capturable);
        json.put("amount_received", intent.amount_received);
        if view.version.knows_allowed_types() {
            json.put("allowed_payment_method_types", &intent.allowed_types);
        }
        json.put("canceled_at", intent.canceled_at);
        json.put("cancellation_reason", &intent.cancellation_reason);
        json.put("capture_method", &intent.capture_method);
        let secret = id.as_str().trim_start_matches("pi_");
        json.put("client_secret", format_args!("{id}_secret_{secret}"));
        json.put("created", intent.created);
        json.put("currency", intent.currency.code());
        match &intent.latest_charge {
            Some(charge) if view.expands("latest_charge") => {
                json.object("latest_charge", |json| self.write_charge(charge, json));
            }
            charge => json.put("latest_charge", charge.as_ref().map(ChargeId::as_str)),
        }
        json.put("livemode", self.setup.livemode);
        json.put("metadata", &intent.metadata);
        self.write_payment_method(intent, json);
        json.object("payment_method_options", |options| write_options(intent, options));
        json.put("payment_method_types", &intent.types);
        json.put("status", intent.status.as_str());
        intent.write_texts(json);
        match &intent.last_error {
            Some(failure) => json.object("last_payment_error", |error| {
                write_card_error(&failure.decline, &failure.charge, &failure.card, error);
            }),
            None => json.fixed(nulls!["last_payment_error"]),
        }
    }

    fn write_payment_method(&self, intent: &Intent, json: &mut Object) {
        let paid = intent.latest_charge.as_ref().and_then(|charge| self.charges.get(charge));
        let paid = paid.filter(|charge| charge.decline.is_none());
        match (&intent.collected, paid) {
            (Some(collected), _) => json.put("payment_method", &collected.id),
            (None, Some(charge)) => write_payment_method_id("payment_method", &charge.id, json),
            (None, None) => json.fixed(nulls!["payment_method"]),
        }
    }

    pub(super) fn write_reader(&self, id: &ReaderId, view: &View, json: &mut Object) {
        let reader = &self.readers[id];
        let setup = &reader.setup;
        json.put("id", id.as_str());
        json.put("object", "terminal.reader");
        json.put("device_sw_version", "2.42.0.0");
        json.put("device_type", &setup.device_type);
        json.put("ip_address", "192.168.2.2");
        json.put("label", &setup.label);
        // Milliseconds, unlike every other time of the API.
        json.put("last_seen_at", self.last_seen(reader).0);
        json.put("livemode", setup.livemode.unwrap_or(self.setup.livemode));
        json.put("location", &setup.location);
        json.put("metadata", &reader.metadata);
        json.put("serial_number", &setup.serial_number);
        json.put("status", self.reader_status(reader));
        match &reader.action {
            Some(action) => json.object("action", |json| self.write_action(action, view, json)),
            None => json.fixed(nulls!["action"]),
        }
    }

    fn write_action(&self, action: &Action, view: &View, json: &mut Object) {
        let (status, failure) = match &action.state {
            ActionState::Waiting | ActionState::Authorizing { .. } | ActionState::Stuck => {
                ("in_progress", None)
            }
            ActionState::Collected { .. } if self.setup.collected_is_in_progress => {
                ("in_progress", None)
            }
            ActionState::Collected { .. } | ActionState::Succeeded { .. } => ("succeeded", None),
            ActionState::Failed { failure, .. } => ("failed", Some(failure)),
        };
        let (code, message) = failure.map(failure_text).unzip();
        json.put("status", status);
        json.put("failure_code", code);
        json.put("failure_message", message);
        match &action.kind {
            ActionKind::Payment { .. } => self.write_payment(action, view, json),
            ActionKind::Refund(refund) => {
                json.put("type", "refund_payment");
                json.object("refund_payment", |json| refund.write(json));
            }
            ActionKind::Inputs(form) => {
                json.put("type", "collect_inputs");
                json.object("collect_inputs", |inputs| form.write(inputs));
            }
            ActionKind::Display { cart } => {
                json.put("type", "set_reader_display");
                json.object("set_reader_display", |display| {
                    display.put("type", "cart");
                    display.put("cart", cart);
                });
            }
        }
        if view.version.knows_action_api_error() {
            self.write_api_error(failure, view, json);
        }
    }

    /// The kind of a payment's action, and what it is about.
    fn write_payment(&self, action: &Action, view: &View, json: &mut Object) {
        let ActionKind::Payment { intent, config, step, .. } = &action.kind else { return };
        let (name, config_name) = match step {
            Step::Process => ("process_payment_intent", "process_config"),
            Step::Collect => ("collect_payment_method", "collect_config"),
            Step::Confirm => ("confirm_payment_intent", "confirm_config"),
        };
        json.put("type", name);
        json.object(name, |about| {
            let place = format!("action.{name}.payment_intent");
            if view.expands(&place) {
                let below = view.below(&place);
                about.object("payment_intent", |json| self.write_intent(intent, &below, json));
            } else {
                about.put("payment_intent", intent.as_str());
            }
            about.object(config_name, |json| write_config(*config, json));
            if let (ActionState::Collected { .. }, Some(collected)) =
                (&action.state, &self.intent(intent).collected)
            {
                about.object("payment_method", |json| collected.write(self.setup.livemode, json));
            }
        });
    }

    /// The structured error of a failed action; none where the failure was the reader's own.
    fn write_api_error(&self, failure: Option<&Failure>, view: &View, json: &mut Object) {
        match failure {
            Some(Failure::Declined { decline, charge }) => json.object("api_error", |error| {
                let charge = &self.charges[charge];
                write_card_error(decline, &charge.id, &charge.card, error);
                error.object("payment_intent", |json| {
                    self.write_intent(&charge.intent, &view.plain(), json);
                });
            }),
            None
            | Some(
                Failure::CustomerCanceled
                | Failure::OtherCard
                | Failure::Connection
                | Failure::IntentCanceled
                | Failure::IntentState
                | Failure::NotConfirmed
                | Failure::PromptEnded
                | Failure::Hardware,
            ) => json.fixed(nulls!["api_error"]),
        }
    }

    pub(super) fn write_refund(&self, refund: &Refund, view: &View, json: &mut Object) {
        let (charge, intent) = (&refund.charge, &refund.intent);
        json.fixed(REFUND_FIXED);
        json.put("id", &refund.id);
        json.put("amount", refund.amount);
        let transaction = refund.id.trim_start_matches("re_");
        json.put("balance_transaction", format_args!("txn_{transaction}"));
        json.put("created", refund.created);
        json.put("currency", refund.currency.code());
        json.put("metadata", &refund.metadata);
        write_payment_method_id("payment_method", charge, json);
        json.put("reason", &refund.reason);
        json.put("status", if refund.is_pending { "pending" } else { "succeeded" });
        if view.expands("charge") {
            json.object("charge", |json| self.write_charge(charge, json));
        } else {
            json.put("charge", charge.as_str());
        }
        if view.expands("payment_intent") {
            let below = view.below("payment_intent");
            json.object("payment_intent", |json| self.write_intent(intent, &below, json));
        } else {
            json.put("payment_intent", intent.as_str());
        }
    }
}

impl Intent {
    /// What PaymentIntents and their charges say in the same words.
    pub(super) fn write_texts(&self, json: &mut Object) {
        for name in TEXTS {
            json.put(name, self.texts.get(name));
        }
    }
}

/// The id of the payment method behind a charge.
pub(super) fn write_payment_method_id(name: &str, charge: &ChargeId, json: &mut Object) {
    json.put(name, format_args!("pm_{}", charge.as_str().trim_start_matches("ch_")));
}

fn failure_text(failure: &Failure) -> (&'static str, &'static str) {
    match failure {
        Failure::Declined { decline, .. } => (decline.code, decline.message()),
        Failure::CustomerCanceled => {
            ("customer_canceled", "The customer canceled the payment on the reader.")
        }
        // Which code Stripe's readers give for it is not documented.
        Failure::OtherCard => {
            ("incorrect_card", "The card is not the one that the payment was made with.")
        }
        Failure::Connection => {
            ("connection_error", "The reader lost its connection during the payment.")
        }
        Failure::IntentCanceled => ("canceled", "The PaymentIntent was canceled."),
        Failure::Hardware => {
            ("terminal_reader_hardware_fault", "The reader reports a hardware fault.")
        }
        Failure::PromptEnded => {
            ("card_collection_abandoned", "The reader stopped waiting for a card.")
        }
        Failure::NotConfirmed => {
            ("timeout", "The payment method was collected and not confirmed in time.")
        }
        Failure::IntentState => {
            ("payment_intent_unexpected_state", "The PaymentIntent could not be confirmed.")
        }
    }
}

fn write_card_error(decline: &Decline, charge: &ChargeId, card: &Card, json: &mut Object) {
    let kind = card.method_type();
    json.put("type", "card_error");
    json.put("charge", charge.as_str());
    json.put("code", decline.code);
    json.put("decline_code", decline.decline_code);
    json.put("doc_url", doc_url(decline.code));
    json.put("message", decline.message());
    json.object("payment_method", |method| {
        write_payment_method_id("id", charge, method);
        method.put("object", "payment_method");
        method.put("type", kind);
        method.object(kind, |details| {
            details.put("brand", card.brand());
            details.put("last4", card.last4());
        });
    });
}

fn write_config(config: ProcessConfig, json: &mut Object) {
    for (name, flag) in [
        ("enable_customer_cancellation", config.enable_customer_cancellation),
        ("skip_tipping", config.skip_tipping),
    ] {
        if let Some(flag) = flag {
            json.put(name, flag);
        }
    }
}

fn write_options(intent: &Intent, json: &mut Object) {
    let named = || intent.option_types.iter().chain(&intent.types);
    for (n, kind) in named().enumerate().filter(|(_, kind)| kind.ends_with("_present")) {
        if named().take(n).any(|earlier| earlier == kind) {
            continue;
        }
        json.object(kind, |option| {
            if kind == "card_present" {
                option.put("request_extended_authorization", false);
                option.put("request_incremental_authorization_support", false);
                if let Some(method) = &intent.card_capture_method {
                    option.put("capture_method", method);
                }
            }
        });
    }
}
