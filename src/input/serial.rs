//! A selection board on a serial port: a line for each key.

use super::{Heard, Source};
use crate::serial::{Link, LinkNews};

impl Source for Link {
    async fn next(&mut self) -> Heard {
        match Self::next(self).await {
            LinkNews::Connected => Heard::Connected,
            LinkNews::Disconnected { why } => Heard::Disconnected { why },
            LinkNews::Lines(lines) => Heard::Words(lines),
            LinkNews::Garbage { total } => Heard::Garbage { total },
        }
    }

    fn count_garbage(&mut self) {
        Self::count_garbage(self);
    }
}
