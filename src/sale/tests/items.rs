//! Sales of several items: each is given at most once, and what came out is paid for.

use super::*;
use crate::ids::OrderId;
use crate::sale::fact::{Attention, Because, Doubt, Settlement, VendDoubt};
use crate::sale::goods::VendEnd;

/// Prices 2.50, 1.50 and 3.00; the last one sits on a slower dispenser.
const PRICES: [u64; 3] = [250, 150, 300];
const SUM: u64 = 700;

pub(super) fn nth(n: usize) -> ItemNumber {
    (1..n).fold(ItemNumber::FIRST, |item, _| item.following())
}

/// The sale's items, for the tests of all rooms.
pub(crate) fn several(opened: &mut Opened) {
    let usd = |amount| Money::new(amount, "usd".parse().unwrap());
    let further = |code: &str, price, slot: &str, dispenser: &str, vend_timeout| Item {
        code: code.parse().unwrap(),
        name: code.into(),
        price: usd(price),
        slot: slot.parse().unwrap(),
        dispenser: dispenser.parse().unwrap(),
        vend_timeout,
        unknown_vend: None,
        forgotten: false,
    };
    let slow = Some(Duration::from_secs(45));
    opened.further =
        vec![further("A2", 150, "12", "main", None), further("B1", 300, "21", "left", slow)];
}

fn of_sum(intent: IntentSeen) -> IntentSeen {
    let capturable = if intent.amount_capturable > 0 { SUM } else { 0 };
    let received = if intent.amount_received > 0 { SUM } else { 0 };
    IntentSeen { amount: SUM, amount_capturable: capturable, amount_received: received, ..intent }
}

fn presenting_with(change: impl FnOnce(&mut Opened)) -> Bench {
    let mut bench = Bench::with(|opened| {
        several(opened);
        change(opened);
    });
    bench.answer(Ok(seen(None, of_sum(unpaid()))));
    bench.prompt_taken();
    bench
}

pub(super) fn vending_with(change: impl FnOnce(&mut Opened)) -> Bench {
    let mut bench = presenting_with(change);
    bench.look(Some(ActionStatus::Succeeded), of_sum(paid(1)));
    bench
}

fn vending() -> Bench {
    vending_with(|_| {})
}

pub(super) fn charged(interac: bool) -> Bench {
    let mut bench = presenting_with(|opened| {
        opened.policy.capture = CaptureMode::Automatic;
        opened.policy.interac = interac;
    });
    let charge = Some(ChargeSeen { interac, ..charge(5) });
    bench.look(Some(ActionStatus::Succeeded), IntentSeen { charge, ..of_sum(captured()) });
    bench
}

fn jam() -> VendNews {
    VendNews::Failed { reason: "jam".into() }
}

/// The item that the dispenser is fired for now.
#[track_caller]
fn fired(bench: &Bench) -> ItemNumber {
    let Want::Dispense { item, .. } = bench.want() else { panic!("{:?}", bench.want()) };
    item
}

#[track_caller]
fn asked(bench: &Bench) -> ItemNumber {
    let Want::AskDispenser { item, .. } = bench.want() else { panic!("{:?}", bench.want()) };
    item
}

#[track_caller]
fn settlement(bench: &Bench) -> (Settlement, Because) {
    let decided = bench.facts.iter().rev().find_map(|fact| {
        let Fact::SettlementDecided { settlement, because } = fact else { return None };
        Some((*settlement, *because))
    });
    decided.expect("decided")
}

fn capture(amount: u64) -> Settlement {
    Settlement::Capture { amount: Money::new(amount, "usd".parse().unwrap()) }
}

fn refund_of(amount: u64) -> Settlement {
    Settlement::Refund { amount: Money::new(amount, "usd".parse().unwrap()) }
}

#[test]
fn all_come_one_after_the_other_and_the_sum_is_captured() {
    let mut bench = vending();
    for n in 1..=3 {
        assert_eq!(fired(&bench), nth(n));
        bench.dispenser(VendNews::Sent);
        let facts = bench.dispenser(VendNews::Delivered);
        assert!(matches!(facts[0], Fact::Delivered { item } if item == nth(n)));
        if n < 3 {
            let next = matches!(facts[1], Fact::VendIntended { item, .. } if item == nth(n + 1));
            assert!(next && facts.len() == 2, "in one transaction: {facts:?}");
        }
    }
    assert_eq!(settlement(&bench), (capture(SUM), Because::Delivered));
    bench.answer(Ok(seen(None, of_sum(captured()))));
    assert_eq!(bench.outcome(), Some(Outcome::Sold));
}

#[test]
fn a_jam_does_not_stop_the_next_ones_and_only_what_came_out_is_captured() {
    for jammed in 1..=3 {
        let mut bench = vending();
        for n in 1..=3 {
            bench.dispenser(if n == jammed { jam() } else { VendNews::Delivered });
        }
        let kept = SUM - PRICES[jammed - 1];
        assert_eq!(settlement(&bench), (capture(kept), Because::PartlyDelivered));
        let part = IntentSeen { amount_received: kept, ..of_sum(captured()) };
        bench.answer(Ok(seen(None, part)));
        assert_eq!(bench.outcome(), Some(Outcome::PartlySold));
    }
}

#[test]
fn nothing_came_out_and_the_hold_is_released() {
    let mut bench = vending();
    (0..3).for_each(|_| drop(bench.dispenser(jam())));
    assert_eq!(settlement(&bench), (Settlement::Release, Because::VendFailed));
    bench.answer(Ok(seen(None, with_status(IntentStatus::Canceled))));
    assert_eq!(bench.outcome(), Some(Outcome::Released));
}

#[test]
fn of_what_was_charged_at_the_tap_the_missing_part_is_refunded() {
    let mut bench = charged(false);
    for news in [VendNews::Delivered, jam(), VendNews::Delivered] {
        bench.dispenser(news);
    }
    assert_eq!(settlement(&bench), (refund_of(150), Because::PartlyDelivered));
    assert!(matches!(bench.want(), Want::Refund { amount, .. } if amount.amount == 150));
    let made = Some(vec![refund(1, 150, RefundStatus::Succeeded)]);
    bench.answer(Ok(Seen { refunds: made, ..refund_made(RefundStatus::Succeeded) }));
    assert_eq!(bench.outcome(), Some(Outcome::PartlySold));
}

#[test]
fn an_interac_customer_presents_the_card_again_for_the_missing_part() {
    let mut bench = charged(true);
    for news in [VendNews::Delivered, jam(), VendNews::Delivered] {
        bench.dispenser(news);
    }
    assert!(matches!(bench.want(), Want::RefundInPerson { amount, .. } if amount.amount == 150));
    bench.wait(60);
    assert!(matches!(bench.sale.phase, Phase::Refunding(_)));
    bench.reply(Call::Look, Ok(seen(None, of_sum(captured()))));
    bench.listed(vec![], of_sum(captured()));
    let Phase::NeedsAttention { why: Attention::RefundNeedsCard { .. } } = bench.sale.phase else {
        panic!("{:?}", bench.sale.phase)
    };
    // A person gives just that part back in the Dashboard.
    let theirs = RefundSeen { sale: None, ..refund(9, 150, RefundStatus::Succeeded) };
    bench.listed(vec![theirs], of_sum(captured()));
    assert_eq!(bench.outcome(), Some(Outcome::PartlySold));
}

/// The second of three is never answered.
fn second_unknown(policy: UnknownVend) -> Bench {
    let mut bench = vending_with(|opened| opened.policy.unknown_vend = policy);
    bench.dispenser(VendNews::Delivered);
    bench.dispenser(VendNews::Sent);
    bench.wait(20);
    assert_eq!(asked(&bench), nth(2));
    let facts = bench.wait(10);
    assert!(
        matches!(&facts[..], [Fact::VendUnknown { .. }, Fact::VendIntended { .. }]),
        "the third is given all the same: {facts:?}"
    );
    bench.dispenser(VendNews::Delivered);
    bench
}

#[test]
fn the_policy_decides_once_for_each_item_that_nobody_knows_of() {
    let release = second_unknown(UnknownVend::Release);
    assert_eq!(settlement(&release), (capture(550), Because::PartlyDelivered));
    let capture_all = second_unknown(UnknownVend::Capture);
    assert_eq!(settlement(&capture_all), (capture(SUM), Because::VendUnknown));
    let mut hold = second_unknown(UnknownVend::Hold);
    assert_eq!(hold.sale.phase, Phase::NeedsAttention { why: Attention::VendUnknown });
    assert_eq!(hold.sale.ended(VendEnd::Delivered), 2, "what is known is known");
    let facts = hold.dispenser_of(nth(2), VendNews::Delivered);
    assert!(matches!(&facts[..], [Fact::AnsweredLate { .. }]), "{facts:?}");
}

#[test]
fn an_earlier_item_that_answers_late_is_noted_and_a_later_one_means_nothing() {
    let mut bench = vending();
    bench.dispenser(jam());
    let want = bench.want();
    let facts = bench.dispenser_of(nth(1), VendNews::Delivered);
    assert!(matches!(&facts[..], [Fact::AnsweredLate { item, .. }] if item.is_first()));
    assert!(bench.dispenser_of(nth(3), VendNews::Delivered).is_empty());
    assert_eq!(bench.want(), want);
}

#[test]
fn the_time_of_the_dispenser_at_work_counts() {
    let mut bench = vending();
    bench.dispenser(VendNews::Delivered);
    bench.dispenser(VendNews::Delivered);
    bench.dispenser(VendNews::Sent);
    assert!(bench.wait(44).is_empty());
    assert!(!bench.wait(1).is_empty());
    assert_eq!(bench.sale.dispenser(asked(&bench)).as_str(), "left");
}

#[test]
fn the_third_item_is_given_however_long_the_first_two_took() {
    let mut bench = vending();
    for _ in 0..2 {
        bench.dispenser(VendNews::Sent);
        bench.now = bench.now + Duration::from_secs(19);
        bench.dispenser(VendNews::Delivered);
    }
    let Want::Dispense { fire_by, .. } = bench.want() else { panic!("{:?}", bench.want()) };
    assert_eq!(fire_by, bench.now + Duration::from_secs(30), "the customer stands there");
}

#[test]
fn nobody_waits_for_the_rest_when_one_took_too_long_to_tell() {
    let mut bench = vending();
    bench.dispenser(VendNews::Unclear { why: "cut".into() });
    bench.now = bench.now + Duration::from_secs(31);
    bench.dispenser(VendNews::Delivered);
    assert_eq!(settlement(&bench), (capture(250), Because::PartlyDelivered));
    assert_eq!(bench.vends(), 1);
}

#[test]
fn after_a_restart_in_the_middle_the_board_is_asked_for_each_and_the_rest_is_given() {
    let mut bench = vending();
    bench.dispenser(VendNews::Delivered);
    bench.dispenser(VendNews::Sent);
    bench.restart("boot-1");
    assert_eq!(asked(&bench), nth(2));
    let facts = bench.dispenser(VendNews::Delivered);
    assert!(
        matches!(&facts[1], Fact::VendDoubted { why: VendDoubt::NoRecord, .. }),
        "the board first: {facts:?}"
    );
    assert_eq!(asked(&bench), nth(3));
    bench.dispenser(VendNews::NotKnown);
    assert_eq!(fired(&bench), nth(3));
    let Want::Dispense { fire_by, .. } = bench.want() else { panic!() };
    let authorized = bench.sale.authorized.as_ref().unwrap();
    assert_eq!(fire_by, authorized.at + Duration::from_secs(29), "by the card's age");
    bench.dispenser(VendNews::Delivered);
    assert_eq!(settlement(&bench), (capture(SUM), Because::Delivered));
}

#[test]
fn after_a_restart_too_late_the_rest_is_not_given() {
    let mut bench = vending();
    bench.dispenser(VendNews::Delivered);
    bench.now = bench.now + Duration::from_secs(40);
    bench.restart("boot-1");
    bench.dispenser(VendNews::Delivered);
    assert_eq!(settlement(&bench), (capture(400), Because::PartlyDelivered));
    let skipped = |fact: &Fact| matches!(fact, Fact::VendSkipped { item, because: Because::TooOld } if *item == nth(3));
    assert!(bench.facts.iter().any(skipped));
}

#[test]
fn after_a_power_cut_nothing_is_given_and_what_the_board_remembers_is_paid_for() {
    for (third, kept) in [(VendNews::NotKnown, 400), (VendNews::Delivered, SUM)] {
        let mut bench = vending();
        bench.dispenser(VendNews::Delivered);
        bench.restart("boot-2");
        assert!(bench.dispenser(VendNews::NotKnown).is_empty(), "it may have lost its memory");
        bench.dispenser(VendNews::Delivered);
        assert_eq!(asked(&bench), nth(3), "its record may be lost");
        bench.dispenser(third);
        assert_eq!(bench.vends(), 2);
        assert_eq!(settlement(&bench).0, capture(kept));
    }
}

#[test]
fn a_board_that_is_silent_after_a_power_cut_is_not_waited_for_again_and_again() {
    let mut bench = vending();
    bench.restart("boot-2");
    let facts = bench.wait(10);
    assert!(matches!(&facts[0], Fact::VendUnknown { item } if item.is_first()));
    let skipped = matches!(&facts[1], Fact::VendSkipped { because: Because::PowerCut, .. });
    assert!(skipped, "on the same dispenser: {facts:?}");
    assert_eq!(asked(&bench), nth(3), "another dispenser may answer");
    bench.dispenser(VendNews::Delivered);
    assert_eq!(settlement(&bench), (capture(300), Because::PartlyDelivered));
}

/// A board that remembers what it was told, and whose second slot jams.
fn play_board(bench: &mut Bench) -> Vec<Fact> {
    let item = bench.sale.under_way().expect("the board is needed");
    if matches!(bench.want(), Want::Dispense { .. }) {
        bench.dispenser_of(item, VendNews::Sent);
    } else if !bench.sale.vend(item).sent {
        return bench.dispenser_of(item, VendNews::NotKnown);
    }
    bench.dispenser_of(item, if item == nth(2) { jam() } else { VendNews::Delivered })
}

/// Cut the journal at each transaction of a whole sale and restart: no item is intended twice, and
/// in the end what came out is what is captured.
#[test]
fn a_restart_at_each_fact_gives_nothing_twice_and_takes_no_money_for_nothing() {
    let mut whole = vending();
    for news in [VendNews::Delivered, jam(), VendNews::Delivered] {
        whole.dispenser(VendNews::Sent);
        whole.dispenser(news);
    }
    for boot in ["boot-1", "boot-2"] {
        for cut in whole.cuts.clone() {
            let facts = whole.facts[..cut].to_vec();
            let sale = Sale::fold(&facts).unwrap();
            if sale.authorized.is_none() {
                continue;
            }
            let mut bench = Bench { sale, now: whole.now, facts, cuts: vec![] };
            bench.restart(boot);
            // What no board can tell is decided by the policy after its grace.
            while bench.sale.under_way().is_some() {
                if play_board(&mut bench).is_empty() {
                    bench.wait(10);
                }
            }
            let Phase::Settling { settlement, .. } = bench.sale.phase else {
                panic!("{:?}", bench.sale.phase)
            };
            let kept = match settlement {
                Settlement::Capture { amount } => amount.amount,
                Settlement::Release | Settlement::Refund { .. } => 0,
            };
            assert_eq!(kept, bench.sale.delivered_value(), "{:#?}", bench.facts);
            for n in 1..=3 {
                let sent =
                    |fact: &&Fact| matches!(fact, Fact::VendSent { item, .. } if *item == nth(n));
                assert!(bench.facts.iter().filter(sent).count() <= 1, "{:#?}", bench.facts);
            }
        }
    }
}

#[test]
fn what_was_found_at_stripe_is_asked_for_item_by_item_and_nothing_is_given_for_it() {
    let mut bench = Bench::with(several);
    let facts = [
        Fact::IntentCreated { intent: intent_id() },
        Fact::Adopted { first_key: 7, boot: bench.sale.boot.clone(), at: bench.now },
    ];
    for fact in facts {
        bench.sale.evolve(&fact);
        bench.facts.push(fact);
    }
    bench.look(None, of_sum(paid(5)));
    assert_eq!(asked(&bench), nth(1));
    bench.dispenser(VendNews::Delivered);
    assert_eq!(asked(&bench), nth(2));
    assert!(bench.dispenser(VendNews::NotKnown).is_empty());
    bench.wait(10);
    assert_eq!(asked(&bench), nth(3));
    bench.dispenser(VendNews::Delivered);
    assert_eq!(bench.vends(), 0);
    assert_eq!(settlement(&bench), (capture(550), Because::PartlyDelivered));
}

#[test]
fn a_doubtful_capture_of_a_part_is_looked_into_and_made_again() {
    let mut bench = vending();
    for news in [VendNews::Delivered, jam(), VendNews::Delivered] {
        bench.dispenser(news);
    }
    bench.answer(unanswered());
    bench.inspect(of_sum(paid(60)));
    let Want::Capture { amount, n: 1, .. } = bench.want() else { panic!("{:?}", bench.want()) };
    assert_eq!(amount.amount, 550);
    let doubted =
        |fact: &Fact| matches!(fact, Fact::SettlementDoubted { why: Doubt::Unanswered, .. });
    assert!(bench.facts.iter().any(doubted));
}

#[test]
fn the_facts_of_a_single_item_are_written_as_ever_and_those_of_old_journals_read() {
    let item = ItemNumber::FIRST;
    for (fact, body) in [
        (Fact::Delivered { item }, r#"{"fact":"delivered"}"#),
        (Fact::VendBusy { item }, r#"{"fact":"vend_busy"}"#),
        (Fact::VendUnknown { item }, r#"{"fact":"vend_unknown"}"#),
        (
            Fact::VendFailed { item, reason: "jam".into() },
            r#"{"fact":"vend_failed","reason":"jam"}"#,
        ),
        (
            Fact::VendIntended {
                item,
                boot: "boot-1".parse().unwrap(),
                at: Moment::from_millis(5),
            },
            r#"{"fact":"vend_intended","boot":"boot-1","at":5}"#,
        ),
    ] {
        assert_eq!(serde_json::to_string(&fact).unwrap(), body);
        assert_eq!(serde_json::from_str::<Fact>(body).unwrap(), fact);
    }
    let single = serde_json::to_string(&opened()).unwrap();
    assert!(!single.contains("further") && !single.contains("\"vend_timeout\":null"), "{single}");
    assert_eq!(serde_json::from_str::<Opened>(&single).unwrap(), opened());
    let mut cart = opened();
    several(&mut cart);
    let body = serde_json::to_string(&cart).unwrap();
    assert_eq!(serde_json::from_str::<Opened>(&body).unwrap(), cart);
    assert_eq!((cart.codes(), cart.price().amount), ("A1,A2,B1".into(), SUM));
    let second = r#"{"fact":"delivered","item":2}"#;
    assert_eq!(serde_json::to_string(&Fact::Delivered { item: nth(2) }).unwrap(), second);
    assert_eq!(OrderId::of(&cart.sale, nth(3)).unwrap().as_str(), "SALE1c");
}
