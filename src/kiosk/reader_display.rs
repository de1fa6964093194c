//! The product and its price on the reader, before it asks for the card (`payment.reader_display`).
//!
//! A nicety: whatever goes wrong with it, the sale goes on. It is sent only while the PaymentIntent
//! is being created, and never while a payment may be on the reader, which it would replace without
//! a word. The prompt waits for its answer, since commands to a reader go one at a time, but for
//! two seconds at most; after one that failed the next customers are spared even that for a while.

use std::time::Duration;

use crate::ids::SaleId;
use crate::kiosk::kiosk::Kiosk;
use crate::kiosk::reader::acting;
use crate::sale::input::{ActionSeen, Refusal, Seen, Trouble};
use crate::sale::{Phase, Sale};
use crate::time::Moment;

/// How long after a failure no product is shown.
const SPARED_FOR: Duration = Duration::from_mins(5);

/// What is known of the product on the reader.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct DisplayWatch {
    /// The sale for which it was sent last.
    sent_for: Option<SaleId>,
    /// When it last failed.
    failed: Option<Moment>,
    /// Since when it is not known whether it stands there.
    pub(super) unclear: Option<Moment>,
}

impl Kiosk {
    /// The sale whose product the reader shall show now.
    pub fn display_wanted(&self, now: Moment) -> Option<&Sale> {
        let display = &self.watch.display;
        let spared = display.failed.is_some_and(|failed| now < failed + SPARED_FOR);
        if !self.setup.reader_display || spared || self.is_reader_held() {
            return None;
        }
        let sale = self.front_sale()?;
        let opening = matches!(sale.phase, Phase::Opening { .. }) && sale.intent.is_none();
        let (asked, reader) = self.watch.seen.as_ref()?;
        let is_free = *asked >= sale.opened.at && acting(reader).is_none_or(is_shown);
        let is_new = display.sent_for.as_ref() != Some(sale.id());
        (opening && is_free && is_new).then_some(sale)
    }

    /// The reader is asked to show a sale's product: once.
    pub fn display_sent(&mut self, sale: SaleId) {
        self.watch.display.sent_for = Some(sale);
    }

    /// How that ended.
    pub fn display_answered(&mut self, result: &Result<Seen, Trouble>, now: Moment) {
        let display = &mut self.watch.display;
        display.failed = result.is_err().then_some(now);
        if let Err(Trouble::Unknown { .. } | Trouble::Refused(Refusal::ReaderTimeout)) = result {
            display.unclear = Some(now);
        }
    }

    /// Whether a product stands on the reader that nobody buys any more.
    pub(super) fn is_display_left(&self) -> bool {
        let seen = self.watch.seen.as_ref();
        let shown = seen.is_some_and(|(_, reader)| acting(reader).is_some_and(is_shown));
        let wanted = self
            .sales
            .values()
            .any(|sale| matches!(sale.phase, Phase::Opening { .. } | Phase::Prompting { .. }));
        self.setup.reader_display && shown && !wanted && !self.is_reader_held()
    }
}

fn is_shown(action: &ActionSeen) -> bool {
    action.kind == "set_reader_display"
}
