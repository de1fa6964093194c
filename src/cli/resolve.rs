//! `kioskd resolve`: a person decides about a sale that waits for one.

use clap::ValueEnum;

use crate::cli::{Environment, Exit, SocketArguments, complain_of, control, print};
use crate::daemon::control::{OrderDocument, Resolution};
use crate::ids::SaleId;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The sale, as `kioskd sales --open` lists it
    #[arg(value_name = "SALE")]
    sale: String,
    /// What is to be done
    #[arg(value_enum)]
    decision: Decision,
    /// With `capture`: how much is kept, such as 1.00; the rest is released
    #[arg(long, value_name = "X")]
    amount: Option<String>,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    socket: SocketArguments,
}

#[derive(Clone, Copy, ValueEnum)]
enum Decision {
    /// Keep the money: the product came out
    Capture,
    /// Release the hold: it did not
    Release,
    /// Give back what was taken
    Refund,
    /// Close the sale as it is: it was settled another way
    Dismiss,
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    let sale = match SaleId::new(arguments.sale.clone()) {
        Ok(sale) => sale,
        Err(error) => {
            complain_of(&format!("kioskd: {error}"));
            return Exit::Usage;
        }
    };
    let decision = match arguments.decision {
        Decision::Capture => "capture",
        Decision::Release => "release",
        Decision::Refund => "refund",
        Decision::Dismiss => "dismiss",
    };
    let resolution = Resolution {
        decision: decision.to_owned(),
        amount: arguments.amount.clone(),
        reason: arguments.reason.clone(),
    };
    let path = format!("/v1/sales/{sale}/resolve");
    match control::order::<OrderDocument>(&arguments.socket, environment, &path, &resolution) {
        Ok(document) => {
            print(&told(&sale, decision, &document));
            Exit::Done
        }
        Err(exit) => exit,
    }
}

/// What has become of it, and where to follow it.
pub(super) fn told(sale: &SaleId, what: &str, document: &OrderDocument) -> String {
    let when = if document.result == "already" { "was decided before" } else { "is decided" };
    format!("sale {sale}: {what} {when}; see: kioskd sales {sale}\n")
}
