//! The calls that the simulator knows: their URLs, parameters and expandable fields.

use super::error::Refusal;
use super::form::{Form, root};
use super::request::{Method, Request};
use super::version::ApiVersion;

/// A call of the API; the text is the id in its URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call<'a> {
    CreateIntent,
    ListIntents,
    SearchIntents,
    RetrieveIntent(&'a str),
    UpdateIntent(&'a str),
    CancelIntent(&'a str),
    CaptureIntent(&'a str),
    ListReaders,
    RetrieveReader(&'a str),
    UpdateReader(&'a str),
    ProcessIntent(&'a str),
    CollectMethod(&'a str),
    ConfirmIntent(&'a str),
    RefundPayment(&'a str),
    CancelAction(&'a str),
    SetDisplay(&'a str),
    CollectInputs(&'a str),
    PresentCard(&'a str),
    CreateRefund,
    ListRefunds,
    RetrieveRefund(&'a str),
    RetrieveCharge(&'a str),
    RetrieveLocation(&'a str),
    RetrieveBalance,
    ListCustomers,
    ListPayouts,
}

/// What a call takes.
struct Parameters {
    /// Parameters that do something here.
    simulated: &'static [&'static str],
    /// Parameters that Stripe knows and the simulator does not: refused, never ignored.
    known: &'static [&'static str],
    /// Fields that `expand[]` may name (behind `data.` in lists).
    expandable: &'static [&'static str],
}

/// Parameters inside objects, where the simulator reads them.
const NESTED: &[(&str, &[&str])] = &[
    ("process_config", &["enable_customer_cancellation", "skip_tipping", "allow_redisplay"]),
    ("collect_config", &["enable_customer_cancellation", "skip_tipping", "allow_redisplay"]),
    ("confirm_config", &[]),
    ("refund_payment_config", &["enable_customer_cancellation"]),
    ("card_present", &["number"]),
    ("interac_present", &["number"]),
    ("cart", &["currency", "line_items", "tax", "total"]),
    ("payment_method_options", &["card_present", "interac_present"]),
    ("created", &["gt", "gte", "lt", "lte"]),
];

/// Parameters inside objects that Stripe knows and the simulator does not.
const NESTED_KNOWN: &[(&str, &[&str])] = &[
    ("process_config", &["return_url", "tipping"]),
    ("collect_config", &["tipping"]),
    ("confirm_config", &["return_url"]),
    ("payment_method_options", &["card"]),
];

const CHARGE: &[&str] = &["latest_charge"];
const READER: &[&str] = &[
    "action.process_payment_intent.payment_intent",
    "action.process_payment_intent.payment_intent.latest_charge",
    "action.collect_payment_method.payment_intent",
    "action.collect_payment_method.payment_intent.latest_charge",
    "action.confirm_payment_intent.payment_intent",
    "action.confirm_payment_intent.payment_intent.latest_charge",
];
const REFUND: &[&str] = &["charge", "payment_intent"];

const CREATE_INTENT: Parameters = Parameters {
    simulated: &[
        "amount",
        "currency",
        "allowed_payment_method_types",
        "payment_method_types",
        "capture_method",
        "description",
        "expand",
        "metadata",
        "payment_method_options",
        "receipt_email",
        "statement_descriptor",
        "statement_descriptor_suffix",
    ],
    known: &[
        "amount_details",
        "application_fee_amount",
        "automatic_payment_methods",
        "confirm",
        "confirmation_method",
        "confirmation_token",
        "customer",
        "customer_account",
        "error_on_requires_action",
        "excluded_payment_method_types",
        "hooks",
        "mandate",
        "mandate_data",
        "off_session",
        "on_behalf_of",
        "payment_details",
        "payment_method",
        "payment_method_configuration",
        "payment_method_data",
        "radar_options",
        "return_url",
        "setup_future_usage",
        "shipping",
        "transfer_data",
        "transfer_group",
        "use_stripe_sdk",
    ],
    expandable: CHARGE,
};

const UPDATE_INTENT: Parameters = Parameters {
    simulated: &["amount", "description", "expand", "metadata", "receipt_email"],
    known: &[
        "allowed_payment_method_types",
        "amount_details",
        "application_fee_amount",
        "capture_method",
        "currency",
        "customer",
        "customer_account",
        "excluded_payment_method_types",
        "hooks",
        "payment_details",
        "payment_method",
        "payment_method_configuration",
        "payment_method_data",
        "payment_method_options",
        "setup_future_usage",
        "shipping",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "transfer_data",
        "transfer_group",
    ],
    expandable: CHARGE,
};

const CAPTURE_INTENT: Parameters = Parameters {
    simulated: &["amount_to_capture", "expand", "metadata"],
    known: &[
        "amount_details",
        "application_fee_amount",
        "final_capture",
        "hooks",
        "payment_details",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "transfer_data",
    ],
    expandable: CHARGE,
};

const LIST_INTENTS: Parameters = Parameters {
    simulated: &["created", "ending_before", "expand", "limit", "starting_after"],
    known: &["customer", "customer_account"],
    expandable: CHARGE,
};

const CREATE_REFUND: Parameters = Parameters {
    simulated: &["amount", "charge", "expand", "metadata", "payment_intent", "reason"],
    known: &[
        "currency",
        "customer",
        "instructions_email",
        "origin",
        "refund_application_fee",
        "reverse_transfer",
    ],
    expandable: REFUND,
};

const REFUND_PAYMENT: Parameters = Parameters {
    simulated: &["amount", "expand", "metadata", "payment_intent", "refund_payment_config"],
    known: &["charge", "refund_application_fee", "reverse_transfer"],
    expandable: READER,
};

const LIST_REFUNDS: Parameters = Parameters {
    simulated: &[
        "charge",
        "created",
        "ending_before",
        "expand",
        "limit",
        "payment_intent",
        "starting_after",
    ],
    known: &[],
    expandable: REFUND,
};

const LIST_CUSTOMERS: Parameters = Parameters {
    simulated: &["created", "ending_before", "limit", "starting_after"],
    known: &["email", "expand", "test_clock"],
    expandable: &[],
};

const LIST_PAYOUTS: Parameters = Parameters {
    simulated: &["created", "ending_before", "limit", "starting_after"],
    known: &["arrival_date", "destination", "expand", "status"],
    expandable: &[],
};

const LIST_READERS: Parameters = Parameters {
    simulated: &[
        "device_type",
        "ending_before",
        "expand",
        "limit",
        "location",
        "serial_number",
        "starting_after",
        "status",
    ],
    known: &[],
    expandable: READER,
};

const PRESENT_CARD: Parameters = Parameters {
    simulated: &["card_present", "expand", "interac_present", "type"],
    known: &["amount_tip", "card"],
    expandable: READER,
};

/// A call of which everything is simulated.
const fn all(
    simulated: &'static [&'static str],
    expandable: &'static [&'static str],
) -> Parameters {
    Parameters { simulated, known: &[], expandable }
}

impl<'a> Call<'a> {
    /// The call of a method and path.
    pub(super) fn of(request: &'a Request) -> Option<Self> {
        let mut parts = request.path.strip_prefix("/v1/")?.split('/');
        let parts: [Option<&str>; 6] = std::array::from_fn(|_| parts.next());
        match request.method {
            Method::Get => Self::get(parts),
            Method::Post => Self::post(parts),
        }
    }

    fn get(parts: [Option<&'a str>; 6]) -> Option<Self> {
        match parts {
            [Some("payment_intents"), None, ..] => Some(Self::ListIntents),
            [Some("payment_intents"), Some("search"), None, ..] => Some(Self::SearchIntents),
            [Some("payment_intents"), Some(id), None, ..] => Some(Self::RetrieveIntent(id)),
            [Some("terminal"), Some("readers"), None, ..] => Some(Self::ListReaders),
            [Some("terminal"), Some("readers"), Some(id), None, ..] => {
                Some(Self::RetrieveReader(id))
            }
            [Some("terminal"), Some("locations"), Some(id), None, ..] => {
                Some(Self::RetrieveLocation(id))
            }
            [Some("refunds"), None, ..] => Some(Self::ListRefunds),
            [Some("refunds"), Some(id), None, ..] => Some(Self::RetrieveRefund(id)),
            [Some("charges"), Some(id), None, ..] => Some(Self::RetrieveCharge(id)),
            [Some("balance"), None, ..] => Some(Self::RetrieveBalance),
            [Some("customers"), None, ..] => Some(Self::ListCustomers),
            [Some("payouts"), None, ..] => Some(Self::ListPayouts),
            _ => None,
        }
    }

    fn post(parts: [Option<&'a str>; 6]) -> Option<Self> {
        match parts {
            [Some("payment_intents"), None, ..] => Some(Self::CreateIntent),
            [Some("payment_intents"), Some(id), None, ..] => Some(Self::UpdateIntent(id)),
            [Some("payment_intents"), Some(id), Some("cancel"), None, ..] => {
                Some(Self::CancelIntent(id))
            }
            [Some("payment_intents"), Some(id), Some("capture"), None, ..] => {
                Some(Self::CaptureIntent(id))
            }
            [Some("terminal"), Some("readers"), Some(id), None, ..] => Some(Self::UpdateReader(id)),
            [Some("terminal"), Some("readers"), Some(id), Some(verb), None, _] => match verb {
                "process_payment_intent" => Some(Self::ProcessIntent(id)),
                "collect_payment_method" => Some(Self::CollectMethod(id)),
                "confirm_payment_intent" => Some(Self::ConfirmIntent(id)),
                "refund_payment" => Some(Self::RefundPayment(id)),
                "cancel_action" => Some(Self::CancelAction(id)),
                "set_reader_display" => Some(Self::SetDisplay(id)),
                "collect_inputs" => Some(Self::CollectInputs(id)),
                _ => None,
            },
            [
                Some("test_helpers"),
                Some("terminal"),
                Some("readers"),
                Some(id),
                Some("present_payment_method"),
                None,
            ] => Some(Self::PresentCard(id)),
            [Some("refunds"), None, ..] => Some(Self::CreateRefund),
            _ => None,
        }
    }

    fn parameters(self) -> Parameters {
        match self {
            Self::CreateIntent => CREATE_INTENT,
            Self::ListIntents => LIST_INTENTS,
            Self::SearchIntents => all(&["expand", "limit", "page", "query"], CHARGE),
            Self::RetrieveIntent(_) => all(&["client_secret", "expand"], CHARGE),
            Self::UpdateIntent(_) => UPDATE_INTENT,
            Self::CancelIntent(_) => all(&["cancellation_reason", "expand"], CHARGE),
            Self::CaptureIntent(_) => CAPTURE_INTENT,
            Self::ListReaders => LIST_READERS,
            Self::RetrieveReader(_) | Self::CancelAction(_) => all(&["expand"], READER),
            Self::UpdateReader(_) => all(&["expand", "label", "metadata"], READER),
            Self::ProcessIntent(_) => all(&["expand", "payment_intent", "process_config"], READER),
            Self::CollectMethod(_) => all(&["collect_config", "expand", "payment_intent"], READER),
            Self::ConfirmIntent(_) => all(&["confirm_config", "expand", "payment_intent"], READER),
            Self::RefundPayment(_) => REFUND_PAYMENT,
            Self::SetDisplay(_) => all(&["cart", "expand", "type"], READER),
            Self::CollectInputs(_) => all(&["expand", "inputs", "metadata"], READER),
            Self::PresentCard(_) => PRESENT_CARD,
            Self::CreateRefund => CREATE_REFUND,
            Self::ListRefunds => LIST_REFUNDS,
            Self::RetrieveRefund(_) => all(&["expand"], REFUND),
            Self::RetrieveCharge(_) | Self::RetrieveLocation(_) | Self::RetrieveBalance => {
                all(&["expand"], &[])
            }
            Self::ListCustomers => LIST_CUSTOMERS,
            Self::ListPayouts => LIST_PAYOUTS,
        }
    }

    /// Whether it is one of the two steps, which older versions of the API lack.
    pub(super) fn is_two_step(self) -> bool {
        matches!(self, Self::CollectMethod(_) | Self::ConfirmIntent(_))
    }

    fn is_list(self) -> bool {
        matches!(
            self,
            Self::ListIntents
                | Self::SearchIntents
                | Self::ListReaders
                | Self::ListRefunds
                | Self::ListCustomers
                | Self::ListPayouts
        )
    }

    /// Refuses parameters that this call does not have in this version of the API.
    pub(super) fn check_names(self, form: Form, version: &ApiVersion) -> Result<(), Refusal> {
        let parameters = self.parameters();
        for name in form.names() {
            let top = root(name);
            let version_lacks =
                top == "allowed_payment_method_types" && !version.knows_allowed_types();
            if parameters.known.contains(&top) {
                return Err(not_simulated(name));
            }
            if version_lacks || !parameters.simulated.contains(&top) {
                return Err(unknown(name));
            }
            check_nested(name, top)?;
        }
        Ok(())
    }

    /// What `expand[]` asks for, or an error for a field that this call cannot expand.
    pub(super) fn expansions(self, form: Form) -> Result<Vec<String>, Refusal> {
        let expandable = self.parameters().expandable;
        let mut asked = Vec::new();
        for path in form.list("expand") {
            let field = if self.is_list() { path.strip_prefix("data.") } else { Some(path) };
            match field {
                Some(field) if expandable.contains(&field) => asked.push(field.to_owned()),
                Some(_) | None => {
                    let message = format!("This property cannot be expanded ({path}).");
                    return Err(Refusal::parameter(None, "expand", message));
                }
            }
        }
        Ok(asked)
    }
}

fn check_nested(name: &str, top: &str) -> Result<(), Refusal> {
    let Some((_, fields)) = NESTED.iter().find(|(object, _)| *object == top) else {
        return Ok(());
    };
    let Some(inside) = name.strip_prefix(top).and_then(|rest| rest.strip_prefix('[')) else {
        return Ok(());
    };
    let field = inside.split(']').next().unwrap_or_default();
    if fields.contains(&field) {
        return Ok(());
    }
    if NESTED_KNOWN.iter().any(|(object, known)| *object == top && known.contains(&field)) {
        return Err(not_simulated(name));
    }
    Err(unknown(name))
}

fn unknown(name: &str) -> Refusal {
    let message = format!("Received unknown parameter: {name}");
    Refusal::parameter(Some("parameter_unknown"), name, message)
}

/// Stripe knows it: ignoring it would show a client something that Stripe never does.
fn not_simulated(name: &str) -> Refusal {
    let message = format!("kioskd's simulator does not simulate the parameter {name}.");
    Refusal::parameter(Some("simulator_parameter_not_simulated"), name, message)
}
