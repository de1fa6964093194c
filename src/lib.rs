//! kioskd sells from an unattended kiosk with a card reader driven through Stripe's API.
//!
//! The rooms, and which way dependencies point: `money, ids ← sale ← kiosk ← daemon → the rest`.
//!
//! | room | what it is for |
//! |---|---|
//! | [`money`], [`ids`], [`time`] | values that cannot be mixed up |
//! | [`input`] | what customers press |
//! | [`dispenser`] | what lets goods out |
//! | [`serial`] | serial ports and the lines on them, for both |

pub mod dispenser;
pub mod ids;
pub mod input;
pub mod money;
pub mod serial;
pub mod time;
