//! What inputs, dispensers and displays share of the kernel's GPIO character device.

pub mod bcm;

use std::path::{Path, PathBuf};

use gpiocdev::chip::{Chip, Info, chips};

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

/// What a chip says of itself, if it may be asked. None of its lines is touched by that.
pub fn described(chip: &Path) -> Option<String> {
    let info = Chip::from_path(chip).and_then(|chip| chip.info());
    info.ok().map(|info| in_words(&info))
}

fn in_words(info: &Info) -> String {
    let header = if is_header(&info.label) { ", the pin header" } else { "" };
    format!("{}, {} lines{header}", info.label, info.num_lines)
}

fn is_header(label: &str) -> bool {
    HEADERS.iter().any(|header| label.starts_with(header))
}

/// The chip of the board's pin header, else the only one.
fn header() -> Result<PathBuf, String> {
    let all = chips().map_err(|error| format!("no GPIO chip can be looked for: {error}"))?;
    let label = |path: &PathBuf| {
        let info = Chip::from_path(path).and_then(|chip| chip.info());
        info.map(|info| info.label).unwrap_or_default()
    };
    if let Some(header) = all.iter().find(|path| is_header(&label(path))) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chip_is_told_by_its_label_and_its_lines() {
        let words = |label: &str, num_lines| {
            let (name, label) = ("gpiochip0".to_owned(), label.to_owned());
            in_words(&Info { name, label, num_lines })
        };
        assert_eq!(words("pinctrl-bcm2711", 58), "pinctrl-bcm2711, 58 lines, the pin header");
        assert_eq!(words("pinctrl-rp1", 54), "pinctrl-rp1, 54 lines, the pin header");
        assert_eq!(words("raspberrypi-exp-gpio", 8), "raspberrypi-exp-gpio, 8 lines");
        assert_eq!(words("mcp23017", 16), "mcp23017, 16 lines");
    }

    #[test]
    fn what_is_no_chip_says_nothing() {
        assert_eq!(described(Path::new("/dev/null")), None);
        assert_eq!(described(Path::new("/dev/gpiochip-none")), None);
    }
}
