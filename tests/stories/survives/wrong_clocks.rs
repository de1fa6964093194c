//! A wall clock that is wrong by years, and jumps: a board without a battery that was switched on
//! without a network. Stripe's clock is right. Needs libfaketime; says so and skips where it is
//! missing.

use std::cell::RefCell;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use super::tls_front::{Authority, Front, Valid, behind_tls};
use super::*;

const CAPTURE: &str = "/v1/payment_intents/*/capture";

/// The wall clock of the daemon, and of nothing else.
struct WallClock {
    library: String,
    file: PathBuf,
    processes: RefCell<Vec<u32>>,
}

impl WallClock {
    /// `None`, with a word to the reader, where libfaketime is missing.
    fn of(rig: &Rig) -> Option<Self> {
        let asked = Command::new("faketime").args(["-f", "+0", "printenv", "LD_PRELOAD"]).output();
        let library = match asked {
            Ok(output) if output.status.success() => String::from_utf8(output.stdout).unwrap(),
            Ok(_) | Err(_) => {
                skipped("libfaketime cannot be used; install faketime");
                return None;
            }
        };
        let clock = Self {
            library: library.trim().into(),
            file: rig.path().join("wall_clock"),
            processes: RefCell::default(),
        };
        clock.is_right();
        Some(clock)
    }

    /// It shows the first of January of this year from now on.
    fn jumps_to(&self, year: i64) {
        // Days of a Gregorian year, on the average: some hours more or less do not matter.
        let january = (year - 1970) * 31_556_952;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        self.is_off_by(january - i64::try_from(now.as_secs()).unwrap());
    }

    fn is_right(&self) {
        self.is_off_by(0);
    }

    /// The daemon reads the file at each look at the clock: it must never see half of it.
    fn is_off_by(&self, seconds: i64) {
        let new = self.file.with_extension("new");
        std::fs::write(&new, format!("{seconds:+}")).unwrap();
        std::fs::rename(new, &self.file).unwrap();
    }

    fn starts(&self, rig: &mut Rig) {
        self.starts_as(rig, Command::new(env!("CARGO_BIN_EXE_kioskd")));
    }

    /// Starts the daemon under this clock. What counts from boot is left alone, as is the file
    /// system.
    fn starts_as(&self, rig: &mut Rig, mut command: Command) {
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAKETIME_TIMESTAMP_FILE", &self.file)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("NO_FAKE_STAT", "1");
        rig.start_as(command);
        self.processes.borrow_mut().push(rig.daemon_pid());
    }
}

/// libfaketime leaves these behind in processes that are killed, and a later process of the same
/// number could not start.
impl Drop for WallClock {
    fn drop(&mut self) {
        for process in self.processes.borrow().iter() {
            let _ = std::fs::remove_file(format!("/dev/shm/faketime_shm_{process}"));
            let _ = std::fs::remove_file(format!("/dev/shm/sem.faketime_sem_{process}"));
        }
    }
}

/// Past the harness, which keeps the output of tests that pass to itself.
fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED wrong_clocks: {why}");
}

/// A kiosk whose clock shows the beginning of this year.
fn switched_on_in(year: i64) -> Option<(Rig, WallClock)> {
    let mut rig = Rig::without_daemon();
    let clock = WallClock::of(&rig)?;
    clock.jumps_to(year);
    clock.starts(&mut rig);
    Some((rig, clock))
}

/// No deadline was made up.
#[track_caller]
fn no_false_alarm(rig: &Rig) {
    let log = rig.log();
    for code in ["deadline_near", "exposure"] {
        assert!(!log.contains(code), "{code}: {log}");
    }
}

#[test]
fn sales_stand_in_the_order_in_which_they_were_made() {
    let Some((rig, clock)) = switched_on_in(1970) else { return };
    for year in [1970, 2041, 1999] {
        clock.jumps_to(year);
        sell_one(&rig);
    }
    let opened: Vec<String> = rig
        .sales()
        .iter()
        .rev()
        .map(|sale| sale["opened_at"].as_str().unwrap()[..4].to_owned())
        .collect();
    // January begins some hours early or late.
    let expected = [["1969", "1970"], ["2040", "2041"], ["1998", "1999"]];
    assert_eq!(opened.len(), expected.len());
    for (opened, expected) in opened.iter().zip(expected) {
        assert!(expected.contains(&opened.as_str()), "{opened}: {expected:?}");
    }
    rig.audit();
    no_false_alarm(&rig);
}

#[test]
fn a_clock_that_jumps_in_the_middle_of_a_sale_neither_ends_it_nor_makes_it_old() {
    let Some((rig, clock)) = switched_on_in(1970) else { return };
    wait_until_ready(&rig);
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    clock.jumps_to(2041);
    rig.tap(VISA);
    rig.wait_for_authorization();
    clock.jumps_to(1999);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    no_false_alarm(&rig);
}

#[test]
fn a_card_that_was_tapped_while_the_daemon_was_dead_is_young_in_whichever_year_it_comes_back() {
    let Some((mut rig, clock)) = switched_on_in(1970) else { return };
    wait_until_ready(&rig);
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    rig.kill();
    rig.tap(VISA);
    rig.wait_for_authorization();
    clock.jumps_to(2041);
    clock.starts(&mut rig);
    wait_for("the daemon's answer", || rig.status().map(drop));
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    no_false_alarm(&rig);
}

#[test]
fn a_capture_that_waits_over_a_restart_makes_no_alarm_and_is_done() {
    let Some((mut rig, clock)) = switched_on_in(1970) else { return };
    wait_until_ready(&rig);
    rig.fault(&json!({ "method": "POST", "path": CAPTURE, "then": "drop_before", "times": 1000 }));
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for("the product", || (!rig.machine.delivered().is_empty()).then_some(()));
    for year in [2041, 1970] {
        rig.kill();
        clock.jumps_to(year);
        clock.starts(&mut rig);
        wait_until_ready(&rig);
        assert_eq!(rig.status().unwrap()["open"]["settling"], 1, "{year}");
    }
    rig.forget_faults();
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    no_false_alarm(&rig);
}

#[test]
fn a_clock_in_which_stripes_certificate_is_not_valid_is_named_and_waited_for() {
    let mut rig = Rig::without_daemon();
    let Some(clock) = WallClock::of(&rig) else { return };
    let authority = Authority::new("an authority");
    let front = Front::of(&rig, authority.signs("localhost", Valid::Now));
    clock.jumps_to(1970);
    let command = behind_tls(&rig, &front, &authority);
    clock.starts_as(&mut rig, command);
    let reason = rig.wait_for_reason("clock_wrong");
    assert!(reason["since"].as_str().unwrap().starts_with("19"), "{reason}");
    assert_eq!(front.trusted(), 0);
    clock.is_right();
    sell_one(&rig);
    rig.audit();
}
