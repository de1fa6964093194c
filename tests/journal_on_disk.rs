//! What a journal makes of the files that power cuts, bad cards and strangers leave behind.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails as the test does")]

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use kioskd::ids::SaleId;
use kioskd::journal::{Count, Counts, DATABASE, Journal, JournalError, Row, Summary};
use kioskd::money::Money;
use kioskd::time::WallTime;
use rusqlite::Connection;
use tempfile::TempDir;

fn sale(name: &str) -> SaleId {
    SaleId::new(name).unwrap()
}

fn row(name: &str, seq: u32) -> Row {
    let body = format!("{{\"fact\":{seq}}}");
    Row { sale: sale(name), seq, at: WallTime(1000), body }
}

fn summary(name: &str) -> Summary {
    Summary {
        sale: sale(name),
        opened_at: WallTime(1000),
        product: "Cola".to_owned(),
        amount: Money::price("2.50", "usd".parse().unwrap()).unwrap(),
        phase: "Opening".to_owned(),
        outcome: None,
        intent: None,
        open: true,
    }
}

/// Three open sales, three facts each.
fn write_sales(journal: &mut Journal) {
    for name in ["S1", "S2", "S3"] {
        let rows = [row(name, 1), row(name, 2), row(name, 3)];
        journal.append(&rows, &[summary(name)]).unwrap();
    }
}

/// A folder with a journal of these sales, closed.
fn with_sales() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    write_sales(&mut Journal::open(folder.path()).unwrap());
    let path = folder.path().join(DATABASE);
    (folder, path)
}

/// Copies the files as they are now: what the next process finds after a kill.
fn copy_files(from: &Path) -> TempDir {
    let to = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.path().join(entry.file_name())).unwrap();
    }
    to
}

/// Every file but the lock, with its bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("lock"))
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap())
        })
        .collect();
    all.sort();
    all
}

/// Edits a closed journal with another program, past its triggers.
fn tamper(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(
            "PRAGMA ignore_check_constraints = ON;
             DROP TRIGGER fact_is_never_changed;
             DROP TRIGGER facts_go_with_their_sale;
             DROP TRIGGER fact_goes_only_with_its_sale;
             DROP TRIGGER sale_goes_only_when_closed;",
        )
        .unwrap();
    connection.execute_batch(sql).unwrap();
}

fn refusal(folder: &Path) -> JournalError {
    Journal::open(folder).expect_err("opened what it should have refused")
}

#[test]
fn the_state_is_for_our_own_eyes() {
    let folder = tempfile::tempdir().unwrap();
    let state_dir = folder.path().join("a/state");
    let mut journal = Journal::open(&state_dir).unwrap();
    write_sales(&mut journal);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&state_dir), 0o700);
    for name in ["lock", DATABASE, "journal.db-wal"] {
        assert_eq!(mode(&state_dir.join(name)), 0o600, "{name}");
    }
}

#[test]
fn killed_after_an_append_it_finds_every_row() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    for seq in 1..=20 {
        journal.append(&[row("S1", seq)], &[summary("S1")]).unwrap();
        let copy = copy_files(folder.path());
        let after = Journal::open(copy.path()).unwrap();
        let stored = after.sale(&sale("S1")).unwrap().unwrap();
        assert_eq!(stored.rows, (1..=seq).map(|seq| row("S1", seq)).collect::<Vec<_>>());
        assert_eq!(after.id(), journal.id());
    }
}

#[test]
fn what_a_kill_left_in_the_log_is_flushed_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    write_sales(&mut journal);
    let copy = copy_files(folder.path());
    let log = copy.path().join("journal.db-wal");
    assert!(fs::metadata(&log).unwrap().len() > 0);
    let _after = Journal::open(copy.path()).unwrap();
    assert_eq!(fs::metadata(&log).unwrap().len(), 0);
}

#[test]
fn opening_and_closing_a_sound_journal_writes_nothing() {
    let (folder, path) = with_sales();
    let before = files(folder.path());
    let written = fs::metadata(&path).unwrap().modified().unwrap();
    assert_eq!(before.len(), 1, "a clean end leaves one file");
    drop(Journal::open(folder.path()).unwrap());
    assert_eq!(files(folder.path()), before);
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), written);
}

#[test]
fn a_second_kioskd_is_told_who_has_the_state() {
    let folder = tempfile::tempdir().unwrap();
    let first = Journal::open(folder.path()).unwrap();
    let refused = refusal(folder.path());
    let us = std::process::id();
    assert!(matches!(&refused, JournalError::Locked { pid: Some(pid), .. } if *pid == us));
    let lock = folder.path().join("lock").display().to_string();
    assert_eq!(
        refused.to_string(),
        format!(
            "another kioskd (pid {us}) already uses {lock}; stop it, or give this one a state_dir \
             of its own"
        )
    );
    drop(first);
    Journal::open(folder.path()).unwrap();
}

#[test]
fn a_newer_schema_is_refused_untouched() {
    let (folder, path) = with_sales();
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 7).unwrap();
    let before = files(folder.path());
    let refused = refusal(folder.path());
    assert!(matches!(refused, JournalError::Newer { found: 7, known: 3, .. }), "{refused:?}");
    assert_eq!(files(folder.path()), before);
}

#[test]
fn a_newer_schema_that_stands_only_in_the_log_is_refused_untouched() {
    let (_folder, path) = with_sales();
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 7).unwrap();
    let copy = copy_files(path.parent().unwrap());
    fs::remove_file(copy.path().join("journal.db-shm")).unwrap();
    let before = files(copy.path());
    assert_eq!(before.len(), 2);
    let refused = refusal(copy.path());
    assert!(matches!(refused, JournalError::Newer { found: 7, .. }), "{refused:?}");
    assert_eq!(files(copy.path()), before);
}

/// As kioskd wrote it before it counted products.
fn of_the_first_schema() -> (TempDir, PathBuf) {
    let (folder, path) = with_sales();
    let old = Connection::open(&path).unwrap();
    old.execute_batch(
        "DROP TRIGGER facts_go_with_their_sale; DROP TRIGGER fact_goes_only_with_its_sale;
         DROP TRIGGER sale_goes_only_when_closed; DROP TABLE mark; DROP TABLE stock;
         CREATE TRIGGER fact_is_never_deleted BEFORE DELETE ON fact BEGIN SELECT 1; END;
         CREATE TRIGGER sale_is_never_deleted BEFORE DELETE ON sale BEGIN SELECT 1; END;
         PRAGMA user_version = 1",
    )
    .unwrap();
    drop(old);
    (folder, path)
}

#[test]
fn a_journal_of_the_first_schema_keeps_its_sales_counts_from_now_on_and_leaves_a_copy() {
    let (folder, path) = of_the_first_schema();
    let mut journal = Journal::open(folder.path()).unwrap();
    assert_eq!(journal.open_sales().unwrap().len(), 3);
    assert_eq!(journal.counts().unwrap(), Counts::default());
    let product = "A1".parse().unwrap();
    let count = Count { product, left: 9, version: 1, filled: None };
    journal
        .append_counting(&[row("S1", 4)], &[summary("S1")], std::slice::from_ref(&count))
        .unwrap();
    drop(journal);
    assert_eq!(Journal::open(folder.path()).unwrap().counts().unwrap().sound, [count]);
    let copy = Connection::open(path.with_extension("schema-1.db")).unwrap();
    let version: u32 = copy.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 1);
}

/// Bug: a journal was migrated before its id was read, and so one that is then refused was written.
#[test]
fn a_journal_of_the_first_schema_that_is_refused_is_left_as_it_was() {
    let (folder, path) = of_the_first_schema();
    Connection::open(&path).unwrap().execute("DELETE FROM meta WHERE key = 'id'", []).unwrap();
    let before = files(folder.path());
    let refused = refusal(folder.path());
    assert!(matches!(refused, JournalError::Unreadable { .. }), "{refused:?}");
    // SQLite leaves the place for a log, with nothing in it.
    let mut after = files(folder.path());
    after.retain(|(_, bytes)| !bytes.is_empty());
    assert!(after == before, "it was written");
}

#[test]
fn an_empty_file_becomes_a_journal() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(DATABASE), b"").unwrap();
    write_sales(&mut Journal::open(folder.path()).unwrap());
}

#[test]
fn what_is_no_journal_is_refused_untouched() {
    let garbage: [&[u8]; 4] = [b"x", &[0; 4096], b"SQLite format 3\0", b"{\"not\":\"one\"}"];
    for bytes in garbage {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(DATABASE), bytes).unwrap();
        let refused = refusal(folder.path());
        assert!(matches!(refused, JournalError::Unreadable { .. }), "{refused:?}");
        assert_eq!(files(folder.path()), [(DATABASE.to_owned(), bytes.to_vec())]);
    }
}

#[test]
fn a_database_of_another_program_is_refused_untouched() {
    for setting in ["", "PRAGMA user_version = 1", "PRAGMA application_id = 5"] {
        let folder = tempfile::tempdir().unwrap();
        let other = Connection::open(folder.path().join(DATABASE)).unwrap();
        other.execute_batch(&format!("CREATE TABLE theirs (x); {setting}")).unwrap();
        drop(other);
        let before = files(folder.path());
        let refused = refusal(folder.path());
        assert!(matches!(refused, JournalError::Unreadable { .. }), "{refused:?}");
        assert_eq!(files(folder.path()), before, "{setting}");
    }
}

/// Where the first page says which schema it has, and how many tables. Source: sqlite.org,
/// "Database File Format", 1.3 and 1.6.
const SCHEMA_VERSION: std::ops::Range<usize> = 60..64;
const TABLES: std::ops::Range<usize> = 103..105;

/// Bug: a first page that says that nothing was ever made began a new journal over the old one, and
/// its sales were gone. Found by the fuzzer.
#[test]
fn no_journal_is_begun_over_what_is_left_of_an_old_one() {
    let (folder, path) = with_sales();
    let mut bytes = fs::read(&path).unwrap();
    bytes[SCHEMA_VERSION].fill(0);
    bytes[TABLES].fill(0);
    fs::write(&path, &bytes).unwrap();
    let refused = refusal(folder.path());
    assert!(matches!(refused, JournalError::Unreadable { .. }), "{refused:?}");
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

/// Bug: the log was brought into a database whose id could then not be read, and only after that was
/// it refused. Found by the fuzzer.
#[test]
fn a_damaged_database_with_a_log_is_refused_untouched() {
    let (folder, path) = with_sales();
    let whole = fs::read(&path).unwrap();
    let id = Journal::open(folder.path()).unwrap().id().to_string();
    let at = whole.windows(id.len()).position(|window| window == id.as_bytes()).unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    journal.append(&[row("S1", 4)], &[summary("S1")]).unwrap();
    let copy = copy_files(folder.path());
    let mut damaged = whole;
    damaged[at..at + id.len()].fill(b'?');
    fs::write(copy.path().join(DATABASE), &damaged).unwrap();
    let before = files(copy.path());
    assert_eq!(before.len(), 2, "a log is there");
    let refused = refusal(copy.path());
    assert!(matches!(refused, JournalError::Unreadable { .. }), "{refused:?}");
    assert!(files(copy.path()) == before);
}

#[test]
fn a_log_without_its_database_is_not_thrown_away() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    write_sales(&mut journal);
    let copy = copy_files(folder.path());
    fs::remove_file(copy.path().join(DATABASE)).unwrap();
    let before = files(copy.path());
    let refused = refusal(copy.path());
    assert!(matches!(refused, JournalError::Unreadable { .. }), "{refused:?}");
    assert_eq!(files(copy.path()), before);
}

#[test]
fn a_truncated_database_is_an_error_at_any_length() {
    let (folder, path) = with_sales();
    let whole = fs::read(&path).unwrap();
    for length in (1..whole.len()).step_by(509) {
        fs::write(&path, &whole[..length]).unwrap();
        let refused = refusal(folder.path());
        assert!(matches!(refused, JournalError::Unreadable { .. }), "{length}: {refused:?}");
        assert_eq!(fs::read(&path).unwrap(), &whole[..length]);
    }
}

/// What is done to sale S2, how many of its facts are still sound, and what is said.
const DAMAGE: [(&str, usize, &str); 12] = [
    (
        "UPDATE fact SET body = '{}' WHERE sale = 'S2' AND seq = 2",
        1,
        "fact 2 does not match its hash",
    ),
    ("UPDATE fact SET at = 5 WHERE sale = 'S2' AND seq = 3", 2, "fact 3 does not match its hash"),
    ("DELETE FROM fact WHERE sale = 'S2' AND seq = 1", 0, "fact 1 is missing"),
    ("DELETE FROM fact WHERE sale = 'S2' AND seq = 3", 2, "3 facts were written and 2 are there"),
    ("DELETE FROM fact WHERE sale = 'S2'", 0, "3 facts were written and 0 are there"),
    (
        "UPDATE fact SET format = 2 WHERE sale = 'S2' AND seq = 2",
        1,
        "fact 2 has format 2, and this kioskd knows up to 1",
    ),
    (
        "UPDATE fact SET body = CAST(x'ff' AS TEXT) WHERE sale = 'S2' AND seq = 1",
        0,
        "fact 1 cannot be read",
    ),
    ("UPDATE fact SET hash = x'00' WHERE sale = 'S2' AND seq = 1", 0, "fact 1 cannot be read"),
    (
        "UPDATE sale SET hash = zeroblob(32) WHERE sale = 'S2'",
        3,
        "the end of its chain does not match",
    ),
    (
        "UPDATE sale SET currency = '?' WHERE sale = 'S2'",
        3,
        "the summary's currency cannot be read",
    ),
    ("UPDATE sale SET intent = 'x' WHERE sale = 'S2'", 3, "the summary's intent cannot be read"),
    ("UPDATE sale SET amount = -1 WHERE sale = 'S2'", 3, "the summary's amount cannot be read"),
];

#[test]
fn a_damaged_sale_is_named_and_the_others_are_whole() {
    for (sql, sound, damage) in DAMAGE {
        let (folder, path) = with_sales();
        tamper(&path, sql);
        let mut journal = Journal::open(folder.path()).unwrap();
        let open = journal.open_sales().unwrap();
        assert_eq!(open.len(), 3, "{sql}");
        assert_eq!(open[1].damage.as_deref(), Some(damage), "{sql}");
        assert_eq!((open[1].rows.len(), open[1].next_seq), (sound, 4), "{sql}");
        for other in [&open[0], &open[2]] {
            assert_eq!((other.rows.len(), &other.damage), (3, &None), "{sql}");
        }
        // What a person decides about it can still be recorded.
        let end = Summary { open: false, ..summary("S2") };
        journal.append(&[row("S2", open[1].next_seq)], &[end]).unwrap();
        assert_eq!(journal.open_sales().unwrap().len(), 2, "{sql}");
    }
}

#[test]
fn a_flipped_bit_never_changes_what_is_read_as_sound() {
    let (folder, path) = with_sales();
    let whole = fs::read(&path).unwrap();
    let expected = Journal::open(folder.path()).unwrap().open_sales().unwrap();
    let mut seen = 0;
    for offset in (0..whole.len()).step_by(61) {
        let mut bytes = whole.clone();
        bytes[offset] ^= 0x10;
        fs::write(&path, &bytes).unwrap();
        let open = Journal::open(folder.path()).and_then(|journal| journal.open_sales());
        let Ok(open) = open else {
            seen += 1;
            continue;
        };
        for stored in &open {
            let same = expected.iter().find(|one| one.summary.sale == stored.summary.sale);
            if stored.damage.is_some() {
                seen += 1;
            } else {
                assert_eq!(same.map(|one| &one.rows), Some(&stored.rows), "byte {offset}");
            }
        }
    }
    assert!(seen > 0, "no flip struck anything");
}

#[test]
fn a_journal_deleted_or_replaced_while_in_use_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    write_sales(&mut journal);
    fs::remove_file(folder.path().join(DATABASE)).unwrap();
    for _ in 0..2 {
        journal.append(&[row("S1", 4)], &[]).unwrap_err();
        let gone = journal.reopen();
        assert!(matches!(gone, Err(JournalError::Unreadable { .. })), "{gone:?}");
    }

    let (_other, path) = with_sales();
    fs::remove_file(folder.path().join("journal.db-wal")).unwrap();
    fs::copy(path, folder.path().join(DATABASE)).unwrap();
    let replaced = journal.reopen();
    assert!(matches!(replaced, Err(JournalError::Unreadable { .. })), "{replaced:?}");
}

/// Where the next test calls itself, in a namespace of mounts of its own: the folder.
const IN_NAMESPACE: &str = "KIOSKD_TEST_READ_ONLY";

/// A file that is open for writing keeps taking writes below a mount that was set to read-only, as
/// ext4's do after an emergency remount: it is the file system that has to be asked.
#[test]
fn a_write_to_what_has_become_read_only_is_none() {
    if let Some(folder) = std::env::var_os(IN_NAMESPACE) {
        return becomes_read_only(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let unshared = |program: &Path, arguments: &[&str]| {
        Command::new("unshare")
            .args(["--mount", "--map-root-user"])
            .arg(program)
            .args(arguments)
            .env(IN_NAMESPACE, folder.path())
            .output()
    };
    if !unshared(Path::new("true"), &[]).is_ok_and(|tried| tried.status.success()) {
        let why =
            "\nSKIPPED: no namespace of mounts may be made here: nothing becomes read-only\n\n";
        // Past what is captured.
        std::io::stderr().write_all(why.as_bytes()).unwrap();
        return;
    }
    let name = "a_write_to_what_has_become_read_only_is_none";
    let tried = unshared(&std::env::current_exe().unwrap(), &[name, "--exact"]).unwrap();
    assert!(tried.status.success(), "{}", String::from_utf8_lossy(&tried.stderr));
    assert!(String::from_utf8_lossy(&tried.stdout).contains("1 passed"));
}

fn becomes_read_only(folder: &Path) {
    let mount = |program: &str, options: &[&str]| {
        let done = Command::new(program).args(options).arg(folder).status().unwrap();
        assert!(done.success(), "{program} {options:?}");
    };
    let mut journal = Journal::open(folder).unwrap();
    write_sales(&mut journal);
    mount("mount", &["--bind", folder.to_str().unwrap()]);
    mount("mount", &["-o", "remount,bind,ro"]);
    let error = journal.append(&[row("S1", 4)], &[summary("S1")]).unwrap_err();
    assert!(matches!(error, JournalError::Disk { .. }), "{error:?}");
    let why = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(why, "its file system has become read-only");
    assert!(journal.reopen().is_err());

    mount("umount", &[]);
    journal.reopen().unwrap();
    journal.append(&[row("S1", 4), row("S1", 5)], &[summary("S1")]).unwrap();
    assert_eq!(journal.sale(&sale("S1")).unwrap().unwrap().rows.len(), 5);
}
