//! News that nobody waits for: an answer to an older key, to a call that the sale has not made, or
//! one that comes a second time. Taken for the answer that is awaited, it would end a doubt that is
//! none of its business, or fence, pay and ask twice.

use super::in_person::{prompted as asked_again, refunding, shows};
use super::people::{clashed, waiting};
use super::two_steps::{authorizing, card, confirming, presenting as reading, read};
use super::*;
use crate::sale::input::Hindrance;

impl Bench {
    /// Nothing follows from what is said of this call, whatever it is.
    fn shrugs_off(&mut self, call: Call) {
        let done = with_status(IntentStatus::Canceled);
        let refunds = Some(vec![refund(1, 250, RefundStatus::Succeeded)]);
        for result in [
            Ok(seen(Some(ActionStatus::InProgress), unpaid())),
            Ok(Seen { refunds, ..seen(None, done) }),
            unanswered(),
            refused(Refusal::ReaderOffline),
            refused(Refusal::KeyClash),
            Err(Trouble::NotYet { why: Hindrance::TooMany }),
        ] {
            let facts = self.reply(call, result.clone());
            assert_eq!(facts, [], "{call:?}: {result:?}");
        }
    }
}

#[test]
fn a_payment_intent_is_taken_from_the_awaited_creation_alone() {
    Bench::opened().shrugs_off(Call::Create { n: 2 });
    Bench::prompting().shrugs_off(Call::Create { n: 1 });
    let mut given_up = Bench::presenting();
    given_up.give(&Input::CancelPressed);
    given_up.shrugs_off(Call::Create { n: 1 });
}

#[test]
fn only_the_prompt_that_is_under_way_is_answered() {
    let mut bench = Bench::prompting();
    bench.shrugs_off(Call::Prompt { n: 0 });
    bench.shrugs_off(Call::Prompt { n: 2 });
    bench.answer(unanswered());
    // It is in doubt already; that it stands would be news.
    assert_eq!(bench.reply(Call::Prompt { n: 1 }, refused(Refusal::ReaderOffline)), []);
}

#[test]
fn only_the_confirmation_that_is_under_way_is_answered() {
    let mut bench = confirming();
    bench.shrugs_off(Call::Confirm { n: 2 });
    // Nor is a card cleared that is being confirmed.
    bench.shrugs_off(Call::ClearReader { n: bench.sale.keys.clear });
    let mut not_taken = reading();
    not_taken.sees(read(card("visa", "prepaid"), ActionStatus::Succeeded));
    assert_eq!(not_taken.want(), Want::ClearReader { n: 1 });
    not_taken.shrugs_off(Call::ClearReader { n: 2 });
    let mut taken = authorizing();
    taken.shrugs_off(Call::Confirm { n: 2 });
    assert_eq!(taken.reply(Call::Confirm { n: 1 }, refused(Refusal::ReaderOffline)), []);
}

#[test]
fn only_the_clearing_and_the_fence_that_are_under_way_are_answered() {
    let mut bench = Bench::presenting();
    bench.give(&Input::CancelPressed);
    bench.look(Some(ActionStatus::InProgress), unpaid());
    assert_eq!(bench.want(), Want::ClearReader { n: 1 });
    bench.shrugs_off(Call::ClearReader { n: 2 });
    bench.answer(Ok(seen(None, unpaid())));
    bench.look(None, unpaid());
    assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: 1 });
    bench.shrugs_off(Call::ClearReader { n: 1 });
    bench.shrugs_off(Call::Cancel { n: 2 });
    bench.shrugs_off(Call::Look);
}

#[test]
fn only_the_settlement_that_is_under_way_is_answered() {
    let mut capture = Bench::vending();
    capture.dispenser(VendNews::Delivered);
    let mut release = Bench::vending();
    release.dispenser(VendNews::Failed { reason: "jam".into() });
    let mut refund = Bench::charged();
    refund.dispenser(VendNews::Failed { reason: "jam".into() });
    for (mut bench, n) in [(capture, (2, 1, 1)), (release, (1, 2, 1)), (refund, (1, 1, 2))] {
        bench.shrugs_off(Call::Capture { n: n.0 });
        bench.shrugs_off(Call::Cancel { n: n.1 });
        bench.shrugs_off(Call::Refund { n: n.2 });
        // Nobody has doubted it, so that a look is not needed.
        bench.shrugs_off(Call::Inspect);
        bench.shrugs_off(Call::ListRefunds);
    }
}

#[test]
fn only_the_refund_at_the_reader_that_is_under_way_is_answered() {
    let mut asked = refunding();
    asked.shrugs_off(Call::RefundInPerson { n: 2 });
    asked.shrugs_off(Call::ListRefunds);
    asked.shrugs_off(Call::ClearReader { n: 1 });
    let mut stands = asked_again();
    assert_eq!(stands.reply(Call::RefundInPerson { n: 1 }, refused(Refusal::ReaderBusy)), []);
    stands.give(&Input::CancelPressed);
    stands.answer(Ok(shows(Some(ActionStatus::InProgress))));
    assert_eq!(stands.want(), Want::ClearReader { n: 1 });
    stands.shrugs_off(Call::ClearReader { n: 2 });
    stands.shrugs_off(Call::ListRefunds);
}

#[test]
fn a_sale_that_waits_for_a_person_hears_only_of_its_own_fence() {
    let mut held = waiting();
    held.shrugs_off(Call::Cancel { n: held.sale.keys.cancel });
    let mut payable = clashed();
    payable.inspect(unpaid());
    assert_eq!(payable.want(), Want::CancelIntent { intent: intent_id(), n: 2 });
    payable.shrugs_off(Call::Cancel { n: 1 });
    let again = Ok(Seen { reader: None, ..seen(None, unpaid()) });
    assert_eq!(payable.reply(Call::Inspect, again), [], "that nothing was paid is known");
}
