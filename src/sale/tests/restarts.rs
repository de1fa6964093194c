//! A restart in each phase, within one boot and after a power cut.

use super::*;
use crate::sale::fact::{Because, Retraction, Settlement, VendDoubt};

const SAME: &str = "boot-1";
const OTHER: &str = "boot-2";

#[test]
fn while_opening_the_sale_is_taken_back() {
    let mut bench = Bench::opened();
    bench.restart(SAME);
    bench.created();
    bench.fence();
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}

#[test]
fn while_opening_before_a_power_cut_the_payment_intent_is_looked_for_and_fenced() {
    let mut bench = Bench::opened();
    bench.restart(OTHER);
    assert_eq!(bench.want(), Want::FindIntent, "the key's age is not known");
    bench.reply(Call::Create { n: 1 }, Ok(Seen { reader: None, ..seen(None, unpaid()) }));
    bench.fence();
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}

#[test]
fn while_opening_before_a_power_cut_and_stripe_knows_of_nothing() {
    let mut bench = Bench::opened();
    bench.restart(OTHER);
    bench.restart(SAME);
    bench.restart(OTHER);
    let facts = bench.give(&Input::NotListed);
    assert_eq!(facts[0], Fact::NeverCreated);
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}

#[test]
fn a_creation_of_a_boot_before_the_last_one_is_looked_for_too() {
    // A journal of an older version, which repeated the creation whatever its age.
    let mut bench = Bench::opened();
    for fact in [
        Fact::Restarted { boot: BootId::new(OTHER).unwrap(), at: bench.now },
        Fact::RetractionDecided { why: Retraction::Restarted, at: bench.now },
    ] {
        bench.sale.evolve(&fact);
        bench.facts.push(fact);
    }
    assert_eq!(bench.want(), Want::CreateIntent { n: 1 });
    bench.restart(OTHER);
    assert_eq!(bench.want(), Want::FindIntent);
}

#[test]
fn while_prompting_nobody_is_prompted_anew() {
    let mut bench = Bench::prompting();
    bench.restart(SAME);
    assert!(matches!(bench.want(), Want::Look { .. }));
    bench.look(None, unpaid());
    assert!(matches!(bench.sale.phase, Phase::Retracting { why: Retraction::Restarted, .. }));
}

#[test]
fn while_presenting_a_young_prompt_of_ours_is_adopted() {
    let mut bench = Bench::presenting();
    bench.wait(30);
    bench.restart(SAME);
    bench.look(Some(ActionStatus::InProgress), unpaid());
    assert!(matches!(bench.sale.phase, Phase::Presenting { .. }));
    bench.wait(30);
    assert!(matches!(bench.sale.phase, Phase::Retracting { .. }), "its time is not extended");
}

#[test]
fn while_presenting_after_a_power_cut_the_sale_is_taken_back() {
    let mut bench = Bench::presenting();
    bench.restart(OTHER);
    bench.look(Some(ActionStatus::InProgress), unpaid());
    bench.fence();
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}

#[test]
fn a_card_authorized_meanwhile_is_vended_only_if_the_board_does_not_know_the_sale() {
    let mut bench = Bench::presenting();
    bench.restart(SAME);
    let facts = bench.look(Some(ActionStatus::Succeeded), paid(5));
    assert!(matches!(
        &facts[..],
        [Fact::Authorized(_), Fact::VendDoubted { why: VendDoubt::NoRecord, .. }]
    ));
    bench.dispenser(VendNews::NotKnown);
    assert!(matches!(bench.want(), Want::Dispense { .. }));
}

#[test]
fn a_card_authorized_meanwhile_and_too_long_ago_is_released() {
    let mut bench = Bench::presenting();
    bench.restart(SAME);
    bench.look(Some(ActionStatus::Succeeded), paid(29));
    bench.now = bench.now + Duration::from_secs(2);
    bench.dispenser(VendNews::NotKnown);
    assert_eq!(bench.vends(), 0);
    assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: 1 });
}

#[test]
fn a_card_authorized_before_a_power_cut_is_released_unless_the_board_delivered() {
    for (news, captures) in [(VendNews::NotKnown, false), (VendNews::Delivered, true)] {
        let mut bench = Bench::presenting();
        bench.restart(OTHER);
        bench.look(Some(ActionStatus::Succeeded), paid(5));
        bench.dispenser(news);
        assert_eq!(bench.vends(), 0);
        assert_eq!(matches!(bench.want(), Want::Capture { .. }), captures);
    }
}

#[test]
fn a_silent_board_without_a_recorded_vend_means_release_whatever_the_policy() {
    let mut bench = Bench::with(|opened| opened.policy.unknown_vend = UnknownVend::Capture);
    bench.created();
    bench.prompt_taken();
    bench.restart(SAME);
    bench.look(Some(ActionStatus::Succeeded), paid(5));
    bench.wait(10);
    assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: 1 });
}

#[test]
fn a_board_that_turns_without_a_record_has_been_fired() {
    let mut bench = Bench::with(|opened| opened.policy.unknown_vend = UnknownVend::Capture);
    bench.created();
    bench.prompt_taken();
    bench.restart(OTHER);
    bench.look(Some(ActionStatus::Succeeded), paid(5));
    bench.dispenser(VendNews::Busy);
    assert!(bench.wait(29).is_empty(), "it gets the time of a vend");
    bench.wait(1);
    assert!(matches!(bench.want(), Want::Capture { .. }), "the policy for unknown vends decides");
}

#[test]
fn while_vending_the_board_is_asked_and_believed() {
    for boot in [SAME, OTHER] {
        let mut bench = Bench::vending();
        bench.restart(boot);
        assert!(matches!(bench.want(), Want::AskDispenser { .. }));
        bench.dispenser(VendNews::Delivered);
        assert!(matches!(bench.want(), Want::Capture { .. }));
        assert_eq!(bench.vends(), 1);
    }
}

#[test]
fn while_vending_a_board_that_never_heard_of_it_is_fired_in_the_same_boot_only() {
    let mut bench = Bench::vending();
    bench.restart(SAME);
    let facts = bench.dispenser(VendNews::NotKnown);
    assert!(matches!(&facts[..], [Fact::VendIntended { .. }]), "a fact of its own: {facts:?}");

    let mut bench = Bench::vending();
    bench.restart(OTHER);
    assert!(bench.dispenser(VendNews::NotKnown).is_empty(), "its memory may have gone with ours");
    let facts = bench.wait(10);
    assert!(matches!(
        &facts[..],
        [
            Fact::VendUnknown { .. },
            Fact::SettlementDecided {
                settlement: Settlement::Release,
                because: Because::VendUnknown
            }
        ]
    ));
}

#[test]
fn a_board_that_was_told_and_says_that_it_never_heard_is_not_fired_again() {
    let mut bench = Bench::vending();
    bench.dispenser(VendNews::Sent);
    bench.restart(SAME);
    assert!(bench.dispenser(VendNews::NotKnown).is_empty(), "it may have lost its memory");
    bench.wait(10);
    assert_eq!(bench.vends(), 1);
    assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: 1 });
}

#[test]
fn two_restarts_while_vending_never_fire_twice_on_a_board_that_knows() {
    let mut bench = Bench::vending();
    bench.restart(SAME);
    bench.dispenser(VendNews::Busy);
    bench.restart(SAME);
    assert!(matches!(bench.want(), Want::AskDispenser { .. }));
    assert_eq!(bench.vends(), 1);
}

#[test]
fn a_power_cut_after_a_restart_is_a_power_cut() {
    let mut bench = Bench::vending();
    bench.restart(SAME);
    bench.restart(OTHER);
    bench.restart(OTHER);
    assert!(bench.dispenser(VendNews::NotKnown).is_empty());
}

#[test]
fn while_retracting_the_fence_is_taken_up_again() {
    let mut bench = Bench::presenting();
    bench.give(&Input::CancelPressed);
    bench.look(None, unpaid());
    bench.restart(OTHER);
    bench.fence();
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}

#[test]
fn while_settling_the_payment_intent_is_looked_at_first() {
    for boot in [SAME, OTHER] {
        let mut bench = Bench::vending();
        bench.dispenser(VendNews::Delivered);
        bench.restart(boot);
        bench.inspect(paid(60));
        assert!(matches!(bench.want(), Want::Capture { n: 1, .. }));

        bench.restart(boot);
        bench.inspect(captured());
        assert_eq!(bench.outcome(), Some(Outcome::Sold));
    }
}

#[test]
fn a_restart_changes_nothing_of_what_a_person_has_to_decide() {
    let mut bench = Bench::opened();
    bench.answer(refused(Refusal::KeyClash));
    let before = bench.sale.clone();
    assert!(bench.restart(OTHER).is_empty());
    assert_eq!(bench.sale, before);
}
