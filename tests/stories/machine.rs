//! The dispenser board of the bench.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::boards::Board;

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

    /// The sales for which a product left the machine.
    pub fn delivered(&self) -> Vec<String> {
        self.goods.lock().unwrap().delivered.clone()
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
        "VEND" => match behavior {
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
            Behavior::Forgets => None,
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
