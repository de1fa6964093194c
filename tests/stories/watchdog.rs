//! systemd's watchdog: whatever hangs, the daemon is not called alive, and the restart that follows
//! leaves the sale right. systemd is played by the test: it listens, and aborts who is silent.

use std::io::{Read, Write};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::rig::{Rig, VISA, wait_for};

/// `WatchdogSec=`.
const LIMIT: Duration = Duration::from_secs(4);

/// What the service manager hears, and when. It has to listen all the time: who speaks to it waits
/// until there is room for the message.
struct Systemd(Arc<Mutex<Vec<(Instant, String)>>>);

impl Systemd {
    fn listen(at: &Path) -> Self {
        let socket = UnixDatagram::bind(at).unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let listening = Arc::downgrade(&heard);
        std::thread::spawn(move || {
            let mut message = [0; 4096];
            while let (Ok(length), Some(heard)) = (socket.recv(&mut message), listening.upgrade()) {
                let text = String::from_utf8_lossy(&message[..length]).into_owned();
                heard.lock().unwrap().push((Instant::now(), text));
            }
        });
        Self(heard)
    }

    /// The last message of this kind.
    fn last(&self, kind: &str) -> Option<(Instant, String)> {
        let heard = self.0.lock().unwrap();
        heard.iter().rev().find(|(_, message)| message.contains(kind)).cloned()
    }

    fn wait_for(&self, kind: &str) -> String {
        wait_for(kind, || self.last(kind)).1
    }

    /// Waits until for as long as the limit no message has said that the daemon is alive.
    fn wait_for_silence(&self) {
        wait_for("silence", || {
            let (alive, _) = self.last("WATCHDOG=1").expect("it was alive");
            (alive.elapsed() >= LIMIT).then_some(())
        });
    }
}

fn watched(rig: &mut Rig) -> Systemd {
    let socket = rig.path().join("notify");
    let systemd = Systemd::listen(&socket);
    let mut command = Command::new(env!("CARGO_BIN_EXE_kioskd"));
    command.env("NOTIFY_SOCKET", &socket).env("WATCHDOG_USEC", LIMIT.as_micros().to_string());
    rig.start_as(command);
    systemd.wait_for("READY=1");
    systemd
}

/// Makes a part of the daemon hang: builds with debug assertions have a path for that. A request
/// whose sender has hung up may be dropped before it is carried out, so that its end is kept.
#[must_use = "who hangs up takes the request back"]
fn hang(rig: &Rig, what: &str) -> UnixStream {
    let mut socket = UnixStream::connect(rig.path().join("run/control.sock")).unwrap();
    let length = what.len();
    write!(
        socket,
        "POST /v1/hang HTTP/1.1\r\nHost: kioskd\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{what}"
    )
    .unwrap();
    if what != "driver" {
        let mut reply = String::new();
        socket.read_to_string(&mut reply).unwrap();
        assert!(reply.starts_with("HTTP/1.1 2"), "{reply}");
    }
    socket
}

fn a_hang_ends_in_a_restart(what: &str) {
    let mut rig = Rig::without_daemon();
    let systemd = watched(&mut rig);
    rig.wait_until_ready();
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    let _request = hang(&rig, what);
    rig.tap(VISA);
    systemd.wait_for_silence();
    // The driver itself can say nothing.
    assert_eq!(rig.log().contains("does not answer: "), what != "driver");
    assert!(what == "driver" || rig.log().contains(what), "{}", rig.log());
    rig.abort();
    rig.start();
    let outcomes = rig.outcomes();
    assert!(outcomes == ["sold"] || outcomes == ["released"], "{outcomes:?}");
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for("a second sale", || (rig.outcomes().len() == 2).then_some(()));
    rig.audit();
}

#[test]
fn a_hung_driver_is_restarted() {
    a_hang_ends_in_a_restart("driver");
}

#[test]
fn a_hung_journal_is_restarted() {
    a_hang_ends_in_a_restart("journal");
}

#[test]
fn a_hung_input_is_restarted() {
    a_hang_ends_in_a_restart("input \"keypad\"");
}

#[test]
fn a_hung_dispenser_is_restarted() {
    a_hang_ends_in_a_restart("dispenser \"main\"");
}

#[test]
fn a_hung_display_is_restarted() {
    a_hang_ends_in_a_restart("display \"main\"");
}

#[test]
fn a_start_is_over_before_the_reader_was_seen() {
    let mut rig = Rig::ready();
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for("a sale", || (rig.outcomes() == ["sold"]).then_some(()));
    assert_eq!(rig.terminate(), Some(0));
    rig.hold("GET", "/v1/terminal/readers/*", "before_ms");
    let systemd = watched(&mut rig);
    let status = systemd.wait_for("STATUS=");
    assert!(status.contains("the reader has not been seen since the start"), "{status}");
    let ready = || rig.log().matches(" ready: ").count();
    assert_eq!(ready(), 1, "{}", rig.log());
    rig.forget_faults();
    rig.wait_until_ready();
    wait_for("a line about it", || (ready() == 2).then_some(()));
}

#[test]
fn a_reload_says_when_it_begins_and_when_it_is_over() {
    let mut rig = Rig::without_daemon();
    let systemd = watched(&mut rig);
    rig.hang_up();
    let begins = systemd.wait_for("RELOADING=1");
    assert!(begins.contains("MONOTONIC_USEC="), "{begins}");
    wait_for("the end of the reload", || {
        let (begun, _) = systemd.last("RELOADING=1")?;
        systemd.last("READY=1").filter(|(ended, _)| *ended > begun)
    });
    rig.configure("[product.A1]\nprice = \"three\"\n");
    rig.hang_up();
    let status = systemd.wait_for("was refused, and the old configuration runs on");
    assert!(status.contains("STATUS=") && status.contains("more.toml:2"), "{status}");
    assert_eq!(rig.terminate(), Some(0));
    systemd.wait_for("STOPPING=1");
}
