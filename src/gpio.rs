//! What inputs and dispensers share of the kernel's GPIO character device.

use std::path::{Path, PathBuf};

use gpiocdev::chip::{Chip, chips};

/// Whom the kernel names as the holder of the lines.
pub const CONSUMER: &str = "kioskd";

/// What chips of a Raspberry Pi's pin header are called: BCM2835 to 2711, and RP1 of the Pi 5.
const HEADERS: [&str; 2] = ["pinctrl-bcm2", "pinctrl-rp1"];

/// What went wrong with a chip.
pub fn why(chip: &Path, error: &gpiocdev::Error) -> String {
    format!("{}: {error}", chip.display())
}

/// The chip that is meant.
pub fn chip(named: Option<&Path>) -> Result<PathBuf, String> {
    named.map_or_else(header, |path| Ok(path.to_owned()))
}

/// The chip of the board's pin header, else the only one.
fn header() -> Result<PathBuf, String> {
    let all = chips().map_err(|error| format!("no GPIO chip can be looked for: {error}"))?;
    let label = |path: &PathBuf| {
        let info = Chip::from_path(path).and_then(|chip| chip.info());
        info.map(|info| info.label).unwrap_or_default()
    };
    let is_header = |path: &&PathBuf| {
        let label = label(path);
        HEADERS.iter().any(|header| label.starts_with(header))
    };
    if let Some(header) = all.iter().find(is_header) {
        return Ok(header.clone());
    }
    match all.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err("this machine has no GPIO chip (/dev/gpiochip*)".to_owned()),
        several => {
            let name = |path: &PathBuf| format!("{} ({})", path.display(), label(path));
            let names: Vec<String> = several.iter().map(name).collect();
            Err(format!("which chip is meant? Write chip = with one of: {}", names.join(", ")))
        }
    }
}
