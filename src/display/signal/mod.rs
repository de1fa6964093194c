//! Displays of one bit: a lamp, and a buzzer.
//!
//! When the news is of another kind, both give its rhythm: a long one for what is paid and three
//! short ones for what did not work, so that neither colour nor place has to tell them apart. Then
//! a lamp stays on as long as the news lasts, and a buzzer is silent.

#[cfg(test)]
mod tests;

use std::thread::sleep;
use std::time::Duration;

use gpiocdev::Request;
use gpiocdev::line::Value;
use rppal::gpio::OutputPin;

use crate::display::panel::{Panel, Scene};
use crate::display::words::Mood;
use crate::gpio::{CONSUMER, bcm, chip, why};
use crate::wiring::display::{SignalDisplay, SignalOf};
use crate::wiring::{BackendKind, Level};

/// A line that is held, and off when it was opened.
pub trait Switch: Send {
    /// Switches it.
    fn set(&mut self, is_on: bool) -> Result<(), String>;

    /// Nothing, for so long.
    fn pause(&mut self, time: Duration) {
        sleep(time);
    }
}

/// How the line is found, again and again.
type Connect = Box<dyn FnMut() -> Result<Box<dyn Switch>, String> + Send>;

/// A lamp or a buzzer. Dropped, it is off.
pub struct Signal {
    settings: SignalDisplay,
    connect: Connect,
    held: Option<Box<dyn Switch>>,
    mood: Option<Mood>,
}

impl Signal {
    /// As it is wired. Nothing is opened yet.
    pub fn new(settings: SignalDisplay) -> Self {
        let wired = settings.clone();
        let connect = move || -> Result<Box<dyn Switch>, String> {
            Ok(match wired.backend {
                BackendKind::Chardev => Box::new(KernelLine::open(&wired)?),
                BackendKind::Rppal => Box::new(HeaderPin::open(&wired)?),
            })
        };
        Self::connected_by(settings, Box::new(connect))
    }

    fn connected_by(settings: SignalDisplay, connect: Connect) -> Self {
        Self { settings, connect, held: None, mood: None }
    }
}

impl Panel for Signal {
    fn open(&mut self) -> Result<(), String> {
        // The old one first: a line has one holder.
        self.held = None;
        self.held = Some((self.connect)()?);
        Ok(())
    }

    fn show(&mut self, scene: &Scene) -> Result<(), String> {
        let mut held = self.held.take().ok_or("it is not open")?;
        let mood = scene.words.mood;
        let is_for = self.settings.on.contains(&signal(mood));
        // What is so when the daemon starts is no news.
        let is_news = self.mood.replace(mood).is_some_and(|before| before != mood);
        if is_news && is_for && scene.light > 0 {
            for (is_on, time) in rhythm(signal(mood)) {
                held.set(is_on)?;
                held.pause(time);
            }
        }
        held.set(is_for && scene.light > 0 && !self.settings.sounds)?;
        self.held = Some(held);
        Ok(())
    }
}

impl Drop for Signal {
    fn drop(&mut self) {
        if let Some(held) = &mut self.held {
            // A line that is gone is not driven by anybody.
            let _ = held.set(false);
        }
    }
}

fn signal(mood: Mood) -> SignalOf {
    match mood {
        Mood::Inviting => SignalOf::Ready,
        Mood::Asking => SignalOf::Asked,
        Mood::Waiting => SignalOf::Wait,
        Mood::Glad => SignalOf::Paid,
        Mood::Sorry => SignalOf::Sorry,
        Mood::Closed => SignalOf::Closed,
    }
}

/// On and off by turns, beginning with on; less than a second in all, since the next news waits.
fn rhythm(signal: SignalOf) -> Vec<(bool, Duration)> {
    let lengths: &[u64] = match signal {
        SignalOf::Ready => &[40],
        SignalOf::Asked => &[120],
        SignalOf::Wait => &[40, 80, 40],
        SignalOf::Paid => &[600],
        SignalOf::Sorry => &[120, 120, 120, 120, 120, 120],
        SignalOf::Closed => &[300, 150, 300],
    };
    let times = lengths.iter().map(|length| Duration::from_millis(*length));
    [true, false].into_iter().cycle().zip(times).collect()
}

/// A line of the kernel's GPIO character device.
struct KernelLine(Request, u32);

impl KernelLine {
    fn open(settings: &SignalDisplay) -> Result<Self, String> {
        let chip = chip(settings.chip.as_deref())?;
        let mut ask = Request::builder();
        ask.on_chip(&chip).with_consumer(CONSUMER).with_line(settings.line);
        ask.as_output(Value::Inactive);
        match settings.active {
            Level::Low => ask.as_active_low(),
            Level::High => ask.as_active_high(),
        };
        let held = ask.request().map_err(|error| why(&chip, &error))?;
        Ok(Self(held, settings.line))
    }
}

impl Switch for KernelLine {
    fn set(&mut self, is_on: bool) -> Result<(), String> {
        let value = if is_on { Value::Active } else { Value::Inactive };
        self.0.set_value(self.1, value).map(drop).map_err(|error| error.to_string())
    }
}

/// A pin of a Raspberry Pi's header.
struct HeaderPin(OutputPin, Level);

impl HeaderPin {
    fn open(settings: &SignalDisplay) -> Result<Self, String> {
        let pin = bcm::pin(&bcm::header()?, settings.line)?;
        let mut pin = match settings.active {
            Level::Low => pin.into_output_high(),
            Level::High => pin.into_output_low(),
        };
        // It goes on being driven: what a board does with a pin that floats, nobody knows.
        pin.set_reset_on_drop(false);
        Ok(Self(pin, settings.active))
    }
}

impl Switch for HeaderPin {
    fn set(&mut self, is_on: bool) -> Result<(), String> {
        if is_on == (self.1 == Level::High) {
            self.0.set_high();
        } else {
            self.0.set_low();
        }
        Ok(())
    }
}
