//! `kioskd hardware`: what is attached, what it says, and whether a motor turns.

mod attached;

use std::io::{BufRead, IsTerminal};
use std::path::Path;

use crate::cli::hardware::attached::{Attached, Attachment, attached};
use crate::cli::{Environment, Exit, SocketArguments, complain_of, control, print};
use crate::daemon::control::{FireDocument, FireOrder, Selection, TrialDocument};
use crate::daemon::hardware::{DeviceSaid, HardwareDocument};
use crate::gpio;
use crate::ids::{DispenserName, Slot};
use crate::input::Key;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// List what is attached to this machine, and what the kiosk uses of it
    ///
    /// Serial ports and event devices stand with the name that stays the same when they are plugged
    /// in again: that one belongs into the configuration. No port is opened for this list; GPIO chips
    /// are asked what they are, by which no line changes. It works without a running daemon, which
    /// then cannot say how its own devices are.
    List {
        /// Print it as JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        socket: SocketArguments,
    },
    /// Show each press, and each word of a dispenser, as it arrives
    ///
    /// The daemon hears them as well: a press may begin a sale, unless the kiosk is drained. Ends
    /// with Ctrl-C, or with the daemon.
    Watch {
        #[command(flatten)]
        socket: SocketArguments,
    },
    /// Press a key, as a customer would
    ///
    /// A product's code begins a sale that wants a card, as on the keypad. CANCEL, PAY and
    /// `"REMOVE A1"` are the other keys.
    Press {
        /// The key
        #[arg(value_name = "KEY", value_parser = key)]
        key: Key,
        #[command(flatten)]
        socket: SocketArguments,
    },
    /// Show a test picture on all displays for a while
    ///
    /// Only while nothing can be bought: out of service (`kioskd drain --wait`) or out of order. It
    /// has letters of all kinds, a countdown, and a QR code where one fits. A buzzer or a lamp does
    /// what it does for "wait".
    Show {
        #[command(flatten)]
        socket: SocketArguments,
    },
    /// Let one product out, as a test
    ///
    /// Only when the kiosk is out of service (`kioskd drain --wait`), and after a question, since a
    /// real product comes out. No sale and no payment is made.
    #[command(
        after_help = "Exit codes: 0 the dispenser says that the product came out, 1 it does \
        not, or was not fired, 2 not confirmed, 69 daemon not reachable."
    )]
    Fire {
        /// The dispenser's table in the configuration
        #[arg(value_name = "NAME")]
        dispenser: DispenserName,
        /// The slot, as `slot` of a product
        slot: Slot,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        socket: SocketArguments,
    },
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    match &arguments.command {
        Command::List { json, socket } => list(*json, socket, environment),
        Command::Watch { socket } => {
            let path = "/v1/hardware/watch";
            match control::follow(socket, environment, path, |said: &DeviceSaid| {
                print(&format!("{}  {:<9} {:<12} {}\n", said.at, said.kind, said.name, said.what));
            }) {
                Ok(()) => {
                    complain_of("kioskd: the daemon has ended");
                    Exit::Unreachable
                }
                Err(exit) => exit,
            }
        }
        Command::Show { socket } => {
            let nothing = serde_json::json!({});
            match control::order(socket, environment, "/v1/display/test", &nothing) {
                Ok(TrialDocument { seconds }) => {
                    print(&format!("a test picture stands for {seconds} s on all displays\n"));
                    Exit::Done
                }
                Err(exit) => exit,
            }
        }
        Command::Press { key, socket } => press(key, socket, environment),
        Command::Fire { dispenser, slot, yes, socket } => {
            if !*yes && !is_confirmed(dispenser, slot) {
                return Exit::Usage;
            }
            let order = FireOrder { dispenser: dispenser.clone(), slot: slot.clone() };
            match control::order(socket, environment, "/v1/hardware/fire", &order) {
                Ok(FireDocument { result, what }) => {
                    print(&format!("{dispenser}, slot {slot}: {result}; {what}\n"));
                    if result == "ok" { Exit::Done } else { Exit::Failed }
                }
                Err(exit) => exit,
            }
        }
    }
}

fn key(text: &str) -> Result<Key, String> {
    Key::parse(text)
        .ok_or_else(|| "a key is a product's code, CANCEL, PAY, LANGUAGE or \"REMOVE CODE\"".into())
}

fn press(key: &Key, socket: &SocketArguments, environment: &Environment) -> Exit {
    let nothing = serde_json::json!({});
    let pressed: Result<serde_json::Value, Exit> = match key {
        Key::Select(code) => {
            let selection = Selection { code: code.clone() };
            control::order(socket, environment, "/v1/select", &selection)
        }
        Key::Remove(code) => {
            let selection = Selection { code: code.clone() };
            control::order(socket, environment, "/v1/remove", &selection)
        }
        Key::Pay => control::order(socket, environment, "/v1/pay", &nothing),
        Key::Language => control::tell(socket, environment, "/v1/language", &nothing)
            .map(|()| serde_json::json!({ "pressed": "LANGUAGE" })),
        Key::Cancel => control::tell(socket, environment, "/v1/cancel", &nothing)
            .map(|()| serde_json::json!({ "pressed": "CANCEL" })),
    };
    match pressed {
        Ok(came_of_it) => {
            print(&format!("{came_of_it}\n"));
            Exit::Done
        }
        Err(exit) => exit,
    }
}

fn list(json: bool, socket: &SocketArguments, environment: &Environment) -> Exit {
    let attached = attached(Path::new("/"), gpio::described);
    let known = control::peek::<HardwareDocument>(socket, environment, "/v1/hardware");
    print(&if json {
        let devices = known.as_ref().ok().map(|known| &known.devices);
        format!("{:#}\n", serde_json::json!({ "attached": attached, "devices": devices }))
    } else {
        page(&attached, known.as_ref())
    });
    Exit::Done
}

fn page(attached: &Attached, known: Result<&HardwareDocument, &String>) -> String {
    let mut page = String::new();
    for (title, found) in [
        ("serial ports", &attached.serial),
        ("GPIO chips", &attached.gpio),
        ("I2C buses", &attached.i2c),
        ("keyboards, scanners, buttons", &attached.events),
    ] {
        page.push_str(&format!("{title}:\n"));
        if found.is_empty() {
            page.push_str("  none\n");
        }
        for Attachment { path, device, what } in found {
            let path = path.display();
            page.push_str(format!("  {path}  ({device})  {what}").trim_end());
            page.push('\n');
        }
    }
    page.push_str("what this kiosk uses:\n");
    match known {
        Ok(document) => {
            for device in &document.devices {
                let why = device.why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
                page.push_str(&format!(
                    "  {} \"{}\", {}\n    {} since {}{why}\n",
                    device.kind, device.name, device.uses, device.state, device.since
                ));
            }
        }
        Err(why) => page.push_str(&format!("  not known: {why}\n")),
    }
    page
}

/// A product comes out: whoever types it stands before the machine and means it.
fn is_confirmed(dispenser: &DispenserName, slot: &Slot) -> bool {
    if !std::io::stdin().is_terminal() {
        complain_of("kioskd: nobody is there to be asked; --yes fires without a question");
        return false;
    }
    print(&format!("let a product out of slot {slot} of dispenser {dispenser}? [y/N] "));
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    let yes = read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes");
    if !yes {
        complain_of("kioskd: not fired");
    }
    yes
}
