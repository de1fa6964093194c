//! What the player does, and what has happened: all of the screen but its drawing.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::DemoError;
use super::bench::Bench;
use crate::daemon::Event;
use crate::daemon::run::Message;
use crate::ids::{ProductCode, SaleId};
use crate::kiosk::View;
use crate::locale::Speech;
use crate::sale::Fact;
use crate::simulator::{Books, Card, Screen, SimulatorError};
use crate::telemetry::story::{self, Weight};

/// How long the plug stays out.
const UNPLUGGED: Duration = Duration::from_secs(3);

/// Lines of the story that are kept; no terminal shows more.
const MOST_LINES: usize = 500;

/// What follows a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Then {
    /// The demo goes on.
    GoOn,
    /// The player leaves.
    Quit,
}

/// A line of the story.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Line {
    /// The player did something.
    You(String),
    /// A fact of a sale.
    Fact {
        /// The how many-th sale of this demo.
        sale: usize,
        /// The fact.
        text: String,
        /// How much it matters.
        weight: Weight,
    },
}

/// The demo being played.
#[derive(Debug)]
pub struct Player {
    bench: Bench,
    back_at: Option<Instant>,
    sales: Vec<SaleId>,
    lines: VecDeque<Line>,
    speech: Speech,
}

impl Player {
    /// Starts everything, the daemon included; its customers may have a cart.
    pub fn start(cart: bool) -> Result<Self, DemoError> {
        let mut bench = Bench::new(cart)?;
        bench.power_on()?;
        let speech = Speech::english();
        Ok(Self { bench, back_at: None, sales: Vec::new(), lines: VecDeque::new(), speech })
    }

    /// Takes a key; keys without a meaning do nothing.
    pub fn press(&mut self, key: char) -> Then {
        match key {
            '1' | 'a' => self.choose(0),
            '2' | 'b' => self.choose(1),
            '3' | 'c' => self.choose(2),
            't' => self.tap(Card::VISA, "a Visa with money"),
            'd' => self.tap(Card::DECLINED, "a card that is declined"),
            'A' => self.take_out(0),
            'B' => self.take_out(1),
            'C' => self.take_out(2),
            'y' => self.keypad("PAY", Message::Pay { answer: None }),
            'x' => self.keypad("CANCEL", Message::Event(Event::CancelPressed)),
            'r' => {
                let pressed = self.bench.cancel_on_reader();
                self.at_reader("press Cancel on the reader", pressed);
            }
            'n' if self.bench.toggle_network() => self.you("mend the network"),
            'n' => self.you("cut the network"),
            'j' if self.bench.board().toggle_jam() => self.you("block the coils: the next jams"),
            'j' => self.you("clear the coils"),
            'p' => self.pull_the_plug(),
            'q' => return Then::Quit,
            _ => {}
        }
        Then::GoOn
    }

    /// Takes in what has happened, and gives the power back when it is time.
    pub fn tick(&mut self) -> Result<(), DemoError> {
        while let Some((sale, fact)) = self.bench.next_fact() {
            self.happened(sale, &fact);
        }
        if let Some(error) = self.bench.death() {
            return Err(error);
        }
        if self.back_at.take_if(|at| *at <= Instant::now()).is_some() {
            self.note(Line::You("The plug is back in; kioskd starts on its journal.".to_owned()));
            self.bench.power_on()?;
        }
        Ok(())
    }

    /// What the display speaks.
    pub(super) fn speech(&self) -> &Speech {
        &self.speech
    }

    /// What the kiosk's display shows; nothing without power.
    pub fn view(&self) -> Option<View> {
        self.bench.view()
    }

    /// What the reader shows, and Stripe's books.
    pub fn stripe(&self) -> (Screen, Books) {
        self.bench.stripe()
    }

    /// The products that came out, by name, oldest first.
    pub fn delivered(&self) -> Vec<String> {
        let name = |code: &str| {
            let products = &self.bench.settings().products;
            let found = products.values().find(|product| product.slot.as_str() == code);
            found.map_or_else(|| code.to_owned(), |product| product.name.clone())
        };
        self.bench.board().delivered().iter().map(|(_, slot)| name(slot.as_str())).collect()
    }

    pub(super) fn bench(&self) -> &Bench {
        &self.bench
    }

    /// The story, oldest line first.
    pub(super) fn lines(&self) -> &VecDeque<Line> {
        &self.lines
    }

    /// How long the plug stays out.
    pub(super) fn back_in(&self) -> Option<Duration> {
        self.back_at.map(|at| at.saturating_duration_since(Instant::now()))
    }

    fn code(&self, place: usize) -> Option<ProductCode> {
        self.bench.settings().products.keys().nth(place).cloned()
    }

    fn take_out(&mut self, place: usize) {
        if let Some(code) = self.code(place) {
            let name = format!("REMOVE {code}");
            self.keypad(&name, Message::Remove { code, answer: None });
        }
    }

    fn choose(&mut self, place: usize) {
        if let Some(code) = self.code(place) {
            let name = code.to_string();
            self.keypad(&name, Message::Select { code, answer: None });
        }
    }

    fn keypad(&mut self, key: &str, message: Message) {
        if self.bench.tell_daemon(message) {
            self.you(&format!("press {key} on the keypad"));
        } else {
            self.you(&format!("press {key}: the kiosk has no power"));
        }
    }

    fn tap(&mut self, card: Card, what: &str) {
        let last4 = card.last4();
        let tapped = self.bench.tap(card);
        self.at_reader(&format!("tap {what} (…{last4})"), tapped);
    }

    fn at_reader(&mut self, what: &str, done: Result<(), SimulatorError>) {
        match done {
            Ok(()) => self.you(what),
            Err(error) => self.you(&format!("{what}: nothing happens ({error})")),
        }
    }

    fn pull_the_plug(&mut self) {
        if self.back_at.is_some() {
            return;
        }
        self.bench.power_off();
        // What was journalled before the plug was pulled is told before it.
        while let Some((sale, fact)) = self.bench.next_fact() {
            self.happened(sale, &fact);
        }
        self.back_at = Some(Instant::now() + UNPLUGGED);
        self.you("pull the plug of the kiosk's computer");
    }

    fn happened(&mut self, id: SaleId, fact: &Fact) {
        let place = self.sales.iter().position(|known| *known == id).unwrap_or_else(|| {
            self.sales.push(id);
            self.sales.len() - 1
        });
        let (text, weight) = (story::sentence(fact), story::weight(fact));
        self.note(Line::Fact { sale: place + 1, text, weight });
    }

    fn you(&mut self, what: &str) {
        self.note(Line::You(format!("You {what}.")));
    }

    fn note(&mut self, line: Line) {
        if self.lines.len() >= MOST_LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }
}
