//! Memory under a day of sales, and whether the last of them costs more than the first.

use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::kiosk::{Kiosk, Seller};
use crate::line::Nature;
use crate::report::{Part, Row, Verdict};
use crate::sales::sell;
use crate::stripe::Way;

/// A busy kiosk's day.
const SALES: usize = 300;

/// Sells a day's sales as quickly as they go.
pub fn run(folder: &Path) -> Part {
    let nature = Nature { one_way: Duration::ZERO, forgets_after: Duration::from_hours(1) };
    let mut kiosk = Kiosk::new(Seller::Kioskd, folder, Way::Tls, nature);
    kiosk.stripe.authorizes_within(Duration::ZERO);
    kiosk.start();
    let mut resident = Vec::new();
    let mut spent = vec![kiosk.process().usage().cpu];
    for sold in 1..=SALES {
        sell(&kiosk, Duration::from_millis(50), Kiosk::hint);
        // The board says that it is done, and the capture goes out.
        thread::sleep(Duration::from_millis(500));
        if sold % (SALES / 3) == 0 {
            let usage = kiosk.process().usage();
            resident.push(usage.resident);
            spent.push(usage.cpu);
        }
    }
    let usage = kiosk.process().usage();
    let in_mib = |kib: u64| format!("{}.{}", kib / 1024, kib % 1024 * 10 / 1024);
    let thirds: Vec<String> = resident.iter().copied().map(in_mib).collect();
    let a_sale = |from: usize| {
        let micros = spent[from + 1] - spent[from];
        micros / u64::try_from(SALES / 3).unwrap_or(1)
    };
    let (first, last) = (a_sale(0), a_sale(2));
    Part {
        rows: vec![
            Row::alone(
                format!("peak of resident memory under {SALES} sales, TLS 1.3: MiB"),
                "≤ 12, flat",
                in_mib(usage.peak),
                Verdict::of(usage.peak <= 12 * 1024),
                format!(
                    "after each third: {}; its own memory, no file's, at the end: {}",
                    thirds.join(", "),
                    in_mib(usage.own)
                ),
            ),
            Row::alone(
                "processor time a sale, first and last hundred: µs",
                "constant in history",
                format!("{first}; {last}"),
                Verdict::of(last <= first + first / 5),
                "the start of the daemon is not in it; TLS 1.3",
            ),
        ],
    }
}
