//! What customers type at a keypad stands on the display.

use super::*;

impl Bench {
    fn type_in(&mut self, text: &str) {
        self.kiosk.typed(text.to_owned(), self.now);
    }
}

fn typing(text: &str) -> View {
    View::Typing { text: text.to_owned() }
}

#[test]
fn what_is_typed_stands_there_until_it_is_taken_back_or_forgotten() {
    let mut bench = Bench::ready();
    bench.type_in("A");
    assert_eq!(bench.view(), typing("A"));
    bench.type_in("");
    assert_eq!(bench.view(), View::Idle);
    bench.type_in("A");
    assert_eq!(bench.kiosk.next_view_change(bench.now), Some(bench.now + Duration::from_mins(1)));
    // A keypad that never says that it has forgotten.
    bench.wait(60);
    assert_eq!(bench.view(), View::Idle);
}

#[test]
fn a_code_that_is_complete_gives_way_to_what_came_of_it() {
    let mut bench = Bench::ready();
    bench.type_in("A");
    bench.select("S1").unwrap();
    bench.type_in("");
    assert!(matches!(bench.view(), View::Connecting { .. }), "{:?}", bench.view());

    let mut bench = Bench::ready();
    bench.type_in("Z9");
    let why = Turned::Unknown { code: "Z9".parse().unwrap() };
    bench.kiosk.show_turned(why.clone(), bench.now);
    bench.type_in("");
    assert_eq!(bench.view(), View::NotNow { why });
    // The next try is seen at once.
    bench.type_in("A");
    assert_eq!(bench.view(), typing("A"));
}

#[test]
fn nobody_types_over_a_sale_or_out_of_order() {
    let mut bench = Bench::presenting();
    bench.type_in("A");
    assert!(matches!(bench.view(), View::PresentCard { .. }), "{:?}", bench.view());

    let mut bench = Bench::ready();
    let since = bench.since();
    bench.kiosk.dispenser_reachable(&"main".parse().unwrap(), false, since);
    bench.type_in("A");
    assert!(matches!(bench.view(), View::OutOfOrder { .. }), "{:?}", bench.view());
}

#[test]
fn regrets_are_read_to_their_end() {
    let mut bench = Bench::presenting();
    bench.give(&Input::CancelPressed);
    bench.wait(30);
    bench.kiosk.release_waiting_customer(bench.now);
    let regret = bench.view();
    assert!(matches!(regret, View::HoldWillBeReleased { .. }), "{regret:?}");
    bench.type_in("A");
    assert_eq!(bench.view(), regret);
}
