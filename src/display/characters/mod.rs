//! Words on displays of characters: 16 by 2 and 20 by 4 places.
//!
//! * `layout`: what stands where, whole if it can, else page by page
//! * [`rom`]: which characters the controller has; [`glyphs`]: those that kioskd draws for it
//! * `picture`: what a display looks like, as text and as dots

mod font;
pub mod glyphs;
mod layout;
mod picture;
pub mod rom;
#[cfg(test)]
mod tests;

use self::rom::{BLANK, Cell, demoted};
use crate::display::fit::Face;
use crate::display::words::Words;
use crate::wiring::display::{LcdDisplay, LcdRom};

pub use picture::{dots, picture};

/// How many own characters the controller holds.
pub const OWN: usize = 8;

/// A display of characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Grid {
    /// Places in a row.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
    /// What is in its ROM.
    pub rom: LcdRom,
}

impl Grid {
    /// Of a display as it is configured.
    pub fn of(lcd: &LcdDisplay) -> Self {
        let places = |count| usize::try_from(count).unwrap_or(0);
        let (columns, rows) = lcd.size;
        Self { columns: places(columns), rows: places(rows), rom: lcd.rom }
    }
}

/// What stands in each place, row by row: no more than [`OWN`] different own characters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// The rows, all of the same length.
    pub rows: Vec<Vec<Cell>>,
}

impl Page {
    /// The own characters that are needed, those first that are needed most.
    pub fn own(&self) -> Vec<char> {
        needed(&self.rows).into_iter().map(|(character, _)| character).collect()
    }
}

/// How many pages the words take.
pub fn pages(words: &Words, grid: Grid) -> usize {
    layout::pages(words, grid).len()
}

/// One of the pages. They go round.
pub fn page(words: &Words, grid: Grid, number: usize) -> Page {
    let mut pages = layout::pages(words, grid);
    let number = number % pages.len().max(1);
    let lines = if number < pages.len() { pages.swap_remove(number) } else { Vec::new() };
    let mut rows: Vec<Vec<Cell>> = lines.iter().map(|line| row(line, grid)).collect();
    rows.resize(grid.rows, vec![BLANK; grid.columns]);
    for (spare, _) in needed(&rows).into_iter().skip(OWN) {
        let places = rows.iter_mut().flatten().filter(|cell| **cell == Cell::Own(spare));
        places.for_each(|cell| *cell = demoted(spare, grid.rom));
    }
    Page { rows }
}

/// A row: text from the left, and what stands at its right end.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
struct Line {
    left: String,
    right: String,
}

/// How much is lost of a text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Loss {
    /// Nothing.
    Nothing,
    /// Accents, where no own character can help.
    Accents,
    /// Whole characters.
    Characters,
}

/// The places of a display as a face: each one wide and one high.
struct Places {
    rom: LcdRom,
    loss: Loss,
}

impl Places {
    fn cells(&self, text: &str) -> Vec<Cell> {
        text.chars().flat_map(|character| cells(character, self.rom)).collect()
    }
}

impl Face for Places {
    fn width(&self, text: &str) -> u32 {
        u32::try_from(self.cells(text).len()).unwrap_or(u32::MAX)
    }

    fn line_height(&self) -> u32 {
        1
    }

    fn draws(&self, character: char) -> bool {
        match self.loss {
            Loss::Nothing => rom::exact(character, self.rom).is_some(),
            Loss::Accents => rom::lossy(character, self.rom).is_some(),
            Loss::Characters => true,
        }
    }
}

fn cells(character: char, rom: LcdRom) -> Vec<Cell> {
    rom::lossy(character, rom).unwrap_or_else(|| vec![rom::UNKNOWN])
}

fn row(line: &Line, grid: Grid) -> Vec<Cell> {
    let places = Places { rom: grid.rom, loss: Loss::Characters };
    let (mut row, right) = (places.cells(&line.left), places.cells(&line.right));
    row.resize(grid.columns.saturating_sub(right.len()), BLANK);
    row.extend(right);
    row.resize(grid.columns, BLANK);
    row
}

/// Own characters, and how often each stands there: money first, whose sign nothing replaces, then
/// the frequent ones.
fn needed(rows: &[Vec<Cell>]) -> Vec<(char, usize)> {
    let mut needed: Vec<(char, usize)> = Vec::new();
    for cell in rows.iter().flatten() {
        let Cell::Own(own) = cell else { continue };
        match needed.iter_mut().find(|(character, _)| character == own) {
            Some((_, count)) => *count += 1,
            None => needed.push((*own, 1)),
        }
    }
    let is_money = |character| matches!(character, '€' | '£');
    needed.sort_by_key(|(own, count)| (!is_money(*own), std::cmp::Reverse(*count)));
    needed
}
