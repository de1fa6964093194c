//! Orders to the machine, and its answers.

use kioskd::daemon::driver::Event;
use kioskd::ids::{DispenserName, OrderId, SaleId};
use kioskd::sale::Sale;
use kioskd::sale::input::VendNews;

use crate::auditor::watch::FIRED_WITHIN;
use crate::auditor::{Goods, Record, item, sale_of};
use crate::machine::{Fate, Says};
use crate::store;
use crate::world::{Coming, World};

/// A line on a serial port, and the board behind it.
const LINE: u64 = 20;

impl World {
    /// `VEND` is handed to the port.
    pub fn order(&mut self, dispenser: &DispenserName, order: OrderId, slot: &str) {
        self.tally.count("vends");
        let at = self.machine(dispenser);
        if at > 0 {
            self.tally.count("machine: an order to the second one");
        }
        if self.machines[at].away {
            self.tally.count("machine: a vend while its port is gone");
            let why = "its port is not open".to_owned();
            self.after(LINE, Coming::BoardSaid { order, news: VendNews::NeverSent { why } });
            return;
        }
        let slot = slot.to_owned();
        self.watch.vend_is_written_ahead(order.as_str());
        self.after(LINE, Coming::Ordered { at, order, slot });
    }

    /// `VEND` reaches the board.
    pub fn ordered(&mut self, at: usize, order: OrderId, slot: &str) {
        self.is_what_was_paid_for(at, order.as_str(), slot);
        let fate = self.script.vends.pop_front().unwrap_or_else(|| self.draw_vend());
        self.tell(|| format!("VEND {order} {slot}: {fate:?}"));
        // An order of which the board truly knows nothing may come again.
        if fate != Fate::Unheard {
            self.watch.fires_once(order.as_str());
        }
        self.machines[at].vend(order.as_str(), slot, fate);
        if let Some(turns_for) = fate.turns_for() {
            self.after(turns_for, Coming::Stops { at, order: order.clone() });
        }
        let partly = fate == Fate::Unheard && self.rng.bool();
        let news = if partly {
            self.tally.count("machine: an order written in part");
            VendNews::Unclear { why: "the write broke off".to_owned() }
        } else {
            VendNews::Sent
        };
        self.after(0, Coming::BoardSaid { order, news });
    }

    fn is_what_was_paid_for(&mut self, at: usize, order: &str, slot: &str) {
        let sale = sale_of(order);
        // It was on its way when the record was damaged, which does not tell any more what it is for.
        if self.excuses.damaged.iter().any(|damaged| damaged == sale) {
            return;
        }
        let money = self.money_of(sale);
        let opened = self.opened_for(sale);
        let (price, currency, window) = frozen(&opened, order);
        let chosen = opened.place(item(order));
        let machine = self.machines[at].name.to_string();
        self.watch.gives_what_was_chosen(order, &chosen, &(machine, slot.to_owned()));
        self.watch.fires_only_on_money(order, (price, currency), window, &money);
    }

    fn draw_vend(&mut self) -> Fate {
        let quick = self.rng.u64(500..4_000);
        if !self.chance(self.plan.rates.vends) {
            return Fate::Gives(quick);
        }
        let slow = self.rng.u64(4_000..90_000);
        let (fate, counted) = match self.rng.u32(0..6) {
            0 | 1 => (Fate::Jams(quick), "machine: jams"),
            2 => (Fate::GivesSilently(quick), "machine: gives and does not say so"),
            3 => (Fate::JamsSilently(quick), "machine: jams and does not say so"),
            4 => (Fate::Gives(slow), "machine: gives late"),
            _ => (Fate::Unheard, "machine: an order garbled"),
        };
        self.tally.count(counted);
        fate
    }

    /// A motor stops.
    pub fn stops(&mut self, at: usize, order: &OrderId) {
        let (fell, says) = self.machines[at].stops(order.as_str());
        if let Some(slot) = fell {
            self.tell(|| format!("{order}: a product falls out of {slot}"));
            self.goods.push(Goods { at: self.now, order: order.to_string() });
            self.tally.count("goods");
        }
        if let Some(says) = says {
            self.board_says(at, order, says);
        }
    }

    /// `STATUS` reaches the board.
    pub fn asked(&mut self, at: usize, order: &OrderId) {
        if !self.machines[at].away {
            let says = self.machines[at].status(order.as_str());
            self.board_says(at, order, says);
        }
    }

    fn board_says(&mut self, at: usize, order: &OrderId, says: Says) {
        if self.machines[at].away || self.chance(self.plan.rates.lines) {
            self.tally.count("machine: a line of its lost");
            return;
        }
        let news = match says {
            Says::Done => VendNews::Delivered,
            Says::Failed => VendNews::Failed { reason: "jam".to_owned() },
            Says::Busy => VendNews::Busy,
            Says::Unknown => VendNews::NotKnown,
        };
        self.after(LINE, Coming::BoardSaid { order: order.clone(), news });
    }

    /// A line of the board's reaches the daemon, if it lives.
    pub fn board_said(&mut self, order: OrderId, news: VendNews) {
        let Some(driver) = &self.driver else { return };
        let sale = SaleId::new(sale_of(order.as_str())).expect("it is one");
        let under_way = driver.kiosk().sale(&sale).and_then(Sale::under_way);
        let awaited = under_way.and_then(|item| OrderId::of(&sale, item)).as_ref() == Some(&order);
        let told = self.told_delivered.iter().any(|told| told == order.as_str());
        if news == VendNews::Delivered && awaited && !told {
            self.told_delivered.push(order.to_string());
        }
        self.tell(|| format!("the board, of {order}: {news:?}"));
        self.turn(Event::Vend { order, news });
    }

    /// An order's sale as it was opened.
    fn opened_for(&self, sale: &str) -> Record {
        let id = SaleId::new(sale).expect("it is one");
        let stored = self.store.sale(&id).unwrap_or_else(|| panic!("{id} is not on disk"));
        store::opened(&stored)
    }
}

/// The price of an order's sale, its currency, and how old an authorization may be for the order, in
/// milliseconds.
fn frozen<'a>(opened: &'a Record, order: &str) -> (u64, &'a str, u64) {
    let window = opened.policy("resume_window").as_u64().unwrap_or_default();
    let turns = opened.policy("vend_timeout").as_u64().unwrap_or_default();
    // Who waits for the second product has waited for the first.
    let before = u64::try_from(item(order) - 1).unwrap_or_default();
    let window = window + before * (turns + window + FIRED_WITHIN);
    (opened.price(), opened.currency(), window)
}
