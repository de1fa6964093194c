//! `kioskd drain`: no new sales, and the customer is served.

use std::time::Duration;

use crate::cli::busy::{self, Waited};
use crate::cli::{Environment, Exit, SocketArguments, complain_of, control, print};
use crate::daemon::control::DrainOrder;

#[derive(clap::Args)]
#[command(
    long_about = "Take the kiosk out of service: the customer who is being served gets the product \
        or the money back, then the display says that the machine is being serviced and nothing is \
        sold.\n\n\
        It lasts until `kioskd resume`, through restarts, updates and power cuts (with \
        --until-restart only until the daemon ends). Old sales are settled meanwhile.",
    after_help = "Exit codes: 0 out of service, 1 a customer is still being served after --wait, \
        or it could not be recorded, 69 daemon not reachable."
)]
pub(super) struct Arguments {
    /// Wait until nobody is served any more, this long at most
    #[arg(
        long,
        value_name = "TIME",
        value_parser = busy::duration,
        num_args = 0..=1,
        default_missing_value = "2m"
    )]
    wait: Option<Duration>,
    /// Why: whoever asks `kioskd status` reads it
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// Let it end with the daemon, for an upgrade; a drain that is there already stays
    #[arg(long)]
    until_restart: bool,
    #[command(flatten)]
    socket: SocketArguments,
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    let order = DrainOrder { why: arguments.why.clone(), until_restart: arguments.until_restart };
    if let Err(exit) = control::tell(&arguments.socket, environment, "/v1/drain", &order) {
        return exit;
    }
    let Some(wait) = arguments.wait else {
        print("no new sales; whoever is being served is served to the end\n");
        return Exit::Done;
    };
    match busy::wait(&arguments.socket, environment, wait) {
        Ok(Waited::Free) => {
            print("out of service\n");
            Exit::Done
        }
        Ok(Waited::Busy) => {
            complain_of("kioskd: no new sales, and a customer is still being served");
            Exit::Failed
        }
        Err(exit) => exit,
    }
}
