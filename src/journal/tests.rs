use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::*;

fn row(sale: &str, seq: u32) -> Row {
    let body = format!("{{\"fact\":\"number_{seq}\"}}");
    Row { sale: sale.parse().unwrap(), seq, at: WallTime(1000 + i64::from(seq)), body }
}

fn summary(sale: &str, open: bool) -> Summary {
    Summary {
        sale: sale.parse().unwrap(),
        opened_at: WallTime(1000),
        product: "A1".into(),
        amount: Money::new(250, "usd".parse().unwrap()),
        phase: if open { "prompting" } else { "closed" }.into(),
        outcome: (!open).then(|| "sold".into()),
        intent: Some("pi_1".parse().unwrap()),
        open,
    }
}

fn database(dir: &Path) -> std::path::PathBuf {
    dir.join("journal.sqlite")
}

#[test]
fn the_bundled_sqlite_has_no_wal_reset_bug() {
    assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
}

#[test]
fn what_was_appended_is_there_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(dir.path()).unwrap();
    let id = journal.id().clone();
    journal.append(&[row("S1", 1), row("S1", 2)], &[summary("S1", true)]).unwrap();
    journal.append(&[row("S2", 1)], &[summary("S2", false)]).unwrap();
    drop(journal);
    let journal = Journal::open(dir.path()).unwrap();
    assert_eq!(*journal.id(), id);
    let open = journal.open_sales().unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].rows, [row("S1", 1), row("S1", 2)]);
    assert_eq!(open[0].summary, summary("S1", true));
    assert_eq!(open[0].damage, None);
    assert!(journal.sale(&"S2".parse().unwrap()).unwrap().is_some());
    assert!(journal.sale(&"S3".parse().unwrap()).unwrap().is_none());
    let all = Filter { open_only: false, limit: 10, before: None };
    let ids = |filter: &Filter| -> Vec<String> {
        let list = journal.summaries(filter).unwrap();
        list.iter().map(|summary| summary.sale.to_string()).collect()
    };
    assert_eq!(ids(&all), ["S2", "S1"]);
    assert_eq!(ids(&Filter { before: Some("S2".parse().unwrap()), ..all.clone() }), ["S1"]);
    assert_eq!(ids(&Filter { open_only: true, ..all }), ["S1"]);
}

#[test]
fn what_was_appended_is_there_after_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(dir.path()).unwrap();
    journal.append(&[row("S1", 1)], &[summary("S1", true)]).unwrap();
    // A copy of the files as they lie while the daemon runs: what a killed one leaves behind.
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(dir.path()).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    let killed = Journal::open(copy.path()).unwrap();
    assert_eq!(killed.open_sales().unwrap()[0].rows, [row("S1", 1)]);
}

#[test]
fn a_second_daemon_is_refused_and_told_who_was_first() {
    let dir = tempfile::tempdir().unwrap();
    let first = Journal::open(dir.path()).unwrap();
    let error = Journal::open(dir.path()).unwrap_err().to_string();
    assert!(error.contains(&std::process::id().to_string()), "{error}");
    drop(first);
    Journal::open(dir.path()).unwrap();
}

fn refused_and_unchanged(dir: &Path) -> JournalError {
    let before = fs::read(database(dir)).unwrap();
    let error = Journal::open(dir).unwrap_err();
    assert_eq!(fs::read(database(dir)).unwrap(), before, "nothing is overwritten");
    error
}

#[test]
fn a_newer_journal_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    drop(Journal::open(dir.path()).unwrap());
    let raw = Connection::open(database(dir.path())).unwrap();
    raw.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA user_version = 99").unwrap();
    drop(raw);
    let error = refused_and_unchanged(dir.path());
    assert!(matches!(error, JournalError::Newer { found: 99, .. }), "{error}");
}

#[test]
fn what_is_no_journal_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(database(dir.path()), b"This is no database, and it is over 100 bytes long so that even its header can be judged by SQLite.").unwrap();
    assert!(matches!(refused_and_unchanged(dir.path()), JournalError::Unreadable { .. }));

    let dir = tempfile::tempdir().unwrap();
    let raw = Connection::open(database(dir.path())).unwrap();
    raw.execute_batch("CREATE TABLE recipe (name TEXT)").unwrap();
    drop(raw);
    assert!(matches!(refused_and_unchanged(dir.path()), JournalError::Unreadable { .. }));
}

#[test]
fn a_truncated_journal_is_an_error_and_no_panic() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(dir.path()).unwrap();
    for n in 1..200 {
        journal
            .append(&[row(&format!("S{n:03}"), 1)], &[summary(&format!("S{n:03}"), true)])
            .unwrap();
    }
    drop(journal);
    let whole = fs::read(database(dir.path())).unwrap();
    for part in 1..8 {
        fs::write(database(dir.path()), &whole[..whole.len() * part / 8]).unwrap();
        if let Ok(journal) = Journal::open(dir.path()) {
            drop(journal.open_sales());
        }
    }
}

#[test]
fn a_retry_of_the_same_rows_is_no_conflict_and_another_body_is_one() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(dir.path()).unwrap();
    let rows = [row("S1", 1), row("S1", 2)];
    journal.append(&rows, &[]).unwrap();
    journal.append(&rows, &[]).unwrap();
    let other = Row { body: "{}".into(), ..row("S1", 2) };
    assert!(matches!(journal.append(&[other], &[]), Err(JournalError::Conflict { seq: 2, .. })));
    assert!(matches!(journal.append(&[row("S1", 4)], &[]), Err(JournalError::Conflict { .. })));
    assert!(matches!(journal.append(&[row("S1", 0)], &[]), Err(JournalError::Conflict { .. })));
}

#[test]
fn a_transaction_is_whole_or_not_there() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(dir.path()).unwrap();
    journal.append(&[row("S1", 1), row("S1", 3)], &[summary("S1", true)]).unwrap_err();
    assert!(journal.open_sales().unwrap().is_empty());
}

#[test]
fn facts_are_append_only() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(dir.path()).unwrap();
    journal.append(&[row("S1", 1)], &[summary("S1", true)]).unwrap();
    for sql in ["UPDATE fact SET body = '{}'", "DELETE FROM fact"] {
        let error = journal.connection.execute(sql, []).unwrap_err().to_string();
        assert!(error.contains("append-only"), "{error}");
    }
}

#[test]
fn an_edited_fact_is_found_and_other_sales_are_not_touched_by_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(dir.path()).unwrap();
    journal.append(&[row("S1", 1), row("S1", 2)], &[summary("S1", true)]).unwrap();
    journal.append(&[row("S2", 1)], &[summary("S2", true)]).unwrap();
    let edit = "DROP TRIGGER fact_is_never_changed; UPDATE fact SET body = '{\"x\":1}' WHERE sale = 'S1' AND seq = 1";
    journal.connection.execute_batch(edit).unwrap();
    let open = journal.open_sales().unwrap();
    assert!(open[0].damage.as_deref().unwrap().contains("fact 1"));
    assert_eq!(open[1].damage, None);
}

#[test]
fn a_full_disk_is_an_error_and_the_journal_goes_on_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(dir.path()).unwrap();
    let pages: i64 = journal.connection.query_row("PRAGMA page_count", [], |r| r.get(0)).unwrap();
    journal.connection.execute_batch(&format!("PRAGMA max_page_count = {pages}")).unwrap();
    let long = Row { body: "x".repeat(100_000), ..row("S1", 1) };
    let error = journal.append(std::slice::from_ref(&long), &[summary("S1", true)]).unwrap_err();
    assert!(matches!(error, JournalError::Disk { .. }), "{error}");
    journal.reopen().unwrap();
    journal.append(&[long], &[summary("S1", true)]).unwrap();
    assert_eq!(journal.open_sales().unwrap().len(), 1);
}

#[test]
fn finding_open_sales_does_not_read_history() {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::open(dir.path()).unwrap();
    let plan: String = journal
        .connection
        .query_row("EXPLAIN QUERY PLAN SELECT id FROM sale WHERE open = 1 ORDER BY id", [], |r| {
            r.get(3)
        })
        .unwrap();
    assert!(plan.contains("open_sale"), "{plan}");
}

#[test]
fn the_database_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let _journal = Journal::open(dir.path()).unwrap();
    let mode = fs::metadata(database(dir.path())).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}
