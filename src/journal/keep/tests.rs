//! What goes, what stays, and that nothing rests on a label.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::ids::SaleId;
use crate::journal::{Filter, Journal, Row, Summary};
use crate::money::Money;
use crate::time::WallTime;

/// Some day in 2026, by Stripe's clock.
const TODAY: i64 = 1_795_000_000;
const A_DAY: i64 = 86_400;

fn at(day: i64) -> StripeTime {
    StripeTime(TODAY + day * A_DAY)
}

/// What the board calls this day.
fn label(day: i64) -> WallTime {
    WallTime(at(day).0 * 1000)
}

fn id(number: usize) -> SaleId {
    SaleId::new(format!("S{number}")).unwrap()
}

fn row(sale: &SaleId, seq: u32, label: WallTime) -> Row {
    Row { sale: sale.clone(), seq, at: label, body: format!("{{\"fact\":{seq}}}") }
}

fn summary(sale: &SaleId, label: WallTime, open: bool) -> Summary {
    Summary {
        sale: sale.clone(),
        opened_at: label,
        product: "A1".to_owned(),
        amount: Money::price("2.50", "usd".parse().unwrap()).unwrap(),
        phase: if open { "settling" } else { "closed" }.to_owned(),
        outcome: (!open).then(|| "sold".to_owned()),
        intent: None,
        open,
    }
}

/// A journal in which a day can pass.
struct Kept {
    folder: tempfile::TempDir,
    journal: Journal,
    keep: Option<Duration>,
    spare: BTreeSet<SaleId>,
}

impl Kept {
    fn new(days: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        let keep = Some(Duration::from_hours(24 * days));
        Self { folder, journal, keep, spare: BTreeSet::new() }
    }

    /// A transaction on this day.
    fn write(&mut self, day: i64, rows: &[Row], summaries: &[Summary]) -> u32 {
        let upkeep = Upkeep { now: at(day), keep: self.keep, spare: &self.spare };
        let tidied = self.journal.append_tidying((rows, summaries), &[], Some(upkeep)).unwrap();
        assert_eq!(tidied.trouble, None);
        tidied.let_go
    }

    /// A sale of two facts.
    fn sell(&mut self, number: usize, day: i64, label: WallTime, open: bool) -> u32 {
        let sale = id(number);
        let rows = [row(&sale, 1, label), row(&sale, 2, label)];
        self.write(day, &rows, &[summary(&sale, label, open)])
    }

    /// Nothing but what is done beside.
    fn pass(&mut self, day: i64) -> u32 {
        self.write(day, &[], &[])
    }

    fn has(&self, number: usize) -> bool {
        self.journal.sale(&id(number)).unwrap().is_some()
    }

    /// All numbers of sales, oldest first.
    fn there(&self) -> Vec<String> {
        let all = Filter { open_only: false, limit: 10_000, before: None };
        let summaries = self.journal.summaries(&all).unwrap();
        summaries.iter().rev().map(|summary| summary.sale.to_string()).collect()
    }

    fn reopen(self) -> Self {
        let Self { folder, journal, keep, spare } = self;
        drop(journal);
        let journal = Journal::open(folder.path()).unwrap();
        Self { folder, journal, keep, spare }
    }

    /// Does something that kioskd never does.
    fn damage(self, statements: &str) -> Self {
        let Self { folder, journal, keep, spare } = self;
        drop(journal);
        let file = Connection::open(folder.path().join(crate::journal::DATABASE)).unwrap();
        file.execute_batch(statements).unwrap();
        drop(file);
        let journal = Journal::open(folder.path()).unwrap();
        Self { folder, journal, keep, spare }
    }
}

#[test]
fn a_closed_sale_goes_when_its_time_is_over_by_stripes_clock() {
    let mut kept = Kept::new(400);
    kept.sell(1, 0, label(0), false);
    kept.sell(2, 1, label(1), false);
    kept.sell(3, 2, label(2), false);
    assert_eq!((kept.pass(399), kept.journal.let_go().unwrap()), (0, None));
    assert_eq!(kept.pass(400), 1);
    assert!(!kept.has(1) && kept.has(2) && kept.has(3));
    assert_eq!(kept.pass(400), 0);
    assert_eq!(kept.journal.let_go().unwrap(), Some(LetGo { sales: 1, before: at(0) }));
    let mut kept = kept.reopen();
    // The newest stays, since its number would be given again.
    assert_eq!(kept.pass(900), 1);
    assert_eq!(kept.there(), ["S3"]);
    assert_eq!(kept.sell(4, 900, label(900), false), 1);
    assert_eq!(kept.there(), ["S4"]);
    assert_eq!(kept.journal.let_go().unwrap().unwrap().sales, 3);
    let connection = kept.journal.connection.as_ref().unwrap();
    let facts: u32 = connection.query_row("SELECT count(*) FROM fact", [], |r| r.get(0)).unwrap();
    assert_eq!(facts, 2, "the facts have gone with their sales");
}

#[test]
fn nothing_goes_where_everything_is_kept_and_less_than_a_month_is_a_month() {
    let mut kept = Kept { keep: None, ..Kept::new(1) };
    kept.sell(1, 0, label(0), false);
    kept.sell(2, 0, label(0), false);
    assert_eq!(kept.pass(9_000), 0);
    kept.keep = Some(Duration::ZERO);
    assert_eq!(kept.pass(9_000), 1, "marks are set all the same");
    kept.sell(3, 9_001, label(9_001), false);
    kept.sell(4, 9_002, label(9_002), false);
    assert_eq!((kept.pass(9_029), kept.has(3)), (0, true));
}

#[test]
fn what_is_open_unfinished_damaged_or_just_read_stays() {
    let mut kept = Kept::new(30);
    for number in 1..=8 {
        kept.sell(number, 0, label(0), number == 1);
    }
    let mut kept = kept.damage(
        "UPDATE sale SET outcome = NULL WHERE sale = 'S2';
         UPDATE sale SET hash = zeroblob(32) WHERE sale = 'S3';
         UPDATE sale SET amount = -1 WHERE sale = 'S4';
         DROP TRIGGER fact_is_never_changed;
         UPDATE fact SET body = '{}' WHERE sale = 'S5';
         UPDATE fact SET format = 9 WHERE sale = 'S6'",
    );
    kept.spare.insert(id(7));
    kept.sell(9, 1, label(0), false);
    assert_eq!(kept.pass(31), 1);
    assert_eq!(kept.there(), ["S1", "S2", "S3", "S4", "S5", "S6", "S7", "S9"]);
}

#[test]
fn what_a_batch_is_about_stays_with_it() {
    let mut kept = Kept::new(30);
    kept.sell(1, 0, label(0), true);
    kept.sell(2, 1, label(0), false);
    // Closed after a month, by a board whose clock has stood still.
    let closed = [row(&id(1), 3, label(0))];
    assert_eq!(kept.write(40, &closed, &[summary(&id(1), label(0), false)]), 0);
    assert!(kept.has(1));
}

#[test]
fn a_sale_of_which_a_person_has_decided_late_stays_as_long_from_then_on() {
    let mut kept = Kept::new(30);
    kept.sell(1, 0, label(0), true);
    kept.write(50, &[row(&id(1), 3, label(50))], &[summary(&id(1), label(0), false)]);
    for day in 51..80 {
        kept.pass(day);
        assert!(kept.has(1), "day {day}");
        // Marks make the walk begin anew.
        kept.sell(100 + usize::try_from(day).unwrap(), day, label(day), false);
    }
    kept.pass(82);
    assert!(!kept.has(1));
}

#[test]
fn a_wrong_clock_of_the_board_lets_nothing_go_and_keeps_nothing_for_ever() {
    for wrong in [WallTime(0), WallTime(i64::MAX), WallTime(i64::MIN), label(-400), label(4_000)] {
        let mut kept = Kept::new(30);
        kept.sell(1, 0, wrong, false);
        kept.sell(2, 0, label(0), false);
        assert_eq!((kept.pass(29), kept.has(1)), (0, true), "{wrong:?}");
        assert_eq!((kept.pass(31), kept.has(1)), (1, false), "{wrong:?}");
    }
}

#[test]
fn a_mark_that_lies_ahead_is_taken_back() {
    let mut kept = Kept::new(30);
    kept.sell(1, 0, label(0), false);
    kept.sell(2, 20, label(0), false);
    // With the mark of day 20 none would be set before it.
    kept.sell(3, 1, label(1), false);
    kept.sell(4, 2, label(1), false);
    assert_eq!(kept.pass(31), 3);
    assert_eq!(kept.there(), ["S4"]);
}

#[test]
fn it_goes_in_small_steps_and_passes_what_stays() {
    let mut kept = Kept::new(30);
    for number in 0..300 {
        kept.sell(number, 0, label(0), number < 150);
    }
    kept.pass(1);
    let steps: Vec<u32> = std::iter::repeat_with(|| kept.pass(40)).take(24).collect();
    assert_eq!(steps[..2], [0, 0], "the first two see open sales only");
    assert!(steps.iter().all(|step| *step <= 8), "{steps:?}");
    assert_eq!(steps.iter().sum::<u32>(), 149);
    // They are closed at last, and found with the next mark.
    for number in 0..150 {
        kept.write(41, &[], &[summary(&id(number), label(0), false)]);
    }
    let gone: u32 = std::iter::repeat_with(|| kept.pass(75)).take(24).sum();
    assert_eq!((gone, kept.there()), (150, vec!["S299".to_owned()]));
}

#[test]
fn the_page_behind_a_sale_that_has_gone_has_what_is_left_before_it() {
    let mut kept = Kept::new(30);
    kept.sell(1, 0, label(0), true);
    for number in 2..=5 {
        kept.sell(number, 0, label(0), false);
    }
    kept.sell(6, 1, label(1), false);
    kept.sell(7, 20, label(20), false);
    let page = |kept: &Kept, before: &str| {
        let before = Some(before.parse().unwrap());
        let filter = Filter { open_only: false, limit: 10, before };
        let page = kept.journal.summaries(&filter).unwrap();
        page.iter().map(|summary| summary.sale.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(page(&kept, "S3"), ["S2", "S1"]);
    assert!(page(&kept, "unknown").is_empty());
    assert_eq!(kept.pass(32), 5);
    assert_eq!(page(&kept, "S3"), ["S1"]);
    assert_eq!(page(&kept, "S7"), ["S1"]);
}

#[test]
fn the_database_lets_nothing_else_go() {
    let mut kept = Kept::new(30);
    kept.sell(1, 0, label(0), true);
    kept.sell(2, 0, label(0), false);
    kept.sell(3, 0, label(0), false);
    let connection = kept.journal.connection.as_ref().unwrap();
    for refused in [
        "DELETE FROM fact",
        "DELETE FROM fact WHERE sale = 'S2'",
        "DELETE FROM sale WHERE sale = 'S1'",
        "DELETE FROM sale WHERE sale = 'S3'",
        "DELETE FROM mark; DELETE FROM sale WHERE sale = 'S2'",
    ] {
        connection.execute_batch(refused).unwrap_err();
    }
    assert_eq!(kept.there(), ["S1", "S2", "S3"]);
}

/// The age of what was sold before the marks began counts from the first one.
#[test]
fn a_journal_of_the_second_schema_lets_go_from_the_first_mark_on() {
    let mut kept = Kept::new(30);
    for number in 1..=3 {
        kept.sell(number, 0, label(-500), false);
    }
    let mut kept = kept.damage(
        "DROP TRIGGER facts_go_with_their_sale; DROP TRIGGER fact_goes_only_with_its_sale;
         DROP TRIGGER sale_goes_only_when_closed; DROP TABLE mark;
         CREATE TRIGGER fact_is_never_deleted BEFORE DELETE ON fact
         BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END;
         CREATE TRIGGER sale_is_never_deleted BEFORE DELETE ON sale
         BEGIN SELECT RAISE(ABORT, 'sales are never deleted'); END;
         PRAGMA user_version = 2",
    );
    assert!(kept.folder.path().join("journal.schema-2.db").exists());
    assert_eq!((kept.pass(10), kept.pass(39)), (0, 0));
    assert_eq!((kept.pass(40), kept.there()), (2, vec!["S3".to_owned()]));
}

/// Bug to fear: a page of the past that cannot be read takes the kiosk out of order for good.
#[test]
fn what_is_wrong_with_old_sales_keeps_no_fact_from_being_written() {
    let mut kept = Kept::new(30);
    for number in 1..=5 {
        kept.sell(number, 0, label(0), false);
    }
    kept.pass(1);
    let mut kept = kept.damage(
        "CREATE TRIGGER refused BEFORE DELETE ON fact WHEN OLD.sale = 'S2'
         BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    assert_eq!(kept.pass(31), 3);
    assert_eq!(kept.there(), ["S2", "S5"]);
    let mut kept = kept.damage("DROP TABLE mark");
    let upkeep = Upkeep { now: at(70), keep: kept.keep, spare: &kept.spare };
    let (rows, summaries) = ([row(&id(6), 1, label(70))], [summary(&id(6), label(70), true)]);
    let tidied = kept.journal.append_tidying((&rows, &summaries), &[], Some(upkeep)).unwrap();
    assert!(tidied.trouble.unwrap().contains("mark"));
    assert!(kept.has(6));
    kept.journal.append(&[row(&id(6), 2, label(70))], &[]).unwrap();
}

/// A sale that a life of the kiosk brings, and what is wrong with it.
#[derive(Debug, Clone)]
struct Sold {
    days_later: i64,
    label: i64,
    closes_after: Option<i64>,
    is_damaged: bool,
}

fn sold() -> impl Strategy<Value = Sold> {
    let label = prop_oneof![Just(i64::MIN), Just(0), Just(i64::MAX), -500..500_i64];
    let closes_after = prop_oneof![3 => (0..80_i64).prop_map(Some), 1 => Just(None)];
    (0..9_i64, label, closes_after, prop::bool::weighted(0.1)).prop_map(
        |(days_later, label, closes_after, is_damaged)| Sold {
            days_later,
            label,
            closes_after,
            is_damaged,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn nothing_open_young_or_damaged_ever_goes(
        life in prop::collection::vec(sold(), 1..60), days in 30..90_i64,
    ) {
        let mut kept = Kept::new(u64::try_from(days).unwrap());
        // What has arrived when, and until when it is open.
        let mut arrived: BTreeMap<usize, (i64, Option<i64>, bool)> = BTreeMap::new();
        let mut today = 0;
        for (number, sale) in life.iter().enumerate() {
            today += sale.days_later;
            let stamp = match sale.label {
                i64::MIN | 0 | i64::MAX => WallTime(sale.label),
                off => label(today + off),
            };
            let closes = sale.closes_after.map(|after| today + after);
            kept.sell(number, today, stamp, closes != Some(today));
            if sale.is_damaged {
                let connection = kept.journal.connection.as_ref().unwrap();
                let broken = "UPDATE sale SET hash = zeroblob(32) WHERE sale = ?1";
                connection.execute(broken, [id(number).as_str()]).unwrap();
            }
            arrived.insert(number, (today, closes, sale.is_damaged));
            for (number, (_, closes, _)) in &arrived {
                let is_due = |closes: &i64| (today - sale.days_later..=today).contains(closes);
                if closes.as_ref().is_some_and(is_due) && kept.has(*number) {
                    kept.journal.append(&[], &[summary(&id(*number), stamp, false)]).unwrap();
                }
            }
            prop_assert!(kept.pass(today) <= 8);
            for (number, (came, closes, is_damaged)) in &arrived {
                if !kept.has(*number) {
                    prop_assert!(today - came >= days, "{number} is young");
                    prop_assert!(closes.is_some_and(|closes| closes <= today), "{number} is open");
                    prop_assert!(!is_damaged, "{number} is damaged");
                }
            }
        }
        // In the end all goes that may.
        for later in 0..30 {
            kept.pass(today + 1_000 + later);
        }
        for (number, (_, closes, is_damaged)) in &arrived {
            let stays = *is_damaged || closes.is_none_or(|closes| closes > today);
            prop_assert_eq!(kept.has(*number), stays || number + 1 == life.len(), "{}", number);
        }
    }
}
