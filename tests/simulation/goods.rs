//! Orders to the machine, and its answers.

use kioskd::daemon::driver::Event;
use kioskd::ids::{DispenserName, OrderId, ProductCode, SaleId};
use kioskd::kiosk::Asked;
use kioskd::money::Money;
use kioskd::sale::Sale;
use kioskd::sale::input::VendNews;

use crate::auditor::watch::FIRED_WITHIN;
use crate::auditor::{Goods, Record, item, sale_of};
use crate::machine::{Fate, Kind, Says};
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
        let why = if self.machines[at].away {
            self.tally.count("machine: a vend while its port is gone");
            "its port is not open"
        } else if self.is_too_late(at, order.as_str()) {
            self.tally.count("machine: an approval too late");
            "the vending machine does not wait for it any more"
        } else {
            ""
        };
        if !why.is_empty() {
            let news = VendNews::NeverSent { why: why.to_owned() };
            self.after(LINE, Coming::BoardSaid { life: self.life, order, news });
            return;
        }
        self.machines[at].asks = None;
        let slot = slot.to_owned();
        self.watch.vend_is_written_ahead(order.as_str());
        self.after(LINE, Coming::Ordered { life: self.life, at, order, slot });
    }

    /// Whether a vending machine no longer waits for what is approved.
    fn is_too_late(&self, at: usize, order: &str) -> bool {
        let machine = &self.machines[at];
        machine.kind == Kind::Bus && machine.asks.as_deref() != Some(sale_of(order))
    }

    /// A vending machine asks for money, for a customer who has chosen there.
    pub fn machine_asks(&mut self, at: usize, code: &ProductCode) -> Option<SaleId> {
        if self.machines[at].away || self.machines[at].asks.is_some() {
            return None;
        }
        let product = self.setup.catalog[code].clone();
        let rate = self.plan.rates.asks;
        let own = if self.chance(rate) { self.rng.u64(100..400) } else { product.price.amount };
        let asked = Asked {
            dispenser: product.dispenser,
            slot: product.slot,
            otherwise: None,
            price: Money::new(own, product.price.currency),
            its_price: true,
        };
        self.tally.count("machine: asks for money");
        let patience = if self.chance(rate) { self.rng.u64(1_000..60_000) } else { 300_000 };
        self.press(
            |sale| Event::Asked { asked, sale },
            |world, sale| {
                world.machines[at].asks = Some(sale.to_string());
                world.after(patience, Coming::GivesUp { at, sale: sale.clone() });
            },
        )
    }

    /// A vending machine waits no longer.
    pub fn gives_up(&mut self, at: usize, sale: SaleId) {
        if self.machines[at].asks.as_deref() != Some(sale.as_str()) {
            return;
        }
        self.machines[at].asks = None;
        self.tally.count("machine: gives up");
        self.tell(|| format!("the machine gives {sale} up"));
        self.turn(Event::Withdrawn { sale });
    }

    /// kioskd lets a vending machine go.
    pub fn called_off(&mut self, dispenser: &DispenserName, sale: &SaleId) {
        let at = self.machine(dispenser);
        if self.machines[at].asks.as_deref() == Some(sale.as_str()) {
            self.machines[at].asks = None;
            self.tally.count("machine: is told that nothing comes");
            self.tell(|| format!("the machine is told that nothing comes of {sale}"));
        }
    }

    /// A machine's port is lost, and with it the question that a vending machine has asked there.
    pub fn loses_port(&mut self, at: usize) {
        if let Some(sale) = self.machines[at].asks.clone() {
            self.gives_up(at, sale.parse().expect("a sale id"));
        }
        self.leave(at, true);
    }

    /// Nobody follows a machine any more: what becomes of what it is at is lost, or unclear.
    pub fn leave(&mut self, at: usize, lives: bool) {
        for order in self.machines[at].is_left() {
            self.tally.count("machine: a vend that nobody follows any more");
            if lives {
                let order: OrderId = order.parse().expect("an order's id");
                let why = "it was lost meanwhile".to_owned();
                self.turn(Event::Vend { order, news: VendNews::Unclear { why } });
            }
        }
    }

    /// `VEND` reaches the board.
    pub fn ordered(&mut self, life: u32, at: usize, order: OrderId, slot: &str) {
        // Relays are held by the daemon itself: who is dead fires none.
        if self.machines[at].kind == Kind::Relays && life != self.life {
            return;
        }
        self.is_what_was_paid_for(at, order.as_str(), slot);
        let fate = self.script.vends.pop_front().unwrap_or_else(|| self.draw_vend());
        let fate = fate.of(self.machines[at].kind);
        self.tell(|| format!("VEND {order} {slot}: {fate:?}"));
        // An order of which the board truly knows nothing may come again.
        if fate != Fate::Unheard {
            self.watch.fires_once(order.as_str());
        }
        let is_followed = life == self.life && !self.machines[at].away;
        self.machines[at].vend(order.as_str(), slot, fate, is_followed);
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
        self.after(0, Coming::BoardSaid { life, order, news });
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
            if let Some(says) = says {
                self.board_says(at, order, says);
            }
        }
    }

    fn board_says(&mut self, at: usize, order: &OrderId, says: Says) {
        // What a task of the daemon's says of itself is not lost on any line.
        let is_on_a_line = self.machines[at].kind == Kind::Board;
        if self.machines[at].away || is_on_a_line && self.chance(self.plan.rates.lines) {
            self.tally.count("machine: a line of its lost");
            return;
        }
        let news = match says {
            Says::Done => VendNews::Delivered,
            Says::Failed => VendNews::Failed { reason: "jam".to_owned() },
            Says::Busy => VendNews::Busy,
            Says::Unknown => VendNews::NotKnown,
        };
        self.after(LINE, Coming::BoardSaid { life: self.life, order: order.clone(), news });
    }

    /// A line of the board's reaches the daemon, if it lives.
    pub fn board_said(&mut self, life: u32, order: OrderId, news: VendNews) {
        let Some(driver) = &self.driver else { return };
        // A board speaks to whoever listens; the daemon's own tasks die with it.
        let at = self.machine_of(&order);
        if life != self.life && !at.is_some_and(|at| self.machines[at].kind.remembers()) {
            return;
        }
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

    /// Which machine an order went to.
    fn machine_of(&self, order: &OrderId) -> Option<usize> {
        self.machines.iter().position(|machine| machine.knows(order.as_str()))
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
