//! Pictures side by side in one file.

use std::path::Path;

use kioskd::display::bitmap::Bitmap;
use kioskd::display::picture::rgb::{Color, Picture};
use kioskd::display::png;

/// How wide a sheet is, at most.
const WIDTH: u32 = 2400;

/// Between two pictures.
const GAP: u32 = 6;

/// The table that the pictures lie on.
const TABLE: Color = [110, 110, 120];

fn signed(place: u32) -> i32 {
    i32::try_from(place).unwrap()
}

/// A picture of dots in black and white.
pub(crate) fn of_dots(bitmap: &Bitmap) -> Picture {
    let mut picture = Picture::new((bitmap.width(), bitmap.height()), [0; 3]);
    for (x, y) in places((bitmap.width(), bitmap.height())) {
        if bitmap.is_lit(x, y) {
            picture.set(signed(x), signed(y), [255; 3]);
        }
    }
    picture
}

fn places((width, height): (u32, u32)) -> impl Iterator<Item = (u32, u32)> {
    (0..height).flat_map(move |y| (0..width).map(move |x| (x, y)))
}

/// Each square of pixels becomes the mean of four of them, in few shades: that makes a small file, and
/// is quickly done.
fn smaller(picture: &Picture, by: u32) -> Picture {
    let (width, height) = picture.size();
    let size = (width / by, height / by);
    let mut small = Picture::new(size, [0; 3]);
    let (first, second) = (by / 4, by - 1 - by / 4);
    let pixels = picture.pixels();
    for y in 0..size.1 {
        for x in 0..size.0 {
            let mut sum = [0_u16; 3];
            for dy in [first, second] {
                for dx in [first, second] {
                    let place = (y * by + dy) * width + x * by + dx;
                    let color = pixels[usize::try_from(place).unwrap()];
                    for channel in 0..3 {
                        sum[channel] += u16::from(color[channel]);
                    }
                }
            }
            let shade = sum.map(|sum| u8::try_from(sum / 4).unwrap());
            small.set(signed(x), signed(y), shade.map(|shade| shade & 0xf0 | shade >> 4));
        }
    }
    small
}

/// A sheet that grows.
pub(crate) struct Sheet {
    smaller: u32,
    pictures: Vec<Picture>,
}

impl Sheet {
    /// Each picture is made so many times smaller.
    pub(crate) fn new(smaller: u32) -> Self {
        Self { smaller, pictures: Vec::new() }
    }

    pub(crate) fn add(&mut self, picture: Picture) {
        let one = self.smaller == 1;
        self.pictures.push(if one { picture } else { smaller(&picture, self.smaller) });
    }

    fn laid_out(&self) -> Picture {
        let (width, height) = self.pictures[0].size();
        let columns = (WIDTH / (width + GAP)).clamp(1, 8);
        let rows = u32::try_from(self.pictures.len()).unwrap().div_ceil(columns);
        let size = (columns * (width + GAP) + GAP, rows * (height + GAP) + GAP);
        let mut sheet = Picture::new(size, TABLE);
        for (number, picture) in (0..).zip(&self.pictures) {
            let (left, top) = (number % columns, number / columns);
            let (left, top) = (left * (width + GAP) + GAP, top * (height + GAP) + GAP);
            for (x, y) in places((width, height)) {
                let color = picture.at(signed(x), signed(y)).unwrap();
                sheet.set(signed(left + x), signed(top + y), color);
            }
        }
        sheet
    }

    /// The committed sheet is the same, or is drawn anew.
    pub(crate) fn judge(&self, file: &Path) {
        let drawn = png::encode(&self.laid_out());
        if std::env::var_os("KIOSKD_BLESS").is_some() {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, drawn).unwrap();
            return;
        }
        let committed = std::fs::read(file).unwrap_or_default();
        assert!(committed == drawn, "{} is drawn otherwise now", file.display());
    }
}
