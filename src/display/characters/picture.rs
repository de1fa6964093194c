//! What a display of characters looks like: as text, and as dots.

use super::rom::{Cell, shown};
use super::{Grid, font, page};
use crate::display::bitmap::Bitmap;
use crate::display::words::Words;

/// Dots of a place.
const WIDTH: u32 = 5;
const HEIGHT: u32 = 8;

/// Dots between two places, and around all.
const GAP: u32 = 1;

/// The rows of a page as text. A letter of katakana and its mark are two characters, as there.
pub fn picture(words: &Words, grid: Grid, number: usize) -> Vec<String> {
    let text = |row: &Vec<Cell>| row.iter().map(|cell| shown(*cell, grid.rom)).collect();
    page(words, grid, number).rows.iter().map(text).collect()
}

/// A page as dots, with the gaps between the places.
pub fn dots(words: &Words, grid: Grid, number: usize) -> Bitmap {
    let size = |count: usize, step| u32::try_from(count).unwrap_or(0) * step + GAP;
    let mut bitmap = Bitmap::new(size(grid.columns, WIDTH + GAP), size(grid.rows, HEIGHT + GAP));
    let mut y = GAP;
    for row in page(words, grid, number).rows {
        let mut x = GAP;
        for cell in row {
            draw(&mut bitmap, (x, y), &font::dots(cell, grid.rom));
            x += WIDTH + GAP;
        }
        y += HEIGHT + GAP;
    }
    bitmap
}

fn draw(bitmap: &mut Bitmap, (x, y): (u32, u32), rows: &[u8]) {
    for (row, y) in rows.iter().zip(y..) {
        for column in 0..WIDTH {
            bitmap.set(x + column, y, row >> (WIDTH - 1 - column) & 1 == 1);
        }
    }
}
