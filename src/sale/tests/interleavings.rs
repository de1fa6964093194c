//! News in an order that nobody would choose: each test is named after what went wrong.

use super::*;

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
