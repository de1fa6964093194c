//! Memory under a day of sales.

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
    for sold in 1..=SALES {
        sell(&kiosk, Duration::from_millis(50), Kiosk::hint);
        // The board says that it is done, and the capture goes out.
        thread::sleep(Duration::from_millis(500));
        if sold % (SALES / 3) == 0 {
            resident.push(kiosk.process().usage().resident);
        }
    }
    let usage = kiosk.process().usage();
    let in_mib = |kib: u64| format!("{}.{}", kib / 1024, kib % 1024 * 10 / 1024);
    let thirds: Vec<String> = resident.iter().copied().map(in_mib).collect();
    Part {
        rows: vec![Row {
            figure: format!("peak of resident memory under {SALES} sales, TLS 1.3: MiB"),
            target: "≤ 12, flat".into(),
            cells: [in_mib(usage.peak), "—".into(), "—".into()],
            note: format!(
                "after each third: {}; its own memory, no file's, at the end: {}",
                thirds.join(", "),
                in_mib(usage.own)
            ),
            verdict: Verdict::of(usage.peak <= 12 * 1024),
        }],
    }
}
