//! A thousand sales that were delivered and not captured, and then the power comes back.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use kioskd::simulator::http::LoggedRequest;

use crate::kiosk::{Kiosk, Seller, now};
use crate::line::Nature;
use crate::process::wait_for;
use crate::report::{Part, Row, Verdict};
use crate::sales::sell;
use crate::stripe::Way;
use crate::taps::LINE;

/// One less than `payment.exposure_limit` allows at most.
const UNSETTLED: usize = 999;

/// No capture goes through.
const NO_CAPTURES: &str = r#"{"method": "POST", "path": "/v1/payment_intents/*/capture",
    "then": "status:503", "times": 1000000}"#;

/// Plays it for kioskd; the peers forget their sales.
pub fn run(folder: &Path) -> Part {
    let nature = Nature { one_way: Duration::ZERO, forgets_after: Duration::from_hours(1) };
    let mut kiosk = Kiosk::new(Seller::Kioskd, folder, Way::Http, nature);
    kiosk.machine.turns_for(Duration::ZERO);
    kiosk.stripe.authorizes_within(Duration::ZERO);
    kiosk.stripe.post_json("/simulator/faults", NO_CAPTURES);
    kiosk.start();
    for _ in 0..UNSETTLED {
        sell(&kiosk, Duration::from_millis(50), Kiosk::hint);
        wait_for("the next customer's turn", || {
            (kiosk.status()?["state"] == "ready").then_some(())
        });
    }
    kiosk.kill();
    kiosk.stripe.mend();
    // Over a real line again.
    kiosk.lay(LINE);
    let begun = Instant::now();
    let from = now();
    kiosk.start();
    let ready = begun.elapsed();
    sell(&kiosk, Duration::from_secs(1), |_| {});
    let sold = begun.elapsed();
    wait_for("the queue to be empty", || {
        thread::sleep(Duration::from_millis(200));
        (kiosk.status()?["open"]["settling"] == 0).then_some(())
    });
    let drained = begun.elapsed();
    let log = kiosk.stripe.requests();
    let most = most_in_a_second(&log, from);
    let rows = vec![
        Row::alone(
            format!("{UNSETTLED} unsettled sales: start to ready, to the goods of a new sale: s"),
            "first selling again at once",
            format!("{:.2}, {:.2}", ready.as_secs_f64(), sold.as_secs_f64()),
            Verdict::of(ready < Duration::from_secs(3)),
            "the customer taps a second after the prompt, and 1.5 s are the issuer's",
        ),
        Row::alone(
            "the queue drained after: s (most writes in one second)",
            "within Stripe's limits",
            format!("{:.0} ({most})", drained.as_secs_f64()),
            Verdict::of(most <= 100),
            "Stripe allows 100 a second; three go at a time",
        ),
    ];
    Part { rows }
}

/// Of writes that this start made.
fn most_in_a_second(log: &[LoggedRequest], from: i64) -> usize {
    let captures =
        log.iter().filter(|call| call.at.0 * 1000 >= from && call.path.ends_with("/capture"));
    let mut seconds = std::collections::BTreeMap::new();
    for call in captures {
        *seconds.entry(call.at.0 / 1000).or_insert(0) += 1;
    }
    seconds.into_values().max().unwrap_or(0)
}
