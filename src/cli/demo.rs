//! `kioskd demo`: a whole kiosk without hardware or account.

use std::io::{IsTerminal, Read};

use crate::cli::{Exit, complain, complain_of, print};
use crate::demo::screen;
use crate::demo::script::{self, Played};
use crate::demo::world::World;

#[derive(clap::Args)]
#[command(long_about = "Play a whole kiosk without hardware or a Stripe account.\n\n\
    On a terminal: a screen with keys to press products, tap, decline, cancel, break the network, \
    jam the machine and pull the plug; daemon and simulator talk real HTTP.\n\n\
    With --script, or without a terminal, commands are played in virtual time, one a line:\n  \
    select A1        the customer presses a product (A1, A2, B1)\n  \
    remove A1        the customer takes it out of the cart (with --cart)\n  \
    pay              the customer presses PAY (with --cart)\n  \
    tap NUMBER       a card is presented at the running prompt, or at the next within a minute\n  \
    cancel           the customer presses CANCEL\n  \
    walk-away        the customer does nothing until the time is up\n  \
    jam              the next vend fails\n  \
    network down|up  the network goes, or comes back\n  \
    crash            kioskd dies, and starts again after five seconds\n  \
    wait 5s          time passes\n  \
    expect OUTCOME   sold, partly_sold, declined, abandoned, released or needs_attention\n\n\
    Ends with 1 unless Stripe's books, the goods and the journal agree and every expectation \
    was met.")]
pub(super) struct Arguments {
    /// Play the commands of a file ("-": standard input)
    #[arg(long, value_name = "FILE")]
    script: Option<std::path::PathBuf>,
    /// Customers fill a cart and pay it with one card
    #[arg(long)]
    cart: bool,
    /// All ids of the simulated Stripe follow from this number
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    if arguments.script.is_none() && terminal {
        return match screen::run(arguments.cart) {
            Ok(()) => Exit::Done,
            Err(error) => {
                complain(&error);
                Exit::Failed
            }
        };
    }
    let text = match &arguments.script {
        None => Ok(script::DEFAULT.to_owned()),
        Some(path) if path.as_os_str() == "-" => {
            let mut text = String::new();
            std::io::stdin().lock().read_to_string(&mut text).map(|_| text)
        }
        Some(path) => std::fs::read_to_string(path),
    };
    let text = match text {
        Ok(text) => text,
        Err(error) => {
            complain_of(&format!("kioskd: the script cannot be read: {error}"));
            return Exit::Failed;
        }
    };
    let commands = match script::parse(&text) {
        Ok(commands) => commands,
        Err(error) => {
            complain(&error);
            return Exit::Usage;
        }
    };
    match play(&commands, arguments) {
        Ok(played) => {
            for finding in &played.findings {
                print(&format!("WRONG: {finding}\n"));
            }
            print(&format!("{}\n", played.summary));
            if played.findings.is_empty() { Exit::Done } else { Exit::Failed }
        }
        Err(error) => {
            complain(error.as_ref());
            Exit::Failed
        }
    }
}

fn play(
    commands: &[(usize, script::Command)],
    arguments: &Arguments,
) -> Result<Played, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let mut world = World::new(folder.path(), arguments.seed, arguments.cart)?;
    Ok(script::play(&mut world, commands, |line| print(&format!("{line}\n")))?)
}
