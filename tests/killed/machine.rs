//! The dispenser board: remembers what it did through every death of the daemon.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use fastrand::Rng;
use kioskd::simulator::Books;

use crate::auditor::Goods;
use crate::auditor::watch::Money;
use crate::boards::Board;
use crate::http;
use crate::life::{Life, lock, now};
use crate::points::{Line, Site};

/// How it takes the next order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Behavior {
    /// The product falls after so many milliseconds, and the board says so.
    Gives(u64),
    /// The same, and it says nothing until it is asked.
    GivesSilently(u64),
    /// Nothing falls, and it says so.
    Jams(u64),
    /// Nothing falls, and it says nothing until it is asked.
    JamsSilently(u64),
    /// It did not understand the order, and knows of nothing.
    Garbled,
    /// A board that must never be built: it gives two products for one order.
    GivesTwo,
}

impl Behavior {
    /// Anything that boards do.
    pub fn draw(rng: &mut Rng) -> Self {
        let quick = rng.u64(20..900);
        match rng.u32(0..20) {
            0..11 => Self::Gives(quick),
            11 | 12 => Self::GivesSilently(quick),
            13 | 14 => Self::Jams(quick),
            15 | 16 => Self::JamsSilently(quick),
            17 => Self::Garbled,
            _ => Self::Gives(rng.u64(2_000..7_000)),
        }
    }

    fn turns_for(self) -> u64 {
        match self {
            Self::Gives(millis)
            | Self::GivesSilently(millis)
            | Self::Jams(millis)
            | Self::JamsSilently(millis) => millis,
            Self::Garbled | Self::GivesTwo => 0,
        }
    }
}

/// `VEND` as it was read.
#[derive(Clone, Debug)]
pub struct Vend {
    /// Milliseconds since 1970.
    pub at: i64,
    /// By which order.
    pub order: String,
    /// Whether the board understood it.
    pub heard: bool,
    /// What Stripe had in its books then.
    pub money: Vec<Money>,
}

/// The board has said that a product came out.
#[derive(Clone, Debug)]
pub struct Said {
    /// When it was asked, by `VEND` or `STATUS`: to whom it speaks.
    pub asked: i64,
    /// When it said so.
    pub at: i64,
    /// Of which sale.
    pub sale: String,
}

/// What it has seen and done.
#[derive(Clone, Default, Debug)]
pub struct Done {
    /// What left the machine.
    pub goods: Vec<Goods>,
    /// What it was told to do.
    pub vends: Vec<Vend>,
    /// What it has answered of goods.
    pub said: Vec<Said>,
}

struct Order {
    slot: String,
    behavior: Behavior,
    asked: i64,
    stops: Instant,
    given: Option<bool>,
}

/// The machine.
pub struct Machine {
    /// Its device.
    pub device: PathBuf,
    behavior: Arc<Mutex<Behavior>>,
    done: Arc<Mutex<Done>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Machine {
    /// A board that looks into Stripe's books at `stripe` when it is told to vend.
    pub fn start(stripe: SocketAddr, life: Arc<Life>) -> Self {
        let board = Board::new();
        let device = board.path().to_owned();
        let behavior = Arc::new(Mutex::new(Behavior::Gives(20)));
        let done = Arc::new(Mutex::new(Done::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let (manner, record, ends) = (Arc::clone(&behavior), Arc::clone(&done), Arc::clone(&stop));
        let orders = BTreeMap::new();
        let mut motor = Motor { board, life, stripe, orders, behavior: manner, done: record };
        let thread = std::thread::spawn(move || {
            while !ends.load(Ordering::Relaxed) {
                if let Some(line) = motor.board.next_line(Duration::from_millis(10)) {
                    motor.hear(&line);
                }
                motor.stop_where_due();
            }
        });
        Self { device, behavior, done, stop, thread: Some(thread) }
    }

    /// How it takes orders from now on.
    pub fn behave(&self, behavior: Behavior) {
        *lock(&self.behavior) = behavior;
    }

    /// What it has seen and done.
    pub fn done(&self) -> Done {
        lock(&self.done).clone()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The board's own side.
struct Motor {
    board: Board,
    life: Arc<Life>,
    stripe: SocketAddr,
    orders: BTreeMap<String, Order>,
    behavior: Arc<Mutex<Behavior>>,
    done: Arc<Mutex<Done>>,
}

impl Motor {
    fn hear(&mut self, line: &str) {
        self.life.tell(format!("board reads {line}"));
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["VEND", sale, slot] => self.vend(sale, slot),
            ["STATUS", sale] => self.status(sale),
            // What a kill leaves of a line.
            _ => {}
        }
    }

    fn vend(&mut self, sale: &str, slot: &str) {
        let asked = now();
        let money = money_of(self.stripe, sale);
        let behavior = *lock(&self.behavior);
        let heard = behavior != Behavior::Garbled;
        let vend = Vend { at: asked, order: sale.to_owned(), heard, money };
        lock(&self.done).vends.push(vend);
        self.life.reached(Site::Line(Line::VendRead));
        if heard {
            let stops = Instant::now() + Duration::from_millis(behavior.turns_for());
            let order = Order { slot: slot.to_owned(), behavior, asked, stops, given: None };
            self.orders.insert(sale.to_owned(), order);
        }
    }

    fn status(&mut self, sale: &str) {
        let asked = now();
        self.life.reached(Site::Line(Line::StatusRead));
        let given = self.orders.get(sale).map(|order| order.given);
        match given {
            None => self.say("UNKNOWN", sale, ""),
            Some(None) => self.say("BUSY", sale, ""),
            Some(Some(false)) => self.say("FAILED", sale, " jam"),
            Some(Some(true)) => {
                self.say("DONE", sale, "");
                lock(&self.done).said.push(Said { asked, at: now(), sale: sale.to_owned() });
            }
        }
        self.life.reached(Site::Line(Line::StatusAnswered));
    }

    fn stop_where_due(&mut self) {
        let due = |(_, order): &(&String, &mut Order)| {
            order.given.is_none() && order.stops <= Instant::now()
        };
        let stopped: Vec<String> =
            self.orders.iter_mut().filter(due).map(|(sale, _)| sale.clone()).collect();
        for sale in stopped {
            self.stops(&sale);
        }
    }

    fn stops(&mut self, sale: &str) {
        let Some(order) = self.orders.get_mut(sale) else { return };
        let (behavior, slot, asked) = (order.behavior, order.slot.clone(), order.asked);
        let given = !matches!(behavior, Behavior::Jams(_) | Behavior::JamsSilently(_));
        order.given = Some(given);
        let pieces = if behavior == Behavior::GivesTwo { 2 } else { usize::from(given) };
        for _ in 0..pieces {
            self.life.tell(format!("a product falls out of {slot} for {sale}"));
            let at = u64::try_from(now()).unwrap_or_default();
            let goods = Goods { at, order: sale.to_owned() };
            lock(&self.done).goods.push(goods);
        }
        self.life.reached(Site::Line(Line::MotorStopped));
        match behavior {
            Behavior::GivesSilently(_) | Behavior::JamsSilently(_) | Behavior::Garbled => return,
            Behavior::Jams(_) => self.say("FAIL", sale, " jam"),
            Behavior::Gives(_) | Behavior::GivesTwo => {
                self.say("OK", sale, "");
                lock(&self.done).said.push(Said { asked, at: now(), sale: sale.to_owned() });
            }
        }
        self.life.reached(Site::Line(Line::Answered));
    }

    fn say(&self, word: &str, sale: &str, why: &str) {
        self.life.tell(format!("board says {word} {sale}{why}"));
        self.board.send_line(&format!("{word} {sale}{why}"));
    }
}

/// What Stripe's books say of a sale.
fn money_of(stripe: SocketAddr, sale: &str) -> Vec<Money> {
    let books = books(stripe);
    let named = books
        .payment_intents
        .iter()
        .filter(|intent| intent.metadata.get("sale").is_some_and(|named| named == sale));
    let money = named.map(|intent| Money {
        status: serde_json::to_value(intent.status)
            .ok()
            .and_then(|status| status.as_str().map(str::to_owned))
            .unwrap_or_default(),
        covers: intent.amount_capturable + intent.amount_received,
        currency: intent.currency.to_string(),
        age: None,
    });
    money.collect()
}

/// Stripe's books.
pub fn books(stripe: SocketAddr) -> Books {
    let reply = http::ask(stripe, ("GET", "/simulator/books", "text/plain", "")).unwrap();
    serde_json::from_slice(&reply.body).unwrap()
}
