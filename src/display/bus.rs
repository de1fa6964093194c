//! What displays hang on: I²C, SPI, and GPIO lines. What is behind them is told apart nowhere else.

use std::io::Write;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use gpiocdev::Request;
use gpiocdev::line::{Value, Values};
use i2cdev::core::I2CDevice as _;
use i2cdev::linux::LinuxI2CDevice;
use spidev::{SpiModeFlags, Spidev, SpidevOptions};

use crate::gpio::{CONSUMER, chip, why};
use crate::wiring::Line;

/// A device at an address of an I²C bus.
pub trait I2c: Send {
    /// One message: the address, then these bytes.
    fn write(&mut self, bytes: &[u8]) -> Result<(), String>;

    /// Nothing, for so long at least.
    fn pause(&mut self, time: Duration) {
        sleep(time);
    }
}

/// A device at a chip select of an SPI bus.
pub trait Spi: Send {
    /// Bytes while it is selected.
    fn write(&mut self, bytes: &[u8]) -> Result<(), String>;
}

/// Lines that kioskd drives.
pub trait Outputs: Send {
    /// Sets some of them, all at once as far as the chip can.
    fn set(&mut self, levels: &[(Line, bool)]) -> Result<(), String>;

    /// Nothing, for so long at least.
    fn pause(&mut self, time: Duration) {
        sleep(time);
    }
}

/// A device of the kernel's `i2c-dev`.
pub struct KernelI2c {
    device: LinuxI2CDevice,
    name: String,
}

impl KernelI2c {
    /// Opens the bus for one address. The device itself is not asked yet.
    pub fn open(path: &Path, address: u8) -> Result<Self, String> {
        let name = format!("{}, address {address:#04x}", path.display());
        let device = LinuxI2CDevice::new(path, u16::from(address));
        Ok(Self { device: device.map_err(|error| format!("{name}: {error}"))?, name })
    }
}

impl I2c for KernelI2c {
    fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.device.write(bytes).map_err(|error| format!("{}: {error}", self.name))
    }
}

/// A device of the kernel's `spidev`.
pub struct KernelSpi {
    device: Spidev,
    name: String,
}

/// Slow enough for wires of some length: a picture of a thousand bytes takes a millisecond.
const SPI_HZ: u32 = 8_000_000;

/// What the kernel takes at once, if nobody has raised it.
const SPI_MOST: usize = 4096;

impl KernelSpi {
    /// Opens the device: mode 0, eight bits, the highest first.
    pub fn open(path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        let mut options = SpidevOptions::new();
        options.bits_per_word(8).max_speed_hz(SPI_HZ).mode(SpiModeFlags::SPI_MODE_0);
        let device = Spidev::open(path).and_then(|mut device| {
            device.configure(&options)?;
            Ok(device)
        });
        Ok(Self { device: device.map_err(|error| format!("{name}: {error}"))?, name })
    }
}

impl Spi for KernelSpi {
    fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut parts = bytes.chunks(SPI_MOST);
        let written = parts.try_for_each(|part| self.device.write_all(part));
        written.map_err(|error| format!("{}: {error}", self.name))
    }
}

/// Lines of the kernel's GPIO character device, held.
pub struct KernelLines(Request);

impl KernelLines {
    /// Takes the lines; they are low, before anything else.
    pub fn open(named: Option<&Path>, lines: &[Line]) -> Result<Self, String> {
        let chip = chip(named)?;
        let mut ask = Request::builder();
        ask.on_chip(&chip).with_consumer(CONSUMER).with_lines(lines).as_output(Value::Inactive);
        ask.request().map(Self).map_err(|error| why(&chip, &error))
    }
}

impl Outputs for KernelLines {
    fn set(&mut self, levels: &[(Line, bool)]) -> Result<(), String> {
        let mut values = Values::default();
        for (line, is_high) in levels {
            values.set(*line, if *is_high { Value::Active } else { Value::Inactive });
        }
        self.0.set_values(&values).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_told_by_its_name() {
        let none = Path::new("/dev/no-such-bus");
        let why = |opened: Result<(), String>| opened.unwrap_err();
        let i2c = why(KernelI2c::open(none, 0x27).map(drop));
        assert!(i2c.starts_with("/dev/no-such-bus, address 0x27: "), "{i2c}");
        let spi = why(KernelSpi::open(none).map(drop));
        assert!(spi.starts_with("/dev/no-such-bus: "), "{spi}");
        let lines = why(KernelLines::open(Some(none), &[4]).map(drop));
        assert!(lines.starts_with("/dev/no-such-bus: "), "{lines}");
    }
}
