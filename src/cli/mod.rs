//! The command line: a file per subcommand, each thin.

mod busy;
mod check;
mod configuration;
mod control;
mod demo;
mod display;
mod drain;
mod hardware;
mod reader;
mod refund;
mod reload;
mod resolve;
mod resume;
mod run;
mod sales;
mod simulate;
mod status;
mod stock;

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{CommandFactory, Parser, Subcommand};

use crate::config;
use crate::telemetry::log::LogSettings;

/// How the program ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// Done.
    Done,
    /// It failed.
    Failed,
    /// The arguments were wrong.
    Usage,
    /// The daemon cannot be reached.
    Unreachable,
    /// The configuration is wrong.
    Configuration,
}

impl Exit {
    /// The exit code. Source: sysexits.h, for the codes above 2.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Unreachable => 69,
            Self::Configuration => 78,
        }
    }
}

/// What the environment says: read once, by `main`.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// All variables that are text.
    pub variables: Vec<(String, String)>,
}

impl Environment {
    /// One variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.variables.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    fn log_settings(&self) -> LogSettings {
        LogSettings {
            filter: self.get("RUST_LOG").map(str::to_owned),
            under_systemd: self.get("JOURNAL_STREAM").is_some(),
        }
    }
}

#[derive(Parser)]
#[command(
    name = "kioskd",
    version,
    about = "Sells from an unattended kiosk with a Stripe Terminal reader",
    long_about = "Sells from an unattended kiosk with a Stripe Terminal reader.\n\n\
        `kioskd run` is the daemon. The other commands ask the running daemon through its control \
        socket, check the configuration, or play without hardware (`demo`, `simulate`).",
    after_help = "Exit codes: 0 done, 1 failed, 2 usage, 69 daemon not reachable, 78 configuration.",
    subcommand_required = true,
    arg_required_else_help = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// A command that has more to say says it in its own file, and its first line here as an attribute:
/// a comment would take the place of both.
#[derive(Subcommand)]
enum Command {
    /// Run the kiosk until told to stop
    Run(run::Arguments),
    /// Check the configuration and the API key's file, without starting anything
    Check(check::Arguments),
    #[command(about = "Show what the configuration comes to, one key of it, or what would change")]
    Config(configuration::Arguments),
    /// Say how the running kiosk is, and what to do if it does not sell
    Status(status::Arguments),
    /// List sales, or tell one sale as a story
    Sales(sales::Arguments),
    /// Decide about a sale that waits for a person
    Resolve(resolve::Arguments),
    /// Give back money of a sale that is over
    Refund(refund::Arguments),
    #[command(
        about = "Take the kiosk out of service: the customer is served, then nothing is sold"
    )]
    Drain(drain::Arguments),
    /// Put the kiosk back into service
    Resume(resume::Arguments),
    #[command(about = "Have the daemon read its configuration and its API key again")]
    Reload(reload::Arguments),
    #[command(about = "Say by exit code whether a customer is being served")]
    Busy(busy::Arguments),
    #[command(about = "List how many are left of each product, or say what was filled")]
    Stock(stock::Arguments),
    /// Show what is attached, watch what it says, or fire a dispenser
    Hardware(hardware::Arguments),
    /// Write a picture of what customers see
    Display(display::Arguments),
    /// Show the reader, assign it to this board, or clear it
    Reader(reader::Arguments),
    #[command(about = "Play a whole kiosk without hardware or account")]
    Demo(demo::Arguments),
    #[command(
        about = "Run a simulated Stripe with a reader, for tests without hardware or an account"
    )]
    Simulate(simulate::Arguments),
}

/// Where the configuration is.
#[derive(clap::Args)]
struct ConfigArguments {
    /// The configuration: a file (with conf.d/*.toml beside it), or a folder with kioskd.toml
    #[arg(long, value_name = "FILE", default_value = "/etc/kioskd/kioskd.toml")]
    config: PathBuf,
    /// Which of several kiosks on this board, for --config /etc/kioskd/NAME
    #[arg(long, value_name = "NAME", conflicts_with = "config", value_parser = instance)]
    instance: Option<PathBuf>,
}

impl ConfigArguments {
    fn path(&self) -> &Path {
        self.instance.as_ref().unwrap_or(&self.config)
    }
}

/// The configuration of the instance that was named.
fn instance(name: &str) -> Result<PathBuf, String> {
    config::instance::configuration(name)
}

/// Where the running daemon listens.
#[derive(clap::Args)]
struct SocketArguments {
    /// The control socket; otherwise the one of the configuration
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigArguments,
}

/// The commands and their arguments, for man pages and completions.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Runs the command that the arguments name.
pub fn main(arguments: impl IntoIterator<Item = OsString>, environment: &Environment) -> Exit {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let wrong = error.use_stderr();
            // Help that nobody reads to the end is no failure.
            let _ = error.print();
            return if wrong { Exit::Usage } else { Exit::Done };
        }
    };
    match arguments.command {
        Command::Run(arguments) => run::run(&arguments, environment),
        Command::Check(arguments) => check::run(&arguments, environment),
        Command::Config(arguments) => configuration::run(&arguments, environment),
        Command::Status(arguments) => status::run(&arguments, environment),
        Command::Sales(arguments) => sales::run(&arguments, environment),
        Command::Resolve(arguments) => resolve::run(&arguments, environment),
        Command::Refund(arguments) => refund::run(&arguments, environment),
        Command::Drain(arguments) => drain::run(&arguments, environment),
        Command::Resume(arguments) => resume::run(&arguments, environment),
        Command::Reload(arguments) => reload::run(&arguments, environment),
        Command::Busy(arguments) => busy::run(&arguments, environment),
        Command::Stock(arguments) => stock::run(&arguments, environment),
        Command::Hardware(arguments) => hardware::run(&arguments, environment),
        Command::Display(arguments) => display::run(&arguments, environment),
        Command::Reader(arguments) => reader::run(&arguments, environment),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Simulate(arguments) => simulate::run(&arguments, environment),
    }
}

/// Prints to standard output. A reader that has gone away ends the output quietly.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints an error and its causes to standard error.
fn complain(error: &dyn std::error::Error) {
    let mut text = format!("kioskd: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str("\n  because: ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    complain_of(&text);
}

fn complain_of(text: &str) {
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "{text}");
}

/// A runtime for commands that wait for something.
fn runtime() -> Result<tokio::runtime::Runtime, Exit> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        complain(&error);
        Exit::Failed
    })
}
