//! A keypad on a Raspberry Pi's pin header, by way of rppal: the numbers are BCM's.

use rppal::gpio::{InputPin, IoPin, Mode};

use super::{Driven, MatrixInput, Wires};
use crate::gpio::bcm::{header, pin};

/// The lines, held.
pub struct Rppal {
    rows: Vec<IoPin>,
    columns: Vec<InputPin>,
}

impl Wires for Rppal {
    fn open(settings: &MatrixInput) -> Result<Self, String> {
        let header = header()?;
        let mut columns = Vec::new();
        for line in &settings.columns {
            columns.push(pin(&header, *line)?.into_input_pullup());
        }
        let mut rows = Vec::new();
        for line in &settings.rows {
            let mut row = pin(&header, *line)?.into_io(Mode::Input);
            // What it drives as soon as it is an output.
            row.set_low();
            rows.push(row);
        }
        Ok(Self { rows, columns })
    }

    fn drive(&mut self, driven: Driven) -> Result<(), String> {
        for (at, row) in self.rows.iter_mut().enumerate() {
            // An input floats: two keys of one column must not join high and low.
            let is_driven = driven == Driven::All || driven == Driven::Row(at);
            row.set_mode(if is_driven { Mode::Output } else { Mode::Input });
        }
        Ok(())
    }

    fn columns(&self) -> Result<Vec<bool>, String> {
        Ok(self.columns.iter().map(InputPin::is_low).collect())
    }
}
