//! What was left at Stripe is searched for, looked up in the journal, and adopted: the driver's part.
//! What may be touched, and when, is decided in `kiosk/sweep.rs`.

use std::time::Duration;

use crate::daemon::driver::{Driver, Effect, Now};
use crate::daemon::flights::{Flight, Purpose};
use crate::ids::{IdempotencyKey, PaymentIntentId, SaleId};
use crate::journal::{Stored, Summary};
use crate::kiosk::sweep::{Orphan, Recalled, SweepWish, Verdict};
use crate::sale::duty::Pace;
use crate::sale::input::{Call, Hindrance, Reply, Seen, Trouble};
use crate::sale::{Fact, Input, Sale};
use crate::stripe::meaning::{Answer, NoAnswer};
use crate::stripe::{Request, reply};
use crate::time::Moment;

/// The time between two pages that somebody waits for: a long list must not use up the limits of
/// the account.
const PAGES_APART: Duration = Duration::from_millis(250);

/// The time between two pages that nobody waits for. After a power cut in a whole town, the lists
/// of all its kiosks are read beside their sales.
const PAGES_APART_AT_LEISURE: Duration = Duration::from_secs(10);

impl Driver {
    /// The journal is new: nothing is sold before what an earlier one left is known.
    pub fn sell_after_sweep(&mut self, now: Now) {
        self.kiosk.sell_after_sweep(now.since());
    }

    /// Reads the next page, if it is time.
    pub(super) fn pursue_sweep(&mut self, now: Moment) {
        let request = match self.kiosk.sweep_wish(now) {
            SweepWish::Nothing => return,
            SweepWish::Wait(at) => return self.wake_at(at),
            SweepWish::Search { created_gte, page } => {
                let kiosk = self.kiosk.setup().origin.kiosk.clone();
                Request::SearchIntents { kiosk, created_gte, page }
            }
            SweepWish::List { created_gte, starting_after } => {
                Request::ListIntents { created_gte, starting_after }
            }
        };
        let purpose = Purpose::Sweep;
        let urgent = self.kiosk.is_sweep_urgent();
        let pace = Pace::Every(if urgent { PAGES_APART } else { PAGES_APART_AT_LEISURE });
        self.start_when_due(Flight { purpose, request, asked: now, sent: now }, pace);
    }

    /// A page was asked for: what its reply means, and the reply.
    pub(super) fn page_read(
        &mut self,
        understood: &Result<Seen, Trouble>,
        result: &Result<Answer, NoAnswer>,
        now: Now,
    ) {
        match understood {
            Ok(_) => self.listed(result, now),
            Err(trouble) => self.page_refused(trouble, now),
        }
    }

    /// Stripe has refused a page. Nobody but a new journal and a sale that is sought asks again
    /// within seconds: after a power cut in a whole town the search of an account is no bottleneck.
    fn page_refused(&mut self, trouble: &Trouble, now: Now) {
        let too_many = Trouble::NotYet { why: Hindrance::TooMany };
        if *trouble == too_many || matches!(trouble, Trouble::Refused(_)) {
            self.kiosk.put_off_sweep(self.rng.f64(), now.moment);
        }
    }

    /// A page has come. One that cannot be read is asked for again.
    fn listed(&mut self, result: &Result<Answer, NoAnswer>, now: Now) {
        let Ok(answer) = result else { return };
        let Ok(listing) = reply::listing(&answer.body, answer.date) else { return };
        let date = listing.date;
        let found = self.kiosk.listed(listing, now.since());
        for (intent, key) in found.trials {
            self.cancel_trial(intent, key, now.moment);
        }
        for (intent, why) in found.left_alone {
            self.effects.push(Effect::LeftAlone { intent, why });
        }
        // For a sale that is sought, the list answers what its creation did not.
        for (sale, intent) in found.sought {
            let Some(n) = self.kiosk.sale(&sale).map(|sale| sale.keys.create) else { continue };
            let seen = Seen { date, reader: None, intent: Some(intent), refunds: None };
            let call = Call::Create { n };
            let reply = Reply { call, asked: now.moment, result: Ok(seen) };
            self.give(&sale, &Input::Replied(Box::new(reply)), now);
        }
        if found.recall.is_empty() {
            self.page_done(now);
        } else {
            self.effects.push(Effect::Recall { sales: found.recall });
        }
    }

    /// The journal has said what it has of the sales of a page.
    pub(super) fn recalled(&mut self, stored: Option<Vec<(SaleId, Option<Stored>)>>, now: Now) {
        let Some(stored) = stored else {
            self.kiosk.sweep_interrupted(now.moment);
            return;
        };
        for (id, stored) in stored {
            let closed = stored.as_ref().and_then(closed_without_intent);
            let known = match (&stored, &closed) {
                (None, _) => Recalled::Unknown,
                (Some(_), Some(_)) => Recalled::WithoutIntent,
                (Some(stored), None) => known(stored),
            };
            for verdict in self.kiosk.recalled(&id, &known, now.moment) {
                match verdict {
                    Verdict::Adopt(orphan) => self.adopt(*orphan, closed.clone(), now),
                    Verdict::Cancel(intent, key) => self.cancel_spare(intent, key, now.moment),
                    Verdict::LeftAlone(intent, why) => {
                        self.effects.push(Effect::LeftAlone { intent, why });
                    }
                }
            }
        }
        self.page_done(now);
    }

    /// Moves no money and concerns no sale's outcome, so that it needs no fact: if it fails, the
    /// next sweep finds the same again.
    fn cancel_spare(&mut self, intent: PaymentIntentId, key: IdempotencyKey, now: Moment) {
        self.effects.push(Effect::CancelsSpare { intent: intent.clone() });
        let request = Request::CancelIntent { intent, key };
        self.start(Flight { purpose: Purpose::Spare, request, asked: now, sent: now });
    }

    fn page_done(&mut self, now: Now) {
        let jitter = self.rng.f64();
        for sale in self.kiosk.page_done(jitter, now.moment) {
            self.give(&sale, &Input::NotListed, now);
        }
    }

    /// Takes a PaymentIntent over: as a new sale of this journal, or as the rest of a closed one.
    fn adopt(&mut self, orphan: Orphan, closed: Option<(Sale, u32)>, now: Now) {
        let Orphan { opened, intent, sold, first_key } = orphan;
        let id = opened.sale.clone();
        let boot = self.kiosk.setup().boot.clone();
        let adopted = Fact::Adopted { first_key, boot, at: now.moment };
        let created = Fact::IntentCreated { intent };
        if let Some((sale, last_seq)) = closed {
            self.ledger.resume(&id, last_seq);
            self.kiosk.adopt(sale);
            self.happened(&id, vec![created, adopted], now);
            return;
        }
        let sale = Sale::open(opened.clone());
        let outcome = sold.map(|amount| sale.outcome_keeping(amount.amount));
        self.kiosk.adopt(sale);
        let mut facts = vec![Fact::Opened(Box::new(opened)), created, adopted];
        if let (Some(amount), Some(outcome)) = (sold, outcome) {
            facts.extend([Fact::Captured { amount, receipt_url: None }, Fact::Closed { outcome }]);
        }
        self.happened(&id, facts, now);
    }
}

fn known(stored: &Stored) -> Recalled {
    match &stored.summary {
        Summary { open: false, intent: Some(intent), .. } => Recalled::With(intent.clone()),
        Summary { .. } => Recalled::Known,
    }
}

/// A closed sale that never had a PaymentIntent, with the number of its last fact.
fn closed_without_intent(stored: &Stored) -> Option<(Sale, u32)> {
    // Most sales have one, or are still open: their facts need not be read.
    if stored.summary.open || stored.summary.intent.is_some() {
        return None;
    }
    let facts: Result<Vec<Fact>, _> =
        stored.rows.iter().map(|row| serde_json::from_str(&row.body)).collect();
    let sale = Sale::fold(&facts.ok()?)?;
    let is_bare = stored.damage.is_none() && !sale.is_open() && sale.intent.is_none();
    is_bare.then(|| (sale, stored.next_seq.saturating_sub(1)))
}
