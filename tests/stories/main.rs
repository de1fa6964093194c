//! Stories: the real program, a simulated Stripe over HTTP, and ptys for the boards. A file a
//! story.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its bench may panic, and the line tells where"
)]

#[path = "../boards/mod.rs"]
mod boards;
mod rig;
#[path = "../schema/mod.rs"]
mod schema;

mod commands;
mod flushed_before_effects;
mod killed_at_each_step;
mod reader_display;
mod sells_a_product;
mod speaks_stripes_language;
mod stops_when_told;
mod survives;
mod two_steps;
