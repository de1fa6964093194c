//! A small display of dots behind an SSD1306 or an SH1106.
//!
//! What is shown is kept here, and only the columns that change are sent. The crate `ssd1306` keeps
//! one rectangle around all changes, and knows no SH1106.
//!
//! The same addressing serves both: a page of eight rows, and a column. On SPI nobody hears whether
//! the display understood, or is there, and on I²C only that something is. So the start and the
//! whole picture are sent anew with each news of another kind.
//!
//! Source: Solomon Systech, SSD1306 data sheet, section 10 and its application note; Sino Wealth,
//! SH1106 data sheet.

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
mod wires;

use self::wires::{OverI2c, OverSpi, Wires};
use crate::display::bitmap::Bitmap;
use crate::display::bus::{KernelI2c, KernelLines, KernelSpi};
use crate::display::panel::{Panel, Scene};
use crate::display::words::{Mood, Words};
use crate::wiring::display::{OledBus, OledController, OledDisplay};

const OFF: u8 = 0xae;
const ON: u8 = 0xaf;
const CONTRAST: u8 = 0x81;
const PAGE_AT: u8 = 0xb0;
const COLUMN_LOW: u8 = 0x00;
const COLUMN_HIGH: u8 = 0x10;

/// Bytes between two changes that are sent with them: where to go on costs as many.
const GAP: usize = 8;

/// How words become dots, and how many pages they take.
#[derive(Clone, Copy)]
pub struct Picture {
    /// The words, width and height, and the number of the page.
    pub dots: fn(&Words, u32, u32, usize) -> Bitmap,
    /// The words, width and height.
    pub pages: fn(&Words, u32, u32) -> usize,
}

/// How the wires are found, again and again.
type Connect = Box<dyn FnMut() -> Result<Box<dyn Wires>, String> + Send>;

/// The display.
pub struct Oled {
    settings: OledDisplay,
    picture: Picture,
    connect: Connect,
    held: Option<Held>,
    mood: Option<Mood>,
}

/// A display that is reached, and what it shows.
struct Held {
    wires: Box<dyn Wires>,
    /// Eight rows a byte, page by page; None: anything.
    shown: Option<Vec<u8>>,
    light: Option<u8>,
}

impl Oled {
    /// As it is wired. Nothing is opened yet.
    pub fn new(settings: OledDisplay, picture: Picture) -> Self {
        let bus = settings.bus.clone();
        let connect = move || -> Result<Box<dyn Wires>, String> {
            Ok(match &bus {
                OledBus::I2c { device, address } => {
                    Box::new(OverI2c::new(KernelI2c::open(device, *address)?))
                }
                OledBus::Spi { device, chip, data_line, reset_line } => {
                    let lines: Vec<_> = [*data_line].into_iter().chain(*reset_line).collect();
                    let lines = KernelLines::open(chip.as_deref(), &lines)?;
                    let spi = KernelSpi::open(device)?;
                    Box::new(OverSpi::new(spi, lines, *data_line, *reset_line))
                }
            })
        };
        Self::connected_by(settings, picture, Box::new(connect))
    }

    fn connected_by(settings: OledDisplay, picture: Picture, connect: Connect) -> Self {
        Self { settings, picture, connect, held: None, mood: None }
    }
}

impl Panel for Oled {
    fn open(&mut self) -> Result<(), String> {
        // The old one first: lines have one holder.
        self.held = None;
        let mut wires = (self.connect)()?;
        wires.reset()?;
        wires.send(&[OFF], &[])?;
        wires.send(&start(&self.settings), &[])?;
        self.held = Some(Held { wires, shown: None, light: None });
        Ok(())
    }

    fn show(&mut self, scene: &Scene) -> Result<(), String> {
        let mut held = self.held.take().ok_or("it is not open")?;
        let (width, height) = self.settings.size;
        let bitmap = (self.picture.dots)(&scene.words, width, height, scene.page);
        let before = self.mood.replace(scene.words.mood);
        if before.is_some_and(|before| before != scene.words.mood) {
            held.wires.send(&start(&self.settings), &[])?;
            (held.shown, held.light) = (None, None);
        }
        let columns = usize::try_from(width).unwrap_or(0);
        held.show(bytes(&bitmap, kept_inside(&bitmap, scene.shift)), columns, &self.settings)?;
        held.light(scene.light)?;
        self.held = Some(held);
        Ok(())
    }

    fn pages(&self, words: &Words) -> usize {
        let (width, height) = self.settings.size;
        (self.picture.pages)(words, width, height)
    }
}

impl Held {
    fn show(&mut self, new: Vec<u8>, columns: usize, settings: &OledDisplay) -> Result<(), String> {
        let first_column = match settings.controller {
            OledController::Ssd1306 => 0,
            // The glass has the middle ones of 132.
            OledController::Sh1106 => 2,
        };
        for (page, row) in (0..).zip(new.chunks(columns.max(1))) {
            let old =
                self.shown.as_ref().and_then(|shown| shown.chunks(columns).nth(usize::from(page)));
            for (column, data) in changes(old, row) {
                let column = column + first_column;
                let place = [PAGE_AT | page, COLUMN_LOW | column & 0x0f, COLUMN_HIGH | column >> 4];
                self.wires.send(&place, data)?;
            }
        }
        self.shown = Some(new);
        Ok(())
    }

    fn light(&mut self, light: u8) -> Result<(), String> {
        if self.light != Some(light) {
            match u8::try_from(u32::from(light.min(100)) * 255 / 100) {
                Ok(contrast) if light > 0 => self.wires.send(&[CONTRAST, contrast, ON], &[])?,
                Ok(_) | Err(_) => self.wires.send(&[OFF], &[])?,
            }
            self.light = Some(light);
        }
        Ok(())
    }
}

/// Everything but contents, contrast and whether it is on.
fn start(settings: &OledDisplay) -> Vec<u8> {
    let last_row = u8::try_from(settings.size.1.saturating_sub(1)).unwrap_or(0);
    // A glass of 32 rows has its lines one after the other, one of 64 by turns.
    let pins = if last_row < 32 { 0x02 } else { 0x12 };
    let [segments, lines] = if settings.upside_down { [0xa0, 0xc0] } else { [0xa1, 0xc8] };
    let mut commands = vec![
        0xd5, 0x80, // clock
        0xa8, last_row, // rows
        0xd3, 0x00, // not moved
        0x40, // from the first row of the memory
        segments, lines, 0xda, pins,
    ];
    match settings.controller {
        OledController::Ssd1306 => commands.extend([
            0x8d, 0x14, // a voltage of its own
            0x20, 0x02, // page by page
            0xd9, 0xf1, 0xdb, 0x40, // times and voltages for that
            0x2e, // nothing scrolls
        ]),
        OledController::Sh1106 => commands.extend([
            0xad, 0x8b, 0x32, // a voltage of its own
            0xd9, 0x22, 0xdb, 0x35, // times and voltages for that
        ]),
    }
    commands.extend([
        0xa4, // what is in the memory
        0xa6, // lit where it is set
    ]);
    commands
}

/// As far as nothing that is lit leaves the display.
fn kept_inside(bitmap: &Bitmap, (right, down): (i32, i32)) -> (i64, i64) {
    let is_lit = |x, y| bitmap.is_lit(x, y);
    let columns = (0..bitmap.width()).filter(|x| (0..bitmap.height()).any(|y| is_lit(*x, y)));
    let rows = (0..bitmap.height()).filter(|y| (0..bitmap.width()).any(|x| is_lit(x, *y)));
    let room = |mut lit: Vec<u32>, size: u32, wanted: i32| {
        let (first, last) = (lit.first().copied(), lit.pop());
        match (first, last) {
            (Some(first), Some(last)) => {
                i64::from(wanted).clamp(-i64::from(first), i64::from(size - 1 - last))
            }
            (_, _) => 0,
        }
    };
    (room(columns.collect(), bitmap.width(), right), room(rows.collect(), bitmap.height(), down))
}

/// The picture as the controller has it: eight rows a byte, the uppermost lowest.
fn bytes(bitmap: &Bitmap, (right, down): (i64, i64)) -> Vec<u8> {
    let is_lit = |x: u32, y: u32| {
        let from = (u32::try_from(i64::from(x) - right), u32::try_from(i64::from(y) - down));
        matches!(from, (Ok(x), Ok(y)) if bitmap.is_lit(x, y))
    };
    let byte = |x, page| (0..8).filter(|bit| is_lit(x, page * 8 + bit)).map(|bit| 1 << bit).sum();
    let pages = 0..bitmap.height() / 8;
    pages.flat_map(|page| (0..bitmap.width()).map(move |x| byte(x, page))).collect()
}

/// Runs of columns that change, by their first one, with what lies between two that are near.
fn changes<'n>(old: Option<&[u8]>, new: &'n [u8]) -> Vec<(u8, &'n [u8])> {
    let is_changed = |at: &usize| old.is_none_or(|old| old.get(*at) != new.get(*at));
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for at in (0..new.len()).filter(is_changed) {
        match runs.last_mut() {
            Some((_, end)) if at <= *end + GAP => *end = at + 1,
            Some(_) | None => runs.push((at, at + 1)),
        }
    }
    let run = |(begin, end): (usize, usize)| Some((u8::try_from(begin).ok()?, &new[begin..end]));
    runs.into_iter().filter_map(run).collect()
}
