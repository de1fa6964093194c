//! Letters of large screens, from outlines, in any size, with soft edges.

use ab_glyph::{Font, FontArc, Glyph, GlyphId, PxScale, point};
use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::primitives::Rectangle;

use crate::display::fit::Face;
use crate::display::picture::grid::{ceil, edges, floor, part, real, signed};
use crate::display::picture::layout::{Align, Letters};
use crate::display::picture::rgb::{Color, Picture};
use crate::display::picture::signs::plain;

/// From one base line to the next, of the letters' size.
const PITCH: f32 = 1.25;
/// From the upper edge of the first line to its base line: room for capitals with an accent.
const ASCENT: f32 = 0.97;
/// From the last base line to the lower edge: room for the tails of letters.
const DESCENT: f32 = 0.25;
/// What stands for a character that no font has is so wide.
const BOX: f32 = 0.62;

/// Letters of one size.
#[derive(Clone)]
pub struct OutlineLetters<'f> {
    fonts: &'f [FontArc],
    /// The side of the square that a letter is designed in, in pixels.
    size: u32,
    /// Draws a box for what it has not, instead of saying so.
    is_lenient: bool,
}

impl<'f> OutlineLetters<'f> {
    /// Letters of these fonts, asked in their order.
    pub fn new(fonts: &'f [FontArc], size: u32, is_lenient: bool) -> Self {
        Self { fonts, size, is_lenient }
    }

    fn glyph(&self, character: char) -> Option<(&FontArc, GlyphId)> {
        let characters = [Some(character), plain(character)].into_iter().flatten();
        let mut glyphs = characters.flat_map(|character| {
            self.fonts.iter().map(move |font| (font, font.glyph_id(character)))
        });
        glyphs.find(|(_, glyph)| *glyph != GlyphId(0))
    }

    fn advance(&self, character: char) -> f32 {
        let size = real(self.size);
        let Some((font, glyph)) = self.glyph(character) else { return BOX * size };
        let em = font.units_per_em().unwrap_or(1000.0).max(1.0);
        font.h_advance_unscaled(glyph) * size / em
    }

    fn length(&self, text: &str) -> f32 {
        text.chars().map(|character| self.advance(character)).sum()
    }

    /// Draws lines from the top of an area. Nothing is drawn outside.
    pub fn draw(
        &self,
        lines: &[String],
        (area, align): (&Rectangle, Align),
        color: Color,
        picture: &mut Picture,
    ) {
        let (left, top, ..) = edges(area);
        let mut down = 0.0;
        for line in lines {
            let base = top + floor(real(self.size) * ASCENT + down + 0.5);
            let mut pen = 0.0;
            let start = left + signed(align.shift(self.width(line), area.size.width));
            for character in line.chars() {
                self.draw_one(character, (start, pen, base), (area, color), picture);
                pen += self.advance(character);
            }
            down += real(self.size) * PITCH;
        }
    }

    fn draw_one(
        &self,
        character: char,
        (start, pen, base): (i32, f32, i32),
        (area, color): (&Rectangle, Color),
        picture: &mut Picture,
    ) {
        let (left, top, right, bottom) = edges(area);
        let Some((font, glyph)) = self.glyph(character) else {
            let corner = Point::new(start + floor(pen), base);
            return self.draw_box(corner, area, color, picture);
        };
        let em = font.units_per_em().unwrap_or(1000.0).max(1.0);
        let scale = PxScale::from(real(self.size) * font.height_unscaled() / em);
        let glyph = Glyph { id: glyph, scale, position: point(pen, 0.0) };
        let Some(outline) = font.outline_glyph(glyph) else { return };
        let corner = outline.px_bounds().min;
        let (x, y) = (start + floor(corner.x), base + floor(corner.y));
        outline.draw(|column, row, share| {
            let (x, y) = (x + signed(column), y + signed(row));
            if x >= left && x < right && y >= top && y < bottom {
                picture.cover(x, y, color, share);
            }
        });
    }

    /// A box for what no font has.
    fn draw_box(&self, at: Point, area: &Rectangle, color: Color, picture: &mut Picture) {
        let (width, height) = (part(self.size, BOX - 0.12), part(self.size, 0.72));
        let thick = part(self.size, 0.06).max(1);
        let corner = at + Point::new(signed(part(self.size, 0.06)), -signed(height));
        let bar = |x: u32, y: u32, width: u32, height: u32| {
            let at = corner + Point::new(signed(x), signed(y));
            Rectangle::new(at, Size::new(width, height)).intersection(area)
        };
        let (right, low) = (width.saturating_sub(thick), height.saturating_sub(thick));
        let upright = [bar(0, 0, thick, height), bar(right, 0, thick, height)];
        let flat = [bar(0, 0, width, thick), bar(0, low, width, thick)];
        for edge in upright.iter().chain(&flat) {
            picture.fill(edge, color);
        }
    }
}

impl Face for OutlineLetters<'_> {
    fn width(&self, text: &str) -> u32 {
        ceil(self.length(text))
    }

    fn line_height(&self) -> u32 {
        ceil(real(self.size) * PITCH)
    }

    fn draws(&self, character: char) -> bool {
        self.is_lenient || self.glyph(character).is_some()
    }
}

impl Letters for OutlineLetters<'_> {
    fn height(&self, lines: &[String]) -> u32 {
        let between = u32::try_from(lines.len()).unwrap_or(0).saturating_sub(1);
        ceil(real(self.size) * (ASCENT + DESCENT + PITCH * real(between)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::picture::grid::rectangle;
    use crate::display::picture::theme::Look;
    use crate::wiring::display::Theme;

    #[test]
    fn what_the_kiosk_s_languages_need_is_there() {
        let look = Look::plain(Theme::Dark);
        let letters = OutlineLetters::new(&look.fonts, 20, false);
        for character in
            "Größe Où ça ¿Qué? €£¥ “„–’ Žluťoučký カード支払い。「」！ \u{202f}".chars()
        {
            assert!(letters.draws(character), "{character:?}");
        }
        assert!(!letters.draws('☃'));
    }

    #[test]
    fn letters_stay_inside_their_lines_and_a_strange_one_is_a_box() {
        let look = Look::plain(Theme::Dark);
        let letters = OutlineLetters::new(&look.fonts, 50, true);
        let lines = vec!["ÅÉŮgjy|☃漢".to_owned()];
        let (width, height) = (letters.width(&lines[0]), letters.height(&lines));
        let draw = |area: &Rectangle| {
            let mut picture = Picture::new((600, 200), [0; 3]);
            letters.draw(&lines, (area, Align::Left), [255; 3], &mut picture);
            picture
        };
        // The same with room all around: nothing was cut off.
        let (tight, wide) = (rectangle(50, 50, width, height), rectangle(50, 50, 500, 150));
        assert_eq!(draw(&tight), draw(&wide));
        assert!(draw(&tight).pixels().contains(&[255; 3]));
    }
}
