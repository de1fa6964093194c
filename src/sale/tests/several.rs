//! What holds whatever the dispensers of several items say, in any order and through restarts.

use proptest::prelude::*;

use super::items::{charged, nth, vending_with};
use super::*;
use crate::sale::fact::{Attention, Because, Settlement};

/// One thing that happens while the items are given.
#[derive(Clone, Debug)]
enum Step {
    Says(Option<usize>, VendNews),
    Wait(u64),
    Restart { same_boot: bool },
    Cancel,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let news = prop_oneof![
        2 => Just(VendNews::Sent),
        4 => Just(VendNews::Delivered),
        2 => Just(VendNews::Failed { reason: "jam".into() }),
        1 => Just(VendNews::NeverSent { why: "closed".into() }),
        1 => Just(VendNews::Unclear { why: "cut".into() }),
        1 => Just(VendNews::Busy),
        3 => Just(VendNews::NotKnown),
    ];
    // Mostly of the item under way, sometimes of any.
    let item = prop_oneof![4 => Just(None), 1 => (1_usize..5).prop_map(Some)];
    let step = prop_oneof![
        8 => (item, news).prop_map(|(item, news)| Step::Says(item, news)),
        2 => (1_u64..25).prop_map(Step::Wait),
        1 => prop::bool::weighted(0.7).prop_map(|same_boot| Step::Restart { same_boot }),
        1 => Just(Step::Cancel),
    ];
    prop::collection::vec(step, 1..30)
}

fn play(bench: &mut Bench, step: &Step) {
    match step {
        Step::Says(None, news) => drop(bench.dispenser(news.clone())),
        Step::Says(Some(n), news) => drop(bench.dispenser_of(nth(*n), news.clone())),
        Step::Wait(seconds) => drop(bench.wait(*seconds)),
        Step::Restart { same_boot: true } => drop(bench.restart(&bench.sale.boot.to_string())),
        Step::Restart { same_boot: false } => drop(bench.restart("boot-9")),
        Step::Cancel => drop(bench.give(&Input::CancelPressed)),
    }
}

fn check(bench: &Bench) {
    let facts = &bench.facts;
    let count = |wanted: &dyn Fn(&Fact) -> bool| facts.iter().filter(|fact| wanted(fact)).count();
    let restarts = count(&|fact| matches!(fact, Fact::Restarted { .. }));
    for item in (1..=3).map(nth) {
        let intended = count(&|f| matches!(f, Fact::VendIntended { item: of, .. } if *of == item));
        assert!(intended <= 1 + restarts, "only a restart lets it be ordered again: {facts:#?}");
        let sent =
            facts.iter().position(|f| matches!(f, Fact::VendSent { item: of, .. } if *of == item));
        let later = sent.map_or(&[][..], |at| &facts[at..]);
        let again = |f: &Fact| matches!(f, Fact::VendIntended { item: of, .. } if *of == item);
        assert!(!later.iter().any(again), "what was sent is never ordered again: {facts:#?}");
        let ends = count(&|fact| {
            let (Fact::Delivered { item: of }
            | Fact::VendUnknown { item: of }
            | Fact::VendFailed { item: of, .. }
            | Fact::VendSkipped { item: of, .. }) = fact
            else {
                return false;
            };
            *of == item
        });
        assert!(ends <= 1, "each ends once: {facts:#?}");
    }
    let decided: Vec<&Settlement> = facts
        .iter()
        .filter_map(|fact| {
            let Fact::SettlementDecided { settlement, .. } = fact else { return None };
            Some(settlement)
        })
        .collect();
    assert!(decided.len() <= 1, "decided once: {facts:#?}");
    let price = bench.sale.opened.price().amount;
    let kept = decided.first().map(|settlement| match settlement {
        Settlement::Capture { amount } => amount.amount,
        Settlement::Release => 0,
        Settlement::Refund { amount } => price - amount.amount,
    });
    assert!(kept.is_none_or(|kept| kept == bench.sale.kept_value()), "{facts:#?}");
    let cut_before =
        |fact: &Fact| matches!(fact, Fact::Restarted { boot, .. } if boot.as_str() == "boot-9");
    let cut = facts.iter().position(cut_before).map_or(&[][..], |at| &facts[at..]);
    let fired = |fact: &Fact| matches!(fact, Fact::VendIntended { .. });
    assert!(!cut.iter().any(fired), "nothing is given after a power cut: {facts:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_dispensers_say_what_came_out_is_paid_for(
        steps in steps(),
        at_the_tap in any::<bool>(),
        unknown in prop_oneof![Just(UnknownVend::Release), Just(UnknownVend::Capture), Just(UnknownVend::Hold)],
    ) {
        let mut bench = if at_the_tap {
            charged(false)
        } else {
            vending_with(|opened| opened.policy.unknown_vend = unknown)
        };
        for step in &steps {
            play(&mut bench, step);
            check(&bench);
        }
        // Time alone brings it to an end.
        for _ in 0..20 {
            bench.wait(50);
            check(&bench);
        }
        prop_assert!(bench.sale.under_way().is_none(), "{:?}", bench.sale.phase);
    }
}

fn skips(bench: &Bench) -> Vec<Because> {
    let skipped = bench.facts.iter().filter_map(|fact| {
        let Fact::VendSkipped { because, .. } = fact else { return None };
        Some(*because)
    });
    skipped.collect()
}

#[test]
fn of_a_single_item_only_the_settlement_says_that_it_was_not_given() {
    let mut single = Bench::presenting();
    single.restart("boot-1");
    single.look(Some(ActionStatus::Succeeded), paid(31));
    single.dispenser(VendNews::NotKnown);
    assert!(matches!(single.want(), Want::CancelIntent { .. }));
    assert_eq!(skips(&single), [], "as old journals have it");
}

#[test]
fn of_several_items_each_that_was_not_given_is_noted() {
    let mut bench = vending_with(|_| {});
    bench.restart("boot-1");
    bench.now = bench.now + Duration::from_secs(31);
    bench.dispenser(VendNews::NotKnown);
    assert_eq!(skips(&bench), [Because::TooOld; 3]);
}

#[test]
fn a_board_that_is_silent_is_said_to_be_so_and_a_power_cut_too() {
    for (boot, because) in [("boot-1", Because::BoardSilent), ("boot-2", Because::PowerCut)] {
        let mut bench = vending_with(|opened| {
            for item in &mut opened.further {
                item.dispenser = "main".parse().unwrap();
            }
        });
        bench.restart(boot);
        bench.wait(10);
        assert_eq!(skips(&bench), [because, because], "the rest of a silent board");
    }
}

#[test]
fn a_customer_has_waited_too_long_for_the_rest_only_after_the_window() {
    for (millis, goes_on) in [(30_000, true), (30_001, false)] {
        let mut bench = vending_with(|opened| opened.policy.vend_grace = Duration::from_mins(5));
        bench.dispenser(VendNews::Unclear { why: "cut".into() });
        bench.now = bench.now + Duration::from_millis(millis);
        bench.dispenser(VendNews::Delivered);
        assert_eq!(matches!(bench.want(), Want::Dispense { .. }), goes_on, "{millis}");
    }
}

#[test]
fn what_failed_is_called_failed_even_if_nobody_knows_of_the_rest() {
    let because = |bench: &Bench| {
        bench.facts.iter().rev().find_map(|fact| {
            let Fact::SettlementDecided { because, .. } = fact else { return None };
            Some(*because)
        })
    };
    let mut bench = vending_with(|_| {});
    bench.dispenser(VendNews::Unclear { why: "cut".into() });
    bench.wait(10);
    for _ in 0..2 {
        bench.dispenser(VendNews::Failed { reason: "jam".into() });
    }
    assert_eq!(because(&bench), Some(Because::VendFailed));
}

#[test]
fn what_came_is_paid_for_before_the_hold_lapses_if_nobody_has_decided_about_the_rest() {
    let waiting = |first: VendNews| {
        let mut bench = vending_with(|opened| opened.policy.unknown_vend = UnknownVend::Hold);
        bench.dispenser(first);
        bench.dispenser(VendNews::Unclear { why: "cut".into() });
        bench.wait(10);
        bench.dispenser(VendNews::Failed { reason: "jam".into() });
        assert_eq!(bench.sale.phase, Phase::NeedsAttention { why: Attention::VendUnknown });
        bench
    };
    let look = |bench: &mut Bench, hours_left: i64| {
        let deadline = bench.sale.deadline().unwrap();
        let date = Some(StripeTime(deadline.0 - 3600 * hours_left));
        let held = IntentSeen { amount: 700, amount_capturable: 700, ..paid(1) };
        bench.reply(Call::Inspect, Ok(Seen { date, reader: None, ..seen(None, held) }))
    };
    let mut bench = waiting(VendNews::Delivered);
    assert_eq!(look(&mut bench, 13), [], "a person may still decide");
    look(&mut bench, 12);
    let known = Money::new(250, "usd".parse().unwrap());
    assert!(matches!(bench.want(), Want::Capture { amount, .. } if amount == known));
    bench.answer(Ok(seen(None, IntentSeen { amount: 700, amount_received: 250, ..captured() })));
    assert_eq!(bench.outcome(), Some(Outcome::PartlySold));

    let mut nothing = waiting(VendNews::Failed { reason: "jam".into() });
    assert_eq!(look(&mut nothing, 0), [], "nothing is known to have come");
}
