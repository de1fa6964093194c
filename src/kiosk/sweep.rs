//! What a lost journal, or a reply that never came, has left at Stripe: when it is looked for, and
//! what of it may be touched.
//!
//! A sweep searches for the PaymentIntents whose metadata name this kiosk, page by page. Of each
//! page it keeps those that name this reader and this board too, and asks the journal for their
//! sales. One that the journal does not know, or knows as closed without a PaymentIntent, is
//! adopted: from there on it is a sale like all others, that is being taken back.
//!
//! Stripe's search lags behind, so that only what is found means something. A sale that must know
//! whether it has a PaymentIntent is sought in the list by time instead, which is the whole
//! account's.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::ids::{IdempotencyKey, PageCursor, PaymentIntentId, SaleId};
use crate::kiosk::kiosk::Kiosk;
use crate::kiosk::out_of_order::{Reason, Since};
use crate::kiosk::sweep::judge::{Candidate, Judged, spare};
use crate::money::Money;
use crate::sale::fact::Opened;
use crate::sale::input::IntentSeen;
use crate::sale::key::KeyNumbers;
use crate::sale::{Sale, Want, duty};
use crate::time::{Moment, StripeTime};

mod judge;

/// How far back a sweep reads. Source: Stripe, Place a hold: in-person authorizations last about
/// two days, so that nothing older can still hold money.
const WINDOW: Duration = Duration::from_hours(72);

/// What is younger may belong to a request that is still on its way.
const OLD_ENOUGH: Duration = Duration::from_mins(10);

/// The mean time between two sweeps.
const EVERY: Duration = Duration::from_hours(6);

/// After the sweep that a new journal has waited for, the next one comes this soon, or by up to a
/// third later: what the old journal did last may have been missing from Stripe's search.
const AFTER_FIRST: Duration = Duration::from_mins(15);

/// A sweep that nobody waits for, and that Stripe refused, begins anew this much later, or up to
/// three times as much.
const AFTER_REFUSAL: Duration = Duration::from_mins(5);

/// A later sweep begins this long before the beginning of the last one that came to its end: more
/// than the hour by which search lags behind in an outage (source: Stripe, Search `PaymentIntents`),
/// and less than the two days that a hold lasts.
const OVERLAP: Duration = Duration::from_hours(24);

/// However long none came to its end, a sweep never begins further back than this: by then no hold
/// is left, and the journal need not know older sales any more.
pub const FARTHEST: Duration = Duration::from_hours(14 * 24);

/// How far what is known of Stripe's clock may have drifted since its last answer.
const DRIFT: Duration = Duration::from_mins(5);

/// After a journal that could not be read, the sweep begins anew.
const AFTER_INTERRUPTION: Duration = Duration::from_mins(1);

/// A PaymentIntent in a list or a search.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// What is seen of it; never its charge.
    pub intent: IntentSeen,
    /// Whether a kiosk has to capture it (`capture_method` is `manual`).
    pub is_captured_by_hand: bool,
    /// Its metadata.
    pub metadata: BTreeMap<String, String>,
}

/// A page of PaymentIntents.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listing {
    /// Stripe's clock (the reply's `Date`).
    pub date: Option<StripeTime>,
    /// Whether they were searched for; otherwise it is the list by time.
    pub is_search: bool,
    /// The PaymentIntents.
    pub intents: Vec<Listed>,
    /// Where the next page begins, if there is one.
    pub next: Option<PageCursor>,
}

/// What the sweep wants now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SweepWish {
    /// Nothing until something else happens.
    Nothing,
    /// The next sweep begins at this moment.
    Wait(Moment),
    /// Read a page of what names this kiosk.
    Search {
        /// Only what was made since then.
        created_gte: StripeTime,
        /// What the page before named as the next one.
        page: Option<PageCursor>,
    },
    /// Read a page of the account's list.
    List {
        /// Only what was made since then.
        created_gte: StripeTime,
        /// The last of the page before.
        starting_after: Option<PageCursor>,
    },
}

/// What a page showed.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Found {
    /// PaymentIntents of sales that are sought.
    pub sought: Vec<(SaleId, IntentSeen)>,
    /// Sales that may have to be adopted if the journal does not know them.
    pub recall: Vec<SaleId>,
    /// PaymentIntents that were only to show what the account takes, to be cancelled.
    pub trials: Vec<(PaymentIntentId, IdempotencyKey)>,
    /// PaymentIntents that name this kiosk and cannot be judged, and why: news for a technician.
    pub left_alone: Vec<(PaymentIntentId, &'static str)>,
}

/// What the journal has of a sale that was found at Stripe.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Recalled {
    /// Nothing.
    Unknown,
    /// It is closed, and never had a PaymentIntent.
    WithoutIntent,
    /// It is closed, and had this PaymentIntent.
    With(PaymentIntentId),
    /// Something that needs no sweep.
    Known,
}

/// What follows for one PaymentIntent of a sale.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Nobody settles it but us.
    Adopt(Box<Orphan>),
    /// It was made by a request that Stripe answered with an error, and its sale then took another
    /// one: nobody was ever asked to pay it.
    Cancel(PaymentIntentId, IdempotencyKey),
    /// It cannot be judged, for this reason: news for a technician.
    LeftAlone(PaymentIntentId, &'static str),
}

/// A PaymentIntent that is to be adopted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Orphan {
    /// What its sale was opened with, as far as metadata and configuration tell.
    pub opened: Opened,
    /// The PaymentIntent.
    pub intent: PaymentIntentId,
    /// What was captured for it, if a kiosk captured it: then it was sold.
    pub sold: Option<Money>,
    /// Where the numbers of its keys begin.
    pub first_key: u32,
}

/// When the next sweep begins, and how far the running one is.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Sweep {
    due: Moment,
    swept_to: Option<StripeTime>,
    /// What was named as left alone in the last one: it is not news again.
    left_alone: BTreeSet<PaymentIntentId>,
    under_way: Option<UnderWay>,
}

/// What is read.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Reading {
    /// Whatever names this kiosk, by search.
    Search,
    /// The account's list, until these sales are found.
    List { sought: BTreeSet<SaleId> },
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct UnderWay {
    reading: Reading,
    begun: StripeTime,
    from: StripeTime,
    next: Option<PageCursor>,
    /// Open when it began: what Stripe says of them may be older than what is known here.
    open_before: BTreeSet<SaleId>,
    /// What it has left alone so far.
    left_alone: BTreeSet<PaymentIntentId>,
    /// What the page before has left to ask the journal for. `None` while a page is wanted.
    page: Option<Page>,
    /// When what was too young will be old enough.
    again: Option<Moment>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Page {
    /// Newest first.
    candidates: Vec<Candidate>,
    is_last: bool,
}

impl Kiosk {
    /// Nothing is sold before the first sweep has come to its end: the journal is new, and nobody
    /// knows what the one before it has left.
    pub fn sell_after_sweep(&mut self, now: Since) {
        self.reasons.raise(Reason::Sweeping, now);
    }

    /// What the sweep wants now. It begins when it is due and no customer is served, or when a
    /// sale is sought, and never before Stripe's clock is known.
    pub fn sweep_wish(&mut self, now: Moment) -> SweepWish {
        let sought = self.sought();
        if !sought.is_empty() {
            // A sale does not wait for a search, which may be out of order while the list is not.
            let searches = |under_way: &mut UnderWay| {
                under_way.reading == Reading::Search && under_way.page.is_none()
            };
            self.sweep.under_way.take_if(searches);
        }
        if self.sweep.under_way.is_none() {
            let served = self.front.is_some();
            if sought.is_empty() && (served || now < self.sweep.due) {
                return if served { SweepWish::Nothing } else { SweepWish::Wait(self.sweep.due) };
            }
            self.begin_sweep(sought, now);
        }
        match &self.sweep.under_way {
            Some(UnderWay { reading, from, next, page: None, .. }) => {
                let (created_gte, next) = (*from, next.clone());
                match reading {
                    Reading::Search => SweepWish::Search { created_gte, page: next },
                    Reading::List { .. } => SweepWish::List { created_gte, starting_after: next },
                }
            }
            Some(UnderWay { page: Some(_), .. }) | None => SweepWish::Nothing,
        }
    }

    /// Whether customers or a sale wait for its end.
    pub fn is_sweep_urgent(&self) -> bool {
        let under_way = self.sweep.under_way.as_ref();
        let seeks = |under_way: &UnderWay| matches!(under_way.reading, Reading::List { .. });
        under_way.is_some_and(seeks) || self.reasons.since(&Reason::Sweeping).is_some()
    }

    /// Whether a sweep has begun and not come to its end.
    pub(super) fn is_sweeping(&self) -> bool {
        self.sweep.under_way.is_some()
    }

    fn sought(&self) -> BTreeSet<SaleId> {
        let livemode = self.setup.livemode;
        let sought = self.sales().filter(|sale| duty(sale).want == Want::FindIntent);
        sought.filter(|sale| sale.opened.livemode == livemode).map(|s| s.id().clone()).collect()
    }

    fn begin_sweep(&mut self, sought: BTreeSet<SaleId>, now: Moment) {
        let Some(begun) = self.watch.stripe_time(now) else { return };
        let oldest = begun.before(WINDOW);
        let (reading, from) = if sought.is_empty() {
            let since = self.sweep.swept_to.map(|to| to.before(OVERLAP));
            let since = since.map(|since| since.max(begun.before(FARTHEST)));
            (Reading::Search, since.unwrap_or(oldest))
        } else {
            let opened = |id| self.sale(id).and_then(|sale| sale.opened.stripe_time);
            // One whose time is not known makes it all three days.
            let first = sought.iter().map(opened).min().flatten();
            let from = first.map_or(oldest, |first| first.before(DRIFT).max(oldest));
            (Reading::List { sought }, from)
        };
        self.sweep.under_way = Some(UnderWay {
            reading,
            begun,
            from,
            next: None,
            open_before: self.sales.keys().cloned().collect(),
            left_alone: BTreeSet::new(),
            page: None,
            again: None,
        });
    }

    /// A page has come. The journal is asked next, also if there is nothing to be asked.
    pub fn listed(&mut self, listing: Listing, now: Since) -> Found {
        let Some(mut under_way) = self.sweep.under_way.take() else { return Found::default() };
        let found = match &mut under_way.reading {
            Reading::Search if listing.is_search => self.searched(&mut under_way, listing, now),
            Reading::List { sought } if !listing.is_search => {
                let found = seek(sought, listing.intents);
                let is_last = listing.next.is_none() || sought.is_empty();
                under_way.page = Some(Page { candidates: Vec::new(), is_last });
                under_way.next = listing.next;
                found
            }
            // It answers what is not asked any more.
            Reading::Search | Reading::List { .. } => Found::default(),
        };
        self.sweep.under_way = Some(under_way);
        found
    }

    fn searched(&self, under_way: &mut UnderWay, listing: Listing, now: Since) -> Found {
        let mut found = Found::default();
        let mut candidates: Vec<Candidate> = Vec::new();
        let Listing { date, mut intents, next, .. } = listing;
        // Stripe promises no order.
        intents.sort_by_key(|listed| Reverse(listed.intent.created));
        for listed in intents {
            match self.judge(&listed, date, now) {
                Judged::NotOurs => {}
                Judged::LeftAlone(why) => {
                    let id = listed.intent.id;
                    if !self.sweep.left_alone.contains(&id) {
                        found.left_alone.push((id.clone(), why));
                    }
                    under_way.left_alone.insert(id);
                }
                Judged::Trial(key) => found.trials.push((listed.intent.id, key)),
                Judged::Ours(candidate) => {
                    let sale = &candidate.orphan.opened.sale;
                    if !under_way.open_before.contains(sale) && !self.sales.contains_key(sale) {
                        candidates.push(*candidate);
                    }
                }
            }
        }
        let sales = candidates.iter().map(|candidate| candidate.orphan.opened.sale.clone());
        found.recall = sales.collect::<BTreeSet<_>>().into_iter().collect();
        under_way.page = Some(Page { candidates, is_last: next.is_none() });
        under_way.next = next;
        found
    }

    /// What the journal has of a sale decides what becomes of its PaymentIntents.
    pub fn recalled(&mut self, sale: &SaleId, known: &Recalled, now: Moment) -> Vec<Verdict> {
        let Some(under_way) = &mut self.sweep.under_way else { return Vec::new() };
        let Some(page) = &mut under_way.page else { return Vec::new() };
        let its_own = |candidate: &mut Candidate| candidate.orphan.opened.sale == *sale;
        let mut candidates: Vec<Candidate> = page.candidates.extract_if(.., its_own).collect();
        let adopts = match known {
            Recalled::Known => return Vec::new(),
            Recalled::With(intent) => {
                candidates.retain(|candidate| candidate.orphan.intent != *intent);
                false
            }
            Recalled::Unknown | Recalled::WithoutIntent => true,
        };
        if self.sales.contains_key(sale) {
            return Vec::new();
        }
        if let Some(wait) = candidates.iter().filter_map(|c| c.too_young_for).max() {
            under_way.again = under_way.again.max(Some(now + wait));
            return Vec::new();
        }
        // Of several, the one that a customer has paid, else the newest: only that one may have
        // been shown to the reader.
        let paid = candidates.iter().position(|candidate| !candidate.is_unpaid);
        let adopted = (adopts && !candidates.is_empty())
            .then(|| Verdict::Adopt(candidates.remove(paid.unwrap_or(0)).orphan.into()));
        let mut verdicts: Vec<Verdict> = adopted.into_iter().collect();
        for verdict in candidates.into_iter().map(spare) {
            let is_news = match &verdict {
                Verdict::LeftAlone(intent, _) => {
                    under_way.left_alone.insert(intent.clone());
                    !self.sweep.left_alone.contains(intent)
                }
                Verdict::Adopt(_) | Verdict::Cancel(..) => true,
            };
            verdicts.extend(is_news.then_some(verdict));
        }
        verdicts
    }

    /// A PaymentIntent could not be cancelled: all is looked at again.
    pub fn sweep_again(&mut self, now: Moment) {
        self.sweep.swept_to = None;
        self.sweep.due = self.sweep.due.min(now + OLD_ENOUGH);
    }

    /// All sales of the page are dealt with. After the last page: the sales that were sought in
    /// vain. `jitter`, from 0 to 1, spreads the next sweeps of a fleet.
    pub fn page_done(&mut self, jitter: f64, now: Moment) -> BTreeSet<SaleId> {
        let under_way = self.sweep.under_way.as_mut();
        let Some(page) = under_way.and_then(|under_way| under_way.page.take()) else {
            return BTreeSet::new();
        };
        let Some(ended) = self.sweep.under_way.take_if(|_| page.is_last) else {
            return BTreeSet::new();
        };
        if let Reading::List { sought } = ended.reading {
            return sought;
        }
        self.sweep.swept_to = Some(ended.begun);
        self.sweep.left_alone = ended.left_alone;
        let is_first = self.reasons.since(&Reason::Sweeping).is_some();
        let rest = if is_first {
            AFTER_FIRST.mul_f64(1.0 + jitter / 3.0)
        } else {
            EVERY.mul_f64(0.75 + jitter / 2.0)
        };
        self.sweep.due = ended.again.map_or(now + rest, |again| again.min(now + rest));
        if ended.again.is_none() {
            self.reasons.clear(&Reason::Sweeping);
        }
        BTreeSet::new()
    }

    /// Stripe has refused a page, or has too many requests. A sweep that nobody waits for begins
    /// anew later; `jitter`, from 0 to 1, spreads those of a fleet.
    pub fn put_off_sweep(&mut self, jitter: f64, now: Moment) {
        if !self.is_sweep_urgent() {
            self.sweep.under_way = None;
            self.sweep.due = now + AFTER_REFUSAL.mul_f64(1.0 + 2.0 * jitter);
        }
    }

    /// The journal could not be read: nothing of the page is touched, and all begins anew.
    pub fn sweep_interrupted(&mut self, now: Moment) {
        self.sweep.under_way = None;
        self.sweep.due = now + AFTER_INTERRUPTION;
    }

    /// A sale has ended. If a request for its PaymentIntent was not answered, or with an error,
    /// there may be one all the same: it is looked for as soon as it may be touched.
    pub fn sweep_after(&mut self, sale: &SaleId, now: Moment) {
        let is_doubtful = |sale: &Sale| {
            !sale.is_adopted
                && (sale.intent.is_none() || sale.keys.create > KeyNumbers::FIRST.create)
        };
        if self.sale(sale).is_some_and(is_doubtful) {
            let at = now + OLD_ENOUGH + Duration::from_mins(1);
            self.sweep.due = self.sweep.due.min(at);
            if let Some(under_way) = &mut self.sweep.under_way {
                under_way.again = Some(under_way.again.map_or(at, |again| again.max(at)));
            }
        }
    }

    /// A sale that was found at Stripe: nobody waits for it.
    pub fn adopt(&mut self, sale: Sale) {
        self.sales.insert(sale.id().clone(), Arc::new(sale));
    }
}

/// Takes what is found from what is sought.
fn seek(sought: &mut BTreeSet<SaleId>, intents: Vec<Listed>) -> Found {
    let of_sought = |listed: Listed| {
        let sale = listed.intent.sale.clone().filter(|sale| sought.contains(sale))?;
        Some((sale, listed.intent))
    };
    let found: Vec<_> = intents.into_iter().filter_map(of_sought).collect();
    sought.retain(|sale| found.iter().all(|(seen, _)| seen != sale));
    Found { sought: found, ..Found::default() }
}

#[cfg(test)]
mod tests;
