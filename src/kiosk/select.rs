//! Whether a selection may open a sale.

use std::time::Duration;

use crate::ids::{ProductCode, SaleId, Slot};
use crate::kiosk::kiosk::{Asked, Kiosk, Product};
use crate::kiosk::out_of_order::{REFUSAL_HALF_OPEN_AFTER, Reason, Since, Stops};
use crate::money::Money;
use crate::sale::fact::{Item, Opened};
use crate::time::Moment;

/// Why a selection opens no sale.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Turned {
    /// No such product.
    Unknown {
        /// What was pressed.
        code: ProductCode,
    },
    /// This product is not for sale (`disabled`).
    Disabled {
        /// What was pressed.
        code: ProductCode,
    },
    /// There are not as many of this product as were chosen.
    SoldOut {
        /// What was pressed.
        code: ProductCode,
        /// How many there are.
        left: u32,
    },
    /// Another sale has the customer, or still holds the reader.
    Busy,
    /// The kiosk, or this product's dispenser, is out of order.
    OutOfOrder {
        /// Why.
        reason: Reason,
    },
    /// The daemon is about to stop, or was told to drain.
    Draining,
    /// No more fits into the cart.
    CartFull,
    /// There is nothing in the cart to pay for, or to take out.
    CartEmpty,
    /// This product is not in the cart.
    NotInCart {
        /// What was to be taken out.
        code: ProductCode,
    },
    /// Customers have no cart here (`kiosk.cart`).
    NoCart,
    /// It is chosen at the vending machine, which asks for the money itself.
    AtMachine {
        /// What was pressed.
        code: ProductCode,
    },
    /// The vending machine asks for a product that no slot stands for.
    NoSuchSlot {
        /// The machine's number of it.
        slot: Slot,
    },
    /// The vending machine asks for an amount that Stripe does not charge.
    NoSuchPrice {
        /// The amount.
        price: Money,
    },
}

impl std::fmt::Display for Turned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown { code } => write!(f, "there is no product {code}"),
            Self::Disabled { code } => write!(f, "{code} is not for sale"),
            Self::SoldOut { code, left: 0 } => write!(f, "{code} is sold out"),
            Self::SoldOut { code, left } => write!(f, "only {left} of {code} are left"),
            Self::Busy => f.write_str("another sale is under way"),
            Self::OutOfOrder { reason } => write!(f, "out of order: {}", reason.what()),
            Self::Draining => f.write_str("the kiosk takes no new sales"),
            Self::CartFull => f.write_str("the cart is full"),
            Self::CartEmpty => f.write_str("the cart is empty"),
            Self::NotInCart { code } => write!(f, "{code} is not in the cart"),
            Self::AtMachine { code } => write!(f, "{code} is chosen at the vending machine"),
            Self::NoSuchSlot { slot } => {
                write!(f, "no product has slot {slot}, which the vending machine asks for")
            }
            Self::NoSuchPrice { price } => {
                write!(f, "the vending machine asks for {price}, which Stripe does not charge")
            }
            Self::NoCart => f.write_str("this kiosk has no cart (kiosk.cart)"),
        }
    }
}

impl Kiosk {
    /// What a sale of this product would be opened with, or why none may be opened.
    pub fn select(&self, code: &ProductCode, sale: SaleId, now: Since) -> Result<Opened, Turned> {
        self.open(std::slice::from_ref(code), sale, now)
    }

    /// What a sale of these products would be opened with, or why none may be opened.
    pub(super) fn open(
        &self,
        codes: &[ProductCode],
        sale: SaleId,
        now: Since,
    ) -> Result<Opened, Turned> {
        let mut items = Vec::new();
        for code in codes {
            let wanted = codes.iter().filter(|other| *other == code).count();
            items.push(self.item(code, self.sellable(code, wanted, now.moment)?));
        }
        self.open_with(items, sale, now)
    }

    /// What a sale for a vending machine would be opened with, or why none may be opened.
    pub fn asked(&self, asked: &Asked, sale: SaleId, now: Since) -> Result<Opened, Turned> {
        let code = self.code_of(asked)?;
        let product = self.free_to_sell(code, 1, now.moment)?;
        let mut item = self.item(code, product);
        item.slot = asked.slot.clone();
        if asked.its_price {
            let price = asked.price;
            let is_charged = Money::price(&price.decimal_text(), price.currency).is_ok();
            if !is_charged || price.currency != product.price.currency {
                return Err(Turned::NoSuchPrice { price });
            }
            item.price = price;
        }
        self.open_with(vec![item], sale, now)
    }

    /// Which product a vending machine means.
    pub fn code_of<'a>(&'a self, asked: &'a Asked) -> Result<&'a ProductCode, Turned> {
        let at =
            |product: &Product| product.dispenser == asked.dispenser && product.slot == asked.slot;
        let found = self.setup.catalog.iter().find(|(_, product)| at(product));
        let code = found.map(|(code, _)| code).or(asked.otherwise.as_ref());
        code.ok_or_else(|| Turned::NoSuchSlot { slot: asked.slot.clone() })
    }

    fn open_with(&self, items: Vec<Item>, sale: SaleId, now: Since) -> Result<Opened, Turned> {
        let mut items = items.into_iter();
        let Some(first) = items.next() else { return Err(Turned::CartEmpty) };
        let (product, mut policy) = (first, self.setup.policy.clone());
        policy.vend_timeout = self.vend_timeout(&product);
        let further = items.map(|item| {
            let own = Some(self.vend_timeout(&item)).filter(|own| *own != policy.vend_timeout);
            Item { vend_timeout: own, ..item }
        });
        Ok(Opened {
            sale,
            product,
            further: further.collect(),
            reader: self.setup.reader.clone(),
            livemode: self.setup.livemode,
            origin: self.setup.origin.clone(),
            wire: policy.wire(),
            policy,
            boot: self.setup.boot.clone(),
            at: now.moment,
            wall: now.wall,
            stripe_time: self.watch.stripe_time(now.moment),
        })
    }

    /// The product, if so many of it can be sold to somebody now who has chosen it here.
    pub(super) fn sellable(
        &self,
        code: &ProductCode,
        wanted: usize,
        now: Moment,
    ) -> Result<&Product, Turned> {
        let product = self.free_to_sell(code, wanted, now)?;
        let dispenser = self.setup.dispensers.get(&product.dispenser);
        if dispenser.is_some_and(|dispenser| dispenser.asks) {
            return Err(Turned::AtMachine { code: code.clone() });
        }
        Ok(product)
    }

    fn free_to_sell(
        &self,
        code: &ProductCode,
        wanted: usize,
        now: Moment,
    ) -> Result<&Product, Turned> {
        let Some(product) = self.setup.catalog.get(code) else {
            return Err(Turned::Unknown { code: code.clone() });
        };
        if self.is_draining() {
            return Err(Turned::Draining);
        }
        if self.front.is_some() || self.is_reader_held() {
            return Err(Turned::Busy);
        }
        // Of what is sold out the product itself tells.
        let sold_out = |reason: &Reason| matches!(reason, Reason::SoldOut { .. });
        let blocked = self.blocking_reason(now).filter(|reason| !sold_out(reason));
        if blocked.is_none() {
            if product.disabled {
                return Err(Turned::Disabled { code: code.clone() });
            }
            self.in_stock(code, product, wanted)?;
        }
        match blocked.or_else(|| self.product_reason(code, product, now)) {
            Some(reason) => Err(Turned::OutOfOrder { reason }),
            None => Ok(product),
        }
    }

    pub(super) fn item(&self, code: &ProductCode, product: &Product) -> Item {
        let dispenser = self.setup.dispensers.get(&product.dispenser);
        let own = dispenser.and_then(|dispenser| dispenser.unknown_vend);
        Item {
            code: code.clone(),
            name: product.name.clone(),
            price: product.price,
            slot: product.slot.clone(),
            dispenser: product.dispenser.clone(),
            vend_timeout: None,
            unknown_vend: own.filter(|own| *own != self.setup.policy.unknown_vend),
            forgotten: dispenser.is_some_and(|dispenser| !dispenser.promise.can_be_asked),
        }
    }

    /// How long the dispenser of an item may take.
    pub(super) fn vend_timeout(&self, item: &Item) -> Duration {
        let own = self.setup.dispensers.get(&item.dispenser);
        own.map_or(self.setup.policy.vend_timeout, |own| own.vend_timeout)
    }

    /// The reason for which nothing at all can be sold now, if there is one.
    pub fn blocking_reason(&self, now: Moment) -> Option<Reason> {
        self.reasons
            .iter()
            .find(|(reason, standing)| match reason.stops() {
                Stops::Everything => true,
                // Half-open: one selection is let through, and its prompt tells.
                Stops::UntilTried { after } => now < standing.confirmed + after,
                Stops::Something => {
                    let may =
                        matches!(reason, Reason::DispenserAway { .. } | Reason::SoldOut { .. });
                    may && self.has_nothing()
                }
                Stops::Nothing => false,
            })
            .map(|(reason, _)| reason.clone())
    }

    /// The reason for which this product cannot be sold now, if there is one.
    fn product_reason(&self, code: &ProductCode, product: &Product, now: Moment) -> Option<Reason> {
        self.reasons
            .iter()
            .find(|(reason, standing)| match reason {
                Reason::DispenserAway { dispenser } => *dispenser == product.dispenser,
                Reason::PriceRefused { product, .. } => {
                    product == code && now < standing.confirmed + REFUSAL_HALF_OPEN_AFTER
                }
                Reason::Starting
                | Reason::Link { .. }
                | Reason::KeyRejected
                | Reason::KeyTooNarrow { .. }
                | Reason::ReaderOffline
                | Reason::ReaderRestarting
                | Reason::ReaderDeaf
                | Reason::ReaderUpdating
                | Reason::ReaderInUse
                | Reason::ReaderRefuses { .. }
                | Reason::ReaderNotFound
                | Reason::ReaderAssignedElsewhere { .. }
                | Reason::ReaderUnassigned
                | Reason::ReaderWrongMode { .. }
                | Reason::ReaderNoLocation
                | Reason::ReaderWrongCountry { .. }
                | Reason::NoCardPresent
                | Reason::PaymentsRefused { .. }
                | Reason::PaymentNotFound
                | Reason::Exposure
                | Reason::DeadlineNear
                | Reason::Journal
                | Reason::Clone
                | Reason::OtherMode
                | Reason::Sweeping
                | Reason::SoldOut { .. }
                | Reason::Drained { .. } => false,
            })
            .map(|(reason, _)| reason.clone())
    }
}
