//! The journal: facts in batches, of which some are on disk, some on their way, some nowhere yet.

use std::collections::VecDeque;

use kioskd::sale::{Fact, Sale};

/// Facts that reach the disk together or not at all.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The facts.
    pub facts: Vec<Fact>,
    /// Whether the disk has confirmed it.
    pub committed: bool,
    /// Whether effects wait for it.
    durable: bool,
}

/// The journal of the one sale.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    /// What nothing can take away any more: all committed batches but the last.
    pub kept: Option<Sale>,
    /// The batches after it, in their order. The last committed one stands first.
    pub batches: VecDeque<Batch>,
    /// Facts that are not handed over yet.
    pub lazy: Vec<Fact>,
}

/// What a crash leaves of the journal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Left {
    /// What was handed over has reached the disk just in time.
    AllHanded,
    /// Only what was confirmed.
    Committed,
    /// A card that lied about its last flush: what was confirmed last is gone.
    WithoutTheLast,
}

impl Disk {
    /// Takes facts that go to disk together; tells whether they are on their way.
    pub fn record(&mut self, facts: Vec<Fact>) -> bool {
        let durable = facts.iter().any(Fact::is_durable);
        let eager = facts.iter().any(Fact::is_eager);
        self.lazy.extend(facts);
        if durable || eager {
            self.hand_over(durable);
        }
        durable || eager
    }

    /// Hands over what is lazy.
    pub fn hand_over(&mut self, durable: bool) {
        let facts = std::mem::take(&mut self.lazy);
        self.batches.push_back(Batch { facts, committed: false, durable });
    }

    /// Whether all durable facts are on disk.
    pub fn is_flushed(&self) -> bool {
        self.batches.iter().all(|batch| batch.committed || !batch.durable)
    }

    /// Whether everything is on disk.
    pub fn is_clean(&self) -> bool {
        self.lazy.is_empty() && self.batches.iter().all(|batch| batch.committed)
    }

    /// Whether a batch is on its way.
    pub fn is_writing(&self) -> bool {
        self.batches.iter().any(|batch| !batch.committed)
    }

    /// The oldest batch that is on its way is on disk.
    pub fn commit(&mut self) {
        let Some(at) = self.batches.iter().position(|batch| !batch.committed) else { return };
        self.batches[at].committed = true;
        if at > 0 {
            self.keep_first();
        }
    }

    /// Whether a fact is on disk.
    pub fn has(&self, in_kept: impl Fn(&Sale) -> bool, is: impl Fn(&Fact) -> bool) -> bool {
        let committed = self.batches.iter().filter(|batch| batch.committed);
        self.kept.as_ref().is_some_and(in_kept) || committed.flat_map(|batch| &batch.facts).any(is)
    }

    fn keep_first(&mut self) {
        let Some(batch) = self.batches.pop_front() else { return };
        match &mut self.kept {
            Some(sale) => batch.facts.iter().for_each(|fact| sale.evolve(fact)),
            None => self.kept = Sale::fold(&batch.facts),
        }
    }

    /// The daemon is gone: what of the sale is found at the next start. None if nothing is.
    pub fn crash(&mut self, left: Left) -> Option<Sale> {
        self.lazy.clear();
        match left {
            Left::AllHanded => self.batches.iter_mut().for_each(|batch| batch.committed = true),
            Left::Committed => self.batches.retain(|batch| batch.committed),
            Left::WithoutTheLast => self.batches.clear(),
        }
        while self.batches.len() > 1 {
            self.keep_first();
        }
        let mut sale = self.kept.clone();
        if let Some(last) = self.batches.front() {
            match &mut sale {
                Some(sale) => last.facts.iter().for_each(|fact| sale.evolve(fact)),
                None => sale = Sale::fold(&last.facts),
            }
        }
        sale
    }
}
