//! The dispenser board of the bench.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::boards::Board;
use crate::rig::PRICE;

/// What the product of each slot costs.
const PRICES: [(&str, u64); 3] = [("11", PRICE), ("12", 150), ("21", 300)];

/// How the dispenser board behaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Behavior {
    /// It drops the product and says so.
    Works,
    /// It drops the product and says nothing until asked.
    DropsSilently,
    /// Nothing comes out.
    Jams,
    /// It says nothing, and knows of nothing when it is asked.
    Forgets,
    /// Nothing comes out of this slot; all others work.
    JamsAt(&'static str),
    /// What this slot drops it says only when asked; all others work.
    DropsSilentlyAt(&'static str),
}

impl Behavior {
    /// What a slot does.
    fn at(self, slot: &str) -> Self {
        match self {
            Self::JamsAt(at) if at == slot => Self::Jams,
            Self::DropsSilentlyAt(at) if at == slot => Self::DropsSilently,
            Self::JamsAt(_) | Self::DropsSilentlyAt(_) => Self::Works,
            Self::Works | Self::DropsSilently | Self::Jams | Self::Forgets => self,
        }
    }
}

#[derive(Default)]
struct Goods {
    delivered: Vec<String>,
    failed: Vec<String>,
    lines: Vec<String>,
}

/// The dispenser board: it remembers what it did, through every restart of kioskd.
pub struct Machine {
    pub device: PathBuf,
    goods: Arc<Mutex<Goods>>,
    behavior: Arc<Mutex<Behavior>>,
    stop: Arc<Mutex<bool>>,
    thread: Option<JoinHandle<()>>,
}

impl Machine {
    pub fn start() -> Self {
        let mut board = Board::new();
        let device = board.path().to_owned();
        let goods = Arc::new(Mutex::new(Goods::default()));
        let behavior = Arc::new(Mutex::new(Behavior::Works));
        let stop = Arc::new(Mutex::new(false));
        let (books, manner, end) = (goods.clone(), behavior.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            while !*end.lock().unwrap() {
                let Some(line) = board.next_line(Duration::from_millis(50)) else { continue };
                let manner = *manner.lock().unwrap();
                if let Some(answer) = answer(&mut books.lock().unwrap(), &line, manner) {
                    board.send_line(&answer);
                }
            }
        });
        Self { device, goods, behavior, stop, thread: Some(thread) }
    }

    pub fn behave(&self, behavior: Behavior) {
        *self.behavior.lock().unwrap() = behavior;
    }

    /// The orders for which a product left the machine: one of a sale is its first product's.
    pub fn delivered(&self) -> Vec<String> {
        self.goods.lock().unwrap().delivered.clone()
    }

    /// The orders that were to let something out, as often as they were given.
    pub fn vends(&self) -> Vec<String> {
        let lines = self.lines();
        let order = |line: &String| Some(line.strip_prefix("VEND ")?.split(' ').next()?.to_owned());
        lines.iter().filter_map(order).collect()
    }

    /// What the product of an order costs.
    pub fn price_of(&self, order: &str) -> u64 {
        let prefix = format!("VEND {order} ");
        let lines = self.lines();
        let slot = lines.iter().find_map(|line| line.strip_prefix(&prefix)).expect("its VEND");
        PRICES.iter().find(|(of, _)| *of == slot).expect("a slot with a price").1
    }

    /// All lines that kioskd sent.
    pub fn lines(&self) -> Vec<String> {
        self.goods.lock().unwrap().lines.clone()
    }
}

fn answer(goods: &mut Goods, line: &str, behavior: Behavior) -> Option<String> {
    goods.lines.push(line.to_owned());
    let mut words = line.split(' ');
    let (verb, sale) = (words.next()?, words.next()?.to_owned());
    match verb {
        "VEND" => match behavior.at(words.next()?) {
            Behavior::Works => {
                goods.delivered.push(sale.clone());
                Some(format!("OK {sale}"))
            }
            Behavior::DropsSilently => {
                goods.delivered.push(sale);
                None
            }
            Behavior::Jams => {
                goods.failed.push(sale.clone());
                Some(format!("FAIL {sale} jam"))
            }
            Behavior::Forgets | Behavior::JamsAt(_) | Behavior::DropsSilentlyAt(_) => None,
        },
        "STATUS" if goods.delivered.contains(&sale) => Some(format!("DONE {sale}")),
        "STATUS" if goods.failed.contains(&sale) => Some(format!("FAILED {sale} jam")),
        "STATUS" => Some(format!("UNKNOWN {sale}")),
        other => panic!("kioskd sent {other:?}"),
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        *self.stop.lock().unwrap() = true;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
