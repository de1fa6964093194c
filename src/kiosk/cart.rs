//! The customer's cart (`kiosk.cart`): what was chosen and is not to be paid yet.
//!
//! PAY freezes it into a sale, and from then on nothing can be put in or taken out. So the amount
//! of a PaymentIntent never changes, and no card can be authorized for an older cart. A cart is
//! in memory only: nothing was promised to anybody, and a restart empties it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::{ProductCode, SaleId};
use crate::kiosk::kiosk::Kiosk;
use crate::kiosk::out_of_order::Since;
use crate::kiosk::select::Turned;
use crate::kiosk::view::View;
use crate::money::Money;
use crate::sale::fact::Opened;
use crate::time::Moment;

/// A cart that nobody has touched for so long is left behind: the next customer must not pay for it.
pub const LEFT_AFTER: Duration = Duration::from_secs(30);

/// More than this Stripe takes in no currency, in minor units. Source: Stripe, PaymentIntent
/// object, `amount`: at most eight digits.
const LARGEST_AMOUNT: u64 = 99_999_999;

/// What is in the cart, in the order in which it was put in.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Cart {
    codes: Vec<ProductCode>,
    /// When a key for it was pressed last.
    touched: Moment,
}

/// The cart for `status` and the control socket.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CartStatus {
    /// What is in it: the codes, parted by commas.
    pub products: String,
    /// What it costs, unless it is empty.
    pub amount: Option<Money>,
}

/// One line of the cart on the display.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CartLine {
    /// What the customer calls it.
    pub name: String,
    /// How often it is in the cart.
    pub count: usize,
}

impl Kiosk {
    /// Whether customers fill a cart, and pay it with one card.
    pub fn has_cart(&self) -> bool {
        self.setup.cart_limit.is_some()
    }

    /// Puts a product into the cart.
    pub fn add_to_cart(&mut self, code: &ProductCode, now: Since) -> Result<(), Turned> {
        let Some(most) = self.setup.cart_limit else { return Err(Turned::NoCart) };
        let there = self.cart.codes.iter().filter(|other| *other == code).count();
        let price = self.sellable(code, there + 1, now.moment)?.price;
        let sum = self.cart_sum();
        let sum = sum.map_or(Some(price), |sum| sum.checked_add(price));
        let is_payable = sum.is_some_and(|sum| sum.amount <= LARGEST_AMOUNT);
        if self.cart.codes.len() >= most || !is_payable {
            self.cart.touched = now.moment;
            return Err(Turned::CartFull);
        }
        self.cart.codes.push(code.clone());
        self.touched(now.moment);
        Ok(())
    }

    /// Takes a product out of the cart; of several, the one put in last.
    pub fn remove_from_cart(&mut self, code: &ProductCode, now: Since) -> Result<(), Turned> {
        if !self.has_cart() {
            return Err(Turned::NoCart);
        }
        if self.front.is_some() {
            return Err(Turned::Busy);
        }
        let Some(at) = self.cart.codes.iter().rposition(|found| found == code) else {
            return Err(Turned::NotInCart { code: code.clone() });
        };
        self.cart.codes.remove(at);
        self.touched(now.moment);
        Ok(())
    }

    /// What a sale of all that is in the cart would be opened with, or why none may be opened. It
    /// stays in the cart until the sale is opened.
    pub fn pay(&mut self, sale: SaleId, now: Since) -> Result<Opened, Turned> {
        if !self.has_cart() {
            return Err(Turned::NoCart);
        }
        if self.front.is_some() {
            return Err(Turned::Busy);
        }
        if self.cart.codes.is_empty() {
            return Err(Turned::CartEmpty);
        }
        self.cart.touched = now.moment;
        self.open(&self.cart.codes, sale, now)
    }

    /// Empties the cart: the customer has pressed CANCEL, or has paid.
    pub fn empty_cart(&mut self) {
        self.cart.codes.clear();
    }

    /// Empties a cart that nobody has touched for a while.
    pub fn empty_left_cart(&mut self, now: Moment) {
        if self.cart_left_at().is_some_and(|at| now >= at) {
            self.empty_cart();
        }
    }

    /// When the cart counts as left behind, if there is anything in it.
    pub(super) fn cart_left_at(&self) -> Option<Moment> {
        (!self.cart.codes.is_empty()).then(|| self.cart.touched + LEFT_AFTER)
    }

    /// The cart as the display shows it, if there is anything in it.
    pub(super) fn cart_view(&self) -> Option<View> {
        let sum = self.cart_sum()?;
        let mut lines: Vec<(&ProductCode, CartLine)> = Vec::new();
        for code in &self.cart.codes {
            if let Some((_, line)) = lines.iter_mut().find(|(found, _)| *found == code) {
                line.count += 1;
            } else {
                let name = self.setup.catalog.get(code)?.name.clone();
                lines.push((code, CartLine { name, count: 1 }));
            }
        }
        let lines = lines.into_iter().map(|(_, line)| line).collect();
        Some(View::Cart { lines, sum })
    }

    /// The cart for people, where there is one.
    pub fn cart_status(&self) -> Option<CartStatus> {
        let codes: Vec<&str> = self.cart.codes.iter().map(ProductCode::as_str).collect();
        let status = CartStatus { products: codes.join(","), amount: self.cart_sum() };
        self.has_cart().then_some(status)
    }

    fn cart_sum(&self) -> Option<Money> {
        let mut prices =
            self.cart.codes.iter().filter_map(|code| Some(self.setup.catalog.get(code)?.price));
        let first = prices.next()?;
        prices.try_fold(first, Money::checked_add)
    }

    /// Thanks and regrets give way to the next customer.
    fn touched(&mut self, now: Moment) {
        self.cart.touched = now;
        self.notice = None;
        self.nothing_typed();
    }
}
