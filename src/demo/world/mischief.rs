//! What tests do to the world: calls that go wrong on their way, readers with a will of their own,
//! keys that come and go, power cuts.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::{Coming, LATENCY, World, answer, simulator_request};
use crate::daemon::driver::Event;
use crate::daemon::flights::FlightId;
use crate::sale::input::Obstacle;
use crate::simulator::{self, ErrorFields, Fault, LeftBehind, NamedError, Setup};
use crate::stripe::meaning::{Answer, NoAnswer};
use crate::stripe::request::{Method, Wire};
use crate::time::Moment;

/// How old a look may be on which another system's payment is cancelled: it may have begun while
/// the command was on its way, and no sooner.
const LOOKED_WITHIN: Duration = Duration::from_secs(3);

/// A call that goes wrong, once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::demo) struct Mishap {
    /// A part of the path of the call that it strikes; an empty one strikes any.
    pub at: &'static str,
    /// What happens to it.
    pub how: How,
}

/// In which way a call goes wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::demo) enum How {
    /// It gets lost before Stripe has it.
    Lost,
    /// It is executed, and its reply gets lost.
    ReplyLost,
    /// It is executed, and its reply takes so long.
    SlowReply(Duration),
    /// It takes so long to get there.
    SlowRequest(Duration),
    /// Stripe answers with this error, having executed it or not.
    Error { name: &'static str, executed: bool },
    /// Stripe answers with this error before it looks at the call.
    Early { name: &'static str, retry_after: Option<Duration> },
    /// A portal answers.
    Stranger,
}

/// What tests have put into the world, and what they have found.
#[derive(Debug, Default)]
pub(super) struct Mischief {
    mishaps: Vec<Mishap>,
    foreign_since: Option<Moment>,
    /// What comes to stand on the reader while a call is on its way cannot be seen by its sender.
    delayed: BTreeSet<(u32, FlightId)>,
    boots: u32,
    pub(super) findings: Vec<String>,
}

impl World {
    /// Changes what the account is like.
    pub(in crate::demo) fn set_up(&mut self, change: impl FnOnce(&mut Setup)) {
        let wall = self.wall();
        self.model.set_up(change, wall);
    }

    /// The next call of a kind goes wrong.
    pub(in crate::demo) fn mishap(&mut self, mishap: Mishap) {
        self.tell(&format!("next {:?}: {:?}", mishap.at, mishap.how));
        self.mischief.mishaps.push(mishap);
    }

    /// A fault of the reader.
    pub(in crate::demo) fn fault(&mut self, fault: Fault) {
        self.tell(&format!("reader: {fault:?}"));
        let (reader, wall) = (self.setup.reader.clone(), self.wall());
        let put = self.model.put_fault(&reader, fault, wall);
        if fault == Fault::ForeignAction && put.is_ok() {
            self.mischief.foreign_since = Some(self.now);
        }
    }

    /// The other system cancels what it has on the reader.
    pub(in crate::demo) fn end_foreign_action(&mut self) {
        // A fault that waits for the next command may strike this one.
        for _ in 0..20 {
            if !self.foreign_action() {
                return;
            }
            self.tell("the other system takes its payment back");
            let wall = self.wall();
            let path = format!("/v1/terminal/readers/{}/cancel_action", self.setup.reader);
            self.model.handle(&simulator::Request::post(path, &[]), wall);
        }
    }

    /// No command reaches the reader any more.
    pub(in crate::demo) fn deafen(&mut self) {
        self.tell("the reader is deaf");
        let (reader, wall) = (self.setup.reader.clone(), self.wall());
        self.model.deafen_reader(&reader, wall).unwrap();
    }

    /// The reader's plug is pulled and put back.
    pub(in crate::demo) fn power_cycle(&mut self, off: Duration, left: LeftBehind) {
        self.tell(&format!("the reader is without power for {off:?}: {left:?}"));
        let (reader, wall) = (self.setup.reader.clone(), self.wall());
        self.model.power_cycle_reader(&reader, off, left, wall).unwrap();
    }

    /// The reader's cancel button.
    pub(in crate::demo) fn cancel_on_reader(&mut self) {
        let (reader, wall) = (self.setup.reader.clone(), self.wall());
        if self.model.press_cancel_on_reader(&reader, wall).is_ok() {
            self.tell("the customer cancels on the reader");
        }
    }

    /// The reader's link goes or comes.
    pub(in crate::demo) fn reader_online(&mut self, online: bool) {
        self.tell(&format!("the reader's link: {online}"));
        let (reader, wall) = (self.setup.reader.clone(), self.wall());
        self.model.set_reader_online(&reader, online, wall).unwrap();
    }

    /// The reader's object says this, true or not.
    pub(in crate::demo) fn show_status(&mut self, is_online: Option<bool>) {
        self.tell(&format!("the reader's object says online: {is_online:?}"));
        let (reader, wall) = (self.setup.reader.clone(), self.wall());
        self.model.show_reader_status(&reader, is_online, None, wall).unwrap();
    }

    /// The key is revoked, or accepted again.
    pub(in crate::demo) fn revoke_key(&mut self, revoked: bool) {
        self.tell(&format!("the key is revoked: {revoked}"));
        if revoked {
            self.model.revoke_key(None);
        } else {
            self.model.restore_key(None);
        }
    }

    /// The key lacks this right from now on.
    pub(in crate::demo) fn limit_key(&mut self, right: &str) {
        self.tell(&format!("the key lacks {right}"));
        self.model.limit_key(Some("rk_test_demo"), &BTreeSet::from([right.parse().unwrap()]));
    }

    /// Power is cut: what was not flushed is lost, and the clocks of the boot begin anew.
    pub(in crate::demo) fn power_cut(&mut self) {
        self.crash();
        self.tell("and its board was without power");
        self.mischief.boots += 1;
        self.setup.boot = format!("demo-boot-{}", self.mischief.boots).parse().unwrap();
        self.booted = self.now.since(Moment::from_millis(0));
    }

    /// Somebody with a key for it settles all of them by hand in the Dashboard.
    pub(in crate::demo) fn settle_by_hand(&mut self) {
        self.tell("somebody settles everything by hand in the Dashboard");
        let wall = self.wall();
        for intent in self.model.books().payment_intents {
            let verb = match intent.status {
                simulator::IntentStatus::RequiresCapture => "capture",
                simulator::IntentStatus::RequiresPaymentMethod
                | simulator::IntentStatus::RequiresConfirmation => "cancel",
                simulator::IntentStatus::Processing
                | simulator::IntentStatus::Succeeded
                | simulator::IntentStatus::Canceled => continue,
            };
            let path = format!("/v1/payment_intents/{}/{verb}", intent.id);
            let request = simulator::Request::post(path, &[]);
            let request = simulator::Request { api_key: Some("sk_test_person".into()), ..request };
            self.model.handle(&request, wall);
        }
    }

    /// Everything that was wrong is mended.
    pub(in crate::demo) fn mend(&mut self) {
        self.mischief.mishaps.clear();
        self.end_foreign_action();
        let (reader, wall) = (self.setup.reader.clone(), self.wall());
        self.model.end_reader_update(&reader, wall).unwrap();
        self.reader_online(true);
        self.show_status(None);
        self.model.restore_key(None);
        self.tell("all is mended");
    }

    /// What was done that must not be.
    pub(in crate::demo) fn mischief_found(&self) -> &[String] {
        &self.mischief.findings
    }

    /// What was found that no book shows.
    pub(in crate::demo) fn findings(&self) -> Vec<String> {
        let own = self.driver.iter().flat_map(|driver| driver.kiosk().reasons().iter());
        let standing = own.map(|(reason, _)| format!("reason {:?} still stands", reason.code()));
        self.mischief.findings.iter().cloned().chain(standing).collect()
    }

    /// Wakes that came without anything to do, so many a virtual second, are a loop that spins.
    pub(super) fn count_turn(&mut self) {
        let second = self.now.as_millis() / 1000;
        if self.turns.0 != second {
            self.turns = (second, 0);
        }
        self.turns.1 += 1;
        if self.turns.1 == 200 {
            self.mischief.findings.push(format!("200 turns in second {second}"));
            self.tell("it spins");
        }
    }

    fn get(&mut self, path: String) -> Value {
        let wall = self.wall();
        self.model.handle(&simulator::Request::get(path), wall).body.json()
    }

    /// Whether another system's payment waits for its card on the reader.
    fn foreign_action(&mut self) -> bool {
        let reader = self.get(format!("/v1/terminal/readers/{}", self.setup.reader));
        let action = &reader["action"];
        let Some(intent) = action["process_payment_intent"]["payment_intent"].as_str() else {
            return false;
        };
        let waits = action["status"] == "in_progress";
        let intent = self.get(format!("/v1/payment_intents/{intent}"));
        waits && intent["metadata"].get("kiosk").is_none()
    }

    /// Lets a call go wrong if that is its fate. Tells whether it was dealt with.
    pub(super) fn meddle(&mut self, life: u32, flight: FlightId, wire: &Wire) -> bool {
        let is_clear = wire.path.ends_with("/cancel_action");
        if is_clear && !self.mischief.delayed.contains(&(life, flight)) && self.foreign_action() {
            let since = self.mischief.foreign_since.map(|since| self.now.since(since));
            if since.is_none_or(|since| since > LOOKED_WITHIN) {
                let finding = format!("another system's payment of {since:?} was cancelled");
                self.tell(&finding);
                self.mischief.findings.push(finding);
            }
        }
        let method = if wire.method == Method::Get { "GET " } else { "POST " };
        let line = format!("{method}{}", wire.path);
        let struck = self.mischief.mishaps.iter().position(|m| line.contains(m.at));
        let Some(mishap) = struck.map(|at| self.mischief.mishaps.remove(at)) else { return false };
        self.tell(&format!("{line} goes wrong: {:?}", mishap.how));
        let wall = self.wall();
        let request = simulator_request(wire);
        let silence =
            || Err(NoAnswer::Unknown(Obstacle::Silence, "no reply came in time".to_owned()));
        let mut after = LATENCY;
        let result: Result<Answer, NoAnswer> = match mishap.how {
            How::Lost => {
                after = Duration::from_secs(5);
                silence()
            }
            How::ReplyLost => {
                self.model.handle(&request, wall);
                after = Duration::from_secs(5);
                silence()
            }
            How::SlowReply(time) => {
                after = time;
                Ok(answer(&self.model.handle(&request, wall)))
            }
            How::SlowRequest(time) => {
                let wire = Box::new(wire.clone());
                self.mischief.delayed.insert((life, flight));
                self.at(time, Coming::Arrives { life, flight, wire });
                return true;
            }
            How::Error { name, executed } => {
                let error = NamedError::named(name).unwrap().with(ErrorFields::default());
                Ok(answer(&self.model.handle_with_error(&request, &error, executed, wall)))
            }
            How::Early { name, retry_after } => {
                let error = NamedError::named(name).unwrap().with(ErrorFields::default());
                let response = self.model.refuse_with_error(&request, &error, wall);
                Ok(Answer { retry_after, ..answer(&response) })
            }
            How::Stranger => Ok(Answer {
                status: 200,
                request_id: None,
                date: None,
                retry_after: None,
                replayed: false,
                body: b"<html>Welcome</html>".to_vec(),
            }),
        };
        self.at(after, Coming::Answered { life, flight, result });
        true
    }

    /// A webhook says that the reader has news.
    pub(in crate::demo) fn hint(&mut self) {
        self.turn(Event::Hint { reader: self.setup.reader.clone() });
    }
}
