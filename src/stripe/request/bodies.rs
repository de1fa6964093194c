//! The bodies of creations and carts. What a sale was opened with, it repeats byte for byte.

use super::pair;
use crate::kiosk::account::{TRIAL, Trial};
use crate::sale::fact::{CaptureMode, Item, Opened};
use crate::sale::key::WIRE_AT_THE_TAP;

/// The body that creates the PaymentIntent. A sale is opened with a version and keeps it, so that
/// its repeat is the same request after an upgrade: each version has a renderer of its own.
pub(super) fn create_params(opened: &Opened) -> Vec<(String, String)> {
    match opened.wire {
        WIRE_AT_THE_TAP => at_the_tap_params(opened),
        _ => hold_params(opened),
    }
}

/// Version 1: the card is held at the tap and captured by a call.
fn hold_params(opened: &Opened) -> Vec<(String, String)> {
    let price = opened.price();
    let origin = &opened.origin;
    vec![
        pair("amount", &price.amount),
        pair("currency", &price.currency),
        pair("allowed_payment_method_types[]", "card_present"),
        pair("capture_method", "manual"),
        pair("metadata[kiosk]", &origin.kiosk),
        pair("metadata[sale]", &opened.sale),
        pair("metadata[reader]", &opened.reader),
        pair("metadata[controller]", &origin.controller),
        pair("metadata[journal]", &origin.journal),
        pair("metadata[boot]", &opened.boot),
        pair("metadata[products]", &opened.codes()),
        pair("expand[]", "latest_charge"),
    ]
}

/// A PaymentIntent that no reader is asked for: it shows what the account takes. It names no sale.
pub(super) fn trial_params(trial: &Trial) -> Vec<(String, String)> {
    let Trial { price, reader, origin } = trial;
    vec![
        pair("amount", &price.amount),
        pair("currency", &price.currency),
        pair("allowed_payment_method_types[]", "card_present"),
        pair("capture_method", "manual"),
        pair("description", "kioskd at its start: never prompted"),
        pair("metadata[kiosk]", &origin.kiosk),
        pair("metadata[reader]", reader),
        pair("metadata[controller]", &origin.controller),
        pair("metadata[journal]", &origin.journal),
        pair(&format!("metadata[{TRIAL}]"), "start"),
    ]
}

pub(super) fn cart_params(items: &[Item]) -> Vec<(String, String)> {
    let total = items.iter().fold(0, |sum: u64, item| sum.saturating_add(item.price.amount));
    let mut params = vec![pair("type", "cart")];
    params.extend(items.first().map(|item| pair("cart[currency]", &item.price.currency)));
    params.push(pair("cart[total]", &total));
    for (n, item) in items.iter().enumerate() {
        let line = |name: &str| format!("cart[line_items][{n}][{name}]");
        params.push(pair(&line("description"), &item.name));
        params.push(pair(&line("amount"), &item.price.amount));
        params.push(pair(&line("quantity"), &1));
    }
    params
}

/// Version 2: what can be is charged at the tap. With capture after the vend that is Interac
/// alone, and all other cards are held: one PaymentIntent takes both. Source: Stripe, Regional
/// considerations for Terminal, Canada.
fn at_the_tap_params(opened: &Opened) -> Vec<(String, String)> {
    let price = opened.price();
    let origin = &opened.origin;
    let mut params = vec![
        pair("amount", &price.amount),
        pair("currency", &price.currency),
        pair("allowed_payment_method_types[]", "card_present"),
    ];
    if opened.policy.interac {
        params.push(pair("allowed_payment_method_types[]", "interac_present"));
    }
    params.push(pair("capture_method", "automatic"));
    if opened.policy.capture == CaptureMode::AfterVend {
        params.push(pair("payment_method_options[card_present][capture_method]", "manual"));
    }
    params.extend([
        pair("metadata[kiosk]", &origin.kiosk),
        pair("metadata[sale]", &opened.sale),
        pair("metadata[reader]", &opened.reader),
        pair("metadata[controller]", &origin.controller),
        pair("metadata[journal]", &origin.journal),
        pair("metadata[boot]", &opened.boot),
        pair("metadata[products]", &opened.codes()),
        pair("expand[]", "latest_charge"),
    ]);
    params
}
