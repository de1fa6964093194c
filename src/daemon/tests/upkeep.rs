//! Which batches may take the journal a little longer, so that old sales go with them.

use super::*;
use crate::time::StripeTime;

impl Bench {
    /// The batches that wait for the disk, and whether each may be slow.
    fn hurries(&self) -> Vec<bool> {
        self.batches.iter().map(|batch| batch.unhurried.is_none()).collect()
    }

    /// The customer has the goods, and Stripe has the capture.
    fn sold() -> Self {
        let mut bench = Self::authorized();
        bench.flush();
        bench.turn(Event::Vend { order: "S1".parse().unwrap(), news: VendNews::Delivered });
        assert_eq!(bench.hurries(), [true], "thanks wait for the disk");
        bench.flush();
        bench.answer_all();
        assert_eq!((bench.outcome(), bench.batches.len()), (Some(Outcome::Sold), 0));
        bench
    }
}

#[test]
fn no_customer_waits_for_old_sales() {
    let mut bench = Bench::ready();
    bench.select("S1");
    assert_eq!(bench.hurries(), [true], "opened");
    bench.flush();
    bench.answer_all();
    assert_eq!(bench.hurries(), [true], "the PaymentIntent");
    let before_vend = Bench::authorized().hurries();
    assert!(!before_vend.is_empty() && before_vend.iter().all(|hurries| *hurries));
}

#[test]
fn what_closes_a_sale_may_take_its_time_by_stripes_clock() {
    let mut bench = Bench::sold();
    bench.wait(Duration::from_secs(2));
    let closing = &bench.batches[..];
    let wall = Bench::at(bench.now).wall.as_stripe_time();
    let [Some(StripeTime(time))] = closing.iter().map(|it| it.unhurried).collect::<Vec<_>>()[..]
    else {
        panic!("{closing:?}")
    };
    assert!((wall.0 - time).abs() <= 1, "{time} is not {wall:?}");
}

#[test]
fn a_repeat_and_what_waits_behind_it_let_nothing_go() {
    let mut bench = Bench::sold();
    bench.wait(Duration::from_secs(2));
    bench.disk_fails();
    bench.wait(Duration::from_secs(3));
    assert_eq!(bench.hurries(), [true], "a repeat");
}

#[test]
fn the_next_customer_is_not_kept_waiting_by_the_end_of_the_last_sale() {
    let mut bench = Bench::sold();
    bench.select("S2");
    assert_eq!(bench.hurries(), [true]);
    let rows = &bench.batches[0].rows;
    assert!(rows.iter().any(|row| row.body.contains("closed")), "{rows:?}");
}
