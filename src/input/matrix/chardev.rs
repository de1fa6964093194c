//! A keypad on lines of the kernel's GPIO character device.

use gpiocdev::Request;
use gpiocdev::line::{Bias, Drive, Value, Values};

use super::{Driven, MatrixInput, Wires};
use crate::gpio::{CONSUMER, chip, why};
use crate::wiring::Line;

/// The lines, held.
pub struct Chardev {
    row_request: Request,
    column_request: Request,
    rows: Vec<Line>,
    columns: Vec<Line>,
}

impl Wires for Chardev {
    fn open(settings: &MatrixInput) -> Result<Self, String> {
        let chip = chip(settings.chip.as_deref())?;
        let (rows, columns) = (settings.rows.clone(), settings.columns.clone());
        let ask = |lines: &[Line]| {
            let mut ask = Request::builder();
            ask.on_chip(&chip).with_consumer(CONSUMER).with_lines(lines);
            ask
        };
        let mut ask_columns = ask(&columns);
        ask_columns.as_input().with_bias(Bias::PullUp).as_active_low();
        let column_request = ask_columns.request().map_err(|error| why(&chip, &error))?;
        // A row that is not driven floats: two keys of one column must not join high and low.
        let mut ask_rows = ask(&rows);
        ask_rows.as_output(Value::Inactive).with_drive(Drive::OpenDrain).as_active_low();
        let row_request = ask_rows.request().map_err(|error| why(&chip, &error))?;
        Ok(Self { row_request, column_request, rows, columns })
    }

    fn drive(&mut self, driven: Driven) -> Result<(), String> {
        let mut values = Values::default();
        for (row, line) in self.rows.iter().enumerate() {
            values.set(*line, Value::from(driven == Driven::All || driven == Driven::Row(row)));
        }
        self.row_request.set_values(&values).map_err(|error| error.to_string())
    }

    fn columns(&self) -> Result<Vec<bool>, String> {
        let mut values = Values::from_offsets(&self.columns);
        self.column_request.values(&mut values).map_err(|error| error.to_string())?;
        let is_down = |line: &Line| values.get(*line) == Some(Value::Active);
        Ok(self.columns.iter().map(is_down).collect())
    }
}
