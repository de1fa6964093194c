//! Colours of large pictures, and what else of their look the operator chooses.

use std::path::Path;

use ab_glyph::{FontArc, InvalidFont};

use crate::display::picture::logo::Logo;
use crate::display::picture::rgb::Color;
use crate::display::words::Mood;
use crate::wiring::display::{ScreenStyle, Theme};

/// How a large picture looks.
#[derive(Clone)]
pub struct Look {
    /// Its colours.
    pub theme: Theme,
    /// The operator's picture.
    pub logo: Option<Logo>,
    /// Asked in this order for each character.
    pub fonts: Vec<FontArc>,
}

/// kioskd's own font: assets/font.
const FONT: &[u8] = include_bytes!("../../../assets/font/MPlus1-Medium.otf");
/// A larger font is none for a kiosk.
const LARGEST_FONT: u64 = 32 << 20;

impl Look {
    /// The look without a logo, in kioskd's own font.
    pub fn plain(theme: Theme) -> Self {
        Self { theme, logo: None, fonts: own_font().into_iter().collect() }
    }

    /// The look that the operator chose. What is broken is left out; the second says what and why,
    /// for `kioskd check` and for the log.
    pub fn load(style: &ScreenStyle) -> (Self, Vec<String>) {
        let mut look = Self::plain(style.theme);
        let mut broken = Vec::new();
        if let Some(path) = &style.logo {
            match Logo::read(path) {
                Ok(logo) => look.logo = Some(logo),
                Err(why) => broken.push(format!("{}: {why}", path.display())),
            }
        }
        if let Some(path) = &style.font {
            match font(path) {
                Ok(font) => look.fonts.insert(0, font),
                Err(why) => broken.push(format!("{}: {why}", path.display())),
            }
        }
        (look, broken)
    }

    /// The colours.
    pub fn colors(&self) -> Colors {
        Colors::of(self.theme)
    }
}

fn own_font() -> Result<FontArc, InvalidFont> {
    FontArc::try_from_slice(FONT)
}

fn font(path: &Path) -> Result<FontArc, String> {
    let length = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if length > LARGEST_FONT {
        return Err(format!("larger than {} MiB", LARGEST_FONT >> 20));
    }
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    FontArc::try_from_vec(bytes).map_err(|_| "not a TrueType or OpenType font".to_owned())
}

/// Colours of a theme.
#[derive(Clone, Copy, Debug)]
pub struct Colors {
    /// Behind all.
    pub ground: Color,
    /// Headline and line.
    pub text: Color,
    /// Small print.
    pub soft: Color,
    /// Price, and the time that is left.
    pub accent: Color,
    /// The part of the ring that has passed. It says nothing by itself.
    pub track: Color,
    moods: [Color; 6],
}

impl Colors {
    /// Those of a theme. Each but the track stands out from the ground as WCAG 2.2 asks for text:
    /// by 4.5 to 1, in the theme `contrast` by 7 to 1.
    pub fn of(theme: Theme) -> Self {
        match theme {
            Theme::Dark => Self {
                ground: [0x10, 0x14, 0x1a],
                text: [0xf5, 0xf7, 0xfa],
                soft: [0xb8, 0xc2, 0xcc],
                accent: [0xff, 0xc8, 0x57],
                track: [0x34, 0x3c, 0x46],
                moods: [
                    [0xff, 0xc8, 0x57],
                    [0x6c, 0xb8, 0xff],
                    [0xb8, 0xc2, 0xcc],
                    [0x58, 0xd6, 0x8d],
                    [0xff, 0x9e, 0x94],
                    [0xff, 0x9e, 0x94],
                ],
            },
            Theme::Light => Self {
                ground: [0xff, 0xff, 0xff],
                text: [0x11, 0x14, 0x18],
                soft: [0x4a, 0x55, 0x60],
                accent: [0x0b, 0x57, 0xa4],
                track: [0xd5, 0xdb, 0xe1],
                moods: [
                    [0x0b, 0x57, 0xa4],
                    [0x0b, 0x57, 0xa4],
                    [0x4a, 0x55, 0x60],
                    [0x1b, 0x6e, 0x34],
                    [0xb3, 0x26, 0x1e],
                    [0xb3, 0x26, 0x1e],
                ],
            },
            Theme::Contrast => Self {
                ground: [0, 0, 0],
                text: [0xff, 0xff, 0xff],
                soft: [0xff, 0xff, 0xff],
                accent: [0xff, 0xe6, 0],
                track: [0x50, 0x50, 0x50],
                moods: [[0xff, 0xe6, 0]; 6],
            },
        }
    }

    /// The symbol's. It has a shape of its own as well.
    pub fn mood(&self, mood: Mood) -> Color {
        let place = Mood::ALL.iter().position(|one| *one == mood).unwrap_or(0);
        self.moods[place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2.2, "relative luminance".
    fn luminance(color: Color) -> f64 {
        let linear = color.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    /// WCAG 2.2, "contrast ratio".
    fn contrast(one: Color, other: Color) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn colours_stand_out_from_the_ground() {
        assert!((contrast([0, 0, 0], [255, 255, 255]) - 21.0).abs() < 0.01);
        for (theme, least) in [(Theme::Dark, 4.5), (Theme::Light, 4.5), (Theme::Contrast, 7.0)] {
            let colors = Colors::of(theme);
            let moods = Mood::ALL.map(|mood| colors.mood(mood));
            for color in [colors.text, colors.soft, colors.accent].into_iter().chain(moods) {
                let ratio = contrast(color, colors.ground);
                assert!(ratio >= least, "{theme:?}: {color:?} has {ratio:.1} to 1");
            }
        }
    }

    #[test]
    fn what_is_broken_is_left_out_and_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("logo.png");
        std::fs::write(&file, "no picture").unwrap();
        let style = |logo, font| ScreenStyle { theme: Theme::Dark, logo, font };
        let (look, broken) = Look::load(&style(Some(file.clone()), Some(file.clone())));
        assert!(look.logo.is_none() && look.fonts.len() == 1);
        assert!(broken[1].ends_with("logo.png: not a TrueType or OpenType font"), "{broken:?}");
        assert_eq!(broken.len(), 2);
        let (_, broken) = Look::load(&style(Some("/no/such/file".into()), None));
        assert!(broken[0].starts_with("/no/such/file: "), "{broken:?}");
        assert!(Look::load(&style(None, None)).1.is_empty());
    }
}
