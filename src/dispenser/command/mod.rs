//! A program that delivers: for ticket printers and odd hardware.
//!
//! It is run once for each order, which it gets as JSON on its standard input and, as far as the
//! operator wants, in its arguments. Its exit status is the result: `DELIVERED`, `CANNOT_TELL`,
//! and everything else is a failure. Whoever killed it has also killed the answer.
//!
//! A program that can be asked has another one beside it, whose exit status is what a board would
//! answer to `STATUS`. The statuses of broken programs (1 and 2 are what shells and interpreters end
//! with) mean nothing there: nothing is vended a second time because of a typing error.

mod child;
mod user;

use std::fs;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{Access, access};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use self::child::Ended;
use self::user::Identity;
use super::run::{Begun, Device, Said};
use super::{Answer, Vend};
use crate::ids::OrderId;
use crate::wiring::CommandDispenser;

/// Exit status of a vend: goods came out.
const DELIVERED: i32 = 0;
/// Exit status of a vend: whether goods came out cannot be told. Source: sysexits.h, EX_TEMPFAIL.
const CANNOT_TELL: i32 = 75;

/// Exit statuses of the program that is asked.
const DONE: i32 = 0;
const FAILED: i32 = 10;
const NEVER_HEARD: i32 = 11;
const STILL_AT_IT: i32 = 12;

/// How often it is looked whether the program can be run.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// How long an answer to `STATUS` may take: it is asked for again.
const ASK_LIMIT: Duration = Duration::from_secs(10);
/// Where users stand.
const USERS: &str = "/etc/passwd";

/// The program as a dispenser.
pub struct Program {
    settings: CommandDispenser,
    /// Whether it can be run, as it was seen last, and as whom.
    found: Result<Option<Identity>, String>,
    /// Whether what was found is news.
    is_news: bool,
    look_at: Instant,
    tasks: JoinSet<Done>,
    /// The order that it is at.
    at: Option<OrderId>,
    is_asking: bool,
    is_looking: bool,
}

/// What a task has come to.
enum Done {
    Vend(OrderId, Ended),
    Asked(OrderId, Ended),
    Looked(Result<Option<Identity>, String>),
}

impl Program {
    /// A program that is looked for when it is first listened to.
    pub fn new(settings: CommandDispenser) -> Self {
        Self {
            settings,
            found: Err("it was not looked for yet".to_owned()),
            is_news: false,
            look_at: Instant::now(),
            tasks: JoinSet::new(),
            at: None,
            is_asking: false,
            is_looking: false,
        }
    }

    fn look(&mut self) {
        self.is_looking = true;
        self.look_at = Instant::now() + LOOK_EVERY;
        let settings = self.settings.clone();
        // A file system may take its time.
        self.tasks.spawn_blocking(move || Done::Looked(can_be_run(&settings)));
    }

    fn follow(&mut self, done: Done) -> Option<Said> {
        match done {
            Done::Looked(found) => {
                self.is_looking = false;
                let is_same = found.is_ok() && self.found.is_ok();
                self.found = found;
                if is_same { None } else { Some(self.told()) }
            }
            Done::Vend(id, ended) => {
                self.at = None;
                Some(result(id, ended))
            }
            Done::Asked(id, ended) => {
                self.is_asking = false;
                status(&ended).map(|answer| Said::Answers(vec![(id, answer)]))
            }
        }
    }

    fn told(&self) -> Said {
        match &self.found {
            Ok(_) => Said::Connected,
            Err(why) => Said::Disconnected { why: why.clone() },
        }
    }
}

impl Device for Program {
    const REMEMBERS: bool = false;

    async fn next(&mut self) -> Said {
        loop {
            if std::mem::take(&mut self.is_news) {
                return self.told();
            }
            let look_at = self.look_at;
            let is_idle = self.tasks.is_empty();
            tokio::select! {
                () = sleep_until(look_at), if !self.is_looking => self.look(),
                done = self.tasks.join_next(), if !is_idle => {
                    // Tasks neither panic (that would be the daemon's end) nor are they aborted.
                    let Some(Ok(done)) = done else { continue };
                    if let Some(said) = self.follow(done) {
                        return said;
                    }
                }
            }
        }
    }

    fn check(&self) -> Result<(), String> {
        match (&self.found, &self.at) {
            (Err(why), _) => Err(why.clone()),
            (Ok(_), Some(order)) => Err(format!("it is still at order {order}")),
            (Ok(_), None) => Ok(()),
        }
    }

    async fn vend(&mut self, vend: &Vend) -> Begun {
        let identity = self.found.clone().ok().flatten();
        let arguments: Vec<String> =
            self.settings.arguments.iter().map(|argument| filled(argument, vend)).collect();
        let told = (json(vend), self.settings.timeout);
        match child::start(&self.settings.program, &arguments, identity, told) {
            Ok(running) => {
                let id = vend.id.clone();
                self.at = Some(id.clone());
                self.tasks.spawn(async move { Done::Vend(id, running.end().await) });
                Begun::Whole
            }
            Err(why) => {
                self.found = Err(why.clone());
                self.is_news = true;
                Begun::Not { why }
            }
        }
    }

    async fn ask(&mut self, id: &OrderId) {
        let (Some((program, arguments)), false) = (&self.settings.status, self.is_asking) else {
            return;
        };
        let identity = self.found.clone().ok().flatten();
        let filled: Vec<String> =
            arguments.iter().map(|argument| argument.replace("{order}", id.as_str())).collect();
        // One that cannot be run answers nothing: it is asked again.
        let Ok(running) = child::start(program, &filled, identity, (String::new(), ASK_LIMIT))
        else {
            return;
        };
        let id = id.clone();
        self.is_asking = true;
        self.tasks.spawn(async move { Done::Asked(id, running.end().await) });
    }
}

/// What the end of a vend means.
fn result(id: OrderId, ended: Ended) -> Said {
    match ended {
        Ended::Exited { code: DELIVERED, .. } => Said::Answers(vec![(id, Answer::Ok)]),
        Ended::Exited { code: CANNOT_TELL, complaint } => {
            Said::Unclear { id, why: complaint.unwrap_or_else(|| "it cannot tell".to_owned()) }
        }
        Ended::Exited { code, complaint } => {
            let reason = reason(code, complaint);
            Said::Answers(vec![(id, Answer::Fail { reason })])
        }
        Ended::Broken { why } => Said::Unclear { id, why },
    }
}

/// What the end of a question means, if it means anything.
fn status(ended: &Ended) -> Option<Answer> {
    match ended {
        Ended::Exited { code: DONE, .. } => Some(Answer::Done),
        Ended::Exited { code: FAILED, complaint } => {
            Some(Answer::Failed { reason: reason(FAILED, complaint.clone()) })
        }
        Ended::Exited { code: NEVER_HEARD, .. } => Some(Answer::Unknown),
        Ended::Exited { code: STILL_AT_IT, .. } => Some(Answer::Busy),
        Ended::Exited { .. } | Ended::Broken { .. } => None,
    }
}

fn reason(code: i32, complaint: Option<String>) -> String {
    complaint.unwrap_or_else(|| format!("exit status {code}"))
}

/// An argument with the order's own words.
fn filled(argument: &str, vend: &Vend) -> String {
    argument
        .replace("{order}", vend.id.as_str())
        .replace("{sale}", vend.sale.as_str())
        .replace("{slot}", vend.slot.as_str())
        .replace("{product}", vend.product.as_str())
}

/// The order on one line.
fn json(vend: &Vend) -> String {
    let order = serde_json::json!({
        "order": vend.id.as_str(),
        "sale": vend.sale.as_str(),
        "slot": vend.slot.as_str(),
        "product": { "code": vend.product.as_str(), "name": vend.name },
        "price": { "amount": vend.price.amount, "currency": vend.price.currency.code() },
    });
    format!("{order}\n")
}

/// Whether all that it needs is there, and whom it runs as.
fn can_be_run(settings: &CommandDispenser) -> Result<Option<Identity>, String> {
    is_executable(&settings.program)?;
    if let Some((program, _)) = &settings.status {
        is_executable(program)?;
    }
    settings.user.as_deref().map_or(Ok(None), |name| user::identity(name, Path::new(USERS)))
}

fn is_executable(program: &Path) -> Result<(), String> {
    let name = program.display();
    let is_file = fs::metadata(program).map_err(|error| format!("{name}: {error}"))?.is_file();
    if !is_file {
        return Err(format!("{name} is no file"));
    }
    access(program, Access::EXEC_OK).map_err(|error| format!("{name} cannot be run: {error}"))
}
