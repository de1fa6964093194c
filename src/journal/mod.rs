//! The journal: what happened, on disk before anything rests on it.
//!
//! ```text
//! append ── one transaction, flushed ──▶ fact   append-only, a hash chain per sale
//!                                    ├─▶ sale   a projection, for look-ups and start-up
//!                                    └─▶ stock  what is left of each product
//! ```
//!
//! Closed sales that are older than the operator keeps go again, by Stripe's clock (`keep`).
//!
//! It keeps facts as JSON text and does not interpret them: folding them is the core's part.
//!
//! Beside them stand the counts of products (`stock`), which are written in the same transactions
//! as the facts that change them.
//!
//! * SQLite, write-ahead log, `synchronous = FULL`: what [`Journal::append`] has returned survives
//!   a power cut, on a disk that honors flushes.
//! * A write that failed proves nothing, also not that it failed. The handle is dropped, and every
//!   call answers [`JournalError::Disk`] until [`Journal::reopen`] has seen a write reach the disk;
//!   then the same rows are appended again.
//! * A file that is newer, foreign or broken is refused and left as it is, byte for byte.
//! * Damage inside one sale is reported with that sale ([`Stored::damage`]); the others sell on.
//! * The whole database is not checked at start: that would grow with history. SQLite refuses a
//!   truncated file by its header, and each sale's chain is checked when the sale is loaded.
//! * Nothing is written while idle.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::ids::{JournalId, PaymentIntentId, SaleId};
use crate::money::Money;
use crate::time::WallTime;

mod append;
mod chain;
mod database;
mod error;
mod keep;
mod lock;
mod migrations;
mod query;
mod stock;
#[cfg(test)]
mod tests;

pub use error::{Cause, Contradiction, JournalError};
pub use keep::{LEAST as KEPT_AT_LEAST, LetGo, Tidied, Upkeep};
pub use stock::{Count, Counts};

/// How the body of a fact is written today; kept with each fact, so that a later kioskd knows.
pub const FACT_FORMAT: u32 = 1;

/// The database's name in `state_dir`.
pub const DATABASE: &str = "journal.db";

/// One fact of one sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The sale that it belongs to.
    pub sale: SaleId,
    /// Its number within the sale: 1, 2, 3, … without a gap.
    pub seq: u32,
    /// When it was noted. A label: the order is that of `seq`.
    pub at: WallTime,
    /// The fact as JSON, which the journal does not interpret.
    pub body: String,
}

/// A sale at a glance: what its facts amount to so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The sale.
    pub sale: SaleId,
    /// When it was opened. A label: the order is that of arrival.
    pub opened_at: WallTime,
    /// What is sold, for people.
    pub product: String,
    /// What it costs.
    pub amount: Money,
    /// The phase's name.
    pub phase: String,
    /// How it ended, once it has.
    pub outcome: Option<String>,
    /// Its PaymentIntent, once known.
    pub intent: Option<PaymentIntentId>,
    /// Whether it is still to be settled.
    pub open: bool,
}

/// A sale as the journal holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The sale at a glance.
    pub summary: Summary,
    /// Its facts from the first on, as far as they are sound.
    pub rows: Vec<Row>,
    /// The number that its next fact takes. In a damaged sale it lies beyond `rows`.
    pub next_seq: u32,
    /// What is wrong with the record, if anything is: `rows` may then lack facts that were acted
    /// upon, and a person must decide.
    pub damage: Option<String>,
}

/// Which summaries to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Leave out the sales that are closed.
    pub open_only: bool,
    /// At most so many.
    pub limit: u32,
    /// Only sales that arrived before this one: the last of the page before. If it is not there,
    /// what is left of the time that was let go.
    pub before: Option<SaleId>,
}

/// The one writer of a kiosk's journal; holds the lock on its `state_dir`.
///
/// Calls block on the disk, so the daemon keeps it on a thread of its own.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    id: JournalId,
    file: database::Identity,
    /// Absent after a failure: what failed once is not asked again.
    connection: Option<Connection>,
    /// How far old sales were looked at.
    walk: keep::Walk,
    /// Commits that stand in the log alone, since it was brought into the database.
    in_log: u32,
    /// Last, so that the lock outlives the connection.
    _lock: lock::StateLock,
}

impl Journal {
    /// Opens the journal of `state_dir`, or begins one in a folder that has none.
    ///
    /// A journal that was closed cleanly is not written. What a killed kioskd left in the log is
    /// flushed first, so that every fact that is read is also on disk.
    pub fn open(state_dir: &Path) -> Result<Self, JournalError> {
        database::make_folder(state_dir)?;
        let lock = lock::StateLock::take(state_dir)?;
        let path = state_dir.join(DATABASE);
        let found = database::inspect(&path)?;
        if found == database::Found::Nothing {
            database::create(&path)?;
        }
        let mut connection = database::connect(&path)?;
        migrations::migrate(&mut connection, &path)?;
        // Before the log is brought in: what is refused is left as it is.
        let id = read_id(&connection, &path)?;
        if found == (database::Found::Journal { log_left: true }) {
            database::flush_log(&connection, &path)?;
        }
        let file = database::identity(&path)?;
        let walk = keep::Walk::default();
        Ok(Self { path, id, file, connection: Some(connection), walk, in_log: 0, _lock: lock })
    }

    /// The UUID that this journal got when it began: a new card has a new one.
    pub fn id(&self) -> &JournalId {
        &self.id
    }

    /// Writes facts and summaries in one transaction, which is flushed when this returns.
    ///
    /// Facts that are there already are passed over if their bodies are the same, so that a batch
    /// of unknown fate can be repeated; their first `at` stays. A sale's first facts come with its
    /// summary, else they could not be found again.
    ///
    /// [`JournalError::Conflict`]: nothing was written, the handle is sound. Any other error: its
    /// fate is unknown, and [`Self::reopen`] comes first.
    pub fn append(&mut self, rows: &[Row], summaries: &[Summary]) -> Result<(), JournalError> {
        self.append_counting(rows, summaries, &[])
    }

    /// The same, with what is left of products after these facts. A count that is older than the
    /// one on record is passed over.
    pub fn append_counting(
        &mut self,
        rows: &[Row],
        summaries: &[Summary],
        counts: &[Count],
    ) -> Result<(), JournalError> {
        self.append_tidying((rows, summaries), counts, None).map(drop)
    }

    /// The same, and some closed sales that are older than they are kept go in the same
    /// transaction, with what `upkeep` says. Whatever is wrong with old sales, the rows are written.
    pub fn append_tidying(
        &mut self,
        (rows, summaries): (&[Row], &[Summary]),
        counts: &[Count],
        upkeep: Option<Upkeep<'_>>,
    ) -> Result<Tidied, JournalError> {
        let Some(connection) = &mut self.connection else { return Err(given_up(&self.path)) };
        let written = match database::identity(&self.path) {
            Ok(file) if file == self.file => {
                let upkeep = upkeep.map(|upkeep| (upkeep, &mut self.walk));
                append::append(connection, rows, summaries, counts, upkeep)
            }
            Ok(_) => return self.give_up(JournalError::unreadable(&self.path, REPLACED)),
            Err(error) => return self.give_up(error),
        };
        match written {
            Ok(tidied) => match database::takes_writes(&self.path) {
                Ok(()) => {
                    self.in_log = self.in_log.saturating_add(1);
                    Ok(tidied)
                }
                Err(error) => self.give_up(error),
            },
            Err(append::Refusal::Contradiction(sale, seq, source)) => {
                Err(JournalError::Conflict { path: self.path.clone(), sale, seq, source })
            }
            Err(append::Refusal::Sqlite(error)) => {
                self.give_up(JournalError::from_sqlite(&self.path, error))
            }
        }
    }

    /// Brings the log into the database if it has grown: two flushes more, for a moment in which
    /// nobody waits for one. SQLite does the same by itself, with whatever commit it is, once the
    /// log is twice as long.
    ///
    /// After an error [`Self::reopen`] comes first.
    pub fn shorten_log(&mut self) -> Result<(), JournalError> {
        let Some(connection) = &self.connection else { return Err(given_up(&self.path)) };
        if self.in_log < LONG_LOG {
            return Ok(());
        }
        self.in_log = 0;
        database::bring_log_in(connection, &self.path).or_else(|error| self.give_up(error))
    }

    /// The open sales with their facts, oldest first. Costs nothing for sales that are closed.
    pub fn open_sales(&self) -> Result<Vec<Stored>, JournalError> {
        self.read(query::open_sales)
    }

    /// One sale with its facts, open or closed.
    pub fn sale(&self, id: &SaleId) -> Result<Option<Stored>, JournalError> {
        self.read(|connection| query::sale(connection, id))
    }

    /// What is left of each product that was ever counted.
    pub fn counts(&self) -> Result<Counts, JournalError> {
        self.read(stock::counts)
    }

    /// What was let go so far, if anything was.
    pub fn let_go(&self) -> Result<Option<LetGo>, JournalError> {
        self.read(keep::let_go)
    }

    /// Sales at a glance, newest first.
    pub fn summaries(&self, filter: &Filter) -> Result<Vec<Summary>, JournalError> {
        self.read(|connection| query::summaries(connection, filter))
    }

    /// Drops the handle and opens a fresh one, with the lock held throughout.
    ///
    /// It succeeds only if the same journal is read again, a write has reached the disk, and what
    /// the log held has been brought into the database: after a failed flush the log may have a
    /// hole on disk that the page cache hides, and nothing may be written behind it.
    pub fn reopen(&mut self) -> Result<(), JournalError> {
        // Closed before the file is looked at: closing a file drops the process's locks on it.
        self.connection = None;
        if database::inspect(&self.path)? == database::Found::Nothing {
            return Err(JournalError::unreadable(&self.path, "it is empty or gone"));
        }
        let connection = database::connect(&self.path)?;
        let version = migrations::check(&connection, &self.path)?;
        if version != migrations::KNOWN || read_id(&connection, &self.path)? != self.id {
            return Err(JournalError::unreadable(&self.path, REPLACED));
        }
        database::use_log(&connection, &self.path)?;
        connection
            .execute("UPDATE meta SET value = value + 1 WHERE key = 'reopened'", [])
            .map_err(|error| JournalError::from_sqlite(&self.path, error))?;
        database::flush_log(&connection, &self.path)?;
        self.file = database::identity(&self.path)?;
        self.connection = Some(connection);
        Ok(())
    }

    fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, JournalError> {
        let connection = self.connection.as_ref().ok_or_else(|| given_up(&self.path))?;
        query(connection).map_err(|error| JournalError::from_sqlite(&self.path, error))
    }

    /// Drops the handle without letting it write once more.
    fn give_up<T>(&mut self, error: JournalError) -> Result<T, JournalError> {
        self.connection = None;
        Err(error)
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            database::close_cleanly(connection);
        }
    }
}

/// As many commits are those of fifty sales, and a megabyte of log.
const LONG_LOG: u32 = 256;

const REPLACED: &str = "another file was put in its place while it was in use";

fn given_up(path: &Path) -> JournalError {
    JournalError::disk(path, "an earlier write failed, and it was not opened again since")
}

fn read_id(connection: &Connection, path: &Path) -> Result<JournalId, JournalError> {
    let id: String = connection
        .query_row("SELECT value FROM meta WHERE key = 'id'", [], |row| row.get(0))
        .map_err(|error| JournalError::from_sqlite(path, error))?;
    JournalId::new(id).map_err(|_| JournalError::unreadable(path, "its id cannot be read"))
}
