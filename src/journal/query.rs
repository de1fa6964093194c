//! Reading sales back.

use rusqlite::{OptionalExtension, Row as SqlRow, params};

use crate::ids::{PaymentIntentId, SaleId};
use crate::journal::chain::{self, Link};
use crate::journal::schema::FACT_FORMAT;
use crate::journal::{Journal, JournalError, Row, Stored, Summary};
use crate::money::Money;
use crate::time::WallTime;

const COLUMNS: &str = "id, opened_at, product, amount, currency, phase, outcome, intent, open";

/// Which sales are listed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Filter {
    /// Only those that are not over.
    pub open_only: bool,
    /// At most so many.
    pub limit: u32,
    /// Only those older than this one, for the next page.
    pub before: Option<SaleId>,
}

impl Journal {
    /// All sales that are not over, oldest first. What it costs does not grow with history.
    pub fn open_sales(&self) -> Result<Vec<Stored>, JournalError> {
        let sql = format!("SELECT {COLUMNS} FROM sale WHERE open = 1 ORDER BY id");
        let summaries = self.read_summaries(&sql, params![])?;
        summaries.into_iter().map(|summary| self.with_rows(summary)).collect()
    }

    /// One sale.
    pub fn sale(&self, id: &SaleId) -> Result<Option<Stored>, JournalError> {
        let sql = format!("SELECT {COLUMNS} FROM sale WHERE id = ?1");
        let summary = self
            .connection
            .query_row(&sql, params![id.as_str()], read_summary)
            .optional()
            .map_err(|source| self.unreadable(source))?;
        summary.map(|summary| self.with_rows(summary)).transpose()
    }

    /// Sales at a glance, newest first (their ids begin with the time they were drawn at).
    pub fn summaries(&self, filter: &Filter) -> Result<Vec<Summary>, JournalError> {
        // "~" sorts behind every letter and digit, so without a page all ids lie before it.
        let before = filter.before.as_ref().map_or("~", SaleId::as_str);
        let open = if filter.open_only { "open = 1 AND" } else { "" };
        let sql =
            format!("SELECT {COLUMNS} FROM sale WHERE {open} id < ?1 ORDER BY id DESC LIMIT ?2");
        self.read_summaries(&sql, params![before, filter.limit])
    }

    fn read_summaries(
        &self,
        sql: &str,
        values: &[&dyn rusqlite::ToSql],
    ) -> Result<Vec<Summary>, JournalError> {
        let read = || {
            let mut statement = self.connection.prepare(sql)?;
            statement.query_map(values, read_summary)?.collect::<Result<Vec<_>, _>>()
        };
        read().map_err(|source| self.unreadable(source))
    }

    fn with_rows(&self, summary: Summary) -> Result<Stored, JournalError> {
        let read = || {
            let mut statement = self.connection.prepare(
                "SELECT seq, at, body, format, link FROM fact WHERE sale = ?1 ORDER BY seq",
            )?;
            let rows = statement.query_map(params![summary.sale.as_str()], |row| {
                let fact = Row {
                    sale: summary.sale.clone(),
                    seq: row.get(0)?,
                    at: WallTime(row.get(1)?),
                    body: row.get(2)?,
                };
                Ok((fact, row.get::<_, u32>(3)?, row.get::<_, Link>(4)?))
            })?;
            rows.collect::<Result<Vec<_>, rusqlite::Error>>()
        };
        let sealed = read().map_err(|source| self.unreadable(source))?;
        let damage = damage(&sealed);
        let rows = sealed.into_iter().map(|(row, _, _)| row).collect();
        Ok(Stored { summary, rows, damage })
    }

    fn unreadable(&self, source: rusqlite::Error) -> JournalError {
        JournalError::Unreadable { path: self.path.clone(), source: Some(source) }
    }
}

/// What is wrong with a sale's rows, if anything: they must count from 1, be of a known format and
/// carry the seals that they were written with.
fn damage(sealed: &[(Row, u32, Link)]) -> Option<String> {
    let mut before = chain::START;
    for (expected, (row, format, link)) in (1..).zip(sealed) {
        if row.seq != expected {
            return Some(format!("fact {expected} is missing"));
        }
        if *format > FACT_FORMAT {
            return Some(format!("fact {} has format {format}, newer than known", row.seq));
        }
        if chain::link(&before, row) != *link {
            return Some(format!("fact {} was changed after it was written", row.seq));
        }
        before = *link;
    }
    sealed.is_empty().then(|| "it has no facts".to_owned())
}

fn read_summary(row: &SqlRow<'_>) -> rusqlite::Result<Summary> {
    let text = |column: usize| row.get::<_, String>(column);
    let invalid = |column, error: Box<dyn std::error::Error + Send + Sync>| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error)
    };
    let currency = text(4)?.parse().map_err(|error| invalid(4, Box::new(error)))?;
    let amount = u64::try_from(row.get::<_, i64>(3)?).map_err(|error| invalid(3, error.into()))?;
    let intent: Option<String> = row.get(7)?;
    Ok(Summary {
        sale: SaleId::new(text(0)?).map_err(|error| invalid(0, error.into()))?,
        opened_at: WallTime(row.get(1)?),
        product: text(2)?,
        amount: Money::new(amount, currency),
        phase: text(5)?,
        outcome: row.get(6)?,
        intent: intent
            .map(PaymentIntentId::new)
            .transpose()
            .map_err(|error| invalid(7, error.into()))?,
        open: row.get(8)?,
    })
}
