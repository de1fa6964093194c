//! The words of each view: a headline and a line that says what to do.

use crate::ids::SaleId;
use crate::kiosk::cart::CartLine;
use crate::kiosk::view::{BusyWith, Ending, Place, Rest, Shown};
use crate::kiosk::{Reason, Turned, View};
use crate::money::Money;
use crate::sale::cards::{CardSeen, NotTaken};
use crate::sale::fact::{Decline, Retraction};

/// A headline, and what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text {
    /// Read first.
    pub headline: String,
    /// What to do, or what happens.
    pub line: String,
}

fn text(headline: impl Into<String>, line: impl Into<String>) -> Text {
    Text { headline: headline.into(), line: line.into() }
}

/// The words of a view.
pub fn words(view: &View) -> Text {
    match view {
        View::Idle => text("Welcome", "Please choose a product."),
        View::Typing { text: typed } => typing(typed),
        View::Connecting { product } => text(price_line(product), "One moment, please."),
        View::ReaderBusy { product, with } => {
            let line = match with {
                BusyWith::OtherPayment => "The card reader is in use. One moment, please.",
                BusyWith::Itself => "The card reader is updating. One moment, please.",
            };
            text(price_line(product), line)
        }
        View::Blind { product } => {
            text(price_line(product), "No connection. Please do not present a card now.")
        }
        View::PresentCard { product, seconds_left, declined, not_taken } => {
            let line = match (declined, not_taken) {
                (None, None) => format!("Please present your card ({seconds_left} s)."),
                (Some(decline), _) => format!("{} ({seconds_left} s)", declined_line(decline)),
                (None, Some(why)) => {
                    format!("{} Please try another card. ({seconds_left} s)", not_taken_line(why))
                }
            };
            text(price_line(product), line)
        }
        View::CardNotTaken { product, why } => {
            text(price_line(product), format!("{} One moment, please.", not_taken_line(why)))
        }
        View::Authorizing { product, card } => {
            text(price_line(product), authorizing(card.as_ref()))
        }
        View::TakingBack { why } => text(taking_back(why), "Please do not present a card."),
        View::Cart { lines, sum } => cart(lines, *sum),
        View::Dispensing { product, place } => {
            text(placed(product, *place), "Here it comes. Please wait.")
        }
        View::Checking { product, place } => {
            text(placed(product, *place), "Please wait, the machine is checking your product.")
        }
        View::ThankYou { product } => text(
            "Thank you!",
            format!("{} paid. Please take your {}.", customer_money(product.price), goods(product)),
        ),
        View::PartGiven { given, of, unknown: 0, kept, rest } => {
            text(format!("Sorry, only {given} of {of} came out"), part_paid(*kept, *rest))
        }
        // Nobody knows how many came out.
        View::PartGiven { kept, rest, .. } => {
            text(ending(Ending::VendUnknown), part_paid(*kept, *rest))
        }
        View::NotCharged { why } => text(ending(*why), "Your card has not been charged."),
        View::HoldWillBeReleased { why } => {
            text(ending(*why), "Any hold on your card will be released.")
        }
        View::WillBeRefunded { why } => {
            text(ending(*why), "Your money will be refunded to your card.")
        }
        View::Refunded { why } => text(ending(*why), "Your money has been refunded to your card."),
        View::PresentCardAgain { product, seconds_left } => text(
            format!("{} did not come out", first_of(product)),
            format!("Present the same card again to get your money back ({seconds_left} s)."),
        ),
        View::MoneyOwed { sale, amount } => text("We are sorry", owed(sale, *amount)),
        View::OperatorDecides => text(
            "We are sorry",
            "The operator will check this purchase. Please note the time if you have a question.",
        ),
        View::NotNow { why } => text("Not now", turned(why)),
        View::OutOfOrder { reason } => nothing_sold(reason),
        View::Wait => text("One moment, please", "The last purchase is being finished."),
        View::Stopping => text("Out of order", SERVICED),
    }
}

/// Lines of whole words, each at most `width` characters unless a single word is longer.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// `$2.50`-like money is a matter of locale; until displays know one, code and amount.
fn customer_money(money: Money) -> String {
    money.to_string()
}

fn price_line(product: &Shown) -> String {
    format!("{}  {}", first_of(product), customer_money(product.price))
}

/// The product, or the first of several.
fn first_of(product: &Shown) -> String {
    match product.further {
        0 => product.name.clone(),
        further => format!("{} and {further} more", product.name),
    }
}

/// What is to be taken.
fn goods(product: &Shown) -> String {
    match product.further {
        0 => product.name.clone(),
        further => format!("{} products", further + 1),
    }
}

fn placed(product: &Shown, place: Place) -> String {
    match place {
        Place { of: 1, .. } => product.name.clone(),
        Place { number, of } => format!("{}, {number} of {of}", product.name),
    }
}

fn typing(typed: &str) -> Text {
    text(format!("Your choice: {typed}"), "Please type all of its code.")
}

fn cart(lines: &[CartLine], sum: Money) -> Text {
    let names: Vec<String> = lines
        .iter()
        .map(|CartLine { name, count }| match count {
            1 => name.clone(),
            count => format!("{count} {name}"),
        })
        .collect();
    let headline = format!("Your cart  {}", customer_money(sum));
    text(headline, format!("{}. Choose more, or press PAY.", names.join(", ")))
}

fn owed(sale: &SaleId, amount: Money) -> String {
    let amount = customer_money(amount);
    format!("The operator owes you {amount}. Please note this number: {sale}.")
}

/// What a part costs, and what becomes of the rest: a promise until Stripe has confirmed it.
fn part_paid(kept: Money, rest: Rest) -> String {
    let kept = customer_money(kept);
    match rest {
        Rest::WillBeReleased => {
            format!("You pay {kept}. Any further hold on your card will be released.")
        }
        Rest::NotCharged => format!("{kept} paid. The rest has not been charged."),
        Rest::WillBeRefunded => {
            format!("You pay {kept}. The rest will be refunded to your card.")
        }
        Rest::Refunded => format!("{kept} paid. The rest has been refunded to your card."),
    }
}

/// What to do after a decline. Source: Stripe, "Decline codes". Nobody is told before others that
/// a card is lost or stolen.
fn declined_line(decline: &Decline) -> &'static str {
    match decline.decline_code.as_deref().unwrap_or(&decline.code) {
        "insufficient_funds" => "Not enough funds. Please try another card.",
        "expired_card" => "This card has expired. Please try another card.",
        "offline_pin_required" | "online_or_offline_pin_required" => {
            "Please insert the card instead of tapping it."
        }
        "incorrect_pin" | "invalid_pin" => "That PIN was wrong. Please try once more.",
        "pin_try_exceeded" => "The PIN was wrong too often. Please try another card.",
        "withdrawal_count_limit_exceeded" | "card_velocity_exceeded" => {
            "This card has reached its limit. Please try another card."
        }
        "card_not_supported" | "currency_not_supported" | "transaction_not_allowed" => {
            "This card cannot pay here. Please try another card."
        }
        "processing_error"
        | "try_again_later"
        | "reenter_transaction"
        | "issuer_not_available"
        | "approve_with_id" => "That did not work. Please try once more.",
        _ => "Card declined. Please try another card.",
    }
}

fn not_taken_line(why: &NotTaken) -> String {
    match why {
        NotTaken::Brand { brand } => match brand_name(brand) {
            Some(name) => format!("This machine does not take {name}."),
            None => "This machine does not take this card.".to_owned(),
        },
        NotTaken::Funding { funding } => match funding.as_str() {
            kind @ ("credit" | "debit" | "prepaid") => {
                format!("This machine does not take {kind} cards.")
            }
            _ => "This machine does not take this kind of card.".to_owned(),
        },
        NotTaken::Country { .. } => "This machine does not take cards of this country.".to_owned(),
    }
}

fn authorizing(card: Option<&CardSeen>) -> String {
    let brand = card.and_then(|card| brand_name(card.brand.as_deref()?));
    let last4 = card.and_then(|card| card.last4.as_deref());
    match (brand, last4) {
        (Some(brand), Some(last4)) => format!("{brand} …{last4}: one moment, please."),
        (Some(_) | None, _) => "One moment, please.".to_owned(),
    }
}

/// A brand as people write it.
fn brand_name(brand: &str) -> Option<&'static str> {
    Some(match brand {
        "amex" => "American Express",
        "cartes_bancaires" => "Cartes Bancaires",
        "diners" => "Diners Club",
        "discover" => "Discover",
        "eftpos_au" => "eftpos",
        "interac" => "Interac",
        "jcb" => "JCB",
        "mastercard" => "Mastercard",
        "unionpay" => "UnionPay",
        "visa" => "Visa",
        _ => return None,
    })
}

fn taking_back(why: &Retraction) -> &'static str {
    match why {
        Retraction::CancelledOnKiosk | Retraction::CancelledOnReader => "Cancelling",
        Retraction::TimedOut => "Time is up",
        Retraction::TooManyDeclines => "Card not accepted",
        Retraction::Restarted
        | Retraction::Stopping
        | Retraction::StripeUnreachable
        | Retraction::ReaderUnavailable { .. }
        | Retraction::StripeRefused { .. }
        | Retraction::CancelledAtStripe
        | Retraction::LeftBehind => "We are sorry",
    }
}

fn ending(why: Ending) -> &'static str {
    match why {
        Ending::Cancelled => "Cancelled",
        Ending::TimedOut => "Time is up",
        Ending::Declined => "Card not accepted",
        Ending::VendFailed => "Sorry, the product did not come out",
        Ending::VendUnknown => "Sorry, something went wrong",
        Ending::Trouble => "Sorry, that did not work",
    }
}

fn nothing_sold(reason: &Reason) -> Text {
    let is_empty = matches!(reason, Reason::SoldOut { .. });
    text(if is_empty { "Sold out" } else { "Out of order" }, out_of_order(reason))
}

const SERVICED: &str = "The machine is being serviced.";

fn turned(why: &Turned) -> String {
    match why {
        Turned::Unknown { code } => format!("There is no {code} in this machine."),
        Turned::Disabled { code } => {
            format!("{code} is not for sale. Please choose another product.")
        }
        Turned::SoldOut { code, left: 0 } => {
            format!("{code} is sold out. Please choose another product.")
        }
        Turned::SoldOut { code, left: 1 } => format!("There is only one {code} left."),
        Turned::SoldOut { code, left } => format!("There are only {left} of {code} left."),
        Turned::Busy => "One moment, please.".into(),
        Turned::OutOfOrder { reason } => out_of_order(reason).into(),
        Turned::Draining => SERVICED.into(),
        Turned::CartFull => "Your cart is full. Please pay, or take something out.".into(),
        Turned::CartEmpty => "Your cart is empty. Please choose a product.".into(),
        Turned::NotInCart { code } => format!("There is no {code} in your cart."),
        Turned::NoCart => "Please choose a product.".into(),
        Turned::AtMachine { .. } => "Please choose it at the machine.".into(),
        Turned::NoSuchSlot { .. } | Turned::NoSuchPrice { .. } => {
            "This product cannot be paid by card.".into()
        }
    }
}

fn out_of_order(reason: &Reason) -> &'static str {
    match reason {
        Reason::Starting | Reason::ReaderUnassigned | Reason::Sweeping => {
            "The machine is starting. One moment, please."
        }
        Reason::Link { .. } | Reason::KeyRejected => "No connection. Please come back later.",
        Reason::ReaderOffline
        | Reason::ReaderDeaf
        | Reason::ReaderRefuses { .. }
        | Reason::ReaderNotFound => "The card reader is offline.",
        Reason::ReaderRestarting | Reason::ReaderUpdating => {
            "The card reader is restarting. It is back in a few minutes."
        }
        Reason::ReaderInUse => "The card reader is in use. One moment, please.",
        Reason::KeyTooNarrow { .. }
        | Reason::ReaderAssignedElsewhere { .. }
        | Reason::ReaderWrongMode { .. }
        | Reason::ReaderNoLocation
        | Reason::ReaderWrongCountry { .. }
        | Reason::NoCardPresent
        | Reason::PaymentsRefused { .. }
        | Reason::Exposure
        | Reason::DeadlineNear
        | Reason::Journal
        | Reason::Clone
        | Reason::OtherMode
        | Reason::PaymentNotFound => "The machine needs service.",
        Reason::Drained { .. } => SERVICED,
        Reason::PriceRefused { .. } => "This product cannot be sold at the moment.",
        Reason::SoldOut { .. } => "Nothing is left. Please come back later.",
        Reason::DispenserAway { .. } => "This product cannot be dispensed at the moment.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presenting(decline_code: &str) -> Text {
        words(&View::PresentCard {
            product: Shown {
                code: "A1".parse().unwrap(),
                name: "Cola".into(),
                price: Money::new(250, "usd".parse().unwrap()),
                further: 0,
            },
            seconds_left: 42,
            declined: Some(Decline {
                code: "card_declined".into(),
                decline_code: Some(decline_code.into()),
                charge: None,
            }),
            not_taken: None,
        })
    }

    #[test]
    fn a_declined_customer_is_told_what_to_do() {
        let line = "Not enough funds. Please try another card. (42 s)";
        assert_eq!(presenting("insufficient_funds").line, line);
        assert!(presenting("offline_pin_required").line.contains("insert the card"));
        // Nobody is told before others that a card is stolen.
        assert_eq!(presenting("stolen_card"), presenting("generic_decline"));
    }

    #[test]
    fn a_customer_whose_card_is_not_taken_is_told_which_are_not() {
        let line = |why| not_taken_line(&why);
        let prepaid = NotTaken::Funding { funding: "prepaid".into() };
        assert_eq!(line(prepaid), "This machine does not take prepaid cards.");
        let amex = NotTaken::Brand { brand: "amex".into() };
        assert_eq!(line(amex), "This machine does not take American Express.");
        let new = NotTaken::Brand { brand: "a_brand_of_tomorrow".into() };
        assert_eq!(line(new), "This machine does not take this card.");
    }

    #[test]
    fn a_customer_who_gets_a_part_is_told_what_it_costs_and_that_the_rest_costs_nothing() {
        let kept = Money::new(450, "usd".parse().unwrap());
        let part = |unknown, rest| words(&View::PartGiven { given: 2, of: 3, unknown, kept, rest });
        let promised = part(0, Rest::WillBeReleased);
        assert_eq!(promised.headline, "Sorry, only 2 of 3 came out");
        let line = "You pay 4.50 USD. Any further hold on your card will be released.";
        assert_eq!(promised.line, line);
        let line = "4.50 USD paid. The rest has not been charged.";
        assert_eq!(part(0, Rest::NotCharged).line, line);
        assert_eq!(part(1, Rest::NotCharged).headline, "Sorry, something went wrong");
        let product =
            Shown { code: "A1".parse().unwrap(), name: "Cola".into(), price: kept, further: 2 };
        let place = Place { number: 1, of: 3 };
        let coming = words(&View::Dispensing { product: product.clone(), place });
        assert_eq!(coming.headline, "Cola, 1 of 3");
        let thanks = words(&View::ThankYou { product: product.clone() }).line;
        assert_eq!(thanks, "4.50 USD paid. Please take your 3 products.");
        assert_eq!(words(&View::Connecting { product }).headline, "Cola and 2 more  4.50 USD");
    }

    #[test]
    fn three_texts_tell_of_money_and_no_fourth() {
        let not_charged = words(&View::NotCharged { why: Ending::VendFailed }).line;
        let held = words(&View::HoldWillBeReleased { why: Ending::VendFailed }).line;
        assert_eq!(not_charged, "Your card has not been charged.");
        assert_eq!(held, "Any hold on your card will be released.");
    }
}
