//! PaymentIntents, readers and refunds as Stripe writes them in JSON.

use serde_json::{Map, Value, json};

use super::cards::{Card, Decline};
use super::error::doc_url;
use super::intents::{Intent, PaymentFailure};
use super::model::Model;
use super::reader::{Action, ActionKind, ActionState, Failure, ProcessConfig, Step};
use super::refunds::Refund;
use super::two_steps::method_json;
use super::version::ApiVersion;
use crate::ids::{ChargeId, PaymentIntentId, ReaderId};

/// How a reply is to look: the version of the API and what is expanded.
pub(super) struct View {
    pub(super) version: ApiVersion,
    pub(super) expand: Vec<String>,
}

/// Fields of a PaymentIntent that nothing here fills.
const NULLS: [&str; 18] = [
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
];

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
    pub(super) fn intent_json(&self, id: &PaymentIntentId, view: &View) -> Value {
        let intent = self.intent(id);
        let latest_charge = match &intent.latest_charge {
            Some(charge) if view.expands("latest_charge") => self.charge_json(charge),
            Some(charge) => json!(charge),
            None => Value::Null,
        };
        let mut object = self.intent_fields(intent);
        object.insert("latest_charge".to_owned(), latest_charge);
        if view.version.knows_allowed_types() {
            let allowed = json!(intent.allowed_types);
            object.insert("allowed_payment_method_types".to_owned(), allowed);
        }
        Value::Object(object)
    }

    fn intent_fields(&self, intent: &Intent) -> Map<String, Value> {
        let id = &intent.id;
        let paid = intent.latest_charge.as_ref().and_then(|charge| self.charges.get(charge));
        let paid = paid.filter(|charge| charge.decline.is_none());
        let payment_method = match &intent.collected {
            Some(collected) => Some(collected.id.clone()),
            None => paid.map(|charge| payment_method_id(&charge.id)),
        };
        let fields = json!({
            "id": id,
            "object": "payment_intent",
            "amount": intent.amount,
            "amount_capturable": intent.amount_capturable,
            "amount_details": { "tip": {} },
            "amount_received": intent.amount_received,
            "canceled_at": intent.canceled_at,
            "cancellation_reason": intent.cancellation_reason,
            "capture_method": intent.capture_method,
            "client_secret": format!("{id}_secret_{}", id.as_str().trim_start_matches("pi_")),
            "confirmation_method": "automatic",
            "created": intent.created,
            "currency": intent.currency,
            "description": intent.texts.get("description"),
            "livemode": self.setup.livemode,
            "metadata": intent.metadata,
            "payment_method": payment_method,
            "payment_method_types": intent.types,
            "receipt_email": intent.texts.get("receipt_email"),
            "statement_descriptor": intent.texts.get("statement_descriptor"),
            "statement_descriptor_suffix": intent.texts.get("statement_descriptor_suffix"),
            "status": intent.status,
        });
        let last_error = intent.last_error.as_ref().map_or(Value::Null, last_error_json);
        let json =
            [("last_payment_error", last_error), ("payment_method_options", options_json(intent))];
        object(fields, json.into_iter().chain(NULLS.map(|name| (name, Value::Null))))
    }

    pub(super) fn reader_json(&self, id: &ReaderId, view: &View) -> Value {
        let reader = &self.readers[id];
        let setup = &reader.setup;
        let action = reader.action.as_ref().map(|action| self.action_json(action, view));
        let fields = json!({
            "id": id,
            "object": "terminal.reader",
            "device_sw_version": "2.42.0.0",
            "device_type": setup.device_type,
            "ip_address": "192.168.2.2",
            "label": setup.label,
            // Milliseconds, unlike every other time of the API.
            "last_seen_at": self.last_seen(reader).0,
            "livemode": setup.livemode.unwrap_or(self.setup.livemode),
            "location": setup.location,
            "metadata": reader.metadata,
            "serial_number": setup.serial_number,
            "status": self.reader_status(reader),
        });
        Value::Object(object(fields, [("action", action.unwrap_or_default())]))
    }

    fn action_json(&self, action: &Action, view: &View) -> Value {
        let (kind, about) = match &action.kind {
            ActionKind::Payment { intent, config, step, .. } => {
                let (name, mut about) = self.payment_json(intent, *config, *step, view);
                if let ActionState::Collected { .. } = action.state
                    && let Some(method) = method_json(self.intent(intent), self.setup.livemode)
                {
                    about["payment_method"] = method;
                }
                (name, about)
            }
            ActionKind::Refund(refund) => ("refund_payment", refund.json()),
            ActionKind::Display { cart } => {
                ("set_reader_display", json!({ "type": "cart", "cart": cart }))
            }
        };
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
        let fields = json!({
            "type": kind,
            "status": status,
            "failure_code": code,
            "failure_message": message,
        });
        let mut json = object(fields, [(kind, about)]);
        if view.version.knows_action_api_error() {
            let error = failure.and_then(|failure| self.api_error_json(failure, view));
            json.insert("api_error".to_owned(), error.unwrap_or_default());
        }
        Value::Object(json)
    }

    /// The name of a payment's action, and what it is about.
    fn payment_json(
        &self,
        id: &PaymentIntentId,
        config: ProcessConfig,
        step: Step,
        view: &View,
    ) -> (&'static str, Value) {
        let (name, config_name) = match step {
            Step::Process => ("process_payment_intent", "process_config"),
            Step::Collect => ("collect_payment_method", "collect_config"),
            Step::Confirm => ("confirm_payment_intent", "confirm_config"),
        };
        let place = format!("action.{name}.payment_intent");
        let intent = if view.expands(&place) {
            self.intent_json(id, &view.below(&place))
        } else {
            json!(id)
        };
        let about = [("payment_intent", intent), (config_name, config_json(config))];
        (name, Value::Object(object(json!({}), about)))
    }

    /// The structured error of a failed action; none where the failure was the reader's own.
    fn api_error_json(&self, failure: &Failure, view: &View) -> Option<Value> {
        match failure {
            Failure::Declined { decline, charge } => {
                let charge = &self.charges[charge];
                let error = card_error_json(decline, &charge.id, &charge.card);
                let intent = self.intent_json(&charge.intent, &view.plain());
                Some(Value::Object(object(error, [("payment_intent", intent)])))
            }
            Failure::CustomerCanceled
            | Failure::OtherCard
            | Failure::Connection
            | Failure::IntentCanceled
            | Failure::IntentState
            | Failure::NotConfirmed
            | Failure::PromptEnded
            | Failure::Hardware => None,
        }
    }

    pub(super) fn refund_json(&self, refund: &Refund, view: &View) -> Value {
        let (charge, intent) = (&refund.charge, &refund.intent);
        let charge_json =
            if view.expands("charge") { self.charge_json(charge) } else { json!(charge) };
        let intent_json = if view.expands("payment_intent") {
            self.intent_json(intent, &view.below("payment_intent"))
        } else {
            json!(intent)
        };
        let fields = json!({
            "id": refund.id,
            "object": "refund",
            "amount": refund.amount,
            "balance_transaction": format!("txn_{}", refund.id.trim_start_matches("re_")),
            "created": refund.created,
            "currency": refund.currency,
            "customer": null,
            "customer_account": null,
            "destination_details": { "type": "card", "card": { "type": "refund" } },
            "metadata": refund.metadata,
            "payment_method": payment_method_id(charge),
            "reason": refund.reason,
            "receipt_number": null,
            "source_transfer_reversal": null,
            "status": if refund.is_pending { "pending" } else { "succeeded" },
            "transfer_reversal": null,
        });
        let json = [("charge", charge_json), ("payment_intent", intent_json)];
        Value::Object(object(fields, json))
    }
}

/// The id of the payment method behind a charge.
pub(super) fn payment_method_id(charge: &ChargeId) -> String {
    format!("pm_{}", charge.as_str().trim_start_matches("ch_"))
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

fn last_error_json(failure: &PaymentFailure) -> Value {
    card_error_json(&failure.decline, &failure.charge, &failure.card)
}

fn card_error_json(decline: &Decline, charge: &ChargeId, card: &Card) -> Value {
    json!({
        "type": "card_error",
        "charge": charge,
        "code": decline.code,
        "decline_code": decline.decline_code,
        "doc_url": doc_url(decline.code),
        "message": decline.message(),
        "payment_method": {
            "id": payment_method_id(charge),
            "object": "payment_method",
            "type": card.method_type(),
            card.method_type(): { "brand": card.brand(), "last4": card.last4() },
        },
    })
}

fn config_json(config: ProcessConfig) -> Value {
    let mut json = Map::new();
    for (name, flag) in [
        ("enable_customer_cancellation", config.enable_customer_cancellation),
        ("skip_tipping", config.skip_tipping),
    ] {
        if let Some(flag) = flag {
            json.insert(name.to_owned(), Value::Bool(flag));
        }
    }
    Value::Object(json)
}

fn options_json(intent: &Intent) -> Value {
    let mut options = Map::new();
    let named = intent.option_types.iter().chain(&intent.types);
    for kind in named {
        let mut option = Map::new();
        if kind == "card_present" {
            for name in
                ["request_extended_authorization", "request_incremental_authorization_support"]
            {
                option.insert(name.to_owned(), Value::Bool(false));
            }
            if let Some(method) = &intent.card_capture_method {
                option.insert("capture_method".to_owned(), json!(method));
            }
        }
        if kind.ends_with("_present") {
            options.insert(kind.clone(), Value::Object(option));
        }
    }
    Value::Object(options)
}

/// The fields of a JSON object, and more that are JSON by now: `json!` would copy those, and what
/// is in them, at each level anew.
pub(super) fn object(
    value: Value,
    more: impl IntoIterator<Item = (&'static str, Value)>,
) -> Map<String, Value> {
    let mut fields = match value {
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    };
    fields.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
    fields
}
