//! The port of the bus interface, and its two ends: questions and results.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

use super::talk::{News, Talk, Turn};
use crate::ids::{OrderId, SaleId, Slot};
use crate::money::{Currency, Money};
use crate::pulse::Pulse;
use crate::serial::noise::{TokenBucket, wait_until};
use crate::serial::{Link, LinkNews, PortSettings};
use crate::wiring::MdbInput;

/// Questions of the machine's taken at once; then one each [`ASK_INTERVAL`]. Nobody chooses faster.
const ASKS_AT_ONCE: u32 = 5;
const ASK_INTERVAL: Duration = Duration::from_millis(500);

/// How long the machine has to follow a wish about the session before it is repeated.
const SESSION_EVERY: Duration = Duration::from_secs(2);

/// How long a machine that is not ready may take to be so until that is news. One whose port was just
/// opened speaks to the device and switches it on within moments.
const READY_WITHIN: Duration = Duration::from_secs(5);

/// News and orders that wait for either end.
const QUEUE: usize = 32;

/// Draws the id of a sale that may be opened.
pub type Draw = Box<dyn Fn() -> Option<SaleId> + Send>;

/// What the input's end hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asking {
    /// The port is open.
    Connected,
    /// It is not; tried again for ever.
    Disconnected {
        /// For people.
        why: String,
    },
    /// The machine asks for money.
    Asked {
        /// The sale that may be opened.
        sale: SaleId,
        /// The machine's number of the product.
        slot: Slot,
        /// What it asks for.
        price: Money,
    },
    /// It waits no longer.
    Withdrawn {
        /// For what it had asked.
        sale: SaleId,
    },
    /// Lines that made no sense, since the daemon started.
    Garbage {
        /// Grows; told at most once a second.
        total: u64,
    },
}

/// What the dispenser's end hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// The machine wants cashless payment.
    Ready,
    /// It does not, or is not there.
    NotReady {
        /// For people.
        why: String,
    },
    /// The product came out.
    Delivered(OrderId),
    /// It did not.
    Failed(OrderId, String),
    /// Nobody can tell.
    Unclear(OrderId, String),
    /// Worth a line of the log.
    Remarked(String),
}

/// How an approval went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approved {
    /// The interface has it.
    Written,
    /// It may have it.
    Unclear(String),
    /// The machine does not wait for it: nothing was written.
    Refused(String),
}

enum Order {
    Approve { sale: SaleId, order: OrderId, answer: oneshot::Sender<Approved> },
    Deny { sale: SaleId },
}

/// The input's end of the bus.
#[derive(Debug)]
pub struct InputEnd(mpsc::Receiver<Asking>);

impl InputEnd {
    /// What comes next. Can be dropped while waiting without losing any.
    pub async fn next(&mut self) -> Asking {
        match self.0.recv().await {
            Some(asking) => asking,
            // The bus has ended with the daemon.
            None => std::future::pending().await,
        }
    }
}

/// The dispenser's end of the bus.
pub struct DispenserEnd {
    results: mpsc::Receiver<Report>,
    /// Came while an approval was being written.
    waiting: VecDeque<Report>,
    orders: mpsc::Sender<Order>,
    ready: Result<(), String>,
}

impl DispenserEnd {
    /// What comes next. Can be dropped while waiting without losing any.
    pub async fn next(&mut self) -> Report {
        let result = match self.waiting.pop_front() {
            Some(result) => result,
            None => match self.results.recv().await {
                Some(result) => result,
                None => std::future::pending().await,
            },
        };
        match &result {
            Report::Ready => self.ready = Ok(()),
            Report::NotReady { why } => self.ready = Err(why.clone()),
            Report::Delivered(_)
            | Report::Failed(..)
            | Report::Unclear(..)
            | Report::Remarked(_) => {}
        }
        result
    }

    /// Whether the machine would hear an approval, as far as it was told; if not, why.
    pub fn check(&self) -> Result<(), String> {
        self.ready.clone()
    }

    /// Approves what a sale was opened for.
    pub async fn approve(&mut self, sale: SaleId, order: OrderId) -> Approved {
        let gone = || Approved::Refused("the bus is gone".to_owned());
        let (answer, mut answered) = oneshot::channel();
        if self.orders.send(Order::Approve { sale, order, answer }).await.is_err() {
            return gone();
        }
        // The bus may want to tell results before it takes the order.
        loop {
            tokio::select! {
                biased;
                answer = &mut answered => return answer.unwrap_or_else(|_| gone()),
                Some(result) = self.results.recv() => self.waiting.push_back(result),
            }
        }
    }

    /// Tells the machine that a sale is not paid, if it still waits for that.
    pub async fn deny(&mut self, sale: SaleId) {
        // A bus that is gone has nobody who waits.
        let _gone = self.orders.send(Order::Deny { sale }).await;
    }
}

/// The bus: a task of its own, so that nothing is written by half.
pub struct Bus {
    talk: Talk,
    link: Link,
    draw: Draw,
    asks: TokenBucket,
    input: mpsc::Sender<Asking>,
    dispenser: mpsc::Sender<Report>,
    orders: mpsc::Receiver<Order>,
    /// Whether the kiosk is free for a customer.
    free: watch::Receiver<bool>,
    session_at: Instant,
    /// Whether the dispenser's end was told that the machine is ready.
    is_ready: bool,
    /// When it is to be told that it is not, and why.
    not_ready: Option<(Instant, String)>,
}

/// A bus whose port is opened when it runs, and its two ends.
pub fn bus(
    settings: &MdbInput,
    currency: Currency,
    free: watch::Receiver<bool>,
    draw: Draw,
) -> (Bus, InputEnd, DispenserEnd) {
    let port = PortSettings { device: settings.device.clone(), baud: settings.baud };
    let (input, asking) = mpsc::channel(QUEUE);
    let (dispenser, results) = mpsc::channel(QUEUE);
    let (order_sender, orders) = mpsc::channel(QUEUE);
    let bus = Bus {
        talk: Talk::new(settings, currency),
        link: Link::new(port),
        draw,
        asks: TokenBucket::new(ASKS_AT_ONCE, ASK_INTERVAL),
        input,
        dispenser,
        orders,
        free,
        session_at: Instant::now(),
        is_ready: false,
        not_ready: None,
    };
    let ready = Err("the port was not opened yet".to_owned());
    let end = DispenserEnd { results, waiting: VecDeque::new(), orders: order_sender, ready };
    (bus, InputEnd(asking), end)
}

/// Nobody holds an end any more.
struct Deaf;

impl Bus {
    /// Speaks with the machine, and returns only when an end is dropped: then the machine is told
    /// that nobody takes cards any more.
    pub async fn run(mut self, pulse: Pulse) {
        self.speak(pulse).await;
        if let Some(line) = self.talk.farewell() {
            // Whoever is gone for good needs no farewell.
            let _written = self.link.write(line).await;
        }
    }

    async fn speak(&mut self, mut pulse: Pulse) {
        loop {
            let free = *self.free.borrow_and_update();
            let wish = self.talk.session_wish(free);
            let at = self.session_at;
            let not_ready = self.not_ready.as_ref().map(|(at, _)| *at);
            let told = tokio::select! {
                biased;
                () = self.input.closed() => return,
                question = pulse.asked() => {
                    pulse.answer(question).await;
                    Ok(())
                }
                order = self.orders.recv() => match order {
                    Some(order) => self.obey(order).await,
                    None => return,
                },
                news = self.link.next() => self.heard(news).await,
                () = sleep_until(at), if wish.is_some() => {
                    self.session_at = Instant::now() + SESSION_EVERY;
                    self.write_all(Vec::from_iter(wish)).await
                }
                () = wait_until(not_ready) => self.not_ready().await,
                Ok(()) = self.free.changed() => Ok(()),
            };
            if let Err(Deaf) = told {
                return;
            }
        }
    }

    async fn obey(&mut self, order: Order) -> Result<(), Deaf> {
        match order {
            Order::Deny { sale } => {
                let line = self.talk.deny(&sale);
                self.write_all(Vec::from_iter(line)).await
            }
            Order::Approve { sale, order, answer } => {
                let approved = self.approve(&sale, order).await;
                // Whoever asked waits for it.
                drop(answer.send(approved));
                Ok(())
            }
        }
    }

    async fn approve(&mut self, sale: &SaleId, order: OrderId) -> Approved {
        let line = match self.link.check_open().and_then(|()| self.talk.approve(sale, order)) {
            Ok(line) => line,
            Err(why) => return Approved::Refused(why),
        };
        match self.link.write(&line).await {
            Ok(()) => Approved::Written,
            Err(why) => {
                self.talk.approval_failed();
                Approved::Unclear(why)
            }
        }
    }

    async fn heard(&mut self, news: LinkNews) -> Result<(), Deaf> {
        match news {
            LinkNews::Connected => {
                self.ask(Asking::Connected).await?;
                let turn = self.talk.opened();
                self.follow(turn).await
            }
            LinkNews::Disconnected { why } => {
                let turn = self.talk.lost(&why);
                self.follow(turn).await?;
                self.ask(Asking::Disconnected { why }).await
            }
            LinkNews::Garbage { total } => self.ask(Asking::Garbage { total }).await,
            LinkNews::Lines(lines) => {
                for line in lines {
                    let (asks, draw) = (&mut self.asks, &self.draw);
                    let draw = || if asks.take(Instant::now()) { draw() } else { None };
                    let turn = self.talk.heard(&line, draw);
                    self.follow(turn).await?;
                }
                Ok(())
            }
        }
    }

    async fn follow(&mut self, turn: Turn) -> Result<(), Deaf> {
        if turn.garbage {
            self.link.count_garbage();
        }
        for news in turn.news {
            match news {
                News::Asked { sale, slot, price } => {
                    self.ask(Asking::Asked { sale, slot, price }).await?;
                }
                News::Withdrawn { sale } => self.ask(Asking::Withdrawn { sale }).await?,
                News::Ready => {
                    self.not_ready = None;
                    self.is_ready = true;
                    self.tell(Report::Ready).await?;
                }
                News::NotReady { why } => {
                    let waited = self.not_ready.take().map(|(at, _)| at);
                    let at = waited.unwrap_or_else(|| Instant::now() + READY_WITHIN);
                    self.not_ready = Some((at, why));
                    if self.is_ready {
                        self.not_ready().await?;
                    }
                }
                News::Delivered { order } => self.tell(Report::Delivered(order)).await?,
                News::Failed { order, reason } => self.tell(Report::Failed(order, reason)).await?,
                News::Unclear { order, why } => self.tell(Report::Unclear(order, why)).await?,
                News::Remarked { what } => self.tell(Report::Remarked(what)).await?,
            }
        }
        self.write_all(turn.write).await
    }

    async fn not_ready(&mut self) -> Result<(), Deaf> {
        self.is_ready = false;
        match self.not_ready.take() {
            Some((_, why)) => self.tell(Report::NotReady { why }).await,
            None => Ok(()),
        }
    }

    /// What cannot be written is not repeated: the port is lost, and the talk begins anew.
    async fn write_all(&mut self, lines: Vec<String>) -> Result<(), Deaf> {
        for line in lines {
            if self.link.write(&line).await.is_err() {
                break;
            }
        }
        Ok(())
    }

    async fn ask(&mut self, asking: Asking) -> Result<(), Deaf> {
        self.input.send(asking).await.map_err(|_closed| Deaf)
    }

    async fn tell(&mut self, report: Report) -> Result<(), Deaf> {
        self.dispenser.send(report).await.map_err(|_closed| Deaf)
    }
}
