//! A kiosk's past, for measuring: closed sales in a journal, as many as are wanted, each with the
//! facts of a plain one.
//!
//! One sale is played by the demo's world: its facts are the pattern of all others, which differ in
//! their ids and times. They are written through [`Journal::append_tidying`], so that their chains
//! hold and the journal has its daily marks, by which old ones go.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use kioskd::demo::world::World;
use kioskd::ids::{PaymentIntentId, SaleId};
use kioskd::journal::{Filter, Journal, Row, Stored, Summary, Upkeep};
use kioskd::simulator::Card;
use kioskd::time::WallTime;

/// Sales that are written in one transaction.
const AT_ONCE: u32 = 1000;

/// Writes `sales` closed sales into the journal of `state_dir`, which is made if it is not there,
/// oldest first: the last was opened at `newest`, each other one `spacing_ms` before the next.
/// Returns how long the writing took.
pub fn fill(
    state_dir: &Path,
    sales: u32,
    newest: WallTime,
    spacing_ms: i64,
) -> Result<Duration, Box<dyn Error>> {
    let pattern = pattern()?;
    let mut journal = Journal::open(state_dir)?;
    let begun = Instant::now();
    let nobody = BTreeSet::new();
    let (mut rows, mut summaries) = (Vec::new(), Vec::new());
    for number in 0..sales {
        let opened = WallTime(newest.0 - i64::from(sales - 1 - number) * spacing_ms);
        summaries.push(copy(&pattern, number, opened, &mut rows)?);
        if (number + 1).is_multiple_of(AT_ONCE) || number + 1 == sales {
            let upkeep = Upkeep { now: opened.as_stripe_time(), keep: None, spare: &nobody };
            journal.append_tidying((&rows, &summaries), &[], Some(upkeep))?;
            rows.clear();
            summaries.clear();
        }
    }
    Ok(begun.elapsed())
}

/// The id of the sale of this number that was opened at this time, as a ULID would be: ids sort by
/// time, and have nothing else in common.
pub fn id(number: u32, opened: WallTime) -> Result<SaleId, Box<dyn Error>> {
    let millis = u64::try_from(opened.0)?;
    // Some odd constant, so that neighbors differ.
    let rest = u128::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
    Ok(SaleId::new(ulid(millis, rest))?)
}

/// 48 bits of time and 80 of the rest, in Crockford's base 32: 26 letters and digits.
fn ulid(millis: u64, rest: u128) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let whole = (u128::from(millis) << 80) | (rest >> 48);
    let digit = |at: u32| usize::try_from((whole >> (5 * at)) & 31).unwrap_or(0);
    (0..26).rev().map(|at| char::from(DIGITS[digit(at)])).collect()
}

/// A sale in which nothing went wrong: somebody chose, tapped, and got it.
fn pattern() -> Result<Stored, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut world = World::new(folder.path(), 1, false)?;
    world.select("A1".parse()?);
    let minutes = Duration::from_mins(2);
    if !world.run_until(minutes, World::is_prompting)? {
        return Err("the reader never prompts".into());
    }
    world.tap(Card::VISA, true);
    let closed = |world: &World| world.latest().is_some_and(|sale| !sale.open);
    if !world.run_until(minutes, closed)? {
        return Err("the sale does not end".into());
    }
    drop(world);
    let journal = Journal::open(folder.path())?;
    let all = Filter { open_only: false, limit: 1, before: None };
    let sale = journal.summaries(&all)?.pop().ok_or("there is no sale")?;
    if sale.outcome.as_deref() != Some("sold") {
        return Err("the sale is not sold".into());
    }
    Ok(journal.sale(&sale.sale)?.ok_or("there is no such sale")?)
}

/// The pattern as another sale: its rows are added, its summary returned.
fn copy(
    pattern: &Stored,
    number: u32,
    opened: WallTime,
    rows: &mut Vec<Row>,
) -> Result<Summary, Box<dyn Error>> {
    let old = &pattern.summary;
    let sale = id(number, opened)?;
    let old_intent = old.intent.as_ref().ok_or("it has no PaymentIntent")?;
    // As long as Stripe's own.
    let intent = PaymentIntentId::new(format!("pi_3{number:023}"))?;
    for row in &pattern.rows {
        let body = row.body.replace(old.sale.as_str(), sale.as_str());
        let body = body.replace(old_intent.as_str(), intent.as_str());
        let at = WallTime(opened.0 + row.at.0 - old.opened_at.0);
        rows.push(Row { sale: sale.clone(), seq: row.seq, at, body });
    }
    Ok(Summary { sale, opened_at: opened, intent: Some(intent), ..old.clone() })
}
