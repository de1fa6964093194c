//! How soon a customer's payment is noticed, and at how many looks: the policy of `Pace::Customer`
//! against looking once a second. `cargo test --lib watching -- --nocapture` prints the table that
//! `docs/architecture.md` shows.

use std::time::Duration;

use crate::sale::duty::Pace;
use crate::time::Moment;

/// From a look's start to its reply.
const ROUND_TRIP: Duration = Duration::from_millis(40);

/// From the tap to the authorization at Stripe.
const AUTHORIZATION: f64 = 1.5;

/// When the customer's time is over.
const TIMEOUT: f64 = 60.0;

fn at(seconds: f64) -> Moment {
    Moment::from_millis(0) + Duration::from_secs_f64(seconds)
}

fn seconds(moment: Moment) -> f64 {
    moment.since(Moment::from_millis(0)).as_secs_f64()
}

/// How long a payment at this moment stays unnoticed, and how many looks were made. The reader has
/// asked since 0.
fn noticed(pace: Pace, paid: f64) -> (f64, f64) {
    let mut sent = None;
    let mut looks = 0.0;
    loop {
        let next = pace.next(sent).unwrap_or(at(1.0));
        looks += 1.0;
        if seconds(next) >= paid || seconds(next) >= TIMEOUT {
            return (seconds(next) - paid + ROUND_TRIP.as_secs_f64(), looks);
        }
        sent = Some(next);
    }
}

/// The mean over payments around this moment, so that no look happens to hit it.
fn around(pace: Pace, tap: f64) -> (f64, f64) {
    let steps = 200;
    let all = (0..steps).map(|n| noticed(pace, tap + AUTHORIZATION - 0.5 + f64::from(n) / 200.0));
    let (delay, looks) = all.fold((0.0, 0.0), |(d, l), (delay, look)| (d + delay, l + look));
    (delay / f64::from(steps), looks / f64::from(steps))
}

/// Taps as customers make them: log-normal, half of them within 6 s, nine of ten within 15 s.
fn customers() -> impl Iterator<Item = f64> {
    let spread = (15.0_f64 / 6.0).ln() / 1.281_55;
    // Box and Muller, over a grid instead of chance.
    (0..100).flat_map(move |a| {
        (0..20).map(move |b| {
            let radius = (-2.0 * ((f64::from(a) + 0.5) / 100.0).ln()).sqrt();
            let angle = std::f64::consts::TAU * (f64::from(b) + 0.5) / 20.0;
            6.0 * (spread * radius * angle.cos()).exp()
        })
    })
}

fn mean(pace: Pace) -> (f64, f64) {
    let (mut delay, mut looks, mut count) = (0.0, 0.0, 0.0);
    for tap in customers() {
        let (late, asked) = noticed(pace, (tap + AUTHORIZATION).min(TIMEOUT));
        (delay, looks, count) = (delay + late, looks + asked, count + 1.0);
    }
    (delay / count, looks / count)
}

#[test]
fn payments_are_noticed_sooner_than_by_looking_once_a_second_and_at_no_more_looks() {
    let ours = Pace::Customer(at(0.0));
    let every_second = Pace::Every(Duration::from_secs(1));
    println!("tap after | once a second: delay, looks | kioskd: delay, looks");
    for tap in [3.0, 8.0, 20.0] {
        let ((delay, looks), (late, asked)) = (around(every_second, tap), around(ours, tap));
        println!("{tap:>7} s | {delay:.2} s, {looks:.1} | {late:.2} s, {asked:.1}");
    }
    let ((delay, looks), (late, asked)) = (mean(every_second), mean(ours));
    println!("all       | {delay:.2} s, {looks:.1} | {late:.2} s, {asked:.1}");
    assert!(late <= 0.8 * delay, "{late} s against {delay} s");
    assert!(asked <= looks, "{asked} looks against {looks}");
}

#[test]
fn a_customer_who_never_pays_costs_a_bounded_number_of_looks() {
    let (_, looks) = noticed(Pace::Customer(at(0.0)), TIMEOUT);
    assert!(looks <= 60.0, "{looks}");
}

#[test]
fn looks_grow_rarer_at_the_moments_that_the_table_names() {
    let pace = Pace::Customer(at(0.0));
    for (sent, gap) in [(19.999, 0.72), (20.0, 0.85), (29.999, 0.85), (30.0, 1.3)] {
        let next = pace.next(Some(at(sent))).unwrap();
        assert_eq!(next, at(sent) + Duration::from_secs_f64(gap), "{sent}");
    }
}
