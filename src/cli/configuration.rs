//! `kioskd config`: what the files come to, whether the daemon runs on that, and signed bundles.

mod diff;
mod get;
mod import;
mod show;

use crate::cli::{ConfigArguments, Environment, Exit, complain, print};
use crate::config::{self, KeyPath, Loaded};

#[derive(clap::Args)]
#[command(
    long_about = "Show what the configuration comes to, one key of it, or what would change.\n\n\
        The layers are the built-in defaults, the file, conf.d/*.toml beside it in the order of their \
        names, and the environment variables of this command: what the daemon's unit sets is not seen.",
    after_help = "Exit codes: 0 done, 1 not set, or different with --exit-code, 2 usage, 69 daemon not \
        reachable, 78 configuration."
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Print the effective settings as TOML, defaults included
    ///
    /// What is printed is a configuration itself, with the same settings.
    Show(show::Arguments),
    /// Print the value of one key, or the keys of one table
    ///
    /// A text is printed without quotes, for scripts.
    Get(get::Arguments),
    /// Show what a reload would change for the running daemon
    ///
    /// Each key that differs is printed with a '-' and the value that the daemon runs on, and with a
    /// '+' and the value and origin that the files have. What no reload can change is named.
    Diff(diff::Arguments),
    #[command(about = "Check a signed bundle, put it into conf.d, and reload the daemon")]
    Import(import::Arguments),
    /// Print the JSON schema of the configuration, for editors and other programs
    ///
    /// An editor that knows schemas of TOML completes keys and marks what is wrong: a file names its
    /// schema in its first line, `#:schema FILE`.
    Schema,
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    match &arguments.command {
        Command::Show(arguments) => show::run(arguments, environment),
        Command::Get(arguments) => get::run(arguments, environment),
        Command::Diff(arguments) => diff::run(arguments, environment),
        Command::Import(arguments) => import::run(arguments, environment),
        Command::Schema => {
            print(&format!("{:#}\n", config::schema()));
            Exit::Done
        }
    }
}

/// Loads the configuration, or says what is wrong with it.
fn load(arguments: &ConfigArguments, environment: &Environment) -> Result<Loaded, Exit> {
    config::load(arguments.path(), &environment.variables).map_err(|error| {
        complain(&error);
        Exit::Configuration
    })
}

fn key(text: &str) -> Result<KeyPath, String> {
    let hint = "a key is written with points, as in product.A1.price or product.\"A.1\".price";
    KeyPath::parse(text).ok_or_else(|| hint.to_owned())
}
