//! A keyboard of the kernel's, held.

use std::io;
use std::path::{Path, PathBuf};

use evdev::raw_stream::{EventStream, RawDevice};
use evdev::{EventSummary, KeyCode, SynchronizationCode};

use super::{EvdevInput, Keyboard};
use crate::wiring::{KeyNumber, WhichKeyboard};

/// Where the kernel's input devices are.
const FOLDER: &str = "/dev/input";

/// What a keypad or scanner has at least one of. The same plug often has other devices as well, such
/// as one for the keys of a loudspeaker.
const OF_KEYPADS: [KeyCode; 4] =
    [KeyCode::KEY_1, KeyCode::KEY_KP1, KeyCode::KEY_NUMERIC_1, KeyCode::KEY_ENTER];

/// The keyboard, held.
pub struct Device {
    events: EventStream,
    /// Events were lost, and what comes until the next report is the rest of one.
    has_lost: bool,
}

impl Keyboard for Device {
    fn open(settings: &EvdevInput) -> Result<Self, String> {
        let device = match &settings.keyboard {
            WhichKeyboard::At(path) => at(path)?,
            WhichKeyboard::Usb { vendor, product } => of(*vendor, *product)?,
        };
        let events = device.into_event_stream().map_err(|error| error.to_string())?;
        Ok(Self { events, has_lost: false })
    }

    fn down(&self) -> Result<Vec<KeyNumber>, String> {
        let down = self.events.device().get_key_state().map_err(|error| error.to_string())?;
        Ok(down.iter().map(KeyCode::code).collect())
    }

    async fn change(&mut self) -> Result<Option<(KeyNumber, bool)>, String> {
        loop {
            let event = self.events.next_event().await.map_err(|error| error.to_string())?;
            if let EventSummary::Synchronization(_, what, _) = event.destructure() {
                if what == SynchronizationCode::SYN_DROPPED {
                    self.has_lost = true;
                } else if what == SynchronizationCode::SYN_REPORT && self.has_lost {
                    self.has_lost = false;
                    return Ok(None);
                }
            }
            // 2: a key that is held is repeated.
            if let EventSummary::Key(_, key, value @ (0 | 1)) = event.destructure()
                && !self.has_lost
            {
                return Ok(Some((key.code(), value == 1)));
            }
        }
    }
}

/// The one at this place.
fn at(path: &Path) -> Result<RawDevice, String> {
    let device = RawDevice::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    grabbed(device, path)
}

/// One of these that nobody has.
fn of(vendor: u16, product: u16) -> Result<RawDevice, String> {
    let entries = std::fs::read_dir(FOLDER).map_err(|error| format!("{FOLDER}: {error}"))?;
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let mut paths: Vec<PathBuf> = paths.filter(|path| is_event_device(path)).collect();
    paths.sort();
    let mut why = format!("no keyboard {vendor:04x}:{product:04x} is plugged in");
    for path in paths {
        let device = match RawDevice::open(&path) {
            Ok(device) => device,
            Err(error) => {
                if error.kind() == io::ErrorKind::PermissionDenied {
                    why = format!("{}: {error}", path.display());
                }
                continue;
            }
        };
        let id = device.input_id();
        let has = |key: &KeyCode| device.supported_keys().is_some_and(|keys| keys.contains(*key));
        if (id.vendor(), id.product()) != (vendor, product) || !OF_KEYPADS.iter().any(has) {
            continue;
        }
        match grabbed(device, &path) {
            Ok(device) => return Ok(device),
            Err(busy) => why = busy,
        }
    }
    Err(why)
}

fn is_event_device(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("event"))
}

fn grabbed(mut device: RawDevice, path: &Path) -> Result<RawDevice, String> {
    match device.grab() {
        Ok(()) => Ok(device),
        Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {
            Err(format!("{}: another program has it for itself", path.display()))
        }
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}
