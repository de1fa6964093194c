//! What the journal promises, seen through its own handle.

use proptest::prelude::*;

use super::*;

fn sale(name: &str) -> SaleId {
    SaleId::new(name).unwrap()
}

fn row(name: &str, seq: u32) -> Row {
    let body = format!("{{\"fact\":{seq}}}");
    Row { sale: sale(name), seq, at: WallTime(1000 + i64::from(seq)), body }
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

fn closed(name: &str) -> Summary {
    let intent = Some(PaymentIntentId::new("pi_1").unwrap());
    let outcome = Some("Sold".to_owned());
    Summary { open: false, phase: "Closed".to_owned(), outcome, intent, ..summary(name) }
}

fn begin() -> (tempfile::TempDir, Journal) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    (folder, journal)
}

fn contradiction(result: &Result<(), JournalError>) -> (u32, Contradiction) {
    let Err(JournalError::Conflict { seq, source, .. }) = result else {
        panic!("expected a conflict, got {result:?}");
    };
    (*seq, *source)
}

fn names(summaries: &[Summary]) -> Vec<&str> {
    summaries.iter().map(|summary| summary.sale.as_str()).collect()
}

#[test]
fn what_was_appended_is_there_after_a_restart() {
    let (folder, mut journal) = begin();
    let id = journal.id().clone();
    journal.append(&[row("S1", 1), row("S1", 2)], &[summary("S1")]).unwrap();
    journal.append(&[row("S1", 3)], &[closed("S1")]).unwrap();
    journal.append(&[row("S2", 1)], &[summary("S2")]).unwrap();
    drop(journal);

    let journal = Journal::open(folder.path()).unwrap();
    assert_eq!(journal.id(), &id);
    let stored = journal.sale(&sale("S1")).unwrap().unwrap();
    assert_eq!(stored.rows, [row("S1", 1), row("S1", 2), row("S1", 3)]);
    assert_eq!((stored.summary, stored.next_seq, stored.damage), (closed("S1"), 4, None));
    let open = journal.open_sales().unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].summary, summary("S2"));
    assert_eq!(journal.sale(&sale("S3")).unwrap(), None);
}

#[test]
fn the_same_rows_again_change_nothing() {
    let (_folder, mut journal) = begin();
    let rows = [row("S1", 1), row("S1", 2)];
    for _ in 0..3 {
        journal.append(&rows, &[summary("S1")]).unwrap();
    }
    journal.append(&[row("S1", 2), row("S1", 3)], &[]).unwrap();
    assert_eq!(journal.sale(&sale("S1")).unwrap().unwrap().rows.len(), 3);
}

#[test]
fn a_contradiction_writes_nothing_and_leaves_the_handle_sound() {
    let (_folder, mut journal) = begin();
    journal.append(&[row("S1", 1)], &[summary("S1")]).unwrap();
    let different = Row { body: "{}".to_owned(), ..row("S1", 1) };

    let refused = journal.append(&[row("S1", 2), different], &[closed("S1")]);
    assert_eq!(contradiction(&refused), (1, Contradiction::Different));
    let refused = journal.append(&[row("S1", 3)], &[]);
    assert_eq!(contradiction(&refused), (3, Contradiction::Gap));
    let refused = journal.append(&[row("S1", 0)], &[]);
    assert_eq!(contradiction(&refused), (0, Contradiction::Gap));
    let refused = journal.append(&[row("S2", 1)], &[]);
    assert_eq!(contradiction(&refused), (1, Contradiction::NoSummary));

    let stored = journal.sale(&sale("S1")).unwrap().unwrap();
    assert_eq!((stored.rows, stored.summary), (vec![row("S1", 1)], summary("S1")));
    journal.append(&[row("S1", 2)], &[]).unwrap();
}

#[test]
fn facts_are_neither_changed_nor_deleted() {
    let (_folder, mut journal) = begin();
    journal.append(&[row("S1", 1)], &[summary("S1")]).unwrap();
    let connection = journal.connection.as_ref().unwrap();
    for statement in ["UPDATE fact SET body = '{}'", "DELETE FROM fact", "DELETE FROM sale"] {
        connection.execute(statement, []).unwrap_err();
    }
    assert_eq!(journal.open_sales().unwrap()[0].rows, [row("S1", 1)]);
}

#[test]
fn a_full_disk_stops_all_writing_until_a_write_succeeds() {
    let (_folder, mut journal) = begin();
    journal.append(&[row("S1", 1)], &[summary("S1")]).unwrap();
    let connection = journal.connection.as_ref().unwrap();
    let most: u32 =
        connection.query_row("PRAGMA max_page_count = 1", [], |row| row.get(0)).unwrap();
    let large = Row { body: "x".repeat(100_000), ..row("S1", 2) };

    let failed = journal.append(std::slice::from_ref(&large), &[]);
    assert!(matches!(failed, Err(JournalError::Disk { .. })), "{most} pages: {failed:?}");
    for _ in 0..2 {
        let refused = journal.append(&[row("S1", 2)], &[]);
        assert!(matches!(refused, Err(JournalError::Disk { .. })), "{refused:?}");
    }
    assert!(matches!(journal.open_sales(), Err(JournalError::Disk { .. })));

    journal.reopen().unwrap();
    assert_eq!(journal.open_sales().unwrap()[0].rows, [row("S1", 1)]);
    journal.append(&[large], &[]).unwrap();
    assert_eq!(journal.open_sales().unwrap()[0].next_seq, 3);
}

#[test]
fn reopening_a_sound_journal_keeps_everything() {
    let (folder, mut journal) = begin();
    journal.append(&[row("S1", 1)], &[summary("S1")]).unwrap();
    journal.reopen().unwrap();
    let refused = Journal::open(folder.path());
    assert!(matches!(refused, Err(JournalError::Locked { .. })), "{refused:?}");
    journal.append(&[row("S1", 2)], &[]).unwrap();
    assert_eq!(journal.open_sales().unwrap()[0].rows.len(), 2);
}

#[test]
fn start_up_reads_open_sales_through_their_index() {
    let (_folder, journal) = begin();
    let plan: String = journal
        .connection
        .as_ref()
        .unwrap()
        .query_row(&format!("EXPLAIN QUERY PLAN SELECT * FROM sale {}", query::OPEN), [], |row| {
            row.get(3)
        })
        .unwrap();
    assert_eq!(plan, "SCAN sale USING INDEX sale_open");
}

#[test]
fn flushes_are_asked_for_and_the_log_is_on() {
    let (_folder, mut journal) = begin();
    for _ in 0..2 {
        let connection = journal.connection.as_ref().unwrap();
        let ask = |pragma: &str| -> String {
            let sql = format!("SELECT CAST({pragma} AS TEXT) FROM pragma_{pragma}");
            connection.query_row(&sql, [], |row| row.get(0)).unwrap()
        };
        assert_eq!(ask("synchronous"), "2");
        assert_eq!(ask("journal_mode"), "wal");
        assert_eq!(ask("trusted_schema"), "0");
        assert_eq!(ask("temp_store"), "2");
        assert_eq!(ask("cache_size"), "-256");
        assert_eq!(ask("foreign_keys"), "1");
        journal.reopen().unwrap();
    }
}

#[test]
fn sales_are_listed_newest_first_page_by_page() {
    let (_folder, mut journal) = begin();
    for name in ["S1", "S2", "S3", "S4"] {
        // The clock jumps back from sale to sale: the order is that of arrival all the same.
        let late = i64::from(name.as_bytes()[1]);
        let summary = Summary { opened_at: WallTime(-late), ..summary(name) };
        journal.append(&[row(name, 1)], &[summary]).unwrap();
    }
    journal.append(&[row("S3", 2)], &[closed("S3")]).unwrap();

    let page = |open_only, limit, before: Option<&str>| {
        journal.summaries(&Filter { open_only, limit, before: before.map(sale) }).unwrap()
    };
    assert_eq!(names(&page(false, 2, None)), ["S4", "S3"]);
    assert_eq!(names(&page(false, 2, Some("S3"))), ["S2", "S1"]);
    assert_eq!(names(&page(true, 9, None)), ["S4", "S2", "S1"]);
    assert_eq!(names(&page(true, 9, Some("S4"))), ["S2", "S1"]);
    assert!(page(false, 9, Some("S9")).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_batching_of_the_same_facts_is_the_same_journal(
        order in prop::collection::vec((0..3_usize, 1..4_usize, any::<bool>()), 1..12),
    ) {
        let (_folder, mut journal) = begin();
        let sales = ["S0", "S1", "S2"];
        let mut written = [0_u32; 3];
        for (which, count, again) in order {
            let name = sales[which];
            // A batch may begin with facts that are there already.
            let first = if again { 1 } else { written[which] + 1 };
            let last = written[which] + u32::try_from(count).unwrap();
            let rows: Vec<Row> = (first..=last).map(|seq| row(name, seq)).collect();
            journal.append(&rows, &[summary(name)]).unwrap();
            written[which] = last;
        }
        for (which, last) in written.into_iter().enumerate() {
            let stored = journal.sale(&sale(sales[which])).unwrap();
            prop_assert_eq!(stored.is_some(), last > 0);
            if let Some(stored) = stored {
                let expected: Vec<Row> = (1..=last).map(|seq| row(sales[which], seq)).collect();
                prop_assert_eq!(stored.rows, expected);
                prop_assert_eq!(stored.damage, None);
            }
        }
    }
}

#[test]
fn a_long_log_is_brought_into_the_database_when_nobody_waits() {
    let (folder, mut journal) = begin();
    let length = || std::fs::metadata(folder.path().join(DATABASE)).unwrap().len();
    let begun = length();
    for seq in 1..=LONG_LOG {
        journal.shorten_log().unwrap();
        assert_eq!(length(), begun, "commit {seq}");
        journal.append(&[row("S1", seq)], &[summary("S1")]).unwrap();
    }
    journal.shorten_log().unwrap();
    assert!(length() > begun);
}
