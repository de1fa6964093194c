//! Pictures as PNG files: for support from afar, for tests and for the documentation.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use png::{BitDepth, ColorType, Compression, Encoder, Filter};

use crate::display::bitmap::Bitmap;
use crate::display::panel::{Panel, Scene};
use crate::display::picture::painter::Painter;
use crate::display::picture::rgb::{Color, Picture};
use crate::display::picture::theme::Look;
use crate::display::picture::{dot_pages, dots, pixel_pages};
use crate::display::words::{Countdown, Words};
use crate::wiring::display::PngDisplay;

/// A file that always holds the current picture; only its seconds may be up to ten old. Light and shift are a screen's affair: it has
/// neither.
pub struct PngPanel {
    file: PathBuf,
    size: (u32, u32),
    look: Look,
    painter: Painter,
    /// What the file holds, as far as this panel wrote it.
    written: Option<(Words, usize)>,
}

/// A picture that is as small as this is drawn in dots.
const SMALL: (u32, u32) = (160, 96);

/// Seconds that pass are written every so many of them: a picture takes long to pack, and a card
/// does not like to be written to.
const SECONDS: u64 = 10;

fn without_seconds(words: &Words) -> Words {
    let rounded = |countdown: Countdown| Countdown {
        left: countdown.left.div_ceil(SECONDS) * SECONDS,
        ..countdown
    };
    Words { countdown: words.countdown.map(rounded), ..words.clone() }
}

fn is_small((width, height): (u32, u32)) -> bool {
    width <= SMALL.0 && height <= SMALL.1
}

impl PngPanel {
    /// A file as it is configured. A broken logo or font is left out: `kioskd check` tells.
    pub fn new(display: &PngDisplay) -> Self {
        let (look, _) = Look::load(&display.style);
        let painter = Painter::new(display.size);
        Self { file: display.file.clone(), size: display.size, look, painter, written: None }
    }
}

impl Panel for PngPanel {
    fn open(&mut self) -> Result<(), String> {
        self.written = None;
        Ok(())
    }

    fn show(&mut self, scene: &Scene) -> Result<(), String> {
        let shown = (without_seconds(&scene.words), scene.page);
        if self.written.as_ref() == Some(&shown) {
            return Ok(());
        }
        let bytes = if is_small(self.size) {
            encode_dots(&dots(&scene.words, self.size.0, self.size.1, scene.page), 1)
        } else {
            self.painter.paint(&scene.words, &self.look, scene.page);
            encode(self.painter.picture())
        };
        write(&self.file, &bytes).map_err(|error| format!("{}: {error}", self.file.display()))?;
        self.written = Some(shown);
        Ok(())
    }

    fn pages(&self, words: &Words) -> usize {
        if is_small(self.size) {
            dot_pages(words, self.size.0, self.size.1)
        } else {
            pixel_pages(words, self.size, &self.look)
        }
    }
}

/// Whoever reads the file finds the old picture or the new one, never a part of it.
fn write(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut new = tempfile::Builder::new()
        .prefix(".kioskd-")
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(folder.unwrap_or(Path::new(".")))?;
    new.write_all(bytes)?;
    new.persist(file).map_err(|error| error.error)?;
    Ok(())
}

/// A picture as a PNG file, as small as it becomes: of few colours with a palette.
pub fn encode(picture: &Picture) -> Vec<u8> {
    let mut places: BTreeMap<Color, u8> = BTreeMap::new();
    let mut palette: Vec<Color> = Vec::new();
    let mut last: Option<(Color, u8)> = None;
    let mut indexes = Vec::with_capacity(picture.pixels().len());
    for color in picture.pixels() {
        let known = last.filter(|(same, _)| same == color).map(|(_, place)| place);
        let known = known.or_else(|| places.get(color).copied());
        let new = || u8::try_from(palette.len()).ok();
        let Some(place) = known.or_else(new) else {
            let bytes = picture.pixels().concat();
            return file(picture.size(), &bytes, ColorType::Rgb, BitDepth::Eight, None);
        };
        if known.is_none() {
            palette.push(*color);
            places.insert(*color, place);
        }
        last = Some((*color, place));
        indexes.push(place);
    }
    indexed(picture.size(), &indexes, &palette)
}

/// A picture of dots as a PNG file, each dot so many pixels wide and high.
pub fn encode_dots(bitmap: &Bitmap, scale: u32) -> Vec<u8> {
    let size = (bitmap.width() * scale, bitmap.height() * scale);
    let rows = (0..size.1).flat_map(|y| (0..size.0).map(move |x| (x / scale, y / scale)));
    let indexes: Vec<u8> = rows.map(|(x, y)| u8::from(bitmap.is_lit(x, y))).collect();
    indexed(size, &indexes, &[[0; 3], [255; 3]])
}

/// A file with a palette, of no more bits than that needs.
fn indexed(size: (u32, u32), indexes: &[u8], palette: &[Color]) -> Vec<u8> {
    let (depth, bits) = match palette.len() {
        0..=2 => (BitDepth::One, 1),
        3..=4 => (BitDepth::Two, 2),
        5..=16 => (BitDepth::Four, 4),
        _ => (BitDepth::Eight, 8),
    };
    let width = usize::try_from(size.0).unwrap_or(0).max(1);
    let packed = indexes.chunks(width).flat_map(|row| {
        row.chunks(8 / bits).map(|pixels| {
            let bytes = pixels.iter().enumerate();
            bytes.fold(0, |byte, (at, index)| byte | (*index << (8 - bits - at * bits)))
        })
    });
    file(size, &packed.collect::<Vec<u8>>(), ColorType::Indexed, depth, Some(palette.concat()))
}

fn file(
    (width, height): (u32, u32),
    bytes: &[u8],
    color: ColorType,
    depth: BitDepth,
    palette: Option<Vec<u8>>,
) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.set_compression(Compression::High);
    // A filter only harms rows of indexes.
    encoder.set_filter(if palette.is_some() { Filter::NoFilter } else { Filter::Adaptive });
    if let Some(palette) = palette {
        encoder.set_palette(palette);
    }
    // Memory takes all that is written, and the bytes are as many as the header says. A picture
    // without pixels is no PNG.
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(bytes));
    if written.is_ok() { out } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::words::{Mood, Phrase};
    use crate::wiring::display::{ScreenStyle, Theme};

    fn decoded(file: &[u8]) -> (u32, u32, Vec<u8>) {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut bytes).unwrap();
        (frame.width, frame.height, bytes)
    }

    #[test]
    fn what_is_written_is_what_is_read_whatever_the_number_of_colours() {
        for colors in [1_u32, 2, 3, 4, 5, 16, 17, 256, 257, 1000] {
            let mut picture = Picture::new((33, 31), [0; 3]);
            for (place, (x, y)) in (0..31).flat_map(|y| (0..33).map(move |x| (x, y))).enumerate() {
                let color = u32::try_from(place).unwrap() % colors;
                picture.set(x, y, [color.to_le_bytes()[0], color.to_le_bytes()[1], 7]);
            }
            let read = decoded(&encode(&picture));
            assert_eq!(read, (33, 31, picture.pixels().concat()), "{colors}");
        }
    }

    #[test]
    fn dots_become_squares() {
        let mut bitmap = Bitmap::new(3, 2);
        bitmap.set(1, 0, true);
        let (width, height, bytes) = decoded(&encode_dots(&bitmap, 2));
        assert_eq!((width, height), (6, 4));
        let lit: Vec<usize> = (0..24).filter(|pixel| bytes[pixel * 3] == 255).collect();
        assert_eq!(lit, [2, 3, 8, 9]);
    }

    #[test]
    fn the_file_is_replaced_as_a_whole_and_only_when_something_changed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("now.png");
        let style = ScreenStyle { theme: Theme::Dark, logo: None, font: None };
        let mut panel = PngPanel::new(&PngDisplay { file: file.clone(), size: (128, 64), style });
        panel.open().unwrap();
        let words = |text: &str| Words::new(Mood::Glad, Phrase::new(text), Phrase::new("line"));
        let scene = |text, light| Scene { words: words(text), page: 0, light, shift: (0, 0) };
        panel.show(&scene("one", 100)).unwrap();
        let first = std::fs::read(&file).unwrap();
        std::fs::write(&file, "somebody else's").unwrap();
        panel.show(&scene("one", 40)).unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"somebody else's");
        panel.show(&scene("two", 40)).unwrap();
        let second = std::fs::read(&file).unwrap();
        let seconds = |left| {
            let mut scene = scene("two", 40);
            scene.words.countdown = Some(Countdown { left, of: 60 });
            scene
        };
        let written = |panel: &mut PngPanel, left| {
            std::fs::write(&file, "not written").unwrap();
            panel.show(&seconds(left)).unwrap();
            std::fs::read(&file).unwrap() != b"not written"
        };
        let all = [45, 44, 41, 40, 39].map(|left| written(&mut panel, left));
        assert_eq!(all, [true, false, false, true, false]);
        assert!(second != first && second.starts_with(b"\x89PNG"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left over");
        std::fs::remove_dir_all(folder.path()).unwrap();
        let error = panel.show(&scene("three", 40)).unwrap_err();
        assert!(error.starts_with(&file.display().to_string()), "{error}");
    }
}
