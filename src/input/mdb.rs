//! A vending machine that asks for money: one end of its bus.

use super::{Heard, InputNews, Source};
use crate::mdb::InputEnd;
use crate::mdb::bus::Asking;

impl Source for InputEnd {
    async fn next(&mut self) -> Heard {
        Heard::News(match Self::next(self).await {
            Asking::Connected => InputNews::Connected,
            Asking::Disconnected { why } => InputNews::Disconnected { why },
            Asking::Asked { sale, slot, price } => InputNews::Asked { sale, slot, price },
            Asking::Withdrawn { sale } => InputNews::Withdrawn { sale },
            Asking::Garbage { total } => InputNews::Garbage { total },
        })
    }

    fn count_garbage(&mut self) {
        // It writes no words: what makes no sense is counted where it is read.
    }
}
