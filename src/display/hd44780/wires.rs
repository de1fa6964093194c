//! Half a byte at a time, over an expander or over lines.

use std::time::Duration;

use crate::display::bus::{I2c, Outputs};
use crate::wiring::Line;

/// What the controller is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sent {
    /// An instruction: RS is low.
    Command(u8),
    /// Something for its memory: RS is high.
    Data(u8),
}

impl Sent {
    fn parts(self) -> (bool, u8) {
        match self {
            Self::Command(byte) => (false, byte),
            Self::Data(byte) => (true, byte),
        }
    }
}

/// What leads to the controller.
pub trait Wires: Send {
    /// Half an instruction, for a controller that may not know of four lines yet.
    fn half(&mut self, bits: u8) -> Result<(), String>;

    /// Whole ones, each with the time that it takes.
    fn send(&mut self, all: &[Sent]) -> Result<(), String>;

    /// Switches the light.
    fn light(&mut self, is_on: bool) -> Result<(), String>;

    /// Nothing, for so long at least.
    fn pause(&mut self, time: Duration);
}

const RS: u8 = 0x01;
const ENABLE: u8 = 0x04;
const LIGHT: u8 = 0x08;

/// A PCF8574: each byte that it gets is what its eight pins are from then on.
pub struct Backpack<B> {
    bus: B,
    light: u8,
}

impl<B: I2c> Backpack<B> {
    /// Lit, so that a display which is found again is read at once.
    pub fn new(bus: B) -> Self {
        Self { bus, light: LIGHT }
    }

    fn pins(&self, is_data: bool, bits: u8) -> u8 {
        let select = if is_data { RS } else { 0 };
        bits << 4 | self.light | select
    }
}

impl<B: I2c> Wires for Backpack<B> {
    fn half(&mut self, bits: u8) -> Result<(), String> {
        let pins = self.pins(false, bits);
        self.bus.write(&[pins, pins | ENABLE, pins])
    }

    /// In front of each one two bytes without E: RS has to stand before E rises, and on a bus of
    /// 400 kHz the slowest controllers are not done earlier with the one before.
    fn send(&mut self, all: &[Sent]) -> Result<(), String> {
        let pins = all.iter().flat_map(|sent| {
            let (is_data, byte) = sent.parts();
            let (upper, lower) = (self.pins(is_data, byte >> 4), self.pins(is_data, byte & 0xf));
            [upper, upper, upper | ENABLE, upper, lower | ENABLE, lower]
        });
        let pins: Vec<u8> = pins.collect();
        self.bus.write(&pins)
    }

    fn light(&mut self, is_on: bool) -> Result<(), String> {
        self.light = if is_on { LIGHT } else { 0 };
        self.bus.write(&[self.pins(false, 0)])
    }

    fn pause(&mut self, time: Duration) {
        self.bus.pause(time);
    }
}

/// How long most instructions take at the slowest clock that is allowed, 190 kHz.
const TAKES: Duration = Duration::from_micros(60);

/// Lines of the controller itself; RW is tied to ground.
pub struct Parallel<O> {
    outputs: O,
    register_select: Line,
    enable: Line,
    data: [Line; 4],
    light: Option<Line>,
}

impl<O: Outputs> Parallel<O> {
    /// Lines that are held, all of them low.
    pub fn new(
        outputs: O,
        register_select: Line,
        enable: Line,
        data: [Line; 4],
        light: Option<Line>,
    ) -> Self {
        Self { outputs, register_select, enable, data, light }
    }

    fn bits(&mut self, is_data: bool, bits: u8) -> Result<(), String> {
        let mut levels = vec![(self.register_select, is_data)];
        levels
            .extend(self.data.iter().zip([1, 2, 4, 8]).map(|(line, bit)| (*line, bits & bit != 0)));
        self.outputs.set(&levels)?;
        self.outputs.set(&[(self.enable, true)])?;
        self.outputs.set(&[(self.enable, false)])
    }
}

impl<O: Outputs> Wires for Parallel<O> {
    fn half(&mut self, bits: u8) -> Result<(), String> {
        self.bits(false, bits)
    }

    fn send(&mut self, all: &[Sent]) -> Result<(), String> {
        for sent in all {
            let (is_data, byte) = sent.parts();
            self.bits(is_data, byte >> 4)?;
            self.bits(is_data, byte & 0xf)?;
            self.outputs.pause(TAKES);
        }
        Ok(())
    }

    fn light(&mut self, is_on: bool) -> Result<(), String> {
        self.light.map_or(Ok(()), |line| self.outputs.set(&[(line, is_on)]))
    }

    fn pause(&mut self, time: Duration) {
        self.outputs.pause(time);
    }
}
