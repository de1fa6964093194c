//! Buttons on GPIO lines: one line, one key.
//!
//! The lines of a chip are heard by a [`Backend`]: the kernel's character device, or rppal on a
//! Raspberry Pi. What their levels mean is [`Buttons`]' business, and the same for both.

pub(super) mod chardev;
mod rppal;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::buttons::{Buttons, Happened, Rules};
use super::{Heard, InputNews, Source};
use crate::serial::noise::wait_until;
use crate::wiring::{GpioInput, Line};

pub use chardev::Chardev;
pub use rppal::Rppal;

/// The wait before lines that could not be had, or were lost, are asked for again.
const WAIT: Duration = Duration::from_secs(2);

/// A chip's lines while they are held.
pub trait Backend: Sized + Send {
    /// Takes the lines, as inputs.
    fn open(settings: &GpioInput) -> Result<Self, String>;

    /// Whether levels are told once they have stood still, so that nobody else has to wait for that.
    fn debounces(&self) -> bool;

    /// How the lines stand now; `true` is down.
    fn levels(&self) -> Result<Vec<(Line, bool)>, String>;

    /// The next line that changes, and whether it is down then. May be dropped and called again.
    /// `None`: changes were lost, and the levels are to be read again. An error: the lines are gone.
    fn change(&mut self) -> impl Future<Output = Result<Option<(Line, bool)>, String>> + Send;
}

/// The chip's lines as a source of keys.
pub struct Gpio<B> {
    settings: GpioInput,
    state: State<B>,
    buttons: Buttons,
    /// What was heard and not told yet.
    heard: VecDeque<Heard>,
}

enum State<B> {
    Closed { until: Instant },
    Open(B),
}

enum Step {
    Opens,
    Changed(Result<Option<(Line, bool)>, String>),
    Due,
}

impl<B: Backend> Gpio<B> {
    /// Lines that are taken when they are first listened to.
    pub fn new(settings: GpioInput) -> Self {
        let buttons = Buttons::new(rules(&settings, false));
        let state = State::Closed { until: Instant::now() };
        Self { settings, state, buttons, heard: VecDeque::new() }
    }

    async fn step(&mut self) -> Step {
        let due = self.buttons.next_due();
        match &mut self.state {
            State::Closed { until } => {
                sleep_until(*until).await;
                Step::Opens
            }
            State::Open(backend) => tokio::select! {
                change = backend.change() => Step::Changed(change),
                () = wait_until(due) => Step::Due,
            },
        }
    }

    fn follow(&mut self, step: Step) {
        let now = Instant::now();
        let done = match step {
            Step::Opens => self.open(now),
            Step::Changed(change) => change.and_then(|change| self.changed(change, now)),
            Step::Due => {
                let happened = self.buttons.due_until(now);
                self.happened(&happened);
                Ok(())
            }
        };
        if let Err(why) = done {
            self.state = State::Closed { until: now + WAIT };
            self.buttons.opened([], now);
            self.heard.push_back(Heard::News(InputNews::Disconnected { why }));
        }
    }

    fn open(&mut self, now: Instant) -> Result<(), String> {
        let backend = B::open(&self.settings)?;
        self.buttons = Buttons::new(rules(&self.settings, backend.debounces()));
        self.buttons.opened(backend.levels()?, now);
        self.state = State::Open(backend);
        self.heard.push_back(Heard::News(InputNews::Connected));
        Ok(())
    }

    fn changed(&mut self, change: Option<(Line, bool)>, now: Instant) -> Result<(), String> {
        let changes = match (change, &self.state) {
            (Some(change), _) => vec![change],
            (None, State::Open(backend)) => backend.levels()?,
            (None, State::Closed { .. }) => Vec::new(),
        };
        for (line, is_down) in changes {
            let happened = self.buttons.heard(line, is_down, now);
            self.happened(&happened);
        }
        Ok(())
    }

    fn happened(&mut self, happened: &[Happened]) {
        let word = |line: &Line| self.settings.lines.get(line).cloned().unwrap_or_default();
        let name = |line: &Line| format!("line {line} ({})", word(line));
        for it in happened {
            let heard = match it {
                Happened::Pressed(line) => Heard::Words(vec![word(line)]),
                Happened::Stuck(line) => Heard::News(InputNews::Stuck { what: name(line) }),
                Happened::Freed(line) => Heard::News(InputNews::Freed { what: name(line) }),
            };
            self.heard.push_back(heard);
        }
    }
}

impl<B: Backend> Source for Gpio<B> {
    async fn next(&mut self) -> Heard {
        loop {
            if let Some(heard) = self.heard.pop_front() {
                return heard;
            }
            let step = self.step().await;
            self.follow(step);
        }
    }

    /// The configuration's words are keys; one too many is a matter of the daemon's.
    fn count_garbage(&mut self) {}
}

fn rules(settings: &GpioInput, is_debounced: bool) -> Rules {
    let debounce = if is_debounced { Duration::ZERO } else { settings.debounce };
    Rules { debounce, hold: settings.hold, stuck_after: settings.stuck_after }
}
