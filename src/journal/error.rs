//! What can go wrong with the journal, by what a technician can do.

use std::path::PathBuf;

use crate::ids::SaleId;

/// The journal cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another daemon uses it.
    #[error(
        "another kioskd (process {pid}) already uses {path}; stop it, or give each kiosk its own \
         kiosk.state_dir"
    )]
    Locked {
        /// The folder.
        path: PathBuf,
        /// Who holds the lock, as far as it says.
        pid: String,
    },
    /// It was written by a newer version.
    #[error(
        "{path} was written by a newer kioskd (format {found}, this version knows {known}); \
         nothing was changed: install that version again"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format that this version knows.
        known: i64,
    },
    /// It is no journal, or damaged beyond reading.
    #[error(
        "{path} cannot be read as a journal; nothing was changed: keep the file, it may hold \
         unsettled sales, and restore a backup or move it away"
    )]
    Unreadable {
        /// The database.
        path: PathBuf,
        /// Why.
        #[source]
        source: Option<rusqlite::Error>,
    },
    /// A folder or file cannot be made or opened.
    #[error("{path} cannot be used; check that it exists and belongs to kioskd's user")]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A write failed: full, read-only or broken disk.
    #[error("writing {path} failed; check that its disk is neither full nor read-only")]
    Disk {
        /// The database.
        path: PathBuf,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// The rows do not continue what is stored.
    #[error("fact {seq} of sale {sale} does not continue what the journal holds")]
    Conflict {
        /// The sale.
        sale: SaleId,
        /// The row's place.
        seq: u32,
    },
}
