//! From the start of the process to `READY=1`, with no past and with a million past sales; and what
//! a look into that past takes.

use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use kioskd::time::WallTime;

use crate::kiosk::{Kiosk, Seller, now};
use crate::past;
use crate::process::program;
use crate::report::{Part, Row, Verdict};
use crate::sales::Spread;
use crate::stripe::Way;
use crate::taps::LINE;

const STARTS: usize = 15;

/// A kiosk that is never quiet: a million sales in half a year, all younger than `journal.keep`.
const SPACING_MS: i64 = 15_000;

/// Plays it with `PAST` sales (1,000,000).
pub fn run(folder: &Path) -> Part {
    let sales = std::env::var("PAST").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let mut young = Kiosk::new(Seller::Kioskd, &folder.join("young"), Way::Http, LINE);
    let mut old = Kiosk::new(Seller::Kioskd, &folder.join("old"), Way::Http, LINE);
    let state = old.folder().join("state");
    let newest = WallTime(now() / 1000);
    let filled = past::fill(&state, sales, newest, SPACING_MS).expect("a journal");
    let bytes = std::fs::metadata(state.join("journal.db")).expect("the journal").len();
    // The first start of each makes what every other finds.
    let (mut of_young, mut of_old) = (Vec::new(), Vec::new());
    for start in 0..=STARTS {
        for (kiosk, times) in [(&mut young, &mut of_young), (&mut old, &mut of_old)] {
            let took = start_once(kiosk);
            if start > 0 {
                times.push(took.as_secs_f64() * 1000.0);
            }
        }
    }
    let (young, of_old) = (Spread::of(of_young), Spread::of(of_old));
    let middle = WallTime(newest.0 - i64::from(sales - 1 - sales / 2) * SPACING_MS);
    let middle = past::id(sales / 2, middle).expect("an id");
    let looks = look(&mut old, middle.as_str());
    let ratio = of_old.median / young.median;
    let is_the_same = (0.8..=1.2).contains(&ratio);
    let named = |name: &str| format!("`kioskd {name}` with {sales} past sales: ms, median (90 %)");
    let spread = |spread: Spread| format!("{:.1} ({:.1})", spread.median, spread.high);
    let mut rows = vec![
        Row::alone(
            format!("start to `READY=1` with 0 and {sales} past sales: ms, median (90 %)"),
            "≤ 50, both the same within 20 %",
            format!("{}; {}", spread(young), spread(of_old)),
            Verdict::of(young.median <= 50.0 && of_old.median <= 50.0 && is_the_same),
            format!("{ratio:.2} ×; {STARTS} starts of each, in turns"),
        ),
        Row::alone(
            "the journal: bytes a sale",
            "—",
            format!("{}", bytes / u64::from(sales)),
            Verdict::Told,
            format!("{sales} sales were written in {:.0} s", filled.as_secs_f64()),
        ),
    ];
    rows.extend(looks.map(|(name, times)| {
        let verdict = Verdict::of(times.median <= 20.0);
        Row::alone(named(name), "≤ 20", spread(times), verdict, "the whole command")
    }));
    Part { rows }
}

fn start_once(kiosk: &mut Kiosk) -> Duration {
    let path = kiosk.folder().join("notify");
    drop(std::fs::remove_file(&path));
    let socket = UnixDatagram::bind(&path).expect("a socket");
    socket.set_read_timeout(Some(Duration::from_secs(30))).expect("a limit");
    let mut command = kiosk.command();
    let begun = Instant::now();
    kiosk.start_as(command.env("NOTIFY_SOCKET", &path));
    let mut buffer = [0; 1024];
    loop {
        let count = socket.recv(&mut buffer).expect("READY=1");
        if String::from_utf8_lossy(&buffer[..count]).contains("READY=1") {
            break;
        }
    }
    let took = begun.elapsed();
    // A socket that nobody reads any more would fill up, and kioskd would wait.
    drop(socket);
    // What a start writes is written before it is stopped.
    kiosk.wait_until_ready();
    kiosk.stop();
    took
}

/// `status`, and `sales ID` of this one.
fn look(kiosk: &mut Kiosk, sale: &str) -> [(&'static str, Spread); 2] {
    kiosk.start();
    let config = kiosk.folder().join("kioskd.toml");
    let time = |arguments: &[&str]| {
        let mut times = Vec::new();
        for _ in 0..20 {
            let begun = Instant::now();
            let mut command: Command = program();
            command.args(arguments).arg("--config").arg(&config).stdout(Stdio::null());
            let ended = command.status().expect("kioskd");
            assert!(ended.success(), "{arguments:?}: {ended}");
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
        Spread::of(times)
    };
    [("status", time(&["status"])), ("sales ID", time(&["sales", sale]))]
}
