//! Stripe's API, typed: what is asked, what the replies mean, and how they travel.
//!
//! * [`request`]: the calls, and their bytes, which are the same after a restart or an upgrade
//! * [`reply`]: objects of Stripe's as the core sees them
//! * [`meaning`]: what an error means for a sale
//! * [`transport`]: HTTPS with limits, and the three kinds of no answer kept apart
//! * [`warm`]: its connections, which are kept open for the next customer

pub mod meaning;
pub mod reply;
pub mod request;
pub mod transport;
pub mod warm;

pub use meaning::understand;
pub use request::Request;
pub use transport::Client;

/// The API version whose requests and replies this program speaks.
pub const API_VERSION: &str = "2026-10-28.endive";
