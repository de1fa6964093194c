//! A quarter of an hour in which nobody comes: what it takes, and what the next customer waits for.

use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::kiosk::{Kiosk, Seller};
use crate::process::Usage;
use crate::report::{Part, Row, Verdict};
use crate::sales::{Sale, Spread, measure, sell, sell_and_leave};
use crate::stripe::Way;
use crate::taps::{LINE, round_trip};

/// After the first sale everything has come to rest by then.
const RESTS_AFTER: Duration = Duration::from_mins(2);

/// So many kiosks of each seller idle beside each other.
const LANES: usize = 4;

/// An idle kiosk.
struct Idle {
    seller: Seller,
    kiosk: Kiosk,
    before: Usage,
    after: Usage,
    opened: u64,
}

/// Plays it for all sellers, `IDLE` minutes (15).
pub fn run(folder: &Path) -> Part {
    let minutes = std::env::var("IDLE").ok().and_then(|text| text.parse().ok()).unwrap_or(15);
    let idle = Duration::from_mins(minutes).max(RESTS_AFTER + Duration::from_secs(10));
    let mut lanes = Vec::new();
    for way in Way::ALL {
        for seller in Seller::ALL {
            for lane in 0..LANES {
                let folder = folder.join(format!("{}-{seller:?}-{lane}", way.name()));
                let mut kiosk = Kiosk::new(seller, &folder, way, LINE);
                kiosk.start();
                let usage = Usage::default();
                let idle = Idle { seller, kiosk, before: usage, after: usage, opened: 0 };
                lanes.push((way, idle));
            }
        }
    }
    for (_, lane) in &lanes {
        sell_and_leave(&lane.kiosk, Duration::from_secs(1));
    }
    thread::sleep(RESTS_AFTER);
    for (_, lane) in &mut lanes {
        lane.before = lane.kiosk.process().usage();
    }
    let measured = idle.saturating_sub(RESTS_AFTER);
    thread::sleep(measured);
    for (_, lane) in &mut lanes {
        lane.after = lane.kiosk.process().usage();
        lane.opened = lane.kiosk.line.opened();
    }
    let mut rows = Vec::new();
    for way in Way::ALL {
        let bare = round_trip(&folder.join(format!("bare {}", way.name())), way, 20);
        let of_way: Vec<&Idle> =
            lanes.iter().filter(|(of, _)| *of == way).map(|(_, lane)| lane).collect();
        rows.push(next_customer(way, &of_way, bare, idle));
        rows.extend(at_rest(way, &of_way, measured));
    }
    Part { rows }
}

fn of(lanes: &[&Idle], seller: Seller, figure: impl Fn(&Idle) -> f64) -> Spread {
    Spread::of(lanes.iter().filter(|lane| lane.seller == seller).map(|lane| figure(lane)))
}

fn next_customer(way: Way, lanes: &[&Idle], round_trip: f64, idle: Duration) -> Row {
    let one_way = LINE.one_way.as_secs_f64() * 1000.0;
    let takes = |lane: &Idle| {
        let selected = sell(&lane.kiosk, Duration::from_secs(1), |_| {});
        thread::sleep(Duration::from_millis(500));
        let sales = measure(&lane.kiosk, &[selected], Duration::ZERO);
        sales.first().copied().map_or(f64::NAN, Sale::prompt_after)
    };
    let spreads = Seller::ALL.map(|seller| of(lanes, seller, takes));
    let ratio = (spreads[0].median - one_way) / round_trip;
    Row {
        figure: format!(
            "the same after {} minutes idle, {}: ms, median (90 %)",
            idle.as_secs() / 60,
            way.name()
        ),
        target: "≤ 1.10 ×".into(),
        cells: spreads.map(|spread| format!("{:.1} ({:.1})", spread.median, spread.high)),
        note: format!(
            "create alone, warm, takes {round_trip:.1} ms: {ratio:.3} ×; the line closes what is \
             silent for five minutes; {LANES} kiosks of each"
        ),
        verdict: Verdict::of(ratio <= 1.10),
    }
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "figures of some minutes")]
fn at_rest(way: Way, lanes: &[&Idle], measured: Duration) -> Vec<Row> {
    let name = way.name();
    let seconds = measured.as_secs_f64();
    let cpu = |lane: &Idle| (lane.after.cpu - lane.before.cpu) as f64 / 1e4 / seconds;
    let wakeups = |lane: &Idle| (lane.after.wakeups - lane.before.wakeups) as f64 / seconds;
    let written = |lane: &Idle| (lane.after.written - lane.before.written) as f64;
    let resident = |lane: &Idle| lane.after.resident as f64 / 1024.0;
    let own = |lane: &Idle| lane.after.own as f64 / 1024.0;
    let worst = |figure: &dyn Fn(&Idle) -> f64| {
        Seller::ALL.map(|seller| {
            let own = lanes.iter().filter(|lane| lane.seller == seller);
            own.map(|lane| figure(lane)).fold(0.0, f64::max)
        })
    };
    let row = |figure: &str, target: &str, cells: [String; 3], met: bool| Row {
        figure: format!("{figure}, {name}"),
        target: target.into(),
        cells,
        note: format!("the worst of {LANES}, over {seconds:.0} s"),
        verdict: Verdict::of(met),
    };
    let (cpu, wakeups) = (worst(&cpu), worst(&wakeups));
    let (written, resident, own) = (worst(&written), worst(&resident), worst(&own));
    let memory = [0, 1, 2].map(|at| format!("{:.1} ({:.1})", resident[at], own[at]));
    vec![
        row(
            "processor time while idle: % of a core",
            "< 0.05",
            cpu.map(|cpu| format!("{cpu:.3}")),
            cpu[0] < 0.05,
        ),
        row(
            "wake-ups a second while idle",
            "≤ 1",
            wakeups.map(|wakeups| format!("{wakeups:.2}")),
            wakeups[0] <= 1.0,
        ),
        row(
            "bytes written to disk while idle",
            "0",
            written.map(|written| format!("{written:.0}")),
            written[0] == 0.0,
        ),
        row(
            "resident memory while idle (its own, no file's): MiB",
            "≤ 12",
            memory,
            resident[0] <= 12.0,
        ),
    ]
}
