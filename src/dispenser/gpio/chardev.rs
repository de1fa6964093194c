//! Lines of the kernel's GPIO character device (uAPI v2: Linux 5.10 and later).
//!
//! All outputs are asked for at their safe level in one request: the kernel sets direction and level
//! together, so that no relay clicks. When the descriptor is closed, by whatever kind of death, the
//! lines are the chip's again; what it does with them then is its own affair. Source: Linux,
//! userspace-api/gpio; kernels of Raspberry Pi OS go on driving them (raspberrypi/linux#6117).

use gpiocdev::Request;
use gpiocdev::line::{Bias, EdgeDetection, EdgeKind, Value, Values};
use gpiocdev::tokio::AsyncRequest;

use super::Lines;
use crate::gpio::{CONSUMER, chip, why};
use crate::wiring::{GpioDispenser, Level, Line, Pull};

/// The lines, held.
pub struct Chip {
    outputs: Request,
    lines: Vec<Line>,
    sensor: Option<(AsyncRequest, Line)>,
}

impl Lines for Chip {
    fn open(settings: &GpioDispenser) -> Result<Self, String> {
        let chip = chip(settings.chip.as_deref())?;
        let backward = settings.reverse.iter().flat_map(|reverse| reverse.lines.values());
        let lines: Vec<Line> = settings.lines.values().chain(backward).copied().collect();
        let mut ask = Request::builder();
        ask.on_chip(&chip).with_consumer(CONSUMER).with_lines(&lines);
        ask.as_output(Value::Inactive);
        match settings.active {
            Level::Low => ask.as_active_low(),
            Level::High => ask.as_active_high(),
        };
        let outputs = ask.request().map_err(|error| why(&chip, &error))?;
        let sensor = match &settings.sensor {
            None => None,
            Some(sensor) => {
                let mut ask = Request::builder();
                ask.on_chip(&chip).with_consumer(CONSUMER).with_line(sensor.line).as_input();
                ask.with_edge_detection(EdgeDetection::BothEdges);
                ask.with_bias(match sensor.pull {
                    Pull::Up => Bias::PullUp,
                    Pull::Down => Bias::PullDown,
                    Pull::None => Bias::Disabled,
                });
                match sensor.active {
                    Level::Low => ask.as_active_low(),
                    Level::High => ask.as_active_high(),
                };
                if !sensor.debounce.is_zero() {
                    ask.with_debounce_period(sensor.debounce);
                }
                let request = ask.request().map_err(|error| why(&chip, &error))?;
                Some((AsyncRequest::new(request), sensor.line))
            }
        };
        Ok(Self { outputs, lines, sensor })
    }

    fn drive(&mut self, line: Line, is_on: bool) -> Result<(), String> {
        let value = if is_on { Value::Active } else { Value::Inactive };
        self.outputs.set_value(line, value).map(drop).map_err(|error| error.to_string())
    }

    fn rest(&mut self) -> Result<(), String> {
        let mut values = Values::default();
        for line in &self.lines {
            values.set(*line, Value::Inactive);
        }
        self.outputs.set_values(&values).map_err(|error| error.to_string())
    }

    fn is_sensed(&self) -> Result<bool, String> {
        let Some((sensor, line)) = &self.sensor else { return Ok(false) };
        let value = sensor.as_ref().value(*line).map_err(|error| error.to_string())?;
        Ok(value == Value::Active)
    }

    async fn change(&mut self) -> Result<bool, String> {
        let Some((sensor, _)) = &self.sensor else { return std::future::pending().await };
        let event = sensor.read_edge_event().await.map_err(|error| error.to_string())?;
        Ok(event.kind == EdgeKind::Rising)
    }
}

impl Drop for Chip {
    fn drop(&mut self) {
        // A chip that is gone drives nothing.
        let _ = self.rest();
    }
}
