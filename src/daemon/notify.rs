//! What systemd is told: ready, alive, and a sentence that is true.

use systemd::daemon;

use crate::daemon::configuration::ConfigStatus;
use crate::daemon::tell;
use crate::kiosk::status::{KioskStatus, State};
use crate::telemetry::names::machine;

/// Speaks to systemd, if it listens. Each sentence is sent once.
#[derive(Debug, Default)]
pub struct Notifier {
    ready: bool,
    knows: bool,
    sentence: String,
    hung: Vec<String>,
}

impl Notifier {
    /// Tells the state of a turn. With the first one the daemon is up: the journal is open, it
    /// answers, and the tasks of its devices run. Ports that are away and a reader that was not seen
    /// yet are reasons not to sell, and no start that failed. The log has a line once the kiosk can
    /// sell or knows why not.
    pub fn tell(&mut self, status: &KioskStatus, config: &ConfigStatus) {
        let remarks = config.remarks().into_iter().map(|remark| format!("; {remark}"));
        let sentence: String = std::iter::once(sentence(status)).chain(remarks).collect();
        if !self.ready {
            self.ready = true;
            send(&[("READY", "1")]);
        }
        if !self.knows && can_sell_or_knows_why_not(status) {
            self.knows = true;
            tell::life(machine::READY, &format!("ready: {sentence}"));
        }
        if self.sentence != sentence {
            send(&[("STATUS", &sentence)]);
            self.sentence = sentence;
        }
    }

    /// The driver has made a turn, and these hang. Only if nothing does systemd hears that the daemon
    /// is alive; else it restarts it.
    pub fn turned(&mut self, hung: &[String]) {
        if hung.is_empty() {
            send(&[("WATCHDOG", "1")]);
        } else if self.hung != hung {
            tell::hung(&hung.join(", "));
        }
        hung.clone_into(&mut self.hung);
    }

    /// The daemon is about to stop.
    pub fn stopping(&self) {
        send(&[("STOPPING", "1"), ("STATUS", "finishing the running sale, then stopping")]);
    }
}

/// Until the reader was seen, only another reason (no network, a rejected key) is an answer.
fn can_sell_or_knows_why_not(status: &KioskStatus) -> bool {
    let starting = status.reasons.iter().any(|reason| reason.code == "starting");
    let known = |code: &str| code != "starting" && code != "dispenser_away";
    !starting || status.reasons.iter().any(|reason| known(&reason.code))
}

/// How often systemd wants to hear that the driver turns: half of what it allows.
pub fn watchdog_interval() -> Option<std::time::Duration> {
    let micros = daemon::watchdog_enabled().ok().filter(|micros| *micros > 0)?;
    Some(std::time::Duration::from_micros(micros / 2))
}

/// A reload begins. Source: sd_notify(3), `RELOADING=1`: a service of the type `notify-reload` says
/// when, by the clock that does not jump.
pub fn reloading() {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let micros = now.tv_sec * 1_000_000 + now.tv_nsec / 1_000;
    send(&[("RELOADING", "1"), ("MONOTONIC_USEC", &micros.to_string())]);
}

/// The reload is over, well or badly: that stands in the log and in the status.
pub fn reloaded() {
    send(&[("READY", "1")]);
}

/// What systemd gives the daemon is none of its children's.
pub fn keep_from(command: &mut tokio::process::Command) {
    for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "CREDENTIALS_DIRECTORY"] {
        command.env_remove(name);
    }
}

fn send(state: &[(&str, &str)]) {
    // Without systemd there is nobody to tell.
    let _ = daemon::notify(state.iter());
}

/// The state in one sentence, such as `selling; 2 sales being settled`.
fn sentence(status: &KioskStatus) -> String {
    let mut sentence = match status.state {
        State::Ready => "selling".to_owned(),
        State::Busy => "serving a customer".to_owned(),
        State::Draining => "taking no new sales".to_owned(),
        State::OutOfOrder => "out of order".to_owned(),
    };
    for reason in &status.reasons {
        sentence.push_str(&format!("; {} since {}", reason.what, reason.since));
    }
    if status.open.settling > 0 {
        let count = status.open.settling;
        sentence.push_str(&format!("; {count} {} being settled", plural(count)));
        if let Some(oldest) = &status.open.oldest {
            sentence.push_str(&format!(", the oldest of {oldest}"));
        }
    }
    if status.open.needs_attention > 0 {
        let count = status.open.needs_attention;
        sentence
            .push_str(&format!("; for a person: {count} {}: kioskd sales --open", plural(count)));
    }
    sentence
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "sale" } else { "sales" }
}
