//! What an open sale waits for, and when it is tried again: for `kioskd sales --open`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::daemon::driver::{Driver, Now};
use crate::daemon::tell;
use crate::ids::SaleId;
use crate::sale::{Phase, Sale, duty};
use crate::telemetry::story;
use crate::time::WallTime;

/// What an open sale waits for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Waiting {
    /// What it is at, in words.
    pub doing: String,
    /// What went wrong last, if anything did.
    pub trouble: Option<String>,
    /// When it is tried again (RFC 3339), if it has to wait.
    pub next_try: Option<String>,
    /// When its hold on the card lapses (RFC 3339, by Stripe's clock).
    pub deadline: Option<String>,
}

impl Driver {
    /// What each open sale waits for.
    pub fn waiting(&self, now: Now) -> BTreeMap<SaleId, Waiting> {
        self.kiosk.sales().map(|sale| (sale.id().clone(), self.waiting_of(sale, now))).collect()
    }

    fn waiting_of(&self, sale: &Sale, now: Now) -> Waiting {
        let trouble = self.flights.trouble_of(sale.id());
        let next_try = trouble.as_ref().map(|(_, until)| {
            let ahead = i64::try_from(until.since(now.moment).as_millis()).unwrap_or(i64::MAX);
            WallTime(now.wall.0.saturating_add(ahead)).to_string()
        });
        let deadline = sale.deadline().and_then(|at| jiff::Timestamp::from_second(at.0).ok());
        Waiting {
            doing: doing(sale),
            trouble: trouble.map(|(trouble, _)| tell::why(trouble)),
            next_try,
            deadline: deadline.map(|at| at.to_string()),
        }
    }
}

/// What a sale is at, in words.
fn doing(sale: &Sale) -> String {
    match &sale.phase {
        Phase::Settling { settlement, .. } => story::settlement_words(*settlement),
        Phase::NeedsAttention { why } => format!("a person decides: {}", story::attention(why)),
        Phase::Opening { .. }
        | Phase::Prompting { .. }
        | Phase::Presenting { .. }
        | Phase::Collected { .. }
        | Phase::Confirming { .. }
        | Phase::Retracting { .. }
        | Phase::Vending { .. }
        | Phase::Doubtful { .. }
        | Phase::Refunding(_)
        | Phase::Closed { .. } => match duty(sale).want.call() {
            Some(call) => tell::asked(call).to_owned(),
            None => sale.phase.word().to_owned(),
        },
    }
}
