//! One printer as long as kioskd runs: opened again and again, asked how it is, given its tickets.
//!
//! Two questions are asked. DLE EOT is answered at once, whatever the printer is at: is there paper,
//! is the cover closed? GS r waits in its memory behind what was sent before: its answer says that
//! all of that was worked off. The first one finds out why a ticket cannot be printed, the second
//! one that it was. Source: Epson, "ESC/POS Command Reference".

use std::collections::VecDeque;
use std::time::Duration;

use tokio::pin;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::ticket::INITIALIZE;
use super::wire::Wire;
use crate::dispenser::Answer;
use crate::dispenser::run::{Begun, Said};
use crate::ids::OrderId;
use crate::wiring::printer::EscposDispenser;

/// The first wait after a printer was lost or could not be reached; it doubles each time.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait, so that a printer that is switched on again works within seconds.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// How often a printer that is ready is asked whether it still is.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How often one is asked that is not: somebody stands before it.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How long DLE EOT may take to be answered.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);
/// How long GS r may take where nothing is to be printed before it.
const IDLE_LIMIT: Duration = Duration::from_secs(2);
/// How much of a command that was cut off is filled up at a time.
const PADDING: usize = 64;
/// The wait after a read that filled the buffer: a printer says a byte at a time, and whoever says
/// more shall not have the processor.
const PACE: Duration = Duration::from_millis(5);
/// How often it is asked why GS r is not answered.
const WHY_NOT: Duration = Duration::from_millis(500);

/// GS a: it speaks only when asked.
const ONLY_ANSWERS: &[u8] = b"\x1da\x00";
/// GS r: the paper sensor.
const WORKED_OFF: &[u8] = b"\x1dr\x01";

/// DLE EOT: the printer, why it is offline, and its paper; and what is set in the answers.
const PRINTER: u8 = 1;
const OFFLINE: u8 = 0x08;
const CAUSE: u8 = 2;
const COVER_OPEN: u8 = 0x04;
const PAPER_STOP: u8 = 0x20;
const ERROR: u8 = 0x40;
const PAPER: u8 = 4;
const PAPER_OUT: u8 = 0x60;

/// Why printers that are asked are away, which name what to do if they cannot be.
const SILENT: &str =
    "it does not say how it is (DLE EOT): write ask_status = false if it never can";
const STUCK: &str = "it says how it is, but works nothing off (GS r): switch it off and on, or write \
                     ask_status = false if it never can say that";
const UNSAID: &str = "it did not say in time that the ticket is printed";
const NO_PAPER: &str = "it is out of paper";

/// A ticket to print.
pub(super) struct Job {
    pub(super) id: OrderId,
    pub(super) ticket: Vec<u8>,
    /// Where it is said whether it has begun. Dropped, nothing of it is printed.
    pub(super) begun: oneshot::Sender<Begun>,
}

/// The way to the printer is broken.
struct Lost(String);

/// How a ticket ended.
enum End {
    Printed,
    /// Nothing of it was printed.
    Nothing(String),
    Unclear(String),
}

/// Why something was not worked off.
enum Trouble {
    Lost(String),
    /// It cannot print now.
    NotReady(String),
    /// It did not say so in time.
    Late,
}

struct Session<'a> {
    settings: &'a EscposDispenser,
    wire: Wire,
    said: &'a mpsc::Sender<Said>,
    unread: VecDeque<u8>,
    /// How many GS r it has not answered.
    owed: u32,
    /// Whether it has ever worked anything off.
    has_worked: bool,
    is_told_ready: bool,
}

/// Serves the printer until nobody listens.
pub(super) async fn serve(
    settings: EscposDispenser,
    mut jobs: mpsc::Receiver<Job>,
    said: mpsc::Sender<Said>,
) {
    let mut wait = Duration::ZERO;
    loop {
        let open = async {
            sleep(wait).await;
            Wire::open(&settings.at).await
        };
        let opened = refusing(&mut jobs, open).await;
        let since = Instant::now();
        let why = match opened {
            Ok(wire) => {
                let mut session = Session {
                    settings: &settings,
                    wire,
                    said: &said,
                    unread: VecDeque::new(),
                    owed: 0,
                    has_worked: false,
                    is_told_ready: false,
                };
                let Lost(why) = session.live(&mut jobs).await;
                session.wire.close();
                why
            }
            Err(why) => why,
        };
        // One that is reached and lost at once is waited for as one that cannot be reached.
        let lasted = since.elapsed() >= LONGEST_WAIT;
        wait = if lasted { FIRST_WAIT } else { (wait * 2).clamp(FIRST_WAIT, LONGEST_WAIT) };
        if said.send(Said::Disconnected { why }).await.is_err() {
            return;
        }
    }
}

/// Waits for something, and lets no ticket wait meanwhile.
async fn refusing<T>(jobs: &mut mpsc::Receiver<Job>, something: impl Future<Output = T>) -> T {
    pin!(something);
    loop {
        tokio::select! {
            biased;
            done = &mut something => return done,
            Some(job) = jobs.recv() => drop(job),
        }
    }
}

impl Session<'_> {
    async fn live(&mut self, jobs: &mut mpsc::Receiver<Job>) -> Lost {
        let mut done = self.write(if self.settings.ask_status { ONLY_ANSWERS } else { b"" }).await;
        while done.is_ok() {
            done = self.turn(jobs).await;
        }
        done.err().unwrap_or_else(|| Lost(String::new()))
    }

    /// Looks how it is, and then waits for what comes next.
    async fn turn(&mut self, jobs: &mut mpsc::Receiver<Job>) -> Result<(), Lost> {
        let found = self.look().await?;
        self.tell(found).await;
        let wait = if self.is_told_ready { LOOK_EVERY } else { LOOK_AGAIN };
        let until = Instant::now() + wait;
        loop {
            tokio::select! {
                biased;
                job = jobs.recv() => return match job {
                    Some(job) => self.print(job).await,
                    None => Err(Lost("kioskd ends".to_owned())),
                },
                byte = self.byte() => {
                    self.hear(byte?);
                    // Looked at here too, since reading a flood never waits.
                    if until <= Instant::now() {
                        return Ok(());
                    }
                }
                () = sleep_until(until) => return Ok(()),
            }
        }
    }

    async fn tell(&mut self, found: Result<(), String>) {
        let said = match found {
            Ok(()) if self.is_told_ready => return,
            Ok(()) => Said::Connected,
            Err(why) => Said::Disconnected { why },
        };
        self.is_told_ready = said == Said::Connected;
        // Whoever does not listen any more drops this task.
        let _heard = self.said.send(said).await;
    }

    /// Whether it can print now; if not, why.
    async fn look(&mut self) -> Result<Result<(), String>, Lost> {
        if self.wire.hung_up() {
            return Err(Lost("it is gone".to_owned()));
        }
        if !self.settings.ask_status {
            return Ok(Ok(()));
        }
        let found = self.ask().await?;
        if found.is_err() || (self.has_worked && self.owed == 0) {
            return Ok(found);
        }
        // What was lost in the middle may have left it with half a command, which takes for its own
        // what comes now. Zeros are nothing to it.
        let padding: &[u8] = if self.owed == 0 { &[] } else { &[0; PADDING] };
        let question = [padding, WORKED_OFF].concat();
        // One answer will do: it answers in turn, and nothing to be printed is between what it owes.
        // The others come right behind, long before the next ticket.
        (self.has_worked, self.owed) = (false, 0);
        match self.work_off(&question, Instant::now() + IDLE_LIMIT).await {
            Ok(()) => Ok(Ok(())),
            Err(Trouble::Lost(why)) => Err(Lost(why)),
            Err(Trouble::NotReady(why)) => Ok(Err(why)),
            Err(Trouble::Late) => Ok(Err(STUCK.to_owned())),
        }
    }

    async fn print(&mut self, job: Job) -> Result<(), Lost> {
        let found = match self.look().await {
            Ok(found) => found,
            Err(Lost(why)) => {
                let _heard = job.begun.send(Begun::Not { why: why.clone() });
                return Err(Lost(why));
            }
        };
        if let Err(why) = found {
            let _heard = job.begun.send(Begun::Not { why: why.clone() });
            self.tell(Err(why)).await;
            return Ok(());
        }
        if job.begun.send(Begun::Whole).is_err() {
            return Ok(());
        }
        let (end, lost) = self.give(&job.ticket).await;
        let id = job.id;
        let said = match end {
            End::Printed => Said::Answers(vec![(id, Answer::Ok)]),
            End::Nothing(reason) => Said::Answers(vec![(id, Answer::Fail { reason })]),
            End::Unclear(why) => Said::Unclear { id, why },
        };
        let _heard = self.said.send(said).await;
        lost.map_or(Ok(()), |why| Err(Lost(why)))
    }

    /// Gives it the ticket: how that ended, and why the way is broken, if it is.
    async fn give(&mut self, ticket: &[u8]) -> (End, Option<String>) {
        let deadline = Instant::now() + self.settings.timeout;
        if self.settings.ask_status {
            // Nothing that is printed leaves before it has shown that it works.
            let question = [INITIALIZE, WORKED_OFF].concat();
            match self.work_off(&question, deadline).await {
                Ok(()) => {}
                Err(Trouble::Lost(why)) => return (End::Nothing(why.clone()), Some(why)),
                Err(Trouble::NotReady(why)) => return (End::Nothing(why), None),
                Err(Trouble::Late) => return (End::Nothing("it is stuck".to_owned()), None),
            }
        }
        match timeout_at(deadline, self.wire.write(ticket)).await {
            Ok(Ok(())) => {}
            Ok(Err(broken)) => {
                let why = broken.why;
                let end = if broken.is_whole_left { End::Nothing } else { End::Unclear };
                return (end(why.clone()), Some(why));
            }
            Err(_elapsed) => {
                let why = "it did not take the whole ticket in time".to_owned();
                return (End::Unclear(why.clone()), Some(why));
            }
        }
        if !self.settings.ask_status {
            let why = "it was gone when it had got the ticket".to_owned();
            let is_gone = self.wire.hung_up();
            return if is_gone {
                (End::Unclear(why.clone()), Some(why))
            } else {
                (End::Printed, None)
            };
        }
        match self.work_off(WORKED_OFF, deadline).await {
            Ok(()) => (End::Printed, None),
            Err(Trouble::Lost(why)) => (End::Unclear(why.clone()), Some(why)),
            Err(Trouble::NotReady(why)) => (End::Unclear(why), None),
            Err(Trouble::Late) => (End::Unclear(UNSAID.to_owned()), None),
        }
    }

    /// Waits until all was worked off that was sent to it, and `bytes`, which ask for that.
    async fn work_off(&mut self, bytes: &[u8], deadline: Instant) -> Result<(), Trouble> {
        let lost = |Lost(why)| Trouble::Lost(why);
        self.owed += u32::from(bytes.ends_with(WORKED_OFF));
        self.write(bytes).await.map_err(lost)?;
        let mut ask_at = Instant::now() + WHY_NOT;
        while self.owed > 0 {
            let until = deadline.min(ask_at);
            if let Ok(byte) = timeout_at(until, self.byte()).await {
                self.hear(byte.map_err(lost)?);
            }
            if self.owed > 0 && until <= Instant::now() {
                let found = self.ask().await.map_err(lost)?;
                // What it has worked off meanwhile is done, however it is now.
                if self.owed > 0 {
                    found.map_err(Trouble::NotReady)?;
                    if deadline <= Instant::now() {
                        return Err(Trouble::Late);
                    }
                }
                ask_at = Instant::now() + WHY_NOT;
            }
        }
        self.has_worked = true;
        Ok(())
    }

    /// Asks how it is.
    async fn ask(&mut self) -> Result<Result<(), String>, Lost> {
        let silent = || Lost(SILENT.to_owned());
        let printer = self.asked(PRINTER).await?.ok_or_else(silent)?;
        let paper = self.asked(PAPER).await?.ok_or_else(silent)?;
        let is_offline = printer & OFFLINE != 0;
        // There are printers that do not know why.
        let cause = if is_offline { self.asked(CAUSE).await?.unwrap_or_default() } else { 0 };
        let why = if cause & COVER_OPEN != 0 {
            "its cover is open"
        } else if cause & PAPER_STOP != 0 || paper & PAPER_OUT != 0 {
            NO_PAPER
        } else if cause & ERROR != 0 {
            "it has an error: look at its lamps"
        } else if is_offline {
            "it is offline: look at its lamps"
        } else {
            return Ok(Ok(()));
        };
        Ok(Err(why.to_owned()))
    }

    /// The answer to one question, if there is one.
    async fn asked(&mut self, question: u8) -> Result<Option<u8>, Lost> {
        self.write(&[0x10, 0x04, question]).await?;
        let until = Instant::now() + ANSWER_LIMIT;
        while let Ok(byte) = timeout_at(until, self.byte()).await {
            if let Some(answer) = self.hear(byte?) {
                return Ok(Some(answer));
            }
            if until <= Instant::now() {
                break;
            }
        }
        Ok(None)
    }

    /// What a byte is: the answer to DLE EOT is returned, that to GS r is counted. They are told
    /// apart by the bits that are fixed in each; other bytes are flow control.
    fn hear(&mut self, byte: u8) -> Option<u8> {
        let is_of_gs_r = byte & 0x90 == 0;
        if is_of_gs_r {
            self.owed = self.owed.saturating_sub(1);
        }
        (byte & 0x93 == 0x12).then_some(byte)
    }

    /// The next byte. May be dropped and called again, and none is lost by that.
    async fn byte(&mut self) -> Result<u8, Lost> {
        loop {
            if let Some(byte) = self.unread.pop_front() {
                return Ok(byte);
            }
            let mut bytes = [0; 64];
            let count = self.wire.read(&mut bytes).await.map_err(Lost)?;
            self.unread.extend(&bytes[..count]);
            if count == bytes.len() {
                sleep(PACE).await;
            }
        }
    }

    async fn write(&self, bytes: &[u8]) -> Result<(), Lost> {
        self.wire.write(bytes).await.map_err(|broken| Lost(broken.why))
    }
}
