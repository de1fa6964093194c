//! How words look: each picture is compared with the one that was looked at and committed
//! (`KIOSKD_BLESS=1` writes it anew), and whatever words and sizes there are, nothing overlaps.

#[path = "pictures/words.rs"]
mod words;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use kioskd::display::picture::theme::Look;
use kioskd::display::picture::{dots, pixels};
use kioskd::display::png::{encode, encode_dots};
use kioskd::wiring::display::Theme;

const LANGUAGES: [&str; 2] = ["en", "ja"];
const DOTS: [(u32, u32); 2] = [(128, 64), (128, 32)];
const PIXELS: [(u32, u32); 3] = [(800, 480), (1920, 1080), (480, 800)];
/// Dots are committed so large that an eye sees them.
const SCALE: u32 = 2;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures")
}

/// The pixels of a file, whatever its palette.
fn decoded(file: &[u8]) -> Option<(u32, u32, Vec<u8>)> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().ok()?;
    let mut bytes = vec![0; reader.output_buffer_size()?];
    let frame = reader.next_frame(&mut bytes).ok()?;
    Some((frame.width, frame.height, bytes))
}

#[test]
fn pictures_are_those_that_were_looked_at() {
    let is_blessed = std::env::var_os("KIOSKD_BLESS").is_some();
    let mut wrong = Vec::new();
    let mut names = BTreeSet::new();
    let mut compare = |name: String, file: Vec<u8>| {
        let path = folder().join(&name);
        if is_blessed {
            fs::write(&path, &file).unwrap();
        } else if fs::read(&path).ok().and_then(|old| decoded(&old)) != decoded(&file) {
            wrong.push(name.clone());
        }
        names.insert(name);
    };
    for language in LANGUAGES {
        for (name, words) in words::all(language) {
            for (width, height) in DOTS {
                let file = encode_dots(&dots(&words, width, height, 0), SCALE);
                compare(format!("{width}x{height}-{language}-{name}.png"), file);
            }
            let look = Look::plain(Theme::Dark);
            for size in PIXELS {
                let file = encode(&pixels(&words, size, &look, 0));
                compare(format!("{}x{}-{language}-{name}.png", size.0, size.1), file);
            }
            for (theme, called) in [(Theme::Light, "light"), (Theme::Contrast, "contrast")] {
                if name == "present-card" {
                    let file = encode(&pixels(&words, PIXELS[0], &Look::plain(theme), 0));
                    compare(format!("800x480-{language}-{name}-{called}.png"), file);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "look at them, then write them with KIOSKD_BLESS=1: {wrong:?}");
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name());
    let files = files.map(|name| name.into_string().unwrap()).filter(|name| name.ends_with("png"));
    assert_eq!(files.collect::<BTreeSet<String>>(), names, "no picture is left over");
}
