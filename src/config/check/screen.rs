//! The screen of the payment reader, where customers choose on it.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::super::origins::KeyPath;
use super::super::problem::quoted;
use super::super::raw::RawInput;
use super::super::settings::{InputSettings, ProductSettings, ReaderInput, ReaderStyle};
use super::Check;
use crate::ids::ProductCode;
use crate::kiosk::menu::LONGEST_TITLE;

pub(super) const KEYS: &[&str] = &["title", "style", "poll"];

/// How often the reader may be asked.
const POLL: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_mins(1);

impl Check<'_> {
    pub(super) fn reader_screen(&mut self, table: &KeyPath, raw: &RawInput) -> Option<ReaderInput> {
        let styles = [("buttons", ReaderStyle::Buttons), ("numbers", ReaderStyle::Numbers)];
        let style = self.choice(&table.join("style"), &raw.style, &styles);
        let poll = self.duration(&table.join("poll"), &raw.poll, POLL);
        let length = raw.title.chars().count();
        let is_title =
            (1..=LONGEST_TITLE).contains(&length) && !raw.title.chars().any(char::is_control);
        if !is_title {
            let wrong = format!("{} cannot stand on the reader", quoted(&raw.title));
            let allowed =
                format!("1 to {LONGEST_TITLE} characters, none of them a control character");
            self.wrong(&table.join("title"), wrong, allowed, "write a shorter text");
        }
        let title = is_title.then(|| raw.title.clone());
        Some(ReaderInput { title: title?, style: style?, poll: poll? })
    }

    /// What is typed on a reader is a number, and nothing of a cart can be.
    pub(super) fn numbers_on_the_reader(
        &mut self,
        inputs: &BTreeMap<String, InputSettings>,
        products: &BTreeMap<ProductCode, ProductSettings>,
    ) {
        for (name, input) in inputs {
            let InputSettings::Reader(ReaderInput { style: ReaderStyle::Numbers, .. }) = input
            else {
                continue;
            };
            let key = KeyPath::new(["input", name]).join("style");
            let is_number = |code: &&ProductCode| code.as_str().bytes().all(|b| b.is_ascii_digit());
            if let Some(code) = products.keys().find(|code| !is_number(code)) {
                let wrong = format!("{code} cannot be typed where there are digits only");
                let fix = "give the product a number as its code, or write \"buttons\"";
                self.wrong(&key, wrong, "\"numbers\" with numbers as codes", fix);
            }
            if self.merged.raw.kiosk.cart {
                let wrong = "PAY cannot be typed on the reader, and customers have a cart";
                let fix = "write \"buttons\", or kiosk.cart = false";
                self.wrong(&key, wrong, "\"buttons\" with a cart", fix);
            }
        }
    }
}
