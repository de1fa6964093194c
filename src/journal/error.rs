//! What can go wrong with a journal, by what the caller can do about it.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::ids::SaleId;

/// Why the journal did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Somebody else holds this state: stop one of the two.
    #[error(
        "{} already uses {}; stop it, or give this one a state_dir of its own",
        holder(*pid), path.display()
    )]
    Locked {
        /// The lock or the database that is held.
        path: PathBuf,
        /// The process that holds it, where it said so.
        pid: Option<u32>,
    },
    /// A newer kioskd wrote it: install that one again. Nothing was changed.
    #[error(
        "{} has schema {found}, and this kioskd knows up to {known}; nothing was changed: install \
         the newer kioskd again",
        path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its schema version.
        found: u32,
        /// The newest schema version that this program knows.
        known: u32,
    },
    /// It is no journal, or a broken one. What is there was neither renamed nor overwritten.
    #[error(
        "{} cannot be read as a journal; it was left as it is: keep it, and move it away if the \
         kiosk is to begin a new one",
        path.display()
    )]
    Unreadable {
        /// The database.
        path: PathBuf,
        /// What was found.
        source: Cause,
    },
    /// It could not be written or flushed: nothing may be vended until [`super::Journal::reopen`]
    /// succeeds.
    #[error(
        "{} could not be written; free space on its disk, and replace the card if this stays",
        path.display()
    )]
    Disk {
        /// What could not be written.
        path: PathBuf,
        /// What the system answered.
        source: Cause,
    },
    /// The rows contradict what is recorded: nothing of the batch was written. The handle is sound.
    #[error("{} contradicts fact {seq} of sale {sale}; report this as a bug", path.display())]
    Conflict {
        /// The database.
        path: PathBuf,
        /// The sale.
        sale: SaleId,
        /// The fact that did not fit; 0 if the sale's summary did not.
        seq: u32,
        /// How it contradicts.
        source: Contradiction,
    },
}

/// What lies beneath a [`JournalError`].
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// The operating system's answer.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// SQLite's answer.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// What we saw ourselves.
    #[error("{0}")]
    Seen(&'static str),
}

/// How rows that shall be written contradict those that are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// Another body is recorded under this number.
    #[error("another body is recorded under this number")]
    Different,
    /// The number does not follow the last one.
    #[error("its number does not follow the last one")]
    Gap,
    /// Facts of a sale that has no summary would never be found again.
    #[error("the sale has no summary")]
    NoSummary,
    /// The end of the sale's chain is damaged, so that nothing can be linked to it.
    #[error("the end of the sale's chain cannot be read")]
    BrokenEnd,
    /// More minor units than SQLite can hold.
    #[error("the amount is out of range")]
    Amount,
}

impl JournalError {
    /// Sorts SQLite's answer by what can be done about it.
    pub(super) fn from_sqlite(path: &Path, error: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Locked { path, pid: None }
            }
            Some(_) if !is_damage(&error) => Self::Disk { path, source: error.into() },
            Some(_) | None => Self::Unreadable { path, source: error.into() },
        }
    }

    /// A failure of the file system.
    pub(super) fn from_io(path: &Path, error: io::Error) -> Self {
        Self::Disk { path: path.to_owned(), source: error.into() }
    }

    /// A file that is not what it should be.
    pub(super) fn unreadable(path: &Path, seen: &'static str) -> Self {
        Self::Unreadable { path: path.to_owned(), source: Cause::Seen(seen) }
    }

    /// A file that can no longer be relied on for writing.
    pub(super) fn disk(path: &Path, seen: &'static str) -> Self {
        Self::Disk { path: path.to_owned(), source: Cause::Seen(seen) }
    }
}

/// Whether SQLite found the file itself, or a value in it, broken.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    match error.sqlite_error_code() {
        Some(code) => matches!(code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase),
        None => true,
    }
}

fn holder(pid: Option<u32>) -> String {
    match pid {
        Some(pid) => format!("another kioskd (pid {pid})"),
        None => "another program".to_owned(),
    }
}
