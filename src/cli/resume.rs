//! `kioskd resume`: the kiosk sells again.

use crate::cli::{Environment, Exit, SocketArguments, control, print};

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    socket: SocketArguments,
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    let nothing = serde_json::json!({});
    match control::tell(&arguments.socket, environment, "/v1/resume", &nothing) {
        Ok(()) => {
            print("back in service\n");
            Exit::Done
        }
        Err(exit) => exit,
    }
}
