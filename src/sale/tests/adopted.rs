//! A PaymentIntent that was found at Stripe: settled like all others, and never vended for.

use super::*;
use crate::sale::fact::{Attention, VendDoubt};
use crate::sale::input::Hindrance;

const FIRST_KEY: u32 = 1_790_000_000;

pub(super) fn adopted(unknown_vend: UnknownVend) -> Bench {
    let mut bench = Bench::with(|opened| opened.policy.unknown_vend = unknown_vend);
    for fact in [
        Fact::IntentCreated { intent: intent_id() },
        Fact::Adopted { first_key: FIRST_KEY, boot: "boot-9".parse().unwrap(), at: bench.now },
    ] {
        bench.sale.evolve(&fact);
        bench.facts.push(fact);
    }
    bench
}

fn held(unknown_vend: UnknownVend) -> Bench {
    let mut bench = adopted(unknown_vend);
    // Young enough for any sale of this journal to be vended.
    bench.look(Some(ActionStatus::Succeeded), paid(1));
    assert!(matches!(bench.sale.phase, Phase::Doubtful { why: VendDoubt::FoundAtStripe, .. }));
    bench
}

#[test]
fn unpaid_it_is_fenced_with_a_key_that_the_lost_journal_never_used() {
    let mut bench = adopted(UnknownVend::Release);
    assert!(matches!(bench.want(), Want::Look { .. }), "nothing is touched unseen");
    bench.look(None, unpaid());
    assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: FIRST_KEY });
    bench.answer(Err(Trouble::NotYet { why: Hindrance::TooMany }));
    bench.answer(Ok(seen(None, with_status(IntentStatus::Canceled))));
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}

#[test]
fn with_its_prompt_still_on_the_reader_that_is_cleared_first() {
    let mut bench = adopted(UnknownVend::Release);
    bench.look(Some(ActionStatus::InProgress), unpaid());
    assert_eq!(bench.want(), Want::ClearReader { n: FIRST_KEY });
    bench.fence();
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}

#[test]
fn half_way_between_card_and_confirmation_it_is_cancelled() {
    let mut bench = adopted(UnknownVend::Release);
    bench.look(None, with_status(IntentStatus::Pending));
    assert!(matches!(bench.want(), Want::CancelIntent { .. }));
}

#[test]
fn held_and_the_goods_are_out() {
    for policy in [UnknownVend::Release, UnknownVend::Capture, UnknownVend::Hold] {
        let mut bench = held(policy);
        bench.dispenser(VendNews::Delivered);
        assert!(matches!(bench.want(), Want::Capture { n: FIRST_KEY, .. }));
        bench.answer(Ok(seen(None, captured())));
        assert_eq!(bench.outcome(), Some(Outcome::Sold));
    }
}

#[test]
fn held_and_the_goods_are_not_out() {
    let mut bench = held(UnknownVend::Capture);
    bench.dispenser(VendNews::Failed { reason: "jam".into() });
    assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: FIRST_KEY });
}

#[test]
fn held_and_nobody_knows_so_the_policy_decides_and_nothing_is_ever_vended() {
    for (policy, captures) in [(UnknownVend::Release, false), (UnknownVend::Capture, true)] {
        let mut bench = held(policy);
        assert!(bench.dispenser(VendNews::NotKnown).is_empty(), "its memory may be gone as well");
        bench.wait(10);
        assert_eq!(matches!(bench.want(), Want::Capture { .. }), captures);
        assert_eq!(bench.vends(), 0);
    }
    let mut bench = held(UnknownVend::Hold);
    bench.wait(10);
    assert!(matches!(bench.sale.phase, Phase::NeedsAttention { why: Attention::VendUnknown }));
}

#[test]
fn restarted_in_between_it_is_still_never_vended() {
    for boot in ["boot-9", "boot-10"] {
        let mut bench = adopted(UnknownVend::Release);
        bench.restart(boot);
        bench.look(None, paid(1));
        bench.restart(boot);
        bench.dispenser(VendNews::NotKnown);
        bench.wait(10);
        assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: FIRST_KEY });
        assert_eq!(bench.vends(), 0);
    }
}

#[test]
fn charged_at_the_tap_a_person_has_to_look() {
    let mut bench = adopted(UnknownVend::Release);
    bench.look(None, captured());
    assert!(matches!(bench.sale.phase, Phase::NeedsAttention { why: Attention::NotRecorded }));
}
