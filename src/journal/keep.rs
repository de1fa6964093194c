//! Letting go: closed sales that are older than they have to be kept go for good, a few with each
//! transaction that is written anyway.
//!
//! How old a sale is, only Stripe's clock tells: the board's may be wrong by years. Once a day a
//! mark says which sale the journal had come to. What had arrived when a mark was set that is old
//! enough, has passed its time, whatever its labels say; a label can only make it stay.

use std::collections::BTreeSet;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Savepoint, Transaction, params};

use super::query::{self, Projection};
use super::{Row, Summary};
use crate::ids::SaleId;
use crate::time::StripeTime;

#[cfg(test)]
mod tests;

/// Sales are kept for this long at least, whatever is asked for: a sweep must know each sale that
/// it can find at Stripe, and people ask for their money back within weeks.
pub const LEAST: Duration = Duration::from_hours(30 * 24);

/// How far apart marks are.
const DAY: Duration = Duration::from_hours(24);

/// Sales that one transaction lets go at most: a handful of pages each, and more than it adds.
const AT_ONCE: u32 = 8;

/// Sales that one transaction looks at, open and damaged ones that stay included.
const LOOKED_AT: u32 = 64;

/// What a transaction does for the journal beside its rows, if nobody waits for it.
#[derive(Debug, Clone, Copy)]
pub struct Upkeep<'a> {
    /// Stripe's clock.
    pub now: StripeTime,
    /// For how long closed sales are kept, at least [`LEAST`]. None: for ever.
    pub keep: Option<Duration>,
    /// Sales that somebody has just read, and may act upon: these stay for now.
    pub spare: &'a BTreeSet<SaleId>,
}

/// What a transaction has let go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tidied {
    /// How many sales.
    pub let_go: u32,
    /// What went wrong with it. All the rest of the transaction is written.
    pub trouble: Option<String>,
}

/// What was let go so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LetGo {
    /// How many sales.
    pub sales: u64,
    /// All of them had arrived before this time.
    pub before: StripeTime,
}

/// How far the sales that may go were looked at. Begins anew with each mark, since what was open
/// may be closed by then.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// The mark up to which it goes: its time.
    mark: i64,
    /// The last number that was looked at.
    passed: i64,
}

/// Sets a mark if it is time, and lets sales go. What goes wrong with that is undone and reported,
/// so that damage in old pages keeps nobody from selling; only if SQLite has given up the whole
/// transaction it is an error.
pub(super) fn tidy(
    transaction: &mut Transaction<'_>,
    upkeep: Upkeep<'_>,
    (rows, summaries): (&[Row], &[Summary]),
    walk: &mut Walk,
) -> rusqlite::Result<Tidied> {
    let mut savepoint = transaction.savepoint()?;
    let written = rows.iter().map(|row| &row.sale);
    let written = written.chain(summaries.iter().map(|summary| &summary.sale));
    let stays: BTreeSet<&SaleId> = written.chain(upkeep.spare).collect();
    match step(&mut savepoint, upkeep, &stays, walk) {
        Ok(let_go) => {
            savepoint.commit()?;
            Ok(Tidied { let_go, trouble: None })
        }
        Err(error) => {
            walk.passed = i64::MAX;
            if savepoint.is_autocommit() {
                return Err(error);
            }
            savepoint.finish()?;
            Ok(Tidied { let_go: 0, trouble: Some(error.to_string()) })
        }
    }
}

/// Returns how many were let go.
fn step(
    savepoint: &mut Savepoint<'_>,
    upkeep: Upkeep<'_>,
    stays: &BTreeSet<&SaleId>,
    walk: &mut Walk,
) -> rusqlite::Result<u32> {
    set_mark(savepoint, upkeep.now)?;
    let Some(keep) = upkeep.keep.map(|keep| keep.max(LEAST)) else { return Ok(0) };
    let end = upkeep.now.before(keep);
    let Some((before, upto)) = last_mark(savepoint, end)? else { return Ok(0) };
    if walk.mark != before {
        *walk = Walk { mark: before, passed: 0 };
        savepoint.execute("DELETE FROM mark WHERE at < ?1", [before])?;
    }
    let mut let_go = 0;
    for (number, projection) in query::arrived(savepoint, walk.passed, upto, LOOKED_AT)? {
        if let_go == AT_ONCE {
            break;
        }
        walk.passed = number;
        let may_go = !is_kept(&projection, stays)
            && has_rested(savepoint, projection, upkeep.now, keep)?
            && remove(savepoint, number)?;
        let_go += u32::from(may_go);
    }
    if let_go > 0 {
        note(savepoint, let_go, walk.passed, before)?;
    }
    Ok(let_go)
}

/// Notes once a day how far the journal has come. A mark that lies ahead was set by a wrong clock.
fn set_mark(connection: &Connection, now: StripeTime) -> rusqlite::Result<()> {
    let newest: Option<i64> =
        connection.prepare_cached("SELECT max(at) FROM mark")?.query_row([], |row| row.get(0))?;
    let day = i64::try_from(DAY.as_secs()).unwrap_or(i64::MAX);
    match newest {
        Some(newest) if newest > now.0.saturating_add(day) => {
            connection.execute("DELETE FROM mark WHERE at > ?1", [now.0])?;
        }
        Some(newest) if newest.saturating_add(day) > now.0 => return Ok(()),
        Some(_) | None => {}
    }
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO mark (at, number)
             SELECT ?1, number FROM sale ORDER BY number DESC LIMIT 1",
        )?
        .execute([now.0])?;
    Ok(())
}

/// The last mark up to this time: its time, and the sale that was there.
fn last_mark(connection: &Connection, end: StripeTime) -> rusqlite::Result<Option<(i64, i64)>> {
    connection
        .prepare_cached("SELECT at, number FROM mark WHERE at <= ?1 ORDER BY at DESC LIMIT 1")?
        .query_row([end.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// Whether it is open, unfinished in another way, damaged, or of use just now.
fn is_kept(projection: &Projection, stays: &BTreeSet<&SaleId>) -> bool {
    let summary = &projection.summary;
    let is_over = !summary.open && summary.outcome.is_some();
    !is_over || projection.damage.is_some() || stays.contains(&summary.sale)
}

/// Whether its facts are sound, and the last of them is not labeled as younger than what is kept: a
/// person may have decided late. A label that lies ahead says nothing.
fn has_rested(
    connection: &Connection,
    projection: Projection,
    now: StripeTime,
    keep: Duration,
) -> rusqlite::Result<bool> {
    let stored = query::load(connection, projection)?;
    let last = stored.rows.last().map(|row| row.at.as_stripe_time());
    let is_young = |last| last > now.before(keep) && last <= now.after(DAY);
    Ok(stored.damage.is_none() && !last.is_some_and(is_young))
}

/// Removes a sale with its facts. Each by itself: what cannot go holds up none that can.
fn remove(savepoint: &mut Savepoint<'_>, number: i64) -> rusqlite::Result<bool> {
    let one = savepoint.savepoint()?;
    let removed = one
        .prepare_cached("DELETE FROM sale WHERE number = ?1")
        .and_then(|mut statement| statement.execute([number]));
    match removed {
        Ok(_) => one.commit().map(|()| true),
        Err(error) if one.is_autocommit() => Err(error),
        Err(_) => Ok(false),
    }
}

/// Leaves a trace of what is gone, for whoever asks for it.
fn note(connection: &Connection, sales: u32, upto: i64, before: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO meta (key, value)
             VALUES ('let_go', ?1), ('let_go_number', ?2), ('let_go_before', ?3)
             ON CONFLICT (key) DO UPDATE SET
                 value = CASE key WHEN 'let_go' THEN value + excluded.value
                                  ELSE max(value, excluded.value) END",
        )?
        .execute(params![sales, upto, before])?;
    Ok(())
}

/// What was let go so far, if anything was.
pub(super) fn let_go(connection: &Connection) -> rusqlite::Result<Option<LetGo>> {
    let read = |key: &str| {
        connection
            .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
            .query_row([key], |row| row.get::<_, i64>(0))
            .optional()
    };
    let (sales, before) = (read("let_go")?, read("let_go_before")?);
    Ok(sales.zip(before).map(|(sales, before)| LetGo {
        sales: u64::try_from(sales).unwrap_or(0),
        before: StripeTime(before),
    }))
}
