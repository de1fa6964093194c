//! A Raspberry Pi's pin header by its registers, by way of rppal: the numbers are BCM's.

use rppal::gpio::{Error, Gpio, Pin};

/// The header of the Pi that this is.
pub fn header() -> Result<Gpio, String> {
    let why = "backend = \"rppal\" is for a Raspberry Pi: write backend = \"chardev\"";
    Gpio::new().map_err(|error| format!("{error}; {why}"))
}

/// A pin of it that nobody else here has.
pub fn pin(header: &Gpio, line: u32) -> Result<Pin, String> {
    let number = u8::try_from(line).map_err(|_| format!("line {line}: no such pin"))?;
    header.get(number).map_err(|error| failed(line, &error))
}

/// What went wrong with a line.
pub fn failed(line: u32, error: &Error) -> String {
    format!("line {line}: {error}")
}
