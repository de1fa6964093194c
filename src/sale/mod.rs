//! One sale, pure: what has become true, and what it now wants done.
//!
//! ```text
//!                     declined, card left         VEND unclear
//!                    ┌───────────────┐          ┌──────────────┐
//!                    ▼               │          │              ▼
//!  Opening ──► Prompting ──► Presenting ──► Vending ──►   Doubtful
//!     │            │              │             │              │
//!     │ cancelled, timed out, restarted, …      │ delivered,   │ STATUS says, or
//!     ▼            ▼              ▼             │ failed       │ `unknown_vend`
//!     └──────► Retracting ◄───────┘             ▼              │
//!              │  │  └── authorized after all ► Settling ◄─────┘
//!              │  └───── and still fresh ► Vending   │
//!              ▼                                     ▼
//!            Closed ◄────────────────────────────────┘
//! ```
//! In the two-step flow `Presenting` is followed by `Collected` and `Confirming`: the card is read,
//! looked at, and only then authorized.
//!
//! `NeedsAttention` can be reached from wherever a person has to decide.
//!
//! A walk through one sale: `Opened` is written, and [`duty()`] wants the PaymentIntent created.
//! The reply becomes `IntentCreated` and `PromptIntended`; the duty is now to prompt the reader.
//! Once it has taken the prompt (`Prompted`), the duty is to look at reader and PaymentIntent until
//! [`decide()`] finds the card authorized: `Authorized` and `VendIntended` are written together, and
//! only when they are on disk does the driver fire the dispenser. Its answer becomes `Delivered`
//! with `SettlementDecided`, the duty is to capture, and `Captured` with `Closed` ends the sale.
//!
//! * [`fact`]: what can become true, in the past tense, as it stands in the journal
//! * [`input`]: news from outside
//! * [`decide()`]: news and a sale in, facts out; `confirm`, `retract` and `settle` are its later
//!   phases
//! * [`cards`]: which cards are taken
//! * [`form`]: what stands on the reader beside prompts
//! * [`goods`]: the items, what they cost, what became of each
//! * `evolve`: a fact changes the sale; never fails, never decides
//! * [`duty()`]: the one thing that the sale wants now
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod attention;
pub mod cards;
mod confirm;
mod decide;
pub mod duty;
mod evolve;
pub mod fact;
pub mod form;
pub mod goods;
mod in_person;
pub mod input;
pub mod key;
pub mod phase;
mod present;
mod reader_command;
mod refund;
pub mod resolve;
mod retract;
mod settle;
#[cfg(test)]
pub(crate) mod tests;
mod vend;

pub use decide::decide;
pub use duty::{Duty, Want, duty};
pub use fact::Fact;
pub use input::Input;
pub use phase::{Phase, Sale};
