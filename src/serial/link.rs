//! A port that is opened again for ever.

use std::error::Error;
use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::PortSettings;
use super::lines::{Line, LineReader};
use super::noise::{Garbage, wait_until};
use super::port::{Port, PortError};

/// The first wait after a port was lost or would not open; it doubles each time.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait, so that a board that is plugged in again works within seconds.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// What arrives this soon after opening may be half a line from before; it is dropped.
const SETTLE: Duration = Duration::from_millis(50);
/// The wait after a read that filled the buffer: half a megabyte a second is more than any board
/// sends, and leaves the processor to others.
const PACE: Duration = Duration::from_millis(1);
/// A line that no board takes for an order: it ends what a broken write may have left there.
/// A mere LF could complete `VEND x 1` when `VEND x 11` was meant.
const SPOIL: &[u8] = b"\x18\n";

/// What happened on a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkNews {
    /// The port is open; what arrived before is dropped.
    Connected,
    /// The port could not be opened, or is lost: told each time. It is tried again for ever.
    Disconnected {
        /// For people.
        why: String,
    },
    /// Lines of printable ASCII, in order.
    Lines(Vec<String>),
    /// Lines that nothing was done with, since the daemon started.
    Garbage {
        /// Grows; told at most once a second.
        total: u64,
    },
}

/// A serial port that may come and go.
pub struct Link {
    settings: PortSettings,
    state: State,
    lines: LineReader,
    garbage: Garbage,
    wait: Duration,
    /// A write broke the port and the owner has not been told.
    untold_loss: Option<String>,
    half_sent: bool,
    paused_until: Option<Instant>,
}

enum State {
    Closed { opening: Opening, why: String },
    Open { port: Port, since: Instant },
}

type Opening = Pin<Box<dyn Future<Output = Result<(Port, LineReader), String>> + Send>>;

enum Step {
    Opened(Port, LineReader),
    NotOpened(String),
    Read(Vec<Line>, bool),
    Lost(String),
}

impl Link {
    /// A link that opens its port when first asked for news.
    pub fn new(settings: PortSettings) -> Self {
        Self {
            state: State::Closed {
                opening: open_after(Duration::ZERO, settings.clone()),
                why: "not opened yet".to_owned(),
            },
            settings,
            lines: LineReader::new(),
            garbage: Garbage::default(),
            wait: FIRST_WAIT,
            untold_loss: None,
            half_sent: false,
            paused_until: None,
        }
    }

    /// The next news. Can be dropped while waiting without losing any.
    pub async fn next(&mut self) -> LinkNews {
        loop {
            if let Some(why) = self.untold_loss.take() {
                return LinkNews::Disconnected { why };
            }
            if let Some(until) = self.paused_until {
                sleep_until(until).await;
                self.paused_until = None;
            }
            let garbage_due = self.garbage.due(Instant::now());
            tokio::select! {
                biased;
                () = wait_until(garbage_due) => {
                    if let Some(news) = self.tell_garbage() {
                        return news;
                    }
                }
                step = self.state.step(&mut self.lines) => {
                    if let Some(news) = self.follow(step) {
                        return news;
                    }
                }
            }
        }
    }

    /// Counts a line that the owner could make nothing of.
    pub fn count_garbage(&mut self) {
        self.garbage.count();
    }

    /// Whether a write would reach an open port; if not, why.
    pub fn check_open(&self) -> Result<(), String> {
        match &self.state {
            State::Closed { why, .. } => Err(format!("the port is closed: {why}")),
            State::Open { port, .. } if port.hung_up() => Err("the device is gone".to_owned()),
            State::Open { .. } => Ok(()),
        }
    }

    /// Writes one line. After an error it is unknown how much of it has left, and the port is
    /// closed and opened again.
    pub async fn write(&mut self, line: &str) -> Result<(), String> {
        self.check_open()?;
        let State::Open { port, .. } = &self.state else {
            return Err("the port is closed".to_owned());
        };
        let spoil = if self.half_sent { SPOIL } else { b"" };
        let bytes = [spoil, line.as_bytes(), b"\n"].concat();
        // Set before the write: this future may be dropped within it.
        self.half_sent = true;
        if let Err(error) = port.write(&bytes).await {
            let why = error.to_string();
            self.lose(&why);
            self.untold_loss = Some(why.clone());
            return Err(why);
        }
        self.half_sent = false;
        Ok(())
    }

    fn tell_garbage(&mut self) -> Option<LinkNews> {
        self.garbage.tell(Instant::now()).map(|total| LinkNews::Garbage { total })
    }

    fn follow(&mut self, step: Step) -> Option<LinkNews> {
        match step {
            Step::Opened(port, lines) => {
                self.state = State::Open { port, since: Instant::now() };
                self.lines = lines;
                Some(LinkNews::Connected)
            }
            Step::NotOpened(why) | Step::Lost(why) => {
                self.lose(&why);
                Some(LinkNews::Disconnected { why })
            }
            Step::Read(lines, full) => {
                self.paused_until = full.then(|| Instant::now() + PACE);
                let mut texts = Vec::new();
                for line in lines {
                    match line {
                        Line::Text(text) => texts.push(text),
                        Line::Garbage => self.garbage.count(),
                    }
                }
                (!texts.is_empty()).then_some(LinkNews::Lines(texts))
            }
        }
    }

    /// Goes to closed, with the next attempt under way.
    fn lose(&mut self, why: &str) {
        // A port that opens and dies at once is waited for as one that does not open.
        let lasted = match &self.state {
            State::Open { since, .. } => since.elapsed() >= LONGEST_WAIT,
            State::Closed { .. } => false,
        };
        if lasted {
            self.wait = FIRST_WAIT;
        }
        let opening = open_after(self.wait, self.settings.clone());
        self.wait = (self.wait * 2).min(LONGEST_WAIT);
        let closed = State::Closed { opening, why: why.to_owned() };
        if let State::Open { port, .. } = std::mem::replace(&mut self.state, closed) {
            port.close();
        }
    }
}

impl State {
    /// Can be dropped while waiting: an opening goes on, and no byte is lost.
    async fn step(&mut self, lines: &mut LineReader) -> Step {
        match self {
            Self::Closed { opening, .. } => match opening.await {
                Ok((port, lines)) => Step::Opened(port, lines),
                Err(why) => Step::NotOpened(why),
            },
            Self::Open { port, .. } => {
                let mut bytes = [0; 512];
                match port.read(&mut bytes).await {
                    Ok(count) => Step::Read(lines.push(&bytes[..count]), count == bytes.len()),
                    Err(error) => Step::Lost(error.to_string()),
                }
            }
        }
    }
}

fn open_after(wait: Duration, settings: PortSettings) -> Opening {
    Box::pin(async move {
        sleep(wait).await;
        let port = Port::open(settings).await.map_err(|error| chain(&error))?;
        let mid_line = port.discard(SETTLE).await.map_err(|error| error.to_string())?;
        Ok((port, if mid_line { LineReader::mid_line() } else { LineReader::new() }))
    })
}

fn chain(error: &PortError) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
