//! How displays are wired, and how each is to look.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::{BackendKind, Level, Line};

/// A display of dots behind an SSD1306 or one of its kin (`kind = "ssd1306"`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OledDisplay {
    /// Which controller it has.
    pub controller: OledController,
    /// How it is wired.
    pub bus: OledBus,
    /// Dots: 128 by 64 or 128 by 32.
    pub size: (u32, u32),
    /// Whether it hangs upside down.
    pub upside_down: bool,
}

/// A controller of small displays.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum OledController {
    /// `ssd1306`.
    Ssd1306,
    /// `sh1106`: 132 columns, of which the middle ones are seen, and no run over all pages.
    Sh1106,
}

/// How such a display is wired.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum OledBus {
    /// I²C.
    I2c {
        /// The kernel's device of the bus; absolute.
        device: PathBuf,
        /// The display's address, 7 bits.
        address: u8,
    },
    /// SPI, with one line that tells data from commands, and mostly one that resets.
    Spi {
        /// The kernel's device; absolute.
        device: PathBuf,
        /// The lines' chip; None: the one of the board's pin header, or the only one.
        chip: Option<PathBuf>,
        /// Low: a command follows; high: data.
        data_line: Line,
        /// Low for a moment before the start.
        reset_line: Option<Line>,
    },
}

/// A display of characters behind an HD44780 or one of its many copies (`kind = "hd44780"`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LcdDisplay {
    /// How it is wired.
    pub bus: LcdBus,
    /// Columns and rows: 16 by 2 or 20 by 4.
    pub size: (u32, u32),
    /// What characters are in its ROM.
    pub rom: LcdRom,
}

/// How such a display is wired: four data lines, either way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum LcdBus {
    /// Behind a PCF8574 on I²C: P0 RS, P1 RW, P2 E, P3 light, P4 to P7 data.
    I2c {
        /// The kernel's device of the bus; absolute.
        device: PathBuf,
        /// The expander's address, 7 bits.
        address: u8,
    },
    /// On GPIO lines, RW tied to ground.
    Lines {
        /// The lines' chip; None: the one of the board's pin header, or the only one.
        chip: Option<PathBuf>,
        /// RS.
        register_select: Line,
        /// E.
        enable: Line,
        /// D4 to D7.
        data: [Line; 4],
        /// What switches the light.
        light: Option<Line>,
    },
}

/// What characters an LCD has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum LcdRom {
    /// `a00`: English, katakana, some of Greek and German.
    A00,
    /// `a02`: Western Europe.
    A02,
}

/// A screen on HDMI or DSI, through the kernel (`kind = "framebuffer"`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ScreenDisplay {
    /// `/dev/fb0`, or a card of DRM such as `/dev/dri/card1`; absolute.
    pub device: PathBuf,
    /// How far the picture is turned clockwise: 0, 90, 180 or 270 degrees.
    pub rotate: u16,
    /// How it looks.
    pub style: ScreenStyle,
}

/// A picture in a file, written anew whenever it changes (`kind = "png"`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PngDisplay {
    /// The file; absolute.
    pub file: PathBuf,
    /// Pixels.
    pub size: (u32, u32),
    /// How it looks.
    pub style: ScreenStyle,
}

/// How a large picture looks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ScreenStyle {
    /// Its colours.
    pub theme: Theme,
    /// The operator's picture, a PNG; absolute.
    pub logo: Option<PathBuf>,
    /// A font of the operator's, TrueType or OpenType, asked before kioskd's own; absolute.
    pub font: Option<PathBuf>,
}

/// Colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Theme {
    /// `dark`: light on dark.
    Dark,
    /// `light`: dark on light, for sunlight.
    Light,
    /// `contrast`: white and yellow on black, larger, for low vision.
    Contrast,
}

/// A lamp or a buzzer on a line (`kind = "led"`, `kind = "buzzer"`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SignalDisplay {
    /// Whether it sounds: then for a moment only, when the news comes.
    pub sounds: bool,
    /// The line's chip; None: the one of the board's pin header, or the only one.
    pub chip: Option<PathBuf>,
    /// How the chip is spoken to.
    pub backend: BackendKind,
    /// The line.
    pub line: Line,
    /// Its level when it is on.
    pub active: Level,
    /// What it is on for.
    pub on: Vec<SignalOf>,
}

/// What a lamp or a buzzer tells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub enum SignalOf {
    /// `ready`: something can be chosen.
    Ready,
    /// `asked`: the customer is to do something, such as to present a card.
    Asked,
    /// `wait`.
    Wait,
    /// `paid`: paid, and delivered.
    Paid,
    /// `sorry`: declined, cancelled, or nothing came out.
    Sorry,
    /// `closed`: nothing can be sold.
    Closed,
}

/// What keeps a display from burning in, and from dazzling at night.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct DisplayCare {
    /// By day, in per cent.
    pub brightness: u8,
    /// When it is night, by the kiosk's clock.
    pub night: Option<(jiff::civil::Time, jiff::civil::Time)>,
    /// By night, in per cent.
    pub night_brightness: u8,
    /// After so long without news it is dimmed. Zero: never.
    pub dim_after: Duration,
    /// After so long without news it is dark. Zero: never.
    pub sleep_after: Duration,
    /// Whether the picture moves by a dot or two now and then.
    pub shift: bool,
    /// How long a page stands that is one of several.
    pub page_time: Duration,
}
