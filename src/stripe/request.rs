//! The calls that kioskd makes, and their bytes.

use std::time::Duration;

use crate::ids::{
    ControllerId, IdempotencyKey, KioskId, LocationId, PageCursor, PaymentIntentId, ReaderId,
    SaleId,
};
use crate::kiosk::account::Trial;
use crate::kiosk::menu::Menu;
use crate::money::Money;
use crate::sale::fact::{Item, Opened};
use crate::stripe::request::bodies::{
    cart_params, create_params, menu_params, payment_params, trial_params,
};
use crate::time::StripeTime;

mod bodies;

/// A reader command may take this long to answer: the reply waits for the reader. Source: the
/// limit of Stripe's own SDKs, 80 s, and a little more.
const COMMAND_LIMIT: Duration = Duration::from_secs(85);

/// A product that the reader shows is a nicety which the prompt behind it waits for: no longer than
/// a customer takes to look up from the keys.
const CART_LIMIT: Duration = Duration::from_secs(2);

/// What there is to choose is put on a reader that nobody needs just then, but a customer may be about
/// to: commands to a reader go one at a time.
const MENU_LIMIT: Duration = Duration::from_secs(5);

/// Everything else answers quickly or not at all.
const PLAIN_LIMIT: Duration = Duration::from_secs(20);

/// A sale of one product has a refund or two; a list that goes on beyond this is no answer.
/// Source: Stripe's limit for a page.
const MOST_REFUNDS: u32 = 100;

/// What a reader's payment may be, in one step or in two.
const PROCESS: &str = "process_payment_intent";
const COLLECT: &str = "collect_payment_method";
const CONFIRM: &str = "confirm_payment_intent";

/// The key of a reader's metadata that names the board it is assigned to.
pub const CONTROLLER: &str = "kioskd_controller";

/// The key of a reader's metadata that says, for people, what this board's kiosk is called.
pub const KIOSK: &str = "kioskd_kiosk";

/// The key of a form's metadata that tells it from all other forms.
pub const MENU: &str = "kioskd_menu";

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
    /// Let the reader read a card for a PaymentIntent (two-step flow).
    Collect {
        /// The reader.
        reader: ReaderId,
        /// The PaymentIntent.
        intent: PaymentIntentId,
        /// Whether the reader shows a cancel button.
        customer_cancellation: bool,
        /// Its key.
        key: IdempotencyKey,
    },
    /// Let the reader confirm the card that it has read (two-step flow).
    Confirm {
        /// The reader.
        reader: ReaderId,
        /// The PaymentIntent.
        intent: PaymentIntentId,
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
    /// Let the reader show products and their prices. Without a key: the same again does no harm.
    ShowCart {
        /// The reader.
        reader: ReaderId,
        /// The products.
        items: Vec<Item>,
    },
    /// Let the reader show what there is to choose. Without a key: the same again does no harm.
    ShowMenu {
        /// The reader.
        reader: ReaderId,
        /// What there is.
        menu: Box<Menu>,
        /// The board, for the form's metadata.
        controller: ControllerId,
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
    /// Make a PaymentIntent that no reader is asked for. Without a key: it is to show what the
    /// account takes now, not what it took when the key was new.
    TryAccount {
        /// What it is made of.
        trial: Box<Trial>,
    },
    /// Read where a reader stands.
    ReadLocation {
        /// The location.
        location: LocationId,
    },
    /// List the account's PaymentIntents, newest first, without their charges.
    ListIntents {
        /// Only those made since then.
        created_gte: StripeTime,
        /// The last of the page before.
        starting_after: Option<PageCursor>,
    },
    /// Search for the PaymentIntents whose metadata name a kiosk, without their charges. Stripe's
    /// index lags behind: what is found exists, what is not found may exist.
    SearchIntents {
        /// The kiosk.
        kiosk: KioskId,
        /// Only those made since then.
        created_gte: StripeTime,
        /// What the page before named as the next one.
        page: Option<PageCursor>,
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
    /// A `terminal.location`.
    Location,
    /// A `refund`.
    Refund,
    /// A `list` of refunds.
    Refunds,
    /// A `list` or a `search_result` of PaymentIntents.
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
            Self::Process { reader, intent, customer_cancellation, key } => {
                let params =
                    payment_params(PROCESS, "process_config", intent, *customer_cancellation);
                command(reader, PROCESS, params, Some(key))
            }
            Self::Collect { reader, intent, customer_cancellation, key } => {
                let params =
                    payment_params(COLLECT, "collect_config", intent, *customer_cancellation);
                command(reader, COLLECT, params, Some(key))
            }
            Self::Confirm { reader, intent, key } => {
                let params =
                    vec![pair("payment_intent", intent), pair("expand[]", &expand_action(CONFIRM))];
                command(reader, CONFIRM, params, Some(key))
            }
            Self::ClearReader { reader, key } => {
                command(reader, "cancel_action", Vec::new(), key.as_ref())
            }
            Self::ShowCart { reader, items } => Wire {
                limit: CART_LIMIT,
                ..command(reader, "set_reader_display", cart_params(items), None)
            },
            Self::ShowMenu { reader, menu, controller } => Wire {
                limit: MENU_LIMIT,
                ..command(reader, "collect_inputs", menu_params(menu, controller), None)
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
            Self::AssignReader { reader, controller, kiosk } => assign(reader, controller, kiosk),
            Self::ReadReader { reader } => {
                let expand = [PROCESS, COLLECT, CONFIRM].map(expand_action);
                get(format!("/v1/terminal/readers/{reader}"), &expand)
            }
            Self::TryAccount { trial } => {
                post("/v1/payment_intents".into(), trial_params(trial), None)
            }
            Self::ReadLocation { location } => {
                get(format!("/v1/terminal/locations/{location}"), &[])
            }
            Self::ListIntents { created_gte, starting_after } => {
                list_intents(*created_gte, starting_after.as_ref())
            }
            Self::SearchIntents { kiosk, created_gte, page } => {
                search(kiosk, *created_gte, page.as_ref())
            }
            Self::ReadIntent { intent } => {
                get(format!("/v1/payment_intents/{intent}"), &["latest_charge".to_owned()])
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
            | Self::TryAccount { .. }
            | Self::CancelIntent { .. }
            | Self::Capture { .. }
            | Self::ReadIntent { .. } => Expected::Intent,
            Self::Refund(_) => Expected::Refund,
            Self::ListRefunds { .. } => Expected::Refunds,
            Self::Process { .. }
            | Self::Collect { .. }
            | Self::Confirm { .. }
            | Self::RefundInPerson { .. }
            | Self::ClearReader { .. }
            | Self::ShowCart { .. }
            | Self::ShowMenu { .. }
            | Self::AssignReader { .. }
            | Self::ReadReader { .. } => Expected::Reader,
            Self::ReadLocation { .. } => Expected::Location,
            Self::ListIntents { .. } | Self::SearchIntents { .. } => Expected::Intents,
        }
    }

    /// The reader that it is about, if it is about one.
    pub fn reader(&self) -> Option<&ReaderId> {
        match self {
            Self::Process { reader, .. }
            | Self::Collect { reader, .. }
            | Self::Confirm { reader, .. }
            | Self::ShowCart { reader, .. }
            | Self::ShowMenu { reader, .. }
            | Self::RefundInPerson { reader, .. }
            | Self::ClearReader { reader, .. }
            | Self::AssignReader { reader, .. }
            | Self::ReadReader { reader } => Some(reader),
            Self::CreateIntent { .. }
            | Self::CancelIntent { .. }
            | Self::Capture { .. }
            | Self::Refund { .. }
            | Self::ListRefunds { .. }
            | Self::TryAccount { .. }
            | Self::ReadLocation { .. }
            | Self::ListIntents { .. }
            | Self::SearchIntents { .. }
            | Self::ReadIntent { .. } => None,
        }
    }

    /// Whether it is a command that the reader itself has to answer: these go one at a time.
    pub fn is_reader_command(&self) -> bool {
        match self {
            Self::Process { .. }
            | Self::Collect { .. }
            | Self::Confirm { .. }
            | Self::ClearReader { .. }
            | Self::RefundInPerson { .. }
            | Self::ShowCart { .. }
            | Self::ShowMenu { .. } => true,
            Self::CreateIntent { .. }
            | Self::CancelIntent { .. }
            | Self::Capture { .. }
            | Self::AssignReader { .. }
            | Self::Refund(_)
            | Self::ReadReader { .. }
            | Self::TryAccount { .. }
            | Self::ReadLocation { .. }
            | Self::ListIntents { .. }
            | Self::ListRefunds { .. }
            | Self::SearchIntents { .. }
            | Self::ReadIntent { .. } => false,
        }
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

fn assign(reader: &ReaderId, controller: &ControllerId, kiosk: &KioskId) -> Wire {
    let params = vec![
        pair(&format!("metadata[{CONTROLLER}]"), controller),
        pair(&format!("metadata[{KIOSK}]"), kiosk),
        pair("expand[]", &expand_action(PROCESS)),
    ];
    post(format!("/v1/terminal/readers/{reader}"), params, None)
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

fn pair(name: &str, value: &(impl ToString + ?Sized)) -> (String, String) {
    (name.to_owned(), value.to_string())
}

fn post(path: String, params: Vec<(String, String)>, key: Option<&IdempotencyKey>) -> Wire {
    Wire { method: Method::Post, path, params, key: key.cloned(), limit: PLAIN_LIMIT }
}

/// A command that the reader itself has to answer.
fn command(
    reader: &ReaderId,
    verb: &str,
    params: Vec<(String, String)>,
    key: Option<&IdempotencyKey>,
) -> Wire {
    let path = format!("/v1/terminal/readers/{reader}/{verb}");
    Wire { limit: COMMAND_LIMIT, ..post(path, params, key) }
}

/// Brings reader, PaymentIntent and charge in one reply (four levels, Stripe's limit).
fn expand_action(action: &str) -> String {
    format!("action.{action}.payment_intent.latest_charge")
}

fn list_intents(created_gte: StripeTime, starting_after: Option<&PageCursor>) -> Wire {
    let after = starting_after.map(|after| pair("starting_after", after));
    let since = pair("created[gte]", &created_gte.0);
    read("/v1/payment_intents".into(), [since, pair("limit", &PAGE)].into_iter().chain(after))
}

/// A kiosk's id has no character that would end the quotes or would have to be escaped in them.
/// Source for the query: Stripe, Search query language.
fn search(kiosk: &KioskId, created_gte: StripeTime, page: Option<&PageCursor>) -> Wire {
    let query = format!("metadata['kiosk']:'{kiosk}' AND created>={}", created_gte.0);
    let params = [pair("query", &query), pair("limit", &PAGE)].into_iter();
    read("/v1/payment_intents/search".into(), params.chain(page.map(|page| pair("page", page))))
}

fn get(path: String, expand: &[String]) -> Wire {
    read(path, expand.iter().map(|field| pair("expand[]", field)))
}

fn read(path: String, params: impl Iterator<Item = (String, String)>) -> Wire {
    let params = params.collect();
    Wire { method: Method::Get, path, params, key: None, limit: PLAIN_LIMIT }
}

#[cfg(test)]
mod tests;
