//! A selection board on a serial port: a line for each key.

use super::{Heard, InputNews, Source};
use crate::serial::{Link, LinkNews};

impl Source for Link {
    async fn next(&mut self) -> Heard {
        match Self::next(self).await {
            LinkNews::Connected => Heard::News(InputNews::Connected),
            LinkNews::Disconnected { why } => Heard::News(InputNews::Disconnected { why }),
            LinkNews::Lines(lines) => Heard::Words(lines),
            LinkNews::Garbage { total } => Heard::News(InputNews::Garbage { total }),
        }
    }

    fn count_garbage(&mut self) {
        Self::count_garbage(self);
    }
}
