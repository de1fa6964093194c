//! Lines of the kernel's GPIO character device (uAPI v2: Linux 5.10 and later).

use gpiocdev::Request;
use gpiocdev::line::{Bias, EdgeDetection, EdgeKind, Value, Values};
use gpiocdev::tokio::AsyncRequest;

use super::Backend;
use crate::gpio::{CONSUMER, chip, why};
use crate::wiring::{GpioInput, Level, Line, Pull};

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
