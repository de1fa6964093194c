//! Relays and motors on GPIO lines: one line a slot.
//!
//! A line is driven for a time, or until a sensor says that goods fell or that the motor is home.
//! `Turn` knows when; what holds the lines is a [`Lines`]. There is no memory behind them: of a
//! vend in an earlier life of the daemon nothing can be told.

mod chardev;
#[cfg(test)]
mod tests;
mod turn;

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use self::turn::{Outcome, Output, Rules, Turn};
use super::run::{Begun, Device, Said};
use super::{Answer, Vend};
use crate::ids::{OrderId, Slot};
use crate::wiring::{GpioDispenser, Line, Until};

pub use chardev::Chip;

/// The wait before lines that could not be had, or were lost, are asked for again.
const WAIT: Duration = Duration::from_secs(2);
/// How often idle lines are set to rest again, which also tells whether they are still there.
const REST_EVERY: Duration = Duration::from_secs(10);
/// A drop sensor that sees something for longer does not see it fall.
const BLOCKED_AFTER: Duration = Duration::from_secs(5);
/// What falls so long after the time was over still tells of that vend.
const LATE: Duration = Duration::from_mins(1);

/// A chip's lines while they are held. Dropped, they are at rest as far as this process can see to
/// that.
pub trait Lines: Sized + Send {
    /// Takes the lines: the outputs at rest, before anything else.
    fn open(settings: &GpioDispenser) -> Result<Self, String>;

    /// Switches one output.
    fn drive(&mut self, line: Line, is_on: bool) -> Result<(), String>;

    /// Puts all outputs to rest. An error: the lines are gone.
    fn rest(&mut self) -> Result<(), String>;

    /// Whether the sensor sees what it is for; one that is not there sees nothing.
    fn is_sensed(&self) -> Result<bool, String>;

    /// The next change of that. May be dropped and called again. An error: the lines are gone.
    fn change(&mut self) -> impl Future<Output = Result<bool, String>> + Send;
}

/// Relays as a dispenser.
pub struct Relays<L> {
    settings: GpioDispenser,
    state: State<L>,
    vend: Option<Under>,
    /// The last vend that ended with nothing seen, and since when.
    missed: Option<(OrderId, Instant)>,
    /// Since when something stands before the drop sensor.
    blocked: Option<Instant>,
    /// Whether it was said that it cannot be used for that.
    is_blocked: bool,
    said: VecDeque<Said>,
}

enum State<L> {
    Closed { until: Instant, why: String },
    Open { lines: L, rest_at: Instant },
}

/// A vend under way.
struct Under {
    id: OrderId,
    slot: Slot,
    turn: Turn,
    driven: Output,
}

enum Step {
    Due,
    Changed(Result<bool, String>),
}

impl<L: Lines> Relays<L> {
    /// Takes the lines at once, so that they are safe, or else again and again when it is listened
    /// to.
    pub fn new(settings: GpioDispenser) -> Self {
        let state = State::Closed { until: Instant::now(), why: String::new() };
        let (vend, missed, blocked) = (None, None, None);
        let said = VecDeque::new();
        let mut relays = Self { settings, state, vend, missed, blocked, is_blocked: false, said };
        relays.open(Instant::now());
        relays
    }

    fn open(&mut self, now: Instant) {
        let opened = L::open(&self.settings).and_then(|lines| Ok((lines.is_sensed()?, lines)));
        match opened {
            Ok((is_sensed, lines)) => {
                self.state = State::Open { lines, rest_at: now + REST_EVERY };
                (self.blocked, self.is_blocked) = (None, false);
                self.said.push_back(Said::Connected);
                self.watch(is_sensed, now);
            }
            Err(why) => self.lose(&why, now),
        }
    }

    /// The lines are gone, and are asked for again.
    fn lose(&mut self, why: &str, now: Instant) {
        self.state = State::Closed { until: now + WAIT, why: why.to_owned() };
        if let Some(Under { id, .. }) = self.vend.take() {
            self.said.push_back(Said::Unclear { id, why: why.to_owned() });
        }
        self.said.push_back(Said::Disconnected { why: why.to_owned() });
    }

    async fn step(&mut self) -> Step {
        let due = self.due();
        match &mut self.state {
            State::Closed { .. } => {
                sleep_until(due).await;
                Step::Due
            }
            State::Open { lines, .. } => tokio::select! {
                change = lines.change() => Step::Changed(change),
                () = sleep_until(due) => Step::Due,
            },
        }
    }

    /// When something is to be done at the latest.
    fn due(&self) -> Instant {
        match &self.state {
            State::Closed { until, .. } => *until,
            State::Open { rest_at, .. } => {
                let turn = self.vend.as_ref().and_then(|vend| vend.turn.due());
                let blocked = self.blocked.filter(|_| !self.is_blocked);
                let blocked = blocked.map(|since| since + BLOCKED_AFTER);
                [turn, blocked].into_iter().flatten().min().unwrap_or(*rest_at).min(*rest_at)
            }
        }
    }

    fn follow(&mut self, step: Step) {
        let now = Instant::now();
        let done = match step {
            Step::Changed(Ok(is_sensed)) => {
                self.changed(is_sensed, now);
                self.pass(now)
            }
            Step::Changed(Err(why)) => Err(why),
            Step::Due if matches!(self.state, State::Closed { .. }) => {
                self.open(now);
                Ok(())
            }
            Step::Due => self.pass(now),
        };
        if let Err(why) = done {
            self.lose(&why, now);
        }
    }

    fn changed(&mut self, is_sensed: bool, now: Instant) {
        self.watch(is_sensed, now);
        let sees_goods = is_sensed && self.is_for_goods();
        match (&mut self.vend, self.missed.take()) {
            (Some(vend), _) => vend.turn.sensed(is_sensed, now),
            (None, Some((id, since))) if sees_goods && now < since + LATE => {
                self.said.push_back(Said::Answers(vec![(id, Answer::Ok)]));
            }
            (None, missed) => self.missed = missed,
        }
    }

    fn is_for_goods(&self) -> bool {
        let until = self.settings.sensor.as_ref().map(|sensor| sensor.until);
        matches!(until, Some(Until::Drop { .. }))
    }

    /// Whether something stands before the drop sensor.
    fn watch(&mut self, is_sensed: bool, now: Instant) {
        if is_sensed && self.is_for_goods() {
            self.blocked.get_or_insert(now);
        } else {
            self.blocked = None;
            if std::mem::take(&mut self.is_blocked) {
                self.said.push_back(Said::Connected);
            }
        }
    }

    /// Time has passed: what is driven is what shall be.
    fn pass(&mut self, now: Instant) -> Result<(), String> {
        let State::Open { lines, rest_at } = &mut self.state else { return Ok(()) };
        if let Some(vend) = &mut self.vend {
            vend.turn.pass(now);
            drive(lines, &self.settings, vend)?;
            if let Some(outcome) = vend.turn.outcome() {
                let id = vend.id.clone();
                self.vend = None;
                self.ended(id, outcome, now);
            }
        } else if *rest_at <= now {
            lines.rest()?;
        }
        if let State::Open { lines, rest_at } = &mut self.state {
            if *rest_at <= now {
                *rest_at = now + REST_EVERY;
            }
            let is_long = |since: Instant| since + BLOCKED_AFTER <= now;
            if self.blocked.is_some_and(is_long) && !self.is_blocked {
                // A change may have been lost.
                let is_sensed = lines.is_sensed()?;
                self.is_blocked = is_sensed;
                self.watch(is_sensed, now);
                if is_sensed {
                    self.said.push_back(Said::Disconnected { why: BLOCKED.to_owned() });
                }
            }
        }
        Ok(())
    }

    fn ended(&mut self, id: OrderId, outcome: Outcome, now: Instant) {
        let said = match outcome {
            Outcome::Done => Said::Answers(vec![(id, Answer::Ok)]),
            Outcome::Failed(reason) => {
                self.missed = Some((id.clone(), now));
                Said::Answers(vec![(id, Answer::Fail { reason: reason.to_owned() })])
            }
            Outcome::Unclear(why) => Said::Unclear { id, why: why.to_owned() },
        };
        self.said.push_back(said);
    }

    fn begin(&mut self, vend: &Vend, now: Instant) -> Begun {
        if !self.settings.lines.contains_key(&vend.slot) {
            return Begun::Not { why: format!("slot {} has no line", vend.slot) };
        }
        let State::Open { lines, .. } = &mut self.state else {
            return Begun::Not { why: "the lines are not held".to_owned() };
        };
        let turn = lines
            .is_sensed()
            .and_then(|is_sensed| Turn::begin(rules(&self.settings, &vend.slot), is_sensed, now));
        let turn = match turn {
            Ok(turn) => turn,
            Err(why) => return Begun::Not { why },
        };
        let (id, slot) = (vend.id.clone(), vend.slot.clone());
        let mut under = Under { id, slot, turn, driven: Output::Rest };
        let driven = drive(lines, &self.settings, &mut under);
        self.missed = None;
        if let Err(why) = driven {
            self.lose(&why, now);
            return Begun::Unclear { why };
        }
        self.vend = Some(under);
        Begun::Whole
    }
}

/// Why a dispenser whose drop sensor sees something for long cannot be used.
const BLOCKED: &str = "something stands in front of the drop sensor";

/// The rules of a slot.
fn rules(settings: &GpioDispenser, slot: &Slot) -> Rules {
    let until = settings.sensor.as_ref().map(|sensor| sensor.until);
    let reverse = settings.reverse.as_ref().filter(|reverse| reverse.lines.contains_key(slot));
    Rules { pulse: settings.pulse, until, back: reverse.map(|reverse| reverse.pulse) }
}

/// How long a vend can take, at most.
pub fn longest(settings: &GpioDispenser) -> Duration {
    let of_slot = |slot| rules(settings, slot).longest();
    settings.lines.keys().map(of_slot).max().unwrap_or_default()
}

/// Switches what is not as it shall be; off before on, so that no bridge is ever shorted.
fn drive<L: Lines>(
    lines: &mut L,
    settings: &GpioDispenser,
    vend: &mut Under,
) -> Result<(), String> {
    let wanted = vend.turn.output();
    if wanted == vend.driven {
        return Ok(());
    }
    let line = |output| match output {
        Output::Rest => None,
        Output::Forward => settings.lines.get(&vend.slot).copied(),
        Output::Backward => settings.reverse.as_ref()?.lines.get(&vend.slot).copied(),
    };
    if let Some(line) = line(vend.driven) {
        lines.drive(line, false)?;
    }
    if let Some(line) = line(wanted) {
        lines.drive(line, true)?;
    }
    vend.driven = wanted;
    Ok(())
}

impl<L: Lines> Device for Relays<L> {
    const REMEMBERS: bool = false;

    async fn next(&mut self) -> Said {
        loop {
            if let Some(said) = self.said.pop_front() {
                return said;
            }
            let step = self.step().await;
            self.follow(step);
        }
    }

    fn check(&self) -> Result<(), String> {
        match (&self.state, &self.vend) {
            (State::Closed { why, .. }, _) => Err(why.clone()),
            (State::Open { .. }, _) if self.is_blocked => Err(BLOCKED.to_owned()),
            (State::Open { .. }, Some(vend)) => Err(format!("it is still at order {}", vend.id)),
            (State::Open { .. }, None) => Ok(()),
        }
    }

    async fn vend(&mut self, vend: &Vend) -> Begun {
        self.begin(vend, Instant::now())
    }

    async fn ask(&mut self, _: &OrderId) {
        // Nothing here has a memory: what this life knows is answered by who runs it.
    }
}
