//! Refunds at the reader: the customer presents the Interac card again, or a person has to help.

use super::*;
use crate::sale::fact::{Attention, CardAway, Doubt};

fn interac() -> IntentSeen {
    let mut intent = captured();
    intent.charge = Some(ChargeSeen { interac: true, capture_before: None, ..charge(1) });
    intent
}

fn paid_by_interac() -> Bench {
    let mut bench = Bench::with(|opened| opened.policy.interac = true);
    bench.created();
    bench.prompt_taken();
    bench.look(Some(ActionStatus::Succeeded), interac());
    bench
}

/// The product did not come: the reader is to ask for the card again.
pub(super) fn refunding() -> Bench {
    let mut bench = paid_by_interac();
    bench.dispenser(VendNews::Failed { reason: "jam".into() });
    assert_eq!(bench.want(), ask(1));
    bench
}

fn ask(n: u32) -> Want {
    let amount = Money::new(250, "usd".parse().unwrap());
    Want::RefundInPerson { intent: intent_id(), amount, n }
}

/// What the reader shows of the refund.
pub(super) fn shows(status: Option<ActionStatus>) -> Seen {
    let mut seen = Seen { intent: None, ..seen(status, captured()) };
    if let Some(action) = seen.reader.as_mut().and_then(|reader| reader.action.as_mut()) {
        action.kind = "refund_payment".into();
        action.intent_status = None;
    }
    seen
}

pub(super) fn prompted() -> Bench {
    let mut bench = refunding();
    bench.answer(Ok(shows(Some(ActionStatus::InProgress))));
    assert!(matches!(bench.want(), Want::Look { .. }));
    bench
}

fn needs_card(bench: &Bench, why: CardAway) {
    let why = Attention::RefundNeedsCard { why };
    assert_eq!(bench.sale.phase, Phase::NeedsAttention { why });
    assert!(!bench.sale.holds_reader());
}

#[test]
fn charged_by_interac_and_delivered_is_sold() {
    let mut bench = paid_by_interac();
    bench.dispenser(VendNews::Delivered);
    assert_eq!(bench.outcome(), Some(Outcome::Sold));
}

#[test]
fn a_card_held_on_the_same_kiosk_is_captured_after_the_vend() {
    let mut bench = Bench::with(|opened| opened.policy.interac = true);
    bench.created();
    bench.prompt_taken();
    bench.look(Some(ActionStatus::Succeeded), paid(1));
    bench.dispenser(VendNews::Failed { reason: "jam".into() });
    assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: 1 });
}

#[test]
fn a_card_that_is_captured_by_hand_on_an_interac_kiosk_needs_a_person() {
    let mut bench = Bench::with(|opened| opened.policy.interac = true);
    bench.created();
    bench.prompt_taken();
    bench.look(Some(ActionStatus::Succeeded), captured());
    let why = Attention::CapturedElsewhere;
    assert_eq!(bench.sale.phase, Phase::NeedsAttention { why });
}

#[test]
fn the_customer_presents_the_card_again_and_is_refunded() {
    let mut bench = prompted();
    bench.answer(Ok(shows(Some(ActionStatus::InProgress))));
    bench.answer(Ok(shows(Some(ActionStatus::Succeeded))));
    bench.listed(vec![refund(1, 250, RefundStatus::Succeeded)], interac());
    assert_eq!(bench.outcome(), Some(Outcome::Refunded));
}

#[test]
fn a_customer_who_leaves_or_cancels_is_owed_the_money() {
    let mut timed_out = prompted();
    timed_out.wait(60);
    let mut cancelled = prompted();
    cancelled.give(&Input::CancelPressed);
    for (mut bench, why) in [(timed_out, CardAway::TimedOut), (cancelled, CardAway::Cancelled)] {
        bench.answer(Ok(shows(Some(ActionStatus::InProgress))));
        assert!(matches!(bench.want(), Want::ClearReader { n: 1 }));
        bench.answer(Ok(seen(None, interac())));
        bench.answer(Ok(shows(None)));
        bench.listed(Vec::new(), interac());
        needs_card(&bench, why);
    }
    let mut on_reader = prompted();
    on_reader.answer(Ok(shows(Some(failed("customer_canceled")))));
    on_reader.answer(Ok(shows(Some(failed("customer_canceled")))));
    on_reader.listed(Vec::new(), interac());
    needs_card(&on_reader, CardAway::Cancelled);
}

#[test]
fn a_card_presented_in_the_last_second_is_refunded_although_the_time_is_up() {
    let mut bench = prompted();
    bench.wait(60);
    bench.answer(Ok(shows(Some(ActionStatus::Succeeded))));
    bench.listed(vec![refund(1, 250, RefundStatus::Succeeded)], interac());
    assert_eq!(bench.outcome(), Some(Outcome::Refunded));
}

#[test]
fn the_refunds_are_read_before_the_reader_asks_again() {
    for (answer, n) in [(unanswered(), 1), (refused(Refusal::ReaderBusy), 2)] {
        let mut bench = refunding();
        bench.answer(answer.clone());
        bench.answer(Ok(shows(None)));
        bench.listed(Vec::new(), interac());
        assert_eq!(bench.want(), ask(n), "{answer:?}");

        let mut stands = refunding();
        stands.answer(answer.clone());
        stands.answer(Ok(shows(Some(ActionStatus::InProgress))));
        assert!(matches!(stands.want(), Want::Look { .. }), "the prompt that stands is adopted");

        let mut done = refunding();
        done.answer(answer);
        done.answer(Ok(shows(Some(ActionStatus::Succeeded))));
        done.listed(vec![refund(1, 250, RefundStatus::Succeeded)], interac());
        assert_eq!(done.outcome(), Some(Outcome::Refunded));
    }
}

/// The prompt of a refund came four seconds after Stripe had said that the reader did not answer; the
/// next one stood by then, and the card was given its money twice. Found by the simulation.
#[test]
fn a_reader_that_did_not_answer_is_asked_again_only_when_its_prompt_can_come_no_more() {
    let silent = || {
        let mut bench = refunding();
        bench.answer(refused(Refusal::ReaderTimeout));
        bench.answer(Ok(shows(None)));
        bench.wait(24);
        assert_eq!(bench.listed(Vec::new(), interac()), []);
        bench
    };
    let mut late = silent();
    late.listed(vec![refund(1, 250, RefundStatus::Succeeded)], interac());
    assert_eq!(late.outcome(), Some(Outcome::Refunded));

    let mut never = silent();
    never.wait(1);
    never.listed(Vec::new(), interac());
    assert_eq!(never.want(), ask(2));
    never.answer(refused(Refusal::ReaderTimeout));
    never.answer(Ok(shows(None)));
    never.wait(24);
    assert_eq!(never.listed(Vec::new(), interac()), [], "each prompt may be late");
}

#[test]
fn another_card_is_refused_and_the_customer_is_asked_again_until_the_time_is_up() {
    let mut bench = prompted();
    bench.answer(Ok(shows(Some(failed("incorrect_card")))));
    bench.answer(Ok(shows(Some(failed("incorrect_card")))));
    bench.listed(Vec::new(), interac());
    assert_eq!(bench.want(), ask(2));
    let Phase::Refunding(refunding) = &bench.sale.phase else { panic!() };
    assert_eq!(refunding.since, bench.now, "no time has passed on this bench");
    bench.wait(60);
    bench.answer(Ok(shows(None)));
    bench.listed(Vec::new(), interac());
    needs_card(&bench, CardAway::TimedOut);
}

#[test]
fn a_reader_that_cannot_ask_leaves_it_to_a_person() {
    let mut bench = refunding();
    bench.answer(refused(Refusal::ReaderOffline));
    bench.answer(Ok(shows(None)));
    bench.listed(Vec::new(), interac());
    assert!(matches!(
        &bench.sale.phase,
        Phase::NeedsAttention {
            why: Attention::RefundNeedsCard { why: CardAway::ReaderUnavailable { .. } }
        }
    ));
}

#[test]
fn a_reader_that_drops_every_prompt_is_not_asked_for_ever() {
    let mut bench = refunding();
    for _ in 0..20 {
        if !matches!(bench.want(), Want::RefundInPerson { .. }) {
            break;
        }
        bench.answer(refused(Refusal::ReaderBusy));
        bench.answer(Ok(shows(None)));
        bench.listed(Vec::new(), interac());
    }
    bench.answer(Ok(shows(None)));
    bench.listed(Vec::new(), interac());
    assert!(matches!(bench.sale.phase, Phase::NeedsAttention { .. }));
}

#[test]
fn a_restart_adopts_the_prompt_and_a_power_cut_takes_it_back() {
    let mut restarted = prompted();
    restarted.restart("boot-1");
    restarted.answer(Ok(shows(Some(ActionStatus::InProgress))));
    assert!(matches!(restarted.want(), Want::Look { .. }));
    restarted.answer(Ok(shows(Some(ActionStatus::Succeeded))));
    restarted.listed(vec![refund(1, 250, RefundStatus::Succeeded)], interac());
    assert_eq!(restarted.outcome(), Some(Outcome::Refunded));

    let mut cut = prompted();
    cut.restart("boot-2");
    cut.answer(Ok(shows(Some(ActionStatus::InProgress))));
    assert!(matches!(cut.want(), Want::ClearReader { .. }));
    cut.answer(refused(Refusal::ReaderOffline));
    cut.listed(Vec::new(), interac());
    needs_card(&cut, CardAway::Restarted);
}

#[test]
fn a_refund_that_stripe_calls_pending_needs_the_reader_no_longer() {
    let mut bench = prompted();
    bench.answer(Ok(shows(Some(ActionStatus::Succeeded))));
    bench.listed(vec![refund(1, 250, RefundStatus::Pending)], interac());
    assert!(!bench.sale.holds_reader());
    bench.listed(vec![refund(1, 250, RefundStatus::Succeeded)], interac());
    assert_eq!(bench.outcome(), Some(Outcome::Refunded));
}

#[test]
fn nobody_is_asked_for_the_card_of_a_payment_that_was_learned_of_too_late() {
    let mut bench = Bench::with(|opened| opened.policy.interac = true);
    bench.created();
    bench.prompt_taken();
    let mut late = interac();
    late.charge = Some(ChargeSeen { interac: true, ..charge(31) });
    bench.look(Some(ActionStatus::Succeeded), late);
    needs_card(&bench, CardAway::Gone);
}

#[test]
fn a_reader_that_stripe_does_not_show_cannot_end_a_prompt_but_cannot_hold_the_sale_either() {
    let mut bench = prompted();
    assert_eq!(bench.answer(refused(Refusal::NotFound)), [], "the prompt may stand all the same");
    bench.give(&Input::CancelPressed);
    assert_eq!(bench.answer(unanswered()), [], "no answer is no reader's");
    bench.answer(refused(Refusal::NotFound));
    bench.listed(Vec::new(), interac());
    needs_card(&bench, CardAway::Cancelled);
}

#[test]
fn a_prompt_answered_after_the_customer_gave_up_is_cleared() {
    let mut bench = refunding();
    bench.give(&Input::CancelPressed);
    bench.answer(Ok(shows(None)));
    bench.reply(Call::RefundInPerson { n: 1 }, Ok(shows(Some(ActionStatus::InProgress))));
    assert!(matches!(bench.want(), Want::ClearReader { n: 1 }));
    let doubted = |fact: &Fact| matches!(fact, Fact::SettlementDoubted { why: Doubt::Pending, .. });
    assert!(!bench.facts.iter().any(doubted));
}

#[test]
fn only_the_refund_of_this_payment_is_the_prompt_that_is_watched() {
    let shown = |kind: &str, intent: &str| {
        let mut seen = shows(Some(ActionStatus::Succeeded));
        let action = seen.reader.as_mut().and_then(|reader| reader.action.as_mut()).unwrap();
        (action.kind, action.intent) = (kind.into(), intent.parse().ok());
        seen
    };
    for seen in [shown("refund_payment", "pi_9"), shown("process_payment_intent", "pi_1")] {
        let facts = prompted().answer(Ok(seen));
        let ended = |why: &Doubt| matches!(why, Doubt::Ended { .. });
        assert!(matches!(&facts[..], [Fact::SettlementDoubted { why, .. }] if ended(why)));
    }
}

#[test]
fn a_look_from_before_the_prompt_says_nothing_of_it() {
    let mut bench = refunding();
    let asked = bench.now;
    bench.now = bench.now + Duration::from_secs(1);
    bench.answer(Ok(shows(Some(ActionStatus::InProgress))));
    let early = Reply { call: Call::Look, asked, result: Ok(shows(None)) };
    assert_eq!(bench.give(&Input::Replied(Box::new(early))), []);
    assert_ne!(bench.answer(Ok(shows(None))), []);
}

#[test]
fn a_charge_that_does_not_show_its_card_yet_is_looked_at_again() {
    let mut bench = Bench::with(|opened| opened.policy.interac = true);
    bench.created();
    bench.prompt_taken();
    let no_card = IntentSeen { charge: None, ..captured() };
    assert_eq!(bench.look(Some(ActionStatus::Succeeded), no_card), []);
    bench.look(Some(ActionStatus::Succeeded), interac());
    assert_eq!(bench.vends(), 1);
}
