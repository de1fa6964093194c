//! How a task that serves a device shows that it still does its work: it answers, in its own loop,
//! what the daemon's watchdog asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

/// What a task has answered when it has ended on purpose: nothing is asked of it any more.
const ENDED: u64 = u64::MAX;

/// The task's side. Dropped, the task has ended, which is no hang.
#[derive(Debug)]
pub struct Pulse {
    asked: watch::Receiver<u64>,
    state: Arc<State>,
}

/// The watchdog's side.
#[derive(Debug)]
pub struct Listener(Arc<State>);

/// A question, which the task's loop has taken and not answered yet.
#[derive(Debug)]
#[must_use = "a question that is not answered looks like a hang"]
pub struct Question(u64);

#[derive(Debug, Default)]
struct State {
    answered: AtomicU64,
    #[cfg(debug_assertions)]
    hang: std::sync::atomic::AtomicBool,
}

/// A pulse for a task, which hears the numbers of the questions on `asked`, and its other end.
pub fn pair(asked: watch::Receiver<u64>) -> (Pulse, Listener) {
    let state = Arc::new(State::default());
    (Pulse { asked, state: state.clone() }, Listener(state))
}

impl Pulse {
    /// The next question. It can be dropped and asked for again, as one of several things that a
    /// loop waits for.
    pub async fn asked(&mut self) -> Question {
        if self.asked.changed().await.is_err() {
            // Nobody will ask any more.
            std::future::pending::<()>().await;
        }
        Question(*self.asked.borrow_and_update())
    }

    /// Answers: the loop has come round.
    pub async fn answer(&mut self, Question(number): Question) {
        #[cfg(debug_assertions)]
        if self.state.hang.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        self.state.answered.store(number, Ordering::Relaxed);
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.state.answered.store(ENDED, Ordering::Relaxed);
    }
}

impl Listener {
    /// Whether the task has answered the question of this number, or has ended on purpose.
    pub fn has_answered(&self, number: u64) -> bool {
        self.0.answered.load(Ordering::Relaxed) >= number
    }

    /// Whether the task has ended.
    pub fn has_ended(&self) -> bool {
        self.has_answered(ENDED)
    }

    /// Makes the task hang at its next question, for tests.
    #[cfg(debug_assertions)]
    pub fn hang(&self) {
        self.0.hang.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_question_counts_as_answered_once_the_task_has_answered_it() {
        let (ask, asked) = watch::channel(0);
        let (mut pulse, listener) = pair(asked);
        assert!(listener.has_answered(0));
        ask.send_replace(1);
        assert!(!listener.has_answered(1));
        let question = pulse.asked().await;
        assert!(!listener.has_answered(1), "it was only taken");
        pulse.answer(question).await;
        assert!(listener.has_answered(1) && !listener.has_answered(2));
        drop(pulse);
        assert!(listener.has_answered(2), "it has ended");
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_nobody_asks_any_more_goes_on() {
        let (ask, asked) = watch::channel(0);
        let (mut pulse, _listener) = pair(asked);
        drop(ask);
        let hour = std::time::Duration::from_hours(1);
        assert!(tokio::time::timeout(hour, pulse.asked()).await.is_err());
    }
}
