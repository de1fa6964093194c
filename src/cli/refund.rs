//! `kioskd refund`: money of a sale that is over goes back to the customer.

use crate::cli::{Environment, Exit, SocketArguments, complain_of, control, print, resolve};
use crate::daemon::control::{OrderDocument, RefundOrder};
use crate::ids::SaleId;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The sale, as `kioskd sales` lists it
    #[arg(value_name = "SALE")]
    sale: String,
    /// How much, such as 1.00; otherwise all that is left
    #[arg(long, value_name = "X")]
    amount: Option<String>,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    socket: SocketArguments,
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    let sale = match SaleId::new(arguments.sale.clone()) {
        Ok(sale) => sale,
        Err(error) => {
            complain_of(&format!("kioskd: {error}"));
            return Exit::Usage;
        }
    };
    let order = RefundOrder { amount: arguments.amount.clone(), reason: arguments.reason.clone() };
    let path = format!("/v1/sales/{sale}/refund");
    match control::order::<OrderDocument>(&arguments.socket, environment, &path, &order) {
        Ok(document) => {
            print(&resolve::told(&sale, "refund", &document));
            Exit::Done
        }
        Err(exit) => exit,
    }
}
