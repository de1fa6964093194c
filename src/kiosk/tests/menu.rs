//! What stands on the reader for customers to choose from, and what is made of an answer.

use super::*;
use crate::kiosk::menu::{Menu, MenuRules, MenuStyle};
use crate::kiosk::reader_wish::ReaderWish;
use crate::sale::form::FormSeen;

const POLL: Duration = Duration::from_secs(2);

/// Six products, to be chosen on the reader.
fn bench() -> Bench {
    let mut bench = Bench::ready();
    let rules = MenuRules { title: "What?".to_owned(), style: MenuStyle::Buttons, poll: POLL };
    bench.kiosk.setup.menu = Some(rules);
    let product = bench.kiosk.setup.catalog.values().next().unwrap().clone();
    for code in ["A2", "A3", "A4", "A5", "A6"] {
        let product =
            Product { name: format!("A very long name of {code}, and more"), ..product.clone() };
        bench.kiosk.setup.catalog.insert(code.parse().unwrap(), product);
    }
    bench.look(reader(None));
    bench
}

fn wanted(bench: &Bench) -> Option<Menu> {
    bench.kiosk.menu_wanted(bench.now, || "m1".to_owned())
}

/// The form was sent, and stands there.
fn standing() -> (Bench, Menu) {
    let mut bench = bench();
    let menu = wanted(&bench).unwrap();
    bench.kiosk.menu_sent(&menu, bench.now);
    bench.kiosk.menu_answered(None, bench.now);
    bench.wait(1);
    bench.look(reader(Some(form("m1", ActionStatus::InProgress, None))));
    (bench, menu)
}

fn form(mark: &str, status: ActionStatus, answer: Option<&str>) -> ActionSeen {
    let form = FormSeen {
        controller: Some(opened().origin.controller.to_string()),
        mark: Some(mark.to_owned()),
        answer: answer.map(str::to_owned),
    };
    ActionSeen {
        kind: "collect_inputs".into(),
        status,
        intent: None,
        sale: None,
        kiosk: None,
        intent_status: None,
        card: None,
        form: Some(Box::new(form)),
    }
}

fn codes(menu: &Menu) -> Vec<&str> {
    menu.buttons.iter().map(|(says, _)| says.as_str()).collect()
}

#[test]
fn buttons_fit_onto_the_reader_and_the_rest_is_behind_one_of_them() {
    let (mut bench, menu) = standing();
    assert_eq!(codes(&menu), ["A1", "A2", "A3", "+more"]);
    assert!(menu.buttons.iter().all(|(_, text)| text.chars().count() <= 30), "{menu:?}");
    assert!(menu.buttons[1].1.ends_with(" 2.50"), "the price is never cut off: {menu:?}");
    bench.look(reader(Some(form("m1", ActionStatus::Succeeded, Some("+more")))));
    assert_eq!(bench.kiosk.take_menu_answer(), None);
    let next = wanted(&bench).unwrap();
    assert_eq!(codes(&next), ["A4", "A5", "A6", "+more"]);
    bench.kiosk.menu_sent(&next, bench.now);
    bench.look(reader(Some(form("m1", ActionStatus::Succeeded, Some("+more")))));
    assert_eq!(codes(&wanted(&bench).unwrap()), ["A1", "A2", "A3", "+more"], "round and round");
}

#[test]
fn an_answer_counts_once_and_only_of_the_form_that_was_put_there() {
    let (mut bench, _) = standing();
    let chosen = form("m1", ActionStatus::Succeeded, Some("A2"));
    bench.look(reader(Some(chosen.clone())));
    assert_eq!(bench.kiosk.take_menu_answer().as_deref(), Some("A2"));
    bench.wait(1);
    bench.look(reader(Some(chosen)));
    assert_eq!(bench.kiosk.take_menu_answer(), None, "it stays to be seen");
    // A start later, an answer of before means nothing.
    let mut bench = self::bench();
    bench.look(reader(Some(form("m0", ActionStatus::Succeeded, Some("A2")))));
    assert_eq!(bench.kiosk.take_menu_answer(), None);
    assert!(wanted(&bench).is_some());
}

#[test]
fn a_form_that_stands_is_looked_at_often_and_is_nobody_elses_payment() {
    let (bench, _) = standing();
    assert_eq!(bench.kiosk.reader_wish(bench.now), ReaderWish::Probe { every: POLL });
    assert!(wanted(&bench).is_none(), "one is enough");
    assert!(bench.kiosk.reasons().since(&Reason::ReaderInUse).is_none());
    let mut theirs = form("m1", ActionStatus::InProgress, None);
    theirs.form.as_mut().unwrap().controller = Some("another-board".into());
    let mut bench = self::bench();
    bench.look(reader(Some(theirs)));
    assert!(bench.kiosk.reasons().since(&Reason::ReaderInUse).is_some());
    assert_ne!(bench.kiosk.reader_wish(bench.now), ReaderWish::Clear, "never cleared");
}

#[test]
fn it_is_cleared_before_anything_is_asked_of_the_reader() {
    let (mut bench, _) = standing();
    bench.select("S1").unwrap();
    bench.look(reader(Some(form("m1", ActionStatus::InProgress, None))));
    assert!(!bench.kiosk.may_prompt(&"S1".parse().unwrap()));
    assert_eq!(bench.kiosk.reader_wish(bench.now), ReaderWish::Clear);
    bench.kiosk.dead_action_cleared();
    bench.look(reader(None));
    assert!(bench.kiosk.may_prompt(&"S1".parse().unwrap()));
    assert!(wanted(&bench).is_none(), "a customer is served");
}

#[test]
fn what_cannot_be_had_any_more_is_taken_from_the_reader() {
    let (mut bench, _) = standing();
    bench.kiosk.setup.catalog.remove(&"A2".parse().unwrap());
    assert_eq!(bench.kiosk.reader_wish(bench.now), ReaderWish::Clear);
    let (mut bench, _) = standing();
    bench.kiosk.dispenser_reachable(&"main".parse().unwrap(), false, bench.since());
    assert_eq!(bench.kiosk.reader_wish(bench.now), ReaderWish::Clear);
    bench.kiosk.dead_action_cleared();
    bench.look(reader(None));
    assert!(wanted(&bench).is_none(), "nothing is there to choose");
    // One from before the start is of no use either.
    let mut bench = self::bench();
    bench.look(reader(Some(form("m0", ActionStatus::InProgress, None))));
    assert_eq!(bench.kiosk.reader_wish(bench.now), ReaderWish::Clear);
    assert!(wanted(&bench).is_none(), "not before that one is gone");
}

#[test]
fn after_one_that_failed_there_is_none_for_a_while_and_the_reader_is_looked_at_first() {
    let mut bench = bench();
    let menu = wanted(&bench).unwrap();
    bench.kiosk.menu_sent(&menu, bench.now);
    let trouble = Trouble::Unknown { obstacle: Obstacle::Silence, why: String::new() };
    bench.kiosk.menu_answered(Some(&trouble), bench.now);
    bench.look(reader(None));
    assert!(bench.kiosk.is_menu_unclear(), "it may come after a look of the same moment");
    bench.wait(6);
    assert!(wanted(&bench).is_none(), "it may stand there");
    assert_eq!(bench.kiosk.reader_wish(bench.now), ReaderWish::Look);
    bench.look(reader(None));
    assert!(wanted(&bench).is_some());
    bench.kiosk.menu_sent(&menu, bench.now);
    bench.wait(1);
    let failed = ActionStatus::Failed { code: "timeout".into(), decline_code: None };
    bench.look(reader(Some(form("m1", failed, None))));
    assert!(wanted(&bench).is_none());
    bench.wait(6);
    assert!(wanted(&bench).is_none(), "what stands there now?");
    assert!(
        matches!(bench.kiosk.reader_wish(bench.now), ReaderWish::Probe { every } if every <= POLL)
    );
    bench.look(reader(None));
    assert!(wanted(&bench).is_some());
}

#[test]
fn the_while_has_an_end_and_a_reader_that_was_just_seen_is_not_looked_at_again() {
    let mut bench = bench();
    assert!(wanted(&bench).is_some());
    assert_eq!(bench.kiosk.menu_pace(bench.now), None, "it can be put there at once");
    bench.kiosk.menu_sent(&wanted(&bench).unwrap(), bench.now);
    let failed = ActionStatus::Failed { code: "timeout".into(), decline_code: None };
    bench.look(reader(Some(form("m1", failed, None))));
    bench.wait(4);
    bench.look(reader(None));
    assert!(wanted(&bench).is_none());
    bench.wait(1);
    bench.look(reader(None));
    assert!(wanted(&bench).is_some(), "five seconds are over");
}

#[test]
fn a_cart_is_paid_on_the_reader() {
    let mut bench = bench();
    bench.kiosk.setup.cart_limit = Some(4);
    assert_eq!(codes(&wanted(&bench).unwrap()), ["A1", "A2", "A3", "+more"]);
    bench.kiosk.add_to_cart(&"A1".parse().unwrap(), bench.since()).unwrap();
    let menu = wanted(&bench).unwrap();
    assert_eq!(codes(&menu), ["PAY", "A1", "A2", "+more"]);
    assert_eq!(menu.buttons[0].1, "Pay 2.50");
}

#[test]
fn numbers_are_typed_where_there_are_too_many_products_for_buttons() {
    let mut bench = bench();
    bench.kiosk.setup.menu.as_mut().unwrap().style = MenuStyle::Numbers;
    assert_eq!(wanted(&bench).unwrap().buttons, []);
}
