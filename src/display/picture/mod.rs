//! Words as a picture: for small displays of dots, and for screens of any size.
//!
//! * [`layout`]: what stands where, and in which letters: the search for the largest that fit
//! * [`small`] with [`small_symbols`], [`large`]: where the parts of a picture go, on few dots and on many pixels
//! * [`bitmap_letters`], [`outline_letters`]: the letters of both; [`signs`]: what they may lack
//! * [`rgb`], [`theme`], [`shapes`], [`logo`], [`code`]: what large pictures are made of
//! * [`painter`]: draws only what changed since the last picture
//!
//! All of it is pure: the same words in the same size are the same picture.

pub mod bitmap_letters;
pub mod code;
pub mod grid;
pub mod large;
pub mod layout;
pub mod logo;
pub mod outline_letters;
pub mod painter;
pub mod rgb;
pub mod shapes;
pub mod signs;
pub mod small;
pub mod small_symbols;
pub mod theme;

use crate::display::bitmap::Bitmap;
use crate::display::picture::painter::Painter;
use crate::display::picture::rgb::Picture;
use crate::display::picture::theme::Look;
use crate::display::words::Words;

/// Words on a display of dots. `page` counts on; only [`dot_pages`] of them differ.
pub fn dots(words: &Words, width: u32, height: u32, page: usize) -> Bitmap {
    small::draw(&small::plan(words, width, height, page), width, height)
}

/// How many pages these words take on a display of dots: one, wherever that can be.
pub fn dot_pages(words: &Words, width: u32, height: u32) -> usize {
    small::plan(words, width, height, 0).pages
}

/// Words on a screen. `page` counts on; only [`pixel_pages`] of them differ.
pub fn pixels(words: &Words, size: (u32, u32), look: &Look, page: usize) -> Picture {
    let mut painter = Painter::new(size);
    painter.paint(words, look, page);
    painter.into_picture()
}

/// How many pages these words take on a screen: one, but for texts that no screen should have.
pub fn pixel_pages(words: &Words, size: (u32, u32), look: &Look) -> usize {
    large::plan(words, size, look, 0).pages
}
