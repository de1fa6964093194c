//! What kioskd survives, a file for each way in which a payment goes wrong: the real program over
//! real HTTP, and a simulated Stripe that misbehaves as told. The names of the tests are the list.

mod authorization_in_the_last_second;
mod connection_errors;
mod declines;
mod errors_that_mean_something;
mod faults_of_http;
pub(crate) mod hints;
mod lost_prompts;
mod reader_busy;
mod reader_deaf;
mod reader_offline;
mod reader_timeouts;
mod settlement_that_waits;
mod slow_commands;
mod stuck_actions;
mod tls_front;
mod trusts_nobody;
mod wrong_clocks;

use serde_json::{Value, json};

use crate::rig::{Rig, VISA, wait_for};

const READER: &str = "tmr_simulated";

/// A call of the console about the reader.
#[track_caller]
fn reader(rig: &Rig, what: &str, form: &str) {
    rig.set_up(&format!("readers/{READER}/{what}"), form);
}

/// A kiosk with more configuration than the bench's own.
fn with_config(more: &str) -> Rig {
    let mut rig = Rig::without_daemon();
    rig.configure(more);
    rig.start();
    rig
}

#[track_caller]
fn wait_until_ready(rig: &Rig) {
    wait_for("the kiosk to be ready", || (rig.status()?["state"] == "ready").then_some(()));
}

/// Waits until the display, or the log, says this. The display breaks its lines.
#[track_caller]
fn wait_for_words(rig: &Rig, words: &str) {
    wait_for(&format!("\"{words}\" in the log"), || {
        let log = rig.log().replace('│', " ");
        let text: Vec<&str> = log.split_whitespace().collect();
        text.join(" ").contains(words).then_some(())
    });
}

/// Somebody buys something, and all is as it should be.
#[track_caller]
fn sell_one(rig: &Rig) {
    let before = rig.machine.delivered().len();
    wait_until_ready(rig);
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for("the product", || (rig.machine.delivered().len() > before).then_some(()));
    rig.outcomes();
}

/// How often this was asked of Stripe.
fn count(rig: &Rig, method: &str, end: &str) -> usize {
    let asked = rig.requests();
    asked.iter().filter(|r| r.method.as_str() == method && r.path.ends_with(end)).count()
}
