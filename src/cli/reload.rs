//! `kioskd reload`: the daemon reads its configuration and its API key again.

use serde_json::json;

use crate::cli::{Environment, Exit, SocketArguments, complain_of, control, print};
use crate::daemon::control::ReloadDocument;

#[derive(clap::Args)]
#[command(
    long_about = "Have the daemon read its configuration and its API key again.\n\n\
        All of the configuration is checked first: if anything is wrong, the old one runs on. Else it is \
        taken into use as soon as no customer is there; sales that are open keep their prices. What \
        cannot change while the daemon runs is named, and takes effect at the next start.",
    after_help = "Exit codes: 0 taken, or waits for the customer, 1 refused, 2 usage, 69 daemon not \
        reachable."
)]
pub(super) struct Arguments {
    /// Print the daemon's own document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    socket: SocketArguments,
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    let ordered =
        control::order::<ReloadDocument>(&arguments.socket, environment, "/v1/reload", &json!({}));
    let document = match ordered {
        Ok(document) => document,
        Err(exit) => return exit,
    };
    if arguments.json {
        print(&format!("{:#}\n", json!(document)));
    } else {
        print(&told(&document));
    }
    for why in document.refused.iter().chain(&document.key) {
        complain_of(&format!("kioskd: {why}"));
    }
    let is_taken = document.refused.is_none() && document.key.is_none();
    if is_taken { Exit::Done } else { Exit::Failed }
}

fn told(document: &ReloadDocument) -> String {
    let hash = &document.hash;
    let mut text = match (&document.refused, &document.waiting) {
        (Some(_), _) => format!("refused: configuration {hash} runs on\n"),
        (None, Some(waiting)) => format!(
            "configuration {waiting} is taken into use when the customer is done; {hash} runs until \
             then\n"
        ),
        (None, None) => format!("configuration {hash} is in use\n"),
    };
    let names = document.at_next_start.join(", ");
    if document.waiting.is_none() && document.refused.is_none() && !names.is_empty() {
        text.push_str(&format!("these take effect at the next start: {names}\n"));
    }
    text
}
