//! The journal's own thread: a slow disk never delays the driver.

use std::sync::mpsc as thread_queue;

use tokio::sync::{mpsc, oneshot};

use crate::daemon::driver::Event;
use crate::daemon::ledger::Batch;
use crate::daemon::run::Message;
use crate::daemon::{clock, tell};
use crate::ids::SaleId;
use crate::journal::{Filter, Journal, JournalError, Stored, Summary};
use crate::telemetry::repeats::Repeats;

/// What is asked of the journal.
#[derive(Debug)]
pub enum Job {
    /// Write these rows, then say so.
    Commit(Batch),
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
    while let Ok(job) = jobs.recv() {
        match job {
            Job::Commit(batch) => {
                let number = batch.number;
                let result = commit(&mut journal, &batch, &mut trusted);
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
                let recalled = Event::Recalled(recall(&journal, sales));
                // Without a driver nobody wants to know.
                drop(events.blocking_send(Message::Event(recalled)));
            }
            Job::List { filter, answer } => {
                let list = journal.summaries(&filter).map_err(|error| chain(&error));
                drop(answer.send(list));
            }
            Job::Read { sale, answer } => {
                let stored = journal.sale(&sale).map_err(|error| chain(&error));
                drop(answer.send(stored));
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

/// Writes a batch. After a failure the handle is not trusted again, but opened anew.
fn commit(journal: &mut Journal, batch: &Batch, trusted: &mut bool) -> Result<(), JournalError> {
    if !*trusted {
        journal.reopen()?;
        *trusted = true;
    }
    let result = journal.append_counting(&batch.rows, &batch.summaries, &batch.counts);
    // After a contradiction nothing was written, and the handle is sound.
    *trusted = matches!(result, Ok(()) | Err(JournalError::Conflict { .. }));
    result
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
