//! What people ask for through the control socket: decisions about sales that wait for one, and
//! refunds of sales that are over, which are opened again for it.

use crate::daemon::driver::{Driver, Effect, Now};
use crate::ids::SaleId;
use crate::journal::Stored;
use crate::sale::resolve::{Order, Verdict, judge};
use crate::sale::{Fact, Sale};

/// What has become of an order; the text is for people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ordered {
    /// It is decided.
    Decided,
    /// The same was decided before.
    Already,
    /// It cannot be.
    Refused(String),
}

impl Driver {
    /// Carries out a person's order about one sale. `stored` is what the journal had of it a
    /// moment ago.
    pub(super) fn sale_ordered(&mut self, id: &SaleId, stored: &Stored, order: &Order, now: Now) {
        let ordered = match self.carry_out(id, stored, order, now) {
            Ok(ordered) => ordered,
            Err(why) => Ordered::Refused(why),
        };
        self.effects.push(Effect::SaleOrdered(ordered));
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
            return Err(format!("the journal can take no fact of sale {id}: settle it at Stripe"));
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
