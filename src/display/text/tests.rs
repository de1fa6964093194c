//! What customers read.

use super::*;
use crate::kiosk::Reason;

/// Headline and line in English.
fn english(view: &View) -> (String, String) {
    words(view, &Speech::english(), &Help::default()).plain()
}

fn cola(further: usize) -> Shown {
    let price = Money::new(250, "usd".parse().unwrap());
    Shown { code: "A1".parse().unwrap(), name: "Cola".into(), price, further }
}

fn presenting(decline_code: &str) -> String {
    let view = View::PresentCard {
        product: cola(0),
        seconds_left: 42,
        seconds_of: 60,
        declined: Some(Decline {
            code: "card_declined".into(),
            decline_code: Some(decline_code.into()),
            charge: None,
        }),
        not_taken: None,
    };
    english(&view).1
}

#[test]
fn a_declined_customer_is_told_what_to_do() {
    let line = "Not enough funds. Please try another card. (42 s)";
    assert_eq!(presenting("insufficient_funds"), line);
    assert!(presenting("offline_pin_required").contains("insert the card"));
    // Nobody is told before others that a card is stolen.
    assert_eq!(presenting("stolen_card"), presenting("generic_decline"));
}

#[test]
fn a_customer_is_told_what_is_sold_out_and_what_is_left() {
    let a1 = || "A1".parse().unwrap();
    let line = |why| english(&View::NotNow { why }).1;
    let another = "A1 is sold out. Please choose another product.";
    assert_eq!(line(Turned::SoldOut { code: a1(), left: 0 }), another);
    let few = "There are only 2 of A1 left.";
    assert_eq!(line(Turned::SoldOut { code: a1(), left: 2 }), few);
    let none = "A1 is not for sale. Please choose another product.";
    assert_eq!(line(Turned::Disabled { code: a1() }), none);
    let empty = View::OutOfOrder { reason: Reason::SoldOut { product: a1() } };
    assert_eq!(english(&empty).0, "Sold out");
}

#[test]
fn a_customer_whose_card_is_not_taken_is_told_which_are_not() {
    let line = |why| english(&View::CardNotTaken { product: cola(0), why }).1;
    let prepaid = NotTaken::Funding { funding: "prepaid".into() };
    assert_eq!(line(prepaid), "This machine does not take prepaid cards. One moment, please.");
    let amex = NotTaken::Brand { brand: "amex".into() };
    let taken = "This machine does not take American Express. One moment, please.";
    assert_eq!(line(amex), taken);
    let new = NotTaken::Brand { brand: "a_brand_of_tomorrow".into() };
    assert_eq!(line(new), "This machine does not take this card. One moment, please.");
}

#[test]
fn a_customer_who_gets_a_part_is_told_what_it_costs_and_that_the_rest_costs_nothing() {
    let kept = Money::new(450, "usd".parse().unwrap());
    let part = |unknown, rest| {
        english(&View::PartGiven { given: 2, of: 3, unknown, kept, rest, receipt: None })
    };
    let promised = part(0, Rest::WillBeReleased);
    assert_eq!(promised.0, "Sorry, only 2 of 3 came out");
    let line = "You pay $4.50. Any further hold on your card will be released.";
    assert_eq!(promised.1, line);
    let line = "$4.50 paid. The rest has not been charged.";
    assert_eq!(part(0, Rest::NotCharged).1, line);
    assert_eq!(part(1, Rest::NotCharged).0, "Sorry, something went wrong");
    let place = Place { number: 1, of: 3 };
    let coming = english(&View::Dispensing { product: cola(2), place });
    assert_eq!(coming.0, "Cola, 1 of 3");
    let thanks = english(&View::ThankYou { product: cola(2), receipt: None }).1;
    assert_eq!(thanks, "$2.50 paid. Please take your 3 products.");
    assert_eq!(english(&View::Connecting { product: cola(2) }).0, "Cola and 2 more  $2.50");
}

#[test]
fn three_texts_tell_of_money_and_no_fourth() {
    let not_charged = english(&View::NotCharged { why: Ending::VendFailed }).1;
    let held = english(&View::HoldWillBeReleased { why: Ending::VendFailed }).1;
    assert_eq!(not_charged, "Your card has not been charged.");
    assert_eq!(held, "Any hold on your card will be released.");
}

#[test]
fn whoever_finds_it_out_of_order_reads_whom_to_call_and_what_to_say() {
    let help = Help { phone: Some("0800 123456".into()) };
    let note = |reason, help: &Help| {
        let view = View::OutOfOrder { reason };
        words(&view, &Speech::english(), help).note.map(|note| note.longest().to_owned())
    };
    let called = note(Reason::ReaderOffline, &help);
    assert_eq!(called.as_deref(), Some("Call 0800 123456 and say 40."));
    let coded = note(Reason::ReaderOffline, &Help::default());
    assert_eq!(coded.as_deref(), Some("Code for the operator: 40"));
    assert_eq!(note(Reason::Starting, &help), None, "it is over before anybody answers");
}

#[test]
fn a_receipt_is_an_address_with_a_word_beside_it() {
    let receipt = Some("https://example.invalid/r/1".to_owned());
    let view = View::ThankYou { product: cola(0), receipt: receipt.clone() };
    let words = words(&view, &Speech::english(), &Help::default());
    assert_eq!(words.link, receipt);
    assert_eq!(words.note.unwrap().longest(), "Scan for your receipt");
}

#[test]
fn what_is_nearly_gone_is_said_on_an_idle_display() {
    let few = vec![Scarce { name: "Nuts".into(), left: 1 }];
    let view = View::Shelf { sold_out: vec!["Cola".into(), "Water".into()], few };
    let note = words(&view, &Speech::english(), &Help::default()).note.unwrap();
    assert_eq!(note.longest(), "Only one left: Nuts. Sold out: Cola, Water");
}
