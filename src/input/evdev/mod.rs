//! A keyboard of the kernel's: a keypad at USB, or a scanner that types what it reads.
//!
//! It is grabbed, so that what is typed reaches nobody else: no console, and no other program.

mod device;
mod keys;
#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::buttons::{Buttons, Happened, Rules};
use super::typing::Typing;
use super::{Heard, InputNews, Source, Typist};
use crate::serial::noise::wait_until;
use crate::wiring::{EvdevInput, KeyNumber, Line, Stroke};

pub use device::Device;

/// The wait before a keyboard that is not there is looked for again.
const WAIT: Duration = Duration::from_secs(2);

/// A keyboard while it is held.
pub trait Keyboard: Sized + Send {
    /// Takes it, for nobody else.
    fn open(settings: &EvdevInput) -> Result<Self, String>;

    /// Which keys are down now. An error: it is gone.
    fn down(&self) -> Result<Vec<KeyNumber>, String>;

    /// The next key that goes down or up; `true` is down. May be dropped and called again. `None`:
    /// some were lost. An error: it is gone.
    fn change(&mut self) -> impl Future<Output = Result<Option<(KeyNumber, bool)>, String>> + Send;
}

/// The keyboard as a source of keys.
pub struct Evdev<K> {
    settings: EvdevInput,
    state: State<K>,
    buttons: Buttons,
    typist: Typist,
}

enum State<K> {
    Closed { until: Instant },
    Open(K),
}

enum Step {
    Opens,
    Changed(Result<Option<(KeyNumber, bool)>, String>),
    Due,
}

impl<K: Keyboard> Evdev<K> {
    /// A keyboard that is looked for when it is first listened to.
    pub fn new(settings: EvdevInput) -> Self {
        let rules = Rules {
            // The keyboard itself has seen to it.
            debounce: Duration::ZERO,
            hold: Duration::ZERO,
            stuck_after: settings.stuck_after,
        };
        let typist = Typist::new(Typing::new(settings.typing));
        let state = State::Closed { until: Instant::now() };
        Self { settings, state, buttons: Buttons::new(rules), typist }
    }

    async fn step(&mut self) -> Step {
        let dues = [self.buttons.next_due(), self.typist.next_due(Instant::now())];
        let due = dues.into_iter().flatten().min();
        match &mut self.state {
            State::Closed { until } => {
                sleep_until(*until).await;
                Step::Opens
            }
            State::Open(keyboard) => tokio::select! {
                change = keyboard.change() => Step::Changed(change),
                () = wait_until(due) => Step::Due,
            },
        }
    }

    fn follow(&mut self, step: Step) {
        let now = Instant::now();
        let done = match step {
            Step::Opens => self.open(now),
            Step::Changed(Ok(Some((key, is_down)))) => {
                let happened = self.buttons.heard(Line::from(key), is_down, now);
                self.happened(&happened, now);
                Ok(())
            }
            Step::Changed(Ok(None)) => {
                self.typist.spoil(now);
                self.look(now)
            }
            Step::Changed(Err(why)) => Err(why),
            Step::Due => {
                let happened = self.buttons.due_until(now);
                self.happened(&happened, now);
                Ok(())
            }
        };
        if let Err(why) = done {
            self.state = State::Closed { until: now + WAIT };
            self.buttons.opened([], now);
            self.typist.gone(why);
        }
        self.typist.time_passed(now);
    }

    fn open(&mut self, now: Instant) -> Result<(), String> {
        self.state = State::Open(K::open(&self.settings)?);
        self.look(now)?;
        self.typist.tell(Heard::News(InputNews::Connected));
        Ok(())
    }

    /// Which keys are down without having been pressed here.
    fn look(&mut self, now: Instant) -> Result<(), String> {
        let State::Open(keyboard) = &self.state else { return Ok(()) };
        let down = keyboard.down()?;
        let known = keys::all().chain(self.settings.functions.keys().copied());
        let levels = known.map(|key| (Line::from(key), down.contains(&key)));
        self.buttons.opened(levels, now);
        Ok(())
    }

    fn happened(&mut self, happened: &[Happened], now: Instant) {
        for it in happened {
            match it {
                Happened::Pressed(key) => {
                    if let Some(stroke) = self.stroke(*key) {
                        self.typist.struck(stroke, now);
                    }
                }
                Happened::Stuck(key) => {
                    self.typist.tell(Heard::News(InputNews::Stuck { what: name(*key) }));
                }
                Happened::Freed(key) => {
                    self.typist.tell(Heard::News(InputNews::Freed { what: name(*key) }));
                }
            }
        }
    }

    fn stroke(&self, key: Line) -> Option<Stroke> {
        let key = KeyNumber::try_from(key).ok()?;
        self.settings.functions.get(&key).copied().or_else(|| keys::stroke(key))
    }
}

fn name(key: Line) -> String {
    KeyNumber::try_from(key).map_or_else(|_| String::new(), keys::name)
}

impl<K: Keyboard> Source for Evdev<K> {
    async fn next(&mut self) -> Heard {
        loop {
            if let Some(heard) = self.typist.next() {
                return heard;
            }
            let step = self.step().await;
            self.follow(step);
        }
    }

    fn count_garbage(&mut self) {
        self.typist.count_garbage();
    }
}
