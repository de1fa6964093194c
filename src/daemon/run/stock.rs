//! What is left of products, for people, and what they order of it.

use tokio::sync::oneshot;

use super::{Tasks, perform};
use crate::daemon::driver::{Driver, Event, Now};
use crate::daemon::orders::Ordered;
use crate::kiosk::stock::{Filling, StockDocument};

/// What the loop hears of the stock.
#[derive(Debug)]
pub enum StockMessage {
    /// Somebody wants to know what is left.
    Show(oneshot::Sender<StockDocument>),
    /// Somebody has filled the machine.
    Fill {
        /// With what.
        filling: Filling,
        /// Who, as the system names them.
        by: String,
        /// For what has become of it.
        answer: oneshot::Sender<Ordered>,
    },
}

pub(super) fn hear(driver: &mut Driver, message: StockMessage, tasks: &mut Tasks, now: Now) {
    match message {
        StockMessage::Show(answer) => drop(answer.send(driver.kiosk().stock_document())),
        StockMessage::Fill { filling, by, answer } => {
            tasks.filling = Some(answer);
            perform(driver.turn(Event::Filled { filling, by }, now), tasks);
        }
    }
}
