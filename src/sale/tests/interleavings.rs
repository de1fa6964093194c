//! News in an order that nobody would choose: each test is named after what went wrong.

use super::*;
use crate::sale::fact::Settlement;

/// A sale that is being taken back and whose prompt stands on the reader.
fn prompt_to_clear() -> Bench {
    let mut bench = Bench::presenting();
    bench.wait(60);
    bench.look(Some(ActionStatus::InProgress), unpaid());
    assert_eq!(bench.want(), Want::ClearReader { n: 1 });
    bench
}

/// A key that may not clear the reader, or a refusal with a code of its own, was asked for the
/// same again and again: the PaymentIntent stayed payable and the reader held for ever.
#[test]
fn a_reader_that_cannot_be_cleared_does_not_keep_the_payment_intent_from_its_fence() {
    for refusal in
        [Refusal::Forbidden, Refusal::NotFound, Refusal::Other { code: "hardware_fault".into() }]
    {
        let mut bench = prompt_to_clear();
        bench.answer(refused(refusal));
        assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: 1 });
    }
}

/// While the customer taps, the reader is busy: the look tells how that ends.
#[test]
fn a_reader_that_is_busy_is_looked_at_before_the_fence() {
    let mut bench = prompt_to_clear();
    bench.answer(refused(Refusal::ReaderBusy));
    assert!(matches!(bench.want(), Want::Look { .. }));
}

/// A cancel of unknown fate may still be on its way: goods that are given for an authorization
/// which it then cancels are never paid.
#[test]
fn nothing_is_vended_while_a_cancel_may_be_under_way() {
    let fence = || {
        let mut bench = Bench::presenting();
        bench.wait(60);
        bench.look(None, unpaid());
        assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: 1 });
        bench
    };
    let releases = |bench: &Bench| {
        let Phase::Settling { settlement, .. } = bench.sale.phase else { return false };
        settlement == Settlement::Release
    };
    let mut unclear = fence();
    unclear.answer(unanswered());
    unclear.look(Some(ActionStatus::Succeeded), paid(1));
    assert!(releases(&unclear));

    let mut restarted = fence();
    restarted.restart("boot-1");
    restarted.look(Some(ActionStatus::Succeeded), paid(1));
    restarted.dispenser(VendNews::NotKnown);
    assert!(releases(&restarted));

    let mut refused_fence = fence();
    refused_fence.answer(refused(Refusal::WrongState));
    refused_fence.look(Some(ActionStatus::Succeeded), paid(1));
    assert!(matches!(refused_fence.want(), Want::Dispense { .. }), "Stripe did not cancel it");
}
