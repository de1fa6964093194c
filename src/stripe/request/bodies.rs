//! The bodies of creations and carts. What a sale was opened with, it repeats byte for byte.

use super::{CONTROLLER, MENU, expand_action, pair};
use crate::ids::{ControllerId, PaymentIntentId};
use crate::kiosk::account::{TRIAL, Trial};
use crate::kiosk::menu::Menu;
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

/// A payment for which the reader asks for a card.
pub(super) fn payment_params(
    action: &str,
    config: &str,
    intent: &PaymentIntentId,
    customer_cancellation: bool,
) -> Vec<(String, String)> {
    vec![
        pair("payment_intent", intent),
        pair(&format!("{config}[enable_customer_cancellation]"), &customer_cancellation),
        pair(&format!("{config}[skip_tipping]"), &true),
        pair("expand[]", &expand_action(action)),
    ]
}

/// One input: buttons, or a number. Source: Stripe, API reference, "Collect inputs using a Reader".
pub(super) fn menu_params(menu: &Menu, controller: &ControllerId) -> Vec<(String, String)> {
    let kind = if menu.buttons.is_empty() { "numeric" } else { "selection" };
    let mut params = vec![
        pair("inputs[0][type]", kind),
        pair("inputs[0][required]", &true),
        pair("inputs[0][custom_text][title]", &menu.title),
    ];
    for (n, (says, text)) in menu.buttons.iter().enumerate() {
        let choice = |name: &str| format!("inputs[0][selection][choices][{n}][{name}]");
        params.push(pair(&choice("id"), says));
        params.push(pair(&choice("text"), text));
    }
    params.push(pair(&format!("metadata[{CONTROLLER}]"), controller));
    params.push(pair(&format!("metadata[{MENU}]"), &menu.mark));
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
