//! The calls that kioskd makes, and their bytes.

use std::time::Duration;

use crate::ids::{ControllerId, IdempotencyKey, KioskId, PaymentIntentId, ReaderId, SaleId};
use crate::money::Money;
use crate::sale::fact::{CaptureMode, Opened};
use crate::sale::key::WIRE_AT_THE_TAP;
use crate::time::StripeTime;

/// A reader command may take this long to answer: the reply waits for the reader. Source: the
/// limit of Stripe's own SDKs, 80 s, and a little more.
const COMMAND_LIMIT: Duration = Duration::from_secs(85);

/// Everything else answers quickly or not at all.
const PLAIN_LIMIT: Duration = Duration::from_secs(20);

/// A sale of one product has a refund or two; a list that goes on beyond this is no answer.
/// Source: Stripe's limit for a page.
const MOST_REFUNDS: u32 = 100;

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
    /// Refund what was captured.
    Refund(Refund),
    /// Have a reader ask for the card again, to put the money back onto it.
    RefundInPerson {
        /// The reader.
        reader: ReaderId,
        /// The refund.
        refund: Refund,
    },
    /// Read the refunds of a PaymentIntent.
    ListRefunds {
        /// The PaymentIntent.
        intent: PaymentIntentId,
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

/// A refund that is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refund {
    /// The PaymentIntent.
    pub intent: PaymentIntentId,
    /// How much.
    pub amount: Money,
    /// The sale, for its metadata: by sale and `n` it is known again.
    pub sale: SaleId,
    /// Number of its key, for its metadata.
    pub n: u32,
    /// Its key.
    pub key: IdempotencyKey,
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
    /// A `refund`.
    Refund,
    /// A `list` of refunds.
    Refunds,
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
            Self::Refund(refund) => refund.by_api(),
            Self::RefundInPerson { reader, refund } => refund.in_person(reader),
            Self::ListRefunds { intent } => list_refunds(intent),
        }
    }

    /// Which object the reply must be.
    pub fn expected(&self) -> Expected {
        match self {
            Self::CreateIntent { .. }
            | Self::CancelIntent { .. }
            | Self::Capture { .. }
            | Self::ReadIntent { .. } => Expected::Intent,
            Self::Refund(_) => Expected::Refund,
            Self::ListRefunds { .. } => Expected::Refunds,
            Self::Process { .. }
            | Self::RefundInPerson { .. }
            | Self::ClearReader { .. }
            | Self::AssignReader { .. }
            | Self::ReadReader { .. } => Expected::Reader,
            Self::ListIntents { .. } => Expected::Intents,
        }
    }

    /// Whether it is a command that the reader itself has to answer: these go one at a time.
    pub fn is_reader_command(&self) -> bool {
        matches!(
            self,
            Self::Process { .. } | Self::RefundInPerson { .. } | Self::ClearReader { .. }
        )
    }
}

impl Refund {
    fn by_api(&self) -> Wire {
        let params = self.params(pair("reason", "requested_by_customer"));
        post("/v1/refunds".into(), params, Some(&self.key))
    }

    fn in_person(&self, reader: &ReaderId) -> Wire {
        let cancellation = pair("refund_payment_config[enable_customer_cancellation]", &true);
        let path = format!("/v1/terminal/readers/{reader}/refund_payment");
        Wire { limit: COMMAND_LIMIT, ..post(path, self.params(cancellation), Some(&self.key)) }
    }

    fn params(&self, how: (String, String)) -> Vec<(String, String)> {
        vec![
            pair("payment_intent", &self.intent),
            pair("amount", &self.amount.amount),
            how,
            pair("metadata[sale]", &self.sale),
            pair("metadata[n]", &self.n),
        ]
    }
}

fn list_refunds(intent: &PaymentIntentId) -> Wire {
    Wire {
        method: Method::Get,
        path: "/v1/refunds".into(),
        params: vec![pair("payment_intent", intent), pair("limit", &MOST_REFUNDS)],
        key: None,
        limit: PLAIN_LIMIT,
    }
}

/// The body that creates the PaymentIntent. A sale is opened with a version and keeps it, so that
/// its repeat is the same request after an upgrade: each version has a renderer of its own.
fn create_params(opened: &Opened) -> Vec<(String, String)> {
    match opened.wire {
        WIRE_AT_THE_TAP => at_the_tap_params(opened),
        _ => hold_params(opened),
    }
}

/// Version 1: the card is held at the tap and captured by a call.
fn hold_params(opened: &Opened) -> Vec<(String, String)> {
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

/// Version 2: what can be is charged at the tap. With capture after the vend that is Interac
/// alone, and all other cards are held: one PaymentIntent takes both. Source: Stripe, Regional
/// considerations for Terminal, Canada.
fn at_the_tap_params(opened: &Opened) -> Vec<(String, String)> {
    let price = opened.product.price;
    let origin = &opened.origin;
    let mut params = vec![
        pair("amount", &price.amount),
        pair("currency", &price.currency),
        pair("allowed_payment_method_types[]", "card_present"),
    ];
    if opened.policy.interac {
        params.push(pair("allowed_payment_method_types[]", "interac_present"));
    }
    params.push(pair("capture_method", "automatic"));
    if opened.policy.capture == CaptureMode::AfterVend {
        params.push(pair("payment_method_options[card_present][capture_method]", "manual"));
    }
    params.extend([
        pair("metadata[kiosk]", &origin.kiosk),
        pair("metadata[sale]", &opened.sale),
        pair("metadata[reader]", &opened.reader),
        pair("metadata[controller]", &origin.controller),
        pair("metadata[journal]", &origin.journal),
        pair("metadata[boot]", &opened.boot),
        pair("metadata[products]", &opened.product.code),
        pair("expand[]", "latest_charge"),
    ]);
    params
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

    fn bytes(opened: Opened) -> String {
        let key: IdempotencyKey = "SALE1:create:1".parse().unwrap();
        let wire = Request::CreateIntent { opened: Box::new(opened), key }.wire();
        let text: Vec<String> =
            wire.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
        text.join("&")
    }

    /// Bytes of wire version 2. Never edit what is expected here.
    #[test]
    fn the_bytes_of_wire_version_2_never_change() {
        let metadata = "metadata[kiosk]=lobby-3&metadata[sale]=SALE1&metadata[reader]=tmr_1\
             &metadata[controller]=board-1&metadata[journal]=journal-1&metadata[boot]=boot-1\
             &metadata[products]=A1&expand[]=latest_charge";
        let mut automatic = Opened { wire: 2, ..opened() };
        automatic.policy.capture = CaptureMode::Automatic;
        assert_eq!(
            bytes(automatic.clone()),
            format!(
                "amount=250&currency=usd&allowed_payment_method_types[]=card_present\
                 &capture_method=automatic&{metadata}"
            )
        );
        automatic.policy.interac = true;
        assert_eq!(
            bytes(automatic.clone()),
            format!(
                "amount=250&currency=usd&allowed_payment_method_types[]=card_present\
                 &allowed_payment_method_types[]=interac_present&capture_method=automatic\
                 &{metadata}"
            )
        );
        automatic.policy.capture = CaptureMode::AfterVend;
        assert_eq!(
            bytes(automatic),
            format!(
                "amount=250&currency=usd&allowed_payment_method_types[]=card_present\
                 &allowed_payment_method_types[]=interac_present&capture_method=automatic\
                 &payment_method_options[card_present][capture_method]=manual&{metadata}"
            )
        );
    }

    /// A refund of unknown fate is repeated with these bytes. Never edit what is expected here.
    #[test]
    fn the_bytes_of_a_refund_never_change() {
        let refund = Refund {
            intent: "pi_1".parse().unwrap(),
            amount: Money::new(250, "usd".parse().unwrap()),
            sale: "SALE1".parse().unwrap(),
            n: 2,
            key: "SALE1:refund:2".parse().unwrap(),
        };
        let reader = "tmr_1".parse().unwrap();
        let in_person = Request::RefundInPerson { reader, refund: refund.clone() }.wire();
        assert_eq!(in_person.path, "/v1/terminal/readers/tmr_1/refund_payment");
        let cancellation = ("refund_payment_config[enable_customer_cancellation]", "true");
        assert!(in_person.params.contains(&pair(cancellation.0, cancellation.1)));
        let wire = Request::Refund(refund).wire();
        let text: Vec<String> =
            wire.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(wire.path, "/v1/refunds");
        assert_eq!(
            text.join("&"),
            "payment_intent=pi_1&amount=250&reason=requested_by_customer&metadata[sale]=SALE1\
             &metadata[n]=2"
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
