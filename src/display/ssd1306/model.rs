//! An SSD1306 and an SH1106 that are played, from their bytes inwards. They share nothing with what
//! drives them, and panic at what their data sheets do not have.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use crate::display::bitmap::Bitmap;
use crate::display::bus::{I2c, Outputs, Spi};
use crate::wiring::Line;

/// The controller behind its glass.
#[derive(Clone, Debug)]
pub struct Chip {
    is_sh1106: bool,
    /// 132 columns and 8 pages, also where the glass has fewer.
    memory: Vec<[u8; 132]>,
    page: usize,
    column: usize,
    is_page_by_page: bool,
    has_voltage: bool,
    segments_turned: bool,
    lines_turned: bool,
    rows: u8,
    pins: u8,
    /// By how many rows the picture is moved: what was cut off may be taken for that, until it is set.
    moved: u8,
    pub is_on: bool,
    pub contrast: u8,
    /// A command that waits for its second byte.
    begun: Option<u8>,
}

impl Chip {
    /// Just after the supply has come.
    pub fn new(is_sh1106: bool, filled_with: u8) -> Self {
        Self {
            is_sh1106,
            memory: vec![[filled_with; 132]; 8],
            page: 3,
            column: 17,
            is_page_by_page: is_sh1106,
            has_voltage: false,
            segments_turned: false,
            lines_turned: false,
            rows: 63,
            pins: 0x12,
            moved: 0,
            is_on: false,
            contrast: 0x7f,
            begun: None,
        }
    }

    fn command(&mut self, byte: u8) {
        if let Some(begun) = self.begun.take() {
            return self.second(begun, byte);
        }
        match byte {
            0x00..=0x0f => self.column = self.column & 0xf0 | usize::from(byte),
            0x10..=0x1f => self.column = self.column & 0x0f | usize::from(byte & 0x0f) << 4,
            0x30..=0x33 if self.is_sh1106 => {}
            0x20 | 0x8d if !self.is_sh1106 => self.begun = Some(byte),
            0xad if self.is_sh1106 => self.begun = Some(byte),
            0x2e if !self.is_sh1106 => {}
            0x40 | 0xa4 | 0xa6 => {}
            0x81 | 0xa8 | 0xd3 | 0xd5 | 0xd9 | 0xda | 0xdb => self.begun = Some(byte),
            0xa0 | 0xa1 => self.segments_turned = byte == 0xa1,
            0xae | 0xaf => self.is_on = byte == 0xaf,
            0xb0..=0xb7 => self.page = usize::from(byte & 0x07),
            0xc0 | 0xc8 => self.lines_turned = byte == 0xc8,
            other => panic!("{other:#04x} is no command"),
        }
    }

    fn second(&mut self, begun: u8, byte: u8) {
        match begun {
            0x20 => self.is_page_by_page = byte == 0x02,
            0x8d => self.has_voltage = byte == 0x14,
            0xad => self.has_voltage = byte == 0x8b,
            0x81 => self.contrast = byte,
            0xa8 => self.rows = byte,
            0xda => self.pins = byte,
            0xd3 => self.moved = byte,
            _ => {}
        }
    }

    fn data(&mut self, byte: u8) {
        assert!(self.is_page_by_page && self.begun.is_none(), "{self:?}");
        let columns = if self.is_sh1106 { 132 } else { 128 };
        assert!(self.column < columns, "beyond the last column");
        self.memory[self.page][self.column] = byte;
        self.column += 1;
        // An SSD1306 begins again at the page's first column; an SH1106 stays.
        if self.column == columns && !self.is_sh1106 {
            self.column = 0;
        }
    }

    /// What somebody sees in front of it, even in the dark.
    pub fn glass(&self, (width, height): (u32, u32), hangs_upside_down: bool) -> Bitmap {
        assert!(self.has_voltage && self.begun.is_none());
        assert_eq!((u32::from(self.rows) + 1, self.moved), (height, 0));
        assert_eq!(self.pins, if height == 32 { 0x02 } else { 0x12 });
        let mut glass = Bitmap::new(width, height);
        let first = if self.is_sh1106 { 2 } else { 0 };
        for (x, y) in (0..width).flat_map(|x| (0..height).map(move |y| (x, y))) {
            let byte =
                self.memory[usize::try_from(y / 8).unwrap()][usize::try_from(x).unwrap() + first];
            let turned = |at: u32, size: u32, is_turned: bool| {
                if is_turned == hangs_upside_down { size - 1 - at } else { at }
            };
            let x = turned(x, width, self.segments_turned);
            let seen = (x, turned(y, height, self.lines_turned));
            glass.set(seen.0, seen.1, byte >> (y % 8) & 1 == 1);
        }
        glass
    }
}

/// A display and what leads to it.
pub struct State {
    pub chip: Chip,
    /// So many bytes still arrive.
    pub arrive: Option<usize>,
    bytes: Vec<u8>,
    bits: u32,
    is_data: bool,
    is_running: bool,
}

#[derive(Clone)]
pub struct Board(Arc<Mutex<State>>);

pub const DATA_LINE: Line = 24;
pub const RESET_LINE: Line = 25;

impl Board {
    pub fn new(is_sh1106: bool) -> Self {
        let chip = Chip::new(is_sh1106, 0xa5);
        let (arrive, bytes, bits) = (None, Vec::new(), 0);
        let state = State { chip, arrive, bytes, bits, is_data: false, is_running: true };
        Self(Arc::new(Mutex::new(state)))
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// What was sent, and how long that takes on an I²C bus of 400 kHz.
    pub fn taken(&self) -> (Vec<u8>, Duration) {
        let mut state = self.state();
        let bits = std::mem::take(&mut state.bits);
        (std::mem::take(&mut state.bytes), Duration::from_secs(1) / 400_000 * bits)
    }
}

impl State {
    fn arrives(&mut self, byte: u8) -> Result<(), String> {
        if let Some(left) = self.arrive {
            self.arrive = Some(left.checked_sub(1).ok_or("nobody answers")?);
        }
        self.bytes.push(byte);
        self.bits += 9;
        Ok(())
    }
}

impl I2c for Board {
    fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut state = self.state();
        // Start, address and stop.
        state.bits += 11;
        let mut bytes = bytes.iter();
        while let Some(control) = bytes.next() {
            state.arrives(*control)?;
            let (is_last, is_data) = (control & 0x80 == 0, control & 0x40 != 0);
            assert_eq!(control & 0x3f, 0, "a control byte");
            let many = if is_last { usize::MAX } else { 1 };
            for byte in bytes.by_ref().take(many) {
                state.arrives(*byte)?;
                if is_data { state.chip.data(*byte) } else { state.chip.command(*byte) }
            }
        }
        Ok(())
    }
}

impl Spi for Board {
    fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut state = self.state();
        assert!(state.is_running, "it is held in reset");
        for byte in bytes {
            state.arrives(*byte)?;
            if state.is_data { state.chip.data(*byte) } else { state.chip.command(*byte) }
        }
        Ok(())
    }
}

impl Outputs for Board {
    fn set(&mut self, levels: &[(Line, bool)]) -> Result<(), String> {
        let mut state = self.state();
        for (line, is_high) in levels {
            match *line {
                DATA_LINE => state.is_data = *is_high,
                RESET_LINE => state.is_running = *is_high,
                other => panic!("line {other} belongs to somebody else"),
            }
        }
        if !state.is_running {
            state.chip = Chip::new(state.chip.is_sh1106, 0x5a);
        }
        Ok(())
    }

    fn pause(&mut self, _: Duration) {}
}
