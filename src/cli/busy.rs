//! `kioskd busy`: may this machine be taken from its customer now?

use std::time::{Duration, Instant};

use crate::cli::{Environment, Exit, SocketArguments, control, print};
use crate::config;
use crate::daemon::control::StatusDocument;

/// How often the daemon is asked while somebody waits.
const ASK_EVERY: Duration = Duration::from_millis(500);

#[derive(clap::Args)]
#[command(
    long_about = "Say by exit code whether a customer is being served, for updates and reboots \
        that can wait:\n\n\
        while kioskd busy --quiet; do sleep 5; done; reboot\n\n\
        A sale that only waits for its money keeps nobody waiting and does not count: it goes on \
        after a restart.",
    after_help = "Exit codes: 0 a customer is being served, 1 nobody is, 69 daemon not reachable."
)]
pub(super) struct Arguments {
    /// Wait until nobody is served any more, this long at most
    #[arg(long, value_name = "TIME", value_parser = duration)]
    wait: Option<Duration>,
    /// Print nothing
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    socket: SocketArguments,
}

/// Whether a customer is being served.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Waited {
    /// Nobody is.
    Free,
    /// Somebody is, still.
    Busy,
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    let wait = arguments.wait.unwrap_or_default();
    let (text, exit) = match self::wait(&arguments.socket, environment, wait) {
        Ok(Waited::Busy) => ("busy: a customer is being served\n", Exit::Done),
        Ok(Waited::Free) => ("free: nobody is being served\n", Exit::Failed),
        Err(exit) => return exit,
    };
    if !arguments.quiet {
        print(text);
    }
    exit
}

/// Waits until nobody is served any more, this long at most.
pub(super) fn wait(
    socket: &SocketArguments,
    environment: &Environment,
    limit: Duration,
) -> Result<Waited, Exit> {
    let begun = Instant::now();
    loop {
        let (document, _) = control::read::<StatusDocument>(socket, environment, "/v1/status")?;
        if document.status.sale.is_none()
            && document.status.cart.is_none_or(|cart| cart.amount.is_none())
        {
            return Ok(Waited::Free);
        }
        if begun.elapsed() >= limit {
            return Ok(Waited::Busy);
        }
        std::thread::sleep(ASK_EVERY);
    }
}

/// A time on the command line, written as in the configuration.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    config::duration(text).ok_or_else(|| "a number and a unit, such as 90s or 5m".to_owned())
}
