//! What the kernel saw: before money or goods may move, what they rest on is flushed, and an idle
//! daemon writes nothing. Needs strace; says so and skips where it is missing or not allowed.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::rig::{Rig, VISA, wait_for};

struct Tracer {
    strace: Child,
    out: PathBuf,
}

impl Tracer {
    /// Attaches to a process. `None`, with a word to the reader, where that cannot be had.
    fn attach(pid: u32, out: &Path) -> Option<Self> {
        let calls = "trace=write,writev,pwrite64,sendto,sendmsg,fdatasync,fsync";
        let started = Command::new("strace")
            .args(["-f", "-s", "9000", "-e", calls, "-o"])
            .arg(out)
            .args(["-p", &pid.to_string()])
            .stderr(fs::File::create(out.with_extension("err")).unwrap())
            .stdout(Stdio::null())
            .spawn();
        let mut strace = match started {
            Ok(strace) => strace,
            Err(error) => {
                skipped(&format!("strace cannot be started ({error}); install it"));
                return None;
            }
        };
        let attached = wait_for("strace to attach", || {
            let said = fs::read_to_string(out.with_extension("err")).unwrap();
            if said.contains("attached") {
                return Some(true);
            }
            strace.try_wait().unwrap().map(|_| false)
        });
        if !attached {
            let said = fs::read_to_string(out.with_extension("err")).unwrap();
            skipped(&format!("strace may not attach here: {said}"));
            return None;
        }
        Some(Self { strace, out: out.to_owned() })
    }

    fn lines(&self) -> Vec<String> {
        fs::read_to_string(&self.out).unwrap().lines().map(str::to_owned).collect()
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        let _ = self.strace.kill();
        let _ = self.strace.wait();
    }
}

/// Says so past the test runner's capture: a skipped test is never silent.
fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED flushed_before_effects: {why}");
}

/// Where the first line with `what` stands.
fn position(lines: &[String], what: &str) -> usize {
    let found = lines.iter().position(|line| line.contains(what));
    found.unwrap_or_else(|| panic!("{what} was not seen in {} calls", lines.len()))
}

/// Whether between two lines a flush has come back.
fn flushed_between(lines: &[String], from: usize, to: usize) -> bool {
    lines[from..to].iter().any(|line| {
        ["fdatasync(", "fsync(", "fdatasync resumed", "fsync resumed"]
            .iter()
            .any(|call| line.contains(call))
            && line.ends_with("= 0")
    })
}

#[test]
fn what_money_and_goods_rest_on_is_flushed_before_they_move() {
    let rig = Rig::ready();
    let out = rig.path().join("strace.log");
    let Some(tracer) = Tracer::attach(rig.daemon_pid(), &out) else { return };
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();

    let lines = wait_for("the trace of the capture", || {
        let lines = tracer.lines();
        lines.iter().any(|line| line.contains("/capture")).then_some(lines)
    });
    // strace escapes the quotes of the facts' JSON, so that these words only stand in journal rows.
    let opened = position(&lines, r#"\"fact\":\"opened\""#);
    let prompt = position(&lines, "/process_payment_intent HTTP");
    assert!(opened < prompt && flushed_between(&lines, opened, prompt), "sale, flush, prompt");
    let intended = position(&lines, r#"\"fact\":\"vend_intended\""#);
    let vend = position(&lines, "\"VEND ");
    assert!(intended < vend && flushed_between(&lines, intended, vend), "intent, flush, VEND");
    let decided = position(&lines, r#"\"fact\":\"settlement_decided\""#);
    let capture = position(&lines, "/capture HTTP");
    assert!(decided < capture && flushed_between(&lines, decided, capture), "decision, capture");
}

#[test]
fn each_item_of_a_cart_has_an_intent_of_its_own_which_is_flushed_before_its_order() {
    let rig = Rig::with_cart("");
    let out = rig.path().join("strace.log");
    let Some(tracer) = Tracer::attach(rig.daemon_pid(), &out) else { return };
    for key in ["A1", "A2", "B1", "PAY"] {
        rig.keypad.press(key);
    }
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    let lines = tracer.lines();
    for (item, order) in [(2, "b 12\\n"), (3, "c 21\\n")] {
        let fact = format!(r#"\"fact\":\"vend_intended\",\"item\":{item}"#);
        let intended = position(&lines, &fact);
        let is_order = |line: &String| line.contains("\"VEND ") && line.contains(order);
        let vend = lines.iter().position(is_order).expect("its order");
        assert!(intended < vend && flushed_between(&lines, intended, vend), "item {item}");
    }
}

/// What a call that has come back returned, whether strace cut it in two or not.
fn returned(lines: &[String], call: &str) -> Vec<usize> {
    let (begun, resumed) = (format!("{call}("), format!("{call} resumed"));
    let is_its = |line: &&String| {
        (line.contains(&begun) && !line.contains("unfinished")) || line.contains(&resumed)
    };
    let result = |line: &String| line.rsplit_once("= ")?.1.trim().parse().ok();
    lines.iter().filter(is_its).filter_map(result).collect()
}

/// A card in a kiosk wears out by what is written, and each flush is a wait: neither may grow
/// unseen. Measured on 2026-11-28: 5 flushes and 26 kB.
#[test]
fn a_sale_costs_the_card_few_flushes_and_few_bytes() {
    const SALES: usize = 5;
    let rig = Rig::ready();
    let out = rig.path().join("strace.log");
    let Some(tracer) = Tracer::attach(rig.daemon_pid(), &out) else { return };
    for sold in 1..=SALES {
        rig.keypad.press("A1");
        rig.tap(VISA);
        wait_for("the sale to be over", || (rig.outcomes().len() == sold).then_some(()));
        wait_for("the customer to be gone", || {
            rig.status().is_some_and(|status| status["state"] == "ready").then_some(())
        });
    }
    assert_eq!(rig.outcomes(), ["sold"; SALES]);
    let lines = tracer.lines();
    let flushes = returned(&lines, "fdatasync").len() + returned(&lines, "fsync").len();
    let bytes: usize = returned(&lines, "pwrite64").iter().sum();
    let each = format!("{} flushes and {} bytes a sale", flushes / SALES, bytes / SALES);
    assert!(flushes >= 3 * SALES, "the trace has missed something: {each}");
    assert!(flushes <= 6 * SALES && bytes <= 48 * 1024 * SALES, "{each}");
}

#[test]
fn an_idle_daemon_writes_nothing() {
    let rig = Rig::ready();
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    wait_for("the customer to be gone", || {
        rig.status().is_some_and(|status| status["state"] == "ready").then_some(())
    });
    // Thanks stand for some seconds, lazy facts go within one.
    std::thread::sleep(Duration::from_secs(10));
    let out = rig.path().join("strace.log");
    let Some(tracer) = Tracer::attach(rig.daemon_pid(), &out) else { return };
    std::thread::sleep(Duration::from_secs(5));
    let written: Vec<String> = tracer
        .lines()
        .into_iter()
        .filter(|line| {
            line.contains("pwrite64(")
                || line.contains("fdatasync(")
                || line.contains("fsync(")
                || line.contains("write(1,")
                || line.contains("write(2,")
        })
        .collect();
    assert!(written.is_empty(), "{written:#?}");
}
