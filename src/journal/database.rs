//! The database as a file: what stands there before SQLite touches it, and how it is opened.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use rustix::fs::StatVfsMountFlags;

use super::error::{Cause, JournalError};
use super::migrations::{self, APPLICATION_ID};

/// The first bytes of every SQLite database. Source: sqlite.org, "Database File Format", 1.3.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// How long the header is, and where it keeps its page size and two numbers of ours (big-endian).
const HEADER: usize = 100;
const PAGE_SIZE_AT: usize = 16;
const USER_VERSION_AT: usize = 60;
const APPLICATION_ID_AT: usize = 68;

/// Bytes of a page in a journal that begins now. A sale touches a few pages at each of its steps,
/// and each of these is written whole: with SQLite's own 4 KiB that is three times as much. One
/// that began with another size keeps it.
const NEW_PAGE_SIZE: u32 = 512;

/// Pages of the log at which SQLite brings it into the database by itself, whoever waits: 2 MiB.
const LONGEST_LOG: u32 = 4096;

/// What stands in the database's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing, or a file of no length: a journal may begin here.
    Nothing,
    /// A database of ours, or one that was never finished.
    Journal {
        /// It was not closed cleanly: its log holds commits that may not be flushed.
        log_left: bool,
    },
}

/// Which file the database is, so that a deleted or replaced one is noticed.
pub(super) type Identity = (u64, u64);

/// Makes the folder of the state, readable by us alone, unless it is there.
pub(super) fn make_folder(state_dir: &Path) -> Result<(), JournalError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(state_dir)
        .map_err(|error| JournalError::from_io(state_dir, error))
}

/// Looks at the file without SQLite, which would roll back, convert or even remove what it finds.
///
/// Only while no connection is open: closing a file drops the process's POSIX locks on it.
pub(super) fn inspect(path: &Path) -> Result<Found, JournalError> {
    let failed = |error| JournalError::from_io(path, error);
    let log = log_length(path).map_err(failed)?;
    let header = match read_header(path) {
        Ok(header) => header,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) if error.kind() == ErrorKind::IsADirectory => {
            return Err(JournalError::unreadable(path, "it is a folder"));
        }
        Err(error) => return Err(failed(error)),
    };
    if header.is_empty() && log > 0 {
        return Err(JournalError::unreadable(path, "it is empty or gone, but its log is not"));
    }
    if header.is_empty() {
        return Ok(Found::Nothing);
    }
    if header.len() < HEADER || !header.starts_with(MAGIC) {
        return Err(JournalError::unreadable(path, "it is no SQLite database"));
    }
    let version = number_at(&header, USER_VERSION_AT);
    let application = number_at(&header, APPLICATION_ID_AT);
    if application != APPLICATION_ID && (application != 0 || version != 0) {
        return Err(JournalError::unreadable(path, "it is a database of another program"));
    }
    migrations::check_known(path, version)?;
    // A page that is there in part reads as if the rest of it were zeros, and one at the end may be
    // read late or never. Only what a log is left for may be brought in from there.
    let length = fs::metadata(path).map_err(failed)?.len();
    if version > 0 && log == 0 && !length.is_multiple_of(page_size(&header)) {
        return Err(JournalError::unreadable(path, "its last page is not whole"));
    }
    Ok(Found::Journal { log_left: log > 0 })
}

/// Puts an empty file there, readable by us alone; SQLite gives its log the same mode.
pub(super) fn create(path: &Path) -> Result<(), JournalError> {
    let failed = |error| JournalError::from_io(path, error);
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .and_then(|file| file.sync_all())
        .map_err(failed)?;
    // The name must be on disk too, which SQLite leaves to whoever makes the file.
    match path.parent() {
        Some(folder) => File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed),
        None => Ok(()),
    }
}

/// Opens an existing file and sets everything that does not write to it.
///
/// A connection that is merely dropped leaves the log as it is, so that nothing is changed in a
/// file that we then refuse, or through a handle that has failed.
pub(super) fn connect(path: &Path) -> Result<Connection, JournalError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let opened = Connection::open_with_flags(path, flags).and_then(|connection| {
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        // What a savepoint would undo stays in memory: no temporary file is written. A sale touches a
        // few pages; the usual two megabytes of cache fill in a day, and save next to no reading.
        // Exclusive: no second connection, ours or a technician's older shell, can ever write or
        // checkpoint at the same time, which SQLite before 3.51.3 answered with corruption.
        connection.pragma_update(None, "page_size", NEW_PAGE_SIZE)?;
        connection.pragma_update(None, "wal_autocheckpoint", LONGEST_LOG)?;
        connection.execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE;
             PRAGMA mmap_size = 0;
             PRAGMA cache_size = -256;
             PRAGMA synchronous = FULL;
             PRAGMA temp_store = MEMORY;
             PRAGMA cell_size_check = ON;
             PRAGMA foreign_keys = ON;",
        )?;
        Ok(connection)
    });
    opened.map_err(|error| JournalError::from_sqlite(path, error))
}

/// Turns the write-ahead log on. A database that has it is not written.
pub(super) fn use_log(connection: &Connection, path: &Path) -> Result<(), JournalError> {
    let mode: String = connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(|error| JournalError::from_sqlite(path, error))?;
    if mode == "wal" {
        Ok(())
    } else {
        Err(JournalError::disk(path, "its file system does not allow a write-ahead log"))
    }
}

/// Whether its file system takes writes at all.
///
/// ext4 that was set to read-only while files were open takes what is written over a part of a file
/// that it has a place for, and says that it has flushed it, without having done so.
pub(super) fn takes_writes(path: &Path) -> Result<(), JournalError> {
    let system = rustix::fs::statvfs(path);
    let system = system.map_err(|error| JournalError::from_io(path, error.into()))?;
    if system.f_flag.contains(StatVfsMountFlags::RDONLY) {
        return Err(JournalError::disk(path, "its file system has become read-only"));
    }
    Ok(())
}

/// Flushes the log, brings it into the database and empties it.
///
/// After it, nothing that can be read rests on the page cache alone: what a killed process wrote
/// but did not flush, and what a failed flush left behind, is on disk or this fails.
pub(super) fn flush_log(connection: &Connection, path: &Path) -> Result<(), JournalError> {
    let blocked: bool = connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .map_err(|error| JournalError::from_sqlite(path, error))?;
    if blocked { Err(JournalError::disk(path, "its log is held by a reader")) } else { Ok(()) }
}

/// Brings what the log holds into the database, and leaves the log to be written over.
pub(super) fn bring_log_in(connection: &Connection, path: &Path) -> Result<(), JournalError> {
    connection
        .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
        .map_err(|error| JournalError::from_sqlite(path, error))
}

/// Closes a connection that never failed, leaving one whole file and no log.
pub(super) fn close_cleanly(connection: Connection) {
    // Whatever fails here is made good by the next opening: the log stays.
    let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false);
    drop(connection);
}

/// Which file stands under this name now.
pub(super) fn identity(path: &Path) -> Result<Identity, JournalError> {
    let metadata = fs::metadata(path).map_err(|error| JournalError::Unreadable {
        path: path.to_owned(),
        source: Cause::Io(error),
    })?;
    Ok((metadata.dev(), metadata.ino()))
}

fn read_header(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut header = Vec::with_capacity(HEADER);
    let length = u64::try_from(HEADER).unwrap_or(u64::MAX);
    File::open(path)?.take(length).read_to_end(&mut header)?;
    Ok(header)
}

fn log_length(path: &Path) -> std::io::Result<u64> {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    match fs::metadata(PathBuf::from(name)) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

/// Source: sqlite.org, "Database File Format", 1.3.2.
fn page_size(header: &[u8]) -> u64 {
    match header.get(PAGE_SIZE_AT..PAGE_SIZE_AT + 2) {
        Some([0, 1]) | None => 65_536,
        Some(bytes) => bytes.iter().fold(0, |size, byte| size << 8 | u64::from(*byte)).max(1),
    }
}

fn number_at(header: &[u8], offset: usize) -> u32 {
    let bytes = header.get(offset..offset + 4).and_then(|bytes| bytes.try_into().ok());
    bytes.map_or(0, u32::from_be_bytes)
}
