//! A printer of tickets that speaks ESC/POS: on USB, on a serial port, or in a network.
//!
//! A task of its own has the way to the printer (`session`): it asks it how it is, so that a sale is
//! turned away before it is paid for, and gives it one ticket after the other. Nothing remembers what
//! was printed: of an earlier life of the daemon nothing can be told.

mod page;
mod session;
pub mod ticket;
mod wire;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use self::session::Job;
use self::ticket::Told;
use super::Vend;
use super::run::{Begun, Device, Said};
use crate::ids::{KioskId, OrderId};
use crate::wiring::printer::EscposDispenser;

/// What the task has said and nobody has listened to yet.
const QUEUE: usize = 16;
/// How the time stands on tickets, in the machine's own time zone.
const TIME: &str = "%Y-%m-%d %H:%M";

/// The printer as a dispenser.
pub struct Printer {
    settings: EscposDispenser,
    kiosk: KioskId,
    /// Why it cannot print now.
    away: Option<String>,
    /// The order that it is at.
    at: Option<OrderId>,
    ends: Ends,
    /// Its task, which ends with it. Begun when it is first listened to.
    task: JoinSet<()>,
}

/// Where the task is given tickets, and where it speaks.
struct Ends {
    jobs: mpsc::Sender<Job>,
    said: mpsc::Receiver<Said>,
    of_task: Option<(mpsc::Receiver<Job>, mpsc::Sender<Said>)>,
}

impl Printer {
    /// A printer that is looked for when it is first listened to.
    pub fn new(settings: EscposDispenser, kiosk: KioskId) -> Self {
        let (jobs, taken) = mpsc::channel(1);
        let (sender, said) = mpsc::channel(QUEUE);
        let away = Some("it was not looked for yet".to_owned());
        let ends = Ends { jobs, said, of_task: Some((taken, sender)) };
        Self { settings, kiosk, away, at: None, ends, task: JoinSet::new() }
    }

    fn note(&mut self, said: &Said) {
        match said {
            Said::Connected => self.away = None,
            Said::Disconnected { why } => self.away = Some(why.clone()),
            Said::Answers(_) | Said::Unclear { .. } => self.at = None,
            Said::Garbage { .. } | Said::Remarked { .. } => {}
        }
    }
}

impl Device for Printer {
    const REMEMBERS: bool = false;

    async fn next(&mut self) -> Said {
        if let Some((jobs, said)) = self.ends.of_task.take() {
            self.task.spawn(session::serve(self.settings.clone(), jobs, said));
        }
        match self.ends.said.recv().await {
            Some(said) => {
                self.note(&said);
                said
            }
            // The task lives as long as this does: a panic would be the daemon's end.
            None => std::future::pending().await,
        }
    }

    fn check(&self) -> Result<(), String> {
        match (&self.away, &self.at) {
            (Some(why), _) => Err(why.clone()),
            (None, Some(order)) => Err(format!("it is still at order {order}")),
            (None, None) => Ok(()),
        }
    }

    async fn vend(&mut self, vend: &Vend) -> Begun {
        let time = TimeZone::system().to_datetime(Timestamp::now()).strftime(TIME).to_string();
        let told = Told { vend, kiosk: self.kiosk.as_str(), time: &time };
        let ticket = ticket::render(&self.settings, told);
        let (begun, told) = oneshot::channel();
        let job = Job { id: vend.id.clone(), ticket, begun };
        let away = || Begun::Not { why: "it is being opened again".to_owned() };
        if self.ends.jobs.send(job).await.is_err() {
            return away();
        }
        let begun = told.await.unwrap_or_else(|_dropped| away());
        self.at = (begun == Begun::Whole).then(|| vend.id.clone());
        begun
    }

    async fn ask(&mut self, _: &OrderId) {
        // Nothing here has a memory: what this life knows is answered by who runs it.
    }
}
