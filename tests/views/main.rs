//! What each view looks like on each size of display, in three languages.
//!
//! `tests/views/SIZE/LANGUAGE.png` has all views of one size in one language side by side, in the
//! order of `views.rs`. Pictures of screens are made smaller there (`Sheet::smaller`).
//! `KIOSKD_BLESS=1 cargo test --test views` draws them anew: look at each.
//! `VIEWS_IN=FOLDER` writes each picture as it is, one file a view.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod sheet;
mod views;

use std::path::{Path, PathBuf};

use kioskd::display::characters::{self, Grid};
use kioskd::display::picture::rgb::Picture;
use kioskd::display::picture::theme::Look;
use kioskd::display::picture::{dot_pages, dots, pixels};
use kioskd::display::png::encode;
use kioskd::display::text::{Help, words};
use kioskd::display::words::Words;
use kioskd::locale::{Language, Locale, Speech};
use kioskd::wiring::display::{LcdRom, Theme};

use sheet::{Sheet, of_dots};
use views::{every, help};

const LANGUAGES: [Language; 3] = [Language::English, Language::German, Language::Japanese];

/// A size of display, and how its pictures are made.
#[derive(Clone, Copy)]
enum Size {
    Dots(u32, u32),
    Places(usize, usize),
    Pixels(u32, u32),
}

const SIZES: [Size; 5] = [
    Size::Dots(128, 64),
    Size::Places(16, 2),
    Size::Places(20, 4),
    Size::Pixels(800, 480),
    Size::Pixels(1920, 1080),
];

impl Size {
    fn name(self) -> String {
        match self {
            Self::Dots(width, height) | Self::Pixels(width, height) => format!("{width}x{height}"),
            Self::Places(columns, rows) => format!("{columns}x{rows}"),
        }
    }

    /// A screen is looked at from afar anyway.
    fn smaller(self) -> u32 {
        match self {
            Self::Dots(..) | Self::Places(..) | Self::Pixels(..800, _) => 1,
            Self::Pixels(..1920, _) => 2,
            Self::Pixels(..) => 4,
        }
    }

    /// The pictures of all pages of these words.
    fn pictures(self, words: &Words, language: Language) -> Vec<Picture> {
        match self {
            Self::Dots(width, height) => {
                let pages = 0..dot_pages(words, width, height).max(1);
                pages.map(|page| of_dots(&dots(words, width, height, page))).collect()
            }
            Self::Places(columns, rows) => {
                // Western letters are no help to whoever reads katakana.
                let japanese = language == Language::Japanese;
                let rom = if japanese { LcdRom::A00 } else { LcdRom::A02 };
                let grid = Grid { columns, rows, rom };
                let pages = 0..characters::pages(words, grid).max(1);
                let page = |page| of_dots(&characters::dots(words, grid, page));
                pages.map(page).collect()
            }
            Self::Pixels(width, height) => {
                let look = Look::plain(Theme::Dark);
                vec![pixels(words, (width, height), &look, 0)]
            }
        }
    }
}

fn speech(language: Language) -> Speech {
    Speech::new(Locale::of(language), &std::collections::BTreeMap::new())
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/views")
}

fn judge(size: Size) {
    let wanted = std::env::var_os("VIEWS_IN").map(PathBuf::from);
    for language in LANGUAGES {
        let speech = speech(language);
        let mut sheet = Sheet::new(size.smaller());
        for (name, view) in every(language) {
            let pictures = size.pictures(&words(&view, &speech, &help()), language);
            if let Some(folder) = &wanted {
                for (page, picture) in pictures.iter().enumerate() {
                    let file = format!("{}-{}-{name}-{page}.png", size.name(), language.code());
                    std::fs::write(folder.join(file), encode(picture)).unwrap();
                }
            }
            for picture in pictures {
                sheet.add(picture);
            }
        }
        sheet.judge(&folder().join(size.name()).join(format!("{}.png", language.code())));
    }
}

#[test]
fn small_displays_of_dots() {
    judge(SIZES[0]);
}

#[test]
fn two_rows() {
    judge(SIZES[1]);
}

#[test]
fn four_rows() {
    judge(SIZES[2]);
}

#[test]
fn small_screens() {
    judge(SIZES[3]);
}

#[test]
fn large_screens() {
    judge(SIZES[4]);
}

/// Money, sorrow and what to do are read at a glance: none of these views needs a second page, even
/// on the smallest display, but for those that hold a number to be noted or a name that is long.
#[test]
fn what_matters_is_read_without_turning_a_page() {
    let mut turning = Vec::new();
    let may_turn = ["money-owed", "shelf", "cart", "long-name"];
    for language in Language::ALL {
        let speech = speech(language);
        let rom = if language == Language::Japanese { LcdRom::A00 } else { LcdRom::A02 };
        for (name, view) in every(language) {
            let words = words(&view, &speech, &Help::default());
            let grid = Grid { columns: 16, rows: 2, rom };
            let pages = characters::pages(&words, grid);
            let small = dot_pages(&words, 128, 64);
            let turns = may_turn.iter().any(|may| name.starts_with(may));
            if !turns && (pages, small) != (1, 1) {
                turning.push(format!("{language:?} {name}: {pages}, {small}"));
            }
        }
    }
    assert!(turning.is_empty(), "{turning:#?}");
}
