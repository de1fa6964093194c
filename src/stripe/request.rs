//! The calls that kioskd makes, and their bytes.

use std::time::Duration;

use crate::ids::{ControllerId, IdempotencyKey, KioskId, PaymentIntentId, ReaderId};
use crate::money::Money;
use crate::sale::fact::Opened;
use crate::time::StripeTime;

/// A reader command may take this long to answer: the reply waits for the reader. Source: the
/// limit of Stripe's own SDKs, 80 s, and a little more.
const COMMAND_LIMIT: Duration = Duration::from_secs(85);

/// Everything else answers quickly or not at all.
const PLAIN_LIMIT: Duration = Duration::from_secs(20);

/// Brings reader, PaymentIntent and charge in one reply (four levels, Stripe's limit).
const EXPAND_ACTION: &str = "action.process_payment_intent.payment_intent.latest_charge";

/// The key of a reader's metadata that names the board it is assigned to.
pub const CONTROLLER: &str = "kioskd_controller";

/// The key of a reader's metadata that says, for people, what this board's kiosk is called.
pub const KIOSK: &str = "kioskd_kiosk";

/// The most that a page of a list holds. Source: Stripe, Pagination.
const PAGE: u32 = 100;

/// One call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// Create the PaymentIntent of a sale.
    CreateIntent {
        /// What the sale was opened with.
        opened: Box<Opened>,
        /// Its key.
        key: IdempotencyKey,
    },
    /// Prompt the reader for a PaymentIntent.
    Process {
        /// The reader.
        reader: ReaderId,
        /// The PaymentIntent.
        intent: PaymentIntentId,
        /// Whether the reader shows a cancel button.
        customer_cancellation: bool,
        /// Its key.
        key: IdempotencyKey,
    },
    /// Clear the reader.
    ClearReader {
        /// The reader.
        reader: ReaderId,
        /// Its key. None where no sale is concerned: clearing a dead action moves no money and
        /// may be repeated at will.
        key: Option<IdempotencyKey>,
    },
    /// Cancel a PaymentIntent.
    CancelIntent {
        /// The PaymentIntent.
        intent: PaymentIntentId,
        /// Its key.
        key: IdempotencyKey,
    },
    /// Capture a PaymentIntent.
    Capture {
        /// The PaymentIntent.
        intent: PaymentIntentId,
        /// How much.
        amount: Money,
        /// Its key.
        key: IdempotencyKey,
    },
    /// Write on the reader which board it belongs to. It has no key: it moves no money, writing it
    /// twice is writing it once, and a key would let Stripe answer with an assignment that
    /// somebody has changed since.
    AssignReader {
        /// The reader.
        reader: ReaderId,
        /// The board.
        controller: ControllerId,
        /// Its kiosk.
        kiosk: KioskId,
    },
    /// Read the reader, with its action's PaymentIntent and charge.
    ReadReader {
        /// The reader.
        reader: ReaderId,
    },
    /// List the account's PaymentIntents, newest first, without their charges.
    ListIntents {
        /// Only those made since then.
        created_gte: StripeTime,
        /// The last of the page before.
        starting_after: Option<PaymentIntentId>,
    },
    /// Read a PaymentIntent with its charge.
    ReadIntent {
        /// The PaymentIntent.
        intent: PaymentIntentId,
    },
}

/// How a call travels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// Parameters in the query.
    Get,
    /// Parameters as a form in the body.
    Post,
}

/// Which object a reply must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expected {
    /// A `payment_intent`.
    Intent,
    /// A `terminal.reader`.
    Reader,
    /// A `list` of PaymentIntents.
    Intents,
}

/// A call as it goes out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wire {
    /// How it travels.
    pub method: Method,
    /// The path, from `/v1` on.
    pub path: String,
    /// Parameters in their order.
    pub params: Vec<(String, String)>,
    /// The idempotency key.
    pub key: Option<IdempotencyKey>,
    /// How long the whole call may take.
    pub limit: Duration,
}

impl Request {
    /// The call as it goes out. The same request always gives the same bytes.
    pub fn wire(&self) -> Wire {
        match self {
            Self::CreateIntent { opened, key } => {
                post("/v1/payment_intents".into(), create_params(opened), Some(key))
            }
            Self::Process { reader, intent, customer_cancellation, key } => Wire {
                limit: COMMAND_LIMIT,
                ..post(
                    format!("/v1/terminal/readers/{reader}/process_payment_intent"),
                    vec![
                        pair("payment_intent", intent),
                        pair("process_config[enable_customer_cancellation]", customer_cancellation),
                        pair("process_config[skip_tipping]", &true),
                        pair("expand[]", EXPAND_ACTION),
                    ],
                    Some(key),
                )
            },
            Self::ClearReader { reader, key } => Wire {
                limit: COMMAND_LIMIT,
                ..post(
                    format!("/v1/terminal/readers/{reader}/cancel_action"),
                    Vec::new(),
                    key.as_ref(),
                )
            },
            Self::CancelIntent { intent, key } => post(
                format!("/v1/payment_intents/{intent}/cancel"),
                vec![pair("expand[]", "latest_charge")],
                Some(key),
            ),
            Self::Capture { intent, amount, key } => post(
                format!("/v1/payment_intents/{intent}/capture"),
                vec![pair("amount_to_capture", &amount.amount), pair("expand[]", "latest_charge")],
                Some(key),
            ),
            Self::AssignReader { reader, controller, kiosk } => post(
                format!("/v1/terminal/readers/{reader}"),
                vec![
                    pair(&format!("metadata[{CONTROLLER}]"), controller),
                    pair(&format!("metadata[{KIOSK}]"), kiosk),
                    pair("expand[]", EXPAND_ACTION),
                ],
                None,
            ),
            Self::ReadReader { reader } => {
                get(format!("/v1/terminal/readers/{reader}"), EXPAND_ACTION)
            }
            Self::ListIntents { created_gte, starting_after } => {
                let after = starting_after.iter().map(|after| pair("starting_after", after));
                let params =
                    [pair("created[gte]", &created_gte.0), pair("limit", &PAGE)].into_iter();
                Wire {
                    method: Method::Get,
                    path: "/v1/payment_intents".into(),
                    params: params.chain(after).collect(),
                    key: None,
                    limit: PLAIN_LIMIT,
                }
            }
            Self::ReadIntent { intent } => {
                get(format!("/v1/payment_intents/{intent}"), "latest_charge")
            }
        }
    }

    /// Which object the reply must be.
    pub fn expected(&self) -> Expected {
        match self {
            Self::CreateIntent { .. }
            | Self::CancelIntent { .. }
            | Self::Capture { .. }
            | Self::ReadIntent { .. } => Expected::Intent,
            Self::Process { .. }
            | Self::ClearReader { .. }
            | Self::AssignReader { .. }
            | Self::ReadReader { .. } => Expected::Reader,
            Self::ListIntents { .. } => Expected::Intents,
        }
    }

    /// Whether it is a command that the reader itself has to answer: these go one at a time.
    pub fn is_reader_command(&self) -> bool {
        matches!(self, Self::Process { .. } | Self::ClearReader { .. })
    }
}

/// The body of wire version 1. A sale is opened with a version and keeps it, so a later version
/// needs a renderer of its own beside this one.
fn create_params(opened: &Opened) -> Vec<(String, String)> {
    let price = opened.product.price;
    let origin = &opened.origin;
    vec![
        pair("amount", &price.amount),
        pair("currency", &price.currency),
        pair("allowed_payment_method_types[]", "card_present"),
        pair("capture_method", "manual"),
        pair("metadata[kiosk]", &origin.kiosk),
        pair("metadata[sale]", &opened.sale),
        pair("metadata[reader]", &opened.reader),
        pair("metadata[controller]", &origin.controller),
        pair("metadata[journal]", &origin.journal),
        pair("metadata[boot]", &opened.boot),
        pair("metadata[products]", &opened.product.code),
        pair("expand[]", "latest_charge"),
    ]
}

fn pair(name: &str, value: &(impl ToString + ?Sized)) -> (String, String) {
    (name.to_owned(), value.to_string())
}

fn post(path: String, params: Vec<(String, String)>, key: Option<&IdempotencyKey>) -> Wire {
    Wire { method: Method::Post, path, params, key: key.cloned(), limit: PLAIN_LIMIT }
}

fn get(path: String, expand: &str) -> Wire {
    let params = vec![pair("expand[]", expand)];
    Wire { method: Method::Get, path, params, key: None, limit: PLAIN_LIMIT }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sale::tests::opened;

    /// Bytes of wire version 1: a sale that was opened by an older version of the program is
    /// repeated byte for byte by this one. Never edit what is expected here.
    #[test]
    fn the_bytes_of_wire_version_1_never_change() {
        let key: IdempotencyKey = "SALE1:create:1".parse().unwrap();
        let wire = Request::CreateIntent { opened: Box::new(opened()), key }.wire();
        let text: Vec<String> =
            wire.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(wire.path, "/v1/payment_intents");
        assert_eq!(
            text.join("&"),
            "amount=250&currency=usd&allowed_payment_method_types[]=card_present\
             &capture_method=manual&metadata[kiosk]=lobby-3&metadata[sale]=SALE1\
             &metadata[reader]=tmr_1&metadata[controller]=board-1&metadata[journal]=journal-1\
             &metadata[boot]=boot-1&metadata[products]=A1&expand[]=latest_charge"
        );
    }

    #[test]
    fn a_reader_command_gets_the_time_that_a_reader_may_take() {
        let reader: ReaderId = "tmr_1".parse().unwrap();
        let clear = Request::ClearReader { reader: reader.clone(), key: None };
        assert!(clear.wire().limit > Duration::from_secs(80));
        assert!(Request::ReadReader { reader }.wire().limit < Duration::from_secs(30));
    }
}
