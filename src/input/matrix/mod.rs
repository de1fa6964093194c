//! A keypad whose keys join rows and columns, on GPIO lines.
//!
//! A row is pulled low while the others float, and the columns, which are pulled up, tell which of
//! its keys are down. What that means is decided by [`scan`] and
//! [`Buttons`](super::buttons::Buttons); what is typed, by `Typing`.

mod chardev;
mod rppal;
pub mod scan;
#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::buttons::{Happened, Rules};
use super::typing::Typing;
use super::{Heard, InputNews, Source, Typist};
use crate::wiring::{Line, MatrixInput, Stroke};
use scan::{Driven, Pad, Scan};

pub use chardev::Chardev;
pub use rppal::Rppal;

/// The wait before lines that could not be had, or were lost, are asked for again.
const WAIT: Duration = Duration::from_secs(2);

/// A keypad's lines while they are held.
pub trait Wires: Sized + Send {
    /// Takes the lines; all rows float.
    fn open(settings: &MatrixInput) -> Result<Self, String>;

    /// Pulls rows low, and lets all others float.
    fn drive(&mut self, driven: Driven) -> Result<(), String>;

    /// Which columns are down now. An error: the lines are gone.
    fn columns(&self) -> Result<Vec<bool>, String>;
}

/// The keypad as a source of keys.
pub struct Matrix<W> {
    settings: MatrixInput,
    state: State<W>,
    typist: Typist,
}

enum State<W> {
    Closed { until: Instant },
    Open { wires: W, scan: Scan, pad: Pad, look: Instant },
}

impl<W: Wires> Matrix<W> {
    /// Lines that are taken when they are first listened to.
    pub fn new(settings: MatrixInput) -> Self {
        let typist = Typist::new(Typing::new(settings.typing));
        Self { settings, state: State::Closed { until: Instant::now() }, typist }
    }

    fn turn(&mut self, now: Instant) {
        if let Err(why) = self.look(now) {
            self.state = State::Closed { until: now + WAIT };
            self.typist.gone(why);
        }
        self.typist.time_passed(now);
    }

    fn look(&mut self, now: Instant) -> Result<(), String> {
        let State::Open { wires, scan, pad, look } = &mut self.state else {
            self.state = open(&self.settings, now)?;
            self.typist.tell(Heard::News(InputNews::Connected));
            return Ok(());
        };
        let picture = scan.seen(wires.columns()?);
        wires.drive(scan.driven())?;
        // From now: looks that were missed are not made up for.
        *look = now + scan.wait(self.settings.scan);
        let Some(picture) = picture else { return Ok(()) };
        match pad.seen(&picture, now) {
            Some(happened) => self.happened(&happened, now),
            None => self.typist.count_garbage(),
        }
        Ok(())
    }

    fn happened(&mut self, happened: &[Happened], now: Instant) {
        for it in happened {
            match it {
                Happened::Pressed(at) => {
                    if let Some((_, stroke)) = self.key(*at) {
                        self.typist.struck(stroke, now);
                    }
                }
                Happened::Stuck(at) => {
                    self.typist.tell(Heard::News(InputNews::Stuck { what: self.name(*at) }));
                }
                Happened::Freed(at) => {
                    self.typist.tell(Heard::News(InputNews::Freed { what: self.name(*at) }));
                }
            }
        }
    }

    fn key(&self, at: Line) -> Option<(char, Stroke)> {
        self.settings.keys.iter().flatten().nth(usize::try_from(at).ok()?).copied()
    }

    fn name(&self, at: Line) -> String {
        self.key(at).map_or_else(String::new, |(printed, _)| format!("key {printed}"))
    }
}

fn open<W: Wires>(settings: &MatrixInput, now: Instant) -> Result<State<W>, String> {
    let mut wires = W::open(settings)?;
    let scan = Scan::new(settings.rows.len());
    wires.drive(scan.driven())?;
    let look = now + scan.wait(settings.scan);
    let rules = Rules {
        debounce: settings.debounce,
        hold: Duration::ZERO,
        stuck_after: settings.stuck_after,
    };
    Ok(State::Open { wires, scan, pad: Pad::new(rules), look })
}

impl<W: Wires> Source for Matrix<W> {
    async fn next(&mut self) -> Heard {
        loop {
            if let Some(heard) = self.typist.next() {
                return heard;
            }
            let (State::Closed { until: due } | State::Open { look: due, .. }) = &self.state;
            sleep_until(*due).await;
            self.turn(Instant::now());
        }
    }

    fn count_garbage(&mut self) {
        self.typist.count_garbage();
    }
}
