//! Lines of the kernel's GPIO character device (uAPI v2: Linux 5.10 and later).

use std::path::{Path, PathBuf};

use gpiocdev::Request;
use gpiocdev::chip::{Chip, chips};
use gpiocdev::line::{Bias, EdgeDetection, EdgeKind, Value, Values};
use gpiocdev::tokio::AsyncRequest;

use super::Backend;
use crate::wiring::{GpioInput, Level, Line, Pull};

/// What chips of a Raspberry Pi's pin header are called: BCM2835 to 2711, and RP1 of the Pi 5.
const HEADERS: [&str; 2] = ["pinctrl-bcm2", "pinctrl-rp1"];

/// Whom the kernel names as the holder of the lines.
pub(in crate::input) const CONSUMER: &str = "kioskd";

/// The lines, held.
pub struct Chardev {
    request: AsyncRequest,
    lines: Vec<Line>,
    debounces: bool,
    /// The number of the newest change.
    newest: Option<u32>,
}

impl Backend for Chardev {
    fn open(settings: &GpioInput) -> Result<Self, String> {
        let chip = chip(settings.chip.as_deref())?;
        let lines: Vec<Line> = settings.lines.keys().copied().collect();
        let ask = |debounces: bool| {
            let mut ask = Request::builder();
            ask.on_chip(&chip).with_consumer(CONSUMER).with_lines(&lines).as_input();
            ask.with_edge_detection(EdgeDetection::BothEdges);
            ask.with_bias(match settings.pull {
                Pull::Up => Bias::PullUp,
                Pull::Down => Bias::PullDown,
                Pull::None => Bias::Disabled,
            });
            match settings.active {
                Level::Low => ask.as_active_low(),
                Level::High => ask.as_active_high(),
            };
            if debounces {
                ask.with_debounce_period(settings.debounce);
            }
            ask.request()
        };
        let wants = !settings.debounce.is_zero();
        let (request, debounces) = match ask(wants) {
            Ok(request) => (request, wants),
            Err(_) if wants => (ask(false).map_err(|error| why(&chip, &error))?, false),
            Err(error) => return Err(why(&chip, &error)),
        };
        let request = AsyncRequest::new(request);
        Ok(Self { request, lines, debounces, newest: None })
    }

    fn debounces(&self) -> bool {
        self.debounces
    }

    fn levels(&self) -> Result<Vec<(Line, bool)>, String> {
        let mut values = Values::from_offsets(&self.lines);
        self.request.as_ref().values(&mut values).map_err(|error| error.to_string())?;
        Ok(values.iter().map(|at| (at.offset, at.value == Value::Active)).collect())
    }

    async fn change(&mut self) -> Result<Option<(Line, bool)>, String> {
        let event = self.request.read_edge_event().await.map_err(|error| error.to_string())?;
        // Numbers that are missing are changes that the kernel's queue had no room for.
        let is_next = self.newest.is_none_or(|newest| newest.wrapping_add(1) == event.seqno);
        self.newest = Some(event.seqno);
        Ok(is_next.then_some((event.offset, event.kind == EdgeKind::Rising)))
    }
}

pub(in crate::input) fn why(chip: &Path, error: &gpiocdev::Error) -> String {
    format!("{}: {error}", chip.display())
}

/// The chip that is meant.
pub(in crate::input) fn chip(named: Option<&Path>) -> Result<PathBuf, String> {
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
