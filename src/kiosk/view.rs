//! What the display shows: a pure function of the kiosk's state, never a lie, never without end.

mod of_sale;
mod typed;

use std::time::Duration;

use crate::ids::{ProductCode, SaleId};
use crate::kiosk::cart::CartLine;
use crate::kiosk::kiosk::Kiosk;
use crate::kiosk::out_of_order::Reason;
use crate::kiosk::screen::Scarce;
use crate::kiosk::select::Turned;
use crate::money::Money;
use crate::sale::cards::{CardSeen, NotTaken};
use crate::sale::fact::{Decline, Fact, Retraction};
use crate::sale::{Phase, Sale};
use crate::time::Moment;

pub(super) use of_sale::has_customer;
use of_sale::{ending, ending_view, receipt, sale_view, shown};
pub(super) use typed::Typed;

/// One picture of the display.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum View {
    /// Choose something.
    Idle,
    /// Choose something; some of it is sold out, or nearly so.
    Shelf {
        /// What is sold out: names of products.
        sold_out: Vec<String>,
        /// What is nearly sold out.
        few: Vec<Scarce>,
    },
    /// Nobody has come for a while: this can be had.
    Attract {
        /// What.
        product: Shown,
    },
    /// A code is being typed.
    Typing {
        /// What was typed so far: 1 to 16 characters.
        text: String,
    },
    /// What is in the cart; choose more, or pay.
    Cart {
        /// The products.
        lines: Vec<CartLine>,
        /// What they cost.
        sum: Money,
    },
    /// A sale is being opened.
    Connecting {
        /// What is bought.
        product: Shown,
    },
    /// The reader is busy with something else; the sale waits for it.
    ReaderBusy {
        /// What is bought.
        product: Shown,
        /// With what.
        with: BusyWith,
    },
    /// What the reader shows cannot be seen now: nobody is invited to do anything there.
    Blind {
        /// What is bought.
        product: Shown,
    },
    /// Present a card to the reader.
    PresentCard {
        /// What is bought.
        product: Shown,
        /// How long the customer still has.
        seconds_left: u64,
        /// How long there was.
        seconds_of: u64,
        /// Why the last card was refused.
        declined: Option<Decline>,
        /// Why the last card was not taken.
        not_taken: Option<NotTaken>,
    },
    /// The card that was read is none that the kiosk takes; another one may follow.
    CardNotTaken {
        /// What is bought.
        product: Shown,
        /// Why.
        why: NotTaken,
    },
    /// The card that was read is being authorized.
    Authorizing {
        /// What is bought.
        product: Shown,
        /// The card, where it is known.
        card: Option<CardSeen>,
    },
    /// The sale is being taken back: do not present a card.
    TakingBack {
        /// Why.
        why: Retraction,
    },
    /// The product is coming.
    Dispensing {
        /// What is coming.
        product: Shown,
        /// Which of the products that is.
        place: Place,
    },
    /// Whether it came out is being found out.
    Checking {
        /// What is being found out about.
        product: Shown,
        /// Which of the products that is.
        place: Place,
    },
    /// Delivered and paid.
    ThankYou {
        /// What was bought.
        product: Shown,
        /// Where the receipt is to be read, once Stripe has told.
        receipt: Option<String>,
    },
    /// A part of the products came out, and no more than these are paid for.
    PartGiven {
        /// How many came out.
        given: usize,
        /// Of how many.
        of: usize,
        /// Of how many nobody knows.
        unknown: usize,
        /// What is paid for.
        kept: Money,
        /// What becomes of the rest of the price.
        rest: Rest,
        /// Where the receipt is to be read, once Stripe has told.
        receipt: Option<String>,
    },
    /// The sale is over without a product, and Stripe has confirmed that nothing is charged.
    NotCharged {
        /// Why.
        why: Ending,
    },
    /// The sale is over without a product; a hold on the card, if there is one, will be released.
    HoldWillBeReleased {
        /// Why.
        why: Ending,
    },
    /// The sale is over without a product, and the money that was charged is on its way back.
    WillBeRefunded {
        /// Why.
        why: Ending,
    },
    /// The sale is over without a product, and Stripe has confirmed the refund.
    Refunded {
        /// Why.
        why: Ending,
    },
    /// Present the same card again, to get the money back.
    PresentCardAgain {
        /// What did not come out.
        product: Shown,
        /// How long the customer still has.
        seconds_left: u64,
        /// How long there was.
        seconds_of: u64,
    },
    /// The customer gets money back which could not be put onto the card here.
    MoneyOwed {
        /// The sale, for whoever is asked for it.
        sale: SaleId,
        /// How much.
        amount: Money,
    },
    /// Nobody knows yet; the operator will settle it.
    OperatorDecides,
    /// What was pressed opens no sale.
    NotNow {
        /// Why.
        why: Turned,
    },
    /// Nothing can be sold.
    OutOfOrder {
        /// Why.
        reason: Reason,
    },
    /// The last sale still holds the reader.
    Wait,
    /// The daemon stops.
    Stopping,
}

impl View {
    /// Whether somebody who comes now can begin.
    pub fn is_inviting(&self) -> bool {
        matches!(self, Self::Idle | Self::Shelf { .. } | Self::Attract { .. })
    }

    /// Whether it says of a sale that is through where the money goes, before Stripe has confirmed it.
    pub fn promises(&self) -> bool {
        matches!(
            self,
            Self::ThankYou { .. }
                | Self::PartGiven { .. }
                | Self::HoldWillBeReleased { .. }
                | Self::WillBeRefunded { .. }
                | Self::MoneyOwed { .. }
        )
    }

    /// The view with its seconds standing still: what a log or a scrolling terminal shows.
    #[must_use]
    pub fn without_countdown(&self) -> Self {
        let mut calm = self.clone();
        if let Self::PresentCard { seconds_left, seconds_of, .. }
        | Self::PresentCardAgain { seconds_left, seconds_of, .. } = &mut calm
        {
            *seconds_left = *seconds_of;
        }
        calm
    }
}

/// What a reader is busy with, that is no payment of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BusyWith {
    /// Another system's payment.
    OtherPayment,
    /// An update, or a change of its settings.
    Itself,
}

/// Which of the products of a sale one is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// From 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
}

/// What becomes of the price of what did not come out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rest {
    /// It is held, and will be released.
    WillBeReleased,
    /// Stripe has captured less: it is not charged.
    NotCharged,
    /// It was charged, and is on its way back.
    WillBeRefunded,
    /// Stripe has confirmed the refund.
    Refunded,
}

/// A product as a display shows it, or the first of several.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// What the customer pressed.
    pub code: ProductCode,
    /// What the customer calls it.
    pub name: String,
    /// What it costs, and the others with it.
    pub price: Money,
    /// How many others there are.
    pub further: usize,
}

/// Why a sale ended without a product.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// The customer cancelled.
    Cancelled,
    /// Nobody presented a card in time.
    TimedOut,
    /// No card was accepted.
    Declined,
    /// The product did not come out.
    VendFailed,
    /// Nobody knows whether it came out.
    VendUnknown,
    /// Something of the machine's own.
    Trouble,
}

/// A message that stands for a while after what caused it is over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// What is shown.
    pub view: View,
    /// Until when.
    pub until: Moment,
}

/// How long a message stands, at least, of which the customer notes a number.
const LONG_NOTICE: Duration = Duration::from_secs(30);

impl Kiosk {
    /// What the display shows now.
    pub fn view(&self, now: Moment) -> View {
        if let Some(notice) = self.notice.as_ref().filter(|notice| now < notice.until) {
            return notice.view.clone();
        }
        if let Some(sale) = self.front_sale() {
            let product = || shown(sale);
            return match (&sale.phase, self.reader_busy_with()) {
                (Phase::Presenting { .. }, _) if self.is_blind() => {
                    View::Blind { product: product() }
                }
                (Phase::Prompting { .. }, Some(with)) => {
                    View::ReaderBusy { product: product(), with }
                }
                _ => sale_view(sale, now),
            };
        }
        if self.is_draining() {
            return View::Stopping;
        }
        if let Some(reason) = self.blocking_reason(now) {
            return View::OutOfOrder { reason };
        }
        if self.is_reader_held() {
            return View::Wait;
        }
        let under_way = self.typed_view(now).or_else(|| self.cart_view());
        under_way.unwrap_or_else(|| self.idle_view(now))
    }

    /// When the view changes next by itself.
    pub fn next_view_change(&self, now: Moment) -> Option<Moment> {
        let second = Duration::from_secs(1);
        let notice = self.notice.as_ref().map(|notice| notice.until);
        let front = self.front_sale().and_then(|sale| match &sale.phase {
            Phase::Presenting { .. } | Phase::Refunding(_) => Some(now + second),
            Phase::Retracting { .. } => sale.let_go_at,
            Phase::Opening { .. }
            | Phase::Prompting { .. }
            | Phase::Collected { .. }
            | Phase::Confirming { .. }
            | Phase::Vending { .. }
            | Phase::Doubtful { .. }
            | Phase::Settling { .. }
            | Phase::NeedsAttention { .. }
            | Phase::Closed { .. } => None,
        });
        let left = [self.cart_left_at(), self.typed_until(), self.screen_changes_at(now)];
        left.into_iter().chain([notice, front]).flatten().filter(|at| *at > now).min()
    }

    /// Shows for a short while why a selection opened no sale.
    pub fn show_turned(&mut self, why: Turned, now: Moment) {
        let customer_is_served = self.front.is_some() || self.notice_stands(now);
        // Who presses keys that mean nothing here is told nothing.
        if !customer_is_served && why != Turned::NoCart {
            let view = View::NotNow { why };
            // Three seconds of the eight that a message stands by default.
            let stands = self.setup.screen.message_time.mul_f32(0.375);
            self.notice = Some(Notice { view, until: now + stands });
        }
    }

    fn notice_stands(&self, now: Moment) -> bool {
        self.notice.as_ref().is_some_and(|notice| now < notice.until)
    }

    /// What facts of a sale mean for the customer in front: whether they are done with, and what
    /// they are told.
    pub(super) fn tell_customer(&mut self, sale: &Sale, facts: &[Fact], now: Moment) {
        // A person has the customer's card put to the reader: that customer is in front now.
        if self.front.is_none() && matches!(sale.phase, Phase::Refunding(_)) && has_customer(sale) {
            self.front = Some(sale.id().clone());
        }
        let is_front = self.front.as_ref() == Some(sale.id());
        if is_front && (!sale.is_open() || !has_customer(sale)) {
            self.front = None;
            let view = ending_view(sale);
            self.last_told = Some(sale.id().clone());
            let until = now + self.stands(&view);
            self.notice = Some(Notice { view, until });
            return;
        }
        // The hold is released while the customer still reads that it will be.
        let released = facts.iter().any(|fact| matches!(fact, Fact::Released | Fact::Fenced));
        let refunded = facts.iter().any(|fact| matches!(fact, Fact::RefundConfirmed { .. }));
        let captured = facts.iter().any(|fact| matches!(fact, Fact::Captured { .. }));
        if self.last_told.as_ref() == Some(sale.id())
            && let Some(Notice { view, until }) = &mut self.notice
            && now < *until
        {
            if let (View::HoldWillBeReleased { why }, true) = (&*view, released) {
                *view = View::NotCharged { why: *why };
            } else if let (View::WillBeRefunded { why }, true) = (&*view, refunded) {
                *view = View::Refunded { why: *why };
            } else if let View::PartGiven { rest, .. } = view {
                match rest {
                    Rest::WillBeReleased if captured => *rest = Rest::NotCharged,
                    Rest::WillBeRefunded if refunded => *rest = Rest::Refunded,
                    Rest::WillBeReleased
                    | Rest::NotCharged
                    | Rest::WillBeRefunded
                    | Rest::Refunded => {}
                }
            }
            if let (true, Some(url)) = (captured, receipt(sale))
                && let View::ThankYou { receipt, .. } | View::PartGiven { receipt, .. } = view
            {
                *receipt = Some(url);
                *until = (*until).max(now + self.setup.screen.receipt_time.unwrap_or_default());
            }
        }
    }

    /// How long a message stands.
    fn stands(&self, view: &View) -> Duration {
        let rules = &self.setup.screen;
        let least = match (view, rules.receipt_time) {
            (View::MoneyOwed { .. }, _) => LONG_NOTICE,
            (
                View::ThankYou { receipt: Some(_), .. } | View::PartGiven { receipt: Some(_), .. },
                Some(receipt_time),
            ) => receipt_time,
            (_, _) => Duration::ZERO,
        };
        rules.message_time.max(least)
    }

    /// Lets a customer go whose sale takes too long to be taken back.
    pub fn release_waiting_customer(&mut self, now: Moment) {
        let Some(sale) = self.front_sale() else { return };
        if let Phase::Retracting { why, .. } = &sale.phase
            && sale.is_let_go(now)
        {
            let view = View::HoldWillBeReleased { why: ending(why) };
            let until = now + self.stands(&view);
            let id = sale.id().clone();
            self.front = None;
            self.last_told = Some(id);
            self.notice = Some(Notice { view, until });
        }
    }
}
