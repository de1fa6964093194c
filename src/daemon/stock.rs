//! What is left of products that are counted: from the journal, into it, and by people's orders.
//!
//! The kiosk counts. What it has counted goes to the journal in the batch of the facts that it was
//! counted by, so that a crash neither counts twice nor misses one.

use std::time::Duration;

use crate::daemon::driver::{Driver, Effect, Now};
use crate::daemon::orders::Ordered;
use crate::daemon::tell;
use crate::ids::ProductCode;
use crate::journal::{Count, Counts};
use crate::kiosk::stock::{Filling, Shelf};
use crate::time::Moment;

/// How long a person waits for the journal before they are told that it has not taken the order.
const RECORDED_WITHIN: Duration = Duration::from_secs(5);

/// An order that is carried out, and whose answer waits for the disk.
#[derive(Debug)]
pub(super) struct UnansweredFilling {
    /// The batch that it is in.
    batch: u64,
    until: Moment,
}

impl Driver {
    /// Takes over what the journal has counted.
    pub(super) fn count_on(&mut self, counts: &Counts) {
        for product in &counts.damaged {
            tell::stock_unread(&format!("the journal's count of product {product} is damaged"));
        }
        let sound = counts.sound.iter();
        let shelves = sound.map(|count| {
            let shelf = Shelf { left: count.left, filled: count.filled.clone() };
            (count.product.clone(), shelf)
        });
        self.kiosk.on_record(shelves);
        self.ledger.resume_counts(counts.newest);
    }

    /// What the kiosk has counted goes with the next batch.
    pub(super) fn record_counts(&mut self, now: Moment) {
        for (product, Shelf { left, filled }) in self.kiosk.changed_shelves() {
            let count = |version| Count { product: product.clone(), left, version, filled };
            self.ledger.count(count, now);
        }
    }

    /// A person has filled the machine.
    pub(super) fn filled(&mut self, filling: &Filling, by: &str, now: Now) {
        match self.kiosk.fill(filling, by, now.since()) {
            Ok(()) => {
                self.record_counts(now.moment);
                let batch = self.ledger.take_batch();
                self.effects.extend(batch.map(Effect::Commit));
                let (batch, until) = (self.ledger.last_batch(), now.moment + RECORDED_WITHIN);
                self.filling = Some(UnansweredFilling { batch, until });
            }
            Err(why) => self.effects.push(Effect::Filled(Ordered::Refused(why))),
        }
    }

    /// Answers the order that is on disk, or cannot wait any longer.
    pub(super) fn answer_filling(&mut self, now: Moment) {
        let Some(UnansweredFilling { batch, until }) = self.filling.take() else { return };
        if self.ledger.is_on_disk(batch) {
            self.effects.push(Effect::Filled(Ordered::Decided));
        } else if until <= now {
            self.effects.push(Effect::Filled(Ordered::Unrecorded));
        } else {
            self.wake_at(until);
            self.filling = Some(UnansweredFilling { batch, until });
        }
    }
}

/// What somebody orders of the stock, in words.
pub(super) fn in_words(filling: &Filling) -> String {
    let of =
        |code: &ProductCode, what: &str, count: &u32| format!("stock of {code}: {what}{count}");
    match filling {
        Filling::Set { code, left } => of(code, "", left),
        Filling::Add { code, count } => of(code, "+", count),
        Filling::All => "stock: everything is filled".to_owned(),
    }
}
