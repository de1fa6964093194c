//! What the kernel knows of attached devices. No port is opened: that may reset the board behind it.
//! GPIO chips are asked what they are, which touches none of their lines.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// Everything that a kiosk can be wired to.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub(super) struct Attached {
    /// Serial ports with hardware behind them.
    pub serial: Vec<Attachment>,
    /// GPIO chips.
    pub gpio: Vec<Attachment>,
    /// I2C buses.
    pub i2c: Vec<Attachment>,
    /// Keyboards, scanners, buttons.
    pub events: Vec<Attachment>,
}

/// One of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(super) struct Attachment {
    /// How to name it in the configuration: the name that stays the same, if it has one.
    pub path: PathBuf,
    /// The kernel's own name of it, which may be another one after the next start.
    pub device: String,
    /// What it says it is, as far as it does.
    pub what: String,
}

/// Reads what is attached to the machine whose file system begins at `root`. `chip` says what a GPIO
/// chip is, if it may be asked.
pub(super) fn attached(root: &Path, chip: impl Fn(&Path) -> Option<String>) -> Attached {
    Attached { serial: serial(root), gpio: gpio(root, chip), i2c: i2c(root), events: events(root) }
}

/// Ports that have a driver and a device: not the dozens of placeholders of the kernel.
fn serial(root: &Path) -> Vec<Attachment> {
    let class = root.join("sys/class/tty");
    let is_real = |name: &String| {
        let device = class.join(name).join("device");
        let placeholder = ["serial8250", "serial-core"].iter().any(|driver| {
            fs::canonicalize(device.join("driver")).is_ok_and(|path| path.ends_with(driver))
        });
        device.exists() && !placeholder
    };
    let ports = names(&class).into_iter().filter(is_real);
    let usb = |name: &str| {
        let device = fs::canonicalize(class.join(name).join("device")).ok()?;
        // The port, its interface, and then the thing on the cable.
        device.ancestors().take(4).find_map(|at| {
            let product = text(&at.join("product"))?;
            let maker = text(&at.join("manufacturer")).unwrap_or_default();
            Some(format!("{maker} {product}").trim().to_owned())
        })
    };
    named(root, ports, Path::new("dev"), Path::new("dev/serial/by-id"), |name| {
        usb(name).unwrap_or_default()
    })
}

/// Chips by what they say of themselves; one that may not be asked, by what the device tree says.
fn gpio(root: &Path, chip: impl Fn(&Path) -> Option<String>) -> Vec<Attachment> {
    let bus = root.join("sys/bus/gpio/devices");
    let in_the_tree = |name: &str| {
        let compatible = fs::read(bus.join(name).join("of_node/compatible")).unwrap_or_default();
        let first = compatible.split(|byte| *byte == 0).next().unwrap_or_default();
        String::from_utf8_lossy(first).into_owned()
    };
    let of = |name: &str| chip(&root.join("dev").join(name)).unwrap_or_else(|| in_the_tree(name));
    named(root, names(&bus).into_iter(), Path::new("dev"), Path::new("dev/none"), of)
}

fn i2c(root: &Path) -> Vec<Attachment> {
    let class = root.join("sys/class/i2c-dev");
    let of = |name: &str| text(&class.join(name).join("name")).unwrap_or_default();
    named(root, names(&class).into_iter(), Path::new("dev"), Path::new("dev/none"), of)
}

fn events(root: &Path) -> Vec<Attachment> {
    let class = root.join("sys/class/input");
    let events = names(&class).into_iter().filter(|name| name.starts_with("event"));
    let of = |name: &str| text(&class.join(name).join("device/name")).unwrap_or_default();
    named(root, events, Path::new("dev/input"), Path::new("dev/input/by-id"), of)
}

/// The devices of these names in `folder`, by their link in `links` if there is one.
fn named(
    root: &Path,
    names: impl Iterator<Item = String>,
    folder: &Path,
    links: &Path,
    what: impl Fn(&str) -> String,
) -> Vec<Attachment> {
    let links: Vec<(PathBuf, PathBuf)> = self::names(&root.join(links))
        .into_iter()
        .filter_map(|link| {
            let path = links.join(link);
            Some((fs::canonicalize(root.join(&path)).ok()?, path))
        })
        .collect();
    names
        .map(|name| {
            let plain = folder.join(&name);
            let real = fs::canonicalize(root.join(&plain)).unwrap_or_default();
            let link = links.iter().find(|(target, _)| *target == real);
            let path = link.map_or(plain, |(_, path)| path.clone());
            Attachment { path: Path::new("/").join(path), what: what(&name), device: name }
        })
        .collect()
}

/// What a folder contains, in order: numbers count as numbers.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    let number = |name: &String| -> (String, u64) {
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        (stem.to_owned(), name[stem.len()..].parse().unwrap_or_default())
    };
    names.sort_by_key(number);
    names
}

fn text(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::gpio::described;

    fn file(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn link(root: &Path, path: &str, to: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(root.join(to), path).unwrap();
    }

    #[test]
    fn ports_are_named_by_what_stays_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        file(root, "dev/ttyUSB0", "");
        file(root, "dev/ttyAMA0", "");
        file(root, "sys/devices/usb1/1-1/product", "FT232R USB UART\n");
        file(root, "sys/devices/usb1/1-1/manufacturer", "FTDI\n");
        file(root, "sys/devices/usb1/1-1/1-1:1.0/ttyUSB0/port_number", "0");
        file(root, "sys/devices/uart/serial", "");
        file(root, "sys/class/tty/tty1/dev", "4:1");
        link(root, "sys/class/tty/ttyUSB0/device", "sys/devices/usb1/1-1/1-1:1.0/ttyUSB0");
        link(root, "sys/class/tty/ttyAMA0/device", "sys/devices/uart");
        link(root, "dev/serial/by-id/usb-FTDI_FT232R_A1-if00-port0", "dev/ttyUSB0");
        let found = attached(root, described).serial;
        let seen: Vec<_> = found
            .iter()
            .map(|port| (port.path.to_str().unwrap(), port.device.as_str(), port.what.as_str()))
            .collect();
        let by_id = "/dev/serial/by-id/usb-FTDI_FT232R_A1-if00-port0";
        assert_eq!(
            seen,
            [("/dev/ttyAMA0", "ttyAMA0", ""), (by_id, "ttyUSB0", "FTDI FT232R USB UART")]
        );
    }

    #[test]
    fn chips_buses_and_keyboards_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        file(root, "sys/bus/gpio/devices/gpiochip0/of_node/compatible", "brcm,bcm2711-gpio\0x\0");
        file(root, "sys/bus/gpio/devices/gpiochip10/of_node/compatible", "microchip,mcp23017\0");
        file(root, "sys/bus/gpio/devices/gpiochip2/dev", "254:2\n");
        file(root, "sys/class/i2c-dev/i2c-10/name", "b");
        file(root, "sys/class/i2c-dev/i2c-1/name", "bcm2835 (i2c@7e804000)\n");
        file(root, "sys/class/input/event3/device/name", "Sycreader USB Reader\n");
        file(root, "sys/class/input/mouse0/device/name", "a mouse");
        file(root, "dev/input/event3", "");
        link(root, "dev/input/by-id/usb-Sycreader-event-kbd", "dev/input/event3");
        let found = attached(root, |chip| {
            let is_asked = chip == root.join("dev/gpiochip0");
            is_asked.then(|| "pinctrl-bcm2711, 58 lines, the pin header".to_owned())
        });
        let chips: Vec<_> =
            found.gpio.iter().map(|it| (it.path.to_str().unwrap(), it.what.as_str())).collect();
        assert_eq!(
            chips,
            [
                ("/dev/gpiochip0", "pinctrl-bcm2711, 58 lines, the pin header"),
                ("/dev/gpiochip2", ""),
                ("/dev/gpiochip10", "microchip,mcp23017"),
            ]
        );
        let buses: Vec<_> = found.i2c.iter().map(|bus| bus.device.as_str()).collect();
        assert_eq!(buses, ["i2c-1", "i2c-10"]);
        assert_eq!(found.events.len(), 1);
        assert_eq!(found.events[0].path, Path::new("/dev/input/by-id/usb-Sycreader-event-kbd"));
        assert_eq!(found.events[0].what, "Sycreader USB Reader");
    }

    #[test]
    fn a_machine_without_anything_has_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(attached(folder.path(), described), Attached::default());
    }
}
