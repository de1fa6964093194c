//! The driver, as simply as it can be told: what `daemon/pursue.rs`, `flights.rs`, `ledger.rs` and
//! `looks.rs` do for one sale, and what the kiosk knows of its reader.

use std::time::Duration;

use kioskd::ids::ItemNumber;
use kioskd::sale::duty::Pace;
use kioskd::sale::input::{Call, Reply, Seen, Trouble, VendNews};
use kioskd::sale::{Fact, Input, Phase, Want, duty};
use kioskd::time::Moment;

use crate::bugs::Bug;
use crate::flights::{Flight, line};
use crate::stripe::{Answer, OnReader, Snapshot};
use crate::world::World;

/// As in the driver: how often time alone may change a sale in one turn.
const TIMER_ROUNDS: usize = 8;
/// As in the driver: a slow command is watched.
const SLOW_COMMAND: Duration = Duration::from_secs(2);
/// As in the driver: how long a look holds before the reader is cleared.
const LOOK_HOLDS: Duration = Duration::from_secs(1);
/// As in the driver: lazy facts go after this time.
const LAZY_FOR: Duration = Duration::from_secs(1);
/// How long a call waits after a failed one: the driver's first waits, without their growth.
const WAIT: Duration = Duration::from_secs(1);
/// How often the board is asked where states are counted: as often as it may matter.
const COARSE: Duration = Duration::from_secs(10);
const EACH_SECOND: Pace = Pace::Every(Duration::from_secs(1));

impl World {
    /// News for the sale: what it decides is recorded.
    pub fn give(&mut self, input: &Input) {
        let now = self.now();
        let Some(daemon) = &mut self.daemon else { return };
        let facts = kioskd::sale::decide(&daemon.sale, input, now);
        if facts.is_empty() {
            return;
        }
        for fact in &facts {
            daemon.sale.evolve(fact);
        }
        self.happened(facts);
    }

    fn happened(&mut self, facts: Vec<Fact>) {
        let now = self.now();
        self.audit_facts(&facts);
        let Some(daemon) = &mut self.daemon else { return };
        if self.disk.record(facts) {
            daemon.lazy_since = None;
        } else {
            daemon.lazy_since.get_or_insert(now);
        }
    }

    /// Compares what is wanted with what is under way, and starts what is missing.
    pub fn reconcile(&mut self) {
        let now = self.now();
        let Some(daemon) = &mut self.daemon else { return };
        daemon.wake = None;
        for _ in 0..TIMER_ROUNDS {
            let Some(daemon) = &self.daemon else { return };
            if duty(&daemon.sale).wake.is_none_or(|wake| wake.at > now) {
                break;
            }
            self.give(&Input::Timer);
        }
        let Some(daemon) = &mut self.daemon else { return };
        let duty = duty(&daemon.sale);
        if let Some(wake) = duty.wake {
            daemon.wake_at(wake.at);
        }
        self.pursue(duty.want, now);
        self.look_at_reader(now);
        let Some(daemon) = &mut self.daemon else { return };
        if let Some(since) = daemon.lazy_since {
            if since + LAZY_FOR <= now {
                self.disk.hand_over(false);
                daemon.lazy_since = None;
            } else {
                daemon.wake_at(since + LAZY_FOR);
            }
        }
        daemon.wake = daemon.wake.map(|at| at.max(now + Duration::from_millis(1)));
    }

    fn pursue(&mut self, want: Want, now: Moment) {
        let want = self.mistake(want);
        let Some(daemon) = &mut self.daemon else { return };
        let hasty = self.rules.bug == Some(Bug::FiresBeforeTheFlush);
        if want.waits_for_disk() && !self.disk.is_flushed() && !hasty {
            if let Want::Dispense { fire_by, .. } = want {
                if now > fire_by {
                    self.never_fired();
                } else {
                    daemon.wake_at(fire_by + Duration::from_millis(1));
                }
            }
            return;
        }
        let retracts = matches!(daemon.sale.phase, Phase::Retracting { .. });
        match want {
            Want::Nothing => {}
            Want::FindIntent => self.call(Call::List, EACH_SECOND, now),
            Want::Dispense { fire_by, .. } if now > fire_by => {
                if daemon.fired != Some(fire_by) {
                    self.never_fired();
                }
            }
            Want::Dispense { fire_by, .. } => {
                if daemon.fired != Some(fire_by) {
                    daemon.fired = Some(fire_by);
                    self.board.ordered = true;
                }
            }
            Want::AskDispenser { every, .. } => {
                let every = if self.rules.coarse { COARSE } else { every };
                let due = daemon.asked_board.map(|asked| asked + every);
                let asks = due.is_none_or(|due| due <= now);
                if asks {
                    daemon.asked_board = Some(now);
                    self.board.asked = true;
                }
                daemon.wake_at(due.filter(|_| !asks).unwrap_or(now + every));
            }
            Want::PromptReader { n, .. } => {
                if daemon.may_prompt() {
                    self.call_watched(Call::Prompt { n }, now);
                }
            }
            Want::RefundInPerson { n, .. } => {
                if daemon.may_prompt() {
                    self.call(Call::RefundInPerson { n }, Pace::AT_ONCE, now);
                }
            }
            Want::ConfirmIntent { n, .. } => self.call_watched(Call::Confirm { n }, now),
            Want::ClearReader { n } if retracts => self.clear_own_prompt(n, now),
            Want::Look { pace, .. } => self.call(Call::Look, pace, now),
            Want::Inspect { pace, .. } => self.call(Call::Inspect, pace, now),
            Want::ListRefunds { pace, .. } => self.call(Call::ListRefunds, pace, now),
            Want::CreateIntent { n } => self.call(Call::Create { n }, Pace::AT_ONCE, now),
            Want::ClearReader { n } => self.call(Call::ClearReader { n }, Pace::AT_ONCE, now),
            Want::CancelIntent { n, .. } => self.call(Call::Cancel { n }, Pace::AT_ONCE, now),
            Want::Capture { n, .. } => self.call(Call::Capture { n }, Pace::AT_ONCE, now),
            Want::Refund { n, .. } => self.call(Call::Refund { n }, Pace::AT_ONCE, now),
        }
    }

    fn never_fired(&mut self) {
        let why = "it could not be recorded in time".to_owned();
        let news = VendNews::NeverSent { why };
        self.give(&Input::Dispenser { item: ItemNumber::FIRST, news });
    }

    /// A reader command; while its reply is slow, the reader is watched.
    fn call_watched(&mut self, call: Call, now: Moment) {
        self.call(call, Pace::AT_ONCE, now);
        let Some(daemon) = &mut self.daemon else { return };
        let Some(sent) = daemon.is_under_way(call) else { return };
        if now.since(sent) < SLOW_COMMAND {
            daemon.wake_at(sent + SLOW_COMMAND);
        } else {
            self.call(Call::Look, EACH_SECOND, now);
        }
    }

    /// As in the driver: fenced beside a prompt that owes its answer, and cleared only on a look
    /// that has just come back.
    fn clear_own_prompt(&mut self, n: u32, now: Moment) {
        let Some(daemon) = &self.daemon else { return };
        let owed = [Call::Prompt { n: 0 }, Call::Confirm { n: 0 }];
        if owed.iter().any(|call| daemon.is_under_way(*call).is_some()) {
            let n = daemon.sale.keys.cancel;
            self.call(Call::Cancel { n }, Pace::AT_ONCE, now);
            return;
        }
        let clear = Call::ClearReader { n };
        let waits = daemon.until[line(clear, false)].is_some_and(|at| at > now);
        let fresh = daemon.known.is_some_and(|k| k.ours && now.since(k.looked) <= LOOK_HOLDS);
        if waits || fresh {
            self.call(clear, Pace::AT_ONCE, now);
        } else if daemon.is_under_way(clear).is_none() {
            self.call(Call::Look, EACH_SECOND, now);
        }
    }

    /// The kiosk's own look before a prompt, and again while another system is at the reader.
    fn look_at_reader(&mut self, now: Moment) {
        let Some(daemon) = &self.daemon else { return };
        let asks = matches!(
            &daemon.sale.phase,
            Phase::Opening { .. } | Phase::Prompting { doubt: None, .. } | Phase::Refunding(_)
        );
        if asks && !daemon.may_prompt() {
            let pace = if daemon.known.is_none() { Pace::AT_ONCE } else { EACH_SECOND };
            self.start(Call::Look, true, pace, now);
        }
    }

    /// A call of the sale, if nothing stands in its way.
    pub fn call(&mut self, call: Call, pace: Pace, now: Moment) {
        self.start(call, false, pace, now);
    }

    fn start(&mut self, call: Call, own: bool, pace: Pace, now: Moment) {
        let Some(daemon) = &mut self.daemon else { return };
        let intent = daemon.intent();
        let flight = Flight { call, own, intent, asked: now, sent: now, half: None, answer: None };
        if !daemon.is_clear(&flight) {
            return;
        }
        let line = flight.line();
        let due = daemon.until[line].max(pace.next(daemon.sent[line]));
        if let Some(due) = due.filter(|due| *due > now) {
            daemon.wake_at(due);
            return;
        }
        daemon.sent[line] = Some(now);
        daemon.flights.push(flight);
        self.audit_call(call);
    }

    /// A reply arrives.
    pub fn deliver(&mut self, at: usize) {
        let now = self.now();
        let Some(daemon) = &mut self.daemon else { return };
        let mut flight = daemon.flights.remove(at);
        let Some(answer) = flight.answer.take() else { return };
        let line = flight.line();
        daemon.until[line] = match &answer {
            Answer::Shown(_) => None,
            Answer::Refused(_) | Answer::NotSent | Answer::Silence | Answer::TooMany => {
                Some(now + WAIT)
            }
        };
        if let Answer::Shown(Snapshot { reader: Some(OnReader(action)), .. }) = &answer {
            daemon.heard_of_reader(action.as_ref().map(|(action, _)| action), flight.asked, now);
        }
        if flight.own {
            return;
        }
        let refunding = matches!(daemon.sale.phase, Phase::Refunding(_));
        if flight.call == Call::Look && flight.half.is_none() && !refunding {
            self.looked(flight, &answer);
        } else if flight.call == Call::ListRefunds && flight.half.is_none() {
            self.refunds_listed(flight, answer);
        } else {
            self.answered(&flight, &answer);
        }
    }

    /// A look whose reader shows something else is followed by one at the PaymentIntent.
    fn looked(&mut self, flight: Flight, answer: &Answer) {
        let sees_ours =
            |shown: &Snapshot| shown.intent.as_ref().is_some_and(|(n, _)| *n == flight.intent);
        let first = match answer {
            Answer::Shown(shown) if !sees_ours(shown) => shown.clone(),
            Answer::Refused(_) => Snapshot::NOTHING,
            Answer::Shown(_) | Answer::NotSent | Answer::Silence | Answer::TooMany => {
                self.answered(&flight, answer);
                return;
            }
        };
        self.second_half(flight, first);
    }

    fn refunds_listed(&mut self, flight: Flight, answer: Answer) {
        if let Answer::Shown(shown) = answer {
            self.second_half(flight, shown);
        } else {
            self.answered(&flight, &answer);
        }
    }

    fn second_half(&mut self, flight: Flight, first: Snapshot) {
        let now = self.now();
        let Some(daemon) = &mut self.daemon else { return };
        daemon.flights.push(Flight { half: Some(first), sent: now, ..flight });
    }

    fn answered(&mut self, flight: &Flight, answer: &Answer) {
        let mut result = answer.result();
        if let (Ok(seen), Some(half)) = (&mut result, &flight.half) {
            let half = half.seen();
            seen.reader = half.reader;
            seen.refunds = half.refunds;
        }
        self.misread(&mut result);
        self.audit_answer(flight.call, answer);
        if flight.call == Call::List {
            self.listed(result);
            return;
        }
        let reply = Reply { call: flight.call, asked: flight.asked, result };
        self.give(&Input::Replied(Box::new(reply)));
    }

    /// For a sale that is sought, the list answers what its creation did not.
    fn listed(&mut self, result: Result<Seen, Trouble>) {
        let asked = self.now();
        let Some(daemon) = &self.daemon else { return };
        let Ok(seen) = result else { return };
        if seen.intent.is_none() {
            self.give(&Input::NotListed);
            return;
        }
        let call = Call::Create { n: daemon.sale.keys.create };
        self.give(&Input::Replied(Box::new(Reply { call, asked, result: Ok(seen) })));
    }
}
