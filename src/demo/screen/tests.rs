//! The screen without a terminal: keys in, a drawn buffer out, the real daemon behind it.

use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::player::{Player, Then};
use crate::simulator::Totals;

/// Nothing here takes longer on a machine that works; a loaded one gets time.
const LIMIT: Duration = Duration::from_mins(1);

struct Stage {
    player: Player,
    terminal: Terminal<TestBackend>,
}

impl Stage {
    fn new() -> Self {
        Self::with(false)
    }

    fn with(cart: bool) -> Self {
        let terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        let stage = Self { player: Player::start(cart).unwrap(), terminal };
        stage.after("Please choose a product.")
    }

    fn press(&mut self, keys: &str) {
        for key in keys.chars() {
            assert_eq!(self.player.press(key), Then::GoOn);
        }
    }

    fn drawn(&mut self) -> String {
        self.player.tick().unwrap();
        let frame = self.terminal.draw(|frame| self.player.draw(frame)).unwrap();
        let cells = frame.buffer.content().iter().map(ratatui::buffer::Cell::symbol);
        let cells: Vec<&str> = cells.collect();
        cells.chunks(80).map(|row| row.concat() + "\n").collect()
    }

    #[track_caller]
    fn see(&mut self, text: &str) {
        let deadline = Instant::now() + LIMIT;
        loop {
            let drawn = self.drawn();
            if drawn.contains(text) {
                return;
            }
            assert!(Instant::now() < deadline, "waited in vain for {text:?} on:\n{drawn}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    #[track_caller]
    fn after(mut self, text: &str) -> Self {
        self.see(text);
        self
    }

    fn totals(&self) -> Totals {
        let (_, books) = self.player.stripe();
        books.totals.values().copied().next().unwrap_or_default()
    }
}

#[test]
fn a_cola_is_sold_and_paid() {
    let mut stage = Stage::new();
    stage.press("1");
    stage.see("Tap, insert or swipe");
    stage.press("t");
    stage.see("Thank you");
    stage.see("captured 2.50 held 0.00");
    stage.see("sale 1  closed: sold");
    assert_eq!(stage.totals(), Totals { captured: 250, refunded: 0, held: 0 });
    assert_eq!(stage.player.delivered(), ["Cola"]);
}

#[test]
fn a_cart_is_paid_and_what_jams_is_not() {
    let mut stage = Stage::with(true);
    stage.see("y  PAY");
    stage.press("121B");
    stage.see("2 Cola. Choose more, or press PAY.");
    stage.press("2jy");
    stage.see("Tap, insert or swipe");
    stage.press("t");
    stage.see("Sorry, only 2 of 3 came out");
    stage.see("sale 1  closed: partly_sold");
    assert_eq!(stage.totals(), Totals { captured: 400, refunded: 0, held: 0 });
    assert_eq!(stage.player.delivered(), ["Cola", "Water"]);
}

#[test]
fn a_declined_card_and_two_ways_to_cancel_cost_nothing() {
    let mut stage = Stage::new();
    stage.press("b");
    stage.see("Tap, insert or swipe");
    stage.press("d");
    stage.see("Card declined.");
    stage.see("Tap, insert or swipe");
    stage.press("x");
    stage.see("sale 1  closed: abandoned");
    stage.see("Please choose a product.");
    stage.press("3");
    stage.see("[ Cancel ]");
    stage.press("r");
    stage.see("sale 2  closed: abandoned");
    assert_eq!(stage.totals(), Totals::default());
    assert!(stage.player.delivered().is_empty());
}

#[test]
fn the_plug_is_pulled_while_the_reader_asks_and_the_kiosk_sells_again() {
    let mut stage = Stage::new();
    stage.press("1");
    stage.see("Tap, insert or swipe");
    stage.press("p");
    stage.see("(no power");
    stage.press("2");
    stage.see("the kiosk has no power");
    stage.see("kioskd was restarted");
    // Either it goes on with the reader's own prompt or takes it back: both end without a debt.
    stage.press("x");
    stage.see("Please choose a product.");
    stage.press("2");
    stage.see("1.50 USD");
    stage.see("Tap, insert or swipe");
    stage.press("t");
    stage.see("Thank you");
    stage.see("captured 1.50 held 0.00");
    assert_eq!(stage.player.delivered(), ["Water"]);
}

#[test]
fn the_plug_is_pulled_while_the_coil_turns_and_the_cola_is_paid_once() {
    let mut stage = Stage::new();
    stage.press("1");
    stage.see("Tap, insert or swipe");
    stage.press("t");
    stage.see("the dispenser was told");
    stage.press("p");
    stage.see("kioskd was restarted");
    stage.see("captured 2.50 held 0.00");
    stage.see("Please choose a product.");
    assert_eq!(stage.player.delivered(), ["Cola"]);
}

#[test]
fn a_jam_is_not_charged() {
    let mut stage = Stage::new();
    stage.press("j1");
    stage.see("Tap, insert or swipe");
    stage.press("t");
    stage.see("held 2.50");
    stage.see("Your card has not been charged.");
    assert_eq!(stage.totals(), Totals::default());
    assert!(stage.player.delivered().is_empty());
}

#[test]
fn without_a_network_what_was_delivered_is_captured_once_it_is_back() {
    let mut stage = Stage::new();
    stage.press("1");
    stage.see("Tap, insert or swipe");
    stage.press("t");
    stage.see("the dispenser was told");
    stage.press("n");
    stage.see("the product came out");
    assert_eq!(stage.totals().captured, 0);
    stage.press("n");
    stage.see("captured 2.50 held 0.00");
    assert_eq!(stage.player.delivered(), ["Cola"]);
}

#[test]
fn a_selection_without_a_network_costs_nothing() {
    let mut stage = Stage::new();
    stage.press("n");
    stage.see("CUT");
    stage.press("1");
    stage.see("One moment, please.");
    stage.press("t");
    stage.see("nothing happens");
    stage.press("x");
    stage.see("taking back: the customer pressed CANCEL");
    stage.press("n");
    stage.see("sale 1  closed: abandoned");
    assert_eq!(stage.totals(), Totals::default());
}

#[test]
fn every_key_is_explained_on_80_by_24_and_smaller_screens_do_no_harm() {
    let mut stage = Stage::new();
    let drawn = stage.drawn();
    for key in ["1/a  A1 Cola 2.50", "2/b  A2 Water 1.50", "3/c  B1 Crisps 3.00", "x  CANCEL"] {
        assert!(drawn.contains(key), "{drawn}");
    }
    for key in ["t  tap", "d  tap", "r  cancel", "n  cut", "j  jam", "p  pull", "q  quit"] {
        assert!(drawn.contains(key), "{drawn}");
    }
    for (width, height) in [(1, 1), (20, 5), (79, 23), (200, 60)] {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| stage.player.draw(frame)).unwrap();
    }
}

#[test]
fn the_screen_can_be_left_at_any_time() {
    let mut stage = Stage::new();
    stage.press("1");
    stage.see("Tap, insert or swipe");
    assert_eq!(stage.player.press('q'), Then::Quit);
}
