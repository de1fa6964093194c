//! What the driver hears.

use std::collections::BTreeSet;

use crate::daemon::flights::FlightId;
use crate::ids::{DispenserName, OrderId, ProductCode, ReaderId, SaleId};
use crate::journal::Stored;
use crate::kiosk::claim::ReaderOrder;
use crate::kiosk::service::Drained;
use crate::kiosk::stock::Filling;
use crate::kiosk::{Asked, Setup};
use crate::sale::input::VendNews;
use crate::sale::resolve::Order;
use crate::stripe::meaning::{Answer, NoAnswer};

/// News for the driver.
#[derive(Debug)]
pub enum Event {
    /// Somebody chose a product. The sale's id is drawn by the caller.
    Selected {
        /// What was pressed.
        code: ProductCode,
        /// The id of the sale that may be opened.
        sale: SaleId,
    },
    /// A vending machine asks for money. The sale's id is drawn by the caller.
    Asked {
        /// What it asks for.
        asked: Asked,
        /// The id of the sale that may be opened.
        sale: SaleId,
    },
    /// The machine waits no longer.
    Withdrawn {
        /// What it had asked for.
        sale: SaleId,
    },
    /// Somebody wants to pay for what is in the cart. The sale's id is drawn by the caller.
    Pay {
        /// The id of the sale that may be opened.
        sale: SaleId,
    },
    /// Somebody takes a product out of the cart.
    Removed {
        /// Which.
        code: ProductCode,
    },
    /// Somebody types a code at a keypad.
    Typed {
        /// What stands there now; empty if it was completed, taken back or forgotten.
        text: String,
    },
    /// Somebody wants the display in another language.
    LanguagePressed,
    /// Somebody pressed CANCEL.
    CancelPressed,
    /// A call has ended.
    Replied {
        /// Which.
        flight: FlightId,
        /// How.
        result: Result<Answer, NoAnswer>,
    },
    /// A dispenser's port was opened.
    DispenserReachable(DispenserName),
    /// A dispenser's port is gone.
    DispenserAway(DispenserName),
    /// A dispenser has news of a vend.
    Vend {
        /// The order, as it stood on the wire.
        order: OrderId,
        /// The news.
        news: VendNews,
    },
    /// A batch is on disk.
    Committed(u64),
    /// A batch could not be written.
    CommitFailed(u64),
    /// The journal takes no fact of this sale any more: they contradict what it has.
    Contradicted {
        /// The batch that was not written.
        number: u64,
        /// The sale.
        sale: SaleId,
        /// In which way.
        what: String,
    },
    /// A person asks for something about a sale.
    SaleOrdered {
        /// The sale.
        sale: SaleId,
        /// What the journal has of it.
        stored: Box<Stored>,
        /// What is asked for.
        order: Order,
    },
    /// A person wants something of the reader.
    ReaderOrder(ReaderOrder),
    /// What the journal has of sales that were found at Stripe, in the order of the question.
    Recalled(Option<Vec<(SaleId, Option<Stored>)>>),
    /// Time has passed, or something outside wants a look.
    Tick,
    /// Something outside says that a reader has news: never the truth, only a reason to look.
    Hint {
        /// The reader.
        reader: ReaderId,
    },
    /// Another configuration is in use. Never while a customer is served: see
    /// [`Kiosk::is_between_customers`](crate::kiosk::Kiosk::is_between_customers).
    Reconfigured {
        /// It.
        setup: Box<Setup>,
        /// Dispensers whose tasks were begun anew.
        begun: BTreeSet<DispenserName>,
    },
    /// A new API key is in use.
    KeyReplaced,
    /// A person has filled the machine.
    Filled {
        /// With what.
        filling: Filling,
        /// Who, as the system names them.
        by: String,
    },
    /// A person has taken the kiosk out of service: no new sales.
    Drain(Drained),
    /// It is in service again.
    Resume,
    /// The daemon is about to stop: what has no card yet is taken back.
    Stopping,
}
