//! Damage to a journal's files: refused, recovered or named, never misread.
//!
//! `tests/fuzzed/journal/` holds what a killed kioskd left: sales of the real driver, some in the
//! database and some in its log. An input says what is done to them, byte by byte ([`Damage`]).

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use kioskd::ids::SaleId;
use kioskd::journal::{DATABASE, Filter, Journal, JournalError, Row, Stored};
use kioskd::time::WallTime;

use super::folder;

const LOG: &str = "journal.db-wal";
const KILLED: [&[u8]; 2] =
    [include_bytes!("../journal/journal.db"), include_bytes!("../journal/journal.db-wal")];
const PAGE: usize = 4096;

/// More strokes than this only make a heap of rubbish.
const MOST_STROKES: usize = 8;

/// The database and its log.
type Files = [Vec<u8>; 2];

/// What the real journal reads where nothing is damaged.
struct Base {
    killed: Files,
    closed: Files,
    sales: Vec<Stored>,
}

/// The sales of the base, newest first.
pub fn base() -> &'static [Stored] {
    &whole().sales
}

fn whole() -> &'static Base {
    static BASE: OnceLock<Base> = OnceLock::new();
    BASE.get_or_init(|| {
        let killed = KILLED.map(<[u8]>::to_vec);
        let folder = folder();
        write(folder.path(), &killed);
        let journal = Journal::open(folder.path()).unwrap();
        let sales: Vec<Stored> = all_sales(&journal).unwrap();
        assert!(sales.iter().any(|sale| sale.summary.open), "one sale is open");
        assert!(sales.iter().all(|sale| sale.damage.is_none() && !sale.rows.is_empty()));
        drop(journal);
        Base { killed, closed: read(folder.path()), sales }
    })
}

fn all_sales(journal: &Journal) -> Result<Vec<Stored>, JournalError> {
    let all = Filter { open_only: false, limit: 100, before: None };
    let mut sales = Vec::new();
    for summary in journal.summaries(&all)? {
        sales.extend(journal.sale(&summary.sale)?);
    }
    Ok(sales)
}

/// Plays one input.
pub fn play(input: &[u8]) {
    let base = whole();
    let mut damage = Damage(input);
    let mut files = if damage.byte() % 2 == 0 { base.closed.clone() } else { base.killed.clone() };
    for _ in 0..MOST_STROKES {
        if damage.0.is_empty() {
            break;
        }
        damage.strike(&mut files);
    }
    let folder = folder();
    write(folder.path(), &files);
    match Journal::open(folder.path()) {
        Ok(journal) => {
            let begun_anew = files.iter().all(Vec::is_empty);
            is_the_same(&journal, &files, begun_anew);
            for stored in read_all(&journal) {
                is_not_misread(&stored, base);
            }
            goes_on(journal, folder.path(), base);
        }
        Err(error @ (JournalError::Unreadable { .. } | JournalError::Newer { .. })) => {
            let left = read(folder.path());
            let changed = left.iter().zip(&files).map(|(left, file)| {
                let same = left.iter().zip(file).take_while(|(left, file)| left == file).count();
                (left.len(), file.len(), same)
            });
            let changed: Vec<_> =
                changed.filter(|(left, file, same)| left != file || same != file).collect();
            assert!(changed.is_empty(), "refused, and not left as it was: {changed:?}, {error:?}");
        }
        Err(JournalError::Disk { .. }) => {}
        Err(error) => panic!("nobody else is here: {error:?}"),
    }
}

/// A journal is never begun anew over what is left of an old one.
fn is_the_same(journal: &Journal, files: &Files, begun_anew: bool) {
    let id = journal.id().as_str();
    let stands = |file: &Vec<u8>| file.windows(id.len()).any(|window| window == id.as_bytes());
    assert!(begun_anew || files.iter().any(stands), "{id} was made up");
}

/// What can be read of sales, in each way there is. An error is an answer.
fn read_all(journal: &Journal) -> Vec<Stored> {
    let open = journal.open_sales().unwrap_or_default();
    let listed = all_sales(journal).unwrap_or_default();
    let asked = base().iter().filter_map(|known| {
        let stored = journal.sale(&known.summary.sale).ok()??;
        assert!(stored.damage.is_some() || stored.summary.sale == known.summary.sale);
        Some(stored)
    });
    asked.chain(open).chain(listed).collect()
}

/// What is called sound is a beginning of what was written for this sale; what is called damaged,
/// of what was written for some sale.
fn is_not_misread(stored: &Stored, base: &Base) {
    let begins = |known: &Stored| {
        let known = known.rows.iter().map(told);
        stored.rows.len() <= known.len()
            && stored.rows.iter().map(told).eq(known.take(stored.rows.len()))
    };
    let name = &stored.summary.sale;
    if stored.damage.is_some() {
        assert!(base.sales.iter().any(begins), "{name}: facts that nobody wrote");
        return;
    }
    let known = base.sales.iter().find(|known| known.summary.sale == *name);
    assert!(known.is_some_and(begins), "{name}: read as sound, and never written so");
    assert!(!stored.rows.is_empty(), "{name}: a sale begins with a fact");
    assert_eq!(usize::try_from(stored.next_seq).unwrap(), stored.rows.len() + 1, "{name}");
}

fn told(row: &Row) -> (u32, WallTime, &str) {
    (row.seq, row.at, &row.body)
}

/// A sale that was read as sound can be gone on with, and the next life reads that.
fn goes_on(mut journal: Journal, folder: &Path, base: &Base) {
    let sound = |known: &Stored| {
        let stored = journal.sale(&known.summary.sale).ok()??;
        stored.damage.is_none().then_some(stored)
    };
    let Some(before) = base.sales.iter().find_map(sound) else { return };
    let sale: SaleId = before.summary.sale.clone();
    let body = "{\"gone\":\"on\"}".to_owned();
    let row = Row { sale: sale.clone(), seq: before.next_seq, at: WallTime(1), body };
    if journal.append(std::slice::from_ref(&row), std::slice::from_ref(&before.summary)).is_err() {
        return;
    }
    drop(journal);
    let Ok(journal) = Journal::open(folder) else { return };
    let Ok(Some(after)) = journal.sale(&sale) else { return };
    if after.damage.is_none() {
        assert_eq!(after.rows.split_last(), Some((&row, &before.rows[..])), "{sale}");
    }
}

/// Writes the files; an empty log is none.
fn write(folder: &Path, files: &Files) {
    fs::write(folder.join(DATABASE), &files[0]).unwrap();
    if !files[1].is_empty() {
        fs::write(folder.join(LOG), &files[1]).unwrap();
    }
}

fn read(folder: &Path) -> Files {
    [DATABASE, LOG].map(|name| fs::read(folder.join(name)).unwrap_or_default())
}

/// What is left of the input: strokes against the files.
struct Damage<'a>(&'a [u8]);

impl Damage<'_> {
    /// The next byte; zero beyond the end.
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn number(&mut self, bytes: usize) -> usize {
        (0..bytes).fold(0, |number, _| number << 8 | usize::from(self.byte()))
    }

    /// A place in the file; the end of it counts.
    fn place(&mut self, file: &[u8]) -> usize {
        self.number(3) % (file.len() + 1)
    }

    fn strike(&mut self, files: &mut Files) {
        let kind = self.byte();
        let file = &mut files[usize::from(kind >> 7)];
        let at = self.place(file);
        match kind % 8 {
            // One byte, as bits flip.
            0 => {
                let bits = self.byte();
                file.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= bits);
            }
            // Some bytes, written over.
            1 => {
                for offset in 0..=self.number(1) % 32 {
                    let byte = self.byte();
                    file.iter_mut().skip(at + offset).take(1).for_each(|old| *old = byte);
                }
            }
            // A tail that is lost.
            2 => file.truncate(at),
            // A block that went to another place.
            3 => {
                let from = self.place(file);
                let length = self.number(2);
                let block: Vec<u8> = file.iter().skip(from).take(length).copied().collect();
                file.iter_mut().skip(at).zip(block).for_each(|(old, new)| *old = new);
            }
            // A page of the one file, old or new, in the place of another.
            4 => {
                let other = usize::from(self.byte()) % 2;
                let from = self.number(1) * PAGE + if other == 1 { 56 } else { 0 };
                let page: Vec<u8> = files[other].iter().skip(from).take(PAGE).copied().collect();
                let to = at / PAGE * PAGE;
                files[0].iter_mut().skip(to).zip(page).for_each(|(old, new)| *old = new);
            }
            // Sectors that read as zeros.
            5 => {
                let length = 512 * (1 + self.number(1) % 16);
                file.iter_mut().skip(at / 512 * 512).take(length).for_each(|byte| *byte = 0);
            }
            // Bytes that are gone, or were never there.
            6 => drop(file.drain(at..(at + 1 + self.number(1)).min(file.len()).max(at))),
            _ => drop(file.splice(at..at, self.0.iter().take(8).copied())),
        }
    }
}
