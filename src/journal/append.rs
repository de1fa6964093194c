//! Writing: a batch of facts and summaries, whole or not at all.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::chain::{self, Hash, Link};
use super::error::Contradiction;
use super::keep::{self, Tidied, Upkeep, Walk};
use super::{Count, FACT_FORMAT, Row, Summary, stock};
use crate::ids::SaleId;

/// Why a batch was not written.
#[derive(Debug)]
pub(super) enum Refusal {
    /// SQLite failed: the handle is to be dropped.
    Sqlite(rusqlite::Error),
    /// The batch contradicts what is recorded, at this fact of this sale.
    Contradiction(SaleId, u32, Contradiction),
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// The end of a sale's chain.
struct End {
    facts: u32,
    hash: Hash,
    moved: bool,
}

/// Writes the batch in one transaction, which is flushed when this returns.
pub(super) fn append(
    connection: &mut Connection,
    rows: &[Row],
    summaries: &[Summary],
    counts: &[Count],
    upkeep: Option<(Upkeep<'_>, &mut Walk)>,
) -> Result<Tidied, Refusal> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for summary in summaries {
        project(&transaction, summary)?;
    }
    let mut ends = BTreeMap::new();
    for row in rows {
        if !ends.contains_key(&row.sale) {
            ends.insert(&row.sale, read_end(&transaction, &row.sale)?);
        }
        if let Some(end) = ends.get_mut(&row.sale) {
            add(&transaction, row, end)?;
        }
    }
    for (sale, end) in ends.iter().filter(|(_, end)| end.moved) {
        transaction
            .prepare_cached("UPDATE sale SET facts = ?2, hash = ?3 WHERE sale = ?1")?
            .execute(params![sale.as_str(), end.facts, end.hash])?;
    }
    for count in counts {
        stock::write(&transaction, count)?;
    }
    let tidied = match upkeep {
        Some((upkeep, walk)) => keep::tidy(&mut transaction, upkeep, (rows, summaries), walk)?,
        None => Tidied::default(),
    };
    transaction.commit()?;
    Ok(tidied)
}

/// Writes a sale's summary over the one before.
fn project(transaction: &Transaction<'_>, summary: &Summary) -> Result<(), Refusal> {
    let Ok(amount) = i64::try_from(summary.amount.amount) else {
        return Err(Refusal::Contradiction(summary.sale.clone(), 0, Contradiction::Amount));
    };
    transaction
        .prepare_cached(
            "INSERT INTO sale (sale, opened_at, product, amount, currency, phase, outcome, intent,
                               open, facts, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, ?10)
             ON CONFLICT (sale) DO UPDATE SET
                 opened_at = ?2, product = ?3, amount = ?4, currency = ?5, phase = ?6,
                 outcome = ?7, intent = ?8",
        )?
        .execute(params![
            summary.sale.as_str(),
            summary.opened_at.0,
            summary.product,
            amount,
            summary.amount.currency.code(),
            summary.phase,
            summary.outcome,
            summary.intent.as_ref().map(super::PaymentIntentId::as_str),
            summary.open,
            chain::begin(summary.sale.as_str()),
        ])?;
    // By itself: SQLite writes the index of open sales anew whenever this column is set.
    transaction
        .prepare_cached("UPDATE sale SET open = ?2 WHERE sale = ?1 AND open <> ?2")?
        .execute(params![summary.sale.as_str(), summary.open])?;
    Ok(())
}

fn read_end(transaction: &Transaction<'_>, sale: &SaleId) -> Result<End, Refusal> {
    let refuse = |why| Refusal::Contradiction(sale.clone(), 1, why);
    let end = transaction
        .prepare_cached("SELECT facts, hash FROM sale WHERE sale = ?1")?
        .query_row([sale.as_str()], |row| {
            // Values of another type are this sale's damage, and no reason to drop the handle.
            Ok(row.get(0).ok().zip(row.get(1).ok()))
        })
        .optional()?
        .ok_or_else(|| refuse(Contradiction::NoSummary))?;
    let (facts, hash) = end.ok_or_else(|| refuse(Contradiction::BrokenEnd))?;
    Ok(End { facts, hash, moved: false })
}

/// Writes the next fact of its sale, or sees that it is there already.
fn add(transaction: &Transaction<'_>, row: &Row, end: &mut End) -> Result<(), Refusal> {
    let refuse = |why| Refusal::Contradiction(row.sale.clone(), row.seq, why);
    if (1..=end.facts).contains(&row.seq) {
        return if is_recorded(transaction, row)? {
            Ok(())
        } else {
            Err(refuse(Contradiction::Different))
        };
    }
    if end.facts.checked_add(1) != Some(row.seq) {
        return Err(refuse(Contradiction::Gap));
    }
    let link = Link { seq: row.seq, at: row.at.0, format: FACT_FORMAT, body: &row.body };
    let hash = chain::extend(&end.hash, link);
    transaction
        .prepare_cached(
            "INSERT INTO fact (sale, seq, at, body, format, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![row.sale.as_str(), row.seq, row.at.0, row.body, FACT_FORMAT, hash])?;
    *end = End { facts: row.seq, hash, moved: true };
    Ok(())
}

fn is_recorded(transaction: &Transaction<'_>, row: &Row) -> Result<bool, Refusal> {
    let same = transaction
        .prepare_cached("SELECT body = ?3 FROM fact WHERE sale = ?1 AND seq = ?2")?
        .query_row(params![row.sale.as_str(), row.seq, row.body], |row| row.get(0))
        .optional()?;
    Ok(same == Some(true))
}
