//! The attached hardware as a technician asks for it: what is configured, whether it is there, and
//! what it says as it says it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::config::{DispenserKind, DisplayKind, InputSettings, Settings};
use crate::daemon::clock;
use crate::daemon::crew::Differing;
use crate::dispenser::{Answer, DispenserNews};
use crate::display::run::DisplayNews;
use crate::input::{InputNews, Key};
use crate::wiring::display::{LcdBus, OledBus};
use crate::wiring::printer::PrinterAt;
use crate::wiring::{EvdevInput, GpioDispenser, GpioInput, MatrixInput, WhichKeyboard};

/// What somebody who watches may be behind; what is older is missed, and they are told so.
const QUEUE: usize = 256;

/// The reply of `GET /v1/hardware`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct HardwareDocument {
    /// What is configured: inputs, dispensers, displays.
    pub devices: Vec<Device>,
}

/// One configured device.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Device {
    /// `input` or `dispenser`.
    pub kind: String,
    /// Its table in the configuration.
    pub name: String,
    /// What it is attached to.
    pub uses: String,
    /// `starting`, `connected` or `gone`.
    pub state: String,
    /// Since when (RFC 3339).
    pub since: String,
    /// Why it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// How a display is, in the status document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DisplayStatus {
    /// `starting`, `connected` or `gone`.
    pub state: String,
    /// Since when (RFC 3339).
    pub since: String,
    /// Why it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// One thing that a device said, in `GET /v1/hardware/watch`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeviceSaid {
    /// When (RFC 3339).
    pub at: String,
    /// `input` or `dispenser`.
    pub kind: String,
    /// Its table in the configuration.
    pub name: String,
    /// What it said, for people.
    pub what: String,
}

/// Devices by kind and name.
type Devices = BTreeMap<(&'static str, String), Device>;

/// All devices, shared by whoever hears them and whoever is asked.
#[derive(Clone, Debug)]
pub struct Hardware {
    said: broadcast::Sender<DeviceSaid>,
    devices: Arc<Mutex<Devices>>,
}

const INPUT: &str = "input";
const DISPENSER: &str = "dispenser";
const DISPLAY: &str = "display";

impl Default for Hardware {
    /// No devices.
    fn default() -> Self {
        Self { said: broadcast::Sender::new(QUEUE), devices: Arc::default() }
    }
}

impl Hardware {
    /// What is configured; of none is it known yet whether it is there.
    pub fn of(settings: &Settings) -> Self {
        Self { devices: Arc::new(Mutex::new(starting(settings))), ..Self::default() }
    }

    /// Others are configured; of those that differ it is not known yet whether they are there.
    pub(super) fn change(&self, settings: &Settings, differing: &Differing) {
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        let stays = |(kind, name): &(&str, String)| match *kind {
            INPUT => !differing.inputs.contains(name),
            DISPLAY => !differing.displays.contains(name),
            _ => !differing.dispensers.iter().any(|begun| begun.as_str() == name),
        };
        let old = std::mem::replace(&mut *devices, starting(settings));
        devices.extend(old.into_iter().filter(|(key, _)| stays(key)));
    }

    /// What is known of all devices.
    pub fn document(&self) -> HardwareDocument {
        let devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |wanted: &'static str| {
            let is_one = move |(kind, _): &&(&str, String)| *kind == wanted;
            devices.iter().filter(move |(key, _)| is_one(key)).map(|(_, device)| device.clone())
        };
        let devices = of(INPUT).chain(of(DISPENSER)).chain(of(DISPLAY));
        HardwareDocument { devices: devices.collect() }
    }

    /// What devices say from now on.
    pub fn watch(&self) -> broadcast::Receiver<DeviceSaid> {
        self.said.subscribe()
    }

    /// An input has news.
    pub(super) fn input(&self, name: &str, news: &InputNews) {
        let what = match news {
            InputNews::Connected => return self.connected(INPUT, name),
            InputNews::Disconnected { why } => return self.gone(INPUT, name, why),
            InputNews::Key(Key::Select(code)) => code.to_string(),
            InputNews::Key(Key::Cancel) => "CANCEL".to_owned(),
            InputNews::Key(Key::Pay) => "PAY".to_owned(),
            InputNews::Key(Key::Language) => "LANGUAGE".to_owned(),
            InputNews::Key(Key::Remove(code)) => format!("REMOVE {code}"),
            InputNews::Typing { text } => format!("{text:?} is being typed"),
            InputNews::Asked { slot, price, .. } => {
                format!("the machine asks {price} for its product {slot}")
            }
            InputNews::Withdrawn { .. } => "the machine waits no longer".to_owned(),
            InputNews::Stuck { what } => format!("{what} is stuck"),
            InputNews::Freed { what } => format!("{what} is free again"),
            InputNews::Garbage { total } => garbage(*total),
        };
        self.says(INPUT, name, what);
    }

    /// A dispenser has news.
    pub(super) fn dispenser(&self, name: &str, news: &DispenserNews) {
        let what = match news {
            DispenserNews::Connected => return self.connected(DISPENSER, name),
            DispenserNews::Disconnected { why } => return self.gone(DISPENSER, name, why),
            DispenserNews::NeverSent { id, why } => format!("{id} was not sent: {why}"),
            DispenserNews::Unclear { id, why } => format!("{id} may have been sent: {why}"),
            DispenserNews::Sent { id } => format!("{id} was sent"),
            DispenserNews::Answered { id, answer } => match answer {
                Answer::Ok => format!("OK {id}"),
                Answer::Fail { reason } => format!("FAIL {id} {reason}"),
                Answer::Done => format!("DONE {id}"),
                Answer::Failed { reason } => format!("FAILED {id} {reason}"),
                Answer::Busy => format!("BUSY {id}"),
                Answer::Unknown => format!("UNKNOWN {id}"),
            },
            DispenserNews::Remarked { what } => what.clone(),
            DispenserNews::Garbage { total } => garbage(*total),
        };
        self.says(DISPENSER, name, what);
    }

    /// A display has news.
    pub(super) fn display(&self, name: &str, news: &DisplayNews) {
        match news {
            DisplayNews::Shows => self.connected(DISPLAY, name),
            DisplayNews::Dark { why } => self.gone(DISPLAY, name, why),
        }
    }

    /// How the displays are, by their names.
    pub(super) fn displays(&self) -> BTreeMap<String, DisplayStatus> {
        let displays = self.document().devices.into_iter().filter(|device| device.kind == DISPLAY);
        let status = |device: Device| DisplayStatus {
            state: device.state,
            since: device.since,
            why: device.why,
        };
        displays.map(|device| (device.name.clone(), status(device))).collect()
    }

    fn connected(&self, kind: &'static str, name: &str) {
        self.becomes(kind, name, "connected", None);
        self.says(kind, name, "is connected".to_owned());
    }

    fn gone(&self, kind: &'static str, name: &str, why: &str) {
        if self.becomes(kind, name, "gone", Some(why)) {
            self.says(kind, name, format!("is gone: {why}"));
        }
    }

    /// Whether it was anything else before.
    fn becomes(&self, kind: &'static str, name: &str, state: &str, why: Option<&str>) -> bool {
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(device) = devices.get_mut(&(kind, name.to_owned())) else { return false };
        let why = why.map(str::to_owned);
        let is_news = device.state != state || device.why != why;
        if device.state != state {
            device.since = now();
        }
        (device.state, device.why) = (state.to_owned(), why);
        is_news
    }

    fn says(&self, kind: &'static str, name: &str, what: String) {
        // Nobody watches, most of the time.
        let said = DeviceSaid { at: now(), kind: kind.to_owned(), name: name.to_owned(), what };
        drop(self.said.send(said));
    }
}

/// All devices, of none of which it is known yet whether it is there.
fn starting(settings: &Settings) -> Devices {
    let inputs = settings.inputs.iter().map(|(name, input)| {
        let uses = match input {
            InputSettings::Serial(serial) => port(&serial.device, serial.baud),
            InputSettings::Gpio(gpio) => buttons(gpio),
            InputSettings::Matrix(matrix) => keypad(matrix),
            InputSettings::Evdev(evdev) => keyboard(evdev),
            InputSettings::Mdb(mdb) => {
                format!("vending bus at {}", port(&mdb.device, mdb.baud))
            }
            InputSettings::Reader(_) => "screen of the payment reader".to_owned(),
            InputSettings::Stdin => "standard input".to_owned(),
        };
        (INPUT, name.clone(), uses)
    });
    let dispensers = settings.dispensers.iter().map(|(name, dispenser)| {
        let uses = match &dispenser.kind {
            DispenserKind::Serial(serial) => port(&serial.device, serial.baud),
            DispenserKind::Command(command) => format!("program {}", command.program.display()),
            DispenserKind::Gpio(gpio) => relays(gpio),
            DispenserKind::Mdb(machine) => {
                format!("vending machine at input {}", machine.input)
            }
            DispenserKind::Escpos(printer) => match &printer.at {
                PrinterAt::Device { path, .. } => format!("printer {}", path.display()),
                PrinterAt::Address(address) => format!("printer at {address}"),
            },
        };
        (DISPENSER, name.to_string(), uses)
    });
    let displays = settings.displays.iter();
    let displays = displays.map(|(name, display)| (DISPLAY, name.clone(), shows_on(&display.kind)));
    let since = now();
    let devices = inputs.chain(dispensers).chain(displays).map(|(kind, name, uses)| {
        let state = "starting".to_owned();
        let device = Device {
            kind: kind.to_owned(),
            name: name.clone(),
            uses,
            state,
            since: since.clone(),
            why: None,
        };
        ((kind, name), device)
    });
    devices.collect()
}

fn shows_on(kind: &DisplayKind) -> String {
    match kind {
        DisplayKind::Terminal => "standard output".to_owned(),
        DisplayKind::Ssd1306(oled) => match &oled.bus {
            OledBus::I2c { device, address } => i2c("OLED", device, *address),
            OledBus::Spi { device, .. } => format!("OLED at {}", device.display()),
        },
        DisplayKind::Hd44780(lcd) => match &lcd.bus {
            LcdBus::I2c { device, address } => i2c("LCD", device, *address),
            LcdBus::Lines { chip, .. } => format!("LCD on {}", lines_of(chip.as_deref())),
        },
        DisplayKind::Framebuffer(screen) => format!("screen {}", screen.device.display()),
        DisplayKind::Png(png) => format!("picture {}", png.file.display()),
        DisplayKind::Signal(signal) => {
            let what = if signal.sounds { "buzzer" } else { "lamp" };
            format!("{what} on line {} of {}", signal.line, lines_of(signal.chip.as_deref()))
        }
    }
}

fn i2c(what: &str, device: &Path, address: u8) -> String {
    format!("{what} at {}, address {address:#04x}", device.display())
}

fn port(device: &Path, baud: u32) -> String {
    format!("serial port {}, {baud} baud", device.display())
}

fn keyboard(evdev: &EvdevInput) -> String {
    match &evdev.keyboard {
        WhichKeyboard::At(device) => format!("keyboard {}", device.display()),
        WhichKeyboard::Usb { vendor, product } => format!("keyboard {vendor:04x}:{product:04x}"),
    }
}

fn keypad(matrix: &MatrixInput) -> String {
    let (rows, columns) = (listed(&matrix.rows), listed(&matrix.columns));
    format!("keypad on {}: rows {rows}, columns {columns}", lines_of(matrix.chip.as_deref()))
}

fn relays(gpio: &GpioDispenser) -> String {
    let slots = listed(gpio.lines.iter().map(|(slot, line)| format!("{slot} = {line}")));
    format!("slots on {}: {slots}", lines_of(gpio.chip.as_deref()))
}

fn buttons(gpio: &GpioInput) -> String {
    let words = listed(gpio.lines.iter().map(|(line, word)| format!("{line} = {word}")));
    format!("{}: {words}", lines_of(gpio.chip.as_deref()))
}

fn lines_of(chip: Option<&Path>) -> String {
    chip.map_or_else(|| "GPIO lines".to_owned(), |chip| format!("GPIO lines of {}", chip.display()))
}

fn listed(items: impl IntoIterator<Item = impl ToString>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(", ")
}

fn garbage(total: u64) -> String {
    format!("{total} lines that cannot be read since the start")
}

fn now() -> String {
    clock::now().wall.to_string()
}
