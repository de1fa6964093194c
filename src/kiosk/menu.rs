//! What there is to choose, on the screen of the payment reader (`[input.NAME]`, `kind = "reader"`):
//! for a kiosk without keys of its own.
//!
//! A form stands on the reader whenever the kiosk is free for a customer, and is cleared before
//! anything else is asked of the reader. Each has a mark of its own, drawn when it is sent: the
//! reader goes on showing how its last form ended, and an answer counts once, and only if the form
//! was put there by this life of the daemon.
//!
//! Source: Stripe, API reference, "Collect inputs using a Reader", and Collect on-screen inputs.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use crate::ids::ProductCode;
use crate::kiosk::kiosk::Kiosk;
use crate::kiosk::out_of_order::Since;
use crate::kiosk::reader::acting;
use crate::sale::form::FormSeen;
use crate::sale::input::{ActionSeen, ActionStatus, ReaderSeen, Refusal, Trouble};
use crate::time::Moment;

/// The buttons of a selection. Source: Stripe, Collect on-screen inputs.
const BUTTONS: usize = 4;

/// The longest texts of buttons and titles, in characters. Source: the same.
const BUTTON: usize = 30;
/// The longest title, in characters. Source: the same.
pub const LONGEST_TITLE: usize = 40;

/// After a form that failed there is none for so long.
const SPARED_FOR: Duration = Duration::from_secs(5);

/// How often the reader is looked at before a form is put there.
const FIRST_LOOK: Duration = Duration::from_secs(1);

/// The button that shows the next products. No product code begins like this.
const MORE: &str = "+more";

/// What may stand on the reader: from the configuration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MenuRules {
    /// What stands above it: 1 to [`LONGEST_TITLE`] characters.
    pub title: String,
    /// How products are chosen.
    pub style: MenuStyle,
    /// How often the reader is looked at while a form stands on it.
    pub poll: Duration,
}

/// How products are chosen on a reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MenuStyle {
    /// Each has a button.
    Buttons,
    /// Their numbers are typed.
    Numbers,
}

/// A form for the reader.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Menu {
    /// What stands above it.
    pub title: String,
    /// The buttons, each with what it says when it is pressed; none: a number is typed.
    pub buttons: Vec<(String, String)>,
    /// Tells it from all other forms.
    pub mark: String,
}

/// What is known of the form on the reader.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct MenuWatch {
    /// The form that was put there.
    shown: Option<ShownMenu>,
    /// Which products its buttons show.
    page: usize,
    /// When the last one failed.
    failed: Option<Moment>,
    /// Since when it is not known whether it stands there.
    unclear: Option<Moment>,
    /// What the customer answered, until the driver takes it.
    answer: Option<String>,
}

/// A form that was put on the reader.
#[derive(Clone, PartialEq, Eq, Debug)]
struct ShownMenu {
    mark: String,
    /// Equal ones have the same title and buttons.
    made_of: u64,
    sent: Moment,
}

impl Kiosk {
    /// The form that the reader shall show now, but for its mark. `draw` makes a mark that no other
    /// form has. Only on a look that has just come back: whatever else stands there since is nobody's
    /// to replace.
    pub fn menu_wanted(&self, now: Moment, draw: impl FnOnce() -> String) -> Option<Menu> {
        if !self.is_just_seen(now) {
            return None;
        }
        let (title, buttons) = self.missing_menu(now)?;
        Some(Menu { title, buttons, mark: draw() })
    }

    fn missing_menu(&self, now: Moment) -> Option<(String, Vec<(String, String)>)> {
        let spared = self.watch.menu.failed.is_some_and(|failed| now < failed + SPARED_FOR);
        let (_, reader) = self.watch.seen.as_ref()?;
        let is_free = acting(reader).is_none() && !self.is_menu_unclear();
        if spared || !is_free || self.watch.menu.shown.is_some() {
            return None;
        }
        self.menu(now)
    }

    /// A form is sent.
    pub fn menu_sent(&mut self, menu: &Menu, now: Moment) {
        let made_of = made_of(&menu.title, &menu.buttons);
        self.watch.menu.shown = Some(ShownMenu { mark: menu.mark.clone(), made_of, sent: now });
    }

    /// How that ended.
    pub fn menu_answered(&mut self, trouble: Option<&Trouble>, now: Moment) {
        let menu = &mut self.watch.menu;
        let Some(trouble) = trouble else { return };
        menu.shown = None;
        menu.failed = Some(now);
        if let Trouble::Unknown { .. } | Trouble::Refused(Refusal::ReaderTimeout) = trouble {
            menu.unclear = Some(now);
        }
    }

    /// What a customer has chosen on the reader, once: a word of a selection board's.
    pub fn take_menu_answer(&mut self) -> Option<String> {
        self.watch.menu.answer.take()
    }

    /// How often the reader is looked at because a form of this kiosk stands on it, or waits to be put
    /// there.
    pub(super) fn menu_pace(&self, now: Moment) -> Option<Duration> {
        let rules = self.setup.menu.as_ref()?;
        if self.watch.menu.shown.is_some() {
            return Some(rules.poll);
        }
        let waits = !self.is_just_seen(now) && self.missing_menu(now).is_some();
        waits.then_some(FIRST_LOOK)
    }

    /// Whether nobody knows if a form stands on the reader.
    pub(super) fn is_menu_unclear(&self) -> bool {
        self.watch.menu.unclear.is_some()
    }

    /// Whether a form of this board stands on the reader that nobody shall answer any more.
    pub(super) fn is_menu_left(&self, now: Moment) -> bool {
        let Some((_, reader)) = &self.watch.seen else { return false };
        let Some(form) = acting(reader).and_then(|action| self.own_form(action)) else {
            return false;
        };
        let shown = self.watch.menu.shown.as_ref();
        let Some(shown) = shown.filter(|shown| form.mark.as_ref() == Some(&shown.mark)) else {
            return true;
        };
        self.menu(now).is_none_or(|(title, buttons)| made_of(&title, &buttons) != shown.made_of)
    }

    /// The form of an action, if this board has put it there.
    pub(super) fn own_form<'a>(&self, action: &'a ActionSeen) -> Option<&'a FormSeen> {
        let ours = self.setup.origin.controller.as_str();
        action.form.as_deref().filter(|form| form.controller.as_deref() == Some(ours))
    }

    /// The reader was looked at: the form may have been answered, or be gone.
    pub(super) fn menu_seen(&mut self, asked: Moment, reader: &ReaderSeen, now: Since) {
        if self.watch.menu.unclear.is_some_and(|since| asked > since) {
            self.watch.menu.unclear = None;
        }
        // A look from before the form was sent knows nothing of it.
        let Some(shown) = self.watch.menu.shown.clone().filter(|shown| asked >= shown.sent) else {
            return;
        };
        let form = reader.action.as_ref().and_then(|action| {
            let form = self.own_form(action)?;
            (form.mark.as_ref() == Some(&shown.mark)).then_some((form, &action.status))
        });
        let answer = match form {
            Some((_, ActionStatus::InProgress)) => return,
            Some((form, ActionStatus::Succeeded)) => form.answer.clone(),
            Some((_, ActionStatus::Failed { .. } | ActionStatus::Other(_))) => {
                self.watch.menu.failed = Some(now.moment);
                None
            }
            // Somebody else has cleared it, or put something else there.
            None => None,
        };
        self.watch.menu.shown = None;
        if answer.as_deref() == Some(MORE) {
            self.watch.menu.page += 1;
        } else {
            self.watch.menu.page = 0;
            self.watch.menu.answer = answer;
        }
    }

    /// Title and buttons, if anything can be chosen now.
    fn menu(&self, now: Moment) -> Option<(String, Vec<(String, String)>)> {
        let rules = self.setup.menu.as_ref()?;
        let codes: Vec<&ProductCode> =
            self.setup.catalog.keys().filter(|code| self.sellable(code, 1, now).is_ok()).collect();
        if codes.is_empty() || !self.is_reader_ours() {
            return None;
        }
        let buttons = match rules.style {
            MenuStyle::Numbers => Vec::new(),
            MenuStyle::Buttons => self.buttons(&codes),
        };
        Some((rules.title.clone(), buttons))
    }

    fn buttons(&self, codes: &[&ProductCode]) -> Vec<(String, String)> {
        let pay = self
            .cart_status()
            .and_then(|cart| cart.amount)
            .map(|sum| ("PAY".to_owned(), shortened(&format!("Pay {}", sum.decimal_text()))));
        let room = BUTTONS - usize::from(pay.is_some());
        let product = |code: &&ProductCode| {
            let product = &self.setup.catalog[*code];
            let price = product.price.decimal_text();
            let name: String =
                product.name.chars().take(BUTTON.saturating_sub(price.len() + 1)).collect();
            (code.to_string(), format!("{name} {price}"))
        };
        let all: Vec<(String, String)> = codes.iter().map(product).collect();
        if all.len() <= room {
            return pay.into_iter().chain(all).collect();
        }
        let pages: Vec<&[(String, String)]> = all.chunks(room - 1).collect();
        let page = pages[self.watch.menu.page % pages.len()];
        let more = (MORE.to_owned(), "More".to_owned());
        pay.into_iter().chain(page.iter().cloned()).chain([more]).collect()
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(BUTTON).collect()
}

fn made_of(title: &str, buttons: &[(String, String)]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (title, buttons).hash(&mut hasher);
    hasher.finish()
}
