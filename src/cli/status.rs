//! `kioskd status`: how is it, and what has to be done?

use crate::cli::{Environment, Exit, SocketArguments, control, print};
use crate::daemon::control::StatusDocument;
use crate::kiosk::status::State;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    socket: SocketArguments,
    /// Print the daemon's own document
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    let read = control::read::<StatusDocument>(&arguments.socket, environment, "/v1/status");
    let (document, value) = match read {
        Ok(answer) => answer,
        Err(exit) => return exit,
    };
    if arguments.json {
        print(&format!("{value:#}\n"));
    } else {
        print(&page(&document));
    }
    Exit::Done
}

/// The status as a page for a technician.
fn page(document: &StatusDocument) -> String {
    let status = &document.status;
    let state = match status.state {
        State::Ready => "ready: a customer can choose",
        State::Busy => "serving a customer",
        State::OutOfOrder => "OUT OF ORDER",
        State::Draining => "draining: no new sales are taken",
    };
    let mut page = format!("kiosk {}: {state}\n", status.kiosk);
    for reason in &status.reasons {
        page.push_str(&format!(
            "  since {}: {} ({}, {})\n    do: {}\n",
            reason.since, reason.what, reason.code, reason.call_code, reason.r#do
        ));
    }
    let online = match status.reader.online {
        Some(true) => "Stripe calls it online",
        Some(false) => "Stripe calls it offline",
        None => "not seen yet",
    };
    let answer = status.reader.last_answer.as_deref().unwrap_or("never");
    page.push_str(&format!(
        "reader {}: {online}; Stripe's last answer: {answer}\n",
        status.reader.id
    ));
    if let Some(sale) = &status.sale {
        page.push_str(&format!(
            "sale {}: {} for {}, {}\n",
            sale.id, sale.product, sale.amount, sale.phase
        ));
    }
    for (name, display) in document.displays.iter().filter(|(_, it)| it.state == "gone") {
        let why = display.why.as_deref().unwrap_or("no reason is known");
        page.push_str(&format!("display \"{name}\" is dark since {}: {why}\n", display.since));
    }
    let open = &status.open;
    page.push_str(&format!(
        "open sales: {} being settled, {} for a person to decide\n",
        open.settling, open.needs_attention
    ));
    if let Some(deadline) = &open.nearest_deadline {
        page.push_str(&format!("  the next hold lapses at {deadline}\n"));
    }
    page.push_str(&format!(
        "kioskd {}, configuration {} from {}\n",
        document.version, document.config.hash, document.config.source
    ));
    for remark in document.config.remarks() {
        page.push_str(&format!("  {remark}\n"));
    }
    if document.config.last_good.is_some() || document.config.refused.is_some() {
        page.push_str("    do: kioskd check; correct the files; kioskd reload\n");
    }
    page
}
