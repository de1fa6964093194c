//! The schema and its history. A migration runs whole or not at all, after a copy was put aside;
//! a newer schema is never touched.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use super::error::{Cause, JournalError};
use super::{database, read_id};

/// Marks a database as ours: "kios", as `schema.sql` sets it.
pub(super) const APPLICATION_ID: u32 = 0x6b69_6f73;

/// The newest schema that this program knows.
pub(super) const KNOWN: u32 = 3;

/// Every step that ever was, never edited once released.
fn all() -> Migrations<'static> {
    let first =
        M::up_with_hook(include_str!("schema.sql"), |transaction: &rusqlite::Transaction<'_>| {
            let id = uuid::Uuid::new_v4().to_string();
            transaction.execute("INSERT INTO meta VALUES ('id', ?1), ('reopened', 0)", [id])?;
            Ok(())
        });
    Migrations::new(vec![first, M::up(include_str!("stock.sql")), M::up(include_str!("keep.sql"))])
}

/// Refuses what a newer kioskd wrote.
pub(super) fn check_known(path: &Path, version: u32) -> Result<(), JournalError> {
    if version <= KNOWN {
        return Ok(());
    }
    Err(JournalError::Newer { path: path.to_owned(), found: version, known: KNOWN })
}

/// Checks what SQLite sees, log included, and brings an older schema up to date.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), JournalError> {
    let version = check(connection, path)?;
    if version > 0 {
        // Before anything is written: what is refused is left as it is.
        read_id(connection, path)?;
    }
    database::use_log(connection, path)?;
    if version == KNOWN { Ok(()) } else { step(connection, path, version, &all()) }
}

/// The schema version, if this program can work with it.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<u32, JournalError> {
    let failed = |error| JournalError::from_sqlite(path, error);
    let version: u32 =
        connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
    check_known(path, version)?;
    let tables: u32 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(failed)?;
    if version == 0 && tables > 0 {
        return Err(JournalError::unreadable(path, "it is a database of another program"));
    }
    // A journal that was never finished has its first page and nothing else.
    let pages: u32 =
        connection.query_row("PRAGMA page_count", [], |row| row.get(0)).map_err(failed)?;
    if version == 0 && pages > 1 {
        return Err(JournalError::unreadable(
            path,
            "its first page is damaged, but there are others",
        ));
    }
    Ok(version)
}

/// One transaction for all steps that are missing.
fn step(
    connection: &mut Connection,
    path: &Path,
    version: u32,
    migrations: &Migrations<'_>,
) -> Result<(), JournalError> {
    if version > 0 {
        put_copy_aside(connection, path, version)?;
    }
    migrations.to_latest(connection).map_err(|error| {
        if let rusqlite_migration::Error::RusqliteError { err, .. } = error {
            return JournalError::from_sqlite(path, err);
        }
        let source = Cause::Io(std::io::Error::other(error));
        JournalError::Disk { path: path.to_owned(), source }
    })?;
    // The package of an older kioskd looks at the header alone, and refuses itself.
    if version > 0 { database::flush_log(connection, path) } else { Ok(()) }
}

/// A copy beside the database, for going back to the version before.
fn put_copy_aside(connection: &Connection, path: &Path, version: u32) -> Result<(), JournalError> {
    let copy = path.with_extension(format!("schema-{version}.db"));
    if copy.exists() {
        // Left by a migration that was cut: the database is still the original.
        fs::remove_file(&copy).map_err(|error| JournalError::from_io(&copy, error))?;
    }
    database::create(&copy)?;
    connection
        .execute("VACUUM INTO ?1", [copy.to_string_lossy()])
        .map(|_| ())
        .map_err(|error| JournalError::from_sqlite(&copy, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_sqlite_has_the_fix_of_the_log_reset() {
        assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
    }

    #[test]
    fn the_schema_is_as_new_as_it_says() {
        let mut connection = Connection::open_in_memory().unwrap();
        all().validate().unwrap();
        all().to_latest(&mut connection).unwrap();
        assert_eq!(check(&connection, Path::new("x")).unwrap(), KNOWN);
    }

    #[test]
    fn a_migration_that_fails_leaves_the_old_schema_and_a_copy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let mut connection = Connection::open(&path).unwrap();
        Migrations::new(vec![M::up("CREATE TABLE a (x)")]).to_latest(&mut connection).unwrap();
        let broken = Migrations::new(vec![
            M::up("CREATE TABLE a (x)"),
            M::up("CREATE TABLE b (x)"),
            M::up("no statement"),
        ]);
        for _ in 0..2 {
            step(&mut connection, &path, 1, &broken).unwrap_err();
            assert_eq!(check(&connection, &path).unwrap(), 1);
        }
        let tables = |connection: &Connection| -> u32 {
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0)).unwrap()
        };
        assert_eq!(tables(&connection), 1);
        let copy = Connection::open(folder.path().join("journal.schema-1.db")).unwrap();
        assert_eq!(tables(&copy), 1);
    }
    #[test]
    fn a_migration_stands_in_the_header_once_it_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        drop(super::super::Journal::open(folder.path()).unwrap());
        let mut connection = database::connect(&path).unwrap();
        database::use_log(&connection, &path).unwrap();
        let steps = ["a", "b", "c", "d"].map(|name| format!("CREATE TABLE {name} (x)"));
        let steps = steps.iter().map(|step| M::up(step)).collect();
        step(&mut connection, &path, KNOWN, &Migrations::new(steps)).unwrap();
        assert!(
            matches!(database::inspect(&path), Err(JournalError::Newer { found: 4, .. })),
            "the log is not in the database"
        );
    }
}
