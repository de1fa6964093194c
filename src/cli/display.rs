//! `kioskd display`: what customers see, from afar.

use std::path::PathBuf;

use crate::cli::{Environment, Exit, SocketArguments, complain_of, control, print};
use crate::daemon::control::display_size;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Write a picture of what the display shows now
    ///
    /// A PNG, drawn anew from what customers are told, in their language. With the name of a display
    /// it looks as that one does; without, as a screen of 800 by 480. It also works where no display
    /// is attached.
    #[command(
        after_help = "Examples:\n  kioskd display snapshot\n  kioskd display snapshot oled -o \
        /tmp/oled.png\n  kioskd display snapshot --size 1920x1080 -o /tmp/large.png"
    )]
    Snapshot {
        /// The display's table in the configuration
        name: Option<String>,
        /// Where the picture goes
        #[arg(short, long, value_name = "FILE", default_value = "kioskd-display.png")]
        output: PathBuf,
        /// Width and height of a picture of a screen
        #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = size)]
        size: Option<(u32, u32)>,
        #[command(flatten)]
        socket: SocketArguments,
    },
}

fn size(text: &str) -> Result<(u32, u32), String> {
    display_size(text)
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    let Command::Snapshot { name, output, size, socket } = &arguments.command;
    let name = name.as_ref().map(|name| ("name", name.clone()));
    let size = size.map(|(width, height)| ("size", format!("{width}x{height}")));
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(name.into_iter().chain(size));
    let path = format!("/v1/display/snapshot?{}", query.finish());
    let png = match control::bytes(socket, environment, &path) {
        Ok(png) => png,
        Err(exit) => return exit,
    };
    match std::fs::write(output, &png) {
        Ok(()) => {
            print(&format!("{}: {} bytes\n", output.display(), png.len()));
            Exit::Done
        }
        Err(error) => {
            complain_of(&format!("kioskd: {} cannot be written: {error}", output.display()));
            Exit::Failed
        }
    }
}
