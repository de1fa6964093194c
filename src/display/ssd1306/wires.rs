//! Commands and data, over I²C or SPI.

use std::time::Duration;

use crate::display::bus::{I2c, Outputs, Spi};
use crate::wiring::Line;

/// What leads to the controller.
pub trait Wires: Send {
    /// Resets the display, if there is a line for that.
    fn reset(&mut self) -> Result<(), String>;

    /// Commands, then data.
    fn send(&mut self, commands: &[u8], data: &[u8]) -> Result<(), String>;
}

/// A byte of command follows, and then another control byte.
const ONE_COMMAND: u8 = 0x80;
/// Only commands follow.
const COMMANDS: u8 = 0x00;
/// Only data follows.
const DATA: u8 = 0x40;

/// Over I²C.
pub struct OverI2c<B>(B);

impl<B: I2c> OverI2c<B> {
    /// At an address of a bus.
    pub fn new(bus: B) -> Self {
        Self(bus)
    }
}

impl<B: I2c> Wires for OverI2c<B> {
    fn reset(&mut self) -> Result<(), String> {
        Ok(())
    }

    fn send(&mut self, commands: &[u8], data: &[u8]) -> Result<(), String> {
        let mut message = Vec::new();
        if data.is_empty() {
            message.push(COMMANDS);
            message.extend(commands);
        } else {
            // In one message, so that nobody comes between a place and what belongs there.
            message.extend(commands.iter().flat_map(|command| [ONE_COMMAND, *command]));
            message.push(DATA);
            message.extend(data);
        }
        self.0.write(&message)
    }
}

/// How long the display is held in reset, and let alone afterwards: more than it needs.
const RESET: Duration = Duration::from_millis(1);

/// Over SPI, with a line for what the bytes are.
pub struct OverSpi<S, O> {
    spi: S,
    outputs: O,
    data_line: Line,
    reset_line: Option<Line>,
}

impl<S: Spi, O: Outputs> OverSpi<S, O> {
    /// With lines that are held, all of them low.
    pub fn new(spi: S, outputs: O, data_line: Line, reset_line: Option<Line>) -> Self {
        Self { spi, outputs, data_line, reset_line }
    }
}

impl<S: Spi, O: Outputs> Wires for OverSpi<S, O> {
    fn reset(&mut self) -> Result<(), String> {
        let Some(line) = self.reset_line else { return Ok(()) };
        for is_high in [true, false, true] {
            self.outputs.set(&[(line, is_high)])?;
            self.outputs.pause(RESET);
        }
        Ok(())
    }

    fn send(&mut self, commands: &[u8], data: &[u8]) -> Result<(), String> {
        for (is_data, bytes) in [(false, commands), (true, data)] {
            if !bytes.is_empty() {
                self.outputs.set(&[(self.data_line, is_data)])?;
                self.spi.write(bytes)?;
            }
        }
        Ok(())
    }
}
