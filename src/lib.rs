//! kioskd sells from an unattended kiosk with a card reader driven through Stripe's API.
//!
//! The rooms, and which way dependencies point: `money, ids ← sale ← kiosk ← daemon → the rest`.
//!
//! | room | what it is for |
//! |---|---|
//! | [`money`], [`ids`], [`time`] | values that cannot be mixed up |
//! | [`kiosk`] | pure: the kiosk around its sales, what the display shows, what is out of order |
//! | [`stripe`] | typed client: requests, replies, what errors mean, transport |
//! | [`sale`] | pure: one sale, what has become true and what it wants done |
//! | [`config`] | from files and the environment to settings that cannot be wrong; the API key |
//! | [`simulator`] | Stripe, its readers and their customers, for the demo and the tests |

pub mod config;
pub mod ids;
pub mod kiosk;
pub mod money;
pub mod sale;
pub mod stripe;
pub mod simulator;
pub mod time;
