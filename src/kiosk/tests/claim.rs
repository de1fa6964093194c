//! One reader, one controller: who may claim it, who may sell, and what people may order.

use std::time::Duration;

use super::{Bench, action, intent, reader};
use crate::kiosk::claim::{Assignment, OrderRefused, ReaderOrder};
use crate::kiosk::reader_wish::ReaderWish;
use crate::kiosk::{Reason, Turned};
use crate::sale::input::{
    ActionStatus, Call, IntentStatus, Obstacle, ReaderSeen, Refusal, Seen, Trouble,
};

/// The reader with this board's serial on it, or none.
fn of(controller: Option<&str>) -> ReaderSeen {
    let mut reader = reader(None);
    reader.registration.controller = controller.map(str::to_owned);
    reader
}

fn elsewhere() -> Reason {
    Reason::ReaderAssignedElsewhere {
        controller: "board-2".into(),
        kiosk: None,
        ours: "board-1".parse().unwrap(),
    }
}

fn started() -> Bench {
    let mut bench = Bench::started();
    bench.kiosk.dispenser_reachable(&"main".parse().unwrap(), true, bench.since());
    bench
}

fn claimed(bench: &mut Bench, controller: &str) {
    let seen = Seen { date: None, reader: Some(of(Some(controller))), intent: None, refunds: None };
    bench.hear(Call::AssignReader, Ok(seen));
}

#[test]
fn a_free_reader_is_claimed_read_back_and_then_sells() {
    let mut bench = started();
    bench.look(of(None));
    assert_eq!(bench.kiosk.claim_wish(bench.now), Some(ReaderWish::Claim));
    assert_eq!(bench.select("S1"), Err(Turned::OutOfOrder { reason: Reason::ReaderUnassigned }));
    claimed(&mut bench, "board-1");
    bench.look(of(Some("board-1")));
    let at = bench.now + Duration::from_secs(2);
    assert_eq!(bench.kiosk.assignment(), Assignment::Settling { at }, "too soon to count");
    assert_eq!(bench.kiosk.claim_wish(bench.now), Some(ReaderWish::LookAt { at }));
    assert!(bench.select("S1").is_err());
    bench.wait(2);
    bench.look(of(Some("board-1")));
    assert_eq!(bench.kiosk.claim_wish(bench.now), None);
    bench.select("S1").unwrap();
}

#[test]
fn of_two_boards_that_claim_at_once_the_one_overwritten_does_not_sell() {
    let mut bench = started();
    bench.look(of(None));
    claimed(&mut bench, "board-1");
    bench.wait(2);
    bench.look(of(Some("board-2")));
    assert!(bench.stands(&elsewhere()) && !bench.stands(&Reason::ReaderUnassigned));
    assert_eq!(bench.kiosk.claim_wish(bench.now), None, "it is never claimed back");
    assert!(bench.select("S1").is_err());
}

#[test]
fn a_claim_of_unknown_fate_is_looked_at_before_it_is_repeated() {
    let mut bench = started();
    bench.look(of(None));
    bench.wait(1);
    bench.hear(
        Call::AssignReader,
        Err(Trouble::Unknown { why: "reset".into(), obstacle: Obstacle::Silence }),
    );
    assert_eq!(bench.kiosk.claim_wish(bench.now), Some(ReaderWish::Look));
    bench.wait(1);
    bench.look(of(None));
    assert_eq!(bench.kiosk.claim_wish(bench.now), Some(ReaderWish::Claim));
    bench.wait(6);
    let stale = bench.kiosk.claim_wish(bench.now);
    assert_eq!(stale, Some(ReaderWish::Look), "somebody may have claimed it meanwhile");
}

#[test]
fn a_reader_of_another_board_is_neither_prompted_nor_cleared_nor_claimed() {
    let mut bench = started();
    let mut theirs = of(Some("board-2"));
    theirs.action = Some(action("pi_9", ActionStatus::InProgress, IntentStatus::Canceled));
    bench.look(theirs);
    assert_eq!(bench.kiosk.claim_wish(bench.now), None);
    assert!(matches!(bench.kiosk.reader_wish(bench.now), ReaderWish::Probe { .. }));
    let Err(Turned::OutOfOrder { reason }) = bench.select("S1") else { panic!("it sold") };
    assert_eq!(reason, elsewhere());
    assert!(reason.what().contains("board-1") && reason.what().contains("board-2"));
    assert!(reason.remedy().contains("kioskd reader assign --take-over"));
    bench.look(of(Some("board-1")));
    bench.select("S1").unwrap();
}

#[test]
fn what_another_board_does_on_its_reader_is_no_surprise() {
    let mut bench = Bench::ready();
    let mut theirs = of(Some("board-2"));
    let living = action("pi_9", ActionStatus::InProgress, IntentStatus::RequiresPaymentMethod);
    theirs.action = Some(living);
    bench.look(theirs);
    assert!(bench.stands(&elsewhere()) && !bench.stands(&Reason::ReaderInUse));
}

#[test]
fn a_look_and_a_claim_at_one_moment_leave_open_who_was_first() {
    let mut bench = started();
    bench.look(of(None));
    bench.hear(Call::AssignReader, Err(Trouble::Refused(Refusal::StripeFailed)));
    assert_eq!(bench.kiosk.claim_wish(bench.now), Some(ReaderWish::Look));
}

#[test]
fn a_refused_order_says_what_to_do_instead() {
    for (refused, says) in [
        (OrderRefused::AlreadyOurs, "already"),
        (OrderRefused::Unseen, "kioskd status"),
        (OrderRefused::Elsewhere { controller: "board-2".into() }, "--take-over"),
        (OrderRefused::SaleHoldsIt { sale: "S1".parse().unwrap() }, "S1"),
        (OrderRefused::Occupied, "try again"),
    ] {
        assert!(refused.to_string().contains(says), "{refused}");
    }
}

#[test]
fn a_silent_reader_of_another_board_is_not_knocked_at() {
    let mut bench = Bench::ready();
    for _ in 0..3 {
        bench.hear(Call::ClearReader { n: 0 }, Err(Trouble::Refused(Refusal::ReaderTimeout)));
    }
    assert!(bench.stands(&Reason::ReaderDeaf));
    bench.wait(1);
    bench.look(of(Some("board-1")));
    assert_eq!(bench.kiosk.reader_wish(bench.now), ReaderWish::Clear);
    bench.wait(1);
    bench.look(of(Some("board-2")));
    assert!(matches!(bench.kiosk.reader_wish(bench.now), ReaderWish::Probe { .. }));
}

#[test]
fn a_clone_that_claims_later_is_noticed_by_the_look_before_the_prompt() {
    let mut bench = Bench::ready();
    bench.wait(1);
    bench.select("S1").unwrap();
    bench.reply(Call::Create { n: 1 }, Ok(IntentStatus::RequiresPaymentMethod));
    bench.look(of(Some("board-1")));
    assert!(bench.kiosk.may_prompt(&"S1".parse().unwrap()));
    bench.look(of(Some("board-2")));
    assert!(!bench.kiosk.may_prompt(&"S1".parse().unwrap()));
    assert!(bench.stands(&elsewhere()));
}

#[test]
fn a_card_that_is_being_presented_is_not_disturbed_by_a_take_over() {
    let mut bench = Bench::presenting();
    bench.look(of(Some("board-2")));
    assert!(bench.stands(&elsewhere()));
    assert_eq!(bench.kiosk.front_sale().unwrap().phase.word(), "presenting");
}

#[test]
fn a_reader_without_a_location_is_said_so_and_later_tried_all_the_same() {
    let mut bench = Bench::ready();
    let mut nowhere = reader(None);
    nowhere.registration.location = None;
    bench.look(nowhere.clone());
    let reason = Reason::ReaderNoLocation;
    assert_eq!(bench.select("S1"), Err(Turned::OutOfOrder { reason: reason.clone() }));
    bench.wait(299);
    bench.look(nowhere);
    assert!(bench.select("S1").is_err());
    bench.wait(1);
    bench.select("S1").unwrap();
    bench.look(reader(None));
    assert!(!bench.stands(&reason));
}

#[test]
fn a_reader_of_the_other_mode_is_not_claimed() {
    let mut bench = started();
    let mut live = of(None);
    live.livemode = Some(true);
    bench.look(live);
    assert!(bench.stands(&Reason::ReaderWrongMode { live: true }));
    assert_eq!(bench.kiosk.claim_wish(bench.now), None);
    assert!(bench.select("S1").is_err());
    bench.look(of(Some("board-1")));
    bench.select("S1").unwrap();
}

#[test]
fn an_account_without_card_present_is_said_so() {
    let mut bench = Bench::ready();
    for (takes, stands) in [(false, true), (true, false)] {
        let mut made = intent(IntentStatus::RequiresPaymentMethod);
        made.takes_card_present = takes;
        bench.hear(
            Call::Create { n: 1 },
            Ok(Seen { date: None, reader: None, intent: Some(made), refunds: None }),
        );
        assert_eq!(bench.stands(&Reason::NoCardPresent), stands);
        assert_eq!(bench.select(if takes { "S2" } else { "S1" }).is_err(), stands);
    }
}

#[test]
fn people_may_order_what_disturbs_no_sale_and_no_other_board() {
    let assign = ReaderOrder::Assign { take_over: false };
    let take_over = ReaderOrder::Assign { take_over: true };
    let mut bench = started();
    assert_eq!(bench.kiosk.may_order(take_over), Err(OrderRefused::Unseen));
    bench.look(of(Some("board-2")));
    let theirs = OrderRefused::Elsewhere { controller: "board-2".into() };
    assert_eq!(bench.kiosk.may_order(assign), Err(theirs.clone()));
    assert_eq!(bench.kiosk.may_order(ReaderOrder::Reset), Err(theirs));
    assert_eq!(bench.kiosk.may_order(take_over), Ok(()));
    bench.look(of(Some("board-1")));
    assert_eq!(bench.kiosk.may_order(take_over), Err(OrderRefused::AlreadyOurs));
    assert_eq!(bench.kiosk.may_order(ReaderOrder::Reset), Ok(()));
    bench.select("S1").unwrap();
    bench.reply(Call::Create { n: 1 }, Ok(IntentStatus::RequiresPaymentMethod));
    let held = OrderRefused::SaleHoldsIt { sale: "S1".parse().unwrap() };
    assert_eq!(bench.kiosk.may_order(ReaderOrder::Reset), Err(held));
    assert_eq!(bench.kiosk.may_order(ReaderOrder::Look), Ok(()));
}

#[test]
fn a_claim_that_stripe_refuses_leaves_the_kiosk_out_of_order() {
    let mut bench = started();
    bench.look(of(None));
    bench.wait(1);
    bench.hear(Call::AssignReader, Err(Trouble::Refused(Refusal::Forbidden)));
    assert!(bench.stands(&Reason::ReaderUnassigned));
    bench.now = bench.now + Duration::from_mins(1);
    assert!(bench.select("S1").is_err());
}
