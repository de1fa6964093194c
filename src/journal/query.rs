//! Reading: sales with their facts, each checked against its hash chain.
//!
//! Damage belongs to one sale: whatever of it can be read is handed out with a word on what
//! cannot, and the others are not touched by it.

use rusqlite::types::FromSql;
use rusqlite::{Connection, params};

use super::chain::{self, Hash, Link};
use super::error::is_damage;
use super::{FACT_FORMAT, Filter, Row, Stored, Summary};
use crate::ids::SaleId;
use crate::money::Money;
use crate::time::WallTime;

const COLUMNS: &str =
    "sale, opened_at, product, amount, currency, phase, outcome, intent, open, facts, hash";

/// Which sales are open, oldest first. Goes by the index of open sales, so that start-up does not
/// grow with history.
pub(super) const OPEN: &str = "WHERE open = 1 ORDER BY number";

/// One row of the table `sale`.
pub(super) struct Projection {
    /// The id as it is written, by which the facts are found even if it is no id any more.
    key: String,
    pub(super) summary: Summary,
    facts: u32,
    hash: Hash,
    /// What of this row cannot be read.
    pub(super) damage: Option<String>,
}

/// The open sales with their facts, oldest first.
pub(super) fn open_sales(connection: &Connection) -> rusqlite::Result<Vec<Stored>> {
    projections(connection, OPEN, params![])?
        .into_iter()
        .map(|projection| load(connection, projection))
        .collect()
}

/// One sale with its facts.
pub(super) fn sale(connection: &Connection, id: &SaleId) -> rusqlite::Result<Option<Stored>> {
    projections(connection, "WHERE sale = ?1", params![id.as_str()])?
        .pop()
        .map(|projection| load(connection, projection))
        .transpose()
}

/// The summaries that the filter asks for, newest first.
pub(super) fn summaries(
    connection: &Connection,
    filter: &Filter,
) -> rusqlite::Result<Vec<Summary>> {
    let only = if filter.open_only { "open = 1" } else { "1" };
    let found = match &filter.before {
        None => {
            let rest = format!("WHERE {only} ORDER BY number DESC LIMIT ?1");
            projections(connection, &rest, params![filter.limit])?
        }
        Some(before) => {
            let rest = format!(
                "WHERE {only} AND number < coalesce(
                     (SELECT number FROM sale WHERE sale = ?2),
                     (SELECT value FROM meta WHERE key = 'let_go_number'))
                 ORDER BY number DESC LIMIT ?1"
            );
            projections(connection, &rest, params![filter.limit, before.as_str()])?
        }
    };
    Ok(found.into_iter().map(|projection| projection.summary).collect())
}

/// Sales that arrived after the one of this number, up to another, in their order. Never the newest
/// of all, whose number would be given again.
pub(super) fn arrived(
    connection: &Connection,
    after: i64,
    upto: i64,
    limit: u32,
) -> rusqlite::Result<Vec<(i64, Projection)>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS}, number FROM sale
             WHERE number > ?1 AND number <= ?2 AND number < (SELECT max(number) FROM sale)
             ORDER BY number LIMIT ?3"
        ))?
        .query_map(params![after, upto, limit], |row| Ok((row.get("number")?, project(row))))?
        .collect()
}

fn projections(
    connection: &Connection,
    rest: &str,
    values: &[&dyn rusqlite::ToSql],
) -> rusqlite::Result<Vec<Projection>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM sale {rest}"))?
        .query_map(values, |row| Ok(project(row)))?
        .collect()
}

/// Reads columns, noting the first that cannot be read instead of giving up.
struct Columns<'a, 'b> {
    row: &'a rusqlite::Row<'b>,
    damage: Option<String>,
}

impl Columns<'_, '_> {
    fn get<T: FromSql>(&mut self, name: &str, otherwise: T) -> T {
        self.row.get(name).unwrap_or_else(|_| {
            self.note(name);
            otherwise
        })
    }

    fn parse<T: std::str::FromStr>(&mut self, name: &str, text: &str) -> Option<T> {
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.note(name);
        }
        parsed
    }

    fn note(&mut self, name: &str) {
        self.damage.get_or_insert_with(|| format!("the summary's {name} cannot be read"));
    }
}

/// Takes what is readable; the facts say it all again.
fn project(row: &rusqlite::Row<'_>) -> Projection {
    let mut columns = Columns { row, damage: None };
    let key: String = columns.get("sale", String::new());
    let currency: String = columns.get("currency", String::new());
    let amount: i64 = columns.get("amount", 0);
    let intent: Option<String> = columns.get("intent", None);
    let money = Money::new(
        columns.parse("amount", &amount.to_string()).unwrap_or(0),
        columns.parse("currency", &currency).unwrap_or_else(no_currency),
    );
    let summary = Summary {
        sale: columns.parse("sale", &key).unwrap_or_else(no_sale),
        opened_at: WallTime(columns.get("opened_at", 0)),
        product: columns.get("product", String::new()),
        amount: money,
        phase: columns.get("phase", String::new()),
        outcome: columns.get("outcome", None),
        intent: intent.and_then(|intent| columns.parse("intent", &intent)),
        open: columns.get("open", true),
    };
    let facts = columns.get("facts", 0);
    let hash = columns.get("hash", Hash::default());
    Projection { key, summary, facts, hash, damage: columns.damage }
}

/// ISO 4217's code for "no currency".
fn no_currency() -> crate::money::Currency {
    "xxx".parse().expect("three lower-case letters are a currency")
}

fn no_sale() -> SaleId {
    SaleId::new("unreadable").expect("ten letters are a sale id")
}

/// Reads a sale's facts as far as its chain holds.
pub(super) fn load(connection: &Connection, projection: Projection) -> rusqlite::Result<Stored> {
    let mut facts = Facts { hash: chain::begin(&projection.key), rows: Vec::new() };
    let broken = match facts.read(connection, &projection) {
        Ok(broken) => broken,
        Err(error) if is_damage(&error) => Some(format!("its facts cannot be read: {error}")),
        Err(error) => return Err(error),
    };
    let read = u32::try_from(facts.rows.len()).unwrap_or(u32::MAX);
    let broken = broken.or_else(|| facts.end_mismatch(&projection, read));
    let next_seq = projection.facts.max(read).saturating_add(1);
    let damage = projection.damage.or(broken);
    Ok(Stored { summary: projection.summary, rows: facts.rows, next_seq, damage })
}

/// The facts of a sale that were read and found sound, and the hash of the last.
struct Facts {
    hash: Hash,
    rows: Vec<Row>,
}

impl Facts {
    /// Reads up to the end or to the first fact that is not sound, and says what is wrong with it.
    fn read(
        &mut self,
        connection: &Connection,
        projection: &Projection,
    ) -> rusqlite::Result<Option<String>> {
        let mut statement = connection.prepare_cached(
            "SELECT seq, at, body, format, hash FROM fact WHERE sale = ?1 ORDER BY seq",
        )?;
        let mut found = statement.query([&projection.key])?;
        let mut expected = 1_u32;
        while let Some(row) = found.next()? {
            let (Ok(seq), Ok(at), Ok(body), Ok(format), Ok(hash)) =
                (row.get(0), row.get(1), row.get::<_, String>(2), row.get(3), row.get(4))
            else {
                return Ok(Some(format!("fact {expected} cannot be read")));
            };
            if seq != expected {
                return Ok(Some(format!("fact {expected} is missing")));
            }
            if format > FACT_FORMAT {
                return Ok(Some(format!(
                    "fact {seq} has format {format}, and this kioskd knows up to {FACT_FORMAT}"
                )));
            }
            let link = Link { seq, at, format, body: &body };
            if chain::extend(&self.hash, link) != hash {
                return Ok(Some(format!("fact {seq} does not match its hash")));
            }
            self.hash = hash;
            let sale = projection.summary.sale.clone();
            self.rows.push(Row { sale, seq, at: WallTime(at), body });
            expected = expected.saturating_add(1);
        }
        Ok(None)
    }

    /// Whether the facts that were read are all that were written.
    fn end_mismatch(&self, projection: &Projection, read: u32) -> Option<String> {
        if read != projection.facts {
            return Some(format!("{} facts were written and {read} are there", projection.facts));
        }
        if self.rows.is_empty() {
            return Some("it has a summary and no fact".to_owned());
        }
        (self.hash != projection.hash).then(|| "the end of its chain does not match".to_owned())
    }
}
