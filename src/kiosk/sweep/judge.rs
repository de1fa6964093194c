//! Whether a PaymentIntent that was found is this kiosk's, and what its sale was.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::ids::{IdempotencyKey, JournalId, ProductCode};
use crate::kiosk::account::TRIAL;
use crate::kiosk::kiosk::Kiosk;
use crate::kiosk::out_of_order::Since;
use crate::kiosk::sweep::{Listed, OLD_ENOUGH, Orphan, Verdict};
use crate::money::Money;
use crate::sale::fact::{Item, Opened, Origin};
use crate::sale::input::{IntentSeen, IntentStatus};
use crate::sale::key::spare_key;
use crate::time::{StripeTime, WallTime};

/// Only one PaymentIntent of a sale can be the one that its customer was asked to pay.
const ANOTHER: &str = "its sale has another PaymentIntent";

/// One that may have to be adopted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Candidate {
    pub(super) orphan: Orphan,
    pub(super) is_unpaid: bool,
    /// How much longer it has to be left alone.
    pub(super) too_young_for: Option<Duration>,
}

/// What is to be made of a listed PaymentIntent.
pub(super) enum Judged {
    NotOurs,
    LeftAlone(&'static str),
    Ours(Box<Candidate>),
    /// It was only to show what the account takes, and was never prompted for.
    Trial(IdempotencyKey),
}

impl Kiosk {
    /// Whether it is ours, and what its sale was.
    pub(super) fn judge(&self, listed: &Listed, date: Option<StripeTime>, now: Since) -> Judged {
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
        let age = date.map_or(Duration::ZERO, |date| date.since(intent.created));
        let seconds = date.and_then(|date| u32::try_from(date.0).ok());
        let too_young = OLD_ENOUGH.checked_sub(age).filter(|left| !left.is_zero());
        let is_unpaid = is_unpaid(intent);
        if metadata.contains_key(TRIAL) {
            let key = spare_key(&intent.id, seconds.unwrap_or(1)).filter(|_| is_unpaid);
            return match (too_young, key) {
                // Its cancellation is on its way, or the next sweep's business: nobody waits for it.
                (Some(_), _) => Judged::NotOurs,
                (None, Some(key)) => Judged::Trial(key),
                (None, None) => Judged::LeftAlone("it was only to try the account, and is paid"),
            };
        }
        let opened = match self.opened_by(intent, metadata, now) {
            Ok(opened) => opened,
            Err(why) => return Judged::LeftAlone(why),
        };
        let is_sold = intent.status == IntentStatus::Succeeded && *is_captured_by_hand;
        let sold = is_sold.then(|| Money::new(intent.amount_received, intent.currency));
        Judged::Ours(Box::new(Candidate {
            orphan: Orphan {
                opened,
                intent: intent.id.clone(),
                sold,
                first_key: seconds.unwrap_or(1),
            },
            is_unpaid,
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
        let mut items = text("products").split(',').map(|code| self.item_sold(code, intent));
        let product = items.next().ok_or("its metadata name no products")??;
        let mut further = items.collect::<Result<Vec<Item>, _>>()?;
        let mut policy = self.setup.policy.clone();
        policy.vend_timeout = self.vend_timeout(&product);
        // A single one was sold for what is asked for, whatever it costs now.
        let product = if further.is_empty() {
            Item { price: Money::new(intent.amount, intent.currency), ..product }
        } else if is_unpaid(intent) {
            // It is only taken back: nothing hangs on what each of several cost.
            Item { price: of_the_first(&product, &further, intent), ..product }
        } else {
            product
        };
        for item in &mut further {
            item.vend_timeout =
                Some(self.vend_timeout(item)).filter(|own| *own != policy.vend_timeout);
        }
        let opened = Opened {
            sale,
            product,
            further,
            reader: self.setup.reader.clone(),
            livemode: self.setup.livemode,
            origin: Origin { journal, ..self.setup.origin.clone() },
            wire: policy.wire(),
            policy,
            boot,
            at: now.moment,
            wall: WallTime(intent.created.0.saturating_mul(1000)),
            stripe_time: Some(intent.created),
        };
        // What each of several cost when they were sold is not in the metadata.
        if opened.price().amount != intent.amount {
            return Err("its products have other prices now");
        }
        Ok(opened)
    }

    /// A product that was sold, as the catalog has it now.
    fn item_sold(&self, code: &str, intent: &IntentSeen) -> Result<Item, &'static str> {
        let code: ProductCode = code.parse().map_err(|_| "its metadata name no products")?;
        let product = self.setup.catalog.get(&code).ok_or("its product is not sold here")?;
        if product.price.currency != intent.currency {
            return Err("it is in another currency");
        }
        Ok(self.item(&code, product))
    }
}

/// A PaymentIntent beside the one that its sale has.
pub(super) fn spare(candidate: Candidate) -> Verdict {
    let Orphan { intent, first_key, .. } = candidate.orphan;
    match spare_key(&intent, first_key).filter(|_| candidate.is_unpaid) {
        Some(key) => Verdict::Cancel(intent, key),
        None => Verdict::LeftAlone(intent, ANOTHER),
    }
}

fn is_unpaid(intent: &IntentSeen) -> bool {
    matches!(
        intent.status,
        IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation
    )
}

/// What the first of several would have cost, if the others cost what they do now; its price now, if
/// that cannot be.
fn of_the_first(product: &Item, further: &[Item], intent: &IntentSeen) -> Money {
    let others = further.iter().fold(0, |sum: u64, item| sum.saturating_add(item.price.amount));
    let rest = intent.amount.checked_sub(others).filter(|rest| *rest > 0);
    rest.map_or(product.price, |rest| Money::new(rest, intent.currency))
}
