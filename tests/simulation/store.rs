//! The journal, and the card under it: the real one on a disk, or its facts in memory.
//!
//! The one in memory is for speed: it takes batches as the real one does, and refuses facts that
//! contradict what it has. A share of all seeds runs on the real one, whose files are cut as a
//! dying process or a torn write would leave them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use kioskd::daemon::ledger::Batch;
use kioskd::ids::{JournalId, ProductCode, SaleId};
use kioskd::journal::{Count, Counts, DATABASE, Journal, Row, Stored, Summary, Upkeep};
use rusqlite::Connection;

use crate::auditor::Record;
use crate::past;

/// A stored sale as the auditor reads it.
pub fn record(stored: &Stored) -> Record {
    read(&stored.rows)
}

/// A stored sale as it was opened.
pub fn opened(stored: &Stored) -> Record {
    read(stored.rows.get(..1).unwrap_or_default())
}

fn read(rows: &[Row]) -> Record {
    let read = |row: &Row| serde_json::from_str(&row.body).expect("facts are JSON");
    Record { facts: rows.iter().map(read).collect() }
}

/// Where facts are kept.
pub enum Store {
    /// In memory.
    Memory(Memory),
    /// In SQLite.
    Disk(Box<Disk>),
}

/// Facts in memory, batch by batch, so that the last ones can be taken back.
#[derive(Default)]
pub struct Memory {
    batches: Vec<Batch>,
    sales: BTreeMap<SaleId, Stored>,
    counts: BTreeMap<ProductCode, Count>,
}

/// The real journal.
pub struct Disk {
    folder: tempfile::TempDir,
    journal: Option<Journal>,
    lives: u32,
    trusted: bool,
    /// Whether the card may lie about a flush: only then the files are kept as they were.
    lies: bool,
    /// The files before the last append, if they are kept, and how long the log was then.
    before: Option<(Option<PathBuf>, u64)>,
}

/// What a write came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Append {
    /// It is on disk.
    Written,
    /// It contradicts what is there.
    Contradicts(SaleId, String),
    /// The disk did not take it, or says so.
    Failed,
}

/// What a write meets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weather {
    /// Nothing.
    Fair,
    /// The disk is full.
    Full,
    /// The disk takes it and says that it did not.
    Lies,
}

impl Store {
    /// An empty one in memory.
    pub fn memory() -> Self {
        Self::Memory(Memory::default())
    }

    /// An empty one on a disk, which may lie about a flush.
    pub fn disk(lies: bool) -> Self {
        // Where there is a disk in memory, flushes cost nothing.
        let shm = Path::new("/dev/shm");
        let folder =
            if shm.is_dir() { tempfile::tempdir_in(shm) } else { tempfile::tempdir() }.unwrap();
        let mut journal = Journal::open(&folder.path().join("0")).unwrap();
        past::fill(&mut journal);
        Self::Disk(Box::new(Disk {
            folder,
            journal: Some(journal),
            lives: 0,
            trusted: true,
            lies,
            before: None,
        }))
    }

    /// Its id.
    pub fn id(&self) -> JournalId {
        match self {
            Self::Memory(_) => {
                JournalId::new("5eed5eed-5eed-4eed-8eed-5eed5eed5eed").expect("a fixed id is one")
            }
            Self::Disk(disk) => disk.journal().id().clone(),
        }
    }

    /// Writes a batch.
    pub fn append(&mut self, batch: &Batch, weather: Weather) -> Append {
        match self {
            Self::Memory(memory) => memory.append(batch, weather),
            Self::Disk(disk) => disk.append(batch, weather),
        }
    }

    /// What is left of products.
    pub fn counts(&self) -> Counts {
        match self {
            Self::Memory(memory) => {
                let sound: Vec<Count> = memory.counts.values().cloned().collect();
                let newest = sound.iter().map(|count| count.version).max().unwrap_or_default();
                Counts { sound, damaged: Vec::new(), newest }
            }
            Self::Disk(disk) => disk.journal().counts().unwrap(),
        }
    }

    /// All open sales, as a start reads them.
    pub fn open_sales(&self) -> Vec<Stored> {
        match self {
            Self::Memory(memory) => {
                memory.sales.values().filter(|stored| stored.summary.open).cloned().collect()
            }
            Self::Disk(disk) => disk.journal().open_sales().unwrap(),
        }
    }

    /// One sale.
    pub fn sale(&self, id: &SaleId) -> Option<Cow<'_, Stored>> {
        match self {
            Self::Memory(memory) => memory.sales.get(id).map(Cow::Borrowed),
            Self::Disk(disk) => disk.journal().sale(id).unwrap().map(Cow::Owned),
        }
    }

    /// Whether no sale was ever stored.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Memory(memory) => memory.sales.is_empty(),
            Self::Disk(_) => self.all().is_empty(),
        }
    }

    /// How many sales of the past are gone.
    pub fn let_go(&self) -> u32 {
        match self {
            Self::Memory(_) => 0,
            Self::Disk(disk) => past::check(disk.journal()),
        }
    }

    /// Every sale of the run.
    pub fn all(&self) -> Vec<Cow<'_, Stored>> {
        match self {
            Self::Memory(memory) => memory.sales.values().map(Cow::Borrowed).collect(),
            Self::Disk(disk) => {
                let filter =
                    kioskd::journal::Filter { open_only: false, limit: u32::MAX, before: None };
                let journal = disk.journal();
                let all = journal.summaries(&filter).unwrap();
                let read = |sale: &Summary| journal.sale(&sale.sale).unwrap().unwrap();
                let all = all.iter().filter(|sale| !past::is_past(&sale.sale));
                all.map(read).map(Cow::Owned).collect()
            }
        }
    }

    /// The process died. `torn`: in the middle of the last write, so far from its end.
    pub fn killed(&mut self, torn: Option<u64>) {
        match self {
            Self::Memory(memory) => {
                if torn.is_some() {
                    memory.take_back(1);
                }
            }
            Self::Disk(disk) => disk.reopen_elsewhere(torn),
        }
    }

    /// A fact of a sale is damaged on the disk, or a newer kioskd's. In memory nothing rots.
    pub fn rots(&mut self, sale: &SaleId, fact: usize, newer: bool) -> bool {
        match self {
            Self::Memory(_) => false,
            Self::Disk(disk) => {
                disk.rots(sale, fact, newer);
                true
            }
        }
    }

    /// Power was cut, and the card had lied about the last flush. Whether anything was lost.
    pub fn forgets_last(&mut self) -> bool {
        match self {
            Self::Memory(memory) => memory.take_back(1),
            Self::Disk(disk) => disk.goes_back(),
        }
    }
}

impl Memory {
    fn append(&mut self, batch: &Batch, weather: Weather) -> Append {
        if weather == Weather::Full {
            return Append::Failed;
        }
        for row in &batch.rows {
            let known = self.sales.get(&row.sale).map(|stored| stored.rows.as_slice());
            let known = known.unwrap_or_default();
            let there = known.iter().find(|known| known.seq == row.seq);
            if there.is_some_and(|there| there.body != row.body) {
                return Append::Contradicts(row.sale.clone(), format!("fact {} differs", row.seq));
            }
        }
        self.take(batch);
        self.batches.push(batch.clone());
        if weather == Weather::Lies { Append::Failed } else { Append::Written }
    }

    fn take(&mut self, written: &Batch) {
        for count in &written.counts {
            let newer = |known: &Count| known.version < count.version;
            if self.counts.get(&count.product).is_none_or(newer) {
                self.counts.insert(count.product.clone(), count.clone());
            }
        }
        for summary in &written.summaries {
            let stored = self.sales.entry(summary.sale.clone()).or_insert_with(|| Stored {
                summary: summary.clone(),
                rows: Vec::new(),
                next_seq: 1,
                damage: None,
            });
            stored.summary = summary.clone();
        }
        for row in &written.rows {
            let stored = self.sales.get_mut(&row.sale).expect("facts come with their summary");
            if row.seq == stored.next_seq {
                stored.rows.push(row.clone());
                stored.next_seq += 1;
            }
        }
    }

    fn take_back(&mut self, batches: usize) -> bool {
        let left = self.batches.len().saturating_sub(batches);
        let lost = left < self.batches.len();
        self.batches.truncate(left);
        let batches = std::mem::take(&mut self.batches);
        self.sales.clear();
        self.counts.clear();
        for written in &batches {
            self.take(written);
        }
        self.batches = batches;
        lost
    }
}

impl Disk {
    fn journal(&self) -> &Journal {
        self.journal.as_ref().expect("it is open between two lives")
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(self.lives.to_string())
    }

    fn log_length(&self) -> u64 {
        let log = self.path().join(format!("{DATABASE}-wal"));
        fs::metadata(log).map_or(0, |log| log.len())
    }

    fn append(&mut self, batch: &Batch, weather: Weather) -> Append {
        if weather == Weather::Full {
            self.trusted = false;
            return Append::Failed;
        }
        let copy = self.lies.then(|| self.folder.path().join("before"));
        if let Some(copy) = &copy {
            copy_files(&self.path(), copy);
        }
        self.before = Some((copy, self.log_length()));
        let journal = self.journal.as_mut().expect("it is open between two lives");
        if !self.trusted && journal.reopen().is_err() {
            return Append::Failed;
        }
        self.trusted = weather == Weather::Fair;
        let spare = BTreeSet::new();
        let upkeep = |now| Upkeep { now, keep: Some(past::KEEP), spare: &spare };
        let upkeep = batch.unhurried.map(upkeep);
        let rows = (&batch.rows[..], &batch.summaries[..]);
        match journal.append_tidying(rows, &batch.counts, upkeep) {
            Ok(_) if weather == Weather::Lies => Append::Failed,
            Ok(_) => Append::Written,
            Err(kioskd::journal::JournalError::Conflict { sale, seq, source, .. }) => {
                Append::Contradicts(sale, format!("fact {seq}: {source}"))
            }
            Err(error) => panic!("the journal refuses a write on a sound disk: {error}"),
        }
    }

    /// What a killed process leaves is copied before it is closed, since closing tidies up.
    fn reopen_elsewhere(&mut self, torn: Option<u64>) {
        let from = self.path();
        self.lives += 1;
        let to = self.path();
        copy_files(&from, &to);
        if let (Some(short), Some((_, length))) = (torn, &self.before) {
            let log = to.join(format!("{DATABASE}-wal"));
            let now = fs::metadata(&log).map_or(0, |log| log.len());
            if now > *length {
                let cut = now - 1 - short % (now - length);
                fs::File::options().write(true).open(&log).unwrap().set_len(cut).unwrap();
            }
        }
        self.open(&to);
    }

    fn goes_back(&mut self) -> bool {
        let Some((Some(before), _)) = self.before.take() else { return false };
        self.lives += 1;
        let to = self.path();
        copy_files(&before, &to);
        self.open(&to);
        true
    }

    fn rots(&mut self, sale: &SaleId, fact: usize, newer: bool) {
        self.journal = None;
        let file = Connection::open(self.path().join(DATABASE)).unwrap();
        let guard = "SELECT sql FROM sqlite_schema WHERE name = 'fact_is_never_changed'";
        let guard: String = file.query_row(guard, [], |row| row.get(0)).unwrap();
        let change = if newer { "format = 2" } else { "body = replace(body, '1', '7') || ' '" };
        let changed = format!("UPDATE fact SET {change} WHERE sale = '{sale}' AND seq = {fact}");
        let unguard = "DROP TRIGGER fact_is_never_changed";
        file.execute_batch(&format!("BEGIN; {unguard}; {changed}; {guard}; COMMIT")).unwrap();
        drop(file);
        let path = self.path();
        self.open(&path);
        let stored = self.journal().sale(sale).unwrap();
        assert!(stored.is_some_and(|stored| stored.damage.is_some()), "{sale} is read as sound");
    }

    fn open(&mut self, path: &Path) {
        self.journal = None;
        self.journal = Some(Journal::open(path).unwrap());
        self.trusted = true;
        self.before = None;
    }
}

fn copy_files(from: &Path, to: &Path) {
    if to.is_dir() {
        fs::remove_dir_all(to).unwrap();
    }
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        // The index of the log is memory that the kernel drops with the process.
        if name.to_string_lossy().starts_with(DATABASE) && !name.to_string_lossy().ends_with("-shm")
        {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}
