//! Dispensers that forget: a relay, or a program that cannot be asked. Nobody is asked what nobody
//! can tell, and what becomes of the money is decided at once.

use super::items::{nth, several};
use super::*;
use crate::sale::fact::{Because, Settlement, VendDoubt};

const SAME: &str = "boot-1";
const OTHER: &str = "boot-2";

fn forgets(opened: &mut Opened) {
    opened.product.forgotten = true;
}

fn vending(change: impl FnOnce(&mut Opened)) -> Bench {
    let mut bench = Bench::with(|opened| {
        forgets(opened);
        change(opened);
    });
    bench.created();
    bench.prompt_taken();
    bench.look(Some(ActionStatus::Succeeded), paid(1));
    bench
}

/// What the sale decides when it is woken as it wants to be.
fn woken(bench: &mut Bench) -> Vec<Fact> {
    let wake = duty(&bench.sale).wake.expect("it wants to be woken");
    assert!(wake.at <= bench.now, "it waits for nobody");
    assert_eq!(bench.want(), Want::Nothing, "and asks nobody");
    bench.wait(0)
}

#[test]
fn after_a_restart_the_policy_decides_at_once_whatever_boot_it_is() {
    for boot in [SAME, OTHER] {
        for (policy, settlement) in [
            (UnknownVend::Release, Some(Settlement::Release)),
            (UnknownVend::Capture, Some(Settlement::Capture { amount: opened().price() })),
            (UnknownVend::Hold, None),
        ] {
            let mut bench = vending(|opened| opened.policy.unknown_vend = policy);
            bench.restart(boot);
            let facts = woken(&mut bench);
            assert!(matches!(facts[0], Fact::VendUnknown { .. }), "{facts:?}");
            let decided = facts.iter().find_map(|fact| {
                let Fact::SettlementDecided { settlement, .. } = fact else { return None };
                Some(*settlement)
            });
            assert_eq!(decided, settlement, "{boot} {policy:?}");
            assert_eq!(bench.vends(), 1, "never again");
        }
    }
}

#[test]
fn one_that_says_it_never_heard_of_the_order_is_not_believed_once_it_is_decided() {
    let mut bench = vending(|_| {});
    bench.restart(SAME);
    woken(&mut bench);
    assert!(bench.dispenser(VendNews::NotKnown).is_empty());
    assert_eq!(bench.vends(), 1);
}

#[test]
fn the_dispensers_own_word_goes_before_the_sales() {
    let mut bench = vending(|opened| opened.product.unknown_vend = Some(UnknownVend::Capture));
    bench.restart(OTHER);
    woken(&mut bench);
    assert!(matches!(bench.want(), Want::Capture { .. }));
}

#[test]
fn a_vend_that_ended_nobody_knows_how_is_decided_at_once() {
    let mut bench = vending(|_| {});
    bench.dispenser(VendNews::Sent);
    bench.dispenser(VendNews::Unclear { why: "its time was over".into() });
    woken(&mut bench);
    assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: 1 });
}

#[test]
fn one_that_is_only_late_gets_its_grace_and_a_restart_ends_it() {
    let mut bench = vending(|_| {});
    bench.dispenser(VendNews::Sent);
    let facts = bench.wait(20);
    assert!(matches!(facts[..], [Fact::VendDoubted { why: VendDoubt::Silent, .. }]), "{facts:?}");
    assert!(matches!(bench.want(), Want::AskDispenser { .. }), "it may still be at it");
    assert!(bench.wait(9).is_empty());
    let mut late = Bench { sale: bench.sale.clone(), facts: bench.facts.clone(), ..bench };
    late.dispenser(VendNews::Delivered);
    assert!(matches!(late.want(), Want::Capture { .. }));

    let mut restarted = vending(|_| {});
    restarted.dispenser(VendNews::Sent);
    restarted.wait(20);
    restarted.restart(SAME);
    woken(&mut restarted);
    assert_eq!(restarted.want(), Want::CancelIntent { intent: intent_id(), n: 1 });
}

#[test]
fn without_a_record_nothing_is_given_and_nothing_charged() {
    for (boot, because) in [(SAME, Because::BoardSilent), (OTHER, Because::PowerCut)] {
        let mut bench = Bench::with(|opened| {
            forgets(opened);
            opened.policy.unknown_vend = UnknownVend::Capture;
        });
        bench.created();
        bench.prompt_taken();
        bench.restart(boot);
        bench.look(Some(ActionStatus::Succeeded), paid(5));
        let facts = woken(&mut bench);
        let settlement = Settlement::Release;
        assert_eq!(facts, [Fact::SettlementDecided { settlement, because }]);
    }
}

/// Cola from a relay that keeps the money of what it does not know, nuts from a board that answers.
#[test]
fn each_item_goes_its_own_way() {
    let mut bench = super::items::vending_with(|opened| {
        forgets(opened);
        opened.product.unknown_vend = Some(UnknownVend::Capture);
    });
    bench.dispenser(VendNews::Unclear { why: "the chip is gone".into() });
    let facts = woken(&mut bench);
    assert_eq!(facts[0], Fact::VendUnknown { item: ItemNumber::FIRST });
    assert!(matches!(facts[1], Fact::VendIntended { item, .. } if item == nth(2)), "{facts:?}");
    bench.dispenser(VendNews::Unclear { why: "the cable".into() });
    assert!(matches!(bench.want(), Want::AskDispenser { .. }), "this one can be asked");
    bench.wait(10);
    bench.dispenser(VendNews::Failed { reason: "jam".into() });
    let Want::Capture { amount, .. } = bench.want() else { panic!("{:?}", bench.want()) };
    assert_eq!(amount.amount, 250, "the unknown cola, not the unknown second one");
}

#[test]
fn a_sale_says_of_its_items_only_what_differs() {
    let body = serde_json::to_string(&opened()).unwrap();
    assert!(!body.contains("forgotten"), "{body}");
    let mut own = opened();
    several(&mut own);
    own.further[0].forgotten = true;
    own.further[0].unknown_vend = Some(UnknownVend::Hold);
    let body = serde_json::to_string(&own).unwrap();
    assert!(body.contains(r#""unknown_vend":"hold","forgotten":true"#), "{body}");
    assert_eq!(serde_json::from_str::<Opened>(&body).unwrap(), own);
}
