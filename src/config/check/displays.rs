//! Displays: a kind each, the keys that this kind has, and how each rests.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use super::super::origins::KeyPath;
use super::super::problem::quoted;
use super::super::raw::RawDisplay;
use super::super::settings::{DisplayKind, DisplaySettings};
use super::Check;
use crate::wiring::display::{
    DisplayCare, LcdBus, LcdDisplay, LcdRom, OledBus, OledController, OledDisplay, PngDisplay,
    ScreenDisplay, ScreenStyle, SignalDisplay, SignalOf, Theme,
};
use crate::wiring::{BackendKind, Line};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Terminal,
    Ssd1306,
    Hd44780,
    Framebuffer,
    Png,
    Led,
    Buzzer,
}

const KINDS: [(&str, Kind); 7] = [
    ("terminal", Kind::Terminal),
    ("ssd1306", Kind::Ssd1306),
    ("hd44780", Kind::Hd44780),
    ("framebuffer", Kind::Framebuffer),
    ("png", Kind::Png),
    ("led", Kind::Led),
    ("buzzer", Kind::Buzzer),
];

/// Keys, and behind them those of how a display rests.
macro_rules! with_care {
    ($($own:literal),*) => {
        &[
            $($own,)* "brightness", "night", "night_brightness", "dim_after", "sleep_after", "shift",
            "page_time",
        ]
    };
}

/// The keys that a display of this kind has beside `kind`; none if there is no such kind.
pub(super) fn keys(kind: &str) -> Option<&'static [&'static str]> {
    KINDS.iter().find(|(name, _)| *name == kind).map(|(_, kind)| kind.keys())
}

impl Kind {
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Terminal => with_care!(),
            Self::Ssd1306 => with_care!(
                "device",
                "bus",
                "address",
                "size",
                "controller",
                "upside_down",
                "chip",
                "lines"
            ),
            Self::Hd44780 => {
                with_care!("device", "bus", "address", "size", "rom", "chip", "lines")
            }
            Self::Framebuffer => with_care!("device", "rotate", "theme", "logo", "font"),
            Self::Png => with_care!("file", "size", "theme", "logo", "font"),
            Self::Led | Self::Buzzer => &["chip", "backend", "line", "active", "on"],
        }
    }
}

const QUIET: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_hours(24);

const PAGE_TIME: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(30);

/// Larger pictures than this no screen shows.
const MOST_PIXELS: u32 = 4096;

/// Smaller ones hold no text.
const LEAST_PIXELS: u32 = 240;

impl Check<'_> {
    pub(super) fn displays(
        &mut self,
        raw: &BTreeMap<String, RawDisplay>,
    ) -> BTreeMap<String, DisplaySettings> {
        let mut displays: BTreeMap<String, DisplaySettings> = BTreeMap::new();
        for (name, raw) in raw {
            let table = KeyPath::new(["display", name]);
            let named = self.device_name(&table, name);
            let display = self.display(&table, raw);
            let is_terminal = |display: &DisplaySettings| display.kind == DisplayKind::Terminal;
            if display.as_ref().is_some_and(is_terminal) && displays.values().any(is_terminal) {
                self.second(&table.join("kind"), "terminal", "one terminal");
            }
            if let (Some(name), Some(display)) = (named, display) {
                displays.insert(name, display);
            }
        }
        displays
    }

    fn display(&mut self, table: &KeyPath, raw: &RawDisplay) -> Option<DisplaySettings> {
        let kind = self.kind(table, raw.kind.as_ref(), &KINDS)?;
        self.no_keys_but(table, raw.kind.as_deref().unwrap_or_default(), kind.keys());
        let care = self.care(table, raw, kind);
        let kind = match kind {
            Kind::Terminal => Some(DisplayKind::Terminal),
            Kind::Ssd1306 => self.oled(table, raw).map(DisplayKind::Ssd1306),
            Kind::Hd44780 => self.lcd(table, raw).map(DisplayKind::Hd44780),
            Kind::Framebuffer => self.screen(table, raw).map(DisplayKind::Framebuffer),
            Kind::Png => self.png(table, raw).map(DisplayKind::Png),
            Kind::Led => self.signal(table, raw, false).map(DisplayKind::Signal),
            Kind::Buzzer => self.signal(table, raw, true).map(DisplayKind::Signal),
        };
        Some(DisplaySettings { kind: kind?, care: care? })
    }

    /// How it rests. Only what lights its own dots wears out.
    fn care(&mut self, table: &KeyPath, raw: &RawDisplay, kind: Kind) -> Option<DisplayCare> {
        let wears_out = kind == Kind::Ssd1306;
        let brightness = self.per_cent(&table.join("brightness"), raw.brightness);
        let night_brightness = self.per_cent(&table.join("night_brightness"), raw.night_brightness);
        let key = table.join("night");
        let night = raw.night.as_ref().map_or(Some(None), |text| self.hours(&key, text).map(Some));
        let dim_after = raw.dim_after.as_deref().unwrap_or(if wears_out { "10m" } else { "0s" });
        let dim_after = self.duration(&table.join("dim_after"), dim_after, QUIET);
        let sleep_after = self.duration(&table.join("sleep_after"), &raw.sleep_after, QUIET);
        let page_time = self.duration(&table.join("page_time"), &raw.page_time, PAGE_TIME);
        Some(DisplayCare {
            brightness: brightness?,
            night: night?,
            night_brightness: night_brightness?,
            dim_after: dim_after?,
            sleep_after: sleep_after?,
            shift: raw.shift.unwrap_or(wears_out),
            page_time: page_time?,
        })
    }

    fn per_cent(&mut self, key: &KeyPath, value: i64) -> Option<u8> {
        let light = u8::try_from(value).ok().filter(|light| *light <= 100);
        if light.is_none() {
            let wrong = format!("{value} is out of range");
            self.wrong(key, wrong, "0 to 100, in per cent", "correct the number");
        }
        light
    }

    fn oled(&mut self, table: &KeyPath, raw: &RawDisplay) -> Option<OledDisplay> {
        let device = self.display_device(table, raw, "device = \"/dev/i2c-1\"");
        let controllers =
            [("ssd1306", OledController::Ssd1306), ("sh1106", OledController::Sh1106)];
        let controller = raw.controller.as_deref().unwrap_or("ssd1306");
        let controller = self.choice(&table.join("controller"), controller, &controllers);
        let size = raw.size.as_deref().unwrap_or("128x64");
        let sizes = [("128x64", (128, 64)), ("128x32", (128, 32))];
        let size = self.choice(&table.join("size"), size, &sizes);
        let bus = raw.bus.as_deref().unwrap_or("i2c");
        let is_spi = self.choice(&table.join("bus"), bus, &[("i2c", false), ("spi", true)])?;
        let bus = if is_spi {
            self.none_of(table, raw.address.is_some(), "address", "spi");
            let chip = self.display_chip(table, raw);
            let names = [("data", true), ("reset", false)];
            let [data_line, reset_line] = self.named_lines(table, raw, names)?;
            OledBus::Spi { device: device?, chip, data_line: data_line?, reset_line }
        } else {
            self.none_of(table, !raw.lines.is_empty(), "lines", "i2c");
            self.none_of(table, raw.chip.is_some(), "chip", "i2c");
            let address = self.i2c_address(table, raw.address.unwrap_or(0x3c));
            OledBus::I2c { device: device?, address: address? }
        };
        let upside_down = raw.upside_down;
        Some(OledDisplay { controller: controller?, bus, size: size?, upside_down })
    }

    fn lcd(&mut self, table: &KeyPath, raw: &RawDisplay) -> Option<LcdDisplay> {
        let size = raw.size.as_deref().unwrap_or("16x2");
        let sizes = [("16x2", (16, 2)), ("20x4", (20, 4))];
        let size = self.choice(&table.join("size"), size, &sizes);
        let rom = raw.rom.as_deref().unwrap_or("a00");
        let rom =
            self.choice(&table.join("rom"), rom, &[("a00", LcdRom::A00), ("a02", LcdRom::A02)]);
        let bus = raw.bus.as_deref().unwrap_or("i2c");
        let buses = [("i2c", false), ("lines", true)];
        let bus = if self.choice(&table.join("bus"), bus, &buses)? {
            self.none_of(table, raw.address.is_some(), "address", "lines");
            self.none_of(table, raw.device.is_some(), "device", "lines");
            let chip = self.display_chip(table, raw);
            let names = [
                ("rs", true),
                ("e", true),
                ("d4", true),
                ("d5", true),
                ("d6", true),
                ("d7", true),
                ("light", false),
            ];
            let [rs, e, d4, d5, d6, d7, light] = self.named_lines(table, raw, names)?;
            LcdBus::Lines {
                chip,
                register_select: rs?,
                enable: e?,
                data: [d4?, d5?, d6?, d7?],
                light,
            }
        } else {
            self.none_of(table, !raw.lines.is_empty(), "lines", "i2c");
            self.none_of(table, raw.chip.is_some(), "chip", "i2c");
            let device = self.display_device(table, raw, "device = \"/dev/i2c-1\"");
            let address = self.i2c_address(table, raw.address.unwrap_or(0x27));
            LcdBus::I2c { device: device?, address: address? }
        };
        Some(LcdDisplay { bus, size: size?, rom: rom? })
    }

    fn screen(&mut self, table: &KeyPath, raw: &RawDisplay) -> Option<ScreenDisplay> {
        let device = self.display_device(table, raw, "device = \"/dev/dri/card0\"");
        let turns = [0, 90, 180, 270];
        let rotate = u16::try_from(raw.rotate).ok().filter(|turn| turns.contains(turn));
        if rotate.is_none() {
            let wrong = format!("{} is no quarter of a turn", raw.rotate);
            self.wrong(&table.join("rotate"), wrong, "0, 90, 180, 270", "correct the number");
        }
        let style = self.style(table, raw);
        Some(ScreenDisplay { device: device?, rotate: rotate?, style: style? })
    }

    fn png(&mut self, table: &KeyPath, raw: &RawDisplay) -> Option<PngDisplay> {
        let key = table.join("file");
        let file = self.required(&key, raw.file.as_ref(), "file = \"/run/kioskd/display.png\"");
        let file = file.and_then(|file| self.absolute(&key, file));
        let size = self.pixels(&table.join("size"), raw.size.as_deref().unwrap_or("800x480"));
        let style = self.style(table, raw);
        Some(PngDisplay { file: file?, size: size?, style: style? })
    }

    /// Width and height.
    fn pixels(&mut self, key: &KeyPath, text: &str) -> Option<(u32, u32)> {
        let number = |text: &str| {
            let number: Option<u32> = text.parse().ok();
            number.filter(|number| (LEAST_PIXELS..=MOST_PIXELS).contains(number))
        };
        let small = [("128x64", (128, 64)), ("128x32", (128, 32))];
        if let Some((_, size)) = small.into_iter().find(|(known, _)| *known == text) {
            return Some(size);
        }
        let size = text.split_once('x').and_then(|(x, y)| Some((number(x)?, number(y)?)));
        if size.is_none() {
            let wrong = format!("{} is no size of a picture", quoted(text));
            let allowed = format!(
                "width and height from {LEAST_PIXELS} to {MOST_PIXELS}, such as \"800x480\"; \
                 \"128x64\" and \"128x32\""
            );
            self.wrong(key, wrong, allowed, "write both, with an x between them");
        }
        size
    }

    fn style(&mut self, table: &KeyPath, raw: &RawDisplay) -> Option<ScreenStyle> {
        let themes =
            [("dark", Theme::Dark), ("light", Theme::Light), ("contrast", Theme::Contrast)];
        let theme = raw.theme.as_deref().unwrap_or("dark");
        let theme = self.choice(&table.join("theme"), theme, &themes);
        let path = |check: &mut Self, name, text: &Option<String>| match text {
            Some(text) => check.absolute(&table.join(name), text).map(Some),
            None => Some(None),
        };
        let logo = path(self, "logo", &raw.logo);
        let font = path(self, "font", &raw.font);
        Some(ScreenStyle { theme: theme?, logo: logo?, font: font? })
    }

    fn signal(&mut self, table: &KeyPath, raw: &RawDisplay, sounds: bool) -> Option<SignalDisplay> {
        let chip = self.display_chip(table, raw);
        let backends = [("chardev", BackendKind::Chardev), ("rppal", BackendKind::Rppal)];
        let backend = raw.backend.as_deref().unwrap_or("chardev");
        let backend = self.choice(&table.join("backend"), backend, &backends);
        if let (Some(BackendKind::Rppal), Some(_)) = (backend, &raw.chip) {
            let wrong = "is no key of backend \"rppal\", which knows the pin header only";
            self.wrong(&table.join("chip"), wrong, "nothing", "remove it");
        }
        let key = table.join("line");
        if raw.line.is_none() {
            let fix = "add, for example: line = 18";
            self.wrong_unless_refused(&key, "is missing", "the number of a line", fix);
        }
        let line = raw.line.and_then(|number| self.line(&key, number));
        let active = raw.active.as_deref().unwrap_or("high");
        let active = self.level(&table.join("active"), active);
        let on = self.signals(&table.join("on"), &raw.on);
        Some(SignalDisplay {
            sounds,
            chip,
            backend: backend?,
            line: line?,
            active: active?,
            on: on?,
        })
    }

    fn signals(&mut self, key: &KeyPath, words: &[String]) -> Option<Vec<SignalOf>> {
        let known = [
            ("ready", SignalOf::Ready),
            ("asked", SignalOf::Asked),
            ("wait", SignalOf::Wait),
            ("paid", SignalOf::Paid),
            ("sorry", SignalOf::Sorry),
            ("closed", SignalOf::Closed),
        ];
        if words.is_empty() && !self.is_refused(key) {
            let allowed = known.map(|(word, _)| word).join(", ");
            self.wrong(key, "is empty", allowed, "add, for example: on = [\"paid\"]");
            return None;
        }
        let found: Vec<SignalOf> =
            words.iter().filter_map(|word| self.choice(key, word, &known)).collect();
        (found.len() == words.len()).then_some(found)
    }

    fn display_device(
        &mut self,
        table: &KeyPath,
        raw: &RawDisplay,
        example: &str,
    ) -> Option<PathBuf> {
        let key = table.join("device");
        let device = self.required(&key, raw.device.as_ref(), example)?;
        self.absolute(&key, device)
    }

    /// The chip, if one is named. What is wrong with its name is noted.
    fn display_chip(&mut self, table: &KeyPath, raw: &RawDisplay) -> Option<PathBuf> {
        let chip = raw.chip.as_ref();
        chip.and_then(|path| self.absolute(&table.join("chip"), path))
    }

    /// Seven bits, without those that I²C keeps for itself. Source: NXP, UM10204.
    fn i2c_address(&mut self, table: &KeyPath, value: i64) -> Option<u8> {
        let address = u8::try_from(value).ok().filter(|address| (0x08..=0x77).contains(address));
        if address.is_none() {
            let wrong = format!("{value:#x} is no address of a device");
            let fix = "write the address that `i2cdetect -y 1` shows";
            self.wrong(&table.join("address"), wrong, "0x08 to 0x77", fix);
        }
        address
    }

    /// The lines of these names; those that must be there are.
    fn named_lines<const N: usize>(
        &mut self,
        table: &KeyPath,
        raw: &RawDisplay,
        names: [(&str, bool); N],
    ) -> Option<[Option<Line>; N]> {
        let table = table.join("lines");
        let mut is_right = true;
        for name in raw.lines.keys() {
            if !names.iter().any(|(known, _)| known == name) {
                let allowed = names.map(|(known, _)| known).join(", ");
                let wrong = "is no line of this display";
                self.wrong(&table.join(name), wrong, allowed, "correct the name");
                is_right = false;
            }
        }
        let lines = names.map(|(name, is_needed)| {
            let line = raw.lines.get(name).map(|number| self.line(&table.join(name), *number));
            if line.is_none() && is_needed {
                let fix = format!("add, for example: lines.{name} = 25");
                let allowed = "the number of a line";
                self.wrong_unless_refused(&table.join(name), "is missing", allowed, fix);
            }
            is_right &= line.is_none_or(|line| line.is_some()) && (line.is_some() || !is_needed);
            line.flatten()
        });
        is_right.then_some(lines)
    }

    /// A key that the bus does not have is set.
    fn none_of(&mut self, table: &KeyPath, is_set: bool, name: &str, bus: &str) {
        if is_set {
            let wrong = format!("is no key of bus \"{bus}\"");
            self.wrong(&table.join(name), wrong, "nothing", "remove it, or correct the bus");
        }
    }
}
