//! How much is left of each product that is counted (`stock` of a product).
//!
//! A product counts as gone once it came out, or once nobody knows whether it did: a machine that
//! promises what it does not have disappoints somebody who has paid, and whoever fills it sets the
//! count right. What open sales may still give is spoken for.
//!
//! The count begins with the configuration's `stock` if none is on record. One that is on record
//! goes on whether or not the configuration counts the product today, so that a drop-in which is
//! missing for a day costs nothing. It belongs to the code: a product that gets another code begins
//! anew.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::ProductCode;
use crate::kiosk::kiosk::{Kiosk, Product};
use crate::kiosk::out_of_order::{Reason, Since};
use crate::kiosk::select::Turned;
use crate::sale::Sale;
use crate::sale::fact::Item;
use crate::time::WallTime;

/// More of one product no machine holds.
pub const MOST: u32 = 100_000;

/// What there is of one product.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shelf {
    /// How many are left.
    pub left: u32,
    /// When a person has set that, and who, as the system names them.
    pub filled: Option<(WallTime, String)>,
}

/// The shelves, and which of them are not on record as they are.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Stock {
    shelves: BTreeMap<ProductCode, Shelf>,
    changed: BTreeSet<ProductCode>,
}

/// What a person has put into the machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Filling {
    /// So many are there now.
    Set {
        /// Of this product.
        code: ProductCode,
        /// So many.
        left: u32,
    },
    /// So many more are there than before.
    Add {
        /// Of this product.
        code: ProductCode,
        /// So many.
        count: u32,
    },
    /// Everything that is counted was filled up to the configuration's `stock`.
    All,
}

/// The answer to "what is left?", as `/v1/stock` gives it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StockDocument {
    /// The products that are counted.
    pub products: Vec<StockEntry>,
}

/// One product that is counted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StockEntry {
    /// What the customer presses.
    pub code: String,
    /// What the customer calls it.
    pub name: String,
    /// How many are left.
    pub left: u32,
    /// What a full machine has.
    pub of: u32,
    /// When a person has set the count (RFC 3339).
    pub filled_at: Option<String>,
    /// Who.
    pub filled_by: Option<String>,
}

/// One product in the status document.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StockStatus {
    /// How many are left.
    pub left: u32,
    /// What a full machine has.
    pub of: u32,
}

impl Stock {
    /// What the configuration says of products of which nothing is on record.
    pub(super) fn configured(catalog: &BTreeMap<ProductCode, Product>) -> Self {
        let shelf = |left| Shelf { left, filled: None };
        let shelves = catalog
            .iter()
            .filter_map(|(code, product)| Some((code.clone(), shelf(product.stock?))));
        Self { shelves: shelves.collect(), changed: BTreeSet::new() }
    }

    /// Begins with what the configuration says of products that were not counted before.
    pub(super) fn count_also(&mut self, catalog: &BTreeMap<ProductCode, Product>) {
        for (code, shelf) in Self::configured(catalog).shelves {
            self.shelves.entry(code).or_insert(shelf);
        }
    }

    /// One of this product has left the machine.
    pub(super) fn take(&mut self, code: &ProductCode) {
        if let Some(shelf) = self.shelves.get_mut(code) {
            shelf.left = shelf.left.saturating_sub(1);
            self.changed.insert(code.clone());
        }
    }

    fn fill(&mut self, code: &ProductCode, left: u32, filled: (WallTime, String)) {
        self.shelves.insert(code.clone(), Shelf { left, filled: Some(filled) });
        self.changed.insert(code.clone());
    }

    /// How many are left of a product that is counted.
    pub(super) fn left(&self, code: &ProductCode) -> u32 {
        self.shelves.get(code).map_or(0, |shelf| shelf.left)
    }
}

impl Kiosk {
    /// Takes over what is on record. Before any sale of the journal, whose restart may count.
    pub fn on_record(&mut self, shelves: impl IntoIterator<Item = (ProductCode, Shelf)>) {
        self.stock.shelves.extend(shelves);
    }

    /// The shelves that have changed since they were last asked for, to be put on record.
    pub fn changed_shelves(&mut self) -> Vec<(ProductCode, Shelf)> {
        let changed = std::mem::take(&mut self.stock.changed);
        let shelf = |code| Some((self.stock.shelves.get(&code)?.clone(), code));
        changed.into_iter().filter_map(shelf).map(|(shelf, code)| (code, shelf)).collect()
    }

    /// A person has filled the machine, or why that cannot be.
    pub fn fill(&mut self, filling: &Filling, by: &str, now: Since) -> Result<(), String> {
        let filled = (now.wall, by.to_owned());
        let (code, left) = match filling {
            Filling::Set { code, left } => (code, Some(*left)),
            Filling::Add { code, count } => (code, self.stock.left(code).checked_add(*count)),
            Filling::All => {
                let counted = self.setup.catalog.iter();
                let counted = counted.filter_map(|(code, product)| Some((code, product.stock?)));
                let mut any = false;
                for (code, of) in counted {
                    any = true;
                    self.stock.fill(code, of, filled.clone());
                }
                return if any { Ok(()) } else { Err("no product is counted (stock)".to_owned()) };
            }
        };
        let Some(product) = self.setup.catalog.get(code) else {
            return Err(format!("there is no product {code}"));
        };
        if product.stock.is_none() {
            return Err(format!("{code} is not counted: set product.{code}.stock"));
        }
        match left.filter(|left| *left <= MOST) {
            Some(left) => {
                self.stock.fill(code, left, filled);
                Ok(())
            }
            None => Err(format!("there cannot be more than {MOST} of {code}")),
        }
    }

    /// Raises and clears that a product is sold out.
    pub fn judge_stock(&mut self, now: Since) {
        for (code, left) in self
            .setup
            .catalog
            .iter()
            .filter_map(|(code, product)| product.stock.map(|_| (code, self.stock.left(code))))
        {
            let reason = Reason::SoldOut { product: code.clone() };
            if left == 0 {
                self.reasons.raise(reason, now);
            } else {
                self.reasons.clear(&reason);
            }
        }
    }

    /// Whether there are this many of a product which no open sale may still give.
    pub(super) fn in_stock(
        &self,
        code: &ProductCode,
        product: &Product,
        wanted: usize,
    ) -> Result<(), Turned> {
        if product.stock.is_none() {
            return Ok(());
        }
        let promised = self.sales().flat_map(Sale::may_still_give);
        let promised = promised.filter(|item: &&Item| item.code == *code).count();
        let left = self.stock.left(code);
        let left = left.saturating_sub(u32::try_from(promised).unwrap_or(u32::MAX));
        if u32::try_from(wanted).is_ok_and(|wanted| wanted <= left) {
            Ok(())
        } else {
            Err(Turned::SoldOut { code: code.clone(), left })
        }
    }

    /// Whether no product at all can be sold: each is sold out or not for sale, or what gives it is
    /// out of reach.
    pub(super) fn has_nothing(&self) -> bool {
        let stands = |reason: Reason| self.reasons.since(&reason).is_some();
        self.setup.catalog.iter().all(|(code, product)| {
            product.disabled
                || stands(Reason::SoldOut { product: code.clone() })
                || stands(Reason::DispenserAway { dispenser: product.dispenser.clone() })
        })
    }

    /// What is left, for people.
    pub fn stock_document(&self) -> StockDocument {
        let products = self.setup.catalog.iter().filter_map(|(code, product)| {
            let (of, shelf) = (product.stock?, self.stock.shelves.get(code)?);
            let filled = shelf.filled.as_ref();
            Some(StockEntry {
                code: code.to_string(),
                name: product.name.clone(),
                left: shelf.left,
                of,
                filled_at: filled.map(|(at, _)| at.to_string()),
                filled_by: filled.map(|(_, by)| by.clone()),
            })
        });
        StockDocument { products: products.collect() }
    }

    /// What is left, in the status document.
    pub(super) fn stock_status(&self) -> BTreeMap<String, StockStatus> {
        let counted = self.setup.catalog.iter().filter_map(|(code, product)| {
            let status = StockStatus { left: self.stock.left(code), of: product.stock? };
            Some((code.to_string(), status))
        });
        counted.collect()
    }
}
