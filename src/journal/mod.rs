//! stub until the branch lands
use crate::ids::{PaymentIntentId, SaleId};
use crate::money::Money;
use crate::time::WallTime;
/// row
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// s
    pub sale: SaleId,
    /// s
    pub seq: u32,
    /// s
    pub at: WallTime,
    /// s
    pub body: String,
}
/// summary
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// s
    pub sale: SaleId,
    /// s
    pub opened_at: WallTime,
    /// s
    pub product: String,
    /// s
    pub amount: Money,
    /// s
    pub phase: String,
    /// s
    pub outcome: Option<String>,
    /// s
    pub intent: Option<PaymentIntentId>,
    /// s
    pub open: bool,
}
/// stored
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stored {
    /// s
    pub summary: Summary,
    /// s
    pub rows: Vec<Row>,
    /// s
    pub damage: Option<String>,
}
