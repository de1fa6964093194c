//! What customers choose on the screen of the payment reader. The driver shows it and reads it
//! there; from here on it is an input like any other.

use tokio::sync::mpsc;

use super::{Heard, InputNews, Source};

/// The screen of the payment reader.
#[derive(Debug)]
pub struct ReaderScreen {
    chosen: mpsc::Receiver<String>,
    is_told: bool,
}

impl ReaderScreen {
    /// What comes from here was chosen there, in a selection board's words.
    pub fn new(chosen: mpsc::Receiver<String>) -> Self {
        Self { chosen, is_told: false }
    }
}

impl Source for ReaderScreen {
    async fn next(&mut self) -> Heard {
        // Whether the reader can be reached, `kioskd reader` and the reasons not to sell tell.
        if !std::mem::replace(&mut self.is_told, true) {
            return Heard::News(InputNews::Connected);
        }
        match self.chosen.recv().await {
            Some(word) => Heard::Words(vec![word]),
            None => std::future::pending().await,
        }
    }

    fn count_garbage(&mut self) {
        // A number that is no product's code is a customer's, and one that is no word cannot be typed.
    }
}
