//! News in an order that nobody would choose: each test is named after what went wrong.

use super::*;
use crate::sale::fact::{Attention, Settlement};

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

/// The daemon died within a second of prompting, before the lazy facts went to disk. Stripe
/// answered the repeat of the creation with an error of the moment, and the sale was closed as
/// abandoned and "not charged" while the reader went on to take the card.
#[test]
fn a_create_repeated_after_a_restart_proves_nothing_by_an_error() {
    for refusal in [Refusal::StripeFailed, Refusal::Forbidden, Refusal::NotFound] {
        let mut bench = Bench::opened();
        bench.restart("boot-1");
        assert!(bench.answer(refused(refusal.clone())).is_empty());
        assert_eq!(bench.want(), Want::CreateIntent { n: 1 });
        bench.created();
        bench.look(Some(ActionStatus::Succeeded), paid(1));
        assert!(bench.sale.authorized.is_some(), "the card was taken meanwhile");

        let mut lasting = Bench::opened();
        lasting.restart("boot-1");
        lasting.wait(120);
        lasting.answer(refused(refusal));
        let why = Attention::IntentUnknown;
        assert_eq!(lasting.sale.phase, Phase::NeedsAttention { why });
    }
}
