//! What customers press, from boards and terminals.
//!
//! A flood of keys never delays the daemon: keys come at most [`KEYS_PER_SECOND`] a second and
//! wait for nobody; what is too much is dropped and counted as garbage.

pub mod buttons;
pub mod evdev;
pub mod gpio;
pub mod matrix;
mod mdb;
pub mod reader;
mod serial;
pub mod stdin;
mod typing;
mod typist;

use std::time::Duration;

use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::time::Instant;

use crate::ids::{ProductCode, SaleId, Slot};
use crate::money::Money;
use crate::pulse::Pulse;
use crate::serial::noise::TokenBucket;
use typist::Typist;

/// More keys than a person can press.
pub const KEYS_PER_SECOND: u32 = 20;

/// One key press.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// A product was chosen: `A1`.
    Select(ProductCode),
    /// The customer gives up: `CANCEL`.
    Cancel,
    /// The cart is complete: `PAY`.
    Pay,
    /// Another language: `LANGUAGE`.
    Language,
    /// A product is taken out of the cart: `REMOVE A1`.
    Remove(ProductCode),
}

impl Key {
    /// Reads a line of a selection board. `CANCEL`, `PAY`, `LANGUAGE` and `REMOVE` are no
    /// product codes.
    pub fn parse(line: &str) -> Option<Self> {
        match line {
            "CANCEL" => Some(Self::Cancel),
            "PAY" => Some(Self::Pay),
            "LANGUAGE" => Some(Self::Language),
            "REMOVE" => None,
            _ => match line.strip_prefix("REMOVE ") {
                Some(code) => ProductCode::new(code).ok().map(Self::Remove),
                None => ProductCode::new(line).ok().map(Self::Select),
            },
        }
    }
}

/// News of one input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputNews {
    /// It can be heard.
    Connected,
    /// It cannot be heard; tried again for ever.
    Disconnected {
        /// For people.
        why: String,
    },
    /// A key was pressed just now.
    Key(Key),
    /// What stands at a keypad now, and is no code yet.
    Typing {
        /// Empty: it was completed, taken back or forgotten.
        text: String,
    },
    /// A vending machine asks for money. The sale's id names the question from here on.
    Asked {
        /// The sale that may be opened.
        sale: SaleId,
        /// The machine's number of the product.
        slot: Slot,
        /// What the machine asks for.
        price: Money,
    },
    /// The machine waits no longer.
    Withdrawn {
        /// For what it had asked.
        sale: SaleId,
    },
    /// A button is down for too long, and passed over until it comes up.
    Stuck {
        /// Which, for people.
        what: String,
    },
    /// It came up.
    Freed {
        /// Which, for people.
        what: String,
    },
    /// Lines that were no keys, or too many, since the daemon started.
    Garbage {
        /// Grows; told at most once a second.
        total: u64,
    },
}

/// News, and which input they are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedInputNews {
    /// The input's table in the configuration.
    pub input: String,
    /// What happened.
    pub news: InputNews,
}

/// What one kind of input hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// What a selection board would write, in order.
    Words(Vec<String>),
    /// Anything else. That it cannot be heard is told each time that it is tried in vain.
    News(InputNews),
}

/// A kind of input: customers press, and words come out of it.
pub trait Source: Send {
    /// What is heard next; there is always more. May be dropped and called again, and nothing is lost
    /// by that.
    fn next(&mut self) -> impl Future<Output = Heard> + Send;

    /// A word was no key, or one too many.
    fn count_garbage(&mut self);
}

/// Listens to the input called `name`, and returns only when `news` is closed.
pub async fn run(
    name: String,
    mut source: impl Source,
    news: mpsc::Sender<NamedInputNews>,
    mut pulse: Pulse,
) {
    let mut outlet = Outlet::new(name, news.clone());
    loop {
        let heard = tokio::select! {
            () = news.closed() => return,
            question = pulse.asked() => {
                pulse.answer(question).await;
                continue;
            }
            heard = source.next() => heard,
        };
        if let Err(Deaf) = pass_on(heard, &mut source, &mut outlet).await {
            return;
        }
    }
}

async fn pass_on(heard: Heard, source: &mut impl Source, outlet: &mut Outlet) -> Result<(), Deaf> {
    let words = match heard {
        Heard::Words(words) => words,
        Heard::News(news) => return outlet.pass_on(news).await,
    };
    for word in words {
        if !outlet.press(&word)? {
            source.count_garbage();
        }
    }
    Ok(())
}

/// The daemon no longer listens.
struct Deaf;

/// The way from one input to the daemon.
struct Outlet {
    input: String,
    news: mpsc::Sender<NamedInputNews>,
    bucket: TokenBucket,
}

impl Outlet {
    fn new(input: String, news: mpsc::Sender<NamedInputNews>) -> Self {
        let interval = Duration::from_secs(1) / KEYS_PER_SECOND;
        Self { input, news, bucket: TokenBucket::new(KEYS_PER_SECOND, interval) }
    }

    /// Passes on a key; false if the line was none, or there were too many.
    fn press(&mut self, line: &str) -> Result<bool, Deaf> {
        let Some(key) = Key::parse(line) else { return Ok(false) };
        Ok(self.bucket.take(Instant::now()) && self.try_tell(InputNews::Key(key))?)
    }

    async fn pass_on(&self, news: InputNews) -> Result<(), Deaf> {
        match news {
            // What finds no room is old by the time there is some.
            InputNews::Key(_) | InputNews::Typing { .. } | InputNews::Garbage { .. } => {
                self.try_tell(news).map(drop)
            }
            InputNews::Connected
            | InputNews::Disconnected { .. }
            | InputNews::Stuck { .. }
            | InputNews::Freed { .. }
            | InputNews::Asked { .. }
            | InputNews::Withdrawn { .. } => self.tell(news).await,
        }
    }

    /// Tells the daemon if it has room.
    fn try_tell(&self, news: InputNews) -> Result<bool, Deaf> {
        match self.news.try_send(NamedInputNews { input: self.input.clone(), news }) {
            Ok(()) => Ok(true),
            Err(TrySendError::Full(_)) => Ok(false),
            Err(TrySendError::Closed(_)) => Err(Deaf),
        }
    }

    /// Tells the daemon what it must not miss, waiting for room.
    async fn tell(&self, news: InputNews) -> Result<(), Deaf> {
        let news = NamedInputNews { input: self.input.clone(), news };
        self.news.send(news).await.map_err(|_closed| Deaf)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_are_matched_exactly() {
        let a1 = ProductCode::new("A1").unwrap();
        assert_eq!(Key::parse("A1"), Some(Key::Select(a1.clone())));
        assert_eq!(Key::parse("REMOVE A1"), Some(Key::Remove(a1)));
        assert_eq!(Key::parse("CANCEL"), Some(Key::Cancel));
        assert_eq!(Key::parse("PAY"), Some(Key::Pay));
        for rubbish in ["", " A1", "A1 ", "REMOVE", "REMOVE ", "REMOVE  A1", "A1 B1", "PAY A1"] {
            assert_eq!(Key::parse(rubbish), None, "{rubbish:?}");
        }
    }

    #[test]
    fn keys_that_find_no_room_are_dropped() {
        let (sender, mut news) = mpsc::channel(1);
        let mut outlet = Outlet::new("keypad".to_owned(), sender);
        assert!(matches!(outlet.press("A1"), Ok(true)));
        assert!(matches!(outlet.press("B1"), Ok(false)));
        let heard = news.try_recv().unwrap();
        assert_eq!(heard.news, InputNews::Key(Key::parse("A1").unwrap()));
        drop(news);
        assert!(outlet.press("A1").is_err());
    }

    proptest! {
        #[test]
        fn no_line_panics(line in any::<String>()) {
            let _key = Key::parse(&line);
        }
    }
}
