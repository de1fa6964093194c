//! What a lost journal, or a reply that never came, has left at Stripe: when it is looked for, and
//! what of it may be touched.
//!
//! A sweep reads Stripe's list of PaymentIntents page by page. Of each page it keeps those whose
//! metadata name this kiosk, this reader and this board, and asks the journal for their sales. One
//! that the journal does not know, or knows as closed without a PaymentIntent, is adopted: from
//! there on it is a sale like all others, that is being taken back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::ids::{IdempotencyKey, JournalId, PaymentIntentId, ProductCode, SaleId};
use crate::kiosk::kiosk::{Kiosk, Product};
use crate::kiosk::out_of_order::{Reason, Since};
use crate::kiosk::select::WIRE;
use crate::money::Money;
use crate::sale::fact::{Item, Opened, Origin};
use crate::sale::input::{IntentSeen, IntentStatus};
use crate::sale::key::{KeyNumbers, spare_key};
use crate::sale::{Sale, Want, duty};
use crate::time::{Moment, StripeTime, WallTime};

/// How far back a sweep reads. Source: Stripe, Place a hold: in-person authorizations last about
/// two days, so that nothing older can still hold money.
const WINDOW: Duration = Duration::from_hours(72);

/// What is younger may belong to a request that is still on its way.
const OLD_ENOUGH: Duration = Duration::from_mins(10);

/// The mean time between two sweeps.
const EVERY: Duration = Duration::from_hours(6);

/// A later sweep begins this long before the beginning of the last one that came to its end.
const OVERLAP: Duration = Duration::from_hours(1);

/// After a journal that could not be read, the sweep begins anew.
const AFTER_INTERRUPTION: Duration = Duration::from_mins(1);

/// Only one PaymentIntent of a sale can be the one that its customer was asked to pay.
const ANOTHER: &str = "its sale has another PaymentIntent";

/// A PaymentIntent in a list.
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
    /// The PaymentIntents, newest first.
    pub intents: Vec<Listed>,
    /// The last of them, if there are more pages.
    pub next: Option<PaymentIntentId>,
}

/// What the sweep wants now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SweepWish {
    /// Nothing until something else happens.
    Nothing,
    /// The next sweep begins at this moment.
    Wait(Moment),
    /// Read a page.
    List {
        /// Only what was made since then.
        created_gte: StripeTime,
        /// The last of the page before.
        starting_after: Option<PaymentIntentId>,
    },
}

/// What a page showed.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Found {
    /// PaymentIntents of sales that are sought.
    pub sought: Vec<(SaleId, IntentSeen)>,
    /// Sales that may have to be adopted if the journal does not know them.
    pub recall: Vec<SaleId>,
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
    under_way: Option<UnderWay>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct UnderWay {
    begun: StripeTime,
    from: StripeTime,
    after: Option<PaymentIntentId>,
    /// Open when it began: what Stripe's list says of them may be older than what is known here.
    open_before: BTreeSet<SaleId>,
    sought: BTreeSet<SaleId>,
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

#[derive(Clone, PartialEq, Eq, Debug)]
struct Candidate {
    orphan: Orphan,
    is_unpaid: bool,
    /// How much longer it has to be left alone.
    too_young_for: Option<Duration>,
}

/// What is to be made of a listed PaymentIntent.
enum Judged {
    NotOurs,
    LeftAlone(&'static str),
    Ours(Box<Candidate>),
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
        if self.sweep.under_way.is_none() {
            let sought = self.sought();
            let served = self.front.is_some();
            if sought.is_empty() && (served || now < self.sweep.due) {
                return if served { SweepWish::Nothing } else { SweepWish::Wait(self.sweep.due) };
            }
            self.begin_sweep(sought, now);
        }
        match &self.sweep.under_way {
            Some(UnderWay { from, after, page: None, .. }) => {
                SweepWish::List { created_gte: *from, starting_after: after.clone() }
            }
            Some(UnderWay { page: Some(_), .. }) | None => SweepWish::Nothing,
        }
    }

    /// Whether customers or a sale wait for its end.
    pub fn is_sweep_urgent(&self) -> bool {
        let seeks = self.sweep.under_way.as_ref().is_some_and(|sweep| !sweep.sought.is_empty());
        seeks || self.reasons.since(&Reason::Sweeping).is_some()
    }

    fn sought(&self) -> BTreeSet<SaleId> {
        let livemode = self.setup.livemode;
        let sought = self.sales.values().filter(|sale| duty(sale).want == Want::FindIntent);
        sought.filter(|sale| sale.opened.livemode == livemode).map(|s| s.id().clone()).collect()
    }

    fn begin_sweep(&mut self, sought: BTreeSet<SaleId>, now: Moment) {
        let Some(begun) = self.stripe_time(now) else { return };
        let from = match self.sweep.swept_to {
            Some(to) if sought.is_empty() => earlier(to, OVERLAP),
            Some(_) | None => earlier(begun, WINDOW),
        };
        self.sweep.under_way = Some(UnderWay {
            begun,
            from,
            after: None,
            open_before: self.sales.keys().cloned().collect(),
            sought,
            page: None,
            again: None,
        });
    }

    /// A page has come. The journal is asked next, also if there is nothing to be asked.
    pub fn listed(&mut self, listing: Listing, now: Since) -> Found {
        let mut found = Found::default();
        let mut candidates: Vec<Candidate> = Vec::new();
        let Some(under_way) = &self.sweep.under_way else { return found };
        for listed in listing.intents {
            let id = listed.intent.id.clone();
            if let Some(sale) = listed.intent.sale.as_ref().filter(|s| self.is_sought(s)) {
                found.sought.push((sale.clone(), listed.intent));
                continue;
            }
            match self.judge(&listed, listing.date, now) {
                Judged::NotOurs => {}
                Judged::LeftAlone(why) => {
                    // What an earlier sweep has seen is not news.
                    if self.sweep.swept_to.is_none_or(|to| listed.intent.created >= to) {
                        found.left_alone.push((id, why));
                    }
                }
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
        if let Some(under_way) = &mut self.sweep.under_way {
            under_way.page = Some(Page { candidates, is_last: listing.next.is_none() });
            under_way.after = listing.next;
        }
        found
    }

    fn is_sought(&self, sale: &SaleId) -> bool {
        let under_way = self.sweep.under_way.as_ref();
        under_way.is_some_and(|under_way| under_way.sought.contains(sale))
    }

    fn judge(&self, listed: &Listed, date: Option<StripeTime>, now: Since) -> Judged {
        let Listed { intent, is_captured_by_hand, metadata } = listed;
        let origin = &self.setup.origin;
        let names = |word: &str, name: &str| metadata.get(word).is_some_and(|text| text == name);
        let ours = names("kiosk", origin.kiosk.as_str())
            && names("reader", self.setup.reader.as_str())
            && names("controller", origin.controller.as_str())
            && intent.livemode == self.setup.livemode;
        if !ours || intent.status == IntentStatus::Canceled {
            return Judged::NotOurs;
        }
        if matches!(intent.status, IntentStatus::Other(_)) {
            return Judged::LeftAlone("its status is not known to this version");
        }
        let opened = match self.opened_by(intent, metadata, now) {
            Ok(opened) => opened,
            Err(why) => return Judged::LeftAlone(why),
        };
        let age = date.map_or(Duration::ZERO, |date| date.since(intent.created));
        let is_sold = intent.status == IntentStatus::Succeeded && *is_captured_by_hand;
        let sold = is_sold.then(|| Money::new(intent.amount_received, intent.currency));
        let seconds = date.and_then(|date| u32::try_from(date.0).ok());
        let too_young = OLD_ENOUGH.checked_sub(age).filter(|left| !left.is_zero());
        Judged::Ours(Box::new(Candidate {
            orphan: Orphan {
                opened,
                intent: intent.id.clone(),
                sold,
                first_key: seconds.unwrap_or(1),
            },
            is_unpaid: matches!(
                intent.status,
                IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation
            ),
            too_young_for: too_young,
        }))
    }

    /// What the sale of a PaymentIntent was opened with, as far as it can be told.
    fn opened_by(
        &self,
        intent: &IntentSeen,
        metadata: &BTreeMap<String, String>,
        now: Since,
    ) -> Result<Opened, &'static str> {
        let text = |word: &str| metadata.get(word).map(String::as_str).unwrap_or_default();
        let sale = intent.sale.clone().ok_or("its metadata name no sale")?;
        let journal =
            JournalId::new(text("journal")).map_err(|_| "its metadata name no journal")?;
        let boot = text("boot").parse().map_err(|_| "its metadata name no boot")?;
        let code: ProductCode =
            text("products").parse().map_err(|_| "its metadata name no single product")?;
        let product = self.setup.catalog.get(&code).ok_or("its product is not sold here")?;
        if product.price.currency != intent.currency {
            return Err("it is in another currency");
        }
        let Product { name, slot, dispenser, .. } = product.clone();
        let price = Money::new(intent.amount, intent.currency);
        let mut policy = self.setup.policy.clone();
        if let Some(timeout) = self.setup.dispensers.get(&dispenser) {
            policy.vend_timeout = *timeout;
        }
        Ok(Opened {
            sale,
            product: Item { code, name, price, slot, dispenser },
            reader: self.setup.reader.clone(),
            livemode: self.setup.livemode,
            origin: Origin { journal, ..self.setup.origin.clone() },
            policy,
            wire: WIRE,
            boot,
            at: now.moment,
            wall: WallTime(intent.created.0.saturating_mul(1000)),
        })
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
        adopted.into_iter().chain(candidates.into_iter().map(spare)).collect()
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
        self.sweep.swept_to = Some(ended.begun);
        let regular = now + EVERY.mul_f64(0.75 + jitter / 2.0);
        self.sweep.due = ended.again.map_or(regular, |again| again.min(regular));
        if ended.again.is_none() {
            self.reasons.clear(&Reason::Sweeping);
        }
        ended.sought
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
        if self.sales.get(sale).is_some_and(is_doubtful) {
            let at = now + OLD_ENOUGH + Duration::from_mins(1);
            self.sweep.due = self.sweep.due.min(at);
            if let Some(under_way) = &mut self.sweep.under_way {
                under_way.again = Some(under_way.again.map_or(at, |again| again.max(at)));
            }
        }
    }

    /// A sale that was found at Stripe: nobody waits for it.
    pub fn adopt(&mut self, sale: Sale) {
        self.sales.insert(sale.id().clone(), sale);
    }
}

/// A PaymentIntent beside the one that its sale has.
fn spare(candidate: Candidate) -> Verdict {
    let Orphan { intent, first_key, .. } = candidate.orphan;
    match spare_key(&intent, first_key).filter(|_| candidate.is_unpaid) {
        Some(key) => Verdict::Cancel(intent, key),
        None => Verdict::LeftAlone(intent, ANOTHER),
    }
}

fn earlier(time: StripeTime, by: Duration) -> StripeTime {
    StripeTime(time.0.saturating_sub(i64::try_from(by.as_secs()).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests;
