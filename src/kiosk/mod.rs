//! The kiosk around its sales, pure: which sale has the customer, which one holds the reader,
//! what is out of order, and what the display says.
//!
//! * `kiosk`: the state, and what changes it
//! * [`select`]: whether a selection may open a sale
//! * [`cart`]: what the customer has chosen and not paid for yet
//! * [`stock`]: how much is left of each product that is counted
//! * [`reader`]: what is known of the reader, and when it has to be looked at or cleared
//! * `reader_display`: the product on the reader before it asks for the card
//! * [`reader_wish`]: what the kiosk itself wants of the reader
//! * [`restart_window`]: the hours at which readers restart every night
//! * [`claim`]: whose the reader is, and what people may ask of it
//! * [`place`]: where the reader stands, and whether its currency is the kiosk's
//! * [`account`]: whether the account takes cards at a reader
//! * [`countries`]: which currency readers take in which country
//! * [`service`]: taken out of service by a person, or about to stop
//! * [`out_of_order`]: reasons not to sell, each with what to do about it
//! * [`sweep`]: what was left at Stripe, when it is looked for, and what may be touched
//! * [`menu`]: what there is to choose, on the screen of the payment reader
//! * `reconfigure`: another configuration is taken over, between two customers
//! * [`view`]: the one thing that the display shows
//! * [`screen`]: what the display does by itself: languages, how long messages stand
//! * [`status`]: the answer to "how are you?"
//! * [`reader_status`]: the answer to "what about the reader?"
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod account;
pub mod cart;
pub mod claim;
pub mod countries;
#[expect(clippy::module_inception, reason = "the room's main thing has the room's name")]
mod kiosk;
pub mod menu;
pub mod out_of_order;
pub mod place;
pub mod reader;
mod reader_display;
pub mod reader_status;
pub mod reader_wish;
mod reconfigure;
pub mod restart_window;
pub mod screen;
pub mod select;
pub mod service;
pub mod status;
pub mod stock;
pub mod sweep;
#[cfg(test)]
pub(crate) mod tests;
pub mod view;

pub use kiosk::{Asked, Dispenser, Kiosk, Product, Setup};
pub use out_of_order::Reason;
pub use select::Turned;
pub use view::View;
