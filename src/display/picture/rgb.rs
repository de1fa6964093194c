//! A picture in colours.

use std::convert::Infallible;

use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Size};
use embedded_graphics::pixelcolor::{Rgb888, RgbColor};
use embedded_graphics::primitives::Rectangle;

use crate::display::picture::grid::{edges, floor};

/// Red, green and blue.
pub type Color = [u8; 3];

/// Steps of what lies between two colours. No eye sees more of them at the edge of a letter, and a
/// picture of few colours makes a small file.
const STEPS: u16 = 16;

/// Pixels in rows, from the upper left.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<Color>,
}

impl Picture {
    /// A picture of one colour.
    pub fn new((width, height): (u32, u32), color: Color) -> Self {
        let count = usize::try_from(width).unwrap_or(0) * usize::try_from(height).unwrap_or(0);
        Self { width, height, pixels: vec![color; count] }
    }

    /// Width and height.
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// All pixels, row by row.
    pub fn pixels(&self) -> &[Color] {
        &self.pixels
    }

    /// The colour of a pixel; none outside.
    pub fn at(&self, x: i32, y: i32) -> Option<Color> {
        self.place(x, y).map(|place| self.pixels[place])
    }

    /// Gives a pixel its colour. Nothing happens outside.
    pub fn set(&mut self, x: i32, y: i32, color: Color) {
        if let Some(place) = self.place(x, y) {
            self.pixels[place] = color;
        }
    }

    /// Fills an area. Nothing happens outside.
    pub fn fill(&mut self, area: &Rectangle, color: Color) {
        let (left, top, right, bottom) = edges(&self.clipped(area));
        for y in top..bottom {
            if let (Some(first), Some(last)) = (self.place(left, y), self.place(right - 1, y)) {
                self.pixels[first..=last].fill(color);
            }
        }
    }

    /// Lays a colour over a pixel, which it covers by a share between 0 and 1.
    pub fn cover(&mut self, x: i32, y: i32, color: Color, share: f32) {
        if share <= 0.0 {
            return;
        }
        if share >= 1.0 {
            return self.set(x, y, color);
        }
        let step = u16::try_from(floor(share * f32::from(STEPS) + 0.5)).unwrap_or(0).min(STEPS);
        let Some(place) = self.place(x, y).filter(|_| step > 0) else { return };
        let below = self.pixels[place];
        let mixed = |below: u8, above: u8| {
            let sum = u16::from(below) * (STEPS - step) + u16::from(above) * step;
            u8::try_from((sum + STEPS / 2) / STEPS).unwrap_or(u8::MAX)
        };
        self.pixels[place] =
            [mixed(below[0], color[0]), mixed(below[1], color[1]), mixed(below[2], color[2])];
    }

    /// What of an area lies inside.
    pub fn clipped(&self, area: &Rectangle) -> Rectangle {
        area.intersection(&Rectangle::new(
            embedded_graphics::geometry::Point::zero(),
            Size::new(self.width, self.height),
        ))
    }

    fn place(&self, x: i32, y: i32) -> Option<usize> {
        let (x, y) = (u32::try_from(x).ok()?, u32::try_from(y).ok()?);
        let is_inside = x < self.width && y < self.height;
        let row = usize::try_from(y).ok()? * usize::try_from(self.width).ok()?;
        is_inside.then(|| usize::try_from(x).ok().map(|x| row + x)).flatten()
    }
}

impl OriginDimensions for Picture {
    fn size(&self) -> Size {
        Size::new(self.width, self.height)
    }
}

impl DrawTarget for Picture {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Infallible> {
        for Pixel(point, color) in pixels {
            self.set(point.x, point.y, [color.r(), color.g(), color.b()]);
        }
        Ok(())
    }

    fn fill_solid(&mut self, area: &Rectangle, color: Rgb888) -> Result<(), Infallible> {
        self.fill(area, [color.r(), color.g(), color.b()]);
        Ok(())
    }
}
