//! An HD44780 that is played, from its pins inwards. It shares nothing with what drives it, and
//! panics where the data sheet is not kept.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use crate::display::bus::{I2c, Outputs};
use crate::wiring::Line;

/// At its slowest clock of 190 kHz.
const SHORT: Duration = Duration::from_micros(53);
const LONG: Duration = Duration::from_micros(2160);

/// The controller.
#[derive(Clone, Debug)]
pub struct Chip {
    has_four_lines: bool,
    upper: Option<u8>,
    text: [u8; 0x80],
    own: [u8; 64],
    address: u8,
    is_at_own: bool,
    pub is_on: bool,
    pub is_lit: bool,
    is_enabled: bool,
    is_data: bool,
    now: Duration,
    busy_until: Duration,
}

impl Chip {
    /// Just after the supply has come, or in the middle of something: its memory holds anything.
    pub fn new(filled_with: u8, has_four_lines: bool, upper: Option<u8>) -> Self {
        let (text, own) = ([filled_with; 0x80], [filled_with & 0x1f; 64]);
        Self {
            has_four_lines,
            upper,
            text,
            own,
            address: filled_with & 0x0f,
            is_at_own: false,
            is_on: false,
            is_lit: false,
            is_enabled: false,
            is_data: false,
            now: Duration::ZERO,
            busy_until: Duration::from_millis(40),
        }
    }

    fn pins(&mut self, is_data: bool, is_enabled: bool, upper: u8) {
        if is_enabled && !self.is_enabled {
            assert_eq!(is_data, self.is_data, "RS stands before E rises");
            let begins = self.upper.is_none() || !self.has_four_lines;
            assert!(!begins || self.now >= self.busy_until, "it is still busy at {:?}", self.now);
        }
        if !is_enabled && self.is_enabled {
            self.latched(is_data, upper);
        }
        (self.is_data, self.is_enabled) = (is_data, is_enabled);
    }

    fn latched(&mut self, is_data: bool, bits: u8) {
        if !self.has_four_lines {
            // The lower lines are not connected.
            self.whole(is_data, bits << 4);
        } else if let Some(upper) = self.upper.take() {
            self.whole(is_data, upper << 4 | bits);
        } else {
            self.upper = Some(bits);
        }
    }

    fn whole(&mut self, is_data: bool, byte: u8) {
        self.busy_until = self.now + SHORT;
        if is_data {
            return self.data(byte);
        }
        match byte {
            0x80.. => (self.address, self.is_at_own) = (byte & 0x7f, false),
            0x40.. => (self.address, self.is_at_own) = (byte & 0x3f, true),
            0x20.. => (self.has_four_lines, self.upper) = (byte & 0x10 == 0, None),
            // What becomes of half a byte that is woken up; only the cursor moves.
            0x10.. => assert_eq!(byte & 0x08, 0, "no text is to be moved"),
            0x08.. => {
                self.is_on = byte & 0x04 != 0;
                assert_eq!(byte & 0x03, 0, "no cursor");
            }
            0x04.. => assert_eq!(byte, 0x06, "to the right, and nothing is moved"),
            0x02.. => self.first(),
            0x01.. => {
                self.text = [b' '; 0x80];
                self.first();
            }
            0x00 => {}
        }
    }

    fn first(&mut self) {
        (self.address, self.is_at_own) = (0, false);
        self.busy_until = self.now + LONG;
    }

    fn data(&mut self, byte: u8) {
        if self.is_at_own {
            self.own[usize::from(self.address)] = byte;
            self.address = (self.address + 1) & 0x3f;
            return;
        }
        self.text[usize::from(self.address)] = byte;
        self.address = match self.address {
            0x27 => 0x40,
            0x67 => 0x00,
            other => other + 1,
        };
    }

    /// The codes in the places that are seen.
    pub fn codes(&self, columns: usize, rows: usize) -> Vec<Vec<u8>> {
        let firsts = match (columns, rows) {
            (16, 2) => vec![0x00, 0x40],
            (20, 4) => vec![0x00, 0x40, 0x14, 0x54],
            other => panic!("{other:?}: no such display"),
        };
        firsts.into_iter().map(|first| self.text[first..][..columns].to_vec()).collect()
    }

    /// The dots of an own character.
    pub fn own(&self, code: u8) -> &[u8] {
        &self.own[usize::from(code) * 8..][..8]
    }
}

/// A display and what leads to it.
pub struct State {
    pub chip: Chip,
    /// How long a bit takes on the bus.
    pub bit: Duration,
    /// So many bytes or changes of lines still arrive.
    pub arrive: Option<usize>,
    pub bytes: Vec<u8>,
    levels: BTreeMap<Line, bool>,
}

#[derive(Clone)]
pub struct Board(Arc<Mutex<State>>);

pub const RS: Line = 7;
pub const E: Line = 8;
pub const DATA: [Line; 4] = [25, 24, 23, 18];
pub const LIGHT: Line = 12;

impl Board {
    pub fn new(hz: u32) -> Self {
        let (chip, levels) = (Chip::new(0xff, false, None), BTreeMap::new());
        let bit = Duration::from_secs(1) / hz;
        Self(Arc::new(Mutex::new(State { chip, bit, arrive: None, bytes: Vec::new(), levels })))
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Nothing is sent for a while.
    pub fn pause_for(&self, time: Duration) {
        self.state().chip.now += time;
    }

    /// How long the bus and the waits have taken, and what was sent.
    pub fn taken(&self) -> (Duration, Vec<u8>) {
        let mut state = self.state();
        let bytes = std::mem::take(&mut state.bytes);
        let now = std::mem::take(&mut state.chip.now);
        state.chip.busy_until = state.chip.busy_until.saturating_sub(now);
        (now, bytes)
    }
}

impl State {
    fn arrives(&mut self) -> Result<(), String> {
        if let Some(left) = self.arrive {
            self.arrive = Some(left.checked_sub(1).ok_or("nobody answers")?);
        }
        Ok(())
    }
}

impl I2c for Board {
    fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut state = self.state();
        // Start, address and stop.
        let time = state.bit * 11;
        state.chip.now += time;
        for byte in bytes {
            state.arrives()?;
            let time = state.bit * 9;
            state.chip.now += time;
            state.bytes.push(*byte);
            assert_eq!(byte & 0x02, 0, "nothing is read");
            state.chip.is_lit = byte & 0x08 != 0;
            state.chip.pins(byte & 0x01 != 0, byte & 0x04 != 0, byte >> 4);
        }
        Ok(())
    }

    fn pause(&mut self, time: Duration) {
        self.state().chip.now += time;
    }
}

impl Outputs for Board {
    fn set(&mut self, levels: &[(Line, bool)]) -> Result<(), String> {
        let mut state = self.state();
        state.arrives()?;
        state.chip.now += Duration::from_micros(1);
        state.levels.extend(levels.iter().copied());
        let is_high = |line: Line| state.levels.get(&line).copied().unwrap_or(false);
        let bits = DATA.into_iter().zip([1, 2, 4, 8]);
        let bits: u8 = bits.filter(|(line, _)| is_high(*line)).map(|(_, bit)| bit).sum();
        let (is_data, is_enabled, is_lit) = (is_high(RS), is_high(E), is_high(LIGHT));
        state.chip.is_lit = is_lit;
        state.chip.pins(is_data, is_enabled, bits);
        Ok(())
    }

    fn pause(&mut self, time: Duration) {
        self.state().chip.now += time;
    }
}
