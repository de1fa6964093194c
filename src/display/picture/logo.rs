//! The operator's picture: a PNG, scaled down or up to where it stands.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use embedded_graphics::primitives::Rectangle;
use png::{ColorType, Decoder, Limits, Transformations};

use crate::display::picture::grid::{edges, part, real};
use crate::display::picture::rgb::Picture;

/// A picture with more pixels a side is none for a kiosk, and would fill its memory.
const LARGEST: u32 = 4096;
/// The most that is read of a file, once unpacked.
const MOST_BYTES: usize = 64 << 20;

/// A picture with transparency.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Logo {
    width: u32,
    height: u32,
    /// Red, green, blue, and how much it covers.
    pixels: Arc<[[u8; 4]]>,
}

impl Logo {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Why it is no picture, for a technician.
    pub fn read(path: &Path) -> Result<Self, String> {
        let file = File::open(path).map_err(|error| error.to_string())?;
        let limits = Limits { bytes: MOST_BYTES };
        let mut decoder = Decoder::new_with_limits(BufReader::new(file), limits);
        decoder
            .set_transformations(Transformations::normalize_to_color8() | Transformations::ALPHA);
        let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
        let (width, height) = (reader.info().width, reader.info().height);
        if width > LARGEST || height > LARGEST {
            return Err(format!("{width} by {height} pixels: more than {LARGEST} a side"));
        }
        let length = reader.output_buffer_size().ok_or("too large")?;
        let mut bytes = vec![0; length];
        let frame = reader.next_frame(&mut bytes).map_err(|error| error.to_string())?;
        let pixels: Vec<[u8; 4]> = match frame.color_type {
            ColorType::Rgba => bytes.chunks_exact(4).map(|p| [p[0], p[1], p[2], p[3]]).collect(),
            ColorType::GrayscaleAlpha => {
                bytes.chunks_exact(2).map(|p| [p[0], p[0], p[0], p[1]]).collect()
            }
            ColorType::Grayscale | ColorType::Rgb | ColorType::Indexed => {
                return Err("its colours cannot be read".into());
            }
        };
        Ok(Self { width, height, pixels: pixels.into() })
    }

    /// How large it becomes so that it fits, with its proportions.
    pub fn fitted(&self, width: u32, height: u32) -> (u32, u32) {
        let scale = (real(width) / real(self.width)).min(real(height) / real(self.height));
        let side = |length: u32, most: u32| part(length, scale).clamp(1, most.max(1));
        (side(self.width, width), side(self.height, height))
    }

    /// Draws it over an area. Each pixel is the mean of what it stands for.
    pub fn draw(&self, area: &Rectangle, picture: &mut Picture) {
        let (left, top, ..) = edges(area);
        let (width, height) = (area.size.width.max(1), area.size.height.max(1));
        for (row, y) in (0..height).zip(top..) {
            let rows = span(row, height, self.height);
            for (column, x) in (0..width).zip(left..) {
                let [red, green, blue, cover] = self.mean(span(column, width, self.width), rows);
                picture.cover(x, y, [red, green, blue], f32::from(cover) / 255.0);
            }
        }
    }

    /// The mean color of a block. What is transparent gives no colour to it.
    fn mean(&self, columns: (u32, u32), rows: (u32, u32)) -> [u8; 4] {
        let (mut sums, mut count) = ([0_u64; 4], 0);
        for y in rows.0..rows.1 {
            for x in columns.0..columns.1 {
                let place = usize::try_from(u64::from(y) * u64::from(self.width) + u64::from(x));
                let Some(pixel) = place.ok().and_then(|at| self.pixels.get(at)) else { continue };
                let cover = u64::from(pixel[3]);
                for (sum, part) in sums.iter_mut().zip(&pixel[..3]) {
                    *sum += u64::from(*part) * cover;
                }
                sums[3] += cover;
                count += 1;
            }
        }
        let mean = |sum: u64, of: u64| u8::try_from(sum / of.max(1)).unwrap_or(u8::MAX);
        let [red, green, blue, cover] = sums;
        [mean(red, cover), mean(green, cover), mean(blue, cover), mean(cover, count)]
    }
}

/// Which of `from` pixels one of `to` stands for: one at least.
fn span(place: u32, to: u32, from: u32) -> (u32, u32) {
    let at = |place: u32| {
        u32::try_from(u64::from(place) * u64::from(from) / u64::from(to)).unwrap_or(from)
    };
    let first = at(place).min(from.saturating_sub(1));
    (first, at(place + 1).clamp(first + 1, from.max(first + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::picture::grid::rectangle;

    fn file(color: ColorType, (width, height): (u32, u32), bytes: &[u8]) -> tempfile::TempPath {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(color);
        encoder.write_header().unwrap().write_image_data(bytes).unwrap();
        file.into_temp_path()
    }

    #[test]
    fn a_logo_keeps_its_proportions_and_what_is_transparent_is_the_ground() {
        let (red, nothing) = ([255, 0, 0, 255], [0, 255, 0, 0]);
        let bytes = [red, red, nothing, nothing, red, red, nothing, nothing].concat();
        let logo = Logo::read(&file(ColorType::Rgba, (4, 2), &bytes)).unwrap();
        assert_eq!(logo.fitted(100, 20), (40, 20));
        assert_eq!(logo.fitted(2, 20), (2, 1));
        let mut picture = Picture::new((8, 8), [9; 3]);
        logo.draw(&rectangle(1, 1, 2, 1), &mut picture);
        assert_eq!([(1, 1), (2, 1)].map(|(x, y)| picture.at(x, y).unwrap()), [[255, 0, 0], [9; 3]]);
        logo.draw(&rectangle(0, 4, 8, 4), &mut picture);
        assert_eq!([(3, 7), (4, 7)].map(|(x, y)| picture.at(x, y).unwrap()), [[255, 0, 0], [9; 3]]);
    }

    #[test]
    fn any_kind_of_png_is_read_and_nothing_else() {
        for (color, bytes) in [(ColorType::Grayscale, vec![7; 4]), (ColorType::Rgb, vec![7; 12])] {
            let logo = Logo::read(&file(color, (2, 2), &bytes)).unwrap();
            assert_eq!(logo.mean((0, 2), (0, 2)), [7, 7, 7, 255]);
        }
        let wide = file(ColorType::Grayscale, (5000, 1), &[0; 5000]);
        let why = "5000 by 1 pixels: more than 4096 a side";
        assert_eq!(Logo::read(&wide), Err(why.to_owned()));
        let cut = file(ColorType::Rgb, (2, 2), &[7; 12]);
        let bytes = std::fs::read(&cut).unwrap();
        std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
        assert!(Logo::read(&cut).is_err());
    }
}
