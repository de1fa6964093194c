//! What the display does by itself: how long messages stand, which language it speaks, and what it
//! shows when nobody has come for a while.

use std::time::Duration;

use crate::kiosk::kiosk::Kiosk;
use crate::kiosk::view::{Shown, View};
use crate::time::Moment;

/// How the display behaves: from the configuration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScreenRules {
    /// How many languages customers can choose among. The first one is the kiosk's own.
    pub languages: usize,
    /// How long a message of thanks or regret stands.
    pub message_time: Duration,
    /// How long a receipt stands to be scanned, if a display can show one.
    pub receipt_time: Option<Duration>,
    /// After so long without anybody the products are shown one after the other.
    pub attract_after: Option<Duration>,
}

impl Default for ScreenRules {
    fn default() -> Self {
        let message_time = Duration::from_secs(8);
        Self { languages: 1, message_time, receipt_time: None, attract_after: None }
    }
}

/// How long each product stands there.
const ATTRACTS_FOR: Duration = Duration::from_secs(5);

/// So long after the last customer the kiosk speaks its own language again.
const LANGUAGE_LASTS: Duration = Duration::from_secs(30);

/// A product of which no more than so many are left is nearly sold out.
const FEW: u32 = 2;

/// A product of which there is not much, as a display shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scarce {
    /// What the customer calls it.
    pub name: String,
    /// How many are left.
    pub left: u32,
}

/// What the display does by itself now.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Screen {
    language: usize,
    /// Since when nobody is there.
    alone_since: Option<Moment>,
}

impl Kiosk {
    /// The customer wants another language.
    pub fn next_language(&mut self, now: Moment) {
        self.screen.language = (self.screen.language + 1) % self.setup.screen.languages.max(1);
        self.screen.alone_since = self.screen.alone_since.map(|_| now);
    }

    /// The languages may be others.
    pub(super) fn speak_the_first_language(&mut self) {
        self.screen.language = 0;
    }

    /// Which of the languages the display speaks.
    pub fn language(&self) -> usize {
        self.screen.language
    }

    /// Whoever has left speaks no language any more. `view` is what is to be seen now.
    pub fn watch_the_room(&mut self, view: &View, now: Moment) {
        if !view.is_inviting() {
            self.screen.alone_since = None;
            return;
        }
        let since = *self.screen.alone_since.get_or_insert(now);
        if now.since(since) >= LANGUAGE_LASTS {
            self.screen.language = 0;
        }
    }

    /// What is shown when there is nothing to say of anybody.
    pub(super) fn idle_view(&self, now: Moment) -> View {
        self.attract_view(now).unwrap_or_else(|| {
            let (sold_out, few) = self.scarce().partition::<Vec<_>, _>(|shelf| shelf.left == 0);
            if sold_out.is_empty() && few.is_empty() {
                return View::Idle;
            }
            View::Shelf { sold_out: sold_out.into_iter().map(|shelf| shelf.name).collect(), few }
        })
    }

    /// What is sold out, and what is nearly so.
    fn scarce(&self) -> impl Iterator<Item = Scarce> {
        let products = self.setup.catalog.iter();
        let counted = products.filter(|(_, product)| product.stock.is_some() && !product.disabled);
        let shelves = counted.map(|(code, product)| {
            let left = self.stock.left(code);
            Scarce { name: product.name.clone(), left }
        });
        shelves.filter(|shelf| shelf.left <= FEW)
    }

    /// One product after the other, and a welcome between two rounds.
    fn attract_view(&self, now: Moment) -> Option<View> {
        let begins = self.screen.alone_since? + self.setup.screen.attract_after?;
        if now < begins {
            return None;
        }
        let shown: Vec<Shown> = self.on_offer().collect();
        if shown.is_empty() {
            return None;
        }
        let turn = now.since(begins).as_millis() / ATTRACTS_FOR.as_millis();
        let turn = usize::try_from(turn).unwrap_or(0) % (shown.len() + 1);
        shown.into_iter().nth(turn).map(|product| View::Attract { product })
    }

    /// What can be had now.
    fn on_offer(&self) -> impl Iterator<Item = Shown> {
        let products = self.setup.catalog.iter();
        let offered = products.filter(|(code, product)| {
            !product.disabled && (product.stock.is_none() || self.stock.left(code) > 0)
        });
        offered.map(|(code, product)| Shown {
            code: code.clone(),
            name: product.name.clone(),
            price: product.price,
            further: 0,
        })
    }

    /// When that changes by itself.
    pub(super) fn screen_changes_at(&self, now: Moment) -> Option<Moment> {
        let since = self.screen.alone_since?;
        let language = (self.screen.language > 0).then(|| since + LANGUAGE_LASTS);
        let attract = self.setup.screen.attract_after.map(|after| {
            let begins = since + after;
            if now < begins {
                return begins;
            }
            let turns = now.since(begins).as_millis() / ATTRACTS_FOR.as_millis() + 1;
            begins + ATTRACTS_FOR.saturating_mul(u32::try_from(turns).unwrap_or(u32::MAX))
        });
        language.into_iter().chain(attract).min()
    }
}
