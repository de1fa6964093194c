//! kioskd sells from an unattended kiosk with a card reader driven through Stripe's API.
//!
//! The rooms, and which way dependencies point: `money, ids ← sale ← kiosk ← daemon → the rest`.
//!
//! | room | what it is for |
//! |---|---|
//! | [`money`], [`ids`], [`time`] | values that cannot be mixed up |
//! | [`simulator`] | Stripe, its readers and their customers, for the demo and the tests |

pub mod ids;
pub mod money;
pub mod simulator;
pub mod time;
