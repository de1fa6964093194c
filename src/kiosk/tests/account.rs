//! Whether the account takes cards at a reader is known before the first customer needs it.

use super::*;
use crate::kiosk::account::AccountWish;

/// A PaymentIntent was made: whether it takes the card of a reader.
fn made(takes_card_present: bool) -> Seen {
    let unpaid = intent(IntentStatus::RequiresPaymentMethod);
    let intent = Some(IntentSeen { takes_card_present, ..unpaid });
    Seen { date: None, reader: None, intent, refunds: None }
}

impl Bench {
    fn wish(&mut self) -> AccountWish {
        if self.kiosk.account_wish(self.now) == AccountWish::Date {
            self.kiosk.date_trial(0.0, self.now);
        }
        self.kiosk.account_wish(self.now)
    }

    fn tries(&mut self) -> bool {
        matches!(self.wish(), AccountWish::Try(_))
    }

    /// The trial has ended. Whether it may have left something.
    fn tried(&mut self, result: &Result<Seen, Trouble>) -> bool {
        self.hear(Call::TryAccount, result.clone());
        self.kiosk.account_tried(result)
    }

    fn takes_no_cards(&self) -> bool {
        self.stands(&Reason::NoCardPresent)
    }
}

/// A kiosk that has waited for its first customer in vain.
fn waited() -> Bench {
    let mut bench = Bench::ready();
    assert!(matches!(bench.wish(), AccountWish::Wait(_)));
    bench.wait(60);
    assert!(bench.tries());
    bench
}

#[test]
fn the_account_is_tried_with_the_cheapest_product_and_only_once() {
    let mut bench = Bench::started();
    assert_eq!(bench.wish(), AccountWish::Nothing, "the reader was not seen");
    let mut bench = waited();
    let AccountWish::Try(trial) = bench.wish() else { panic!("it is not tried") };
    assert_eq!(trial.price.amount, 250);
    assert!(!bench.tried(&Ok(made(true))));
    assert_eq!(bench.wish(), AccountWish::Nothing);
    assert_eq!(bench.kiosk.reasons().iter().count(), 0);
}

#[test]
fn a_trial_is_put_off_by_chance_and_at_most_to_twice_the_time() {
    let mut bench = Bench::ready();
    for (jitter, seconds) in [(0.0, 60), (0.5, 90), (1.0, 120)] {
        bench.kiosk.date_trial(jitter, bench.now);
        let at = bench.now + Duration::from_secs(seconds);
        assert_eq!(bench.kiosk.account_wish(bench.now), AccountWish::Wait(at));
    }
}

#[test]
fn a_customer_who_comes_first_tells_as_well() {
    let mut bench = Bench::ready();
    bench.hear(Call::Create { n: 1 }, Ok(made(true)));
    assert_eq!(bench.wish(), AccountWish::Nothing);
}

#[test]
fn nothing_is_tried_while_a_customer_is_served_or_by_a_board_that_is_not_the_readers() {
    let mut bench = waited();
    bench.select("S1").unwrap();
    assert_eq!(bench.wish(), AccountWish::Nothing);
    let mut bench = waited();
    let mut theirs = reader(None);
    theirs.registration.controller = Some("board-2".into());
    bench.look(theirs);
    assert_eq!(bench.wish(), AccountWish::Nothing);
}

#[test]
fn an_account_that_takes_no_cards_is_said_so_and_tried_again_rarely() {
    let mut bench = waited();
    bench.tried(&Ok(made(false)));
    assert!(bench.takes_no_cards());
    assert!(matches!(bench.view(), View::OutOfOrder { reason: Reason::NoCardPresent }));
    bench.wait(300);
    assert!(bench.select("S1").is_ok(), "and by a customer, now and then");
    let mut bench = waited();
    bench.tried(&Ok(made(false)));
    assert!(!bench.tries());
    bench.wait(3599);
    assert!(!bench.tries());
    bench.wait(1);
    assert!(bench.tries());
    bench.tried(&Ok(made(true)));
    assert!(!bench.takes_no_cards());
    assert_eq!(bench.wish(), AccountWish::Nothing);
}

#[test]
fn what_stripe_did_not_run_is_sent_again_and_nothing_else() {
    let lost = || Trouble::NotSent { obstacle: Obstacle::Network, why: "no route".into() };
    let busy = || Trouble::NotYet { why: Hindrance::TooMany };
    for trouble in [lost(), busy()] {
        let mut bench = waited();
        assert!(!bench.tried(&Err(trouble)));
        assert!(!bench.tries());
        bench.wait(60);
        assert!(bench.tries());
    }
    let silence = Trouble::Unknown { obstacle: Obstacle::Silence, why: "reset".into() };
    let failed = Trouble::Refused(Refusal::StripeFailed);
    for (trouble, may_exist) in [
        (silence, true),
        (failed, true),
        (Trouble::Refused(Refusal::Forbidden), false),
        (Trouble::Refused(Refusal::Other { code: "amount_too_small".into() }), false),
    ] {
        let mut bench = waited();
        assert_eq!(bench.tried(&Err(trouble)), may_exist);
        assert_eq!(bench.wish(), AccountWish::Nothing);
        assert_eq!(bench.kiosk.reasons().iter().count(), 0, "the first sale will tell");
    }
}

#[test]
fn a_new_key_may_be_of_another_account() {
    let mut bench = waited();
    bench.tried(&Ok(made(true)));
    bench.kiosk.key_replaced();
    assert!(matches!(bench.wish(), AccountWish::Wait(_)));
}
