//! `kioskd reader`: what the reader is, whose it is, and what people may do about it.

use crate::cli::{Environment, Exit, SocketArguments, control, print};
use crate::daemon::control::{AssignOrder, ResetDocument};
use crate::kiosk::reader_status::{ActionDocument, ReaderDocument};

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Show the reader, whose it is, and what stands in its way
    Show {
        /// Print the daemon's own document
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        socket: SocketArguments,
    },
    /// Write on the reader that it belongs to this board
    ///
    /// A reader serves one board. The daemon claims a reader that is assigned to nobody by itself;
    /// this command is for one that another board had.
    Assign {
        /// Also if it is assigned to another board, which then goes out of order
        #[arg(long)]
        take_over: bool,
        #[command(flatten)]
        socket: SocketArguments,
    },
    /// Clear whatever stands on the reader, another system's payment as well
    ///
    /// kioskd itself never cancels another system's payment; this command does, and the daemon
    /// logs who gave it. It is refused while a sale of this kiosk is on the reader.
    Reset {
        #[command(flatten)]
        socket: SocketArguments,
    },
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    let done = match &arguments.command {
        Command::Show { json, socket } => show(*json, socket, environment),
        Command::Assign { take_over, socket } => assign(*take_over, socket, environment),
        Command::Reset { socket } => reset(socket, environment),
    };
    match done {
        Ok(text) => {
            print(&text);
            Exit::Done
        }
        Err(exit) => exit,
    }
}

fn show(json: bool, socket: &SocketArguments, environment: &Environment) -> Result<String, Exit> {
    let (document, value) = control::read::<ReaderDocument>(socket, environment, "/v1/reader")?;
    Ok(if json { format!("{value:#}\n") } else { page(&document) })
}

fn assign(
    take_over: bool,
    socket: &SocketArguments,
    environment: &Environment,
) -> Result<String, Exit> {
    let order = AssignOrder { take_over };
    let path = "/v1/reader/assign";
    let document: ReaderDocument = control::order(socket, environment, path, &order)?;
    Ok(format!("reader {} is assigned to this board, {}\n", document.id, document.this_controller))
}

fn reset(socket: &SocketArguments, environment: &Environment) -> Result<String, Exit> {
    let path = "/v1/reader/reset";
    let document: ResetDocument =
        control::order(socket, environment, path, &serde_json::json!({}))?;
    Ok(match document.cleared {
        Some(action) => format!("cleared: {}\n", action_line(&action)),
        None => "nothing stood on the reader\n".to_owned(),
    })
}

/// The reader as a page for a technician. What others wrote on it is quoted.
fn page(document: &ReaderDocument) -> String {
    let text = |value: &Option<String>| match value {
        Some(value) => format!("{value:?}"),
        None => "none".to_owned(),
    };
    let own = &document.this_controller;
    let whose = match document.assignment.as_str() {
        "ours" => format!("this board, {own:?}"),
        "settling" => format!("this board, {own:?}, claimed a moment ago"),
        "unassigned" => "nobody yet; the daemon claims it".to_owned(),
        "elsewhere" => format!(
            "ANOTHER BOARD, {} (kiosk {}); this one is {own:?}",
            text(&document.controller),
            text(&document.kiosk)
        ),
        _ => "not known: the reader was not seen yet".to_owned(),
    };
    let mode = match document.livemode {
        Some(true) => "live",
        Some(false) => "test",
        None => "not known",
    };
    let online = match document.online {
        Some(true) => "online",
        Some(false) => "offline, as Stripe says",
        None => "not known",
    };
    let looked = match document.looked_seconds_ago {
        Some(seconds) => format!("{seconds} s ago"),
        None => "never".to_owned(),
    };
    let action = match &document.action {
        Some(action) => action_line(action),
        None => "nothing".to_owned(),
    };
    let mut page = format!(
        "reader {}, seen {looked}\n  belongs to: {whose}\n  label: {}\n  model: {}, serial number \
         {}, software {}\n  status: {online}; Stripe's last signal of it: {}\n  location: {}\n  \
         mode: {mode}\n  on it: {action}\n",
        document.id,
        text(&document.label),
        text(&document.device_type),
        text(&document.serial_number),
        text(&document.software),
        document.last_seen.as_deref().unwrap_or("none"),
        text(&document.location),
    );
    for reason in &document.reasons {
        page.push_str(&format!("  {} ({})\n    do: {}\n", reason.what, reason.code, reason.r#do));
    }
    page
}

fn action_line(action: &ActionDocument) -> String {
    let about = match (&action.sale, &action.payment_intent) {
        (Some(sale), Some(intent)) => format!(" for sale {sale} ({intent})"),
        (None, Some(intent)) => format!(" for {intent}"),
        (_, None) => String::new(),
    };
    let whose =
        if action.whose == "nobody" { String::new() } else { format!(", of {}", action.whose) };
    format!("{}{about}: {}{whose}", action.kind, action.status)
}
