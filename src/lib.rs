//! kioskd sells from an unattended kiosk with a card reader driven through Stripe's API.
//!
//! The rooms, and which way dependencies point: `money, ids ← sale ← kiosk ← daemon → the rest`.
//!
//! | room | what it is for |
//! |---|---|
//! | [`money`], [`ids`], [`time`] | values that cannot be mixed up |
//! | [`journal`] | what happened, on disk before anything rests on it |

pub mod ids;
pub mod journal;
pub mod money;
pub mod time;
