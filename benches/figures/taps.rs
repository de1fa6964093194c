//! The sale of a customer who taps when people tap: how long until the reader asks, how long from
//! the authorization to the goods, and what Stripe is asked for it.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::kiosk::{Kiosk, Seller};
use crate::line::{Line, Nature};
use crate::report::{Part, Row, Verdict};
use crate::sales::{Sale, Spread, mean, measure, sell, sell_and_leave};
use crate::stripe::{FORM, Stripe, Way};

/// A kiosk on mobile data: 40 ms there and back.
pub const LINE: Nature =
    Nature { one_way: Duration::from_millis(20), forgets_after: Duration::from_mins(5) };

/// The simulator's own default: from the tap to the issuer's answer.
const AUTHORIZES: Duration = Duration::from_millis(1500);

/// So many kiosks of each seller sell beside each other.
const LANES: usize = 4;

/// So many sales each, after one that warms everything up.
const SALES: usize = 12;

/// Half of all customers have tapped by then.
const MEDIAN: f64 = 6.0;

/// ln(15 s / 6 s), over the normal distribution's 90th percentile: nine of ten have tapped by 15 s.
const SIGMA: f64 = 0.715;

/// A PaymentIntent as simple as it can be.
const CREATE: &str = "amount=250&currency=usd&allowed_payment_method_types[]=card_present";

/// When the customers tap, in seconds after the prompt: `count` of them, evenly over the
/// distribution, and no lane has only the quick ones.
fn taps(count: usize) -> Vec<f64> {
    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "some dozen taps")]
    let share = |tap: usize| (tap as f64 + 0.5) / count as f64;
    (0..count).map(|tap| MEDIAN * (SIGMA * normal_quantile(share(tap))).exp()).collect()
}

/// The value under which this share of a standard normal distribution lies.
fn normal_quantile(share: f64) -> f64 {
    let (mut low, mut high) = (-6.0, 6.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if normal_share(middle) < share { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The share of a standard normal distribution that lies under `value`, by Simpson's rule.
fn normal_share(value: f64) -> f64 {
    const STEPS: u32 = 200;
    let density = |x: f64| (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt();
    let width = value / f64::from(STEPS);
    let inner: f64 = (1..STEPS)
        .map(|step| if step % 2 == 1 { 4.0 } else { 2.0 } * density(width * f64::from(step)))
        .sum();
    0.5 + width / 3.0 * (density(0.0) + inner + density(value))
}

/// What a warm connection's creation of a PaymentIntent takes, which nobody can avoid: the median,
/// in milliseconds, of so many calls, one a second.
pub fn round_trip(folder: &Path, way: Way, calls: usize) -> f64 {
    std::fs::create_dir_all(folder).expect("a folder");
    let stripe = Stripe::start(folder, way);
    let line = Line::start(stripe.address(), LINE);
    let client = stripe.over(&line);
    let mut times = Vec::new();
    for _ in 0..calls {
        let begun = Instant::now();
        client.call("POST", "/v1/payment_intents", CREATE, FORM);
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
        thread::sleep(Duration::from_secs(1));
    }
    // The first call has opened the connection.
    Spread::of(times.into_iter().skip(1)).median
}

/// Plays it for all sellers.
pub fn run(folder: &Path) -> Part {
    let mut rows = Vec::new();
    for way in Way::ALL {
        let folder = folder.join(way.name());
        let taps = taps(LANES * SALES);
        let (round_trip, sales) = thread::scope(|scope| {
            let lanes: Vec<_> = Seller::ALL
                .into_iter()
                .flat_map(|seller| (0..LANES).map(move |lane| (seller, lane)))
                .map(|(seller, lane)| {
                    let taps: Vec<f64> = taps.iter().copied().skip(lane).step_by(LANES).collect();
                    let folder = folder.join(format!("{seller:?}-{lane}"));
                    scope.spawn(move || (seller, lane_of(seller, &folder, way, &taps)))
                })
                .collect();
            let bare = folder.join("bare");
            let bare = scope.spawn(move || round_trip(&bare, way, 60));
            let lanes = lanes.into_iter().map(|lane| lane.join().expect("a lane that ends"));
            let sales: Vec<(Seller, Vec<Sale>)> = lanes.collect();
            (bare.join().expect("a bare client"), sales)
        });
        rows.extend(compare(way, round_trip, &sales));
    }
    rows.extend(hinted(folder));
    Part { rows }
}

fn lane_of(seller: Seller, folder: &Path, way: Way, taps: &[f64]) -> Vec<Sale> {
    let mut kiosk = Kiosk::new(seller, folder, way, LINE);
    kiosk.start();
    sell_and_leave(&kiosk, Duration::from_secs(1));
    let taps = taps.iter().map(|tap| Duration::from_secs_f64(*tap));
    let selected: Vec<i64> = taps.map(|tap| sell_and_leave(&kiosk, tap)).collect();
    measure(&kiosk, &selected, AUTHORIZES)
}

/// Of a seller's sales, one figure each.
fn each(sales: &[(Seller, Vec<Sale>)], seller: Seller, figure: fn(Sale) -> f64) -> Vec<f64> {
    let own = sales.iter().filter(|(of, _)| *of == seller);
    own.flat_map(|(_, sales)| sales.iter().copied().map(figure)).collect()
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "some dozen calls")]
fn compare(way: Way, round_trip: f64, sales: &[(Seller, Vec<Sale>)]) -> Vec<Row> {
    let name = way.name();
    let one_way = LINE.one_way.as_secs_f64() * 1000.0;
    let prompt = |seller| Spread::of(each(sales, seller, Sale::prompt_after));
    let ratio = (prompt(Seller::Kioskd).median - one_way) / round_trip;
    let vend = |seller| Spread::of(each(sales, seller, Sale::vend_after));
    let calls = |seller| {
        let all = each(sales, seller, |sale| (sale.steps + sale.looks + sale.others) as f64);
        mean(&all)
    };
    let watches = |seller| mean(&each(sales, seller, |sale| sale.watches as f64));
    let [ours, python, node] = Seller::ALL.map(watches);
    let steps = |seller| mean(&each(sales, seller, |sale| (sale.steps + sale.others) as f64));
    let peers = f64::midpoint(vend(Seller::Python).mean, vend(Seller::Node).mean);
    let fewest = calls(Seller::Python).min(calls(Seller::Node));
    let share = vend(Seller::Kioskd).mean / peers;
    let spread = |spread: Spread| format!("{:.1} ({:.1})", spread.median, spread.high);
    vec![
        Row {
            figure: format!("selection → prompt at Stripe, warm, {name}: ms, median (90 %)"),
            target: "≤ 1.05 × the round trip of create, with the prompt's own way there".into(),
            cells: Seller::ALL.map(|seller| spread(prompt(seller))),
            note: format!(
                "create alone takes {round_trip:.1} ms; without the prompt's way of {one_way:.0} ms \
                 it is {ratio:.3} ×"
            ),
            verdict: Verdict::of(ratio <= 1.05),
        },
        Row {
            figure: format!("authorized at Stripe → `VEND`, by polling, {name}: ms, mean (90 %)"),
            target: "mean ≤ 0.8 × polling once a second, at no more calls a sale".into(),
            cells: Seller::ALL.map(|seller| {
                let spread = vend(seller);
                format!("{:.0} ({:.0})", spread.mean, spread.high)
            }),
            note: format!(
                "{share:.2} × the peers' mean; looks after the prompt: {ours:.2}, {python:.2}, \
                 {node:.2}"
            ),
            verdict: Verdict::of(share <= 0.8 && calls(Seller::Kioskd) <= fewest),
        },
        Row {
            figure: format!("calls a sale, {name}: all (beside the looking)"),
            target: "3 beside the looking".into(),
            cells: Seller::ALL.map(|seller| format!("{:.1} ({:.1})", calls(seller), steps(seller))),
            note: format!("taps of {} customers, log-normal", LANES * SALES),
            verdict: Verdict::of(steps(Seller::Kioskd) <= 3.0),
        },
    ]
}

/// With a relay that tells the kiosk when Stripe's webhook has come.
fn hinted(folder: &Path) -> Vec<Row> {
    Way::ALL.into_iter().map(|way| hinted_over(&folder.join(way.name()), way)).collect()
}

fn hinted_over(folder: &Path, way: Way) -> Row {
    let mut kiosk = Kiosk::new(Seller::Kioskd, &folder.join("hinted"), way, LINE);
    // At the tap: then the hint comes when the card is authorized, and not before.
    kiosk.stripe.authorizes_within(Duration::ZERO);
    kiosk.start();
    sell(&kiosk, Duration::from_secs(1), Kiosk::hint);
    thread::sleep(Duration::from_secs(3));
    let mut selected = Vec::new();
    for _ in 0..10 {
        selected.push(sell(&kiosk, Duration::from_millis(1500), Kiosk::hint));
        thread::sleep(Duration::from_secs(3));
    }
    let sales = measure(&kiosk, &selected, Duration::ZERO);
    let spread = Spread::of(sales.iter().copied().map(Sale::vend_after));
    let trips = spread.median / (2.0 * LINE.one_way.as_secs_f64() * 1000.0);
    Row::alone(
        format!("authorized → `VEND` with a hint, {}: ms, median (90 %)", way.name()),
        "≤ 1.5 round trips",
        format!("{:.1} ({:.1})", spread.median, spread.high),
        Verdict::of(trips <= 1.5),
        format!("{trips:.2} round trips of 40 ms, the flush before the vend included"),
    )
}
