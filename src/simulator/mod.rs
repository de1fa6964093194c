//! A simulator of the part of Stripe that kioskd uses, with readers and customers.
//!
//! [`Model`] is pure: requests, taps and time go in, replies come out, and nothing reads a clock
//! or draws a random number. The demo, the deterministic simulation and the HTTP server all run
//! this one model. What an auditor judges are its [`Books`].
//!
//! One sale, as a client sees it:
//!
//! | call | PaymentIntent | reader's action |
//! |---|---|---|
//! | `POST /v1/payment_intents` | `requires_payment_method` | none |
//! | `POST …/process_payment_intent` | `requires_payment_method` | `in_progress` |
//! | the customer taps: [`Model::present_card`] | `requires_payment_method`, locked | `in_progress` |
//! | the issuer approves, 1.5 s later | `requires_capture` | `succeeded` |
//! | `POST …/capture` | `succeeded` | `succeeded` |
//!
//! What Stripe's documentation leaves open was decided here as follows, with a switch in [`Setup`]
//! where a client must be right with both:
//!
//! - While a card is being authorized, its PaymentIntent is locked: changing or canceling it is a
//!   429 `lock_timeout`.
//! - Canceling a PaymentIntent that a reader prompts for ends the action as failed, `canceled`.
//! - `cancel_action` on an action that has ended, or on none, succeeds
//!   ([`Setup::cancel_needs_action`]).
//! - Processing again what is being prompted is `terminal_reader_busy`
//!   ([`Setup::processes_again`]).
//! - Lists are never late ([`Setup::lists_lag`]), searches neither ([`Setup::search_lags`]), and
//!   what a search finds is shown as it is now.
//! - A PaymentIntent whose amount was updated while a reader prompts is authorized for the amount
//!   that the reader shows.
//! - The version of the API is no part of what an idempotency key is compared by.
//! - Clearing a reader that keeps a collected card leaves its PaymentIntent in
//!   `requires_confirmation`; a card that nobody confirms for 30 s fails its action, `timeout`, and
//!   its PaymentIntent wants a card again.
//! - A parameter that Stripe knows and this simulator does not is refused, never ignored.

mod body;
mod books;
mod calls;
mod cards;
mod charge_object;
mod charges;
mod condition;
mod currencies;
mod customer;
mod error;
mod faults;
mod form;
pub mod http;
mod idempotency;
mod injected;
mod inputs;
mod intents;
mod keys;
mod locations;
mod model;
mod names;
mod no_business;
mod objects;
mod pages;
mod reader;
mod refund_action;
mod refunds;
mod request;
mod scheduled;
mod search;
mod setup;
mod two_steps;
mod version;

pub use body::Body;
pub use books::{Books, IntentBook, Totals};
pub use cards::{Card, DeclineCode};
pub use condition::LeftBehind;
pub use customer::Screen;
pub use error::SimulatorError;
pub use faults::{EndedPrompt, Fault, FaultReport};
pub use injected::{ErrorFields, InjectedError, NamedError};
pub use intents::IntentStatus;
pub use keys::Right;
pub use model::Model;
pub use request::{Method, Request, Response};
pub use setup::{CancelWhileAuthorizing, ReaderSetup, Setup};

#[cfg(test)]
mod tests;
