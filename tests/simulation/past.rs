//! What the kiosk has sold before the run: sales that may be deleted while it runs, and sales that
//! are too young for that. Nothing is drawn for it.

use std::time::Duration;

use kioskd::ids::SaleId;
use kioskd::journal::{Journal, Row, Summary, Upkeep};
use kioskd::money::Money;
use kioskd::time::{StripeTime, WallTime};

use crate::world::BEGIN;

/// For how long the kiosks of the simulation keep what they sold.
pub const KEEP: Duration = Duration::from_hours(30 * 24);

/// How many sales are old, and how many are young.
const EACH: u32 = 20;

const A_DAY: i64 = 86_400;

/// Writes the past into a new journal.
pub fn fill(journal: &mut Journal) {
    for number in 0..EACH {
        // Four a day, since a mark is set with the first of a day.
        sell(journal, number, 60 - i64::from(number / 4));
    }
    for number in EACH..2 * EACH {
        sell(journal, number, 10);
    }
    sell(journal, 2 * EACH, 9);
}

/// Whether a sale is of the past.
pub fn is_past(sale: &SaleId) -> bool {
    sale.as_str().starts_with("PAST")
}

/// Nothing young is ever deleted. Says how many old ones are.
pub fn check(journal: &Journal) -> u32 {
    let has = |number: &u32| journal.sale(&id(*number)).unwrap().is_some();
    assert!((EACH..=2 * EACH).all(|number| has(&number)), "a young sale is gone");
    let gone = (0..EACH).filter(|number| !has(number)).count();
    u32::try_from(gone).expect("they are few")
}

fn id(number: u32) -> SaleId {
    SaleId::new(format!("PAST{number}")).expect("it is short")
}

/// A closed sale of so many days before the run. The board's clock was wrong at every fifth.
fn sell(journal: &mut Journal, number: u32, days: i64) {
    let at = WallTime(if number.is_multiple_of(5) { 0 } else { BEGIN - days * A_DAY * 1000 });
    let row = |seq| Row { sale: id(number), seq, at, body: format!("{{\"fact\":\"past_{seq}\"}}") };
    let summary = Summary {
        sale: id(number),
        opened_at: at,
        product: "A1".to_owned(),
        amount: Money::price("2.50", "usd".parse().expect("a currency")).expect("a price"),
        phase: "closed".to_owned(),
        outcome: Some("sold".to_owned()),
        intent: None,
        open: false,
    };
    let now = StripeTime(BEGIN / 1000 - days * A_DAY);
    let spare = std::collections::BTreeSet::new();
    let upkeep = Some(Upkeep { now, keep: Some(KEEP), spare: &spare });
    journal.append_tidying((&[row(1), row(2)], &[summary]), &[], upkeep).unwrap();
}
