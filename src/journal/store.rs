//! Opening, locking, appending.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use crate::ids::{JournalId, PaymentIntentId};
use crate::journal::chain::{self, Link};
use crate::journal::schema::{FACT_FORMAT, NEWEST, migrations};
use crate::journal::{JournalError, Row, Summary};

const DATABASE: &str = "journal.sqlite";
const LOCK: &str = "lock";

/// The one writer of the journal. It holds the lock on `state_dir` as long as it lives.
#[derive(Debug)]
pub struct Journal {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    id: JournalId,
    _lock: File,
}

impl Journal {
    /// Opens the journal in a folder, or makes one. Nothing that cannot be read is overwritten.
    pub fn open(state_dir: &Path) -> Result<Self, JournalError> {
        let folder = |source| JournalError::Folder { path: state_dir.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(state_dir).map_err(folder)?;
        let lock = lock(state_dir)?;
        let path = state_dir.join(DATABASE);
        let mut connection = connect(&path)?;
        migrate(&mut connection, &path)?;
        let id = identity(&connection, &path)?;
        Ok(Self { connection, path, id, _lock: lock })
    }

    /// The UUID that was drawn when the journal was made.
    pub fn id(&self) -> &JournalId {
        &self.id
    }

    /// Appends facts and renews summaries in one transaction, which is on disk when this returns.
    ///
    /// Rows that are stored already are fine if they are the same: a commit whose fate is unknown
    /// may be repeated.
    pub fn append(&mut self, rows: &[Row], summaries: &[Summary]) -> Result<(), JournalError> {
        let path = self.path.clone();
        let disk = |source| JournalError::Disk { path: path.clone(), source };
        let transaction = self.connection.transaction().map_err(disk)?;
        for row in rows {
            append_row(&transaction, row, &disk)?;
        }
        for summary in summaries {
            renew(&transaction, summary).map_err(disk)?;
        }
        transaction.commit().map_err(disk)
    }

    /// Opens the database anew after a failed write: the old handle is not trusted again. It is
    /// proved by a read and by a write that changes nothing.
    pub fn reopen(&mut self) -> Result<(), JournalError> {
        let fresh = connect(&self.path)?;
        let disk = |source| JournalError::Disk { path: self.path.clone(), source };
        let same = identity(&fresh, &self.path)? == self.id;
        if !same {
            return Err(JournalError::Unreadable { path: self.path.clone(), source: None });
        }
        fresh.execute("UPDATE meta SET value = value WHERE key = 'journal'", []).map_err(disk)?;
        self.connection = fresh;
        Ok(())
    }
}

/// Takes the lock, and leaves the process's number in it for whoever comes second.
fn lock(state_dir: &Path) -> Result<File, JournalError> {
    let path = state_dir.join(LOCK);
    let io = |source| JournalError::Folder { path: path.clone(), source };
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(io)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let _ = file.read_to_string(&mut pid);
            let pid = pid.trim().to_owned();
            return Err(JournalError::Locked { path: state_dir.to_owned(), pid });
        }
        Err(TryLockError::Error(source)) => return Err(io(source)),
    }
    file.set_len(0).map_err(io)?;
    file.rewind().map_err(io)?;
    writeln!(file, "{}", std::process::id()).map_err(io)?;
    Ok(file)
}

fn connect(path: &Path) -> Result<Connection, JournalError> {
    let new = !path.exists();
    if new {
        let io = |source| JournalError::Folder { path: path.to_owned(), source };
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(io)?;
    }
    let unreadable =
        |source| JournalError::Unreadable { path: path.to_owned(), source: Some(source) };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(unreadable)?;
    // Read before anything is written, so that what is no journal stays as it is.
    let found: i64 =
        connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(unreadable)?;
    if found > NEWEST {
        return Err(JournalError::Newer { path: path.to_owned(), found, known: NEWEST });
    }
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(unreadable)?;
    if found == 0 && tables > 0 {
        // A database of some other program.
        return Err(JournalError::Unreadable { path: path.to_owned(), source: None });
    }
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA mmap_size = 0;
             PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 1000;",
        )
        .map_err(unreadable)?;
    Ok(connection)
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), JournalError> {
    migrations().to_latest(connection).map_err(|error| {
        let source = if let rusqlite_migration::Error::RusqliteError { err, .. } = error {
            Some(err)
        } else {
            None
        };
        JournalError::Unreadable { path: path.to_owned(), source }
    })?;
    let disk = |source| JournalError::Disk { path: path.to_owned(), source };
    let known: Option<String> = connection
        .query_row("SELECT value FROM meta WHERE key = 'journal'", [], |row| row.get(0))
        .optional()
        .map_err(disk)?;
    if known.is_none() {
        let id = uuid::Uuid::new_v4().to_string();
        connection
            .execute("INSERT INTO meta (key, value) VALUES ('journal', ?1)", [id])
            .map_err(disk)?;
    }
    Ok(())
}

fn identity(connection: &Connection, path: &Path) -> Result<JournalId, JournalError> {
    let unreadable = |source| JournalError::Unreadable { path: path.to_owned(), source };
    let id: String = connection
        .query_row("SELECT value FROM meta WHERE key = 'journal'", [], |row| row.get(0))
        .map_err(|error| unreadable(Some(error)))?;
    JournalId::new(id).map_err(|_| unreadable(None))
}

fn append_row(
    connection: &Connection,
    row: &Row,
    disk: &dyn Fn(rusqlite::Error) -> JournalError,
) -> Result<(), JournalError> {
    let conflict = || JournalError::Conflict { sale: row.sale.clone(), seq: row.seq };
    let stored: Option<(i64, String)> = connection
        .query_row(
            "SELECT at, body FROM fact WHERE sale = ?1 AND seq = ?2",
            params![row.sale.as_str(), row.seq],
            |found| Ok((found.get(0)?, found.get(1)?)),
        )
        .optional()
        .map_err(disk)?;
    if let Some((at, body)) = stored {
        let same = at == row.at.0 && body == row.body;
        return if same { Ok(()) } else { Err(conflict()) };
    }
    let before = match row.seq.checked_sub(1) {
        None => return Err(conflict()),
        Some(0) => chain::START,
        Some(seq) => connection
            .query_row(
                "SELECT link FROM fact WHERE sale = ?1 AND seq = ?2",
                params![row.sale.as_str(), seq],
                |found| found.get::<_, Link>(0),
            )
            .optional()
            .map_err(disk)?
            .ok_or_else(conflict)?,
    };
    connection
        .execute(
            "INSERT INTO fact (sale, seq, at, format, body, link) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                row.sale.as_str(),
                row.seq,
                row.at.0,
                FACT_FORMAT,
                row.body,
                chain::link(&before, row)
            ],
        )
        .map_err(disk)?;
    Ok(())
}

fn renew(connection: &Connection, summary: &Summary) -> Result<(), rusqlite::Error> {
    let amount = i64::try_from(summary.amount.amount).unwrap_or(i64::MAX);
    connection.execute(
        "INSERT INTO sale (id, opened_at, product, amount, currency, phase, outcome, intent, open)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (id) DO UPDATE SET phase = ?6, outcome = ?7, intent = ?8, open = ?9",
        params![
            summary.sale.as_str(),
            summary.opened_at.0,
            summary.product,
            amount,
            summary.amount.currency.code(),
            summary.phase,
            summary.outcome,
            summary.intent.as_ref().map(PaymentIntentId::as_str),
            summary.open,
        ],
    )?;
    Ok(())
}
