//! A dispenser board on a serial port. It has a memory of its own: `STATUS` is its matter alone.

use std::time::Duration;

use tokio::time::Instant;

use super::run::{Begun, Device, Said};
use super::{Answer, Vend, answers};
use crate::ids::OrderId;
use crate::serial::noise::TokenBucket;
use crate::serial::{Link, LinkNews, PortSettings};

/// Answers taken at once; then one each [`ANSWER_INTERVAL`]. A board speaks only when asked; what
/// a mad one says beyond this is dropped, and `STATUS` asks again.
const ANSWERS_AT_ONCE: u32 = 50;
const ANSWER_INTERVAL: Duration = Duration::from_millis(50);

/// A board that is asked by lines.
pub struct Board {
    link: Link,
    bucket: TokenBucket,
}

impl Board {
    /// A board whose port is opened when it is first listened to.
    pub fn new(settings: PortSettings) -> Self {
        let bucket = TokenBucket::new(ANSWERS_AT_ONCE, ANSWER_INTERVAL);
        Self { link: Link::new(settings), bucket }
    }

    fn read(&mut self, line: &str) -> Option<(OrderId, Answer)> {
        let answer = answers::parse(line).filter(|_| self.bucket.take(Instant::now()));
        if answer.is_none() {
            self.link.count_garbage();
        }
        answer
    }
}

impl Device for Board {
    const REMEMBERS: bool = true;

    async fn next(&mut self) -> Said {
        loop {
            match self.link.next().await {
                LinkNews::Connected => return Said::Connected,
                LinkNews::Disconnected { why } => return Said::Disconnected { why },
                LinkNews::Garbage { total } => return Said::Garbage { total },
                LinkNews::Lines(lines) => {
                    let answers: Vec<(OrderId, Answer)> =
                        lines.iter().filter_map(|line| self.read(line)).collect();
                    if !answers.is_empty() {
                        return Said::Answers(answers);
                    }
                }
            }
        }
    }

    fn check(&self) -> Result<(), String> {
        self.link.check_open()
    }

    async fn vend(&mut self, vend: &Vend) -> Begun {
        match self.link.write(&format!("VEND {} {}", vend.id, vend.slot)).await {
            Ok(()) => Begun::Whole,
            Err(why) => Begun::Unclear { why },
        }
    }

    async fn ask(&mut self, id: &OrderId) {
        // Dropped if the board is away: the core repeats it.
        let _sent = self.link.write(&format!("STATUS {id}")).await;
    }
}
