//! Write-ahead: which facts are on their way to the disk, and which effects have to wait for them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use crate::daemon::driver::Now;
use crate::ids::ProductCode;
use crate::ids::SaleId;
use crate::journal::{Count, Row, Summary};
use crate::sale::{Fact, Phase, Sale};
use crate::time::{Moment, StripeTime};

/// Lazy facts ride along with the next durable one, or go after this time.
const LAZY_FOR: Duration = Duration::from_secs(1);

/// The same for facts that are in no hurry: nearly all customers have paid by then.
const PATIENT_FOR: Duration = Duration::from_secs(30);

/// A journal that refused a write is tried again this much later.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// Rows that go to the journal in one transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Batch {
    /// Counts up from 1.
    pub number: u64,
    /// The facts.
    pub rows: Vec<Row>,
    /// What the sales look like with them.
    pub summaries: Vec<Summary>,
    /// What is left of products with them.
    pub counts: Vec<Count>,
    /// Stripe's clock, if nobody waits for it: then old sales may go in the same transaction. Never
    /// in a repeat, and never while another batch is under way: what it writes may be of one that
    /// would go.
    pub unhurried: Option<StripeTime>,
}

/// The facts that are not on disk yet.
#[derive(Debug, Default)]
pub struct Ledger {
    last_seq: BTreeMap<SaleId, u32>,
    lazy: Vec<Row>,
    /// When what waits goes at the latest.
    lazy_until: Option<Moment>,
    dirty: BTreeMap<SaleId, Summary>,
    counts: BTreeMap<ProductCode, Count>,
    last_count: u64,
    last_batch: u64,
    unflushed: VecDeque<Batch>,
    waits_for: BTreeMap<SaleId, u64>,
    retry_at: Option<Moment>,
    set_aside: BTreeSet<SaleId>,
}

impl Ledger {
    /// A sale from the journal goes on after its `last_seq`th fact.
    pub fn resume(&mut self, sale: &SaleId, last_seq: u32) {
        self.last_seq.insert(sale.clone(), last_seq);
    }

    /// Counts go on after the newest one of the journal.
    pub fn resume_counts(&mut self, newest: u64) {
        self.last_count = newest;
    }

    /// Takes a count, which goes to disk with the next batch. It is made with its version.
    pub fn count(&mut self, make: impl FnOnce(u64) -> Count, now: Moment) {
        self.last_count = self.last_count.saturating_add(1);
        let count = make(self.last_count);
        self.counts.insert(count.product.clone(), count);
        self.wait_until(now + LAZY_FOR);
    }

    /// Takes facts of one sale, which go to disk together. Returns the batch to commit now, if one
    /// of them is durable or eager.
    pub fn record(&mut self, sale: &Sale, facts: &[Fact], now: Now) -> Option<Batch> {
        let id = sale.id();
        if self.set_aside.contains(id) {
            return None;
        }
        for fact in facts {
            let seq = self.last_seq.entry(id.clone()).or_insert(0);
            *seq += 1;
            let body = serde_json::to_string(fact)
                .expect("facts are plain data with string keys, which JSON can hold");
            self.lazy.push(Row { sale: id.clone(), seq: *seq, at: now.wall, body });
        }
        self.dirty.insert(id.clone(), summary(sale));
        if facts.iter().any(Fact::is_durable) {
            let batch = self.take_batch();
            self.waits_for.insert(id.clone(), self.last_batch);
            return batch;
        }
        // Nothing waits for it, but it goes at once: what is in the kernel's hands survives a kill.
        if facts.iter().any(Fact::is_eager) {
            return self.take_batch();
        }
        let patient = facts.iter().all(Fact::is_patient);
        self.wait_until(now.moment + if patient { PATIENT_FOR } else { LAZY_FOR });
        None
    }

    fn wait_until(&mut self, latest: Moment) {
        self.lazy_until = Some(self.lazy_until.map_or(latest, |until| until.min(latest)));
    }

    /// The batch of lazy facts, if they have waited long enough.
    pub fn lazy_batch(&mut self, now: Moment) -> Option<Batch> {
        self.lazy_until.filter(|until| *until <= now)?;
        self.take_batch()
    }

    /// The batch of all that has not gone to the journal yet.
    pub fn take_batch(&mut self) -> Option<Batch> {
        self.lazy_until = None;
        if self.lazy.is_empty() && self.counts.is_empty() {
            return None;
        }
        self.last_batch += 1;
        let batch = Batch {
            number: self.last_batch,
            rows: std::mem::take(&mut self.lazy),
            summaries: std::mem::take(&mut self.dirty).into_values().collect(),
            counts: std::mem::take(&mut self.counts).into_values().collect(),
            unhurried: None,
        };
        self.unflushed.push_back(batch.clone());
        // While the journal refuses writes, the batch waits in line for the next try.
        self.retry_at.is_none().then_some(batch)
    }

    /// A batch is on disk. One that is written although an earlier one failed does not count yet:
    /// it goes again behind that one, so that facts and summaries arrive in their order.
    pub fn committed(&mut self, number: u64) {
        if self.unflushed.front().is_none_or(|first| first.number != number) {
            return;
        }
        self.unflushed.pop_front();
        self.waits_for.retain(|_, waits_for| *waits_for > number);
        if self.unflushed.is_empty() {
            self.retry_at = None;
        }
    }

    /// A batch could not be written: all that is not on disk is tried again later. Tells whether
    /// that is news: a repeat of what is on disk may fail as well.
    pub fn failed(&mut self, number: u64, now: Moment) -> bool {
        let awaited = self.unflushed.iter().any(|batch| batch.number == number);
        if awaited {
            self.retry_at = Some(now + RETRY_AFTER);
        }
        awaited
    }

    /// Whether all batches before this one are on disk, so that what the journal says against it
    /// is not the lack of one of them.
    pub fn is_next(&self, number: u64) -> bool {
        self.unflushed.front().is_some_and(|first| first.number == number)
    }

    /// The journal can take no fact of this sale any more. Whatever else waits for the disk goes
    /// on without it; what rests on this sale's facts never does.
    pub fn set_aside(&mut self, sale: &SaleId, now: Moment) {
        self.set_aside.insert(sale.clone());
        self.lazy.retain(|row| row.sale != *sale);
        self.dirty.remove(sale);
        for batch in &mut self.unflushed {
            batch.rows.retain(|row| row.sale != *sale);
            batch.summaries.retain(|summary| summary.sale != *sale);
        }
        self.retry_at = Some(now);
    }

    /// Whether the journal has refused a batch that is still not on disk.
    pub fn is_refused(&self) -> bool {
        self.retry_at.is_some()
    }

    /// The batches to try again, in order, if it is time.
    pub fn retries(&mut self, now: Moment) -> Vec<Batch> {
        if self.retry_at.is_none_or(|at| now < at) {
            return Vec::new();
        }
        self.retry_at = Some(now + RETRY_AFTER);
        self.unflushed.iter().cloned().collect()
    }

    /// Whether all durable facts of a sale are on disk.
    pub fn is_flushed(&self, sale: &SaleId) -> bool {
        !self.waits_for.contains_key(sale) && !self.set_aside.contains(sale)
    }

    /// Whether the journal can take no fact of this sale any more.
    pub fn is_set_aside(&self, sale: &SaleId) -> bool {
        self.set_aside.contains(sale)
    }

    /// Whether any fact of this sale is not on disk yet.
    pub fn is_writing(&self, sale: &SaleId) -> bool {
        let batches = self.unflushed.iter().flat_map(|batch| &batch.rows);
        self.lazy.iter().chain(batches).any(|row| row.sale == *sale)
    }

    /// The number of the last batch that was made.
    pub fn last_batch(&self) -> u64 {
        self.last_batch
    }

    /// Whether the last batch is the only one under way, for the first time, and no sale waits for
    /// it.
    pub fn is_unhurried(&self) -> bool {
        self.unflushed.len() == 1 && self.retry_at.is_none() && self.waits_for.is_empty()
    }

    /// Whether a batch, and all before it, is on disk.
    pub fn is_on_disk(&self, number: u64) -> bool {
        self.unflushed.front().is_none_or(|first| first.number > number)
    }

    /// Whether everything is on disk.
    pub fn is_empty(&self) -> bool {
        self.lazy.is_empty() && self.counts.is_empty() && self.unflushed.is_empty()
    }

    /// When it wants to be called again.
    pub fn next_wake(&self) -> Option<Moment> {
        [self.lazy_until, self.retry_at].into_iter().flatten().min()
    }

    /// Forgets a sale that is over.
    pub fn forget(&mut self, sale: &SaleId) {
        self.last_seq.remove(sale);
    }
}

fn summary(sale: &Sale) -> Summary {
    let outcome = if let Phase::Closed { outcome } = &sale.phase { Some(*outcome) } else { None };
    Summary {
        sale: sale.id().clone(),
        opened_at: sale.opened.wall,
        product: sale.opened.codes(),
        amount: sale.opened.price(),
        phase: sale.phase.word().to_owned(),
        outcome: outcome.map(|outcome| outcome.word().to_owned()),
        intent: sale.intent.clone(),
        open: sale.is_open(),
    }
}
