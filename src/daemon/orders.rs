//! What people ask for through the control socket: decisions about sales that wait for one, and
//! refunds of sales that are over, which are opened again for it.
//!
//! An order is answered once what it rests on is on disk, so that what a person was told is true
//! after a power cut. A journal that does not take it is said as such, within seconds.

use std::time::Duration;

use crate::daemon::driver::{Driver, Effect, Now};
use crate::ids::SaleId;
use crate::journal::Stored;
use crate::sale::resolve::{Order, Verdict, judge};
use crate::sale::{Fact, Sale};
use crate::time::Moment;

/// How long a person waits for the journal before they are told that it has not taken the order.
/// It has been tried twice by then.
const RECORDED_WITHIN: Duration = Duration::from_secs(5);

/// What has become of an order; the text is for people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ordered {
    /// It is decided.
    Decided,
    /// The same was decided before.
    Already,
    /// It cannot be.
    Refused(String),
    /// The journal has not taken it in time. It is carried out once it has, and lost if the daemon
    /// ends before.
    Unrecorded,
}

/// An order that is carried out, and whose answer waits for the disk.
#[derive(Debug)]
pub(super) struct Unanswered {
    ordered: Ordered,
    until: Moment,
}

impl Driver {
    /// Carries out a person's order about one sale. `stored` is what the journal had of it a
    /// moment ago.
    pub(super) fn sale_ordered(&mut self, id: &SaleId, stored: &Stored, order: &Order, now: Now) {
        match self.carry_out(id, stored, order, now) {
            Ok(ordered) => {
                let until = now.moment + RECORDED_WITHIN;
                self.unanswered.insert(id.clone(), Unanswered { ordered, until });
            }
            Err(why) => {
                let ordered = Ordered::Refused(why);
                self.effects.push(Effect::SaleOrdered { sale: id.clone(), ordered });
            }
        }
    }

    /// Answers the orders whose facts are on disk, and those that cannot wait any longer.
    pub(super) fn answer_orders(&mut self, now: Moment) {
        for (sale, Unanswered { ordered, until }) in std::mem::take(&mut self.unanswered) {
            let ordered = if self.ledger.is_flushed(&sale) {
                ordered
            } else if self.ledger.is_set_aside(&sale) {
                Ordered::Refused(never_recorded(&sale))
            } else if until <= now {
                Ordered::Unrecorded
            } else {
                self.wake_at(until);
                self.unanswered.insert(sale, Unanswered { ordered, until });
                continue;
            };
            self.effects.push(Effect::SaleOrdered { sale, ordered });
        }
    }

    fn carry_out(
        &mut self,
        id: &SaleId,
        stored: &Stored,
        order: &Order,
        now: Now,
    ) -> Result<Ordered, String> {
        let closed = match self.kiosk.sale(id) {
            Some(_) => None,
            None => Some(self.closed_sale(id, stored)?),
        };
        if self.ledger.is_set_aside(id) {
            return Err(never_recorded(id));
        }
        let Some(sale) = closed.as_ref().or_else(|| self.kiosk.sale(id)) else {
            return Err(format!("there is no sale {id}"));
        };
        if sale.opened.livemode != self.kiosk.setup().livemode {
            return Err(format!("sale {id} is of the other mode (live or test) than the API key"));
        }
        let facts = match judge(sale, order, now.moment)? {
            Verdict::Already => return Ok(Ordered::Already),
            Verdict::Decided(facts) => facts,
        };
        if let Some(sale) = closed {
            self.ledger.resume(id, stored.next_seq.saturating_sub(1));
            self.kiosk.restore(sale);
        }
        // The slow pace of the watch before is over.
        self.flights.forget(id);
        self.happened(id, facts, now);
        Ok(Ordered::Decided)
    }

    /// A sale that is over, from the journal.
    fn closed_sale(&self, id: &SaleId, stored: &Stored) -> Result<Sale, String> {
        let damaged = || format!("the journal's record of sale {id} is damaged");
        if stored.damage.is_some() {
            return Err(damaged());
        }
        let facts: Result<Vec<Fact>, _> =
            stored.rows.iter().map(|row| serde_json::from_str(&row.body)).collect();
        let sale = facts.ok().and_then(|facts| Sale::fold(&facts)).ok_or_else(damaged)?;
        // Its last facts are on their way to the disk, so that the record is not whole yet.
        if sale.is_open() || self.ledger.is_writing(id) {
            return Err(format!("sale {id} ends at this very moment: try again"));
        }
        Ok(sale)
    }
}

fn never_recorded(sale: &SaleId) -> String {
    format!("the journal can take no fact of sale {sale}: settle it at Stripe")
}
