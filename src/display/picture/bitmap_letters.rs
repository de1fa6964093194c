//! Letters of small displays: bold Latin ones and Japanese ones of about the same height, from the
//! crate u8g2-fonts.
//!
//! The Latin ones are Helvetica of the X Window System (Adobe and DEC, a permissive licence), the
//! Japanese ones are of /efont/ (BSD, some glyphs in the public domain or under Baekmuk's permissive
//! terms). Their texts stand in assets/font/licences.

use std::cell::RefCell;
use std::collections::BTreeMap;

use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::{PrimitiveStyle, Rectangle};
use u8g2_fonts::types::{FontColor, VerticalPosition};
use u8g2_fonts::{FontRenderer, fonts};

use crate::display::bitmap::Bitmap;
use crate::display::fit::Face;
use crate::display::picture::grid::{edges, signed};
use crate::display::picture::layout::{Align, Letters};
use crate::display::picture::signs::plain;

/// Whether it is the Latin font that has a character, as what it is drawn, and how wide it is.
type Found = (bool, char, u32);

thread_local! {
    /// What was looked up before: the fonts are searched from their beginning, and a text is measured
    /// many times before it fits.
    static KNOWN: RefCell<BTreeMap<(usize, char), Option<Found>>> = RefCell::default();
}

/// More characters than a kiosk shows in a day.
const MOST_KNOWN: usize = 4000;

/// Letters of one size.
pub struct BitmapLetters {
    /// Its place among all sizes.
    size: usize,
    latin: FontRenderer,
    japanese: Option<FontRenderer>,
    /// Dots above the base line: of most letters, and of capitals with an accent.
    heights: (u32, u32),
    /// Dots below it.
    depth: u32,
    /// Draws a box for what it has not, instead of saying so.
    is_lenient: bool,
}

/// All sizes, from the largest.
pub fn sizes(is_lenient: bool) -> [BitmapLetters; 5] {
    let letters = |size, latin, japanese, heights, depth| BitmapLetters {
        size,
        latin,
        japanese,
        heights,
        depth,
        is_lenient,
    };
    let small = Some(FontRenderer::new::<fonts::u8g2_font_b12_t_japanese3>());
    let large = Some(FontRenderer::new::<fonts::u8g2_font_b16_b_t_japanese3>());
    [
        letters(0, FontRenderer::new::<fonts::u8g2_font_helvB18_te>(), None, (19, 24), 5),
        letters(1, FontRenderer::new::<fonts::u8g2_font_helvB14_te>(), large.clone(), (14, 18), 4),
        letters(2, FontRenderer::new::<fonts::u8g2_font_helvB12_te>(), large, (14, 16), 4),
        letters(3, FontRenderer::new::<fonts::u8g2_font_helvB10_te>(), small.clone(), (11, 14), 3),
        letters(4, FontRenderer::new::<fonts::u8g2_font_helvB08_te>(), small, (10, 11), 2),
    ]
}

/// The smallest of [`sizes`]: nothing is smaller.
pub const LEAST: usize = 4;

/// A character that no font has is a box so wide, in tenths of its height.
const BOX: u32 = 6;

impl BitmapLetters {
    /// The font that has a character, as it is drawn, and how wide it is.
    fn font(&self, character: char) -> Option<(&FontRenderer, char, u32)> {
        let known = KNOWN.with_borrow(|known| known.get(&(self.size, character)).copied());
        let found = known.unwrap_or_else(|| {
            let found = self.found(character);
            KNOWN.with_borrow_mut(|known| {
                if known.len() >= MOST_KNOWN {
                    known.clear();
                }
                known.insert((self.size, character), found)
            });
            found
        });
        let (is_latin, character, width) = found?;
        let font = if is_latin { Some(&self.latin) } else { self.japanese.as_ref() };
        font.map(|font| (font, character, width))
    }

    /// The same, looked up in the fonts.
    fn found(&self, character: char) -> Option<Found> {
        let characters = [Some(character), plain(character)].into_iter().flatten();
        let fonts = [(true, Some(&self.latin)), (false, self.japanese.as_ref())];
        let mut tried =
            characters.flat_map(|one| fonts.map(|(is_latin, font)| (is_latin, font, one)));
        tried.find_map(|(is_latin, font, one)| {
            let position = VerticalPosition::Baseline;
            let drawn = font?.get_rendered_dimensions(one, Point::zero(), position).ok()?;
            Some((is_latin, one, u32::try_from(drawn.advance.x).unwrap_or(0)))
        })
    }

    fn advance(&self, character: char) -> u32 {
        self.font(character).map_or(self.box_width() + 2, |(_, _, width)| width)
    }

    fn box_width(&self) -> u32 {
        self.heights.0 * BOX / 10
    }

    /// Dots from the upper edge of such lines to the base line of the first.
    fn ascent(&self, lines: &[String]) -> u32 {
        if lines.iter().any(|line| line.chars().any(is_tall)) {
            self.heights.1
        } else {
            self.heights.0
        }
    }

    fn pitch(&self, lines: &[String]) -> u32 {
        self.ascent(lines) + self.depth + 1
    }

    /// Draws lines from the top of an area. Nothing is drawn outside.
    pub fn draw(
        &self,
        lines: &[String],
        (area, align): (&Rectangle, Align),
        color: BinaryColor,
        bitmap: &mut Bitmap,
    ) {
        let mut target = bitmap.clipped(area);
        let (left, top, ..) = edges(area);
        let mut base = top + signed(self.ascent(lines));
        for line in lines {
            let mut pen =
                Point::new(left + signed(align.shift(self.width(line), area.size.width)), base);
            for character in line.chars() {
                pen.x += self.draw_one(character, pen, color, &mut target);
            }
            base += signed(self.pitch(lines));
        }
    }

    fn draw_one<D: DrawTarget<Color = BinaryColor>>(
        &self,
        character: char,
        pen: Point,
        color: BinaryColor,
        target: &mut D,
    ) -> i32 {
        let Some((font, character, advance)) = self.font(character) else {
            let size = Size::new(self.box_width(), self.heights.0);
            let corner = Point::new(pen.x + 1, pen.y - signed(self.heights.0));
            let outline = PrimitiveStyle::with_stroke(color, 1);
            // A picture cannot fail to be drawn on: its error is one that does not exist.
            let _ = Rectangle::new(corner, size).into_styled(outline).draw(target);
            return signed(self.box_width() + 2);
        };
        let position = VerticalPosition::Baseline;
        let _ = font.render(character, pen, position, FontColor::Transparent(color), target);
        signed(advance)
    }
}

/// Higher than a capital letter: one with an accent.
fn is_tall(character: char) -> bool {
    character.is_uppercase() && u32::from(character) >= 0xc0
}

impl Face for BitmapLetters {
    fn width(&self, text: &str) -> u32 {
        text.chars().map(|character| self.advance(character)).sum()
    }

    fn line_height(&self) -> u32 {
        self.heights.1 + self.depth + 1
    }

    fn draws(&self, character: char) -> bool {
        self.is_lenient || self.font(character).is_some()
    }
}

impl Letters for BitmapLetters {
    fn height(&self, lines: &[String]) -> u32 {
        let between = u32::try_from(lines.len()).unwrap_or(0).saturating_sub(1);
        self.ascent(lines) + self.depth + between * self.pitch(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kiosk_s_languages_need_is_there() {
        for letters in &sizes(false)[1..] {
            for character in "Größe Où ça ¿Qué? €£¥ “„–’ Žluťoučký カード支払い。、「」！".chars()
            {
                assert!(letters.draws(character), "{character}");
            }
            assert!(!letters.draws('☃'));
        }
    }

    #[test]
    fn what_no_font_has_is_a_box() {
        let letters = &sizes(true)[LEAST];
        let mut bitmap = Bitmap::new(20, 20);
        let area = Rectangle::new(Point::zero(), Size::new(20, 20));
        letters.draw(&["☃".to_owned()], (&area, Align::Left), BinaryColor::On, &mut bitmap);
        assert!(bitmap.is_lit(1, 0) && !bitmap.is_lit(3, 4) && letters.width("☃") == 8);
    }
}
