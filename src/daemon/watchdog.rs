//! Whether the daemon does its work: only then systemd hears of it. The driver turns, or nobody asks
//! here; what is left are the tasks that serve the devices, and the journal's thread.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::watch;

use crate::daemon::driver::Event;
use crate::pulse::{self, Listener, Pulse};
use crate::time::Moment;

/// How long a task may take to answer, and the disk for a write, where systemd says nothing.
const PATIENCE: Duration = Duration::from_secs(15);

/// Asks the tasks, and counts the writes that are under way.
#[derive(Debug)]
pub struct Watchdog {
    patience: Duration,
    ask: watch::Sender<u64>,
    round: u64,
    asked: Option<Moment>,
    tasks: Vec<(String, Listener)>,
    /// Writes that the journal was given, by their number, and when.
    writes: BTreeMap<u64, Moment>,
}

impl Watchdog {
    /// One that has no task to watch yet, and asks this often.
    pub fn new(patience: Option<Duration>) -> Self {
        let patience = patience.unwrap_or(PATIENCE);
        let (ask, _) = watch::channel(0);
        Self { patience, ask, round: 0, asked: None, tasks: Vec::new(), writes: BTreeMap::new() }
    }

    /// Watches one task more, under a name for people.
    pub fn watch(&mut self, name: String) -> Pulse {
        // Whoever has ended is never asked again; its successor may have its name.
        self.tasks.retain(|(_, task)| !task.has_ended());
        let (pulse, listener) = pulse::pair(self.ask.subscribe());
        self.tasks.push((name, listener));
        pulse
    }

    /// The journal was given a write.
    pub fn write_begins(&mut self, number: u64, now: Moment) {
        self.writes.insert(number, now);
    }

    /// Takes note of a write's end. One that failed has ended as well: a disk that is known to fail
    /// is no hang, and a restart would not mend it.
    pub fn hear(&mut self, event: &Event) {
        if let Event::Committed(number)
        | Event::CommitFailed(number)
        | Event::Contradicted { number, .. } = event
        {
            self.writes.remove(number);
        }
    }

    /// Who hangs. Asks anew when all have answered and it is time.
    pub fn turn(&mut self, now: Moment) -> Vec<String> {
        let is_due = |since: Moment| now >= since + self.patience;
        let mut hung = Vec::new();
        if self.asked.is_none_or(is_due) {
            let silent = self.tasks.iter().filter(|(_, task)| !task.has_answered(self.round));
            hung.extend(silent.map(|(name, _)| name.clone()));
        }
        if hung.is_empty() && self.asked.is_none_or(is_due) {
            self.round += 1;
            self.asked = Some(now);
            self.ask.send_replace(self.round);
        }
        if self.writes.values().any(|since| is_due(*since)) {
            hung.push("the journal".to_owned());
        }
        hung
    }

    /// Makes a task hang, for tests. False if there is none of this name.
    #[cfg(debug_assertions)]
    pub fn hang(&self, name: &str) -> bool {
        let task = self.tasks.iter().find(|(task, _)| task == name);
        task.is_some_and(|(_, task)| {
            task.hang();
            true
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn a_task_that_does_not_answer_hangs_until_it_does() {
        let mut watchdog = Watchdog::new(Some(10 * SECOND));
        let mut quick = watchdog.watch("quick".into());
        let mut slow = watchdog.watch("slow".into());
        let at = |s: u64| Moment::from_millis(1_000 * s);
        assert!(watchdog.turn(at(0)).is_empty());
        let question = quick.asked().await;
        quick.answer(question).await;
        assert!(watchdog.turn(at(9)).is_empty(), "it still has time");
        assert_eq!(watchdog.turn(at(10)), ["slow"]);
        assert_eq!(watchdog.turn(at(100)), ["slow"], "no new question hides the old one");
        let question = slow.asked().await;
        slow.answer(question).await;
        assert!(watchdog.turn(at(101)).is_empty());
        drop(slow);
        let question = quick.asked().await;
        quick.answer(question).await;
        assert!(watchdog.turn(at(111)).is_empty(), "who has ended is not asked");
    }

    #[test]
    fn a_write_that_does_not_end_hangs_and_one_that_failed_does_not() {
        let mut watchdog = Watchdog::new(Some(10 * SECOND));
        let at = |s: u64| Moment::from_millis(1_000 * s);
        for number in 1..=3 {
            watchdog.write_begins(number, at(number));
        }
        assert!(watchdog.turn(at(10)).is_empty());
        assert_eq!(watchdog.turn(at(11)), ["the journal"]);
        watchdog.hear(&Event::Committed(1));
        watchdog.hear(&Event::CommitFailed(2));
        assert!(watchdog.turn(at(12)).is_empty());
        assert_eq!(watchdog.turn(at(13)), ["the journal"]);
    }
}
