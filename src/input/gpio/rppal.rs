//! Lines of a Raspberry Pi's pin header, by way of rppal: the numbers are BCM's.

use rppal::gpio::{Event, InputPin, Trigger};
use tokio::sync::mpsc;

use super::Backend;
use crate::gpio::bcm::{failed, header, pin};
use crate::wiring::{GpioInput, Level, Line, Pull};

/// Changes that wait to be heard; what finds no room makes the levels be read again.
const QUEUE: usize = 64;

/// The lines, held.
pub struct Rppal {
    pins: Vec<(Line, InputPin)>,
    active: Level,
    changes: mpsc::Receiver<(Line, bool)>,
    debounces: bool,
}

impl Backend for Rppal {
    fn open(settings: &GpioInput) -> Result<Self, String> {
        let header = header()?;
        let (sender, changes) = mpsc::channel(QUEUE);
        let debounce = Some(settings.debounce).filter(|debounce| !debounce.is_zero());
        let mut pins = Vec::new();
        for line in settings.lines.keys().copied() {
            let pin = pin(&header, line)?;
            let mut pin = match settings.pull {
                Pull::Up => pin.into_input_pullup(),
                Pull::Down => pin.into_input_pulldown(),
                Pull::None => pin.into_input(),
            };
            let (sender, active) = (sender.clone(), settings.active);
            let tell = move |event: Event| {
                let is_high = event.trigger == Trigger::RisingEdge;
                // What finds no room is made good by the next one, whose level is read.
                let _ = sender.try_send((line, is_high == (active == Level::High)));
            };
            pin.set_async_interrupt(Trigger::Both, debounce, tell)
                .map_err(|error| failed(line, &error))?;
            pins.push((line, pin));
        }
        let active = settings.active;
        Ok(Self { pins, active, changes, debounces: debounce.is_some() })
    }

    fn debounces(&self) -> bool {
        self.debounces
    }

    fn levels(&self) -> Result<Vec<(Line, bool)>, String> {
        let is_down = |pin: &InputPin| pin.is_high() == (self.active == Level::High);
        Ok(self.pins.iter().map(|(line, pin)| (*line, is_down(pin))).collect())
    }

    async fn change(&mut self) -> Result<Option<(Line, bool)>, String> {
        let is_full = self.changes.len() == QUEUE;
        match self.changes.recv().await {
            Some(_) if is_full => {
                while self.changes.try_recv().is_ok() {}
                Ok(None)
            }
            Some(change) => Ok(Some(change)),
            None => Err("the lines are not watched any more".to_owned()),
        }
    }
}
