//! A display of characters behind an HD44780 or one of its copies.
//!
//! What is shown is kept here, and only what changes is sent. No crate does that: they send what
//! they are told, and wait by a clock of their own.
//!
//! Nobody hears whether the controller understood: behind an expander only that answers, on lines
//! nothing does. Motors nearby disturb it, and plugs come loose. So everything is sent anew with each
//! news of another kind, behind the sequence that also finds a controller which has lost half a
//! byte.
//!
//! Source: Hitachi, HD44780U data sheet: table 6 (instructions), figure 24 (start with four lines).

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
mod wires;

use std::time::Duration;

use self::wires::{Backpack, Parallel, Sent, Wires};
use crate::display::bus::{KernelI2c, KernelLines};
use crate::display::characters::rom::Cell;
use crate::display::characters::{self, Grid, OWN, Page, glyphs};
use crate::display::panel::{Panel, Scene};
use crate::display::words::{Mood, Words};
use crate::wiring::display::{LcdBus, LcdDisplay};

const CLEAR: u8 = 0x01;
/// The next place is at the right; nothing is moved.
const TO_THE_RIGHT: u8 = 0x06;
const DARK: u8 = 0x08;
/// No cursor.
const VISIBLE: u8 = 0x0c;
/// Four lines, two rows, five by eight dots. Four rows are two long ones to the controller.
const FOUR_LINES: u8 = 0x28;
const OWN_AT: u8 = 0x40;
const PLACE_AT: u8 = 0x80;
/// The second row's first place, for the controller.
const SECOND_ROW: u8 = 0x40;

/// Places in each of the controller's two rows, whatever is seen of them.
const LENGTH: usize = 40;

/// After the supply has come.
const POWER: Duration = Duration::from_millis(50);
/// After the first step of the start, and after clearing: more than the data sheet's, since copies
/// have slower clocks.
const LONG: Duration = Duration::from_millis(5);
/// After its further steps.
const SHORT: Duration = Duration::from_millis(1);

/// How the wires are found, again and again.
type Connect = Box<dyn FnMut() -> Result<Box<dyn Wires>, String> + Send>;

/// The display.
pub struct Lcd {
    grid: Grid,
    connect: Connect,
    held: Option<Held>,
    mood: Option<Mood>,
}

/// A controller that is reached, and what it holds.
struct Held {
    wires: Box<dyn Wires>,
    /// Codes in both rows, where they are known.
    places: [Option<u8>; 2 * LENGTH],
    own: [Option<char>; OWN],
    is_lit: Option<bool>,
}

impl Lcd {
    /// As it is wired. Nothing is opened yet.
    pub fn new(settings: &LcdDisplay) -> Self {
        let bus = settings.bus.clone();
        let connect = move || -> Result<Box<dyn Wires>, String> {
            Ok(match &bus {
                LcdBus::I2c { device, address } => {
                    Box::new(Backpack::new(KernelI2c::open(device, *address)?))
                }
                LcdBus::Lines { chip, register_select, enable, data, light } => {
                    let mut lines = vec![*register_select, *enable];
                    lines.extend(data.iter().chain(light));
                    let held = KernelLines::open(chip.as_deref(), &lines)?;
                    Box::new(Parallel::new(held, *register_select, *enable, *data, *light))
                }
            })
        };
        Self::connected_by(settings, Box::new(connect))
    }

    fn connected_by(settings: &LcdDisplay, connect: Connect) -> Self {
        Self { grid: Grid::of(settings), connect, held: None, mood: None }
    }
}

impl Panel for Lcd {
    fn open(&mut self) -> Result<(), String> {
        // The old one first: lines have one holder.
        self.held = None;
        let wires = (self.connect)()?;
        self.held = Some(Held::start(wires)?);
        Ok(())
    }

    fn show(&mut self, scene: &Scene) -> Result<(), String> {
        let mut held = self.held.take().ok_or("it is not open")?;
        let page = characters::page(&scene.words, self.grid, scene.page);
        let before = self.mood.replace(scene.words.mood);
        if before.is_some_and(|before| before != scene.words.mood) {
            held.again()?;
        }
        held.show(&page, self.grid)?;
        held.light(scene.light > 0)?;
        self.held = Some(held);
        Ok(())
    }

    fn pages(&self, words: &Words) -> usize {
        characters::pages(words, self.grid)
    }
}

impl Held {
    /// A controller of which nothing is known: it may have power only now, or be in the middle of
    /// a byte.
    fn start(mut wires: Box<dyn Wires>) -> Result<Self, String> {
        // Also ends half a byte that E was left high in.
        wires.light(true)?;
        wires.pause(POWER);
        wake(wires.as_mut())?;
        wires.send(&[Sent::Command(FOUR_LINES), Sent::Command(DARK), Sent::Command(CLEAR)])?;
        wires.pause(LONG);
        wires.send(&[Sent::Command(TO_THE_RIGHT)])?;
        let places = [Some(b' '); 2 * LENGTH];
        Ok(Self { wires, places, own: [None; OWN], is_lit: None })
    }

    /// Brings it back to its senses while it goes on showing what it can.
    fn again(&mut self) -> Result<(), String> {
        wake(self.wires.as_mut())?;
        self.wires.send(&[Sent::Command(FOUR_LINES), Sent::Command(TO_THE_RIGHT)])?;
        self.places = [None; 2 * LENGTH];
        self.own = [None; OWN];
        self.is_lit = None;
        Ok(())
    }

    fn show(&mut self, page: &Page, grid: Grid) -> Result<(), String> {
        let mut sent = Vec::new();
        self.draw_own(&page.own(), &mut sent);
        let mut places = [Some(b' '); 2 * LENGTH];
        for (row, cells) in page.rows.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                // The third row goes on behind the first, and the fourth behind the second.
                let place = row % 2 * LENGTH + row / 2 * grid.columns + column;
                let code = self.code(*cell);
                if let Some(known) = places.get_mut(place) {
                    *known = Some(code);
                }
            }
        }
        for (row, begin) in [(0, 0), (SECOND_ROW, LENGTH)] {
            let (old, new) = (&self.places[begin..][..LENGTH], &places[begin..][..LENGTH]);
            for (first, codes) in changes(old, new) {
                sent.push(Sent::Command(PLACE_AT | row | first));
                sent.extend(codes.into_iter().map(Sent::Data));
            }
        }
        if !sent.is_empty() {
            self.wires.send(&sent)?;
        }
        self.places = places;
        Ok(())
    }

    /// Gives places to own characters that have none yet; those that are seen now last.
    fn draw_own(&mut self, needed: &[char], sent: &mut Vec<Sent>) {
        for character in needed {
            let is_seen =
                |place| self.places.iter().flatten().any(|code| usize::from(*code) == place);
            let is_needed = |own: Option<char>| own.is_some_and(|own| needed.contains(&own));
            let free = (0..OWN).filter(|place| !is_needed(self.own[*place]));
            let place = free.min_by_key(|place| (is_seen(*place), *place));
            let is_there = self.own.contains(&Some(*character));
            let (Some(place), false) = (place, is_there) else { continue };
            let Ok(address) = u8::try_from(place * 8) else { continue };
            sent.push(Sent::Command(OWN_AT | address));
            sent.extend(glyphs::dots(*character).unwrap_or_default().map(Sent::Data));
            self.own[place] = Some(*character);
        }
    }

    fn code(&self, cell: Cell) -> u8 {
        match cell {
            Cell::Rom(code) => code,
            Cell::Own(character) => {
                let place = self.own.iter().position(|own| *own == Some(character));
                place.and_then(|place| u8::try_from(place).ok()).unwrap_or(b'?')
            }
        }
    }

    fn light(&mut self, is_lit: bool) -> Result<(), String> {
        if self.is_lit != Some(is_lit) {
            self.wires.light(is_lit)?;
            self.wires.send(&[Sent::Command(if is_lit { VISIBLE } else { DARK })])?;
            self.is_lit = Some(is_lit);
        }
        Ok(())
    }
}

/// To four lines, from whatever state.
fn wake(wires: &mut dyn Wires) -> Result<(), String> {
    for (upper_half, time) in [(0x3, LONG), (0x3, SHORT), (0x3, SHORT), (0x2, SHORT)] {
        wires.half(upper_half)?;
        wires.pause(time);
    }
    Ok(())
}

/// Runs of places that change, by their first place. A single place between two is sent with them:
/// it costs no more than the next address.
fn changes(old: &[Option<u8>], new: &[Option<u8>]) -> Vec<(u8, Vec<u8>)> {
    let mut runs: Vec<(u8, Vec<u8>)> = Vec::new();
    let changed = (0..new.len()).filter(|place| old[*place] != new[*place]);
    for place in changed {
        let Ok(at) = u8::try_from(place) else { continue };
        match runs.last_mut() {
            Some((first, codes)) if usize::from(*first) + codes.len() + 1 >= place => {
                let begin = usize::from(*first);
                *codes = new[begin..=place].iter().map(|code| code.unwrap_or(b' ')).collect();
            }
            Some(_) | None => runs.push((at, vec![new[place].unwrap_or(b' ')])),
        }
    }
    runs
}
