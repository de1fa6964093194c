//! The demo: the real daemon in front of a simulated Stripe, on one terminal.

pub mod screen;
