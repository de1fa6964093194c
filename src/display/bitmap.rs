//! A picture of dots that are lit or dark.

use std::convert::Infallible;

use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Size};
use embedded_graphics::pixelcolor::BinaryColor;

/// Dots in rows, from the top left.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bitmap {
    width: u32,
    height: u32,
    dots: Vec<bool>,
}

impl Bitmap {
    /// A dark picture.
    pub fn new(width: u32, height: u32) -> Self {
        let count = usize::try_from(width).unwrap_or(0) * usize::try_from(height).unwrap_or(0);
        Self { width, height, dots: vec![false; count] }
    }

    /// How many dots a row has.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// How many rows there are.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Whether a dot is lit. Dark outside.
    pub fn is_lit(&self, x: u32, y: u32) -> bool {
        self.place(x, y).is_some_and(|place| self.dots[place])
    }

    /// Lights a dot, or puts it out. Nothing happens outside.
    pub fn set(&mut self, x: u32, y: u32, is_lit: bool) {
        if let Some(place) = self.place(x, y) {
            self.dots[place] = is_lit;
        }
    }

    fn place(&self, x: u32, y: u32) -> Option<usize> {
        let is_inside = x < self.width && y < self.height;
        is_inside.then(|| usize::try_from(y * self.width + x).ok()).flatten()
    }
}

impl OriginDimensions for Bitmap {
    fn size(&self) -> Size {
        Size::new(self.width, self.height)
    }
}

impl DrawTarget for Bitmap {
    type Color = BinaryColor;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Infallible> {
        for Pixel(point, color) in pixels {
            if let (Ok(x), Ok(y)) = (u32::try_from(point.x), u32::try_from(point.y)) {
                self.set(x, y, color.is_on());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use embedded_graphics::prelude::*;
    use embedded_graphics::primitives::{PrimitiveStyle, Rectangle};

    use super::*;

    #[test]
    fn what_is_drawn_outside_is_not_there() {
        let mut bitmap = Bitmap::new(4, 3);
        let frame = Rectangle::new(Point::new(2, 1), Size::new(9, 9));
        let Ok(()) =
            frame.into_styled(PrimitiveStyle::with_fill(BinaryColor::On)).draw(&mut bitmap);
        let lit: Vec<(u32, u32)> = (0..5)
            .flat_map(|x| (0..5).map(move |y| (x, y)))
            .filter(|(x, y)| bitmap.is_lit(*x, *y))
            .collect();
        assert_eq!(lit, [(2, 1), (2, 2), (3, 1), (3, 2)]);
    }
}
