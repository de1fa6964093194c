//! What a sale costs the card that the kiosk's disk is, as the kernel saw it. Needs strace.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::kiosk::{Kiosk, Seller};
use crate::line::Nature;
use crate::process::{Process, wait_for};
use crate::report::{Part, Row, Verdict};
use crate::sales::sell_and_leave;
use crate::stripe::Way;
use crate::taps::LINE;

const SALES: usize = 40;

/// Plays it for kioskd; the peers write nothing down at all.
pub fn run(folder: &Path) -> Part {
    let nature = Nature { forgets_after: Duration::from_hours(1), ..LINE };
    let mut kiosk = Kiosk::new(Seller::Kioskd, folder, Way::Http, nature);
    kiosk.start();
    sell_and_leave(&kiosk, Duration::from_secs(3));
    thread::sleep(Duration::from_secs(3));
    let trace = folder.join("strace.log");
    let tracer = attach(kiosk.process().pid(), &trace);
    let before = kiosk.process().usage().written;
    for _ in 0..SALES {
        sell_and_leave(&kiosk, Duration::from_secs(3));
        thread::sleep(Duration::from_secs(2));
    }
    let blocks = kiosk.process().usage().written - before;
    drop(tracer);
    let text = fs::read_to_string(&trace).expect("the trace");
    Part { rows: count(&text, blocks) }
}

fn attach(pid: u32, out: &Path) -> Process {
    let log = out.with_extension("err");
    let mut command = Command::new("strace");
    command.args([
        "-f",
        "-s",
        "120",
        "-e",
        "trace=read,write,sendto,writev,pwrite64,fdatasync,fsync",
    ]);
    command.arg("-o").arg(out).args(["-p", &pid.to_string()]).stdout(Stdio::null());
    let tracer = Process::start(&mut command, &log);
    wait_for("strace to attach", || {
        let said = fs::read_to_string(&log).ok()?;
        assert!(!said.contains("not permitted"), "strace may not attach here: {said}");
        said.contains("attached").then_some(())
    });
    tracer
}

/// What a line of the trace is, in the order of a sale.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Selected,
    Prompt,
    Vend,
    Flush,
    Wrote(u64),
}

fn mark(line: &str) -> Option<Mark> {
    let result = || line.rsplit_once("= ")?.1.trim().parse().ok();
    let (_, call) = line.split_once(' ')?;
    let call = call.trim_start();
    if call.starts_with("read(") && call.contains("\"A1\\n") {
        Some(Mark::Selected)
    } else if call.contains("/process_payment_intent ") {
        Some(Mark::Prompt)
    } else if call.contains("\"VEND ") {
        Some(Mark::Vend)
    } else if call.contains("fdatasync") || call.contains("fsync") {
        (result() == Some(0)).then_some(Mark::Flush)
    } else if call.contains("pwrite64") {
        result().map(Mark::Wrote)
    } else {
        None
    }
}

fn count(trace: &str, blocks: u64) -> Vec<Row> {
    let marks: Vec<Mark> = trace.lines().filter_map(mark).collect();
    let selections = marks.iter().filter(|mark| **mark == Mark::Selected).count();
    assert_eq!(selections, SALES, "the trace has missed something");
    let (mut flushes, mut bytes, mut critical) = (Vec::new(), 0, 0);
    let (mut prompted, mut vended, mut since_prompt) = (false, true, 0);
    for mark in marks {
        match mark {
            Mark::Selected => {
                flushes.push(0);
                (prompted, vended, since_prompt) = (false, false, 0);
            }
            Mark::Prompt => (prompted, since_prompt) = (true, 0),
            Mark::Flush => {
                // The first sale's own begin with its selection.
                if let Some(count) = flushes.last_mut() {
                    *count += 1;
                }
                since_prompt += 1;
            }
            Mark::Wrote(count) => bytes += count,
            Mark::Vend => {
                assert!(prompted && !vended, "a vend without a prompt before it");
                vended = true;
                // What is flushed while the customer looks for a card keeps nobody waiting: the
                // last one before the vend does.
                critical += usize::from(since_prompt > 0);
            }
        }
    }
    flushes.sort_unstable();
    let (median, most) = (flushes[SALES / 2], flushes[SALES - 1]);
    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "small counts")]
    let each = |count: u64| count as f64 / SALES as f64;
    let all: u64 = flushes.iter().sum();
    vec![
        Row::alone(
            "flushes a sale: median (mean, most)",
            "≤ 5",
            format!("{median} ({:.2}, {most})", each(all)),
            Verdict::of(median <= 5),
            "strace over forty sales; two more each fifty sales, after the sale, when the log is \
             brought into the database; the peers keep no record of a sale",
        ),
        Row::alone(
            "of these, awaited between the authorization and `VEND`",
            "1",
            format!("{:.1}", each(u64::try_from(critical).unwrap_or(u64::MAX))),
            Verdict::of(critical == SALES),
            "the first is hidden behind the creation of the PaymentIntent",
        ),
        Row::alone(
            "KiB written a sale (in blocks of the file system)",
            "≤ 32",
            format!("{:.1} ({:.1})", each(bytes) / 1024.0, each(blocks) / 1024.0),
            Verdict::of(each(bytes) <= 32.0 * 1024.0),
            "all that the journal writes, what is brought from its log into the database included",
        ),
    ]
}
