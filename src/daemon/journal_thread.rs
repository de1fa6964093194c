//! The journal's own thread: a slow disk never delays the driver.

use std::collections::{BTreeSet, VecDeque};
use std::sync::mpsc as thread_queue;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::daemon::driver::Event;
use crate::daemon::ledger::Batch;
use crate::daemon::run::Message;
use crate::daemon::{clock, tell};
use crate::ids::SaleId;
use crate::journal::{
    Filter, Journal, JournalError, KEPT_AT_LEAST, LetGo, Stored, Summary, Tidied, Upkeep,
};
use crate::kiosk::sweep::FARTHEST;
use crate::telemetry::repeats::Repeats;
use crate::time::Moment;

// A sale that a sweep finds at Stripe must not have been let go: it would be taken for an orphan. A
// PaymentIntent may be younger than its sale by a day, which is how long its key is remembered.
const _: () = assert!(KEPT_AT_LEAST.as_secs() >= FARTHEST.as_secs() + 2 * 24 * 60 * 60);

/// How often it is told that sales are let go, at most.
const TOLD_EVERY: Duration = Duration::from_hours(24);

/// Sales that were read within this time are not let go: an order about one may be on its way.
const JUST_READ: Duration = Duration::from_mins(10);

/// So many at most; a page of a sweep has a hundred.
const READ_LAST: usize = 128;

/// What is asked of the journal.
#[derive(Debug)]
pub enum Job {
    /// Write these rows, then say so.
    Commit {
        /// The rows.
        batch: Batch,
        /// For how long closed sales are kept. None: for ever.
        keep: Option<Duration>,
    },
    /// Read sales, newest first.
    List {
        /// Which.
        filter: Filter,
        /// For the answer.
        answer: oneshot::Sender<Result<Vec<Summary>, String>>,
    },
    /// Read sales that were found at Stripe, then say what is there of them.
    Recall {
        /// Which.
        sales: Vec<SaleId>,
    },
    /// Read one sale.
    Read {
        /// Which.
        sale: SaleId,
        /// For the answer.
        answer: oneshot::Sender<Result<Option<Stored>, String>>,
    },
    /// Say which sales were let go.
    LetGo {
        /// For the answer.
        answer: oneshot::Sender<Result<Option<LetGo>, String>>,
    },
    /// Hang, as on a disk that does not answer.
    #[cfg(debug_assertions)]
    Hang,
}

/// Starts the thread. It ends when the sender of jobs is gone, after the last job.
pub fn start(
    journal: Journal,
    events: mpsc::Sender<Message>,
) -> (thread_queue::Sender<Job>, std::thread::JoinHandle<()>) {
    let (jobs, queue) = thread_queue::channel();
    let thread = std::thread::spawn(move || work(journal, &queue, &events));
    (jobs, thread)
}

fn work(mut journal: Journal, jobs: &thread_queue::Receiver<Job>, events: &mpsc::Sender<Message>) {
    let mut trusted = true;
    let mut failures = Repeats::default();
    let mut past = Past::default();
    while let Ok(job) = jobs.recv() {
        match job {
            Job::Commit { batch, keep } => {
                let number = batch.number;
                let result = commit(&mut journal, &batch, (keep, &mut past), &mut trusted);
                let event = match result {
                    Ok(()) => {
                        failures.over(clock::now().moment);
                        Event::Committed(number)
                    }
                    Err(JournalError::Conflict { sale, seq, source, .. }) => {
                        let what = format!("fact {seq}: {source}");
                        tell::record_damaged(&sale, &what);
                        Event::Contradicted { number, sale, what }
                    }
                    Err(error) => {
                        let why = chain(&error);
                        let told = failures.again(why.clone(), clock::now().since());
                        tell::journal_failed(&why, told);
                        Event::CommitFailed(number)
                    }
                };
                if events.blocking_send(Message::Event(event)).is_err() {
                    // The driver has ended; what is still in the queue is written all the same.
                }
            }
            Job::Recall { sales } => {
                past.read(&sales);
                let recalled = Event::Recalled(recall(&journal, sales));
                // Without a driver nobody wants to know.
                drop(events.blocking_send(Message::Event(recalled)));
            }
            Job::List { filter, answer } => {
                let list = journal.summaries(&filter).map_err(|error| chain(&error));
                drop(answer.send(list));
            }
            Job::Read { sale, answer } => {
                past.read(std::slice::from_ref(&sale));
                let stored = journal.sale(&sale).map_err(|error| chain(&error));
                drop(answer.send(stored));
            }
            Job::LetGo { answer } => {
                let let_go = journal.let_go().map_err(|error| chain(&error));
                drop(answer.send(let_go));
            }
            #[cfg(debug_assertions)]
            Job::Hang => loop {
                std::thread::park();
            },
        }
    }
}

fn recall(journal: &Journal, sales: Vec<SaleId>) -> Option<Vec<(SaleId, Option<Stored>)>> {
    let read = |sale: SaleId| {
        let stored = journal.sale(&sale)?;
        Ok((sale, stored))
    };
    let recalled: Result<Vec<_>, JournalError> = sales.into_iter().map(read).collect();
    recalled.inspect_err(|error| tell::journal_unread(&chain(error))).ok()
}

/// What is remembered for old sales to go.
#[derive(Default)]
struct Past {
    read: VecDeque<(Moment, SaleId)>,
    told: Option<Moment>,
    troubled: Option<Moment>,
}

impl Past {
    fn read(&mut self, sales: &[SaleId]) {
        let now = clock::now().moment;
        self.read.extend(sales.iter().map(|sale| (now, sale.clone())));
        self.read.drain(..self.read.len().saturating_sub(READ_LAST));
    }

    fn just_read(&mut self, now: Moment) -> BTreeSet<SaleId> {
        self.read.retain(|(read, _)| now.since(*read) < JUST_READ);
        self.read.iter().map(|(_, sale)| sale.clone()).collect()
    }

    /// Tells what came of old sales, each once a day.
    fn tell(&mut self, tidied: Tidied, journal: &Journal, now: Moment) {
        let is_due = |told: Option<Moment>| told.is_none_or(|told| now.since(told) >= TOLD_EVERY);
        if let Some(why) = tidied.trouble.filter(|_| is_due(self.troubled)) {
            self.troubled = Some(now);
            tell::old_sales_stay(&why);
        }
        if tidied.let_go > 0
            && is_due(self.told)
            && let Ok(Some(let_go)) = journal.let_go()
        {
            self.told = Some(now);
            tell::sales_let_go(&let_go);
        }
    }
}

/// Writes a batch. After a failure the handle is not trusted again, but opened anew.
fn commit(
    journal: &mut Journal,
    batch: &Batch,
    (keep, past): (Option<Duration>, &mut Past),
    trusted: &mut bool,
) -> Result<(), JournalError> {
    if !*trusted {
        journal.reopen()?;
        *trusted = true;
    }
    let spare = match batch.unhurried {
        Some(_) => past.just_read(clock::now().moment),
        None => BTreeSet::new(),
    };
    let upkeep = batch.unhurried.map(|now| Upkeep { now, keep, spare: &spare });
    let mut result = journal.append_tidying((&batch.rows, &batch.summaries), &batch.counts, upkeep);
    if batch.unhurried.is_some() {
        result = result.and_then(|tidied| journal.shorten_log().map(|()| tidied));
    }
    // After a contradiction nothing was written, and the handle is sound.
    *trusted = matches!(result, Ok(_) | Err(JournalError::Conflict { .. }));
    past.tell(result?, journal, clock::now().moment);
    Ok(())
}

/// An error and its causes in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
